//! Blind indexes of telephone numbers that were made with an earlier master key: found, and made anew.

use diesel::{BoolExpressionMethods, ExpressionMethods, NullableExpressionMethods, QueryDsl, RunQueryDsl};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{candidate_contacts, leads, nominations, users},
    vault::KeyNumber,
};
use crate::domain::id::{CandidateId, LeadId, NominationId, UserId};

/// The tables that keep telephone numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Keeper {
    /// Accounts.
    Users,
    /// Candidates, or who speaks for them.
    Contacts,
    /// Nominators.
    Nominations,
    /// Reporters of leads.
    Leads,
}

impl Keeper {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Users, Self::Contacts, Self::Nominations, Self::Leads];

    /// The table's name, to which its ciphertexts are bound.
    #[must_use]
    pub const fn table(self) -> &'static str {
        match self {
            Self::Users => "users",
            Self::Contacts => super::contacts::TABLE,
            Self::Nominations => super::nominations::TABLE,
            Self::Leads => super::leads::TABLE,
        }
    }
}

/// A number whose index was made with another key than the present one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stale {
    /// The row.
    pub row: Uuid,
    /// The number, encrypted.
    pub cipher: Vec<u8>,
    /// The index as it is.
    pub index: Vec<u8>,
}

/// One page of numbers whose index another key than `current` made, in the order of their rows' ids.
pub fn list_stale(
    connection: &mut Connection,
    keeper: Keeper,
    (current, after): (KeyNumber, Option<Uuid>),
    limit: i64,
) -> Result<Vec<Stale>, StoreError> {
    // An index begins with the number of its key.
    let from = current.to_be_bytes().to_vec();
    let to = current.checked_add(1).map(|next| next.to_be_bytes().to_vec());
    macro_rules! page {
        ($table:ident, $key:ident, $id:ident) => {{
            let mut query = $table::table
                .filter($table::phone_cipher.is_not_null())
                .order($table::$key)
                .select(($table::$key, $table::phone_cipher.assume_not_null(), $table::phone_index.assume_not_null()))
                .limit(limit)
                .into_boxed();
            query = match to {
                Some(to) => query.filter($table::phone_index.lt(from).or($table::phone_index.ge(to))),
                None => query.filter($table::phone_index.lt(from)),
            };
            if let Some(after) = after {
                query = query.filter($table::$key.gt($id(after)));
            }
            let rows: Vec<($id, Vec<u8>, Vec<u8>)> = query.load(connection)?;
            rows.into_iter().map(|(row, cipher, index)| Stale { row: row.into(), cipher, index }).collect()
        }};
    }
    Ok(match keeper {
        Keeper::Users => page!(users, id, UserId),
        Keeper::Contacts => page!(candidate_contacts, candidate_id, CandidateId),
        Keeper::Nominations => page!(nominations, id, NominationId),
        Keeper::Leads => page!(leads, id, LeadId),
    })
}

/// Puts another index in the place of a stale one; false when the number was changed meanwhile.
pub fn renew_if(connection: &mut Connection, keeper: Keeper, stale: &Stale, index: &[u8]) -> Result<bool, StoreError> {
    macro_rules! renew {
        ($table:ident, $id:ident) => {
            diesel::update($table::table.find($id(stale.row)).filter($table::phone_index.eq(&stale.index)))
                .set($table::phone_index.eq(Some(index)))
                .execute(connection)?
        };
    }
    let renewed = match keeper {
        Keeper::Users => renew!(users, UserId),
        Keeper::Contacts => renew!(candidate_contacts, CandidateId),
        Keeper::Nominations => renew!(nominations, NominationId),
        Keeper::Leads => renew!(leads, LeadId),
    };
    Ok(renewed == 1)
}

//! Acts of recommending.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{Connection, StoreError, schema::nominations, sql_values::At, statistics};
use crate::domain::{
    candidate::Channel,
    id::{CandidateId, ChannelId, NominationId, UserId},
};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "nominations";

/// A nomination as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = nominations, treat_none_as_default_value = false)]
pub struct NominationRow {
    /// Its id.
    pub id: NominationId,
    /// Who is recommended.
    pub candidate_id: CandidateId,
    /// The file belongs to the first.
    pub is_first: bool,
    /// The nominator's account.
    pub user_id: Option<UserId>,
    /// Who typed somebody else's recommendation in.
    pub operator_id: Option<UserId>,
    /// By what way it came.
    pub channel: Channel,
    /// Digest of the tracking code of a nominator without an account.
    pub tracking_digest: Option<Vec<u8>>,
    /// The nominator's name, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub name_masked: Option<String>,
    /// The nominator's telephone number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub phone_masked: Option<String>,
    /// Its blind index.
    pub phone_index: Option<Vec<u8>>,
    /// What the nominator is to the candidate.
    pub relationship: Option<String>,
    /// When the nominator withdrew it.
    pub withdrawn_at: Option<At>,
    /// When it was made.
    pub created_at: At,
    /// Through which channel in use it came.
    pub channel_id: Option<ChannelId>,
}

impl NominationRow {
    /// Whether it was not withdrawn.
    #[must_use]
    pub fn stands(&self) -> bool {
        self.withdrawn_at.is_none()
    }
}

/// Adds a nomination.
pub fn insert(connection: &mut Connection, row: &NominationRow) -> Result<(), StoreError> {
    diesel::insert_into(nominations::table).values(row).execute(connection)?;
    statistics::changes::note_candidate(connection, row.candidate_id)
}

/// The nominations of a candidate, the first one first.
pub fn list_of(connection: &mut Connection, id: CandidateId) -> Result<Vec<NominationRow>, StoreError> {
    Ok(nominations::table
        .filter(nominations::candidate_id.eq(id))
        .order((nominations::is_first.desc(), nominations::created_at, nominations::id))
        .select(NominationRow::as_select())
        .load(connection)?)
}

/// Finds a nomination.
pub fn find(connection: &mut Connection, id: NominationId) -> Result<Option<NominationRow>, StoreError> {
    Ok(nominations::table.find(id).select(NominationRow::as_select()).first(connection).optional()?)
}

/// A page of the nominations of a candidate, in the order in which they were made.
pub fn list_page(
    connection: &mut Connection,
    id: CandidateId,
    after: Option<(DateTime<Utc>, NominationId)>,
    limit: i64,
) -> Result<Vec<NominationRow>, StoreError> {
    let mut query = nominations::table
        .filter(nominations::candidate_id.eq(id))
        .order((nominations::created_at, nominations::id))
        .select(NominationRow::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = after {
        let later = nominations::created_at.gt(At(at));
        query = query.filter(later.or(nominations::created_at.eq(At(at)).and(nominations::id.gt(id))));
    }
    Ok(query.load(connection)?)
}

/// The nominations of several candidates.
pub fn list_of_all(connection: &mut Connection, ids: &[CandidateId]) -> Result<Vec<NominationRow>, StoreError> {
    Ok(nominations::table
        .filter(nominations::candidate_id.eq_any(ids.to_vec()))
        .order((nominations::candidate_id, nominations::is_first.desc(), nominations::created_at, nominations::id))
        .select(NominationRow::as_select())
        .load(connection)?)
}

/// Finds the nomination of a tracking code.
pub fn find_by_tracking(connection: &mut Connection, digest: &[u8]) -> Result<Option<NominationRow>, StoreError> {
    Ok(nominations::table
        .filter(nominations::tracking_digest.eq(digest))
        .select(NominationRow::as_select())
        .first(connection)
        .optional()?)
}

/// A page of an account's own nominations, the latest first.
pub fn list_of_user(
    connection: &mut Connection,
    user: UserId,
    after: Option<(DateTime<Utc>, NominationId)>,
    limit: i64,
) -> Result<Vec<NominationRow>, StoreError> {
    let mut query = nominations::table
        .filter(nominations::user_id.eq(user))
        .order((nominations::created_at.desc(), nominations::id.desc()))
        .select(NominationRow::as_select())
        .limit(limit)
        .into_boxed();
    if let Some((at, id)) = after {
        let earlier = nominations::created_at.lt(At(at));
        query = query.filter(earlier.or(nominations::created_at.eq(At(at)).and(nominations::id.lt(id))));
    }
    Ok(query.load(connection)?)
}

/// Gives a nomination another tracking code; the former one no longer finds it.
pub fn set_tracking_digest(connection: &mut Connection, id: NominationId, digest: Vec<u8>) -> Result<(), StoreError> {
    diesel::update(nominations::table.find(id))
        .set(nominations::tracking_digest.eq(Some(digest)))
        .execute(connection)?;
    Ok(())
}

/// Notes that the nominator has withdrawn it.
pub fn withdraw(connection: &mut Connection, id: NominationId, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(nominations::table.find(id)).set(nominations::withdrawn_at.eq(Some(At(now)))).execute(connection)?;
    let candidate: Option<CandidateId> =
        nominations::table.find(id).select(nominations::candidate_id).first(connection).optional()?;
    candidate.map_or(Ok(()), |candidate| statistics::changes::note_candidate(connection, candidate))
}

//! Dismissed leads lose what they say of anybody, once their time is over. The row stays: that something came in by a
//! channel, and when and by whom it was dismissed.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, QueryDsl, RunQueryDsl};

use crate::{
    domain::{
        id::{LeadId, UserId},
        lead::{LeadStatus, Parsed},
        month::Month,
    },
    storage::{
        Connection, StoreError,
        schema::leads,
        sql_values::{At, Stored},
    },
};

/// The cycles under which dismissed leads came that are not erased yet.
pub fn cycles_with_dismissed(connection: &mut Connection) -> Result<Vec<Month>, StoreError> {
    Ok(leads::table
        .filter(leads::status.eq(LeadStatus::Dismissed))
        .filter(leads::erased_at.is_null())
        .select(leads::cycle)
        .distinct()
        .order(leads::cycle)
        .load(connection)?)
}

/// Erases leads of a cycle that were dismissed at a moment or before it, at most `most`; returns which.
pub fn erase(
    connection: &mut Connection,
    (cycle, dismissed_until): (Month, DateTime<Utc>),
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<LeadId>, StoreError> {
    let due: Vec<LeadId> = leads::table
        .filter(leads::cycle.eq(cycle))
        .filter(leads::status.eq(LeadStatus::Dismissed))
        .filter(leads::erased_at.is_null())
        .filter(leads::decided_at.le(At(dismissed_until)))
        .order((leads::decided_at, leads::id))
        .select(leads::id)
        .limit(most)
        .load(connection)?;
    // Another process may have erased some of them since.
    Ok(diesel::update(leads::table.filter(leads::id.eq_any(due)).filter(leads::erased_at.is_null()))
        .set((
            (
                leads::text.eq(None::<String>),
                leads::parsed.eq(None::<Stored<Parsed>>),
                leads::reason.eq(None::<String>),
                leads::assignment_reason.eq(None::<String>),
                leads::user_id.eq(None::<UserId>),
                leads::tracking_digest.eq(None::<Vec<u8>>),
            ),
            (
                leads::name_cipher.eq(None::<Vec<u8>>),
                leads::name_masked.eq(None::<String>),
                leads::phone_cipher.eq(None::<Vec<u8>>),
                leads::phone_masked.eq(None::<String>),
                leads::phone_index.eq(None::<Vec<u8>>),
            ),
            leads::erased_at.eq(Some(At(now))),
            leads::version.eq(leads::version + 1),
            leads::updated_at.eq(At(now)),
        ))
        .returning(leads::id)
        .get_results(connection)?)
}

//! 线索: what came in before it is a nomination. How its reporter can be reached is read apart, by who may.

mod erasure;
mod list;
mod row;

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl, SelectableHelper};

use self::row::LeadRow;
use super::{Connection, StoreError, locks, schema::leads, sql_values::At, statistics};
use crate::domain::{
    id::{CandidateId, LeadId, NominationId, OrganizationId, UserId},
    lead::{Lead, LeadStatus},
};

pub use erasure::{cycles_with_dismissed, erase};
pub use list::{LeadFilter, list};
pub use row::{NewLead, Reporter};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "leads";

/// Adds a lead.
pub fn insert(connection: &mut Connection, lead: &NewLead) -> Result<(), StoreError> {
    diesel::insert_into(leads::table).values(lead).execute(connection)?;
    statistics::changes::note_lead(connection, lead.id)
}

/// Finds a lead.
pub fn find(connection: &mut Connection, id: LeadId) -> Result<Option<Lead>, StoreError> {
    let row = leads::table.find(id).select(LeadRow::as_select()).first(connection).optional()?;
    Ok(row.map(Lead::from))
}

/// Holds a lead against other decisions and returns it.
pub fn find_locked(connection: &mut Connection, id: LeadId) -> Result<Option<Lead>, StoreError> {
    locks::lead(connection, id)?;
    find(connection, id)
}

/// How many leads wait at an organization.
pub fn count_waiting_at(connection: &mut Connection, organization: OrganizationId) -> Result<i64, StoreError> {
    Ok(leads::table
        .filter(leads::organization_id.eq(organization))
        .filter(leads::status.eq(LeadStatus::Received))
        .count()
        .get_result(connection)?)
}

/// How the reporters of several leads can be reached, encrypted and masked.
pub fn reporters(connection: &mut Connection, ids: &[LeadId]) -> Result<Vec<Reporter>, StoreError> {
    Ok(leads::table.filter(leads::id.eq_any(ids.to_vec())).select(Reporter::as_select()).load(connection)?)
}

/// Gives a lead that is held to an organization, or back to the city.
pub fn set_organization(
    connection: &mut Connection,
    id: LeadId,
    (organization, reason): (Option<OrganizationId>, Option<&str>),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    statistics::changes::note_lead(connection, id)?;
    diesel::update(leads::table.find(id))
        .set((
            leads::organization_id.eq(organization),
            leads::assignment_reason.eq(reason),
            leads::version.eq(leads::version + 1),
            leads::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    statistics::changes::note_lead(connection, id)
}

/// Notes what became of a lead that is held: the candidate and the nomination.
pub fn set_promoted(
    connection: &mut Connection,
    id: LeadId,
    (candidate, nomination): (CandidateId, NominationId),
    (by, at): (UserId, DateTime<Utc>),
) -> Result<(), StoreError> {
    diesel::update(leads::table.find(id))
        .set((
            leads::status.eq(LeadStatus::Promoted),
            leads::candidate_id.eq(Some(candidate)),
            leads::nomination_id.eq(Some(nomination)),
            leads::decided_by.eq(Some(by)),
            leads::decided_at.eq(Some(At(at))),
            leads::version.eq(leads::version + 1),
            leads::updated_at.eq(At(at)),
        ))
        .execute(connection)?;
    statistics::changes::note_lead(connection, id)
}

/// Notes that nothing comes of a lead that is held.
pub fn set_dismissed(
    connection: &mut Connection,
    id: LeadId,
    reason: &str,
    (by, at): (UserId, DateTime<Utc>),
) -> Result<(), StoreError> {
    diesel::update(leads::table.find(id))
        .set((
            leads::status.eq(LeadStatus::Dismissed),
            leads::reason.eq(Some(reason)),
            leads::decided_by.eq(Some(by)),
            leads::decided_at.eq(Some(At(at))),
            leads::version.eq(leads::version + 1),
            leads::updated_at.eq(At(at)),
        ))
        .execute(connection)?;
    statistics::changes::note_lead(connection, id)
}

//! The one short step in which the staged rows of an import become candidates: everything lies in the database already, so
//! that nothing but `INSERT … SELECT` is left to do.

use chrono::{DateTime, Utc};
use diesel::{
    QueryableByName, RunQueryDsl, sql_query,
    sql_types::{BigInt, Integer, Nullable, Text},
};

use super::{
    Connection, StoreError, locks,
    sql_types::{Id, Instant},
    sql_values::At,
};
use crate::domain::{
    actor::Actor,
    id::{OperationId, OrganizationId},
    month::Month,
    role::Role,
};

/// One import at a time passes here, so that two of the same rows do not both take them.
const ONE_AT_A_TIME: i64 = 0x6861_6f72_656e_0012;

/// Who takes which import, and into which cycle.
#[derive(Clone, Copy, Debug)]
pub struct Taking {
    /// The import.
    pub operation: OperationId,
    /// For whom.
    pub organization: OrganizationId,
    /// By whom, and in whose place.
    pub actor: (Actor, Role),
    /// The intake cycle, whose row is held.
    pub cycle: Month,
    /// Campaign time.
    pub now: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    count: i64,
}

/// The staged candidates whose rows are in order.
const VALID: &str = "FROM staged_candidates s JOIN staged_rows r ON r.operation_id = s.operation_id AND r.row_number = s.row_number \
    LEFT JOIN staged_reaches c ON c.operation_id = s.operation_id AND c.row_number = s.row_number AND c.whose = 'contact' \
    LEFT JOIN staged_reaches n ON n.operation_id = s.operation_id AND n.row_number = s.row_number AND n.whose = 'nominator' \
    WHERE r.outcome = 'valid' AND s.operation_id = ";

/// Makes imports pass one at a time and holds the units and districts that the rows name, in the order of their ids.
pub fn hold_places(connection: &mut Connection, operation: OperationId) -> Result<(), StoreError> {
    locks::advisory(connection, ONE_AT_A_TIME)?;
    if let Connection::Postgres(inner) = connection {
        sql_query(
            "SELECT 1 FROM organizations WHERE id IN (SELECT unit_id FROM staged_candidates WHERE operation_id = $1 \
             UNION SELECT district_id FROM staged_candidates WHERE operation_id = $1) ORDER BY id FOR SHARE",
        )
        .bind::<Id, _>(operation)
        .execute(inner)?;
    }
    Ok(())
}

/// How many rows refer to a category, unit or district that has been closed or moved since they were judged.
pub fn count_outdated(connection: &mut Connection, operation: OperationId) -> Result<i64, StoreError> {
    let query = format!(
        "SELECT COUNT(*) AS count {VALID} $1 AND (\
         NOT EXISTS (SELECT 1 FROM categories k WHERE k.code = s.category AND k.active) \
         OR NOT EXISTS (SELECT 1 FROM organizations d WHERE d.id = s.district_id AND d.active AND d.kind = 'district') \
         OR (s.unit_id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM organizations u WHERE u.id = s.unit_id AND u.active \
         AND u.kind = 'unit' AND u.district_id = s.district_id)))"
    );
    Ok(sql_query(query).bind::<Id, _>(operation).get_result::<Count>(connection)?.count)
}

/// The candidate of a staged row that was taken before and still stands, as [`super::import_rows::known_among`] has it.
const TAKEN_BEFORE: &str = "SELECT i.candidate_id FROM import_rows i JOIN candidates k ON k.id = i.candidate_id \
    WHERE i.organization_id = $1 AND i.digest = staged_rows.digest AND (k.status NOT IN ('rejected', 'withdrawn') \
    OR EXISTS (SELECT 1 FROM merges m WHERE m.candidate_id = k.id AND m.undone_at IS NULL))";

/// Marks the rows that another import has taken since they were judged.
pub fn mark_taken_before(connection: &mut Connection, taking: &Taking) -> Result<usize, StoreError> {
    Ok(sql_query(format!(
        "UPDATE staged_rows SET outcome = 'duplicate', candidate_id = ({TAKEN_BEFORE}) \
         WHERE operation_id = $2 AND outcome = 'valid' AND EXISTS ({TAKEN_BEFORE})"
    ))
    .bind::<Id, _>(taking.organization)
    .bind::<Id, _>(taking.operation)
    .execute(connection)?)
}

/// Makes candidates of the rows that are in order, with everything that belongs to them but the index for searching;
/// returns how many.
pub fn take(connection: &mut Connection, taking: &Taking) -> Result<usize, StoreError> {
    let (now, operation) = (At(taking.now), taking.operation);
    let (user, role) = taking.actor;
    let made = sql_query(format!(
        "INSERT INTO candidates (id, cycle, category, status, visibility, subject, posthumous, name, name_folded, members, \
         occupation, gender, birth_year, ethnicity, summary, unit_id, district_id, channel, status_changed_at, \
         materials_changed_at, version, created_at, updated_at) \
         SELECT s.candidate_id, $1, s.category, 'nominated', 'shown', s.subject, s.posthumous, s.name, s.name_folded, s.members, \
         s.occupation, s.gender, s.birth_year, s.ethnicity, s.summary, s.unit_id, s.district_id, s.channel, $2, $2, 1, $2, $2 \
         {VALID} $3 ORDER BY s.row_number"
    ))
    .bind::<Integer, _>(taking.cycle)
    .bind::<Instant, _>(now)
    .bind::<Id, _>(operation)
    .execute(connection)?;
    sql_query(format!("INSERT INTO candidate_materials (candidate_id, deed) SELECT s.candidate_id, s.deed {VALID} $1"))
        .bind::<Id, _>(operation)
        .execute(connection)?;
    sql_query(format!(
        "INSERT INTO candidate_contacts (candidate_id, name_cipher, name_masked, phone_cipher, phone_masked, phone_index, relationship) \
         SELECT s.candidate_id, c.name_cipher, c.name_masked, c.phone_cipher, c.phone_masked, c.phone_index, c.relationship {VALID} $1"
    ))
    .bind::<Id, _>(operation)
    .execute(connection)?;
    sql_query(format!(
        "INSERT INTO nominations (id, candidate_id, is_first, user_id, operator_id, channel, name_cipher, name_masked, phone_cipher, \
         phone_masked, phone_index, relationship, created_at) \
         SELECT s.nomination_id, s.candidate_id, TRUE, CASE WHEN s.is_own THEN $1 END, CASE WHEN s.is_own THEN NULL ELSE $1 END, \
         s.channel, n.name_cipher, n.name_masked, n.phone_cipher, n.phone_masked, n.phone_index, n.relationship, $2 {VALID} $3"
    ))
    .bind::<Id, _>(user.id)
    .bind::<Instant, _>(now)
    .bind::<Id, _>(operation)
    .execute(connection)?;
    sql_query(format!(
        "INSERT INTO transitions (id, candidate_id, cycle, action, to_status, actor_id, actor_role, organization_id, \
         candidate_version, at, on_behalf_of) \
         SELECT s.transition_id, s.candidate_id, $1, 'nominate', 'nominated', $2, $3, $4, 1, $5, $6 {VALID} $7"
    ))
    .bind::<Integer, _>(taking.cycle)
    .bind::<Id, _>(user.id)
    .bind::<Text, _>(role)
    .bind::<Id, _>(taking.organization)
    .bind::<Instant, _>(now)
    .bind::<Nullable<Id>, _>(user.on_behalf_of)
    .bind::<Id, _>(operation)
    .execute(connection)?;
    sql_query(format!(
        "INSERT INTO statistic_changes (level, cycle, district_id, unit_id) \
         SELECT DISTINCT 'unit', $1, s.district_id, COALESCE(s.unit_id, s.district_id) {VALID} $2"
    ))
    .bind::<Integer, _>(taking.cycle)
    .bind::<Id, _>(operation)
    .execute(connection)?;
    announce(connection, taking)?;
    remember(connection, taking)?;
    Ok(made)
}

/// The outgoing events, as a single recommendation has one.
fn announce(connection: &mut Connection, taking: &Taking) -> Result<(), StoreError> {
    let payload = match connection {
        Connection::Postgres(_) => {
            "jsonb_build_object('cycle', $3::text, 'category', s.category, 'channel', s.channel)"
        }
        Connection::Sqlite(_) => "CAST(json_object('cycle', $3, 'category', s.category, 'channel', s.channel) AS BLOB)",
    };
    sql_query(format!(
        "INSERT INTO outbox_events (id, at, kind, subject_kind, subject_id, cycle, district_id, unit_id, payload) \
         SELECT s.event_id, $1, 'candidate.nominated', 'candidate', s.subject_id, $2, s.district_id, s.unit_id, {payload} {VALID} $4"
    ))
    .bind::<Instant, _>(At(taking.now))
    .bind::<Integer, _>(taking.cycle)
    .bind::<Text, _>(taking.cycle.to_string())
    .bind::<Id, _>(taking.operation)
    .execute(connection)?;
    Ok(())
}

/// Notes the rows as taken.
fn remember(connection: &mut Connection, taking: &Taking) -> Result<(), StoreError> {
    sql_query(format!(
        "INSERT INTO import_rows (organization_id, digest, candidate_id, taken_at) \
         SELECT $1, r.digest, s.candidate_id, $2 {VALID} $3 \
         ON CONFLICT (organization_id, digest) DO UPDATE SET candidate_id = excluded.candidate_id, taken_at = excluded.taken_at"
    ))
    .bind::<Id, _>(taking.organization)
    .bind::<Instant, _>(At(taking.now))
    .bind::<Id, _>(taking.operation)
    .execute(connection)?;
    sql_query(
        "UPDATE staged_rows SET outcome = 'created', candidate_id = id WHERE operation_id = $1 AND outcome = 'valid'",
    )
    .bind::<Id, _>(taking.operation)
    .execute(connection)?;
    // Rows that repeat one of the same table are shown what became of that.
    sql_query(
        "UPDATE staged_rows SET candidate_id = (SELECT e.candidate_id FROM staged_rows e WHERE e.operation_id = $1 \
         AND e.row_number = staged_rows.earlier_row) \
         WHERE operation_id = $1 AND outcome = 'duplicate' AND candidate_id IS NULL AND earlier_row IS NOT NULL",
    )
    .bind::<Id, _>(taking.operation)
    .execute(connection)?;
    Ok(())
}

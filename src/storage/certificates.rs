//! Certificates: what was issued, and what others have printed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{candidates, certificates, outside_certificates},
    sql_values::{At, OnDay, Stored},
};
use crate::domain::{
    certificate::outside::OutsideCertificate,
    id::{CandidateId, HonourId, UserId},
};

/// A certificate as it was issued. Its file is named by both, so that none ever replaces another.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = certificates)]
pub struct IssuedRow {
    /// Whose.
    pub honour_id: HonourId,
    /// Digest of the file.
    pub sha256: Vec<u8>,
    /// Length of the file.
    pub byte_size: i64,
    /// When it was drawn for the first time.
    #[diesel(serialize_as = At)]
    pub issued_at: DateTime<Utc>,
}

/// Notes what was issued; false when something was before, which then stays.
pub fn insert_first(connection: &mut Connection, row: &IssuedRow) -> Result<bool, StoreError> {
    let row = row.clone();
    let inserted = on_either!(connection, inner => {
        diesel::insert_into(certificates::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(inserted == 1)
}

/// What was issued for some honours.
pub fn issued_of(
    connection: &mut Connection,
    honours: &[HonourId],
) -> Result<BTreeMap<HonourId, IssuedRow>, StoreError> {
    let rows: Vec<IssuedRow> = certificates::table
        .filter(certificates::honour_id.eq_any(honours.to_vec()))
        .select(IssuedRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.honour_id, row)).collect())
}

/// Which of these honours were issued the certificate of this digest.
pub fn known_among(
    connection: &mut Connection,
    files: &[(HonourId, [u8; 32])],
) -> Result<BTreeSet<(HonourId, [u8; 32])>, StoreError> {
    let honours: Vec<HonourId> = files.iter().map(|(honour, _)| *honour).collect();
    let issued = issued_of(connection, &honours)?;
    let is_issued =
        |(honour, sha256): &&(HonourId, [u8; 32])| issued.get(honour).is_some_and(|row| row.sha256 == sha256);
    Ok(files.iter().filter(is_issued).copied().collect())
}

/// The members of the groups among some candidates, by name.
pub fn members_of(
    connection: &mut Connection,
    ids: &[CandidateId],
) -> Result<BTreeMap<CandidateId, Vec<String>>, StoreError> {
    let rows: Vec<(CandidateId, Stored<Vec<String>>)> = candidates::table
        .filter(candidates::id.eq_any(ids.to_vec()))
        .select((candidates::id, candidates::members))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, members)| (id, members.0)).collect())
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = outside_certificates)]
struct OutsideRow {
    honour_id: HonourId,
    number: String,
    issuer: String,
    issued_on: OnDay,
    recorded_by: UserId,
    #[diesel(serialize_as = At)]
    recorded_at: DateTime<Utc>,
}

/// The certificate of an honour that somebody else has printed, where it is recorded.
pub fn find_outside(connection: &mut Connection, honour: HonourId) -> Result<Option<OutsideCertificate>, StoreError> {
    let row: Option<OutsideRow> =
        outside_certificates::table.find(honour).select(OutsideRow::as_select()).first(connection).optional()?;
    Ok(row.map(|row| OutsideCertificate { number: row.number, issuer: row.issuer, issued_on: row.issued_on.0 }))
}

/// Records the certificate that somebody else has printed; what was recorded before is replaced.
pub fn replace_outside(
    connection: &mut Connection,
    honour_id: HonourId,
    outside: &OutsideCertificate,
    (recorded_by, recorded_at): (UserId, DateTime<Utc>),
) -> Result<(), StoreError> {
    let row = OutsideRow {
        honour_id,
        number: outside.number.clone(),
        issuer: outside.issuer.clone(),
        issued_on: OnDay(outside.issued_on),
        recorded_by,
        recorded_at,
    };
    diesel::delete(outside_certificates::table.find(honour_id)).execute(connection)?;
    diesel::insert_into(outside_certificates::table).values(row).execute(connection)?;
    Ok(())
}

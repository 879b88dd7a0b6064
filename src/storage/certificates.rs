//! Certificates: what was issued and reissued, and what others have printed.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{candidates, certificate_prints, honours, outside_certificates, users},
    sql_values::{At, OnDay, Stored},
};
use crate::domain::{
    certificate::outside::OutsideCertificate,
    id::{CandidateId, CertificatePrintId, HonourId, UserId},
};

/// A print of a certificate: the first, which issued it, or one by which it was reissued. Its file is named by honour and
/// digest, so that none ever replaces another.
#[derive(Clone, Debug, PartialEq, Eq, Insertable, Queryable, Selectable)]
#[diesel(table_name = certificate_prints, treat_none_as_default_value = false)]
pub struct PrintRow {
    /// Its id.
    pub id: CertificatePrintId,
    /// Whose.
    pub honour_id: HonourId,
    /// Its place among the prints of the certificate, from 1; the last one is given out.
    pub sequence: i32,
    /// Digest of the file.
    pub sha256: Vec<u8>,
    /// Length of the file.
    pub byte_size: i64,
    /// The address of the public check that stands on it; none where that was not noted.
    pub check_url: Option<String>,
    /// The issuer that stands on it; none where that was not noted: the list's.
    pub issuer: Option<String>,
    /// Who had it reissued; none for the first, and where the operator's command did.
    pub printed_by: Option<UserId>,
    /// Why it was reissued; none for the first.
    pub reason: Option<String>,
    /// When it was drawn.
    #[diesel(serialize_as = At)]
    pub printed_at: DateTime<Utc>,
}

/// Notes the first print; false when there was one before, which then stays.
pub fn insert_first(connection: &mut Connection, row: &PrintRow) -> Result<bool, StoreError> {
    let row = row.clone();
    let inserted = on_either!(connection, inner => {
        diesel::insert_into(certificate_prints::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(inserted == 1)
}

/// Notes a print that replaces the one before.
pub fn insert(connection: &mut Connection, row: &PrintRow) -> Result<(), StoreError> {
    diesel::insert_into(certificate_prints::table).values(row.clone()).execute(connection)?;
    Ok(())
}

/// The last prints of some honours, which are given out.
pub fn issued_of(
    connection: &mut Connection,
    honours: &[HonourId],
) -> Result<BTreeMap<HonourId, PrintRow>, StoreError> {
    let rows: Vec<PrintRow> = certificate_prints::table
        .filter(certificate_prints::honour_id.eq_any(honours.to_vec()))
        .order((certificate_prints::honour_id, certificate_prints::sequence))
        .select(PrintRow::as_select())
        .load(connection)?;
    // Of each honour the last one stays.
    Ok(rows.into_iter().map(|row| (row.honour_id, row)).collect())
}

/// Finds a print.
pub fn find_print(connection: &mut Connection, id: CertificatePrintId) -> Result<Option<PrintRow>, StoreError> {
    Ok(certificate_prints::table.find(id).select(PrintRow::as_select()).first(connection).optional()?)
}

/// One page of the prints of an honour, the last one first, after the sequence of the last row seen; each with the name of
/// who had it reissued.
pub fn list_prints(
    connection: &mut Connection,
    honour: HonourId,
    after: Option<i32>,
    limit: i64,
) -> Result<Vec<(PrintRow, Option<String>)>, StoreError> {
    let mut query = certificate_prints::table
        .left_join(users::table.on(certificate_prints::printed_by.eq(users::id.nullable())))
        .filter(certificate_prints::honour_id.eq(honour))
        .select((PrintRow::as_select(), users::display_name.nullable()))
        .into_boxed();
    if let Some(after) = after {
        query = query.filter(certificate_prints::sequence.lt(after));
    }
    Ok(query.order(certificate_prints::sequence.desc()).limit(limit).load(connection)?)
}

/// Which of these honours had the certificate of this digest, given out now or before.
pub fn known_among(
    connection: &mut Connection,
    files: &[(HonourId, [u8; 32])],
) -> Result<BTreeSet<(HonourId, [u8; 32])>, StoreError> {
    let honours: Vec<HonourId> = files.iter().map(|(honour, _)| *honour).collect();
    let prints: Vec<(HonourId, Vec<u8>)> = certificate_prints::table
        .filter(certificate_prints::honour_id.eq_any(honours))
        .select((certificate_prints::honour_id, certificate_prints::sha256))
        .load(connection)?;
    let prints: BTreeSet<(HonourId, Vec<u8>)> = prints.into_iter().collect();
    let is_known = |(honour, sha256): &&(HonourId, [u8; 32])| prints.contains(&(*honour, sha256.to_vec()));
    Ok(files.iter().filter(is_known).copied().collect())
}

/// The addresses that stand on the certificates that are given out, by their numbers; none where it was not noted.
pub fn addresses(connection: &mut Connection) -> Result<BTreeMap<String, Option<String>>, StoreError> {
    let rows: Vec<(String, Option<String>)> = certificate_prints::table
        .inner_join(honours::table.on(honours::id.eq(certificate_prints::honour_id)))
        .filter(honours::revoked_at.is_null())
        .order((honours::certificate_number, certificate_prints::sequence))
        .select((honours::certificate_number, certificate_prints::check_url))
        .load(connection)?;
    // Of each number the last print stays.
    Ok(rows.into_iter().collect())
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

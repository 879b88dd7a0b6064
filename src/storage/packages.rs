//! The packages of batches: how each stands, who builds it, and what was built.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{batch_packages, package_files},
    sql_values::{AnyId, At},
};
use crate::domain::{
    id::BatchId,
    package::{ListedFile, Package, PackageFailure, PackageStatus},
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = batch_packages)]
struct PackageRow {
    batch_id: BatchId,
    status: PackageStatus,
    size: Option<i64>,
    sha256: Option<Vec<u8>>,
    ready_at: Option<At>,
    failure: Option<PackageFailure>,
}

impl From<PackageRow> for Package {
    fn from(row: PackageRow) -> Self {
        Self {
            status: row.status,
            size: row.size.and_then(|size| u64::try_from(size).ok()),
            sha256: row.sha256.map(hex::encode),
            ready_at: row.ready_at.map(|at| at.0),
            failure: row.failure,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = batch_packages, treat_none_as_default_value = false)]
struct NewPackage {
    batch_id: BatchId,
    header: Option<Vec<u8>>,
    status: PackageStatus,
    attempts: i32,
    due_at: At,
    is_announced: bool,
}

/// Adds the package of a batch that is forwarded now, to be built; `header` is frozen with it.
pub fn insert(connection: &mut Connection, id: BatchId, header: Vec<u8>) -> Result<(), StoreError> {
    let row = NewPackage {
        batch_id: id,
        header: Some(header),
        status: PackageStatus::Building,
        attempts: 0,
        due_at: At(DateTime::UNIX_EPOCH),
        is_announced: false,
    };
    diesel::insert_into(batch_packages::table).values(row).execute(connection)?;
    Ok(())
}

/// How the package of a batch stands.
pub fn find(connection: &mut Connection, id: BatchId) -> Result<Option<Package>, StoreError> {
    Ok(find_all(connection, &[id])?.remove(&id))
}

/// How the packages of several batches stand.
pub fn find_all(connection: &mut Connection, ids: &[BatchId]) -> Result<BTreeMap<BatchId, Package>, StoreError> {
    let rows: Vec<PackageRow> = batch_packages::table
        .filter(batch_packages::batch_id.eq_any(ids.to_vec()))
        .select(PackageRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(|row| (row.batch_id, Package::from(row))).collect())
}

/// Whether subscribers know of a batch. Its package's row is held.
pub fn is_announced(connection: &mut Connection, id: BatchId) -> Result<bool, StoreError> {
    let found: Option<bool> =
        batch_packages::table.find(id).select(batch_packages::is_announced).first(connection).optional()?;
    Ok(found.unwrap_or(false))
}

/// What was frozen for the whole of a batch, if anything was.
pub fn header(connection: &mut Connection, id: BatchId) -> Result<Option<Vec<u8>>, StoreError> {
    let found: Option<Option<Vec<u8>>> =
        batch_packages::table.find(id).select(batch_packages::header).first(connection).optional()?;
    Ok(found.flatten())
}

/// The manifest and its signature, once the package is ready.
pub fn manifest(connection: &mut Connection, id: BatchId) -> Result<Option<(Vec<u8>, String)>, StoreError> {
    let found: Option<(Option<Vec<u8>>, Option<String>)> = batch_packages::table
        .find(id)
        .select((batch_packages::manifest, batch_packages::signature))
        .first(connection)
        .optional()?;
    Ok(found.and_then(|(manifest, signature)| manifest.zip(signature)))
}

/// Whether any package waits to be built at a moment of the machine's clock.
pub fn is_any_due(connection: &mut Connection, now: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(next_due(connection, now)?.is_some())
}

fn next_due(connection: &mut Connection, now: DateTime<Utc>) -> Result<Option<(BatchId, i32)>, StoreError> {
    Ok(batch_packages::table
        .filter(batch_packages::status.eq(PackageStatus::Building))
        .filter(batch_packages::due_at.le(At(now)))
        .order((batch_packages::due_at, batch_packages::batch_id))
        .select((batch_packages::batch_id, batch_packages::attempts))
        .first(connection)
        .optional()?)
}

/// A package that one process has taken up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Of which batch.
    pub batch: BatchId,
    /// By which this process's work on it is told from another's.
    pub token: Uuid,
    /// Which attempt it is, from 1.
    pub attempt: i32,
}

/// Takes up the package that is due first, if one is; others leave it alone until `lease_until`.
pub fn claim(
    connection: &mut Connection,
    (now, lease_until): (DateTime<Utc>, DateTime<Utc>),
    token: Uuid,
) -> Result<Option<Claim>, StoreError> {
    while let Some((batch, attempts)) = next_due(connection, now)? {
        let is_ours = diesel::update(batch_packages::table.find(batch))
            .filter(batch_packages::status.eq(PackageStatus::Building))
            .filter(batch_packages::due_at.le(At(now)))
            .set((
                batch_packages::claim.eq(Some(AnyId(token))),
                batch_packages::due_at.eq(At(lease_until)),
                batch_packages::attempts.eq(attempts.saturating_add(1)),
            ))
            .execute(connection)?;
        if is_ours == 1 {
            return Ok(Some(Claim { batch, token, attempt: attempts.saturating_add(1) }));
        }
    }
    Ok(None)
}

macro_rules! claimed {
    ($claim:expr) => {
        diesel::update(batch_packages::table.find($claim.batch))
            .filter(batch_packages::status.eq(PackageStatus::Building))
            .filter(batch_packages::claim.eq(Some(AnyId($claim.token))))
    };
}

/// Notes that the package is still worked on; false when another process has taken it up.
pub fn lengthen(connection: &mut Connection, claim: &Claim, until: DateTime<Utc>) -> Result<bool, StoreError> {
    Ok(claimed!(claim).set(batch_packages::due_at.eq(At(until))).execute(connection)? == 1)
}

/// Leaves the package to whoever comes first from a moment on; `attempts` are those that count.
pub fn give_back(
    connection: &mut Connection,
    claim: &Claim,
    (due_at, attempts): (DateTime<Utc>, i32),
) -> Result<bool, StoreError> {
    let none: Option<AnyId> = None;
    let change =
        (batch_packages::claim.eq(none), batch_packages::due_at.eq(At(due_at)), batch_packages::attempts.eq(attempts));
    Ok(claimed!(claim).set(change).execute(connection)? == 1)
}

/// Gives the package up, until it is asked for again.
pub fn fail(connection: &mut Connection, claim: &Claim, failure: PackageFailure) -> Result<bool, StoreError> {
    let none: Option<AnyId> = None;
    let change = (
        batch_packages::status.eq(PackageStatus::Failed),
        batch_packages::failure.eq(Some(failure)),
        batch_packages::claim.eq(none),
    );
    Ok(claimed!(claim).set(change).execute(connection)? == 1)
}

/// Lets a package that was given up be built again; false when it was not given up.
pub fn restart(connection: &mut Connection, id: BatchId) -> Result<bool, StoreError> {
    let none: Option<PackageFailure> = None;
    let changed = diesel::update(batch_packages::table.find(id))
        .filter(batch_packages::status.eq(PackageStatus::Failed))
        .set((
            batch_packages::status.eq(PackageStatus::Building),
            batch_packages::failure.eq(none),
            batch_packages::attempts.eq(0),
            batch_packages::due_at.eq(At(DateTime::UNIX_EPOCH)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Frees every package that somebody works on: for the only process of a database, when it starts.
pub fn release_all(connection: &mut Connection) -> Result<usize, StoreError> {
    Ok(diesel::update(batch_packages::table)
        .filter(batch_packages::status.eq(PackageStatus::Building).and(batch_packages::claim.is_not_null()))
        .set(batch_packages::due_at.eq(At(DateTime::UNIX_EPOCH)))
        .execute(connection)?)
}

/// What was built.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Built {
    /// The manifest's bytes.
    pub manifest: Vec<u8>,
    /// The detached signature over them.
    pub signature: String,
    /// The files that the manifest lists, in their order.
    pub files: Vec<ListedFile>,
    /// Bytes of the ZIP.
    pub size: u64,
    /// SHA-256 of the ZIP.
    pub sha256: [u8; 32],
}

#[derive(Insertable)]
#[diesel(table_name = package_files)]
struct NewFile<'a> {
    batch_id: BatchId,
    position: i32,
    path: &'a str,
    size: i64,
    sha256: Vec<u8>,
    media_type: &'a str,
}

/// Makes the package ready; false when another process has taken it up. Whether the batch is still to be announced is told
/// beside.
pub fn finish(
    connection: &mut Connection,
    claim: &Claim,
    built: &Built,
    now: DateTime<Utc>,
) -> Result<Option<Announcement>, StoreError> {
    let none: Option<AnyId> = None;
    let was_announced: bool =
        batch_packages::table.find(claim.batch).select(batch_packages::is_announced).first(connection)?;
    let change = (
        batch_packages::status.eq(PackageStatus::Ready),
        batch_packages::claim.eq(none),
        batch_packages::size.eq(Some(i64::try_from(built.size).unwrap_or(i64::MAX))),
        batch_packages::sha256.eq(Some(built.sha256.to_vec())),
        batch_packages::manifest.eq(Some(built.manifest.clone())),
        batch_packages::signature.eq(Some(built.signature.clone())),
        batch_packages::ready_at.eq(Some(At(now))),
        batch_packages::is_announced.eq(true),
    );
    if claimed!(claim).set(change).execute(connection)? == 0 {
        return Ok(None);
    }
    for (position, file) in (0..).zip(&built.files) {
        let row = NewFile {
            batch_id: claim.batch,
            position,
            path: &file.path,
            size: i64::try_from(file.size).unwrap_or(i64::MAX),
            sha256: hex::decode(&file.sha256).map_err(|error| StoreError::Schema(error.to_string()))?,
            media_type: &file.media_type,
        };
        diesel::insert_into(package_files::table).values(row).execute(connection)?;
    }
    Ok(Some(if was_announced { Announcement::Known } else { Announcement::Due }))
}

/// Whether subscribers know of a batch whose package has just become ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Announcement {
    /// They are to be told.
    Due,
    /// They were told when it was forwarded, before packages were built.
    Known,
}

/// The files of a package that is ready, in their order.
pub fn files(connection: &mut Connection, id: BatchId) -> Result<Vec<ListedFile>, StoreError> {
    let rows: Vec<(String, i64, Vec<u8>, String)> = package_files::table
        .filter(package_files::batch_id.eq(id))
        .order(package_files::position)
        .select((package_files::path, package_files::size, package_files::sha256, package_files::media_type))
        .load(connection)?;
    let files = rows.into_iter().map(|(path, size, sha256, media_type)| ListedFile {
        path,
        size: u64::try_from(size).unwrap_or_default(),
        sha256: hex::encode(sha256),
        media_type,
    });
    Ok(files.collect())
}

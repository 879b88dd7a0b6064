//! Batches that go to the portal, and their frozen items.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, OptionalExtension, QueryDsl, Queryable,
    RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError, batch_material, locks, packages,
    schema::{batch_items, batch_packages, batch_receipts, batches},
    sql_values::{At, Stored},
};
use crate::domain::{
    batch::{Batch, BatchItem, BatchStatus, ItemStatus, Receipt, Snapshot},
    canonical_json,
    id::{BatchId, CandidateId, UserId},
    month::Month,
    package::PackageStatus,
};

#[derive(Queryable, Selectable)]
#[diesel(table_name = batches)]
struct BatchRow {
    id: BatchId,
    cycle: Month,
    sequence: i32,
    status: BatchStatus,
    created_by: UserId,
    receipt_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = batches)]
struct NewBatch {
    id: BatchId,
    cycle: Month,
    sequence: i32,
    status: BatchStatus,
    created_by: UserId,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<BatchRow> for Batch {
    fn from(row: BatchRow) -> Self {
        Self {
            id: row.id,
            cycle: row.cycle,
            sequence: u32::try_from(row.sequence).unwrap_or_default(),
            status: row.status,
            forwarded_by: row.created_by,
            forwarded_at: row.created_at,
            received_at: row.receipt_at,
            version: row.version,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = batch_items, treat_none_as_default_value = false)]
struct NewItem {
    batch_id: BatchId,
    candidate_id: CandidateId,
    position: i32,
    snapshot: Vec<u8>,
    status: ItemStatus,
}

/// The highest sequence of a cycle, if it has batches. The caller holds the cycle.
pub fn last_sequence(connection: &mut Connection, cycle: Month) -> Result<Option<u32>, StoreError> {
    let last: Option<i32> = batches::table
        .filter(batches::cycle.eq(cycle))
        .order(batches::sequence.desc())
        .select(batches::sequence)
        .first(connection)
        .optional()?;
    Ok(last.and_then(|last| u32::try_from(last).ok()))
}

/// Adds a batch with its items in this order, each frozen as canonical JSON, and its package to be built; holds the files
/// of their photos. `header` is what is frozen of the batch as a whole.
pub fn insert(
    connection: &mut Connection,
    (batch, header): (&Batch, Vec<u8>),
    items: &[Snapshot],
) -> Result<(), StoreError> {
    let row = NewBatch {
        id: batch.id,
        cycle: batch.cycle,
        sequence: i32::try_from(batch.sequence).unwrap_or(i32::MAX),
        status: batch.status,
        created_by: batch.forwarded_by,
        version: batch.version,
        created_at: At(batch.forwarded_at),
        updated_at: At(batch.forwarded_at),
    };
    diesel::insert_into(batches::table).values(row).execute(connection)?;
    for (position, snapshot) in (1..).zip(items) {
        let bytes = canonical_json::to_bytes(snapshot).map_err(|error| StoreError::Schema(error.to_string()))?;
        diesel::insert_into(batch_items::table)
            .values(NewItem {
                batch_id: batch.id,
                candidate_id: snapshot.candidate_id,
                position,
                snapshot: bytes,
                status: ItemStatus::Sent,
            })
            .execute(connection)?;
    }
    packages::insert(connection, batch.id, header)?;
    batch_material::hold_photos(connection, batch.id, items)
}

/// Finds a batch.
pub fn find(connection: &mut Connection, id: BatchId) -> Result<Option<Batch>, StoreError> {
    let row = batches::table.find(id).select(BatchRow::as_select()).first(connection).optional()?;
    Ok(row.map(Batch::from))
}

/// Holds a batch against other receipts and returns it.
pub fn find_locked(connection: &mut Connection, id: BatchId) -> Result<Option<Batch>, StoreError> {
    locks::batch(connection, id)?;
    find(connection, id)
}

/// The items of a batch in their order.
pub fn items(connection: &mut Connection, id: BatchId) -> Result<Vec<BatchItem>, StoreError> {
    let rows: Vec<(Vec<u8>, ItemStatus, Option<String>)> = batch_items::table
        .filter(batch_items::batch_id.eq(id))
        .order(batch_items::position)
        .select((batch_items::snapshot, batch_items::status, batch_items::reason))
        .load(connection)?;
    rows.into_iter()
        .map(|(bytes, status, reason)| {
            let snapshot = serde_json::from_slice(&bytes).map_err(|error| StoreError::Schema(error.to_string()))?;
            Ok(BatchItem { snapshot, status, reason })
        })
        .collect()
}

/// Whether a candidate was forwarded again, in a later batch of the same cycle.
pub fn is_in_later(connection: &mut Connection, batch: &Batch, candidate: CandidateId) -> Result<bool, StoreError> {
    let later = batch_items::table
        .inner_join(batches::table.on(batches::id.eq(batch_items::batch_id)))
        .filter(batch_items::candidate_id.eq(candidate))
        .filter(batches::cycle.eq(batch.cycle))
        .filter(batches::sequence.gt(i32::try_from(batch.sequence).unwrap_or(i32::MAX)));
    Ok(diesel::select(diesel::dsl::exists(later)).get_result(connection)?)
}

/// Every candidate that was forwarded in a batch of a cycle, whatever became of it.
pub fn candidates_of(connection: &mut Connection, cycle: Month) -> Result<BTreeSet<CandidateId>, StoreError> {
    let ids: Vec<CandidateId> = batch_items::table
        .inner_join(batches::table.on(batches::id.eq(batch_items::batch_id)))
        .filter(batches::cycle.eq(cycle))
        .select(batch_items::candidate_id)
        .load(connection)?;
    Ok(ids.into_iter().collect())
}

/// How many items each of the batches has.
pub fn count_items(connection: &mut Connection, ids: &[BatchId]) -> Result<BTreeMap<BatchId, u32>, StoreError> {
    let rows: Vec<(BatchId, i64)> = batch_items::table
        .filter(batch_items::batch_id.eq_any(ids.to_vec()))
        .group_by(batch_items::batch_id)
        .select((batch_items::batch_id, diesel::dsl::count_star()))
        .load(connection)?;
    Ok(rows.into_iter().map(|(id, count)| (id, u32::try_from(count).unwrap_or(u32::MAX))).collect())
}

/// What a list of batches is narrowed to.
#[derive(Clone, Debug, Default)]
pub struct BatchFilter {
    /// Of this cycle.
    pub cycle: Option<Month>,
    /// In these states; none means all.
    pub statuses: Vec<BatchStatus>,
    /// Without those that wait for the portal and have no package yet.
    pub only_offered: bool,
}

/// One page, the latest first.
pub fn list(
    connection: &mut Connection,
    filter: BatchFilter,
    after: Option<(DateTime<Utc>, BatchId)>,
    limit: i64,
) -> Result<Vec<Batch>, StoreError> {
    let mut query = batches::table.select(BatchRow::as_select()).into_boxed();
    if let Some(cycle) = filter.cycle {
        query = query.filter(batches::cycle.eq(cycle));
    }
    if !filter.statuses.is_empty() {
        query = query.filter(batches::status.eq_any(filter.statuses));
    }
    if filter.only_offered {
        let ready = batch_packages::table
            .filter(batch_packages::batch_id.eq(batches::id))
            .filter(batch_packages::status.eq(PackageStatus::Ready));
        query = query.filter(batches::status.ne(BatchStatus::Pending).or(diesel::dsl::exists(ready)));
    }
    if let Some((created_at, id)) = after {
        query = query.filter(
            batches::created_at.lt(At(created_at)).or(batches::created_at.eq(At(created_at)).and(batches::id.lt(id))),
        );
    }
    let rows = query.order((batches::created_at.desc(), batches::id.desc())).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(Batch::from).collect())
}

/// Whether a receipt with this digest was taken before.
pub fn knows_receipt(connection: &mut Connection, id: BatchId, digest: &[u8]) -> Result<bool, StoreError> {
    let found = batch_receipts::table.find((id, digest.to_vec())).count().get_result::<i64>(connection)?;
    Ok(found > 0)
}

/// Keeps a receipt under its digest. Part of a [`set_received`] in the same transaction.
pub fn insert_receipt(
    connection: &mut Connection,
    (id, digest): (BatchId, &[u8]),
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::insert_into(batch_receipts::table)
        .values((
            batch_receipts::batch_id.eq(id),
            batch_receipts::digest.eq(digest),
            batch_receipts::receipt.eq(Stored(receipt.clone())),
            batch_receipts::received_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(())
}

/// Notes a receipt: the batch's status, the refused items, and the others as accepted.
pub fn set_received(
    connection: &mut Connection,
    id: BatchId,
    status: BatchStatus,
    receipt: &Receipt,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::update(batches::table.find(id))
        .set((
            batches::status.eq(status),
            batches::receipt.eq(Some(Stored(receipt.clone()))),
            batches::receipt_at.eq(Some(At(now))),
            batches::version.eq(batches::version + 1),
            batches::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    for item in &receipt.refused {
        let sent = [ItemStatus::Sent, ItemStatus::Accepted];
        diesel::update(batch_items::table.find((id, item.candidate_id)).filter(batch_items::status.eq_any(sent)))
            .set((batch_items::status.eq(ItemStatus::Refused), batch_items::reason.eq(Some(&item.reason))))
            .execute(connection)?;
    }
    diesel::update(
        batch_items::table.filter(batch_items::batch_id.eq(id)).filter(batch_items::status.eq(ItemStatus::Sent)),
    )
    .set(batch_items::status.eq(ItemStatus::Accepted))
    .execute(connection)?;
    Ok(())
}

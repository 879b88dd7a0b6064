//! Visits to honorees: added, corrected, struck, never removed.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::count_star,
};

use super::{
    Connection, StoreError,
    schema::visits,
    sql_values::{At, OnDay, Stored},
};
use crate::domain::{
    id::{HonoreeId, OrganizationId, UserId, VisitId},
    visit::VisitKind,
};

/// How many visits an organization has made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct VisitCount {
    /// All that stand.
    pub visits: i64,
    /// Those that reached the honoree or the family.
    pub reached: i64,
}

/// The visits of some days, first and last included, by the organization that made them.
pub fn count(
    connection: &mut Connection,
    (from, until): (NaiveDate, NaiveDate),
) -> Result<BTreeMap<OrganizationId, VisitCount>, StoreError> {
    let rows: Vec<(Option<OrganizationId>, bool, i64)> = visits::table
        .filter(visits::struck_at.is_null())
        .filter(visits::visited_on.between(OnDay(from), OnDay(until)))
        .group_by((visits::organization_id, visits::reached))
        .select((visits::organization_id, visits::reached, count_star()))
        .load(connection)?;
    let mut counts: BTreeMap<OrganizationId, VisitCount> = BTreeMap::new();
    for (organization, reached, number) in rows {
        let Some(organization) = organization else { continue };
        let count = counts.entry(organization).or_default();
        count.visits += number;
        count.reached += if reached { number } else { 0 };
    }
    Ok(counts)
}

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "visits";

/// A visit as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = visits, treat_none_as_default_value = false)]
pub struct VisitRow {
    /// Its id.
    pub id: VisitId,
    /// To whom.
    pub honoree_id: HonoreeId,
    /// When.
    pub visited_on: OnDay,
    /// What kind.
    pub kind: VisitKind,
    /// Whether the honoree, or the family, was reached.
    pub reached: bool,
    /// Who came.
    pub visitors: Stored<Vec<String>>,
    /// How the honoree fares, encrypted.
    pub situation_cipher: Vec<u8>,
    /// The facts of a hardship, encrypted; none where there is none.
    pub hardship_cipher: Option<Vec<u8>>,
    /// The day that was agreed on for the next visit.
    pub next_on: Option<OnDay>,
    /// Who recorded it.
    pub recorded_by: UserId,
    /// For which organization.
    pub organization_id: Option<OrganizationId>,
    /// Grows with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: At,
    /// When it was last changed.
    pub updated_at: At,
    /// Who struck it.
    pub struck_by: Option<UserId>,
    /// When it was struck.
    pub struck_at: Option<At>,
    /// Why it was struck.
    pub struck_reason: Option<String>,
}

/// Adds a visit to an honoree whose row is held.
pub fn insert(connection: &mut Connection, row: &VisitRow) -> Result<(), StoreError> {
    diesel::insert_into(visits::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds a visit.
pub fn find(connection: &mut Connection, id: VisitId) -> Result<Option<VisitRow>, StoreError> {
    Ok(visits::table.find(id).select(VisitRow::as_select()).first(connection).optional()?)
}

/// One page of the visits to an honoree, the last recorded first.
pub fn list_of(
    connection: &mut Connection,
    honoree: HonoreeId,
    after: Option<VisitId>,
    limit: i64,
) -> Result<Vec<VisitRow>, StoreError> {
    let mut query = visits::table.filter(visits::honoree_id.eq(honoree)).select(VisitRow::as_select()).into_boxed();
    if let Some(id) = after {
        query = query.filter(visits::id.lt(id));
    }
    Ok(query.order(visits::id.desc()).limit(limit).load(connection)?)
}

/// Corrects a visit if the version is still that of the row given; false when it is not, or when it was struck.
pub fn update_if(connection: &mut Connection, row: &VisitRow) -> Result<bool, StoreError> {
    let target = visits::table
        .filter(visits::id.eq(row.id))
        .filter(visits::version.eq(row.version))
        .filter(visits::struck_at.is_null());
    let changed = diesel::update(target)
        .set((
            visits::visited_on.eq(row.visited_on),
            visits::kind.eq(row.kind),
            visits::reached.eq(row.reached),
            visits::visitors.eq(&row.visitors),
            visits::situation_cipher.eq(&row.situation_cipher),
            visits::hardship_cipher.eq(&row.hardship_cipher),
            visits::next_on.eq(row.next_on),
            visits::version.eq(visits::version + 1),
            visits::updated_at.eq(row.updated_at),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Strikes a visit to an honoree whose row is held; false when it was struck before.
pub fn strike(
    connection: &mut Connection,
    id: VisitId,
    (by, at, reason): (UserId, At, &str),
) -> Result<bool, StoreError> {
    let struck = diesel::update(visits::table.find(id).filter(visits::struck_at.is_null()))
        .set((
            visits::struck_by.eq(Some(by)),
            visits::struck_at.eq(Some(at)),
            visits::struck_reason.eq(Some(reason)),
            visits::version.eq(visits::version + 1),
            visits::updated_at.eq(at),
        ))
        .execute(connection)?;
    Ok(struck == 1)
}

/// When the honoree was last reached, and the day that the last visit since has left. What was struck counts for nothing.
pub fn last(
    connection: &mut Connection,
    honoree: HonoreeId,
) -> Result<(Option<NaiveDate>, Option<NaiveDate>), StoreError> {
    let standing = || visits::table.filter(visits::honoree_id.eq(honoree)).filter(visits::struck_at.is_null());
    let order = (visits::visited_on.desc(), visits::id.desc());
    let reached: Option<OnDay> = standing()
        .filter(visits::reached.eq(true))
        .order(order)
        .select(visits::visited_on)
        .first(connection)
        .optional()?;
    let latest: Option<Option<OnDay>> = standing().order(order).select(visits::next_on).first(connection).optional()?;
    Ok((reached.map(|day| day.0), latest.flatten().map(|day| day.0)))
}

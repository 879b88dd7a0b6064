//! Honours that others have given.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::outside_honours,
    sql_values::{At, OnDay},
};
use crate::domain::{
    category::CategoryCode,
    id::{HonoreeId, OutsideHonourId, UserId},
    outside_honour::{HonourLevel, OutsideHonour, Struck},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = outside_honours, treat_none_as_default_value = false)]
struct OutsideHonourRow {
    id: OutsideHonourId,
    honoree_id: HonoreeId,
    level: HonourLevel,
    title: String,
    issuer: String,
    number: Option<String>,
    awarded_on: OnDay,
    category: Option<CategoryCode>,
    source_url: Option<String>,
    revoked_at: Option<At>,
    revoked_reason: Option<String>,
    version: i64,
    created_at: At,
    updated_at: At,
}

impl From<&OutsideHonour> for OutsideHonourRow {
    fn from(honour: &OutsideHonour) -> Self {
        Self {
            id: honour.id,
            honoree_id: honour.honoree,
            level: honour.level,
            title: honour.title.clone(),
            issuer: honour.issuer.clone(),
            number: honour.number.clone(),
            awarded_on: OnDay(honour.awarded_on),
            category: honour.category.clone(),
            source_url: honour.source_url.clone(),
            revoked_at: honour.struck.as_ref().map(|struck| At(struck.at)),
            revoked_reason: honour.struck.as_ref().map(|struck| struck.reason.clone()),
            version: honour.version,
            created_at: At(honour.created_at),
            updated_at: At(honour.updated_at),
        }
    }
}

impl From<OutsideHonourRow> for OutsideHonour {
    fn from(row: OutsideHonourRow) -> Self {
        let struck = row.revoked_at.map(|at| Struck { at: at.0, reason: row.revoked_reason.unwrap_or_default() });
        Self {
            id: row.id,
            honoree: row.honoree_id,
            level: row.level,
            title: row.title,
            issuer: row.issuer,
            number: row.number,
            awarded_on: row.awarded_on.0,
            category: row.category,
            source_url: row.source_url,
            struck,
            version: row.version,
            created_at: row.created_at.0,
            updated_at: row.updated_at.0,
        }
    }
}

/// Adds an honour.
pub fn insert(connection: &mut Connection, honour: &OutsideHonour, recorded_by: UserId) -> Result<(), StoreError> {
    let row = (OutsideHonourRow::from(honour), outside_honours::recorded_by.eq(recorded_by));
    diesel::insert_into(outside_honours::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds an honour.
pub fn find(connection: &mut Connection, id: OutsideHonourId) -> Result<Option<OutsideHonour>, StoreError> {
    let row: Option<OutsideHonourRow> =
        outside_honours::table.find(id).select(OutsideHonourRow::as_select()).first(connection).optional()?;
    Ok(row.map(OutsideHonour::from))
}

/// The honours of several honorees, struck ones too, the latest day first.
pub fn list_of(connection: &mut Connection, honorees: &[HonoreeId]) -> Result<Vec<OutsideHonour>, StoreError> {
    let rows: Vec<OutsideHonourRow> = outside_honours::table
        .filter(outside_honours::honoree_id.eq_any(honorees.to_vec()))
        .order((outside_honours::awarded_on.desc(), outside_honours::id.desc()))
        .select(OutsideHonourRow::as_select())
        .load(connection)?;
    Ok(rows.into_iter().map(OutsideHonour::from).collect())
}

/// How many of an honoree there are: all of them, and those that stand.
pub fn counts(connection: &mut Connection, honoree: HonoreeId) -> Result<(i64, i64), StoreError> {
    let of_honoree = outside_honours::table.filter(outside_honours::honoree_id.eq(honoree));
    let all: i64 = of_honoree.count().get_result(connection)?;
    let standing: i64 = of_honoree.filter(outside_honours::revoked_at.is_null()).count().get_result(connection)?;
    Ok((all, standing))
}

/// Writes an honour if the version is still that of the one given; false when it is not.
pub fn update_if(connection: &mut Connection, honour: &OutsideHonour, now: DateTime<Utc>) -> Result<bool, StoreError> {
    let row = OutsideHonourRow::from(honour);
    let target = outside_honours::table
        .filter(outside_honours::id.eq(honour.id))
        .filter(outside_honours::version.eq(honour.version));
    let changed = diesel::update(target)
        .set((
            outside_honours::level.eq(row.level),
            outside_honours::title.eq(row.title),
            outside_honours::issuer.eq(row.issuer),
            outside_honours::number.eq(row.number),
            outside_honours::awarded_on.eq(row.awarded_on),
            outside_honours::category.eq(row.category),
            outside_honours::source_url.eq(row.source_url),
            outside_honours::revoked_at.eq(row.revoked_at),
            outside_honours::revoked_reason.eq(row.revoked_reason),
            outside_honours::version.eq(outside_honours::version + 1),
            outside_honours::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

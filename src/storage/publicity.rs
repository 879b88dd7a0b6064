//! Records of publicity.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, JoinOnDsl, NullableExpressionMethods, OptionalExtension,
    QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::{count_star, exists},
};

use super::{
    Connection, StoreError,
    schema::{candidates, honorees, honours, publicity_records, users},
    sql_values::{At, OnDay},
};
use crate::domain::{
    candidate::Visibility,
    category::CategoryCode,
    honour::CertificateNumber,
    id::{HonoreeId, HonourId, OrganizationId, PublicityId, UserId},
    month::Month,
    publicity::{PublicityKind, PublicityRecord},
    scope::Scope,
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = publicity_records, treat_none_as_default_value = false)]
struct RecordRow {
    id: PublicityId,
    honoree_id: HonoreeId,
    outlet: String,
    kind: PublicityKind,
    title: String,
    url: Option<String>,
    published_on: OnDay,
    honour_id: Option<HonourId>,
    note: Option<String>,
    entered_by: UserId,
    version: i64,
    created_at: At,
    updated_at: At,
}

/// A record with whom it is about and who entered it.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The record.
    pub record: PublicityRecord,
    /// The honoree's name.
    pub honoree_name: String,
    /// The honoree's district.
    pub district: Option<OrganizationId>,
    /// The honoree's unit.
    pub unit: Option<OrganizationId>,
    /// The name of who entered it.
    pub entered_by_name: String,
    /// Whether everybody may read it: an honour of the honoree's stands and is shown, and where the record is of one honour,
    /// that one does.
    pub is_public: bool,
}

/// The honours that let everybody read a record.
macro_rules! standing {
    () => {
        honours::table
            .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
            .filter(honours::honoree_id.eq(publicity_records::honoree_id))
            .filter(publicity_records::honour_id.is_null().or(publicity_records::honour_id.eq(honours::id.nullable())))
            .filter(honours::revoked_at.is_null())
            .filter(candidates::visibility.eq(Visibility::Shown))
    };
}

fn row_of(connection: &mut Connection, record: &PublicityRecord) -> Result<RecordRow, StoreError> {
    let honour_id = match &record.honour {
        Some(number) => {
            let named = honours::table.filter(honours::certificate_number.eq(number.to_string()));
            Some(named.select(honours::id).first(connection).optional()?.ok_or(StoreError::Missing("honour"))?)
        }
        None => None,
    };
    Ok(RecordRow {
        id: record.id,
        honoree_id: record.honoree,
        outlet: record.outlet.clone(),
        kind: record.kind,
        title: record.title.clone(),
        url: record.url.clone(),
        published_on: OnDay(record.published_on),
        honour_id,
        note: record.note.clone(),
        entered_by: record.entered_by,
        version: record.version,
        created_at: At(record.created_at),
        updated_at: At(record.updated_at),
    })
}

/// Adds a record.
pub fn insert(connection: &mut Connection, record: &PublicityRecord) -> Result<(), StoreError> {
    let row = row_of(connection, record)?;
    diesel::insert_into(publicity_records::table).values(row).execute(connection)?;
    Ok(())
}

/// Which records.
#[derive(Clone, Debug, Default)]
pub struct PublicityFilter {
    /// This one.
    pub id: Option<PublicityId>,
    /// Of this honoree.
    pub honoree: Option<HonoreeId>,
    /// Only those that everybody may read.
    pub public_only: bool,
    /// Published in this year.
    pub year: Option<i32>,
    /// In outlets of these kinds.
    pub kinds: Vec<PublicityKind>,
    /// Of honorees of this district.
    pub district: Option<OrganizationId>,
    /// Of honorees with an honour of this category that stands and is shown.
    pub category: Option<CategoryCode>,
}

/// Finds a record, whoever may read it.
pub fn find(connection: &mut Connection, id: PublicityId) -> Result<Option<Recorded>, StoreError> {
    let filter = PublicityFilter { id: Some(id), ..PublicityFilter::default() };
    Ok(list(connection, &filter, None, 1)?.pop())
}

/// One page, those entered last first, after the key of the last row seen.
pub fn list(
    connection: &mut Connection,
    filter: &PublicityFilter,
    after: Option<(DateTime<Utc>, PublicityId)>,
    limit: i64,
) -> Result<Vec<Recorded>, StoreError> {
    let mut query = publicity_records::table
        .inner_join(honorees::table.on(honorees::id.eq(publicity_records::honoree_id)))
        .inner_join(users::table.on(users::id.eq(publicity_records::entered_by)))
        .select((RecordRow::as_select(), honorees::name, honorees::district_id, honorees::unit_id, users::display_name))
        .into_boxed();
    if let Some(id) = filter.id {
        query = query.filter(publicity_records::id.eq(id));
    }
    if let Some(honoree) = filter.honoree {
        query = query.filter(publicity_records::honoree_id.eq(honoree));
    }
    if filter.public_only {
        query = query.filter(exists(standing!()));
    }
    if let Some((first, last)) = filter.year.and_then(OnDay::of_year) {
        query = query.filter(publicity_records::published_on.between(first, last));
    }
    if !filter.kinds.is_empty() {
        query = query.filter(publicity_records::kind.eq_any(filter.kinds.clone()));
    }
    if let Some(district) = filter.district {
        query = query.filter(honorees::district_id.eq(district));
    }
    if let Some(category) = &filter.category {
        query = query.filter(exists(standing!().filter(honours::category.eq(category.clone()))));
    }
    if let Some((at, id)) = after {
        let same_moment = publicity_records::created_at.eq(At(at)).and(publicity_records::id.lt(id));
        query = query.filter(publicity_records::created_at.lt(At(at)).or(same_moment));
    }
    let order = (publicity_records::created_at.desc(), publicity_records::id.desc());
    let rows: Vec<Joined> = query.order(order).limit(limit).load(connection)?;
    complete(connection, rows)
}

type Joined = (RecordRow, String, Option<OrganizationId>, Option<OrganizationId>, String);

/// Puts certificate numbers beside the rows, and whether everybody may read them.
fn complete(connection: &mut Connection, rows: Vec<Joined>) -> Result<Vec<Recorded>, StoreError> {
    let ids: Vec<PublicityId> = rows.iter().map(|(row, ..)| row.id).collect();
    let public: BTreeSet<PublicityId> = publicity_records::table
        .filter(publicity_records::id.eq_any(ids))
        .filter(exists(standing!()))
        .select(publicity_records::id)
        .load(connection)?
        .into_iter()
        .collect();
    let named: Vec<HonourId> = rows.iter().filter_map(|(row, ..)| row.honour_id).collect();
    let numbers: Vec<(HonourId, String)> = honours::table
        .filter(honours::id.eq_any(named))
        .select((honours::id, honours::certificate_number))
        .load(connection)?;
    let numbers: BTreeMap<HonourId, String> = numbers.into_iter().collect();
    let number = |id: HonourId| -> Result<CertificateNumber, StoreError> {
        let found = numbers.get(&id).and_then(|text| text.parse().ok());
        found.ok_or(StoreError::Missing("certificate number"))
    };
    let recorded = |(row, honoree_name, district, unit, entered_by_name): Joined| {
        Ok(Recorded {
            is_public: public.contains(&row.id),
            record: PublicityRecord {
                id: row.id,
                honoree: row.honoree_id,
                outlet: row.outlet,
                kind: row.kind,
                title: row.title,
                url: row.url,
                published_on: row.published_on.0,
                honour: row.honour_id.map(number).transpose()?,
                note: row.note,
                entered_by: row.entered_by,
                version: row.version,
                created_at: row.created_at.0,
                updated_at: row.updated_at.0,
            },
            honoree_name,
            district,
            unit,
            entered_by_name,
        })
    };
    rows.into_iter().map(recorded).collect()
}

/// Writes what a record says if its version is still that of the one given; false when it is not.
pub fn update_if(
    connection: &mut Connection,
    record: &PublicityRecord,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = row_of(connection, record)?;
    let target = publicity_records::table
        .filter(publicity_records::id.eq(record.id))
        .filter(publicity_records::version.eq(record.version));
    let changed = diesel::update(target)
        .set((
            publicity_records::outlet.eq(row.outlet),
            publicity_records::kind.eq(row.kind),
            publicity_records::title.eq(row.title),
            publicity_records::url.eq(row.url),
            publicity_records::published_on.eq(row.published_on),
            publicity_records::honour_id.eq(row.honour_id),
            publicity_records::note.eq(row.note),
            publicity_records::version.eq(publicity_records::version + 1),
            publicity_records::updated_at.eq(At(now)),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Takes a record away if its version is still this; false when it is not.
pub fn delete_if(connection: &mut Connection, (id, version): (PublicityId, i64)) -> Result<bool, StoreError> {
    let target =
        publicity_records::table.filter(publicity_records::id.eq(id)).filter(publicity_records::version.eq(version));
    Ok(diesel::delete(target).execute(connection)? == 1)
}

/// Whose records are counted.
#[derive(Clone, Debug)]
pub struct CountFilter {
    /// Of honorees in this part of the tree.
    pub scope: Scope,
    /// Of honorees of this district.
    pub district: Option<OrganizationId>,
    /// Of honorees on the list of this cycle.
    pub cycle: Option<Month>,
    /// Published in this year.
    pub year: Option<i32>,
}

/// How many records of each kind there are of each month of publication, everybody's and the others.
pub fn counts(
    connection: &mut Connection,
    filter: &CountFilter,
) -> Result<BTreeMap<(Month, PublicityKind), i64>, StoreError> {
    let mut query = publicity_records::table
        .inner_join(honorees::table.on(honorees::id.eq(publicity_records::honoree_id)))
        .group_by((publicity_records::published_on, publicity_records::kind))
        .select((publicity_records::published_on, publicity_records::kind, count_star()))
        .into_boxed();
    match &filter.scope {
        Scope::City => {}
        Scope::District(own) => query = query.filter(honorees::district_id.eq(*own)),
        Scope::Units(own) => {
            let own: Vec<_> = own.iter().copied().map(Some).collect();
            query = query.filter(honorees::unit_id.eq_any(own));
        }
        Scope::Nowhere => return Ok(BTreeMap::new()),
    }
    if let Some(district) = filter.district {
        query = query.filter(honorees::district_id.eq(district));
    }
    if let Some(cycle) = filter.cycle {
        let of_cycle = honours::table.filter(honours::honoree_id.eq(honorees::id)).filter(honours::cycle.eq(cycle));
        query = query.filter(exists(of_cycle));
    }
    if let Some((first, last)) = filter.year.and_then(OnDay::of_year) {
        query = query.filter(publicity_records::published_on.between(first, last));
    }
    let mut counts = BTreeMap::new();
    for (day, kind, count) in query.load::<(OnDay, PublicityKind, i64)>(connection)? {
        let month = Month::from_number(day.number() / 100).ok_or(StoreError::Missing("month"))?;
        *counts.entry((month, kind)).or_insert(0) += count;
    }
    Ok(counts)
}

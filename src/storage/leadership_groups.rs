//! The leadership groups 活动领导小组: one in force per organization, and those that were replaced.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{leadership_groups, leadership_history},
    sql_values::{At, OnDay, Stored},
};
use crate::domain::{
    id::{LeadershipId, OrganizationId, UserId},
    leadership::{Leadership, Term},
};

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = leadership_groups, treat_none_as_default_value = false)]
struct LeadershipRow {
    organization_id: OrganizationId,
    head: Option<String>,
    deputies: Stored<Vec<String>>,
    members: Stored<Vec<String>>,
    office_director: Option<String>,
    office_phone: Option<String>,
    term_from: Option<OnDay>,
    term_to: Option<OnDay>,
    document: Option<String>,
    since: Option<OnDay>,
    version: i64,
    updated_at: At,
}

/// A group as it is kept.
#[derive(Clone, Debug)]
pub struct KeptGroup {
    /// The group.
    pub group: Leadership,
    /// The first day on which it was in force; none for groups from before that was kept.
    pub since: Option<NaiveDate>,
    /// Grows with each change.
    pub version: i64,
    /// When it was entered or corrected.
    pub updated_at: DateTime<Utc>,
}

/// Finds an organization's group; none when it was never entered.
pub fn find(connection: &mut Connection, id: OrganizationId) -> Result<Option<KeptGroup>, StoreError> {
    let row = leadership_groups::table.find(id).select(LeadershipRow::as_select()).first(connection).optional()?;
    Ok(row.map(|row| KeptGroup {
        group: Leadership {
            head: row.head,
            deputies: row.deputies.0,
            members: row.members.0,
            office_director: row.office_director,
            office_phone: row.office_phone,
            term: term(row.term_from, row.term_to),
            document: row.document,
        },
        since: row.since.map(|day| day.0),
        version: row.version,
        updated_at: row.updated_at.0,
    }))
}

fn term(from: Option<OnDay>, to: Option<OnDay>) -> Option<Term> {
    from.map(|from| Term { from: from.0, to: to.map(|to| to.0) })
}

/// Puts a group in the place of the one of that version, 1 meaning none yet; false when it is another by now.
pub fn replace_if(
    connection: &mut Connection,
    (id, version): (OrganizationId, i64),
    (group, since): (&Leadership, NaiveDate),
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let row = LeadershipRow {
        organization_id: id,
        head: group.head.clone(),
        deputies: Stored(group.deputies.clone()),
        members: Stored(group.members.clone()),
        office_director: group.office_director.clone(),
        office_phone: group.office_phone.clone(),
        term_from: group.term.map(|term| OnDay(term.from)),
        term_to: group.term.and_then(|term| term.to).map(OnDay),
        document: group.document.clone(),
        since: Some(OnDay(since)),
        version: version + 1,
        updated_at: At(now),
    };
    let changed = if version == 1 {
        super::on_either!(connection, inner => {
            diesel::insert_into(leadership_groups::table).values(row).on_conflict_do_nothing().execute(inner)
        })?
    } else {
        let target = leadership_groups::table
            .filter(leadership_groups::organization_id.eq(id))
            .filter(leadership_groups::version.eq(version));
        diesel::update(target)
            .set((
                leadership_groups::head.eq(row.head),
                leadership_groups::deputies.eq(row.deputies),
                leadership_groups::members.eq(row.members),
                leadership_groups::office_director.eq(row.office_director),
                leadership_groups::office_phone.eq(row.office_phone),
                leadership_groups::term_from.eq(row.term_from),
                leadership_groups::term_to.eq(row.term_to),
                leadership_groups::document.eq(row.document),
                leadership_groups::since.eq(row.since),
                leadership_groups::version.eq(row.version),
                leadership_groups::updated_at.eq(At(now)),
            ))
            .execute(connection)?
    };
    Ok(changed == 1)
}

#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = leadership_history, treat_none_as_default_value = false)]
struct FormerRow {
    id: LeadershipId,
    organization_id: OrganizationId,
    head: Option<String>,
    deputies: Stored<Vec<String>>,
    members: Stored<Vec<String>>,
    office_director: Option<String>,
    office_phone: Option<String>,
    term_from: Option<OnDay>,
    term_to: Option<OnDay>,
    document: Option<String>,
    in_force_from: OnDay,
    in_force_until: OnDay,
    version: i64,
    replaced_by: UserId,
    replaced_at: At,
}

/// A group that was replaced.
#[derive(Clone, Debug)]
pub struct FormerGroup {
    /// Its identifier in the history.
    pub id: LeadershipId,
    /// Whose group it was.
    pub organization_id: OrganizationId,
    /// The group.
    pub group: Leadership,
    /// The first day on which it was in force.
    pub in_force_from: NaiveDate,
    /// The first day on which it was no more; the same day when it never was for a whole one.
    pub in_force_until: NaiveDate,
    /// The version that it had last.
    pub version: i64,
    /// Who replaced it.
    pub replaced_by: UserId,
    /// When.
    pub replaced_at: DateTime<Utc>,
}

impl From<FormerRow> for FormerGroup {
    fn from(row: FormerRow) -> Self {
        Self {
            id: row.id,
            organization_id: row.organization_id,
            group: Leadership {
                head: row.head,
                deputies: row.deputies.0,
                members: row.members.0,
                office_director: row.office_director,
                office_phone: row.office_phone,
                term: term(row.term_from, row.term_to),
                document: row.document,
            },
            in_force_from: row.in_force_from.0,
            in_force_until: row.in_force_until.0,
            version: row.version,
            replaced_by: row.replaced_by,
            replaced_at: row.replaced_at.0,
        }
    }
}

/// The group before one whose first day was corrected led until that day.
pub fn follow_correction(
    connection: &mut Connection,
    organization: OrganizationId,
    since: NaiveDate,
) -> Result<(), StoreError> {
    let last: Option<(LeadershipId, OnDay)> = leadership_history::table
        .filter(leadership_history::organization_id.eq(organization))
        .order((leadership_history::replaced_at.desc(), leadership_history::id.desc()))
        .select((leadership_history::id, leadership_history::in_force_from))
        .first(connection)
        .optional()?;
    if let Some((id, from)) = last {
        diesel::update(leadership_history::table.find(id))
            .set(leadership_history::in_force_until.eq(OnDay(since).max(from)))
            .execute(connection)?;
    }
    Ok(())
}

/// Keeps a group that was replaced.
pub fn insert_former(connection: &mut Connection, former: FormerGroup) -> Result<(), StoreError> {
    let group = former.group;
    let row = FormerRow {
        id: former.id,
        organization_id: former.organization_id,
        head: group.head,
        deputies: Stored(group.deputies),
        members: Stored(group.members),
        office_director: group.office_director,
        office_phone: group.office_phone,
        term_from: group.term.map(|term| OnDay(term.from)),
        term_to: group.term.and_then(|term| term.to).map(OnDay),
        document: group.document,
        in_force_from: OnDay(former.in_force_from),
        in_force_until: OnDay(former.in_force_until),
        version: former.version,
        replaced_by: former.replaced_by,
        replaced_at: At(former.replaced_at),
    };
    diesel::insert_into(leadership_history::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds the former group that was in force on a day; of several, the one that was entered last.
pub fn find_former(
    connection: &mut Connection,
    organization: OrganizationId,
    day: NaiveDate,
) -> Result<Option<FormerGroup>, StoreError> {
    let row: Option<FormerRow> = leadership_history::table
        .filter(leadership_history::organization_id.eq(organization))
        .filter(leadership_history::in_force_from.le(OnDay(day)))
        .filter(leadership_history::in_force_until.gt(OnDay(day)))
        .order((leadership_history::replaced_at.desc(), leadership_history::id.desc()))
        .select(FormerRow::as_select())
        .first(connection)
        .optional()?;
    Ok(row.map(FormerGroup::from))
}

/// One page of an organization's former groups, the one that was replaced last first.
pub fn list_former(
    connection: &mut Connection,
    organization: OrganizationId,
    after: Option<(DateTime<Utc>, LeadershipId)>,
    limit: i64,
) -> Result<Vec<FormerGroup>, StoreError> {
    let mut query = leadership_history::table
        .filter(leadership_history::organization_id.eq(organization))
        .select(FormerRow::as_select())
        .into_boxed();
    if let Some((at, id)) = after {
        let same_moment = leadership_history::replaced_at.eq(At(at)).and(leadership_history::id.lt(id));
        query = query.filter(leadership_history::replaced_at.lt(At(at)).or(same_moment));
    }
    let order = (leadership_history::replaced_at.desc(), leadership_history::id.desc());
    let rows: Vec<FormerRow> = query.order(order).limit(limit).load(connection)?;
    Ok(rows.into_iter().map(FormerGroup::from).collect())
}

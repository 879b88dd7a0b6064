//! Published lists, and how their ties were broken.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl,
    Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::{lists, organizations, tie_breaks},
    sql_values::{At, Stored},
};
use crate::domain::{
    category::CategoryCode,
    id::{CandidateId, UserId},
    listing::TieBreak,
    month::Month,
    organization::OrganizationKind,
    policy::ResultSource,
};

/// A published list.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = lists)]
pub struct ListRow {
    /// The cycle.
    pub cycle: Month,
    /// Its title, such as 身边好人榜.
    pub title: String,
    /// Whose list it is.
    pub issuer: String,
    /// Where the vote was held.
    pub result_source: ResultSource,
    /// Who published it.
    pub published_by: UserId,
    /// When.
    #[diesel(serialize_as = At)]
    pub published_at: DateTime<Utc>,
}

#[derive(Insertable)]
#[diesel(table_name = tie_breaks)]
struct NewTieBreak<'a> {
    cycle: Month,
    category: CategoryCode,
    candidate_ids: Stored<Vec<CandidateId>>,
    reason: &'a str,
    decided_by: UserId,
}

/// Adds a list with the breaking of its ties.
pub fn insert(connection: &mut Connection, list: &ListRow, breaks: &[TieBreak]) -> Result<(), StoreError> {
    diesel::insert_into(lists::table).values(list.clone()).execute(connection)?;
    for one in breaks {
        diesel::insert_into(tie_breaks::table)
            .values(NewTieBreak {
                cycle: list.cycle,
                category: one.category.clone(),
                candidate_ids: Stored(one.candidate_ids.clone()),
                reason: &one.reason,
                decided_by: list.published_by,
            })
            .execute(connection)?;
    }
    Ok(())
}

/// Finds the list of a cycle.
pub fn find(connection: &mut Connection, cycle: Month) -> Result<Option<ListRow>, StoreError> {
    Ok(lists::table.find(cycle).select(ListRow::as_select()).first(connection).optional()?)
}

/// Title and issuer of the city's lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// The title that the city has set.
    pub title: Option<String>,
    /// The issuer that the city has set, or its name.
    pub issuer: String,
}

/// What the city's lists are headed with.
pub fn heading(connection: &mut Connection) -> Result<Heading, StoreError> {
    let (title, issuer, name): (Option<String>, Option<String>, String) = organizations::table
        .filter(organizations::kind.eq(OrganizationKind::City))
        .select((organizations::list_title, organizations::list_issuer, organizations::name))
        .first(connection)
        .optional()?
        .ok_or(StoreError::Missing("city"))?;
    Ok(Heading { title, issuer: issuer.unwrap_or(name) })
}

/// One page, the latest publication first, after the moment and month of the last list seen, or after a moment.
pub fn list_by_publication(
    connection: &mut Connection,
    after: Option<(DateTime<Utc>, Option<Month>)>,
    limit: i64,
) -> Result<Vec<ListRow>, StoreError> {
    let mut query = lists::table.select(ListRow::as_select()).into_boxed();
    if let Some((at, month)) = after {
        query = match month {
            Some(month) => query
                .filter(lists::published_at.lt(At(at)).or(lists::published_at.eq(At(at)).and(lists::cycle.lt(month)))),
            None => query.filter(lists::published_at.lt(At(at))),
        };
    }
    Ok(query.order((lists::published_at.desc(), lists::cycle.desc())).limit(limit).load(connection)?)
}

/// One page, the latest month first; `after` is the last month seen.
pub fn list(connection: &mut Connection, after: Option<Month>, limit: i64) -> Result<Vec<ListRow>, StoreError> {
    let mut query = lists::table.select(ListRow::as_select()).into_boxed();
    if let Some(month) = after {
        query = query.filter(lists::cycle.lt(month));
    }
    Ok(query.order(lists::cycle.desc()).limit(limit).load(connection)?)
}

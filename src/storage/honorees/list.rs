//! Pages of honorees, the latest first. What is asked for is asked of honours, so that nothing is found by an honour that is
//! not shown.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl, SelectableHelper, pg::Pg,
    sqlite::Sqlite,
};

use super::HonoreeRow;
use crate::{
    domain::{
        candidate::Visibility,
        category::CategoryCode,
        honour::Honoree,
        id::{HonoreeId, OrganizationId},
        month::Month,
        outside_honour::HonourLevel,
        policy::ResultSource,
        scope::Scope,
    },
    storage::{
        Connection, StoreError, candidate_grams,
        schema::{candidate_grams as grams, candidates, honorees, honours, lists, outside_honours, pool_entries},
        sql_values::{At, OnDay},
    },
};

/// Whose honorees are listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Shown {
    /// Those with an honour of a list that stands and is shown, by such honours alone.
    Public,
    /// Those who belong to a subtree, with whatever has become of their honours.
    Within(Scope),
}

/// What is asked of an honour of whatever origin. Empty asks for everything.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Of these years.
    pub years: Vec<i32>,
    /// In these categories.
    pub categories: Vec<CategoryCode>,
    /// Of these levels.
    pub levels: Vec<HonourLevel>,
}

impl Terms {
    fn is_empty(&self) -> bool {
        self.years.is_empty() && self.categories.is_empty() && self.levels.is_empty()
    }

    /// The months of the years.
    fn months(&self) -> Vec<Month> {
        let months = self.years.iter().flat_map(|year| (1..=12).map(|month| Month::new(*year, month)));
        months.flatten().collect()
    }

    fn sources(&self) -> Vec<ResultSource> {
        self.levels.iter().filter_map(|level| level.source()).collect()
    }
}

/// What is asked for. Empty asks for everything.
#[derive(Clone, Debug)]
pub struct HonoreeFilter {
    /// Whose view.
    pub shown: Shown,
    /// Only those in the pool of moral models.
    pub in_pool: bool,
    /// On the lists of these cycles.
    pub cycles: Vec<Month>,
    /// Listed for these districts.
    pub districts: Vec<OrganizationId>,
    /// Listed for these units; the caller has added the units under them.
    pub units: Vec<OrganizationId>,
    /// A text in name or summary of who was listed, folded.
    pub q: Option<String>,
    /// What is asked of an honour, be it of a list or of others.
    pub terms: Terms,
}

/// The holders of an honour of a list that is all that is asked for.
macro_rules! listed {
    ($backend:ty, $filter:ident, $terms:expr) => {{
        let mut query = honours::table
            .inner_join(candidates::table.on(candidates::id.eq(honours::candidate_id)))
            .inner_join(lists::table.on(lists::cycle.eq(honours::cycle)))
            .select(honours::honoree_id)
            .into_boxed::<$backend>();
        macro_rules! among {
            ($column:expr, $asked:expr, $values:expr) => {
                if !$asked.is_empty() {
                    query = query.filter($column.eq_any($values));
                }
            };
        }
        if $filter.shown == Shown::Public {
            let shown = candidates::visibility.eq(Visibility::Shown);
            query = query.filter(honours::revoked_at.is_null()).filter(shown);
        }
        let terms: &Terms = $terms;
        among!(honours::cycle, $filter.cycles, $filter.cycles.clone());
        among!(candidates::district_id, $filter.districts, $filter.districts.clone());
        among!(candidates::unit_id, $filter.units, some(&$filter.units));
        among!(honours::cycle, terms.years, terms.months());
        among!(honours::category, terms.categories, terms.categories.clone());
        among!(lists::result_source, terms.levels, terms.sources());
        for gram in $filter.q.as_deref().map(candidate_grams::of_query).unwrap_or_default() {
            let found = grams::table.filter(grams::gram.eq(gram)).select(grams::candidate);
            query = query.filter(candidates::number.eq_any(found));
        }
        query
    }};
}

/// The holders of an honour of others, standing unless the view is an inner one, that is what is asked of any honour.
macro_rules! honoured_elsewhere {
    ($backend:ty, $filter:ident) => {{
        let terms = &$filter.terms;
        let mut query = outside_honours::table.select(outside_honours::honoree_id).into_boxed::<$backend>();
        if $filter.shown == Shown::Public {
            query = query.filter(outside_honours::revoked_at.is_null());
        }
        if !terms.categories.is_empty() {
            let categories: Vec<_> = terms.categories.iter().cloned().map(Some).collect();
            query = query.filter(outside_honours::category.eq_any(categories));
        }
        if !terms.levels.is_empty() {
            query = query.filter(outside_honours::level.eq_any(terms.levels.clone()));
        }
        let mut years = terms.years.iter().filter_map(|year| OnDay::of_year((*year).into()));
        if let Some((first, last)) = years.next() {
            type Wanted =
                Box<dyn diesel::BoxableExpression<outside_honours::table, $backend, SqlType = diesel::sql_types::Bool>>;
            let mut wanted: Wanted = Box::new(outside_honours::awarded_on.between(first, last));
            for (first, last) in years {
                wanted = Box::new(wanted.or(outside_honours::awarded_on.between(first, last)));
            }
            query = query.filter(wanted);
        }
        query
    }};
}

/// The page, on the concrete connection: a query that is put together cannot be part of one on the enum of connections.
macro_rules! page {
    ($backend:ty, $connection:ident, $filter:ident, $after:ident, $limit:ident) => {{
        let mut query = honorees::table.select(HonoreeRow::as_select()).into_boxed::<$backend>();
        let by_list = honorees::id.eq_any(listed!($backend, $filter, &$filter.terms));
        query = if $filter.terms.is_empty() {
            query.filter(by_list)
        } else {
            let is_listed = honorees::id.eq_any(listed!($backend, $filter, &Terms::default()));
            let elsewhere = honorees::id.eq_any(honoured_elsewhere!($backend, $filter));
            query.filter(by_list.or(is_listed.and(elsewhere)))
        };
        query = match &$filter.shown {
            Shown::Public | Shown::Within(Scope::City) => query,
            Shown::Within(Scope::District(own)) => query.filter(honorees::district_id.eq(Some(*own))),
            Shown::Within(Scope::Units(own)) => query.filter(honorees::unit_id.eq_any(some(own))),
            Shown::Within(Scope::Nowhere) => query.filter(honorees::unit_id.eq_any(some(&[]))),
        };
        if $filter.in_pool {
            let inside = pool_entries::table.filter(pool_entries::left_at.is_null()).select(pool_entries::honoree_id);
            query = query.filter(honorees::id.eq_any(inside));
        }
        if let Some((at, id)) = $after {
            let same_moment = honorees::created_at.eq(At(at)).and(honorees::id.lt(id));
            query = query.filter(honorees::created_at.lt(At(at)).or(same_moment));
        }
        query.order((honorees::created_at.desc(), honorees::id.desc())).limit($limit).load($connection)?
    }};
}

/// One page after the key of the last row seen. One row more than a page tells of another one.
pub fn list(
    connection: &mut Connection,
    filter: &HonoreeFilter,
    after: Option<(DateTime<Utc>, HonoreeId)>,
    limit: i64,
) -> Result<Vec<Honoree>, StoreError> {
    let rows: Vec<HonoreeRow> = match connection {
        Connection::Postgres(inner) => page!(Pg, inner, filter, after, limit),
        Connection::Sqlite(inner) => page!(Sqlite, inner, filter, after, limit),
    };
    Ok(rows.into_iter().map(Honoree::from).collect())
}

fn some(ids: &[OrganizationId]) -> Vec<Option<OrganizationId>> {
    ids.iter().copied().map(Some).collect()
}

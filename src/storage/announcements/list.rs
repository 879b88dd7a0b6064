//! Pages of announcements.

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, IntoSql, JoinOnDsl, NullableExpressionMethods, QueryDsl, RunQueryDsl,
    SelectableHelper,
    dsl::{exists, not},
    sql_types::Bool,
};

use super::{Announced, AnnouncementRow, Joined, announced};
use crate::{
    domain::{
        announcement::{AnnouncementKind, AnnouncementStatus},
        candidate::Visibility,
        id::{AnnouncementId, HonoreeId, OrganizationId},
        month::Month,
        scope::Scope,
    },
    storage::{
        Connection, StoreError,
        schema::{announcements, candidates, honours, organizations, users},
        sql_values::At,
    },
};

/// Whose eyes a list is for.
#[derive(Clone, Debug)]
pub enum Seen {
    /// Everybody's: what is published at this moment, and not withheld; the latest publication first.
    Publicly,
    /// Those of the reviewers of a part of the tree: all that is announced there, what was entered last first.
    Inside(Scope),
}

/// Which announcements.
#[derive(Clone, Debug)]
pub struct AnnouncementFilter {
    /// For whom.
    pub seen: Seen,
    /// At which moment.
    pub now: DateTime<Utc>,
    /// Of this kind.
    pub kind: Option<AnnouncementKind>,
    /// Of this column.
    pub column: Option<String>,
    /// Announced by this organization.
    pub organization: Option<OrganizationId>,
    /// About this cycle.
    pub cycle: Option<Month>,
    /// About this honoree.
    pub honoree: Option<HonoreeId>,
    /// Pinned or not.
    pub pinned: Option<bool>,
    /// Standing so; any where none is named.
    pub statuses: Vec<AnnouncementStatus>,
}

impl AnnouncementFilter {
    /// All that is published at a moment.
    #[must_use]
    pub const fn public(now: DateTime<Utc>) -> Self {
        Self {
            seen: Seen::Publicly,
            now,
            kind: None,
            column: None,
            organization: None,
            cycle: None,
            honoree: None,
            pinned: None,
            statuses: Vec::new(),
        }
    }
}

/// The place of an announcement in a list: when it was published, or entered, and its id.
pub type Place = (DateTime<Utc>, AnnouncementId);

/// Those that have not expired at a moment.
macro_rules! unexpired {
    ($now:expr) => {
        announcements::expires_at.is_null().or(announcements::expires_at.gt($now))
    };
}

/// Those that stand in one of these states at a moment.
macro_rules! standing_so {
    ($statuses:expr, $now:expr) => {{
        let is = |status| $statuses.contains(&status).into_sql::<Bool>();
        let draft = announcements::publish_at.is_null().and(is(AnnouncementStatus::Draft));
        let scheduled = announcements::publish_at.gt($now).and(is(AnnouncementStatus::Scheduled));
        let published = announcements::publish_at.le($now).and(unexpired!($now));
        let expired = announcements::expires_at.le($now).and(is(AnnouncementStatus::Expired));
        draft.or(scheduled).or(published.and(is(AnnouncementStatus::Published))).or(expired)
    }};
}

/// What is asked for of all that one may see.
macro_rules! matching {
    ($filter:expr, $now:expr) => {{
        let mut query = joined!().into_boxed();
        if let Some(kind) = $filter.kind {
            query = query.filter(announcements::kind.eq(kind));
        }
        if let Some(column) = &$filter.column {
            query = query.filter(announcements::column_name.eq(column.clone()));
        }
        if let Some(organization) = $filter.organization {
            query = query.filter(announcements::organization_id.eq(organization));
        }
        if let Some(cycle) = $filter.cycle {
            query = query.filter(announcements::cycle.eq(cycle));
        }
        if let Some(honoree) = $filter.honoree {
            query = query.filter(announcements::honoree_id.eq(honoree));
        }
        if let Some(pinned) = $filter.pinned {
            query = query.filter(announcements::pinned.eq(pinned));
        }
        if !$filter.statuses.is_empty() {
            query = query.filter(standing_so!($filter.statuses, $now));
        }
        query
    }};
}

/// One page, after the place of the last row seen.
pub fn list(
    connection: &mut Connection,
    filter: &AnnouncementFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Announced>, StoreError> {
    let rows = match &filter.seen {
        Seen::Publicly => public_page(connection, filter, after, limit)?,
        Seen::Inside(scope) => inner_page(connection, (filter, scope), after, limit)?,
    };
    Ok(rows.into_iter().map(announced).collect())
}

fn public_page(
    connection: &mut Connection,
    filter: &AnnouncementFilter,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Joined>, StoreError> {
    let now = At(filter.now);
    let mut query = matching!(filter, now)
        .filter(announcements::publish_at.le(now))
        .filter(unexpired!(now))
        .filter(announcements::honoree_id.is_null().or(exists(standing!())));
    if let Some((at, id)) = after {
        let same_moment = announcements::publish_at.eq(At(at)).and(announcements::id.lt(id));
        query = query.filter(announcements::publish_at.lt(At(at)).or(same_moment));
    }
    let order = (announcements::publish_at.desc(), announcements::id.desc());
    Ok(query.order(order).limit(limit).load(connection)?)
}

fn inner_page(
    connection: &mut Connection,
    (filter, scope): (&AnnouncementFilter, &Scope),
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<Joined>, StoreError> {
    let now = At(filter.now);
    let mut query = matching!(filter, now);
    match scope {
        Scope::City => {}
        Scope::District(own) => {
            query = query.filter(organizations::id.eq(*own).or(organizations::district_id.eq(*own)));
        }
        Scope::Units(own) => query = query.filter(announcements::organization_id.eq_any(own.clone())),
        Scope::Nowhere => return Ok(Vec::new()),
    }
    if let Some((at, id)) = after {
        let same_moment = announcements::created_at.eq(At(at)).and(announcements::id.lt(id));
        query = query.filter(announcements::created_at.lt(At(at)).or(same_moment));
    }
    let order = (announcements::created_at.desc(), announcements::id.desc());
    Ok(query.order(order).limit(limit).load(connection)?)
}

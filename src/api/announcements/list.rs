//! Announcements in lists.

use actix_web::{HttpRequest, get};
use chrono::Utc;
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

use super::{
    kept_seconds,
    wire::{AnnouncementKindName, AnnouncementStatusName, AnnouncementSummary},
};
use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        problem::Problem,
        query::Query,
        responses,
        state::State,
    },
    domain::{
        announcement::COLUMN_MAX_CHARS,
        fault::{Code, Fault},
        month::Month,
        text,
    },
    service::{Caller, announcements},
    storage::announcements::{Announced, AnnouncementFilter, Place},
};

#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum ScopeName {
    Public,
    Inner,
}

/// Filters of the list of announcements.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListAnnouncementsQuery {
    /// `public`: what everybody reads now, as where nothing is said. `inner`: all that is announced in the subtree of a
    /// reviewer, drafts too.
    #[param(value_type = Option<String>, pattern = "^(public|inner)$", default = "public")]
    scope: Option<ScopeName>,
    /// Of this kind.
    #[param(inline)]
    kind: Option<AnnouncementKindName>,
    /// Items of this column, by its name.
    #[param(min_length = 1, max_length = 50, example = "身边好人故事")]
    column: Option<String>,
    /// Announced by this organization, by id.
    organization: Option<Uuid>,
    /// About this cycle.
    #[param(value_type = Option<String>, example = "2026-11")]
    cycle: Option<Month>,
    /// About this honoree, by id.
    honoree: Option<Uuid>,
    /// Only those that are to stand above others, or only the rest.
    pinned: Option<bool>,
    /// Standing so; may be repeated. With `scope=inner` only.
    #[serde(default)]
    status: Vec<AnnouncementStatusName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

impl ListAnnouncementsQuery {
    fn is_inner(&self) -> bool {
        self.scope == Some(ScopeName::Inner)
    }

    /// What is asked for; where and when the service says.
    fn filter(self) -> Result<AnnouncementFilter, Problem> {
        let column = self.column.as_deref();
        let mut faults = column.map(|column| text::line(column, COLUMN_MAX_CHARS)).unwrap_or_default();
        faults = faults.into_iter().map(|fault| fault.under("/column")).collect();
        if !self.is_inner() && !self.status.is_empty() {
            faults.push(Fault::at("/status", Code::Inconsistent));
        }
        if !faults.is_empty() {
            return Err(Problem::with(Code::InvalidQuery, faults));
        }
        Ok(AnnouncementFilter {
            kind: self.kind.map(Into::into),
            column: column.map(text::tidy_line),
            organization: self.organization.map(Into::into),
            cycle: self.cycle,
            honoree: self.honoree.map(Into::into),
            pinned: self.pinned,
            statuses: self.status.into_iter().map(Into::into).collect(),
            ..AnnouncementFilter::public(chrono::DateTime::<Utc>::UNIX_EPOCH)
        })
    }
}

/// Where a row stands: in the public list by its publication, inside by its entry.
fn public_place(row: &Announced) -> Place {
    (row.announcement.publish_at.unwrap_or_default(), row.announcement.id)
}

fn inner_place(row: &Announced) -> Place {
    (row.announcement.created_at, row.announcement.id)
}

/// List announcements
///
/// What everybody reads now, the latest publication first; with `scope=inner` what is announced in the caller's subtree, what
/// was entered last first. Pinned ones stand in their place: a page that shows them above asks for them by `pinned=true`. The
/// public answer is to be kept for a minute at most, and never beyond the moment at which something is published or expires.
#[utoipa::path(
    tag = "announcements",
    params(ListAnnouncementsQuery),
    responses((status = 200, description = "A page of announcements.", body = Page<AnnouncementSummary>), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/announcements")]
pub async fn list_announcements(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListAnnouncementsQuery>,
) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<Place>::read(&request, query.limit, query.cursor.as_deref())?;
    if query.is_inner() {
        caller.require_reviewer()?;
        let read = announcements::list_inner(&state, &caller, query.filter()?, page.after, page.rows()).await?;
        return page.answer(read.rows, inner_place, |row| Ok(AnnouncementSummary::of(row, read.now, true)));
    }
    let read = announcements::list_public(&state, query.filter()?, page.after, page.rows()).await?;
    let answer = page.answer(read.rows, public_place, |row| Ok(AnnouncementSummary::of(row, read.now, false)))?;
    Ok(answer.public(kept_seconds(read.now, read.next_change)))
}

//! 活动启事 and 专栏: what an organization announces, and the items of its columns, each with a window of publication.

use chrono::{DateTime, SubsecRound as _, Utc};

use super::{
    event::EventKind,
    fault::{Code, Fault},
    id::{AnnouncementId, HonoreeId, OrganizationId, UserId},
    month::Month,
    policy, text,
};

text_enum! {
    /// What is announced.
    pub enum AnnouncementKind {
        /// 活动启事: a call, a date, a change.
        Notice = "notice",
        /// An item of a column, such as 身边好人故事.
        ColumnItem = "column_item",
    }

    /// Where an announcement stands in its window.
    pub enum AnnouncementStatus {
        /// Nobody has said when it is to be published.
        Draft = "draft",
        /// Its moment has not come.
        Scheduled = "scheduled",
        /// Everybody reads it.
        Published = "published",
        /// Its time is over.
        Expired = "expired",
    }
}

/// Most characters of a title.
pub const TITLE_MAX_CHARS: usize = 200;
/// Most characters of a column's name.
pub const COLUMN_MAX_CHARS: usize = 50;
/// Most characters of a body.
pub const BODY_MAX_CHARS: usize = 20_000;
/// So many characters of the body stand in lists.
pub const EXCERPT_CHARS: usize = 140;

/// An announcement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Announcement {
    /// Its identifier.
    pub id: AnnouncementId,
    /// What it is; never changes.
    pub kind: AnnouncementKind,
    /// The column, of a column's item.
    pub column: Option<String>,
    /// Its title.
    pub title: String,
    /// Plain text in paragraphs.
    pub body: String,
    /// A page with more.
    pub url: Option<String>,
    /// The cycle that it is about.
    pub cycle: Option<Month>,
    /// The honoree that it is about. It is public only while an honour of the honoree's stands and is shown.
    pub honoree: Option<HonoreeId>,
    /// Who announces it.
    pub organization: OrganizationId,
    /// From when everybody reads it; none of a draft.
    pub publish_at: Option<DateTime<Utc>>,
    /// Until when; without end where none is said.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it is to stand above others.
    pub pinned: bool,
    /// When its publication was told of; none before.
    pub told_at: Option<DateTime<Utc>>,
    /// Who entered it.
    pub entered_by: UserId,
    /// Grows with each change.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

impl Announcement {
    /// Where it stands at a moment.
    #[must_use]
    pub fn status(&self, now: DateTime<Utc>) -> AnnouncementStatus {
        match (self.publish_at, self.expires_at) {
            (None, _) => AnnouncementStatus::Draft,
            (Some(publish_at), _) if publish_at > now => AnnouncementStatus::Scheduled,
            (Some(_), Some(expires_at)) if expires_at <= now => AnnouncementStatus::Expired,
            (Some(_), _) => AnnouncementStatus::Published,
        }
    }

    /// When its status changes by itself the next time.
    #[must_use]
    pub fn next_change(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        self.publish_at.into_iter().chain(self.expires_at).filter(|at| *at > now).min()
    }

    fn is_told(&self, now: DateTime<Utc>) -> bool {
        self.told_at.is_some() && self.status(now) == AnnouncementStatus::Published
    }

    /// The faults of what it says as a whole.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        match (self.kind, &self.column) {
            (AnnouncementKind::ColumnItem, None) => faults.push(Fault::at("/column", Code::Required)),
            (AnnouncementKind::Notice, Some(_)) => faults.push(Fault::at("/column", Code::Inconsistent)),
            (AnnouncementKind::ColumnItem, Some(_)) | (AnnouncementKind::Notice, None) => {}
        }
        match (self.publish_at, self.expires_at) {
            (None, Some(_)) => faults.push(Fault::at("/expires_at", Code::Inconsistent)),
            (Some(publish_at), Some(expires_at)) if expires_at <= publish_at => {
                faults.push(Fault::at("/expires_at", Code::TooSmall).with("minimum", publish_at.to_rfc3339()));
            }
            (_, _) => {}
        }
        faults
    }
}

/// Why a change is refused at this moment, if it is. Lists are in the order of publication, and nobody is to see one twice
/// in them: what is published keeps its moment until it is taken off.
#[must_use]
pub fn barred(old: &Announcement, new: &Announcement, now: DateTime<Utc>) -> Option<Fault> {
    let stays = old.status(now) == AnnouncementStatus::Published && new.status(now) == AnnouncementStatus::Published;
    (stays && old.publish_at != new.publish_at).then(|| Fault::at("/publish_at", Code::ContradictsRecords))
}

/// What everybody is told when an announcement has changed, or was taken away; nothing of one that nobody knows of.
#[must_use]
pub fn told(old: Option<&Announcement>, new: Option<&Announcement>, now: DateTime<Utc>) -> Option<EventKind> {
    let was_told = old.is_some_and(|old| old.is_told(now));
    let is_public = new.is_some_and(|new| new.status(now) == AnnouncementStatus::Published);
    match (was_told, is_public) {
        (false, true) => Some(EventKind::AnnouncementPublished),
        (true, true) => Some(EventKind::AnnouncementUpdated),
        (true, false) => Some(EventKind::AnnouncementWithdrawn),
        (false, false) => None,
    }
}

/// What an announcement says, as it is entered or changed; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AnnouncementFields {
    /// The column.
    pub column: Option<Option<String>>,
    /// The title.
    pub title: Option<String>,
    /// The body.
    pub body: Option<String>,
    /// The page with more.
    pub url: Option<Option<String>>,
    /// The cycle.
    pub cycle: Option<Option<Month>>,
    /// The honoree.
    pub honoree: Option<Option<HonoreeId>>,
    /// Who announces it.
    pub organization: Option<OrganizationId>,
    /// From when.
    pub publish_at: Option<Option<DateTime<Utc>>>,
    /// Until when.
    pub expires_at: Option<Option<DateTime<Utc>>>,
    /// Whether it is to stand above others.
    pub pinned: Option<bool>,
}

impl AnnouncementFields {
    /// Everything that breaks a rule of its own.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut at = |pointer: &str, found: Vec<Fault>| {
            faults.extend(found.into_iter().map(|fault| fault.under(pointer)));
        };
        if let Some(Some(column)) = &self.column {
            at("/column", text::line(column, COLUMN_MAX_CHARS));
        }
        if let Some(title) = &self.title {
            at("/title", text::line(title, TITLE_MAX_CHARS));
        }
        if let Some(body) = &self.body {
            at("/body", text::paragraphs(body, BODY_MAX_CHARS));
        }
        if let Some(Some(url)) = &self.url
            && !policy::is_web_address(url)
        {
            at("/url", vec![Fault::of(Code::Malformed)]);
        }
        faults
    }

    /// The announcement as it becomes.
    #[must_use]
    pub fn applied(self, to: &Announcement) -> Announcement {
        let tidy = |wished: Option<Option<String>>, present: &Option<String>| match wished {
            Some(wished) => wished.as_deref().map(text::tidy_line),
            None => present.clone(),
        };
        // As they are stored, so that what is sent again is the same.
        let moment = |wished: Option<Option<DateTime<Utc>>>, present| match wished {
            Some(wished) => wished.map(|at: DateTime<Utc>| at.trunc_subsecs(6)),
            None => present,
        };
        Announcement {
            column: tidy(self.column, &to.column),
            title: self.title.as_deref().map_or_else(|| to.title.clone(), text::tidy_line),
            body: self.body.as_deref().map_or_else(|| to.body.clone(), text::tidy_paragraphs),
            url: tidy(self.url, &to.url),
            cycle: self.cycle.unwrap_or(to.cycle),
            honoree: self.honoree.unwrap_or(to.honoree),
            organization: self.organization.unwrap_or(to.organization),
            publish_at: moment(self.publish_at, to.publish_at),
            expires_at: moment(self.expires_at, to.expires_at),
            pinned: self.pinned.unwrap_or(to.pinned),
            ..to.clone()
        }
    }
}

/// The beginning of a body, in one line, with an ellipsis where more follows. A variation selector stays with its character.
#[must_use]
pub fn excerpt(body: &str) -> String {
    let line = body.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut end = line.char_indices().skip(EXCERPT_CHARS).filter(|(_, character)| !text::is_selector(*character));
    match end.next() {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or_default()),
        None => line,
    }
}

#[cfg(test)]
mod tests;

//! Announcements as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, judged::to_validation, patch::Patch, role::mirrored},
    domain::{
        announcement::{self, AnnouncementFields, AnnouncementKind, AnnouncementStatus},
        month::Month,
    },
    storage::announcements::Announced,
};

mirrored! {
    /// What is announced.
    AnnouncementKindName = AnnouncementKind {
        /// 活动启事: a call, a date, a change.
        Notice,
        /// An item of a column, such as 身边好人故事.
        ColumnItem,
    }
}
mirrored! {
    /// Where an announcement stands in its window.
    AnnouncementStatusName = AnnouncementStatus {
        /// Nobody has said when it is to be published.
        Draft,
        /// Its moment has not come.
        Scheduled,
        /// Everybody reads it.
        Published,
        /// Its time is over.
        Expired,
    }
}

/// What lists show of an announcement; the whole text is at its own address.
#[derive(Serialize, ToSchema)]
pub struct AnnouncementSummary {
    /// Its id.
    pub id: Uuid,
    /// What it is.
    pub kind: AnnouncementKindName,
    /// The column, of a column's item.
    #[schema(examples("身边好人故事"))]
    pub column: Option<String>,
    /// Its title.
    #[schema(examples("2026 年 11 月身边好人推荐开始"))]
    pub title: String,
    /// The beginning of its text, at most 140 characters and an ellipsis.
    pub excerpt: String,
    /// A page with more.
    pub url: Option<String>,
    /// The cycle that it is about.
    #[schema(value_type = Option<String>, examples("2026-11"))]
    pub cycle: Option<Month>,
    /// The honoree that it is about.
    pub honoree_id: Option<Uuid>,
    /// Who announces it.
    pub organization_id: Uuid,
    /// The name of who announces it.
    pub organization_name: String,
    /// From when everybody reads it; null of a draft.
    pub publish_at: Option<DateTime<Utc>>,
    /// Until when; null without end.
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it is to stand above others.
    pub pinned: bool,
    /// Where it stands in its window.
    pub status: AnnouncementStatusName,
    /// What only the reviewers of who announces it read; null for everybody else.
    pub inner: Option<AnnouncementInner>,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(AnnouncementSummary);

/// What only the reviewers of who announces it read.
#[derive(Serialize, ToSchema)]
pub struct AnnouncementInner {
    /// Who entered it.
    pub entered_by: Uuid,
    /// The name of who entered it.
    pub entered_by_name: String,
    /// Whether it is kept from the public because no honour of the honoree that it is about stands and is shown.
    pub withheld: bool,
}

/// An announcement, or an item of a column.
#[derive(Serialize, ToSchema)]
pub struct Announcement {
    /// What lists show too.
    #[serde(flatten)]
    pub summary: AnnouncementSummary,
    /// The text: plain, no markup. A line break begins a paragraph.
    pub body: String,
}

impl crate::api::answer::Representation for Announcement {
    fn version(&self) -> i64 {
        self.summary.version
    }
    fn etag_mut(&mut self) -> &mut String {
        &mut self.summary.etag
    }
}

impl AnnouncementSummary {
    /// As somebody sees it at a moment, with inner eyes or not.
    #[must_use]
    pub fn of(found: Announced, now: DateTime<Utc>, is_inner: bool) -> Self {
        let Announced { announcement: one, organization_name, entered_by_name, is_withheld } = found;
        let inner = AnnouncementInner { entered_by: one.entered_by.into(), entered_by_name, withheld: is_withheld };
        Self {
            id: one.id.into(),
            kind: one.kind.into(),
            status: one.status(now).into(),
            excerpt: announcement::excerpt(&one.body),
            column: one.column,
            title: one.title,
            url: one.url,
            cycle: one.cycle,
            honoree_id: one.honoree.map(Into::into),
            organization_id: one.organization.into(),
            organization_name,
            publish_at: one.publish_at,
            expires_at: one.expires_at,
            pinned: one.pinned,
            inner: is_inner.then_some(inner),
            created_at: one.created_at,
            updated_at: one.updated_at,
            etag: String::new(),
            version: one.version,
        }
    }
}

impl Announcement {
    /// As somebody sees it at a moment, with inner eyes or not.
    #[must_use]
    pub fn of(found: Announced, now: DateTime<Utc>, is_inner: bool) -> Self {
        let body = found.announcement.body.clone();
        Self { summary: AnnouncementSummary::of(found, now, is_inner), body }
    }
}

/// An announcement to be entered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateAnnouncementRequest {
    /// What it is.
    pub kind: AnnouncementKindName,
    /// The column; of a column's item it must be named, of a notice it must not.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 50)]
    pub column: Option<String>,
    /// Its title.
    #[schema(min_length = 1, max_length = 200, examples("2026 年 11 月身边好人推荐开始"))]
    pub title: String,
    /// The text: plain, no markup is read. A line break begins a paragraph.
    #[schema(min_length = 1, max_length = 20000, examples("即日起至 20 日，请把身边的好人推荐给我们。"))]
    pub body: String,
    /// A page with more, with `http` or `https`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://www.example.org/haoren"))]
    pub url: Option<String>,
    /// The cycle that it is about.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$", examples("2026-11"))]
    pub cycle: Option<Month>,
    /// The honoree that it is about, who must be shown. It is taken from the public while none of the honours stands and is
    /// shown.
    #[serde(default)]
    pub honoree_id: Option<Uuid>,
    /// Who announces it, within the caller's subtree; the caller's own organization where nothing is said.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
    /// From when everybody reads it; without it, it is a draft.
    #[serde(default)]
    pub publish_at: Option<DateTime<Utc>>,
    /// Until when everybody reads it, after `publish_at`; without end where nothing is said.
    #[serde(default)]
    pub expires_at: Option<DateTime<Utc>>,
    /// Whether it is to stand above others.
    #[serde(default)]
    pub pinned: Option<bool>,
}

impl CreateAnnouncementRequest {
    /// What it says.
    #[must_use]
    pub fn fields(&self) -> AnnouncementFields {
        AnnouncementFields {
            column: Some(self.column.clone()),
            title: Some(self.title.clone()),
            body: Some(self.body.clone()),
            url: Some(self.url.clone()),
            cycle: Some(self.cycle),
            honoree: Some(self.honoree_id.map(Into::into)),
            organization: self.organization_id.map(Into::into),
            publish_at: Some(self.publish_at),
            expires_at: Some(self.expires_at),
            pinned: self.pinned,
        }
    }
}

impl Validate for CreateAnnouncementRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.fields().faults())
    }
}

/// A change of an announcement (merge patch); its kind stays.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateAnnouncementRequest {
    /// The column.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 50)]
    pub column: Patch<String>,
    /// Its title.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub title: Patch<String>,
    /// The text.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 20000)]
    pub body: Patch<String>,
    /// A page with more.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://www.example.org/haoren"))]
    pub url: Patch<String>,
    /// The cycle that it is about.
    #[serde(default)]
    #[schema(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$", examples("2026-11"))]
    pub cycle: Patch<Month>,
    /// The honoree that it is about.
    #[serde(default)]
    #[schema(value_type = Option<Uuid>)]
    pub honoree_id: Patch<Uuid>,
    /// Who announces it, within the caller's subtree.
    #[serde(default)]
    #[schema(value_type = Uuid)]
    pub organization_id: Patch<Uuid>,
    /// From when everybody reads it; null makes it a draft again, and takes it off. While it is published, no other moment
    /// that has passed can be set.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub publish_at: Patch<DateTime<Utc>>,
    /// Until when everybody reads it; null is without end.
    #[serde(default)]
    #[schema(value_type = Option<DateTime<Utc>>)]
    pub expires_at: Patch<DateTime<Utc>>,
    /// Whether it is to stand above others.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub pinned: Patch<bool>,
}

impl UpdateAnnouncementRequest {
    /// What changes.
    #[must_use]
    pub fn fields(&self) -> AnnouncementFields {
        let this = self.clone();
        AnnouncementFields {
            column: this.column.nullable(),
            title: this.title.value(),
            body: this.body.value(),
            url: this.url.nullable(),
            cycle: this.cycle.nullable(),
            honoree: this.honoree_id.nullable().map(|honoree| honoree.map(Into::into)),
            organization: this.organization_id.value().map(Into::into),
            publish_at: this.publish_at.nullable(),
            expires_at: this.expires_at.nullable(),
            pinned: this.pinned.value(),
        }
    }
}

impl Validate for UpdateAnnouncementRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.fields().faults())
    }
}

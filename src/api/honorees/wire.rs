//! Honorees as clients see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        aftercare::contact::ContactView,
        answer::{Representation, representations},
        candidates::wire::View,
        judged::to_validation,
        lists::wire::{Revocation, StandingName},
        patch::Patch,
        problem::Problem,
        role::mirrored,
        subject::SubjectName,
    },
    domain::{
        category::CategoryCode,
        month::Month,
        outside_honour::{HonourLevel, OutsideHonour, OutsideHonourFields},
    },
    service::honorees::{HonouredOne, StandingOf},
    storage::honours::Entry,
};

mirrored! {
    /// Who gives an honour: of which level of government.
    HonourLevelName = HonourLevel {
        /// A district.
        District,
        /// The city; our own lists are of this level.
        Municipal,
        /// The province.
        Provincial,
        /// The nation; lists whose vote was held on the national site are of this level.
        National,
    }
}

mirrored! {
    /// What has become of somebody's honours, as a whole.
    HonoreeStanding = StandingOf {
        /// At least one stands and is shown.
        Shown,
        /// None is shown, and at least one stands.
        Withheld,
        /// All are revoked.
        Revoked,
    }
}

/// A person or group with honours.
#[derive(Serialize, ToSchema)]
pub struct HonoreeView {
    /// Its id. Where the path named an honoree who was merged, that of the survivor.
    pub id: Uuid,
    /// `public`, or `full` for reviewers who ask for `scope=inner`.
    pub view: View,
    /// The name.
    pub name: String,
    /// A person or a group.
    pub subject: SubjectName,
    /// Whether the person had died.
    pub posthumous: bool,
    /// The honours of our lists, the latest first: those that stand, in the full view all.
    pub honours: Vec<HonourView>,
    /// Honours that others have given, the latest first: those that stand, in the full view all.
    pub outside_honours: Vec<OutsideHonourView>,
    /// Since when in the pool of moral models; null outside it.
    pub pool_entered_at: Option<DateTime<Utc>>,
    /// In the full view: what has become of the honours of our lists.
    pub standing: Option<HonoreeStanding>,
    /// In the full view: the district to which the honoree belongs, that of the latest honour.
    pub district_id: Option<Uuid>,
    /// In the full view: the unit that carried the latest honour.
    pub unit_id: Option<Uuid>,
    /// In the full view: those who were merged into this one.
    pub merged_ids: Vec<Uuid>,
    /// That the honoree cannot be found: with `contact=lost` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactView>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(HonoreeView);

/// One honour of our lists.
#[derive(Serialize, ToSchema)]
pub struct HonourView {
    /// The number of the certificate.
    #[schema(examples("2026-11-DED-0001"))]
    pub certificate_number: String,
    /// The level of the list.
    pub level: HonourLevelName,
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// The category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// The candidate.
    pub candidate_id: Uuid,
    /// The deed in one sentence.
    pub summary: String,
    /// Name of the unit.
    pub unit: Option<String>,
    /// Name of the district.
    pub district: String,
    /// When the list was published.
    pub awarded_at: DateTime<Utc>,
    /// Whether it stands; always `shown` in the public's view.
    pub standing: StandingName,
    /// When and why it was revoked.
    pub revocation: Option<Revocation>,
}

impl From<Entry> for HonourView {
    fn from(entry: Entry) -> Self {
        let standing = &entry.honour.standing;
        Self {
            certificate_number: entry.honour.number.to_string(),
            level: entry.level.into(),
            cycle: entry.honour.number.month,
            category: entry.honour.category,
            candidate_id: entry.honour.candidate.into(),
            summary: entry.summary,
            unit: entry.unit,
            district: entry.district,
            awarded_at: entry.honour.awarded_at,
            standing: standing.into(),
            revocation: Revocation::of(standing),
        }
    }
}

/// An honour that somebody else has given.
#[derive(Serialize, ToSchema)]
pub struct OutsideHonourView {
    /// Its id.
    pub id: Uuid,
    /// Who holds it.
    pub honoree_id: Uuid,
    /// Of which level.
    pub level: HonourLevelName,
    /// What it is called.
    #[schema(examples("湖北省道德模范"))]
    pub title: String,
    /// Who gave it.
    #[schema(examples("湖北省精神文明建设委员会"))]
    pub issuer: String,
    /// The number of its document.
    pub number: Option<String>,
    /// The day on which it was given.
    pub awarded_on: NaiveDate,
    /// In which of our categories it would be.
    pub category: Option<String>,
    /// Where that can be read.
    pub source_url: Option<String>,
    /// When and why it was struck.
    pub revocation: Option<Revocation>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(OutsideHonourView);

impl From<OutsideHonour> for OutsideHonourView {
    fn from(honour: OutsideHonour) -> Self {
        Self {
            id: honour.id.into(),
            honoree_id: honour.honoree.into(),
            level: honour.level.into(),
            title: honour.title,
            issuer: honour.issuer,
            number: honour.number,
            awarded_on: honour.awarded_on,
            category: honour.category.map(|category| category.to_string()),
            source_url: honour.source_url,
            revocation: honour.struck.map(|struck| Revocation { revoked_at: struck.at, reason: struck.reason }),
            etag: String::new(),
            version: honour.version,
        }
    }
}

impl HonoreeView {
    /// An honoree as the caller sees it; the honours within it carry their tags.
    pub fn of(found: HonouredOne) -> Result<Self, Problem> {
        let HonouredOne { honoree, honours, outside, pool, inner } = found;
        let outside_honours = outside.into_iter().map(|honour| {
            let mut shown = OutsideHonourView::from(honour);
            shown.tag()?;
            Ok(shown)
        });
        Ok(Self {
            id: honoree.id.into(),
            view: if inner.is_some() { View::Full } else { View::Public },
            name: honoree.name,
            subject: honoree.subject.into(),
            posthumous: honoree.posthumous,
            honours: honours.into_iter().map(Into::into).collect(),
            outside_honours: outside_honours.collect::<Result<_, Problem>>()?,
            pool_entered_at: pool.map(|entry| entry.entered_at),
            standing: inner.as_ref().map(|inner| inner.standing.into()),
            district_id: honoree.district.filter(|_| inner.is_some()).map(Into::into),
            unit_id: honoree.unit.filter(|_| inner.is_some()).map(Into::into),
            merged_ids: inner.into_iter().flat_map(|inner| inner.absorbed).map(Into::into).collect(),
            contact: None,
            etag: String::new(),
            version: honoree.version,
        })
    }
}

/// An honour that somebody else has given, to be recorded.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordHonourRequest {
    /// Of which level.
    pub level: HonourLevelName,
    /// What it is called.
    #[schema(min_length = 1, max_length = 200, examples("湖北省道德模范"))]
    pub title: String,
    /// Who gave it.
    #[schema(min_length = 1, max_length = 200, examples("湖北省精神文明建设委员会"))]
    pub issuer: String,
    /// The number of its document.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("鄂文明〔2026〕12号"))]
    pub number: Option<String>,
    /// The local day on which it was given; not in the future.
    #[schema(examples("2026-10-15"))]
    pub awarded_on: NaiveDate,
    /// In which of our categories it would be.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40, pattern = "^[a-z][a-z0-9_]*[a-z0-9]$", examples("dedication"))]
    pub category: Option<CategoryCode>,
    /// Where that can be read, with `http` or `https`.
    #[serde(default)]
    #[schema(
        min_length = 1,
        max_length = 2048,
        pattern = "^https?://",
        examples("https://www.hubei.gov.cn/2026/10/15")
    )]
    pub source_url: Option<String>,
}

impl RecordHonourRequest {
    /// What is said of it.
    #[must_use]
    pub fn fields(&self) -> OutsideHonourFields {
        OutsideHonourFields {
            level: Some(self.level.into()),
            title: Some(self.title.clone()),
            issuer: Some(self.issuer.clone()),
            number: Some(self.number.clone()),
            awarded_on: Some(self.awarded_on),
            category: Some(self.category.clone()),
            source_url: Some(self.source_url.clone()),
        }
    }
}

impl Validate for RecordHonourRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.fields().faults())
    }
}

/// A correction of an outside honour (merge patch).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CorrectHonourRequest {
    /// Of which level.
    #[serde(default)]
    #[schema(value_type = HonourLevelName)]
    pub level: Patch<HonourLevelName>,
    /// What it is called.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub title: Patch<String>,
    /// Who gave it.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub issuer: Patch<String>,
    /// The number of its document.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub number: Patch<String>,
    /// The local day on which it was given.
    #[serde(default)]
    #[schema(value_type = NaiveDate, examples("2026-10-15"))]
    pub awarded_on: Patch<NaiveDate>,
    /// In which of our categories it would be.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 40, pattern = "^[a-z][a-z0-9_]*[a-z0-9]$", examples("dedication"))]
    pub category: Patch<CategoryCode>,
    /// Where that can be read.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://www.hubei.gov.cn/2026/10/15"))]
    pub source_url: Patch<String>,
}

impl CorrectHonourRequest {
    /// What changes.
    #[must_use]
    pub fn fields(&self) -> OutsideHonourFields {
        let this = self.clone();
        OutsideHonourFields {
            level: this.level.value().map(Into::into),
            title: this.title.value(),
            issuer: this.issuer.value(),
            number: this.number.nullable(),
            awarded_on: this.awarded_on.value(),
            category: this.category.nullable(),
            source_url: this.source_url.nullable(),
        }
    }
}

impl Validate for CorrectHonourRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.fields().faults())
    }
}

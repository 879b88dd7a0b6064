//! Records of publicity as clients see them.

use std::collections::BTreeMap;

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, judged::to_validation, patch::Patch, role::mirrored},
    domain::{
        fault::{Code, Fault},
        honour::CertificateNumber,
        month::Month,
        publicity::{PublicityFields, PublicityKind},
    },
    service::publicity::Totals,
    storage::publicity::Recorded,
};

mirrored! {
    /// In what kind of outlet somebody was told of.
    PublicityKindName = PublicityKind {
        /// A newspaper or magazine.
        Newspaper,
        /// Television.
        Television,
        /// Radio.
        Radio,
        /// A website.
        Website,
        /// Social media: an official account, a short video.
        SocialMedia,
        /// A talk or a lecture tour.
        Lecture,
        /// An exhibition, a wall of honour.
        Exhibition,
        /// Anything else.
        Other,
    }
}

/// A record that an honoree was told of.
#[derive(Serialize, ToSchema)]
pub struct PublicityRecord {
    /// Its id.
    pub id: Uuid,
    /// The honoree.
    pub honoree_id: Uuid,
    /// The honoree's name.
    pub honoree_name: String,
    /// The newspaper, station, site or place.
    #[schema(examples("长江日报"))]
    pub outlet: String,
    /// Of what kind that is.
    pub kind: PublicityKindName,
    /// Under what title.
    #[schema(examples("二十年如一日，她是老人们的女儿"))]
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// On which local day it came out.
    pub published_on: NaiveDate,
    /// The certificate number of the honour that it was for, where it was for one of them.
    #[schema(examples("2026-11-DED-0001"))]
    pub honour: Option<String>,
    /// What only the reviewers of the subtree read; null for everybody else.
    pub inner: Option<PublicityInner>,
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
representations!(PublicityRecord);

/// What only the reviewers of the subtree read of a record.
#[derive(Serialize, ToSchema)]
pub struct PublicityInner {
    /// The note.
    pub note: Option<String>,
    /// Who entered it.
    pub entered_by: Uuid,
    /// The name of who entered it.
    pub entered_by_name: String,
    /// Whether everybody may read the record: an honour of the honoree's stands and is shown, and where the record is of one
    /// honour, that one does.
    pub is_public: bool,
}

impl PublicityRecord {
    /// As somebody sees it, with inner eyes or not.
    #[must_use]
    pub fn of(found: Recorded, is_inner: bool) -> Self {
        let Recorded { record, honoree_name, entered_by_name, is_public, .. } = found;
        let inner =
            PublicityInner { note: record.note, entered_by: record.entered_by.into(), entered_by_name, is_public };
        Self {
            id: record.id.into(),
            honoree_id: record.honoree.into(),
            honoree_name,
            outlet: record.outlet,
            kind: record.kind.into(),
            title: record.title,
            url: record.url,
            published_on: record.published_on,
            honour: record.honour.map(|number| number.to_string()),
            inner: is_inner.then_some(inner),
            created_at: record.created_at,
            updated_at: record.updated_at,
            etag: String::new(),
            version: record.version,
        }
    }
}

/// A record to be entered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreatePublicityRequest {
    /// The newspaper, station, site or place.
    #[schema(min_length = 1, max_length = 100, examples("长江日报"))]
    pub outlet: String,
    /// Of what kind that is.
    pub kind: PublicityKindName,
    /// Under what title.
    #[schema(min_length = 1, max_length = 200, examples("二十年如一日，她是老人们的女儿"))]
    pub title: String,
    /// Where it can be read, with `http` or `https`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://www.example.org/haoren/1"))]
    pub url: Option<String>,
    /// On which local day it came out: not in the future, nor before 2000.
    #[schema(examples("2026-11-05"))]
    pub published_on: NaiveDate,
    /// The certificate number of one of the honoree's honours, where it was for that one. The record is then public only
    /// while this honour is.
    #[serde(default)]
    #[schema(max_length = 24, pattern = "^2[0-9]{3}-[0-9]{2}-[A-Z]{3}-[0-9]{4,9}$", examples("2026-11-DED-0001"))]
    pub honour: Option<String>,
    /// What reviewers note beside it; never public.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 1000, examples("头版，附照片。"))]
    pub note: Option<String>,
}

fn number_of(text: &str) -> Option<CertificateNumber> {
    text.parse().ok()
}

/// A text that cannot be a certificate's number.
fn number_fault(text: Option<&str>) -> Option<Fault> {
    text.is_some_and(|text| number_of(text).is_none()).then(|| Fault::at("/honour", Code::Malformed))
}

impl CreatePublicityRequest {
    /// What it says.
    #[must_use]
    pub fn fields(&self) -> PublicityFields {
        PublicityFields {
            outlet: Some(self.outlet.clone()),
            kind: Some(self.kind.into()),
            title: Some(self.title.clone()),
            url: Some(self.url.clone()),
            published_on: Some(self.published_on),
            honour: Some(self.honour.as_deref().and_then(number_of)),
            note: Some(self.note.clone()),
        }
    }
}

impl Validate for CreatePublicityRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let wrong = number_fault(self.honour.as_deref());
        to_validation(self.fields().faults().into_iter().chain(wrong).collect())
    }
}

/// A change of a record (merge patch).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdatePublicityRequest {
    /// The newspaper, station, site or place.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub outlet: Patch<String>,
    /// Of what kind that is.
    #[serde(default)]
    #[schema(value_type = PublicityKindName)]
    pub kind: Patch<PublicityKindName>,
    /// Under what title.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    pub title: Patch<String>,
    /// Where it can be read.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 2048, pattern = "^https?://", examples("https://www.example.org/haoren/1"))]
    pub url: Patch<String>,
    /// On which local day it came out.
    #[serde(default)]
    #[schema(value_type = NaiveDate, examples("2026-11-05"))]
    pub published_on: Patch<NaiveDate>,
    /// The honour that it was for.
    #[serde(default)]
    #[schema(value_type = Option<String>, max_length = 24, pattern = "^2[0-9]{3}-[0-9]{2}-[A-Z]{3}-[0-9]{4,9}$", examples("2026-11-DED-0001"))]
    pub honour: Patch<String>,
    /// What reviewers note beside it.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000)]
    pub note: Patch<String>,
}

impl UpdatePublicityRequest {
    /// What changes.
    #[must_use]
    pub fn fields(&self) -> PublicityFields {
        let this = self.clone();
        PublicityFields {
            outlet: this.outlet.value(),
            kind: this.kind.value().map(Into::into),
            title: this.title.value(),
            url: this.url.nullable(),
            published_on: this.published_on.value(),
            honour: this.honour.nullable().map(|text| text.as_deref().and_then(number_of)),
            note: this.note.nullable(),
        }
    }
}

impl Validate for UpdatePublicityRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        let text = self.honour.clone().value();
        to_validation(self.fields().faults().into_iter().chain(number_fault(text.as_deref())).collect())
    }
}

/// How many records of publicity there are.
#[derive(Serialize, ToSchema)]
pub struct PublicityTotals {
    /// Of the honorees of this cycle's list alone, where one was asked for.
    #[schema(value_type = Option<String>, examples("2026-11"))]
    pub cycle: Option<Month>,
    /// Published in this year alone; null where only a cycle was asked for.
    #[schema(examples(2026))]
    pub year: Option<i32>,
    /// All of them.
    pub total: i64,
    /// By kind of outlet; every kind is named.
    pub by_kind: BTreeMap<String, i64>,
    /// By month of publication, the earliest first; months without a record are left out.
    pub by_month: Vec<PublicityMonth>,
}

/// The records of one month of publication.
#[derive(Serialize, ToSchema)]
pub struct PublicityMonth {
    /// The month.
    #[schema(value_type = String, examples("2026-11"))]
    pub month: Month,
    /// All of them.
    pub total: i64,
    /// By kind of outlet; every kind is named.
    pub by_kind: BTreeMap<String, i64>,
}

impl From<Totals> for PublicityTotals {
    fn from(totals: Totals) -> Self {
        let none = || -> BTreeMap<String, i64> {
            PublicityKind::ALL.iter().map(|kind| (kind.as_str().to_owned(), 0)).collect()
        };
        let (mut by_kind, mut months) = (none(), BTreeMap::new());
        for ((month, kind), count) in &totals.counts {
            let of_month = months.entry(*month).or_insert_with(none);
            for counts in [&mut by_kind, of_month] {
                *counts.entry(kind.as_str().to_owned()).or_insert(0) += count;
            }
        }
        let month = |(month, by_kind): (Month, BTreeMap<String, i64>)| PublicityMonth {
            month,
            total: by_kind.values().sum(),
            by_kind,
        };
        Self {
            cycle: totals.cycle,
            year: totals.year,
            total: by_kind.values().sum(),
            by_kind,
            by_month: months.into_iter().map(month).collect(),
        }
    }
}

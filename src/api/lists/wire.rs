//! Lists as clients see them.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::subject::SubjectName,
    domain::{category::CategoryCode, honour::Standing, id::CandidateId, listing::TieBreak, month::Month},
    service::lists::PublishedList,
    storage::{honours::Entry, lists::ListRow},
};

/// Which cycle to publish.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct PublishRequest {
    /// The cycle.
    #[schema(value_type = String, pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])$", examples("2026-11"))]
    pub cycle: Month,
    /// How ties across the cut are broken.
    #[serde(default)]
    #[schema(max_items = 100)]
    pub tie_breaks: Vec<TieBreakRequest>,
}

/// Who of the tied get the free places.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct TieBreakRequest {
    /// The category of the tie.
    #[schema(value_type = String, max_length = 40, pattern = "^[a-z][a-z0-9_]*[a-z0-9]$", examples("dedication"))]
    pub category: CategoryCode,
    /// Exactly those of the tied who get the free places.
    #[schema(max_items = 1000)]
    pub candidate_ids: Vec<Uuid>,
    /// Why they.
    #[schema(min_length = 1, max_length = 1000, examples("事迹影响更为广泛，经领导小组研究决定。"))]
    pub reason: String,
}

impl From<PublishRequest> for (Month, Vec<TieBreak>) {
    fn from(input: PublishRequest) -> Self {
        let breaks = input.tie_breaks.into_iter().map(|one| TieBreak {
            category: one.category,
            candidate_ids: one.candidate_ids.into_iter().map(CandidateId).collect(),
            reason: one.reason,
        });
        (input.cycle, breaks.collect())
    }
}

/// A published list without its entries.
#[derive(Serialize, ToSchema)]
pub struct ListSummary {
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// Its title.
    #[schema(examples("身边好人榜"))]
    pub title: String,
    /// Whose list it is.
    #[schema(examples("武汉市"))]
    pub issuer: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// How many entries it has, the revoked among them.
    pub count: i64,
    /// How many of them are revoked.
    pub revoked_count: i64,
}

impl From<(ListRow, i64, i64)> for ListSummary {
    fn from((list, count, revoked_count): (ListRow, i64, i64)) -> Self {
        Self {
            cycle: list.cycle,
            title: list.title,
            issuer: list.issuer,
            published_at: list.published_at,
            count,
            revoked_count,
        }
    }
}

/// A published list.
#[derive(Serialize, ToSchema)]
pub struct ListView {
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// Its title.
    #[schema(examples("身边好人榜"))]
    pub title: String,
    /// Whose list it is.
    #[schema(examples("武汉市"))]
    pub issuer: String,
    /// When it was published.
    pub published_at: DateTime<Utc>,
    /// How many entries it has, the revoked among them.
    pub count: usize,
    /// How many of them are revoked.
    pub revoked_count: usize,
    /// The entries of each category, by its code, in the order of their numbers.
    pub categories: BTreeMap<String, Vec<ListEntry>>,
}

impl From<PublishedList> for ListView {
    fn from(published: PublishedList) -> Self {
        let PublishedList { list, categories, shows_votes } = published;
        let all = categories.iter().flat_map(|(_, entries)| entries);
        let revoked_count = all.clone().filter(|entry| entry.honour.standing.is_revoked()).count();
        Self {
            cycle: list.cycle,
            title: list.title,
            issuer: list.issuer,
            published_at: list.published_at,
            count: all.count(),
            revoked_count,
            categories: categories
                .into_iter()
                .map(|(category, entries)| {
                    let shown = entries.iter().map(|entry| ListEntry::new(entry, shows_votes));
                    (category.as_str().to_owned(), shown.collect())
                })
                .collect(),
        }
    }
}

/// Whether an honour stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StandingName {
    /// It stands.
    Shown,
    /// It stands; the person has withdrawn the consent to be named.
    Withheld,
    /// The city revoked it.
    Revoked,
}

impl From<&Standing> for StandingName {
    fn from(standing: &Standing) -> Self {
        match standing {
            Standing::Shown => Self::Shown,
            Standing::Withheld => Self::Withheld,
            Standing::Revoked { .. } => Self::Revoked,
        }
    }
}

/// When and why an honour was revoked.
#[derive(Serialize, ToSchema)]
pub struct Revocation {
    /// When.
    pub revoked_at: DateTime<Utc>,
    /// The public reason.
    pub reason: String,
}

impl Revocation {
    /// Of a revoked honour.
    #[must_use]
    pub fn of(standing: &Standing) -> Option<Self> {
        match standing {
            Standing::Revoked { at, reason, .. } => Some(Self { revoked_at: *at, reason: reason.clone() }),
            Standing::Shown | Standing::Withheld => None,
        }
    }
}

/// An entry of a list.
#[derive(Serialize, ToSchema)]
pub struct ListEntry {
    /// The number of the certificate, given once for good.
    #[schema(examples("2026-11-DED-0001"))]
    pub certificate_number: String,
    /// Place in the category, from 1.
    pub position: u32,
    /// Whether it stands.
    pub standing: StandingName,
    /// The name: masked when revoked, null when withheld.
    pub name: Option<String>,
    /// When and why it was revoked.
    pub revocation: Option<Revocation>,
    /// What is shown of an entry that stands; null when revoked or withheld.
    pub entry: Option<EntryDetails>,
    /// Rank by votes, where results are public; equal votes share it.
    pub rank: Option<u32>,
    /// Valid votes, where results are public.
    pub votes: Option<i64>,
}

/// What is shown of an entry that stands.
#[derive(Serialize, ToSchema)]
pub struct EntryDetails {
    /// The candidate.
    pub candidate_id: Uuid,
    /// Who holds the honour.
    pub honoree_id: Uuid,
    /// A person or a group.
    pub subject: SubjectName,
    /// Whether the person has died.
    pub posthumous: bool,
    /// The deed in one sentence.
    pub summary: String,
    /// Occupation, when given.
    pub occupation: Option<String>,
    /// Name of the unit.
    pub unit: Option<String>,
    /// Name of the district.
    pub district: String,
}

impl ListEntry {
    fn new(entry: &Entry, shows_votes: bool) -> Self {
        let honour = &entry.honour;
        let standing = &honour.standing;
        Self {
            certificate_number: honour.number.to_string(),
            position: honour.number.serial,
            standing: standing.into(),
            name: standing.name_shown(&entry.name),
            revocation: Revocation::of(standing),
            rank: shows_votes.then_some(honour.rank),
            votes: shows_votes.then_some(honour.votes),
            entry: (*standing == Standing::Shown).then(|| EntryDetails::of(entry)),
        }
    }
}

impl EntryDetails {
    fn of(entry: &Entry) -> Self {
        Self {
            candidate_id: entry.honour.candidate.into(),
            honoree_id: entry.honour.honoree.into(),
            subject: entry.subject.into(),
            posthumous: entry.posthumous,
            summary: entry.summary.clone(),
            occupation: entry.occupation.clone(),
            unit: entry.unit.clone(),
            district: entry.district.clone(),
        }
    }
}

//! Candidates as clients see them.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    names::{ChannelName, ConsentMethodName, ConsentScopeName, GenderName, GivenByName, SubjectName},
    similar::SimilarCandidate,
};
use crate::{
    api::{
        answer::representations,
        language::Language,
        readiness_words,
        reviews::terms::{AllowedAction, CandidateStatus},
    },
    domain::readiness,
    service::candidates::{
        access::Sight,
        consents::ConsentOf,
        dossier::Dossier,
        photos::PhotoOf,
        read::{ClearReach, Contacts as ClearContacts},
        track::Tracked,
    },
    storage::{contacts::ContactRow, nominations::NominationRow, photos::PhotoRow},
};

/// Which view of a candidate is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum View {
    /// What everybody sees.
    Public,
    /// What reviewers of the subtree, administrators and the own nominator see.
    Full,
}

/// A member of a group.
#[derive(Serialize, ToSchema)]
pub struct Member {
    /// The name.
    pub name: String,
}

/// A photo in a candidate.
#[derive(Serialize, ToSchema)]
pub struct PhotoLink {
    /// Its id.
    pub id: Uuid,
    /// Where it is read.
    pub url: String,
    /// Where its small picture is read.
    pub thumb_url: String,
    /// `image/jpeg` or `image/png`.
    pub media_type: String,
    /// Pixels, as shown.
    pub width: i32,
    /// Pixels, as shown.
    pub height: i32,
    /// Bytes as stored.
    pub byte_size: i32,
}

impl From<PhotoRow> for PhotoLink {
    fn from(row: PhotoRow) -> Self {
        Self {
            id: row.id.into(),
            url: format!("/api/v1/photos/{}", row.id),
            thumb_url: format!("/api/v1/photos/{}?size=thumb", row.id),
            media_type: row.media_type.as_str().to_owned(),
            width: row.width,
            height: row.height,
            byte_size: row.byte_size,
        }
    }
}

/// How somebody can be reached, masked.
#[derive(Serialize, ToSchema)]
pub struct MaskedReach {
    /// The name, masked.
    #[schema(examples("王**"))]
    pub name: Option<String>,
    /// The number, masked.
    #[schema(examples("138****5678"))]
    pub phone: Option<String>,
    /// What the person is to the candidate.
    pub relationship: Option<String>,
}

impl From<ContactRow> for MaskedReach {
    fn from(row: ContactRow) -> Self {
        Self { name: row.name_masked, phone: row.phone_masked, relationship: row.relationship }
    }
}

/// A nomination, for reviewers.
#[derive(Serialize, ToSchema)]
pub struct NominationSummary {
    /// Its id.
    pub id: Uuid,
    /// Whether the file belongs to it.
    pub is_first: bool,
    /// By what way it came.
    pub channel: ChannelName,
    /// Through which channel in use.
    pub channel_id: Option<Uuid>,
    /// The nominator, masked.
    pub nominator: MaskedReach,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl From<NominationRow> for NominationSummary {
    fn from(row: NominationRow) -> Self {
        Self {
            id: row.id.into(),
            is_first: row.is_first,
            channel: row.channel.into(),
            channel_id: row.channel_id.map(Into::into),
            nominator: MaskedReach { name: row.name_masked, phone: row.phone_masked, relationship: row.relationship },
            withdrawn_at: row.withdrawn_at.map(|at| at.0),
            created_at: row.created_at.0,
        }
    }
}

/// A candidate. The public view has the members up to `photos`.
#[derive(Serialize, ToSchema)]
pub struct Candidate {
    /// Its id.
    pub id: Uuid,
    /// Which view this is.
    pub view: View,
    /// Where it stands.
    pub status: CandidateStatus,
    /// The cycle in which it runs.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// The category's code.
    #[schema(examples("helping_others"))]
    pub category: String,
    /// A person or a group.
    pub subject: SubjectName,
    /// Whether the person has died.
    pub posthumous: bool,
    /// Name of the person or group.
    pub name: String,
    /// The deed in one sentence.
    pub summary: String,
    /// The deed statement.
    pub deed: Option<String>,
    /// Occupation.
    pub occupation: Option<String>,
    /// The unit that carries it.
    pub unit_id: Option<Uuid>,
    /// The unit's name.
    pub unit_name: Option<String>,
    /// The district.
    pub district_id: Uuid,
    /// The district's name.
    pub district_name: String,
    /// The photos in their order.
    pub photos: Vec<PhotoLink>,
    /// What only the full view shows.
    #[serde(flatten)]
    pub inner: Option<Inner>,
    /// What the caller may do, and for the rest why not; for who is signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub allowed_actions: Option<Vec<AllowedAction>>,
    /// The tracking code of a nominator without an account; shown once, when the nomination is made. Staff who typed
    /// somebody's recommendation in hand it on.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("7KQM-3XWD-PR9T-H4VA"))]
    pub tracking_code: Option<String>,
    /// Its look-alikes, the likeliest first, as `GET /candidates/{id}/similar` lists them; shown when the nomination is
    /// made, to reviewers of the subtree and administrators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    pub similar: Option<Vec<SimilarCandidate>>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Candidate);

/// What only the full view of a candidate shows.
#[derive(Serialize, ToSchema)]
pub struct Inner {
    /// The members of a group.
    pub members: Vec<Member>,
    /// Sex.
    pub gender: Option<GenderName>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Ethnicity.
    pub ethnicity: Option<String>,
    /// By what way the first recommendation came.
    pub channel: ChannelName,
    /// The contact details, masked; none for who holds a tracking code.
    pub contact: Option<MaskedReach>,
    /// Whether a complete consent stands.
    pub has_consent: bool,
    /// The nominations; for reviewers and administrators, empty for others.
    pub nominations: Vec<NominationSummary>,
    /// The candidate into which it was merged, while that stands; for reviewers and administrators.
    pub merged_into: Option<Uuid>,
    /// The candidates that were merged into it, while that stands; for reviewers and administrators, empty for others.
    pub merged_from: Vec<Uuid>,
    /// When it came into its status.
    pub status_changed_at: DateTime<Utc>,
    /// When anything of the file last changed.
    pub materials_changed_at: DateTime<Utc>,
    /// When it was recommended.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl Candidate {
    /// Shows a candidate to who sees it.
    #[must_use]
    pub fn of(dossier: Dossier, language: Language) -> Self {
        let Dossier { candidate, sight, unit_name, district_name, photos, allowed, .. } = dossier;
        let Dossier { contact, nominations, has_consent, merged_into, merged_from, .. } = dossier;
        let inner = sight.is_full().then(|| Inner {
            members: candidate.members.into_iter().map(|name| Member { name }).collect(),
            gender: candidate.gender.map(Into::into),
            birth_year: candidate.birth_year,
            ethnicity: candidate.ethnicity,
            channel: candidate.channel.into(),
            contact: contact.map(Into::into),
            has_consent,
            nominations: nominations.into_iter().map(Into::into).collect(),
            merged_into: merged_into.map(Into::into),
            merged_from: merged_from.into_iter().map(Into::into).collect(),
            status_changed_at: candidate.status_changed_at,
            materials_changed_at: candidate.materials_changed_at,
            created_at: candidate.created_at,
            updated_at: candidate.updated_at,
        });
        Self {
            id: candidate.id.into(),
            view: if sight == Sight::Public { View::Public } else { View::Full },
            status: candidate.status.into(),
            cycle: candidate.cycle.to_string(),
            category: candidate.category.to_string(),
            subject: candidate.subject.into(),
            posthumous: candidate.posthumous,
            name: candidate.name,
            summary: candidate.summary,
            deed: candidate.deed,
            occupation: candidate.occupation,
            unit_id: candidate.unit_id.map(Into::into),
            unit_name,
            district_id: candidate.district_id.into(),
            district_name,
            photos: photos.into_iter().map(Into::into).collect(),
            inner,
            allowed_actions: allowed
                .map(|allowed| allowed.into_iter().map(|one| AllowedAction::of(one, language)).collect()),
            tracking_code: None,
            similar: None,
            etag: String::new(),
            version: candidate.version,
        }
    }
}

/// A photo.
#[derive(Serialize, ToSchema)]
pub struct Photo {
    /// The photo.
    #[serde(flatten)]
    pub link: PhotoLink,
    /// Whose it is.
    pub candidate_id: Uuid,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
    /// To be sent as `If-Match`: the candidate's, which grows with every photo.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Photo);

impl From<PhotoOf> for Photo {
    fn from(PhotoOf { photo, version }: PhotoOf) -> Self {
        Self {
            candidate_id: photo.candidate_id.into(),
            created_at: photo.created_at.0,
            link: photo.into(),
            etag: String::new(),
            version,
        }
    }
}

/// A consent that stands.
#[derive(Serialize, ToSchema)]
pub struct Consent {
    /// Whose file it concerns.
    pub candidate_id: Uuid,
    /// Who consented.
    pub given_by: GivenByName,
    /// The name of who consented, masked.
    #[schema(examples("张*"))]
    pub name: String,
    /// To what.
    pub scope: Vec<ConsentScopeName>,
    /// The version of the wording.
    pub text_version: String,
    /// How.
    pub method: ConsentMethodName,
    /// When.
    pub given_at: DateTime<Utc>,
    /// Where the proof is kept.
    pub evidence: Option<String>,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// To be sent as `If-Match`: the candidate's, which grows with the consent.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Consent);

impl From<ConsentOf> for Consent {
    fn from(ConsentOf { consent, version }: ConsentOf) -> Self {
        Self {
            candidate_id: consent.candidate_id.into(),
            given_by: consent.given_by.into(),
            name: consent.name_masked,
            scope: consent.scope.0.into_iter().map(Into::into).collect(),
            text_version: consent.text_version,
            method: consent.method.into(),
            given_at: consent.given_at.0,
            evidence: consent.evidence,
            recorded_at: consent.recorded_at.0,
            etag: String::new(),
            version,
        }
    }
}

/// How somebody can be reached, in clear.
#[derive(Serialize, ToSchema)]
pub struct Reach {
    /// The name.
    pub name: Option<String>,
    /// The number.
    #[schema(examples("13800005678"))]
    pub phone: Option<String>,
    /// What the person is to the candidate.
    pub relationship: Option<String>,
}

impl From<ClearReach> for Reach {
    fn from(clear: ClearReach) -> Self {
        let text = |secret: Option<zeroize::Zeroizing<String>>| secret.map(|secret| secret.to_string());
        Self { name: text(clear.name), phone: text(clear.phone), relationship: clear.relationship }
    }
}

/// A nominator in clear.
#[derive(Serialize, ToSchema)]
pub struct NominatorContact {
    /// The nomination's id.
    pub nomination_id: Uuid,
    /// By what way it came.
    pub channel: ChannelName,
    /// The name.
    pub name: Option<String>,
    /// The number.
    pub phone: Option<String>,
    /// What the nominator is to the candidate.
    pub relationship: Option<String>,
}

/// The contact details of a candidate, in clear. Reading them is an audit event.
#[derive(Serialize, ToSchema)]
pub struct Contacts {
    /// The candidate's, or of who speaks for them.
    pub contact: Reach,
    /// The nominators'.
    pub nominators: Vec<NominatorContact>,
    /// Who was heard about the deed.
    pub heard: Vec<HeardContact>,
}

/// Somebody who was heard for a verification record, in clear.
#[derive(Serialize, ToSchema)]
pub struct HeardContact {
    /// The record's id.
    pub verification_id: Uuid,
    /// The name.
    pub name: String,
    /// What that person is to the candidate.
    pub relationship: Option<String>,
}

impl From<ClearContacts> for Contacts {
    fn from(clear: ClearContacts) -> Self {
        let nominators = clear.nominators.into_iter().map(|nominator| {
            let Reach { name, phone, relationship } = nominator.reach.into();
            let nomination_id = nominator.nomination_id.into();
            NominatorContact { nomination_id, channel: nominator.channel.into(), name, phone, relationship }
        });
        let heard = clear.heard.into_iter().flat_map(|record| {
            let verification_id = record.verification_id.into();
            record.heard.into_iter().map(move |heard| HeardContact {
                verification_id,
                name: heard.name,
                relationship: heard.relationship,
            })
        });
        Self { contact: clear.contact.into(), nominators: nominators.collect(), heard: heard.collect() }
    }
}

/// One thing that the cycle's policy asks of the materials.
#[derive(Serialize, ToSchema)]
pub struct ReadinessItem {
    /// What was looked at.
    #[schema(examples("deed_length"))]
    pub code: String,
    /// Whether it is as it should be.
    pub ok: bool,
    /// What is missing and what to do about it, in the language of `Accept-Language`; the guard says the same.
    pub detail: String,
    /// What is there. Of a photo outside the limits, `photo_id`, `position` in the order shown, and its figures.
    pub actual: Value,
    /// What should be there.
    pub required: Value,
    /// Whether the unit's verification needs it; the consent is needed from the screening on.
    pub needed_to_verify: bool,
}

impl ReadinessItem {
    /// Shows an item.
    #[must_use]
    pub fn of(item: readiness::ReadinessItem, language: Language) -> Self {
        Self {
            code: item.code.as_str().to_owned(),
            ok: item.ok,
            detail: readiness_words::words(item.code, (&item.actual, &item.required), language),
            actual: item.actual,
            required: item.required,
            needed_to_verify: item.needed_to_verify,
        }
    }
}

/// How a candidate's materials stand against its cycle's policy.
#[derive(Serialize, ToSchema)]
pub struct Readiness {
    /// Whether the unit can verify, as far as the materials are concerned.
    pub ready: bool,
    /// Every item, good or not; each photo outside the limits has one of its own.
    pub items: Vec<ReadinessItem>,
}

impl Readiness {
    /// Shows the report.
    #[must_use]
    pub fn of(readiness: readiness::Readiness, language: Language) -> Self {
        let ready = readiness.is_ready();
        Self { ready, items: readiness.items.into_iter().map(|item| ReadinessItem::of(item, language)).collect() }
    }
}

/// A nomination as its nominator sees it.
#[derive(Serialize, ToSchema)]
pub struct TrackedNomination {
    /// The nomination's id.
    pub id: Uuid,
    /// Who was recommended.
    pub candidate_id: Uuid,
    /// The candidate's name.
    pub name: String,
    /// The category's code.
    pub category: String,
    /// The cycle in which the candidate runs.
    pub cycle: String,
    /// Where the candidate stands.
    pub status: CandidateStatus,
    /// Whether the file belongs to this nomination.
    pub is_first: bool,
    /// What the unit's verification would still miss.
    pub missing: Vec<ReadinessItem>,
    /// Why it was returned, while it is.
    pub return_reason: Option<String>,
    /// When the nomination was made.
    pub created_at: DateTime<Utc>,
    /// When the nomination was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// To be sent as `If-Match` when the candidate's file is edited.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(TrackedNomination);

impl TrackedNomination {
    /// Shows a nomination to its nominator.
    #[must_use]
    pub fn of(tracked: Tracked, language: Language) -> Self {
        let Tracked { nomination, candidate, missing, return_reason } = tracked;
        Self {
            id: nomination.id.into(),
            candidate_id: candidate.id.into(),
            name: candidate.name,
            category: candidate.category.to_string(),
            cycle: candidate.cycle.to_string(),
            status: candidate.status.into(),
            is_first: nomination.is_first,
            missing: missing.into_iter().map(|item| ReadinessItem::of(item, language)).collect(),
            return_reason,
            created_at: nomination.created_at.0,
            withdrawn_at: nomination.withdrawn_at.map(|at| at.0),
            etag: String::new(),
            version: candidate.version,
        }
    }
}

//! What clients send of candidates.

use chrono::{DateTime, Utc};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use super::names::{ChannelName, ConsentMethodName, ConsentScopeName, GenderName, GivenByName, SubjectName};
use crate::{
    api::{judged::to_validation, patch::Patch},
    domain::{
        candidate::{Channel, Subject},
        category::CategoryCode,
        consent::Consent,
        fault::{Code, Fault},
        recommendation::{FileChange, Reach, Recommendation},
    },
    service::candidates::consents,
};

/// A member of a group.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MemberInput {
    /// The name.
    #[schema(min_length = 1, max_length = 100, examples("李四"))]
    pub name: String,
}

/// Who recommends.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NominatorInput {
    /// The name.
    #[schema(min_length = 1, max_length = 100, examples("王芳"))]
    pub name: String,
    /// A Chinese mobile or landline number.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, examples("13900001234"))]
    pub phone: Option<String>,
    /// What the nominator is to the candidate.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("邻居"))]
    pub relationship: Option<String>,
}

impl NominatorInput {
    /// How the nominator can be reached.
    #[must_use]
    pub fn reach(&self) -> Reach {
        Reach { phone: self.phone.clone(), name: Some(self.name.clone()), relationship: self.relationship.clone() }
    }
}

/// A recommendation.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateCandidateRequest {
    /// The category's code.
    #[schema(min_length = 2, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", examples("helping_others"))]
    pub category: String,
    /// Name of the person or group.
    #[schema(min_length = 1, max_length = 100, examples("张三"))]
    pub name: String,
    /// The deed in one sentence.
    #[schema(min_length = 1, max_length = 140, examples("三十年如一日为邻里义务修理家电。"))]
    pub summary: String,
    /// The deed statement; its length is judged when the unit verifies.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 10000)]
    pub deed: Option<String>,
    /// The unit that is to carry the candidate. This or `district_id` is needed.
    #[serde(default)]
    pub unit_id: Option<Uuid>,
    /// The district, where the unit is not known.
    #[serde(default)]
    pub district_id: Option<Uuid>,
    /// By what way the recommendation came; `online` where nothing is said.
    #[serde(default)]
    pub channel: Option<ChannelName>,
    /// A recommendation channel in use, whose kind is then the way.
    #[serde(default)]
    pub channel_id: Option<Uuid>,
    /// A Chinese mobile or landline number of the candidate, or of who speaks for them.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, examples("13800005678"))]
    pub contact_phone: Option<String>,
    /// The name of who is called.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100)]
    pub contact_name: Option<String>,
    /// What that person is to the candidate.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub contact_relationship: Option<String>,
    /// A person, where nothing is said.
    #[serde(default)]
    pub subject: Option<SubjectName>,
    /// The 2 to 50 members of a group.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub members: Option<Vec<MemberInput>>,
    /// Whether the person has died.
    #[serde(default)]
    pub posthumous: Option<bool>,
    /// Occupation.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("退休工人"))]
    pub occupation: Option<String>,
    /// Sex.
    #[serde(default)]
    pub gender: Option<GenderName>,
    /// Year of birth.
    #[serde(default)]
    pub birth_year: Option<i32>,
    /// Ethnicity.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("汉族"))]
    pub ethnicity: Option<String>,
    /// Who recommends; reviewers who name somebody type in that person's recommendation.
    #[serde(default)]
    pub nominator: Option<NominatorInput>,
}

impl CreateCandidateRequest {
    /// The recommendation, or the faults of what cannot be one.
    pub fn recommendation(&self) -> Result<Recommendation, Vec<Fault>> {
        let category: Result<CategoryCode, _> = self.category.parse();
        let Ok(category) = category else { return Err(vec![Fault::at("/category", Code::UnknownReference)]) };
        Ok(Recommendation {
            category,
            name: self.name.clone(),
            summary: self.summary.clone(),
            deed: self.deed.clone(),
            unit_id: self.unit_id.map(Into::into),
            district_id: self.district_id.map(Into::into),
            channel: self.channel.map(Channel::from),
            channel_id: self.channel_id.map(Into::into),
            contact: Reach {
                phone: self.contact_phone.clone(),
                name: self.contact_name.clone(),
                relationship: self.contact_relationship.clone(),
            },
            subject: self.subject.map_or(Subject::Individual, Into::into),
            members: self.members.iter().flatten().map(|member| member.name.clone()).collect(),
            posthumous: self.posthumous.unwrap_or(false),
            occupation: self.occupation.clone(),
            gender: self.gender.map(Into::into),
            birth_year: self.birth_year,
            ethnicity: self.ethnicity.clone(),
            nominator: self.nominator.as_ref().map(NominatorInput::reach),
        })
    }
}

impl Validate for CreateCandidateRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(match self.recommendation() {
            Ok(recommendation) => recommendation.faults(),
            Err(faults) => faults,
        })
    }
}

/// A change of a candidate's file (merge patch).
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateCandidateRequest {
    /// The category's code.
    #[serde(default)]
    #[schema(value_type = String, min_length = 2, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", examples("helping_others"))]
    pub category: Patch<String>,
    /// Name of the person or group.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 100)]
    pub name: Patch<String>,
    /// The deed in one sentence.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 140)]
    pub summary: Patch<String>,
    /// The deed statement.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 10000)]
    pub deed: Patch<String>,
    /// A person or a group.
    #[serde(default)]
    #[schema(value_type = SubjectName)]
    pub subject: Patch<SubjectName>,
    /// The members of a group; null or an empty list for a person.
    #[serde(default)]
    #[schema(value_type = Option<Vec<MemberInput>>, max_items = 50)]
    pub members: Patch<Vec<MemberInput>>,
    /// Whether the person has died.
    #[serde(default)]
    #[schema(value_type = bool)]
    pub posthumous: Patch<bool>,
    /// Occupation.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub occupation: Patch<String>,
    /// Sex.
    #[serde(default)]
    #[schema(value_type = Option<GenderName>)]
    pub gender: Patch<GenderName>,
    /// Year of birth.
    #[serde(default)]
    #[schema(value_type = Option<i32>)]
    pub birth_year: Patch<i32>,
    /// Ethnicity.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub ethnicity: Patch<String>,
    /// A Chinese mobile or landline number of the candidate, or of who speaks for them.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 40)]
    pub contact_phone: Patch<String>,
    /// The name of who is called.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    pub contact_name: Patch<String>,
    /// What that person is to the candidate.
    #[serde(default)]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    pub contact_relationship: Patch<String>,
}

impl UpdateCandidateRequest {
    /// The change, or the faults of what cannot be one.
    pub fn change(&self) -> Result<FileChange, Vec<Fault>> {
        let this = self.clone();
        let category: Option<Result<CategoryCode, _>> = this.category.value().map(|code| code.parse());
        let unknown = |_| vec![Fault::at("/category", Code::UnknownReference)];
        let members = this.members.nullable().map(Option::unwrap_or_default);
        Ok(FileChange {
            category: category.transpose().map_err(unknown)?,
            name: this.name.value(),
            summary: this.summary.value(),
            deed: this.deed.nullable(),
            subject: this.subject.value().map(Into::into),
            members: members.map(|members| members.into_iter().map(|member| member.name).collect()),
            posthumous: this.posthumous.value(),
            occupation: this.occupation.nullable(),
            gender: this.gender.nullable().map(|gender| gender.map(Into::into)),
            birth_year: this.birth_year.nullable(),
            ethnicity: this.ethnicity.nullable(),
            contact_phone: this.contact_phone.nullable(),
            contact_name: this.contact_name.nullable(),
            contact_relationship: this.contact_relationship.nullable(),
        })
    }
}

impl Validate for UpdateCandidateRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(match self.change() {
            Ok(change) => change.faults(),
            Err(faults) => faults,
        })
    }
}

/// A consent to publication and forwarding.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutConsentRequest {
    /// Who consents.
    pub given_by: GivenByName,
    /// The name of who consents.
    #[schema(min_length = 1, max_length = 100, examples("张三"))]
    pub name: String,
    /// To what; screening and forwarding need both.
    #[schema(min_items = 1, max_items = 2)]
    pub scope: Vec<ConsentScopeName>,
    /// The version of the wording that was put before them.
    #[schema(min_length = 1, max_length = 64, examples("2026-1"))]
    pub text_version: String,
    /// How it was given.
    pub method: ConsentMethodName,
    /// When it was given.
    pub given_at: DateTime<Utc>,
    /// Where the proof is kept.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, examples("纸质同意书存单位档案室 2026-11-03"))]
    pub evidence: Option<String>,
}

impl PutConsentRequest {
    /// The consent as the domain judges it.
    #[must_use]
    pub fn consent(&self) -> Consent {
        Consent {
            given_by: self.given_by.into(),
            name: self.name.clone(),
            scope: self.scope.iter().map(|scope| (*scope).into()).collect(),
            text_version: self.text_version.clone(),
            method: self.method.into(),
            given_at: self.given_at,
            evidence: self.evidence.clone(),
        }
    }
}

impl Validate for PutConsentRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(consents::text_faults(&self.consent()))
    }
}

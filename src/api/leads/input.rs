//! What clients send of leads.

use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        candidates::{
            input::{MemberInput, NominatorInput},
            names::{ChannelName, GenderName, SubjectName},
        },
        judged::to_validation,
    },
    domain::{
        category::CategoryCode,
        fault::{Code, Fault},
        lead::{self, Promotion},
        recommendation::{FileChange, Reach},
    },
    service::leads::{assign::AssignmentInput, dismiss, receive::LeadInput},
};

/// Who reports; a name or a number at least.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReporterInput {
    /// The name; kept encrypted.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("王芳"))]
    pub name: Option<String>,
    /// A Chinese mobile or landline number; kept encrypted.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 40, examples("13900001234"))]
    pub phone: Option<String>,
}

/// A lead.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateLeadRequest {
    /// By what way it came.
    pub channel: ChannelName,
    /// Through which channel in use, of that kind.
    #[serde(default)]
    pub channel_id: Option<Uuid>,
    /// What came in. The short-message form `name, place, category, one sentence` is read, separated by commas, slashes,
    /// bars, plus signs, white space or line breaks, or with a label before each part; the category as one character
    /// (助, 勇, 诚, 敬, 孝) or in full.
    #[schema(min_length = 1, max_length = 5000, examples("张三，江汉区，助，三十年如一日为邻里义务修理家电。"))]
    pub text: String,
    /// Who reports.
    #[serde(default)]
    pub reporter: Option<ReporterInput>,
    /// Who is to deal with it; the city where nothing is said.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
}

impl CreateLeadRequest {
    /// The lead as it comes in.
    #[must_use]
    pub fn input(self) -> LeadInput {
        let reporter = self.reporter();
        LeadInput {
            channel: self.channel.into(),
            channel_id: self.channel_id.map(Into::into),
            text: self.text,
            reporter,
            organization_id: self.organization_id.map(Into::into),
        }
    }

    fn reporter(&self) -> Option<Reach> {
        let reporter = self.reporter.as_ref()?;
        Some(Reach { name: reporter.name.clone(), phone: reporter.phone.clone(), relationship: None })
    }
}

impl Validate for CreateLeadRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(lead::faults(&self.text, self.reporter().as_ref()))
    }
}

/// To whom a lead is given.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AssignLeadRequest {
    /// An organization of the caller's subtree, the district above the one that has it, or null for the city.
    pub organization_id: Option<Uuid>,
    /// Why; needed where an organization had it.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, examples("线索人住在该区。"))]
    pub reason: Option<String>,
}

impl From<AssignLeadRequest> for AssignmentInput {
    fn from(input: AssignLeadRequest) -> Self {
        Self { organization_id: input.organization_id.map(Into::into), reason: input.reason }
    }
}

impl Validate for AssignLeadRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(AssignmentInput::from(self.clone()).faults())
    }
}

/// Why nothing comes of a lead.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct DismissLeadRequest {
    /// Why.
    #[schema(min_length = 1, max_length = 500, examples("与好人推荐无关。"))]
    pub reason: String,
}

impl Validate for DismissLeadRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(dismiss::reason_faults(&self.reason))
    }
}

/// What becomes of a lead: a further nomination of an existing candidate, or a new candidate, of whom is said what the
/// text could not give.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PromoteLeadRequest {
    /// An existing candidate of the caller's subtree; then nothing else is said but the nominator.
    #[serde(default)]
    pub candidate_id: Option<Uuid>,
    /// Who recommends, where the lead knows of no reporter.
    #[serde(default)]
    pub nominator: Option<NominatorInput>,
    /// The category's code; else the one that was read.
    #[serde(default)]
    #[schema(min_length = 2, max_length = 40, pattern = "^[a-z][a-z0-9_]*$", examples("helping_others"))]
    pub category: Option<String>,
    /// Name of the person or group; else the one that was read.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("张三"))]
    pub name: Option<String>,
    /// The deed in one sentence; else the one that was read.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 140, examples("三十年如一日为邻里义务修理家电。"))]
    pub summary: Option<String>,
    /// The deed statement.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 10000)]
    pub deed: Option<String>,
    /// The unit that is to carry the candidate; else the one that deals with the lead, or that of the place read.
    #[serde(default)]
    pub unit_id: Option<Uuid>,
    /// The district, where the unit is not known.
    #[serde(default)]
    pub district_id: Option<Uuid>,
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
}

impl PromoteLeadRequest {
    /// The promotion, or the faults of what cannot be one.
    pub fn promotion(&self) -> Result<Promotion, Vec<Fault>> {
        let this = self.clone();
        let category: Option<Result<CategoryCode, _>> = this.category.map(|code| code.parse());
        let unknown = |_| vec![Fault::at("/category", Code::UnknownReference)];
        // What is not said, and what is said to be null, is not known.
        let file = FileChange {
            category: category.transpose().map_err(unknown)?,
            name: this.name,
            summary: this.summary,
            deed: this.deed.map(Some),
            subject: this.subject.map(Into::into),
            members: this.members.map(|members| members.into_iter().map(|member| member.name).collect()),
            posthumous: this.posthumous,
            occupation: this.occupation.map(Some),
            gender: this.gender.map(|gender| Some(gender.into())),
            birth_year: this.birth_year.map(Some),
            ethnicity: this.ethnicity.map(Some),
            contact_phone: this.contact_phone.map(Some),
            contact_name: this.contact_name.map(Some),
            contact_relationship: this.contact_relationship.map(Some),
        };
        Ok(Promotion {
            candidate_id: this.candidate_id.map(Into::into),
            file,
            unit_id: this.unit_id.map(Into::into),
            district_id: this.district_id.map(Into::into),
            nominator: this.nominator.as_ref().map(NominatorInput::reach),
        })
    }
}

impl Validate for PromoteLeadRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(match self.promotion() {
            Ok(promotion) => promotion.faults(),
            Err(faults) => faults,
        })
    }
}

//! Leadership groups as clients see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
};
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, judged::to_validation},
    domain::leadership::{self, InForce},
    service::{
        leadership::{NewGroup, ShownFormer, leadership_faults},
        organizations::PERSON_MAX_CHARS,
    },
};

/// A term of office 任期; both days belong to it.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LeadershipTerm {
    /// The first day; not after today where a group is entered.
    #[schema(examples("2026-01-01"))]
    pub from: NaiveDate,
    /// The last day; null where none is set.
    #[serde(default)]
    #[schema(examples("2028-12-31"))]
    pub to: Option<NaiveDate>,
}

impl From<LeadershipTerm> for leadership::Term {
    fn from(term: LeadershipTerm) -> Self {
        Self { from: term.from, to: term.to }
    }
}

impl From<leadership::Term> for LeadershipTerm {
    fn from(term: leadership::Term) -> Self {
        Self { from: term.from, to: term.to }
    }
}

/// The leadership group 活动领导小组 of an organization.
#[derive(Serialize, ToSchema)]
pub struct Leadership {
    /// 组长.
    pub head: Option<String>,
    /// 副组长.
    pub deputies: Vec<String>,
    /// 成员.
    pub members: Vec<String>,
    /// 办公室主任.
    pub office_director: Option<String>,
    /// The office's public telephone.
    pub office_phone: Option<String>,
    /// For how long the group is appointed, where that was entered.
    pub term: Option<LeadershipTerm>,
    /// The document by which it was appointed.
    #[schema(examples("武文明办〔2026〕3号"))]
    pub document: Option<String>,
    /// The first day on which it was in force: of its term, or of its entry; null where none was entered.
    pub since: Option<NaiveDate>,
    /// The last day on which it was in force; null while it still is.
    pub until: Option<NaiveDate>,
    /// True when its term was over on the day that was asked for, today where none was.
    pub expired: bool,
    /// To be sent as `If-Match`; there is one before anything was entered, too.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Leadership);

impl From<InForce> for Leadership {
    fn from(shown: InForce) -> Self {
        let group = shown.group;
        Self {
            head: group.head,
            deputies: group.deputies,
            members: group.members,
            office_director: group.office_director,
            office_phone: group.office_phone,
            term: group.term.map(Into::into),
            document: group.document,
            since: shown.since,
            until: shown.until,
            expired: shown.expired,
            etag: String::new(),
            version: shown.version,
        }
    }
}

/// A leadership group that was replaced.
#[derive(Serialize, ToSchema)]
pub struct FormerLeadership {
    /// Its id in the history.
    pub id: Uuid,
    /// 组长.
    pub head: Option<String>,
    /// 副组长.
    pub deputies: Vec<String>,
    /// 成员.
    pub members: Vec<String>,
    /// 办公室主任.
    pub office_director: Option<String>,
    /// The office's public telephone.
    pub office_phone: Option<String>,
    /// For how long it was appointed.
    pub term: Option<LeadershipTerm>,
    /// The document by which it was appointed.
    pub document: Option<String>,
    /// The first day on which it was in force.
    pub since: NaiveDate,
    /// The last day on which it was; null when it was replaced on its first day.
    pub until: Option<NaiveDate>,
    /// When it was replaced.
    pub replaced_at: DateTime<Utc>,
    /// Who replaced it; for reviewers and administrators only.
    pub replaced_by: Option<Uuid>,
    /// The name shown of who replaced it; for reviewers and administrators only.
    pub replaced_by_name: Option<String>,
}

impl From<ShownFormer> for FormerLeadership {
    fn from(shown: ShownFormer) -> Self {
        let (former, group) = (shown.former.clone(), shown.former.group);
        let until = former.in_force_until.pred_opt().filter(|until| *until >= former.in_force_from);
        Self {
            id: former.id.into(),
            head: group.head,
            deputies: group.deputies,
            members: group.members,
            office_director: group.office_director,
            office_phone: group.office_phone,
            term: group.term.map(Into::into),
            document: group.document,
            since: former.in_force_from,
            until,
            replaced_at: former.replaced_at,
            replaced_by: shown.by.as_ref().map(|(id, _)| (*id).into()),
            replaced_by_name: shown.by.map(|(_, name)| name),
        }
    }
}

/// A leadership group that takes the place of the present one.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceLeadershipRequest {
    /// 组长.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("李建国"))]
    pub head: Option<String>,
    /// 副组长.
    #[serde(default)]
    #[schema(schema_with = people)]
    pub deputies: Vec<String>,
    /// 成员.
    #[serde(default)]
    #[schema(schema_with = people)]
    pub members: Vec<String>,
    /// 办公室主任.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64)]
    pub office_director: Option<String>,
    /// The office's public telephone.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 32, examples("027-85481234"))]
    pub office_phone: Option<String>,
    /// For how long the group is appointed.
    #[serde(default)]
    pub term: Option<LeadershipTerm>,
    /// The number of the document by which it is appointed.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("武文明办〔2026〕3号"))]
    pub document: Option<String>,
    /// True corrects the group there is, such as a name that was misspelt: nothing goes into the history.
    #[serde(default)]
    pub corrects: bool,
}

/// At most so many names, none longer than a name is.
fn people() -> Schema {
    let name = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(PERSON_MAX_CHARS));
    ArrayBuilder::new().items(name.examples(["王芳"])).max_items(Some(leadership::Leadership::MAX_PEOPLE)).into()
}

impl From<ReplaceLeadershipRequest> for NewGroup {
    fn from(input: ReplaceLeadershipRequest) -> Self {
        let group = leadership::Leadership {
            head: input.head,
            deputies: input.deputies,
            members: input.members,
            office_director: input.office_director,
            office_phone: input.office_phone,
            term: input.term.map(Into::into),
            document: input.document,
        };
        Self { group, corrects: input.corrects }
    }
}

impl Validate for ReplaceLeadershipRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(leadership_faults(&NewGroup::from(self.clone()).group))
    }
}

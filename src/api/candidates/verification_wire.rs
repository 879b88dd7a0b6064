//! Verification records as clients send and see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{Array, ArrayBuilder, ObjectBuilder, Type},
};
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, judged::to_validation, role::mirrored},
    domain::verification::{self, Finding, Heard, VerificationMethod},
    service::candidates::{attachments::AttachmentOf, verifications::ShownVerification},
    storage::attachments::AttachmentRow,
};

mirrored! {
    /// In what way the facts were looked at.
    VerificationMethodName = VerificationMethod {
        /// 走访谈话: a conversation face to face.
        Interview,
        /// 实地查看: a look at the place.
        SiteVisit,
        /// 查阅资料: papers and records.
        Documents,
        /// 电话核实: a call.
        Telephone,
        /// 部门核查: the word of another department.
        Consultation,
    }
}

mirrored! {
    /// What the look showed.
    FindingName = Finding {
        /// 属实.
        Confirmed,
        /// 部分属实.
        Partly,
        /// 不属实.
        Refuted,
    }
}

/// Somebody who was heard.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HeardInput {
    /// The name. Kept encrypted; shown masked, and in clear with the contact details.
    #[schema(min_length = 1, max_length = 100, examples("李大妈"))]
    pub name: String,
    /// What that person is to the candidate.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("邻居"))]
    pub relationship: Option<String>,
}

/// One look at the facts.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateVerificationRequest {
    /// In what way.
    pub method: VerificationMethodName,
    /// The names of who looked.
    #[schema(schema_with = names)]
    pub verifiers: Vec<String>,
    /// When; not to come.
    pub held_at: DateTime<Utc>,
    /// The department that was consulted; needed with `consultation`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("江岸区公安分局"))]
    pub department: Option<String>,
    /// Who was heard; at least one in an interview or on the telephone.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub heard: Vec<HeardInput>,
    /// What it showed.
    pub finding: FindingName,
    /// What was said and seen.
    #[schema(min_length = 1, max_length = 4000, examples("三位邻居分别谈话，所述时间、地点与材料一致。"))]
    pub notes: String,
}

/// 1 to 10 names.
fn names() -> Array {
    let name = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(100));
    ArrayBuilder::new().items(name.examples(["周敏"])).min_items(Some(1)).max_items(Some(10)).build()
}

impl CreateVerificationRequest {
    /// The record as the domain judges it.
    #[must_use]
    pub fn verification(&self) -> verification::Verification {
        let heard = |input: &HeardInput| Heard { name: input.name.clone(), relationship: input.relationship.clone() };
        verification::Verification {
            method: self.method.into(),
            verifiers: self.verifiers.clone(),
            held_at: self.held_at,
            department: self.department.clone(),
            heard: self.heard.iter().map(heard).collect(),
            finding: self.finding.into(),
            notes: self.notes.clone(),
        }
    }
}

impl Validate for CreateVerificationRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.verification().faults())
    }
}

/// Somebody who was heard.
#[derive(Serialize, ToSchema)]
#[schema(as = Heard)]
pub struct HeardPerson {
    /// The name, masked.
    #[schema(examples("李**"))]
    pub name: String,
    /// What that person is to the candidate.
    pub relationship: Option<String>,
}

/// Why and when a record was struck.
#[derive(Serialize, ToSchema)]
pub struct Struck {
    /// Who struck it.
    pub by: Uuid,
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// A file of a verification record.
#[derive(Serialize, ToSchema)]
pub struct AttachmentLink {
    /// Its id.
    pub id: Uuid,
    /// Where it is read.
    pub url: String,
    /// `application/pdf`, `image/jpeg` or `image/png`.
    pub media_type: String,
    /// Bytes as stored.
    pub byte_size: i32,
    /// SHA-256 of the stored file, in hexadecimal digits.
    pub sha256: String,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
}

impl From<AttachmentRow> for AttachmentLink {
    fn from(row: AttachmentRow) -> Self {
        Self {
            id: row.id.into(),
            url: format!("/api/v1/attachments/{}", row.id),
            media_type: row.media_type.as_str().to_owned(),
            byte_size: row.byte_size,
            sha256: hex::encode(&row.sha256),
            created_at: row.created_at.0,
        }
    }
}

/// A record of the fact-verification file.
#[derive(Serialize, ToSchema)]
pub struct Verification {
    /// Its id.
    pub id: Uuid,
    /// Whose file it belongs to.
    pub candidate_id: Uuid,
    /// In what way.
    pub method: VerificationMethodName,
    /// The names of who looked.
    pub verifiers: Vec<String>,
    /// When.
    pub held_at: DateTime<Utc>,
    /// The department that was consulted.
    pub department: Option<String>,
    /// Who was heard.
    pub heard: Vec<HeardPerson>,
    /// What it showed.
    pub finding: FindingName,
    /// What was said and seen.
    pub notes: String,
    /// The files, in the order in which they were sent.
    pub attachments: Vec<AttachmentLink>,
    /// Who recorded it.
    pub recorded_by: Uuid,
    /// The name shown of who recorded it.
    pub recorded_by_name: String,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// Null while the record stands; one that is struck counts no more.
    pub struck: Option<Struck>,
    /// To be sent as `If-Match`: the candidate's, which grows with every record.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Verification, Attachment);

impl From<ShownVerification> for Verification {
    fn from(shown: ShownVerification) -> Self {
        let record = shown.record;
        let heard = |heard: Heard| HeardPerson { name: heard.name, relationship: heard.relationship };
        let struck = record.struck_by.zip(record.struck_at).zip(record.struck_reason);
        Self {
            id: record.id.into(),
            candidate_id: record.candidate_id.into(),
            method: record.method.into(),
            verifiers: record.verifiers.0,
            held_at: record.held_at.0,
            department: record.department,
            heard: record.heard_masked.0.into_iter().map(heard).collect(),
            finding: record.finding.into(),
            notes: record.notes,
            attachments: shown.attachments.into_iter().map(Into::into).collect(),
            recorded_by: record.recorded_by.into(),
            recorded_by_name: shown.recorder_name,
            recorded_at: record.recorded_at.0,
            struck: struck.map(|((by, at), reason)| Struck { by: by.into(), at: at.0, reason }),
            etag: String::new(),
            version: shown.version,
        }
    }
}

/// A file that was added to a verification record.
#[derive(Serialize, ToSchema)]
pub struct Attachment {
    /// The file.
    #[serde(flatten)]
    pub link: AttachmentLink,
    /// The record.
    pub verification_id: Uuid,
    /// To be sent as `If-Match`: the candidate's, which grows with every file.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}

impl From<AttachmentOf> for Attachment {
    fn from(AttachmentOf { attachment, version }: AttachmentOf) -> Self {
        let verification_id = attachment.verification_id.into();
        Self { link: attachment.into(), verification_id, etag: String::new(), version }
    }
}

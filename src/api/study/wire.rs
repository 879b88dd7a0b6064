//! Study records as clients see them.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{answer::representations, judged::to_validation},
    domain::{month::Month, study::StudyRecord},
    service::study::reflection_faults,
    storage::study_records::Reflection,
};

/// That one has studied a candidate's story.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct StudyRequest {
    /// 心得: what one has to say of it. Never public.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, examples("平凡岗位上的坚守最动人。"))]
    pub reflection: Option<String>,
}

impl Validate for StudyRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.reflection.as_deref().map(reflection_faults).unwrap_or_default())
    }
}

/// One's own study record.
#[derive(Serialize, ToSchema)]
pub struct StudyRecordView {
    /// Its id.
    pub id: Uuid,
    /// Whose story.
    pub candidate_id: Uuid,
    /// The candidate's cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// What one had to say of it; null where nothing, or after it was taken back.
    pub reflection: Option<String>,
    /// When it was stated.
    pub created_at: DateTime<Utc>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(StudyRecordView);

impl From<StudyRecord> for StudyRecordView {
    fn from(record: StudyRecord) -> Self {
        Self {
            id: record.id.into(),
            candidate_id: record.candidate.into(),
            cycle: record.cycle,
            reflection: record.reflection,
            created_at: record.created_at,
            etag: String::new(),
            version: record.version,
        }
    }
}

/// A reflection as reviewers read it.
#[derive(Serialize, ToSchema)]
pub struct ReflectionView {
    /// The record's id.
    pub id: Uuid,
    /// Whose story.
    pub candidate_id: Uuid,
    /// The candidate's cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// Whose words.
    pub user_id: Uuid,
    /// The author's name as it is shown.
    #[schema(examples("王芳"))]
    pub display_name: String,
    /// Where the author belongs now.
    pub organization_id: Option<Uuid>,
    /// The words.
    pub reflection: Option<String>,
    /// When it was stated.
    pub created_at: DateTime<Utc>,
}

impl From<Reflection> for ReflectionView {
    fn from(row: Reflection) -> Self {
        Self {
            id: row.record.id.into(),
            candidate_id: row.record.candidate.into(),
            cycle: row.record.cycle,
            user_id: row.record.user.into(),
            display_name: row.author_name,
            organization_id: row.organization.map(Into::into),
            reflection: row.record.reflection,
            created_at: row.record.created_at,
        }
    }
}

/// How many people have studied a candidate.
#[derive(Serialize, ToSchema)]
pub struct StudyCount {
    /// The candidate.
    pub candidate_id: Uuid,
    /// How many people.
    pub people: i64,
}

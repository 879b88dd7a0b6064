//! Texts in both languages on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::patch::Patch;
use crate::domain::localized::Localized;

/// A text in Chinese and in English.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalizedText {
    /// Chinese.
    #[schema(min_length = 1, max_length = 1000, examples("助人为乐"))]
    pub zh: String,
    /// English.
    #[schema(min_length = 1, max_length = 1000, examples("Helping others"))]
    pub en: String,
}

impl From<Localized> for LocalizedText {
    fn from(text: Localized) -> Self {
        Self { zh: text.zh, en: text.en }
    }
}

impl From<&LocalizedText> for Localized {
    fn from(text: &LocalizedText) -> Self {
        Self { zh: text.zh.clone(), en: text.en.clone() }
    }
}

/// A change of one or both texts (merge patch).
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalizedPatch {
    /// Chinese.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub zh: Patch<String>,
    /// English.
    #[serde(default)]
    #[schema(value_type = String, min_length = 1, max_length = 1000)]
    pub en: Patch<String>,
}

impl LocalizedPatch {
    /// The texts of a member that may be absent.
    #[must_use]
    pub fn texts(member: &Patch<Self>) -> (Option<String>, Option<String>) {
        match member {
            Patch::Value(texts) => (texts.zh.clone().value(), texts.en.clone().value()),
            Patch::Absent | Patch::Null => (None, None),
        }
    }
}

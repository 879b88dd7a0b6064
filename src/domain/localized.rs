//! Text in both languages of the campaign.

use serde::{Deserialize, Serialize};

/// A text in Chinese and in English.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Localized {
    /// Chinese, the language of the campaign.
    pub zh: String,
    /// English.
    pub en: String,
}

impl Localized {
    /// Both texts.
    #[must_use]
    pub fn new(zh: &str, en: &str) -> Self {
        Self { zh: zh.to_owned(), en: en.to_owned() }
    }
}

//! Texts in both languages on the wire, in the lengths that there are.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::patch::Patch;
use crate::domain::localized::Localized;

macro_rules! localized {
    ($($(#[$doc:meta])* $text:ident, $patch:ident, $max_chars:tt, $zh:tt, $en:tt;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $text {
            /// Chinese.
            #[schema(min_length = 1, max_length = $max_chars, examples($zh))]
            pub zh: String,
            /// English.
            #[schema(min_length = 1, max_length = $max_chars, examples($en))]
            pub en: String,
        }

        impl From<Localized> for $text {
            fn from(text: Localized) -> Self {
                Self { zh: text.zh, en: text.en }
            }
        }

        impl From<$text> for Localized {
            fn from(text: $text) -> Self {
                Self { zh: text.zh, en: text.en }
            }
        }

        /// A change of one or both texts (merge patch).
        #[derive(Clone, Debug, Default, Deserialize, ToSchema)]
        #[serde(deny_unknown_fields)]
        pub struct $patch {
            /// Chinese.
            #[serde(default)]
            #[schema(value_type = String, min_length = 1, max_length = $max_chars, examples($zh))]
            pub zh: Patch<String>,
            /// English.
            #[serde(default)]
            #[schema(value_type = String, min_length = 1, max_length = $max_chars, examples($en))]
            pub en: Patch<String>,
        }

        impl $patch {
            /// The Chinese and the English text of a member that may be absent.
            #[must_use]
            pub fn texts(member: Patch<Self>) -> (Option<String>, Option<String>) {
                member.value().map_or((None, None), |texts| (texts.zh.value(), texts.en.value()))
            }
        }
    )*};
}

localized! {
    /// A name or label in Chinese and in English.
    LocalizedName, LocalizedNamePatch, 40, "助人为乐", "Helping others";
    /// A sentence in Chinese and in English.
    LocalizedLine, LocalizedLinePatch, 200, "遵纪守法", "Keeps law and discipline";
    /// Paragraphs in Chinese and in English.
    LocalizedText, LocalizedTextPatch, 1000, "长期主动给他人无私帮助。", "Has long given others selfless help.";
}

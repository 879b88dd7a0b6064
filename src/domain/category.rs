//! The categories in which good people are recommended.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize, de::Error as _};

use super::{
    fault::{Code, Fault},
    localized::Localized,
};

/// The stable name of a category, such as `helping_others`: 2 to 40 lower-case letters, digits and single underscores,
/// beginning with a letter.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct CategoryCode(String);

/// The text is no category's code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a category's code is 2 to 40 lower-case letters, digits and single underscores, beginning with a letter")]
pub struct NotACategoryCode;

impl CategoryCode {
    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Stands where a category was to be named and none is known; no category has it.
    #[must_use]
    pub(super) fn unknown() -> Self {
        Self(String::new())
    }
}

impl FromStr for CategoryCode {
    type Err = NotACategoryCode;
    fn from_str(text: &str) -> Result<Self, NotACategoryCode> {
        if is_snake_case(text) { Ok(Self(text.to_owned())) } else { Err(NotACategoryCode) }
    }
}

impl fmt::Display for CategoryCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for CategoryCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(D::Error::custom)
    }
}

/// Whether a text is a code of the kind that categories and checklist items have.
pub(super) fn is_snake_case(text: &str) -> bool {
    (2..=40).contains(&text.len())
        && text.starts_with(|first: char| first.is_ascii_lowercase())
        && text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
        && !text.ends_with('_')
        && !text.contains("__")
}

/// A category with what it asks of a candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Category {
    /// Its stable name.
    pub code: CategoryCode,
    /// Three capital letters, part of certificate numbers; never changes.
    pub mark: String,
    /// The one-character short form, such as 助.
    pub short: String,
    /// Name, such as 助人为乐.
    pub name: Localized,
    /// What a candidate is asked to have done.
    pub criteria: Localized,
    /// Whether it takes nominations.
    pub active: bool,
    /// Its place in lists; equal ones are ordered by code.
    pub position: i32,
    /// Grows with each change.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// The faults of a mark: three capital letters.
#[must_use]
pub fn validate_mark(mark: &str) -> Vec<Fault> {
    let is_good = mark.len() == 3 && mark.bytes().all(|byte| byte.is_ascii_uppercase());
    if is_good { vec![] } else { vec![Fault::at("/mark", Code::Malformed)] }
}

/// The faults of a short form: one letter or character.
#[must_use]
pub fn validate_short(short: &str) -> Vec<Fault> {
    let mut characters = short.chars();
    match (characters.next(), characters.next()) {
        (Some(only), None) if only.is_alphanumeric() => vec![],
        _ => vec![Fault::at("/short", Code::Malformed)],
    }
}

/// The five categories of the source document, with its criteria.
#[must_use]
pub fn defaults(now: DateTime<Utc>) -> Vec<Category> {
    DEFAULTS
        .iter()
        .zip(1..)
        .map(|(default, position)| Category {
            code: CategoryCode(default.code.to_owned()),
            mark: default.mark.to_owned(),
            short: default.short.to_owned(),
            name: Localized::new(default.name.0, default.name.1),
            criteria: Localized::new(default.criteria.0, default.criteria.1),
            active: true,
            position,
            version: 1,
            created_at: now,
            updated_at: now,
        })
        .collect()
}

struct Default {
    code: &'static str,
    mark: &'static str,
    short: &'static str,
    name: (&'static str, &'static str),
    criteria: (&'static str, &'static str),
}

const DEFAULTS: [Default; 5] = [
    Default {
        code: "helping_others",
        mark: "HLP",
        short: "助",
        name: ("助人为乐", "Helping others"),
        criteria: (
            "长期主动给他人无私帮助，积极参加社会公益事业，赢得群众高度赞誉。",
            "Has long given others selfless help of their own accord, takes an active part in works for the public \
             good, and is highly praised by the people.",
        ),
    },
    Default {
        code: "bravery",
        mark: "BRV",
        short: "勇",
        name: ("见义勇为", "Bravery for a just cause"),
        criteria: (
            "关键时刻临危不惧，挺身而出，勇于维护国家、集体利益和群众生命财产安全，在社会上产生重大影响。",
            "At the critical moment stood up fearless of danger, had the courage to protect the interests of the state \
             and the community and the people's life and property, and made a great impression on society.",
        ),
    },
    Default {
        code: "integrity",
        mark: "INT",
        short: "诚",
        name: ("诚实守信", "Honesty and trustworthiness"),
        criteria: (
            "在经济活动和社会生活中，坚持诚信为本、操守为重，严格自律、履行承诺，享有很高的信誉。",
            "In economic activity and in society holds good faith to be the foundation and integrity to weigh most, is \
             strict with themselves, keeps promises, and enjoys a very high reputation.",
        ),
    },
    Default {
        code: "dedication",
        mark: "DED",
        short: "敬",
        name: ("敬业奉献", "Dedication to work"),
        criteria: (
            "立足本职、爱岗敬业、艰苦奋斗，在提高服务质量、劳动效率等方面贡献突出，影响广泛。",
            "Devoted to their post and their profession, works hard in spite of hardship, has contributed \
             outstandingly to better service, higher productivity and the like, and has a wide influence.",
        ),
    },
    Default {
        code: "filial_piety",
        mark: "FIL",
        short: "孝",
        name: ("孝老爱亲", "Filial piety and love of family"),
        criteria: (
            "孝敬父母，关爱子女，夫妻和睦，家庭和谐，事迹感人，群众颂扬。",
            "Honours their parents, cares for their children, lives in concord with husband or wife and in a \
             harmonious family; the deeds are moving and the people praise them.",
        ),
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_five_are_well_formed() {
        let five = defaults(DateTime::UNIX_EPOCH);
        let marks: Vec<_> = five.iter().map(|category| category.mark.as_str()).collect();
        assert_eq!(marks, ["HLP", "BRV", "INT", "DED", "FIL"]);
        let shorts: String = five.iter().map(|category| category.short.as_str()).collect();
        assert_eq!(shorts, "助勇诚敬孝");
        for category in five {
            assert!(is_snake_case(category.code.as_str()), "{}", category.code);
            assert_eq!(validate_mark(&category.mark), vec![]);
            assert_eq!(validate_short(&category.short), vec![]);
        }
    }

    #[test]
    fn codes_marks_and_short_forms_are_checked() {
        for code in ["", "a", "Helping", "1st", "_a", "a_", "a__b", "a-b", "助人", &"a".repeat(41)] {
            assert_eq!(code.parse::<CategoryCode>(), Err(NotACategoryCode), "{code:?}");
        }
        assert!("a1_b".parse::<CategoryCode>().is_ok() && "a".repeat(40).parse::<CategoryCode>().is_ok());
        for mark in ["", "HL", "HLPX", "hlp", "助人乐", "H1P"] {
            assert_eq!(validate_mark(mark).len(), 1, "{mark:?}");
        }
        for short in ["", "助人", " ", "\u{202e}", "·"] {
            assert_eq!(validate_short(short).len(), 1, "{short:?}");
        }
        assert_eq!(validate_short("𬭎"), vec![]);
    }
}

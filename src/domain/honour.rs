//! What comes of a place on the list: an honour with a certificate number, held by an honoree.

use std::{fmt, str::FromStr};

use chrono::{DateTime, Utc};

use super::{
    candidate::Subject,
    category::CategoryCode,
    id::{CandidateId, HonoreeId, HonourId, OrganizationId},
    month::Month,
};

/// The number of a certificate, `2026-11-DED-0001`: cycle, mark of the category, serial number in both. It is given
/// once and never again, also when the honour is revoked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CertificateNumber {
    /// The cycle.
    pub month: Month,
    /// The category's mark: three capital letters.
    pub mark: String,
    /// From 1 in each cycle and category; written with four digits at least.
    pub serial: u32,
}

/// The text is not a certificate number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a certificate number")]
pub struct NotACertificateNumber;

impl fmt::Display for CertificateNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}-{:04}", self.month, self.mark, self.serial)
    }
}

impl FromStr for CertificateNumber {
    type Err = NotACertificateNumber;

    /// Takes exactly what [`fmt::Display`] writes.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut parts = text.rsplitn(3, '-');
        let (Some(serial), Some(mark), Some(month)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(NotACertificateNumber);
        };
        let number = Self {
            month: month.parse().map_err(|_| NotACertificateNumber)?,
            mark: mark.to_owned(),
            serial: serial.parse().map_err(|_| NotACertificateNumber)?,
        };
        let lawful = mark.len() == 3 && mark.bytes().all(|byte| byte.is_ascii_uppercase());
        if lawful && number.serial > 0 && number.to_string() == text { Ok(number) } else { Err(NotACertificateNumber) }
    }
}

/// One entry of a published list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Honour {
    /// Its identifier.
    pub id: HonourId,
    /// The number of its certificate.
    pub number: CertificateNumber,
    /// In which category.
    pub category: CategoryCode,
    /// Whose deeds were voted on.
    pub candidate: CandidateId,
    /// Who holds it.
    pub honoree: HonoreeId,
    /// Rank by votes; kept inside where results are hidden, as are the votes.
    pub rank: u32,
    /// Valid votes at publication.
    pub votes: i64,
    /// When the list was published.
    pub awarded_at: DateTime<Utc>,
    /// Whether it stands.
    pub standing: Standing,
    /// Grows with each change.
    pub version: i64,
}

/// Whether an honour stands, with the facts of each case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It stands and is shown.
    Shown,
    /// It stands; name, deed and photos are withheld, because the consent was withdrawn.
    Withheld,
    /// The city revoked it: place and number stay empty for good.
    Revoked {
        /// When.
        at: DateTime<Utc>,
        /// The reason that is made public.
        reason: String,
        /// Whether the consent was withdrawn, too: then not even a masked name is shown.
        is_withheld: bool,
    },
}

impl Standing {
    /// The name as the public list shows it: in full, masked when revoked, none when withheld.
    #[must_use]
    pub fn name_shown(&self, name: &str) -> Option<String> {
        match self {
            Self::Shown => Some(name.to_owned()),
            Self::Withheld | Self::Revoked { is_withheld: true, .. } => None,
            Self::Revoked { is_withheld: false, .. } => Some(mask_name(name)),
        }
    }

    /// The name as the check of a certificate shows it: never in full.
    #[must_use]
    pub fn name_on_check(&self, name: &str) -> Option<String> {
        match self {
            Self::Shown | Self::Revoked { is_withheld: false, .. } => Some(mask_name(name)),
            Self::Withheld | Self::Revoked { is_withheld: true, .. } => None,
        }
    }

    /// Whether it was revoked.
    #[must_use]
    pub const fn is_revoked(&self) -> bool {
        matches!(self, Self::Revoked { .. })
    }
}

/// The person or group who holds one or more honours.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Honoree {
    /// Its identifier.
    pub id: HonoreeId,
    /// The name at the first honour.
    pub name: String,
    /// A person or a group.
    pub subject: Subject,
    /// The members of a group, by name.
    pub members: Vec<String>,
    /// Whether the person had died.
    pub posthumous: bool,
    /// When the first honour was given.
    pub created_at: DateTime<Utc>,
    /// Grows with each change.
    pub version: i64,
    /// The district where the honoree belongs: that of the latest honour.
    pub district: Option<OrganizationId>,
    /// The unit that carried the latest honour.
    pub unit: Option<OrganizationId>,
    /// The honoree as whom this one goes on, when both turned out to be one.
    pub merged_into: Option<HonoreeId>,
}

/// A name with its middle masked: `王小明` → `王*明`, `张三` → `张*`, `买买提·艾力` → `买****力`. One character is
/// masked whole. A variation selector belongs to the character before it.
#[must_use]
pub fn mask_name(name: &str) -> String {
    let characters = characters(name);
    match characters.as_slice() {
        [] => String::new(),
        [_] => "*".to_owned(),
        [first, _] => format!("{first}*"),
        [first, middle @ .., last] => format!("{first}{}{last}", "*".repeat(middle.len())),
    }
}

fn characters(name: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for character in name.trim().chars() {
        match found.last_mut() {
            Some(before) if matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}') => {
                before.push(character);
            }
            Some(_) | None => found.push(character.to_string()),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_middle_of_a_name_is_masked() {
        let cases = [
            ("张三", "张*"),
            ("王小明", "王*明"),
            ("欧阳娜娜", "欧**娜"),
            ("买买提·艾力", "买****力"),
            ("𬭎㛃丽", "𬭎*丽"),
            ("葛\u{E0100}明", "葛\u{E0100}*"),
            ("佚", "*"),
            ("", ""),
        ];
        for (name, masked) in cases {
            assert_eq!(mask_name(name), masked, "{name}");
        }
    }

    #[test]
    fn what_is_shown_of_a_name_depends_on_the_standing() {
        let revoked =
            Standing::Revoked { at: DateTime::UNIX_EPOCH, reason: "事迹失实".to_owned(), is_withheld: false };
        let both = Standing::Revoked { at: DateTime::UNIX_EPOCH, reason: "事迹失实".to_owned(), is_withheld: true };
        assert_eq!((both.name_shown("王小明"), both.name_on_check("王小明")), (None, None));
        let cases = [
            (Standing::Shown, Some("王小明"), Some("王*明")),
            (Standing::Withheld, None, None),
            (revoked, Some("王*明"), Some("王*明")),
        ];
        for (standing, listed, checked) in cases {
            assert_eq!(standing.name_shown("王小明").as_deref(), listed, "{standing:?}");
            assert_eq!(standing.name_on_check("王小明").as_deref(), checked, "{standing:?}");
        }
    }

    #[test]
    fn a_certificate_number_is_read_as_it_is_written() {
        for text in ["2026-11-DED-0001", "2026-01-HLP-0020", "2027-12-FIL-12345"] {
            assert_eq!(text.parse::<CertificateNumber>().unwrap().to_string(), text);
        }
        let wrong = [
            "",
            "2026-11-DED",
            "2026-11-DED-1",
            "2026-11-DED-00001",
            "2026-11-DED-0000",
            "2026-11-ded-0001",
            "2026-13-DED-0001",
            "2026-11-DE-0001",
            "2026-11-DED-0001 ",
            "2026-11-DED-+001",
            "2026-11-DED--001",
        ];
        for text in wrong {
            assert_eq!(text.parse::<CertificateNumber>(), Err(NotACertificateNumber), "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_masked_name_keeps_two_characters_at_most(name in "\\PC{0,12}") {
            let masked = mask_name(&name);
            let kept = characters(&masked).iter().filter(|character| *character != "*").count();
            prop_assert!(kept <= 2);
        }
    }
}

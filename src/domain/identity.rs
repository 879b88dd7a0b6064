//! Whose vote it is when somebody signed in elsewhere: what an identity provider vouches for, and the keyed hashes by
//! which a voter is known again without the voter's name or number being kept.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;

text_enum! {
    /// How sure it is who a voter is, the surest last.
    pub enum Tier {
        /// Somebody who says so: an account made with a name and a password.
        SelfDeclared = "self_declared",
        /// A telephone number was proven.
        Phone = "phone",
        /// Name and identity number were checked against the public register.
        RealName = "real_name",
    }
}

impl Tier {
    /// As it is stored beside each vote.
    #[must_use]
    pub const fn number(self) -> i16 {
        match self {
            Self::SelfDeclared => 0,
            Self::Phone => 1,
            Self::RealName => 2,
        }
    }
}

/// Longest identity number, in characters. Those of every country's papers are shorter.
const PERSON_MAX_CHARS: usize = 128;

/// A voter whom an identity provider vouches for.
#[derive(Clone, PartialEq, Eq)]
pub struct ForeignVoter {
    /// The provider, as its tokens name it in `iss`.
    pub issuer: String,
    /// Keyed hash of issuer and subject: the account there.
    pub subject_hash: [u8; 32],
    /// Keyed hash of the real-name identifier, when the provider tells one: the person, whichever the provider.
    pub person_hash: Option<[u8; 32]>,
    /// What the provider vouches for.
    pub tier: Tier,
}

impl fmt::Debug for ForeignVoter {
    /// Without the hashes: they stand for a person, and a log is no place for that.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ForeignVoter").field("issuer", &self.issuer).field("tier", &self.tier).finish_non_exhaustive()
    }
}

/// The one form of a real-name identifier, however a provider writes it: full-width characters folded, white space gone,
/// letters upper-case (the check digit `X`). `None` for what tells no person from another: nothing, a masked number
/// (`4201**********1234`), or more than 128 characters. Two people must never become one voter.
#[must_use]
pub fn person_identifier(told: &str) -> Option<String> {
    let folded = told.nfkc().filter(|character| !character.is_whitespace());
    // Again, for a mark may now stand beside a letter that white space kept it from.
    let identifier: String = folded.map(|character| character.to_ascii_uppercase()).nfkc().collect();
    let tells = !identifier.is_empty() && !identifier.contains('*') && identifier.chars().count() <= PERSON_MAX_CHARS;
    tells.then_some(identifier)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[test]
    fn the_surest_tier_is_the_greatest() {
        assert!(Tier::SelfDeclared < Tier::Phone && Tier::Phone < Tier::RealName);
    }

    #[rstest]
    #[case("42010319700101123X")]
    #[case(" 42010319700101123x\n")]
    #[case("４２０１０３１９７００１０１１２３Ｘ")]
    #[case("420103 19700101 123ｘ")]
    fn one_number_has_one_form(#[case] told: &str) {
        assert_eq!(person_identifier(told).as_deref(), Some("42010319700101123X"));
    }

    #[rstest]
    #[case("")]
    #[case(" \u{3000}")]
    #[case("4201**********123X")]
    #[case("4201＊＊＊＊123X")]
    #[case(&"1".repeat(129))]
    fn what_tells_nobody_apart_is_no_identifier(#[case] told: &str) {
        assert_eq!(person_identifier(told), None);
    }

    #[test]
    fn hashes_are_not_shown() {
        let voter = ForeignVoter {
            issuer: "https://id.example".to_owned(),
            subject_hash: [171; 32],
            person_hash: Some([205; 32]),
            tier: Tier::Phone,
        };
        assert_eq!(format!("{voter:?}"), r#"ForeignVoter { issuer: "https://id.example", tier: Phone, .. }"#);
    }

    proptest! {
        #[test]
        fn the_form_of_the_form_is_the_form(told in "\\PC{0,40}") {
            if let Some(once) = person_identifier(&told) {
                prop_assert_eq!(person_identifier(&once), Some(once.clone()));
            }
        }
    }
}

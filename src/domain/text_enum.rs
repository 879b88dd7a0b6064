//! Enums that are stored and sent as text: one macro, so that the database, the contract and the code spell each
//! value alike, and an unknown text is an error everywhere.

use std::fmt;

/// An enum whose every value has one stable text.
pub trait TextEnum: Copy + Eq + 'static {
    /// Every value, in the order of declaration.
    const ALL: &'static [Self];

    /// The text as it is stored and sent.
    fn as_str(self) -> &'static str;

    /// The value that has this text, if any.
    fn find(text: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.as_str() == text)
    }
}

/// A text that names no value of the enum.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownText {
    /// The name of the enum.
    pub kind: &'static str,
    /// The text that was met.
    pub text: String,
}

impl fmt::Display for UnknownText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown {}: {:?}", self.kind, self.text)
    }
}

impl std::error::Error for UnknownText {}

/// Declares an enum with its texts: `text_enum! { /// … pub enum Role { /// … Citizen = "citizen", } }`.
macro_rules! text_enum {
    ($($(#[$doc:meta])* $vis:vis enum $name:ident { $($(#[$value_doc:meta])* $value:ident = $text:literal),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        $vis enum $name {
            $($(#[$value_doc])* $value,)+
        }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$value),+];

            /// The text as it is stored and sent.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$value => $text,)+
                }
            }
        }

        impl $crate::domain::text_enum::TextEnum for $name {
            const ALL: &'static [Self] = $name::ALL;

            fn as_str(self) -> &'static str {
                $name::as_str(self)
            }
        }

        impl std::str::FromStr for $name {
            type Err = $crate::domain::text_enum::UnknownText;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                match text {
                    $($text => Ok(Self::$value),)+
                    _ => Err($crate::domain::text_enum::UnknownText { kind: stringify!($name), text: text.to_owned() }),
                }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(self.as_str())
            }
        }

        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = <String as serde::Deserialize>::deserialize(deserializer)?;
                text.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

#[cfg(test)]
mod tests {
    use super::*;

    text_enum! {
        /// Two values are enough to try the macro.
        enum Colour {
            Red = "red",
            DeepBlue = "deep_blue",
        }
    }

    #[test]
    fn text_and_value_are_one() {
        for colour in Colour::ALL {
            assert_eq!(colour.as_str().parse(), Ok(*colour));
            assert_eq!(Colour::find(colour.as_str()), Some(*colour));
            assert_eq!(colour.to_string(), colour.as_str());
            let json = serde_json::to_string(colour).unwrap();
            assert_eq!(json, format!("{:?}", colour.as_str()));
            assert_eq!(serde_json::from_str::<Colour>(&json).unwrap(), *colour);
        }
    }

    #[test]
    fn an_unknown_text_is_an_error() {
        for text in ["", "Red", "red ", "blue"] {
            assert_eq!(text.parse::<Colour>(), Err(UnknownText { kind: "Colour", text: text.to_owned() }));
            assert_eq!(Colour::find(text), None);
            assert!(serde_json::from_value::<Colour>(text.into()).is_err());
        }
    }
}

//! A member of a merge patch: absent, null or a value.
//!
//! In a schema it is `#[schema(value_type = T)]`, or `Option<T>` where null takes the member away.

use serde::{Deserialize, Deserializer};
/// What a merge patch says of a member.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Patch<T> {
    /// It stays.
    #[default]
    Absent,
    /// It is taken away.
    Null,
    /// It becomes this.
    Value(T),
}

impl<T> Patch<T> {
    /// For members that cannot be taken away; the schema does not let null through.
    pub fn value(self) -> Option<T> {
        match self {
            Self::Value(value) => Some(value),
            Self::Absent | Self::Null => None,
        }
    }

    /// `None`: it stays. `Some(None)`: it is taken away.
    pub fn nullable(self) -> Option<Option<T>> {
        match self {
            Self::Absent => None,
            Self::Null => Some(None),
            Self::Value(value) => Some(Some(value)),
        }
    }

    /// True when the patch says something.
    pub const fn is_present(&self) -> bool {
        !matches!(self, Self::Absent)
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Patch<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Option::<T>::deserialize(deserializer)?.map_or(Self::Null, Self::Value))
    }
}

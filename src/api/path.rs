//! A segment of a path that names a thing. What cannot be a name of one is the name of none: 404.

use std::{marker::PhantomData, str::FromStr};

use serde::{Deserialize, Deserializer};

use super::problem::Problem;
use crate::domain::fault::Code;

/// A path segment, read as `T` when it is asked for: `Path<Segment<CandidateId>>`.
pub struct Segment<T> {
    text: String,
    what: PhantomData<T>,
}

impl<T: FromStr> Segment<T> {
    /// The thing named, or 404.
    pub fn value(&self) -> Result<T, Problem> {
        self.text.parse().map_err(|_| Problem::of(Code::NotFound))
    }
}

impl<'de, T> Deserialize<'de> for Segment<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self { text: String::deserialize(deserializer)?, what: PhantomData })
    }
}

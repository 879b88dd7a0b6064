//! Certificates as PDF: A4, tagged, and the same bytes for the same words and fonts.

mod address;
mod code;
mod composed;
mod document;
mod faces;
mod frame;
mod paragraph;
mod pen;
mod sheet;
mod typeset;

pub use address::printed_address;
pub use code::Code;
pub use document::{Cover, draw};
pub use faces::{Face, NotAFont};
pub use typeset::Missing;

use self::composed::Composed;
use crate::domain::certificate::wording::Wording;

/// A certificate to be drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sheet {
    /// What stands on it.
    pub wording: Wording,
    /// The address of its public check.
    pub check_url: String,
}

/// Why a certificate could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrawError {
    /// No font has these characters, or they cannot be set.
    #[error("no font has {0:?}")]
    Missing(Missing),
    /// Anything else.
    #[error("{0}")]
    Failed(String),
}

/// Makes sure that a certificate can be drawn.
pub fn check(sheet: &Sheet, faces: &[Face]) -> Result<(), DrawError> {
    Composed::of(sheet, faces).map(drop)
}

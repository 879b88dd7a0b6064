//! What a creating request was answered the first time.

use uuid::Uuid;

/// The first answer: what was created, to be rendered again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FirstAnswer {
    /// The status code of the first answer.
    pub status: u16,
    /// What was created.
    pub resource_id: Uuid,
    /// A secret that the first answer showed once, encrypted.
    pub secret: Option<Vec<u8>>,
}

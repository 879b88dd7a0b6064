//! Candidates: recommending, reading, editing. What changes their status is elsewhere.

pub mod access;
pub mod attachments;
pub mod codes;
pub mod consents;
pub mod dossier;
pub mod nominate;
pub mod nominations;
pub mod photos;
pub mod reach;
pub mod read;
pub mod similar;
pub mod track;
pub mod update;
pub mod verifications;

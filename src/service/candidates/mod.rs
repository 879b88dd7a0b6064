//! Candidates: recommending, reading, editing. What changes their status is elsewhere.

pub mod access;
pub mod consents;
pub mod dossier;
pub mod nominate;
pub mod photos;
pub mod reach;
pub mod read;
pub mod similar;
pub mod track;
pub mod update;

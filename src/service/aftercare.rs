//! Aftercare: who looks after honorees, visits, assistance, and those who cannot be found. Read and written by the reviewers
//! of the subtree alone.

pub mod access;
pub mod alarms;
pub mod care;
pub mod due;
pub mod ledger;
mod losses;
mod merging;
pub mod planning;
pub mod receipts;
mod recipients;
pub mod rounds;
pub mod steps;
pub mod visits;

pub(super) use self::merging::{bring_back, hand_over, make_way};

//! Aftercare 礼遇帮扶: who looks after an honoree, when the next visit is due, and when it is told that somebody cannot be
//! found any more. Pure: days and rules are given.

pub mod charge;
pub mod contact;
pub mod festival;
pub mod ledger;
pub mod plan;

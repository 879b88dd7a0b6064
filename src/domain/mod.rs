//! The rules of the campaign: types, state machine, calendar, policies, guards, ranking, counting.
//!
//! Pure: no I/O, no clock, no randomness, no framework. Whatever varies is a parameter.

#[macro_use]
pub mod text_enum;

pub mod amendment;
pub mod candidate;
pub mod category;
pub mod cycle;
pub mod fault;
pub mod id;
pub mod leadership;
pub mod listing;
pub mod local_day;
pub mod localized;
pub mod month;
pub mod objection;
pub mod organization;
pub mod phase;
pub mod policy;
pub mod role;
pub mod stage;
pub mod tally;
pub mod transition;
pub mod vote;
pub mod window;

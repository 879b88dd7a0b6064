//! The rules of the campaign: types, state machine, calendar, policies, guards, ranking, counting.
//!
//! Pure: no I/O, no clock, no randomness, no framework. Whatever varies is a parameter.

#[macro_use]
pub mod text_enum;

pub mod allowed;
pub mod amendment;
pub mod assignment;
pub mod authority;
pub mod batch;
pub mod birth;
pub mod candidate;
pub mod carriage;
pub mod category;
pub mod channel;
pub mod consent;
pub mod cycle;
pub mod document;
pub mod fault;
pub mod guard;
pub mod history;
pub mod honour;
pub mod id;
pub mod identity;
pub mod import;
pub mod inbox;
pub mod lead;
pub mod leadership;
pub mod listing;
pub mod local_day;
pub mod localized;
pub mod look_alike;
pub mod merger;
pub mod minhash;
pub mod month;
pub mod name_likeness;
pub mod objection;
pub mod operation;
pub mod organization;
pub mod person_name;
pub mod phase;
pub mod phone;
pub mod photo;
pub mod place;
pub mod policy;
pub mod readiness;
pub mod recommendation;
pub mod review;
pub mod role;
pub mod scope;
pub mod sheet;
pub mod shingle;
pub mod short_message;
pub mod simplified;
pub mod stage;
pub mod tally;
pub mod text;
pub mod tracking_code;
pub mod transition;
pub mod verification;
pub mod vote;
pub mod vote_log;
pub mod window;
pub mod word_count;

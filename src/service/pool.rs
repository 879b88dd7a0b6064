//! The city's pool of moral models: people of the lists enter by rule, and are recommended upwards.

mod outcome;
mod propose;
mod read;
mod review;
mod rule;
mod steps;

pub(super) use self::rule::{apply, join, lapse_doubled, part, present_rule, rule_of};
pub use self::{
    outcome::{Outcome, record_outcome},
    propose::{Proposal, propose, require_honoree, resubmit},
    read::{RecommendationRequest, Recommended, find_recommendation, list_recommendations, recommendation},
    review::review,
    rule::{remove, require_entry},
};

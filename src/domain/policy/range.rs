//! The range of each number of the policy.

use std::ops::RangeInclusive;

use super::{Policy, PolicyField};
use crate::domain::fault::{Code, Fault};

/// The most bytes of an upload, and so of a stored photo.
const UPLOAD_MAX_BYTES: u32 = 20 * 1024 * 1024;

/// The numbers that lie outside their range, each with the bound it breaks.
pub(super) fn faults(policy: &Policy) -> Vec<Fault> {
    ranges(policy)
        .into_iter()
        .filter(|(_, actual, range)| !range.contains(actual))
        .map(|(field, actual, range)| {
            let (code, name, bound) = if actual < *range.start() {
                (Code::TooSmall, "minimum", *range.start())
            } else {
                (Code::TooLarge, "limit", *range.end())
            };
            Fault::at(field.pointer(), code).with(name, bound).with("actual", actual)
        })
        .collect()
}

fn ranges(policy: &Policy) -> [(PolicyField, u32, RangeInclusive<u32>); 18] {
    [
        (PolicyField::DeedMinChars, policy.deed_min_chars, 1..=10_000),
        (PolicyField::DeedMaxChars, policy.deed_max_chars, 1..=10_000),
        (PolicyField::PhotoCount, policy.photo_count, 0..=20),
        (PolicyField::PhotoMaxBytes, policy.photo_max_bytes, 16_384..=UPLOAD_MAX_BYTES),
        (PolicyField::PhotoMinSidePx, policy.photo_min_side_px, 1..=4_000),
        (PolicyField::VerificationRecordsMin, policy.verification_records_min, 0..=20),
        (PolicyField::DistrictQuota, policy.district_quota, 1..=1_000),
        (PolicyField::VotesPerCategory, policy.votes_per_category, 1..=1_000),
        (PolicyField::VotesInAll, policy.votes_in_all, 0..=100_000),
        (PolicyField::ListPerCategory, policy.list_per_category, 1..=1_000),
        (PolicyField::ListMinVotes, policy.list_min_votes, 0..=1_000_000),
        (PolicyField::PoolMinHonours, policy.pool_min_honours, 1..=20),
        (PolicyField::ObjectionDays, policy.objection_days, 0..=365),
        (PolicyField::VisitIntervalMonths, policy.visit_interval_months, 1..=60),
        (PolicyField::LeadRetentionDays, policy.lead_retention_days, 1..=3_650),
        (PolicyField::VisitWindowDays, policy.visit_window_days, 0..=60),
        (PolicyField::ContactLostMonths, policy.contact_lost_months, 1..=120),
        (PolicyField::ContactEscalationDays, policy.contact_escalation_days, 1..=365),
    ]
}

//! What may still be changed in a cycle: its policy as it freezes, its windows as far as they contradict nothing done.

use chrono::{DateTime, Utc};

use super::{
    cycle::Cycle,
    fault::{Code, Fault},
    policy::{FieldGroup, Policy, PolicyField, Repeat, ResultSource, Voters},
    window::{Edge, WindowKind, Windows, instant_text, pointer},
};

/// The first and the last instant at which something was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// The first.
    pub earliest: DateTime<Utc>,
    /// The last.
    pub latest: DateTime<Utc>,
}

/// What was done in a cycle, each within the window that allowed it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Verified and endorsed while reporting was open.
    pub reporting: Option<Span>,
    /// Screened; verified and endorsed again after reporting had closed.
    pub screening: Option<Span>,
    /// Forwarded.
    pub forwarding: Option<Span>,
    /// Votes cast.
    pub voting: Option<Span>,
    /// The most places that any district uses.
    pub quota_used_max: u32,
    /// Whether the portal has delivered results.
    pub has_results: bool,
}

impl Done {
    fn within(&self, kind: WindowKind) -> Option<Span> {
        match kind {
            WindowKind::Reporting => self.reporting,
            WindowKind::Screening => self.screening,
            WindowKind::Forwarding => self.forwarding,
            WindowKind::Voting => self.voting,
        }
    }
}

/// What a change is, when it is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing differs.
    Nothing,
    /// Nothing that differs is frozen: it is changed and audited.
    Plain,
    /// It is kept as an amendment with its reason.
    Amendment,
}

/// A cycle's windows and policy as somebody wants them.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The windows.
    pub windows: &'a Windows,
    /// The policy.
    pub policy: &'a Policy,
    /// Whether a reason is given.
    pub has_reason: bool,
}

/// Why a change is not allowed.
#[derive(Clone, Debug, PartialEq)]
pub enum Refused {
    /// The wish breaks rules of its own.
    Invalid(Vec<Fault>),
    /// It goes against what is frozen, published or done.
    Contradicting(Vec<Fault>),
}

/// Decides a change of windows and policy: valid as a whole first, then allowed by what is frozen and done; all faults
/// of either kind together. Whether voting is open is judged by the windows as they were.
pub fn judge(cycle: &Cycle, wish: &Wish<'_>, done: &Done, now: DateTime<Utc>) -> Result<Change, Refused> {
    let moved = cycle.windows.moved(wish.windows);
    let fields = Policy::diff(&cycle.policy, wish.policy);
    if moved.is_empty() && fields.is_empty() {
        return Ok(Change::Nothing);
    }
    let invalid = invalid(wish, !moved.is_empty());
    if !invalid.is_empty() {
        return Err(Refused::Invalid(invalid));
    }
    let windows = moved.iter().flat_map(|kind| window_faults(cycle, wish.windows, done, *kind));
    let policy = fields.iter().flat_map(|field| field_faults(cycle, wish, done, (*field, now)));
    let contradicting: Vec<Fault> = windows.chain(policy).collect();
    if !contradicting.is_empty() {
        return Err(Refused::Contradicting(contradicting));
    }
    let is_amendment = !moved.is_empty() || fields.iter().any(|field| is_frozen(cycle, *field, now));
    Ok(if is_amendment { Change::Amendment } else { Change::Plain })
}

/// Whether a field can only be amended.
#[must_use]
pub fn is_frozen(cycle: &Cycle, field: PolicyField, now: DateTime<Utc>) -> bool {
    match field.group() {
        FieldGroup::Material | FieldGroup::Quota => cycle.materials_frozen_at.is_some(),
        FieldGroup::Ballot | FieldGroup::List => cycle.windows.voting.has_opened(now),
        FieldGroup::Other => false,
    }
}

fn invalid(wish: &Wish<'_>, is_moving: bool) -> Vec<Fault> {
    let mut faults = wish.policy.validate();
    faults.extend(wish.windows.validate());
    if is_moving && !wish.has_reason {
        faults.push(Fault::at("/reason", Code::Required));
    }
    faults
}

fn window_faults(cycle: &Cycle, wished: &Windows, done: &Done, kind: WindowKind) -> Vec<Fault> {
    if cycle.published_at.is_some() {
        return vec![Fault::at(format!("/windows/{kind}"), Code::AlreadyPublished)];
    }
    let Some(span) = done.within(kind) else { return vec![] };
    let window = wished.get(kind);
    let mut faults = vec![];
    if window.opens_at > span.earliest {
        let fault = Fault::at(pointer(kind, Edge::Opens), Code::ContradictsRecords);
        faults.push(fault.with("earliest", instant_text(span.earliest)));
    }
    if window.is_over(span.latest) {
        let fault = Fault::at(pointer(kind, Edge::Closes), Code::ContradictsRecords);
        faults.push(fault.with("latest", instant_text(span.latest)));
    }
    faults
}

fn field_faults(cycle: &Cycle, wish: &Wish<'_>, done: &Done, (field, now): (PolicyField, DateTime<Utc>)) -> Vec<Fault> {
    if cycle.published_at.is_some() {
        return vec![Fault::at(field.pointer(), Code::AlreadyPublished)];
    }
    let mut faults = vec![];
    let is_ballot_open = field.group() == FieldGroup::Ballot && cycle.windows.voting.contains(now);
    if is_ballot_open || (is_frozen(cycle, field, now) && !wish.has_reason) {
        faults.push(Fault::at(field.pointer(), Code::PolicyFrozen));
    }
    faults.extend(contradiction(&cycle.policy, wish.policy, done, field));
    faults
}

/// A value that would belie what was done: a quota under its use; votes cast here that the wished ballot would not
/// have allowed; results delivered for a vote that was held here after all.
fn contradiction(old: &Policy, new: &Policy, done: &Done, field: PolicyField) -> Option<Fault> {
    let has_votes = done.voting.is_some();
    let fault = || Fault::at(field.pointer(), Code::ContradictsRecords);
    match field {
        PolicyField::DistrictQuota => {
            (new.district_quota < done.quota_used_max).then(|| fault().with("used", done.quota_used_max))
        }
        PolicyField::Repeat => (has_votes && new.repeat == Repeat::Once).then(fault),
        PolicyField::VotesPerCategory => (has_votes && new.votes_per_category < old.votes_per_category).then(fault),
        PolicyField::VotesInAll => (has_votes && in_all(new) < in_all(old)).then(fault),
        // Who has voted would not have been allowed to.
        PolicyField::Voters => (has_votes && new.voters != Voters::Any).then(fault),
        PolicyField::ResultSource => {
            let belied = match new.result_source {
                ResultSource::Portal => has_votes,
                ResultSource::Local => done.has_results,
            };
            belied.then(fault)
        }
        PolicyField::DeedMinChars
        | PolicyField::DeedMaxChars
        | PolicyField::PhotoCount
        | PolicyField::PhotoMaxBytes
        | PolicyField::PhotoMinSidePx
        | PolicyField::VerificationRecordsMin
        | PolicyField::DisplayOrder
        | PolicyField::Receipts
        | PolicyField::ResultsVisibility
        | PolicyField::VotingUrl
        | PolicyField::CommentModeration
        | PolicyField::ListPerCategory
        | PolicyField::ListMinVotes
        | PolicyField::PoolMinHonours
        | PolicyField::PoolEntry
        | PolicyField::ObjectionDays
        | PolicyField::VisitIntervalMonths
        | PolicyField::LeadRetentionDays
        | PolicyField::VisitFestivals
        | PolicyField::VisitWindowDays
        | PolicyField::ContactLostMonths
        | PolicyField::ContactEscalationDays => None,
    }
}

/// The votes in all that a policy allows.
fn in_all(policy: &Policy) -> u32 {
    policy.limit_in_all().unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;

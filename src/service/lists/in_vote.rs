//! Who is in the vote when a list is drawn up, with which votes, and by whom it was decided who is listed.

use std::collections::BTreeSet;

use serde_json::json;

use crate::{
    domain::{
        candidate::Status,
        cycle::Cycle,
        fault::{Code, Fault},
        id::CandidateId,
        listing::{self, Contender, Listing, Refusal, Rules, TieBreak},
        policy::ResultSource,
    },
    service::{Error, results},
    storage::{self, Connection, tallies::Counted},
};

/// Those in the vote.
pub(super) enum InVote {
    /// With the votes cast here.
    Counted(Vec<Contender>),
    /// With what the portal delivered.
    Delivered {
        /// Everybody with their votes.
        contenders: Vec<Contender>,
        /// Who of them is on the list.
        listed: BTreeSet<CandidateId>,
    },
    /// The portal has not delivered, or not everybody; the fault says whom it lacks.
    Missing(Fault),
}

impl InVote {
    /// Reads them. The caller holds the cycle and the candidates.
    pub(super) fn of(db: &mut Connection, cycle: &Cycle) -> Result<Self, Error> {
        let counted = storage::tallies::list(db, cycle.month, &[Status::Forwarded])?;
        match cycle.policy.result_source {
            ResultSource::Local => Ok(Self::Counted(counted.into_iter().map(of_own_count).collect())),
            ResultSource::Portal => Self::delivered(db, cycle, counted),
        }
    }

    fn delivered(db: &mut Connection, cycle: &Cycle, counted: Vec<Counted>) -> Result<Self, Error> {
        let Some(verdicts) = results::delivered(db, cycle.month)? else {
            return Ok(Self::Missing(Fault::of(Code::ResultsMissing)));
        };
        let (mut contenders, mut listed, mut lacking) = (Vec::new(), BTreeSet::new(), Vec::new());
        for one in counted {
            let candidate = one.tally.candidate;
            match verdicts.get(&candidate) {
                Some(verdict) => {
                    contenders.push(Contender { candidate, votes: verdict.votes, category: one.category });
                    listed.extend(verdict.listed.then_some(candidate));
                }
                None => lacking.push(candidate.to_string()),
            }
        }
        if lacking.is_empty() {
            return Ok(Self::Delivered { contenders, listed });
        }
        // Whoever was forwarded after the delivery.
        Ok(Self::Missing(Fault::of(Code::ResultsMissing).with("candidate_ids", json!(lacking))))
    }

    /// What bars the publication.
    pub(super) fn fault(&self) -> Option<&Fault> {
        match self {
            Self::Missing(fault) => Some(fault),
            Self::Counted(_) | Self::Delivered { .. } => None,
        }
    }

    /// The list that follows.
    pub(super) fn draw_up(&self, rules: Rules, breaks: &[TieBreak]) -> Result<Listing, Refusal> {
        match self {
            Self::Counted(contenders) => listing::draw_up(contenders, rules, breaks),
            Self::Delivered { contenders, listed } => listing::take_over(contenders, listed, rules.order, breaks),
            Self::Missing(_) => Ok(Listing::default()),
        }
    }
}

fn of_own_count(one: Counted) -> Contender {
    Contender { candidate: one.tally.candidate, votes: one.tally.valid(), category: one.category }
}

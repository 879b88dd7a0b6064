//! The city's pool of moral models: who enters and leaves it, and how its people are recommended upwards.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    actor::Actor,
    fault::{Code, Fault},
    id::{HonoreeId, OrganizationId, PoolEntryId, PoolRecommendationId, PoolStepId, UserId},
    outside_honour::HonourLevel,
    policy::PoolEntry as EntryMode,
};

/// Most characters of a reason, an opinion and an answer.
pub const REASON_MAX_CHARS: usize = 2000;
/// Most characters of the material of a recommendation.
pub const MATERIAL_MAX_CHARS: usize = 10_000;

text_enum! {
    /// Why somebody is in the pool.
    pub enum EntryCause {
        /// The policy's rule.
        Rule = "rule",
        /// The city has approved a recommendation.
        Recommendation = "recommendation",
    }
}

text_enum! {
    /// Why somebody is no more in the pool.
    pub enum LeftCause {
        /// Too few honours stand.
        Rule = "rule",
        /// The city has decided so; stays until it approves a recommendation.
        City = "city",
        /// Turned out to be somebody else, who has a stay already; rests until the merger is undone.
        Merger = "merger",
    }
}

/// One stay in the pool.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolEntry {
    /// Its identifier.
    pub id: PoolEntryId,
    /// Who.
    pub honoree: HonoreeId,
    /// Why.
    pub cause: EntryCause,
    /// So many standing honours were asked for; with fewer the entry ends.
    pub min_honours: u32,
    /// Since when.
    pub entered_at: DateTime<Utc>,
    /// How it ended.
    pub left: Option<Left>,
}

/// How a stay ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub cause: LeftCause,
    /// In words.
    pub reason: Option<String>,
    /// By whose act.
    pub by: Option<UserId>,
}

/// The honours of somebody that stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Of our lists, withheld ones too: they stand.
    pub listed: u32,
    /// Of others.
    pub outside: u32,
}

impl Standing {
    /// Whether somebody with these is a person of our lists with as many honours as are asked for.
    #[must_use]
    pub const fn satisfies(self, min_honours: u32) -> bool {
        self.listed > 0 && self.listed.saturating_add(self.outside) >= min_honours
    }
}

/// By which rule people enter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// How many honours that stand are asked for.
    pub min_honours: u32,
    /// Whether they enter by themselves.
    pub mode: EntryMode,
}

/// What becomes of somebody after honours came or went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    Stay,
    /// Enters.
    Enter,
    /// Leaves.
    Leave,
}

/// What becomes of somebody by the rule. An entry ends by the number of honours with which it began; whom the city has taken
/// out does not come back by the rule.
#[must_use]
pub fn judge(standing: Standing, rule: Rule, last: Option<&PoolEntry>) -> Change {
    let comes_back = match last.map(|entry| entry.left.as_ref().map(|left| left.cause)) {
        Some(None) => {
            let stays = last.is_some_and(|entry| standing.satisfies(entry.min_honours));
            return if stays { Change::Stay } else { Change::Leave };
        }
        Some(Some(LeftCause::City)) => false,
        Some(Some(LeftCause::Rule | LeftCause::Merger)) | None => rule.mode == EntryMode::Automatic,
    };
    if comes_back && standing.satisfies(rule.min_honours) { Change::Enter } else { Change::Stay }
}

text_enum! {
    /// To what somebody is recommended.
    pub enum RecommendationLevel {
        /// 市级道德模范.
        MunicipalModel = "municipal_model",
        /// The province's choice.
        Provincial = "provincial",
        /// The nation's choice.
        National = "national",
    }
}

impl RecommendationLevel {
    /// The level of the honour that being chosen is.
    #[must_use]
    pub const fn honour(self) -> HonourLevel {
        match self {
            Self::MunicipalModel => HonourLevel::Municipal,
            Self::Provincial => HonourLevel::Provincial,
            Self::National => HonourLevel::National,
        }
    }
}

text_enum! {
    /// How a recommendation stands.
    pub enum RecommendationStatus {
        /// Waits for the city's review.
        Proposed = "proposed",
        /// Sent back to be completed.
        Returned = "returned",
        /// Went upwards; the outcome is awaited.
        Approved = "approved",
        /// The city does not recommend.
        Rejected = "rejected",
        /// Chosen there.
        Chosen = "chosen",
        /// Not chosen there.
        NotChosen = "not_chosen",
        /// The person has left the pool.
        Lapsed = "lapsed",
    }
}

impl RecommendationStatus {
    /// Whether something is still to come of it; there is one such for a person and level.
    #[must_use]
    pub const fn is_open(self) -> bool {
        match self {
            Self::Proposed | Self::Returned | Self::Approved => true,
            Self::Rejected | Self::Chosen | Self::NotChosen | Self::Lapsed => false,
        }
    }
}

text_enum! {
    /// What was done with a recommendation.
    pub enum StepKind {
        /// Put forward.
        Proposed = "proposed",
        /// Put forward again after a return.
        Resubmitted = "resubmitted",
        /// Sent back.
        Returned = "returned",
        /// Approved.
        Approved = "approved",
        /// Rejected.
        Rejected = "rejected",
        /// Chosen there.
        Chosen = "chosen",
        /// Not chosen there.
        NotChosen = "not_chosen",
        /// Over, as the person has left the pool.
        Lapsed = "lapsed",
    }
}

impl StepKind {
    /// How the recommendation stands after it; none where the step does not go from there.
    #[must_use]
    pub const fn leads(self, from: RecommendationStatus) -> Option<RecommendationStatus> {
        use RecommendationStatus::{Approved, Chosen, Lapsed, NotChosen, Proposed, Rejected, Returned};
        match (self, from) {
            (Self::Resubmitted, Returned) => Some(Proposed),
            (Self::Returned, Proposed) => Some(Returned),
            (Self::Approved, Proposed) => Some(Approved),
            (Self::Rejected, Proposed) => Some(Rejected),
            (Self::Chosen, Approved) => Some(Chosen),
            (Self::NotChosen, Approved) => Some(NotChosen),
            (Self::Lapsed, Proposed | Returned | Approved) => Some(Lapsed),
            (
                Self::Proposed
                | Self::Resubmitted
                | Self::Returned
                | Self::Approved
                | Self::Rejected
                | Self::Chosen
                | Self::NotChosen
                | Self::Lapsed,
                Proposed | Returned | Approved | Rejected | Chosen | NotChosen | Lapsed,
            ) => None,
        }
    }

    /// Whether it is a decision of the city's review.
    #[must_use]
    pub const fn is_review(self) -> bool {
        matches!(self, Self::Returned | Self::Approved | Self::Rejected)
    }

    /// Whether by it somebody puts the person forward.
    #[must_use]
    pub const fn proposes(self) -> bool {
        matches!(self, Self::Proposed | Self::Resubmitted)
    }
}

/// A recommendation upwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// Its identifier.
    pub id: PoolRecommendationId,
    /// Who.
    pub honoree: HonoreeId,
    /// To what.
    pub level: RecommendationLevel,
    /// How it stands.
    pub status: RecommendationStatus,
    /// Why.
    pub reason: String,
    /// What speaks for it at length.
    pub material: Option<String>,
    /// Who put it forward last.
    pub proposed_by: UserId,
    /// For which organization.
    pub organization: OrganizationId,
    /// What the chosen one was named.
    pub title: Option<String>,
    /// On which day that was announced.
    pub announced_on: Option<NaiveDate>,
    /// Grows with each step.
    pub version: i64,
    /// When it was put forward first.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

/// One step of a recommendation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PoolStep {
    /// Its identifier.
    pub id: PoolStepId,
    /// Of which recommendation.
    pub recommendation: PoolRecommendationId,
    /// What was done.
    pub kind: StepKind,
    /// In words: a reason, an opinion, a title.
    pub words: Option<String>,
    /// By whom; none where it follows from something else.
    pub actor: Option<Actor>,
    /// For which organization.
    pub organization: Option<OrganizationId>,
    /// When.
    pub at: DateTime<Utc>,
}

/// Judges a step by its place in the course, and a review by who takes it: nobody reviews what they put forward, or
/// what was put forward in their place.
pub fn step(
    found: &Recommendation,
    kind: StepKind,
    (actor, before): (Actor, &[PoolStep]),
) -> Result<RecommendationStatus, Fault> {
    let Some(status) = kind.leads(found.status) else {
        return Err(Fault::of(Code::AlreadyDecided).with("status", found.status.as_str()));
    };
    let proposers = before.iter().filter(|step| step.kind.proposes()).filter_map(|step| step.actor);
    let is_own = proposers.into_iter().any(|proposer| proposer.shares_person_with(actor));
    if kind.is_review() && is_own {
        return Err(Fault::of(Code::OwnRecommendation));
    }
    Ok(status)
}

#[cfg(test)]
mod tests;

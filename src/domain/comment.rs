//! Comments on candidates and replies to them: who sees one, and what becomes of it.

use chrono::{DateTime, Utc};

use super::{
    candidate::Status,
    cycle::Cycle,
    fault::{Code, Fault},
    id::{CandidateId, CommentId, OrganizationId, UserId},
    month::Month,
    policy::CommentModeration,
    window::WindowKind,
};

/// Most characters of a comment.
pub const BODY_MAX_CHARS: usize = 500;
/// Most characters of a moderator's reason.
pub const REASON_MAX_CHARS: usize = 500;
/// Most characters of what a reporter adds.
pub const NOTE_MAX_CHARS: usize = 200;
/// A shown comment that so many people have reported since a moderator looked at it is held until one looks again.
pub const REPORTS_TO_HOLD: i32 = 5;

text_enum! {
    /// How a comment stands.
    pub enum CommentStatus {
        /// Waits for a moderator; the author and the moderators see it.
        Held = "held",
        /// Everybody sees it, as long as everybody sees the candidate.
        Shown = "shown",
        /// A moderator has taken it away, with a reason.
        Hidden = "hidden",
        /// The author has taken it away, and its text is gone.
        Deleted = "deleted",
    }
}

text_enum! {
    /// Why a comment waits for a moderator.
    pub enum HoldReason {
        /// The policy of its cycle has all comments looked at first.
        PreModeration = "pre_moderation",
        /// It has words of the list.
        Words = "words",
        /// Several people have reported it.
        Reports = "reports",
    }
}

text_enum! {
    /// What a moderator decides.
    pub enum ModerationDecision {
        /// Everybody may see it.
        Show = "show",
        /// Nobody but author and moderators may.
        Hide = "hide",
    }
}

text_enum! {
    /// What somebody has against a comment.
    pub enum ReportKind {
        /// It insults or threatens.
        Abuse = "abuse",
        /// It advertises.
        Advertising = "advertising",
        /// It tells what is somebody's own.
        Privacy = "privacy",
        /// It says what is not true.
        Falsehood = "falsehood",
        /// Anything else.
        Other = "other",
    }
}

/// A comment, or a reply in the thread below one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its identifier.
    pub id: CommentId,
    /// On whom.
    pub candidate: CandidateId,
    /// The cycle in which it was written.
    pub cycle: Month,
    /// The district whose reviewers moderate it beside the city's.
    pub district: OrganizationId,
    /// The candidate's unit.
    pub unit: Option<OrganizationId>,
    /// Who wrote it.
    pub author: UserId,
    /// The comment that began the thread; none for one that begins a thread.
    pub parent: Option<CommentId>,
    /// The reply that is answered, where it is not the beginning of the thread.
    pub reply_to: Option<CommentId>,
    /// What it says; gone when it is deleted.
    pub body: Option<String>,
    /// How it stands.
    pub status: CommentStatus,
    /// Why it waits, or waited last.
    pub hold: Option<Hold>,
    /// How many replies of its thread everybody sees.
    pub shown_replies: i32,
    /// How many people have reported it since a moderator looked at it.
    pub open_reports: i32,
    /// A moderator's last decision.
    pub ruling: Option<Ruling>,
    /// Grows with each change of how it stands, not with replies and reports.
    pub version: i64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
}

/// Why a comment waits for a moderator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hold {
    /// The reason.
    pub reason: HoldReason,
    /// The words of the list that were found, as the list writes them; for moderators alone.
    pub words: Vec<String>,
}

/// What a moderator has decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What.
    pub decision: ModerationDecision,
    /// Why; the author is told.
    pub reason: Option<String>,
    /// By whom; the author is not told.
    pub by: UserId,
    /// When.
    pub at: DateTime<Utc>,
}

impl Comment {
    /// Whether it has a place in the public list: shown, or a place-holder above replies that are.
    #[must_use]
    pub const fn is_listed(&self) -> bool {
        matches!(self.status, CommentStatus::Shown) || self.shown_replies > 0
    }

    /// Whether everybody may read what it says.
    #[must_use]
    pub const fn is_shown(&self) -> bool {
        matches!(self.status, CommentStatus::Shown)
    }
}

/// The fault of commenting now, if it is one: comments are taken in the voting window, on candidates that stand forwarded,
/// wherever the vote itself is held.
#[must_use]
pub fn closed(cycle: &Cycle, status: Status, now: DateTime<Utc>) -> Option<Fault> {
    let voting = cycle.windows.voting;
    let is_open = voting.contains(now) && cycle.published_at.is_none() && status == Status::Forwarded;
    let moment = |at: DateTime<Utc>| serde_json::json!(at);
    (!is_open).then(|| {
        Fault::of(Code::WindowClosed)
            .with("window", WindowKind::Voting.as_str())
            .with("opens_at", moment(voting.opens_at))
            .with("closes_at", moment(voting.closes_at))
    })
}

/// Why a new comment is held: for the words that were found in it, or because the policy holds all.
#[must_use]
pub fn hold_of(moderation: CommentModeration, words: Vec<String>) -> Option<Hold> {
    match (moderation, words.is_empty()) {
        (_, false) => Some(Hold { reason: HoldReason::Words, words }),
        (CommentModeration::Pre, true) => Some(Hold { reason: HoldReason::PreModeration, words }),
        (CommentModeration::Post, true) => None,
    }
}

/// The status after a moderator's decision. What is shown can be confirmed where somebody has reported it; deciding what
/// is so already, and what the author has deleted, is a fault.
pub fn decide(from: CommentStatus, open_reports: i32, decision: ModerationDecision) -> Result<CommentStatus, Fault> {
    use CommentStatus::{Deleted, Held, Hidden, Shown};
    match (from, decision) {
        (Held | Hidden, ModerationDecision::Show) => Ok(Shown),
        (Shown, ModerationDecision::Show) if open_reports > 0 => Ok(Shown),
        (Held | Shown, ModerationDecision::Hide) => Ok(Hidden),
        (Shown, ModerationDecision::Show) | (Hidden, ModerationDecision::Hide) => {
            Err(Fault::of(Code::AlreadyDecided).with("status", from.as_str()))
        }
        (Deleted, ModerationDecision::Show | ModerationDecision::Hide) => {
            Err(Fault::of(Code::TransitionNotAllowed).with("status", from.as_str()))
        }
    }
}

/// Whether a shown comment that so many have reported is held.
#[must_use]
pub const fn is_held_by(open_reports: i32) -> bool {
    open_reports >= REPORTS_TO_HOLD
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(CommentModeration::Post, &[], None)]
    #[case(CommentModeration::Post, &["赌博"], Some(HoldReason::Words))]
    #[case(CommentModeration::Pre, &[], Some(HoldReason::PreModeration))]
    #[case(CommentModeration::Pre, &["赌博"], Some(HoldReason::Words))]
    fn doubtful_ones_are_held_and_before_moderation_all(
        #[case] moderation: CommentModeration,
        #[case] words: &[&str],
        #[case] reason: Option<HoldReason>,
    ) {
        let words: Vec<String> = words.iter().map(|&word| word.to_owned()).collect();
        let hold = hold_of(moderation, words.clone());
        assert_eq!(hold.as_ref().map(|hold| hold.reason), reason);
        assert_eq!(hold.map(|hold| hold.words).unwrap_or_default(), words);
    }

    #[test]
    fn moderators_show_and_hide_and_authors_have_the_last_word() {
        use CommentStatus::{Deleted, Held, Hidden, Shown};
        use ModerationDecision::{Hide, Show};
        let table = [
            (Held, 0, Show, Ok(Shown)),
            (Held, 5, Show, Ok(Shown)),
            (Held, 0, Hide, Ok(Hidden)),
            (Shown, 0, Show, Err(Code::AlreadyDecided)),
            (Shown, 1, Show, Ok(Shown)),
            (Shown, 0, Hide, Ok(Hidden)),
            (Hidden, 0, Show, Ok(Shown)),
            (Hidden, 3, Hide, Err(Code::AlreadyDecided)),
            (Deleted, 0, Show, Err(Code::TransitionNotAllowed)),
            (Deleted, 0, Hide, Err(Code::TransitionNotAllowed)),
        ];
        for (from, reports, decision, expected) in table {
            let decided = decide(from, reports, decision).map_err(|fault| fault.code);
            assert_eq!(decided, expected, "{from} {reports} {decision}");
        }
        assert_eq!([0, 4, 5, 6].map(is_held_by), [false, false, true, true]);
    }
}

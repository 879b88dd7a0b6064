//! Study records 学习记录: a person states that they have studied a candidate's story, with an optional reflection 心得.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    candidate::Status,
    fault::{Code, Fault},
    id::{CandidateId, StudyRecordId, UserId},
    month::Month,
    window::{Window, WindowKind},
};

/// Most characters of a reflection.
pub const REFLECTION_MAX_CHARS: usize = 2000;

/// That somebody has studied a candidate's story; once for each person and candidate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StudyRecord {
    /// Its identifier.
    pub id: StudyRecordId,
    /// Whose story.
    pub candidate: CandidateId,
    /// The candidate's cycle.
    pub cycle: Month,
    /// Who.
    pub user: UserId,
    /// What the person has to say of it: for the author and the reviewers of the author's organization, never public.
    pub reflection: Option<String>,
    /// When it was stated.
    pub created_at: DateTime<Utc>,
    /// Grows when the reflection is taken back.
    pub version: i64,
}

/// Whether a candidate can be studied now: within the voting window, while forwarded. Where the vote is held does not
/// matter, for study stays here.
pub fn check_open(status: Status, voting: Window, now: DateTime<Utc>) -> Result<(), Fault> {
    if status == Status::Forwarded && voting.contains(now) {
        return Ok(());
    }
    Err(Fault::of(Code::WindowClosed)
        .with("window", WindowKind::Voting.as_str())
        .with("opens_at", json!(voting.opens_at))
        .with("closes_at", json!(voting.closes_at)))
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[test]
    fn only_forwarded_candidates_are_studied_and_only_while_voting_is_open() {
        let opens_at: DateTime<Utc> = "2026-11-24T16:00:00Z".parse().unwrap();
        let voting = Window { opens_at, closes_at: opens_at + TimeDelta::days(6) };
        let tick = TimeDelta::microseconds(1);
        let moments = [
            (voting.opens_at - tick, false),
            (voting.opens_at, true),
            (voting.closes_at - tick, true),
            (voting.closes_at, false),
        ];
        for &status in Status::ALL {
            for (now, is_open) in moments {
                let outcome = check_open(status, voting, now);
                assert_eq!(outcome.is_ok(), is_open && status == Status::Forwarded, "{status} {now}");
                if let Err(fault) = outcome {
                    assert_eq!(fault.code, Code::WindowClosed);
                }
            }
        }
    }
}

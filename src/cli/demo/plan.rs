//! The demo's two months as a diary: what happens when, in the order of time.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;

use super::{
    dice::Dice,
    poll,
    story::{Course, Story, StoryMonth},
};
use crate::domain::{local_day::start_of_day, month::Month, stage::StageCode};

/// One thing that happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// A candidate is recommended.
    Nominate,
    /// So many photos are added to the file.
    AddPhotos(usize),
    /// The unit records the consent.
    Consent,
    /// The unit records what it did to make sure of the deed.
    LookAtFacts,
    /// A stage approves.
    Approve(StageCode),
    /// The district approves and is told that its places are taken.
    MeetQuota,
    /// A stage returns.
    Return(StageCode),
    /// A stage rejects.
    Reject(StageCode),
    /// The unit withdraws the candidate.
    Withdraw,
    /// The unit records that the consent is withdrawn.
    WithdrawConsent,
    /// A voter votes for the candidate.
    Vote {
        /// Which citizen.
        voter: usize,
    },
    /// The city forwards what is screened.
    Forward(Month),
    /// The city publishes the list.
    Publish(Month),
}

/// A step of one candidate, or of a month.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// When it happens.
    pub at: DateTime<Utc>,
    /// The candidate, by its place among the stories.
    pub story: usize,
    /// What happens.
    pub step: Step,
}

/// An instant of a month: a day, and minutes after its beginning (which may reach into the following days).
#[derive(Debug, Clone, Copy)]
pub struct Calendar {
    /// The month.
    pub month: Month,
    /// The zone of its days.
    pub zone: Tz,
}

impl Calendar {
    /// The instant.
    pub fn at(self, day: u32, minute: usize) -> DateTime<Utc> {
        let minutes = i64::try_from(minute).unwrap_or_default();
        start_of_day(self.month.day(day), self.zone) + Duration::minutes(minutes)
    }
}

/// When the demo begins: before anything happens in the month before the running one.
pub fn beginning(running: Month, zone: Tz) -> DateTime<Utc> {
    Calendar { month: running.previous(), zone }.at(1, 8 * 60)
}

/// Where the demo's clock is left: the 26th of the running month, 10:00.
pub fn standing(running: Month, zone: Tz) -> DateTime<Utc> {
    Calendar { month: running, zone }.at(26, 10 * 60)
}

/// The whole diary.
pub fn diary(stories: &[Story], running: Month, zone: Tz, voters: usize) -> Vec<Entry> {
    let month_of = |month: StoryMonth| match month {
        StoryMonth::Finished => Calendar { month: running.previous(), zone },
        StoryMonth::Running | StoryMonth::Upcoming => Calendar { month: running, zone },
    };
    let mut entries = Vec::new();
    for (story, told) in stories.iter().enumerate() {
        let calendar = month_of(told.month);
        let steps = steps(told);
        entries.extend(steps.into_iter().map(|(day, minute, step)| Entry {
            at: calendar.at(day, minute),
            story,
            step,
        }));
    }
    for month in [StoryMonth::Finished, StoryMonth::Running] {
        let calendar = month_of(month);
        entries.push(Entry { at: calendar.at(25, 570), story: 0, step: Step::Forward(calendar.month) });
        let polled = poll::ballots(stories, month, voters);
        entries.extend(polled.into_iter().map(|one| Entry {
            at: calendar.at(25, one.minute),
            story: one.story,
            step: Step::Vote { voter: one.voter },
        }));
    }
    let publication = Calendar { month: running, zone }.at(1, 600);
    entries.push(Entry { at: publication, story: 0, step: Step::Publish(running.previous()) });
    entries.sort_by_key(|entry| entry.at);
    entries
}

/// The steps of one candidate: day, minute, step.
fn steps(story: &Story) -> Vec<(u32, usize, Step)> {
    let mut dice = Dice::of(&story.name);
    let late = if story.month == StoryMonth::Upcoming { 21 } else { 2 };
    let span = if story.month == StoryMonth::Upcoming { 4 } else { 9 };
    let first = late + u32::try_from(dice.below(span)).unwrap_or_default();
    let mut minute = || 8 * 60 + dice.below(9 * 60);
    let mut steps = vec![(first, minute(), Step::Nominate)];
    let lacks_one = matches!(story.course, Course::Incomplete | Course::ReturnedByUnit);
    let photos = if lacks_one { 1 } else { 2 };
    // A bare recommendation is one sentence; and before there is a unit, nobody adds to the file.
    if story.deed.is_some() && story.course != Course::DistrictInbox {
        steps.push((first + 1, minute(), Step::AddPhotos(photos)));
        steps.push((first + 1, 17 * 60 + 30, Step::Consent));
        if !matches!(story.course, Course::Incomplete | Course::ReturnedByUnit | Course::RejectedByUnit) {
            steps.push((first + 1, 17 * 60 + 45, Step::LookAtFacts));
        }
    }
    let (verified, endorsed) = (first + 2, first + 4);
    let verify = (verified, minute(), Step::Approve(StageCode::UnitVerification));
    let endorse = (endorsed, minute(), Step::Approve(StageCode::DistrictEndorsement));
    let screen = (22 + u32::from(first % 3 == 0), minute(), Step::Approve(StageCode::CityScreening));
    match story.course {
        Course::Forwarded => steps.extend([verify, endorse, screen]),
        Course::ConsentWithdrawn => steps.extend([verify, endorse, screen, (26, 570, Step::WithdrawConsent)]),
        Course::ScreenedLate => {
            steps.extend([verify, endorse, (25, 960, Step::Approve(StageCode::CityScreening))]);
        }
        Course::Endorsed => steps.extend([verify, endorse]),
        Course::QuotaRefused => steps.extend([verify, (19, minute(), Step::MeetQuota)]),
        Course::Verified => steps.push(verify),
        Course::Nominated | Course::Incomplete | Course::DistrictInbox => {}
        Course::ReturnedByUnit => steps.push((verified, minute(), Step::Return(StageCode::UnitVerification))),
        Course::ReturnedByDistrict => {
            steps.extend([verify, (18, minute(), Step::Return(StageCode::DistrictEndorsement))]);
        }
        Course::ReturnedByCity => {
            steps.extend([verify, endorse, (23, minute(), Step::Return(StageCode::CityScreening))]);
        }
        Course::RejectedByUnit => steps.push((verified, minute(), Step::Reject(StageCode::UnitVerification))),
        Course::RejectedByDistrict => {
            steps.extend([verify, (18, minute(), Step::Reject(StageCode::DistrictEndorsement))]);
        }
        Course::RejectedByCity => {
            steps.extend([verify, endorse, (23, minute(), Step::Reject(StageCode::CityScreening))]);
        }
        Course::Withdrawn => steps.extend([verify, (endorsed, minute(), Step::Withdraw)]),
    }
    steps
}

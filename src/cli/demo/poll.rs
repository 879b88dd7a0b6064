//! Who votes for whom in the demo, so that the lists come out as promised: one tie across a cut, some not listed.

use super::story::{Course, Story, StoryMonth};

/// The votes of a finished month's category, by rank. With three places the first row has a clear cut.
const CLEAR: [usize; 5] = [38, 33, 29, 21, 14];
/// Third and fourth are equal: the cut has to be decided by people.
const TIED: [usize; 5] = [37, 34, 25, 25, 11];
/// The category with the tie.
const TIED_CATEGORY: &str = "dedication";
/// The votes of the running month so far.
const RUNNING: [usize; 5] = [19, 16, 13, 9, 6];

/// One vote.
#[derive(Debug, Clone, Copy)]
pub struct Polled {
    /// The candidate, by its place among the stories.
    pub story: usize,
    /// The voter, by number.
    pub voter: usize,
    /// Minutes after the beginning of the 25th.
    pub minute: usize,
}

/// How many votes a candidate gets; 0 for one that is never forwarded.
pub fn votes(stories: &[Story], month: StoryMonth) -> Vec<usize> {
    let mut counts = vec![0; stories.len()];
    let mut categories: Vec<&str> = stories.iter().map(|story| story.category.as_str()).collect();
    categories.dedup();
    categories.sort_unstable();
    categories.dedup();
    for (turn, category) in categories.iter().enumerate() {
        let table = match (month, *category) {
            (StoryMonth::Finished, TIED_CATEGORY) => TIED,
            (StoryMonth::Finished, _) => CLEAR,
            (StoryMonth::Running | StoryMonth::Upcoming, _) => RUNNING,
        };
        let runs = stories
            .iter()
            .zip(&mut counts)
            .filter(|(story, _)| story.category == *category && story.month == month && reaches_the_vote(story.course));
        for (place, (_, count)) in runs.enumerate() {
            *count = table.iter().cycle().nth(place + turn).copied().unwrap_or_default();
        }
    }
    counts
}

const fn reaches_the_vote(course: Course) -> bool {
    matches!(course, Course::Forwarded | Course::ConsentWithdrawn)
}

/// The candidates that a tie across a cut leaves to be decided.
pub fn tied(stories: &[Story]) -> Vec<usize> {
    let counts = votes(stories, StoryMonth::Finished);
    let at_cut = TIED.get(2).copied().unwrap_or_default();
    let tied = stories.iter().zip(counts).enumerate();
    tied.filter(|(_, (story, count))| story.category == TIED_CATEGORY && *count == at_cut)
        .map(|(place, _)| place)
        .collect()
}

/// All votes of a month, over the time in which they are cast.
pub fn ballots(stories: &[Story], month: StoryMonth, voters: usize) -> Vec<Polled> {
    // The running month is left on the 26th at 10:00, a finished one voted on for some days.
    let span = if month == StoryMonth::Running { 1_300 } else { 4_700 };
    let mut polled = Vec::new();
    for (story, count) in votes(stories, month).into_iter().enumerate() {
        for turn in 0..count.min(voters) {
            let voter = (story * 7 + turn).checked_rem(voters).unwrap_or_default();
            polled.push(Polled { story, voter, minute: 600 + (turn * 131 + voter * 17 + story * 5) % span });
        }
    }
    polled
}

//! How long passages took, in whole hours.

use chrono::Duration;

/// Longer ones count as a year.
const MOST: u32 = 366 * 24;

/// How many passages took how many whole hours (begun hours do not count), in the order of hours.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Hours(Vec<(u32, u32)>);

impl Hours {
    /// Counts one more.
    pub fn add(&mut self, took: Duration) {
        self.add_many(u32::try_from(took.num_hours().max(0)).unwrap_or(MOST).min(MOST), 1);
    }

    /// Counts several of the same length.
    pub fn add_many(&mut self, hours: u32, count: u32) {
        match self.0.binary_search_by_key(&hours, |(known, _)| *known) {
            Ok(at) => {
                if let Some((_, known)) = self.0.get_mut(at) {
                    *known = known.saturating_add(count);
                }
            }
            Err(at) => self.0.insert(at, (hours, count)),
        }
    }

    /// Counts several that took longer than all before.
    pub(super) fn push(&mut self, hours: u32, count: u32) {
        self.0.push((hours, count));
    }

    /// Adds all of another.
    pub fn merge(&mut self, other: &Self) {
        if other.0.len() < 4 {
            for (hours, count) in &other.0 {
                self.add_many(*hours, *count);
            }
            return;
        }
        let mut merged = Vec::with_capacity(self.0.len() + other.0.len());
        let (mut mine, mut theirs) = (self.0.iter().copied().peekable(), other.0.iter().copied().peekable());
        while let (Some(one), Some(two)) = (mine.peek().copied(), theirs.peek().copied()) {
            if one.0 <= two.0 {
                mine.next();
            }
            if two.0 <= one.0 {
                theirs.next();
            }
            merged.push(match one.0.cmp(&two.0) {
                std::cmp::Ordering::Less => one,
                std::cmp::Ordering::Greater => two,
                std::cmp::Ordering::Equal => (one.0, one.1.saturating_add(two.1)),
            });
        }
        merged.extend(mine.chain(theirs));
        self.0 = merged;
    }

    /// The pairs of hours and counts, in the order of hours.
    #[must_use]
    pub fn pairs(&self) -> impl ExactSizeIterator<Item = (u32, u32)> + '_ {
        self.0.iter().copied()
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        self.0.iter().fold(0, |sum, (_, count)| sum.saturating_add(*count))
    }

    /// The percentile by nearest rank: of `n` passages in the order of their length the one at place ⌈`percent` · `n` / 100⌉,
    /// so that it is always the length of a passage that there was. `None` where there is none.
    #[must_use]
    pub fn percentile(&self, percent: u32) -> Option<u32> {
        let rank = (u64::from(self.count()) * u64::from(percent)).div_ceil(100).max(1);
        let mut seen = 0_u64;
        self.0.iter().find_map(|(hours, count)| {
            seen += u64::from(*count);
            (seen >= rank).then_some(*hours)
        })
    }
}

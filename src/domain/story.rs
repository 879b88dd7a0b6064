//! An honoree's whole story: what happened, in its order, from sources of their own.

use chrono::{DateTime, Utc};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::id::{CandidateId, HonoreeId, OrganizationId};

text_enum! {
    /// What an entry of a story tells.
    pub enum StoryKind {
        /// Recommended, by what channel; never by whom.
        Nominated = "nominated",
        /// Decided at a stage of the review.
        Reviewed = "reviewed",
        /// Went to the vote.
        Forwarded = "forwarded",
        /// On a month's list, with rank, valid votes and certificate number.
        Listed = "listed",
        /// An honour of ours was revoked.
        Revoked = "revoked",
        /// An honour that others gave was recorded.
        OutsideHonour = "outside_honour",
        /// An honour that others gave was struck.
        OutsideHonourStruck = "outside_honour_struck",
        /// Entered the pool of moral models.
        PoolEntered = "pool_entered",
        /// Left the pool.
        PoolLeft = "pool_left",
        /// A step of a recommendation upwards.
        PoolRecommendation = "pool_recommendation",
        /// Turned out to be one person with another honoree.
        Merged = "merged",
        /// That was undone.
        Unmerged = "unmerged",
        /// Told of in a newspaper, a broadcast or elsewhere.
        Publicity = "publicity",
        /// Visited: reached or not, with hardship or not; never what was found.
        Visited = "visited",
        /// A grant of assistance was proposed, or taken back; never for what.
        Assistance = "assistance",
        /// Could not be found for too long.
        ContactLost = "contact_lost",
    }
}

/// Whose story.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Whose {
    /// The honoree, and those who were merged into it.
    pub honorees: Vec<HonoreeId>,
    /// The candidates of its honours.
    pub candidates: Vec<CandidateId>,
}

/// One entry.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// The row that it tells of.
    pub id: Uuid,
    /// What it tells.
    pub kind: StoryKind,
    /// When it happened.
    pub at: DateTime<Utc>,
    /// The candidate concerned.
    pub candidate: Option<CandidateId>,
    /// The organization that acted.
    pub organization: Option<OrganizationId>,
    /// What belongs to its kind.
    pub details: Map<String, Value>,
}

/// The place of an entry: moments first, of one moment by source, then by id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
pub struct Place {
    /// When.
    pub at: DateTime<Utc>,
    /// From which source, by its number.
    pub source: usize,
    /// Which row.
    pub id: Uuid,
}

/// After what a source goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum After {
    /// From the beginning.
    Nothing,
    /// From a moment on, that included.
    Until(DateTime<Utc>),
    /// After a moment.
    Past(DateTime<Utc>),
    /// After a row of a moment.
    Row(DateTime<Utc>, Uuid),
}

impl After {
    /// Where a source goes on after a place of the whole story.
    #[must_use]
    pub fn of(place: Option<Place>, source: usize) -> Self {
        match place {
            None => Self::Nothing,
            Some(place) if source == place.source => Self::Row(place.at, place.id),
            Some(place) if source > place.source => Self::Until(place.at),
            Some(place) => Self::Past(place.at),
        }
    }
}

/// One page out of what the sources have, each by its number and in its own order.
#[must_use]
pub fn page(sources: Vec<Vec<Entry>>, limit: usize) -> Vec<(Place, Entry)> {
    let mut all: Vec<(Place, Entry)> = Vec::new();
    for (source, entries) in sources.into_iter().enumerate() {
        all.extend(entries.into_iter().map(|entry| (Place { at: entry.at, source, id: entry.id }, entry)));
    }
    all.sort_by_key(|(place, _)| *place);
    all.truncate(limit);
    all
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn entry(at: i64, id: u128) -> Entry {
        Entry {
            id: Uuid::from_u128(id),
            kind: StoryKind::Nominated,
            at: DateTime::from_timestamp_micros(at).unwrap(),
            candidate: None,
            organization: None,
            details: Map::new(),
        }
    }

    /// A source as the storage has it.
    fn read(rows: &[Entry], after: After, limit: usize) -> Vec<Entry> {
        let mut rows: Vec<Entry> = rows
            .iter()
            .filter(|row| match after {
                After::Nothing => true,
                After::Until(at) => row.at >= at,
                After::Past(at) => row.at > at,
                After::Row(at, id) => (row.at, row.id) > (at, id),
            })
            .cloned()
            .collect();
        rows.sort_by_key(|row| (row.at, row.id));
        rows.truncate(limit);
        rows
    }

    proptest! {
        /// Whatever the size of a page, each entry comes once, in one order.
        #[test]
        fn pages_of_any_size_are_one_story(
            rows in prop::collection::vec(prop::collection::btree_set((0_i64..4, 0_u128..6), 0..6), 1..4),
            limit in 1_usize..5,
        ) {
            let sources: Vec<Vec<Entry>> = rows.iter()
                .map(|rows| {
                    // An id is of one row of its source.
                    let unique: std::collections::BTreeMap<u128, i64> = rows.iter().map(|(at, id)| (*id, *at)).collect();
                    unique.into_iter().map(|(id, at)| entry(at, id)).collect()
                })
                .collect();
            let whole = page(sources.iter().map(|rows| read(rows, After::Nothing, usize::MAX)).collect(), usize::MAX);
            let (mut found, mut last) = (Vec::new(), None);
            loop {
                let read = sources.iter().enumerate().map(|(at, rows)| read(rows, After::of(last, at), limit));
                let next = page(read.collect(), limit);
                let Some((place, _)) = next.last() else { break };
                last = Some(*place);
                found.extend(next);
            }
            prop_assert_eq!(found, whole);
        }
    }
}

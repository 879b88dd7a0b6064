//! Words and allowed phrases in their normal form, all of them looked for in one pass.

use std::collections::HashMap;

use aho_corasick::{AhoCorasick, MatchKind};

use super::{FilterError, reading::Reading};

/// What a pattern stands for.
#[derive(Clone, Copy, Debug)]
pub(super) enum Entry {
    /// The word at this place of the list.
    Word(usize),
    /// An allowed phrase.
    Allowed,
}

/// A dictionary to look up in one kind of reading.
#[derive(Clone, Debug)]
pub(super) struct Dictionary {
    automaton: AhoCorasick,
    /// By pattern, with the places at which the entry itself has something between its letters.
    entries: Vec<(Entry, Vec<usize>)>,
}

impl Dictionary {
    /// Of entries in normal form. Of equal words the first stands for all; a phrase that is equal to a word allows it.
    pub(super) fn new(entries: impl Iterator<Item = (Entry, Reading)>) -> Result<Self, FilterError> {
        let mut known: HashMap<String, (Entry, Vec<usize>)> = HashMap::new();
        let mut order = Vec::new();
        for (entry, reading) in entries.filter(|(_, reading)| !reading.is_empty()) {
            match (known.get(reading.text()), entry) {
                (Some(_), Entry::Word(_)) => continue,
                (None, _) => order.push(reading.text().to_owned()),
                (Some(_), Entry::Allowed) => {}
            }
            known.insert(reading.text().to_owned(), (entry, reading.breaks()));
        }
        let entries = order.iter().filter_map(|text| known.remove(text)).collect();
        // Every word counts, those within others too: an allowed phrase may cover the one and not the other.
        let automaton = AhoCorasick::builder().match_kind(MatchKind::Standard).build(&order).map_err(FilterError)?;
        Ok(Self { automaton, entries })
    }

    /// The places in the list of the words that are found outside allowed phrases, by where they end.
    pub(super) fn find(&self, reading: &Reading) -> Vec<usize> {
        let mut words = Vec::new();
        // For each letter, how far the phrases reach that begin there.
        let mut reach = vec![0; reading.len()];
        for found in self.automaton.find_overlapping_iter(reading.text()) {
            let letters = reading.letters_in(found.range());
            match self.entries.get(found.pattern().as_usize()) {
                Some((Entry::Word(place), breaks)) => words.push((*place, letters, breaks)),
                Some((Entry::Allowed, _)) => {
                    if let Some(end) = reach.get_mut(letters.start) {
                        *end = letters.end.max(*end);
                    }
                }
                None => {}
            }
        }
        let mut farthest = 0;
        for end in &mut reach {
            farthest = farthest.max(*end);
            *end = farthest;
        }
        let is_allowed =
            |letters: &std::ops::Range<usize>| reach.get(letters.start).is_some_and(|end| *end >= letters.end);
        words.retain(|(_, letters, breaks)| !is_allowed(letters) && reading.reads_as_word(letters, breaks));
        words.into_iter().map(|(place, ..)| place).collect()
    }
}

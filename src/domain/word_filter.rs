//! The filter that holds doubtful comments: words of a list are found however they are dressed up, and ordinary sentences
//! are left alone.
//!
//! Words and text are brought into one form (see `letters`): width, case, accents, circles, traditional characters and the
//! look-alikes of other scripts do not count, nor does anything that is not seen. What stands between the letters of a word is
//! passed over, within the limits of what a reader would still take for one word (see `reading`). A Latin word is found as a
//! word, not inside another, and a number not as a part of a longer one. Where a word lies within an allowed phrase it is
//! nothing. Pinyin, parts of characters and puns are beyond it.

mod dictionary;
mod letters;
mod reading;

use dictionary::{Dictionary, Entry};
pub use reading::Reading;

use super::word_list::WordLists;

/// Most words that are named for one text.
pub const WORDS_NAMED: usize = 20;
/// The fewest letters of a Latin word that is looked for behind digits and marks too: `5B` is a flat, not `sb`.
const FEWEST_BEHIND_DIGITS: usize = 3;

/// The list is larger than the filter can take in.
#[derive(Debug, thiserror::Error)]
#[error("the word filter cannot be built: {0}")]
pub struct FilterError(#[from] aho_corasick::BuildError);

/// The lists, made ready to be looked for.
#[derive(Clone, Debug)]
pub struct WordFilter {
    words: Vec<String>,
    plain: Dictionary,
    loose: Dictionary,
}

impl WordFilter {
    /// Of the lists; some tenths of a second for the longest. Entries without a letter are passed over.
    pub fn new(lists: &WordLists) -> Result<Self, FilterError> {
        let all = || {
            let words = lists.words.iter().enumerate().map(|(place, word)| (Entry::Word(place), word.as_str()));
            words.chain(lists.allowed.iter().map(|phrase| (Entry::Allowed, phrase.as_str())))
        };
        let plain = Dictionary::new(all().map(|(entry, text)| (entry, Reading::plain(text))))?;
        let loose = Dictionary::new(all().filter_map(|(entry, text)| {
            let reading = Reading::loose(text);
            (reading.is_latin() && reading.len() >= FEWEST_BEHIND_DIGITS).then_some((entry, reading))
        }))?;
        Ok(Self { words: lists.words.clone(), plain, loose })
    }

    /// The words of the list that a text has, as the list writes them, each once; at most [`WORDS_NAMED`].
    #[must_use]
    pub fn find(&self, text: &str) -> Vec<String> {
        let mut places = self.plain.find(&Reading::plain(text));
        places.extend(self.loose.find(&Reading::loose(text)));
        let mut named: Vec<usize> = Vec::new();
        for place in places {
            if named.len() < WORDS_NAMED && !named.contains(&place) {
                named.push(place);
            }
        }
        named.into_iter().filter_map(|place| self.words.get(place).cloned()).collect()
    }
}

#[cfg(test)]
mod tests;

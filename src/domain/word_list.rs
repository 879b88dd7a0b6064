//! The words for which comments are held, and the phrases that are allowed although they contain one.

use std::collections::HashSet;

use chrono::{DateTime, Utc};

use super::{
    fault::{Code, Fault},
    id::UserId,
    text,
    word_filter::Reading,
};

/// Most words of the list.
pub const MAX_WORDS: usize = 50_000;
/// Most allowed phrases.
pub const MAX_ALLOWED: usize = 10_000;
/// Most characters of a word and of a phrase.
pub const ENTRY_MAX_CHARS: usize = 40;
/// At most so many faults of one list are named.
const FAULTS_NAMED: usize = 50;

/// The lists of one deployment.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct WordLists {
    /// A comment that has one of these is held.
    pub words: Vec<String>,
    /// Where a word is found inside one of these, it is nothing.
    pub allowed: Vec<String>,
}

/// The lists as they are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeptWordLists {
    /// The lists.
    pub lists: WordLists,
    /// Grows with each change; a filter belongs to one version.
    pub version: i64,
    /// Who changed them last.
    pub updated_by: Option<UserId>,
    /// When.
    pub updated_at: Option<DateTime<Utc>>,
}

impl WordLists {
    /// Everything that is wrong with the entries. Each is a line with at least one letter or digit that can be looked for.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let of = |name: &'static str, entries: &[String], most: usize| {
            let mut faults = Vec::new();
            if entries.len() > most {
                faults.push(Fault::at(name, Code::TooMany).with("limit", most).with("actual", entries.len()));
            }
            let each = entries.iter().enumerate().flat_map(|(index, entry)| {
                entry_faults(entry).into_iter().map(move |fault| fault.under(&format!("{name}/{index}")))
            });
            faults.extend(each.take(FAULTS_NAMED));
            faults
        };
        let mut faults = of("/words", &self.words, MAX_WORDS);
        faults.extend(of("/allowed", &self.allowed, MAX_ALLOWED));
        faults
    }

    /// The lists as they are kept: composed, without white space at the ends, each entry once, in the order given.
    #[must_use]
    pub fn tidy(&self) -> Self {
        let once = |entries: &[String]| {
            let mut seen = HashSet::new();
            entries.iter().map(|entry| text::tidy_line(entry)).filter(|entry| seen.insert(entry.clone())).collect()
        };
        Self { words: once(&self.words), allowed: once(&self.allowed) }
    }
}

fn entry_faults(entry: &str) -> Vec<Fault> {
    let mut faults = text::line(entry, ENTRY_MAX_CHARS);
    if faults.is_empty() && Reading::plain(entry).is_empty() {
        faults.push(Fault::of(Code::Malformed));
    }
    faults
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lists(words: &[&str], allowed: &[&str]) -> WordLists {
        let owned = |entries: &[&str]| entries.iter().map(|&entry| entry.to_owned()).collect();
        WordLists { words: owned(words), allowed: owned(allowed) }
    }

    #[test]
    fn every_wrong_entry_is_named() {
        let long = "长".repeat(41);
        let wrong = lists(&["赌博", " ", "……", &long], &["\u{202E}", "禁赌博览"]);
        let found: Vec<_> = wrong.faults().into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        let expected = [
            ("/words/1", Code::TooShort),
            ("/words/2", Code::Malformed),
            ("/words/3", Code::TooLong),
            ("/allowed/0", Code::TooShort),
            ("/allowed/0", Code::ForbiddenCharacter),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(lists(&vec!["a"; MAX_WORDS + 1], &[]).faults()[0].code, Code::TooMany);
    }

    #[test]
    fn each_entry_is_kept_once_and_in_order() {
        assert_eq!(lists(&["乙", " 甲 ", "乙", "甲"], &["丙", "丙"]).tidy(), lists(&["乙", "甲"], &["丙"]));
    }
}

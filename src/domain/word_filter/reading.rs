//! A text as a reader takes it in who looks for words: its letters in one form, and what stands between them.

use std::ops::Range;

use super::letters::{flag_letter, is_unseen, letters, typed_for};

/// Over so many characters nobody reads one word.
const WIDEST_GAP: usize = 16;
/// So many letters of a word that is looked for behind digits and marks are typed as letters.
const FEWEST_TYPED: usize = 2;
/// From so many letters on a word is recognised though the marks of sentences part its letters.
const FEWEST_ACROSS_SENTENCES: usize = 3;

/// What stands before a letter, the strongest of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    /// Nothing that is seen.
    Nothing,
    /// Marks that part no words: `*`, `-`, `·`, pictures.
    Mark,
    /// White space.
    Space,
    /// What ends a sentence or part of one: `。`, `，`, `“`, a new line.
    Stop,
    /// More than any word bridges.
    Wide,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// `a` to `z`, written in words with white space between.
    Latin,
    /// `0` to `9`.
    Digit,
    /// Ideographs and all else.
    Other,
}

/// What was typed where a letter is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Typed {
    /// The letter, in whatever look.
    Letter,
    /// A digit that is read as a letter.
    Digit,
    /// A mark that is read as a letter.
    Mark,
}

#[derive(Clone, Copy, Debug)]
struct Letter {
    /// Where it begins in the reading's text, in bytes.
    start: usize,
    before: Gap,
    kind: Kind,
    typed: Typed,
}

/// The letters of a text.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    text: String,
    letters: Vec<Letter>,
}

impl Reading {
    /// Letters are letters, digits are digits, all else stands between.
    #[must_use]
    pub fn plain(text: &str) -> Self {
        Self::with(text, |_| None)
    }

    /// Digits and marks are read as the Latin letters for which they are typed on purpose, flags as their letters, and `l`
    /// as `i`, since both are strokes.
    #[must_use]
    pub(super) fn loose(text: &str) -> Self {
        let mut reading = Self::with(text, |character| {
            let typed = if character.is_alphanumeric() { Typed::Digit } else { Typed::Mark };
            let stand_in = typed_for(character).map(|letter| (letter, typed));
            stand_in.or_else(|| flag_letter(character).map(|letter| (letter, Typed::Letter)))
        });
        reading.text = reading.text.replace('l', "i");
        reading
    }

    fn with(text: &str, stand_in: impl Fn(char) -> Option<(char, Typed)>) -> Self {
        let mut reading = Self::default();
        let (mut before, mut width) = (Gap::Nothing, 0);
        for character in text.chars().filter(|character| !is_unseen(*character)) {
            let had = reading.letters.len();
            if let Some((letter, typed)) = stand_in(character) {
                reading.push(letter, before, typed);
            } else {
                for letter in letters(character) {
                    let (letter, typed) = stand_in(letter).unwrap_or((letter, Typed::Letter));
                    reading.push(letter, before, typed);
                    before = Gap::Nothing;
                }
            }
            if reading.letters.len() > had {
                (before, width) = (Gap::Nothing, 0);
            } else {
                width += 1;
                before = if width > WIDEST_GAP { Gap::Wide } else { before.max(gap(character)) };
            }
        }
        reading
    }

    fn push(&mut self, letter: char, before: Gap, typed: Typed) {
        let kind = match letter {
            'a'..='z' => Kind::Latin,
            '0'..='9' => Kind::Digit,
            _ => Kind::Other,
        };
        self.letters.push(Letter { start: self.text.len(), before, kind, typed });
        self.text.push(letter);
    }

    /// The letters alone.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether there is nothing to look for.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.letters.is_empty()
    }

    /// How many letters there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.letters.len()
    }

    /// Whether all of it is Latin letters that were typed as such.
    pub(super) fn is_latin(&self) -> bool {
        self.letters.iter().all(|letter| letter.kind == Kind::Latin && letter.typed == Typed::Letter)
    }

    /// The letters that lie in a range of the text's bytes.
    pub(super) fn letters_in(&self, bytes: Range<usize>) -> Range<usize> {
        let place = |byte| self.letters.partition_point(|letter| letter.start < byte);
        place(bytes.start)..place(bytes.end)
    }

    /// The places of the letters before which there is something, as in a phrase of several words.
    pub(super) fn breaks(&self) -> Vec<usize> {
        let places = self.letters.iter().enumerate().skip(1);
        places.filter(|(_, letter)| letter.before != Gap::Nothing).map(|(place, _)| place).collect()
    }

    /// Whether a reader takes some letters for one word, by what stands between them and beside them. At its `breaks` the
    /// word itself has something.
    pub(super) fn reads_as_word(&self, range: &Range<usize>, breaks: &[usize]) -> bool {
        let word = self.letters.get(range.clone()).unwrap_or_default();
        let Some((first, rest)) = word.split_first() else { return false };
        let is_spelled = !rest.is_empty() && rest.iter().all(|letter| letter.before != Gap::Nothing);
        let mut pairs = (1..).zip(word.iter().zip(rest));
        let flows = pairs.all(|(place, (left, right))| {
            let is_break = right.before != Gap::Wide && breaks.contains(&place);
            is_break || right.flows_from(*left, (is_spelled, word.len()))
        });
        let typed = word.iter().filter(|letter| letter.typed == Typed::Letter).count();
        let last = word.last().unwrap_or(first);
        // A mark beside a word is a mark.
        let beside = |place| self.letters.get(place).filter(|letter: &&Letter| letter.typed != Typed::Mark);
        let (before, after) = (range.start.checked_sub(1).and_then(beside), beside(range.end));
        flows
            && typed >= FEWEST_TYPED.min(word.len())
            && !before.is_some_and(|left| first.continues(*left, is_spelled))
            && !after.is_some_and(|right| right.continues(*last, is_spelled))
    }
}

impl Letter {
    /// Whether the letter and the one on its left belong to one word of so many letters, which may be spelled out with
    /// something between all of them.
    fn flows_from(self, left: Self, (is_spelled, length): (bool, usize)) -> bool {
        let (digits, latin) = (self.both(left, Kind::Digit), self.both(left, Kind::Latin));
        match self.before {
            Gap::Nothing => true,
            Gap::Mark => is_spelled || !digits,
            Gap::Space => is_spelled || !(digits || latin || self.is_mixed(left)),
            Gap::Stop => is_spelled && length >= FEWEST_ACROSS_SENTENCES,
            Gap::Wide => false,
        }
    }

    /// Whether the letter goes on with the Latin word or the number of which the one on its left is part. The parts of a
    /// number may have something between them, as in `2.64` and `138 8964 0000`.
    fn continues(self, left: Self, is_spelled: bool) -> bool {
        let is_near = self.before == Gap::Nothing;
        (is_near && self.both(left, Kind::Latin))
            || (self.both(left, Kind::Digit) && (is_near || (!is_spelled && self.before != Gap::Wide)))
    }

    fn both(self, other: Self, kind: Kind) -> bool {
        self.kind == kind && other.kind == kind
    }

    fn is_mixed(self, other: Self) -> bool {
        self.kind != other.kind && self.kind != Kind::Other && other.kind != Kind::Other
    }
}

/// What a character that is no letter does between letters.
fn gap(character: char) -> Gap {
    match character {
        '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}' | ',' | '!' | '?' | ';' | ':' | '(' | ')' | '"' | '，'
        | '。' | '！' | '？' | '；' | '：' | '、' | '…' | '（' | '）' | '｡' | '､' | '“' | '”' | '‘' | '’' | '「'
        | '」' | '『' | '』' | '《' | '》' => Gap::Stop,
        space if space.is_whitespace() => Gap::Space,
        _ => Gap::Mark,
    }
}

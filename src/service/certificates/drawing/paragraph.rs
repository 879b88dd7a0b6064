//! Where lines end: between any two Chinese characters, but not before a closing mark, after an opening one, or within a
//! word or number.

use std::ops::Range;

use super::typeset::Typeset;

/// A line of a paragraph: which clusters, and whether it is to fill the width.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The clusters, without white space at the ends.
    pub clusters: Range<usize>,
    /// Every line but the last is set to the full width.
    pub is_full: bool,
}

/// Breaks a text into lines of at most `width`, in the size of the type; the first line begins `indent` further in.
#[must_use]
pub fn lines(set: &Typeset, width: f32, indent: f32) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    let mut start = 0;
    while start < set.clusters.len() {
        let room = if lines.is_empty() { width - indent } else { width };
        let end = end_of_line(set, start, room);
        lines.push(Line { clusters: trimmed(set, start..end), is_full: end < set.clusters.len() });
        start = end;
    }
    lines
}

/// The last place at which the line may end; where there is none, as much as there is room for, at least one.
fn end_of_line(set: &Typeset, start: usize, room: f32) -> usize {
    let (mut used, mut fits) = (0.0, start);
    for cluster in set.clusters.iter().skip(start) {
        used += cluster.advance;
        // White space may hang over the end, and rounding is no reason to break.
        if used > room + 0.001 && !cluster.character.is_whitespace() {
            break;
        }
        fits += 1;
    }
    if fits == set.clusters.len() {
        return fits;
    }
    (start + 1..=fits).rev().find(|at| may_break(set, *at)).unwrap_or(fits.max(start + 1))
}

fn may_break(set: &Typeset, at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| set.clusters.get(before)).map(|cluster| cluster.character);
    let after = set.clusters.get(at).map(|cluster| cluster.character);
    let (Some(before), Some(after)) = (before, after) else { return true };
    let in_word = |character: char| character.is_ascii_graphic() || matches!(character, '\u{C0}'..='\u{24F}');
    let is_date = before.is_ascii_digit() && "年月日".contains(after);
    !(closes(after) || opens(before) || is_date || (in_word(before) && in_word(after)))
}

const fn closes(character: char) -> bool {
    matches!(
        character,
        '，' | '。'
            | '、'
            | '；'
            | '：'
            | '？'
            | '！'
            | '）'
            | '》'
            | '〉'
            | '」'
            | '』'
            | '】'
            | '〕'
            | '”'
            | '’'
            | '·'
            | '・'
            | '•'
            | '‧'
            | '…'
            | '—'
            | '％'
            | ' '
            | '　'
    )
}

const fn opens(character: char) -> bool {
    matches!(character, '（' | '《' | '〈' | '「' | '『' | '【' | '〔' | '“' | '‘' | '·' | '・' | '•' | '‧')
}

fn trimmed(set: &Typeset, range: Range<usize>) -> Range<usize> {
    let is_blank = |at: &usize| set.clusters.get(*at).is_some_and(|cluster| cluster.character.is_whitespace());
    let end = range.clone().rev().find(|at| !is_blank(at)).map_or(range.start, |last| last + 1);
    range.start..end
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::service::certificates::drawing::{faces::Face, typeset::typeset};

    fn broken(text: &str, width: f32, indent: f32) -> Vec<String> {
        let set = typeset(text, &[Face::own().unwrap().clone()]).unwrap();
        let part = |line: Line| {
            line.clusters.map(|at| set.text[set.clusters[at].range.clone()].to_owned()).collect::<String>()
        };
        lines(&set, width, indent).into_iter().map(part).collect()
    }

    #[test]
    fn lines_begin_and_end_where_they_may() {
        assert_eq!(broken("经群众推荐，组织核实", 5.0, 0.0), ["经群众推", "荐，组织核", "实"]);
        assert_eq!(broken("经群众推荐", 4.0, 2.0), ["经群", "众推荐"]);
        assert_eq!(broken("被评为“好人榜”", 3.5, 0.0), ["被评为", "“好人", "榜”"]);
        assert_eq!(broken("在2026年11月", 3.5, 0.0), ["在", "2026年", "11月"]);
        assert_eq!(broken("买买提·艾力", 4.0, 0.0), ["买买", "提·艾力"]);
        assert_eq!(broken("John Smith", 3.0, 0.0), ["John", "Smith"]);
        assert_eq!(broken("", 3.0, 0.0), [""; 0]);
    }

    #[test]
    fn what_cannot_be_broken_is_cut() {
        assert_eq!(broken("aaaaaaaa", 2.0, 0.0).concat(), "aaaaaaaa");
        assert_eq!(broken("好人", 0.1, 0.0), ["好", "人"]);
    }
}

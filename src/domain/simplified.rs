//! Traditional characters and their simplified forms, one by one: for comparing, never for showing. 發 and 髮 become one
//! character, so what is equal here need not be equal.

use std::sync::LazyLock;

const PAIRS: &str = include_str!("simplified/characters.txt");

/// The first and the last character whose forms are looked up by place: the ideographs of the basic plane.
const DENSE: std::ops::RangeInclusive<u32> = 0x3400..=0x9FFF;

struct Forms {
    /// By place in [`DENSE`].
    dense: Vec<char>,
    /// The others, in order.
    rare: Vec<(char, char)>,
}

static FORMS: LazyLock<Forms> = LazyLock::new(|| {
    let mut dense: Vec<char> = DENSE.filter_map(char::from_u32).collect();
    let mut rare = Vec::new();
    for (traditional, simplified) in pairs() {
        match place(traditional).and_then(|place| dense.get_mut(place)) {
            Some(form) => *form = simplified,
            None => rare.push((traditional, simplified)),
        }
    }
    Forms { dense, rare }
});

fn pairs() -> impl Iterator<Item = (char, char)> {
    let lines = PAIRS.lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).filter_map(|pair| {
        let mut characters = pair.chars();
        Some((characters.next()?, characters.next()?))
    })
}

fn place(character: char) -> Option<usize> {
    let point = u32::from(character);
    DENSE.contains(&point).then(|| usize::try_from(point - DENSE.start()).ok()).flatten()
}

/// The simplified form of a character; a character without one is its own.
#[must_use]
pub fn simplified(character: char) -> char {
    if character.is_ascii() {
        return character;
    }
    let forms = &*FORMS;
    if let Some(form) = place(character).and_then(|place| forms.dense.get(place)) {
        return *form;
    }
    let found = forms.rare.binary_search_by_key(&character, |(traditional, _)| *traditional).ok();
    found.and_then(|at| forms.rare.get(at)).map_or(character, |(_, simplified)| *simplified)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn traditional_characters_become_simplified() {
        let table = [
            ("張國榮", "张国荣"),
            ("劉備", "刘备"),
            ("頭髮發達", "头发发达"),
            ("葉赫那拉", "叶赫那拉"),
            ("张三 abc · é", "张三 abc · é"),
        ];
        for (traditional, expected) in table {
            assert_eq!(traditional.chars().map(simplified).collect::<String>(), expected, "{traditional}");
        }
    }

    #[test]
    fn every_pair_is_found_and_what_is_simplified_stays() {
        assert_eq!(pairs().count(), 4105);
        assert!(pairs().map(|(traditional, _)| traditional).is_sorted(), "the rare ones are searched by halves");
        for (traditional, form) in pairs() {
            assert_eq!(simplified(traditional), form, "{traditional}");
            assert_eq!(simplified(form), form, "{traditional}");
        }
    }
}

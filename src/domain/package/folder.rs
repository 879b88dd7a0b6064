//! Names of folders that people can read and every system can unpack: Windows, macOS and Linux forbid different things.

use std::collections::HashSet;

use unicode_normalization::UnicodeNormalization as _;

use crate::domain::photo::PhotoType;

/// Most characters of the category, the unit and the name. Together with a number they stay below 255 bytes, which is what
/// Linux allows, even if each character takes four; and short enough for Windows, which counts the whole path.
const MOST: [usize; 3] = [12, 24, 16];
/// What stands for a part of which nothing is left.
const NAMELESS: &str = "未命名";

/// The folder of each candidate, `类别+单位+姓名`, in their order. Where two would be one on some system, the later gets a number.
#[must_use]
pub fn folder_names(candidates: &[[&str; 3]]) -> Vec<String> {
    let mut taken = HashSet::new();
    let mut names = Vec::with_capacity(candidates.len());
    for parts in candidates {
        let parts: Vec<String> = parts.iter().zip(MOST).map(|(part, most)| safe(part, most)).collect();
        let plain = parts.join("+");
        let mut name = plain.clone();
        let mut number = 2_u32;
        while !taken.insert(folded(&name)) {
            name = format!("{plain}-{number}");
            number = number.saturating_add(1);
        }
        names.push(name);
    }
    names
}

/// The name of a candidate's photo; `number` counts from 1.
#[must_use]
pub fn photo_name(number: usize, kind: PhotoType) -> String {
    let ending = match kind {
        PhotoType::Jpeg => "jpg",
        PhotoType::Png => "png",
    };
    format!("照片{number}.{ending}")
}

/// By which names are compared: systems take letters of another case, or composed in another way, for the same.
fn folded(name: &str) -> String {
    name.nfkc().flat_map(char::to_lowercase).nfkc().collect()
}

/// What is forbidden somewhere becomes its full-width likeness, what cannot be seen goes. With every full stop made full-width no
/// part can end in one, be hidden, or be the name of a device of Windows; the `+` keeps parts apart.
fn safe(part: &str, most: usize) -> String {
    let seen = part.nfc().filter_map(|character| match character {
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' | '+' | '.' | '%' | '$' | '`' | '~' | '\'' => {
            char::from_u32(u32::from(character) + 0xFEE0)
        }
        _ if character.is_whitespace() => Some(' '),
        _ if character.is_control() || is_unseen(character) => None,
        _ => Some(character),
    });
    let name: String = seen.collect();
    let name: String = name.split(' ').filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    let name: String = name.chars().take(most).collect();
    let name = name.trim_end();
    if name.is_empty() { NAMELESS.to_owned() } else { name.to_owned() }
}

/// Marks of direction, joiners, variation selectors, private and unassigned characters at the ends of the planes.
const fn is_unseen(character: char) -> bool {
    matches!(
        character,
        '\u{AD}'
            | '\u{61C}'
            | '\u{180E}'
            | '\u{200B}'..='\u{200F}'
            | '\u{202A}'..='\u{202E}'
            | '\u{2060}'..='\u{206F}'
            | '\u{E000}'..='\u{F8FF}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF0}'..='\u{FFFF}'
            | '\u{E0000}'..='\u{10FFFF}'
    )
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn names_are_readable_and_equals_are_numbered() {
        let one = ["敬业奉献", "江汉区政务服务中心", "王小明"];
        let names =
            folder_names(&[one, one, ["孝老爱亲", "A/B: \"C\".", " \u{202e}阿·凡提 "], ["CON.x", "", "..."], one]);
        assert_eq!(
            names,
            [
                "敬业奉献+江汉区政务服务中心+王小明",
                "敬业奉献+江汉区政务服务中心+王小明-2",
                "孝老爱亲+A／B： ＂C＂．+阿·凡提",
                "CON．x+未命名+．．．",
                "敬业奉献+江汉区政务服务中心+王小明-3",
            ]
        );
        assert_eq!(folder_names(&[["a", "b", "É"], ["A", "B", "e\u{301}"]]), ["a+b+É", "A+B+é-2"]);
    }

    #[test]
    fn photos_are_numbered() {
        assert_eq!(
            (photo_name(1, PhotoType::Jpeg).as_str(), photo_name(2, PhotoType::Png).as_str()),
            ("照片1.jpg", "照片2.png")
        );
    }

    proptest! {
        #[test]
        fn every_name_is_one_folder_everywhere(candidates in proptest::collection::vec([".{0,40}", ".{0,40}", ".{0,40}"], 1..12)) {
            let borrowed: Vec<[&str; 3]> =
                candidates.iter().map(|[one, two, three]| [one.as_str(), two.as_str(), three.as_str()]).collect();
            let names = folder_names(&borrowed);
            let mut seen = HashSet::new();
            for name in &names {
                prop_assert!(name.len() <= 255 && name.encode_utf16().count() <= 120, "{}", name);
                prop_assert!(!name.contains(['<', '>', ':', '"', '/', '\\', '|', '?', '*', '.', '\0', '\u{7f}']), "{}", name);
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert!(!name.starts_with(' ') && !name.ends_with(' '), "{:?}", name);
                prop_assert!(name.split('+').count() == 3, "{}", name);
                prop_assert!(seen.insert(folded(name)), "{} is there twice", name);
            }
        }
    }
}

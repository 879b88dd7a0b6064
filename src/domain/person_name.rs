//! Names of people and groups: what they may be, and how they are shown where a name is not public.

use super::{
    fault::{Code, Fault},
    text,
};

/// The longest name of a person or group, in characters.
pub const MAX_CHARS: usize = 100;

/// Surnames of two characters, which a mask keeps whole.
const COMPOUND_SURNAMES: &[&str] = &[
    "欧阳", "太史", "端木", "上官", "司马", "东方", "独孤", "南宫", "万俟", "闻人", "夏侯", "诸葛", "尉迟", "公羊",
    "赫连", "澹台", "皇甫", "宗政", "濮阳", "公冶", "太叔", "申屠", "公孙", "慕容", "仲孙", "钟离", "长孙", "宇文",
    "司徒", "鲜于", "司空", "闾丘", "令狐", "轩辕", "呼延", "淳于", "单于", "百里", "东郭", "南门", "西门", "拓跋",
    "歌舒", "司寇",
];

/// Checks a name: a line of at most [`MAX_CHARS`] characters with at least one letter in it.
/// The faults' pointers are empty; put them under the field's.
#[must_use]
pub fn check(name: &str) -> Vec<Fault> {
    let mut faults = text::line(name, MAX_CHARS);
    if faults.is_empty() && !name.chars().any(|it| it.is_alphabetic() || text::is_han(it)) {
        faults.push(Fault::of(Code::Malformed));
    }
    faults
}

/// The name where it is not public: the surname (or first character) and asterisks, `张*`, `欧阳**`.
/// At most two asterisks, so that the length tells nothing.
#[must_use]
pub fn masked(name: &str) -> String {
    let name = name.trim();
    let compound = COMPOUND_SURNAMES.iter().find(|surname| name.starts_with(**surname) && name.len() > surname.len());
    let kept = match compound {
        Some(surname) => (*surname).to_owned(),
        None => first_character(name),
    };
    let hidden = name.chars().count().saturating_sub(kept.chars().count());
    format!("{kept}{}", "*".repeat(hidden.clamp(1, 2)))
}

/// The first character with the variation selectors that belong to it.
fn first_character(name: &str) -> String {
    let mut characters = name.chars();
    let mut kept: String = characters.by_ref().take(1).collect();
    kept.extend(characters.take_while(|it| text::is_selector(*it)));
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_all_peoples_are_accepted() {
        for name in [
            "张三",
            "𬭎㛃",
            "\u{33479}",
            "阿卜杜拉·艾力",
            "扎西 顿珠",
            "བཀྲ་ཤིས",
            "ئابدۇللا",
            "John O’Neill",
            "汉口“橙色”救援队（三组）",
        ] {
            assert_eq!(check(name), [], "{name}");
        }
    }

    #[test]
    fn what_is_no_name_is_refused() {
        assert_eq!(check("12345"), [Fault::of(Code::Malformed)]);
        assert_eq!(check("…"), [Fault::of(Code::Malformed)]);
        assert_eq!(check("").len(), 1);
        assert_eq!(check(&"张".repeat(101)), [Fault::of(Code::TooLong).with("limit", 100).with("actual", 101)]);
        assert_eq!(check(&"张".repeat(100)), []);
    }

    #[test]
    fn a_mask_keeps_the_surname() {
        let table = [
            ("张三", "张*"),
            ("王小明", "王**"),
            ("欧阳娜娜", "欧阳**"),
            ("欧阳修", "欧阳*"),
            ("欧阳", "欧*"),
            ("阿卜杜拉·艾力", "阿**"),
            ("葛\u{E0100}城", "葛\u{E0100}*"),
            ("张", "张*"),
        ];
        for (name, expected) in table {
            assert_eq!(masked(name), expected, "{name}");
        }
    }
}

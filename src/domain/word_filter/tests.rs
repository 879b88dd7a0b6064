use proptest::prelude::*;
use rstest::rstest;

use super::*;

const TEXTS: &str = include_str!("texts.txt");
const WORDS: &[&str] = &[
    "赌博",
    "裸聊",
    "代开发票",
    "刷票",
    "骗子",
    "六合彩",
    "高利贷",
    "办证",
    "加微信",
    "色情",
    "傻瓜",
    "毒品",
    "民间借贷",
    "水军",
    "idiot",
    "casino",
    "scam",
    "ass",
    "sb",
    "damn",
    "QQ群",
    "vx",
    "8899",
    "buy now",
];
const ALLOWED: &[&str] = &["反赌博", "禁毒品牌", "办证明", "办证书", "洪水军民", "识破骗子"];

fn filter(words: &[&str], allowed: &[&str]) -> WordFilter {
    let owned = |entries: &[&str]| entries.iter().map(|&entry| entry.to_owned()).collect();
    WordFilter::new(&WordLists { words: owned(words), allowed: owned(allowed) }).unwrap()
}

/// A text with its escapes resolved.
fn unescaped(text: &str) -> String {
    let mut plain = text.replace("\\n", "\n").replace("\\t", "\t");
    while let Some(start) = plain.find("\\u{") {
        let end = start + plain[start..].find('}').unwrap();
        let character = u32::from_str_radix(&plain[start + 3..end], 16).ok().and_then(char::from_u32).unwrap();
        plain.replace_range(start..=end, &character.to_string());
    }
    plain
}

#[test]
fn evasions_are_held_and_ordinary_sentences_are_not() {
    let filter = filter(WORDS, ALLOWED);
    let (mut held, mut clean, mut wrong) = (0, 0, Vec::new());
    for line in TEXTS.lines().filter(|line| !line.starts_with('#')) {
        let (expected, text) = line.split_once('\t').unwrap();
        let mut expected: Vec<String> = expected.split_whitespace().map(|word| word.replace('_', " ")).collect();
        let mut found = filter.find(&unescaped(text));
        expected.sort();
        found.sort();
        if found != expected {
            wrong.push(format!("{text}: {found:?}, not {expected:?}"));
        }
        if expected.is_empty() { clean += 1 } else { held += 1 }
    }
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), held + clean, wrong.join("\n"));
    assert!(held >= 100 && clean >= 25, "{held} and {clean} texts are too few to say anything");
}

#[rstest]
#[case(&["刷票"], &["刷票"], "刷票")]
#[case(&["刷票", "刷票机"], &["刷票"], "刷票机")]
#[case(&["刷票机"], &["印刷票据"], "印刷票机")]
fn an_allowed_phrase_covers_the_words_within_it(#[case] words: &[&str], #[case] allowed: &[&str], #[case] text: &str) {
    let expected: Vec<&str> = words.iter().copied().filter(|word| *word == "刷票机").collect();
    assert_eq!(filter(words, allowed).find(text), expected);
}

#[test]
fn words_are_named_as_the_list_writes_them_each_once_and_not_without_end() {
    assert_eq!(filter(&["ＱＱ 群"], &[]).find("qq群，QQ群"), ["ＱＱ 群"]);
    assert_eq!(filter(&["賭博", "赌博"], &[]).find("赌博"), ["賭博"]);
    let many: Vec<String> = ('\u{4E00}'..'\u{4E80}').map(String::from).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    assert_eq!(filter(&many, &[]).find(&many.concat()).len(), WORDS_NAMED);
    assert!(filter(&[], &[]).find("随便什么").is_empty());
    assert!(filter(&["……", ""], &[""]).find("……").is_empty());
}

#[test]
fn a_word_is_not_read_over_a_wide_gap() {
    let filter = filter(&["赌博"], &[]);
    assert_eq!(filter.find(&format!("赌{}博", ".".repeat(16))).len(), 1);
    assert_eq!(filter.find(&format!("赌{}博", ".".repeat(17))).len(), 0);
}

proptest! {
    /// Whatever is strewn between the letters of a word that is not seen, and whatever stands around it, it is found.
    #[test]
    fn what_is_not_seen_hides_nothing(before in "[好人 。a-c]{0,20}", after in "[好人 。a-c]{0,20}", unseen in "[\u{200B}-\u{200D}\u{FE0F}\u{AD}\u{301}]{0,8}") {
        let text = format!("{before}赌{unseen}博{after}");
        prop_assert_eq!(filter(&["赌博"], &[]).find(&text), vec!["赌博"]);
    }

    /// Any text can be looked at, and what is found are words of the list.
    #[test]
    fn no_text_is_too_strange(text in any::<String>(), words in prop::collection::vec(".{1,6}", 0..8)) {
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        for found in filter(&words, &[]).find(&text) {
            prop_assert!(words.contains(&found.as_str()));
        }
    }
}

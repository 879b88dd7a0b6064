use proptest::prelude::*;
use unicode_general_category::{GeneralCategory, get_general_category};

use super::*;

fn codes(faults: &[Fault]) -> Vec<Code> {
    faults.iter().map(|fault| fault.code).collect()
}

#[test]
fn what_people_write_is_accepted() {
    for text in
        ["张三", "𬭎", "㛃", "𠀀𫝀㐀", "阿卜杜拉·艾力", "买买提•吐尔逊", "那‧仁", "O'Brien-Smith", "葛\u{E0100}城"]
    {
        assert_eq!(line(text, 20), [], "{text}");
    }
    for emoji in ["👨‍👩‍👧‍👦", "❤️", "🏳️‍🌈", "👍🏽", "👩🏽‍🚒", "1️⃣", "⚕︎", "🏴\u{E0067}\u{E0062}\u{E0073}\u{E0063}\u{E0074}\u{E007F}"]
    {
        assert_eq!(line(emoji, 20), [], "{emoji}");
    }
    assert_eq!(line("ᠮᠣᠩᠭᠣᠯ\u{180B}", 20), []);
    assert_eq!(line("\u{31350}\u{323AF}\u{33479}", 20), []);
    assert_eq!(paragraphs("第一段\r\n\t第二段\n\n第三段", 20), []);
}

#[test]
fn what_hides_or_reorders_is_refused() {
    let refused = [
        "张\u{0}三",
        "张\n三",
        "张\t三",
        "张\u{7F}三",
        "张\u{85}三",
        "a\u{202E}b",
        "a\u{2066}b",
        "a\u{200E}b",
        "a\u{061C}b",
        "张\u{200B}三",
        "张\u{200C}三",
        "张\u{200D}三",
        "张\u{2060}三",
        "张\u{FEFF}三",
        "张\u{AD}三",
        "张\u{E000}三",
        "张\u{F0000}三",
        "张\u{10FFFD}三",
        "张\u{FFFE}三",
        "张\u{1FFFF}三",
        "张\u{FDD0}三",
        "张\u{2028}三",
        "张\u{E0041}三",
        "张 \u{FE0F}三",
        "张\u{FE0F}三",
        "张\u{180B}三",
        "a\u{E0100}",
        "1\u{FE0F}",
        "👍\u{200D}",
        "👍\u{200D}三",
        "∑\u{200D}∑",
        "👍\u{FE0F}\u{FE0F}",
        "\u{FE0F}",
        "张\u{FFF0}三",
        "张\u{13430}三",
    ];
    for text in refused {
        assert_eq!(codes(&line(text, 20)), [Code::ForbiddenCharacter], "{text:?}");
    }
    assert_eq!(codes(&paragraphs("第一段\u{B}第二段", 20)), [Code::ForbiddenCharacter]);
}

#[test]
fn a_forbidden_character_is_named_with_its_place() {
    let faults = line("张\u{202E}三\u{200B}\u{202E}", 20);
    let expected = [("U+202E", 1), ("U+200B", 3)].map(|(character, position)| {
        Fault::of(Code::ForbiddenCharacter).with("character", character).with("position", position)
    });
    assert_eq!(faults, expected);
}

#[test]
fn length_counts_characters_not_bytes() {
    assert_eq!(line("𬭎㛃张", 3), []);
    assert_eq!(line("  𬭎㛃张\u{3000}", 3), []);
    assert_eq!(line("𬭎㛃张三", 3), [Fault::of(Code::TooLong).with("limit", 3).with("actual", 4)]);
    for blank in ["", " ", "\u{3000}", "\u{A0}", "\u{2800}", "\t\n"] {
        assert_eq!(line(blank, 3), [Fault::of(Code::TooShort).with("minimum", 1).with("actual", 0)], "{blank:?}");
    }
}

#[test]
fn all_faults_of_a_text_are_reported() {
    assert_eq!(
        codes(&line("\u{200B}\u{202E}", 1)),
        [Code::TooShort, Code::TooLong, Code::ForbiddenCharacter, Code::ForbiddenCharacter]
    );
}

#[test]
fn what_is_kept_is_what_was_typed_in_composed_form() {
    assert_eq!(tidy_line(" 凞\u{F900} "), "凞\u{F900}");
    assert_eq!(tidy_line("Ange\u{301}lique\u{F900}e\u{301}"), "Ang\u{E9}lique\u{F900}\u{E9}");
    assert_eq!(tidy_line("\u{2F800}\u{FA11}\u{1112}\u{1161}\u{11AB}"), "\u{2F800}\u{FA11}한");
    assert_eq!(tidy_line("葛\u{E0100}城"), "葛\u{E0100}城");
    assert_eq!(tidy_paragraphs("一\r\n二\r三\n"), "一\n二\n三");
}

#[test]
fn folding_makes_spellings_equal() {
    let pairs = [
        ("ＡＢＣ　１２", "abc 12"),
        ("阿里•木", "阿里·木"),
        ("\u{F900}", "豈"),
        ("e\u{301}", "é"),
        ("İ", "i\u{307}"),
        ("葛\u{E0100}城", "葛城"),
    ];
    for (one, other) in pairs {
        assert_eq!(fold(one), fold(other), "{one} {other}");
    }
    assert_eq!(fold(&fold("Ｓtraße ﬁ Ǆ")), fold("Ｓtraße ﬁ Ǆ"));
}

/// Signs that stand before and around numbers in several scripts; they are seen, although Unicode calls them formats.
const SEEN: [char; 13] = [
    '\u{600}',
    '\u{601}',
    '\u{602}',
    '\u{603}',
    '\u{604}',
    '\u{605}',
    '\u{6DD}',
    '\u{70F}',
    '\u{890}',
    '\u{891}',
    '\u{8E2}',
    '\u{110BD}',
    '\u{110CD}',
];

/// The classes of which every character is refused.
const REFUSED_CLASSES: [GeneralCategory; 3] =
    [GeneralCategory::PrivateUse, GeneralCategory::LineSeparator, GeneralCategory::ParagraphSeparator];

/// Every character there is, by itself between two others: its class decides.
#[test]
fn every_character_by_its_class() {
    let mut wrong = Vec::new();
    for character in '\u{0}'..=char::MAX {
        let refused = !paragraphs(&format!("张{character}三"), 3).is_empty();
        let class = get_general_category(character);
        let expected = if class == GeneralCategory::Control {
            !matches!(character, '\n' | '\r' | '\t')
        } else if class == GeneralCategory::Format {
            !SEEN.contains(&character)
        } else if REFUSED_CLASSES.contains(&class) {
            true
        } else {
            continue;
        };
        if refused != expected {
            wrong.push(format!("U+{:04X}", u32::from(character)));
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn no_letter_number_or_ideograph_is_refused() {
    let invisible = ['\u{115F}', '\u{1160}', '\u{3164}', '\u{FFA0}'];
    let is_written = |character: &char| character.is_alphanumeric() || ('\u{20000}'..='\u{2FFFD}').contains(character);
    for character in ('\u{0}'..=char::MAX).filter(is_written).filter(|it| !invisible.contains(it)) {
        assert_eq!(line(&format!("张{character}三"), 6), [], "U+{:04X}", u32::from(character));
    }
}

/// Texts with much of what is hard: marks, selectors, joiners, tags, compatibility forms, rare characters.
fn texts() -> impl Strategy<Value = String> {
    let hard = prop::sample::select(
        "张三e\u{301}\u{323}\u{F900}\u{2F800}\u{FE0F}\u{200D}\u{E0100}\u{180B}👍❤🏴\u{E0067}\u{E007F}ㅎ\u{1112}\u{1161}\u{11AB}𬭎·1\u{20E3}\u{202E}\u{212B} \n"
            .chars()
            .collect::<Vec<_>>(),
    );
    prop::collection::vec(prop_oneof![3 => hard, 1 => any::<char>()], 0..40)
        .prop_map(|chars| chars.into_iter().collect())
}

proptest! {
    #[test]
    fn composing_twice_changes_nothing(text in texts()) {
        let once = compose(&text);
        prop_assert_eq!(&compose(&once), &once);
        prop_assert_eq!(once.nfd().collect::<String>(), text.nfd().collect::<String>());
        let kept = |text: &str| text.chars().filter(|it| is_compatibility_ideograph(*it)).collect::<String>();
        prop_assert_eq!(kept(&once), kept(&text));
    }

    #[test]
    fn what_is_kept_is_accepted_as_what_was_sent(text in texts()) {
        let (one, more) = (tidy_line(&text), tidy_paragraphs(&text));
        prop_assert_eq!(&tidy_line(&one), &one);
        prop_assert_eq!(&tidy_paragraphs(&more), &more);
        prop_assert_eq!(line(&one, 20), line(&text, 20));
        prop_assert_eq!(paragraphs(&more, 20), paragraphs(&text, 20));
    }

    #[test]
    fn folding_twice_changes_nothing_and_spelling_does_not_matter(text in texts()) {
        prop_assert_eq!(fold(&fold(&text)), fold(&text));
        prop_assert_eq!(fold(&compose(&text)), fold(&text));
    }

    #[test]
    fn any_text_is_counted(text in any::<String>()) {
        prop_assert!(crate::domain::word_count::count(&text) <= text.chars().count());
    }
}

//! The one form that all looks of a letter have: width, case, accents, circles and boxes, traditional and simplified, and
//! the letters of other scripts that are taken for a Latin letter or an ideograph. For looking up words, never for showing.

use std::{collections::HashMap, sync::LazyLock};

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

use crate::domain::{
    simplified::simplified,
    text::{is_control, is_invisible, is_selector},
};

/// Whether a character is not seen, and so neither part of a word nor between its parts.
pub(super) fn is_unseen(character: char) -> bool {
    let is_tag = matches!(character, '\u{E0000}'..='\u{E0FFF}');
    let breaks = matches!(character, '\n' | '\r' | '\t' | '\u{85}' | '\u{2028}' | '\u{2029}');
    is_invisible(character)
        || is_selector(character)
        || is_tag
        || is_combining_mark(character)
        || (is_control(character) && !breaks)
}

/// The letters and digits that a character stands for; none where it stands between words.
pub(super) fn letters(character: char) -> impl Iterator<Item = char> {
    let boxed = boxed(character);
    let plain = std::iter::once(boxed.unwrap_or(character)).nfkd();
    plain.filter(|part| !is_combining_mark(*part)).flat_map(one).filter(|letter| is_letter(*letter))
}

fn one(character: char) -> impl Iterator<Item = char> {
    let capital = twin_of_capital(character);
    let lower = capital.unwrap_or(character).to_lowercase();
    // A capital may become a letter with a mark, as the Turkish dotted one does.
    lower.filter(|part| !is_combining_mark(*part)).map(|letter| simplified(twin(letter)))
}

/// Ideographs that are single strokes, and the mark that lengthens Japanese vowels, are drawn between letters to part them.
fn is_letter(character: char) -> bool {
    character.is_alphanumeric() && !matches!(character, '丨' | '丶' | '丿' | '亅' | 'ー' | 'ㄧ' | '〡')
}

/// A letter or digit in a dark circle or box, which no compatibility form tells of.
fn boxed(character: char) -> Option<char> {
    let letter = |from: char| char::from_u32(u32::from(character) - u32::from(from) + u32::from('a'));
    let digit = |from: char| char::from_u32(u32::from(character) - u32::from(from) + u32::from('1'));
    match character {
        '🅐'..='🅩' => letter('🅐'),
        '🅰'..='🆉' => letter('🅰'),
        '❶'..='❾' => digit('❶'),
        '➀'..='➈' => digit('➀'),
        '➊'..='➒' => digit('➊'),
        '⓵'..='⓽' => digit('⓵'),
        '⓿' | '🄋' | '🄌' => Some('0'),
        _ => None,
    }
}

/// The letter of a flag: two of them are one.
pub(super) fn flag_letter(character: char) -> Option<char> {
    let place = u32::from(character).checked_sub(0x1F1E6).filter(|place| *place < 26)?;
    char::from_u32(u32::from('a') + place)
}

/// Greek capitals that look like another Latin letter than their small forms do.
const fn twin_of_capital(character: char) -> Option<char> {
    Some(match character {
        'Η' => 'h',
        'Μ' => 'm',
        'Ν' => 'n',
        'Υ' => 'y',
        _ => return None,
    })
}

/// Small letters that are taken for a Latin letter or a digit: Cyrillic, Greek, Armenian, Cherokee, those of phonetic
/// alphabets, small capitals and letters with a bar.
#[rustfmt::skip]
const LATIN_TWINS: &[(char, &str)] = &[
    ('3', "з"), ('6', "б"), ('a', "аαꭺɑᴀ"), ('b', "вьβᏼʙƀ"), ('c', "сϲςꮯᴄƈ"), ('d', "ԁδꭰᴅđɖ"), ('e', "еҽєεꭼᴇɛǝ"),
    ('f', "ꜰƒ"), ('g', "ԍցɡɢ"), ('h', "нһհꮋʜħɦ"), ('i', "іӏιıɪɩɨ"), ('j', "јϳꭻȷᴊ"), ('k', "кқκꮶᴋƙ"),
    ('l', "ꮮʟłɭ"), ('m', "мꮇᴍɱ"), ('n', "пηոɴɲŋ"), ('o', "оοσօᴏøɵ"), ('p', "рρꮲᴘƥ"), ('q', "ԛꞯʠ"), ('r', "гʀɾ"),
    ('s', "ѕꮪꜱʂ"), ('t', "тτꭲᴛŧƭ"), ('u', "цџμυսᴜʋ"), ('v', "ѵνꮩᴠⱱ"), ('w', "ԝшωꮃᴡɯ"), ('x', "хҳχ"),
    ('y', "уүұγʏƴ"), ('z', "ζꮓᴢƶ"),
];

/// What is taken for an ideograph: Japanese letters, and the radicals that no compatibility form tells of. (Those of the
/// Kangxi block have one.)
#[rustfmt::skip]
const HAN_TWINS: &[(char, &str)] = &[
    ('力', "カヵ"), ('口', "ロ囗"), ('工', "エェ"), ('二', "ニ"), ('八', "ハ"), ('夕', "タ"), ('卜', "ト"),
    ('才', "オ"), ('千', "チ"), ('匕', "ヒ"), ('厶', "ム"), ('丿', "ノ"), ('兀', "⺎"), ('小', "⺌⺍"), ('巳', "⺒"),
    ('幺', "⺓"), ('月', "⺝⺼"), ('民', "⺠"), ('牛', "⺧"), ('王', "⺩"), ('竹', "⺮"), ('羊', "⺶⺷⺸"),
    ('虎', "⻁"), ('西', "⻄⻃"), ('见', "⻅"), ('角', "⻆⻇"), ('贝', "⻉"), ('车', "⻋"), ('长', "⻑⻒⻓"),
    ('门', "⻔"), ('雨', "⻗"), ('青', "⻘"), ('韦', "⻙"), ('页', "⻚"), ('风', "⻛"), ('飞', "⻜"), ('食', "⻝⻞⻟"),
    ('马', "⻢"), ('骨', "⻣"), ('鬼', "⻤"), ('鱼', "⻥"), ('鸟', "⻦"), ('卤', "⻧"), ('麦', "⻨"), ('黄', "⻩"),
    ('黾', "⻪"), ('齐', "⻬⻫"), ('齿', "⻭⻮"), ('龙', "⻯⻰"), ('龟', "⻱⻲"),
];

static TWINS: LazyLock<HashMap<char, char>> = LazyLock::new(|| {
    let all = LATIN_TWINS.iter().chain(HAN_TWINS);
    all.flat_map(|(letter, twins)| twins.chars().map(move |twin| (twin, *letter))).collect()
});

/// The Latin letter, digit or ideograph that a small letter is taken for.
fn twin(letter: char) -> char {
    if letter.is_ascii() { letter } else { TWINS.get(&letter).copied().unwrap_or(letter) }
}

/// The Latin letter for which a digit or mark is typed on purpose, and `i` for all letters that are a mere stroke.
pub(super) const fn typed_for(character: char) -> Option<char> {
    Some(match character {
        '0' => 'o',
        '1' | '!' | '|' | '¡' | '！' | '｜' => 'i',
        '3' | '€' => 'e',
        '4' | '@' | '＠' => 'a',
        '5' | '$' | '＄' => 's',
        '7' | '+' | '＋' => 't',
        '8' => 'b',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_look_has_the_same_form() {
        let table = [
            ("ＡａÀ𝓐Ⓐ🄰🅐🅰⒜ɑаα", "aaaaaaaaaaaa"),
            ("１①➊❶⑴➀⓵", "1111111"),
            ("㊀㈠⼀一", "一一一一"),
            ("發髮发", "发发发"),
            ("⻋⻓⺠カロ㋕囗", "车长民力口力口"),
            ("ＭΜμНнΗη", "mmuhhhn"),
            ("é\u{301}ガİ", "e力i"),
            ("。 丨·ー丶🎲", ""),
        ];
        for (text, expected) in table {
            let seen = text.chars().filter(|character| !is_unseen(*character));
            assert_eq!(seen.flat_map(letters).collect::<String>(), expected, "{text}");
        }
    }

    #[test]
    fn what_is_not_seen_is_nothing() {
        for unseen in
            ['\u{200B}', '\u{200D}', '\u{FE0F}', '\u{E0100}', '\u{AD}', '\u{301}', '\u{20E3}', '\u{3164}', '\u{7}']
        {
            assert!(is_unseen(unseen), "{unseen:?}");
        }
        for seen in ['a', '好', ' ', '\n', '·', '👍', '\u{3000}'] {
            assert!(!is_unseen(seen), "{seen:?}");
        }
        assert_eq!(['🇦', '🇿', 'a', '🎲'].map(flag_letter), [Some('a'), Some('z'), None, None]);
    }
}

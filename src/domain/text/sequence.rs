//! The sequences in which a character that is invisible by itself is at home: emoji of several parts, the forms of an
//! ideograph, the forms of a Mongolian letter. Anywhere else such a character hides something.

/// Most letters and digits that the tags of a regional flag spell, as in `gbsct`.
const FLAG_MAX_CHARS: usize = 6;
const JOINER: char = '\u{200D}';
const KEYCAP: char = '\u{20E3}';
const BLACK_FLAG: char = '🏴';
const TAG_END: char = '\u{E007F}';

/// Whether a character is only ever a part of a sequence: joiner, variation selectors, tags.
pub(super) const fn is_part(character: char) -> bool {
    super::is_selector(character) || character == JOINER || is_tag(character) || character == TAG_END
}

/// Whether the part of a sequence that stands at a place belongs there.
pub(super) fn belongs(chars: &[char], at: usize) -> bool {
    let Some(&character) = chars.get(at) else { return false };
    let before = at.checked_sub(1).and_then(|before| chars.get(before)).copied();
    let after = chars.get(at + 1).copied();
    match character {
        JOINER => before.is_some_and(|it| is_pictograph(it) || ends_emoji(it)) && after.is_some_and(is_pictograph),
        // Text or picture: `❤️`, and the keycaps `1️⃣`.
        '\u{FE0E}' | '\u{FE0F}' => match before {
            Some('0'..='9' | '#' | '*') => after == Some(KEYCAP),
            other => other.is_some_and(is_pictograph),
        },
        '\u{FE00}'..='\u{FE0D}' | '\u{E0100}'..='\u{E01EF}' => before.is_some_and(super::is_han),
        '\u{180B}'..='\u{180D}' | '\u{180F}' => {
            before.is_some_and(|it| matches!(it, '\u{1807}' | '\u{1820}'..='\u{18AA}'))
        }
        tag if is_tag(tag) || tag == TAG_END => is_in_flag(chars, at),
        _ => false,
    }
}

const fn ends_emoji(character: char) -> bool {
    matches!(character, '\u{FE0F}' | TAG_END)
}

const fn is_tag(character: char) -> bool {
    matches!(character, '\u{E0020}'..='\u{E007E}')
}

/// Whether the tag at a place is one of a flag's: a black flag, three to six lower-case letters and digits as tags, and the
/// end.
fn is_in_flag(chars: &[char], at: usize) -> bool {
    let Some(start) = chars.iter().take(at).rposition(|it| *it == BLACK_FLAG) else { return false };
    let tags: Vec<char> =
        chars.iter().skip(start + 1).take_while(|it| is_tag(**it)).copied().take(FLAG_MAX_CHARS + 1).collect();
    let spelled = tags.iter().all(|tag| matches!(tag, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}'));
    let end = start + 1 + tags.len();
    at <= end && spelled && (3..=FLAG_MAX_CHARS).contains(&tags.len()) && chars.get(end) == Some(&TAG_END)
}

/// What can be a part of an emoji (`Extended_Pictographic`, the skin tones and the regional indicators).
#[rustfmt::skip]
const fn is_pictograph(character: char) -> bool {
    matches!(character,
        '©' | '®' | '‼' | '⁉' | '™' | 'ℹ' | '\u{2194}'..='\u{2199}' | '↩' | '↪' | '⌚' | '⌛' | '⌨' | '⏏'
        | '\u{23E9}'..='\u{23F3}' | '\u{23F8}'..='\u{23FA}' | 'Ⓜ' | '▪' | '▫' | '▶' | '◀' | '\u{25FB}'..='\u{25FE}'
        | '\u{2600}'..='\u{2604}' | '☎' | '☑' | '☔' | '☕' | '☘' | '☝' | '☠' | '☢' | '☣' | '☦' | '☪' | '☮' | '☯'
        | '\u{2638}'..='\u{263A}' | '♀' | '♂' | '\u{2648}'..='\u{2653}' | '♟' | '♠' | '♣' | '♥' | '♦' | '♨' | '♻' | '♾'
        | '♿' | '\u{2692}'..='\u{2697}' | '⚙' | '⚛' | '⚜' | '⚠' | '⚡' | '⚧' | '⚪' | '⚫' | '⚰' | '⚱' | '⚽' | '⚾' | '⛄'
        | '⛅' | '⛈' | '⛎' | '⛏' | '⛑' | '⛓' | '⛔' | '⛩' | '⛪' | '\u{26F0}'..='\u{26F5}' | '\u{26F7}'..='\u{26FA}' | '⛽'
        | '✂' | '✅' | '\u{2708}'..='\u{270D}' | '✏' | '✒' | '✔' | '✖' | '✝' | '✡' | '✨' | '✳' | '✴' | '❄' | '❇' | '❌'
        | '❎' | '\u{2753}'..='\u{2755}' | '❗' | '❣' | '❤' | '\u{2795}'..='\u{2797}' | '➡' | '➰' | '➿' | '⤴' | '⤵'
        | '\u{2B05}'..='\u{2B07}' | '⬛' | '⬜' | '⭐' | '⭕' | '〰' | '〽' | '㊗' | '㊙' | '\u{1F000}'..='\u{1FAFF}')
}

//! The marks that separate the parts of a short message, and what gives a part away as a place or a name.

/// Marks that separate parts wherever they stand.
const STRONG: &[char] = &[
    '，', ',', '､', '、', '；', ';', '﹔', '﹐', '/', '／', '|', '｜', '│', '+', '＋', '﹢', '\t', '\n', '\r',
    '\u{2028}', '#', '＃', '*', '＊',
];

/// Brackets and quotes around a part.
const AROUND: &[char] =
    &['(', ')', '（', '）', '[', ']', '［', '］', '【', '】', '「', '」', '“', '”', '"', '\'', '《', '》', '〈', '〉'];

/// Whether a mark separates parts even where white space belongs to them.
pub(super) fn is_strong(mark: char) -> bool {
    STRONG.contains(&mark)
}

/// Whether a mark can separate parts: white space too.
pub(super) fn is_any(mark: char) -> bool {
    is_strong(mark) || mark.is_whitespace()
}

/// A part without separators at its ends.
pub(super) fn trim(part: &str) -> &str {
    part.trim_matches(is_any)
}

/// A part without separators, brackets and final marks at its ends.
pub(super) fn bare(part: &str) -> &str {
    part.trim_matches(|mark| is_any(mark) || AROUND.contains(&mark) || "。.:：".contains(mark))
}

/// What ends a place and hardly ever a person's name.
const PLACES: &[&str] = &[
    "区",
    "县",
    "市",
    "省",
    "街道",
    "社区",
    "小区",
    "新村",
    "公司",
    "集团",
    "学校",
    "小学",
    "中学",
    "大学",
    "学院",
    "医院",
    "中心",
    "银行",
    "派出所",
    "支队",
    "大队",
    "居委会",
    "村委会",
    "委员会",
    "政府",
    "办公室",
    "车站",
    "工厂",
    "公园",
    "大厦",
    "窗口",
    "大道",
    "法院",
    "单位",
    "卫生院",
    "敬老院",
    "福利院",
];

/// What ends a place and now and then a name too.
const PERHAPS_PLACES: &[&str] =
    &["镇", "乡", "村", "路", "街", "局", "厂", "院", "校", "站", "所", "队", "店", "园", "组", "号"];

/// Whether a part is a place by its ending.
pub(super) fn is_place(part: &str) -> bool {
    part.chars().count() > 2 && PLACES.iter().any(|ending| part.ends_with(ending))
}

/// Whether a part may be a place by its ending.
pub(super) fn may_be_place(part: &str) -> bool {
    is_place(part) || PERHAPS_PLACES.iter().any(|ending| part.ends_with(ending))
}

/// Whether a part has the shape of a person's name: two to four Chinese characters, or a longer one with interpuncts.
pub(super) fn is_name_shaped(part: &str) -> bool {
    let length = part.chars().count();
    let is_letter = |c: char| c.is_alphabetic() && !c.is_ascii() || is_variant(c);
    let is_joint = |c: char| "·•‧・∙⋅".contains(c);
    let has_joint = part.chars().any(is_joint);
    part.chars().all(|c| is_letter(c) || is_joint(c)) && ((2..=4).contains(&length) || has_joint && length <= 30)
}

/// A variation selector, which belongs to the character before it.
fn is_variant(character: char) -> bool {
    matches!(character, '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}')
}

/// Whether a part can stand where the form has the name: no prose, no digits, not longer than names of groups are.
pub(super) fn fits_name(part: &str) -> bool {
    part.chars().count() <= 20 && !part.chars().any(|c| c.is_numeric() || "。！？：:!?@".contains(c))
}

/// Words with which a message opens before the form begins.
const OPENINGS: &[&str] = &[
    "推荐",
    "我推荐",
    "我要推荐",
    "我想推荐",
    "推荐好人",
    "好人推荐",
    "身边好人",
    "好人",
    "好人线索",
    "线索",
    "举荐",
    "你好",
    "您好",
];

/// The place where the form begins in its first part: behind an opening word and its colon, or at the end where the part
/// is nothing else.
pub(super) fn opening_length(part: &str) -> usize {
    let behind = OPENINGS.iter().filter_map(|word| part.strip_prefix(word)).filter_map(|rest| {
        let rest = rest.trim_start();
        if bare(rest).is_empty() { Some("") } else { rest.strip_prefix([':', '：']) }
    });
    behind.map(|rest| part.len() - rest.len()).max().unwrap_or(0)
}

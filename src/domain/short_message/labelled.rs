//! The form with a label before each part: `姓名：张三 地址：江汉区 类别：助 事迹：…`, in any order.

use super::{CategoryWords, ShortMessage, category, marks, name, place, summary};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Name,
    Place,
    Category,
    Summary,
    /// Known, and none of the four: it ends the one before.
    Other,
}

/// Labels, longer ones before those that they begin with.
const LABELS: &[(&str, Field)] = &[
    ("被推荐人姓名", Field::Name),
    ("被推荐人", Field::Name),
    ("候选人", Field::Name),
    ("好人姓名", Field::Name),
    ("姓名", Field::Name),
    ("名字", Field::Name),
    ("单位或住址", Field::Place),
    ("工作单位", Field::Place),
    ("所在单位", Field::Place),
    ("所在地区", Field::Place),
    ("所在地", Field::Place),
    ("家庭住址", Field::Place),
    ("地址", Field::Place),
    ("住址", Field::Place),
    ("地点", Field::Place),
    ("地区", Field::Place),
    ("单位", Field::Place),
    ("推荐类别", Field::Category),
    ("好人类别", Field::Category),
    ("类别", Field::Category),
    ("类型", Field::Category),
    ("分类", Field::Category),
    ("一句话事迹", Field::Summary),
    ("一句话", Field::Summary),
    ("主要事迹", Field::Summary),
    ("事迹简介", Field::Summary),
    ("事迹", Field::Summary),
    ("推荐理由", Field::Summary),
    ("简介", Field::Summary),
    ("推荐人电话", Field::Other),
    ("推荐人", Field::Other),
    ("联系电话", Field::Other),
    ("联系方式", Field::Other),
    ("电话", Field::Other),
    ("手机", Field::Other),
    ("备注", Field::Other),
];

/// Brackets that open a label.
const OPENING: &[char] = &['（', '(', '【', '['];

/// A label found in a text, with the places where it begins and where its value does.
struct Label {
    field: Field,
    from: usize,
    value: usize,
}

/// Reads a labelled text; `None` when it has no label other than the category's, which the other form may have too.
pub(super) fn parse(text: &str, categories: &[CategoryWords]) -> Option<ShortMessage> {
    let labels = labels(text);
    if !labels.iter().any(|label| matches!(label.field, Field::Name | Field::Place | Field::Summary)) {
        return None;
    }
    let ends = labels.iter().skip(1).map(|label| label.from).chain([text.len()]);
    let mut read = ShortMessage::default();
    for (label, end) in labels.iter().zip(ends) {
        // A bracket that opens the next label is none of this value.
        let value = text.get(label.value..end).unwrap_or_default();
        let value = value.trim_end_matches(|mark| marks::is_any(mark) || OPENING.contains(&mark));
        match label.field {
            // A value of several lines is more than what its label says.
            Field::Name => read.name = name(first_line(value)).filter(|name| marks::fits_name(name)),
            Field::Place => read.place = place(first_line(value)),
            Field::Category => read.category = category(value, categories),
            Field::Summary => read.summary = summary(value),
            Field::Other => {}
        }
    }
    Some(read)
}

fn first_line(value: &str) -> &str {
    marks::trim(value).lines().next().unwrap_or_default()
}

/// A part without the category's label before it.
pub(super) fn without_category_label(part: &str) -> &str {
    let part = marks::trim(part);
    match label_at(part, 0) {
        Some(Label { field: Field::Category, value, .. }) => part.get(value..).unwrap_or_default(),
        Some(_) | None => part,
    }
}

/// The labels of a text in their order. One stands at the beginning or behind a separator; one that comes again is text.
fn labels(text: &str) -> Vec<Label> {
    let mut found: Vec<Label> = Vec::new();
    let mut is_boundary = true;
    for (at, character) in text.char_indices() {
        if is_boundary
            && let Some(label) = label_at(text, at)
            && (label.field == Field::Other || !found.iter().any(|earlier| earlier.field == label.field))
        {
            found.push(label);
        }
        is_boundary = marks::is_any(character) || character == '。' || OPENING.contains(&character);
    }
    found
}

fn label_at(text: &str, from: usize) -> Option<Label> {
    let rest = text.get(from..)?;
    LABELS.iter().find_map(|(word, field)| {
        let behind = rest.strip_prefix(word)?;
        let value = behind.trim_start_matches([' ', '\u{3000}', ']', '】']).strip_prefix([':', '：', '﹕'])?;
        Some(Label { field: *field, from, value: text.len() - value.len() })
    })
}

//! How single cells are read: what people write for yes, for a sex, for a way of recommending.

use chrono::Datelike as _;

use crate::domain::{
    candidate::{Channel, Gender, Subject},
    fault::{Code, Fault},
    sheet::{Cell, number_text},
    text,
};

/// The Chinese name of a way of recommending, as tables have it.
#[must_use]
pub const fn channel_label(channel: Channel) -> &'static str {
    match channel {
        Channel::Online => "网络",
        Channel::Media => "媒体",
        Channel::Phone => "电话",
        Channel::Letter => "信函",
        Channel::InPerson => "当面",
        Channel::Other => "其他",
    }
}

/// The Chinese name of a sex.
#[must_use]
pub const fn gender_label(gender: Gender) -> &'static str {
    match gender {
        Gender::Female => "女",
        Gender::Male => "男",
    }
}

/// The Chinese name of a person or a group.
#[must_use]
pub const fn subject_label(subject: Subject) -> &'static str {
    match subject {
        Subject::Individual => "个人",
        Subject::Group => "群体",
    }
}

/// The text of a cell where a text is expected. A number is what was typed; a day, a truth value, an error and a formula
/// are nothing that anybody typed as a text.
pub fn text_of(cell: &Cell) -> Result<String, Fault> {
    match cell {
        Cell::Text(text) => Ok(text.trim().to_owned()),
        Cell::Number(number) => Ok(number_text(*number)),
        Cell::Date(_) => Err(Fault::of(Code::WrongType).with("expected", "text").with("actual", "date")),
        Cell::Bool(_) => Err(Fault::of(Code::WrongType).with("expected", "text").with("actual", "boolean")),
        Cell::Error(_) | Cell::Formula => Err(unreadable(cell)),
    }
}

/// What is wrong with a formula or an error, wherever it stands.
fn unreadable(cell: &Cell) -> Fault {
    match cell {
        Cell::Error(text) => Fault::of(Code::Malformed).with("value", text.chars().take(20).collect::<String>()),
        Cell::Formula | Cell::Text(_) | Cell::Number(_) | Cell::Date(_) | Cell::Bool(_) => {
            Fault::of(Code::FormulaNotAllowed)
        }
    }
}

fn one_of<T: Copy>(cell: &Cell, values: &[(&[&str], T)], allowed: &str) -> Result<T, Fault> {
    let written = text::fold(&text_of(cell)?);
    let found = values.iter().find(|(names, _)| names.contains(&written.as_str())).map(|(_, value)| *value);
    found.ok_or_else(|| Fault::of(Code::UnknownValue).with("allowed", allowed))
}

/// Yes or no.
pub fn bool_of(cell: &Cell) -> Result<bool, Fault> {
    if let Cell::Bool(value) = cell {
        return Ok(*value);
    }
    one_of(
        cell,
        &[(&["是", "已故", "yes", "y", "true", "1", "√"], true), (&["否", "no", "n", "false", "0"], false)],
        "是、否",
    )
}

/// A sex.
pub fn gender_of(cell: &Cell) -> Result<Gender, Fault> {
    one_of(cell, &[(&["男", "male", "m"], Gender::Male), (&["女", "female", "f"], Gender::Female)], "男、女")
}

/// A person or a group.
pub fn subject_of(cell: &Cell) -> Result<Subject, Fault> {
    let values: &[(&[&str], Subject)] =
        &[(&["个人", "individual"], Subject::Individual), (&["群体", "集体", "团体", "group"], Subject::Group)];
    one_of(cell, values, "个人、群体")
}

/// A way of recommending, by its Chinese name or its code.
pub fn channel_of(cell: &Cell) -> Result<Channel, Fault> {
    let written = text::fold(&text_of(cell)?);
    let found =
        Channel::ALL.iter().copied().find(|channel| channel_label(*channel) == written || channel.as_str() == written);
    let allowed = || Channel::ALL.iter().map(|channel| channel_label(*channel)).collect::<Vec<_>>().join("、");
    found.ok_or_else(|| Fault::of(Code::UnknownValue).with("allowed", allowed()))
}

/// A year, of a number, of a text such as `1970年`, or of a day.
pub fn year_of(cell: &Cell) -> Result<i32, Fault> {
    if let Cell::Date(day) = cell {
        return Ok(day.year());
    }
    let written = text::fold(&text_of(cell)?);
    let digits = written.strip_suffix('年').unwrap_or(&written).trim();
    digits.parse().map_err(|_| Fault::of(Code::Malformed).with("expected", "YYYY"))
}

/// Names with commas, semicolons, pause marks or line breaks between.
pub fn names_of(cell: &Cell) -> Result<Vec<String>, Fault> {
    let written = text_of(cell)?;
    let names = written.split(['、', ',', '，', ';', '；', '\n']).map(str::trim).filter(|name| !name.is_empty());
    Ok(names.map(ToOwned::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(text: &str) -> Cell {
        Cell::Text(text.into())
    }

    #[test]
    fn cells_are_read_as_they_are_meant() {
        assert_eq!(text_of(&Cell::Number(13_800_001_234.0)), Ok("13800001234".to_owned()));
        assert_eq!(bool_of(&Cell::Bool(true)), Ok(true));
        assert_eq!(bool_of(&text(" 否 ")), Ok(false));
        assert_eq!(gender_of(&text("Ｆemale")), Ok(Gender::Female));
        assert_eq!(subject_of(&text("集体")), Ok(Subject::Group));
        assert_eq!(channel_of(&text("in_person")), Ok(Channel::InPerson));
        assert_eq!(channel_of(&text("当面")), Ok(Channel::InPerson));
        assert_eq!(
            names_of(&text("张三、李四， 王五\n赵六;")),
            Ok(["张三", "李四", "王五", "赵六"].map(String::from).into())
        );
        let day = chrono::NaiveDate::from_ymd_opt(1970, 5, 1).unwrap();
        for cell in [Cell::Number(1970.0), text("1970"), text("1970 年"), Cell::Date(day)] {
            assert_eq!(year_of(&cell), Ok(1970));
        }
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        let day = Cell::Date(chrono::NaiveDate::from_ymd_opt(2026, 3, 4).unwrap());
        for (cell, code) in [
            (day, Code::WrongType),
            (Cell::Bool(true), Code::WrongType),
            (Cell::Error("#N/A".into()), Code::Malformed),
            (Cell::Formula, Code::FormulaNotAllowed),
        ] {
            assert_eq!(text_of(&cell).unwrap_err().code, code, "{cell:?}");
        }
        assert_eq!(bool_of(&text("也许")).unwrap_err().code, Code::UnknownValue);
        assert_eq!(year_of(&Cell::Number(1970.5)).unwrap_err().code, Code::Malformed);
        assert_eq!(channel_of(&text("托梦")).unwrap_err().code, Code::UnknownValue);
    }
}

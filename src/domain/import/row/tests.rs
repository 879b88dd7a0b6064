use uuid::Uuid;

use super::*;
use crate::domain::{
    candidate::{Channel, Gender},
    category,
    import::{DistrictEntry, UnitEntry},
};

const NOW: &str = "2026-11-05T02:00:00Z";

fn id(number: u128) -> OrganizationId {
    OrganizationId(Uuid::from_u128(number))
}

fn directory() -> Directory {
    let unit = |number, name: &str, district| UnitEntry {
        id: id(number),
        name: name.to_owned(),
        district_id: id(district),
        parent_name: format!("{district}区"),
    };
    let district = |number, has_inbox| DistrictEntry { id: id(number), name: format!("{number}区"), has_inbox };
    Directory::new(
        category::defaults(NOW.parse().unwrap()),
        vec![unit(11, "实验小学", 1), unit(12, "政务中心", 1), unit(21, "实验小学", 2)],
        vec![district(1, true), district(2, false)],
    )
}

fn judged(cells: &[(Column, Cell)]) -> Judged {
    judged_as(cells, false)
}

fn judged_as(cells: &[(Column, Cell)], names_nominator: bool) -> Judged {
    let columns = Column::ALL.iter().copied().enumerate().collect();
    let layout = Layout { sheet: 0, row: 1, columns };
    let place = |column: Column| Column::ALL.iter().position(|known| *known == column).unwrap();
    let cells = cells.iter().map(|(column, cell)| (place(*column), cell.clone())).collect();
    let terms = Terms { now: NOW.parse().unwrap(), names_nominator };
    judge(&SheetRow { number: 17, cells, merged: vec![] }, &layout, &directory(), terms)
}

fn text(text: &str) -> Cell {
    Cell::Text(text.into())
}

/// A row in order, with some cells in the place of its own.
fn with(other: &[(Column, Cell)]) -> Judged {
    let mut cells = vec![
        (Column::Category, text("敬业奉献")),
        (Column::Name, text("张三")),
        (Column::Summary, text("三十年如一日。")),
        (Column::Unit, text("政务中心")),
    ];
    cells.retain(|(column, _)| other.iter().all(|(replaced, _)| replaced != column));
    cells.extend(other.iter().cloned());
    judged(&cells)
}

fn places(judged: Judged) -> Vec<(String, Code)> {
    let faults = judged.unwrap_err();
    let cell = |fault: &Fault| fault.figures.iter().find(|(name, _)| *name == "cell").map(|(_, cell)| cell.clone());
    faults
        .iter()
        .map(|fault| {
            (cell(fault).and_then(|cell| cell.as_str().map(ToOwned::to_owned)).unwrap_or_default(), fault.code)
        })
        .collect()
}

#[test]
fn a_whole_row_becomes_a_recommendation() {
    let row = with(&[
        (Column::Category, text("敬")),
        (Column::Unit, text("实验小学（2区）")),
        (Column::District, text("2区")),
        (Column::Channel, text("电话")),
        (Column::ContactPhone, Cell::Number(13_800_001_234.0)),
        (Column::Subject, text("群体")),
        (Column::Members, text("李四、王五")),
        (Column::Posthumous, text("否")),
        (Column::Gender, text("女")),
        (Column::NominatorName, text("王芳")),
    ])
    .unwrap();
    assert_eq!((row.category.as_str(), row.unit_id, row.district_id), ("dedication", Some(id(21)), Some(id(2))));
    assert_eq!((row.channel, row.subject, row.gender), (Some(Channel::Phone), Subject::Group, Some(Gender::Female)));
    assert_eq!(row.contact.phone.as_deref(), Some("13800001234"));
    assert_eq!((row.members, row.posthumous), (vec!["李四".to_owned(), "王五".to_owned()], false));
    assert_eq!(row.nominator.unwrap().name.as_deref(), Some("王芳"));
}

#[test]
fn places_are_those_of_the_subtree() {
    let at = |other: &[(Column, Cell)]| with(other).map(|row| (row.unit_id, row.district_id));
    assert_eq!(
        at(&[(Column::Unit, text("实验小学")), (Column::District, text("1区"))]),
        Ok((Some(id(11)), Some(id(1))))
    );
    assert_eq!(at(&[(Column::Unit, text(&id(21).to_string()))]), Ok((Some(id(21)), None)));
    assert_eq!(at(&[(Column::Unit, text("")), (Column::District, text("1区"))]), Ok((None, Some(id(1)))));
    let faults = |other: &[(Column, Cell)]| places(with(other));
    assert_eq!(faults(&[(Column::Unit, text("实验小学"))]), [("E17".to_owned(), Code::UnknownReference)]);
    assert_eq!(faults(&[(Column::Unit, text("别处"))]), [("E17".to_owned(), Code::UnknownReference)]);
    assert_eq!(faults(&[(Column::Unit, text(""))]), [("E17".to_owned(), Code::Required)]);
    assert_eq!(faults(&[(Column::District, text("2区"))]), [("F17".to_owned(), Code::Inconsistent)]);
    let no_inbox = [(Column::Unit, text("")), (Column::District, text("2区"))];
    assert_eq!(faults(&no_inbox), [("F17".to_owned(), Code::UnknownReference)]);
}

#[test]
fn every_fault_has_its_cell_and_is_named_once() {
    let faults = places(with(&[
        (Column::Category, text("其他")),
        (Column::Name, text("")),
        (Column::Summary, text(&"好".repeat(141))),
        (Column::ContactPhone, text("12345")),
        (Column::Members, text("李四")),
        (Column::Gender, text("不详")),
        (Column::BirthYear, Cell::Number(2030.0)),
        (Column::Ethnicity, Cell::Formula),
        (Column::Occupation, Cell::Error("#N/A".into())),
        (Column::NominatorPhone, text("13800001234")),
    ]));
    let mut expected = vec![
        ("A17", Code::UnknownReference),
        ("B17", Code::Required),
        ("N17", Code::UnknownValue),
        ("P17", Code::FormulaNotAllowed),
        ("Q17", Code::Malformed),
        ("R17", Code::Required),
        ("C17", Code::TooLong),
        ("H17", Code::Malformed),
        ("L17", Code::Inconsistent),
        ("O17", Code::TooLarge),
    ];
    let mut found: Vec<(&str, Code)> = faults.iter().map(|(cell, code)| (cell.as_str(), *code)).collect();
    expected.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, expected);
}

#[test]
fn rows_that_say_the_same_are_the_same() {
    let one =
        with(&[(Column::ContactPhone, Cell::Number(13_800_001_234.0)), (Column::Name, text("Ｚhang 三"))]).unwrap();
    let other =
        with(&[(Column::ContactPhone, text("+86 138-0000-1234")), (Column::Name, text(" zhang  三 "))]).unwrap();
    assert_eq!(canonical(&one), canonical(&other));
    let third = with(&[(Column::ContactPhone, text("13800001235")), (Column::Name, text("zhang 三"))]).unwrap();
    assert_ne!(canonical(&one), canonical(&third));
}

#[test]
fn what_is_brought_in_anothers_place_names_who_recommends() {
    let mut cells = vec![
        (Column::Category, text("敬业奉献")),
        (Column::Name, text("张三")),
        (Column::Summary, text("三十年如一日。")),
        (Column::Unit, text("政务中心")),
    ];
    assert!(judged_as(&cells, false).is_ok());
    assert_eq!(places(judged_as(&cells, true)).iter().map(|(_, code)| *code).collect::<Vec<_>>(), [Code::Required]);
    // What cannot be read is told of once, and a number alone does not name anybody.
    cells.push((Column::NominatorPhone, text("13900001234")));
    assert_eq!(places(judged_as(&cells, true)), places(judged_as(&cells, false)));
    cells.push((Column::NominatorName, text("王芳")));
    assert!(judged_as(&cells, true).is_ok());
}

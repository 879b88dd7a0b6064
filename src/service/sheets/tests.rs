use super::*;
use crate::domain::sheet::TableFormat;

#[test]
fn what_is_no_table_is_told_by_its_content() {
    for (file, reason) in [
        (&b""[..], Reason::Empty),
        (b" \r\n", Reason::Empty),
        (b"\xEF\xBB\xBF", Reason::Empty),
        (COMPOUND, Reason::OldExcel),
        (b"PK\x03\x04", Reason::Damaged),
        (b"<html><table><tr><td>1</td></tr></table></html>", Reason::Markup),
        (b"\n<?xml version=\"1.0\"?><Workbook/>", Reason::Markup),
        (b"a,b\0c", Reason::Binary),
        (b"\xFF\xD8\xFF\xE0\x00\x10JFIF", Reason::UnknownCharset),
    ] {
        assert_eq!(read(file), Err(reason.into()), "{file:?}");
    }
}

#[test]
fn the_same_content_gives_the_same_file() {
    const COLUMNS: &[TableColumn] = &[TableColumn { label: "姓名", english: "name", meaning: "…", width: 10.0 }];
    let write = || {
        let mut table = TableWriter::new(TableFormat::Xlsx, "表", COLUMNS).unwrap();
        table.push(&[vec!["=1+1".to_owned()]]).unwrap();
        table.push(&[vec!["张三".to_owned()]]).unwrap();
        table.into_bytes().unwrap()
    };
    assert_eq!(write(), write());
    let sheets = read(&write()).unwrap();
    let texts: Vec<String> =
        sheets[0].rows.iter().flat_map(|row| row.cells.iter().map(|(_, cell)| cell.shown())).collect();
    assert_eq!(texts, ["姓名", "=1+1", "张三"]);
}

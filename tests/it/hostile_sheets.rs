//! Files that are no honest tables. Each gets a right answer, soon and without filling the memory.

use std::{
    fmt::Write as _,
    io::Write as _,
    time::{Duration, Instant},
};

use haoren::domain::role::Role;
use zip::{ZipWriter, write::SimpleFileOptions};

use crate::harness::App;

const NAMESPACE: &str = "xmlns=\"http://schemas.openxmlformats.org/spreadsheetml/2006/main\" xmlns:r=\"http://schemas.openxmlformats.org/officeDocument/2006/relationships\"";
/// How long one file may take: a debug build beside other tests is given three times what is promised.
const TIME: Duration = Duration::from_secs(if cfg!(debug_assertions) { 6 } else { 2 });
/// How much memory one file may take, itself included.
const MEMORY: u64 = 256 * 1024 * 1024;
const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const GOOD: &str = "<row r=\"1\"><c t=\"inlineStr\"><is><t>姓名</t></is></c><c t=\"inlineStr\"><is><t>类别</t></is></c><c t=\"inlineStr\"><is><t>一句话事迹</t></is></c><c t=\"inlineStr\"><is><t>单位</t></is></c></row>";

fn row(number: u32, name: &str) -> String {
    format!(
        "<row r=\"{number}\">{}{}{}{}</row>",
        text(name),
        text("助"),
        text("好人好事。"),
        text("江汉区政务服务中心")
    )
}

fn text(text: &str) -> String {
    format!("<c t=\"inlineStr\"><is><t>{text}</t></is></c>")
}

fn zipped(parts: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in parts {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// A workbook with the rows given; further parts take the place of its own.
fn book_with(rows: &str, after: &str, further: &[(&str, &[u8])]) -> Vec<u8> {
    let rels = format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"{KIND}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let workbook =
        format!("<workbook {NAMESPACE}><sheets><sheet name=\"表\" sheetId=\"1\" r:id=\"r1\"/></sheets></workbook>");
    let of_workbook = format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"{KIND}/worksheet\" Target=\"worksheets/sheet1.xml\"/>\
         <Relationship Id=\"r2\" Type=\"{KIND}/sharedStrings\" Target=\"sharedStrings.xml\"/>\
         <Relationship Id=\"r3\" Type=\"{KIND}/styles\" Target=\"styles.xml\"/></Relationships>"
    );
    let sheet = format!("<worksheet {NAMESPACE}><sheetData>{rows}</sheetData>{after}</worksheet>");
    let own: [(&str, &[u8]); 4] = [
        ("_rels/.rels", rels.as_bytes()),
        ("xl/workbook.xml", workbook.as_bytes()),
        ("xl/_rels/workbook.xml.rels", of_workbook.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet.as_bytes()),
    ];
    let mut parts: Vec<(&str, &[u8])> =
        own.into_iter().filter(|(name, _)| further.iter().all(|(other, _)| other != name)).collect();
    parts.extend(further);
    zipped(&parts)
}

fn book(rows: &str) -> Vec<u8> {
    book_with(rows, "", &[])
}

/// The code of the answer, of its first fault, or of the first row's: `created` where a row was taken.
fn good_rows(cells: &str) -> String {
    format!("{GOOD}<row r=\"2\">{cells}</row>")
}

fn csv(rows: &str) -> String {
    format!("姓名,类别,一句话事迹,单位\n{rows}")
}

const ROW: &str = "张三,助,好人好事。,江汉区政务服务中心\n";

#[expect(clippy::too_many_lines, reason = "a table of files")]
fn files() -> Vec<(&'static str, Vec<u8>, &'static str)> {
    let mut long_row = String::new();
    for _ in 0..16_000 {
        long_row.push_str(&text("x"));
    }
    let mut many = String::from(GOOD);
    for number in 2..=20_060 {
        many.push_str(&row(number, "张三"));
    }
    let mut million = String::from(GOOD);
    million.push_str(&row(2, "百万"));
    for number in 3..=1_000_000 {
        write!(million, "<row r=\"{number}\"/>").unwrap();
    }
    let mut shared_bomb = String::from(GOOD);
    for number in 2..=15_000 {
        write!(shared_bomb, "<row r=\"{number}\"><c r=\"A{number}\" t=\"s\"><v>0</v></c></row>").unwrap();
    }
    let strings = format!("<sst uniqueCount=\"18446744073709551615\"><si><t>{}</t></si></sst>", "好".repeat(10_900));
    let mut merges = String::from("<mergeCells>");
    for number in 0..5_000 {
        write!(merges, "<mergeCell ref=\"A{0}:B{0}\"/>", number * 2 + 2).unwrap();
    }
    merges.push_str("</mergeCells>");
    let zeros = vec![b' '; 80 * 1024 * 1024];
    let many_parts: Vec<(String, Vec<u8>)> = (0..3_000).map(|number| (format!("p{number}"), vec![])).collect();
    let many_parts: Vec<(&str, &[u8])> =
        many_parts.iter().map(|(name, content)| (name.as_str(), &content[..])).collect();
    let hidden = format!(
        "<workbook {NAMESPACE}><sheets><sheet name=\"表\" sheetId=\"1\" state=\"veryHidden\" r:id=\"r1\"/></sheets></workbook>"
    );
    let laughs = format!(
        "<!DOCTYPE w [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;\">]><worksheet {NAMESPACE}><sheetData>{GOOD}<row r=\"2\">{}</row></sheetData></worksheet>",
        text("&b;")
    );
    let xml_bomb = format!("<worksheet {NAMESPACE}><sheetData>{GOOD}</sheetData>");
    let styles = b"<styleSheet><cellXfs><xf/><xf numFmtId=\"14\"/></cellXfs></styleSheet>";
    let wide = |text: &str| text.encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let cfb = |name: &str| [&[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1][..], &vec![0; 600], &wide(name)].concat();
    let rest = format!("{}{}{}", text("助"), text("好人好事。"), text("江汉区政务服务中心"));
    let outside = format!(
        "<Relationships><Relationship Id=\"r1\" Type=\"{KIND}/officeDocument\" Target=\"/../../xl/workbook.xml\"/></Relationships>"
    );
    let mut cut = book(&good_rows(&rest));
    cut.truncate(cut.len() / 2);
    vec![
        ("an empty file", vec![], "sheet_unreadable"),
        ("blank lines", b"\n\n \n".to_vec(), "sheet_unreadable"),
        ("a mark alone", b"\xEF\xBB\xBF".to_vec(), "sheet_unreadable"),
        ("only a header", csv("").into_bytes(), "too_few"),
        ("no header", b"a,b,c\n1,2,3\n".to_vec(), "header_missing"),
        ("a doubled header", "姓名,姓名,类别,一句话事迹\n1,2,3,4\n".into(), "duplicate_member"),
        ("an unknown column", "姓名,类别,一句话事迹,备注\n1,2,3,4\n".into(), "unknown_member"),
        ("a missing column", "姓名,类别,单位\n1,2,3\n".into(), "required"),
        ("CSV in UTF-8", csv(ROW).into_bytes(), "created"),
        ("CSV with a mark", format!("\u{FEFF}{}", csv(&ROW.replace("张三", "李四"))).into_bytes(), "created"),
        (
            "CSV in GB 18030",
            encoding_rs::GB18030.encode(&csv(&ROW.replace("张三", "𠀀王五"))).0.into_owned(),
            "created",
        ),
        ("CSV in UTF-16", [vec![0xFF, 0xFE], wide(&csv(&ROW.replace("张三", "赵六")))].concat(), "created"),
        ("CSV with semicolons", csv(&ROW.replace("张三", "钱七")).replace(',', ";").into_bytes(), "created"),
        ("a workbook called .csv", book(&good_rows(&format!("{}{rest}", text("孙八")))), "created"),
        ("NUL bytes", csv("张\0三,助,好。,x\n").into_bytes(), "sheet_unreadable"),
        ("an unknown coding", b"\xFF\x80\x81,\xFF\n".to_vec(), "sheet_unreadable"),
        ("an open quotation mark", csv("\"张三,助\n").into_bytes(), "sheet_unreadable"),
        ("control characters", csv("张\u{7}三,助,好。,江汉区政务服务中心\n").into_bytes(), "forbidden_character"),
        ("a formula in CSV is a text", csv("=1+1,助,好。,江汉区政务服务中心\n").into_bytes(), "malformed"),
        ("HTML called .xls", b"<html><table><tr><td>1</td></tr></table></html>".to_vec(), "sheet_unreadable"),
        ("XML of 2003", b"<?xml version=\"1.0\"?><Workbook/>".to_vec(), "sheet_unreadable"),
        ("an old .xls", cfb("Workbook"), "sheet_unreadable"),
        ("an encrypted workbook", cfb("EncryptedPackage"), "sheet_unreadable"),
        ("a picture", b"\xFF\xD8\xFF\xE0\x00\x10JFIF\x00".to_vec(), "sheet_unreadable"),
        ("a PDF", b"%PDF-1.7\n%\xE2\xE3\xCF\xD3\n".to_vec(), "header_missing"),
        ("a cut workbook", cut, "sheet_unreadable"),
        ("an empty ZIP", zipped(&[]), "sheet_unreadable"),
        ("another ZIP", zipped(&[("mimetype", b"application/vnd.oasis.opendocument.spreadsheet")]), "sheet_unreadable"),
        ("a ZIP in a ZIP", zipped(&[("a.zip", &zipped(&[("b", b"c")]))]), "sheet_unreadable"),
        ("macros", book_with(GOOD, "", &[("xl/vbaProject.bin", b"x")]), "sheet_unreadable"),
        ("a ZIP bomb", book_with("", "", &[("xl/worksheets/sheet1.xml", &zeros)]), "sheet_too_large"),
        (
            "a bomb of shared texts",
            book_with(&shared_bomb, "", &[("xl/sharedStrings.xml", strings.as_bytes())]),
            "sheet_too_large",
        ),
        ("many parts", zipped(&many_parts), "sheet_too_large"),
        ("20,059 rows", book(&many), "too_many"),
        ("a million rows, blank but for one", book(&million), "created"),
        ("16,000 columns in the header", book(&format!("<row r=\"1\">{long_row}</row>")), "header_missing"),
        ("16,000 columns in a row", book(&good_rows(&long_row)), "unknown_member"),
        (
            "a cell at the last place",
            book(&format!(
                "{}<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>",
                good_rows(&format!("{}{rest}", text("角落")))
            )),
            "unknown_member",
        ),
        ("a row beyond the last", book(&format!("{GOOD}<row r=\"4294967295\"/>")), "sheet_unreadable"),
        ("rows in disorder", book(&format!("{GOOD}<row r=\"1\"/>")), "sheet_unreadable"),
        ("a formula", book(&good_rows(&format!("<c><f>CMD()</f><v>1</v></c>{rest}"))), "formula_not_allowed"),
        (
            "a shared formula far out",
            book(&good_rows(&format!("<c><f t=\"shared\" si=\"4294967295\" ref=\"A2:A9\"/><v>1</v></c>{rest}"))),
            "formula_not_allowed",
        ),
        ("an error", book(&good_rows(&format!("<c t=\"e\"><v>#N/A</v></c>{rest}"))), "malformed"),
        ("a truth value", book(&good_rows(&format!("<c t=\"b\"><v>1</v></c>{rest}"))), "wrong_type"),
        (
            "a day",
            book_with(&good_rows(&format!("<c s=\"1\"><v>45000</v></c>{rest}")), "", &[("xl/styles.xml", styles)]),
            "wrong_type",
        ),
        (
            "merged cells",
            book_with(
                &good_rows(&format!("{}{rest}", text("张三"))),
                "<mergeCells><mergeCell ref=\"A2:A9\"/></mergeCells>",
                &[],
            ),
            "merged_cells",
        ),
        ("5,000 merged regions", book_with(GOOD, &merges, &[]), "sheet_unreadable"),
        (
            "a merged title above",
            book_with(
                &good_rows(&format!("{}{rest}", text("周九"))),
                "<mergeCells><mergeCell ref=\"XFD9:A1\"/></mergeCells>",
                &[],
            ),
            "created",
        ),
        (
            "a hidden sheet",
            book_with(&good_rows(&rest), "", &[("xl/workbook.xml", hidden.as_bytes())]),
            "header_missing",
        ),
        ("a hidden row", book(&format!("{GOOD}<row r=\"2\" hidden=\"1\">{}{rest}</row>", text("吴十"))), "created"),
        (
            "rich text",
            book(&good_rows(&format!("<c t=\"inlineStr\"><is><r><t>郑</t></r><r><t>十一</t></r></is></c>{rest}"))),
            "created",
        ),
        (
            "blank rows behind",
            book(&format!("{}<row r=\"900\"><c s=\"3\"/></row>", good_rows(&format!("{}{rest}", text("冯十二"))))),
            "created",
        ),
        ("a cell of 32,767 characters", book(&good_rows(&format!("{}{rest}", text(&"好".repeat(32_767))))), "too_long"),
        ("a billion laughs", book_with("", "", &[("xl/worksheets/sheet1.xml", laughs.as_bytes())]), "sheet_unreadable"),
        ("an entity from nowhere", book(&good_rows(&text("&xxe;"))), "sheet_unreadable"),
        ("a shared text that is not there", book(&good_rows("<c t=\"s\"><v>99</v></c>")), "sheet_unreadable"),
        ("a sheet without an end", book_with("", "", &[("xl/worksheets/sheet1.xml", xml_bomb.as_bytes())]), "too_few"),
        (
            "paths that lead out",
            book_with(
                &good_rows(&format!("{}{rest}", text("陈十三"))),
                "",
                &[("_rels/.rels", outside.as_bytes()), ("../../etc/x", b"x"), ("/abs", b"x")],
            ),
            "created",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_hostile_sheet_gets_a_right_answer_soon() {
    let app = App::on_sqlite().await;
    let tree = app.tree().await;
    let city = app.user(Role::CityReviewer, Some(tree.city)).await.1;
    let files = files();
    assert!(files.len() >= 40, "{}", files.len());
    let mut wrong = Vec::new();
    for (name, file, expected) in files {
        // On this thread, as the server's memory is that of all threads; reading is where a file could blow up.
        let memory = allocation_counter::measure(|| drop(haoren::service::sheets::read(&file))).bytes_max;
        println!("{:>4} MiB {name}", memory >> 20);
        if memory + file.len() as u64 > MEMORY {
            wrong.push(format!("{name} took {memory} bytes"));
        }
        let begun = Instant::now();
        let reply = city.upload("/imports/nominations", None, "表.xlsx", file).await;
        let took = begun.elapsed();
        println!("{:>5} ms {name}", took.as_millis());
        let mut found = reply.json["errors"][0]["code"].as_str().map(ToOwned::to_owned);
        for row in reply.json["result"]["rows"].as_array().into_iter().flatten() {
            let fault = row["errors"][0]["code"].as_str().or(row["status"].as_str()).map(ToOwned::to_owned);
            if found.is_none() || row["status"] == "refused" {
                found = fault;
            }
        }
        let is_answer = matches!(reply.status.as_u16(), 200 | 201 | 422);
        if found.as_deref() != Some(expected) || !is_answer {
            wrong.push(format!("{name}: {found:?}, not {expected} ({})", reply.status));
        }
        if took > TIME {
            wrong.push(format!("{name} took {took:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    let large = city.upload("/imports/nominations", None, "a.csv", vec![b'a'; 10 * 1024 * 1024 + 1]).await;
    large.problem(413, "payload_too_large");
}

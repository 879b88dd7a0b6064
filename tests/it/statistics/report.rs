//! The monthly report holds the numbers of the API, cell by cell.

use std::collections::{BTreeMap, BTreeSet};

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;

use super::{ENDS, Month5, numbers, scripted, stage};
use crate::harness::{App, Client};

both! {
    async fn a_report_holds_the_same_numbers(app: App) {
        let Month5 { tree, staff, .. } = scripted(&app).await;
        report_agrees(&staff.city, "2026-11").await;
        let file = staff.district.get("/exports/monthly-report.xlsx?cycle=2026-11").await.expect(200);
        let units = sheet(&file.bytes, "各单位情况");
        let names: Vec<_> = units[3..6].iter().map(|row| row[0].to_string()).collect();
        let mut expected = [(tree.unit, "江汉区政务服务中心"), (tree.window, "综合服务窗口"), (tree.sister_unit, "江汉区实验小学")];
        expected.sort_by_key(|(id, _)| *id);
        assert_eq!(names, expected.map(|(_, name)| name));
        assert_eq!(row(&units, "江汉区政务服务中心")[1], Data::Float(2.0));
        assert!(sheet(&file.bytes, "上榜名单").iter().any(|row| row[0].to_string().contains("尚未发布")));
        // The same numbers make the same file.
        assert_eq!(staff.district.get("/exports/monthly-report.xlsx?cycle=2026-11").await.bytes, file.bytes);
        staff.unit.get("/exports/monthly-report.xlsx?cycle=2026-11").await.expect(200);
        staff.city.get("/exports/monthly-report.xlsx?cycle=2031-11").await.problem(404, "not_found");
        staff.city.get("/exports/monthly-report.xlsx").await.problem(400, "invalid_query");
        staff.city.get("/exports/monthly-report.xlsx?cycle=2026-13").await.problem(400, "invalid_query");
        app.admin().await.get("/exports/monthly-report.xlsx?cycle=2026-11").await.problem(403, "forbidden");
    }
}

/// A report's sheet, row by row.
pub(super) fn sheet(bytes: &[u8], name: &str) -> Vec<Vec<Data>> {
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.to_vec())).unwrap();
    assert!(book.worksheet_formula(name).unwrap().is_empty(), "there is a formula");
    book.worksheet_range(name).unwrap().rows().map(<[Data]>::to_vec).collect()
}

/// The row of a sheet that begins with a name.
fn row<'a>(rows: &'a [Vec<Data>], name: &str) -> &'a [Data] {
    let is_named = |row: &&Vec<Data>| matches!(&row[0], Data::String(text) if text == name);
    rows.iter().find(is_named).unwrap_or_else(|| panic!("no row {name}"))
}

/// A number of the API as it stands in a cell.
fn cell(number: &Value) -> Data {
    number.as_f64().map_or_else(|| Data::String("—".to_owned()), Data::Float)
}

/// The report of a month holds the numbers of the API, cell by cell.
pub async fn report_agrees(client: &Client, month: &str) {
    let read = async |by: &str| numbers(client, &format!("cycle={month}&limit=100{by}")).await;
    let file = client.get(&format!("/exports/monthly-report.xlsx?cycle={month}")).await.expect(200);
    assert!(file.header("content-disposition").contains("%E5%B7%A5%E4%BD%9C%E6%9C%88%E6%8A%A5"));
    let total = read("").await["total"].clone();
    follow_ups_agree(client, month, &sheet(&file.bytes, "回访帮扶")).await;
    overview_agrees(&sheet(&file.bytes, "概览"), &total);
    stages_agree(&sheet(&file.bytes, "各环节用时与按时率"), &total);
    for (name, by) in [("各区情况", "district"), ("各类别", "category"), ("推荐渠道", "channel")] {
        let rows = sheet(&file.bytes, name);
        for group in read(&format!("&group_by={by}")).await["items"].as_array().unwrap() {
            let label = label(client, by, group).await;
            if by == "channel" {
                let nominations = &total["nominations_by_channel"][group["channel"].as_str().unwrap()];
                channel_agrees(row(&rows, &label), (nominations, &group["figures"]));
            } else {
                figures_agree(row(&rows, &label), &group["figures"]);
            }
        }
    }
}

/// The lines of visits and assistance are those of the groups, and their last is the sum.
pub(super) async fn follow_ups_agree(client: &Client, month: &str, rows: &[Vec<Data>]) {
    let by = if sheet_is_of_districts(rows) { "district" } else { "unit" };
    let read = numbers(client, &format!("cycle={month}&limit=100&group_by={by}")).await;
    let mut expected = BTreeMap::new();
    for group in read["items"].as_array().unwrap() {
        let of = follow_ups(&group["follow_ups"]);
        if of.iter().any(|number| *number != Data::Float(0.0)) {
            expected.insert(group[by]["name"].as_str().map(str::to_owned), of);
        }
    }
    let sum = rows.iter().position(|row| row[0] == Data::String("合计".to_owned())).unwrap();
    assert_eq!(rows[sum][1..8], follow_ups(&read["follow_ups"]), "{month}");
    let known: BTreeSet<&String> = expected.keys().flatten().collect();
    let lines = rows[3..sum].iter().map(|row| {
        // What belongs to none of the places stands under the name of who does it.
        let name = row[0].to_string();
        (known.contains(&name).then_some(name), row[1..8].to_vec())
    });
    assert_eq!(lines.collect::<BTreeMap<_, _>>(), expected, "{month}");
}

fn sheet_is_of_districts(rows: &[Vec<Data>]) -> bool {
    rows.iter().any(|row| row[0] == Data::String("区".to_owned()))
}

/// Those of the API as they stand in a line, the amount in yuan.
fn follow_ups(of: &Value) -> Vec<Data> {
    let members = ["due", "overdue", "lost", "visits", "reached", "assistance_entries"];
    let amount = Data::Float(of["assistance_fen"].as_f64().unwrap() / 100.0);
    members.iter().map(|member| cell(&of[*member])).chain([amount]).collect()
}

/// How a group is called in the report.
async fn label(client: &Client, by: &str, group: &Value) -> String {
    match by {
        "district" => group["district"]["name"].as_str().unwrap_or("市本级").to_owned(),
        "category" => {
            let path = format!("/categories/{}", group["category"].as_str().unwrap());
            client.get(&path).await.expect(200).json["name"]["zh"].as_str().unwrap().to_owned()
        }
        _ => CHANNELS.iter().find(|(code, _)| group["channel"] == *code).unwrap().1.to_owned(),
    }
}

fn overview_agrees(rows: &[Vec<Data>], total: &Value) {
    let unit = stage(total, "unit_verification");
    for (name, number) in [
        ("候选人（人/组）", &total["candidates"]),
        ("推荐（件）", &total["nominations"]),
        ("线索（条）", &total["leads"]["total"]),
        ("有推荐的单位", &total["coverage"]["units"]["numerator"]),
        ("在用单位", &total["coverage"]["units"]["denominator"]),
        ("单位覆盖率", &total["coverage"]["units"]["rate"]),
        ("上榜（人/组）", &total["by_status"]["listed"]),
        ("核实通过率", &unit["pass_rate"]["rate"]),
        ("核实按时率", &unit["on_time"]["rate"]),
        ("核实用时中位数（天）", &unit["days"]["median"]),
    ] {
        assert_eq!(row(rows, name)[1], cell(number), "{name}");
    }
}

fn stages_agree(rows: &[Vec<Data>], total: &Value) {
    let names = ["单位核实", "区级推荐", "市级筛选", "上报", "上榜"];
    for (name, of) in names.iter().zip(total["stages"].as_array().unwrap()) {
        let mut expected: Vec<Data> = ENDS.iter().map(|end| cell(&of[*end])).collect();
        expected.extend([&of["pass_rate"]["rate"], &of["return_rate"]["rate"]].map(cell));
        expected.extend(["numerator", "denominator", "rate"].map(|part| cell(&of["on_time"][part])));
        expected.extend([&of["days"]["median"], &of["days"]["p90"]].map(cell));
        assert_eq!(row(rows, name)[1..], expected, "{name}");
    }
}

fn channel_agrees(row: &[Data], (nominations, figures): (&Value, &Value)) {
    assert_eq!(row[1], cell(nominations), "{}", row[0]);
    let expected = [&figures["candidates"], &figures["by_status"]["listed"], &figures["leads"]["total"]].map(cell);
    assert_eq!(row[2..5], expected, "{}", row[0]);
}

fn figures_agree(row: &[Data], figures: &Value) {
    let passed = |name| cell(&stage(figures, name)["passed"]);
    let expected = [
        cell(&figures["candidates"]),
        cell(&figures["nominations"]),
        passed("unit_verification"),
        passed("district_endorsement"),
        passed("city_screening"),
        passed("forwarding"),
        cell(&figures["by_status"]["listed"]),
    ];
    assert_eq!(row[1..8], expected, "{}", row[0]);
}

const CHANNELS: [(&str, &str); 6] = [
    ("online", "网络"),
    ("media", "媒体"),
    ("phone", "电话"),
    ("letter", "信函"),
    ("in_person", "来访"),
    ("other", "其他"),
];

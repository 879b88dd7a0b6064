//! The sheet of visits and assistance.

use super::{
    facts::Report,
    pages::draw,
    tables::{Cell, Table},
};
use crate::service::{Error, sheets::Book, statistics::FollowUps};

/// 回访帮扶: one line for each place where anything is due or was done, and the sum.
pub(super) fn write(book: &mut Book, report: &Report) -> Result<(), Error> {
    let columns = [
        (report.places_are, 30.0),
        ("应回访（人/组）", 15.0),
        ("其中已超期", 13.0),
        ("失联", 10.0),
        ("本期回访（次）", 15.0),
        ("其中见到本人或家属", 19.0),
        ("帮扶（笔）", 12.0),
        ("帮扶金额（元）", 16.0),
    ];
    let mut table = Table::new("回访帮扶", &columns).on_many_pages();
    let (places, all) = &report.follow_ups;
    table.rows = places.iter().map(|(name, of)| row(name, of)).collect();
    table.rows.push(row("合计", all));
    table.note = Some(
        "应回访、超期与失联为编制之日的情况；帮扶含冲销，金额为冲销后净额。按组织录入先后排列，不作排名。".to_owned(),
    );
    let mut page = table.write(book, report)?;
    let last = places.len().min(40);
    draw(&mut page, &table, last, ("应回访与本期回访", report.places_are, "人次"), &[1, 4, 5])
}

fn row(name: &str, of: &FollowUps) -> Vec<Cell> {
    let count = |number: i64| Cell::Count(u32::try_from(number).unwrap_or(u32::MAX));
    let mut row = vec![Cell::text(name)];
    row.extend([of.due, of.overdue, of.lost, of.visits, of.reached, of.entries].map(count));
    row.push(Cell::Money(of.amount_fen));
    row
}

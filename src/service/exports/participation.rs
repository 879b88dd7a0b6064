//! The table of participation (参与情况统计表): a month's numbers of people, organization by organization in the order of the
//! tree, with what is to be known of them in Chinese and English. Sums are values.

use bytes::Bytes;

use crate::{
    domain::{
        fault::{Code, Fault},
        month::Month,
        organization::OrganizationKind,
        participation::{Figure, Line, Note, Numbers, People},
    },
    service::{
        Caller, Error, Service,
        participation::{self, ParticipationRequest},
        sheets::{Book, Look, Page, Paper},
    },
};

/// The most organizations of one table.
pub const PARTICIPATION_MAX_ROWS: usize = 20_000;

/// Rows above the first organization: title, cycle, and two of headings.
const HEAD: usize = 4;
/// The groups of numbers, each of three columns.
const GROUPS: [(&str, &str); 4] =
    [("归属人数", "Members"), ("学习", "Studied"), ("留言", "Commented"), ("投票", "Voted")];
const PARTS: [(&str, &str); 3] = [("自报", "claimed"), ("已确认", "confirmed"), ("合计", "total")];
/// The first column of the groups; before them stand name, kind and headcount.
const FIRST: usize = 3;
/// The column of the notes.
const NOTES: usize = FIRST + GROUPS.len() * PARTS.len();

/// The whole table of the reviewer's subtree.
pub async fn export_participation(
    service: &Service,
    caller: &Caller,
    (month, request): (Month, ParticipationRequest),
    in_english: bool,
) -> Result<Bytes, Error> {
    let most = i64::try_from(PARTICIPATION_MAX_ROWS).unwrap_or(i64::MAX).saturating_add(1);
    let lines = participation::list_participation(service, caller, (month, request), None, most).await?;
    if lines.len() > PARTICIPATION_MAX_ROWS {
        let fault = Fault::at("/district", Code::TooMany).with("limit", PARTICIPATION_MAX_ROWS);
        return Err(Error::refused(Code::InvalidQuery, vec![fault]));
    }
    service.sheets.work(move || write(month, &lines, in_english)).await
}

fn write(month: Month, lines: &[Line], in_english: bool) -> Result<Bytes, Error> {
    let mut book = Book::new()?;
    let mut page = book.page("参与情况")?;
    head(&mut page, month, in_english)?;
    for (at, line) in lines.iter().enumerate() {
        row(&mut page, HEAD + at, line)?;
    }
    page.freeze_both((HEAD, 1))?;
    page.repeat((HEAD - 2, HEAD - 1))?;
    page.paper(Paper::Across);
    book.into_bytes()
}

/// A heading, with the English beside where it is asked for.
fn heading((chinese, english): (&str, &str), in_english: bool) -> String {
    if in_english { format!("{chinese}\n{english}") } else { chinese.to_owned() }
}

fn head(page: &mut Page<'_>, month: Month, in_english: bool) -> Result<(), Error> {
    let mut widths = vec![34.0, 8.0, 10.0];
    widths.extend([9.0; GROUPS.len() * PARTS.len()]);
    widths.push(70.0);
    page.widths(&widths)?;
    let title = ("“我推荐、我评议身边好人”参与情况统计表", "How people took part");
    page.over((0, 0), (0, NOTES), &heading(title, in_english), Look::Title)?;
    page.height(0, if in_english { 56.0 } else { 36.0 })?;
    let cycle = (
        format!("期：{month}    单位：人    各单位人数含其下属单位；自报与已确认不重复计算"),
        format!("Cycle {month}; numbers of people; those of the units below are included; nobody is counted twice"),
    );
    page.over((1, 0), (1, NOTES), &heading((&cycle.0, &cycle.1), in_english), Look::Subtitle)?;
    page.height(1, if in_english { 34.0 } else { 20.0 })?;
    for (column, name) in
        [(0, ("单位", "Organization")), (1, ("类别", "Kind")), (2, ("总人数", "Headcount")), (NOTES, ("说明", "Notes"))]
    {
        page.over((HEAD - 2, column), (HEAD - 1, column), &heading(name, in_english), Look::Header)?;
    }
    for (at, group) in GROUPS.into_iter().enumerate() {
        let first = FIRST + at * PARTS.len();
        page.over((HEAD - 2, first), (HEAD - 2, first + 2), &heading(group, in_english), Look::Header)?;
        for (part, name) in PARTS.into_iter().enumerate() {
            page.text((HEAD - 1, first + part), &heading(name, in_english), Look::Header)?;
        }
    }
    if in_english {
        page.height(HEAD - 2, 30.0)?;
        page.height(HEAD - 1, 30.0)?;
    }
    Ok(())
}

fn row(page: &mut Page<'_>, at: usize, line: &Line) -> Result<(), Error> {
    page.text((at, 0), &indented(line), Look::Long)?;
    page.text((at, 1), kind(line.node.kind), Look::Field)?;
    match line.headcount {
        Some(headcount) => page.number((at, 2), headcount, Look::Number)?,
        None => page.text((at, 2), "", Look::Field)?,
    }
    for (group, people) in groups(line.numbers).into_iter().enumerate() {
        let first = FIRST + group * PARTS.len();
        page.number((at, first), people.claimed, Look::Number)?;
        page.number((at, first + 1), people.confirmed, Look::Number)?;
        page.number((at, first + 2), people.total(), Look::Number)?;
    }
    let notes: Vec<String> = line.notes.iter().map(|note| said(*note)).collect();
    page.text((at, NOTES), &notes.join("\n"), Look::Long)?;
    // Merged heads and long notes keep programs from finding the height by themselves.
    page.height(at, 18.0 * f64::from(u32::try_from(notes.len().max(1)).unwrap_or(1)))
}

const fn groups(numbers: Numbers) -> [People; 4] {
    [numbers.members, numbers.studied, numbers.commented, numbers.voted]
}

/// The name, set in by its depth in the tree, so that the order can be seen.
fn indented(line: &Line) -> String {
    let node = &line.node;
    let depth = match node.kind {
        OrganizationKind::City => 0,
        OrganizationKind::District => 1,
        OrganizationKind::Unit if node.parent == node.district => 2,
        OrganizationKind::Unit => 3,
    };
    let closed = if node.active { "" } else { "（已关闭）" };
    format!("{}{}{closed}", "　".repeat(depth), node.name)
}

const fn kind(kind: OrganizationKind) -> &'static str {
    match kind {
        OrganizationKind::City => "市",
        OrganizationKind::District => "区",
        OrganizationKind::Unit => "单位",
    }
}

/// A note as people read it: what it says in both languages, and its code.
fn said(note: Note) -> String {
    let code = note.code();
    match note {
        Note::HeadcountExceeded { number, people, headcount } => {
            let name = match number {
                Figure::Members => "归属人数",
                Figure::Studied => "学习人数",
                Figure::Commented => "留言人数",
                Figure::Voted => "投票人数",
            };
            format!(
                "{name}（{people}）超过总人数（{headcount}），请核对 {number}: {people} of {headcount} people [{code}]"
            )
        }
        Note::HeadcountMissing => format!("未填报总人数 The headcount is not entered [{code}]"),
        Note::HeadcountIncomplete { units } => {
            format!("总人数为下属单位之和，{units} 个单位未填报 The headcount lacks that of {units} units [{code}]")
        }
    }
}

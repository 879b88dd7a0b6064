//! The sheets of a report, in their order.

use bytes::Bytes;

use super::{
    aftercare,
    facts::{Honoured, Report},
    overview,
    tables::{Cell, HEAD, Table},
};
use crate::{
    domain::{
        candidate::{Channel, Status},
        lead::LeadStatus,
        participation::People,
        stage::StageCode,
        statistics::{Figures, Outcome, Ratio, StageFigures},
    },
    service::{
        Error,
        exports::labels,
        sheets::{Book, Drawing, Page, Shape},
    },
};

/// How counts, days and shares are written in charts.
pub(super) const WHOLE: &str = "#,##0";
const DAYS: &str = "0.0";
const SHARE: &str = "0%";

/// The workbook.
pub(super) fn write(report: &Report) -> Result<Bytes, Error> {
    let mut book = Book::new()?;
    overview::write(&mut book, report)?;
    places(&mut book, report)?;
    categories(&mut book, report)?;
    channels(&mut book, report)?;
    stages(&mut book, report)?;
    listed(&mut book, report)?;
    people(&mut book, report)?;
    aftercare::write(&mut book, report)?;
    book.into_bytes()
}

const COUNTED: [(&str, f64); 12] = [
    ("候选人", 9.0),
    ("推荐件数", 10.0),
    ("核实通过", 10.0),
    ("区级推荐", 10.0),
    ("市级筛选", 10.0),
    ("上报", 8.0),
    ("上榜", 8.0),
    ("退回次数", 10.0),
    ("否决次数", 10.0),
    ("撤回次数", 10.0),
    ("待办", 8.0),
    ("核实按时率", 12.0),
];

/// The numbers of a part, one for each of [`COUNTED`].
fn counted(figures: &Figures) -> Vec<Cell> {
    let passed = |stage| Cell::Count(figures.stage(stage).ended(Outcome::Passed));
    let over_all = |of: &dyn Fn(StageCode) -> u32| {
        Cell::Count(StageCode::ALL.iter().fold(0, |sum: u32, stage| sum.saturating_add(of(*stage))))
    };
    let ended = |outcome| over_all(&|stage| figures.stage(stage).ended(outcome));
    vec![
        Cell::Count(figures.candidates()),
        Cell::Count(figures.nominations()),
        passed(StageCode::UnitVerification),
        passed(StageCode::DistrictEndorsement),
        passed(StageCode::CityScreening),
        passed(StageCode::Forwarding),
        Cell::Count(figures.in_status(Status::Listed)),
        ended(Outcome::Returned),
        ended(Outcome::Rejected),
        ended(Outcome::Withdrawn),
        over_all(&|stage| figures.stage(stage).waiting),
        Cell::Share(on_time(figures, StageCode::UnitVerification)),
    ]
}

fn places(book: &mut Book, report: &Report) -> Result<(), Error> {
    let units = [("有推荐的单位", 13.0), ("在用单位", 10.0)];
    let is_city = report.places_are == "区";
    let name = if is_city { "各区情况" } else { "各单位情况" };
    let mut columns = vec![(report.places_are, 26.0)];
    columns.extend(COUNTED);
    columns.extend(units.iter().filter(|_| is_city));
    let mut table = Table::new(name, &columns).on_many_pages();
    for part in &report.places {
        let mut row = vec![Cell::text(&part.name)];
        row.extend(counted(&part.figures));
        if is_city {
            let units = part.coverage.map(|coverage| coverage.units).unwrap_or_default();
            row.extend([Cell::Count(units.nominated), Cell::Count(units.active)]);
        }
        table.rows.push(row);
    }
    let mut page = table.write(book, report)?;
    // Forty names are as many as can be read under a chart.
    let last = table.rows.len().min(40);
    draw(&mut page, &table, last, ("候选人、区级推荐与上榜", report.places_are, "人次"), &[1, 4, 7])
}

fn categories(book: &mut Book, report: &Report) -> Result<(), Error> {
    let mut columns = vec![("类别", 26.0)];
    columns.extend(COUNTED);
    let mut table = Table::new("各类别", &columns);
    for part in &report.categories {
        table.rows.push([vec![Cell::text(&part.name)], counted(&part.figures)].concat());
    }
    let mut page = table.write(book, report)?;
    let below = table.end() + 1;
    let shares = Drawing {
        shape: Shape::Pie,
        size: (440, 320),
        ..drawing(table.rows.len(), ("候选人的类别构成", "类别", "人"), &[1])
    };
    page.draw((below, 0), &shares)?;
    let bars = Drawing {
        size: (560, 320), ..drawing(table.rows.len(), ("各类别候选人与上榜", "类别", "人"), &[1, 7])
    };
    page.draw((below, 5), &bars)
}

fn channels(book: &mut Book, report: &Report) -> Result<(), Error> {
    let columns = [
        ("推荐渠道", 22.0),
        ("推荐件数", 12.0),
        ("首推候选人", 12.0),
        ("上榜", 10.0),
        ("收到线索", 12.0),
        ("线索待处理", 12.0),
        ("线索转推荐", 12.0),
        ("线索未采用", 12.0),
    ];
    let mut table = Table::new("推荐渠道", &columns);
    let total = &report.total.total;
    for (channel, part) in Channel::ALL.iter().zip(&report.channels) {
        let figures = &part.figures;
        table.rows.push(vec![
            Cell::text(&part.name),
            Cell::Count(total.nominated_by(*channel)),
            Cell::Count(figures.candidates()),
            Cell::Count(figures.in_status(Status::Listed)),
            Cell::Count(leads(figures)),
            Cell::Count(figures.leads(LeadStatus::Received)),
            Cell::Count(figures.leads(LeadStatus::Promoted)),
            Cell::Count(figures.leads(LeadStatus::Dismissed)),
        ]);
    }
    let mut page = table.write(book, report)?;
    let below = table.end() + 1;
    let bars = drawing(table.rows.len(), ("各渠道推荐与线索", "推荐渠道", "件"), &[1, 4]);
    page.draw((below, 0), &Drawing { shape: Shape::Bars, size: (800, 340), ..bars })
}

/// The sheet of the stages, from which the first one draws, too.
pub(super) const STAGES: &str = "各环节用时与按时率";

/// The ways in which a passage ends, as columns.
const OUTCOMES: [(&str, Outcome); 8] = [
    ("通过", Outcome::Passed),
    ("退回", Outcome::Returned),
    ("否决", Outcome::Rejected),
    ("未上榜", Outcome::NotListed),
    ("撤回", Outcome::Withdrawn),
    ("合并", Outcome::Merged),
    ("回到前一环节", Outcome::Reopened),
    ("结转", Outcome::CarriedOver),
];

fn stages(book: &mut Book, report: &Report) -> Result<(), Error> {
    let mut columns = vec![("环节", 14.0), ("进入", 8.0)];
    columns.extend(OUTCOMES.map(|(name, _)| (name, if name.chars().count() > 4 { 13.0 } else { 8.0 })));
    columns.extend([
        ("待办", 8.0),
        ("通过率", 9.0),
        ("退回率", 9.0),
        ("按时决定", 10.0),
        ("应决定", 9.0),
        ("按时率", 9.0),
        ("用时中位数（天）", 17.0),
        ("用时九成位（天）", 17.0),
    ]);
    let mut table = Table::new(STAGES, &columns);
    table.rows = report.total.total.stages().iter().map(stage).collect();
    let mut page = table.write(book, report)?;
    let below = table.end() + 1;
    let count = table.rows.len();
    let days = drawing(count, ("各环节用时（天）", "环节", "天"), &[16, 17]);
    page.draw((below, 0), &Drawing { number_format: DAYS, size: (600, 320), ..days })?;
    let rates = drawing(count, ("通过率、退回率与按时率", "环节", "比率"), &[11, 12, 15]);
    page.draw((below, 9), &Drawing { number_format: SHARE, size: (600, 320), ..rates })
}

fn stage(stage: &StageFigures) -> Vec<Cell> {
    let mut row = vec![Cell::text(labels::stage(stage.stage)), Cell::Count(stage.entered)];
    row.extend(OUTCOMES.map(|(_, outcome)| Cell::Count(stage.ended(outcome))));
    row.extend([
        Cell::Count(stage.waiting),
        Cell::Share(stage.pass_rate.share()),
        Cell::Share(stage.return_rate.share()),
        stage.on_time.map_or(Cell::Nothing, |due| Cell::Count(due.numerator)),
        stage.on_time.map_or(Cell::Nothing, |due| Cell::Count(due.denominator)),
        Cell::Share(stage.on_time.and_then(Ratio::share)),
        Cell::Decimal(stage.days.median),
        Cell::Decimal(stage.days.p90),
    ]);
    row
}

fn listed(book: &mut Book, report: &Report) -> Result<(), Error> {
    let columns = [
        ("序号", 6.0),
        ("类别", 12.0),
        ("姓名", 14.0),
        ("区", 14.0),
        ("单位", 28.0),
        ("证书编号", 20.0),
        ("状态", 14.0),
        ("一句话事迹", 72.0),
    ];
    let mut table = Table::new("上榜名单", &columns).on_many_pages();
    let row = |(at, entry): (usize, &Honoured)| {
        let texts = [&entry.category, &entry.name, &entry.district, &entry.unit, &entry.number];
        let mut row = vec![Cell::text(&(at + 1).to_string())];
        row.extend(texts.map(|text| Cell::text(text)));
        row.extend([Cell::text(entry.standing), Cell::text(&entry.summary)]);
        row
    };
    table.rows = report.entries.iter().flatten().enumerate().map(row).collect();
    if report.entries.is_none() {
        table.note = Some("本期好人榜尚未发布。".to_owned());
    }
    table.write(book, report).map(drop)
}

fn people(book: &mut Book, report: &Report) -> Result<(), Error> {
    let columns = [
        ("单位", 34.0),
        ("总人数", 14.0),
        ("归属人数", 14.0),
        ("学习人数", 14.0),
        ("留言人数", 14.0),
        ("投票人数", 14.0),
    ];
    let mut table = Table::new("参与情况", &columns).on_many_pages();
    let both = |people: People| Cell::Count(people.total());
    for line in &report.people {
        let numbers = line.numbers;
        table.rows.push(vec![
            Cell::text(&line.node.name),
            line.headcount.map_or(Cell::Nothing, Cell::Count),
            both(numbers.members),
            both(numbers.studied),
            both(numbers.commented),
            both(numbers.voted),
        ]);
    }
    table.note = Some("按组织录入先后排列，不作排名；人数含自报和已确认的，上级含下级。".to_owned());
    let mut page = table.write(book, report)?;
    let last = table.rows.len().min(40);
    draw(&mut page, &table, last, ("学习、留言与投票人数", "单位", "人"), &[3, 4, 5])
}

pub(super) fn draw(
    page: &mut Page<'_>,
    table: &Table<'_>,
    last: usize,
    (title, names, numbers): (&str, &str, &str),
    columns: &[usize],
) -> Result<(), Error> {
    if last == 0 {
        return Ok(());
    }
    page.draw((table.end() + 1, 0), &drawing(last, (title, names, numbers), columns))
}

/// Columns of the first rows of a table.
fn drawing<'a>(last: usize, (title, names, numbers): (&'a str, &'a str, &'a str), columns: &'a [usize]) -> Drawing<'a> {
    Drawing {
        shape: Shape::Columns,
        title,
        axes: (names, numbers),
        rows: (HEAD - 1, HEAD - 1 + last),
        sheet: None,
        names: 0,
        numbers: columns,
        number_format: WHOLE,
        size: (960, 340),
    }
}

pub(super) fn leads(figures: &Figures) -> u32 {
    LeadStatus::ALL.iter().fold(0, |sum, status| sum.saturating_add(figures.leads(*status)))
}

fn on_time(figures: &Figures, stage: StageCode) -> Option<f64> {
    figures.stage(stage).on_time.and_then(Ratio::share)
}

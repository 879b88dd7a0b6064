//! The first sheet of a report: key numbers with what they mean, and how many came how far.

use super::{
    facts::Report,
    pages::{STAGES, WHOLE, leads},
    tables::{Cell, HEAD, Table},
};
use crate::{
    domain::{
        candidate::Status,
        stage::StageCode,
        statistics::{Figures, Outcome, Ratio},
    },
    service::{
        Error,
        sheets::{Book, Drawing, Shape},
    },
};

pub(super) fn write(book: &mut Book, report: &Report) -> Result<(), Error> {
    let figures = &report.total.total;
    let mut table = Table::new("概览", &[("指标", 24.0), ("数值", 14.0), ("说明", 78.0)]);
    let lines = [reached(report), decided(figures)].concat();
    table.rows =
        lines.into_iter().map(|(name, number, says)| vec![Cell::text(name), number, Cell::text(says)]).collect();
    let mut page = table.write(book, report)?;
    let drawing = Drawing {
        shape: Shape::Bars,
        sheet: Some(STAGES),
        title: "各环节进入与通过",
        axes: ("环节", "次"),
        rows: (HEAD - 1, HEAD - 1 + StageCode::ALL.len()),
        names: 0,
        numbers: &[1, 2],
        number_format: WHOLE,
        size: (820, 320),
    };
    page.draw((table.end() + 1, 0), &drawing)
}

/// A key number with its name and what it means.
type Key = (&'static str, Cell, &'static str);

/// How many were recommended, and how far the campaign reaches.
fn reached(report: &Report) -> Vec<Key> {
    let (total, figures) = (&report.total, &report.total.total);
    let mut lines = vec![
        (
            "候选人（人/组）",
            Cell::Count(figures.candidates()),
            "本期现有的候选人，不论进展到哪一步；结转到下期的计入下期。",
        ),
        ("推荐（件）", Cell::Count(figures.nominations()), "这些候选人收到的、未撤回的推荐；一人可有多件。"),
        ("线索（条）", Cell::Count(leads(figures)), "本期收到的线索，含已转为推荐、未采用和待处理的。"),
    ];
    let Some(coverage) = total.coverage else { return lines };
    let units = coverage.units;
    let covered = Ratio { numerator: units.nominated, denominator: units.active };
    lines.push(("有推荐的单位", Cell::Count(units.nominated), "本期至少有一名候选人的在用单位数。"));
    lines.push(("在用单位", Cell::Count(units.active), "现在参加活动的单位数，含下属窗口。"));
    lines.push(("单位覆盖率", Cell::Share(covered.share()), "有推荐的单位 ÷ 在用单位。"));
    if let Some(quotas) = coverage.quotas {
        lines.push(("用满名额的区", Cell::Count(quotas.used_up), "本期推荐名额全部用完的区数。"));
    }
    lines
}

/// What was decided.
fn decided(figures: &Figures) -> Vec<Key> {
    let passed = |stage| Cell::Count(figures.stage(stage).ended(Outcome::Passed));
    let unit = figures.stage(StageCode::UnitVerification);
    vec![
        ("通过单位核实（次）", passed(StageCode::UnitVerification), "单位核实通过的次数；退回后再报的另计一次。"),
        ("通过区级推荐（次）", passed(StageCode::DistrictEndorsement), "区级推荐通过的次数。"),
        ("通过市级筛选（次）", passed(StageCode::CityScreening), "市级筛选通过的次数。"),
        ("上报（次）", passed(StageCode::Forwarding), "随批次上报省级平台的次数。"),
        ("上榜（人/组）", Cell::Count(figures.in_status(Status::Listed)), "现在榜上有效的候选人；已撤销的不计。"),
        ("核实通过率", Cell::Share(unit.pass_rate.share()), "通过 ÷（通过＋退回＋否决）。"),
        ("核实退回率", Cell::Share(unit.return_rate.share()), "退回 ÷（通过＋退回＋否决）。"),
        ("核实按时率", Cell::Share(unit.on_time.and_then(Ratio::share)), "期限内作出的决定 ÷ 应当已经作出的决定。"),
        (
            "核实用时中位数（天）",
            Cell::Decimal(unit.days.median),
            "已作出决定的用时排序后居中的一个，按整小时计，一天为 24 小时。",
        ),
    ]
}

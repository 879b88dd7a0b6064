//! A published list as a text for people, with no name that is withheld or revoked.

use std::fmt::Write as _;

use chrono_tz::Tz;

use crate::{
    domain::{category::Category, honour::Standing, local_day},
    service::lists::PublishedList,
    storage::{honours::Entry, lists::ListRow},
};

/// The title of a list's item: 身边好人榜（2026 年 11 月）.
#[must_use]
pub fn title(list: &ListRow) -> String {
    format!("{}（{} 年 {} 月）", list.title, list.cycle.year(), list.cycle.month())
}

/// The list by category, an entry a line. Empty categories are left out.
#[must_use]
pub fn text(published: &PublishedList, categories: &[Category], time_zone: Tz) -> String {
    let list = &published.list;
    let all = published.categories.iter().flat_map(|(_, entries)| entries);
    let count = all.clone().filter(|entry| !entry.honour.standing.is_revoked()).count();
    let mut text = format!("{}发布{}，共 {count} 人（组）上榜。", list.issuer, title(list));
    for (code, entries) in published.categories.iter().filter(|(_, entries)| !entries.is_empty()) {
        let name = categories.iter().find(|category| category.code == *code);
        let name = name.map_or_else(|| code.as_str(), |category| category.name.zh.as_str());
        // Writing to a text does not fail.
        let _ = write!(text, "\n\n{name}");
        for entry in entries {
            let _ = write!(text, "\n{}", line(entry, time_zone));
        }
    }
    text
}

fn line(entry: &Entry, time_zone: Tz) -> String {
    let number = &entry.honour.number;
    match &entry.honour.standing {
        Standing::Shown => {
            let unit = entry.unit.as_ref().map(|unit| format!("，{unit}")).unwrap_or_default();
            format!("{}（{}{unit}）：{}", entry.name, entry.district, entry.summary)
        }
        Standing::Withheld => format!("{number}：不公布姓名"),
        Standing::Revoked { at, is_withheld: true, .. } => {
            format!("{number}：已于 {} 撤销", local_day::day_of(*at, time_zone))
        }
        Standing::Revoked { at, reason, is_withheld: false } => {
            format!("{number}：已于 {} 撤销，原因：{reason}", local_day::day_of(*at, time_zone))
        }
    }
}

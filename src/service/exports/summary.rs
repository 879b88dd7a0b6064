//! A district's summary table (汇总表): whom it puts forward in a month, by category, with room for the signatures.

use std::collections::HashMap;

use bytes::Bytes;

use super::labels;
use crate::{
    domain::{
        candidate::Status,
        id::OrganizationId,
        import::gender_label,
        month::Month,
        organization::{Organization, OrganizationKind},
    },
    service::{
        Caller, Error, Service,
        candidates::{
            dossier::Dossier,
            read::{self, ListRequest},
        },
        sheets::{Book, Look, Paper},
    },
    storage,
};

/// More than any district puts forward.
const ALL: i64 = 1_000;

/// The district that the caller may write a table of; 404 else.
pub async fn find_district(service: &Service, caller: &Caller, id: OrganizationId) -> Result<Organization, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let found = service.store.read(move |db| Ok::<_, Error>(storage::organizations::find(db, id)?)).await?;
    let is_own = |one: &Organization| one.kind == OrganizationKind::District && scope.covers(one.id, None);
    found.filter(is_own).ok_or_else(Error::not_found)
}

/// The table of those whom the district has endorsed.
pub async fn district_summary(
    service: &Service,
    caller: &Caller,
    month: Month,
    district: Organization,
) -> Result<Bytes, Error> {
    let filter = ListRequest {
        cycles: vec![month],
        districts: vec![district.id],
        statuses: Status::ALL.iter().copied().filter(|status| status.counts_for_quota()).collect(),
        ..ListRequest::default()
    };
    let dossiers = read::list_files(service, caller, filter, None, ALL).await?;
    let categories = service.store.read(|db| Ok::<_, Error>(storage::categories::list(db)?)).await?;
    let mut groups = by_category(dossiers);
    let mut ordered: Vec<(String, Dossier)> = Vec::new();
    for category in categories {
        let of_it = groups.remove(category.code.as_str()).unwrap_or_default();
        ordered.extend(of_it.into_iter().map(|dossier| (category.name.zh.clone(), dossier)));
    }
    service.sheets.work(move || write(month, &district, &ordered)).await
}

const HEADER: [(&str, f64); 10] = [
    ("序号", 6.0),
    ("类别", 12.0),
    ("姓名", 12.0),
    ("性别", 6.0),
    ("出生年份", 9.0),
    ("民族", 8.0),
    ("单位", 24.0),
    ("职业", 16.0),
    ("一句话事迹", 48.0),
    ("状态", 12.0),
];

fn write(month: Month, district: &Organization, rows: &[(String, Dossier)]) -> Result<Bytes, Error> {
    let mut book = Book::new()?;
    let mut page = book.page("汇总表")?;
    let last = HEADER.len() - 1;
    page.widths(&HEADER.map(|(_, width)| width))?;
    page.over((0, 0), (0, last), &format!("“身边好人”推荐人选汇总表（{month}）"), Look::Title)?;
    page.height(0, 36.0)?;
    page.over(
        (1, 0),
        (1, last),
        &format!("填报单位：{}（盖章）    共 {} 人", district.name, rows.len()),
        Look::Subtitle,
    )?;
    for (at, (title, _)) in HEADER.iter().enumerate() {
        page.text((2, at), title, Look::Header)?;
    }
    for (line, (category, dossier)) in rows.iter().enumerate() {
        let candidate = &dossier.candidate;
        let cells = [
            (line + 1).to_string(),
            category.clone(),
            candidate.name.clone(),
            candidate.gender.map(gender_label).unwrap_or_default().to_owned(),
            candidate.birth_year.map(|year| year.to_string()).unwrap_or_default(),
            candidate.ethnicity.clone().unwrap_or_default(),
            dossier.unit_name.clone().unwrap_or_default(),
            candidate.occupation.clone().unwrap_or_default(),
            candidate.summary.clone(),
            labels::status(candidate.status).to_owned(),
        ];
        for (at, cell) in cells.iter().enumerate() {
            page.text((line + 3, at), cell, Look::Field)?;
        }
    }
    page.over(
        (rows.len() + 4, 0),
        (rows.len() + 4, last),
        "填报人：              审核人：              填报日期：    年    月    日",
        Look::Subtitle,
    )?;
    page.freeze(3)?;
    page.paper(Paper::Across);
    book.into_bytes()
}

/// The candidates of a request by category, in the order of the categories.
fn by_category(dossiers: Vec<Dossier>) -> HashMap<String, Vec<Dossier>> {
    let mut groups: HashMap<String, Vec<Dossier>> = HashMap::new();
    for dossier in dossiers {
        groups.entry(dossier.candidate.category.to_string()).or_default().push(dossier);
    }
    groups
}

//! The roll of the pool of moral models (道德模范储备库名册), within the subtree of who asks for it.

use bytes::Bytes;
use chrono_tz::Tz;
use serde_json::json;

use super::labels;
use crate::{
    domain::{
        fault::{Code, Fault},
        import::subject_label,
        outside_honour::HonourLevel,
        role::Role,
        sheet::TableFormat,
    },
    service::{
        Caller, Error, Service,
        honorees::{self, HonoreeRequest, HonouredOne, StandingOf},
        record::{self, Deed},
        sheets::{TableColumn, TableWriter},
    },
    storage::honorees::Terms,
};

/// The most people of one export.
pub const POOL_MAX_ROWS: usize = 20_000;
/// People read in one transaction.
const PAGE: i64 = 200;

/// The roll: for reviewers of the city and of districts. Each export is an audit event, written before anything is handed out.
pub async fn export_pool(service: &Service, caller: &Caller, terms: Terms) -> Result<Bytes, Error> {
    let account = caller.require(&[Role::DistrictReviewer, Role::CityReviewer])?.clone();
    let request = HonoreeRequest { inner: true, in_pool: true, terms, ..HonoreeRequest::default() };
    let mut found: Vec<HonouredOne> = Vec::new();
    loop {
        let after = found.last().map(|last| (last.honoree.created_at, last.honoree.id));
        let page = honorees::list_honorees(service, caller, request.clone(), after, PAGE).await?;
        if page.is_empty() {
            break;
        }
        found.extend(page);
        if found.len() > POOL_MAX_ROWS {
            let fault = Fault::at("/limit", Code::TooMany).with("limit", POOL_MAX_ROWS);
            return Err(Error::refused(Code::InvalidQuery, vec![fault]));
        }
    }
    let (of_service, caller, count) = (service.clone(), caller.clone(), found.len());
    let noted = service.store.write(move |db| {
        account.recheck(db)?;
        let deed = Deed::new("pool.exported", "export", "moral-model-pool").with(json!({ "count": count }));
        record::audit(&of_service, db, &caller, &deed)
    });
    noted.await?;
    let zone = service.time_zone;
    let write = move || {
        let mut table = TableWriter::new(TableFormat::Xlsx, "道德模范储备库", &COLUMNS)?;
        table.push(&found.iter().map(|one| row(one, zone)).collect::<Vec<_>>())?;
        table.into_bytes()
    };
    service.sheets.work(write).await
}

const fn column(label: &'static str, english: &'static str, meaning: &'static str, width: f64) -> TableColumn {
    TableColumn { label, english, meaning, width }
}

const COLUMNS: [TableColumn; 10] = [
    column("编号", "id", "系统编号 The honoree's id", 38.0),
    column("姓名", "name", "个人姓名或群体名称 Name of the person or group", 14.0),
    column("个人或群体", "subject", "个人、群体 A person or a group", 11.0),
    column("是否已故", "posthumous", "是、否 Whether the person has died", 9.0),
    column("区", "district", "最近一次上榜所属区 The district of the latest honour", 12.0),
    column("单位", "unit", "最近一次上榜的承办单位 The unit that carried the latest honour", 24.0),
    column("上榜荣誉", "honours", "有效的上榜荣誉：期、类别、证书编号 Honours of our lists that stand", 40.0),
    column("其他荣誉", "outside_honours", "有效的其他荣誉：级别、名称、日期 Honours of others that stand", 40.0),
    column("公示情况", "standing", "公示、不公示 Whether the public sees the person", 10.0),
    column("入库时间", "pool_entered_at", "当地时间 Since when in the pool, local time", 17.0),
];

fn row(one: &HonouredOne, zone: Tz) -> Vec<String> {
    let standing: Vec<_> = one.honours.iter().filter(|entry| !entry.honour.standing.is_revoked()).collect();
    let latest = one.honours.first();
    let listed = standing.iter().map(|entry| format!("{} {}", entry.honour.number.month, entry.honour.number));
    let outside = one.outside.iter().filter(|honour| honour.struck.is_none());
    let outside = outside.map(|honour| format!("{} {} {}", level(honour.level), honour.title, honour.awarded_on));
    let is_shown = one.inner.as_ref().is_some_and(|inner| inner.standing == StandingOf::Shown);
    vec![
        one.honoree.id.to_string(),
        one.honoree.name.clone(),
        subject_label(one.honoree.subject).to_owned(),
        labels::yes(one.honoree.posthumous).to_owned(),
        latest.map(|entry| entry.district.clone()).unwrap_or_default(),
        latest.and_then(|entry| entry.unit.clone()).unwrap_or_default(),
        listed.collect::<Vec<_>>().join("；"),
        outside.collect::<Vec<_>>().join("；"),
        if is_shown { "公示" } else { "不公示" }.to_owned(),
        one.pool.as_ref().map(|entry| labels::moment(entry.entered_at, zone)).unwrap_or_default(),
    ]
}

/// The Chinese name of a level.
const fn level(level: HonourLevel) -> &'static str {
    match level {
        HonourLevel::District => "区级",
        HonourLevel::Municipal => "市级",
        HonourLevel::Provincial => "省级",
        HonourLevel::National => "国家级",
    }
}

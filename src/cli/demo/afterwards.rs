//! What is done after the finished month's list: visits, a grant of help, publicity, an announcement.

use chrono::{Duration, NaiveDate};

use super::{
    cast::Cast,
    error::{DemoError, During as _},
    guide,
};
use crate::{
    domain::{
        announcement::{AnnouncementFields, AnnouncementKind},
        assistance::{AssistanceKind, FundSource, Proposal},
        id::HonoreeId,
        local_day,
        publicity::{PublicityFields, PublicityKind},
        visit::{Visit, VisitKind},
    },
    service::{
        Caller, Service,
        aftercare::{
            ledger, rounds,
            steps::{self, HandoverInput},
            visits,
        },
        announcements::create_announcement,
        honorees::{HonoreeRequest, list_honorees},
        publicity::create_publicity,
    },
};

/// So many of the list are visited.
const VISITED: i64 = 4;

/// Visits some of the list, helps one, and tells of them.
pub async fn look_after(service: &Service, cast: &Cast) -> Result<(), DemoError> {
    let city = cast.caller(service, guide::CITY).await?;
    let today = local_day::day_of(service.clocks.campaign(), service.time_zone);
    let found = list_honorees(service, &city, HonoreeRequest::default(), None, VISITED).await;
    let honorees = found.during(|| "read who is on the list".to_owned())?;
    for (place, one) in honorees.iter().enumerate() {
        visit(service, &city, one.honoree.id, (today, place == 0)).await?;
    }
    let first = honorees.first().ok_or_else(|| DemoError::Missing("somebody on the list".to_owned()))?;
    help(service, cast, &city, (first.honoree.id, today)).await?;
    tell(service, &city, (first.honoree.id, &first.honoree.name, today)).await?;
    rounds::tend(service).await.map(drop).during(|| "plan the next visits".to_owned())
}

async fn visit(
    service: &Service,
    city: &Caller,
    id: HonoreeId,
    (today, is_hard): (NaiveDate, bool),
) -> Result<(), DemoError> {
    let visit = Visit {
        visited_on: today,
        kind: VisitKind::Home,
        reached: true,
        visitors: vec!["周敏".to_owned(), "何志远".to_owned()],
        situation: "身体尚好，仍在社区做志愿服务。".to_owned(),
        hardship: is_hard.then(|| "家人长期住院，每月自付医药费约三千元。".to_owned()),
        next_on: None,
    };
    let made = visits::create_visit(service, city, id, visit, None).await;
    made.map(drop).during(|| "visit somebody on the list".to_owned())
}

/// Proposed by one reviewer of the city, approved by the other, handed over.
async fn help(
    service: &Service,
    cast: &Cast,
    city: &Caller,
    (id, today): (HonoreeId, NaiveDate),
) -> Result<(), DemoError> {
    let proposal = Proposal {
        kind: AssistanceKind::Money,
        amount_fen: 300_000,
        fund_source: FundSource::MoralModelFund,
        fund_detail: None,
        purpose: "困难补助，用于家人住院费用。".to_owned(),
    };
    let proposed = ledger::propose(service, city, id, proposal, None).await;
    let entry = proposed.during(|| "propose assistance".to_owned())?.row.id;
    let colleague = cast.caller(service, "city2").await?;
    let approved = steps::decide(service, &colleague, entry, (true, "情况属实，同意。".to_owned()), None).await;
    approved.during(|| "approve assistance".to_owned())?;
    let handover = HandoverInput { given_by: "周敏".to_owned(), given_on: today, received_by: None };
    let given = steps::hand_over(service, city, entry, handover, None).await;
    given.map(drop).during(|| "hand assistance over".to_owned())
}

async fn tell(
    service: &Service,
    city: &Caller,
    (id, name, today): (HonoreeId, &str, NaiveDate),
) -> Result<(), DemoError> {
    let record = PublicityFields {
        outlet: Some("长江日报".to_owned()),
        kind: Some(PublicityKind::Newspaper),
        title: Some(format!("身边好人{name}：平凡中的坚守")),
        published_on: Some(today),
        ..PublicityFields::default()
    };
    let recorded = create_publicity(service, city, id, record, None).await;
    recorded.map(drop).during(|| "record publicity".to_owned())?;
    let announcement = AnnouncementFields {
        title: Some("“我推荐、我评议身边好人”活动启事".to_owned()),
        body: Some("即日起，欢迎推荐您身边的好人。推荐网页、热线和信箱见“推荐渠道”。".to_owned()),
        publish_at: Some(Some(service.clocks.campaign() - Duration::hours(1))),
        ..AnnouncementFields::default()
    };
    let made = create_announcement(service, city, (AnnouncementKind::Notice, announcement), None).await;
    made.map(drop).during(|| "announce the campaign".to_owned())
}

//! Signals, with their reasons in words.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::wire::QuarantineStatusName;
use crate::{
    api::{
        answer::Answer,
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        role::mirrored,
        state::State,
    },
    domain::{
        id::SignalId,
        month::Month,
        role::Role,
        signal::{self, Figures, SignalKind, Subject},
    },
    service::{
        Caller,
        signals::{self, Signal},
    },
};

mirrored! {
    /// What a signal is about.
    SignalKindName = SignalKind {
        /// Many voters, or very many votes, from one network in ten minutes.
        PrefixBurst,
        /// Far more votes for a candidate in ten minutes than in the candidate's own earlier ones.
        CandidateSurge,
        /// Many voters whose accounts were made in the same minute.
        AccountsSameMinute,
        /// More voters of a unit than it has people.
        UnitAboveHeadcount,
        /// Votes for one candidate by two voters who have turned out to be one person.
        SamePerson,
    }
}

/// A sentence in both languages.
#[derive(Serialize, ToSchema)]
pub struct SignalReason {
    /// Chinese.
    pub zh: String,
    /// English.
    pub en: String,
}

/// The figures that a signal was raised on; null where the kind has none.
#[derive(Serialize, ToSchema)]
pub struct SignalFigures {
    /// Votes.
    pub votes: i64,
    /// Voters; for a network those who cast their first vote of the cycle, for a person the accounts.
    pub voters: Option<i64>,
    /// The candidate's earlier buckets of ten minutes, empty ones included.
    pub buckets: Option<i64>,
    /// The mean of votes in those.
    pub mean: Option<f64>,
    /// The deviation in those, at least that of chance.
    pub deviation: Option<f64>,
    /// So many deviations above the mean.
    pub z: Option<f64>,
    /// The people of the unit.
    pub headcount: Option<i64>,
}

/// A signal. It accuses nobody and changes nothing.
#[derive(Serialize, ToSchema)]
pub struct SignalView {
    /// Its id.
    pub id: Uuid,
    /// In which cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// What it is about.
    pub kind: SignalKindName,
    /// Why it was raised.
    pub reason: SignalReason,
    /// The figures.
    pub figures: SignalFigures,
    /// Whose votes.
    pub candidate_id: Option<Uuid>,
    /// Which unit's voters.
    pub organization_id: Option<Uuid>,
    /// Which network, as a keyed hash; null once the traces are removed.
    pub prefix: Option<String>,
    /// When the bucket of the votes, or the minute of the accounts, begins.
    pub from: Option<DateTime<Utc>>,
    /// The place in the log of the first of its votes.
    pub first_sequence: i64,
    /// The place of the last one.
    pub last_sequence: i64,
    /// When it was raised first.
    pub raised_at: DateTime<Utc>,
    /// The latest quarantine of its votes.
    pub quarantine_id: Option<Uuid>,
    /// How that stands.
    pub quarantine_status: Option<QuarantineStatusName>,
}

impl From<Signal> for SignalView {
    fn from(signal: Signal) -> Self {
        let (row, quarantine) = (signal.row, signal.quarantine);
        let subject = row.subject();
        let figures = row.figures.0;
        let (from, prefix, organization_id) = match subject {
            Some(Subject::Prefix { prefix, bucket }) => (Some(signal::bucket_start(bucket)), Some(prefix), None),
            Some(Subject::Candidate { bucket, .. }) => (Some(signal::bucket_start(bucket)), None, None),
            Some(Subject::Minute(minute)) => (Some(signal::minute_start(minute)), None, None),
            Some(Subject::Unit(unit)) => (None, None, Some(unit.into())),
            Some(Subject::Person(_)) | None => (None, None, None),
        };
        Self {
            id: row.id.into(),
            cycle: row.cycle,
            kind: row.kind.into(),
            reason: reason(row.kind, &figures),
            figures: figures.into(),
            candidate_id: signal.candidate.map(Into::into),
            organization_id,
            prefix: prefix.map(|prefix| format!("{prefix:016x}")),
            from,
            first_sequence: row.first_seq,
            last_sequence: row.last_seq,
            raised_at: row.raised_at.0,
            quarantine_id: quarantine.map(|(id, _)| id.into()),
            quarantine_status: quarantine.map(|(_, status)| status.into()),
        }
    }
}

impl From<Figures> for SignalFigures {
    fn from(figures: Figures) -> Self {
        let Figures { votes, voters, buckets, mean, deviation, z, headcount } = figures;
        Self { votes, voters, buckets, mean, deviation, z, headcount }
    }
}

fn reason(kind: SignalKind, figures: &Figures) -> SignalReason {
    let (votes, people) = (figures.votes, figures.voters.unwrap_or_default());
    let (zh, en) = match kind {
        SignalKind::PrefixBurst => (
            format!("同一网络段在 10 分钟内投出 {votes} 票，其中 {people} 人为首次投票"),
            format!("{votes} votes from one network within 10 minutes, {people} voters among them for the first time"),
        ),
        SignalKind::CandidateSurge => {
            let (mean, z) = (figures.mean.unwrap_or_default(), figures.z.unwrap_or_default());
            (
                format!("该候选人 10 分钟内得 {votes} 票，此前平均 {mean:.1} 票，高出 {z:.1} 个标准差"),
                format!(
                    "{votes} votes for the candidate within 10 minutes; {mean:.1} on average before, {z:.1} deviations less"
                ),
            )
        }
        SignalKind::AccountsSameMinute => (
            format!("{people} 个投票账号在同一分钟内注册，共投 {votes} 票"),
            format!("{people} voters whose accounts were made in the same minute, with {votes} votes"),
        ),
        SignalKind::UnitAboveHeadcount => {
            let headcount = figures.headcount.unwrap_or_default();
            (
                format!("该单位有 {people} 人投票，超过其 {headcount} 人的总人数"),
                format!("{people} voters of a unit of {headcount} people"),
            )
        }
        SignalKind::SamePerson => (
            format!("经身份核验，{people} 个投票账号属于同一人，其中 {votes} 票与此人先前所投重复"),
            format!("{people} voters have turned out to be one person; {votes} of their votes repeat earlier ones"),
        ),
    };
    SignalReason { zh, en }
}

/// Filters of signals.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListSignalsQuery {
    /// Of this kind; may be repeated.
    #[serde(default)]
    kind: Vec<SignalKindName>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List signals
///
/// What looks as if votes were not cast by the people they count for, in the order in which it was noticed. Votes are looked
/// through once a minute; that two voters are one person is noticed with the first ballot that tells it. There is no table of
/// units.
#[utoipa::path(
    tag = "votes",
    params(("month" = String, Path, description = "The cycle, such as 2026-11."), ListSignalsQuery),
    responses((status = 200, description = "A page of signals.", body = Page<SignalView>), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::BadQuery, responses::Common)
)]
#[get("/cycles/{month}/signals")]
pub async fn list_signals(
    state: State,
    caller: Caller,
    month: Path<Segment<Month>>,
    request: HttpRequest,
    query: Query<ListSignalsQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let month = month.value()?;
    let query = query.read()?;
    let page = PageRequest::<(DateTime<Utc>, SignalId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let kinds = query.kind.into_iter().map(Into::into).collect();
    let rows = signals::list_signals(&state, &caller, (month, kinds), page.after, page.rows()).await?;
    page.answer_plain(rows, |one| (one.row.raised_at.0, one.row.id), |one| Ok(SignalView::from(one)))
}

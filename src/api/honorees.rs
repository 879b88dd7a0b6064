//! Those who hold honours, and the public check of a certificate.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;

use crate::{
    api::{
        aftercare::contact::{ContactFilter, ContactView, list_lost},
        answer::Answer,
        lists::wire::{Revocation, StandingName},
        page::{Page, PageRequest},
        path::Segment,
        problem::Problem,
        query::Query,
        responses,
        state::State,
        subject::SubjectName,
    },
    domain::{category::CategoryCode, honour::CertificateNumber, id::HonoreeId, month::Month},
    service::{
        Caller,
        honorees::{self, HonouredOne},
    },
    storage::{honours::Entry, lists::ListRow},
};

/// For how many seconds anybody may keep the answers.
const KEPT_SECONDS: u32 = 60;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(list_honorees).service(get_honoree).service(check_certificate);
}

/// A person or group with the honours that stand.
#[derive(Serialize, ToSchema)]
pub struct HonoreeView {
    /// Its id.
    pub id: Uuid,
    /// The name.
    pub name: String,
    /// A person or a group.
    pub subject: SubjectName,
    /// Whether the person had died.
    pub posthumous: bool,
    /// The honours that stand, the latest first.
    pub honours: Vec<HonourView>,
    /// That the honoree cannot be found: with `contact=lost` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact: Option<ContactView>,
}

/// One honour.
#[derive(Serialize, ToSchema)]
pub struct HonourView {
    /// The number of the certificate.
    #[schema(examples("2026-11-DED-0001"))]
    pub certificate_number: String,
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// The category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// The candidate.
    pub candidate_id: Uuid,
    /// The deed in one sentence.
    pub summary: String,
    /// When the list was published.
    pub awarded_at: DateTime<Utc>,
}

impl From<Entry> for HonourView {
    fn from(entry: Entry) -> Self {
        Self {
            certificate_number: entry.honour.number.to_string(),
            cycle: entry.honour.number.month,
            category: entry.honour.category,
            candidate_id: entry.honour.candidate.into(),
            summary: entry.summary,
            awarded_at: entry.honour.awarded_at,
        }
    }
}

impl From<HonouredOne> for HonoreeView {
    fn from(honoured: HonouredOne) -> Self {
        Self {
            id: honoured.honoree.id.into(),
            name: honoured.honoree.name,
            subject: honoured.honoree.subject.into(),
            posthumous: honoured.honoree.posthumous,
            honours: honoured.honours.into_iter().map(Into::into).collect(),
            contact: None,
        }
    }
}

/// Which part of the honorees.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListHonoreesQuery {
    /// `lost`: those who cannot be found, the longest first; for the reviewers of the organizations in charge and above alone.
    #[param(inline)]
    contact: Option<ContactFilter>,
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List honorees
///
/// Those who hold an honour that stands, the latest first.
#[utoipa::path(
    tag = "honorees",
    params(ListHonoreesQuery),
    responses((status = 200, description = "A page of honorees.", body = Page<HonoreeView>), responses::Unchanged, responses::Unauthenticated, responses::Forbidden, responses::BadQuery, responses::Common),
    security((), ("bearer" = []))
)]
#[get("/honorees")]
pub async fn list_honorees(
    state: State,
    caller: Caller,
    request: HttpRequest,
    query: Query<ListHonoreesQuery>,
) -> Result<Answer, Problem> {
    let query = query.read()?;
    if query.contact == Some(ContactFilter::Lost) {
        return list_lost(&state, &caller, &request, (query.limit, query.cursor.as_deref())).await;
    }
    let page = PageRequest::<(DateTime<Utc>, HonoreeId)>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = honorees::list_honorees(&state, page.after, page.rows()).await?;
    let key = |row: &HonouredOne| (row.honoree.created_at, row.honoree.id);
    Ok(page.answer_plain(rows, key, |row| Ok(HonoreeView::from(row)))?.public(KEPT_SECONDS))
}

/// Read an honoree
///
/// With the honours that stand; 404 when there is none.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The honoree's id.")),
    responses((status = 200, description = "The honoree.", body = HonoreeView), responses::Unchanged, responses::NotFound, responses::Common),
    security(())
)]
#[get("/honorees/{id}")]
pub async fn get_honoree(state: State, id: Path<Segment<HonoreeId>>) -> Result<Answer, Problem> {
    let honoured = honorees::get_honoree(&state, id.value()?).await?;
    Ok(Answer::plain(&HonoreeView::from(honoured))?.public(KEPT_SECONDS))
}

/// What the public learns of a certificate by its number.
#[derive(Serialize, ToSchema)]
pub struct CertificateCheck {
    /// The number.
    #[schema(examples("2026-11-DED-0001"))]
    pub number: String,
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// The category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// The title of the list.
    #[schema(examples("身边好人榜"))]
    pub title: String,
    /// Whose list it is.
    #[schema(examples("武汉市"))]
    pub issuer: String,
    /// The holder's name with its middle masked; null where it is withheld.
    #[schema(examples("王*明"))]
    pub name: Option<String>,
    /// Whether it stands.
    pub standing: StandingName,
    /// When and why it was revoked.
    pub revocation: Option<Revocation>,
    /// When it was awarded.
    pub awarded_at: DateTime<Utc>,
}

impl From<(Entry, ListRow)> for CertificateCheck {
    fn from((entry, list): (Entry, ListRow)) -> Self {
        let standing = &entry.honour.standing;
        Self {
            number: entry.honour.number.to_string(),
            cycle: list.cycle,
            title: list.title,
            issuer: list.issuer,
            name: standing.name_on_check(&entry.name),
            standing: standing.into(),
            revocation: Revocation::of(standing),
            awarded_at: entry.honour.awarded_at,
            category: entry.honour.category,
        }
    }
}

/// Check a certificate
///
/// Whether the number was given, for what, and whether it stands. The name is masked in the middle.
#[utoipa::path(
    tag = "honorees",
    params(("number" = String, Path, description = "The certificate's number, such as 2026-11-DED-0001.")),
    responses((status = 200, description = "What is known of it.", body = CertificateCheck), responses::Unchanged, responses::NotFound, responses::Common),
    security(())
)]
#[get("/certificates/{number}")]
pub async fn check_certificate(state: State, number: Path<Segment<CertificateNumber>>) -> Result<Answer, Problem> {
    let found = honorees::check_certificate(&state, number.value()?).await?;
    Ok(Answer::plain(&CertificateCheck::from(found))?.public(KEPT_SECONDS))
}

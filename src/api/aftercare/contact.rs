//! Honorees who cannot be found.

use actix_web::{HttpRequest, http::StatusCode, post, web::Path};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        answer::Answer, body::Body, honorees::wire::HonoreeView, once::once, page::PageRequest, path::Segment,
        problem::Problem, responses, reviews::wire::ReasonRequest, role::mirrored, state::State,
    },
    domain::{
        aftercare::contact::{Level, Loss, LossCause},
        id::HonoreeId,
    },
    service::{
        Caller,
        aftercare::{
            access,
            alarms::{self, ContactState},
        },
    },
};

mirrored! {
    /// Who was alarmed.
    ContactLevelName = Level {
        /// The unit in charge.
        Unit,
        /// Its district.
        District,
        /// The city.
        City,
    }
}

mirrored! {
    /// Why somebody counts as lost.
    LossCauseName = LossCause {
        /// Nobody was reached for too long.
        Unreached,
        /// A reviewer has said so.
        Reported,
    }
}

/// Whether somebody can be reached.
#[derive(Clone, Copy, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactStateName {
    /// As far as is known.
    InContact,
    /// 失联.
    Lost,
}

/// Whether an honoree can be reached.
#[derive(Serialize, ToSchema)]
pub struct ContactView {
    /// In contact or lost.
    pub state: ContactStateName,
    /// The highest level that was alarmed.
    pub level: Option<ContactLevelName>,
    /// Why the honoree counts as lost.
    pub cause: Option<LossCauseName>,
    /// Since when.
    pub since: Option<NaiveDate>,
}

impl From<Option<Loss>> for ContactView {
    fn from(loss: Option<Loss>) -> Self {
        Self {
            state: if loss.is_some() { ContactStateName::Lost } else { ContactStateName::InContact },
            level: loss.map(|loss| loss.level.into()),
            cause: loss.map(|loss| loss.cause.into()),
            since: loss.map(|loss| loss.lost_on),
        }
    }
}

/// Whether an honoree can be reached, and who is alarmed next.
#[derive(Serialize, ToSchema)]
pub struct ContactStateView {
    /// Whose.
    pub honoree_id: Uuid,
    /// How it stands.
    pub contact: ContactView,
    /// Who is alarmed next, if nobody is reached before.
    pub next_level: Option<ContactLevelName>,
    /// When.
    pub next_alarm_on: Option<NaiveDate>,
}

impl From<ContactState> for ContactStateView {
    fn from(state: ContactState) -> Self {
        Self {
            honoree_id: state.honoree.into(),
            contact: state.loss.into(),
            next_level: state.next.map(|alarm| alarm.level.into()),
            next_alarm_on: state.next.map(|alarm| alarm.on),
        }
    }
}

/// Say that an honoree cannot be found
///
/// 失联, by a reviewer of the subtree: the unit in charge is alarmed at once (its district where there is none), the levels
/// above after the days of the policy, until a visit reaches the honoree.
#[utoipa::path(
    tag = "aftercare",
    params(("id" = Uuid, Path, description = "The honoree's id."), responses::IdempotencyHeader),
    request_body = ReasonRequest,
    responses((status = 201, description = "How it stands.", body = ContactStateView), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Conflict, responses::Common)
)]
#[post("/honorees/{id}/contact-loss")]
pub async fn report_contact_loss(
    state: State,
    caller: Caller,
    id: Path<Segment<HonoreeId>>,
    body: Body<ReasonRequest>,
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let id = id.value()?;
    access::require_inside(&state, &caller, id).await?;
    once(
        &state,
        body.attempt(&caller)?,
        async |attempt| {
            let reason = body.read()?.reason;
            created(alarms::report_loss(&state, &caller, id, reason, attempt).await?)
        },
        async |_| created(alarms::get_state(&state, id).await?),
    )
    .await
}

fn created(state: ContactState) -> Result<Answer, Problem> {
    Ok(Answer::plain(&ContactStateView::from(state))?.with_status(StatusCode::CREATED))
}

/// Who is asked for in the list of honorees, by whether they can be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ContactFilter {
    /// Those who cannot be found.
    Lost,
}

/// The page of the list of honorees with those who cannot be found, the longest first: for the reviewers of the organizations
/// in charge and above alone.
pub async fn list_lost(
    state: &State,
    caller: &Caller,
    request: &HttpRequest,
    (limit, cursor): (Option<i64>, Option<&str>),
) -> Result<Answer, Problem> {
    caller.require_reviewer()?;
    let page = PageRequest::<(NaiveDate, HonoreeId)>::read(request, limit, cursor)?;
    let rows = alarms::list_lost(state, caller, page.after, page.rows()).await?;
    page.answer_plain(
        rows,
        |(one, loss)| (loss.lost_on, one.honoree.id),
        |(one, loss)| Ok(HonoreeView { contact: Some(Some(loss).into()), ..HonoreeView::of(one)? }),
    )
}

//! The sandbox's clock.

use actix_web::{get, put};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::Validate;

use super::{answer::Answer, body::Body, problem::Problem, responses, state::State};
use crate::service::{
    Caller,
    campaign_clock::{self, Reading},
};

/// What the campaign's clock shows.
#[derive(Serialize, ToSchema)]
pub struct Clock {
    /// Campaign time.
    pub now: DateTime<Utc>,
    /// False while it agrees with the machine's clock.
    pub is_set: bool,
}

impl From<Reading> for Clock {
    fn from(reading: Reading) -> Self {
        Self { now: reading.now, is_set: reading.is_set }
    }
}

/// A moment to set the clock to.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct SetClockRequest {
    /// The clock runs on from this moment; null brings it back to the machine's.
    #[schema(required, examples("2026-11-26T10:00:00+08:00"))]
    pub now: Option<DateTime<Utc>>,
}

/// Registers the operations.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_clock).service(set_clock);
}

/// Read the campaign's clock
///
/// Sandboxes only; elsewhere there is no such path.
#[utoipa::path(
    tag = "sandbox",
    responses((status = 200, description = "The clock.", body = Clock), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/clock")]
pub async fn get_clock(state: State, caller: Caller) -> Result<Answer, Problem> {
    Answer::plain(&Clock::from(campaign_clock::get_clock(&state, &caller)?))
}

/// Set the campaign's clock
///
/// Windows, days and cycles follow it; tokens and limits do not. Sandboxes only.
#[utoipa::path(
    tag = "sandbox",
    request_body = SetClockRequest,
    responses((status = 200, description = "The clock as it is now.", body = Clock), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Common)
)]
#[put("/clock")]
pub async fn set_clock(state: State, caller: Caller, body: Body<SetClockRequest>) -> Result<Answer, Problem> {
    campaign_clock::get_clock(&state, &caller)?;
    let now = body.read()?.now;
    Answer::plain(&Clock::from(campaign_clock::set_clock(&state, &caller, now).await?))
}

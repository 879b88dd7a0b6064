//! Whether the server lives, and whether it can work.

use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer::Answer, problem::Problem, responses, state::State};
use crate::{domain::fault::Code, storage};

/// How the server is.
#[derive(Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`; anything else is a failure with a status of its own.
    #[schema(examples("ok"))]
    pub status: &'static str,
    /// The version of the server.
    #[schema(examples("0.1.0"))]
    pub version: &'static str,
}

fn healthy() -> Result<Answer, Problem> {
    Answer::plain(&Health { status: "ok", version: env!("CARGO_PKG_VERSION") })
}

/// Ask whether the server lives
///
/// Answers as long as the process can answer at all. To be asked by whoever restarts it.
#[utoipa::path(
    operation_id = "get_liveness",
    tag = "service",
    responses((status = 200, description = "It lives.", body = Health), responses::Common),
    security(())
)]
#[get("/healthz")]
pub async fn get_liveness() -> Result<Answer, Problem> {
    healthy()
}

/// Ask whether the server can work
///
/// Asks the database. To be asked by whoever sends requests here.
#[utoipa::path(
    operation_id = "get_readiness",
    tag = "service",
    responses((status = 200, description = "It can work.", body = Health), responses::Common),
    security(())
)]
#[get("/readyz")]
pub async fn get_readiness(state: State) -> Result<Answer, Problem> {
    let asked = state.store.read(storage::campaign_clock::find).await;
    match asked {
        Ok(_) => healthy(),
        Err(error) => {
            log::warn!("not ready: {error}");
            Err(Problem { retry_after: Some(1), ..Problem::of(Code::Unavailable) })
        }
    }
}

//! Corrections to a batch, whose package never changes.

use actix_web::{HttpRequest, get, web::Path};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

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
        id::BatchId,
        package::{self, CorrectionKind},
        role::Role,
    },
    service::{Caller, packages},
};

mirrored! {
    /// What became of a candidate after it was forwarded.
    CorrectionKindName = CorrectionKind {
        /// The consent was withdrawn: nothing of the candidate may be shown any more.
        ConsentWithdrawn,
        /// The portal or the city sent it back.
        Refused,
        /// The city took it out.
        Disqualified,
    }
}

/// One correction to a batch.
#[derive(Serialize, ToSchema)]
pub struct Correction {
    /// 1, 2, … in the batch.
    pub number: i64,
    /// Whom it concerns.
    pub candidate_id: Uuid,
    /// What happened.
    pub kind: CorrectionKindName,
    /// When.
    pub at: DateTime<Utc>,
}

impl From<package::Correction> for Correction {
    fn from(correction: package::Correction) -> Self {
        let package::Correction { number, candidate_id, kind, at } = correction;
        Self { number, candidate_id: candidate_id.into(), kind: kind.into(), at }
    }
}

/// Which part of the corrections is read.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCorrectionsQuery {
    /// Items on a page, 1–100.
    #[param(minimum = 1, maximum = 100, default = 20)]
    limit: Option<i64>,
    /// `next_cursor` of the page before.
    cursor: Option<String>,
}

/// List the corrections to a batch
///
/// Withdrawals of consent, refusals and disqualifications after forwarding, the first one first. Each is announced as
/// `batch.corrected`; the package stays as it was built.
#[utoipa::path(
    tag = "batches",
    params(("id" = Uuid, Path, description = "The batch's id."), ListCorrectionsQuery),
    responses((status = 200, description = "A page of corrections.", body = Page<Correction>), responses::BadQuery, responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/batches/{id}/corrections")]
pub async fn list_corrections(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<BatchId>>,
    query: Query<ListCorrectionsQuery>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer, Role::Portal])?;
    let id = id.value()?;
    // 404 comes before what is wrong with the query.
    let query = match query.read() {
        Ok(query) => query,
        Err(problem) => {
            packages::list_corrections(&state, &caller, id, (None, 1)).await?;
            return Err(problem);
        }
    };
    let page = PageRequest::<i64>::read(&request, query.limit, query.cursor.as_deref())?;
    let rows = packages::list_corrections(&state, &caller, id, (page.after, page.rows())).await?;
    page.answer_plain(rows, |row| row.number, |row| Ok(Correction::from(row)))
}

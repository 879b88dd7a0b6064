//! Those who hold honours, and the public check of a certificate.

mod linking;
mod merging;
mod outside;
mod read;
mod story;
pub mod wire;

use actix_web::{get, web::Path};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::{
    api::{
        answer::Answer,
        lists::wire::{Revocation, StandingName},
        path::Segment,
        problem::Problem,
        responses,
        state::State,
    },
    domain::{category::CategoryCode, honour::CertificateNumber, month::Month},
    service::honorees,
    storage::{honours::Entry, lists::ListRow},
};

/// For how many seconds anybody may keep the answers.
pub(super) const KEPT_SECONDS: u32 = 60;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(read::list_honorees)
        .service(read::get_honoree)
        .service(story::get_honoree_story)
        .service(merging::merge_honorees)
        .service(merging::unmerge_honorees)
        .service(outside::record_outside_honour)
        .service(outside::get_outside_honour)
        .service(outside::update_outside_honour)
        .service(outside::revoke_outside_honour)
        .service(linking::link_honoree)
        .service(linking::suggest_honorees)
        .service(check_certificate);
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

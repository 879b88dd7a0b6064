//! The schema of manifests, as it is published.

use actix_web::get;

use crate::api::{answer::Answer, problem::Problem, responses};

/// The schema, to the byte.
pub const MANIFEST_SCHEMA: &str = include_str!("manifest.schema.json");
/// It never changes: another form of the manifest has another number and another address.
const KEPT_SECONDS: u32 = 86_400;

/// Read the schema of manifests
///
/// JSON Schema (2020-12) of `manifest.json`, the first version of its form.
#[utoipa::path(
    tag = "batches",
    responses((status = 200, description = "The schema.", content_type = "application/schema+json", body = Object), responses::Unchanged, responses::Common),
    security(())
)]
#[get("/schemas/batch-manifest-1.json")]
pub async fn get_manifest_schema() -> Result<Answer, Problem> {
    Ok(Answer::text(MANIFEST_SCHEMA.to_owned(), "application/schema+json").public(KEPT_SECONDS))
}

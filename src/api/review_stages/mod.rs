//! The review stages with their checklists.

pub mod stages;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(stages::list_review_stages).service(stages::get_review_stage).service(stages::update_review_stage);
}

//! The city's pool of moral models.

mod acts;
mod read;
mod recommendations;
mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(read::list_moral_model_pool)
        .service(read::export_moral_model_pool)
        .service(read::remove_from_pool)
        .service(recommendations::recommend_from_pool)
        .service(recommendations::list_pool_recommendations)
        .service(recommendations::get_pool_recommendation)
        .service(acts::review_pool_recommendation)
        .service(acts::resubmit_pool_recommendation)
        .service(acts::record_pool_outcome);
}

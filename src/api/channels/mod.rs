//! Recommendation channels in use: read by everybody, kept by the reviewers of who minds them.

pub mod operations;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::list_channels)
        .service(operations::create_channel)
        .service(operations::get_channel)
        .service(operations::update_channel);
}

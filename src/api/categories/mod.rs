//! The categories in which good people are recommended.

pub mod operations;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::list_categories)
        .service(operations::create_category)
        .service(operations::get_category)
        .service(operations::update_category);
}

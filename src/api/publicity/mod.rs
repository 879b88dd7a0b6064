//! Records of publicity: read by everybody, kept by the reviewers of the honoree's subtree.

pub mod lists;
pub mod operations;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(lists::list_honoree_publicity)
        .service(operations::create_publicity)
        .service(lists::list_publicity)
        .service(lists::get_publicity_totals)
        .service(operations::get_publicity)
        .service(operations::update_publicity)
        .service(operations::delete_publicity);
}

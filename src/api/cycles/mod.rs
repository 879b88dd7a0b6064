//! The months' rounds with their windows, policies and quotas.

pub mod operations;
pub mod policy;
pub mod quotas;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::list_cycles)
        .service(operations::get_current_cycle)
        .service(operations::get_cycle)
        .service(operations::list_cycle_amendments)
        .service(operations::update_cycle)
        .service(quotas::get_quotas);
}

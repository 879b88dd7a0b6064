//! Delegations 代理: who stands in for whom.

pub mod operations;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::list_delegations)
        .service(operations::create_delegation)
        .service(operations::get_delegation)
        .service(operations::revoke_delegation)
        .service(operations::list_delegates);
}

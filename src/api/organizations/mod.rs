//! The tree of organizations with their leadership groups.

pub mod leadership;
pub mod leadership_wire;
pub mod members;
pub mod operations;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::list_organizations)
        .service(operations::create_organization)
        .service(operations::get_organization)
        .service(operations::update_organization)
        .service(leadership::get_leadership)
        .service(leadership::replace_leadership)
        .service(leadership::list_leadership_history)
        .service(members::list_members)
        .service(members::confirm_member)
        .service(members::end_confirmation);
}

//! 线索: sent by anybody, dealt with by the reviewers of the subtree.

pub mod acts;
pub mod input;
pub mod operations;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::create_lead)
        .service(operations::list_leads)
        .service(operations::get_lead)
        .service(operations::get_lead_contacts)
        .service(acts::assign_lead)
        .service(acts::promote_lead)
        .service(acts::dismiss_lead);
}

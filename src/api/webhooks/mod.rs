//! Webhooks: events sent to an address of the subscriber's, as Standard Webhooks has it.

pub mod deliveries;
pub mod operations;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::list_webhooks)
        .service(operations::create_webhook)
        .service(operations::get_webhook)
        .service(operations::update_webhook)
        .service(operations::delete_webhook)
        .service(operations::rotate_webhook_secret)
        .service(operations::replay_webhook)
        .service(deliveries::test_webhook)
        .service(deliveries::list_deliveries)
        .service(deliveries::retry_delivery);
}

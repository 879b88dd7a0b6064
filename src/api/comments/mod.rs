//! Comments on candidates: written, read, moderated and reported.

use utoipa_actix_web::service_config::ServiceConfig;

mod bulk;
mod moderation;
mod operations;
mod own;
mod reports;
pub mod wire;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(operations::create_comment)
        .service(operations::list_comments)
        .service(operations::get_comment)
        .service(operations::list_replies)
        .service(own::delete_comment)
        .service(own::list_my_comments)
        .service(moderation::list_moderated_comments)
        .service(moderation::moderate_comment)
        .service(bulk::moderate_comments)
        .service(reports::report_comment)
        .service(reports::list_reports);
}

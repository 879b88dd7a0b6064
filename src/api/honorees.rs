//! Those who hold honours.

mod linking;
mod merging;
mod outside;
mod read;
mod story;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// For how many seconds anybody may keep the answers.
pub(super) const KEPT_SECONDS: u32 = 60;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(read::list_honorees)
        .service(read::get_honoree)
        .service(story::get_honoree_story)
        .service(merging::merge_honorees)
        .service(merging::unmerge_honorees)
        .service(outside::record_outside_honour)
        .service(outside::get_outside_honour)
        .service(outside::update_outside_honour)
        .service(outside::revoke_outside_honour)
        .service(linking::link_honoree)
        .service(linking::suggest_honorees);
}

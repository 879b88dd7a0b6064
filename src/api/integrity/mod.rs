//! The integrity desk: signals, votes as reviewers read them, and quarantines.

use utoipa_actix_web::service_config::ServiceConfig;

pub mod quarantines;
pub mod sheet;
pub mod signals;
pub mod wire;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(signals::list_signals)
        .service(sheet::list_cycle_votes)
        .service(quarantines::create_quarantine)
        .service(quarantines::list_quarantines)
        .service(quarantines::get_quarantine)
        .service(quarantines::decide_quarantine);
}

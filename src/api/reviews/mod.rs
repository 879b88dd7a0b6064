//! Reviews and the other ways in which a candidate's status changes; history and inbox.

pub mod act;
pub mod bulk;
pub mod detours;
pub mod history;
pub mod inbox;
pub mod merging;
pub mod reviews;
pub mod terms;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(reviews::list_reviews)
        .service(reviews::review_candidate)
        .service(detours::withdraw_candidate)
        .service(detours::resubmit_candidate)
        .service(detours::recall_candidate)
        .service(detours::reinstate_candidate)
        .service(detours::carry_over_candidate)
        .service(detours::disqualify_candidate)
        .service(detours::revoke_candidate)
        .service(detours::assign_candidate)
        .service(merging::merge_candidate)
        .service(merging::undo_merge)
        .service(bulk::act_on_candidates)
        .service(history::list_history)
        .service(inbox::list_inbox);
}

//! Recommending candidates, reading them and editing their files. What changes their status is in `reviews`.

pub mod attachments;
pub mod consents;
pub mod file;
pub mod input;
pub mod list;
pub mod names;
pub mod nominate;
pub mod nominations;
pub mod photos;
pub mod similar;
pub mod tracking;
pub mod upload;
pub mod verification_wire;
pub mod verifications;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(nominate::create_candidate)
        .service(list::list_candidates)
        .service(file::get_candidate)
        .service(file::update_candidate)
        .service(file::get_candidate_contacts)
        .service(file::get_candidate_readiness)
        .service(similar::list_similar_candidates)
        .service(consents::get_consent)
        .service(consents::put_consent)
        .service(consents::withdraw_consent)
        .service(photos::add_photo)
        .service(photos::delete_photo)
        .service(photos::get_photo)
        .service(verifications::list_verifications)
        .service(verifications::create_verification)
        .service(verifications::get_verification)
        .service(verifications::strike_verification)
        .service(attachments::add_attachment)
        .service(attachments::get_attachment)
        .service(nominations::list_candidate_nominations)
        .service(nominations::add_candidate_nomination)
        .service(nominations::renew_tracking_code)
        .service(tracking::get_nomination)
        .service(tracking::list_my_nominations);
}

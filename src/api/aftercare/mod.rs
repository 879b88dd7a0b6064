//! Aftercare: who looks after honorees, visits, assistance, and those who cannot be found.

pub mod assistance;
pub mod assistance_wire;
pub mod care;
pub mod care_wire;
pub mod contact;
pub mod due;
pub mod steps;
pub mod visit_wire;
pub mod visits;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    // What is due comes before a visit by its id.
    config
        .service(due::list_due_visits)
        .service(due::get_due_totals)
        .service(visits::list_visits)
        .service(visits::create_visit)
        .service(visits::get_visit)
        .service(visits::update_visit)
        .service(visits::strike_visit)
        .service(visits::get_hardship)
        .service(care::get_care)
        .service(care::replace_care)
        .service(care::get_care_contact)
        .service(care::list_care_terms)
        .service(contact::report_contact_loss)
        .service(assistance::get_assistance_totals)
        .service(assistance::list_assistance)
        .service(assistance::list_honoree_assistance)
        .service(assistance::propose_assistance)
        .service(assistance::get_assistance)
        .service(steps::decide_assistance)
        .service(steps::hand_over_assistance)
        .service(steps::reverse_assistance)
        .service(steps::add_receipt);
}

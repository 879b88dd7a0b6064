//! Certificates: their public check, the files, how they are reissued, and what is recorded of those that others print.

mod check;
mod file;
mod month;
mod prints;
mod record;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

pub use month::month_file;

/// For how many seconds anybody may keep the answers: a revocation takes effect soon.
const KEPT_SECONDS: u32 = 60;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(check::check_certificate)
        .service(file::get_certificate_pdf)
        .service(file::get_honoree_certificate)
        .service(record::record_certificate)
        .service(prints::reissue_certificate)
        .service(prints::list_certificate_prints)
        .service(prints::get_certificate_print_pdf)
        .service(month::export_certificates_zip)
        .service(month::export_certificates_pdf);
}

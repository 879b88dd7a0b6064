//! Tables and forms that are written for clerks.

mod candidates;
mod form;
mod labels;
mod summary;

pub use candidates::{EXPORT_MAX_ROWS, ExportRequest, export_candidates};
pub use form::application_form;
pub use summary::{district_summary, find_district};

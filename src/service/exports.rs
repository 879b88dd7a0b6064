//! Tables and forms that are written for clerks.

mod candidates;
mod form;
pub(super) mod labels;
mod long;
mod monthly;
mod participation;
mod pool;
mod summary;
mod table;

pub use candidates::{AT_ONCE_ROWS, EXPORT_MAX_ROWS, Exported, export_candidates};
pub use form::{Form, Opinion, application_form};
pub use long::{ExportCounts, ExportOptions, KEPT, find_export};
pub use monthly::monthly_report;
pub use participation::{PARTICIPATION_MAX_ROWS, export_participation};
pub use pool::{POOL_MAX_ROWS, export_pool};
pub use summary::{district_summary, find_district};
pub use table::ExportRequest;

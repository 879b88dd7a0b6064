//! Announcements and items of columns: read by everybody within their window, kept by the reviewers of who announces them.

pub mod list;
pub mod operations;
pub mod wire;

use chrono::{DateTime, Utc};
use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(list::list_announcements)
        .service(operations::create_announcement)
        .service(operations::get_announcement)
        .service(operations::update_announcement)
        .service(operations::delete_announcement);
}

/// For how many seconds anybody may keep what is public, at most.
const KEPT_SECONDS: u32 = 60;

/// For how many seconds what was read at a moment may be kept: never beyond the moment at which it changes by itself.
#[must_use]
pub fn kept_seconds(now: DateTime<Utc>, next_change: Option<DateTime<Utc>>) -> u32 {
    let left = next_change.map(|next| (next - now).num_seconds());
    left.map_or(KEPT_SECONDS, |left| u32::try_from(left).unwrap_or(0).min(KEPT_SECONDS))
}

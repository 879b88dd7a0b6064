//! What must be there from the start: the five categories and the review stages.

use chrono::{DateTime, Utc};

use super::error::Error;
use crate::{
    domain::{category, stage},
    storage::{self, Connection},
};

/// Enters the categories and stages of the source document into an empty database.
pub fn seed(db: &mut Connection, now: DateTime<Utc>) -> Result<(), Error> {
    if storage::categories::list(db)?.is_empty() {
        for category in category::defaults(now) {
            storage::categories::insert(db, &category)?;
        }
    }
    if storage::review_stages::list(db)?.is_empty() {
        for stage in stage::defaults(now) {
            storage::review_stages::insert(db, &stage)?;
        }
    }
    Ok(())
}

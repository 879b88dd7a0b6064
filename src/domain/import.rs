//! A table of recommendations that somebody types in for others: what its columns are, and what each row says.

mod column;
mod directory;
mod header;
mod reading;
mod row;
mod row_fault;

pub use column::Column;
pub use directory::{Directory, DistrictEntry, UnitEntry};
pub use header::{Layout, NoHeader, find_layout};
pub use reading::{channel_label, gender_label, subject_label};
pub use row::{Judged, Terms, canonical, is_example, judge};
pub use row_fault::RowFault;

/// The most rows of a table, without its header.
pub const MAX_ROWS: usize = 20_000;
/// The most columns of a table.
pub const MAX_COLUMNS: usize = 50;
/// So many faults of one row are named.
pub const FAULTS_NAMED: usize = 20;

text_enum! {
    /// What became of a row.
    pub enum RowOutcome {
        /// It is in order; nothing was taken, or not yet.
        Valid = "valid",
        /// A candidate was made of it.
        Created = "created",
        /// It was taken before, or stands in the table before.
        Duplicate = "duplicate",
        /// Something is wrong with it.
        Refused = "refused",
    }
}

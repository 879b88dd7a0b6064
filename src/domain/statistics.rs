//! The numbers of the campaign: what became of candidates at each stage, how long it took, and whether it was in time.
//!
//! They are counted from the steps of candidates, one passage through a stage after the other ([`passages`]), and kept as
//! sums by cycle, place, category and channel ([`Sheet`]). Votes are not among them: units are never ranked.

mod coding;
mod counts;
mod figures;
mod group;
mod hours;
mod parts;
mod passage;
mod selection;

pub use coding::NotASheet;
pub use counts::{CellKey, Counts, LeadCounts, Sheet, StageCounts};
pub use figures::{Days, Figures, Overdue, Ratio, StageFigures};
pub use group::{Dimension, GROUP_BY_MOST, GroupKey, Place, PlaceKey};
pub use hours::Hours;
pub use parts::{Detail, Part, Parts};
pub use passage::{Move, Outcome, Passage, due_at, moves_last_days, passages};
pub use selection::{CYCLES_MOST, Months, Said};

text_enum! {
    /// For how large a part of the tree counts are kept.
    pub enum Level {
        /// One unit of one district, or a district's inbox, or what the city itself holds.
        Unit = "unit",
        /// A district with all its units.
        District = "district",
        /// Everything.
        City = "city",
    }
}

#[cfg(test)]
mod tests;

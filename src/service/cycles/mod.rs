//! The months' rounds: they come into being by themselves, everybody reads them, administrators move windows and
//! change policies.

mod amend;
mod creation;
mod quotas;
mod standing;

pub use amend::{CyclePatch, REASON_MAX_CHARS, WindowMove, reason_faults, update_cycle};
pub use creation::{CREATION_LOCK, ensure, ensure_exist};
pub use quotas::{DistrictPlaces, Quotas, get_quotas};
pub use standing::{
    AMENDMENTS_SHOWN, CycleState, get_current_cycle, get_cycle, hold, hold_freezing, hold_intake, list_amendments,
    list_cycles,
};

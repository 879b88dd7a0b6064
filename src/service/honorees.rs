//! Those who hold honours.

mod giving;
pub mod linking;
pub mod merging;
pub mod outside;
mod read;
mod revoked;
pub mod story;
pub mod suggestions;

pub(super) use self::read::gather;
pub use self::read::{
    HonoreeRequest, HonouredOne, Inner, StandingOf, find_all, find_inside, get_honoree, list_honorees, survivor,
};
pub(super) use self::{
    giving::{given, hold_linked, holder},
    revoked::{explained, follow},
};

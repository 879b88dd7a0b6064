//! Accounts: passwords, tokens, signing in and out, one's own account, and the administrators' view of all.

pub mod first_admin;
pub mod passwords;
pub mod profile;
pub mod remembered;
pub mod sessions;
pub mod stream_tickets;
pub mod tokens;
pub mod users;

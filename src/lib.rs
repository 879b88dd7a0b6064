//! `haoren` (好人): the backend of the monthly campaign 我推荐、我评议身边好人.
//!
//! Four storeys, and an arrow points down only: [`api`] → [`service`] → [`storage`] → [`domain`].
//! `ARCHITECTURE.md` describes the house and the way of one request through it.

pub mod api;
pub mod cli;
pub mod domain;
pub mod service;
pub mod settings;
pub mod storage;

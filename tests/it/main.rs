//! Tests of the whole: one binary, one file per area. `./test` at the root runs them on both databases.

#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::similar_names,
    clippy::unwrap_used,
    reason = "a test that cannot go on fails"
)]

// Linked for its `malloc`, as in the program: the system's keeps what a thousand servers have let go.
use mimalloc as _;

#[macro_use]
mod harness;

mod accounts;
mod activity;
mod actors;
mod aftercare;
mod announcements;
mod audit_events;
mod ballot_papers;
mod ballots;
mod candidates;
mod certificates;
mod channels;
mod comments;
mod consent_withdrawal;
mod contract;
mod cycle_races;
mod cycles;
mod delegations;
mod demo;
mod detours;
mod events;
mod exports;
mod feed;
mod forwarding;
#[path = "../../benches/look_alikes/generator.rs"]
mod generator;
mod honorees;
mod hostile_sheets;
mod imports;
mod inputs;
mod issuers;
mod killed;
mod layers;
mod leadership;
mod leads;
mod life;
mod listing;
mod look_alikes;
mod master_key;
mod merging;
mod merging_races;
mod migrating;
mod month;
mod notices;
mod organization_changes;
mod packages;
mod participation;
mod photos;
mod pool;
mod portal_simulator;
mod publicity;
mod quarantine_races;
mod quarantines;
mod queries;
mod races;
mod readiness;
mod receipts;
mod recommenders;
mod reference_data;
mod results;
mod reviews;
mod schema;
mod signals;
mod starting;
mod statistics;
mod study;
mod surface;
mod texts;
mod traces;
mod verifications;
mod vote_log;
mod vote_model;
mod vote_races;
mod vote_sheet;
mod voters;
mod voting;
mod webhooks;

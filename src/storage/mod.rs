//! The second storey: diesel, and the only place with SQL. Takes and returns the domain's types.

/// Runs the same body on the concrete connection, for the statements that the enum of connections refuses
/// (`on_conflict`, batch inserts, `union`, `as_returning`).
macro_rules! on_either {
    ($connection:expr, $inner:ident => $body:expr) => {
        match $connection {
            $crate::storage::Connection::Postgres($inner) => $body,
            $crate::storage::Connection::Sqlite($inner) => $body,
        }
    };
}
pub(crate) use on_either;

pub mod activity;
pub mod announcements;
pub mod assistance;
pub mod attachments;
pub mod audit_events;
pub mod ballot_papers;
pub mod batch_corrections;
pub mod batch_material;
pub mod batches;
pub mod campaign_clock;
pub mod candidate_grams;
pub mod candidates;
pub mod care;
pub mod categories;
pub mod certificates;
pub mod channels;
pub mod comment_reports;
pub mod comments;
pub mod connection;
pub mod consents;
pub mod contact_alarms;
pub mod contacts;
pub mod contenders;
pub mod cycle_amendments;
pub mod cycle_marks;
pub mod cycle_records;
pub mod cycles;
pub mod deed_bands;
pub mod delegations;
pub mod district_quotas;
pub mod due_visits;
pub mod error;
pub mod files;
pub mod folders;
pub mod foreign_voters;
pub mod held_votes;
pub mod honoree_mergers;
pub mod honorees;
pub mod honours;
pub mod idempotency_keys;
pub mod import_rows;
pub mod leadership_groups;
pub mod leads;
pub mod lists;
pub mod locks;
pub mod look_alike_backlog;
pub mod look_alikes;
pub mod memberships;
pub mod merge_items;
pub mod merges;
pub mod migrations;
pub mod name_keys;
pub mod nominations;
pub mod notifications;
pub mod objections;
pub mod operations;
pub mod organizations;
pub mod outbox_events;
pub mod outside_honours;
pub mod packages;
pub mod participation;
pub mod phone_indexes;
pub mod photos;
pub mod pool_entries;
pub mod pool_recommendations;
pub mod pool_steps;
mod prepared;
pub mod publicity;
pub mod quarantines;
pub mod quota_use;
pub mod refresh_tokens;
pub mod results;
pub mod review_stages;
pub mod reviewers;
pub mod reviews;
pub mod same_person;
pub mod schema;
pub mod server_keys;
pub mod signals;
pub mod snapshots;
pub mod sql_types;
pub mod sql_values;
pub mod staged_candidates;
pub mod staged_rows;
pub mod statistics;
pub mod store;
pub mod story;
pub mod study_counts;
pub mod study_records;
pub mod taking;
pub mod tallies;
pub mod transitions;
pub mod users;
pub mod vault;
pub mod verifications;
pub mod version;
pub mod visits;
pub mod vote_log_entries;
pub mod vote_log_heads;
pub mod vote_log_tiles;
pub mod vote_log_trees;
pub mod vote_logs;
pub mod vote_scans;
pub mod vote_sheet;
pub mod voters;
pub mod votes;
pub mod webhook_deliveries;
pub mod webhooks;
pub mod word_lists;

pub use connection::{Address, AnyConnection as Connection};
pub use error::{Constraint, StoreError};
pub use folders::private_folder;
pub use store::Store;

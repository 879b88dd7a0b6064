//! The fourth storey: actix-web and utoipa. Routes, wire types, extractors, problem+json. No rule, no SQL.

pub mod accounts;
pub mod acting_for;
pub mod activity;
pub mod aftercare;
pub mod announcements;
pub mod answer;
pub mod audit_events;
pub mod ballot_papers;
pub mod batches;
pub mod body;
pub mod byte_range;
pub mod candidates;
pub mod categories;
pub mod certificates;
pub mod channels;
pub mod clock;
pub mod codes;
pub mod comments;
pub mod context;
pub mod contract;
pub mod credentials;
pub mod cycles;
pub mod delegations;
pub mod docs;
pub mod download;
pub mod events;
pub mod exports;
pub mod fallback;
pub mod faults;
pub mod feed;
pub mod health;
pub mod honorees;
pub mod imports;
pub mod integrity;
pub mod json;
pub mod judged;
pub mod keys;
pub mod language;
pub mod leads;
pub mod lists;
pub mod localized;
pub mod middleware;
pub mod notifications;
pub mod objections;
pub mod once;
pub mod operations;
pub mod organizations;
pub mod page;
pub mod participation;
pub mod patch;
pub mod path;
pub mod pool;
pub mod precondition;
pub mod problem;
pub mod publicity;
pub mod query;
pub mod readiness_words;
pub mod responses;
pub mod results;
pub mod review_stages;
pub mod reviews;
pub mod role;
pub mod routes;
pub mod schemas;
pub mod served;
pub mod server;
pub mod stand_in;
pub mod state;
pub mod statistics;
pub mod study;
pub mod subject;
pub mod tallies;
pub mod text_count;
pub mod vote_log;
pub mod voter;
pub mod votes;
pub mod webhooks;
pub mod word_lists;

use utoipa_actix_web::{scope, service_config::ServiceConfig};

/// Registers every operation. The contract is collected from here.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(scope::scope("/api/v1").configure(resources))
        .service(docs::get_contract_json)
        .service(docs::get_contract_yaml)
        .service(health::get_liveness)
        .service(health::get_readiness)
        .service(keys::get_jwks)
        .service(feed::get_feed);
}

/// Below `/api/v1`, one line for each folder.
fn resources(config: &mut ServiceConfig<'_>) {
    // A path is tried against one pattern after the other; the one that is asked most comes first.
    votes::configure(config);
    accounts::configure(config);
    activity::configure(config);
    delegations::configure(config);
    announcements::configure(config);
    audit_events::configure(config);
    aftercare::configure(config);
    ballot_papers::configure(config);
    batches::configure(config);
    candidates::configure(config);
    categories::configure(config);
    channels::configure(config);
    clock::configure(config);
    comments::configure(config);
    cycles::configure(config);
    events::configure(config);
    exports::configure(config);
    honorees::configure(config);
    certificates::configure(config);
    imports::configure(config);
    integrity::configure(config);
    leads::configure(config);
    lists::configure(config);
    notifications::configure(config);
    objections::configure(config);
    operations::configure(config);
    organizations::configure(config);
    participation::configure(config);
    pool::configure(config);
    publicity::configure(config);
    results::configure(config);
    review_stages::configure(config);
    reviews::configure(config);
    statistics::configure(config);
    study::configure(config);
    tallies::configure(config);
    vote_log::configure(config);
    text_count::configure(config);
    webhooks::configure(config);
    word_lists::configure(config);
}

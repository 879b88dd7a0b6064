//! The fourth storey: actix-web and utoipa. Routes, wire types, extractors, problem+json. No rule, no SQL.

pub mod accounts;
pub mod answer;
pub mod body;
pub mod clock;
pub mod codes;
pub mod context;
pub mod contract;
pub mod credentials;
pub mod docs;
pub mod fallback;
pub mod faults;
pub mod health;
pub mod json;
pub mod keys;
pub mod language;
pub mod middleware;
pub mod once;
pub mod page;
pub mod patch;
pub mod path;
pub mod precondition;
pub mod problem;
pub mod query;
pub mod responses;
pub mod role;
pub mod routes;
pub mod schemas;
pub mod server;
pub mod state;

use utoipa_actix_web::{scope, service_config::ServiceConfig};

/// Registers every operation. The contract is collected from here.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(docs::get_contract_json)
        .service(docs::get_contract_yaml)
        .service(health::get_liveness)
        .service(health::get_readiness)
        .service(keys::get_jwks)
        .service(scope::scope("/api/v1").configure(accounts::configure).configure(clock::configure));
}

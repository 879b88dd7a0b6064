//! Signing in, one's own account, and the administrators' view of accounts.

pub mod auth;
pub mod me;
pub mod users;
pub mod wire;

use utoipa_actix_web::service_config::ServiceConfig;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config
        .service(auth::register)
        .service(auth::login)
        .service(auth::refresh)
        .service(auth::logout)
        .service(me::get_me)
        .service(me::update_me)
        .service(me::change_password)
        .service(users::list_users)
        .service(users::create_user)
        .service(users::get_user)
        .service(users::update_user);
}

//! Who votes, as the voting routes learn it from the token alone.

use actix_web::{FromRequest, dev::Payload, test::TestRequest, web::Data};
use haoren::{
    api::{
        middleware::TrustedProxies,
        problem::Problem,
        served::Served,
        state::{Parts, State},
        voter::Voter,
    },
    domain::{fault::Code, role::Role},
    service::{Error, voter::Elector},
    storage::{self, users::UserChange},
};

use crate::harness::App;

/// What the routes learn of a request with these headers, sent by a proxy at 10.0.0.1.
pub async fn voter_of(app: &App, headers: &[(&str, &str)]) -> Result<Voter, Problem> {
    let schemas = &Served::get().unwrap().schemas;
    let state = State::new(Parts { service: app.service.clone(), schemas });
    let proxies = TrustedProxies(vec!["10.0.0.0/8".parse().unwrap()]);
    let mut request = TestRequest::default()
        .app_data(Data::new(state))
        .app_data(Data::new(proxies))
        .peer_addr("10.0.0.1:4000".parse().unwrap());
    for header in headers {
        request = request.append_header(*header);
    }
    Voter::from_request(&request.to_http_request(), &mut Payload::None).await
}

both! {
    async fn a_voter_with_an_account_is_known_by_the_token_alone(app: App) {
        let (id, client) = app.user(Role::Citizen, None).await;
        let bearer = format!("Bearer {}", client.token());
        let headers = [("Authorization", &*bearer), ("X-Forwarded-For", "203.0.113.7"), ("User-Agent", "a browser")];
        let voter = voter_of(&app, &headers).await.unwrap();
        assert_eq!(voter.elector, Elector::Account { id, auth_version: 1 });
        assert_eq!(voter.traits.client, Some("203.0.113.7".parse().unwrap()));
        assert_eq!(voter.traits.user_agent.as_deref(), Some("a browser"));

        // Nothing is asked of the database: whoever writes the vote asks it, with the version that the token names.
        let close = UserChange { active: Some(false), ..UserChange::default() };
        let now = app.service.clocks.campaign();
        app.service.store.write(move |db| Ok::<_, Error>(storage::users::update_if(db, (id, 1), &close, true, now)?)).await.unwrap();
        client.get("/me").await.problem(401, "unauthenticated");
        assert_eq!(voter_of(&app, &headers).await.unwrap().elector, Elector::Account { id, auth_version: 1 });
    }
}

#[tokio::test]
async fn who_proves_nothing_does_not_vote() {
    let app = App::on_sqlite().await;
    let token = app.citizen().await.token().to_owned();
    let long = format!("Bearer {}", "a".repeat(10_000));
    let basic = format!("Basic {token}");
    for headers in
        [&[][..], &[("Authorization", "Bearer nonsense")], &[("Authorization", &long)], &[("Authorization", &basic)]]
    {
        assert_eq!(voter_of(&app, headers).await.unwrap_err().code, Code::Unauthenticated, "{headers:?}");
    }
    app.time.advance(chrono::Duration::minutes(15));
    let bearer = format!("Bearer {token}");
    assert_eq!(voter_of(&app, &[("Authorization", &bearer)]).await.unwrap_err().code, Code::Unauthenticated);
}

#[tokio::test]
async fn of_a_long_user_agent_the_beginning_is_seen() {
    let app = App::on_sqlite().await;
    let bearer = format!("Bearer {}", app.citizen().await.token());
    let agent = "a".repeat(2_000);
    let voter = voter_of(&app, &[("Authorization", &bearer), ("User-Agent", &agent)]).await.unwrap();
    assert_eq!(voter.traits.user_agent, Some("a".repeat(512)));
    assert_eq!(voter.traits.client, Some("10.0.0.1".parse().unwrap()));
}

//! How often a client may log in, register, nominate without an account, ask by tracking code, object, count, vote,
//! comment and report.
//!
//! Each process counts for itself and by the machine's clock. What is told follows the IETF draft: `RateLimit-Policy`
//! names the limit, `RateLimit` what is left of it and in how many seconds the whole of it is there again.

use std::{
    net::IpAddr,
    num::NonZeroU32,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use actix_web::{
    Error, ResponseError,
    body::{BoxBody, MessageBody},
    dev::{ServiceRequest, ServiceResponse},
    http::{
        Method,
        header::{HeaderName, HeaderValue},
    },
    middleware::Next,
    web::Data,
};
use governor::{
    Quota, RateLimiter, clock::Clock, middleware::StateInformationMiddleware, state::keyed::DefaultKeyedStateStore,
};

use super::address::{TrustedProxies, subscriber};
use crate::{
    api::{
        credentials::{self, TRACKING_CODE},
        problem::Problem,
        routes::Routes,
        state::State,
    },
    domain::{fault::Code, id::UserId, role::Role},
    service::{bearer::Bearer, clock::Clocks},
};

/// Forgets clients that have been quiet, once in so many requests.
const TIDY_EVERY: usize = 4096;

/// Whom a limit counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    /// Everybody, by address.
    Address,
    /// Those without an account, by address.
    Anonymous,
    /// Those with an account, here or at an identity provider, by the account, whatever token they bring.
    Account,
    /// Citizens with an account, by the account. Staff type in what others bring, as fast as they can.
    Citizen,
}

/// A limit: its name, whom it counts, how many in how many seconds, and the requests that it is for.
struct Rule {
    name: &'static str,
    who: Who,
    most: u32,
    seconds: u32,
    requests: &'static [(Method, &'static str)],
}

const RULES: &[Rule] = &[
    Rule {
        name: "login",
        who: Who::Address,
        most: 60,
        seconds: 60,
        requests: &[(Method::POST, "/api/v1/auth/login"), (Method::POST, "/api/v1/auth/refresh")],
    },
    Rule {
        name: "password",
        who: Who::Account,
        most: 10,
        seconds: 900,
        requests: &[(Method::PUT, "/api/v1/me/password")],
    },
    Rule {
        name: "register",
        who: Who::Address,
        most: 60,
        seconds: 3600,
        requests: &[(Method::POST, "/api/v1/auth/register")],
    },
    Rule {
        name: "tracking",
        who: Who::Address,
        most: 120,
        seconds: 600,
        requests: &[(Method::GET, "/api/v1/nominations/{tracking_code}")],
    },
    Rule {
        name: "nominations",
        who: Who::Anonymous,
        most: 60,
        seconds: 3600,
        requests: &[(Method::POST, "/api/v1/candidates"), (Method::POST, "/api/v1/leads")],
    },
    Rule {
        name: "objections",
        who: Who::Anonymous,
        most: 30,
        seconds: 3600,
        requests: &[(Method::POST, "/api/v1/candidates/{id}/objections")],
    },
    Rule {
        name: "own_nominations",
        who: Who::Citizen,
        most: 30,
        seconds: 3600,
        requests: &[(Method::POST, "/api/v1/candidates"), (Method::POST, "/api/v1/leads")],
    },
    Rule {
        name: "own_objections",
        who: Who::Citizen,
        most: 20,
        seconds: 3600,
        requests: &[(Method::POST, "/api/v1/candidates/{id}/objections")],
    },
    Rule {
        name: "text-count",
        who: Who::Address,
        most: 600,
        seconds: 60,
        requests: &[(Method::POST, "/api/v1/text-count")],
    },
    Rule {
        name: "votes",
        who: Who::Account,
        most: 120,
        seconds: 60,
        requests: &[(Method::POST, "/api/v1/votes"), (Method::POST, "/api/v1/ballots")],
    },
    Rule {
        name: "webhook-tests",
        who: Who::Account,
        most: 30,
        seconds: 600,
        requests: &[(Method::POST, "/api/v1/webhooks/{id}/test")],
    },
    Rule {
        name: "comments",
        who: Who::Account,
        most: 30,
        seconds: 600,
        requests: &[(Method::POST, "/api/v1/candidates/{id}/comments")],
    },
    Rule {
        name: "reports",
        who: Who::Account,
        most: 60,
        seconds: 3600,
        requests: &[(Method::POST, "/api/v1/comments/{id}/reports")],
    },
];

/// The operations that are limited, by method and path of the contract.
pub fn limited() -> impl Iterator<Item = (&'static Method, &'static str)> {
    RULES.iter().flat_map(|rule| rule.requests.iter().map(|(method, path)| (method, *path)))
}

/// The name of the rule for whatever carries a tracking code.
const TRACKING: &str = "tracking";

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Address(IpAddr),
    Account(UserId),
    Foreign([u8; 32]),
}

type Limiter = RateLimiter<Key, DefaultKeyedStateStore<Key>, MachineClock, StateInformationMiddleware>;

/// The limits of this process.
#[derive(Clone)]
pub struct Limits(Option<Arc<Counters>>);

struct Counters {
    limiters: Vec<(&'static Rule, Limiter)>,
    clock: MachineClock,
    proxies: TrustedProxies,
    asked: AtomicUsize,
}

/// The machine's clock, as the limiter wants it.
#[derive(Clone)]
struct MachineClock(Clocks);

impl Clock for MachineClock {
    type Instant = Duration;

    fn now(&self) -> Duration {
        Duration::from_micros(u64::try_from(self.0.machine().timestamp_micros()).unwrap_or(0))
    }
}

/// What a limit says to one request.
struct Verdict {
    rule: &'static Rule,
    left: u32,
    whole_after: u64,
    retry_after: Option<i64>,
}

impl Limits {
    /// No limits, for load tests.
    #[must_use]
    pub const fn off() -> Self {
        Self(None)
    }

    /// The limits, counted by the machine's clock.
    #[must_use]
    pub fn on(clocks: &Clocks, proxies: TrustedProxies) -> Self {
        let clock = MachineClock(clocks.clone());
        let limiters = RULES.iter().filter_map(|rule| Some((rule, rule.limiter(&clock)?))).collect();
        Self(Some(Arc::new(Counters { limiters, clock, proxies, asked: AtomicUsize::new(0) })))
    }

    fn judge(&self, request: &ServiceRequest, routes: &Routes) -> Option<Verdict> {
        let counters = self.0.as_deref()?;
        // The path as the router reads it: percent-encoding must not lead around a limit.
        let template = &routes.find(request.match_info().as_str())?.template;
        let of_route =
            |rule: &Rule| rule.requests.iter().any(|(method, path)| method == request.method() && *path == &**template);
        let coded = request.headers().contains_key(TRACKING_CODE);
        let named = |name| move |(rule, _): &&(&Rule, Limiter)| coded && rule.name == name;
        let limiters = &counters.limiters;
        let of_route = limiters.iter().filter(|(rule, _)| of_route(rule));
        let concerned = of_route.chain(limiters.iter().filter(named(TRACKING)));
        let mut keyed = concerned
            .filter_map(|(rule, limiter)| rule.who.key(request, &counters.proxies).map(|key| (*rule, limiter, key)));
        let (rule, limiter, key) = keyed.next()?;
        counters.tidy();
        Some(rule.verdict(limiter, &key, &counters.clock))
    }
}

impl Counters {
    fn tidy(&self) {
        if self.asked.fetch_add(1, Ordering::Relaxed) % TIDY_EVERY == TIDY_EVERY - 1 {
            for (_, limiter) in &self.limiters {
                limiter.retain_recent();
            }
        }
    }
}

impl Who {
    fn key(self, request: &ServiceRequest, proxies: &TrustedProxies) -> Option<Key> {
        let address = || proxies.client(request.request()).map(subscriber).map(Key::Address);
        let bearer = || request.app_data::<Data<State>>().and_then(|state| credentials::bearer_now(state, request));
        let account = || match bearer()? {
            Bearer::Own(claims) => Some(claims),
            Bearer::Foreign(_) => None,
        };
        match self {
            Self::Anonymous if account().is_some() => None,
            Self::Address | Self::Anonymous => address(),
            Self::Account => match bearer() {
                Some(Bearer::Own(claims)) => Some(Key::Account(claims.sub)),
                Some(Bearer::Foreign(voter)) => Some(Key::Foreign(voter.subject_hash)),
                None => address(),
            },
            Self::Citizen => {
                account().filter(|claims| claims.role == Role::Citizen).map(|claims| Key::Account(claims.sub))
            }
        }
    }
}

impl Rule {
    fn limiter(&self, clock: &MachineClock) -> Option<Limiter> {
        let one_per = Duration::from_secs(u64::from(self.seconds)) / self.most;
        let quota = Quota::with_period(one_per)?.allow_burst(NonZeroU32::new(self.most)?);
        Some(RateLimiter::new(quota, DefaultKeyedStateStore::default(), clock.clone()))
    }

    fn verdict(&'static self, limiter: &Limiter, key: &Key, clock: &MachineClock) -> Verdict {
        let each = f64::from(self.seconds) / f64::from(self.most);
        match limiter.check_key(key) {
            Ok(state) => {
                let left = state.remaining_burst_capacity();
                let whole_after = whole_seconds(f64::from(self.most.saturating_sub(left)) * each);
                Verdict { rule: self, left, whole_after, retry_after: None }
            }
            Err(not_until) => {
                let wait = not_until.wait_time_from(clock.now()).as_secs_f64();
                let retry_after = i64::try_from(whole_seconds(wait)).unwrap_or(1).max(1);
                Verdict { rule: self, left: 0, whole_after: u64::from(self.seconds), retry_after: Some(retry_after) }
            }
        }
    }
}

fn whole_seconds(seconds: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few thousand at most, never negative"
    )]
    (seconds.ceil() as u64)
}

impl Verdict {
    fn add_headers(&self, response: &mut ServiceResponse<BoxBody>) {
        let Rule { name, most, seconds, .. } = self.rule;
        let policy = format!("\"{name}\";q={most};w={seconds}");
        let state = format!("\"{name}\";r={};t={}", self.left, self.whole_after);
        for (name, value) in [("ratelimit-policy", policy), ("ratelimit", state)] {
            if let Ok(value) = HeaderValue::from_str(&value) {
                response.headers_mut().insert(HeaderName::from_static(name), value);
            }
        }
    }
}

/// Refuses what comes too often, and tells every client of a limited route what it has left.
pub async fn limit(
    limits: Data<Limits>,
    routes: Data<Routes>,
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let Some(verdict) = limits.judge(&request, &routes) else {
        return Ok(next.call(request).await?.map_into_boxed_body());
    };
    let mut response = if verdict.retry_after.is_some() {
        let problem = Problem { retry_after: verdict.retry_after, ..Problem::of(Code::RateLimited) };
        request.into_response(problem.error_response())
    } else {
        next.call(request).await?.map_into_boxed_body()
    };
    verdict.add_headers(&mut response);
    Ok(response)
}

//! Requests to the server: signed in, tried again where that makes sense, never followed elsewhere.
//!
//! A request that broke off may have been carried out. Every request of this client may therefore be sent again: receipts and
//! results are known by their content.

use std::{fmt::Write as _, net::IpAddr, time::Duration};

use reqwest::{
    Client, Method, Response, StatusCode, Url,
    header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, HeaderName, RETRY_AFTER},
    redirect::Policy,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use tokio::sync::Mutex;

use super::{
    failure::Failure,
    wire::{Page, Problem},
};

/// So long the server may be silent.
const PATIENCE: Duration = Duration::from_mins(1);
/// So long it may take to be connected.
const TO_CONNECT: Duration = Duration::from_secs(5);
/// Before the second attempt; doubled before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(250);
/// No pause is longer, whatever the server asks for.
const LONGEST_PAUSE: Duration = Duration::from_mins(1);
/// The largest answer that is held in memory: a manifest of thousands of files is far smaller.
const MAX_BYTES: usize = 64 * 1024 * 1024;

/// Whom the client signs in as.
pub struct Account {
    /// The user name.
    pub username: String,
    /// Its password.
    pub password: String,
}

/// The server, as the account sees it.
pub struct Server {
    http: Client,
    base: Url,
    account: Account,
    attempts: u32,
    token: Mutex<Option<String>>,
}

/// What is asked.
pub struct Ask<'a> {
    method: Method,
    path: &'a str,
    headers: Vec<(HeaderName, String)>,
    body: Option<Vec<u8>>,
}

/// What came back, whole.
pub struct Answer {
    /// The status.
    pub status: StatusCode,
    /// The headers.
    pub headers: HeaderMap,
    /// The body.
    pub bytes: Vec<u8>,
}

impl<'a> Ask<'a> {
    /// For a representation.
    #[must_use]
    pub const fn get(path: &'a str) -> Self {
        Self { method: Method::GET, path, headers: Vec::new(), body: None }
    }

    /// With a body.
    pub fn send(method: Method, path: &'a str, body: &impl Serialize) -> Result<Self, Failure> {
        let body = serde_json::to_vec(body).map_err(|error| Failure::Local(error.to_string()))?;
        Ok(Self { method, path, headers: vec![(CONTENT_TYPE, "application/json".to_owned())], body: Some(body) })
    }

    /// With a further header.
    #[must_use]
    pub fn with(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Answer {
    /// The body, read; an error where the status is no success.
    pub fn read<T: DeserializeOwned>(&self, what: &str) -> Result<T, Failure> {
        if !self.status.is_success() {
            return Err(self.refused(what));
        }
        let unread =
            |error| Failure::Refused(format!("{what}: 无法理解服务器的答复 the answer cannot be read: {error}"));
        serde_json::from_slice(&self.bytes).map_err(unread)
    }

    /// The problem document.
    #[must_use]
    pub fn problem(&self) -> Problem {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }

    /// That it is a refusal, with everything that it names.
    #[must_use]
    pub fn refused(&self, what: &str) -> Failure {
        let Problem { code, title, errors } = self.problem();
        let mut text = format!("{what}: 服务器拒绝 refused with {} {code} {title}", self.status.as_u16());
        for fault in errors.iter().filter(|fault| !fault.pointer.is_empty() || fault.candidate_id.is_some()) {
            let whom = fault.candidate_id.map(|id| format!(" {id}")).unwrap_or_default();
            let _ = write!(text, "\n    {} {}{whom}", fault.pointer, fault.code);
        }
        Failure::Refused(text)
    }
}

#[derive(Deserialize)]
struct Session {
    access_token: String,
}

impl Server {
    /// At an address of which the path is left out.
    pub fn new(base: Url, account: Account, attempts: u32) -> Result<Self, Failure> {
        let mut builder = Client::builder()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(TO_CONNECT)
            .read_timeout(PATIENCE)
            .user_agent(concat!("haoren-portal-simulator/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&base) {
            builder = builder.no_proxy();
        }
        Ok(Self { http: builder.build()?, base, account, attempts, token: Mutex::default() })
    }

    /// Asks, and holds the whole answer; again while the server is away, overloaded or not ready yet.
    pub async fn ask(&self, ask: Ask<'_>) -> Result<Answer, Failure> {
        let mut attempt = 1;
        loop {
            let (failure, wanted) = match self.ask_once(&ask).await {
                Ok(answer) if !is_passing(&answer) => return Ok(answer),
                Ok(answer) => (Failure::Away(format!("{} {}", answer.status, answer.problem().code)), asked(&answer)),
                Err(failure @ Failure::Away(_)) => (failure, None),
                Err(failure) => return Err(failure),
            };
            if !self.pause(&mut attempt, wanted).await {
                return Err(failure);
            }
        }
    }

    /// Opens an answer that is too large to be held. It is not tried again: whoever reads it knows how far it came.
    pub async fn open(&self, ask: &Ask<'_>) -> Result<Response, Failure> {
        let response = self.send(ask, &self.token(false).await?).await?;
        if response.status() != StatusCode::UNAUTHORIZED {
            return Ok(response);
        }
        self.send(ask, &self.token(true).await?).await
    }

    /// The whole of a list.
    pub async fn list<T: DeserializeOwned>(&self, path: &str, what: &str) -> Result<Vec<T>, Failure> {
        let (mut all, mut cursor) = (Vec::new(), None::<String>);
        loop {
            // A cursor is made of letters that need no escaping.
            let page = cursor.map(|cursor| format!("&cursor={cursor}")).unwrap_or_default();
            let joint = if path.contains('?') { '&' } else { '?' };
            let path = format!("{path}{joint}limit=100{page}");
            let page: Page<T> = self.ask(Ask::get(&path)).await?.read(what)?;
            all.extend(page.items);
            match page.next_cursor {
                Some(next) => cursor = Some(next),
                None => return Ok(all),
            }
        }
    }

    /// Waits before the next attempt; false when there is none.
    pub async fn pause(&self, attempt: &mut u32, wanted: Option<Duration>) -> bool {
        if *attempt >= self.attempts {
            return false;
        }
        let doubled = FIRST_PAUSE.saturating_mul(1_u32.checked_shl(*attempt - 1).unwrap_or(u32::MAX));
        tokio::time::sleep(wanted.unwrap_or(doubled).min(LONGEST_PAUSE)).await;
        *attempt += 1;
        true
    }

    async fn ask_once(&self, ask: &Ask<'_>) -> Result<Answer, Failure> {
        whole(self.open(ask).await?).await
    }

    async fn send(&self, ask: &Ask<'_>, token: &str) -> Result<Response, Failure> {
        let mut request = self.http.request(ask.method.clone(), self.address(ask.path)?);
        request = request.header(AUTHORIZATION, format!("Bearer {token}"));
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        if let Some(body) = &ask.body {
            request = request.body(body.clone());
        }
        Ok(request.send().await?)
    }

    fn address(&self, path: &str) -> Result<Url, Failure> {
        self.base.join(path).map_err(|error| Failure::Local(format!("{path}: {error}")))
    }

    /// The access token; a fresh one where the last was not taken.
    async fn token(&self, is_stale: bool) -> Result<String, Failure> {
        let mut held = self.token.lock().await;
        if let Some(token) = held.as_ref().filter(|_| !is_stale) {
            return Ok(token.clone());
        }
        let credentials = serde_json::json!({ "username": self.account.username, "password": self.account.password });
        let request = self.http.post(self.address("/api/v1/auth/login")?).header(CONTENT_TYPE, "application/json");
        let answer = whole(request.body(credentials.to_string()).send().await?).await?;
        if is_passing(&answer) {
            return Err(Failure::Away(format!("{} {}", answer.status, answer.problem().code)));
        }
        let session: Session = answer.read("登录 signing in")?;
        Ok(held.insert(session.access_token).clone())
    }
}

async fn whole(mut response: Response) -> Result<Answer, Failure> {
    let (status, headers) = (response.status(), response.headers().clone());
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if bytes.len() + chunk.len() > MAX_BYTES {
            return Err(Failure::Refused(format!("答复超过 the answer is larger than {MAX_BYTES} bytes")));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(Answer { status, headers, bytes })
}

/// Whether the same request can be answered otherwise in a moment.
fn is_passing(answer: &Answer) -> bool {
    match answer.status {
        StatusCode::TOO_MANY_REQUESTS => true,
        StatusCode::CONFLICT => ["request_in_progress", "package_not_ready"].contains(&answer.problem().code.as_str()),
        status => status.is_server_error(),
    }
}

fn asked(answer: &Answer) -> Option<Duration> {
    let seconds = answer.headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds))
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

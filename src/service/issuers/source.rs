//! Where the keys of a provider are fetched: one request, bounded in time and size, that follows nobody elsewhere.

use std::time::Duration;

use reqwest::{Client, StatusCode, Url, header, redirect::Policy};

use super::{
    algorithm::Signing,
    config::{IssuerSettings, is_loopback},
    key_set::{KeySet, KeySetError},
};

/// So long a fetch may take from the first byte to the last.
const PATIENCE: Duration = Duration::from_secs(5);
/// So long it may take to be connected.
const TO_CONNECT: Duration = Duration::from_secs(3);
/// Largest key set. A hundred RSA keys with certificates are smaller.
const MAX_BYTES: usize = 256 * 1024;

/// Why the keys could not be fetched.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    /// No answer, or not in time.
    #[error("no answer: {}", chain(.0))]
    Away(#[from] reqwest::Error),
    /// Something else than the keys; a redirection is not followed.
    #[error("the answer is {0}, not 200")]
    Status(StatusCode),
    /// More than any key set has.
    #[error("the answer is larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// No keys.
    #[error(transparent)]
    Keys(#[from] KeySetError),
}

/// Where the keys of a provider are.
pub struct Source {
    client: Client,
    url: Url,
    allowed: Vec<Signing>,
}

impl Source {
    /// The place that the settings name, or why it cannot be used.
    pub fn new(settings: &IssuerSettings) -> Result<Self, String> {
        let url = settings.url()?;
        let mut builder = Client::builder()
            .https_only(url.scheme() == "https")
            .redirect(Policy::none())
            .referer(false)
            .timeout(PATIENCE)
            .connect_timeout(TO_CONNECT)
            // A fetch an hour needs no connection kept, and none outlives the thread that it began on.
            .pool_max_idle_per_host(0)
            .user_agent(concat!("haoren/", env!("CARGO_PKG_VERSION")));
        if is_loopback(&url) {
            builder = builder.no_proxy();
        }
        let client = builder.build().map_err(|error| chain(&error))?;
        Ok(Self { client, url, allowed: settings.algorithms.clone() })
    }

    /// Fetches the keys.
    pub async fn fetch(&self) -> Result<KeySet, FetchError> {
        let request = self.client.get(self.url.clone());
        let mut answer = request.header(header::ACCEPT, "application/jwk-set+json, application/json").send().await?;
        if answer.status() != StatusCode::OK {
            return Err(FetchError::Status(answer.status()));
        }
        let mut document = Vec::new();
        while let Some(chunk) = answer.chunk().await? {
            if document.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            document.extend_from_slice(&chunk);
        }
        Ok(KeySet::parse(&document, &self.allowed)?)
    }
}

/// An error with its causes: the outermost one alone says only that a request failed.
fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

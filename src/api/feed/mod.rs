//! The feed for media.

pub mod content;
pub mod wire;

use actix_web::{
    HttpRequest, get,
    http::{header, uri::Authority},
};
use serde::Deserialize;
use utoipa::IntoParams;

use wire::JsonFeed;

use super::{
    announcements::kept_seconds, answer::Answer, page::PageRequest, problem::Problem, query::Query, responses,
    state::State,
};
use crate::service::feed::{self, FeedItem, FeedKey};

/// The media type of JSON Feed.
const MEDIA_TYPE: &str = "application/feed+json";
/// Items of a page.
const ITEMS: i64 = 50;

/// Which part of the feed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedQuery {
    /// As `next_url` has it.
    cursor: Option<String>,
}

/// Read the feed of lists and announcements
///
/// JSON Feed 1.1: published lists, announcements and items of columns, the latest first, fifty on a page; `next_url` leads to
/// older ones. The item of a list changes (`date_modified`) when an entry is revoked or withheld; a name that is withheld or
/// revoked does not stand in it. An announcement that was taken off or has expired is gone.
#[utoipa::path(
    tag = "announcements",
    params(FeedQuery),
    responses((status = 200, description = "The feed.", body = JsonFeed, content_type = "application/feed+json"), responses::Unchanged, responses::BadQuery, responses::Common),
    security(())
)]
#[get("/feed.json")]
pub async fn get_feed(state: State, request: HttpRequest, query: Query<FeedQuery>) -> Result<Answer, Problem> {
    let query = query.read()?;
    let page = PageRequest::<FeedKey>::read(&request, Some(ITEMS), query.cursor.as_deref())?;
    let mut feed = feed::get_feed(&state, page.after, page.rows()).await?;
    let cursor = page.next_cursor(&mut feed.items, FeedItem::key)?;
    let base = base(&state, &request);
    let (kept, now, changed_at) = (kept_seconds(feed.now, feed.next_change), feed.now, feed.changed_at);
    let shown = JsonFeed::of(feed, &base, cursor.as_deref(), state.time_zone);
    let answer = Answer::plain(&shown)?.with_media_type(MEDIA_TYPE).with_last_modified(changed_at, now);
    Ok(answer.public(kept))
}

/// The address of this server as others know it: the operator's word, else what the request was sent to.
fn base(state: &State, request: &HttpRequest) -> String {
    if let Some(url) = &state.public_url {
        return url.clone();
    }
    // Forwarding headers are anybody's word; an operator behind a proxy says the address.
    let config = request.app_config();
    let scheme = if config.secure() { "https" } else { "http" };
    let sent = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
    let host = sent.or_else(|| request.uri().authority().map(Authority::as_str)).filter(|host| is_host(host));
    format!("{scheme}://{}", host.unwrap_or_else(|| config.host()))
}

fn is_host(text: &str) -> bool {
    let is_usual = |byte: u8| byte.is_ascii_alphanumeric() || b".-_:[]".contains(&byte);
    !text.is_empty() && text.len() <= 255 && text.bytes().all(is_usual)
}

#[cfg(test)]
mod tests {
    use super::is_host;

    #[test]
    fn a_host_is_a_name_or_number_with_a_port() {
        for good in ["haoren.example", "127.0.0.1:8080", "[::1]:8080", "localhost"] {
            assert!(is_host(good), "{good}");
        }
        for bad in ["", "a/b", "a b", "a\"b", "user@host", "主机", &"a".repeat(256)] {
            assert!(!is_host(bad), "{bad}");
        }
    }
}

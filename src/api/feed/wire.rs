//! JSON Feed 1.1, as far as this server writes it: <https://www.jsonfeed.org/version/1.1/>.

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::Serialize;
use utoipa::ToSchema;

use super::content;
use crate::{
    domain::{announcement::AnnouncementKind, category::Category},
    service::feed::{Feed, FeedItem, FeedList},
    storage::announcements::Announced,
};

/// The version of the format, by its address.
pub const VERSION: &str = "https://jsonfeed.org/version/1.1";

/// A feed (JSON Feed 1.1).
#[derive(Serialize, ToSchema)]
pub struct JsonFeed {
    /// The version of the format.
    #[schema(examples("https://jsonfeed.org/version/1.1"))]
    pub version: &'static str,
    /// The name of the feed.
    #[schema(examples("武汉市身边好人榜"))]
    pub title: String,
    /// What the feed is of.
    pub home_page_url: String,
    /// Where the feed is.
    pub feed_url: String,
    /// What it is about.
    pub description: String,
    /// Where older items are; left out of the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_url: Option<String>,
    /// Who publishes it.
    pub authors: Vec<FeedAuthor>,
    /// The language: `zh-CN`.
    #[schema(examples("zh-CN"))]
    pub language: &'static str,
    /// The items, the latest first.
    pub items: Vec<JsonFeedItem>,
}

/// Who publishes.
#[derive(Serialize, ToSchema)]
pub struct FeedAuthor {
    /// The name.
    #[schema(examples("武汉市"))]
    pub name: String,
}

/// An item of a feed.
#[derive(Serialize, ToSchema)]
pub struct JsonFeedItem {
    /// Its name for good, which does not depend on where the server is.
    #[schema(examples("urn:haoren:list:2026-11"))]
    pub id: String,
    /// Where it is.
    pub url: String,
    /// A page with more, of an announcement that names one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_url: Option<String>,
    /// Its title.
    pub title: String,
    /// Its text, plain.
    pub content_text: String,
    /// When it was published.
    pub date_published: DateTime<Utc>,
    /// When it has changed last.
    pub date_modified: DateTime<Utc>,
    /// Who publishes it.
    pub authors: Vec<FeedAuthor>,
    /// What it is: 好人榜, 活动启事 or the name of its column; and its cycle.
    pub tags: Vec<String>,
}

impl JsonFeed {
    /// A page of the feed of a server with this address.
    #[must_use]
    pub fn of(feed: Feed, base: &str, cursor: Option<&str>, time_zone: Tz) -> Self {
        let title = feed.heading.title.unwrap_or_default();
        let issuer = feed.heading.issuer;
        // A city's own title often begins with its name.
        let title = if title.starts_with(&issuer) { title } else { format!("{issuer}{title}") };
        let item = |item: FeedItem| match item {
            FeedItem::List(list) => JsonFeedItem::of_list(&list, &feed.categories, base, time_zone),
            FeedItem::Announcement(one) => JsonFeedItem::of_announcement(*one, base),
        };
        Self {
            version: VERSION,
            description: format!("{title}、活动启事与专栏"),
            title,
            home_page_url: format!("{base}/"),
            feed_url: format!("{base}/feed.json"),
            next_url: cursor.map(|cursor| format!("{base}/feed.json?cursor={cursor}")),
            authors: author(issuer),
            language: "zh-CN",
            items: feed.items.into_iter().map(item).collect(),
        }
    }
}

/// An author, where there is a name.
fn author(name: String) -> Vec<FeedAuthor> {
    if name.is_empty() { Vec::new() } else { vec![FeedAuthor { name }] }
}

impl JsonFeedItem {
    fn of_list(list: &FeedList, categories: &[Category], base: &str, time_zone: Tz) -> Self {
        let row = &list.published.list;
        Self {
            id: format!("urn:haoren:list:{}", row.cycle),
            url: format!("{base}/api/v1/lists/{}", row.cycle),
            external_url: None,
            title: content::title(row),
            content_text: content::text(&list.published, categories, time_zone),
            date_published: row.published_at,
            date_modified: list.modified_at,
            authors: author(row.issuer.clone()),
            tags: vec!["好人榜".to_owned(), row.cycle.to_string()],
        }
    }

    fn of_announcement(found: Announced, base: &str) -> Self {
        let one = found.announcement;
        let published = one.publish_at.unwrap_or(one.created_at);
        let tag = match one.kind {
            AnnouncementKind::Notice => "活动启事".to_owned(),
            AnnouncementKind::ColumnItem => one.column.unwrap_or_else(|| "专栏".to_owned()),
        };
        Self {
            id: format!("urn:uuid:{}", one.id),
            url: format!("{base}/api/v1/announcements/{}", one.id),
            external_url: one.url,
            title: one.title,
            content_text: one.body,
            date_published: published,
            // What was written before its moment came has not changed since.
            date_modified: one.updated_at.max(published),
            authors: author(found.organization_name),
            tags: std::iter::once(tag).chain(one.cycle.map(|cycle| cycle.to_string())).collect(),
        }
    }
}

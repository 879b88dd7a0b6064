//! The feed for media: published lists and announcements together, the latest first.

use std::{cmp::Reverse, collections::BTreeMap};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{
    Error, Service,
    lists::{DEFAULT_TITLE, PublishedList},
};
use crate::{
    domain::{
        category::{Category, CategoryCode},
        honour::Standing,
        id::AnnouncementId,
        month::Month,
    },
    storage::{
        self, Connection,
        announcements::{Announced, AnnouncementFilter},
        honours::{Entry, Which},
        lists::{Heading, ListRow},
    },
};

/// The place of an item in the feed. Of the same moment, lists come first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum FeedKey {
    /// A list, by its month.
    List(DateTime<Utc>, Month),
    /// An announcement.
    Announcement(DateTime<Utc>, AnnouncementId),
}

impl FeedKey {
    /// The moment of publication, lists before announcements, and what tells those of one moment apart.
    fn order(&self) -> (DateTime<Utc>, bool, u128) {
        match self {
            Self::List(at, month) => (*at, true, u128::try_from(month.number()).unwrap_or_default()),
            Self::Announcement(at, id) => (*at, false, id.0.as_u128()),
        }
    }
}

/// An item of the feed.
#[derive(Clone, Debug)]
pub enum FeedItem {
    /// A published list.
    List(FeedList),
    /// A published announcement.
    Announcement(Box<Announced>),
}

/// A list as the feed tells of it.
#[derive(Clone, Debug)]
pub struct FeedList {
    /// The list with its entries. Ranks and votes are not told.
    pub published: PublishedList,
    /// When something of it was changed last: published, revoked, withheld.
    pub modified_at: DateTime<Utc>,
}

impl FeedItem {
    /// Its place.
    #[must_use]
    pub fn key(&self) -> FeedKey {
        match self {
            Self::List(list) => FeedKey::List(list.published.list.published_at, list.published.list.cycle),
            Self::Announcement(one) => {
                FeedKey::Announcement(one.announcement.publish_at.unwrap_or_default(), one.announcement.id)
            }
        }
    }
}

/// A page of the feed.
#[derive(Clone, Debug)]
pub struct Feed {
    /// What the city's lists are headed with.
    pub heading: Heading,
    /// The categories, with their names.
    pub categories: Vec<Category>,
    /// What was found.
    pub items: Vec<FeedItem>,
    /// The moment that it was read for.
    pub now: DateTime<Utc>,
    /// When something is published or expires the next time.
    pub next_change: Option<DateTime<Utc>>,
    /// When anything of the whole feed has changed last.
    pub changed_at: Option<DateTime<Utc>>,
}

/// Reads a page of the feed, after the place of the last item seen.
pub async fn get_feed(service: &Service, after: Option<FeedKey>, limit: i64) -> Result<Feed, Error> {
    let now = service.clocks.campaign();
    service
        .store
        .read(move |db| {
            let categories = storage::categories::list(db)?;
            let codes: Vec<CategoryCode> = categories.iter().map(|category| category.code.clone()).collect();
            let mut items = lists(db, &codes, after, limit)?;
            items.extend(announcements(db, now, after, limit)?);
            items.sort_by_key(|item| Reverse(item.key().order()));
            items.truncate(usize::try_from(limit).unwrap_or_default());
            Ok(Feed {
                heading: heading(db)?,
                categories,
                items,
                now,
                next_change: storage::announcements::next_change(db, now)?,
                changed_at: storage::announcements::last_change(db, now)?,
            })
        })
        .await
}

/// The city's heading; before there is a city, that of nobody.
fn heading(db: &mut Connection) -> Result<Heading, Error> {
    let mut heading = match storage::organizations::find_root(db)? {
        Some(_) => storage::lists::heading(db)?,
        None => Heading { title: None, issuer: String::new() },
    };
    heading.title.get_or_insert_with(|| DEFAULT_TITLE.to_owned());
    Ok(heading)
}

fn lists(
    db: &mut Connection,
    categories: &[CategoryCode],
    after: Option<FeedKey>,
    limit: i64,
) -> Result<Vec<FeedItem>, Error> {
    let after = after.map(|after| match after {
        FeedKey::List(at, month) => (at, Some(month)),
        FeedKey::Announcement(at, _) => (at, None),
    });
    let rows = storage::lists::list_by_publication(db, after, limit)?;
    let months: Vec<Month> = rows.iter().map(|row| row.cycle).collect();
    let withheld = storage::honours::withheld_last(db, &months)?;
    let mut entries: BTreeMap<Month, Vec<Entry>> = BTreeMap::new();
    for entry in storage::honours::list(db, Which::Cycles(months))? {
        entries.entry(entry.honour.number.month).or_default().push(entry);
    }
    let item = |list: ListRow| {
        let of_list = entries.remove(&list.cycle).unwrap_or_default();
        let revoked = of_list.iter().filter_map(|entry| match entry.honour.standing {
            Standing::Revoked { at, .. } => Some(at),
            Standing::Shown | Standing::Withheld => None,
        });
        let changes = revoked.chain(withheld.get(&list.cycle).copied());
        let modified_at = changes.fold(list.published_at, DateTime::max);
        FeedItem::List(FeedList { published: by_category(list, categories, of_list), modified_at })
    };
    Ok(rows.into_iter().map(item).collect())
}

fn by_category(list: ListRow, categories: &[CategoryCode], entries: Vec<Entry>) -> PublishedList {
    let mut of_category: BTreeMap<CategoryCode, Vec<Entry>> = BTreeMap::new();
    for entry in entries {
        of_category.entry(entry.honour.category.clone()).or_default().push(entry);
    }
    let categories = categories.iter().map(|code| (code.clone(), of_category.remove(code).unwrap_or_default()));
    PublishedList { list, categories: categories.collect(), shows_votes: false }
}

fn announcements(
    db: &mut Connection,
    now: DateTime<Utc>,
    after: Option<FeedKey>,
    limit: i64,
) -> Result<Vec<FeedItem>, Error> {
    let after = after.map(|after| match after {
        // All announcements of the moment come after its lists.
        FeedKey::List(at, _) => (at, AnnouncementId(Uuid::max())),
        FeedKey::Announcement(at, id) => (at, id),
    });
    let found = storage::announcements::list(db, &AnnouncementFilter::public(now), after, limit)?;
    Ok(found.into_iter().map(|one| FeedItem::Announcement(Box::new(one))).collect())
}

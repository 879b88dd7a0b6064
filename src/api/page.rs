//! Keyset pages: a cursor names the last row seen, bound to the query that made it.

use actix_web::HttpRequest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::{
    answer::{Answer, Representation},
    problem::Problem,
};
use crate::domain::fault::{Code, Fault};

/// Items of a page where nothing is said.
const DEFAULT_LIMIT: i64 = 20;
/// Most items of a page.
const MAX_LIMIT: i64 = 100;

/// One page of a list.
#[derive(Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The items, in the order of the list.
    pub items: Vec<T>,
    /// To be sent as `cursor` for the next page; null on the last.
    pub next_cursor: Option<String>,
}

/// What was asked of a list: how many, and after which row.
pub struct PageRequest<K> {
    /// 1–100.
    pub limit: i64,
    /// The key of the last row seen.
    pub after: Option<K>,
    binding: String,
    path: String,
    query: Vec<(String, String)>,
}

#[derive(Serialize, Deserialize)]
struct Cursor<K> {
    k: K,
    q: String,
}

impl<K: Serialize + DeserializeOwned> PageRequest<K> {
    /// Reads `limit` and `cursor`. The cursor is bound to all other parameters; with others it is a 400.
    pub fn read(request: &HttpRequest, limit: Option<i64>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let fault = Fault::at("/limit", Code::TooLarge).with("minimum", 1).with("limit", MAX_LIMIT);
            return Err(Problem::with(Code::InvalidQuery, vec![fault]));
        }
        let query: Vec<(String, String)> = serde_html_form::from_str(request.query_string()).unwrap_or_default();
        let mut bound: Vec<_> = query.iter().filter(|(name, _)| name != "limit" && name != "cursor").cloned().collect();
        bound.sort();
        let binding = hex::encode(Sha256::digest(format!("{} {bound:?}", request.path()))).chars().take(16).collect();
        let mut page = Self { limit, after: None, binding, path: request.path().to_owned(), query };
        if let Some(cursor) = cursor {
            let invalid = || Problem::with(Code::InvalidCursor, vec![Fault::at("/cursor", Code::Malformed)]);
            let bytes = URL_SAFE_NO_PAD.decode(cursor).map_err(|_| invalid())?;
            let read: Cursor<K> = serde_json::from_slice(&bytes).map_err(|_| invalid())?;
            if read.q != page.binding {
                return Err(invalid());
            }
            page.after = Some(read.k);
        }
        Ok(page)
    }

    /// How many rows to load: one more tells of another page.
    #[must_use]
    pub const fn rows(&self) -> i64 {
        self.limit + 1
    }

    /// The answer of a list of representations. `rows` are as loaded with [`Self::rows`].
    pub fn answer<R, T: Representation + ToSchema>(
        &self,
        rows: Vec<R>,
        key: impl Fn(&R) -> K,
        mut show: impl FnMut(R) -> Result<T, Problem>,
    ) -> Result<Answer, Problem> {
        self.answer_plain(rows, key, |row| {
            let mut shown = show(row)?;
            shown.tag()?;
            Ok(shown)
        })
    }

    /// The answer of a list of things without a version of their own.
    pub fn answer_plain<R, T: Serialize + ToSchema>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> K,
        show: impl FnMut(R) -> Result<T, Problem>,
    ) -> Result<Answer, Problem> {
        let limit = usize::try_from(self.limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next_cursor = match rows.last() {
            Some(last) if more => Some(self.cursor(key(last))?),
            _ => None,
        };
        let items = rows.into_iter().map(show).collect::<Result<Vec<T>, Problem>>()?;
        let link = next_cursor.as_deref().map(|cursor| self.link(cursor));
        Ok(Answer::plain(&Page { items, next_cursor })?.with_link(link))
    }

    fn cursor(&self, key: K) -> Result<String, Problem> {
        serde_json::to_vec(&Cursor { k: key, q: self.binding.clone() })
            .map(|bytes| URL_SAFE_NO_PAD.encode(bytes))
            .map_err(|_| Problem::of(Code::Internal))
    }

    fn link(&self, cursor: &str) -> String {
        let mut query: Vec<(&str, &str)> = self
            .query
            .iter()
            .filter(|(name, _)| name != "cursor")
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        query.push(("cursor", cursor));
        let query = serde_html_form::to_string(&query).unwrap_or_default();
        format!("<{}?{query}>; rel=\"next\"", self.path)
    }
}

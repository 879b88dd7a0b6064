//! Keyset pages: a cursor names the last row seen, bound to the query that made it.

use actix_web::HttpRequest;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Serialize, de::DeserializeOwned};
use subtle::ConstantTimeEq as _;
use utoipa::ToSchema;

use super::{
    answer::{Answer, Representation},
    problem::Problem,
    state::State,
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

/// The items of a page, the cursor of the next one, and the `Link` to it.
pub type Parts<T> = (Vec<T>, Option<String>, Option<String>);

/// What was asked of a list: how many, and after which row.
pub struct PageRequest<K> {
    /// 1–100.
    pub limit: i64,
    /// The key of the last row seen.
    pub after: Option<K>,
    state: State,
    binding: String,
    path: String,
    query: Vec<(String, String)>,
}

/// Bytes of a cursor before its key: the digest that makes it ours, and this query's.
const SEAL_BYTES: usize = 16;

impl<K: Serialize + DeserializeOwned> PageRequest<K> {
    /// Reads `limit` and `cursor`. The cursor is bound to all other parameters; with others it is a 400, and so is one
    /// that is not ours.
    pub fn read(request: &HttpRequest, limit: Option<i64>, cursor: Option<&str>) -> Result<Self, Problem> {
        let limit = limit.unwrap_or(DEFAULT_LIMIT);
        if !(1..=MAX_LIMIT).contains(&limit) {
            let fault = Fault::at("/limit", Code::TooLarge).with("minimum", 1).with("limit", MAX_LIMIT);
            return Err(Problem::with(Code::InvalidQuery, vec![fault]));
        }
        let query: Vec<(String, String)> = serde_html_form::from_str(request.query_string()).unwrap_or_default();
        let mut bound: Vec<_> = query.iter().filter(|(name, _)| name != "limit" && name != "cursor").cloned().collect();
        bound.sort();
        let (state, path) = (State::of(request)?, request.path().to_owned());
        let mut page = Self { limit, after: None, state, binding: format!("{path} {bound:?}"), path, query };
        if let Some(cursor) = cursor {
            let invalid = || Problem::with(Code::InvalidCursor, vec![Fault::at("/cursor", Code::Malformed)]);
            page.after = Some(page.key_of(cursor).ok_or_else(invalid)?);
        }
        Ok(page)
    }

    fn key_of(&self, cursor: &str) -> Option<K> {
        let bytes = URL_SAFE_NO_PAD.decode(cursor).ok()?;
        let (seal, key) = bytes.split_at_checked(SEAL_BYTES)?;
        let is_ours: bool = self.seal(key).ct_eq(seal).into();
        if is_ours { serde_json::from_slice(key).ok() } else { None }
    }

    fn seal(&self, key: &[u8]) -> [u8; SEAL_BYTES] {
        let digest = self.state.vault.keyed_digest("cursor", &[self.binding.as_bytes(), key]);
        let mut seal = [0; SEAL_BYTES];
        seal.iter_mut().zip(digest).for_each(|(to, from)| *to = from);
        seal
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
        rows: Vec<R>,
        key: impl Fn(&R) -> K,
        show: impl FnMut(R) -> Result<T, Problem>,
    ) -> Result<Answer, Problem> {
        let (items, next_cursor, link) = self.parts(rows, key, show)?;
        Ok(Answer::plain(&Page { items, next_cursor })?.with_link(link))
    }

    /// The same of a list that was looked through no further than `through`, where it goes on behind it: the page may be short.
    pub fn answer_through<R, T: Serialize + ToSchema>(
        &self,
        mut rows: Vec<R>,
        through: Option<K>,
        key: impl Fn(&R) -> K,
        show: impl FnMut(R) -> Result<T, Problem>,
    ) -> Result<Answer, Problem> {
        let next_cursor = match (self.next_cursor(&mut rows, key)?, through) {
            (None, Some(through)) => Some(self.cursor(&through)?),
            (next, _) => next,
        };
        let (items, next_cursor, link) = self.shown(rows, next_cursor, show)?;
        Ok(Answer::plain(&Page { items, next_cursor })?.with_link(link))
    }

    /// The items of a page that is part of a larger answer, with the cursor of the next one and the `Link` to it.
    pub fn parts<R, T>(
        &self,
        mut rows: Vec<R>,
        key: impl Fn(&R) -> K,
        show: impl FnMut(R) -> Result<T, Problem>,
    ) -> Result<Parts<T>, Problem> {
        let next_cursor = self.next_cursor(&mut rows, key)?;
        self.shown(rows, next_cursor, show)
    }

    fn shown<R, T>(
        &self,
        rows: Vec<R>,
        next_cursor: Option<String>,
        show: impl FnMut(R) -> Result<T, Problem>,
    ) -> Result<Parts<T>, Problem> {
        let items = rows.into_iter().map(show).collect::<Result<Vec<T>, Problem>>()?;
        let link = next_cursor.as_deref().map(|cursor| self.link(cursor));
        Ok((items, next_cursor, link))
    }

    /// Cuts rows as loaded with [`Self::rows`] to the page; returns the cursor of the next one, if there is one.
    pub fn next_cursor<R>(&self, rows: &mut Vec<R>, key: impl Fn(&R) -> K) -> Result<Option<String>, Problem> {
        let limit = usize::try_from(self.limit).unwrap_or(0);
        let more = rows.len() > limit;
        rows.truncate(limit);
        match rows.last() {
            Some(last) if more => Ok(Some(self.cursor(&key(last))?)),
            Some(_) | None => Ok(None),
        }
    }

    fn cursor(&self, key: &K) -> Result<String, Problem> {
        let key = serde_json::to_vec(key).map_err(|_| Problem::of(Code::Internal))?;
        Ok(URL_SAFE_NO_PAD.encode([&self.seal(&key)[..], &key].concat()))
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

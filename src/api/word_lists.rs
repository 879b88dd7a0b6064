//! The words for which comments are held.

use actix_web::{get, put};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::schema::{ArrayBuilder, ObjectBuilder, Schema, Type},
};
use utoipa_actix_web::service_config::ServiceConfig;
use uuid::Uuid;
use validator::Validate;

use crate::{
    api::{
        answer::{Answer, representations},
        body::Body,
        precondition::IfMatch,
        problem::Problem,
        responses,
        state::State,
    },
    domain::word_list::{self, ENTRY_MAX_CHARS, MAX_ALLOWED, MAX_WORDS},
    service::{
        Caller,
        word_lists::{self, KEEPERS},
    },
};

/// Most bytes of the lists as they are sent: room for the longest list of words of an ordinary length.
const BODY_MAX_BYTES: usize = 4 * 1024 * 1024;

/// Registers the operations below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(get_word_lists).service(replace_word_lists);
}

/// The word lists.
#[derive(Serialize, ToSchema)]
pub struct WordLists {
    /// A comment that has one of these, however it is dressed up, is held.
    pub words: Vec<String>,
    /// Where a word is found inside one of these phrases, it is nothing.
    pub allowed: Vec<String>,
    /// Who changed them last.
    pub updated_by: Option<Uuid>,
    /// When.
    pub updated_at: Option<DateTime<Utc>>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(WordLists);

impl From<word_list::KeptWordLists> for WordLists {
    fn from(kept: word_list::KeptWordLists) -> Self {
        Self {
            words: kept.lists.words,
            allowed: kept.lists.allowed,
            updated_by: kept.updated_by.map(Into::into),
            updated_at: kept.updated_at,
            etag: String::new(),
            version: kept.version,
        }
    }
}

fn entries(example: &str, most: usize) -> Schema {
    let entry = ObjectBuilder::new().schema_type(Type::String).min_length(Some(1)).max_length(Some(ENTRY_MAX_CHARS));
    ArrayBuilder::new().items(entry.examples([example])).max_items(Some(most)).into()
}

fn words() -> Schema {
    entries("代开发票", MAX_WORDS)
}

fn allowed() -> Schema {
    entries("打击代开发票", MAX_ALLOWED)
}

/// Other word lists.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct ReplaceWordListsRequest {
    /// A comment that has one of these, however it is dressed up, is held.
    #[schema(schema_with = words)]
    pub words: Vec<String>,
    /// Where a word is found inside one of these phrases, it is nothing.
    #[schema(schema_with = allowed)]
    pub allowed: Vec<String>,
}

/// Read the word lists
///
/// For the city's reviewers.
#[utoipa::path(
    tag = "comments",
    responses((status = 200, description = "The lists.", body = WordLists), responses::Unauthenticated, responses::Forbidden, responses::Common)
)]
#[get("/moderation/word-lists")]
pub async fn get_word_lists(state: State, caller: Caller) -> Result<Answer, Problem> {
    Answer::of(WordLists::from(word_lists::get_word_lists(&state, &caller).await?))
}

/// Replace the word lists
///
/// By the city's reviewers. They hold for every comment written from then on; what was written before stays as it is. Width,
/// case, accents, traditional characters, look-alikes, what is not seen and what stands between letters do not count, in
/// the lists as in comments. Latin words are looked for as whole words. At most 50,000 words and 10,000 phrases, 4 MiB in all.
#[utoipa::path(
    tag = "comments",
    params(responses::IfMatchHeader),
    request_body = ReplaceWordListsRequest,
    responses((status = 200, description = "The lists as they are now.", body = WordLists), responses::Unauthenticated, responses::Forbidden, responses::Invalid, responses::Precondition, responses::Common)
)]
#[put("/moderation/word-lists")]
pub async fn replace_word_lists(
    state: State,
    caller: Caller,
    if_match: IfMatch,
    body: Body<ReplaceWordListsRequest, BODY_MAX_BYTES>,
) -> Result<Answer, Problem> {
    caller.require(KEEPERS)?;
    let version = if_match.matches(word_lists::version(&state, &caller).await?)?;
    let ReplaceWordListsRequest { words, allowed } = body.read()?;
    let lists = word_list::WordLists { words, allowed };
    Answer::of(WordLists::from(word_lists::replace_word_lists(&state, &caller, version, lists).await?))
}

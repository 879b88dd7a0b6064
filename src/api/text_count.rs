//! How long a text is, so that front ends agree with the server.

use actix_web::post;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa_actix_web::service_config::ServiceConfig;
use validator::{Validate, ValidationError};

use super::{answer::Answer, body::Body, faults::to_validator, problem::Problem, responses, state::State};
use crate::domain::{recommendation::DEED_MAX_CHARS, text, word_count};

/// Registers the operation below `/api/v1`.
pub fn configure(config: &mut ServiceConfig<'_>) {
    config.service(count_text);
}

/// A text to be counted.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct CountTextRequest {
    /// The text, as a deed may be.
    #[schema(min_length = 1, max_length = 10000, examples("2026年11月，他在COVID-19疫情中值守。"))]
    #[validate(custom(function = allowed))]
    pub text: String,
}

fn allowed(text: &str) -> Result<(), ValidationError> {
    to_validator(text::paragraphs(text, DEED_MAX_CHARS))
}

/// How long a text is.
#[derive(Serialize, ToSchema)]
pub struct TextCount {
    /// 字数, as a word processor counts: what the limits of a deed speak of.
    #[schema(examples(16))]
    pub characters: usize,
    /// Characters of the text as it is kept, each counted once: what the `maxLength` of every text speaks of.
    #[schema(examples(27))]
    pub length: usize,
}

/// Count a text
///
/// 字数 as a word processor counts it and the limits of a deed mean it: each Han character and each full-width punctuation
/// mark is one, each run of Latin letters or digits is one, white space is none. Narrow punctuation is none and does not end
/// a run. The text is first brought into the form in which it is kept: composed (NFC, compatibility ideographs as typed),
/// without white space at its ends. A text that no deed may be is refused.
///
/// | text (a JSON string) | `characters` | why |
/// | --- | --- | --- |
/// | `"好人好事"` | 4 | each Han character is one |
/// | `"好人，好事。"` | 6 | and so is each full-width punctuation mark |
/// | `"“我推荐”——《好人》……"` | 13 | a dash and an ellipsis are two marks each |
/// | `"阿卜杜拉·艾力"` | 7 | the interpunct of a name is one |
/// | `"hello world"` | 2 | each run of Latin letters is one |
/// | `"2026年11月25日"` | 6 | each run of digits is one |
/// | `"COVID19疫情"` | 3 | letters and digits make one run |
/// | `"COVID-19疫情"` | 3 | narrow punctuation inside does not end it |
/// | `"3.14"` | 1 | nor does a decimal point |
/// | `"10,000元"` | 2 | nor a comma between digits |
/// | `"a, b"` | 2 | white space does |
/// | `"ＡＢＣ１２３"` | 1 | full-width letters and digits make a run too |
/// | `"好 人\t好\n\n事"` | 4 | white space and line breaks are none |
/// | `"好人!"` | 2 | a narrow mark is none |
/// | `"好👍人👨‍👩‍👧❤️"` | 2 | an emoji is none |
/// | `"𬭎㛃𠀀𫝀"` | 4 | rare characters of every plane are one each |
/// | `"葛󠄀城"` | 2 | a selected form of a character is still one |
/// | `"e\u0301tude"` | 1 | composed before it is counted |
/// | `"〇〇七々"` | 4 | 〇 and 々 are Han characters |
/// | `"ｶﾀｶﾅ한글"` | 3 | other East Asian scripts are one each, half-width letters are a run |
#[utoipa::path(
    tag = "candidates",
    request_body = CountTextRequest,
    responses((status = 200, description = "The counts.", body = TextCount), responses::Invalid, responses::Limited, responses::Common),
    security((), ("bearer" = []))
)]
#[post("/text-count")]
pub async fn count_text(_: State, body: Body<CountTextRequest>) -> Result<Answer, Problem> {
    let text = text::tidy_paragraphs(&body.read()?.text);
    Answer::plain(&TextCount { characters: word_count::count(&text), length: text.chars().count() })
}

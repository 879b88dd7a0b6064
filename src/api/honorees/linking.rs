//! A candidate is somebody who was honoured before.

use actix_web::{HttpRequest, get, put, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::Validate;

use super::wire::HonoreeView;
use crate::{
    api::{
        answer::{Answer, Representation, representations},
        body::Body,
        context::Context,
        language::Language,
        path::Segment,
        precondition::IfMatch,
        problem::Problem,
        responses,
        reviews::terms::CandidateStatus,
        role::mirrored,
        state::State,
    },
    domain::{
        honoree_likeness::{self, Judgement},
        id::CandidateId,
        role::Role,
    },
    service::{
        Caller,
        honorees::{
            HonouredOne,
            linking::{self, Linked},
            suggestions,
        },
    },
};

/// Whom a candidate is.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct LinkHonoreeRequest {
    /// The honoree; null where the candidate is nobody who was honoured before.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required = true)]
    pub honoree_id: Option<Uuid>,
}

/// A candidate's link to an honoree.
#[derive(Serialize, ToSchema)]
pub struct HonoreeLink {
    /// The candidate.
    pub candidate_id: Uuid,
    /// Where it stands.
    pub status: CandidateStatus,
    /// The honoree to whom it is linked.
    pub honoree_id: Option<Uuid>,
    /// The candidate's tag, to be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(HonoreeLink);

impl From<Linked> for HonoreeLink {
    fn from(linked: Linked) -> Self {
        Self {
            candidate_id: linked.candidate.id.into(),
            status: linked.candidate.status.into(),
            honoree_id: linked.honoree.map(Into::into),
            etag: String::new(),
            version: linked.candidate.version,
        }
    }
}

/// Link a candidate to an honoree
///
/// By the city, until the candidate's list is published: the honour is then given to that honoree instead of a new one. Null
/// takes the link away. One who was merged is linked to as the survivor.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The candidate's id."), responses::IfMatchHeader),
    request_body = LinkHonoreeRequest,
    responses((status = 200, description = "The link as it is now.", body = HonoreeLink), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Invalid, responses::Precondition, responses::Conflict, responses::Common)
)]
#[put("/candidates/{id}/honoree")]
pub async fn link_honoree(
    state: State,
    caller: Caller,
    id: Path<Segment<CandidateId>>,
    if_match: IfMatch,
    body: Body<LinkHonoreeRequest>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let id = id.value()?;
    let seen = linking::find_linked(&state, &caller, id).await?;
    let version = if_match.matches(seen.candidate.version)?;
    let wished = body.read()?.honoree_id.map(Into::into);
    Answer::of(HonoreeLink::from(linking::link(&state, &caller, (id, version), wished).await?))
}

mirrored! {
    /// Why a candidate may be an honoree.
    HonoreeReason = honoree_likeness::Reason {
        /// The same telephone number.
        SamePhone,
        /// The same name.
        SameName,
        /// A name written in another way, or with one character different.
        SimilarName,
        /// Born in the same year.
        SameBirthYear,
        /// Of the same district.
        SameDistrict,
    }
}

/// One reason why a candidate may be an honoree.
#[derive(Serialize, ToSchema)]
pub struct HonoreeLikeness {
    /// What is alike.
    pub code: HonoreeReason,
    /// In the language of `Accept-Language`.
    #[schema(examples("姓名相同"))]
    pub detail: String,
}

/// An honoree whom a candidate may be.
#[derive(Serialize, ToSchema)]
pub struct SuggestedHonoree {
    /// The honoree, in the full view.
    pub honoree: HonoreeView,
    /// How likely, 0 to 1: all reasons together.
    #[schema(examples(0.825))]
    pub score: f64,
    /// Why.
    pub reasons: Vec<HonoreeLikeness>,
}

/// Whom a candidate may be.
#[derive(Serialize, ToSchema)]
pub struct SuggestedHonorees {
    /// The link as it is now.
    pub link: HonoreeLink,
    /// The likeliest first, at most 20.
    pub items: Vec<SuggestedHonoree>,
}

fn suggested((found, judgement): (HonouredOne, Judgement), language: Language) -> Result<SuggestedHonoree, Problem> {
    let mut honoree = HonoreeView::of(found)?;
    honoree.tag()?;
    let reasons = judgement.reasons.into_iter();
    Ok(SuggestedHonoree {
        honoree,
        score: (judgement.score * 1000.0).round() / 1000.0,
        reasons: reasons
            .map(|reason| HonoreeLikeness { code: reason.into(), detail: detail(reason, language).to_owned() })
            .collect(),
    })
}

const fn detail(reason: honoree_likeness::Reason, language: Language) -> &'static str {
    use honoree_likeness::Reason::{SameBirthYear, SameDistrict, SameName, SamePhone, SimilarName};
    match (language, reason) {
        (Language::Chinese, SamePhone) => "联系电话相同",
        (Language::Chinese, SameName) => "姓名相同",
        (Language::Chinese, SimilarName) => "姓名相近",
        (Language::Chinese, SameBirthYear) => "出生年份相同",
        (Language::Chinese, SameDistrict) => "同属一区",
        (Language::English, SamePhone) => "The same telephone number",
        (Language::English, SameName) => "The same name",
        (Language::English, SimilarName) => "A similar name",
        (Language::English, SameBirthYear) => "Born in the same year",
        (Language::English, SameDistrict) => "Of the same district",
    }
}

/// Suggest honorees for a candidate
///
/// Who of those who were honoured before the candidate may be, by name and telephone number, with year of birth and district
/// beside: each with the reasons, the likeliest first. For the city, which decides; nothing is linked by itself.
#[utoipa::path(
    tag = "honorees",
    params(("id" = Uuid, Path, description = "The candidate's id.")),
    responses((status = 200, description = "The suggestions, and the link as it is now.", body = SuggestedHonorees), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/candidates/{id}/honorees")]
pub async fn suggest_honorees(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
) -> Result<Answer, Problem> {
    caller.require(&[Role::CityReviewer])?;
    let found = suggestions::suggest(&state, &caller, id.value()?).await?;
    let language = Context::of(&request).language;
    let mut link = HonoreeLink::from(found.of);
    link.tag()?;
    let items = found.items.into_iter().map(|item| suggested(item, language)).collect::<Result<_, _>>()?;
    Answer::plain(&SuggestedHonorees { link, items })
}

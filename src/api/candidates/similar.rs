//! Look-alikes of a candidate.

use actix_web::{HttpRequest, get, web::Path};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::wire::View;
use crate::{
    api::{
        answer::{Answer, Representation, representations},
        context::Context,
        language::Language,
        path::Segment,
        problem::Problem,
        responses,
        reviews::{reviews::INNER_READERS, terms::CandidateStatus},
        role::mirrored,
        state::State,
    },
    domain::{id::CandidateId, look_alike},
    service::{
        Caller,
        candidates::similar::{self, LookAlike},
    },
};

mirrored! {
    /// Why two candidates look alike.
    SimilarityReason = look_alike::Reason {
        /// The same telephone number.
        SamePhone,
        /// The same name.
        SameName,
        /// A name written in another way, or with one character different.
        SimilarName,
        /// Much of the deed's text is the same.
        SimilarDeed,
        /// On the list of an earlier month.
        ListedBefore,
    }
}

/// One reason why two candidates look alike.
#[derive(Serialize, ToSchema)]
pub struct Similarity {
    /// What is alike.
    pub code: SimilarityReason,
    /// How much it weighs alone, 0 to 1. Of a similar deed, the part of its three-character pieces that both have.
    #[schema(examples(0.574))]
    pub score: f64,
    /// In the language of `Accept-Language`.
    #[schema(examples("事迹材料相似"))]
    pub detail: String,
}

/// A candidate that may be the same as another. What everybody may read is shown also from outside the subtree.
#[derive(Serialize, ToSchema)]
pub struct SimilarCandidate {
    /// Its id.
    pub id: Uuid,
    /// In which view the caller reads it: `public` when it lies outside the subtree.
    pub view: View,
    /// Name of the person or group.
    pub name: String,
    /// Where it stands.
    pub status: CandidateStatus,
    /// The cycle in which it runs.
    #[schema(examples("2026-10"))]
    pub cycle: String,
    /// The category's code.
    #[schema(examples("dedication"))]
    pub category: String,
    /// The deed in one sentence.
    pub summary: String,
    /// The unit that carries it.
    pub unit_id: Option<Uuid>,
    /// The unit's name.
    pub unit_name: Option<String>,
    /// The district.
    pub district_id: Uuid,
    /// The district's name.
    pub district_name: String,
    /// How likely it is the same, 0 to 1: all reasons together.
    #[schema(examples(0.83))]
    pub score: f64,
    /// Why.
    pub reasons: Vec<Similarity>,
    /// The candidate's tag, to be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(SimilarCandidate);

/// The look-alikes of a candidate.
#[derive(Serialize, ToSchema)]
pub struct SimilarCandidates {
    /// The likeliest first, at most 50.
    pub items: Vec<SimilarCandidate>,
}

impl SimilarCandidate {
    /// Shows a look-alike.
    #[must_use]
    pub fn of(
        LookAlike { found, is_inside, unit_name, district_name, judgement }: LookAlike,
        language: Language,
    ) -> Self {
        let reasons = judgement.reasons.into_iter().map(|(reason, weight)| Similarity {
            code: reason.into(),
            score: rounded(weight),
            detail: detail(reason, language).to_owned(),
        });
        Self {
            id: found.id.into(),
            view: if is_inside { View::Full } else { View::Public },
            name: found.name,
            status: found.status.into(),
            cycle: found.cycle.to_string(),
            category: found.category.to_string(),
            summary: found.summary,
            unit_id: found.unit_id.map(Into::into),
            unit_name,
            district_id: found.district_id.into(),
            district_name,
            score: rounded(judgement.score),
            reasons: reasons.collect(),
            etag: String::new(),
            version: found.version,
        }
    }
}

/// Shows a look-alike with its tag.
pub(super) fn shown_alike(one: LookAlike, language: Language) -> Result<SimilarCandidate, Problem> {
    let mut shown = SimilarCandidate::of(one, language);
    shown.tag()?;
    Ok(shown)
}

/// To three places: more would pretend to know more.
fn rounded(score: f64) -> f64 {
    (score * 1000.0).round() / 1000.0
}

fn detail(reason: look_alike::Reason, language: Language) -> &'static str {
    use look_alike::Reason::{ListedBefore, SameName, SamePhone, SimilarDeed, SimilarName};
    match (language, reason) {
        (Language::Chinese, SamePhone) => "联系电话相同",
        (Language::Chinese, SameName) => "姓名相同",
        (Language::Chinese, SimilarName) => "姓名相近",
        (Language::Chinese, SimilarDeed) => "事迹材料相似",
        (Language::Chinese, ListedBefore) => "往期已上榜",
        (Language::English, SamePhone) => "The same telephone number",
        (Language::English, SameName) => "The same name",
        (Language::English, SimilarName) => "A similar name",
        (Language::English, SimilarDeed) => "A similar deed",
        (Language::English, ListedBefore) => "On the list of an earlier month",
    }
}

/// List the look-alikes of a candidate
///
/// The same telephone, the same or a similar name in the district, a similar deed, listed in an earlier month: each with
/// its reasons and score, the likeliest first. For reviewers of the subtree and administrators, who decide; nothing is
/// merged by itself. Shown are candidates of the subtree, and beside it those that everybody reads.
#[utoipa::path(
    tag = "candidates",
    params(("id" = Uuid, Path, description = "The candidate's id.")),
    responses((status = 200, description = "The look-alikes.", body = SimilarCandidates), responses::Unauthenticated, responses::Forbidden, responses::NotFound, responses::Common)
)]
#[get("/candidates/{id}/similar")]
pub async fn list_similar_candidates(
    state: State,
    caller: Caller,
    request: HttpRequest,
    id: Path<Segment<CandidateId>>,
) -> Result<Answer, Problem> {
    caller.require(INNER_READERS)?;
    let found = similar::list_similar(&state, &caller, id.value()?).await?;
    let language = Context::of(&request).language;
    let items = found.into_iter().map(|one| shown_alike(one, language)).collect::<Result<_, _>>()?;
    Answer::plain(&SimilarCandidates { items })
}

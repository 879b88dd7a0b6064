//! The way that every action on a candidate takes: role, sight, replay, precondition, body, deed.

use serde::de::DeserializeOwned;
use utoipa::ToSchema;
use validator::Validate;

use super::wire::TransitionResult;
use crate::{
    api::{answer::Answer, body::Body, once::once, precondition::IfMatch, problem::Problem, state::State},
    domain::{id::CandidateId, text, transition::Action},
    service::{
        Caller,
        detours::{self, Outcome},
        transitions::{Order, sight},
    },
};

/// A request for an action on a candidate.
pub struct Acting {
    /// The service.
    pub state: State,
    /// Who asks.
    pub caller: Caller,
    /// The version that the client has seen.
    pub if_match: IfMatch,
    /// What is to be done.
    pub action: Action,
}

impl Acting {
    /// Carries it out, or gives its first answer again. `reason` picks the words from the body.
    pub async fn on<T: DeserializeOwned + ToSchema + Validate>(
        self,
        id: Result<CandidateId, Problem>,
        body: Body<T>,
        reason: impl FnOnce(T) -> Option<String>,
    ) -> Result<Answer, Problem> {
        sight::require_part(&self.caller, &[self.action])?;
        let id = id?;
        let seen = sight::to_act_on(&self.state, &self.caller, id, &[self.action]).await?;
        let attempt = body.attempt(&self.caller)?;
        once(
            &self.state,
            attempt,
            async |attempt| {
                let version = self.if_match.matches(seen.candidate.version)?;
                let reason = reason(body.read()?).map(|words| text::tidy_paragraphs(&words));
                let order = Order::new(self.action, reason).at_version(version);
                created(detours::act(&self.state, &self.caller, id, order, attempt).await?)
            },
            async |first| created(detours::outcome(&self.state, id, first.resource_id, self.action).await?),
        )
        .await
    }
}

fn created(outcome: Outcome) -> Result<Answer, Problem> {
    let location = format!("/api/v1/candidates/{}", outcome.candidate_id);
    Answer::created(TransitionResult::from(outcome), location)
}

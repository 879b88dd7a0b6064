//! `Idempotency-Key`: the same creating request gets its first answer again.

use actix_web::HttpRequest;

use super::{answer::Answer, problem::Problem};
use crate::{
    domain::fault::{Code, Fault},
    service::{
        Service,
        idempotency::{Attempt, FirstAnswer},
    },
};

/// The header that names a request.
pub const IDEMPOTENCY_KEY: &str = "Idempotency-Key";
const MAX_KEY_BYTES: usize = 255;

/// The key of a request: visible ASCII, or 400.
pub fn key(request: &HttpRequest) -> Result<Option<String>, Problem> {
    let Some(value) = request.headers().get(IDEMPOTENCY_KEY) else { return Ok(None) };
    match value.to_str() {
        Ok(key) if (1..=MAX_KEY_BYTES).contains(&key.len()) => Ok(Some(key.to_owned())),
        _ => Err(Problem::with(Code::InvalidHeader, vec![Fault::at("/Idempotency-Key", Code::Malformed)])),
    }
}

/// The first answer to the same request, if there was one. To be asked after permission and existence, and before
/// precondition and body.
pub async fn first_answer(service: &Service, attempt: Option<&Attempt>) -> Result<Option<FirstAnswer>, Problem> {
    let Some(attempt) = attempt.cloned() else { return Ok(None) };
    let now = service.clocks.machine();
    Ok(service.store.read(move |db| attempt.first_answer(db, now)).await?)
}

/// Carries a creating request out, or gives its first answer again.
///
/// `create` judges the body and calls the use case; `again` renders what the first answer showed.
pub async fn once(
    service: &Service,
    attempt: Option<Attempt>,
    create: impl AsyncFnOnce(Option<Attempt>) -> Result<Answer, Problem>,
    again: impl AsyncFnOnce(FirstAnswer) -> Result<Answer, Problem>,
) -> Result<Answer, Problem> {
    let first = match first_answer(service, attempt.as_ref()).await? {
        Some(first) => first,
        None => match create(attempt).await {
            Err(Problem { first_answer: Some(first), .. }) => *first,
            outcome => return outcome,
        },
    };
    let status = first.status;
    Ok(again(first).await?.replayed(status))
}

//! Sending a receipt: known by its content, so that it can be sent until it is answered.

use reqwest::{Method, StatusCode, header::HeaderName};

use super::{
    checks,
    failure::Failure,
    folder::{Folder, Record},
    manners::Manners,
    report::say,
    server::{Answer, Ask, Server},
    wire::{FullBatch, Receipt},
};

const WHAT: &str = "发送回执 sending the receipt";
/// By which the server recognises a request that it has answered.
const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");

/// Sends the receipt that was decided, and sees that both sides agree. A refusal that comes after the publication is
/// refused itself: then everything is accepted, for the list is out.
pub async fn send(server: &Server, folder: &Folder, manners: &Manners, record: &mut Record) -> Result<(), Failure> {
    let decided = || Failure::Local("没有回执可发 there is no receipt to send".to_owned());
    let receipt = record.receipt.clone().ok_or_else(decided)?;
    let mut answer = post(server, manners, record, &receipt).await?;
    if answer.status == StatusCode::CONFLICT && answer.problem().code == "already_published" && !receipt.accepted {
        say("  榜单已发布，不能再退回，改为全部接收 too late to refuse anybody, accepting all")?;
        record.receipt = Some(Receipt { accepted: true, refused: Vec::new() });
        record.gave_in = true;
        folder.keep(record)?;
        answer = post(server, manners, record, &Receipt { accepted: true, refused: Vec::new() }).await?;
    }
    let stands = match answer.status {
        StatusCode::CREATED | StatusCode::OK => answer.read(WHAT)?,
        // The city has recorded a refusal itself; that stands.
        StatusCode::CONFLICT if answer.problem().code == "already_decided" => read(server, record).await?,
        _ => return Err(answer.refused(WHAT)),
    };
    agree(record, &stands)?;
    say(format_args!("  已回执 acknowledged: {} ({})", stands.status, answer.status.as_u16()))?;
    record.status = Some(stands.status);
    Ok(())
}

/// Once; or, to see that nothing is done twice, twice at once and once more.
async fn post(server: &Server, manners: &Manners, record: &Record, receipt: &Receipt) -> Result<Answer, Failure> {
    let path = format!("/api/v1/batches/{}/receipt", record.batch_id);
    let ask = || Ask::send(Method::POST, &path, receipt);
    if !manners.duplicate {
        return server.ask(ask()?.with(IDEMPOTENCY_KEY, key(record, receipt)?)).await;
    }
    let (first, second) = tokio::join!(server.ask(ask()?), server.ask(ask()?));
    let answers = [first?, second?, server.ask(ask()?).await?];
    once(answers, WHAT)
}

/// The name of the request: another receipt for the batch is another request.
fn key(record: &Record, receipt: &Receipt) -> Result<String, Failure> {
    let said = serde_json::to_vec(receipt).map_err(|error| Failure::Local(error.to_string()))?;
    let (sha256, _) = checks::digest(said.as_slice()).map_err(|error| Failure::Local(error.to_string()))?;
    Ok(format!("{}-{sha256}", record.batch_id))
}

/// The first of several answers to the same request, which must agree: one at most says that it did something.
pub fn once(answers: [Answer; 3], what: &str) -> Result<Answer, Failure> {
    let [first, second, third] = answers;
    let statuses = [first.status, second.status, third.status];
    let created = statuses.iter().filter(|status| **status == StatusCode::CREATED).count();
    let differs = first.status.is_success() && (first.bytes != second.bytes || first.bytes != third.bytes);
    let successes = statuses.iter().filter(|status| status.is_success()).count();
    if created > 1 || third.status == StatusCode::CREATED || differs || !matches!(successes, 0 | 3) {
        let told = statuses.map(|status| status.as_u16());
        return Err(Failure::Refused(format!(
            "{what}: 重复发送的答复不一致 sent three times, answered {told:?} differently"
        )));
    }
    say_twice(statuses)?;
    Ok(if second.status == StatusCode::CREATED { second } else { first })
}

fn say_twice(statuses: [StatusCode; 3]) -> Result<(), Failure> {
    let [first, second, third] = statuses.map(|status| status.as_u16());
    say(format_args!("  重复发送 sent twice at once and once more: {first}, {second}, {third}"))
}

async fn read(server: &Server, record: &Record) -> Result<FullBatch, Failure> {
    say("  市级已有退回记录，以其为准 the city has recorded refusals itself, which stand")?;
    server.ask(Ask::get(&format!("/api/v1/batches/{}", record.batch_id))).await?.read(WHAT)
}

/// Whoever is refused here is refused there, and nobody waits.
fn agree(record: &Record, stands: &FullBatch) -> Result<(), Failure> {
    let refused = record.receipt.iter().flat_map(|receipt| &receipt.refused);
    let there = |id| stands.items.iter().any(|item| item.candidate_id == id && item.status == "refused");
    let missing: Vec<String> =
        refused.filter(|item| !there(item.candidate_id)).map(|item| item.candidate_id.to_string()).collect();
    let is_waiting = stands.status == "pending" || stands.items.iter().any(|item| item.status == "sent");
    if missing.is_empty() && !is_waiting {
        return Ok(());
    }
    let status = &stands.status;
    Err(Failure::Refused(format!("双方状态不一致 the two sides disagree: {status}, not refused there: {missing:?}")))
}

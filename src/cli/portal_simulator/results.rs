//! Delivering the results of a cycle's vote, once and for as long as they change.

use std::{collections::BTreeMap, path::PathBuf};

use clap::Args;
use reqwest::{
    Method, StatusCode,
    header::{IF_MATCH, IF_NONE_MATCH},
};
use uuid::Uuid;

use super::{
    failure::Failure,
    folder::{Folder, Sent},
    manners::Manners,
    receipts,
    report::say,
    server::{Answer, Ask, Server},
    verdicts,
    wire::{Batch, Correction, Delivery, FullBatch, Item, Tagged},
};
use crate::domain::month::Month;

const WHAT: &str = "交付结果 delivering the results";

/// Deliver the results of a cycle's vote, and end.
#[derive(Args, Debug)]
pub struct Results {
    /// The cycle, such as 2026-11.
    #[arg(long, value_name = "MONTH")]
    cycle: Month,
    /// File of the results: JSON as it is sent, or CSV with the columns `candidate_id,votes,listed`.
    #[arg(long, value_name = "FILE", required_unless_present = "generate", conflicts_with = "generate")]
    file: Option<PathBuf>,
    /// Make results for everybody who stands forwarded, and list the first so many of each category.
    #[arg(long, value_name = "N")]
    generate: Option<usize>,
}

impl Results {
    /// Delivers them. What was taken as it is now is not sent again.
    pub async fn deliver(&self, server: &Server, folder: &Folder, manners: &Manners) -> Result<(), Failure> {
        let cycle = self.cycle.to_string();
        let delivery = match (&self.file, self.generate) {
            (Some(file), _) => verdicts::of_file(file)?,
            (None, listed) => verdicts::generated(&self.standing(server).await?, listed.unwrap_or_default()),
        };
        let before = folder.sent(&cycle)?;
        if before.as_ref().is_some_and(|sent| sent.is_taken && sent.delivery == delivery) {
            return say(format_args!("{cycle} 结果已交付，没有变化 the results were delivered and are the same"));
        }
        let etag = before.and_then(|sent| sent.etag);
        folder.keep_sent(&cycle, &Sent { delivery: delivery.clone(), is_taken: false, etag: etag.clone() })?;
        let answer = put(server, manners, (&cycle, etag.as_deref()), &delivery).await?;
        let Tagged { etag } = answer.read(WHAT)?;
        folder.keep_sent(&cycle, &Sent { delivery: delivery.clone(), is_taken: true, etag: Some(etag.clone()) })?;
        agree(server, &cycle, &etag).await?;
        let (all, listed) = (delivery.candidates.len(), delivery.candidates.iter().filter(|one| one.listed).count());
        let status = answer.status.as_u16();
        say(format_args!("{cycle} 结果已交付 results delivered: {all} 人 candidates, 上榜 listed {listed} ({status})"))
    }

    /// Everybody who stands forwarded as far as this side can tell: in the latest batch that has them, neither refused nor
    /// corrected.
    async fn standing(&self, server: &Server) -> Result<Vec<Item>, Failure> {
        let path = format!("/api/v1/batches?cycle={}", self.cycle);
        let mut batches: Vec<Batch> = server.list(&path, "查询批次 asking for the batches").await?;
        batches.sort_by_key(|batch| batch.sequence);
        let (mut order, mut standing) = (Vec::new(), BTreeMap::new());
        for batch in batches {
            let path = format!("/api/v1/batches/{}", batch.id);
            let whole: FullBatch = server.ask(Ask::get(&path)).await?.read("查询批次 reading a batch")?;
            let corrected = corrected(server, &path).await?;
            for item in whole.items {
                let id = item.candidate_id;
                let stands = item.status != "refused" && !corrected.contains(&id);
                if standing.insert(id, stands.then_some(item)).is_none() {
                    order.push(id);
                }
            }
        }
        Ok(order.into_iter().filter_map(|id| standing.remove(&id).flatten()).collect())
    }
}

async fn corrected(server: &Server, batch: &str) -> Result<Vec<Uuid>, Failure> {
    let path = format!("{batch}/corrections");
    let corrections: Vec<Correction> = server.list(&path, "查询更正 asking for corrections").await?;
    Ok(corrections.into_iter().map(|one| one.candidate_id).collect())
}

/// Once; or, to see that nothing is done twice, twice at once and once more. What replaces something names what.
async fn put(
    server: &Server,
    manners: &Manners,
    (cycle, etag): (&str, Option<&str>),
    delivery: &Delivery,
) -> Result<Answer, Failure> {
    let path = format!("/api/v1/cycles/{cycle}/results");
    let ask = || {
        let ask = Ask::send(Method::PUT, &path, delivery)?;
        Ok::<_, Failure>(match etag {
            Some(etag) => ask.with(IF_MATCH, etag),
            None => ask,
        })
    };
    if !manners.duplicate {
        return server.ask(ask()?).await;
    }
    let (first, second) = tokio::join!(server.ask(ask()?), server.ask(ask()?));
    receipts::once([first?, second?, server.ask(ask()?).await?], WHAT)
}

/// What stands on the other side is what it has just said.
async fn agree(server: &Server, cycle: &str, etag: &str) -> Result<(), Failure> {
    let path = format!("/api/v1/cycles/{cycle}/results");
    let answer = server.ask(Ask::get(&path).with(IF_NONE_MATCH, etag)).await?;
    match answer.status {
        StatusCode::NOT_MODIFIED => Ok(()),
        StatusCode::OK => Err(Failure::Refused(format!("{WHAT}: 双方状态不一致 other results stand there"))),
        _ => Err(answer.refused(WHAT)),
    }
}

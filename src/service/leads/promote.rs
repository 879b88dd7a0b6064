//! A lead becomes a nomination: of a new candidate, or a further one of a candidate that there is.

use serde_json::json;

use super::{
    hold_open, note,
    read::{self, LeadFile, clear_reporter},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::{CandidateId, LeadId, NominationId},
        lead::{Lead, LeadStatus, Promotion},
        organization::Organization,
        recommendation::{Reach, Recommendation},
    },
    service::{
        Service,
        caller::{Account, Caller},
        candidates::{
            nominate::{self, Draft},
            nominations::{self, Origin},
        },
        error::{Error, refuse_invalid},
        idempotency::{self, Attempt, FirstAnswer},
    },
    storage::{self, Connection},
};

/// What a lead brings into a nomination.
struct Brought {
    lead: Lead,
    handler: Option<Organization>,
    nominator: Option<Reach>,
    origin: Origin,
}

/// Promotes a lead. Its text, its channel and who typed it in are kept with it for good.
pub async fn promote_lead(
    service: &Service,
    caller: &Caller,
    id: LeadId,
    promotion: Promotion,
    attempt: Option<Attempt>,
) -> Result<LeadFile, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid([promotion.faults(), promotion.file.faults_today(service.clocks.campaign())].concat())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let (lead, handler) = hold_open(db, &account, id)?;
            let brought = bring(&service, db, (lead, handler), (&account, &promotion))?;
            let became = match promotion.candidate_id {
                Some(candidate) => to_existing(&service, db, &caller, (&account, candidate), &brought)?,
                None => to_new(&service, db, &caller, &promotion, &brought)?,
            };
            storage::leads::set_promoted(db, id, became, (account.id, service.clocks.campaign()))?;
            let details = json!({
                "from": brought.lead.status, "to": LeadStatus::Promoted,
                "candidate_id": became.0, "nomination_id": became.1, "is_new": promotion.candidate_id.is_none(),
            });
            note(&service, db, &caller, (&brought.lead, brought.handler.as_ref()), ("lead.promoted", details))?;
            let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            read::shown(db, id)
        })
        .await
}

/// Who recommends: the reporter, or where the lead knows of none, whom the promotion names. Who promotes is the operator.
fn bring(
    service: &Service,
    db: &mut Connection,
    (lead, handler): (Lead, Option<Organization>),
    (account, promotion): (&Account, &Promotion),
) -> Result<Brought, Error> {
    let clear = clear_reporter(service, db, lead.id)?;
    let has_reporter = clear.name.is_some() || clear.phone.is_some() || lead.user_id.is_some();
    if has_reporter && promotion.nominator.is_some() {
        return Err(Error::invalid(vec![Fault::at("/nominator", Code::Inconsistent)]));
    }
    let text = |secret: Option<zeroize::Zeroizing<String>>| secret.map(|secret| secret.to_string());
    let reporter = Reach { name: text(clear.name), phone: text(clear.phone), relationship: None };
    let nominator = promotion.nominator.clone().or_else(|| has_reporter.then_some(reporter));
    let tracking_digest =
        storage::leads::reporters(db, &[lead.id])?.pop().and_then(|reporter| reporter.tracking_digest);
    let origin = Origin { user_id: lead.user_id, operator_id: Some(account.id), tracking_digest };
    Ok(Brought { lead, handler, nominator, origin })
}

fn to_new(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    promotion: &Promotion,
    brought: &Brought,
) -> Result<(CandidateId, NominationId), Error> {
    let made = promotion.recommendation(&brought.lead, brought.handler.as_ref()).map_err(Error::invalid)?;
    let made = Recommendation { nominator: brought.nominator.clone(), ..made };
    refuse_invalid([made.faults(), made.faults_today(service.clocks.campaign())].concat())?;
    let mut draft = Draft::prepare(service, made, brought.origin.clone())?;
    draft.nomination.channel_id = brought.lead.channel_id;
    let nomination = draft.nomination.id;
    let candidate = nominate::enter(service, db, caller, draft)?;
    Ok((candidate.id, nomination))
}

/// The candidate is one of the caller's subtree, and not at its end.
fn to_existing(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (account, id): (&Account, CandidateId),
    brought: &Brought,
) -> Result<(CandidateId, NominationId), Error> {
    let candidate = storage::candidates::lock(db, id)?
        .filter(|found| account.scope.covers(found.district_id, found.unit_id))
        .ok_or_else(|| Error::invalid(vec![Fault::at("/candidate_id", Code::UnknownReference)]))?;
    let nominator = brought.nominator.clone().unwrap_or_default();
    let way = (brought.lead.channel, brought.lead.channel_id);
    let row = nominations::new_row(service, id, (&nominator, way), brought.origin.clone())?;
    nominations::add(service, db, caller, (&candidate, &row))?;
    Ok((id, row.id))
}

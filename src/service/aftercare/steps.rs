//! What becomes of an entry of assistance: approved or declined by another person, handed over, taken back.

use chrono::NaiveDate;

use super::{
    access::{self, Cared},
    ledger::{self, ShownAssistance},
    planning,
};
use crate::{
    domain::{
        assistance::{self, AssistanceStatus, Reversal, Standing},
        fault::{Code, Fault},
        id::AssistanceId,
        local_day, person_name, text,
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
    },
    storage::{
        self, Connection,
        assistance::{AssistanceRow, HandedOver, TABLE},
        sql_values::{At, OnDay},
        vault::Place,
    },
};

/// An entry held for a step by somebody who is in charge.
struct Held {
    row: AssistanceRow,
    cared: Cared,
    standing: Standing,
}

/// Everything about the honoree is held, so that of two who decide at once the second finds what the first did.
fn hold(db: &mut Connection, account: &Account, id: AssistanceId) -> Result<Held, Error> {
    let found = storage::assistance::find(db, id)?.ok_or_else(Error::not_found)?;
    let cared = access::hold_inside(db, account, found.honoree_id)?;
    access::refuse_bystander(&cared, account)?;
    let row = storage::assistance::find(db, id)?.ok_or_else(Error::not_found)?;
    let standing = Standing {
        status: row.status,
        proposed_by: row.proposer(),
        handed_over_by: row.giver(),
        is_counter: row.reverses_id.is_some(),
        is_reversed: !storage::assistance::reversals_of(db, &[id])?.is_empty(),
        is_honoured: ledger::is_honoured(db, row.honoree_id)?,
    };
    Ok(Held { row, cared, standing })
}

/// The frame of all steps: one transaction that answers with the entry as it is then.
async fn step(
    service: &Service,
    caller: &Caller,
    (id, action): (AssistanceId, &'static str),
    attempt: Option<Attempt>,
    take: impl FnOnce(&Service, &mut Connection, &Account, &Held) -> Result<AssistanceId, Error> + Send + 'static,
) -> Result<ShownAssistance, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let held = hold(db, &account, id)?;
            let made = take(&service, db, &account, &held)?;
            let shown = ledger::show(&service, db, made)?;
            ledger::note(&service, db, &caller, (&shown.row, &held.cared), action)?;
            let first = FirstAnswer { status: 201, resource_id: made.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(shown)
        })
        .await
}

fn stale_unless(written: bool) -> Result<(), Error> {
    if written { Ok(()) } else { Err(Error::of(Code::PreconditionFailed)) }
}

/// Approves or declines an entry.
pub async fn decide(
    service: &Service,
    caller: &Caller,
    id: AssistanceId,
    (approved, reason): (bool, String),
    attempt: Option<Attempt>,
) -> Result<ShownAssistance, Error> {
    let take = move |service: &Service, db: &mut Connection, account: &Account, held: &Held| {
        let status = assistance::decide(&held.standing, account.actor(), approved).map_err(Error::guards)?;
        set_status(service, db, account, (&held.row, status), &reason)?;
        Ok(id)
    };
    step(service, caller, (id, "assistance.decided"), attempt, take).await
}

fn set_status(
    service: &Service,
    db: &mut Connection,
    account: &Account,
    (row, status): (&AssistanceRow, AssistanceStatus),
    reason: &str,
) -> Result<(), Error> {
    let said = (account.actor(), At(service.clocks.campaign()), &*text::tidy_paragraphs(reason));
    stale_unless(storage::assistance::set_status_if(db, (row.id, row.version), status, said)?)
}

/// How something was handed over, as it is entered.
#[derive(Clone, Debug)]
pub struct HandoverInput {
    /// By whom, by name.
    pub given_by: String,
    /// On which day.
    pub given_on: NaiveDate,
    /// To whom, by name, where it was not the honoree.
    pub received_by: Option<String>,
}

impl HandoverInput {
    /// Everything that is wrong with it by itself.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let under = |at: &'static str, name: &str| {
            person_name::check(name).into_iter().map(move |fault| fault.under(at)).collect::<Vec<_>>()
        };
        let mut faults = under("/given_by", &self.given_by);
        faults.extend(self.received_by.as_deref().map(|name| under("/received_by", name)).unwrap_or_default());
        faults
    }

    /// Between the approval and today.
    fn refuse_untimely(&self, service: &Service, row: &AssistanceRow) -> Result<(), Error> {
        let approved_on = row.decided_at.map(|at| local_day::day_of(at.0, service.time_zone));
        let today = planning::today(service);
        let fault = match approved_on {
            _ if self.given_on > today => Fault::at("/given_on", Code::TooLarge).with("limit", today.to_string()),
            Some(approved_on) if self.given_on < approved_on => {
                Fault::at("/given_on", Code::TooSmall).with("minimum", approved_on.to_string())
            }
            _ => return Ok(()),
        };
        Err(Error::invalid(vec![fault]))
    }
}

/// Enters that what was approved was handed over.
pub async fn hand_over(
    service: &Service,
    caller: &Caller,
    id: AssistanceId,
    input: HandoverInput,
    attempt: Option<Attempt>,
) -> Result<ShownAssistance, Error> {
    refuse_invalid(input.faults())?;
    let take = move |service: &Service, db: &mut Connection, account: &Account, held: &Held| {
        input.refuse_untimely(service, &held.row)?;
        assistance::hand_over(&held.standing).map_err(Error::fault)?;
        let received_by = input.received_by.as_deref().map(text::tidy_line);
        let seal = |name: &String| service.vault.seal_text(Place::new(TABLE, "received_by_cipher", id), name);
        let given = HandedOver {
            on: input.given_on,
            given_by: text::tidy_line(&input.given_by),
            received_by_cipher: received_by.as_ref().map(seal).transpose()?,
            by: account.actor(),
            at: At(service.clocks.campaign()),
        };
        stale_unless(storage::assistance::set_given_if(db, (id, held.row.version), &given)?)?;
        Ok(id)
    };
    step(service, caller, (id, "assistance.given"), attempt, take).await
}

/// Takes an entry back; answers with the counter-entry where something was given, else with the entry, withdrawn.
pub async fn reverse(
    service: &Service,
    caller: &Caller,
    id: AssistanceId,
    reason: String,
    attempt: Option<Attempt>,
) -> Result<ShownAssistance, Error> {
    let take = move |service: &Service, db: &mut Connection, account: &Account, held: &Held| match assistance::reverse(
        &held.standing,
        account.actor(),
    )
    .map_err(Error::fault)?
    {
        Reversal::Withdraw => {
            let said = (account.actor(), At(service.clocks.campaign()), &*text::tidy_paragraphs(&reason));
            stale_unless(storage::assistance::withdraw_if(db, (id, held.row.version), said)?)?;
            Ok(id)
        }
        Reversal::Counter => counter(service, db, account, (&held.row, &reason)),
    };
    step(service, caller, (id, "assistance.reversed"), attempt, take).await
}

/// Adds the counter-entry, which counts today.
fn counter(
    service: &Service,
    db: &mut Connection,
    account: &Account,
    (row, reason): (&AssistanceRow, &str),
) -> Result<AssistanceId, Error> {
    let (id, now): (AssistanceId, _) = (generator::new_id(&service.clocks)?, At(service.clocks.campaign()));
    let reason = text::tidy_paragraphs(reason);
    let purpose = service.vault.open_text(Place::new(TABLE, "purpose_cipher", row.id), &row.purpose_cipher)?;
    let counter = AssistanceRow {
        id,
        amount_fen: row.amount_fen.saturating_neg(),
        purpose_cipher: service.vault.seal_text(Place::new(TABLE, "purpose_cipher", id), &purpose)?,
        booked_on: OnDay(planning::today(service)),
        proposed_by: account.id,
        proposed_on_behalf_of: account.on_behalf_of(),
        decided_by: Some(account.id),
        decided_on_behalf_of: account.on_behalf_of(),
        decided_at: Some(now),
        decision_reason: Some(reason),
        given_by: None,
        received_by_cipher: None,
        handed_over_by: None,
        handed_over_on_behalf_of: None,
        handed_over_at: None,
        reverses_id: Some(row.id),
        version: 1,
        created_at: now,
        ..row.clone()
    };
    storage::assistance::insert(db, &counter)?;
    storage::assistance::touch(db, row.id)?;
    Ok(id)
}

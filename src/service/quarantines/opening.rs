//! Holding votes back: few in one transaction, many gathered in slices that nobody sees, and opened by one change.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use serde_json::json;

use super::{
    QuarantineInput, SLICE,
    settling::{abandon, settle, settle_slice},
};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::QuarantineId,
        month::Month,
        quarantine::{Quarantine, QuarantineStatus},
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service,
        caller::Account,
        error::refuse_invalid,
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed, Place},
        vote_sheet,
    },
    storage::{
        self, Connection, held_votes::Wanted, quarantines::QuarantineRow, sql_values::At, vote_sheet::SheetFilter,
    },
};

/// By the machine's clock: nobody gathers any more when nothing was heard for so long.
const LEASE: TimeDelta = TimeDelta::minutes(2);

/// Holds votes back until another reviewer decides.
pub async fn create_quarantine(
    service: &Service,
    caller: &Caller,
    input: QuarantineInput,
    attempt: Option<Attempt>,
) -> Result<Quarantine, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    refuse_invalid(input.faults())?;
    let row = new_row(service, Some(&account), &input)?;
    let id = row.id;
    let (filter, first) = service.store.read(move |db| look(db, &input)).await?;
    let (service, caller, account) = (service.clone(), caller.clone(), Some(account));
    let opening = Opening { service: service.clone(), caller, account, row, attempt };
    let (opened, more) = if i64::try_from(first.len()).unwrap_or(SLICE) < SLICE {
        service.store.write(move |db| opening.at_once(db, &first)).await?
    } else {
        // Whoever hangs up meanwhile finds it opened when asking again.
        let work = tokio::spawn(opening.in_slices(filter));
        work.await.map_err(|_| Error::Unavailable("the gathering of votes was broken off".to_owned()))??
    };
    if more {
        settle(&service, id).await;
    }
    Ok(opened)
}

/// A quarantine that is begun; `account` is none for the server itself.
pub(super) fn new_row(
    service: &Service,
    account: Option<&Account>,
    input: &QuarantineInput,
) -> Result<QuarantineRow, Error> {
    Ok(QuarantineRow {
        id: generator::new_id(&service.clocks)?,
        cycle: input.cycle,
        signal_id: input.signal,
        candidate_id: input.candidate,
        status: QuarantineStatus::Gathering,
        reason: text::tidy_paragraphs(&input.reason),
        held: 0,
        already_held: 0,
        opened_by: account.map(|account| account.id),
        opened_on_behalf_of: account.and_then(Account::on_behalf_of),
        opened_at: At(service.clocks.campaign()),
        decision_reason: None,
        decided_by: None,
        decided_on_behalf_of: None,
        decided_at: None,
        lease_until: At(service.clocks.machine() + LEASE),
        request_scope: None,
        request_key: None,
        settled_seq: -1,
        is_settled: false,
        version: 1,
    })
}

/// Resolves what is asked for, and reads the first slice of it.
fn look(db: &mut Connection, input: &QuarantineInput) -> Result<(SheetFilter, Vec<Wanted>), Error> {
    if storage::cycles::find(db, input.cycle)?.is_none() {
        return Err(Error::invalid(vec![Fault::at("/cycle", Code::UnknownReference)]));
    }
    let filter = vote_sheet::resolve(db, input.cycle, (input.candidate, input.signal))?.map_err(Error::invalid)?;
    let filter = SheetFilter { seqs: input.sequences.clone().or(filter.seqs), ..filter };
    let Some(sequences) = &input.sequences else {
        let first = storage::vote_sheet::wanted(db, input.cycle, &filter, -1, SLICE)?;
        return Ok((filter, first));
    };
    let found = storage::vote_sheet::wanted(db, input.cycle, &filter, -1, i64::MAX)?;
    let known: BTreeSet<i64> = found.iter().map(|vote| vote.seq).collect();
    let strangers = sequences.iter().enumerate().filter(|(_, seq)| !known.contains(seq));
    refuse_invalid(
        strangers.map(|(index, _)| Fault::at(format!("/sequences/{index}"), Code::UnknownReference)).collect(),
    )?;
    Ok((filter, found))
}

/// Votes of each candidate that are held, and the number of those that were held before.
#[derive(Default)]
struct Gathered {
    counts: BTreeMap<i64, i64>,
    already_held: i64,
}

impl Gathered {
    fn held(&self) -> i64 {
        self.counts.values().sum()
    }

    fn add(&mut self, wanted: usize, counts: BTreeMap<i64, i64>) {
        let taken: i64 = counts.values().sum();
        self.already_held += i64::try_from(wanted).unwrap_or(i64::MAX) - taken;
        for (candidate, votes) in counts {
            *self.counts.entry(candidate).or_insert(0) += votes;
        }
    }
}

/// Holds the votes of a slice as they stand now.
fn gather(
    db: &mut Connection,
    (id, month): (QuarantineId, Month),
    seen: &[Wanted],
) -> Result<BTreeMap<i64, i64>, Error> {
    storage::held_votes::lock(db, month)?;
    let filter = SheetFilter { seqs: Some(seen.iter().map(|vote| vote.seq).collect()), ..SheetFilter::default() };
    let wanted = storage::vote_sheet::wanted(db, month, &filter, -1, i64::MAX)?;
    Ok(storage::held_votes::hold(db, (id, month), &wanted)?)
}

/// A quarantine on its way.
pub(super) struct Opening {
    pub(super) service: Service,
    pub(super) caller: Caller,
    /// Who opens it; none for the server itself.
    pub(super) account: Option<Account>,
    pub(super) row: QuarantineRow,
    pub(super) attempt: Option<Attempt>,
}

impl Opening {
    /// Gathers and opens in one transaction; true when rows are left to be settled.
    pub(super) fn at_once(self, db: &mut Connection, wanted: &[Wanted]) -> Result<(Quarantine, bool), Error> {
        self.begin(db)?;
        let mut gathered = Gathered::default();
        gathered.add(wanted.len(), gather(db, (self.row.id, self.row.cycle), wanted)?);
        self.open(db, &gathered)
    }

    /// The key of the request is claimed from the first slice on, so that the same request sent again is told of this one.
    async fn in_slices(mut self, filter: SheetFilter) -> Result<(Quarantine, bool), Error> {
        let (service, id, month) = (self.service.clone(), self.row.id, self.row.cycle);
        self.row.request_scope = self.attempt.as_ref().map(|attempt| attempt.scope.clone());
        self.row.request_key = self.attempt.as_ref().map(|attempt| attempt.key.clone());
        let begun = service.store.write(move |db| {
            self.begin(db)?;
            Ok::<_, Error>(self)
        });
        let opening = begun.await?;
        let opened = match gather_all(&service, (id, month), filter).await {
            Ok(gathered) => {
                let work = move |db: &mut Connection| {
                    opening.recheck(db)?;
                    opening.open(db, &gathered)
                };
                service.store.write(work).await
            }
            Err(error) => Err(error),
        };
        if opened.is_err()
            && let Err(error) = abandon(&service, id).await
        {
            log::warn!("the votes gathered for quarantine {id} are let go later: {error}");
        }
        opened
    }

    fn recheck(&self, db: &mut Connection) -> Result<(), Error> {
        self.account.as_ref().map_or(Ok(()), |account| account.recheck(db))
    }

    fn begin(&self, db: &mut Connection) -> Result<(), Error> {
        self.recheck(db)?;
        idempotency::claim(db, self.attempt.as_ref(), self.service.clocks.machine())?;
        Ok(storage::quarantines::insert(db, &self.row)?)
    }

    /// What is seen: status and counts, in this transaction.
    fn open(&self, db: &mut Connection, gathered: &Gathered) -> Result<(Quarantine, bool), Error> {
        let (service, id, month) = (&self.service, self.row.id, self.row.cycle);
        storage::locks::cycle_shared(db, month)?;
        storage::votes::lock_log(db, month)?;
        let cycle = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
        if cycle.published_at.is_some() {
            return Err(Error::of(Code::AlreadyPublished));
        }
        let still = storage::quarantines::find_locked(db, id)?;
        if still.is_none_or(|row| row.status != QuarantineStatus::Gathering) {
            return Err(Error::Unavailable("the gathering of votes took too long".to_owned()));
        }
        let (held, already_held) = (gathered.held(), gathered.already_held);
        if held == 0 {
            return Err(Error::fault(Fault::of(Code::NothingToHold).with("already_held", already_held)));
        }
        storage::quarantines::set_open(db, id, (held, already_held), service.clocks.campaign())?;
        storage::held_votes::count_in(db, (id, month), &gathered.counts)?;
        let more = settle_slice(service, db, id)?;
        let details = json!({ "cycle": month, "votes": held, "signal_id": self.row.signal_id });
        let deed = Deed::new("quarantine.opened", "quarantine", id).with(details);
        record::audit(service, db, &self.caller, &deed)?;
        record::announce(service, db, &deed, Place { cycle: Some(month), ..Place::default() })?;
        let first = FirstAnswer { status: 201, resource_id: id.into(), secret: None };
        idempotency::keep(db, self.attempt.as_ref(), &first)?;
        Ok((storage::quarantines::find(db, id)?.ok_or_else(Error::not_found)?, more))
    }
}

async fn gather_all(
    service: &Service,
    (id, month): (QuarantineId, Month),
    filter: SheetFilter,
) -> Result<Gathered, Error> {
    let (mut gathered, mut after) = (Gathered::default(), -1);
    loop {
        let of_filter = filter.clone();
        let slice = move |db: &mut Connection| {
            Ok::<_, Error>(storage::vote_sheet::wanted(db, month, &of_filter, after, SLICE)?)
        };
        let slice = service.store.read(slice).await?;
        let Some(last) = slice.last() else { return Ok(gathered) };
        after = last.seq;
        let (wanted, until) = (slice.len(), service.clocks.machine() + LEASE);
        let work = move |db: &mut Connection| {
            if !storage::quarantines::lengthen(db, id, until)? {
                return Err(Error::Unavailable("the gathering of votes was given up".to_owned()));
            }
            gather(db, (id, month), &slice)
        };
        gathered.add(wanted, service.store.write(work).await?);
    }
}

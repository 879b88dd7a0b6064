//! The ledger of assistance: read in the subtree, entries proposed there.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde_json::json;
use zeroize::Zeroizing;

use super::{
    access::{self, Cared},
    planning, recipients,
};
use crate::{
    domain::{
        aftercare::{
            charge::district_of,
            ledger::{self, Line, Sum},
        },
        assistance::{self, AssistanceKind, AssistanceStatus, FundSource, Proposal},
        id::{AssistanceId, HonoreeId, OrganizationId},
        organization::Organization,
        text,
    },
    service::{
        Service,
        caller::{Account, Caller},
        candidates::reach,
        error::{Error, refuse_guarded, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed},
    },
    storage::{
        self, Connection,
        assistance::{AssistanceFilter, AssistanceRow, ReceiptRow, TABLE},
        sql_values::{At, OnDay},
        vault::Place,
    },
};

/// An entry with what is shown beside it.
#[derive(Clone, Debug)]
pub struct ShownAssistance {
    /// The entry.
    pub row: AssistanceRow,
    /// What for, in clear; none in lists.
    pub purpose: Option<Zeroizing<String>>,
    /// Who received it, in clear; none in lists.
    pub received_by: Option<Zeroizing<String>>,
    /// The counter-entry that has taken it back.
    pub reversed_by: Option<AssistanceId>,
    /// Its receipts.
    pub receipts: Vec<ReceiptRow>,
}

/// Whether what an entry is for, and who received it, are opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Words {
    /// For whoever writes, or is audited.
    Shown,
    /// In lists.
    Withheld,
}

type Opened = (Zeroizing<String>, Option<Zeroizing<String>>);

fn opened(service: &Service, row: &AssistanceRow) -> Result<Opened, Error> {
    let purpose = service.vault.open_text(Place::new(TABLE, "purpose_cipher", row.id), &row.purpose_cipher)?;
    let place = (TABLE, "received_by_cipher", row.id);
    Ok((purpose, reach::open(service, place, row.received_by_cipher.as_deref())?))
}

pub(super) fn shown(
    service: &Service,
    db: &mut Connection,
    (rows, words): (Vec<AssistanceRow>, Words),
) -> Result<Vec<ShownAssistance>, Error> {
    let ids: Vec<AssistanceId> = rows.iter().map(|row| row.id).collect();
    let reversals: BTreeMap<_, _> = storage::assistance::reversals_of(db, &ids)?.into_iter().collect();
    let mut receipts: BTreeMap<AssistanceId, Vec<ReceiptRow>> = BTreeMap::new();
    for receipt in storage::assistance::list_receipts(db, &ids)? {
        receipts.entry(receipt.assistance_id).or_default().push(receipt);
    }
    rows.into_iter()
        .map(|row| {
            let opened = match words {
                Words::Shown => Some(opened(service, &row)?),
                Words::Withheld => None,
            };
            let (purpose, received_by) = opened.map_or((None, None), |(purpose, by)| (Some(purpose), by));
            Ok(ShownAssistance {
                purpose,
                received_by,
                reversed_by: reversals.get(&row.id).copied(),
                receipts: receipts.remove(&row.id).unwrap_or_default(),
                row,
            })
        })
        .collect()
}

pub(super) fn show(service: &Service, db: &mut Connection, id: AssistanceId) -> Result<ShownAssistance, Error> {
    let row = storage::assistance::find(db, id)?.ok_or_else(Error::not_found)?;
    shown(service, db, (vec![row], Words::Shown))?.pop().ok_or_else(Error::not_found)
}

/// The entry, if the account sees the aftercare of the honoree; else 404.
pub(super) fn find_inside(
    db: &mut Connection,
    account: &Account,
    id: AssistanceId,
) -> Result<(AssistanceRow, Cared), Error> {
    let row = storage::assistance::find(db, id)?.ok_or_else(Error::not_found)?;
    let cared = access::inside(db, account, row.honoree_id)?;
    Ok((row, cared))
}

/// Reads an entry of the caller's subtree. What it is for tells of a hardship, so that each reading is audited.
pub async fn get_assistance(service: &Service, caller: &Caller, id: AssistanceId) -> Result<ShownAssistance, Error> {
    let account = caller.require_reviewer()?.clone();
    let (here, caller) = (service.clone(), caller.clone());
    service
        .store
        .write(move |db| {
            account.recheck(db)?;
            let (row, _) = find_inside(db, &account, id)?;
            let deed = Deed::new("assistance.read", "assistance", id).with(json!({ "honoree_id": row.honoree_id }));
            record::audit(&here, db, &caller, &deed)?;
            show(&here, db, id)
        })
        .await
}

/// 404 or 403 for whoever is not in charge of whom an entry is for.
pub async fn require_in_charge(service: &Service, caller: &Caller, id: AssistanceId) -> Result<(), Error> {
    let account = caller.require_reviewer()?.clone();
    service
        .store
        .read(move |db| {
            let (_, cared) = find_inside(db, &account, id)?;
            access::refuse_bystander(&cared, &account)
        })
        .await
}

/// What is asked of the ledger.
#[derive(Clone, Debug, Default)]
pub struct LedgerQuery {
    /// In one of these states; all where none is named.
    pub statuses: Vec<AssistanceStatus>,
    /// Of this organization and all below it.
    pub organization: Option<OrganizationId>,
    /// That count on this day or later.
    pub from: Option<NaiveDate>,
    /// That count on this day or earlier.
    pub until: Option<NaiveDate>,
}

fn filter(db: &mut Connection, account: &Account, query: LedgerQuery) -> Result<AssistanceFilter, Error> {
    let LedgerQuery { statuses, organization, from, until } = query;
    let within = access::within(db, account, organization)?;
    Ok(AssistanceFilter { honoree: None, within, statuses, from, until })
}

/// One page of the ledger of the caller's subtree, the last proposed first.
pub async fn list_assistance(
    service: &Service,
    caller: &Caller,
    query: LedgerQuery,
    after: Option<AssistanceId>,
    limit: i64,
) -> Result<Vec<ShownAssistance>, Error> {
    let account = caller.require_reviewer()?.clone();
    let here = service.clone();
    service
        .store
        .read(move |db| {
            let filter = filter(db, &account, query)?;
            let rows = storage::assistance::list(db, &filter, after, limit)?;
            shown(&here, db, (rows, Words::Withheld))
        })
        .await
}

/// One page of the assistance for an honoree, the last proposed first.
pub async fn list_of_honoree(
    service: &Service,
    id: HonoreeId,
    after: Option<AssistanceId>,
    limit: i64,
) -> Result<Vec<ShownAssistance>, Error> {
    let here = service.clone();
    service
        .store
        .read(move |db| {
            let filter = AssistanceFilter { honoree: Some(id), ..AssistanceFilter::default() };
            let rows = storage::assistance::list(db, &filter, after, limit)?;
            shown(&here, db, (rows, Words::Withheld))
        })
        .await
}

/// What was given, counter-entries subtracted.
#[derive(Clone, Debug)]
pub struct Totals {
    /// All of it.
    pub all: Sum,
    /// By kind.
    pub kinds: BTreeMap<AssistanceKind, Sum>,
    /// By source of funds.
    pub sources: BTreeMap<FundSource, Sum>,
    /// By organization, with those above it.
    pub organizations: Vec<Line<Sum>>,
}

/// What was given in the caller's subtree in some days. Each of the three tables adds up to all of it.
pub async fn totals(service: &Service, caller: &Caller, query: LedgerQuery) -> Result<Totals, Error> {
    let account = caller.require_reviewer()?.clone();
    service
        .store
        .read(move |db| {
            let given = LedgerQuery { statuses: vec![AssistanceStatus::Given], ..query };
            let filter = filter(db, &account, given)?;
            let (mut all, mut kinds, mut sources) = (Sum::default(), BTreeMap::new(), BTreeMap::new());
            let mut own: BTreeMap<OrganizationId, Sum> = BTreeMap::new();
            for row in storage::assistance::sums(db, &filter)? {
                all += row.sum;
                *kinds.entry(row.kind).or_default() += row.sum;
                *sources.entry(row.source).or_default() += row.sum;
                *own.entry(row.organization).or_default() += row.sum;
            }
            let tree = storage::participation::nodes(db, &account.scope, None)?;
            Ok(Totals { all, kinds, sources, organizations: ledger::lines(tree, &own) })
        })
        .await
}

/// Proposes assistance; those who may approve it are told.
pub async fn propose(
    service: &Service,
    caller: &Caller,
    id: HonoreeId,
    input: Proposal,
    attempt: Option<Attempt>,
) -> Result<ShownAssistance, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(input.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            access::hold_inside(db, &account, id)?;
            let cared = planning::replan(&service, db, &caller, id)?.cared;
            refuse_guarded(assistance::propose(is_honoured(db, id)?).into_iter().collect())?;
            let charge = charge_of(db, &cared)?;
            let row = new_row(&service, &account, (id, &charge), &input)?;
            storage::assistance::insert(db, &row)?;
            note(&service, db, &caller, (&row, &cared), "assistance.proposed")?;
            recipients::tell_waiting(&service, db, &cared, account.actor())?;
            let first = FirstAnswer { status: 201, resource_id: row.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            show(&service, db, row.id)
        })
        .await
}

/// Whether an honour of the honoree stands.
pub(super) fn is_honoured(db: &mut Connection, id: HonoreeId) -> Result<bool, Error> {
    Ok(storage::honours::awards(db, id)?.1.is_some())
}

/// The organization in charge; the city where not even a district is known.
fn charge_of(db: &mut Connection, cared: &Cared) -> Result<Organization, Error> {
    match cared.charge() {
        Some(charge) => Ok(charge.clone()),
        None => storage::organizations::find_root(db)?.ok_or_else(Error::not_found),
    }
}

fn new_row(
    service: &Service,
    account: &Account,
    (honoree_id, charge): (HonoreeId, &Organization),
    input: &Proposal,
) -> Result<AssistanceRow, Error> {
    let id: AssistanceId = generator::new_id(&service.clocks)?;
    let purpose = text::tidy_paragraphs(&input.purpose);
    Ok(AssistanceRow {
        id,
        honoree_id,
        organization_id: charge.id,
        district_id: district_of(charge),
        kind: input.kind,
        amount_fen: input.amount_fen,
        fund_source: input.fund_source,
        fund_detail: input.fund_detail.as_deref().map(text::tidy_line),
        purpose_cipher: service.vault.seal_text(Place::new(TABLE, "purpose_cipher", id), &purpose)?,
        status: AssistanceStatus::Proposed,
        booked_on: OnDay(planning::today(service)),
        proposed_by: account.id,
        proposed_on_behalf_of: account.on_behalf_of(),
        decided_by: None,
        decided_on_behalf_of: None,
        decided_at: None,
        decision_reason: None,
        withdrawn_by: None,
        withdrawn_on_behalf_of: None,
        withdrawn_at: None,
        withdrawn_reason: None,
        given_by: None,
        received_by_cipher: None,
        handed_over_by: None,
        handed_over_on_behalf_of: None,
        handed_over_at: None,
        reverses_id: None,
        version: 1,
        created_at: At(service.clocks.campaign()),
    })
}

/// Notes what was done to an entry: ids and figures only.
pub(super) fn note(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (row, cared): (&AssistanceRow, &Cared),
    action: &str,
) -> Result<(), Error> {
    let details = json!({
        "honoree_id": row.honoree_id, "organization_id": row.organization_id, "kind": row.kind,
        "amount_fen": row.amount_fen, "status": row.status, "reverses_id": row.reverses_id,
    });
    let deed = Deed::new(action, "assistance", row.id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, cared.place())
}

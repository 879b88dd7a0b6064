//! Publishing a cycle's list, and reading what was published.

use std::collections::BTreeMap;

use serde_json::json;

use super::{
    Caller, Error, Service, aftercare,
    caller::Account,
    error::{refuse_guarded, refuse_invalid},
    generator, honorees,
    idempotency::{self, Attempt, FirstAnswer},
    pool, quarantines,
    record::{self, Deed, Place},
    transitions::{self, Order},
};
use crate::{
    domain::{
        candidate::Status,
        category::CategoryCode,
        cycle::Cycle,
        fault::{Code, Fault},
        guard,
        honour::{CertificateNumber, Honour, Standing},
        id::HonoreeId,
        listing::{self, Entry, Listing, Refusal, Rules, TieBreak},
        month::Month,
        policy::ResultSource,
        role::Role,
        tally, text,
        transition::Action,
    },
    storage::{self, Connection, honours::Which, lists::ListRow},
};

mod in_vote;

use in_vote::InVote;

/// The title of a list where the city has set none.
pub(super) const DEFAULT_TITLE: &str = "身边好人榜";
/// The title of a list whose vote was held on the national site.
const NATIONAL_TITLE: &str = "中国好人榜";

/// So many undecided objections are named in a refusal; the rest is found in their list.
const OBJECTIONS_NAMED: i64 = 20;

/// A published list with its entries.
#[derive(Clone, Debug)]
pub struct PublishedList {
    /// Title, issuer and date.
    pub list: ListRow,
    /// The entries of each category, in the order of the categories; empty ones too.
    pub categories: Vec<(CategoryCode, Vec<storage::honours::Entry>)>,
    /// Whether the public may see ranks and votes.
    pub shows_votes: bool,
}

/// Publishes the list of a cycle: ranks, breaks ties, lists and does not list, gives honours, in one transaction.
pub async fn publish_list(
    service: &Service,
    caller: &Caller,
    (month, tie_breaks): (Month, Vec<TieBreak>),
    attempt: Option<Attempt>,
) -> Result<PublishedList, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let tie_breaks = tidy(tie_breaks);
    refuse_invalid(reason_faults(&tie_breaks))?;
    quarantines::hold_repeated(service, Some(month)).await?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let cycle = hold_unpublished(db, month)?;
            let listing = draw_up(&service, db, &cycle, &tie_breaks)?;
            write_list(&service, db, &account, &cycle, &tie_breaks)?;
            give_honours(&service, db, &caller, &cycle, &listing)?;
            storage::cycles::set_published(db, month, service.clocks.campaign())?;
            note_published(&service, db, &caller, &listing, month)?;
            let first = FirstAnswer { status: 201, resource_id: month_id(month), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            published(&service, db, month)?.ok_or_else(Error::not_found)
        })
        .await
}

/// A list has its month for a name; the answer kept for a repeated request is found by it.
fn month_id(month: Month) -> uuid::Uuid {
    uuid::Uuid::from_u128(u128::try_from(month.number()).unwrap_or_default())
}

fn tidy(mut breaks: Vec<TieBreak>) -> Vec<TieBreak> {
    for one in &mut breaks {
        one.reason = text::tidy_paragraphs(&one.reason);
    }
    breaks
}

fn reason_faults(breaks: &[TieBreak]) -> Vec<Fault> {
    let checked = breaks.iter().enumerate().map(|(index, one)| {
        let place = format!("/tie_breaks/{index}/reason");
        text::paragraphs(&one.reason, listing::REASON_MAX).into_iter().map(move |fault| fault.under(&place))
    });
    checked.flatten().collect()
}

/// Holds the cycle and its log of votes, and makes sure that its list is still to be published.
fn hold_unpublished(db: &mut Connection, month: Month) -> Result<Cycle, Error> {
    storage::locks::cycle(db, month)?;
    let unknown = || Error::invalid(vec![Fault::at("/cycle", Code::UnknownReference)]);
    let cycle = storage::cycles::find(db, month)?.ok_or_else(unknown)?;
    storage::votes::lock_log(db, month)?;
    if cycle.published_at.is_some() {
        return Err(Error::of(Code::AlreadyPublished));
    }
    Ok(cycle)
}

fn draw_up(service: &Service, db: &mut Connection, cycle: &Cycle, breaks: &[TieBreak]) -> Result<Listing, Error> {
    for id in storage::contenders::ids(db, cycle.month, Status::Forwarded)? {
        storage::locks::candidate(db, id)?;
    }
    let in_vote = InVote::of(db, cycle)?;
    let mut faults = undecided(db, cycle)?;
    faults.extend(in_vote.fault().cloned());
    if let Some(early) = guard::before_publication(&cycle.windows, service.clocks.campaign()) {
        // While votes may still come in there is no tie to be told of.
        faults.push(early);
        return Err(Error::guards(faults));
    }
    match in_vote.draw_up(rules(service, cycle), breaks) {
        Ok(listing) => refuse_guarded(faults).map(|()| listing),
        Err(Refusal::Invalid(wrong)) => Err(Error::invalid(wrong)),
        Err(Refusal::Ties(ties)) => {
            faults.extend(ties.iter().map(listing::Tie::fault));
            Err(Error::guards(faults))
        }
    }
}

fn undecided(db: &mut Connection, cycle: &Cycle) -> Result<Vec<Fault>, Error> {
    let mut faults = Vec::new();
    // Those for somebody who has left the vote meanwhile, too: they would stay undecided.
    let quarantined = storage::tallies::quarantined(db, cycle.month)?;
    // Whoever has just turned out to be one person with somebody has votes that are held back in a moment.
    storage::same_person::lock(db)?;
    let repeated = storage::signals::to_be_held(db, Some(cycle.month), None)?;
    if quarantined > 0 || !repeated.is_empty() {
        faults.push(Fault::of(Code::VotesUndecided).with("actual", quarantined));
    }
    let (open, first) = storage::objections::open_of(db, cycle.month, OBJECTIONS_NAMED)?;
    if open > 0 {
        let ids: Vec<String> = first.iter().map(ToString::to_string).collect();
        faults.push(Fault::of(Code::ObjectionsUndecided).with("actual", open).with("objection_ids", json!(ids)));
    }
    Ok(faults)
}

fn rules(service: &Service, cycle: &Cycle) -> Rules {
    let closes_at = cycle.windows.voting.closes_at;
    Rules::of(&cycle.policy, tally::is_public(cycle.policy.results_visibility, closes_at, service.clocks.campaign()))
}

fn write_list(
    service: &Service,
    db: &mut Connection,
    account: &Account,
    cycle: &Cycle,
    breaks: &[TieBreak],
) -> Result<(), Error> {
    let heading = storage::lists::heading(db)?;
    let title = match cycle.policy.result_source {
        ResultSource::Local => heading.title.unwrap_or_else(|| DEFAULT_TITLE.to_owned()),
        ResultSource::Portal => NATIONAL_TITLE.to_owned(),
    };
    let row = ListRow {
        cycle: cycle.month,
        title,
        issuer: heading.issuer,
        result_source: cycle.policy.result_source,
        published_by: account.id,
        published_at: service.clocks.campaign(),
    };
    Ok(storage::lists::insert(db, &row, breaks)?)
}

/// Lists and honours each entry, and takes everybody else off the vote, in the order of the candidates' ids.
fn give_honours(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    cycle: &Cycle,
    listing: &Listing,
) -> Result<(), Error> {
    let marks: BTreeMap<CategoryCode, String> =
        storage::categories::list(db)?.into_iter().map(|category| (category.code, category.mark)).collect();
    honorees::hold_linked(db, listing.listed.iter().map(|entry| entry.candidate))?;
    for entry in &listing.listed {
        let mark = marks.get(&entry.category).cloned().unwrap_or_default();
        let number = CertificateNumber { month: cycle.month, mark, serial: entry.position };
        let honoree = honorees::holder(service, db, entry.candidate)?;
        storage::honours::insert(db, &honour(service, entry, number, honoree)?)?;
        transitions::apply(service, db, caller, entry.candidate, &Order::new(Action::List, None))?;
        honorees::given(service, db, caller, (honoree, pool::rule_of(&cycle.policy)))?;
        aftercare::planning::replan(service, db, caller, honoree)?;
    }
    for id in &listing.not_listed {
        transitions::apply(service, db, caller, *id, &Order::new(Action::NotList, None))?;
    }
    Ok(())
}

fn honour(service: &Service, entry: &Entry, number: CertificateNumber, honoree: HonoreeId) -> Result<Honour, Error> {
    Ok(Honour {
        id: generator::new_id(&service.clocks)?,
        number,
        category: entry.category.clone(),
        candidate: entry.candidate,
        honoree,
        rank: entry.rank,
        votes: entry.votes,
        awarded_at: service.clocks.campaign(),
        standing: Standing::Shown,
        version: 1,
    })
}

fn note_published(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    listing: &Listing,
    month: Month,
) -> Result<(), Error> {
    let details = json!({ "listed": listing.listed.len(), "not_listed": listing.not_listed.len() });
    let deed = Deed::new("list.published", "list", month).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place { cycle: Some(month), ..Place::default() })
}

/// Reads the list of a cycle; 404 while it is not published.
pub async fn get_list(service: &Service, month: Month) -> Result<PublishedList, Error> {
    let (service, store) = (service.clone(), service.store.clone());
    store.read(move |db| published(&service, db, month)?.ok_or_else(Error::not_found)).await
}

fn published(service: &Service, db: &mut Connection, month: Month) -> Result<Option<PublishedList>, Error> {
    let (Some(list), Some(cycle)) = (storage::lists::find(db, month)?, storage::cycles::find(db, month)?) else {
        return Ok(None);
    };
    let mut entries: BTreeMap<CategoryCode, Vec<storage::honours::Entry>> = BTreeMap::new();
    for entry in storage::honours::list(db, Which::Cycle(month))? {
        entries.entry(entry.honour.category.clone()).or_default().push(entry);
    }
    let mut categories = Vec::new();
    for category in storage::categories::list(db)? {
        let of_category = entries.remove(&category.code).unwrap_or_default();
        categories.push((category.code, of_category));
    }
    let now = service.clocks.campaign();
    let shows_votes = tally::is_public(cycle.policy.results_visibility, cycle.windows.voting.closes_at, now);
    Ok(Some(PublishedList { list, categories, shows_votes }))
}

/// Lists published lists with the number of their entries and of the revoked among them, the latest first.
pub async fn list_lists(
    service: &Service,
    after: Option<Month>,
    limit: i64,
) -> Result<Vec<(ListRow, i64, i64)>, Error> {
    service
        .store
        .read(move |db| {
            let lists = storage::lists::list(db, after, limit)?;
            let counts = storage::honours::counts(db, &lists.iter().map(|list| list.cycle).collect::<Vec<_>>())?;
            let of = |cycle| counts.get(&cycle).copied().unwrap_or_default();
            Ok(lists
                .into_iter()
                .map(|list| (of(list.cycle), list))
                .map(|((all, gone), list)| (list, all, gone))
                .collect())
        })
        .await
}

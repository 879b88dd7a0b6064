//! A lead comes in: from the public, or typed in by staff for a caller.

use serde_json::json;

use super::note;
use crate::{
    domain::{
        candidate::Channel,
        fault::{Code, Fault},
        id::{ChannelId, LeadId, OrganizationId},
        lead::{self, Lead, LeadStatus, Parsed},
        month::Month,
        organization::Organization,
        place,
        recommendation::Reach,
        role::Role,
        short_message::{self, CategoryWords},
        text,
        tracking_code::TrackingCode,
    },
    service::{
        Service,
        caller::Caller,
        candidates::{
            codes::{self, Issued},
            nominate::may_nominate,
            reach,
        },
        channels, cycles,
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        transitions,
    },
    storage::{
        self, Connection,
        leads::NewLead,
        sql_values::{At, Stored},
    },
};

/// A lead as it comes in.
#[derive(Clone, Debug)]
pub struct LeadInput {
    /// By what way.
    pub channel: Channel,
    /// Through which channel in use.
    pub channel_id: Option<ChannelId>,
    /// What is said.
    pub text: String,
    /// Who says it.
    pub reporter: Option<Reach>,
    /// Who is to deal with it.
    pub organization_id: Option<OrganizationId>,
}

/// A lead that came in, with the code by which a reporter without an account follows what comes of it.
#[derive(Clone, Debug)]
pub struct Received {
    /// The lead.
    pub lead: Lead,
    /// The tracking code.
    pub tracking_code: Option<TrackingCode>,
}

/// Takes a lead. Anyone sends one, except the portal.
pub async fn receive_lead(
    service: &Service,
    caller: &Caller,
    input: LeadInput,
    attempt: Option<Attempt>,
) -> Result<Received, Error> {
    may_nominate(caller)?;
    refuse_invalid(lead::faults(&input.text, input.reporter.as_ref()))?;
    let words = text::tidy_paragraphs(&input.text);
    let read = words.clone();
    let parsed = service.store.read(move |db| parsed(db, &read)).await?;
    let (row, issued) = prepare(service, caller, &input, (words, parsed))?;
    let named = (input.channel, input.channel_id, input.organization_id);
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            if let Some(account) = &caller.account {
                account.recheck(db)?;
            }
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let handler = references(db, named)?;
            let cycle = cycles::hold_intake(&service, db)?.month;
            let row = NewLead { cycle, ..row };
            storage::leads::insert(db, &row)?;
            let lead = storage::leads::find(db, row.id)?.ok_or_else(Error::not_found)?;
            let details = json!({ "channel": lead.channel, "cycle": cycle, "organization_id": lead.organization_id });
            note(&service, db, &caller, (&lead, handler.as_ref()), ("lead.received", details))?;
            let (tracking_code, secret) = Issued::parts(issued);
            let first = FirstAnswer { status: 201, resource_id: lead.id.into(), secret };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(Received { lead, tracking_code })
        })
        .await
}

/// A lead that came in before, to give its first answer again.
pub async fn find_received(service: &Service, first: FirstAnswer) -> Result<Received, Error> {
    let id = LeadId(first.resource_id);
    let tracking_code = codes::reopen(service, id, first.secret.as_deref())?;
    let lead = service.store.read(move |db| storage::leads::find(db, id)?.ok_or_else(Error::not_found)).await?;
    Ok(Received { lead, tracking_code })
}

/// What can be read from the text, with the organizations that its place means without doubt.
fn parsed(db: &mut Connection, words: &str) -> Result<Parsed, Error> {
    let categories = storage::categories::list(db)?.into_iter().filter(|category| category.active);
    let categories: Vec<CategoryWords> = categories
        .map(|category| CategoryWords { code: category.code, short: category.short, name: category.name.zh })
        .collect();
    let read = short_message::parse(words, &categories);
    let located = match &read.place {
        Some(written) => place::locate(written, &storage::organizations::named(db, &place::endings(written))?),
        None => place::Located::default(),
    };
    Ok(Parsed {
        name: read.name,
        place: read.place,
        category: read.category,
        summary: read.summary,
        unit_id: located.unit_id,
        district_id: located.district_id,
    })
}

/// Staff type a lead in for somebody else when they name a reporter, or when it came by another way than this system;
/// what they send of themselves is their own.
fn is_operator(caller: &Caller, input: &LeadInput) -> bool {
    let is_staff = caller.role().is_some_and(|role| role != Role::Citizen);
    is_staff && (input.reporter.is_some() || input.channel != Channel::Online)
}

fn prepare(
    service: &Service,
    caller: &Caller,
    input: &LeadInput,
    (words, parsed): (String, Parsed),
) -> Result<(NewLead, Option<Issued>), Error> {
    let id: LeadId = generator::new_id(&service.clocks)?;
    let is_operator = is_operator(caller, input);
    let user_id = caller.id().filter(|_| !is_operator);
    let issued = if user_id.is_none() { Some(Issued::make()?.sealed(service, id)?) } else { None };
    let reporter = input.reporter.clone().unwrap_or_default();
    let name = reach::seal_name(service, (storage::leads::TABLE, id), reporter.name.as_deref())?;
    let phone = reach::seal_phone(service, (storage::leads::TABLE, id), reporter.phone.as_deref())?;
    let now = service.clocks.campaign();
    let row = NewLead {
        id,
        status: LeadStatus::Received,
        channel: input.channel,
        channel_id: input.channel_id,
        organization_id: input.organization_id,
        cycle: Month::of(now, service.time_zone),
        text: words,
        parsed: Stored(parsed),
        user_id,
        operator_id: caller.id().filter(|_| is_operator),
        tracking_digest: issued.as_ref().map(Issued::digest),
        name_cipher: name.cipher,
        name_masked: name.masked,
        phone_cipher: phone.cipher,
        phone_masked: phone.masked,
        phone_index: phone.index,
        version: 1,
        created_at: At(now),
        updated_at: At(now),
    };
    Ok((row, issued))
}

/// Channel and organization, which must take part; returns the organization.
fn references(
    db: &mut Connection,
    (channel, channel_id, organization_id): (Channel, Option<ChannelId>, Option<OrganizationId>),
) -> Result<Option<Organization>, Error> {
    let mut faults: Vec<Fault> = channels::resolve(db, (Some(channel), channel_id))?.err().into_iter().collect();
    let handler = match organization_id {
        Some(id) => transitions::hold_organization(db, id)?.filter(|found| found.active),
        None => None,
    };
    if organization_id.is_some() && handler.is_none() {
        faults.push(Fault::at("/organization_id", Code::UnknownReference));
    }
    refuse_invalid(faults)?;
    Ok(handler)
}

//! Reading leads, for who deals with them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{covers, handler};
use crate::{
    domain::{
        candidate::Channel,
        id::{CandidateId, ChannelId, LeadId, OrganizationId},
        lead::{Lead, LeadStatus},
    },
    service::{
        Service,
        caller::Caller,
        candidates::{reach, read::ClearReach},
        error::Error,
        record::{self, Deed},
    },
    storage::{
        self, Connection,
        leads::{LeadFilter, Reporter},
    },
};

/// A lead with what is shown beside it.
#[derive(Clone, Debug)]
pub struct LeadFile {
    /// The lead.
    pub lead: Lead,
    /// How its reporter can be reached, masked; none where nobody is known.
    pub reporter: Option<Reporter>,
    /// The name of the organization that deals with it.
    pub organization_name: Option<String>,
    /// The name of the channel in use.
    pub channel_name: Option<String>,
}

/// What is asked of the list. An empty list asks for everything.
#[derive(Clone, Debug, Default)]
pub struct LeadQuery {
    /// In these states.
    pub statuses: Vec<LeadStatus>,
    /// Come by these ways.
    pub channels: Vec<Channel>,
    /// Come through this channel in use.
    pub channel_id: Option<ChannelId>,
    /// Given to one of these organizations.
    pub organizations: Vec<OrganizationId>,
    /// Of which this candidate came.
    pub candidate: Option<CandidateId>,
    /// Given to somebody, or to nobody yet.
    pub assigned: Option<bool>,
}

/// A page of the leads of the caller's subtree, in the order of arrival.
pub async fn list_leads(
    service: &Service,
    caller: &Caller,
    query: LeadQuery,
    after: Option<(DateTime<Utc>, LeadId)>,
    limit: i64,
) -> Result<Vec<LeadFile>, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    let filter = LeadFilter {
        scope,
        statuses: query.statuses,
        channels: query.channels,
        channel_id: query.channel_id,
        organizations: query.organizations,
        candidate: query.candidate,
        assigned: query.assigned,
    };
    service
        .store
        .read(move |db| {
            let leads = storage::leads::list(db, &filter, after, limit)?;
            gather(db, leads)
        })
        .await
}

/// Reads a lead of the caller's subtree; 404 else.
pub async fn get_lead(service: &Service, caller: &Caller, id: LeadId) -> Result<LeadFile, Error> {
    let scope = caller.require_reviewer()?.scope.clone();
    service
        .store
        .read(move |db| {
            let lead = storage::leads::find(db, id)?.ok_or_else(Error::not_found)?;
            let handler = handler(db, &lead)?;
            if covers(&scope, &lead, handler.as_ref()) { gather_one(db, lead) } else { Err(Error::not_found()) }
        })
        .await
}

/// Reads a lead that was just dealt with, to give an answer again.
pub async fn get_dealt_with(service: &Service, id: LeadId) -> Result<LeadFile, Error> {
    service.store.read(move |db| shown(db, id)).await
}

/// A lead as it is now.
pub(super) fn shown(db: &mut Connection, id: LeadId) -> Result<LeadFile, Error> {
    let lead = storage::leads::find(db, id)?.ok_or_else(Error::not_found)?;
    gather_one(db, lead)
}

fn gather_one(db: &mut Connection, lead: Lead) -> Result<LeadFile, Error> {
    gather(db, vec![lead])?.pop().ok_or_else(Error::not_found)
}

/// What is shown beside several leads, in their order, by a number of queries that does not grow with theirs.
fn gather(db: &mut Connection, leads: Vec<Lead>) -> Result<Vec<LeadFile>, Error> {
    let ids: Vec<LeadId> = leads.iter().map(|lead| lead.id).collect();
    let organizations: BTreeSet<OrganizationId> = leads.iter().filter_map(|lead| lead.organization_id).collect();
    let channels: BTreeSet<ChannelId> = leads.iter().filter_map(|lead| lead.channel_id).collect();
    let organizations: BTreeMap<_, _> =
        storage::organizations::names(db, &organizations.into_iter().collect::<Vec<_>>())?.into_iter().collect();
    let channels = storage::channels::names(db, &channels.into_iter().collect::<Vec<_>>())?;
    let reporters = storage::leads::reporters(db, &ids)?.into_iter();
    let mut reporters: BTreeMap<LeadId, Reporter> = reporters.map(|reporter| (reporter.id, reporter)).collect();
    let files = leads.into_iter().map(|lead| LeadFile {
        reporter: reporters.remove(&lead.id).filter(Reporter::is_known),
        organization_name: lead.organization_id.and_then(|id| organizations.get(&id).cloned()),
        channel_name: lead.channel_id.and_then(|id| channels.get(&id).cloned()),
        lead,
    });
    Ok(files.collect())
}

/// How the reporter of a lead can be reached, in clear.
pub(super) fn clear_reporter(service: &Service, db: &mut Connection, id: LeadId) -> Result<ClearReach, Error> {
    let Some(reporter) = storage::leads::reporters(db, &[id])?.pop() else { return Ok(ClearReach::default()) };
    let at = |column| (storage::leads::TABLE, column, id);
    Ok(ClearReach {
        name: reach::open(service, at("name_cipher"), reporter.name_cipher.as_deref())?,
        phone: reach::open(service, at("phone_cipher"), reporter.phone_cipher.as_deref())?,
        relationship: None,
    })
}

/// Reads how a reporter can be reached in clear: for who deals with the lead, and never without an audit event.
pub async fn get_contacts(service: &Service, caller: &Caller, id: LeadId) -> Result<ClearReach, Error> {
    let account = caller.require_reviewer()?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let lead = storage::leads::find(db, id)?.ok_or_else(Error::not_found)?;
            let handler = handler(db, &lead)?;
            if !covers(&account.scope, &lead, handler.as_ref()) {
                return Err(Error::not_found());
            }
            let deed = Deed::new("lead.contacts_read", "lead", id).with(json!({ "cycle": lead.cycle }));
            record::audit(&service, db, &caller, &deed)?;
            clear_reporter(&service, db, id)
        })
        .await
}

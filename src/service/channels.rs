//! Recommendation channels in use: read by everybody, kept by the reviewers of who minds them.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    Service,
    caller::{Account, Caller},
    error::{Error, refuse_invalid},
    generator,
    idempotency::{self, Attempt, FirstAnswer},
    record::{self, Deed, Place},
};
use crate::{
    domain::{
        candidate::Channel,
        channel::{self, ChannelFields, ChannelInUse},
        fault::{Code, Fault},
        id::{ChannelId, OrganizationId},
        organization::{Organization, OrganizationKind},
        text,
    },
    storage::{self, Connection, channels::ChannelFilter},
};

/// One page of channels in the order of entry.
pub async fn list_channels(
    service: &Service,
    filter: ChannelFilter,
    after: Option<(DateTime<Utc>, ChannelId)>,
    limit: i64,
) -> Result<Vec<ChannelInUse>, Error> {
    service.store.read(move |db| Ok(storage::channels::list(db, &filter, after, limit)?)).await
}

/// Reads a channel.
pub async fn get_channel(service: &Service, id: ChannelId) -> Result<ChannelInUse, Error> {
    service.store.read(move |db| storage::channels::find(db, id)?.ok_or_else(Error::not_found)).await
}

/// Reads a channel that the caller keeps; 404 for one that is minded outside the caller's subtree.
pub async fn find_kept(service: &Service, caller: &Caller, id: ChannelId) -> Result<ChannelInUse, Error> {
    let account = caller.require_reviewer()?.clone();
    service
        .store
        .read(move |db| {
            let channel = storage::channels::find(db, id)?.ok_or_else(Error::not_found)?;
            refuse_outside(db, &account, &channel)?;
            Ok(channel)
        })
        .await
}

/// The kind of way by which something came, or the fault of naming a channel in use that takes nothing or is of another
/// kind. Holds the channel, so that it is not closed meanwhile.
pub fn resolve(
    db: &mut Connection,
    (said, named): (Option<Channel>, Option<ChannelId>),
) -> Result<Result<Option<Channel>, Fault>, Error> {
    let found = match named {
        Some(id) => {
            storage::locks::channel_shared(db, id)?;
            storage::channels::find(db, id)?
        }
        None => None,
    };
    Ok(channel::kind_of(said, named, found.as_ref()))
}

/// Enters a channel, minded by the reviewer's own organization where no other one of the subtree is named.
pub async fn create_channel(
    service: &Service,
    caller: &Caller,
    (kind, fields): (Channel, ChannelFields),
    attempt: Option<Attempt>,
) -> Result<ChannelInUse, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(fields.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let own = account.organization_id().ok_or(Error::of(Code::Forbidden))?;
            let minder = hold_minder(db, &account, fields.organization_id.unwrap_or(own))?;
            let now = service.clocks.campaign();
            let blank = ChannelInUse {
                id: generator::new_id(&service.clocks)?,
                kind,
                name: String::new(),
                outlet: None,
                url: None,
                phones: Vec::new(),
                address: None,
                organization_id: minder.id,
                responsible_name: None,
                active: true,
                version: 1,
                created_at: now,
                updated_at: now,
            };
            let channel = applied(fields, &blank);
            storage::channels::insert(db, &channel)?;
            record(&service, db, &caller, (&channel, &minder), "channel.created")?;
            let first = FirstAnswer { status: 201, resource_id: channel.id.into(), secret: None };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(channel)
        })
        .await
}

/// Changes a channel; its kind stays. A closed one takes no recommendations, those that it brought keep naming it.
pub async fn update_channel(
    service: &Service,
    caller: &Caller,
    (id, version): (ChannelId, i64),
    fields: ChannelFields,
) -> Result<ChannelInUse, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(fields.faults())?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let old = storage::channels::find_locked(db, id)?.ok_or_else(Error::not_found)?;
            refuse_outside(db, &account, &old)?;
            if old.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let minder = match fields.organization_id.filter(|wished| *wished != old.organization_id) {
                Some(wished) => hold_minder(db, &account, wished)?,
                None => storage::organizations::find(db, old.organization_id)?.ok_or_else(Error::not_found)?,
            };
            let new = applied(fields, &old);
            if new == old {
                return Ok(old);
            }
            if !storage::channels::update_if(db, &new, service.clocks.campaign())? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            record(&service, db, &caller, (&new, &minder), "channel.updated")?;
            storage::channels::find(db, id)?.ok_or_else(Error::not_found)
        })
        .await
}

/// 404 unless the channel is minded within the account's subtree.
fn refuse_outside(db: &mut Connection, account: &Account, channel: &ChannelInUse) -> Result<(), Error> {
    let minder = storage::organizations::find(db, channel.organization_id)?;
    let is_inside = minder.is_some_and(|minder| account.scope.covers_organization(&minder));
    if is_inside { Ok(()) } else { Err(Error::not_found()) }
}

/// The organization that is to mind a channel: an active one of the caller's subtree.
fn hold_minder(db: &mut Connection, account: &Account, id: OrganizationId) -> Result<Organization, Error> {
    storage::locks::organization_shared(db, id)?;
    let found = storage::organizations::find(db, id)?;
    found
        .filter(|found| found.active && account.scope.covers_organization(found))
        .ok_or_else(|| Error::invalid(vec![Fault::at("/organization_id", Code::UnknownReference)]))
}

fn applied(fields: ChannelFields, to: &ChannelInUse) -> ChannelInUse {
    let line = |wished: Option<Option<String>>, present: &Option<String>| match wished {
        Some(wished) => wished.as_deref().map(text::tidy_line),
        None => present.clone(),
    };
    let phones = fields.phones.map(|phones| phones.iter().map(|phone| text::tidy_line(phone)).collect());
    ChannelInUse {
        name: fields.name.as_deref().map_or_else(|| to.name.clone(), text::tidy_line),
        outlet: line(fields.outlet, &to.outlet),
        url: line(fields.url, &to.url),
        phones: phones.unwrap_or_else(|| to.phones.clone()),
        address: line(fields.address, &to.address),
        organization_id: fields.organization_id.unwrap_or(to.organization_id),
        responsible_name: line(fields.responsible_name, &to.responsible_name),
        active: fields.active.unwrap_or(to.active),
        ..to.clone()
    }
}

fn record(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (channel, minder): (&ChannelInUse, &Organization),
    action: &str,
) -> Result<(), Error> {
    let details = json!({ "kind": channel.kind, "organization_id": minder.id, "active": channel.active });
    let deed = Deed::new(action, "channel", channel.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let unit_id = (minder.kind == OrganizationKind::Unit).then_some(minder.id);
    record::announce(service, db, &deed, Place { cycle: None, district_id: minder.district_id, unit_id })
}

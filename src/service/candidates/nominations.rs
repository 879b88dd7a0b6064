//! Several recommenders of one candidate: listed, and typed in, by the reviewers of its subtree.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::{
    codes::{self, Issued},
    reach,
};
use crate::{
    domain::{
        candidate::{Candidate, Channel},
        fault::{Code, Fault},
        id::{CandidateId, ChannelId, NominationId, UserId},
        recommendation::Reach,
        role::Role,
        text,
        tracking_code::TrackingCode,
    },
    service::{
        Service,
        caller::Caller,
        channels,
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed, Place},
        transitions::sight,
    },
    storage::{self, Connection, candidates::CandidateChange, nominations::NominationRow, sql_values::At},
};

/// Whose a nomination is, and who typed it in.
#[derive(Clone, Debug, Default)]
pub struct Origin {
    /// The nominator's account.
    pub user_id: Option<UserId>,
    /// Who typed somebody else's recommendation in.
    pub operator_id: Option<UserId>,
    /// Digest of the tracking code of a nominator without an account.
    pub tracking_digest: Option<Vec<u8>>,
}

impl Origin {
    /// A citizen recommends in the own name; staff who name a nominator type somebody else's recommendation in.
    #[must_use]
    pub fn of(caller: &Caller, names_somebody: bool) -> Self {
        let is_operator = names_somebody && caller.role().is_some_and(|role| role != Role::Citizen);
        Self {
            user_id: caller.id().filter(|_| !is_operator),
            operator_id: caller.id().filter(|_| is_operator),
            tracking_digest: None,
        }
    }
}

/// A nomination as it is stored; not the first one unless that is said.
pub fn new_row(
    service: &Service,
    candidate_id: CandidateId,
    (nominator, (channel, channel_id)): (&Reach, (Channel, Option<ChannelId>)),
    origin: Origin,
) -> Result<NominationRow, Error> {
    let id: NominationId = generator::new_id(&service.clocks)?;
    let name = reach::seal_name(service, (storage::nominations::TABLE, id), nominator.name.as_deref())?;
    let phone = reach::seal_phone(service, (storage::nominations::TABLE, id), nominator.phone.as_deref())?;
    Ok(NominationRow {
        id,
        candidate_id,
        is_first: false,
        user_id: origin.user_id,
        operator_id: origin.operator_id,
        channel,
        tracking_digest: origin.tracking_digest,
        name_cipher: name.cipher,
        name_masked: name.masked,
        phone_cipher: phone.cipher,
        phone_masked: phone.masked,
        phone_index: phone.index,
        relationship: nominator.relationship.as_deref().map(text::tidy_line),
        withdrawn_at: None,
        created_at: At(service.clocks.campaign()),
        channel_id,
    })
}

/// A nomination with the version of its candidate.
#[derive(Clone, Debug)]
pub struct NominationOf {
    /// The nomination.
    pub nomination: NominationRow,
    /// The candidate's version.
    pub version: i64,
    /// The nominator's tracking code, in the answer to the request that made it.
    pub tracking_code: Option<TrackingCode>,
}

/// A page of the nominations of a candidate, for reviewers of its subtree and administrators.
pub async fn list_nominations(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    after: Option<(DateTime<Utc>, NominationId)>,
    limit: i64,
) -> Result<Vec<NominationOf>, Error> {
    let caller = caller.clone();
    service
        .store
        .read(move |db| {
            let version = sight::to_read_within(db, &caller, id)?.version;
            let rows = storage::nominations::list_page(db, id, after, limit)?;
            Ok(rows.into_iter().map(|nomination| NominationOf { nomination, version, tracking_code: None }).collect())
        })
        .await
}

/// Makes sure that the candidate's nominations are the caller's to know of: 401, 403 or 404 else.
pub async fn may_read(service: &Service, caller: &Caller, id: CandidateId) -> Result<(), Error> {
    let caller = caller.clone();
    service.store.read(move |db| sight::to_read_within(db, &caller, id).map(|_| ())).await
}

/// A further recommendation of a candidate as it comes in.
#[derive(Clone, Debug)]
pub struct NewNomination {
    /// By what way it came.
    pub channel: Option<Channel>,
    /// Through which channel in use, whose kind is then the way.
    pub channel_id: Option<ChannelId>,
    /// Who recommends.
    pub nominator: Reach,
}

impl NewNomination {
    /// Everything that breaks a rule of its own.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.nominator.faults(["/nominator/phone", "/nominator/name", "/nominator/relationship"]);
        if self.channel.is_none() && self.channel_id.is_none() {
            faults.push(Fault::at("/channel", Code::Required).with("alternative", "/channel_id"));
        }
        faults
    }
}

/// Types in a further nomination; its tracking code is given once.
pub async fn add_nomination(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
    input: NewNomination,
    attempt: Option<Attempt>,
) -> Result<NominationOf, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(input.faults())?;
    let issued = Issued::make()?;
    let origin = Origin { user_id: None, operator_id: Some(account.id), tracking_digest: Some(issued.digest()) };
    let way = (input.channel.unwrap_or(Channel::Other), input.channel_id);
    let row = new_row(service, id, (&input.nominator, way), origin)?;
    let issued = issued.sealed(service, row.id)?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            idempotency::claim(db, attempt.as_ref(), service.clocks.machine())?;
            let kind = channels::resolve(db, (input.channel, input.channel_id))?;
            let kind = kind.map_err(|fault| Error::invalid(vec![fault]))?;
            let row = NominationRow { channel: kind.unwrap_or(row.channel), ..row };
            let candidate = storage::candidates::lock(db, id)?
                .filter(|found| account.scope.covers(found.district_id, found.unit_id))
                .ok_or_else(Error::not_found)?;
            let version = add(&service, db, &caller, (&candidate, &row))?;
            let (tracking_code, secret) = Issued::parts(Some(issued));
            let first = FirstAnswer { status: 201, resource_id: row.id.into(), secret };
            idempotency::keep(db, attempt.as_ref(), &first)?;
            Ok(NominationOf { nomination: row, version, tracking_code })
        })
        .await
}

/// Gives the nominator of a nomination that staff typed in, or imported, a tracking code, which is shown this once; a former
/// one no longer works. Whoever has an account or got the code themselves keeps what they have.
pub async fn renew_tracking_code(
    service: &Service,
    caller: &Caller,
    (id, nomination_id): (CandidateId, NominationId),
) -> Result<NominationOf, Error> {
    let account = caller.require_reviewer()?.clone();
    let issued = Issued::make()?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            account.recheck(db)?;
            let candidate = storage::candidates::lock(db, id)?
                .filter(|found| account.scope.covers(found.district_id, found.unit_id))
                .ok_or_else(Error::not_found)?;
            let nomination = storage::nominations::find(db, nomination_id)?
                .filter(|found| found.candidate_id == id && found.stands())
                .ok_or_else(Error::not_found)?;
            if nomination.operator_id.is_none() || nomination.user_id.is_some() {
                return Err(Error::of(Code::AlreadyExists));
            }
            storage::nominations::set_tracking_digest(db, nomination_id, issued.digest())?;
            let details = json!({ "nomination_id": nomination_id });
            let deed = Deed::new("nomination.tracking_code_renewed", "candidate", id).with(details);
            record::audit(&service, db, &caller, &deed)?;
            let (tracking_code, _) = Issued::parts(Some(issued));
            Ok(NominationOf { nomination, version: candidate.version, tracking_code })
        })
        .await
}

/// Adds a nomination to a candidate that is held, and returns the candidate's new version. Nobody adds one to a candidate
/// that has come to its end.
pub fn add(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (candidate, row): (&Candidate, &NominationRow),
) -> Result<i64, Error> {
    if candidate.status.is_final() {
        let fault = Fault::of(Code::TransitionNotAllowed).with("status", candidate.status.as_str());
        return Err(Error::fault(fault));
    }
    storage::nominations::insert(db, row)?;
    // Another recommender mends nothing of what was returned, so the materials do not count as changed.
    let at = (candidate.id, candidate.version);
    let version = storage::candidates::update_if(db, at, &CandidateChange::default(), service.clocks.campaign())?;
    let details = json!({ "nomination_id": row.id, "cycle": candidate.cycle, "channel": row.channel });
    let deed = Deed::new("candidate.nomination_added", "candidate", candidate.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let place =
        Place { cycle: Some(candidate.cycle), district_id: Some(candidate.district_id), unit_id: candidate.unit_id };
    record::announce(service, db, &deed, place)?;
    version.ok_or(Error::of(Code::PreconditionFailed))
}

/// A nomination that was typed in before, to give its first answer again.
pub async fn find_added(service: &Service, id: CandidateId, first: FirstAnswer) -> Result<NominationOf, Error> {
    let nomination_id = NominationId(first.resource_id);
    let tracking_code = codes::reopen(service, nomination_id, first.secret.as_deref())?;
    service
        .store
        .read(move |db| {
            let nomination = storage::nominations::find(db, nomination_id)?.ok_or_else(Error::not_found)?;
            let version = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?.version;
            Ok(NominationOf { nomination, version, tracking_code })
        })
        .await
}

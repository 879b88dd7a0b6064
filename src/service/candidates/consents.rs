//! The consent to publication and forwarding: recorded by the unit, read in the subtree. Withdrawing it is a transition.

use serde_json::json;

use super::{access, reach, update};
use crate::{
    domain::{
        authority::may_ever,
        candidate::{Candidate, Status, Visibility},
        consent::{self, Consent, Person},
        fault::{Code, Fault},
        history::Step,
        id::CandidateId,
        package::CorrectionKind,
        person_name,
        recommendation::SHORT_MAX_CHARS,
        role::Role,
        text,
        transition::Action,
    },
    service::{
        Service,
        caller::{Account, Caller},
        error::{Error, refuse_invalid},
        generator, packages,
        record::{self, Deed, Place},
        transitions::{self, Order},
    },
    storage::{
        self, Connection,
        candidates::CandidateChange,
        consents::ConsentRow,
        sql_values::{At, Stored},
    },
};

/// The longest note on where the evidence is kept, in characters.
pub const EVIDENCE_MAX_CHARS: usize = 500;

/// A consent with the version of its candidate, which grows with it.
#[derive(Clone, Debug)]
pub struct ConsentOf {
    /// The consent.
    pub consent: ConsentRow,
    /// The candidate's version.
    pub version: i64,
}

/// What breaks a rule of its own in a consent's texts.
#[must_use]
pub fn text_faults(consent: &Consent) -> Vec<Fault> {
    let under = |pointer: &str, faults: Vec<Fault>| faults.into_iter().map(move |fault| fault.under(pointer)).collect();
    let mut faults: Vec<Fault> = under("/name", person_name::check(&consent.name));
    let more: Vec<Fault> = under("/text_version", text::line(&consent.text_version, SHORT_MAX_CHARS));
    faults.extend(more);
    if let Some(evidence) = &consent.evidence {
        let more: Vec<Fault> = under("/evidence", text::line(evidence, EVIDENCE_MAX_CHARS));
        faults.extend(more);
    }
    faults
}

/// 401 or 403 for who reads no consent at all.
pub fn may_read(caller: &Caller) -> Result<(), Error> {
    let role = caller.account()?.role;
    if role.is_reviewer() || role == Role::Admin { Ok(()) } else { Err(Error::of(Code::Forbidden)) }
}

/// 401 or 403 for whose role never records that a consent is withdrawn.
pub fn may_withdraw(caller: &Caller) -> Result<(), Error> {
    let role = caller.account()?.role;
    if may_ever(Some(role), Action::WithdrawConsent) { Ok(()) } else { Err(Error::of(Code::Forbidden)) }
}

/// The candidate's version and its consent: for reviewers of the subtree and administrators.
pub async fn find_consent(
    service: &Service,
    caller: &Caller,
    id: CandidateId,
) -> Result<(Candidate, Option<ConsentRow>), Error> {
    may_read(caller)?;
    let (now, caller) = (service.clocks.campaign(), caller.clone());
    service
        .store
        .read(move |db| {
            let (candidate, sight) = access::find_seen(db, &caller, id, now)?;
            if !matches!(sight, access::Sight::Inside | access::Sight::Admin) {
                return Err(Error::not_found());
            }
            Ok((candidate, storage::consents::find(db, id)?))
        })
        .await
}

/// 401, 403 or 404 for who may not record the candidate's consent.
pub async fn may_record(service: &Service, caller: &Caller, id: CandidateId) -> Result<(Candidate, bool), Error> {
    caller.require_reviewer()?;
    let caller = caller.clone();
    service
        .store
        .read(move |db| {
            let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
            access::authorise_unit(db, &caller, &candidate)?;
            Ok((candidate, storage::consents::find(db, id)?.is_some()))
        })
        .await
}

/// Records the consent, or replaces the one that stands. `version` is the one that the client has seen, if it named one.
pub async fn put_consent(
    service: &Service,
    caller: &Caller,
    (id, version): (CandidateId, Option<i64>),
    input: Consent,
) -> Result<ConsentOf, Error> {
    let account = caller.require_reviewer()?.clone();
    refuse_invalid(text_faults(&input))?;
    let sealed = reach::seal_name(service, (storage::consents::TABLE, id), Some(&input.name))?;
    let row = ConsentRow {
        candidate_id: id,
        given_by: input.given_by,
        name_cipher: sealed.cipher.unwrap_or_default(),
        name_masked: sealed.masked.unwrap_or_default(),
        scope: Stored(input.scope.clone()),
        text_version: text::tidy_line(&input.text_version),
        method: input.method,
        given_at: At(input.given_at),
        evidence: input.evidence.as_deref().map(text::tidy_line),
        recorded_by: account.id,
        recorded_at: At(service.clocks.campaign()),
        version: 1,
    };
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store.write(move |db| write(&service, db, (&caller, &account), (row, version), &input)).await
}

fn write(
    service: &Service,
    db: &mut Connection,
    (caller, account): (&Caller, &Account),
    (row, version): (ConsentRow, Option<i64>),
    input: &Consent,
) -> Result<ConsentOf, Error> {
    let (id, now) = (row.candidate_id, service.clocks.campaign());
    account.recheck(db)?;
    let candidate = storage::candidates::lock(db, id)?.ok_or_else(Error::not_found)?;
    access::authorise_unit(db, caller, &candidate)?;
    if version.is_some_and(|version| version != candidate.version) {
        return Err(Error::of(Code::PreconditionFailed));
    }
    let before = storage::consents::find(db, id)?;
    if before.is_some() && version.is_none() {
        return Err(Error::of(Code::PreconditionRequired));
    }
    let person =
        Person { subject: candidate.subject, posthumous: candidate.posthumous, birth_year: candidate.birth_year };
    refuse_invalid(consent::validate(input, person, now, service.time_zone))?;
    if !candidate.status.is_open() {
        return Err(Error::fault(Fault::of(Code::TransitionNotAllowed).with("status", candidate.status.as_str())));
    }
    if let Some(narrowed) = consent::narrowed(&input.scope, candidate.status) {
        return Err(Error::fault(narrowed));
    }
    if let Some(before) = &before
        && is_same(service, before, &row, &input.name)?
    {
        return Ok(ConsentOf { consent: before.clone(), version: candidate.version });
    }
    let consent = ConsentRow { version: before.map_or(1, |before| before.version + 1), ..row };
    storage::consents::replace(db, &consent)?;
    let version = storage::candidates::touch_if(db, (id, candidate.version), now)?;
    let details = json!({ "given_by": consent.given_by, "scope": consent.scope.0, "method": consent.method });
    let deed = Deed::new("candidate.consent_recorded", "candidate", id).with(details);
    update::note(service, db, caller, &candidate, &deed)?;
    Ok(ConsentOf { consent, version: version.ok_or(Error::of(Code::PreconditionFailed))? })
}

/// Whether a consent says what the one that stands says already: then nothing of the file has changed.
fn is_same(service: &Service, before: &ConsentRow, row: &ConsentRow, name: &str) -> Result<bool, Error> {
    let said = |row: &ConsentRow| {
        let mut scope = row.scope.0.clone();
        scope.sort_unstable();
        let texts = (row.name_masked.clone(), row.text_version.clone(), row.evidence.clone());
        (row.given_by, scope, row.method, row.given_at.0.timestamp_micros(), texts)
    };
    if said(before) != said(row) {
        return Ok(false);
    }
    let place = (storage::consents::TABLE, "name_cipher", before.candidate_id);
    let known = reach::open(service, place, Some(&before.name_cipher))?;
    Ok(known.is_some_and(|known| *known == text::tidy_line(name)))
}

/// Withdraws the consent: by the unit or the city. It ends the candidate; of one whose list is published it withholds name,
/// deed and photos, while place, number and category stay.
pub async fn withdraw_consent(
    service: &Service,
    caller: &Caller,
    (id, version): (CandidateId, i64),
    reason: Option<String>,
) -> Result<(), Error> {
    may_withdraw(caller)?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
            if [Status::Listed, Status::NotListed, Status::Revoked].contains(&candidate.status) {
                withhold(&service, db, &caller, (id, version), reason)?;
            } else {
                let order = Order::new(Action::WithdrawConsent, reason).at_version(version);
                transitions::apply(&service, db, &caller, id, &order)?;
            }
            storage::consents::delete(db, id)?;
            packages::note(&service, db, [(id, CorrectionKind::ConsentWithdrawn)])
        })
        .await
}

fn withhold(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (id, version): (CandidateId, i64),
    reason: Option<String>,
) -> Result<(), Error> {
    let (account, now) = (caller.account()?, service.clocks.campaign());
    account.recheck(db)?;
    let candidate = storage::candidates::lock(db, id)?.ok_or_else(Error::not_found)?;
    if !account.scope.covers(candidate.district_id, candidate.unit_id) {
        return Err(Error::not_found());
    }
    if candidate.version != version {
        return Err(Error::of(Code::PreconditionFailed));
    }
    if candidate.visibility == Visibility::Withheld {
        return Err(Error::fault(Fault::of(Code::TransitionNotAllowed).with("visibility", "withheld")));
    }
    let change = CandidateChange {
        visibility: Some(Visibility::Withheld),
        withheld_reason: Some(reason.clone()),
        withheld_at: Some(Some(At(now))),
        ..CandidateChange::default()
    };
    let changed = storage::candidates::update_if(db, (id, version), &change, now)?;
    let version = changed.ok_or(Error::of(Code::PreconditionFailed))?;
    let step = withheld_step(service, account, &Candidate { version, updated_at: now, ..candidate.clone() }, reason)?;
    storage::transitions::insert(db, &step)?;
    let details = json!({ "status": candidate.status, "cycle": candidate.cycle, "version": version });
    update::note(service, db, caller, &candidate, &Deed::new("candidate.withheld", "candidate", id).with(details))?;
    let (district_id, unit_id) = (Some(candidate.district_id), candidate.unit_id);
    record::announce_hidden(service, db, id, Place { cycle: Some(candidate.cycle), district_id, unit_id })
}

/// The row of the history: the consent was withdrawn, and the status stays.
fn withheld_step(
    service: &Service,
    account: &Account,
    after: &Candidate,
    reason: Option<String>,
) -> Result<Step, Error> {
    Ok(Step {
        id: generator::new_id(&service.clocks)?,
        candidate_id: after.id,
        cycle: after.cycle,
        action: Some(Action::WithdrawConsent),
        from_status: Some(after.status),
        to_status: after.status,
        actor_id: Some(account.id),
        actor_role: Some(account.role),
        organization_id: account.organization_id(),
        reason,
        review_id: None,
        candidate_version: after.version,
        at: after.updated_at,
        other_candidate_id: None,
        on_behalf_of: account.on_behalf_of(),
    })
}

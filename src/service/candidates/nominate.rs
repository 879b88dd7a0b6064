//! Recommending somebody, with an account or without.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    access::{self, Sight},
    dossier::{self, Dossier},
    reach,
};
use crate::{
    domain::{
        candidate::{Candidate, Channel, Status, Visibility},
        fault::{Code, Fault},
        history::Step,
        id::{CandidateId, NominationId, OrganizationId, TransitionId},
        month::Month,
        organization::OrganizationKind,
        recommendation::{Reach, Recommendation},
        role::Role,
        text,
        tracking_code::{RANDOM_BYTES, TrackingCode},
    },
    service::{
        Service,
        caller::{Account, Caller},
        cycles,
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed, Place},
    },
    storage::{self, Connection, contacts::ContactRow, nominations::NominationRow, sql_values::At, vault},
};

/// A candidate just recommended, with the code that a nominator without an account is given once.
#[derive(Clone, Debug)]
pub struct Nominated {
    /// The candidate as its nominator sees it.
    pub dossier: Dossier,
    /// The tracking code.
    pub tracking_code: Option<TrackingCode>,
}

/// Recommends somebody: always open, always for the intake cycle.
pub async fn nominate(
    service: &Service,
    caller: &Caller,
    input: Recommendation,
    attempt: Option<Attempt>,
) -> Result<Nominated, Error> {
    may_nominate(caller)?;
    let faults = [input.faults(), input.faults_today(service.clocks.campaign())].concat();
    refuse_invalid(faults)?;
    let draft = Draft::prepare(service, caller, input)?;
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store.write(move |db| carry_out(&service, db, &caller, draft, attempt.as_ref())).await
}

/// Anyone recommends, except the portal, which only takes and delivers.
pub fn may_nominate(caller: &Caller) -> Result<(), Error> {
    if caller.role() == Some(Role::Portal) { Err(Error::of(Code::Forbidden)) } else { Ok(()) }
}

/// What the first answer showed, for a request that is sent again.
pub async fn find_nominated(service: &Service, caller: &Caller, first: FirstAnswer) -> Result<Nominated, Error> {
    let id = CandidateId(first.resource_id);
    let tracking_code = match &first.secret {
        Some(secret) => {
            let text = service.vault.open_text(secret_place(id), secret)?;
            TrackingCode::parse(&text)
        }
        None => None,
    };
    let (of_service, caller) = (service.clone(), caller.clone());
    let dossier = service
        .store
        .read(move |db| {
            let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
            shown(&of_service, db, &caller, candidate)
        })
        .await?;
    Ok(Nominated { dossier, tracking_code })
}

/// What who recommended somebody is shown at once.
fn shown(service: &Service, db: &mut Connection, caller: &Caller, candidate: Candidate) -> Result<Dossier, Error> {
    let now = service.clocks.campaign();
    let sight = match access::sight(db, caller, &candidate, now)? {
        Some(sight) if sight.is_full() => sight,
        Some(_) | None if caller.account.is_some() => Sight::Nominator,
        Some(_) | None => Sight::Code,
    };
    let mut dossier = dossier::gather_one(db, candidate, sight)?;
    dossier::add_allowed(db, caller, std::slice::from_mut(&mut dossier), now)?;
    Ok(dossier)
}

fn secret_place(id: CandidateId) -> vault::Place {
    vault::Place::new("idempotency_keys", "secret", id)
}

/// Everything that can be made before the transaction: ids, ciphertexts, the tracking code.
struct Draft {
    input: Recommendation,
    id: CandidateId,
    contact: ContactRow,
    nomination: NominationRow,
    transition: TransitionId,
    tracking_code: Option<TrackingCode>,
    secret: Option<Vec<u8>>,
}

impl Draft {
    fn prepare(service: &Service, caller: &Caller, input: Recommendation) -> Result<Self, Error> {
        let id: CandidateId = generator::new_id(&service.clocks)?;
        let tracking_code = match caller.account {
            Some(_) => None,
            None => Some(TrackingCode::from_random(generator::random::<RANDOM_BYTES>()?)),
        };
        let secret = match &tracking_code {
            Some(code) => Some(service.vault.seal_text(secret_place(id), &code.to_string())?),
            None => None,
        };
        Ok(Self {
            contact: contact_row(service, id, &input.contact)?,
            nomination: nomination_row(service, caller, &input, (id, tracking_code.as_ref()))?,
            transition: generator::new_id(&service.clocks)?,
            input,
            id,
            tracking_code,
            secret,
        })
    }
}

/// The contact details of a candidate as they are stored.
pub fn contact_row(service: &Service, id: CandidateId, contact: &Reach) -> Result<ContactRow, Error> {
    let name = reach::seal_name(service, (storage::contacts::TABLE, id), contact.name.as_deref())?;
    let phone = reach::seal_phone(service, (storage::contacts::TABLE, id), contact.phone.as_deref())?;
    Ok(ContactRow {
        candidate_id: id,
        name_cipher: name.cipher,
        name_masked: name.masked,
        phone_cipher: phone.cipher,
        phone_masked: phone.masked,
        phone_index: phone.index,
        relationship: contact.relationship.as_deref().map(text::tidy_line),
    })
}

fn nomination_row(
    service: &Service,
    caller: &Caller,
    input: &Recommendation,
    (candidate_id, code): (CandidateId, Option<&TrackingCode>),
) -> Result<NominationRow, Error> {
    let id: NominationId = generator::new_id(&service.clocks)?;
    let nominator = input.nominator.clone().unwrap_or_default();
    let name = reach::seal_name(service, (storage::nominations::TABLE, id), nominator.name.as_deref())?;
    let phone = reach::seal_phone(service, (storage::nominations::TABLE, id), nominator.phone.as_deref())?;
    // A citizen recommends in the own name; staff who name a nominator type somebody else's recommendation in.
    let is_operator = input.nominator.is_some() && caller.role().is_some_and(|role| role != Role::Citizen);
    Ok(NominationRow {
        id,
        candidate_id,
        is_first: true,
        user_id: caller.id().filter(|_| !is_operator),
        operator_id: caller.id().filter(|_| is_operator),
        channel: channel(input),
        tracking_digest: code.map(|code| code.digest().to_vec()),
        name_cipher: name.cipher,
        name_masked: name.masked,
        phone_cipher: phone.cipher,
        phone_masked: phone.masked,
        phone_index: phone.index,
        relationship: nominator.relationship.as_deref().map(text::tidy_line),
        withdrawn_at: None,
        created_at: At(service.clocks.campaign()),
    })
}

fn channel(input: &Recommendation) -> Channel {
    input.channel.unwrap_or(Channel::Online)
}

fn carry_out(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    draft: Draft,
    attempt: Option<&Attempt>,
) -> Result<Nominated, Error> {
    if let Some(account) = &caller.account {
        account.recheck(db)?;
    }
    idempotency::claim(db, attempt, service.clocks.machine())?;
    let now = service.clocks.campaign();
    let (unit_id, district_id) = place(db, &draft.input)?;
    let cycle = cycles::hold_intake(service, db)?;
    let candidate = candidate(&draft, (unit_id, district_id), cycle.month, now);
    storage::candidates::insert(db, &candidate)?;
    storage::contacts::replace(db, &draft.contact)?;
    storage::nominations::insert(db, &draft.nomination)?;
    storage::transitions::insert(db, &first_step(draft.transition, &candidate, caller))?;
    let details =
        json!({ "cycle": cycle.month, "category": candidate.category.as_str(), "channel": candidate.channel });
    let deed = Deed::new("candidate.nominated", "candidate", candidate.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let place = Place { cycle: Some(cycle.month), district_id: Some(district_id), unit_id };
    record::announce(service, db, &deed, place)?;
    let first = FirstAnswer { status: 201, resource_id: Uuid::from(candidate.id), secret: draft.secret };
    idempotency::keep(db, attempt, &first)?;
    let dossier = shown(service, db, caller, candidate)?;
    Ok(Nominated { dossier, tracking_code: draft.tracking_code })
}

/// How the history of the candidate begins.
fn first_step(id: TransitionId, candidate: &Candidate, caller: &Caller) -> Step {
    Step {
        id,
        candidate_id: candidate.id,
        cycle: candidate.cycle,
        action: None,
        from_status: None,
        to_status: candidate.status,
        actor_id: caller.id(),
        actor_role: caller.role(),
        organization_id: caller.account.as_ref().and_then(Account::organization_id),
        reason: None,
        review_id: None,
        candidate_version: candidate.version,
        at: candidate.created_at,
        other_candidate_id: None,
    }
}

/// Unit and district, which must take part; and the category, which must take nominations.
fn place(db: &mut Connection, input: &Recommendation) -> Result<(Option<OrganizationId>, OrganizationId), Error> {
    let mut faults = Vec::new();
    let category = storage::categories::find(db, &input.category)?;
    if !category.is_some_and(|category| category.active) {
        faults.push(Fault::at("/category", Code::UnknownReference));
    }
    let mut open = |id: Option<OrganizationId>, kind, pointer: &str| -> Result<_, Error> {
        let Some(id) = id else { return Ok(None) };
        storage::locks::organization_shared(db, id)?;
        let found = storage::organizations::find(db, id)?.filter(|found| found.active && found.kind == kind);
        if found.is_none() {
            faults.push(Fault::at(pointer, Code::UnknownReference));
        }
        Ok(found)
    };
    let unit = open(input.unit_id, OrganizationKind::Unit, "/unit_id")?;
    let district = open(input.district_id, OrganizationKind::District, "/district_id")?;
    let of_unit = unit.as_ref().and_then(|unit| unit.district_id);
    if let (Some(unit), Some(district)) = (of_unit, &district)
        && unit != district.id
    {
        faults.push(Fault::at("/district_id", Code::Inconsistent));
    }
    refuse_invalid(faults)?;
    let district = of_unit.or(district.map(|district| district.id));
    Ok((unit.map(|unit| unit.id), district.ok_or_else(|| Error::Internal("a unit without a district".to_owned()))?))
}

fn candidate(
    draft: &Draft,
    (unit_id, district_id): (Option<OrganizationId>, OrganizationId),
    cycle: Month,
    now: DateTime<Utc>,
) -> Candidate {
    let input = &draft.input;
    let line = |text: &Option<String>| text.as_deref().map(text::tidy_line);
    Candidate {
        id: draft.id,
        number: 0,
        cycle,
        category: input.category.clone(),
        status: Status::Nominated,
        visibility: Visibility::Shown,
        subject: input.subject,
        posthumous: input.posthumous,
        name: text::tidy_line(&input.name),
        members: input.members.iter().map(|name| text::tidy_line(name)).collect(),
        occupation: line(&input.occupation),
        gender: input.gender,
        birth_year: input.birth_year,
        ethnicity: line(&input.ethnicity),
        summary: text::tidy_line(&input.summary),
        deed: input.deed.as_deref().map(text::tidy_paragraphs),
        unit_id,
        district_id,
        channel: channel(input),
        returned_from: None,
        status_changed_at: now,
        materials_changed_at: now,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

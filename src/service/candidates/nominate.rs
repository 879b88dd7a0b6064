//! Recommending somebody, with an account or without.

use chrono::{DateTime, Utc};
use serde_json::json;
use uuid::Uuid;

use super::{
    access::{self, Sight},
    codes::{self, Issued},
    dossier::{self, Dossier},
    nominations::{self, Origin},
    reach,
    similar::{self, LookAlike},
};
use crate::{
    domain::{
        candidate::{Candidate, Channel, Status, Visibility},
        fault::{Code, Fault},
        history::Step,
        id::{CandidateId, OrganizationId, TransitionId},
        month::Month,
        organization::OrganizationKind,
        recommendation::{Reach, Recommendation},
        role::Role,
        text,
        tracking_code::TrackingCode,
    },
    service::{
        Service,
        caller::{Account, Caller},
        channels, cycles,
        error::{Error, refuse_invalid},
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed, Place},
    },
    storage::{self, Connection, contacts::ContactRow, nominations::NominationRow},
};

/// A candidate just recommended, with the code by which a nominator without an account follows it, given once.
#[derive(Clone, Debug)]
pub struct Nominated {
    /// The candidate as its nominator sees it.
    pub dossier: Dossier,
    /// The tracking code.
    pub tracking_code: Option<TrackingCode>,
    /// Its look-alikes, for reviewers of the subtree and administrators; nobody else learns that there are any.
    pub similar: Option<Vec<LookAlike>>,
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
    let origin = Origin::of(caller, input.nominator.is_some());
    // Who has no account follows by a code; staff hand it on to the one for whom they type.
    let issued = if origin.user_id.is_none() { Some(Issued::make()?) } else { None };
    let digest = issued.as_ref().map(Issued::digest);
    let draft = Draft::prepare(service, input, Origin { tracking_digest: digest, ..origin })?;
    let issued = issued.map(|issued| issued.sealed(service, draft.id)).transpose()?;
    let (of_service, of_caller) = (service.clone(), caller.clone());
    let write =
        service.store.write(move |db| carry_out(&of_service, db, &of_caller, (draft, issued), attempt.as_ref()));
    Ok(with_similar(service, caller, write.await?).await)
}

/// Adds the look-alikes for whom they are. What was written stands, so a failure here is logged and nothing added.
async fn with_similar(service: &Service, caller: &Caller, mut nominated: Nominated) -> Nominated {
    let candidate = &nominated.dossier.candidate;
    if similar::may_read(caller, candidate) {
        match similar::list_similar(service, caller, candidate.id).await {
            Ok(found) => nominated.similar = Some(found),
            Err(error) => log::warn!("look-alikes of a new candidate could not be sought: {error}"),
        }
    }
    nominated
}

/// Anyone recommends, except the portal, which only takes and delivers.
pub fn may_nominate(caller: &Caller) -> Result<(), Error> {
    if caller.role() == Some(Role::Portal) { Err(Error::of(Code::Forbidden)) } else { Ok(()) }
}

/// What the first answer showed, for a request that is sent again.
pub async fn find_nominated(service: &Service, caller: &Caller, first: FirstAnswer) -> Result<Nominated, Error> {
    let id = CandidateId(first.resource_id);
    let tracking_code = codes::reopen(service, id, first.secret.as_deref())?;
    let (of_service, of_caller) = (service.clone(), caller.clone());
    let dossier = service
        .store
        .read(move |db| {
            let candidate = storage::candidates::find(db, id)?.ok_or_else(Error::not_found)?;
            shown(&of_service, db, &of_caller, candidate)
        })
        .await?;
    Ok(with_similar(service, caller, Nominated { dossier, tracking_code, similar: None }).await)
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

/// Everything that can be made before the transaction: ids and ciphertexts.
pub struct Draft {
    input: Recommendation,
    id: CandidateId,
    contact: ContactRow,
    /// The first nomination; where it came from can still be said.
    pub nomination: NominationRow,
    transition: TransitionId,
}

impl Draft {
    /// Makes what is stored of a recommendation.
    pub fn prepare(service: &Service, input: Recommendation, origin: Origin) -> Result<Self, Error> {
        let id: CandidateId = generator::new_id(&service.clocks)?;
        let nominator = input.nominator.clone().unwrap_or_default();
        let way = (input.channel.unwrap_or(Channel::Online), input.channel_id);
        let nomination = nominations::new_row(service, id, (&nominator, way), origin)?;
        Ok(Self {
            contact: contact_row(service, id, &input.contact)?,
            nomination: NominationRow { is_first: true, ..nomination },
            transition: generator::new_id(&service.clocks)?,
            input,
            id,
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

/// What came of a nomination is answered with its tracking code, if it has one.
fn carry_out(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (draft, issued): (Draft, Option<Issued>),
    attempt: Option<&Attempt>,
) -> Result<Nominated, Error> {
    if let Some(account) = &caller.account {
        account.recheck(db)?;
    }
    idempotency::claim(db, attempt, service.clocks.machine())?;
    let candidate = enter(service, db, caller, draft)?;
    let (tracking_code, secret) = Issued::parts(issued);
    let first = FirstAnswer { status: 201, resource_id: Uuid::from(candidate.id), secret };
    idempotency::keep(db, attempt, &first)?;
    let dossier = shown(service, db, caller, candidate)?;
    Ok(Nominated { dossier, tracking_code, similar: None })
}

/// Writes a new candidate of the intake cycle with its first nomination, and what that leaves behind. Part of a writing
/// transaction in which the caller was rechecked.
pub fn enter(service: &Service, db: &mut Connection, caller: &Caller, draft: Draft) -> Result<Candidate, Error> {
    let now = service.clocks.campaign();
    let (channel, unit_id, district_id) = references(db, &draft.input)?;
    let cycle = cycles::hold_intake(service, db)?;
    let candidate = Candidate { channel, ..candidate(&draft, (unit_id, district_id), cycle.month, now) };
    storage::candidates::insert(db, &candidate)?;
    storage::contacts::replace(db, &draft.contact)?;
    storage::nominations::insert(db, &NominationRow { channel, ..draft.nomination })?;
    storage::transitions::insert(db, &first_step(draft.transition, &candidate, caller))?;
    let details =
        json!({ "cycle": cycle.month, "category": candidate.category.as_str(), "channel": candidate.channel });
    let deed = Deed::new("candidate.nominated", "candidate", candidate.id).with(details);
    record::audit(service, db, caller, &deed)?;
    let place = Place { cycle: Some(cycle.month), district_id: Some(district_id), unit_id };
    record::announce(service, db, &deed, place)?;
    Ok(candidate)
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
        on_behalf_of: caller.on_behalf_of(),
    }
}

/// What a recommendation refers to: the way by which it came, the unit and the district.
type References = (Channel, Option<OrganizationId>, OrganizationId);

/// Channel, unit and district, which must take part; and the category, which must take nominations.
fn references(db: &mut Connection, input: &Recommendation) -> Result<References, Error> {
    let mut faults = Vec::new();
    let channel = channels::resolve(db, (input.channel, input.channel_id))?.unwrap_or_else(|fault| {
        faults.push(fault);
        None
    });
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
    let district = district.ok_or_else(|| Error::Internal("a unit without a district".to_owned()))?;
    Ok((channel.unwrap_or(Channel::Online), unit.map(|unit| unit.id), district))
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
        channel: Channel::Online,
        returned_from: None,
        status_changed_at: now,
        materials_changed_at: now,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

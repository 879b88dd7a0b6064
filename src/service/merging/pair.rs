//! The two candidates of a merger, held together; and what a merger leaves behind on the survivor's side.

use serde_json::json;

use crate::{
    domain::{candidate::Candidate, fault::Code, history::Step, id::CandidateId, month::Month, transition::Action},
    service::{
        Service,
        caller::{Account, Caller},
        cycles,
        error::Error,
        generator,
        record::{self, Deed, Place},
        transitions::{Loaded, relations},
    },
    storage::{self, Connection, candidates::CandidateChange, merge_items::Moved},
};

/// Both with all that is known for a decision by one caller.
pub(super) struct Pair {
    pub(super) merged: Loaded,
    pub(super) survivor: Loaded,
}

impl Pair {
    /// Holds the cycles by month, then both candidates in the order of their ids, so that two mergers of the same two
    /// wait for each other; then loads.
    pub(super) fn hold(
        db: &mut Connection,
        caller: &Caller,
        (merged, survivor): (CandidateId, CandidateId),
    ) -> Result<Self, Error> {
        let mut months: Vec<Month> =
            storage::candidates::list_of(db, &[merged, survivor])?.iter().map(|seen| seen.cycle).collect();
        months.sort_unstable();
        months.dedup();
        for month in &months {
            cycles::hold(db, *month)?;
        }
        let mut held = Vec::new();
        for id in [merged.min(survivor), merged.max(survivor)] {
            let candidate = storage::candidates::lock(db, id)?.ok_or_else(Error::not_found)?;
            // Another writer moved it between the look and the lock, so the cycle held is not its own.
            if !months.contains(&candidate.cycle) {
                return Err(Error::of(Code::PreconditionFailed));
            }
            held.push(candidate);
        }
        let mut loaded = Loaded::of_all(db, caller, held)?;
        let place = loaded.iter().position(|one| one.candidate.id == survivor);
        let survivor = place.map(|place| loaded.remove(place)).ok_or_else(Error::not_found)?;
        let merged = loaded.pop().ok_or_else(Error::not_found)?;
        Ok(Self { merged, survivor })
    }
}

/// Whether a candidate lies in the caller's part of the tree.
pub(super) fn is_inside(db: &mut Connection, caller: &Caller, id: CandidateId) -> Result<bool, Error> {
    let Some(candidate) = storage::candidates::find(db, id)? else { return Ok(false) };
    let relation = relations(db, caller, std::slice::from_ref(&candidate))?.pop();
    Ok(relation.is_some_and(|relation| relation.standing.is_inside))
}

/// What a merger or its undoing is on the survivor's side.
pub(super) struct Side {
    pub(super) action: Action,
    pub(super) moved: Moved,
    pub(super) reason: Option<String>,
}

impl Side {
    /// Changes the survivor, whose row is held, and keeps history, audit event and outgoing event of it.
    pub(super) fn keep(
        &self,
        service: &Service,
        db: &mut Connection,
        caller: &Caller,
        (pair, change): (&Pair, CandidateChange),
    ) -> Result<Candidate, Error> {
        let (before, now) = (&pair.survivor.candidate, service.clocks.campaign());
        let version = storage::candidates::update_if(db, (before.id, before.version), &change, now)?;
        version.ok_or(Error::of(Code::PreconditionFailed))?;
        let after = storage::candidates::get(db, before.id)?;
        let step = self.step(service, caller, (before, &after), pair.merged.candidate.id)?;
        storage::transitions::insert(db, &step)?;
        let details = json!({
            "merged": pair.merged.candidate.id,
            "nominations": self.moved.nominations,
            "photos": self.moved.photos,
            "leads": self.moved.leads,
            "from": before.status,
            "to": after.status,
            "cycle": after.cycle,
            "version": after.version,
        });
        let event = if self.action == Action::Merge { "candidate.absorbed" } else { "candidate.released" };
        let deed = Deed::new(event, "candidate", after.id).with(details);
        record::audit(service, db, caller, &deed)?;
        let place = Place { cycle: Some(after.cycle), district_id: Some(after.district_id), unit_id: after.unit_id };
        record::announce(service, db, &deed, place)?;
        Ok(after)
    }

    /// The row of the survivor's history: what was done, beside which candidate. Its status may stay.
    fn step(
        &self,
        service: &Service,
        caller: &Caller,
        (before, after): (&Candidate, &Candidate),
        merged: CandidateId,
    ) -> Result<Step, Error> {
        Ok(Step {
            id: generator::new_id(&service.clocks)?,
            candidate_id: after.id,
            cycle: after.cycle,
            action: Some(self.action),
            from_status: Some(before.status),
            to_status: after.status,
            actor_id: caller.id(),
            actor_role: caller.role(),
            organization_id: caller.account.as_ref().and_then(Account::organization_id),
            reason: self.reason.clone(),
            review_id: None,
            candidate_version: after.version,
            at: service.clocks.campaign(),
            other_candidate_id: Some(merged),
            on_behalf_of: caller.on_behalf_of(),
        })
    }
}

//! Where a caller stands to candidates: inside or outside, nominator or not, what was decided before, who else could.

use std::collections::{BTreeMap, btree_map::Entry};

use crate::{
    domain::{
        authority::{Deciders, Part, Standing},
        candidate::Candidate,
        id::{CandidateId, NominationId, OrganizationId, UserId},
        role::Role,
        stage::StageCode,
        tracking_code::TrackingCode,
    },
    service::{caller::Caller, error::Error},
    storage::{self, Connection, nominations::NominationRow, reviewers::Reviewer},
};

/// Where a caller stands to one candidate.
#[derive(Clone, Debug)]
pub struct Relation {
    /// What the authority asks.
    pub standing: Standing,
    /// The stages that the caller has decided.
    pub decided: Vec<StageCode>,
    /// The caller's own nomination that stands.
    pub own_nomination: Option<NominationId>,
    /// Whether a nomination by somebody else stands.
    pub other_nomination_stands: bool,
    /// Whether the caller is the provincial portal.
    pub is_portal: bool,
}

/// Where a caller stands to candidates, in their order. A fixed number of queries, except for who could decide, which is
/// asked once for each unit and district.
pub fn relations(db: &mut Connection, caller: &Caller, candidates: &[Candidate]) -> Result<Vec<Relation>, Error> {
    let ids: Vec<CandidateId> = candidates.iter().map(|candidate| candidate.id).collect();
    let mut nominations: BTreeMap<CandidateId, Vec<NominationRow>> = BTreeMap::new();
    for row in storage::nominations::list_of_all(db, &ids)? {
        nominations.entry(row.candidate_id).or_default().push(row);
    }
    let mut decided: BTreeMap<CandidateId, Vec<(UserId, StageCode)>> = BTreeMap::new();
    for (id, reviewer, stage) in storage::reviews::deciders_of(db, &ids)? {
        decided.entry(id).or_default().push((reviewer, stage));
    }
    let mut staff = Staff::default();
    let mut relations = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let file = File {
            candidate,
            nominations: nominations.get(&candidate.id).map_or(&[], Vec::as_slice),
            decided: decided.get(&candidate.id).map_or(&[], Vec::as_slice),
        };
        relations.push(file.relation(db, caller, &mut staff)?);
    }
    Ok(relations)
}

/// One candidate with its nominations and who decided what.
struct File<'a> {
    candidate: &'a Candidate,
    nominations: &'a [NominationRow],
    decided: &'a [(UserId, StageCode)],
}

impl File<'_> {
    fn relation(&self, db: &mut Connection, caller: &Caller, staff: &mut Staff) -> Result<Relation, Error> {
        let account = caller.account.as_ref();
        let digest = caller.tracking_code.as_deref().and_then(TrackingCode::parse).map(|code| code.digest());
        let is_inside =
            account.is_some_and(|account| account.scope.covers(self.candidate.district_id, self.candidate.unit_id));
        let is_own = |row: &NominationRow| {
            account.is_some_and(|account| row.user_id == Some(account.id))
                || digest.is_some_and(|digest| row.tracking_digest.as_deref() == Some(&digest[..]))
        };
        let shares_telephone = |row: &NominationRow| {
            account.is_some_and(|account| is_nominator(row, account.id, account.phone_index.as_deref()))
        };
        // The file belongs to the first nomination; once that is withdrawn, to the unit alone.
        let part = if self.nominations.iter().any(|row| row.is_first && row.stands() && is_own(row)) {
            Part::First
        } else if self.nominations.iter().any(&is_own) {
            Part::Later
        } else if self.nominations.iter().any(shares_telephone) {
            Part::Telephone
        } else {
            Part::None
        };
        let role = account.map(|account| account.role);
        let decided = self.decided.iter().filter(|(reviewer, _)| Some(*reviewer) == caller.id());
        Ok(Relation {
            standing: Standing { role, is_inside, part, deciders: self.deciders(db, role, staff)? },
            decided: decided.map(|(_, stage)| *stage).collect(),
            own_nomination: self.nominations.iter().find(|row| row.stands() && is_own(row)).map(|row| row.id),
            other_nomination_stands: self.nominations.iter().any(|row| row.stands() && !is_own(row)),
            is_portal: role == Some(Role::Portal),
        })
    }

    /// Who else could decide. Asked only for those in whose place nobody but a level above decides.
    fn deciders(&self, db: &mut Connection, role: Option<Role>, staff: &mut Staff) -> Result<Deciders, Error> {
        let mut deciders = Deciders { unit: true, district: true };
        let asks_above = [Some(Role::DistrictReviewer), Some(Role::CityReviewer)].contains(&role);
        if !asks_above || !self.candidate.status.is_open() {
            return Ok(deciders);
        }
        deciders.unit = match self.candidate.unit_id {
            Some(unit) => self.any_may_decide(staff.of_unit(db, unit)?, Role::UnitReviewer),
            None => false,
        };
        let district = staff.of_district(db, self.candidate.district_id)?;
        deciders.district = self.any_may_decide(district, Role::DistrictReviewer);
        Ok(deciders)
    }

    /// No nominator, and nobody who has decided for another level, may decide.
    fn any_may_decide(&self, reviewers: &[Reviewer], role: Role) -> bool {
        reviewers.iter().any(|reviewer| {
            let nominates =
                self.nominations.iter().any(|row| is_nominator(row, reviewer.id, reviewer.phone_index.as_deref()));
            let decided_elsewhere = self.decided.iter().any(|(id, stage)| *id == reviewer.id && stage.role() != role);
            !nominates && !decided_elsewhere
        })
    }
}

/// A nominator is recognised by account or telephone.
fn is_nominator(row: &NominationRow, id: UserId, phone_index: Option<&[u8]>) -> bool {
    row.user_id == Some(id) || (phone_index.is_some() && row.phone_index.as_deref() == phone_index)
}

/// The active reviewers of units and districts, each asked for once.
#[derive(Default)]
struct Staff {
    units: BTreeMap<OrganizationId, Vec<Reviewer>>,
    districts: BTreeMap<OrganizationId, Vec<Reviewer>>,
}

impl Staff {
    /// Those of a unit and of the unit above it.
    fn of_unit(&mut self, db: &mut Connection, unit: OrganizationId) -> Result<&[Reviewer], Error> {
        match self.units.entry(unit) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let above = storage::organizations::find(db, unit)?.and_then(|unit| unit.parent_id);
                let places: Vec<OrganizationId> = above.into_iter().chain([unit]).collect();
                Ok(place.insert(storage::reviewers::active_at(db, Role::UnitReviewer, &places)?))
            }
        }
    }

    fn of_district(&mut self, db: &mut Connection, district: OrganizationId) -> Result<&[Reviewer], Error> {
        match self.districts.entry(district) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                Ok(place.insert(storage::reviewers::active_at(db, Role::DistrictReviewer, &[district])?))
            }
        }
    }
}

//! Where a caller stands to candidates: inside or outside, nominator or not, what was decided before, who else could.

use std::collections::{BTreeMap, BTreeSet};

use crate::{
    domain::{
        authority::{Levels, Part, Standing},
        candidate::{Candidate, Status},
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

/// Where a caller stands to candidates, in their order, by a number of queries that does not grow with theirs.
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
    let staff = Staff::of(db, caller.role(), candidates)?;
    let relations = candidates.iter().map(|candidate| {
        let file = File {
            candidate,
            nominations: nominations.get(&candidate.id).map_or(&[], Vec::as_slice),
            decided: decided.get(&candidate.id).map_or(&[], Vec::as_slice),
        };
        file.relation(caller, staff.as_ref())
    });
    Ok(relations.collect())
}

/// One candidate with its nominations and who decided what.
struct File<'a> {
    candidate: &'a Candidate,
    nominations: &'a [NominationRow],
    decided: &'a [(UserId, StageCode)],
}

impl File<'_> {
    fn relation(&self, caller: &Caller, staff: Option<&Staff>) -> Relation {
        let account = caller.account.as_ref();
        let digest = caller.tracking_code.as_deref().and_then(TrackingCode::parse).map(|code| code.digest());
        let is_inside =
            account.is_some_and(|account| account.scope.covers(self.candidate.district_id, self.candidate.unit_id));
        let is_own = |row: &NominationRow| {
            row.user_id.is_some() && row.user_id == caller.own_id()
                || digest.is_some_and(|digest| row.tracking_digest.as_deref() == Some(&digest[..]))
        };
        // Who stands in for somebody is barred by what either has recommended, and it opens nothing.
        let acting = account.and_then(|account| account.acting.as_ref());
        let shares_telephone = |row: &NominationRow| {
            account.is_some_and(|account| is_nominator(row, account.id, account.phone_index.as_deref()))
                || acting.is_some_and(|acting| is_nominator(row, acting.delegator, acting.phone_index.as_deref()))
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
        let decided = self.decided.iter().filter(|(reviewer, _)| account.is_some_and(|own| own.involves(*reviewer)));
        Relation {
            standing: Standing { role, is_inside, part, deciders: self.deciders(staff), staffed: self.staffed(staff) },
            decided: decided.map(|(_, stage)| *stage).collect(),
            own_nomination: self.nominations.iter().find(|row| row.stands() && is_own(row)).map(|row| row.id),
            other_nomination_stands: self.nominations.iter().any(|row| row.stands() && !is_own(row)),
            is_portal: role == Some(Role::Portal),
        }
    }

    /// Which levels have somebody who may decide. While nobody asks, all.
    fn deciders(&self, staff: Option<&Staff>) -> Levels {
        self.levels(staff, |reviewer, role| self.may_decide(reviewer, role))
    }

    /// Which levels have anybody. While nobody asks, all.
    fn staffed(&self, staff: Option<&Staff>) -> Levels {
        self.levels(staff, |_, _| true)
    }

    fn levels(&self, staff: Option<&Staff>, counts: impl Fn(&Reviewer, Role) -> bool) -> Levels {
        let Some(staff) = staff.filter(|_| can_be_decided(self.candidate)) else {
            return Levels { unit: true, district: true };
        };
        let (unit, district) = (self.candidate.unit_id, self.candidate.district_id);
        Levels {
            unit: staff.of_unit(unit).any(|reviewer| counts(reviewer, Role::UnitReviewer)),
            district: staff.of_district(district).any(|reviewer| counts(reviewer, Role::DistrictReviewer)),
        }
    }

    /// No nominator, and nobody who has decided for another level, may decide.
    fn may_decide(&self, reviewer: &Reviewer, role: Role) -> bool {
        let nominates =
            self.nominations.iter().any(|row| is_nominator(row, reviewer.id, reviewer.phone_index.as_deref()));
        let decided_elsewhere = self.decided.iter().any(|(id, stage)| *id == reviewer.id && stage.role() != role);
        !nominates && !decided_elsewhere
    }
}

/// Whether anything can be decided: a withdrawn one may have been merged, which is undone again.
fn can_be_decided(candidate: &Candidate) -> bool {
    candidate.status.is_open() || candidate.status == Status::Withdrawn
}

/// A nominator is recognised by account or telephone.
fn is_nominator(row: &NominationRow, id: UserId, phone_index: Option<&[u8]>) -> bool {
    row.user_id == Some(id) || (phone_index.is_some() && row.phone_index.as_deref() == phone_index)
}

/// The active reviewers of the candidates' units and districts. Asked for by those alone who decide in the place of others.
struct Staff {
    parents: BTreeMap<OrganizationId, OrganizationId>,
    units: BTreeMap<OrganizationId, Vec<Reviewer>>,
    districts: BTreeMap<OrganizationId, Vec<Reviewer>>,
}

impl Staff {
    fn of(db: &mut Connection, role: Option<Role>, candidates: &[Candidate]) -> Result<Option<Self>, Error> {
        let asks = [Some(Role::DistrictReviewer), Some(Role::CityReviewer)].contains(&role);
        let open = || candidates.iter().filter(|candidate| can_be_decided(candidate));
        if !asks || open().next().is_none() {
            return Ok(None);
        }
        let mut units: BTreeSet<OrganizationId> = open().filter_map(|candidate| candidate.unit_id).collect();
        let parents = storage::organizations::parents(db, &units)?;
        units.extend(parents.values());
        let districts = open().map(|candidate| candidate.district_id).collect();
        Ok(Some(Self {
            parents,
            units: storage::reviewers::active_at(db, Role::UnitReviewer, &units)?,
            districts: storage::reviewers::active_at(db, Role::DistrictReviewer, &districts)?,
        }))
    }

    /// Those of a unit and of the unit above it.
    fn of_unit(&self, unit: Option<OrganizationId>) -> impl Iterator<Item = &Reviewer> {
        let above = unit.and_then(|unit| self.parents.get(&unit)).copied();
        [unit, above].into_iter().flatten().filter_map(|place| self.units.get(&place)).flatten()
    }

    fn of_district(&self, district: OrganizationId) -> impl Iterator<Item = &Reviewer> {
        self.districts.get(&district).into_iter().flatten()
    }
}

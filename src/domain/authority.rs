//! Who may do what to a candidate: the role, where the caller stands to it, and who else could decide.

use super::{candidate::Status, organization::OrganizationKind, role::Role, stage::StageCode, transition::Action};

/// What holds of the two levels below the city, as far as a candidate is concerned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Levels {
    /// Of its unit, or the unit above that.
    pub unit: bool,
    /// Of its district.
    pub district: bool,
}

/// The caller's part in recommending the candidate, by account, telephone or tracking code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// None.
    None,
    /// The account's telephone is a nominator's. Anybody can write one into an account, so it opens nothing; but it bars
    /// from judging. So does, for who stands in for somebody, whatever either has recommended.
    Telephone,
    /// A nominator, and not the one to whom the file belongs.
    Later,
    /// The nominator to whom the file belongs.
    First,
}

impl Part {
    /// Whether the caller is a nominator by account or tracking code, and so knows of the candidate.
    #[must_use]
    pub const fn is_proven(self) -> bool {
        matches!(self, Self::Later | Self::First)
    }
}

/// Where the caller stands to a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// The role of the account; none for who holds a tracking code only.
    pub role: Option<Role>,
    /// Whether the candidate lies in the subtree of a reviewer's organization. Opens nothing for other roles.
    pub is_inside: bool,
    /// The caller's part in recommending it.
    pub part: Part,
    /// Which levels have an active reviewer who may decide on it: no nominator of it, and without a decision at another
    /// stage of it.
    pub deciders: Levels,
    /// Which levels have an active reviewer at all, who may keep the file.
    pub staffed: Levels,
}

/// Whether the caller may, as far as persons are concerned; the state of things is another matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// In the caller's own right.
    Allowed,
    /// In the place of a level that has nobody who may decide.
    ActingFor(OrganizationKind),
    /// Not.
    Refused(Refusal),
}

/// Why the caller may not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The role never does this to the candidate it sees.
    Role,
    /// The candidate is not the caller's to know of, or not to act on.
    Outside,
    /// In this status the action belongs to a stage that the caller's role has no part in.
    Stage,
    /// The level whose decision it is has somebody who may decide.
    Staffed(OrganizationKind),
}

/// Whether a role does an action to any candidate at all. What it never does is refused before the candidate is looked
/// for. A caller without an account holds a tracking code.
#[must_use]
pub const fn may_ever(role: Option<Role>, action: Action) -> bool {
    match action {
        Action::Resubmit | Action::Withdraw => match role {
            None | Some(Role::Citizen | Role::UnitReviewer | Role::DistrictReviewer | Role::CityReviewer) => true,
            Some(Role::Portal | Role::Admin) => false,
        },
        Action::Assign
        | Action::Verify
        | Action::Return
        | Action::Reject
        | Action::Recall
        | Action::CarryOver
        | Action::Merge
        | Action::Unmerge => is_one_of(role, true, true, true),
        Action::WithdrawConsent => is_one_of(role, true, false, true),
        Action::Endorse => is_one_of(role, false, true, true),
        Action::Screen
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Reinstate
        | Action::Disqualify
        | Action::Revoke => is_one_of(role, false, false, true),
        Action::Refuse => is_one_of(role, false, false, true) || matches!(role, Some(Role::Portal)),
    }
}

const fn is_one_of(role: Option<Role>, unit: bool, district: bool, city: bool) -> bool {
    match role {
        Some(Role::UnitReviewer) => unit,
        Some(Role::DistrictReviewer) => district,
        Some(Role::CityReviewer) => city,
        None | Some(Role::Citizen | Role::Portal | Role::Admin) => false,
    }
}

/// Who may do an action to a candidate in a status. A candidate without a unit is in its district's inbox.
#[must_use]
pub fn permission(action: Action, status: Status, has_unit: bool, standing: Standing) -> Permission {
    if !may_ever(standing.role, action) {
        return Permission::Refused(Refusal::Role);
    }
    let own = own_level(standing);
    match action {
        Action::Resubmit | Action::Withdraw => keeping(standing),
        Action::Refuse if standing.role == Some(Role::Portal) => Permission::Allowed,
        // The unit hands back its own, and merges its own with its own.
        Action::Assign | Action::Merge | Action::Unmerge if own == Some(OrganizationKind::Unit) => Permission::Allowed,
        Action::Assign
        | Action::Verify
        | Action::Endorse
        | Action::Screen
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Return
        | Action::Recall
        | Action::Reject
        | Action::Reinstate
        | Action::WithdrawConsent
        | Action::Refuse
        | Action::Disqualify
        | Action::CarryOver
        | Action::Revoke
        | Action::Merge
        | Action::Unmerge => match (own, seat(action, status, has_unit)) {
            (None, _) => Permission::Refused(Refusal::Outside),
            (Some(_), Seat::Nobody) => Permission::Refused(Refusal::Stage),
            (Some(_), Seat::Anybody) => Permission::Allowed,
            (Some(own), Seat::Level(level)) => decide_at(level, own, standing.deciders),
            (Some(own), Seat::UnitOrDistrict) if own != OrganizationKind::City => Permission::Allowed,
            (Some(own), Seat::UnitOrDistrict) if standing.deciders.district => {
                decide_at(OrganizationKind::District, own, standing.deciders)
            }
            (Some(own), Seat::UnitOrDistrict) => decide_at(OrganizationKind::Unit, own, standing.deciders),
        },
    }
}

/// Whose an action is.
enum Seat {
    Level(OrganizationKind),
    UnitOrDistrict,
    /// Whoever of the roles that do it at all.
    Anybody,
    Nobody,
}

fn seat(action: Action, status: Status, has_unit: bool) -> Seat {
    match action {
        Action::Verify if !has_unit => Seat::Nobody,
        Action::Verify => Seat::Level(OrganizationKind::Unit),
        Action::Assign | Action::Endorse | Action::Merge | Action::Unmerge => Seat::Level(OrganizationKind::District),
        Action::Screen
        | Action::Forward
        | Action::List
        | Action::NotList
        | Action::Reinstate
        | Action::Refuse
        | Action::Disqualify
        | Action::Revoke => Seat::Level(OrganizationKind::City),
        Action::Return | Action::Reject => match status.stage().map(level) {
            Some(OrganizationKind::Unit) if !has_unit => Seat::Level(OrganizationKind::District),
            Some(level) => Seat::Level(level),
            None => Seat::Nobody,
        },
        Action::Recall if status == Status::Verified => Seat::Level(OrganizationKind::Unit),
        Action::Recall if status == Status::Endorsed => Seat::Level(OrganizationKind::District),
        Action::Recall => Seat::Nobody,
        Action::CarryOver if status == Status::Endorsed || status == Status::Screened => {
            Seat::Level(OrganizationKind::City)
        }
        Action::CarryOver => Seat::UnitOrDistrict,
        Action::WithdrawConsent | Action::Resubmit | Action::Withdraw => Seat::Anybody,
    }
}

/// The level of organization whose decision a stage is.
#[must_use]
pub const fn level(stage: StageCode) -> OrganizationKind {
    match stage {
        StageCode::UnitVerification => OrganizationKind::Unit,
        StageCode::DistrictEndorsement => OrganizationKind::District,
        StageCode::CityScreening | StageCode::Forwarding | StageCode::Listing => OrganizationKind::City,
    }
}

/// Who keeps the file: edits, uploads, resubmits and withdraws. It belongs to its first nomination: to that nominator and
/// to the unit, in whose place the level above acts where the unit has nobody who may.
#[must_use]
pub fn keeping(standing: Standing) -> Permission {
    if standing.part == Part::First {
        return Permission::Allowed;
    }
    match own_level(standing) {
        None => Permission::Refused(Refusal::Outside),
        Some(own) => match decide_at(OrganizationKind::Unit, own, standing.staffed) {
            granted @ (Permission::Allowed | Permission::ActingFor(_)) => granted,
            // It is no decision that would be the caller's in other circumstances: the role alone forbids it.
            Permission::Refused(_) => Permission::Refused(Refusal::Role),
        },
    }
}

/// Whether the caller keeps the file as its unit does, or in the place of a unit that has nobody who may: what ends with
/// that is the candidate, not a nomination.
#[must_use]
pub fn keeps_as_unit(standing: Standing) -> bool {
    matches!(keeping(Standing { part: Part::None, ..standing }), Permission::Allowed | Permission::ActingFor(_))
}

/// The level of a reviewer in whose subtree the candidate lies.
fn own_level(standing: Standing) -> Option<OrganizationKind> {
    if standing.is_inside { standing.role.and_then(Role::organization_kind) } else { None }
}

/// What is a level's is done by the level above where nobody of it is present.
fn decide_at(level: OrganizationKind, own: OrganizationKind, present: Levels) -> Permission {
    use OrganizationKind::{City, District, Unit};
    match (level, own) {
        (Unit, Unit) | (District, District) | (City, City) => Permission::Allowed,
        (City, District | Unit) | (District, Unit) => Permission::Refused(Refusal::Stage),
        (Unit, District | City) if present.unit => Permission::Refused(Refusal::Staffed(Unit)),
        (Unit | District, City) if present.district => Permission::Refused(Refusal::Staffed(District)),
        (Unit, District | City) => Permission::ActingFor(Unit),
        (District, City) => Permission::ActingFor(District),
    }
}

#[cfg(test)]
mod tests;

//! 线索: what came in by some channel before it is a nomination. It is promoted to a candidate, or dismissed.

use chrono::{DateTime, Days, Utc};
use serde::{Deserialize, Serialize};

use super::{
    candidate::{Channel, Subject},
    category::CategoryCode,
    fault::{Code, Fault},
    id::{CandidateId, ChannelId, LeadId, NominationId, OrganizationId, UserId},
    month::Month,
    organization::{Organization, OrganizationKind},
    person_name,
    phone::Phone,
    recommendation::{FileChange, Reach, Recommendation},
    scope::Scope,
    text,
};

/// Most characters of a lead's text.
pub const TEXT_MAX_CHARS: usize = 5000;
/// Most characters of a reason.
pub const REASON_MAX_CHARS: usize = 500;

text_enum! {
    /// How a lead stands.
    pub enum LeadStatus {
        /// It waits to be dealt with.
        Received = "received",
        /// A candidate, or a further nomination of one, came of it.
        Promoted = "promoted",
        /// Nothing comes of it; it is erased after some time.
        Dismissed = "dismissed",
    }
}

/// What could be read from the text of a lead. What could not is `None`, and stays in the text.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parsed {
    /// Who is recommended.
    pub name: Option<String>,
    /// Where that person lives or works, as written.
    pub place: Option<String>,
    /// The category.
    pub category: Option<CategoryCode>,
    /// The deed in one sentence.
    pub summary: Option<String>,
    /// The unit of that place, where there is no doubt.
    pub unit_id: Option<OrganizationId>,
    /// Its district, likewise.
    pub district_id: Option<OrganizationId>,
}

/// A lead, without how its reporter can be reached.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// Its identifier.
    pub id: LeadId,
    /// How it stands.
    pub status: LeadStatus,
    /// By what way it came.
    pub channel: Channel,
    /// Through which channel in use.
    pub channel_id: Option<ChannelId>,
    /// Who is to deal with it; the city where nobody is named.
    pub organization_id: Option<OrganizationId>,
    /// Why it was last given to another one.
    pub assignment_reason: Option<String>,
    /// The cycle that took nominations when it came in; its policy says how long a dismissed lead is kept.
    pub cycle: Month,
    /// What came in, as it came; `None` once it is erased.
    pub text: Option<String>,
    /// What could be read from it.
    pub parsed: Option<Parsed>,
    /// The reporter's account.
    pub user_id: Option<UserId>,
    /// Who typed it in for somebody else.
    pub operator_id: Option<UserId>,
    /// The candidate that came of it.
    pub candidate_id: Option<CandidateId>,
    /// The nomination that it became.
    pub nomination_id: Option<NominationId>,
    /// Why it was dismissed.
    pub reason: Option<String>,
    /// Who promoted or dismissed it.
    pub decided_by: Option<UserId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// When text and reporter of the dismissed one were erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// Grows with each change.
    pub version: i64,
    /// When it came in.
    pub created_at: DateTime<Utc>,
}

/// A lead is dealt with once: 409 for what was promoted or dismissed before.
pub fn refuse_decided(lead: &Lead) -> Result<(), Fault> {
    match lead.status {
        LeadStatus::Received => Ok(()),
        LeadStatus::Promoted | LeadStatus::Dismissed => {
            Err(Fault::of(Code::AlreadyDecided).with("status", lead.status.as_str()))
        }
    }
}

/// Up to this moment, leads dismissed so many `days` before `now` or earlier are to be erased.
#[must_use]
pub fn erased_before(now: DateTime<Utc>, days: u32) -> DateTime<Utc> {
    now.checked_sub_days(Days::new(days.into())).unwrap_or(DateTime::<Utc>::MIN_UTC)
}

/// What is wrong with a lead as it comes in: the text, and how its reporter can be reached.
#[must_use]
pub fn faults(text: &str, reporter: Option<&Reach>) -> Vec<Fault> {
    let mut faults: Vec<Fault> =
        text::paragraphs(text, TEXT_MAX_CHARS).into_iter().map(|fault| fault.under("/text")).collect();
    let Some(reporter) = reporter else { return faults };
    if reporter.name.is_none() && reporter.phone.is_none() {
        faults.push(Fault::at("/reporter/name", Code::Required).with("alternative", "/reporter/phone"));
    }
    if let Some(name) = &reporter.name {
        faults.extend(person_name::check(name).into_iter().map(|fault| fault.under("/reporter/name")));
    }
    if reporter.phone.as_deref().is_some_and(|number| Phone::parse(number).is_none()) {
        faults.push(Fault::at("/reporter/phone", Code::Malformed));
    }
    faults
}

/// Whom a lead is to be given to.
#[derive(Clone, Copy, Debug)]
pub struct Assignment<'a> {
    /// Who gives it.
    pub scope: &'a Scope,
    /// The organization named; `None` gives it back to the city.
    pub organization_id: Option<OrganizationId>,
    /// That organization, when there is one.
    pub organization: Option<&'a Organization>,
    /// The organization that has it.
    pub present: Option<&'a Organization>,
    /// Whether a reason is given.
    pub has_reason: bool,
}

/// All that is wrong with an assignment: another, active organization of the caller's subtree; or back to the district of
/// the one that has it, or to the city. Who takes a lead from an organization says why.
#[must_use]
pub fn assignment_faults(wish: Assignment<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    if wish.organization_id == wish.present.map(|present| present.id) {
        faults.push(Fault::at("/organization_id", Code::Inconsistent));
    } else if wish.organization_id.is_some() {
        let district_above = wish.present.and_then(|present| present.district_id);
        let fits = wish.organization.is_some_and(|to| {
            let is_back = to.kind == OrganizationKind::City || Some(to.id) == district_above;
            to.active && (is_back || wish.scope.covers_organization(to))
        });
        if !fits {
            faults.push(Fault::at("/organization_id", Code::UnknownReference));
        }
    }
    if wish.present.is_some() && !wish.has_reason {
        faults.push(Fault::at("/reason", Code::Required));
    }
    faults
}

/// What is said when a lead is promoted: to an existing candidate, or what its text could not give of a new one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Promotion {
    /// The existing candidate.
    pub candidate_id: Option<CandidateId>,
    /// What is said of the new one; what is not said is taken from the text.
    pub file: FileChange,
    /// The unit that is to carry it.
    pub unit_id: Option<OrganizationId>,
    /// The district, where the unit is not known.
    pub district_id: Option<OrganizationId>,
    /// Who recommends, where it is not the reporter.
    pub nominator: Option<Reach>,
}

impl Promotion {
    /// Everything that breaks a rule of its own, whatever the lead says.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = self.file.faults();
        if let Some(nominator) = &self.nominator {
            faults.extend(nominator.faults(["/nominator/phone", "/nominator/name", "/nominator/relationship"]));
        }
        if self.candidate_id.is_some() {
            let place = [("/unit_id", self.unit_id.is_some()), ("/district_id", self.district_id.is_some())];
            let said = self.file.said().into_iter().chain(place).filter(|(_, is_said)| *is_said);
            faults.extend(said.map(|(pointer, _)| Fault::at(pointer, Code::Inconsistent)));
        }
        faults
    }

    /// The recommendation of a new candidate: what is said, and for the rest what was read from the text. The
    /// organization that deals with the lead stands before the place of the text.
    pub fn recommendation(&self, lead: &Lead, handler: Option<&Organization>) -> Result<Recommendation, Vec<Fault>> {
        let parsed = lead.parsed.clone().unwrap_or_default();
        let file = &self.file;
        let category = file.category.clone().or(parsed.category.clone());
        let name = file.name.clone().or(parsed.name.clone());
        let summary = file.summary.clone().or(parsed.summary.clone());
        let mut missing: Vec<Fault> =
            [("/category", category.is_none()), ("/name", name.is_none()), ("/summary", summary.is_none())]
                .into_iter()
                .filter(|(_, is_missing)| *is_missing)
                .map(|(pointer, _)| Fault::at(pointer, Code::Required))
                .collect();
        let (unit_id, district_id) = self.place(&parsed, handler);
        if unit_id.is_none() && district_id.is_none() {
            missing.push(Fault::at("/unit_id", Code::Required).with("alternative", "/district_id"));
        }
        let (Some(category), Some(name), Some(summary)) = (category, name, summary) else { return Err(missing) };
        if !missing.is_empty() {
            return Err(missing);
        }
        let text = |member: &Option<Option<String>>| member.clone().flatten();
        Ok(Recommendation {
            category,
            name,
            summary,
            deed: text(&file.deed),
            unit_id,
            district_id,
            channel: Some(lead.channel),
            // It was looked at when the lead came in, and may have been closed since.
            channel_id: None,
            contact: Reach {
                phone: text(&file.contact_phone),
                name: text(&file.contact_name),
                relationship: text(&file.contact_relationship),
            },
            subject: file.subject.unwrap_or(Subject::Individual),
            members: file.members.clone().unwrap_or_default(),
            posthumous: file.posthumous.unwrap_or(false),
            occupation: text(&file.occupation),
            gender: file.gender.flatten(),
            birth_year: file.birth_year.flatten(),
            ethnicity: text(&file.ethnicity),
            nominator: self.nominator.clone(),
        })
    }

    fn place(
        &self,
        parsed: &Parsed,
        handler: Option<&Organization>,
    ) -> (Option<OrganizationId>, Option<OrganizationId>) {
        if self.unit_id.is_some() || self.district_id.is_some() {
            return (self.unit_id, self.district_id);
        }
        match handler.map(|handler| (handler.kind, handler.id)) {
            Some((OrganizationKind::Unit, unit)) => (Some(unit), None),
            Some((OrganizationKind::District, district)) if parsed.district_id != Some(district) => {
                (None, Some(district))
            }
            Some((OrganizationKind::District | OrganizationKind::City, _)) | None => {
                (parsed.unit_id, parsed.district_id)
            }
        }
    }
}

#[cfg(test)]
mod tests;

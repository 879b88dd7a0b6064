//! The fact-verification file (事迹审核): how the unit made sure that a deed is true, one record for each look.
//!
//! Records are only ever added. One made in error is struck with a reason and stays to be read; it counts no more.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::{
    candidate::Status,
    fault::{Code, Fault},
    id::VerificationId,
    person_name,
    recommendation::SHORT_MAX_CHARS,
    text,
    transition::Action,
};

text_enum! {
    /// In what way the facts were looked at.
    pub enum VerificationMethod {
        /// A conversation face to face.
        Interview = "interview",
        /// A look at the place.
        SiteVisit = "site_visit",
        /// Papers and records.
        Documents = "documents",
        /// A call.
        Telephone = "telephone",
        /// The word of another department.
        Consultation = "consultation",
    }
}

text_enum! {
    /// What the look showed.
    pub enum Finding {
        /// The deed is true.
        Confirmed = "confirmed",
        /// Some of it is true or can be shown.
        Partly = "partly",
        /// The deed is not true.
        Refuted = "refuted",
    }
}

/// The most verifiers of one record.
pub const MAX_VERIFIERS: usize = 10;
/// The most people who were heard for one record.
pub const MAX_HEARD: usize = 20;
/// The most characters of the notes.
pub const NOTES_MAX_CHARS: usize = 4000;
/// The most characters of a department's name.
pub const DEPARTMENT_MAX_CHARS: usize = 100;
/// The most files of one record.
pub const MAX_ATTACHMENTS: usize = 10;

/// Somebody who was heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Heard {
    /// The name.
    pub name: String,
    /// What that person is to the candidate.
    pub relationship: Option<String>,
}

impl Heard {
    /// As it is kept.
    #[must_use]
    pub fn tidied(&self) -> Self {
        let relationship = self.relationship.as_deref().map(text::tidy_line);
        Self { name: text::tidy_line(&self.name), relationship }
    }

    /// As it may be shown.
    #[must_use]
    pub fn masked(&self) -> Self {
        Self { name: person_name::masked(&self.name), relationship: self.relationship.clone() }
    }
}

/// One look at the facts, as it is recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verification {
    /// In what way.
    pub method: VerificationMethod,
    /// Who looked.
    pub verifiers: Vec<String>,
    /// When.
    pub held_at: DateTime<Utc>,
    /// The department that was consulted.
    pub department: Option<String>,
    /// Who was heard.
    pub heard: Vec<Heard>,
    /// What it showed.
    pub finding: Finding,
    /// What was said and seen.
    pub notes: String,
}

impl Verification {
    /// All that is wrong with the record by itself: names and texts, a conversation in which nobody was heard, a
    /// consultation of nobody.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let under = |at: String, faults: Vec<Fault>| faults.into_iter().map(move |fault| fault.under(&at));
        let mut faults = Vec::new();
        for (index, name) in self.verifiers.iter().enumerate() {
            faults.extend(under(format!("/verifiers/{index}"), person_name::check(name)));
        }
        for (index, heard) in self.heard.iter().enumerate() {
            faults.extend(under(format!("/heard/{index}/name"), person_name::check(&heard.name)));
            if let Some(relationship) = &heard.relationship {
                faults.extend(under(format!("/heard/{index}/relationship"), text::line(relationship, SHORT_MAX_CHARS)));
            }
        }
        match &self.department {
            Some(department) => {
                faults.extend(under("/department".into(), text::line(department, DEPARTMENT_MAX_CHARS)));
            }
            None if self.method == VerificationMethod::Consultation => {
                faults.push(Fault::at("/department", Code::Required));
            }
            None => {}
        }
        let talks = matches!(self.method, VerificationMethod::Interview | VerificationMethod::Telephone);
        if talks && self.heard.is_empty() {
            faults.push(Fault::at("/heard", Code::TooFew).with("minimum", 1).with("actual", 0));
        }
        faults.extend(under("/notes".into(), text::paragraphs(&self.notes, NOTES_MAX_CHARS)));
        faults
    }

    /// That the look is said to be still to come.
    #[must_use]
    pub fn time_faults(&self, now: DateTime<Utc>) -> Vec<Fault> {
        if self.held_at > now { vec![Fault::at("/held_at", Code::TooLarge)] } else { Vec::new() }
    }
}

/// Whether a record can still be added: as long as an approval with an opinion is to come that can answer it. Who learns
/// something of a screened candidate has it returned.
#[must_use]
pub const fn takes_records(status: Status) -> bool {
    match status {
        Status::Nominated | Status::Returned | Status::Verified | Status::Endorsed => true,
        Status::Screened
        | Status::Forwarded
        | Status::Listed
        | Status::NotListed
        | Status::Rejected
        | Status::Withdrawn
        | Status::Revoked => false,
    }
}

/// A refuting record that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Refuting {
    /// The record.
    pub id: VerificationId,
    /// Whether an approval has answered it before.
    pub is_answered: bool,
}

/// What stands in a candidate's verification file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Records {
    /// How many confirm the deed.
    pub confirming: u32,
    /// Those that refute it.
    pub refuting: Vec<Refuting>,
}

/// The refuting records that an approval would have to answer and does not: the unit's verification answers all of them,
/// a later approval what no approval has answered yet.
#[must_use]
pub fn unanswered(action: Action, refuting: &[Refuting], answered: &BTreeSet<VerificationId>) -> Vec<VerificationId> {
    let asks = |record: &&Refuting| action == Action::Verify || !record.is_answered;
    let open = refuting.iter().filter(asks).filter(|record| !answered.contains(&record.id));
    open.map(|record| record.id).collect()
}

/// Answers to what is no refuting record that stands, or given twice, each at its place.
#[must_use]
pub fn unknown_answers(refuting: &[Refuting], answered: &[VerificationId]) -> Vec<Fault> {
    let mut faults = Vec::new();
    for (index, id) in answered.iter().enumerate() {
        let at = || format!("/answered_verifications/{index}");
        if answered.iter().take(index).any(|before| before == id) {
            faults.push(Fault::at(at(), Code::Duplicate));
        } else if !refuting.iter().any(|record| record.id == *id) {
            faults.push(Fault::at(at(), Code::UnknownReference));
        }
    }
    faults
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn record() -> Verification {
        Verification {
            method: VerificationMethod::Interview,
            verifiers: vec!["周敏".into()],
            held_at: DateTime::UNIX_EPOCH,
            department: None,
            heard: vec![Heard { name: "李大妈".into(), relationship: Some("邻居".into()) }],
            finding: Finding::Confirmed,
            notes: "所述属实。".into(),
        }
    }

    fn places(record: &Verification) -> Vec<(String, Code)> {
        record.faults().into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn what_a_record_needs_depends_on_its_method() {
        assert_eq!(places(&record()), []);
        for method in VerificationMethod::ALL.iter().copied() {
            let bare = Verification { method, heard: vec![], ..record() };
            let expected = match method {
                VerificationMethod::Interview | VerificationMethod::Telephone => vec![("/heard".into(), Code::TooFew)],
                VerificationMethod::Consultation => vec![("/department".into(), Code::Required)],
                VerificationMethod::SiteVisit | VerificationMethod::Documents => vec![],
            };
            assert_eq!(places(&bare), expected, "{method}");
        }
    }

    #[test]
    fn every_text_is_checked_at_its_place() {
        let wrong = Verification {
            verifiers: vec!["周敏".into(), "7".into()],
            department: Some("\u{200B}局".into()),
            heard: vec![Heard { name: String::new(), relationship: Some("邻".repeat(65)) }],
            notes: " ".into(),
            ..record()
        };
        let expected = [
            ("/verifiers/1", Code::Malformed),
            ("/heard/0/name", Code::TooShort),
            ("/heard/0/relationship", Code::TooLong),
            ("/department", Code::ForbiddenCharacter),
            ("/notes", Code::TooShort),
        ];
        assert_eq!(places(&wrong), expected.map(|(at, code)| (at.to_owned(), code)));
        let later = record().time_faults(DateTime::UNIX_EPOCH - chrono::Duration::microseconds(1));
        assert_eq!(later, [Fault::at("/held_at", Code::TooLarge)]);
        assert_eq!(record().time_faults(DateTime::UNIX_EPOCH), []);
    }

    #[test]
    fn records_are_taken_while_an_approval_is_to_come() {
        let open: Vec<_> = Status::ALL.iter().copied().filter(|status| takes_records(*status)).collect();
        assert_eq!(open, [Status::Nominated, Status::Verified, Status::Endorsed, Status::Returned]);
    }

    #[test]
    fn the_unit_answers_all_and_later_stages_what_is_left() {
        let [one, other] = [1, 2].map(|number| VerificationId(Uuid::from_u128(number)));
        let refuting = [Refuting { id: one, is_answered: true }, Refuting { id: other, is_answered: false }];
        let open = |action, answered: &[VerificationId]| {
            unanswered(action, &refuting, &answered.iter().copied().collect::<BTreeSet<_>>())
        };
        assert_eq!(open(Action::Verify, &[]), [one, other]);
        assert_eq!(open(Action::Verify, &[other]), [one]);
        assert_eq!(open(Action::Endorse, &[]), [other]);
        assert_eq!(open(Action::Screen, &[other]), []);
    }

    #[test]
    fn only_refuting_records_are_answered_and_each_once() {
        let [one, other] = [1, 2].map(|number| VerificationId(Uuid::from_u128(number)));
        let refuting = [Refuting { id: one, is_answered: false }];
        let found = unknown_answers(&refuting, &[one, other, one]);
        let expected = [("1", Code::UnknownReference), ("2", Code::Duplicate)];
        assert_eq!(found, expected.map(|(at, code)| Fault::at(format!("/answered_verifications/{at}"), code)));
    }
}

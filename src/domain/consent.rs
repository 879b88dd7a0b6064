//! The consent to publication and forwarding, without which nobody is screened or forwarded.

use chrono::{DateTime, Datelike, TimeDelta, Utc};
use chrono_tz::Tz;

use super::{
    candidate::{Status, Subject},
    fault::{Code, Fault},
};

text_enum! {
    /// Who consents.
    pub enum GivenBy {
        /// The person.
        SelfGiven = "self",
        /// The representative of a group.
        Representative = "representative",
        /// The next of kin of a dead person.
        NextOfKin = "next_of_kin",
        /// The guardian of a person under 18.
        Guardian = "guardian",
    }
}

text_enum! {
    /// What is consented to.
    pub enum ConsentScope {
        /// To be shown to the public.
        Publication = "publication",
        /// To be forwarded to the provincial portal.
        Forwarding = "forwarding",
    }
}

text_enum! {
    /// How the consent was given.
    pub enum ConsentMethod {
        /// A signed paper.
        Paper = "paper",
        /// A declaration on a page or in an application.
        Online = "online",
        /// A recorded spoken declaration.
        Recording = "recording",
    }
}

/// No consent to this campaign is older: a moment before is a slip of the pen.
const EARLIEST_YEAR: i32 = 2000;

/// By no more does a local clock differ from UTC.
const ZONES_DIFFER: TimeDelta = TimeDelta::hours(14);

/// A consent as it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consent {
    /// Who consents.
    pub given_by: GivenBy,
    /// The name of who consents.
    pub name: String,
    /// To what.
    pub scope: Vec<ConsentScope>,
    /// The version of the wording that was put before them.
    pub text_version: String,
    /// How.
    pub method: ConsentMethod,
    /// When.
    pub given_at: DateTime<Utc>,
    /// Where the proof is kept.
    pub evidence: Option<String>,
}

/// Whether a scope covers all that screening and forwarding need.
#[must_use]
pub fn covers_all(scope: &[ConsentScope]) -> bool {
    ConsentScope::ALL.iter().all(|needed| scope.contains(needed))
}

/// Whether who gave a consent could give it at that moment for the person as the file has it now. Around a new year either
/// year will do: zones differ.
#[must_use]
pub fn fits((given_by, given_at): (GivenBy, DateTime<Utc>), person: Person) -> bool {
    let can_give = |moment: DateTime<Utc>| who_can_give(person, moment.year()).contains(&given_by);
    can_give(given_at - ZONES_DIFFER) || can_give(given_at + ZONES_DIFFER)
}

/// What stands against a consent that replaces another while the screening or forwarding rests on it: it has to cover
/// both publication and forwarding. Who takes a part of it back withdraws the consent.
#[must_use]
pub fn narrowed(scope: &[ConsentScope], status: Status) -> Option<Fault> {
    let rests_on_it = [Status::Screened, Status::Forwarded].contains(&status);
    (rests_on_it && !covers_all(scope)).then(|| {
        let missing = ConsentScope::ALL.iter().filter(|needed| !scope.contains(needed)).map(|needed| needed.as_str());
        let fault = Fault::at("/scope", Code::ConsentMissing).with("missing", missing.collect::<Vec<_>>());
        fault.with("status", status.as_str()).with("hint", "DELETE")
    })
}

/// Of a candidate, what decides who can consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person {
    /// A person or a group.
    pub subject: Subject,
    /// Whether the person has died.
    pub posthumous: bool,
    /// Year of birth, when given.
    pub birth_year: Option<i32>,
}

/// Who can consent for a person in a year: a group's representative; next of kin for the dead; the guardian under 18.
/// Where the year of birth leaves open whether the person is under 18, both the person and the guardian can.
#[must_use]
pub fn who_can_give(person: Person, year: i32) -> &'static [GivenBy] {
    const EITHER: &[GivenBy] = &[GivenBy::SelfGiven, GivenBy::Guardian];
    match (person.subject, person.posthumous, person.birth_year.map(|born| year - born)) {
        (Subject::Group, _, _) => &[GivenBy::Representative],
        (Subject::Individual, true, _) => &[GivenBy::NextOfKin],
        (Subject::Individual, false, Some(..=17)) => &[GivenBy::Guardian],
        (Subject::Individual, false, Some(18) | None) => EITHER,
        (Subject::Individual, false, Some(19..)) => &[GivenBy::SelfGiven],
    }
}

/// All that is wrong with a consent for a person: who gives it, a scope named twice or empty, a moment to come.
#[must_use]
pub fn validate(consent: &Consent, person: Person, now: DateTime<Utc>, tz: Tz) -> Vec<Fault> {
    let mut faults = Vec::new();
    let fitting = who_can_give(person, consent.given_at.with_timezone(&tz).year());
    if !fitting.contains(&consent.given_by) {
        let allowed: Vec<_> = fitting.iter().map(|by| by.as_str()).collect();
        faults.push(Fault::at("/given_by", Code::Inconsistent).with("allowed", allowed));
    }
    if consent.scope.is_empty() {
        faults.push(Fault::at("/scope", Code::TooFew).with("minimum", 1).with("actual", 0));
    }
    for (index, scope) in consent.scope.iter().enumerate() {
        if consent.scope.iter().take(index).any(|before| before == scope) {
            faults.push(Fault::at(format!("/scope/{index}"), Code::Duplicate));
        }
    }
    if consent.given_at > now {
        faults.push(Fault::at("/given_at", Code::TooLarge));
    }
    if consent.given_at.with_timezone(&tz).year() < EARLIEST_YEAR {
        faults.push(Fault::at("/given_at", Code::TooSmall).with("minimum", format!("{EARLIEST_YEAR}-01-01")));
    }
    faults
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(Subject::Group, false, None, "representative")]
    #[case(Subject::Group, true, Some(2020), "representative")]
    #[case(Subject::Individual, true, Some(2020), "next_of_kin")]
    #[case(Subject::Individual, false, Some(2009), "guardian")]
    #[case(Subject::Individual, false, Some(2008), "self guardian")]
    #[case(Subject::Individual, false, Some(2007), "self")]
    #[case(Subject::Individual, false, None, "self guardian")]
    fn who_consents(
        #[case] subject: Subject,
        #[case] posthumous: bool,
        #[case] birth_year: Option<i32>,
        #[case] expected: &str,
    ) {
        let given_by: Vec<_> =
            who_can_give(Person { subject, posthumous, birth_year }, 2026).iter().map(|by| by.as_str()).collect();
        assert_eq!(given_by.join(" "), expected);
    }

    #[test]
    fn a_consent_stands_only_for_the_person_of_the_file() {
        let at = "2026-11-03T00:00:00Z".parse().unwrap();
        let grown = Person { subject: Subject::Individual, posthumous: false, birth_year: Some(1970) };
        assert!(fits((GivenBy::SelfGiven, at), grown));
        let of_age = Person { birth_year: Some(2008), ..grown };
        assert!(!fits((GivenBy::SelfGiven, "2025-12-31T09:00:00Z".parse().unwrap()), of_age));
        assert!(fits((GivenBy::SelfGiven, "2025-12-31T17:00:00Z".parse().unwrap()), of_age));
        for changed in [
            Person { posthumous: true, ..grown },
            Person { subject: Subject::Group, ..grown },
            Person { birth_year: Some(2015), ..grown },
        ] {
            assert!(!fits((GivenBy::SelfGiven, at), changed), "{changed:?}");
        }
    }

    #[test]
    fn a_consent_is_not_narrowed_once_something_rests_on_it() {
        use ConsentScope::{Forwarding, Publication};
        for &status in Status::ALL {
            let rests = status == Status::Screened || status == Status::Forwarded;
            assert_eq!(narrowed(&[Forwarding, Publication], status), None, "{status}");
            for part in [Forwarding, Publication] {
                assert_eq!(narrowed(&[part], status).is_some(), rests, "{status} {part}");
            }
        }
    }

    #[test]
    fn all_faults_of_a_consent() {
        let now: DateTime<Utc> = "2026-11-03T00:00:00Z".parse().unwrap();
        let person = Person { subject: Subject::Individual, posthumous: false, birth_year: Some(1970) };
        let mut consent = Consent {
            given_by: GivenBy::SelfGiven,
            name: "王某".into(),
            scope: vec![ConsentScope::Publication, ConsentScope::Forwarding],
            text_version: "2026-1".into(),
            method: ConsentMethod::Paper,
            given_at: now,
            evidence: None,
        };
        assert_eq!(validate(&consent, person, now, Tz::Asia__Shanghai), []);
        assert!(covers_all(&consent.scope));
        consent.given_by = GivenBy::Guardian;
        consent.scope = vec![ConsentScope::Publication, ConsentScope::Publication];
        assert!(!covers_all(&consent.scope));
        consent.given_at += chrono::Duration::milliseconds(1);
        let places: Vec<_> =
            validate(&consent, person, now, Tz::Asia__Shanghai).into_iter().map(|fault| fault.pointer).collect();
        assert_eq!(places, ["/given_by", "/scope/1", "/given_at"]);
        consent.given_at = "1999-12-31T15:59:59Z".parse().unwrap();
        let early = validate(&consent, person, now, Tz::Asia__Shanghai).pop().unwrap();
        assert_eq!((early.pointer.as_str(), early.code), ("/given_at", Code::TooSmall));
        consent.scope.clear();
        assert!(validate(&consent, person, now, Tz::Asia__Shanghai).iter().any(|fault| fault.code == Code::TooFew));
    }
}

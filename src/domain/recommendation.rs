//! What is said of a person when they are recommended, and how the file can be changed afterwards.

use chrono::{DateTime, Utc};

use super::{
    birth,
    candidate::{Candidate, Channel, GROUP_MEMBERS, Gender, Subject},
    category::CategoryCode,
    fault::{Code, Fault},
    id::{ChannelId, OrganizationId},
    person_name,
    phone::Phone,
    text,
};

/// The longest summary, in characters.
pub const SUMMARY_MAX_CHARS: usize = 140;
/// The longest deed that is taken at all, in characters; the cycle's policy asks for less when the unit verifies.
pub const DEED_MAX_CHARS: usize = 10_000;
/// The longest short text: occupation, ethnicity, relationship; in characters.
pub const SHORT_MAX_CHARS: usize = 64;

/// How somebody can be reached: a candidate, or who speaks for them; a nominator.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// A Chinese mobile or landline number.
    pub phone: Option<String>,
    /// The name of who is called.
    pub name: Option<String>,
    /// What that person is to the candidate.
    pub relationship: Option<String>,
}

impl Reach {
    /// Everything that breaks a rule of its own, at the places of number, name and relationship.
    #[must_use]
    pub fn faults(&self, pointers: [&str; 3]) -> Vec<Fault> {
        reach_faults(self, pointers)
    }
}

/// A recommendation as it comes in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    /// The category.
    pub category: CategoryCode,
    /// Name of the person or group.
    pub name: String,
    /// The deed in one sentence.
    pub summary: String,
    /// The deed statement.
    pub deed: Option<String>,
    /// The unit that is to carry the candidate.
    pub unit_id: Option<OrganizationId>,
    /// The district, where the unit is not known.
    pub district_id: Option<OrganizationId>,
    /// By what way it came.
    pub channel: Option<Channel>,
    /// Through which channel in use, whose kind is then the way.
    pub channel_id: Option<ChannelId>,
    /// How the candidate can be reached.
    pub contact: Reach,
    /// A person or a group.
    pub subject: Subject,
    /// The members of a group, by name.
    pub members: Vec<String>,
    /// Whether the person has died.
    pub posthumous: bool,
    /// Occupation.
    pub occupation: Option<String>,
    /// Sex.
    pub gender: Option<Gender>,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Ethnicity.
    pub ethnicity: Option<String>,
    /// Who recommends.
    pub nominator: Option<Reach>,
}

impl Recommendation {
    /// What cannot be on the present day: the year of birth.
    #[must_use]
    pub fn faults_today(&self, now: DateTime<Utc>) -> Vec<Fault> {
        birth_faults(self.birth_year, now)
    }

    /// Everything that breaks a rule of its own on any day.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = under("/name", person_name::check(&self.name));
        faults.extend(under("/summary", text::line(&self.summary, SUMMARY_MAX_CHARS)));
        faults.extend(deed_faults(self.deed.as_deref()));
        faults.extend(members_faults(self.subject, &self.members));
        faults.extend(reach_faults(&self.contact, ["/contact_phone", "/contact_name", "/contact_relationship"]));
        faults.extend(short_faults("/occupation", self.occupation.as_deref()));
        faults.extend(short_faults("/ethnicity", self.ethnicity.as_deref()));
        if let Some(nominator) = &self.nominator {
            let pointers = ["/nominator/phone", "/nominator/name", "/nominator/relationship"];
            faults.extend(reach_faults(nominator, pointers));
        }
        if self.unit_id.is_none() && self.district_id.is_none() {
            faults.push(Fault::at("/unit_id", Code::Required).with("alternative", "/district_id"));
        }
        faults
    }
}

/// A change of a candidate's file. `None` stays, `Some(None)` is taken away.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileChange {
    /// The category.
    pub category: Option<CategoryCode>,
    /// Name of the person or group.
    pub name: Option<String>,
    /// The deed in one sentence.
    pub summary: Option<String>,
    /// The deed statement.
    pub deed: Option<Option<String>>,
    /// A person or a group.
    pub subject: Option<Subject>,
    /// The members of a group.
    pub members: Option<Vec<String>>,
    /// Whether the person has died.
    pub posthumous: Option<bool>,
    /// Occupation.
    pub occupation: Option<Option<String>>,
    /// Sex.
    pub gender: Option<Option<Gender>>,
    /// Year of birth.
    pub birth_year: Option<Option<i32>>,
    /// Ethnicity.
    pub ethnicity: Option<Option<String>>,
    /// The contact's number.
    pub contact_phone: Option<Option<String>>,
    /// The contact's name.
    pub contact_name: Option<Option<String>>,
    /// What the contact is to the candidate.
    pub contact_relationship: Option<Option<String>>,
}

impl FileChange {
    /// What cannot be on the present day: the year of birth.
    #[must_use]
    pub fn faults_today(&self, now: DateTime<Utc>) -> Vec<Fault> {
        birth_faults(self.birth_year.flatten(), now)
    }

    /// Everything that breaks a rule of its own on any day; what depends on the rest of the file is told by
    /// [`file_faults`].
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(name) = &self.name {
            faults.extend(under("/name", person_name::check(name)));
        }
        if let Some(summary) = &self.summary {
            faults.extend(under("/summary", text::line(summary, SUMMARY_MAX_CHARS)));
        }
        faults.extend(deed_faults(self.deed.as_ref().and_then(Option::as_deref)));
        for (index, member) in self.members.iter().flatten().enumerate() {
            faults.extend(under(&format!("/members/{index}/name"), person_name::check(member)));
        }
        let contact = Reach {
            phone: self.contact_phone.clone().flatten(),
            name: self.contact_name.clone().flatten(),
            relationship: self.contact_relationship.clone().flatten(),
        };
        faults.extend(reach_faults(&contact, ["/contact_phone", "/contact_name", "/contact_relationship"]));
        faults.extend(short_faults("/occupation", self.occupation.as_ref().and_then(Option::as_deref)));
        faults.extend(short_faults("/ethnicity", self.ethnicity.as_ref().and_then(Option::as_deref)));
        faults
    }

    /// Whether the contact details change.
    #[must_use]
    pub fn touches_contact(&self) -> bool {
        self.contact_phone.is_some() || self.contact_name.is_some() || self.contact_relationship.is_some()
    }

    /// Every field by its place, and whether anything is said of it.
    #[must_use]
    pub fn said(&self) -> [(&'static str, bool); 14] {
        [
            ("/category", self.category.is_some()),
            ("/name", self.name.is_some()),
            ("/summary", self.summary.is_some()),
            ("/deed", self.deed.is_some()),
            ("/subject", self.subject.is_some()),
            ("/members", self.members.is_some()),
            ("/posthumous", self.posthumous.is_some()),
            ("/occupation", self.occupation.is_some()),
            ("/gender", self.gender.is_some()),
            ("/birth_year", self.birth_year.is_some()),
            ("/ethnicity", self.ethnicity.is_some()),
            ("/contact_phone", self.contact_phone.is_some()),
            ("/contact_name", self.contact_name.is_some()),
            ("/contact_relationship", self.contact_relationship.is_some()),
        ]
    }

    /// The candidate as it is after the change.
    #[must_use]
    pub fn applied(self, to: &Candidate) -> Candidate {
        let mut candidate = to.clone();
        set(&mut candidate.category, self.category);
        set(&mut candidate.name, self.name.as_deref().map(text::tidy_line));
        set(&mut candidate.summary, self.summary.as_deref().map(text::tidy_line));
        set(&mut candidate.deed, self.deed.map(|deed| deed.as_deref().map(text::tidy_paragraphs)));
        set(&mut candidate.subject, self.subject);
        set(&mut candidate.members, self.members.map(|names| names.iter().map(|name| text::tidy_line(name)).collect()));
        set(&mut candidate.posthumous, self.posthumous);
        set(&mut candidate.occupation, self.occupation.map(|text| text.as_deref().map(text::tidy_line)));
        set(&mut candidate.gender, self.gender);
        set(&mut candidate.birth_year, self.birth_year);
        set(&mut candidate.ethnicity, self.ethnicity.map(|text| text.as_deref().map(text::tidy_line)));
        candidate
    }
}

/// What of a changed file does not go together.
#[must_use]
pub fn file_faults(candidate: &Candidate) -> Vec<Fault> {
    members_faults(candidate.subject, &candidate.members)
}

fn set<T>(place: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *place = value;
    }
}

fn under(pointer: &str, faults: Vec<Fault>) -> Vec<Fault> {
    faults.into_iter().map(|fault| fault.under(pointer)).collect()
}

fn deed_faults(deed: Option<&str>) -> Vec<Fault> {
    deed.map(|deed| under("/deed", text::paragraphs(deed, DEED_MAX_CHARS))).unwrap_or_default()
}

fn short_faults(pointer: &str, value: Option<&str>) -> Vec<Fault> {
    value.map(|value| under(pointer, text::line(value, SHORT_MAX_CHARS))).unwrap_or_default()
}

fn birth_faults(year: Option<i32>, now: DateTime<Utc>) -> Vec<Fault> {
    let fault = year.and_then(|year| birth::check_year(year, now));
    fault.map(|fault| fault.under("/birth_year")).into_iter().collect()
}

fn reach_faults(reach: &Reach, [phone, name, relationship]: [&str; 3]) -> Vec<Fault> {
    let mut faults = Vec::new();
    if reach.phone.as_deref().is_some_and(|number| Phone::parse(number).is_none()) {
        faults.push(Fault::at(phone, Code::Malformed));
    }
    if let Some(text) = &reach.name {
        faults.extend(under(name, person_name::check(text)));
    }
    faults.extend(short_faults(relationship, reach.relationship.as_deref()));
    faults
}

/// A group names its 2 to 50 members, a person none.
fn members_faults(subject: Subject, members: &[String]) -> Vec<Fault> {
    let (least, most, actual) = (*GROUP_MEMBERS.start(), *GROUP_MEMBERS.end(), members.len());
    let mut faults = Vec::new();
    match subject {
        Subject::Individual if actual > 0 => faults.push(Fault::at("/members", Code::Inconsistent)),
        Subject::Group if actual < least => {
            faults.push(Fault::at("/members", Code::TooFew).with("minimum", least).with("actual", actual));
        }
        Subject::Group if actual > most => {
            faults.push(Fault::at("/members", Code::TooMany).with("limit", most).with("actual", actual));
        }
        Subject::Individual | Subject::Group => {}
    }
    for (index, member) in members.iter().enumerate() {
        faults.extend(under(&format!("/members/{index}/name"), person_name::check(member)));
    }
    faults
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn recommendation() -> Recommendation {
        Recommendation {
            category: "dedication".parse().unwrap(),
            name: "张三".to_owned(),
            summary: "三十年如一日为邻里修理家电。".to_owned(),
            deed: None,
            unit_id: Some(OrganizationId(Uuid::from_u128(1))),
            district_id: None,
            channel: None,
            channel_id: None,
            contact: Reach::default(),
            subject: Subject::Individual,
            members: Vec::new(),
            posthumous: false,
            occupation: None,
            gender: None,
            birth_year: None,
            ethnicity: None,
            nominator: None,
        }
    }

    fn places(recommendation: &Recommendation) -> Vec<(String, Code)> {
        let mut faults = recommendation.faults();
        faults.extend(recommendation.faults_today("2026-11-05T02:00:00Z".parse().unwrap()));
        faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    fn at(pointer: &str, code: Code) -> (String, Code) {
        (pointer.to_owned(), code)
    }

    #[test]
    fn little_is_needed_to_recommend() {
        assert_eq!(places(&recommendation()), []);
    }

    #[test]
    fn a_group_has_two_to_fifty_members_and_a_person_none() {
        let group = |members: usize| Recommendation {
            subject: Subject::Group,
            members: vec!["李四".to_owned(); members],
            ..recommendation()
        };
        assert_eq!(places(&group(1)), [at("/members", Code::TooFew)]);
        assert_eq!(places(&group(2)), []);
        assert_eq!(places(&group(50)), []);
        assert_eq!(places(&group(51)), [at("/members", Code::TooMany)]);
        let person = Recommendation { subject: Subject::Individual, ..group(2) };
        assert_eq!(places(&person), [at("/members", Code::Inconsistent)]);
    }

    #[test]
    fn every_fault_is_named_in_its_place() {
        let wrong = Recommendation {
            name: String::new(),
            summary: "好".repeat(141),
            deed: Some("\u{202E}".to_owned()),
            unit_id: None,
            contact: Reach {
                phone: Some("123".to_owned()),
                name: Some("1".to_owned()),
                relationship: Some(String::new()),
            },
            subject: Subject::Group,
            members: vec!["李四".to_owned(), "\u{200B}".to_owned()],
            birth_year: Some(2030),
            nominator: Some(Reach { phone: Some("x".to_owned()), ..Reach::default() }),
            ..recommendation()
        };
        let found: Vec<String> = places(&wrong).into_iter().map(|(pointer, _)| pointer).collect();
        for expected in [
            "/name",
            "/summary",
            "/deed",
            "/members/1/name",
            "/contact_phone",
            "/contact_name",
            "/contact_relationship",
            "/birth_year",
            "/nominator/phone",
            "/unit_id",
        ] {
            assert!(found.iter().any(|pointer| pointer == expected), "{expected} in {found:?}");
        }
    }
}

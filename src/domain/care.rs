//! Care: who looks after an honoree, and how the honoree, or the next of kin, can be called.

use super::{
    fault::{Code, Fault},
    id::{OrganizationId, UserId},
    person_name,
    phone::Phone,
    recommendation::SHORT_MAX_CHARS,
    text,
};

text_enum! {
    /// Whose telephone it is.
    pub enum ContactOf {
        /// The honoree's own.
        Honoree = "honoree",
        /// That of the next of kin.
        NextOfKin = "next_of_kin",
    }
}

text_enum! {
    /// Why an alarm of lost contact is over.
    pub enum ClosedBecause {
        /// The honoree was reached.
        Found = "found",
        /// None of the honours stands any more.
        Revoked = "revoked",
        /// The honoree is one person with another.
        Merged = "merged",
    }
}

/// The most characters of a note.
pub const NOTE_MAX_CHARS: usize = 2000;

/// How somebody can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contact {
    /// Whose telephone it is.
    pub of: ContactOf,
    /// The name of who answers.
    pub name: Option<String>,
    /// The number.
    pub phone: String,
    /// What that person is to the honoree.
    pub relationship: Option<String>,
}

/// What is said of the care for an honoree; it replaces what was said before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Care {
    /// The organization in charge; that of the place where nothing is said.
    pub organization: Option<OrganizationId>,
    /// The responsible account of that organization.
    pub responsible: Option<UserId>,
    /// The responsible person by name, where it is no account.
    pub responsible_name: Option<String>,
    /// The contact: none says nothing of it, so that it stays, as clients see it masked; `Some(None)` takes it away.
    pub contact: Option<Option<Contact>>,
    /// A note.
    pub note: Option<String>,
}

impl Care {
    /// Everything that is wrong with it by itself.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let under = |at: &'static str, faults: Vec<Fault>| faults.into_iter().map(move |fault| fault.under(at));
        let mut faults = Vec::new();
        if let Some(name) = &self.responsible_name {
            if self.responsible.is_some() {
                faults.push(Fault::at("/responsible_name", Code::Inconsistent));
            }
            faults.extend(under("/responsible_name", person_name::check(name)));
        }
        if let Some(Some(contact)) = &self.contact {
            faults.extend(under("/contact", contact.faults()));
        }
        if let Some(note) = &self.note {
            faults.extend(under("/note", text::paragraphs(note, NOTE_MAX_CHARS)));
        }
        faults
    }
}

impl Contact {
    fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if let Some(name) = &self.name {
            faults.extend(person_name::check(name).into_iter().map(|fault| fault.under("/name")));
        }
        if Phone::parse(&self.phone).is_none() {
            faults.push(Fault::at("/phone", Code::Malformed));
        }
        if let Some(relationship) = &self.relationship {
            faults.extend(text::line(relationship, SHORT_MAX_CHARS).into_iter().map(|it| it.under("/relationship")));
        }
        faults
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[test]
    fn every_member_is_checked_at_its_place() {
        let contact = Contact { of: ContactOf::NextOfKin, name: None, phone: "13800005678".into(), relationship: None };
        let care = Care {
            organization: None,
            responsible: None,
            responsible_name: Some("周敏".into()),
            contact: Some(Some(contact.clone())),
            note: None,
        };
        assert_eq!(care.faults(), []);
        let wrong = Care {
            responsible: Some(UserId(Uuid::nil())),
            responsible_name: Some("7".into()),
            contact: Some(Some(Contact {
                name: Some("8".into()),
                phone: "12".into(),
                relationship: Some("\u{200B}".into()),
                ..contact
            })),
            note: Some(" ".into()),
            ..care
        };
        let mut places: Vec<String> = wrong.faults().into_iter().map(|fault| fault.pointer).collect();
        places.dedup();
        let expected = ["/responsible_name", "/contact/name", "/contact/phone", "/contact/relationship", "/note"];
        assert_eq!(places, expected);
    }
}

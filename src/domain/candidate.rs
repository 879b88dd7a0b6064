//! The candidate: a person or group recommended in one cycle and category, with its file and its status.

use chrono::{DateTime, Utc};

use super::{
    category::CategoryCode,
    id::{CandidateId, OrganizationId},
    month::Month,
    stage::StageCode,
};

text_enum! {
    /// Where a candidate stands between the recommendation and the published list.
    pub enum Status {
        /// Recommended; waits for the unit's verification, or for a unit.
        Nominated = "nominated",
        /// Verified by the unit; waits for the district.
        Verified = "verified",
        /// Endorsed by the district; waits for the city.
        Endorsed = "endorsed",
        /// Screened by the city; waits for the forwarding of the cycle.
        Screened = "screened",
        /// Forwarded to the provincial portal; public, and voted for.
        Forwarded = "forwarded",
        /// On the published list.
        Listed = "listed",
        /// Not on the published list.
        NotListed = "not_listed",
        /// Sent back with a reason, to be mended and resubmitted.
        Returned = "returned",
        /// Refused for good, unless the city reinstates it.
        Rejected = "rejected",
        /// Withdrawn by who recommended or carried it, or because the consent was.
        Withdrawn = "withdrawn",
        /// Struck from the published list.
        Revoked = "revoked",
    }
}

impl Status {
    /// Whether the public reads the candidate's page. For `not_listed` this ends 30 days after publication.
    #[must_use]
    pub const fn is_public(self) -> bool {
        match self {
            Self::Forwarded | Self::Listed | Self::NotListed => true,
            Self::Nominated
            | Self::Verified
            | Self::Endorsed
            | Self::Screened
            | Self::Returned
            | Self::Rejected
            | Self::Withdrawn
            | Self::Revoked => false,
        }
    }

    /// Whether the candidate takes one of the district's places of the cycle.
    #[must_use]
    pub const fn counts_for_quota(self) -> bool {
        match self {
            Self::Endorsed | Self::Screened | Self::Forwarded | Self::Listed | Self::NotListed | Self::Revoked => true,
            Self::Nominated | Self::Verified | Self::Returned | Self::Rejected | Self::Withdrawn => false,
        }
    }

    /// Whether something is still to be decided: an organization that carries such a candidate is not moved or closed.
    #[must_use]
    pub const fn is_open(self) -> bool {
        !self.is_final()
    }

    /// Whether the candidate has come to an end, good or not. A rejected one can be reinstated, a listed one revoked.
    #[must_use]
    pub const fn is_final(self) -> bool {
        match self {
            Self::Listed | Self::NotListed | Self::Rejected | Self::Withdrawn | Self::Revoked => true,
            Self::Nominated | Self::Verified | Self::Endorsed | Self::Screened | Self::Forwarded | Self::Returned => {
                false
            }
        }
    }

    /// Whether the materials can be edited: before the verification, and after a return.
    #[must_use]
    pub const fn is_editable(self) -> bool {
        match self {
            Self::Nominated | Self::Returned => true,
            Self::Verified
            | Self::Endorsed
            | Self::Screened
            | Self::Forwarded
            | Self::Listed
            | Self::NotListed
            | Self::Rejected
            | Self::Withdrawn
            | Self::Revoked => false,
        }
    }

    /// The stage whose decision the candidate waits for, if any.
    #[must_use]
    pub const fn stage(self) -> Option<StageCode> {
        match self {
            Self::Nominated => Some(StageCode::UnitVerification),
            Self::Verified => Some(StageCode::DistrictEndorsement),
            Self::Endorsed => Some(StageCode::CityScreening),
            Self::Screened => Some(StageCode::Forwarding),
            Self::Forwarded => Some(StageCode::Listing),
            Self::Listed | Self::NotListed | Self::Returned | Self::Rejected | Self::Withdrawn | Self::Revoked => None,
        }
    }
}

text_enum! {
    /// Who is recommended.
    pub enum Subject {
        /// One person.
        Individual = "individual",
        /// A group of 2 to 50.
        Group = "group",
    }
}

/// How many members a group has, by name.
pub const GROUP_MEMBERS: std::ops::RangeInclusive<usize> = 2..=50;

text_enum! {
    /// By what way the recommendation came.
    pub enum Channel {
        /// This system or a web page.
        Online = "online",
        /// A newspaper, broadcast or their columns.
        Media = "media",
        /// A telephone call.
        Phone = "phone",
        /// A letter.
        Letter = "letter",
        /// Somebody came.
        InPerson = "in_person",
        /// Another way.
        Other = "other",
    }
}

text_enum! {
    /// The sex, when it was given; never a ground to refuse.
    pub enum Gender {
        /// 女.
        Female = "female",
        /// 男.
        Male = "male",
    }
}

text_enum! {
    /// Whether name, deed and photos may be shown where the candidate is public.
    pub enum Visibility {
        /// They may.
        Shown = "shown",
        /// The consent was withdrawn after publication; place, number and category stay.
        Withheld = "withheld",
    }
}

/// A candidate with the file that is judged. Contacts, photos, consent and nominations are kept beside it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Its identifier.
    pub id: CandidateId,
    /// The integer key by which votes name it; never shown.
    pub number: i64,
    /// The cycle in which it runs.
    pub cycle: Month,
    /// The category in which it runs.
    pub category: CategoryCode,
    /// Where it stands.
    pub status: Status,
    /// Whether its name, deed and photos may be shown.
    pub visibility: Visibility,
    /// A person or a group.
    pub subject: Subject,
    /// Whether the person has died.
    pub posthumous: bool,
    /// Name of the person or group.
    pub name: String,
    /// The members of a group, by name; none for an individual.
    pub members: Vec<String>,
    /// Occupation, when given.
    pub occupation: Option<String>,
    /// Sex, when given.
    pub gender: Option<Gender>,
    /// Year of birth, when given.
    pub birth_year: Option<i32>,
    /// Ethnicity, when given.
    pub ethnicity: Option<String>,
    /// The deed in one sentence.
    pub summary: String,
    /// The deed statement.
    pub deed: Option<String>,
    /// The unit that carries it; none while the district's inbox holds it.
    pub unit_id: Option<OrganizationId>,
    /// The district of that unit or inbox; the district whose place it takes from the endorsement on.
    pub district_id: OrganizationId,
    /// By what way the first recommendation came.
    pub channel: Channel,
    /// The furthest status from which it was returned in its present cycle.
    pub returned_from: Option<Status>,
    /// When it came into its status.
    pub status_changed_at: DateTime<Utc>,
    /// When anything of the file last changed: fields, photos, contacts, consent.
    pub materials_changed_at: DateTime<Utc>,
    /// Grows with all that a reviewer judges.
    pub version: i64,
    /// When it was recommended.
    pub created_at: DateTime<Utc>,
    /// When the row last changed.
    pub updated_at: DateTime<Utc>,
}

impl Candidate {
    /// Whether the city returned it in this cycle: it keeps the cycle, and is verified and endorsed again, while the
    /// screening window is open.
    #[must_use]
    pub fn was_returned_by_city(&self) -> bool {
        self.returned_from.is_some_and(|from| from == Status::Endorsed || from == Status::Screened)
    }

    /// Whether anything of the file changed since it came into its status.
    #[must_use]
    pub fn has_changed_since(&self) -> bool {
        self.materials_changed_at > self.status_changed_at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groupings_of_the_statuses() {
        let of = |pick: fn(Status) -> bool| -> Vec<&str> {
            Status::ALL.iter().filter(|status| pick(**status)).map(|status| status.as_str()).collect()
        };
        assert_eq!(of(Status::is_public), ["forwarded", "listed", "not_listed"]);
        assert_eq!(
            of(Status::counts_for_quota),
            ["endorsed", "screened", "forwarded", "listed", "not_listed", "revoked"]
        );
        assert_eq!(of(Status::is_open), ["nominated", "verified", "endorsed", "screened", "forwarded", "returned"]);
        assert_eq!(of(Status::is_final), ["listed", "not_listed", "rejected", "withdrawn", "revoked"]);
        assert_eq!(of(Status::is_editable), ["nominated", "returned"]);
        assert_eq!(of(|it| it.stage().is_some()), ["nominated", "verified", "endorsed", "screened", "forwarded"]);
        assert_eq!(Status::ALL.len(), 11);
    }
}

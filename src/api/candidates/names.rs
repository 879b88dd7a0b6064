//! The candidates' kinds on the wire.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    api::role::mirrored,
    domain::{
        candidate::{Channel, Gender, Subject},
        consent::{ConsentMethod, ConsentScope, GivenBy},
    },
};

mirrored! {
    /// A person or a group of 2 to 50.
    SubjectName = Subject {
        /// One person.
        Individual,
        /// A group.
        Group,
    }
}

mirrored! {
    /// By what way a recommendation came.
    ChannelName = Channel {
        /// This system or a web page.
        Online,
        /// A newspaper, broadcast or their columns.
        Media,
        /// A telephone call.
        Phone,
        /// A letter.
        Letter,
        /// Somebody came.
        InPerson,
        /// Another way.
        Other,
    }
}

mirrored! {
    /// The sex, when it is given.
    GenderName = Gender {
        /// 女.
        Female,
        /// 男.
        Male,
    }
}

mirrored! {
    /// What is consented to.
    ConsentScopeName = ConsentScope {
        /// Name, deed and photos are shown to the public.
        Publication,
        /// The file goes to the provincial portal.
        Forwarding,
    }
}

mirrored! {
    /// How a consent was given.
    ConsentMethodName = ConsentMethod {
        /// A signed paper.
        Paper,
        /// A declaration on a page or in an application.
        Online,
        /// A recorded spoken declaration.
        Recording,
    }
}

/// Who gives a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivenByName {
    /// The candidate.
    #[serde(rename = "self")]
    SelfGiven,
    /// A group's representative.
    Representative,
    /// The next of kin, for the dead.
    NextOfKin,
    /// The guardian, for those under 18.
    Guardian,
}

impl From<GivenBy> for GivenByName {
    fn from(value: GivenBy) -> Self {
        match value {
            GivenBy::SelfGiven => Self::SelfGiven,
            GivenBy::Representative => Self::Representative,
            GivenBy::NextOfKin => Self::NextOfKin,
            GivenBy::Guardian => Self::Guardian,
        }
    }
}

impl From<GivenByName> for GivenBy {
    fn from(value: GivenByName) -> Self {
        match value {
            GivenByName::SelfGiven => Self::SelfGiven,
            GivenByName::Representative => Self::Representative,
            GivenByName::NextOfKin => Self::NextOfKin,
            GivenByName::Guardian => Self::Guardian,
        }
    }
}

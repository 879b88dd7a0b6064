//! Candidates as stored.

use chrono::{DateTime, Utc};
use diesel::{AsChangeset, Insertable, Queryable, Selectable};

use crate::{
    domain::{
        candidate::{Candidate, Channel, Gender, Status, Subject, Visibility},
        category::CategoryCode,
        id::{CandidateId, HonoreeId, OrganizationId},
        month::Month,
    },
    storage::{
        schema::candidates,
        sql_values::{At, Stored},
    },
};

/// All columns that the domain knows.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = candidates)]
pub struct CandidateRow {
    number: i64,
    id: CandidateId,
    cycle: Month,
    category: CategoryCode,
    status: Status,
    visibility: Visibility,
    subject: Subject,
    posthumous: bool,
    name: String,
    members: Stored<Vec<String>>,
    occupation: Option<String>,
    gender: Option<Gender>,
    birth_year: Option<i32>,
    ethnicity: Option<String>,
    summary: String,
    unit_id: Option<OrganizationId>,
    district_id: OrganizationId,
    channel: Channel,
    returned_from: Option<Status>,
    status_changed_at: DateTime<Utc>,
    materials_changed_at: DateTime<Utc>,
    version: i64,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl CandidateRow {
    /// The candidate, with the deed of the other table.
    pub fn into_domain(self, deed: Option<String>) -> Candidate {
        Candidate {
            id: self.id,
            number: self.number,
            cycle: self.cycle,
            category: self.category,
            status: self.status,
            visibility: self.visibility,
            subject: self.subject,
            posthumous: self.posthumous,
            name: self.name,
            members: self.members.0,
            occupation: self.occupation,
            gender: self.gender,
            birth_year: self.birth_year,
            ethnicity: self.ethnicity,
            summary: self.summary,
            deed,
            unit_id: self.unit_id,
            district_id: self.district_id,
            channel: self.channel,
            returned_from: self.returned_from,
            status_changed_at: self.status_changed_at,
            materials_changed_at: self.materials_changed_at,
            version: self.version,
            created_at: self.created_at,
            updated_at: self.updated_at,
        }
    }
}

/// A candidate to be inserted; the number comes from the database.
#[derive(Debug, Insertable)]
#[diesel(table_name = candidates, treat_none_as_default_value = false)]
pub struct NewCandidateRow {
    id: CandidateId,
    cycle: Month,
    category: CategoryCode,
    status: Status,
    visibility: Visibility,
    subject: Subject,
    posthumous: bool,
    name: String,
    name_folded: String,
    members: Stored<Vec<String>>,
    occupation: Option<String>,
    gender: Option<Gender>,
    birth_year: Option<i32>,
    ethnicity: Option<String>,
    summary: String,
    unit_id: Option<OrganizationId>,
    district_id: OrganizationId,
    channel: Channel,
    returned_from: Option<Status>,
    status_changed_at: At,
    materials_changed_at: At,
    version: i64,
    created_at: At,
    updated_at: At,
    latest_cycle: Month,
}

impl From<&Candidate> for NewCandidateRow {
    fn from(candidate: &Candidate) -> Self {
        Self {
            id: candidate.id,
            cycle: candidate.cycle,
            category: candidate.category.clone(),
            status: candidate.status,
            visibility: candidate.visibility,
            subject: candidate.subject,
            posthumous: candidate.posthumous,
            name: candidate.name.clone(),
            name_folded: super::folded(&candidate.name),
            members: Stored(candidate.members.clone()),
            occupation: candidate.occupation.clone(),
            gender: candidate.gender,
            birth_year: candidate.birth_year,
            ethnicity: candidate.ethnicity.clone(),
            summary: candidate.summary.clone(),
            unit_id: candidate.unit_id,
            district_id: candidate.district_id,
            channel: candidate.channel,
            returned_from: candidate.returned_from,
            status_changed_at: At(candidate.status_changed_at),
            materials_changed_at: At(candidate.materials_changed_at),
            version: candidate.version,
            created_at: At(candidate.created_at),
            updated_at: At(candidate.updated_at),
            latest_cycle: candidate.cycle,
        }
    }
}

/// What a change of a candidate may set. `None` stays, `Some(None)` takes away. The version rises by itself.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = candidates)]
pub struct CandidateChange {
    /// The cycle in which it runs.
    pub cycle: Option<Month>,
    /// The category in which it runs.
    pub category: Option<CategoryCode>,
    /// Where it stands; set `status_changed_at` with it.
    pub status: Option<Status>,
    /// Whether it may be shown.
    pub visibility: Option<Visibility>,
    /// Why it is withheld.
    pub withheld_reason: Option<Option<String>>,
    /// Since when it is withheld.
    pub withheld_at: Option<Option<At>>,
    /// A person or a group.
    pub subject: Option<Subject>,
    /// Whether the person has died.
    pub posthumous: Option<bool>,
    /// Name of the person or group; set through [`CandidateChange::set_name`].
    pub name: Option<String>,
    /// The name in the form in which it is searched.
    pub name_folded: Option<String>,
    /// The members of a group.
    pub members: Option<Stored<Vec<String>>>,
    /// Occupation.
    pub occupation: Option<Option<String>>,
    /// Sex.
    pub gender: Option<Option<Gender>>,
    /// Year of birth.
    pub birth_year: Option<Option<i32>>,
    /// Ethnicity.
    pub ethnicity: Option<Option<String>>,
    /// The deed in one sentence.
    pub summary: Option<String>,
    /// The unit that carries it.
    pub unit_id: Option<Option<OrganizationId>>,
    /// The district of unit or inbox.
    pub district_id: Option<OrganizationId>,
    /// The furthest status from which it was returned in its cycle.
    pub returned_from: Option<Option<Status>>,
    /// The honoree it is linked to.
    pub honoree_id: Option<Option<HonoreeId>>,
    /// When it came into its status.
    pub status_changed_at: Option<At>,
    /// When anything of the file changed.
    pub materials_changed_at: Option<At>,
}

impl CandidateChange {
    /// Whether the candidate may be counted elsewhere afterwards. (A new status comes with a step, which is counted.)
    pub(super) const fn moves_counts(&self) -> bool {
        self.cycle.is_some() || self.category.is_some() || self.unit_id.is_some() || self.district_id.is_some()
    }

    /// A new name, with the form in which it is searched.
    pub fn set_name(&mut self, name: String) {
        self.name_folded = Some(super::folded(&name));
        self.name = Some(name);
    }
}

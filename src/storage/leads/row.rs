//! Leads as stored.

use chrono::{DateTime, Utc};
use diesel::{Insertable, Queryable, Selectable};

use crate::{
    domain::{
        candidate::Channel,
        id::{CandidateId, ChannelId, LeadId, NominationId, OrganizationId, UserId},
        lead::{Lead, LeadStatus, Parsed},
        month::Month,
    },
    storage::{
        schema::leads,
        sql_values::{At, Stored},
    },
};

/// A lead to be inserted.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = leads, treat_none_as_default_value = false)]
pub struct NewLead {
    /// Its id.
    pub id: LeadId,
    /// Starts received.
    pub status: LeadStatus,
    /// By what way it came.
    pub channel: Channel,
    /// Through which channel in use.
    pub channel_id: Option<ChannelId>,
    /// Who is to deal with it.
    pub organization_id: Option<OrganizationId>,
    /// The cycle that takes nominations.
    pub cycle: Month,
    /// What came in.
    pub text: String,
    /// What could be read from it.
    pub parsed: Stored<Parsed>,
    /// The reporter's account.
    pub user_id: Option<UserId>,
    /// Who typed it in for somebody else.
    pub operator_id: Option<UserId>,
    /// Digest of the tracking code of a reporter without an account.
    pub tracking_digest: Option<Vec<u8>>,
    /// The reporter's name, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub name_masked: Option<String>,
    /// The reporter's telephone number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub phone_masked: Option<String>,
    /// Its blind index.
    pub phone_index: Option<Vec<u8>>,
    /// Starts at 1.
    pub version: i64,
    /// Campaign time.
    pub created_at: At,
    /// The same.
    pub updated_at: At,
}

/// How the reporter of a lead can be reached, and by what code the reporter follows it.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = leads)]
pub struct Reporter {
    /// The lead.
    pub id: LeadId,
    /// Digest of the tracking code.
    pub tracking_digest: Option<Vec<u8>>,
    /// The name, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub name_masked: Option<String>,
    /// The telephone number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub phone_masked: Option<String>,
}

impl Reporter {
    /// Whether anything is known of who reported.
    #[must_use]
    pub fn is_known(&self) -> bool {
        self.name_masked.is_some() || self.phone_masked.is_some()
    }
}

/// The columns that the domain knows.
#[derive(Queryable, Selectable)]
#[diesel(table_name = leads)]
pub(super) struct LeadRow {
    id: LeadId,
    status: LeadStatus,
    channel: Channel,
    channel_id: Option<ChannelId>,
    organization_id: Option<OrganizationId>,
    assignment_reason: Option<String>,
    cycle: Month,
    text: Option<String>,
    parsed: Option<Stored<Parsed>>,
    user_id: Option<UserId>,
    operator_id: Option<UserId>,
    candidate_id: Option<CandidateId>,
    nomination_id: Option<NominationId>,
    reason: Option<String>,
    decided_by: Option<UserId>,
    decided_at: Option<DateTime<Utc>>,
    erased_at: Option<DateTime<Utc>>,
    version: i64,
    created_at: DateTime<Utc>,
}

impl From<LeadRow> for Lead {
    fn from(row: LeadRow) -> Self {
        Self {
            id: row.id,
            status: row.status,
            channel: row.channel,
            channel_id: row.channel_id,
            organization_id: row.organization_id,
            assignment_reason: row.assignment_reason,
            cycle: row.cycle,
            text: row.text,
            parsed: row.parsed.map(|parsed| parsed.0),
            user_id: row.user_id,
            operator_id: row.operator_id,
            candidate_id: row.candidate_id,
            nomination_id: row.nomination_id,
            reason: row.reason,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            erased_at: row.erased_at,
            version: row.version,
            created_at: row.created_at,
        }
    }
}

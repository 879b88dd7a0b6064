//! Leads as clients see them.

use actix_web::http::StatusCode;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    api::{
        answer::{Answer, representations},
        candidates::names::ChannelName,
        problem::Problem,
        role::mirrored,
    },
    domain::lead::{LeadStatus, Parsed},
    service::leads::{read::LeadFile, receive::Received},
};

mirrored! {
    /// How a lead stands.
    LeadStatusName = LeadStatus {
        /// It waits to be dealt with.
        Received,
        /// A candidate, or a further nomination of one, came of it.
        Promoted,
        /// Nothing comes of it; what it says of anybody is erased after some time.
        Dismissed,
    }
}

/// What the sender of a lead is told.
#[derive(Serialize, ToSchema)]
pub struct LeadReceived {
    /// Its id.
    pub id: Uuid,
    /// How it stands.
    pub status: LeadStatusName,
    /// By what way it came.
    pub channel: ChannelName,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// By this code the reporter without an account follows the nomination that comes of it; shown once. Staff hand it
    /// on to the one for whom they type.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false, examples("7KQM-3XWD-PR9T-H4VA"))]
    pub tracking_code: Option<String>,
}

impl LeadReceived {
    /// 201.
    pub fn answer(received: Received) -> Result<Answer, Problem> {
        let shown = Self {
            id: received.lead.id.into(),
            status: LeadStatusName::Received,
            channel: received.lead.channel.into(),
            created_at: received.lead.created_at,
            tracking_code: received.tracking_code.map(|code| code.to_string()),
        };
        Ok(Answer::plain(&shown)?.with_status(StatusCode::CREATED))
    }
}

/// What could be read from a lead's text; null where it could not, and stays in the text.
#[derive(Serialize, ToSchema)]
pub struct ParsedLead {
    /// Who is recommended.
    #[schema(examples("张三"))]
    pub name: Option<String>,
    /// Where that person lives or works, as written.
    #[schema(examples("江汉区"))]
    pub place: Option<String>,
    /// The category's code.
    #[schema(examples("helping_others"))]
    pub category: Option<String>,
    /// The deed in one sentence.
    pub summary: Option<String>,
    /// The unit of that place, where there is no doubt.
    pub unit_id: Option<Uuid>,
    /// Its district, likewise.
    pub district_id: Option<Uuid>,
}

impl From<Parsed> for ParsedLead {
    fn from(parsed: Parsed) -> Self {
        Self {
            name: parsed.name,
            place: parsed.place,
            category: parsed.category.map(|code| code.to_string()),
            summary: parsed.summary,
            unit_id: parsed.unit_id.map(Into::into),
            district_id: parsed.district_id.map(Into::into),
        }
    }
}

/// Who reported, masked.
#[derive(Serialize, ToSchema)]
pub struct MaskedReporter {
    /// The name, masked.
    #[schema(examples("王*"))]
    pub name: Option<String>,
    /// The number, masked.
    #[schema(examples("139****1234"))]
    pub phone: Option<String>,
}

/// A lead, for who deals with it.
#[derive(Serialize, ToSchema)]
pub struct Lead {
    /// Its id.
    pub id: Uuid,
    /// How it stands.
    pub status: LeadStatusName,
    /// By what way it came.
    pub channel: ChannelName,
    /// Through which channel in use.
    pub channel_id: Option<Uuid>,
    /// The channel's name.
    pub channel_name: Option<String>,
    /// Who is to deal with it; null is the city.
    pub organization_id: Option<Uuid>,
    /// That organization's name.
    pub organization_name: Option<String>,
    /// Why it was last given to another one.
    pub assignment_reason: Option<String>,
    /// The cycle that took nominations when it came in.
    #[schema(examples("2026-11"))]
    pub cycle: String,
    /// What came in, as it came; null once it is erased.
    pub text: Option<String>,
    /// What could be read from it; null once it is erased.
    pub parsed: Option<ParsedLead>,
    /// Who reported, masked; null where nobody is known.
    pub reporter: Option<MaskedReporter>,
    /// Whether the reporter has an account and follows what comes of it by that.
    pub has_account: bool,
    /// Who typed it in for somebody else.
    pub operator_id: Option<Uuid>,
    /// The candidate that came of it.
    pub candidate_id: Option<Uuid>,
    /// The nomination that it became.
    pub nomination_id: Option<Uuid>,
    /// Why it was dismissed; null once it is erased.
    pub reason: Option<String>,
    /// Who promoted or dismissed it.
    pub decided_by: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// When text and reporter of the dismissed one were erased.
    pub erased_at: Option<DateTime<Utc>>,
    /// When it came in.
    pub created_at: DateTime<Utc>,
    /// The version seen.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Lead);

impl From<LeadFile> for Lead {
    fn from(LeadFile { lead, reporter, organization_name, channel_name }: LeadFile) -> Self {
        Self {
            id: lead.id.into(),
            status: lead.status.into(),
            channel: lead.channel.into(),
            channel_id: lead.channel_id.map(Into::into),
            channel_name,
            organization_id: lead.organization_id.map(Into::into),
            organization_name,
            assignment_reason: lead.assignment_reason,
            cycle: lead.cycle.to_string(),
            text: lead.text,
            parsed: lead.parsed.map(Into::into),
            reporter: reporter.map(|known| MaskedReporter { name: known.name_masked, phone: known.phone_masked }),
            has_account: lead.user_id.is_some(),
            operator_id: lead.operator_id.map(Into::into),
            candidate_id: lead.candidate_id.map(Into::into),
            nomination_id: lead.nomination_id.map(Into::into),
            reason: lead.reason,
            decided_by: lead.decided_by.map(Into::into),
            decided_at: lead.decided_at,
            erased_at: lead.erased_at,
            created_at: lead.created_at,
            etag: String::new(),
            version: lead.version,
        }
    }
}

impl Lead {
    /// 201: something was done to it.
    pub fn answer(file: LeadFile) -> Result<Answer, Problem> {
        Ok(Answer::of(Self::from(file))?.with_status(StatusCode::CREATED))
    }
}

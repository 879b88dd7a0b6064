//! Assistance as clients send and see it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        answer::representations, judged::to_validation, organizations::wire::OrganizationKind, reviews::wire::spoken,
        role::mirrored,
    },
    domain::{
        aftercare::ledger::{Line, Sum},
        assistance::{AssistanceKind, AssistanceStatus, FundSource, Proposal},
    },
    service::aftercare::{
        ledger::{ShownAssistance, Totals},
        steps::HandoverInput,
    },
    storage::assistance::ReceiptRow,
};

mirrored! {
    /// What is given.
    AssistanceKindName = AssistanceKind {
        /// 慰问金.
        Money,
        /// 慰问品.
        Goods,
        /// 医疗救助.
        Medical,
        /// 助学.
        Education,
        /// 就业帮扶.
        Employment,
        /// 法律援助.
        Legal,
        /// Anything else.
        Other,
    }
}

mirrored! {
    /// Where the money comes from.
    FundSourceName = FundSource {
        /// 财政资金.
        Fiscal,
        /// 道德模范帮扶基金.
        MoralModelFund,
        /// 社会捐助.
        Donation,
        /// Anything else, which `fund_detail` names.
        Other,
    }
}

mirrored! {
    /// How an entry stands.
    AssistanceStatusName = AssistanceStatus {
        /// Waits for another person's approval.
        Proposed,
        /// To be handed over.
        Approved,
        /// Not approved.
        Declined,
        /// Taken back before anything was given.
        Withdrawn,
        /// Handed over; or a counter-entry to one that was.
        Given,
    }
}

/// Assistance to be proposed.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposeAssistanceRequest {
    /// What.
    pub kind: AssistanceKindName,
    /// In fen; of goods and services their value.
    #[schema(minimum = 0, maximum = 1_000_000_000, examples(50_000))]
    pub amount_fen: i64,
    /// Where the money comes from.
    pub fund_source: FundSourceName,
    /// The source by name; needed with `other`.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("区慈善总会"))]
    pub fund_detail: Option<String>,
    /// What for. Kept encrypted.
    #[schema(min_length = 1, max_length = 2000, examples("春节慰问，用于补贴医药费。"))]
    pub purpose: String,
}

impl ProposeAssistanceRequest {
    /// The proposal as the domain judges it.
    #[must_use]
    pub fn proposal(&self) -> Proposal {
        Proposal {
            kind: self.kind.into(),
            amount_fen: self.amount_fen,
            fund_source: self.fund_source.into(),
            fund_detail: self.fund_detail.clone(),
            purpose: self.purpose.clone(),
        }
    }
}

impl Validate for ProposeAssistanceRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.proposal().faults())
    }
}

/// A decision on a proposal.
#[derive(Deserialize, ToSchema, Validate)]
#[serde(deny_unknown_fields)]
pub struct DecideAssistanceRequest {
    /// Whether it is approved.
    pub approved: bool,
    /// Why.
    #[schema(min_length = 1, max_length = 2000, examples("情况属实，同意。"))]
    #[validate(custom(function = spoken))]
    pub reason: String,
}

/// That something was handed over.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct HandoverRequest {
    /// The name of who handed it over.
    #[schema(min_length = 1, max_length = 100, examples("周敏"))]
    pub given_by: String,
    /// On which day; between the approval and today.
    #[schema(examples("2026-11-05"))]
    pub given_on: NaiveDate,
    /// The name of who received it, where it was not the honoree. Kept encrypted.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("王芳"))]
    pub received_by: Option<String>,
}

impl HandoverRequest {
    /// As the use case takes it.
    #[must_use]
    pub fn input(&self) -> HandoverInput {
        HandoverInput {
            given_by: self.given_by.clone(),
            given_on: self.given_on,
            received_by: self.received_by.clone(),
        }
    }
}

impl Validate for HandoverRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.input().faults())
    }
}

/// A receipt.
#[derive(Serialize, ToSchema)]
pub struct Receipt {
    /// Its id.
    pub id: Uuid,
    /// Of which entry.
    pub assistance_id: Uuid,
    /// Where it is read.
    #[schema(examples("/api/v1/attachments/0192f1c5-7a00-7000-8000-000000000001"))]
    pub url: String,
    /// Its type.
    #[schema(examples("application/pdf"))]
    pub media_type: String,
    /// Bytes as stored.
    pub byte_size: i32,
    /// Who sent it.
    pub uploaded_by: Uuid,
    /// When it was sent.
    pub created_at: DateTime<Utc>,
}

impl From<ReceiptRow> for Receipt {
    fn from(row: ReceiptRow) -> Self {
        Self {
            id: row.id.into(),
            assistance_id: row.assistance_id.into(),
            url: format!("/api/v1/attachments/{}", row.id),
            media_type: row.media_type.as_str().to_owned(),
            byte_size: row.byte_size,
            uploaded_by: row.uploaded_by.into(),
            created_at: row.created_at.0,
        }
    }
}

/// An entry of the ledger of assistance.
#[derive(Serialize, ToSchema)]
pub struct Assistance {
    /// Its id.
    pub id: Uuid,
    /// To whom.
    pub honoree_id: Uuid,
    /// The organization that was in charge at the proposal.
    pub organization_id: Uuid,
    /// What.
    pub kind: AssistanceKindName,
    /// In fen; negative in a counter-entry.
    pub amount_fen: i64,
    /// Where the money comes from.
    pub fund_source: FundSourceName,
    /// The source by name.
    pub fund_detail: Option<String>,
    /// What for; null in lists. It tells of a hardship: reading one entry is audited.
    pub purpose: Option<String>,
    /// How it stands.
    pub status: AssistanceStatusName,
    /// The day on which it counts: of the proposal, once given of the handing over.
    pub booked_on: NaiveDate,
    /// Who proposed it.
    pub proposed_by: Uuid,
    /// In whose place, under a delegation.
    pub proposed_on_behalf_of: Option<Uuid>,
    /// Who decided.
    pub decided_by: Option<Uuid>,
    /// In whose place, under a delegation.
    pub decided_on_behalf_of: Option<Uuid>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Who took it back before it was given.
    pub withdrawn_by: Option<Uuid>,
    /// In whose place, under a delegation.
    pub withdrawn_on_behalf_of: Option<Uuid>,
    /// When.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Why.
    pub withdrawn_reason: Option<String>,
    /// The name of who handed it over.
    pub given_by: Option<String>,
    /// The name of who received it, where it was not the honoree; null in lists.
    pub received_by: Option<String>,
    /// Who entered that.
    pub handed_over_by: Option<Uuid>,
    /// In whose place, under a delegation.
    pub handed_over_on_behalf_of: Option<Uuid>,
    /// When that was entered.
    pub handed_over_at: Option<DateTime<Utc>>,
    /// The entry that this counter-entry takes back.
    pub reverses_id: Option<Uuid>,
    /// The counter-entry that has taken this one back.
    pub reversed_by_id: Option<Uuid>,
    /// Its receipts.
    pub receipts: Vec<Receipt>,
    /// When it was proposed.
    pub created_at: DateTime<Utc>,
    /// The version seen.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Assistance);

impl From<ShownAssistance> for Assistance {
    fn from(shown: ShownAssistance) -> Self {
        let row = shown.row;
        Self {
            id: row.id.into(),
            honoree_id: row.honoree_id.into(),
            organization_id: row.organization_id.into(),
            kind: row.kind.into(),
            amount_fen: row.amount_fen,
            fund_source: row.fund_source.into(),
            fund_detail: row.fund_detail,
            purpose: shown.purpose.map(|purpose| purpose.as_str().to_owned()),
            status: row.status.into(),
            booked_on: row.booked_on.0,
            proposed_by: row.proposed_by.into(),
            proposed_on_behalf_of: row.proposed_on_behalf_of.map(Into::into),
            decided_by: row.decided_by.map(Into::into),
            decided_on_behalf_of: row.decided_on_behalf_of.map(Into::into),
            decided_at: row.decided_at.map(|at| at.0),
            decision_reason: row.decision_reason,
            withdrawn_by: row.withdrawn_by.map(Into::into),
            withdrawn_on_behalf_of: row.withdrawn_on_behalf_of.map(Into::into),
            withdrawn_at: row.withdrawn_at.map(|at| at.0),
            withdrawn_reason: row.withdrawn_reason,
            given_by: row.given_by,
            received_by: shown.received_by.map(|name| name.as_str().to_owned()),
            handed_over_by: row.handed_over_by.map(Into::into),
            handed_over_on_behalf_of: row.handed_over_on_behalf_of.map(Into::into),
            handed_over_at: row.handed_over_at.map(|at| at.0),
            reverses_id: row.reverses_id.map(Into::into),
            reversed_by_id: shown.reversed_by.map(Into::into),
            receipts: shown.receipts.into_iter().map(Into::into).collect(),
            created_at: row.created_at.0,
            etag: String::new(),
            version: row.version,
        }
    }
}

/// Entries, and what they amount to.
#[derive(Serialize, ToSchema)]
pub struct AssistanceSum {
    /// How many, counter-entries among them.
    pub entries: i64,
    /// In fen, counter-entries subtracted.
    pub amount_fen: i64,
}

impl From<Sum> for AssistanceSum {
    fn from(sum: Sum) -> Self {
        Self { entries: sum.entries, amount_fen: sum.amount_fen }
    }
}

/// What was given of one kind.
#[derive(Serialize, ToSchema)]
pub struct KindSum {
    /// The kind.
    pub kind: AssistanceKindName,
    /// How much.
    pub sum: AssistanceSum,
}

/// What was given from one source.
#[derive(Serialize, ToSchema)]
pub struct SourceSum {
    /// The source.
    pub fund_source: FundSourceName,
    /// How much.
    pub sum: AssistanceSum,
}

/// What was given by one organization.
#[derive(Serialize, ToSchema)]
pub struct OrganizationSum {
    /// The organization.
    pub organization_id: Uuid,
    /// Its name.
    pub name: String,
    /// City, district or unit.
    pub kind: OrganizationKind,
    /// Its own.
    pub own: AssistanceSum,
    /// Its own and all below it.
    pub total: AssistanceSum,
}

impl From<Line<Sum>> for OrganizationSum {
    fn from(line: Line<Sum>) -> Self {
        Self {
            organization_id: line.node.id.into(),
            name: line.node.name,
            kind: line.node.kind.into(),
            own: line.own.into(),
            total: line.total.into(),
        }
    }
}

/// What was given. Kinds, sources and the organizations' own sums each add up to the total.
#[derive(Serialize, ToSchema)]
pub struct AssistanceTotals {
    /// All of it.
    pub total: AssistanceSum,
    /// By kind; those that occur.
    pub kinds: Vec<KindSum>,
    /// By source of funds; those that occur.
    pub sources: Vec<SourceSum>,
    /// By organization, in the order of the tree; those that have something.
    pub organizations: Vec<OrganizationSum>,
}

impl From<Totals> for AssistanceTotals {
    fn from(totals: Totals) -> Self {
        let kind = |(kind, sum): (AssistanceKind, Sum)| KindSum { kind: kind.into(), sum: sum.into() };
        let source = |(source, sum): (FundSource, Sum)| SourceSum { fund_source: source.into(), sum: sum.into() };
        Self {
            total: totals.all.into(),
            kinds: totals.kinds.into_iter().map(kind).collect(),
            sources: totals.sources.into_iter().map(source).collect(),
            organizations: totals.organizations.into_iter().map(Into::into).collect(),
        }
    }
}

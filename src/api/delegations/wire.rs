//! Delegations as clients see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        answer::representations,
        judged::to_validation,
        role::{RoleName, mirrored},
    },
    domain::delegation::DelegationStatus,
    service::delegations::{Eligible, NewDelegation, Shown, input_faults, reason_faults},
};

mirrored! {
    /// How a delegation stands, by its days and whether it was revoked.
    DelegationStatusName = DelegationStatus {
        /// Its first day has not come.
        Scheduled,
        /// Today is one of its days.
        InForce,
        /// Its last day has passed.
        Ended,
        /// It was taken back or declined.
        Revoked,
    }
}

/// That somebody stands in for somebody else for a time.
#[derive(Serialize, ToSchema)]
pub struct Delegation {
    /// Its id, to be sent as `Acting-For`.
    pub id: Uuid,
    /// Who is away.
    pub delegator_id: Uuid,
    /// The name shown of who is away.
    #[schema(examples("周敏"))]
    pub delegator_name: String,
    /// The role in which the delegate stands in.
    pub role: RoleName,
    /// The organization for which the delegate stands in.
    pub organization_id: Uuid,
    /// Its name.
    #[schema(examples("江汉区政务服务中心"))]
    pub organization_name: String,
    /// Who stands in.
    pub delegate_id: Uuid,
    /// The name shown of who stands in.
    #[schema(examples("王芳"))]
    pub delegate_name: String,
    /// The first day.
    #[schema(examples("2026-11-05"))]
    pub from: NaiveDate,
    /// The last day.
    #[schema(examples("2026-11-10"))]
    pub to: NaiveDate,
    /// Why.
    #[schema(examples("外出学习。"))]
    pub reason: String,
    /// How it stands.
    pub status: DelegationStatusName,
    /// Who entered it: the delegator or an administrator.
    pub entered_by: Uuid,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// Who took it back or declined it.
    pub revoked_by: Option<Uuid>,
    /// When.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Why, where that was said.
    pub revoked_reason: Option<String>,
    /// Grows with each change.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Delegation);

impl From<Shown> for Delegation {
    fn from(shown: Shown) -> Self {
        let (delegation, (from, to)) = (shown.delegation, shown.days);
        let revocation = delegation.revocation.as_ref();
        Self {
            id: delegation.id.into(),
            delegator_id: delegation.delegator.into(),
            delegator_name: shown.delegator_name,
            role: delegation.delegator_post.role.into(),
            organization_id: delegation.delegator_post.organization.into(),
            organization_name: shown.organization_name,
            delegate_id: delegation.delegate.into(),
            delegate_name: shown.delegate_name,
            from,
            to,
            reason: delegation.reason.clone(),
            status: shown.status.into(),
            entered_by: delegation.entered_by.into(),
            created_at: delegation.created_at,
            revoked_by: revocation.map(|revocation| revocation.by.into()),
            revoked_at: revocation.map(|revocation| revocation.at),
            revoked_reason: revocation.and_then(|revocation| revocation.reason.clone()),
            etag: String::new(),
            version: delegation.version,
        }
    }
}

/// A delegation to be entered.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CreateDelegationRequest {
    /// Who is away; for administrators, who enter one for somebody. A reviewer's own account where nobody is named.
    #[serde(default)]
    pub delegator_id: Option<Uuid>,
    /// Who stands in (`GET /delegates`).
    pub delegate_id: Uuid,
    /// The first day, yesterday at the earliest.
    #[schema(examples("2026-11-05"))]
    pub from: NaiveDate,
    /// The last day; at most 92 days in all.
    #[schema(examples("2026-11-10"))]
    pub to: NaiveDate,
    /// Why.
    #[schema(min_length = 1, max_length = 500, examples("外出学习。"))]
    pub reason: String,
}

impl From<CreateDelegationRequest> for NewDelegation {
    fn from(input: CreateDelegationRequest) -> Self {
        Self {
            delegator: input.delegator_id.map(Into::into),
            delegate: input.delegate_id.into(),
            days: (input.from, input.to),
            reason: input.reason,
        }
    }
}

impl Validate for CreateDelegationRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(input_faults(&self.clone().into()))
    }
}

/// The end of a delegation.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RevokeDelegationRequest {
    /// Why.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 500, examples("提前返岗。"))]
    pub reason: Option<String>,
}

impl Validate for RevokeDelegationRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.reason.as_deref().map(reason_faults).unwrap_or_default())
    }
}

/// A reviewer who may stand in.
#[derive(Serialize, ToSchema)]
pub struct Delegate {
    /// The account.
    pub id: Uuid,
    /// The name shown.
    #[schema(examples("王芳"))]
    pub name: String,
    /// The account's own role.
    pub role: RoleName,
    /// Where it serves.
    pub organization_id: Uuid,
    /// That organization's name.
    pub organization_name: String,
}

impl From<Eligible> for Delegate {
    fn from(eligible: Eligible) -> Self {
        let (organization, organization_name) = eligible.organization;
        Self {
            id: eligible.id.into(),
            name: eligible.name,
            role: eligible.role.into(),
            organization_id: organization.into(),
            organization_name,
        }
    }
}

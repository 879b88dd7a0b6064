//! The care for an honoree as clients send and see it.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
use validator::{Validate, ValidationErrors};

use super::contact::ContactView;
use crate::{
    api::{answer::representations, cycles::policy::FestivalName, judged::to_validation, patch::Patch, role::mirrored},
    domain::{
        aftercare::plan::DueReason,
        care::{self, ContactOf},
    },
    service::aftercare::care::{ClearContact, ShownCare},
    storage::care::CareTermRow,
};

mirrored! {
    /// Whose telephone it is.
    ContactOfName = ContactOf {
        /// The honoree's own.
        Honoree,
        /// That of the next of kin.
        NextOfKin,
    }
}

mirrored! {
    /// Why a visit is due.
    DueReasonName = DueReason {
        /// It is long enough since the honoree was last reached, or honoured.
        Interval,
        /// A festival comes.
        Festival,
        /// The last visit has left a day.
        Agreed,
    }
}

/// How an honoree can be called.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CareContactInput {
    /// Whose telephone it is.
    pub of: ContactOfName,
    /// The name of who answers. Kept encrypted.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("王芳"))]
    pub name: Option<String>,
    /// The number: a Chinese mobile or landline one. Kept encrypted.
    #[schema(min_length = 1, max_length = 40, examples("13800005678"))]
    pub phone: String,
    /// What that person is to the honoree.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 64, examples("女儿"))]
    pub relationship: Option<String>,
}

/// Who is to look after an honoree. Replaces what was said before, the contact alone excepted.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReplaceCareRequest {
    /// The organization in charge, within the caller's subtree: the present one stays, another one is handed the care. Left
    /// out, or null: the unit of the honoree, or the district where it has none that is open.
    #[serde(default)]
    pub organization_id: Option<Uuid>,
    /// The responsible account: of a reviewer at that organization.
    #[serde(default)]
    pub responsible_id: Option<Uuid>,
    /// The responsible person by name, where it is no account.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 100, examples("周敏"))]
    pub responsible_name: Option<String>,
    /// How the honoree can be called. As answers show it masked, it stays when it is left out; null takes it away.
    #[serde(default)]
    #[schema(value_type = Option<CareContactInput>)]
    pub contact: Patch<CareContactInput>,
    /// A note. Kept encrypted.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 2000, examples("宜在周末联系。"))]
    pub note: Option<String>,
}

impl ReplaceCareRequest {
    /// The care as the domain judges it.
    #[must_use]
    pub fn care(&self) -> care::Care {
        let contact = |input: CareContactInput| care::Contact {
            of: input.of.into(),
            name: input.name,
            phone: input.phone,
            relationship: input.relationship,
        };
        care::Care {
            organization: self.organization_id.map(Into::into),
            responsible: self.responsible_id.map(Into::into),
            responsible_name: self.responsible_name.clone(),
            contact: self.contact.clone().nullable().map(|input| input.map(contact)),
            note: self.note.clone(),
        }
    }
}

impl Validate for ReplaceCareRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.care().faults())
    }
}

/// How an honoree can be called, masked.
#[derive(Serialize, ToSchema)]
pub struct MaskedCareContact {
    /// Whose telephone it is.
    pub of: ContactOfName,
    /// The name of who answers, masked.
    #[schema(examples("王*"))]
    pub name: Option<String>,
    /// The number, masked.
    #[schema(examples("138****5678"))]
    pub phone: Option<String>,
    /// What that person is to the honoree.
    pub relationship: Option<String>,
}

/// What is due next.
#[derive(Serialize, ToSchema)]
pub struct VisitPlan {
    /// By when; null where nothing is due any more.
    pub due_on: Option<NaiveDate>,
    /// Why.
    pub reason: Option<DueReasonName>,
    /// For which festival, where it falls on one.
    pub festival: Option<FestivalName>,
    /// When the honoree was last reached.
    pub last_reached_on: Option<NaiveDate>,
}

/// Who looks after an honoree.
#[derive(Serialize, ToSchema)]
pub struct Care {
    /// Whose.
    pub honoree_id: Uuid,
    /// The organization in charge.
    pub organization_id: Option<Uuid>,
    /// Its name.
    pub organization_name: Option<String>,
    /// Whether the care was handed to it, rather than following from the honoree's place.
    pub handed_over: bool,
    /// The responsible account.
    pub responsible_id: Option<Uuid>,
    /// The responsible person by name.
    pub responsible_name: Option<String>,
    /// How the honoree can be called, masked; in full at `/honorees/{id}/care/contact`.
    pub contact: Option<MaskedCareContact>,
    /// A note.
    pub note: Option<String>,
    /// What is due next.
    pub plan: VisitPlan,
    /// Whether the honoree can be reached.
    pub reachable: ContactView,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(Care);

impl From<ShownCare> for Care {
    fn from(shown: ShownCare) -> Self {
        let care = shown.care;
        let contact = care.contact_of.map(|of| MaskedCareContact {
            of: of.into(),
            name: care.name_masked,
            phone: care.phone_masked,
            relationship: care.relationship,
        });
        let charge_id = shown.charge.as_ref().map(|charge| charge.id);
        Self {
            honoree_id: care.honoree_id.into(),
            organization_id: charge_id.map(Into::into),
            organization_name: shown.charge.map(|charge| charge.name),
            handed_over: care.handed_to.is_some() && care.handed_to == charge_id,
            responsible_id: care.responsible_id.map(Into::into),
            responsible_name: care.responsible_name.or(shown.account_name),
            contact,
            note: shown.note,
            plan: VisitPlan {
                due_on: care.plan.due_on.map(|day| day.0),
                reason: care.plan.due_reason.map(Into::into),
                festival: shown.festival.map(Into::into),
                last_reached_on: care.plan.last_reached_on.map(|day| day.0),
            },
            reachable: care.plan.loss().into(),
            etag: String::new(),
            version: care.version,
        }
    }
}

/// How an honoree can be called, in full.
#[derive(Serialize, ToSchema)]
pub struct CareContact {
    /// Whose telephone it is; null where none is known.
    pub of: Option<ContactOfName>,
    /// The name of who answers.
    pub name: Option<String>,
    /// The number.
    pub phone: Option<String>,
    /// What that person is to the honoree.
    pub relationship: Option<String>,
}

impl From<ClearContact> for CareContact {
    fn from(clear: ClearContact) -> Self {
        Self {
            of: clear.care.contact_of.map(Into::into),
            name: clear.name.map(|name| name.as_str().to_owned()),
            phone: clear.phone.map(|phone| phone.as_str().to_owned()),
            relationship: clear.care.relationship,
        }
    }
}

/// A term for which somebody was in charge.
#[derive(Serialize, ToSchema)]
pub struct CareTerm {
    /// Its id.
    pub id: Uuid,
    /// The organization.
    pub organization_id: Option<Uuid>,
    /// Its name.
    pub organization_name: Option<String>,
    /// The responsible account.
    pub responsible_id: Option<Uuid>,
    /// The responsible person by name.
    pub responsible_name: Option<String>,
    /// Who has changed it; null where it followed from the honoree's place.
    pub changed_by: Option<Uuid>,
    /// Since when; it ended with the next one.
    pub since_at: DateTime<Utc>,
}

impl From<(CareTermRow, Option<String>)> for CareTerm {
    fn from((term, organization_name): (CareTermRow, Option<String>)) -> Self {
        Self {
            id: term.id.into(),
            organization_id: term.organization_id.map(Into::into),
            organization_name,
            responsible_id: term.responsible_id.map(Into::into),
            responsible_name: term.responsible_name,
            changed_by: term.changed_by.map(Into::into),
            since_at: term.since_at.0,
        }
    }
}

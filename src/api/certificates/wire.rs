//! Certificates as clients see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationErrors};

use crate::{
    api::{
        answer::representations,
        judged::to_validation,
        lists::wire::{Revocation, StandingName},
    },
    domain::{
        category::CategoryCode,
        certificate::{self, outside::OutsideCertificate},
        month::Month,
    },
    service::certificates::Checked,
};

/// What the public learns of a certificate by its number.
#[derive(Serialize, ToSchema)]
pub struct CertificateCheck {
    /// The number.
    #[schema(examples("2026-11-DED-0001"))]
    pub number: String,
    /// The cycle.
    #[schema(value_type = String, examples("2026-11"))]
    pub cycle: Month,
    /// The category.
    #[schema(value_type = String, examples("dedication"))]
    pub category: CategoryCode,
    /// The title of the list.
    #[schema(examples("身边好人榜"))]
    pub title: String,
    /// Whose list it is.
    #[schema(examples("武汉市"))]
    pub issuer: String,
    /// The holder's name with its middle masked; null where it is withheld.
    #[schema(examples("王*明"))]
    pub name: Option<String>,
    /// Whether it stands.
    pub standing: StandingName,
    /// When and why it was revoked.
    pub revocation: Option<Revocation>,
    /// When it was awarded.
    pub awarded_at: DateTime<Utc>,
    /// Where its PDF is; null for one that is not given out.
    #[schema(examples("/api/v1/certificates/2026-11-DED-0001/pdf"))]
    pub pdf_url: Option<String>,
    /// The certificate that the national site has issued, once it is recorded.
    pub record: Option<CertificateRecord>,
    /// To be sent as `If-Match`.
    pub etag: String,
    #[serde(skip)]
    #[schema(ignore)]
    pub(crate) version: i64,
}
representations!(CertificateCheck);

impl From<Checked> for CertificateCheck {
    fn from(checked: Checked) -> Self {
        let Checked { entry, list, outside } = checked;
        let standing = &entry.honour.standing;
        let number = entry.honour.number.to_string();
        let is_given_out = certificate::give_out(standing, list.result_source).is_ok();
        Self {
            pdf_url: is_given_out.then(|| format!("/api/v1/certificates/{number}/pdf")),
            number,
            cycle: list.cycle,
            title: list.title,
            issuer: list.issuer,
            record: outside.filter(|_| standing.name_on_check(&entry.name).is_some()).map(Into::into),
            name: standing.name_on_check(&entry.name),
            standing: standing.into(),
            revocation: Revocation::of(standing),
            awarded_at: entry.honour.awarded_at,
            category: entry.honour.category,
            etag: String::new(),
            version: entry.honour.version,
        }
    }
}

/// A certificate that the national site has issued.
#[derive(Serialize, ToSchema)]
pub struct CertificateRecord {
    /// The number that stands on it.
    #[schema(examples("好人榜〔2026〕11号"))]
    pub number: String,
    /// Who has issued it.
    #[schema(examples("中央文明办"))]
    pub issuer: String,
    /// The day that stands on it.
    pub issued_on: NaiveDate,
}

impl From<OutsideCertificate> for CertificateRecord {
    fn from(outside: OutsideCertificate) -> Self {
        Self { number: outside.number, issuer: outside.issuer, issued_on: outside.issued_on }
    }
}

/// A certificate that the national site has issued, to be recorded.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecordCertificateRequest {
    /// The number that stands on it.
    #[schema(min_length = 1, max_length = 64, examples("好人榜〔2026〕11号"))]
    pub number: String,
    /// Who has issued it, as it stands there.
    #[schema(min_length = 1, max_length = 100, examples("中央文明办"))]
    pub issuer: String,
    /// The day that stands on it: not before the cycle's month, and not after today.
    #[schema(examples("2026-11-30"))]
    pub issued_on: NaiveDate,
}

impl RecordCertificateRequest {
    /// What is to be recorded.
    #[must_use]
    pub fn outside(&self) -> OutsideCertificate {
        let (number, issuer) = (self.number.clone(), self.issuer.clone());
        OutsideCertificate { number, issuer, issued_on: self.issued_on }
    }
}

impl Validate for RecordCertificateRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(self.outside().tidy().faults())
    }
}

//! Certificates as clients see them.

use chrono::{DateTime, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;
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
    service::certificates::{Checked, Print},
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
    /// The local day that stands on it: that of publication, which no reissue changes; null for one of the national list, whose
    /// record has it.
    pub issued_on: Option<NaiveDate>,
    /// The local day on which it was reissued last, under the same number; null when it never was.
    pub reissued_on: Option<NaiveDate>,
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
        let Checked { entry, list, outside, issued_on, reissued_on } = checked;
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
            issued_on,
            reissued_on,
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

/// A certificate to be reissued.
#[derive(Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ReissueCertificateRequest {
    /// Why; kept with the print.
    #[schema(min_length = 1, max_length = 500, examples("姓名“晓”误作“小”，已更正。"))]
    pub reason: String,
}

impl Validate for ReissueCertificateRequest {
    fn validate(&self) -> Result<(), ValidationErrors> {
        to_validation(certificate::reason_faults(&self.reason))
    }
}

/// A print of a certificate: the first, which issued it, or one by which it was reissued.
#[derive(Serialize, ToSchema)]
pub struct CertificatePrint {
    /// Its id.
    pub id: Uuid,
    /// The certificate's number.
    #[schema(examples("2026-11-DED-0001"))]
    pub number: String,
    /// Its place among the prints of the certificate, from 1.
    #[schema(minimum = 1)]
    pub sequence: i32,
    /// When it was drawn.
    pub printed_at: DateTime<Utc>,
    /// Who had the certificate reissued; null for the first print, and where the operator's command did.
    pub printed_by: Option<Uuid>,
    /// The name of who had it reissued.
    pub printed_by_name: Option<String>,
    /// Why it was reissued; null for the first print.
    pub reason: Option<String>,
    /// The SHA-256 of its PDF, in hexadecimal digits.
    #[schema(examples("9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"))]
    pub sha256: String,
    /// The length of its PDF in bytes.
    pub byte_size: i64,
    /// The address of the public check that stands on it; null where that was not noted.
    #[schema(examples("https://haoren.example.gov.cn/api/v1/certificates/2026-11-DED-0001"))]
    pub check_url: Option<String>,
    /// The issuer that stands on it; null where that was not noted: the list's.
    #[schema(examples("武汉市文明办"))]
    pub issuer: Option<String>,
    /// Whether it is the one that is given out.
    pub is_current: bool,
    /// Where its PDF is.
    pub pdf_url: String,
}

impl From<Print> for CertificatePrint {
    fn from(print: Print) -> Self {
        let Print { number, row, printed_by_name, is_current } = print;
        Self {
            pdf_url: format!("/api/v1/certificates/{number}/prints/{}/pdf", row.id),
            id: row.id.into(),
            number: number.to_string(),
            sequence: row.sequence,
            printed_at: row.printed_at,
            printed_by: row.printed_by.map(Into::into),
            printed_by_name,
            reason: row.reason,
            sha256: hex::encode(row.sha256),
            byte_size: row.byte_size,
            check_url: row.check_url,
            issuer: row.issuer,
            is_current,
        }
    }
}

//! Certificates: the public check, the files that are given out, and what is recorded of those that others print.
//!
//! What was issued is kept: the first drawing is stored, and given out ever after byte for byte, whatever becomes of the
//! program and its fonts.

pub mod drawing;
mod fonts;
mod issuing;
mod month;
mod outside;
mod press;
mod source;

pub use fonts::{FONT_MAX_BYTES, Font, Fonts, read_folder};
pub use issuing::{Given, get_latest_pdf, get_pdf};
pub use month::{MonthCounts, MonthFormat, MonthOptions, Refused, begin_month, find_month};
pub use outside::record_certificate;
pub use press::Press;

use super::{Error, Service};
use crate::{
    domain::{certificate::outside::OutsideCertificate, honour::CertificateNumber},
    storage::{
        self, Connection,
        honours::{Entry, Which},
        lists::ListRow,
    },
};

/// What the public check shows of a certificate.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The entry of the list.
    pub entry: Entry,
    /// The list.
    pub list: ListRow,
    /// The certificate that somebody else has printed, where it is recorded.
    pub outside: Option<OutsideCertificate>,
}

/// Checks a certificate by its number: the honour, the list it belongs to, and what others have printed.
pub async fn check_certificate(service: &Service, number: CertificateNumber) -> Result<Checked, Error> {
    service.store.read(move |db| checked(db, &number)).await
}

fn checked(db: &mut Connection, number: &CertificateNumber) -> Result<Checked, Error> {
    let found = storage::honours::list(db, Which::Number(number.to_string()))?.into_iter().next();
    let entry = found.ok_or_else(Error::not_found)?;
    let list = storage::lists::find(db, number.month)?.ok_or_else(Error::not_found)?;
    let outside = storage::certificates::find_outside(db, entry.honour.id)?;
    Ok(Checked { entry, list, outside })
}

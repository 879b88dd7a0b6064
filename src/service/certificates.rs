//! Certificates: the public check, the files that are given out, and what is recorded of those that others print.
//!
//! What was issued is kept: the first drawing is stored, and given out ever after byte for byte, whatever becomes of the
//! program and its fonts, until somebody has the certificate reissued. Then the new print is given out, and the old one kept.

pub mod drawing;
mod fonts;
mod issuing;
mod month;
mod outside;
mod press;
mod prints;
mod reissuing;
mod source;
mod stock;

pub use fonts::{FONT_MAX_BYTES, Font, Fonts, read_folder};
pub use issuing::{Given, get_latest_pdf, get_pdf};
pub use month::{MissingCertificate, MonthCounts, MonthFormat, MonthOptions, begin_month, find_month};
pub use outside::record_certificate;
pub use press::{Press, check_path};
pub use prints::{Print, find_print, get_print_pdf, list_prints};
pub use reissuing::{Order, reissue};
pub use stock::{Stocked, list_stock, reissue_stocked};

use chrono::{DateTime, NaiveDate, Utc};

use super::{Error, Service};
use crate::{
    domain::{certificate::outside::OutsideCertificate, honour::CertificateNumber, local_day, policy::ResultSource},
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
    /// The local day that stands on the certificate; none for one that is printed elsewhere.
    pub issued_on: Option<NaiveDate>,
    /// The local day on which it was reissued last.
    pub reissued_on: Option<NaiveDate>,
}

/// Checks a certificate by its number: the honour, the list it belongs to, and what others have printed.
pub async fn check_certificate(service: &Service, number: CertificateNumber) -> Result<Checked, Error> {
    let of_service = service.clone();
    service.store.read(move |db| checked(&of_service, db, &number)).await
}

fn checked(service: &Service, db: &mut Connection, number: &CertificateNumber) -> Result<Checked, Error> {
    let found = storage::honours::list(db, Which::Number(number.to_string()))?.into_iter().next();
    let entry = found.ok_or_else(Error::not_found)?;
    let list = storage::lists::find(db, number.month)?.ok_or_else(Error::not_found)?;
    let outside = storage::certificates::find_outside(db, entry.honour.id)?;
    let issued = storage::certificates::issued_of(db, &[entry.honour.id])?.remove(&entry.honour.id);
    let day = |at: DateTime<Utc>| local_day::day_of(at, service.time_zone);
    let issued_on = (list.result_source == ResultSource::Local).then(|| day(list.published_at));
    let reissued = issued.filter(|print| print.sequence > issuing::FIRST);
    Ok(Checked { entry, outside, issued_on, reissued_on: reissued.map(|print| day(print.printed_at)), list })
}

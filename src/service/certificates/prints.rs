//! The prints of a certificate, as the city reads them: the first, and those by which it was reissued. None is ever removed.

use super::{
    issuing::{self, Given},
    source::Source,
};
use crate::{
    domain::{certificate, honour::CertificateNumber, id::CertificatePrintId, role::Role},
    service::{Caller, Error, Service},
    storage::{self, Connection, certificates::PrintRow, honours::Which},
};

/// A print of a certificate.
#[derive(Clone, Debug)]
pub struct Print {
    /// The certificate's number.
    pub number: CertificateNumber,
    /// The print.
    pub row: PrintRow,
    /// The name of who had it reissued.
    pub printed_by_name: Option<String>,
    /// Whether it is the one that is given out.
    pub is_current: bool,
}

/// Lists the prints of a certificate, the last one first, after the sequence of the last one seen. 404 for an unknown number.
pub async fn list_prints(
    service: &Service,
    caller: &Caller,
    number: CertificateNumber,
    after: Option<i32>,
    limit: i64,
) -> Result<Vec<Print>, Error> {
    caller.require(&[Role::CityReviewer])?;
    let zone = service.time_zone;
    let read = move |db: &mut Connection| {
        let found = Source::of(db, Which::Number(number.to_string()), zone)?.into_iter().next();
        page(db, &found.ok_or_else(Error::not_found)?, after, limit)
    };
    service.store.read(read).await
}

fn page(db: &mut Connection, source: &Source, after: Option<i32>, limit: i64) -> Result<Vec<Print>, Error> {
    let honour = &source.entry.honour;
    let current = source.issued.as_ref().map(|print| print.id);
    let rows = storage::certificates::list_prints(db, honour.id, after, limit)?;
    let prints = rows.into_iter().map(|(row, printed_by_name)| Print {
        number: honour.number.clone(),
        is_current: current == Some(row.id),
        row,
        printed_by_name,
    });
    Ok(prints.collect())
}

/// Reads a print of a certificate. 404 for one of another certificate.
pub async fn find_print(
    service: &Service,
    caller: &Caller,
    print: (CertificateNumber, CertificatePrintId),
) -> Result<Print, Error> {
    caller.require(&[Role::CityReviewer])?;
    Ok(find(service, print).await?.1)
}

/// The file of a print, whatever has become of the honour since. 404 for one of another certificate.
pub async fn get_print_pdf(
    service: &Service,
    caller: &Caller,
    print: (CertificateNumber, CertificatePrintId),
) -> Result<Given, Error> {
    caller.require(&[Role::CityReviewer])?;
    let (source, Print { number, row, .. }) = find(service, print).await?;
    let content = issuing::kept(service, &source, &row).await?;
    let file_name = format!("{} 第{}版", certificate::file_name(&number, &source.entry.name), row.sequence);
    Ok(Given { number, file_name, content, sha256: issuing::digest_of(&row)? })
}

async fn find(
    service: &Service,
    (number, id): (CertificateNumber, CertificatePrintId),
) -> Result<(Source, Print), Error> {
    let zone = service.time_zone;
    let read = move |db: &mut Connection| {
        let found = Source::of(db, Which::Number(number.to_string()), zone)?.into_iter().next();
        let source = found.ok_or_else(Error::not_found)?;
        let row = storage::certificates::find_print(db, id)?.ok_or_else(Error::not_found)?;
        let page = page(db, &source, Some(row.sequence.saturating_add(1)), 1)?;
        let print = page.into_iter().find(|print| print.row.id == id).ok_or_else(Error::not_found)?;
        Ok::<_, Error>((source, print))
    };
    service.store.read(read).await
}

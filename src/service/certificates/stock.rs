//! All that was issued, held against the public address of today: what leads elsewhere is reissued by the operator's command.

use super::{
    drawing::printed_address,
    issuing,
    press::check_path,
    reissuing::{self, Order},
    source::Source,
};
use crate::{
    domain::{certificate, honour::CertificateNumber, month::Month, policy::ResultSource},
    service::{Caller, Error, Service},
    storage::{self, Connection, honours::Which},
};

/// So many lists are asked for in one query.
const LISTS_AT_ONCE: i64 = 100;

/// A certificate that was issued and can be reissued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stocked {
    /// Its number.
    pub number: CertificateNumber,
    /// The address of the public check that stands on it; none where it cannot be told.
    pub printed: Option<String>,
    /// The address that would stand on it now.
    pub wanted: String,
}

impl Stocked {
    /// Whether another address stands on it than would now. One that cannot be told does not differ.
    #[must_use]
    pub fn leads_elsewhere(&self) -> bool {
        self.printed.as_ref().is_some_and(|printed| *printed != self.wanted)
    }
}

/// What was issued of all lists, or of a month's, by number. 404 for a month without a published list.
pub async fn list_stock(service: &Service, month: Option<Month>) -> Result<Vec<Stocked>, Error> {
    let months = service.store.read(move |db| months(db, month)).await?;
    let mut stock = Vec::new();
    for month in months {
        let zone = service.time_zone;
        let sources = service.store.read(move |db| Source::of(db, Which::Cycle(month), zone)).await?;
        for source in sources {
            stock.extend(stocked(service, &source).await?);
        }
    }
    stock.sort_by(|one, other| one.number.cmp(&other.number));
    Ok(stock)
}

/// Reissues a certificate for the operator, who has no account: the audit has it as the server's own.
pub async fn reissue_stocked(service: &Service, number: CertificateNumber, reason: &str) -> Result<(), Error> {
    let order = Order { number, reason: reason.to_owned() };
    reissuing::carry_out(service, &Caller::default(), order, None).await.map(drop)
}

fn months(db: &mut Connection, month: Option<Month>) -> Result<Vec<Month>, Error> {
    if let Some(month) = month {
        return Ok(vec![storage::lists::find(db, month)?.ok_or_else(Error::not_found)?.cycle]);
    }
    let (mut months, mut after) = (Vec::new(), None);
    loop {
        let lists = storage::lists::list(db, after, LISTS_AT_ONCE)?;
        let Some(last) = lists.last() else { return Ok(months) };
        after = Some(last.cycle);
        let here = lists.iter().filter(|list| list.result_source == ResultSource::Local);
        months.extend(here.map(|list| list.cycle));
    }
}

async fn stocked(service: &Service, source: &Source) -> Result<Option<Stocked>, Error> {
    let honour = &source.entry.honour;
    let Some(print) = &source.issued else { return Ok(None) };
    if certificate::reissue(&honour.standing, source.list.result_source, true).is_err() {
        return Ok(None);
    }
    let printed = if let Some(address) = &print.check_url {
        Some(address.clone())
    } else {
        // Of what was printed before addresses were noted, the file tells.
        let file = issuing::stored(service, print).await?;
        file.and_then(|file| printed_address(&file, &check_path(&honour.number)))
    };
    let (number, wanted) = (honour.number.clone(), service.certificates.check_url(&honour.number));
    Ok(Some(Stocked { number, printed, wanted }))
}

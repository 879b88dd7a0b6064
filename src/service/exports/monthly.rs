//! The monthly report (工作月报): a workbook with tables and charts. Every number in it is one of `GET /statistics` or of the
//! month's participation, read in the same view; votes and ranks are not in it.

mod aftercare;
mod facts;
mod overview;
mod pages;
mod tables;

use bytes::Bytes;

use crate::{
    domain::month::Month,
    service::{Caller, Error, Service, statistics},
};

/// The report of a month, of the reviewer's subtree. 404 for a month without a cycle.
pub async fn monthly_report(service: &Service, caller: &Caller, month: Month) -> Result<Bytes, Error> {
    let account = caller.require_reviewer()?.clone();
    statistics::prepare(service).await;
    let (now, zone) = (service.clocks.campaign(), service.time_zone);
    let read = service.store.view(move |db| facts::gather(db, &account, month, (now, zone)));
    let report = read.await?;
    service.sheets.work(move || pages::write(&report)).await
}

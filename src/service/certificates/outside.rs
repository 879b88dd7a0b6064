//! Certificates of the national list: the city records what the national site has issued.

use serde_json::json;

use super::{Checked, checked};
use crate::{
    domain::{
        certificate::{self, outside::OutsideCertificate},
        fault::Code,
        honour::CertificateNumber,
        local_day,
        role::Role,
    },
    service::{
        Caller, Error, Service,
        error::refuse_invalid,
        record::{self, Deed, Place},
    },
    storage::{self, Connection},
};

/// Records the certificate that somebody else has printed for an honour of this version; an earlier record is replaced.
pub async fn record_certificate(
    service: &Service,
    caller: &Caller,
    (number, version): (CertificateNumber, i64),
    outside: OutsideCertificate,
) -> Result<Checked, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let outside = outside.tidy();
    let now = service.clocks.campaign();
    let mut faults = outside.faults();
    faults.extend(outside.faults_in(number.month, local_day::day_of(now, service.time_zone)));
    refuse_invalid(faults)?;
    let (of_service, caller) = (service.clone(), caller.clone());
    let write = move |db: &mut Connection| {
        account.recheck(db)?;
        let candidate = checked(&of_service, db, &number)?.entry.honour.candidate;
        storage::locks::candidate(db, candidate)?;
        let Checked { entry, list, outside: before, .. } = checked(&of_service, db, &number)?;
        let honour = entry.honour;
        if honour.version != version {
            return Err(Error::of(Code::PreconditionFailed));
        }
        certificate::record_outside(&honour.standing, list.result_source).map_err(Error::of)?;
        storage::certificates::replace_outside(db, honour.id, &outside, (account.id, now))?;
        if !storage::honours::advance_if(db, honour.id, version)? {
            return Err(Error::of(Code::PreconditionFailed));
        }
        let details = json!({ "cycle": number.month, "replaces": before.is_some() });
        let deed = Deed::new("certificate.recorded", "certificate", &number).with(details);
        record::audit(&of_service, db, &caller, &deed)?;
        let held = storage::candidates::get(db, candidate)?;
        let place = Place { cycle: Some(number.month), district_id: Some(held.district_id), unit_id: held.unit_id };
        record::announce(&of_service, db, &deed, place)?;
        checked(&of_service, db, &number)
    };
    service.store.write(write).await
}

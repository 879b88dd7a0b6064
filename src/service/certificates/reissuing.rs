//! Reissues certificates: a certificate is drawn anew under its number from what is known now, and given out from then on. The
//! print before stays.

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::{
    drawing::{Cover, Sheet},
    issuing,
    prints::{self, Print},
    source::Source,
};
use crate::{
    domain::{
        certificate,
        fault::Code,
        honour::CertificateNumber,
        id::{CandidateId, CertificatePrintId},
        role::Role,
        text,
    },
    service::{
        Caller, Error, Service,
        error::refuse_invalid,
        generator,
        idempotency::{self, Attempt, FirstAnswer},
        record::{self, Deed, Place},
    },
    storage::{self, Connection, StoreError, certificates::PrintRow, files::FileKey, honours::Which},
};

/// So often it is drawn anew because something that stands on it has changed meanwhile.
const ATTEMPTS: usize = 3;

/// What is to be reissued.
#[derive(Clone, Debug)]
pub struct Order {
    /// The certificate's number.
    pub number: CertificateNumber,
    /// Why.
    pub reason: String,
}

/// What was drawn of what was known.
#[derive(Clone)]
struct Drawn {
    candidate: CandidateId,
    sheet: Sheet,
    cover: Cover,
    sha256: [u8; 32],
    byte_size: i64,
}

/// Why a print was not noted.
enum NotNoted {
    /// What stands on it has changed since it was drawn.
    Outdated,
    /// Anything else.
    Failed(Error),
}

impl From<Error> for NotNoted {
    fn from(error: Error) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for NotNoted {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// Has a certificate reissued by a reviewer of the city. Refused with what keeps it from being reissued, with the characters
/// that no font has, and where what would be drawn is what was issued.
pub async fn reissue(
    service: &Service,
    caller: &Caller,
    order: Order,
    attempt: Option<Attempt>,
) -> Result<Print, Error> {
    caller.require(&[Role::CityReviewer])?;
    let number = order.number.clone();
    let id = carry_out(service, caller, order, attempt).await?;
    prints::find_print(service, caller, (number, id)).await
}

/// Reissues for a reviewer, or for the operator, who has no account.
pub(super) async fn carry_out(
    service: &Service,
    caller: &Caller,
    order: Order,
    attempt: Option<Attempt>,
) -> Result<CertificatePrintId, Error> {
    refuse_invalid(certificate::reason_faults(&order.reason))?;
    let order = Order { reason: text::tidy_paragraphs(&order.reason), ..order };
    let _turn = service.certificates.issuing_turn().await;
    for _ in 0..ATTEMPTS {
        let drawn = draw(service, &order.number).await?;
        match note(service, caller, (&order, drawn), attempt.clone()).await {
            Ok(id) => return Ok(id),
            Err(NotNoted::Failed(error)) => return Err(error),
            Err(NotNoted::Outdated) => {}
        }
    }
    Err(Error::Unavailable(format!("what stands on certificate {} keeps changing", order.number)))
}

/// What would be drawn now: with the issuer and the address of today.
fn source_now(service: &Service, db: &mut Connection, number: &CertificateNumber) -> Result<Source, Error> {
    let found = Source::of(db, Which::Number(number.to_string()), service.time_zone)?.into_iter().next();
    let source = found.ok_or_else(Error::not_found)?;
    let standing = &source.entry.honour.standing;
    certificate::reissue(standing, source.list.result_source, source.issued.is_some()).map_err(Error::of)?;
    Ok(source.issued_by(storage::lists::heading(db)?.issuer))
}

/// Draws a certificate and puts its file. What is not noted afterwards is swept.
async fn draw(service: &Service, number: &CertificateNumber) -> Result<Drawn, Error> {
    let (of_service, number) = (service.clone(), number.clone());
    let source = service.store.read(move |db| source_now(&of_service, db, &number)).await?;
    let (sheet, cover, honour) = (source.sheet(service), source.cover(), &source.entry.honour);
    let content: Bytes = service.certificates.draw(vec![sheet.clone()], cover.clone()).await?;
    let sha256: [u8; 32] = Sha256::digest(&content).into();
    let byte_size = i64::try_from(content.len()).unwrap_or(i64::MAX);
    issuing::put(service, FileKey::Certificate(honour.id, sha256), content).await?;
    Ok(Drawn { candidate: honour.candidate, sheet, cover, sha256, byte_size })
}

async fn note(
    service: &Service,
    caller: &Caller,
    (order, drawn): (&Order, Drawn),
    attempt: Option<Attempt>,
) -> Result<CertificatePrintId, NotNoted> {
    let (of_service, caller, order) = (service.clone(), caller.clone(), order.clone());
    let write = move |db: &mut Connection| {
        if let Some(account) = &caller.account {
            account.recheck(db)?;
        }
        idempotency::claim(db, attempt.as_ref(), of_service.clocks.machine())?;
        // Whoever revokes an honour, withholds a name or reissues beside holds the candidate.
        storage::locks::candidate(db, drawn.candidate)?;
        let source = source_now(&of_service, db, &order.number)?;
        if (&source.sheet(&of_service), &source.cover()) != (&drawn.sheet, &drawn.cover) {
            return Err(NotNoted::Outdated);
        }
        let print = replace(&of_service, db, (&caller, &order), (&source, &drawn))?;
        let first = FirstAnswer { status: 201, resource_id: print.id.into(), secret: None };
        idempotency::keep(db, attempt.as_ref(), &first)?;
        Ok(print.id)
    };
    service.store.write(write).await
}

/// Notes the print in the place of the one before, with its traces.
fn replace(
    service: &Service,
    db: &mut Connection,
    (caller, order): (&Caller, &Order),
    (source, drawn): (&Source, &Drawn),
) -> Result<PrintRow, NotNoted> {
    let before = source.issued.as_ref().ok_or_else(|| Error::of(Code::CertificateNotIssued))?;
    if before.sha256 == drawn.sha256 {
        return Err(Error::of(Code::CertificateUnchanged).into());
    }
    let honour = &source.entry.honour;
    let print = PrintRow {
        id: generator::new_id(&service.clocks)?,
        honour_id: honour.id,
        sequence: before.sequence.saturating_add(1),
        sha256: drawn.sha256.to_vec(),
        byte_size: drawn.byte_size,
        check_url: Some(drawn.sheet.check_url.clone()),
        issuer: Some(source.issuer().to_owned()),
        printed_by: caller.id(),
        reason: Some(order.reason.clone()),
        printed_at: service.clocks.campaign(),
    };
    storage::certificates::insert(db, &print)?;
    // The check shows when it was reissued.
    if !storage::honours::advance_if(db, honour.id, honour.version)? {
        return Err(NotNoted::Outdated);
    }
    let details = json!({
        "cycle": order.number.month,
        "print": print.sequence,
        "sha256": hex::encode(&print.sha256),
        "byte_size": print.byte_size,
        "replaces": hex::encode(&before.sha256),
    });
    let deed = Deed::new("certificate.reissued", "certificate", &order.number).with(details);
    record::audit(service, db, caller, &deed)?;
    let held = storage::candidates::get(db, honour.candidate)?;
    let place = Place { cycle: Some(order.number.month), district_id: Some(held.district_id), unit_id: held.unit_id };
    record::announce(service, db, &deed, place)?;
    Ok(print)
}

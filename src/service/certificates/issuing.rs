//! Gives certificates out: draws each once, keeps it, and hands out what was kept.

use bytes::Bytes;
use serde_json::json;
use sha2::{Digest as _, Sha256};

use super::source::Source;
use crate::{
    domain::{
        certificate,
        fault::Code,
        honour::{CertificateNumber, Standing},
        id::HonoreeId,
    },
    service::{
        Caller, Error, Service, generator,
        record::{self, Deed},
    },
    storage::{
        self, Connection,
        certificates::PrintRow,
        files::{FileKey, FilesError},
        honours::Which,
    },
};

/// The number of the print that issues a certificate.
pub(super) const FIRST: i32 = 1;

/// A certificate that is given out.
#[derive(Clone, Debug)]
pub struct Given {
    /// Its number.
    pub number: CertificateNumber,
    /// The name of the file, without its ending.
    pub file_name: String,
    /// The PDF.
    pub content: Bytes,
    /// The digest of the PDF.
    pub sha256: [u8; 32],
}

/// The certificate of a number. 404 for an unknown one; else refused with what keeps it from being given out.
pub async fn get_pdf(service: &Service, caller: &Caller, number: CertificateNumber) -> Result<Given, Error> {
    let found = find(service, Which::Number(number.to_string())).await?.into_iter().next();
    give(service, caller, found.ok_or_else(Error::not_found)?).await
}

/// The certificate of an honoree's latest honour that stands and is shown; 404 when there is none.
pub async fn get_latest_pdf(service: &Service, caller: &Caller, honoree: HonoreeId) -> Result<Given, Error> {
    let read = move |db: &mut Connection| Ok::<_, Error>(storage::honorees::survivor(db, honoree)?);
    let honoree = service.store.read(read).await?.ok_or_else(Error::not_found)?;
    let found = find(service, Which::Honorees(vec![honoree.id])).await?;
    let shown = || found.iter().filter(|source| source.entry.honour.standing == Standing::Shown);
    // One that is printed here goes before one that others print.
    let latest = shown().find(|source| source.give_out().is_ok()).or_else(|| shown().next());
    give(service, caller, latest.cloned().ok_or_else(Error::not_found)?).await
}

async fn find(service: &Service, which: Which) -> Result<Vec<Source>, Error> {
    let zone = service.time_zone;
    service.store.read(move |db| Source::of(db, which, zone)).await
}

/// Gives a certificate out: what was issued before, or what is issued now.
pub(super) async fn give(service: &Service, caller: &Caller, source: Source) -> Result<Given, Error> {
    source.give_out().map_err(Error::of)?;
    let (content, sha256) = match &source.issued {
        Some(issued) => (kept(service, &source, issued).await?, digest_of(issued)?),
        None => first(service, caller, &source).await?,
    };
    let number = source.entry.honour.number.clone();
    let file_name = certificate::file_name(&number, &source.entry.name);
    Ok(Given { number, file_name, content, sha256 })
}

/// What was issued while others waited for the same, or what is issued now: one at a time in a process, as many readers may
/// ask for a new certificate at once.
async fn first(service: &Service, caller: &Caller, source: &Source) -> Result<(Bytes, [u8; 32]), Error> {
    let _turn = service.certificates.issuing_turn().await;
    let honour = source.entry.honour.id;
    let read =
        move |db: &mut Connection| Ok::<_, Error>(storage::certificates::issued_of(db, &[honour])?.remove(&honour));
    match service.store.read(read).await? {
        Some(issued) => Ok((kept(service, source, &issued).await?, digest_of(&issued)?)),
        None => issue(service, caller, source).await,
    }
}

/// Draws a certificate for the first time. Of two who do so at once, both get what one of them has issued.
async fn issue(service: &Service, caller: &Caller, source: &Source) -> Result<(Bytes, [u8; 32]), Error> {
    let content = service.certificates.draw(vec![source.sheet(service)], source.cover()).await?;
    let sha256: [u8; 32] = Sha256::digest(&content).into();
    let honour = source.entry.honour.id;
    put(service, FileKey::Certificate(honour, sha256), content.clone()).await?;
    let row = PrintRow {
        id: generator::new_id(&service.clocks)?,
        honour_id: honour,
        sequence: FIRST,
        sha256: sha256.to_vec(),
        byte_size: i64::try_from(content.len()).unwrap_or(i64::MAX),
        check_url: Some(service.certificates.check_url(&source.entry.honour.number)),
        issuer: Some(source.issuer().to_owned()),
        printed_by: None,
        reason: None,
        printed_at: service.clocks.campaign(),
    };
    let (of_service, caller, number) = (service.clone(), caller.clone(), source.entry.honour.number.clone());
    let candidate = source.entry.honour.candidate;
    let note = move |db: &mut Connection| {
        // Whoever revokes an honour or withholds a name holds the candidate.
        storage::locks::candidate(db, candidate)?;
        let found = Source::of(db, Which::Number(number.to_string()), of_service.time_zone)?.into_iter().next();
        found.ok_or_else(Error::not_found)?.give_out().map_err(Error::of)?;
        if storage::certificates::insert_first(db, &row)? {
            let details = json!({ "sha256": hex::encode(&row.sha256), "byte_size": row.byte_size });
            record::audit(
                &of_service,
                db,
                &caller,
                &Deed::new("certificate.issued", "certificate", number).with(details),
            )?;
            return Ok(row);
        }
        let issued = storage::certificates::issued_of(db, &[row.honour_id])?.remove(&row.honour_id);
        issued.ok_or_else(|| Error::Internal("a certificate that was issued is not there".to_owned()))
    };
    let issued = service.store.write(note).await?;
    let first = digest_of(&issued)?;
    if first == sha256 { Ok((content, first)) } else { Ok((kept(service, source, &issued).await?, first)) }
}

/// What was printed. A file that is lost is drawn again, and kept again if it is the same.
pub(super) async fn kept(service: &Service, source: &Source, print: &PrintRow) -> Result<Bytes, Error> {
    if let Some(content) = stored(service, print).await? {
        return Ok(content);
    }
    let sha256 = digest_of(print)?;
    let key = FileKey::Certificate(print.honour_id, sha256);
    let is_same = |content: &Bytes| <[u8; 32]>::from(Sha256::digest(content)) == sha256;
    let number = &source.entry.honour.number;
    log::warn!("the file of certificate {number} is lost or damaged, and is drawn again");
    match draw_again(service, source, print).await {
        Ok(content) if is_same(&content) => {
            put(service, key, content.clone()).await?;
            Ok(content)
        }
        Err(error @ Error::Unavailable(_)) => Err(error),
        Ok(_) | Err(_) => {
            log::error!(
                "the file of certificate {number} is lost, and what is drawn today is not the same: bring the file back \
                 from the backup of the files"
            );
            Err(Error::of(Code::CertificateLost))
        }
    }
}

/// The file of a print as it was put; none where it is lost or damaged.
pub(super) async fn stored(service: &Service, print: &PrintRow) -> Result<Option<Bytes>, Error> {
    let sha256 = digest_of(print)?;
    let found = service.files.find(FileKey::Certificate(print.honour_id, sha256)).await.map_err(away)?;
    Ok(found.filter(|content| <[u8; 32]>::from(Sha256::digest(content)) == sha256))
}

/// With the address and the issuer that stand on the print, where they were noted.
async fn draw_again(service: &Service, source: &Source, print: &PrintRow) -> Result<Bytes, Error> {
    let source = source.of_print(print);
    let sheet = print.check_url.clone().map_or_else(|| source.sheet(service), |address| source.sheet_at(address));
    service.certificates.draw(vec![sheet], source.cover()).await
}

pub(super) async fn put(service: &Service, key: FileKey, content: Bytes) -> Result<(), Error> {
    service.files.put(key, content).await.map_err(away)
}

#[expect(clippy::needless_pass_by_value, reason = "it is given to `map_err`")]
fn away(error: FilesError) -> Error {
    Error::Unavailable(error.to_string())
}

pub(super) fn digest_of(print: &PrintRow) -> Result<[u8; 32], Error> {
    let wrong = |_| Error::Internal("a digest of another length than SHA-256 has".to_owned());
    print.sha256.as_slice().try_into().map_err(wrong)
}

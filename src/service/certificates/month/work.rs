//! The work itself: one certificate after the other, then the file. What cannot be drawn stops nothing: it is listed, with why
//! and where.

use std::collections::BTreeSet;

use bytes::Bytes;

use super::{MissingCertificate, MissingPlace, MonthCounts, MonthFormat, MonthOptions, sources_of};
use crate::{
    domain::{
        certificate::lacking::{self, Lacking, Place},
        fault::{Code, Fault},
        honour::Standing as HonourStanding,
        id::OperationId,
    },
    service::{
        Caller, Error, Service,
        certificates::{
            drawing::{Cover, Sheet},
            issuing::{self, Given},
            source::Source,
        },
        operations,
        packages::archive::Archive,
    },
    storage::files::{FileKey, FilesError},
};

/// The file of a ZIP that says which certificates are not in it.
const LIST_OF_MISSING: &str = "未生成的证书.txt";

/// Work that was begun.
pub(super) struct Job {
    pub(super) service: Service,
    pub(super) caller: Caller,
    pub(super) options: MonthOptions,
    pub(super) operation: OperationId,
}

/// What has come of it so far.
#[derive(Default)]
struct Outcome {
    given: Vec<(Source, Given)>,
    left_out: usize,
    lacking: Vec<Lacking>,
}

/// Puts the certificates of a month together. Fails where not one of them could be drawn, with all the reasons.
pub(super) async fn carry_out(job: Job) -> Result<(), Error> {
    let _place = operations::turn(&job.service, job.operation).await?;
    // It may have waited for long, and honours may have been revoked meanwhile.
    let sources = sources_of(&job.service, job.options.cycle).await?;
    let reissues = MonthCounts::reissues_of(&sources);
    let mut outcome = Outcome::default();
    for (done, source) in sources.into_iter().enumerate() {
        if job.service.background.is_stopping() {
            return Err(Error::of(Code::OperationInterrupted));
        }
        one(&job, source, &mut outcome).await?;
        operations::beat(&job.service, &job.caller, (job.operation, done + 1)).await?;
    }
    if outcome.given.is_empty() && !outcome.lacking.is_empty() {
        return Err(none_drawn(&outcome.lacking));
    }
    if let Some((first, _)) = outcome.given.first() {
        let file = match job.options.format {
            MonthFormat::Zip => zipped(&job, first, &outcome)?,
            MonthFormat::Pdf => merged(&job.service, first, &outcome.given).await?,
        };
        let away = |error: FilesError| Error::Unavailable(error.to_string());
        job.service.files.put(FileKey::Export(job.operation), file).await.map_err(away)?;
    }
    let counts = MonthCounts {
        certificates: outcome.given.len(),
        left_out: outcome.left_out,
        missing: outcome.lacking.into_iter().map(missing).collect(),
        reissues,
    };
    operations::succeed(&job.service, &job.caller, (job.operation, &counts)).await
}

/// One certificate; where it is not given out that is counted, and where it cannot be drawn noted.
async fn one(job: &Job, source: Source, outcome: &mut Outcome) -> Result<(), Error> {
    if source.entry.honour.standing != HonourStanding::Shown {
        outcome.left_out += 1;
        return Ok(());
    }
    let (code, faults) = match drawn(job, &source).await {
        Ok(given) => {
            outcome.given.push((source, given));
            return Ok(());
        }
        Err(Error::Refused(refusal)) => (refusal.code, refusal.faults),
        Err(Error::Internal(why)) => {
            log::error!("certificate {} is missing from an export: {why}", source.entry.honour.number);
            (Code::Internal, Vec::new())
        }
        Err(error @ (Error::Unavailable(_) | Error::AnsweredBefore(_))) => return Err(error),
    };
    if matches!(code, Code::CertificateRevoked | Code::CertificateWithheld) {
        // Since the work began.
        outcome.left_out += 1;
        return Ok(());
    }
    let figures = faults.iter().flat_map(|fault| &fault.figures).filter(|(name, _)| *name == "character");
    let characters: BTreeSet<String> = figures.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect();
    outcome.lacking.push(Lacking {
        number: source.entry.honour.number.to_string(),
        name: source.entry.name.clone(),
        category: source.category().to_owned(),
        code,
        places: source.places(&characters),
        characters,
    });
    Ok(())
}

/// A certificate as it is given out. One that is to be drawn together with others is drawn alone first, as what was issued
/// with fonts or on a server of another day may not be drawn now.
async fn drawn(job: &Job, source: &Source) -> Result<Given, Error> {
    let given = issuing::give(&job.service, &job.caller, source.clone()).await?;
    if job.options.format == MonthFormat::Pdf {
        job.service.certificates.draw(vec![source.sheet(&job.service)], source.cover()).await?;
    }
    Ok(given)
}

fn missing(lacking: Lacking) -> MissingCertificate {
    let place = |place: Place| MissingPlace {
        character: place.character,
        part: place.part,
        member: place.member,
        positions: place.positions,
    };
    MissingCertificate {
        number: lacking.number,
        code: lacking.code.as_str().to_owned(),
        characters: lacking.characters.into_iter().collect(),
        places: lacking.places.into_iter().map(place).collect(),
    }
}

/// The failure of all, with a fault for each certificate and character.
fn none_drawn(lacking: &[Lacking]) -> Error {
    let code = lacking.first().map_or(Code::Internal, |first| first.code);
    let faults = lacking.iter().flat_map(|one| {
        let fault = || Fault::of(one.code).with("number", one.number.clone());
        let of_characters: Vec<Fault> =
            one.characters.iter().map(|character| fault().with("character", character.clone())).collect();
        if of_characters.is_empty() { vec![fault()] } else { of_characters }
    });
    Error::refused(code, faults.collect())
}

fn zipped(job: &Job, first: &Source, outcome: &Outcome) -> Result<Bytes, Error> {
    let (mut archive, mut bytes) = (Archive::new(first.list.published_at, job.service.time_zone), Vec::new());
    for (_, one) in &outcome.given {
        bytes.extend(archive.add(&format!("{}.pdf", one.file_name), &one.content)?);
    }
    if !outcome.lacking.is_empty() {
        let list = lacking::list_in_chinese(job.options.cycle, &outcome.lacking);
        bytes.extend(archive.add(LIST_OF_MISSING, list.as_bytes())?);
    }
    bytes.extend(archive.finish()?);
    Ok(bytes.into())
}

async fn merged(service: &Service, first: &Source, given: &[(Source, Given)]) -> Result<Bytes, Error> {
    let sheets: Vec<Sheet> = given.iter().map(|(source, _)| source.sheet(service)).collect();
    let cycle = first.list.cycle;
    let cover = Cover {
        title: format!("{}荣誉证书 {cycle}", first.list.title),
        id: format!("certificates-{cycle}"),
        ..first.cover()
    };
    service.certificates.draw(sheets, cover).await
}

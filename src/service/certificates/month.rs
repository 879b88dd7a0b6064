//! The certificates of a month: put together beside the requests into one file, which is kept for a week. Each of them is
//! issued by that, as if somebody had asked for it alone.

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    drawing::{Cover, Sheet},
    issuing::{self, Given},
    source::Source,
};
use crate::{
    domain::{
        fault::Code,
        honour::Standing as HonourStanding,
        id::OperationId,
        month::Month,
        operation::{OperationKind, OperationStatus},
        policy::ResultSource,
        role::Role,
    },
    service::{
        Caller, Error, Service, generator,
        operations::{self, Standing},
        packages::archive::Archive,
    },
    storage::{
        self, Connection,
        files::{FileKey, FilesError},
        honours::Which,
        operations::OperationRow,
        sql_values::Stored,
    },
};

/// As what the certificates are put together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MonthFormat {
    /// A ZIP of one PDF each.
    Zip,
    /// One PDF with the pages of all.
    Pdf,
}

impl fmt::Display for MonthFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Zip => "zip",
            Self::Pdf => "pdf",
        })
    }
}

/// What was asked for, and of what standing who asked was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthOptions {
    /// The cycle.
    pub cycle: Month,
    /// As what.
    pub format: MonthFormat,
    standing: Standing,
}

/// A certificate that could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refused {
    /// Its number.
    pub number: String,
    /// Why.
    pub code: String,
    /// The characters that no font has, such as `U+30EDD`.
    pub characters: Vec<String>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthCounts {
    /// Certificates in the file.
    pub certificates: usize,
    /// Entries that are revoked or withheld.
    pub left_out: usize,
    /// Those that could not be drawn.
    pub refused: Vec<Refused>,
}

struct Job {
    service: Service,
    caller: Caller,
    options: MonthOptions,
    operation: OperationId,
}

/// Begins to put the certificates of a month together. Who asks for the same again while it goes on gets the same. 404 while
/// the list is not published; refused where the national site issues them.
pub async fn begin_month(
    service: &Service,
    caller: &Caller,
    (cycle, format): (Month, MonthFormat),
) -> Result<OperationRow, Error> {
    let account = caller.require(&[Role::CityReviewer])?.clone();
    let sources = sources_of(service, cycle).await?;
    let taken_on = service.background.take_on()?;
    let options = MonthOptions { cycle, format, standing: Standing::of(&account) };
    let operation: OperationId = generator::new_id(&service.clocks)?;
    let kind = OperationKind::CertificateExport;
    let wanted = operations::begun(service, (operation, kind), &account, (&options, sources.len()))?;
    let note = move |db: &mut Connection| {
        account.recheck(db)?;
        let running = storage::operations::list_running(db, account.actor(), kind)?;
        if let Some(same) = running.into_iter().find(|one| one.options.0 == wanted.options.0) {
            return Ok((same, false));
        }
        storage::operations::insert(db, &wanted)?;
        Ok::<_, Error>((wanted, true))
    };
    let (row, is_new) = service.store.write(note).await?;
    if is_new {
        let job = Job { service: service.clone(), caller: caller.clone(), options, operation };
        taken_on.begin(operations::run(service.clone(), row.id, carry_out(job)))?;
    }
    Ok(row)
}

async fn sources_of(service: &Service, cycle: Month) -> Result<Vec<Source>, Error> {
    let zone = service.time_zone;
    let read = move |db: &mut Connection| {
        let list = storage::lists::find(db, cycle)?.ok_or_else(Error::not_found)?;
        if list.result_source == ResultSource::Portal {
            return Err(Error::of(Code::CertificateIssuedElsewhere));
        }
        Source::of(db, Which::Cycle(cycle), zone)
    };
    let mut sources = service.store.read(read).await?;
    sources.sort_by(|one, other| one.entry.honour.number.cmp(&other.entry.honour.number));
    Ok(sources)
}

async fn carry_out(job: Job) -> Result<(), Error> {
    let Job { service, caller, options, operation } = job;
    let _place = operations::turn(&service, operation).await?;
    // It may have waited for long, and honours may have been revoked meanwhile.
    let sources = sources_of(&service, options.cycle).await?;
    let mut counts = MonthCounts::default();
    let mut given: Vec<(Source, Given)> = Vec::new();
    for (done, source) in sources.into_iter().enumerate() {
        if service.background.is_stopping() {
            return Err(Error::of(Code::OperationInterrupted));
        }
        if let Some(one) = one(&service, &caller, &source, &mut counts).await? {
            given.push((source, one));
        }
        operations::beat(&service, &caller, (operation, done + 1)).await?;
    }
    counts.certificates = given.len();
    if let Some((first, _)) = given.first() {
        let file = match options.format {
            MonthFormat::Zip => zipped(&service, first, &given)?,
            MonthFormat::Pdf => merged(&service, first, &given).await?,
        };
        let away = |error: FilesError| Error::Unavailable(error.to_string());
        service.files.put(FileKey::Export(operation), file).await.map_err(away)?;
    }
    operations::succeed(&service, &caller, (operation, &counts)).await
}

/// One certificate; none where it is not given out, which is counted.
async fn one(
    service: &Service,
    caller: &Caller,
    source: &Source,
    counts: &mut MonthCounts,
) -> Result<Option<Given>, Error> {
    if source.entry.honour.standing != HonourStanding::Shown {
        counts.left_out += 1;
        return Ok(None);
    }
    let refusal = match issuing::give(service, caller, source.clone()).await {
        Ok(given) => return Ok(Some(given)),
        Err(Error::Refused(refusal)) => refusal,
        Err(error) => return Err(error),
    };
    if matches!(refusal.code, Code::CertificateRevoked | Code::CertificateWithheld) {
        // Since the work began.
        counts.left_out += 1;
        return Ok(None);
    }
    let characters = refusal.faults.iter().flat_map(|fault| &fault.figures).filter(|(name, _)| *name == "character");
    counts.refused.push(Refused {
        number: source.entry.honour.number.to_string(),
        code: refusal.code.as_str().to_owned(),
        characters: characters.filter_map(|(_, value)| value.as_str().map(str::to_owned)).collect(),
    });
    Ok(None)
}

fn zipped(service: &Service, first: &Source, given: &[(Source, Given)]) -> Result<Bytes, Error> {
    let (mut archive, mut bytes) = (Archive::new(first.list.published_at, service.time_zone), Vec::new());
    for (_, one) in given {
        bytes.extend(archive.add(&format!("{}.pdf", one.file_name), &one.content)?);
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

/// 409 where an honour was revoked, or a name withheld, since the file was put together.
async fn refuse_overtaken(service: &Service, result: Option<Stored<Value>>, cycle: Month) -> Result<(), Error> {
    let counts: MonthCounts = match result {
        Some(counts) => serde_json::from_value(counts.0).map_err(|error| Error::Internal(error.to_string()))?,
        None => MonthCounts::default(),
    };
    let now = sources_of(service, cycle).await?;
    let left_out = now.iter().filter(|source| source.entry.honour.standing != HonourStanding::Shown).count();
    if left_out > counts.left_out { Err(Error::of(Code::ExportOvertaken)) } else { Ok(()) }
}

/// The file with the certificates of a month that the caller has asked for and that was put together, with what it is;
/// `None` when the work is of another kind. 404 otherwise, and for whom has another standing by now.
pub async fn find_month(
    service: &Service,
    caller: &Caller,
    id: OperationId,
) -> Result<Option<(Bytes, MonthOptions)>, Error> {
    let row = operations::find_in_place(service, caller, id).await?;
    if row.kind != OperationKind::CertificateExport {
        return Ok(None);
    }
    if row.status != OperationStatus::Succeeded {
        return Err(Error::not_found());
    }
    let options: MonthOptions =
        serde_json::from_value(row.options.0).map_err(|error| Error::Internal(error.to_string()))?;
    options.standing.require(caller)?;
    refuse_overtaken(service, row.result, options.cycle).await?;
    let found = service.files.find(FileKey::Export(id)).await.map_err(|error| Error::Unavailable(error.to_string()))?;
    Ok(Some((found.ok_or_else(Error::not_found)?, options)))
}

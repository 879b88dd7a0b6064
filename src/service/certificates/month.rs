//! The certificates of a month: put together beside the requests into one file, which is kept for a week. Each of them is
//! issued by that, as if somebody had asked for it alone.

mod work;

use std::fmt;

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use self::work::Job;
use super::{issuing, source::Source};
use crate::{
    domain::{
        certificate::lacking::Part,
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
    },
    storage::{self, Connection, files::FileKey, honours::Which, operations::OperationRow, sql_values::Stored},
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

/// Where a character stands on a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingPlace {
    /// The character, such as `U+30EDD`.
    pub character: String,
    /// In which part.
    pub part: Part,
    /// Of which member of the group, counted from 1.
    pub member: Option<usize>,
    /// Its places among the characters of that part, counted from 1.
    pub positions: Vec<usize>,
}

/// A certificate that could not be drawn.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MissingCertificate {
    /// Its number.
    pub number: String,
    /// Why.
    pub code: String,
    /// The characters that no font has, such as `U+30EDD`.
    pub characters: Vec<String>,
    /// Where they stand on it.
    #[serde(default)]
    pub places: Vec<MissingPlace>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MonthCounts {
    /// Certificates in the file.
    pub certificates: usize,
    /// Entries that are revoked or withheld.
    pub left_out: usize,
    /// Those that could not be drawn.
    #[serde(alias = "refused")]
    pub missing: Vec<MissingCertificate>,
    /// How often certificates of the month had been reissued when it began.
    #[serde(default)]
    pub reissues: i64,
}

impl MonthCounts {
    /// How often certificates were reissued.
    fn reissues_of(sources: &[Source]) -> i64 {
        let prints = sources.iter().filter_map(|source| source.issued.as_ref());
        prints.map(|print| i64::from(print.sequence - issuing::FIRST)).sum()
    }
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
        taken_on.begin(operations::run(service.clone(), row.id, work::carry_out(job)))?;
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

/// 409 where an honour was revoked, a name withheld or a certificate reissued since the file was put together.
async fn refuse_overtaken(service: &Service, result: Option<Stored<Value>>, cycle: Month) -> Result<(), Error> {
    let counts: MonthCounts = match result {
        Some(counts) => serde_json::from_value(counts.0).map_err(|error| Error::Internal(error.to_string()))?,
        None => MonthCounts::default(),
    };
    let now = sources_of(service, cycle).await?;
    let left_out = now.iter().filter(|source| source.entry.honour.standing != HonourStanding::Shown).count();
    let is_overtaken = left_out > counts.left_out || MonthCounts::reissues_of(&now) > counts.reissues;
    if is_overtaken { Err(Error::of(Code::ExportOvertaken)) } else { Ok(()) }
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

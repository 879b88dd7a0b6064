//! The work on an import: slices of rows are judged, sealed and staged; in the end all are taken at once, or none.

use std::{collections::HashMap, sync::Arc};

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::{
    digest::DigestKey,
    finishing::{finish_taken, forget_staged},
    intake::{ImportOptions, first_answer},
};
use crate::{
    domain::{
        candidate::Channel,
        fault::{Code, Fault},
        id::{CandidateId, NominationId, OperationId, OrganizationId},
        import::{Directory, Layout, RowOutcome, Terms, judge},
        recommendation::{Reach, Recommendation},
        sheet::SheetRow,
        text,
    },
    service::{
        Caller, Error, Service,
        caller::Account,
        candidates::reach,
        cycles, generator,
        idempotency::{self, Attempt},
        operations,
        record::{self, Deed},
    },
    storage::{
        self, Connection,
        operations::Ending,
        sql_values::Stored,
        staged_candidates::{CONTACT, NOMINATOR, StagedCandidate, StagedReach},
        staged_rows::{self, StagedRow},
        taking::{self, Taking},
        vault::Place,
    },
};

/// Rows judged and staged at once: some milliseconds in the gate.
const SLICE: usize = 100;

/// An import.
pub struct Job {
    pub service: Service,
    pub caller: Caller,
    pub account: Account,
    pub organization: OrganizationId,
    pub operation: OperationId,
    pub options: ImportOptions,
    pub goes_on: bool,
    pub rows: Vec<SheetRow>,
    pub layout: Layout,
    pub directory: Directory,
    pub key: DigestKey,
    pub attempt: Option<Attempt>,
}

/// What an import came to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Rows of the table.
    pub rows: i64,
    /// Rows of which candidates were made.
    pub created: i64,
    /// Rows in order of which none was made.
    pub valid: i64,
    /// Rows that repeat others.
    pub duplicate: i64,
    /// Rows with something wrong.
    pub refused: i64,
}

impl Counts {
    fn of(counted: &[(RowOutcome, i64)]) -> Self {
        let count = |wanted| counted.iter().filter(|(outcome, _)| *outcome == wanted).map(|(_, count)| count).sum();
        Self {
            rows: counted.iter().map(|(_, count)| count).sum(),
            created: count(RowOutcome::Created),
            valid: count(RowOutcome::Valid),
            duplicate: count(RowOutcome::Duplicate),
            refused: count(RowOutcome::Refused),
        }
    }
}

/// Waits for a turn among the long work, then works.
pub async fn run_in_turn(job: Arc<Job>) -> Result<(), Error> {
    match operations::turn(&job.service, job.operation).await {
        Ok(_place) => run(job).await,
        Err(error) => operations::fail(&job.service, job.operation, &error).await.and(Err(error)),
    }
}

/// Works until the import has ended, well or not.
pub async fn run(job: Arc<Job>) -> Result<(), Error> {
    let outcome = carry_out(&job).await;
    match &outcome {
        Ok(true) => finish_taken(&job.service, job.operation).await,
        Ok(false) => forget_staged(&job.service, job.operation).await,
        Err(error) => operations::fail(&job.service, job.operation, error).await,
    }?;
    outcome.map(drop)
}

/// Whether anything was taken.
async fn carry_out(job: &Arc<Job>) -> Result<bool, Error> {
    let refused = stage(job).await?;
    if job.options.dry_run || (refused > 0 && !job.options.partial) {
        leave(job).await?;
        return Ok(false);
    }
    let work = Arc::clone(job);
    job.service.store.write(move |db| take(&work, db)).await?;
    Ok(true)
}

/// Judges and stages every row; returns how many are refused.
async fn stage(job: &Arc<Job>) -> Result<usize, Error> {
    let mut seen: HashMap<Vec<u8>, i32> = HashMap::new();
    let (mut refused, mut done) = (0, 0);
    for from in (0..job.rows.len()).step_by(SLICE) {
        if job.service.background.is_stopping() {
            return Err(Error::of(Code::OperationInterrupted));
        }
        let work = Arc::clone(job);
        let mut slice = job.service.sheets.work(move || prepare_slice(&work, from)).await?;
        let digests: Vec<Vec<u8>> = slice.iter().filter_map(|prepared| prepared.row.digest.clone()).collect();
        let organization = job.organization;
        let known = job
            .service
            .store
            .read(move |db| Ok::<_, Error>(storage::import_rows::known_among(db, organization, digests)?));
        let known = known.await?;
        for prepared in &mut slice {
            prepared.recognise(&known, &mut seen);
            refused += usize::from(prepared.row.outcome == RowOutcome::Refused);
        }
        done += slice.len();
        let keeps = !job.options.dry_run && (refused == 0 || job.options.partial);
        let (work, beat) = (Arc::clone(job), i64::try_from(done).unwrap_or(i64::MAX));
        job.service.store.write(move |db| write_slice(&work, db, (slice, keeps), beat)).await?;
    }
    Ok(refused)
}

fn write_slice(job: &Job, db: &mut Connection, (slice, keeps): (Vec<Prepared>, bool), done: i64) -> Result<(), Error> {
    let (mut rows, mut candidates, mut reaches) = (Vec::new(), Vec::new(), Vec::new());
    for prepared in slice {
        rows.push(prepared.row);
        if let Some((candidate, of_it)) = prepared.candidate.filter(|_| keeps) {
            candidates.push(candidate);
            reaches.extend(of_it);
        }
    }
    storage::staged_rows::insert_all(db, &rows)?;
    storage::staged_candidates::insert_all(db, &candidates, &reaches)?;
    job.account.recheck_place(db)?;
    let lease = job.service.clocks.machine() + operations::LEASE;
    if storage::operations::beat(db, job.operation, done, lease)? {
        Ok(())
    } else {
        Err(Error::of(Code::OperationInterrupted))
    }
}

/// A row with what becomes of it.
struct Prepared {
    row: StagedRow,
    candidate: Option<(StagedCandidate, Vec<StagedReach>)>,
}

impl Prepared {
    /// Notes that the row was taken before, or stands in the table before.
    fn recognise(&mut self, known: &HashMap<Vec<u8>, CandidateId>, seen: &mut HashMap<Vec<u8>, i32>) {
        let Some(digest) = &self.row.digest else { return };
        let taken = known.get(digest).copied();
        let earlier = *seen.entry(digest.clone()).or_insert(self.row.row_number);
        let repeats = earlier != self.row.row_number;
        if taken.is_some() || repeats {
            self.row.outcome = RowOutcome::Duplicate;
            self.row.candidate_id = taken;
            self.row.earlier_row = repeats.then_some(earlier);
            self.candidate = None;
        }
    }
}

fn prepare_slice(job: &Job, from: usize) -> Result<Vec<Prepared>, Error> {
    job.rows.iter().skip(from).take(SLICE).map(|row| prepare(job, row)).collect()
}

fn prepare(job: &Job, row: &SheetRow) -> Result<Prepared, Error> {
    let id: CandidateId = generator::new_id(&job.service.clocks)?;
    let shown: Vec<(usize, String)> = row.cells.iter().map(|(at, cell)| (*at, cell.shown())).collect();
    let place = Place::new(staged_rows::TABLE, "cells_cipher", id);
    let cells_cipher = job.service.vault.seal_text(place, &json!(shown).to_string())?;
    // What names no nominator is the sender's own recommendation, and one's own nobody makes in another's place.
    let terms = Terms { now: job.service.clocks.campaign(), names_nominator: job.account.acting.is_some() };
    let judged = judge(row, &job.layout, &job.directory, terms);
    let number = i32::try_from(row.number).unwrap_or(i32::MAX);
    let staged = |outcome, digest, faults: Vec<Fault>| StagedRow {
        operation_id: job.operation,
        row_number: number,
        id,
        outcome,
        digest,
        faults: Stored(faults.into_iter().map(Into::into).collect()),
        cells_cipher,
        candidate_id: None,
        earlier_row: None,
    };
    Ok(match judged {
        Err(faults) => Prepared { row: staged(RowOutcome::Refused, None, faults), candidate: None },
        Ok(input) => Prepared {
            row: staged(RowOutcome::Valid, Some(job.key.of(&input)?), Vec::new()),
            candidate: Some(candidate(job, &input, (id, number))?),
        },
    })
}

fn candidate(
    job: &Job,
    input: &Recommendation,
    (id, row_number): (CandidateId, i32),
) -> Result<(StagedCandidate, Vec<StagedReach>), Error> {
    let clocks = &job.service.clocks;
    let nomination_id: NominationId = generator::new_id(clocks)?;
    let line = |text: &Option<String>| text.as_deref().map(text::tidy_line);
    let of_unit = input.unit_id.and_then(|unit| job.directory.district_of(unit));
    let name = text::tidy_line(&input.name);
    let candidate = StagedCandidate {
        operation_id: job.operation,
        row_number,
        candidate_id: id,
        nomination_id,
        transition_id: generator::new_id(clocks)?,
        event_id: generator::new_id(clocks)?,
        subject_id: id.to_string(),
        is_own: input.nominator.is_none(),
        category: input.category.clone(),
        subject: input.subject,
        posthumous: input.posthumous,
        name_folded: text::fold(&name),
        name,
        members: Stored(input.members.iter().map(|name| text::tidy_line(name)).collect()),
        occupation: line(&input.occupation),
        gender: input.gender,
        birth_year: input.birth_year,
        ethnicity: line(&input.ethnicity),
        summary: text::tidy_line(&input.summary),
        deed: input.deed.as_deref().map(text::tidy_paragraphs),
        unit_id: input.unit_id,
        district_id: of_unit
            .or(input.district_id)
            .ok_or_else(|| Error::Internal("a row without a district".to_owned()))?,
        channel: input.channel.unwrap_or(Channel::Online),
    };
    let mut reaches =
        vec![staged_reach(job, row_number, CONTACT, (storage::contacts::TABLE, id.into(), &input.contact))?];
    if let Some(nominator) = &input.nominator {
        let whose = (storage::nominations::TABLE, nomination_id.into(), nominator);
        reaches.push(staged_reach(job, row_number, NOMINATOR, whose)?);
    }
    Ok((candidate, reaches))
}

fn staged_reach(
    job: &Job,
    row_number: i32,
    whose: &'static str,
    (table, row, reached): (&'static str, uuid::Uuid, &Reach),
) -> Result<StagedReach, Error> {
    let name = reach::seal_name(&job.service, (table, row), reached.name.as_deref())?;
    let phone = reach::seal_phone(&job.service, (table, row), reached.phone.as_deref())?;
    Ok(StagedReach {
        operation_id: job.operation,
        row_number,
        whose,
        name_cipher: name.cipher,
        name_masked: name.masked,
        phone_cipher: phone.cipher,
        phone_masked: phone.masked,
        phone_index: phone.index,
        relationship: reached.relationship.as_deref().map(text::tidy_line),
    })
}

/// Ends an import that takes nothing.
async fn leave(job: &Arc<Job>) -> Result<(), Error> {
    let work = Arc::clone(job);
    let write = job.service.store.write(move |db| {
        claim(&work, db)?;
        keep(&work, db, 200)?;
        let counts = Counts::of(&storage::staged_rows::count(db, work.operation)?);
        let ending = Ending::Result(json!(counts));
        let now = work.service.clocks.campaign();
        Ok::<_, Error>(storage::operations::finish_if(db, work.operation, ending, now)?)
    });
    if write.await? { Ok(()) } else { Err(Error::of(Code::OperationInterrupted)) }
}

/// The short step in which everything is taken. Order of locks: user, organizations, cycle.
fn take(job: &Job, db: &mut Connection) -> Result<(), Error> {
    job.account.recheck(db)?;
    claim(job, db)?;
    taking::hold_places(db, job.operation)?;
    if taking::count_outdated(db, job.operation)? > 0 {
        // Something was closed or moved since the rows were judged; judging them again names it.
        return Err(Error::fault(Fault::at("/file", Code::UnknownReference)));
    }
    let cycle = cycles::hold_intake(&job.service, db)?;
    let taking = Taking {
        operation: job.operation,
        organization: job.organization,
        actor: (job.account.actor(), job.account.role),
        cycle: cycle.month,
        now: job.service.clocks.campaign(),
    };
    taking::mark_taken_before(db, &taking)?;
    let created = taking::take(db, &taking)?;
    let counts = Counts::of(&storage::staged_rows::count(db, job.operation)?);
    if !storage::operations::set_taken_if(db, job.operation, json!(counts), taking.now)? {
        return Err(Error::of(Code::OperationInterrupted));
    }
    let details = json!({ "cycle": cycle.month, "rows": counts.rows, "created": counts.created,
        "duplicate": counts.duplicate, "refused": counts.refused });
    let deed = Deed::new("nominations.imported", "operation", job.operation).with(details);
    record::audit(&job.service, db, &job.caller, &deed)?;
    keep(job, db, if created > 0 { 201 } else { 200 })
}

/// The key of an import that the client waits for; that of any other was claimed when it began.
fn awaited(job: &Job) -> Option<&Attempt> {
    job.attempt.as_ref().filter(|_| !job.goes_on)
}

fn claim(job: &Job, db: &mut Connection) -> Result<(), Error> {
    idempotency::claim(db, awaited(job), job.service.clocks.machine())
}

fn keep(job: &Job, db: &mut Connection, status: u16) -> Result<(), Error> {
    idempotency::keep(db, awaited(job), &first_answer(status, job.operation))
}

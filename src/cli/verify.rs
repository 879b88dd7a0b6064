//! `haoren verify`: checks a downloaded vote log against its signed head, without the server that made it.

use std::{
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use clap::Args;
use serde::Deserialize;

use super::{CommandError, say};
use crate::domain::vote_log::{Checkpoint, Receipt, Verification, Verified, VerifierKey};

const EXAMPLE: &str = r#"Example, with a server of `haoren demo` or your own (log of November 2026):

  log=http://127.0.0.1:8080/api/v1/cycles/2026-11/log
  curl -fsS "$log/head" > head.json
  size=$(grep -o '"size":[0-9]*' head.json | head -n 1 | cut -d: -f2)
  : > log.ndjson
  for from in $(seq 0 4096 $((size - 1))); do
    curl -fsS "$log/entries?from=$from&to=$size&limit=4096" >> log.ndjson
  done
  haoren verify --log log.ndjson --head head.json

A receipt is what the answer to a vote carries; give it as <sequence>:<leaf hash>, or as a file with that answer:

  haoren verify --log log.ndjson --head head.json --receipt 17:CQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQk=

The format, and what a receipt proves and does not prove: docs/public-log.md"#;

/// Check a downloaded vote log: signature, root, entries, receipts, tally.
///
/// Works offline and trusts no server. Ends with 0 when the log is what was signed, else with 1 and the first place of
/// the fault.
#[derive(Args, Debug)]
#[command(after_long_help = EXAMPLE)]
pub struct Verify {
    /// The entries, one a line, as /log/entries gives them.
    #[arg(long, value_name = "FILE")]
    log: PathBuf,
    /// The signed head: the answer of /log/head, or the bare note.
    #[arg(long, value_name = "FILE")]
    head: PathBuf,
    /// The key to trust, of the form name+hash+base64. Without it, that of the head's file is taken.
    #[arg(long, value_name = "VKEY")]
    key: Option<String>,
    /// A receipt to look for: `SEQUENCE:LEAF_HASH`, or a file with the answer to a vote. May be given several times.
    #[arg(long, value_name = "FILE-OR-VALUES")]
    receipt: Vec<String>,
}

impl Verify {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let (note, of_file) = read_head(&self.head)?;
        let given = self.key.as_deref().map(|text| text.trim().parse::<VerifierKey>()).transpose()?;
        let is_given = given.is_some();
        let key = given.or(of_file).ok_or("the head's file holds no key: name the one to trust with --key")?;
        let head = key.open(&note).map_err(|fault| format!("{}: {fault}", self.head.display()))?;
        if head.origin != key.name {
            return Err(format!("the head is of the log {}, the key of {}", head.origin, key.name).into());
        }
        say_signature(&head, is_given)?;
        let receipts = self.receipt.iter().map(|text| read_receipt(text)).collect::<Result<Vec<_>, _>>()?;
        let verified = read_log(&self.log, &head, &receipts)
            .map_err(|error| -> CommandError { format!("{}: {error}", self.log.display()).into() })?;
        say_verified(&verified)?;
        Ok(ExitCode::SUCCESS)
    }
}

fn say_signature(head: &Checkpoint, is_given: bool) -> Result<(), CommandError> {
    say(format_args!("signature      good: {} entries of {}", head.size, head.origin))?;
    if let Some(at) = head.signed_at {
        say(format_args!(
            "signed at      {} (the server's word)",
            at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
        ))?;
    }
    Ok(say(if is_given {
        "key            the one given"
    } else {
        "key            the one in the head's file; compare it with what others were given, or name it with --key"
    })?)
}

fn say_verified(verified: &Verified) -> Result<(), CommandError> {
    let Verified { size, root, votes, invalidations, tally, receipts } = verified;
    say(format_args!("sequence       {size} entries from 0 on, none missing, each in its exact form"))?;
    say(format_args!("root           good: {}", STANDARD.encode(root)))?;
    say("voters         none twice for one candidate in one span")?;
    say(format_args!("invalidations  {invalidations}, each of an earlier vote, none twice"))?;
    if *receipts > 0 {
        say(format_args!("receipts       {receipts} found in their places"))?;
    }
    say(format_args!("tally          {} votes, {} of them count", votes, votes - invalidations))?;
    for (candidate, votes) in tally {
        say(format_args!("  {candidate}  {votes}"))?;
    }
    Ok(say("\nThe log is what was signed. 日志与签名一致。")?)
}

#[derive(Deserialize)]
struct HeadFile {
    note: String,
    key: Option<String>,
}

/// Heads are small; what is larger is something else.
const MAX_HEAD_BYTES: u64 = 1 << 20;
/// Entries are short; what is longer is none.
const MAX_LINE_BYTES: u64 = 4096;

fn read_small(path: &Path) -> Result<String, CommandError> {
    let unreadable = |error: std::io::Error| format!("{}: {error}", path.display());
    let mut text = String::new();
    let file = File::open(path).map_err(unreadable)?;
    file.take(MAX_HEAD_BYTES).read_to_string(&mut text).map_err(unreadable)?;
    Ok(text)
}

/// The note, and the key beside it.
fn read_head(path: &Path) -> Result<(String, Option<VerifierKey>), CommandError> {
    let text = read_small(path)?;
    if !text.trim_start().starts_with('{') {
        return Ok((text, None));
    }
    let head: HeadFile = serde_json::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
    let key = head.key.map(|key| key.parse()).transpose()?;
    Ok((head.note, key))
}

#[derive(Deserialize)]
struct ReceiptFile {
    sequence: Option<u64>,
    leaf_hash: Option<String>,
    receipt: Option<Box<ReceiptFile>>,
}

fn read_receipt(text: &str) -> Result<Receipt, CommandError> {
    if let Ok(receipt) = text.parse() {
        return Ok(receipt);
    }
    let content = read_small(Path::new(text))?;
    if let Ok(receipt) = content.parse() {
        return Ok(receipt);
    }
    let answer: ReceiptFile = serde_json::from_str(&content).map_err(|error| format!("{text}: {error}"))?;
    let inner = answer.receipt.as_deref().unwrap_or(&answer);
    match (inner.sequence, &inner.leaf_hash) {
        (Some(sequence), Some(hash)) => Ok(Receipt::of(sequence, hash)?),
        _ => Err(format!("{text}: there is no receipt in it").into()),
    }
}

fn read_log(path: &Path, head: &Checkpoint, receipts: &[Receipt]) -> Result<Verified, CommandError> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut verification = Verification::new(receipts);
    let mut line = Vec::new();
    while reader.by_ref().take(MAX_LINE_BYTES).read_until(b'\n', &mut line)? > 0 {
        verification.take(&line)?;
        line.clear();
    }
    Ok(verification.finish(head)?)
}

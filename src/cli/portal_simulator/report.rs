//! What is told while it goes on, and at the end. Chinese first, English beside it.

use std::{
    collections::BTreeMap,
    fmt::{Display, Write as _},
};

use super::{
    failure::Failure,
    folder::{Record, Stage},
};
use crate::cli::CommandError;

/// A line of progress.
pub fn say(text: impl Display) -> Result<(), Failure> {
    crate::cli::say(text).map_err(|error| Failure::Local(error.to_string()))
}

/// What came of a run.
#[derive(Debug, Default)]
pub struct Report {
    batches: BTreeMap<(String, u32), Record>,
    failures: Vec<Failure>,
}

impl Report {
    /// How a batch stands now.
    pub fn note_batch(&mut self, record: &Record) {
        self.batches.insert((record.cycle.clone(), record.sequence), record.clone());
    }

    /// Whether a step went well. What failed is said at once, and again at the end.
    pub fn note_outcome(&mut self, outcome: Result<(), Failure>) -> Result<(), CommandError> {
        let Err(failure) = outcome else { return Ok(()) };
        say(format_args!("  失败 failed: {failure}"))?;
        if !self.failures.contains(&failure) {
            self.failures.push(failure);
        }
        Ok(())
    }

    /// The end report.
    pub fn tell(&self) -> Result<(), CommandError> {
        let done = self.batches.values().filter(|record| record.stage == Stage::Acknowledged).count();
        let (all, failures) = (self.batches.len(), self.failures.len());
        say(format_args!("\n报告 Report: 批次 batches {all}，已回执 acknowledged {done}，失败 failures {failures}"))?;
        for record in self.batches.values() {
            say(line(record))?;
        }
        for failure in &self.failures {
            say(format_args!("  失败 failed: {failure}"))?;
        }
        Ok(())
    }

    /// The highest of what failed.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        self.failures.iter().map(Failure::exit_code).max().unwrap_or(0)
    }
}

fn line(record: &Record) -> String {
    let stage = match record.stage {
        Stage::Found => "未下载 not fetched".to_owned(),
        Stage::Checked => "已校验 checked".to_owned(),
        Stage::Decided => "回执待发 receipt held back".to_owned(),
        Stage::Acknowledged => format!("已回执 acknowledged as {}", record.status.as_deref().unwrap_or_default()),
    };
    let mut line = format!("  {} 第 {} 批 batch {}: {stage}", record.cycle, record.sequence, record.sequence);
    if let Some((candidates, files)) = record.counts {
        let _ = write!(line, "，{candidates} 人 candidates，{files} 个文件 files");
    }
    let refused = record.receipt.as_ref().map_or(0, |receipt| receipt.refused.len());
    if refused > 0 {
        let _ = write!(line, "，退回 refused {refused}");
    }
    if record.broken_off > 0 {
        let _ = write!(line, "，故意中断 broken off {}", record.broken_off);
    }
    if record.gave_in {
        line.push_str("，榜单已发布，改为全部接收 too late to refuse, all accepted");
    }
    line
}

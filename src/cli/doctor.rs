//! `haoren doctor`: what is configured, what is wrong, how to mend it. Changes nothing; works beside a running server.

mod checkup;
mod finding;
mod unpublished;

use std::process::ExitCode;

use clap::Args;

use self::finding::Level;
use super::{CommandError, say};
use crate::settings::Settings;

/// Tell what is configured, what is wrong and how to mend it.
///
/// Ends with 0 when haoren can serve, with 1 when something must be mended first.
#[derive(Args, Debug)]
pub struct Doctor {
    #[command(flatten)]
    settings: Settings,
}

impl Doctor {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let findings = actix_web::rt::System::new().block_on(checkup::all(&self.settings));
        for finding in &findings {
            say(finding)?;
        }
        let broken = findings.iter().filter(|finding| finding.level == Level::Broken).count();
        if broken == 0 {
            say("\nhaoren can serve with these settings. 可以启动。")?;
            return Ok(ExitCode::SUCCESS);
        }
        say(format_args!("\n{broken} to be mended before haoren can serve. 有 {broken} 项需要先处理。"))?;
        Ok(ExitCode::FAILURE)
    }
}

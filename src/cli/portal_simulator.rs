//! `haoren portal-simulator`: the province's side of the exchange, played against a running server. A client that whoever
//! integrates a portal can read, and a partner that misbehaves on demand.
//!
//! It speaks HTTP alone and knows nothing of the server's inside. Everything that it is about to say is written to its folder
//! before it is said, so that after a break it says the same again and nothing twice.

mod checks;
mod download;
mod exchange;
mod failure;
mod folder;
mod manifest;
mod manners;
mod receipts;
mod report;
mod results;
mod server;
mod signature;
mod verdicts;
mod wire;

use std::{fs, path::PathBuf, process::ExitCode, time::Duration};

use clap::{Args, Subcommand};
use reqwest::Url;

use self::{
    exchange::Exchange,
    failure::Failure,
    folder::Folder,
    manners::{Manners, Switches},
    report::Report,
    results::Results,
    server::{Account, Server},
};
use super::{CommandError, hold::hold};

const HELP: &str = "\
The password is HAOREN_PORTAL_PASSWORD, or the first line of --password-file; it is never given on the command line.

Exit codes 退出码:
  0  everything that waited was fetched, checked and acknowledged; the results were taken
  1  something here is wrong: folder, file, password
  2  the command line is wrong
  3  the server refused something, or the two sides disagree
  4  the server could not be reached, also after all attempts
  5  a package did not stand up to the checks; no receipt was sent for it
With several, the highest. What is left over is done by the next run: the folder knows how far it came.

Examples, with the server and the portal account of `haoren demo`:

  export HAOREN_PORTAL_PASSWORD=…
  haoren portal-simulator --once
  haoren portal-simulator --once --slow 20000 --break-off 2 --duplicate
  haoren portal-simulator --once --refuse number:2=照片不清晰 --refuse category:bravery
  haoren portal-simulator --every 10 --late
  haoren portal-simulator results --cycle 2026-11 --generate 20
  haoren portal-simulator results --cycle 2026-11 --file results.csv";

/// Play the provincial portal against a running server: fetch the batches that wait, check packages, digests and signature,
/// acknowledge them; deliver results.
#[derive(Args, Debug)]
#[command(after_long_help = HELP)]
pub struct PortalSimulator {
    /// Address of the server.
    #[arg(long, env = "HAOREN_PORTAL_URL", default_value = "http://127.0.0.1:8080", value_name = "URL")]
    url: Url,
    /// User name of an account of the role `portal`.
    #[arg(long, env = "HAOREN_PORTAL_USERNAME", default_value = "portal", value_name = "NAME")]
    username: String,
    /// File whose first line is the password [default: the variable `HAOREN_PORTAL_PASSWORD`].
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// Folder of what was fetched and said. It holds personal data and is made for its owner alone.
    #[arg(long, default_value = "./haoren-portal", value_name = "FOLDER")]
    folder: PathBuf,
    /// How often a request is tried before the server counts as away.
    #[arg(long, default_value_t = 6, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100))]
    attempts: u32,
    /// One round, then end. Without it rounds are repeated until the program is stopped.
    #[arg(long)]
    once: bool,
    /// Seconds between two rounds.
    #[arg(long, default_value_t = 30, value_name = "SECONDS", conflicts_with = "once",
          value_parser = clap::value_parser!(u64).range(1..))]
    every: u64,
    #[command(flatten)]
    switches: Switches,
    #[command(subcommand)]
    instead: Option<Instead>,
}

#[derive(Debug, Subcommand)]
enum Instead {
    /// Deliver the results of a cycle's vote, and end.
    Results(Results),
}

impl PortalSimulator {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let folder = Folder::open(&self.folder)?;
        let _held = hold(&self.folder.join("lock"), || {
            format!("another simulator uses {}; stop it, or choose another folder with --folder", self.folder.display())
        })?;
        let account = Account { username: self.username.clone(), password: self.password()? };
        let server = Server::new(self.url.clone(), account, self.attempts)?;
        let manners = Manners::from(&self.switches);
        let report = actix_web::rt::System::new().block_on(self.play(&server, &folder, &manners))?;
        report.tell()?;
        Ok(ExitCode::from(report.exit_code()))
    }

    async fn play(&self, server: &Server, folder: &Folder, manners: &Manners) -> Result<Report, CommandError> {
        let mut report = Report::default();
        if let Some(Instead::Results(results)) = &self.instead {
            report.note_outcome(results.deliver(server, folder, manners).await)?;
            return Ok(report);
        }
        let mut exchange = Exchange { server, folder, manners, report: &mut report };
        if self.once {
            exchange.round().await?;
            return Ok(report);
        }
        // Whatever is broken off by the signal is taken up by the next run, as after a power failure.
        tokio::select! {
            outcome = exchange.rounds(Duration::from_secs(self.every)) => outcome?,
            stopped = tokio::signal::ctrl_c() => stopped?,
        }
        Ok(report)
    }

    fn password(&self) -> Result<String, Failure> {
        let given = match &self.password_file {
            Some(file) => fs::read_to_string(file)
                .map_err(|error| Failure::Local(format!("{}: {error}", file.display())))?
                .lines()
                .next()
                .map(str::to_owned),
            None => std::env::var("HAOREN_PORTAL_PASSWORD").ok(),
        };
        given.filter(|password| !password.is_empty()).ok_or_else(|| {
            Failure::Local(
                "没有密码 there is no password: set HAOREN_PORTAL_PASSWORD, or name a file with --password-file"
                    .to_owned(),
            )
        })
    }
}

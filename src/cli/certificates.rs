//! `haoren certificates`: what was issued, from the command line.

use std::{process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};

use super::{CommandError, say};
use crate::{
    domain::{certificate, fault::Code, month::Month},
    service::{
        Error, Service,
        certificates::{self, Stocked},
        clock::SystemTime,
        startup,
    },
    settings::Settings,
};

/// Certificates that were issued.
#[derive(Args, Debug)]
pub struct Certificates {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Reissue every certificate whose code leads to another address than that of today.
    Reissue(Reissue),
}

const LESSON: &str = "\
The code on a certificate leads to its public check, at the address that HAOREN_PUBLIC_URL had when the
certificate was issued. Where that was not set, it leads to an address that nobody outside finds.
Set it, look, and reissue:

  export HAOREN_PUBLIC_URL=https://haoren.example.gov.cn
  haoren certificates reissue --because \"公开网址更正\" --dry-run
  haoren certificates reissue --because \"公开网址更正\"

Run it with the settings of the server (HAOREN_DATA_DIR or DATABASE_URL, HAOREN_FONT_DIR, …), which may go
on meanwhile. Numbers and days stay; name, category and issuer are those of now. The prints before are kept:
a reviewer of the city reads them (GET /api/v1/certificates/{number}/prints). What was revoked or withheld is
left as it is. The command can be broken off and run again: what it has reissued leads to the right address
and is not touched a second time. It ends with 1 when one could not be reissued.

Of certificates that were issued before their addresses were noted, the file tells. One whose file is lost
is named and left. A single certificate is reissued over HTTP: POST /api/v1/certificates/{number}/reissues.
See docs/certificates.md.";

/// Reissue every certificate whose code leads to another address than `HAOREN_PUBLIC_URL`.
#[derive(Args, Debug)]
#[command(after_long_help = LESSON)]
struct Reissue {
    /// Why, in at most 500 characters; kept with each print.
    #[arg(long, value_name = "REASON")]
    because: String,
    /// Only those of this month's list, such as 2026-11.
    #[arg(long, value_name = "MONTH")]
    month: Option<Month>,
    /// Only tell which ones.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: Settings,
}

impl Certificates {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        match self.action {
            Action::Reissue(command) => command.run(),
        }
    }
}

impl Reissue {
    fn run(self) -> Result<ExitCode, CommandError> {
        let Some(address) = self.settings.public_url.clone() else {
            return Err("HAOREN_PUBLIC_URL is not set: the certificates would lead to an address that nobody outside \
                        finds; set it as the server has it"
                .into());
        };
        if let Some(fault) = certificate::reason_faults(&self.because).first() {
            return Err(format!("--because: {}; say why in 1 to 500 characters", fault.code).into());
        }
        let service = startup::open(&self.settings.setup(false)?, Arc::new(SystemTime))?;
        actix_web::rt::System::new().block_on(self.work(&service, &address))
    }

    async fn work(&self, service: &Service, address: &str) -> Result<ExitCode, CommandError> {
        let stock = certificates::list_stock(service, self.month).await.map_err(|error| self.explain(&error))?;
        let elsewhere: Vec<&Stocked> = stock.iter().filter(|one| one.leads_elsewhere()).collect();
        say(format_args!(
            "{} certificates are issued; {} of them lead to another address than {address}",
            stock.len(),
            elsewhere.len()
        ))?;
        for one in stock.iter().filter(|one| one.printed.is_none()) {
            say(format_args!("{} cannot be told: its file is lost or damaged; it is left as it is", one.number))?;
        }
        if self.dry_run {
            for one in elsewhere {
                say(format_args!("{} leads to {}", one.number, one.printed.as_deref().unwrap_or_default()))?;
            }
            say("a dry run: nothing was reissued")?;
            return Ok(ExitCode::SUCCESS);
        }
        self.reissue(service, &elsewhere).await
    }

    async fn reissue(&self, service: &Service, elsewhere: &[&Stocked]) -> Result<ExitCode, CommandError> {
        let (all, mut failed) = (elsewhere.len(), 0);
        for (count, one) in (1..).zip(elsewhere) {
            let number = &one.number;
            match certificates::reissue_stocked(service, number.clone(), &self.because).await {
                Ok(()) => say(format_args!("[{count}/{all}] {number} reissued 已换发"))?,
                Err(error) if error.code() == Some(Code::CertificateUnchanged) => {
                    say(format_args!("[{count}/{all}] {number} was reissued meanwhile"))?;
                }
                Err(error) => {
                    failed += 1;
                    say(format_args!("[{count}/{all}] {number} could not be reissued 未能换发: {}", reason(&error)))?;
                }
            }
        }
        say(format_args!("{} reissued, {failed} not", all - failed))?;
        Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
    }

    fn explain(&self, error: &Error) -> String {
        match (self.month, error.code()) {
            (Some(month), Some(Code::NotFound)) => format!("no list of {month} was published"),
            (_, _) => error.to_string(),
        }
    }
}

/// The code of a refusal, with the characters that are missing.
fn reason(error: &Error) -> String {
    let mut reason = error.to_string();
    if let Error::Refused(refusal) = error {
        let figures = refusal.faults.iter().flat_map(|fault| &fault.figures);
        for (_, value) in figures.filter(|(name, _)| *name == "character") {
            reason.push(' ');
            reason.push_str(value.as_str().unwrap_or_default());
        }
    }
    reason
}

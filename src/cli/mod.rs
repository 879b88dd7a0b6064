//! The commands, one file each.

mod admin;
mod certificates;
pub mod demo;
mod doctor;
mod hold;
mod migrate;
mod openapi;
mod portal_simulator;
mod serve;
mod verify;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::{ServerSettings, Settings};

/// haoren (好人): the backend of the campaign 我推荐、我评议身边好人.
///
/// Without a command it serves: on the embedded SQLite in ./haoren-data, at <http://127.0.0.1:8080>, documented at
/// /docs. Every flag can be set in the environment instead.
#[derive(Debug, Parser)]
#[command(version, about, args_conflicts_with_subcommands = true)]
pub struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    server: ServerSettings,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the API (the default).
    Serve(serve::Serve),
    /// Bring the database's schema up to date, and seed what must be there.
    Migrate(migrate::Migrate),
    /// Make an administrator, or give one a new password.
    Admin(admin::Admin),
    /// Reissue certificates that lead to another address than that of today.
    Certificates(certificates::Certificates),
    /// Make a demonstration city and serve it.
    Demo(demo::Demo),
    /// Tell what is configured, what is wrong and how to mend it.
    Doctor(doctor::Doctor),
    /// Play the provincial portal against a running server.
    PortalSimulator(Box<portal_simulator::PortalSimulator>),
    /// Check a downloaded vote log against its signed head, offline.
    Verify(verify::Verify),
    /// Write the API's contract (OpenAPI 3.1) to standard output.
    Openapi(openapi::Openapi),
}

/// Why a command failed, for whoever ran it.
pub type CommandError = Box<dyn std::error::Error>;

impl CommandLine {
    /// Runs the command.
    pub fn run(self) -> Result<ExitCode, CommandError> {
        match self.command {
            None => serve::serve(&self.settings, &self.server),
            Some(Command::Serve(command)) => command.run(),
            Some(Command::Migrate(command)) => command.run(),
            Some(Command::Admin(command)) => command.run(),
            Some(Command::Certificates(command)) => command.run(),
            Some(Command::Demo(command)) => command.run(),
            Some(Command::Doctor(command)) => command.run(),
            Some(Command::PortalSimulator(command)) => command.run(),
            Some(Command::Verify(command)) => command.run(),
            Some(Command::Openapi(command)) => command.run(),
        }
    }
}

/// Writes a line for people to standard output, where results go; the log goes to standard error.
fn say(text: impl std::fmt::Display) -> std::io::Result<()> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "{text}")?;
    out.flush()
}

//! `haoren openapi`: the contract, generated from the code.

use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::{CommandError, say};
use crate::api::contract;

/// Write the contract to standard output.
#[derive(Args, Debug)]
pub struct Openapi {
    /// The form to write.
    #[arg(long, value_enum, default_value = "json")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Json,
    Yaml,
}

impl Openapi {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let document = contract::collect();
        match self.format {
            Format::Json => say(document.to_pretty_json()?)?,
            Format::Yaml => say(document.to_yaml()?.trim_end())?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

//! `haoren migrate`: the schema, without serving.

use std::{process::ExitCode, sync::Arc};

use clap::Args;

use super::{CommandError, say};
use crate::{
    service::{clock::SystemTime, startup},
    settings::Settings,
    storage::{migrations, private_folder},
};

/// Bring the database's schema up to date.
#[derive(Args, Debug)]
pub struct Migrate {
    #[command(flatten)]
    settings: Settings,
}

impl Migrate {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let address = self.settings.address()?;
        if address.is_sqlite() {
            private_folder(&self.settings.data_dir)?;
        }
        let pending = migrations::pending(&address)?;
        startup::open(&self.settings.setup(false)?, Arc::new(SystemTime))?;
        for name in &pending {
            say(format_args!("applied {name}"))?;
        }
        say(format_args!("{address} is up to date"))?;
        Ok(ExitCode::SUCCESS)
    }
}

//! `haoren demo`: a city with a finished and a running month, to look at and to build on.

mod afterwards;
mod build;
mod cast;
mod city;
mod dice;
mod drawing;
mod error;
mod folder;
pub mod guide;
mod hands;
mod intake;
mod plan;
mod poll;
mod progress;
mod season;
mod story;
mod words;

use std::{path::PathBuf, process::ExitCode, sync::Arc};

use clap::Args;

pub use self::{
    build::{Built, build},
    error::DemoError,
    progress::Progress,
};
use self::{folder::Marker, guide::Facts};
use super::{CommandError, hold::hold, say, serve};
use crate::{
    service::{clock::SystemTime, generator, startup},
    settings::{ServerSettings, Settings},
    storage::vault,
};

/// Make a demonstration city in a folder of its own and serve it: Wuhan with its districts, a published month and a
/// running one that stands on the 26th, 10:00, with the vote open. Its clock can be set over HTTP.
///
/// A demo that is there already is served as it was left; --reset makes it anew.
#[derive(Args, Debug)]
pub struct Demo {
    /// Folder of the demo. Anything else than a demo in it is left alone.
    #[arg(long, default_value = "./haoren-demo", value_name = "FOLDER")]
    data_dir: PathBuf,
    /// An empty PostgreSQL database to use instead of SQLite.
    #[arg(long, value_name = "URL", hide_env_values = true)]
    database_url: Option<String>,
    /// Remove the demo in the folder and make it anew.
    #[arg(long)]
    reset: bool,
    /// Make the demo, print what there is, and do not serve it.
    #[arg(long)]
    build_only: bool,
    #[command(flatten)]
    server: ServerSettings,
}

impl Demo {
    pub(super) fn run(mut self) -> Result<ExitCode, CommandError> {
        self.server.sandbox = true;
        let settings = self.settings();
        // Beside the folder, for the folder itself is made anew.
        let _held = hold(&self.data_dir.with_extension("lock"), || {
            let folder = self.data_dir.display();
            format!("another haoren demo uses {folder}; stop it, or choose another folder with --data-dir")
        })?;
        if self.reset {
            folder::clear(&self.data_dir)?;
        }
        let (password, facts) = match folder::find(&self.data_dir)? {
            Some(Marker { password, facts: Some(facts) }) => (password, facts),
            Some(Marker { facts: None, .. }) => {
                folder::clear(&self.data_dir)?;
                self.make(&settings)?
            }
            None => self.make(&settings)?,
        };
        let base = format!("http://{}", self.server.bind);
        say(guide::text(&city::city()?, city::citizens()?.len(), &facts, &password, &base))?;
        if self.build_only {
            return Ok(ExitCode::SUCCESS);
        }
        serve::serve(&settings, &self.server)
    }

    fn make(&self, settings: &Settings) -> Result<(String, Facts), CommandError> {
        let password = hex::encode(generator::random::<6>()?);
        folder::mark(&self.data_dir, &Marker { password: password.clone(), facts: None })?;
        // With PostgreSQL the key is not made by itself; the demo's belongs to its folder.
        vault::load_or_create(&settings.key_path())?;
        say(format_args!("Making the demo in {} 正在生成演示数据…", self.data_dir.display()))?;
        let service = startup::open(&settings.setup(true)?, Arc::new(SystemTime))?;
        let facts = actix_web::rt::System::new().block_on(async {
            let mut progress = Progress::over(build::steps(&service)?);
            let built = build(&service, &password, &mut progress).await?;
            progress.finish();
            Ok::<_, DemoError>(built.facts)
        })?;
        folder::mark(&self.data_dir, &Marker { password: password.clone(), facts: Some(facts.clone()) })?;
        Ok((password, facts))
    }

    fn settings(&self) -> Settings {
        Settings {
            data_dir: self.data_dir.clone(),
            database_url: self.database_url.clone(),
            key_file: None,
            time_zone: chrono_tz::Asia::Shanghai,
            issuers_file: None,
            public_url: std::env::var("HAOREN_PUBLIC_URL").ok(),
            font_dir: std::env::var_os("HAOREN_FONT_DIR").map(PathBuf::from),
            db_connections: 10,
            s3_bucket: None,
            s3_endpoint: None,
            s3_region: "us-east-1".to_owned(),
            // A hundred accounts of a demo need no strong hashes, and are made in a second.
            password_memory_kib: 1_024,
        }
    }
}

#[cfg(test)]
mod tests;

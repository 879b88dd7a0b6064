//! `haoren admin`: administrators, from the command line.

use std::{process::ExitCode, sync::Arc};

use clap::{Args, Subcommand};

use super::{CommandError, say};
use crate::{
    service::{accounts::first_admin, clock::SystemTime, startup},
    settings::Settings,
};

/// Make an administrator, or give one a new password.
#[derive(Args, Debug)]
pub struct Admin {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Make an administrator. The password is `HAOREN_ADMIN_PASSWORD`, or made at random and printed.
    Create(Named),
    /// Give an administrator a new password and end all its tokens.
    ResetPassword(Named),
}

#[derive(Args, Debug)]
struct Named {
    /// The user name.
    #[arg(default_value = "admin")]
    username: String,
    #[command(flatten)]
    settings: Settings,
}

impl Admin {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        let wished = std::env::var("HAOREN_ADMIN_PASSWORD").ok();
        let (named, creates) = match self.action {
            Action::Create(named) => (named, true),
            Action::ResetPassword(named) => (named, false),
        };
        let service = startup::open(&named.settings.setup(false)?, Arc::new(SystemTime))?;
        let made = actix_web::rt::System::new().block_on(async {
            if creates {
                first_admin::create(&service, &named.username, wished).await
            } else {
                first_admin::reset_password(&service, &named.username, wished).await
            }
        });
        let made = made.map_err(|error| first_admin::explain(&error, &named.username))?;
        say(format_args!("user name 用户名  {}", made.username))?;
        match made.generated_password {
            Some(password) => say(format_args!("password 密码     {password}"))?,
            None => say("password 密码     as set by HAOREN_ADMIN_PASSWORD")?,
        }
        Ok(ExitCode::SUCCESS)
    }
}

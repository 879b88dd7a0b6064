//! Administrators that no administrator made: at the first start, and from the command line of whoever runs the server.

use super::passwords;
use crate::{
    domain::{fault::Code, role::Role, text},
    service::{
        Service,
        caller::Caller,
        error::{Error, refuse_invalid},
        generator,
        record::{self, Deed},
    },
    storage::{
        self,
        users::{NewUser, UserChange},
    },
};

/// The user name of the first administrator.
pub const FIRST: &str = "admin";

/// An administrator just made, and the password if it was made too.
#[derive(Debug)]
pub struct Made {
    /// The name to sign in with.
    pub username: String,
    /// To be shown once; `None` when it was given.
    pub generated_password: Option<String>,
}

/// Makes the administrator of an empty database; `None` where there is one. Of two servers that start at once, one
/// makes it.
pub async fn ensure(service: &Service, wished: Option<String>) -> Result<Option<Made>, Error> {
    let there = service.store.read(|db| Ok::<_, Error>(storage::users::any_active_admin(db)?)).await?;
    if there {
        return Ok(None);
    }
    match create(service, FIRST, wished).await {
        Ok(made) => Ok(Some(made)),
        Err(error) if error.code() == Some(Code::AlreadyExists) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Makes an administrator.
pub async fn create(service: &Service, username: &str, wished: Option<String>) -> Result<Made, Error> {
    let (password, generated_password) = password(username, wished)?;
    let now = service.clocks.campaign();
    let row = NewUser {
        id: generator::new_id(&service.clocks)?,
        username: username.to_owned(),
        username_folded: text::fold(username),
        display_name: "管理员".to_owned(),
        password_hash: service.passwords.hash(password).await?,
        role: Role::Admin,
        organization_id: None,
        active: true,
        auth_version: 1,
        failed_logins: 0,
        version: 1,
        created_at: now.into(),
        updated_at: now.into(),
    };
    let service = service.clone();
    let store = service.store.clone();
    store
        .write(move |db| {
            storage::users::insert(db, &row)?;
            record::audit(&service, db, &Caller::default(), &Deed::new("user.created", "user", row.id))
        })
        .await?;
    Ok(Made { username: username.to_owned(), generated_password })
}

/// Gives an administrator a new password, opens the account if it was closed, and ends all its tokens.
pub async fn reset_password(service: &Service, username: &str, wished: Option<String>) -> Result<Made, Error> {
    let (password, generated_password) = password(username, wished)?;
    let change = UserChange {
        password_hash: Some(service.passwords.hash(password).await?),
        active: Some(true),
        ..UserChange::default()
    };
    let folded = text::fold(username);
    let service = service.clone();
    let store = service.store.clone();
    store
        .write(move |db| {
            let user = storage::users::find_by_username(db, &folded)?.filter(|user| user.role == Role::Admin);
            let user = user.ok_or_else(Error::not_found)?;
            if !storage::users::update_if(db, (user.id, user.version), &change, true, service.clocks.campaign())? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            storage::users::note_failure(db, user.id, 0, None)?;
            record::audit(&service, db, &Caller::default(), &Deed::new("user.password_reset", "user", user.id))
        })
        .await?;
    Ok(Made { username: username.to_owned(), generated_password })
}

/// What to tell whoever ran the command.
#[must_use]
pub fn explain(error: &Error, username: &str) -> String {
    match error.code() {
        Some(Code::AlreadyExists) => {
            format!(
                "there is an account {username} already; `haoren admin reset-password {username}` gives it a new password"
            )
        }
        Some(Code::NotFound) => {
            format!("there is no administrator {username}; `haoren admin create {username}` makes one")
        }
        Some(Code::ValidationFailed) => {
            "HAOREN_ADMIN_PASSWORD is too short or too easily guessed (10 characters at least)".to_owned()
        }
        _ => error.to_string(),
    }
}

fn password(username: &str, wished: Option<String>) -> Result<(String, Option<String>), Error> {
    if let Some(wished) = wished.filter(|wished| !wished.is_empty()) {
        refuse_invalid(passwords::faults("/password", &wished, &[username, "haoren"]))?;
        return Ok((wished, None));
    }
    let made = hex::encode(generator::random::<10>()?);
    Ok((made.clone(), Some(made)))
}

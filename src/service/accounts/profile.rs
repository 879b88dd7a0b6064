//! One's own account.

use super::{passwords, users::DISPLAY_NAME_MAX_CHARS};
use crate::{
    domain::{
        fault::{Code, Fault},
        id::UserId,
        phone::Phone,
        text,
    },
    service::{
        Service,
        caller::Caller,
        error::{Error, refuse_invalid},
        record::{self, Deed},
    },
    storage::{
        self,
        users::{UserChange, UserRow},
        vault::Place,
    },
};

/// Reads the caller's own account.
pub async fn get_me(service: &Service, caller: &Caller) -> Result<UserRow, Error> {
    let id = caller.account()?.id;
    service.store.read(move |db| storage::users::find(db, id)?.ok_or_else(Error::not_found)).await
}

/// What people may change of their own account.
#[derive(Clone, Debug, Default)]
pub struct ProfilePatch {
    /// The name shown.
    pub display_name: Option<String>,
    /// The telephone, by which own nominations are recognised; `Some(None)` takes it away.
    pub phone: Option<Option<String>>,
}

/// Changes the caller's own account.
pub async fn update_me(
    service: &Service,
    caller: &Caller,
    version: i64,
    patch: ProfilePatch,
) -> Result<UserRow, Error> {
    let account = caller.account()?.clone();
    let mut faults = Vec::new();
    if let Some(name) = &patch.display_name {
        faults.extend(text::line(name, DISPLAY_NAME_MAX_CHARS).into_iter().map(|fault| fault.under("/display_name")));
    }
    let phone = patch.phone.as_ref().map(|typed| typed.as_deref().map(Phone::parse));
    if phone == Some(Some(None)) {
        faults.push(Fault::at("/phone", Code::Malformed));
    }
    refuse_invalid(faults)?;
    let change = UserChange {
        display_name: patch.display_name.as_deref().map(text::tidy_line),
        ..phone_change(service, account.id, phone.map(Option::flatten))?
    };
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            storage::locks::user(db, account.id)?;
            account.recheck(db)?;
            let now = service.clocks.campaign();
            if !storage::users::update_if(db, (account.id, version), &change, false, now)? {
                return Err(Error::of(Code::PreconditionFailed));
            }
            record::audit(&service, db, &caller, &Deed::new("user.updated", "user", account.id))?;
            storage::users::find(db, account.id)?.ok_or_else(Error::not_found)
        })
        .await
}

fn phone_change(service: &Service, id: UserId, phone: Option<Option<Phone>>) -> Result<UserChange, Error> {
    Ok(match phone {
        None => UserChange::default(),
        Some(None) => UserChange {
            phone_cipher: Some(None),
            phone_masked: Some(None),
            phone_index: Some(None),
            ..UserChange::default()
        },
        Some(Some(phone)) => {
            let place = Place::new("users", "phone_cipher", id);
            let number = phone.normalised();
            UserChange {
                phone_cipher: Some(Some(service.vault.seal_text(place, &number)?)),
                phone_masked: Some(Some(phone.masked())),
                phone_index: Some(Some(service.vault.blind_index("phone", &number))),
                ..UserChange::default()
            }
        }
    })
}

/// Changes the caller's own password. Everything signed in with the account is signed out.
pub async fn change_password(service: &Service, caller: &Caller, current: String, new: String) -> Result<(), Error> {
    let account = caller.account()?.clone();
    let user = get_me(service, caller).await?;
    refuse_invalid(passwords::faults("/new_password", &new, &[&user.username, &user.display_name, "haoren"]))?;
    if !service.passwords.verify(current, Some(user.password_hash.clone())).await? {
        return Err(Error::invalid(vec![Fault::at("/current_password", Code::InvalidCredentials)]));
    }
    let change = UserChange { password_hash: Some(service.passwords.hash(new).await?), ..UserChange::default() };
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            storage::locks::user(db, account.id)?;
            account.recheck(db)?;
            let now = service.clocks.campaign();
            let held = storage::users::find(db, account.id)?.ok_or_else(Error::not_found)?;
            if held.password_hash != user.password_hash {
                // Another request changed it while this one was hashing.
                return Err(Error::invalid(vec![Fault::at("/current_password", Code::InvalidCredentials)]));
            }
            storage::users::update_if(db, (account.id, held.version), &change, true, now)?;
            record::audit(&service, db, &caller, &Deed::new("user.password_changed", "user", account.id))
        })
        .await
}

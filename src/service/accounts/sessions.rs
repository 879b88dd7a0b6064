//! Signing in, staying signed in, signing out.

use chrono::{DateTime, Duration, Utc};

use super::tokens::{self, ACCESS_LIFE, REFRESH_LIFE};
use crate::{
    domain::{
        fault::Code,
        id::{TokenId, UserId},
        text,
    },
    service::{
        Service,
        caller::Caller,
        error::Error,
        generator,
        record::{self, Deed},
    },
    storage::{self, Connection, refresh_tokens::RefreshTokenRow, users::UserRow},
};

/// After so many failures in a row an account is locked for a while.
const FAILURES_BEFORE_LOCK: i32 = 5;
/// How long it is locked; each further failure locks it again.
const LOCKED_FOR: Duration = Duration::minutes(15);

/// No user name is longer.
const LONGEST_NAME_CHARS: usize = 100;

/// What a client holds after signing in.
#[derive(Clone, Debug)]
pub struct Session {
    /// A JWT.
    pub access_token: String,
    /// How long it lives.
    pub expires_in: Duration,
    /// Opaque; used once.
    pub refresh_token: String,
}

/// Signs in by user name and password.
pub async fn login(service: &Service, caller: &Caller, username: &str, password: String) -> Result<Session, Error> {
    let folded = text::fold(username);
    let now = service.clocks.machine();
    let user = if text::line(username, LONGEST_NAME_CHARS).is_empty() {
        service.store.read(move |db| Ok::<_, Error>(storage::users::find_by_username(db, &folded)?)).await?
    } else {
        // No account has such a name, and not every database would be asked for it.
        None
    };
    if let Some(until) = user.as_ref().and_then(|user| user.locked_until).filter(|until| *until > now) {
        return Err(Error::retry_after(Code::AccountLocked, until - now));
    }
    let hash = user.as_ref().map(|user| user.password_hash.clone());
    let fits = service.passwords.verify(password, hash).await?;
    let Some(user) = user else { return Err(Error::of(Code::InvalidCredentials)) };
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    let outcome = store.write(move |db| settle(&service, db, &caller, user.id, fits)).await?;
    outcome.ok_or_else(|| Error::of(Code::InvalidCredentials))
}

/// Judges an attempt by the account as it is now: counts a failure, or begins a session.
fn settle(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    id: UserId,
    fits: bool,
) -> Result<Option<Session>, Error> {
    storage::locks::user(db, id)?;
    let now = service.clocks.machine();
    let Some(user) = storage::users::find(db, id)? else { return Ok(None) };
    if user.locked_until.is_some_and(|until| until > now) {
        return Ok(None);
    }
    if !fits || !user.active {
        // A lock that has run out has done its work: the count begins anew.
        let before = if user.locked_until.is_some() { 0 } else { user.failed_logins };
        let failures = before.saturating_add(1);
        let locked_until = (failures >= FAILURES_BEFORE_LOCK).then(|| now + LOCKED_FOR);
        storage::users::note_failure(db, id, failures, locked_until)?;
        if locked_until.is_some() {
            record::audit(service, db, caller, &Deed::new("user.locked", "user", id))?;
        }
        return Ok(None);
    }
    if user.failed_logins != 0 || user.locked_until.is_some() {
        storage::users::note_failure(db, id, 0, None)?;
    }
    let family = generator::new_id(&service.clocks)?;
    begin(service, db, &user, family, now).map(Some)
}

/// Exchanges a refresh token for a new session. One that was used before ends its whole family: somebody has a copy.
pub async fn refresh(service: &Service, caller: &Caller, refresh_token: &str) -> Result<Session, Error> {
    let digest = tokens::refresh_digest(refresh_token);
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    let session = store.write(move |db| rotate(&service, db, &caller, &digest)).await?;
    session.ok_or_else(|| Error::of(Code::InvalidRefreshToken))
}

fn rotate(service: &Service, db: &mut Connection, caller: &Caller, digest: &[u8]) -> Result<Option<Session>, Error> {
    let now = service.clocks.machine();
    let Some(token) = held(db, digest)? else { return Ok(None) };
    let Some(user) = storage::users::find(db, token.user_id)? else { return Ok(None) };
    if token.revoked_at.is_some()
        || token.expires_at.0 <= now
        || !user.active
        || user.auth_version != token.auth_version
    {
        return Ok(None);
    }
    if !storage::refresh_tokens::use_once(db, token.id, now)? {
        storage::refresh_tokens::revoke_family(db, token.family_id, now)?;
        record::audit(service, db, caller, &Deed::new("session.reuse_detected", "user", user.id))?;
        return Ok(None);
    }
    begin(service, db, &user, token.family_id, now).map(Some)
}

/// Ends the family of a refresh token. An unknown one is no error: the caller is signed out either way.
pub async fn logout(service: &Service, refresh_token: &str) -> Result<(), Error> {
    let digest = tokens::refresh_digest(refresh_token);
    let now = service.clocks.machine();
    service
        .store
        .write(move |db| {
            if let Some(token) = held(db, &digest)? {
                storage::refresh_tokens::revoke_family(db, token.family_id, now)?;
            }
            Ok(())
        })
        .await
}

/// The token as it is once its account's row is held: signing out, rotating and the detection of reuse go one after
/// another.
fn held(db: &mut Connection, digest: &[u8]) -> Result<Option<RefreshTokenRow>, Error> {
    let Some(seen) = storage::refresh_tokens::find(db, digest)? else { return Ok(None) };
    storage::locks::user(db, seen.user_id)?;
    Ok(storage::refresh_tokens::find(db, digest)?)
}

fn begin(
    service: &Service,
    db: &mut Connection,
    user: &UserRow,
    family_id: TokenId,
    now: DateTime<Utc>,
) -> Result<Session, Error> {
    let refresh_token = tokens::new_refresh_token()?;
    let row = RefreshTokenRow {
        id: generator::new_id(&service.clocks)?,
        family_id,
        user_id: user.id,
        digest: tokens::refresh_digest(&refresh_token),
        auth_version: user.auth_version,
        issued_at: now.into(),
        expires_at: (now + REFRESH_LIFE).into(),
        used_at: None,
        revoked_at: None,
    };
    storage::refresh_tokens::insert(db, &row)?;
    let access_token = service.tokens.issue(user, generator::new_id(&service.clocks)?, now)?;
    Ok(Session { access_token, expires_in: ACCESS_LIFE, refresh_token })
}

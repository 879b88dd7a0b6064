//! Whether an honoree is lost: what the alarms say, as long as nobody was reached since.

use serde_json::{Value, json};

use super::{access::Cared, recipients};
use crate::{
    domain::{
        aftercare::{contact::Loss, plan::Facts},
        care::ClosedBecause,
        notification::{Notification, NotificationKind},
    },
    service::{
        Service,
        caller::Caller,
        error::Error,
        notifications,
        record::{self, Deed},
    },
    storage::{self, Connection, contact_alarms::Told},
};

/// The loss as it stands, of an honoree whose row is held. It ends when the honoree is reached, or when nothing stands any
/// more; it goes on where it was when that visit turns out not to have been.
pub(super) fn standing(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (cared, facts): (&Cared, &Facts),
) -> Result<Option<Loss>, Error> {
    let id = cared.honoree.id;
    let loss = match storage::contact_alarms::open_of(db, id)? {
        Told::Nothing => return lost_again(service, db, caller, (cared, facts)),
        Told::Loss(loss) => Some(loss),
        Told::WithoutDays => storage::care::find(db, id)?.and_then(|care| care.plan.loss()),
    };
    match loss {
        Some(loss) => still_lost(service, db, caller, (cared, loss), facts),
        None => Ok(None),
    }
}

fn still_lost(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (cared, loss): (&Cared, Loss),
    facts: &Facts,
) -> Result<Option<Loss>, Error> {
    let (id, now) = (cared.honoree.id, service.clocks.campaign());
    if facts.awarded_on.is_none() {
        storage::contact_alarms::close(db, id, (ClosedBecause::Revoked, caller.id()), now)?;
        return Ok(None);
    }
    if !loss.is_over(facts) {
        return Ok(Some(loss));
    }
    let closed = storage::contact_alarms::close(db, id, (ClosedBecause::Found, caller.id()), now)?;
    let details = json!({ "level": loss.level, "alarms": closed });
    let deed = Deed::new("honoree.contact_found", "honoree", id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, cared.place())?;
    Ok(None)
}

/// The loss that ended with a visit that was struck, corrected, or paid to somebody else.
fn lost_again(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (cared, facts): (&Cared, &Facts),
) -> Result<Option<Loss>, Error> {
    let id = cared.honoree.id;
    let found = storage::contact_alarms::last_found(db, id)?;
    // Who was honoured anew since begins anew, too.
    let goes_on = |loss: &Loss| facts.counted_from().is_some_and(|from| from <= loss.after);
    let Some((loss, ended_at)) = found.filter(|(loss, _)| goes_on(loss)) else { return Ok(None) };
    let alarms = storage::contact_alarms::reopen(db, id, (ClosedBecause::Found, ended_at))?;
    let details = json!({ "level": loss.level, "cause": loss.cause, "reopened_alarms": alarms });
    tell(service, db, caller, (cared, loss), details)?;
    Ok(Some(loss))
}

/// Tells the level of a loss, and everybody who follows what happens.
pub(super) fn tell(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (cared, loss): (&Cared, Loss),
    details: Value,
) -> Result<(), Error> {
    let id = cared.honoree.id;
    let deed = Deed::new("honoree.contact_lost", "honoree", id).with(details);
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, cared.place())?;
    for user in recipients::at_level(db, cared, loss.level, None)? {
        let told =
            Notification { honoree: Some(id), ..notifications::blank(service, user, NotificationKind::ContactLost)? };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}

//! What an account is told of: written where it happens, read and marked by its owner.

use chrono::{DateTime, Utc};

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    generator,
};
use crate::{
    domain::{
        comment::Comment,
        fault::{Code, Fault},
        id::NotificationId,
        notification::{Notification, NotificationKind},
    },
    storage::{self, Connection},
};

/// Tells the author of a comment what has become of it.
pub(super) fn tell_of_comment(
    service: &Service,
    db: &mut Connection,
    comment: &Comment,
    (kind, reason): (NotificationKind, Option<String>),
) -> Result<(), Error> {
    let told = Notification {
        id: generator::new_id(&service.clocks)?,
        user: comment.author,
        kind,
        comment: Some(comment.id),
        candidate: Some(comment.candidate),
        reason,
        created_at: service.clocks.campaign(),
        read_at: None,
    };
    Ok(storage::notifications::insert(db, &told)?)
}

/// One page of the caller's notifications, the latest first.
pub async fn list_notifications(
    service: &Service,
    caller: &Caller,
    unread: bool,
    after: Option<(DateTime<Utc>, NotificationId)>,
    limit: i64,
) -> Result<Vec<Notification>, Error> {
    let user = caller.account()?.id;
    service.store.read(move |db| Ok(storage::notifications::list(db, (user, unread), after, limit)?)).await
}

/// Marks some of the caller's notifications as read, and says how many are left. Those of others are unknown; those read
/// before keep their mark.
pub async fn mark_read(service: &Service, caller: &Caller, ids: Vec<NotificationId>) -> Result<i64, Error> {
    let account = caller.account()?.clone();
    let now = service.clocks.campaign();
    service
        .store
        .write(move |db| {
            account.recheck(db)?;
            let own = storage::notifications::own(db, account.id, &ids)?;
            let strangers = ids.iter().enumerate().filter(|(_, id)| !own.contains(id));
            let unknown = |index| Fault::at(format!("/ids/{index}"), Code::UnknownReference);
            refuse_invalid(strangers.map(|(index, _)| unknown(index)).collect())?;
            storage::notifications::mark_read(db, account.id, &ids, now)?;
            Ok(storage::notifications::count_unread(db, account.id)?)
        })
        .await
}

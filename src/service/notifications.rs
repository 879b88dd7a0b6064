//! What an account is told of: written where it happens, read and marked by its owner.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use super::{
    Service,
    caller::Caller,
    error::{Error, refuse_invalid},
    generator,
};
use crate::{
    domain::{
        candidate::Candidate,
        comment::Comment,
        fault::{Code, Fault},
        id::{NotificationId, UserId},
        notification::{self, Notification, NotificationKind},
        role::Role,
        transition::Action,
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
        comment: Some(comment.id),
        candidate: Some(comment.candidate),
        reason,
        cycle: Some(comment.cycle),
        ..blank(service, comment.author, kind)?
    };
    Ok(storage::notifications::insert(db, &told)?)
}

/// Tells of a decision on a candidate: those who nominated it with an account, and when it was returned the reviewers of its
/// unit, who have work again. Why, is for the first nominator and the reviewers; others see how it stands, as everywhere.
pub(super) fn tell_of_step(
    service: &Service,
    db: &mut Connection,
    candidate: &Candidate,
    (action, reason): (Action, Option<&str>),
) -> Result<(), Error> {
    let Some(kind) = notification::of_step(action) else { return Ok(()) };
    let is_explained = matches!(kind, NotificationKind::CandidateReturned | NotificationKind::CandidateRejected);
    let reason = reason.filter(|_| is_explained).map(str::to_owned);
    let mut recipients: BTreeMap<UserId, Option<String>> = BTreeMap::new();
    for nomination in storage::nominations::list_of(db, candidate.id)? {
        if let Some(user) = nomination.user_id.filter(|_| nomination.stands()) {
            recipients.insert(user, reason.clone().filter(|_| nomination.is_first));
        }
    }
    if let (NotificationKind::CandidateReturned, Some(unit)) = (kind, candidate.unit_id) {
        let reviewers = storage::reviewers::active_at(db, Role::UnitReviewer, &BTreeSet::from([unit]))?;
        recipients.extend(reviewers.into_values().flatten().map(|reviewer| (reviewer.id, reason.clone())));
    }
    for (user, reason) in recipients {
        let told = Notification {
            candidate: Some(candidate.id),
            reason,
            cycle: Some(candidate.cycle),
            ..blank(service, user, kind)?
        };
        storage::notifications::insert(db, &told)?;
    }
    Ok(())
}

/// A notification that says nothing yet but to whom, of what kind and when.
pub(in crate::service) fn blank(
    service: &Service,
    user: UserId,
    kind: NotificationKind,
) -> Result<Notification, Error> {
    Ok(Notification::new(generator::new_id(&service.clocks)?, user, kind, service.clocks.campaign()))
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

//! Moving windows and changing policies, as far as what is frozen and done allows.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use serde_json::{Map, Value, json};

use super::{
    creation::ensure,
    standing::{CycleState, state},
};
use crate::{
    domain::{
        amendment::{Change, Refused, Wish, judge},
        cycle::Cycle,
        fault::{Code, Fault},
        id::UserId,
        month::Month,
        policy::Policy,
        role::Role,
        text,
        window::{WindowKind, Windows},
    },
    service::{
        Service,
        caller::Caller,
        error::{Error, refuse_invalid},
        generator,
        record::{self, Deed, Place},
    },
    storage::{self, Connection, cycle_amendments::AmendmentRow, sql_values::Stored},
};

/// Most characters of a reason.
pub const REASON_MAX_CHARS: usize = 500;

/// Where a window's ends are wanted; what is `None` stays.
#[derive(Clone, Copy, Debug)]
pub struct WindowMove {
    /// Which window.
    pub kind: WindowKind,
    /// Its first instant.
    pub opens_at: Option<DateTime<Utc>>,
    /// The first instant after it.
    pub closes_at: Option<DateTime<Utc>>,
}

/// A wished change of a cycle.
#[derive(Clone, Debug, Default)]
pub struct CyclePatch {
    /// Windows to be moved.
    pub windows: Vec<WindowMove>,
    /// A merge patch of the policy; `null` resets a field.
    pub policy: Map<String, Value>,
    /// Why; needed for windows and for what is frozen.
    pub reason: Option<String>,
}

/// Changes a cycle; administrators only. Windows and frozen fields need a reason, which is kept as an amendment;
/// nothing contradicts what was done. No candidate moves with a window.
pub async fn update_cycle(
    service: &Service,
    caller: &Caller,
    (month, version): (Month, i64),
    patch: CyclePatch,
) -> Result<CycleState, Error> {
    let admin = caller.require(&[Role::Admin])?.clone();
    let (service, caller) = (service.clone(), caller.clone());
    let store = service.store.clone();
    store
        .write(move |db| {
            let now = service.clocks.campaign();
            admin.recheck(db)?;
            ensure(&service, db)?;
            storage::locks::cycle(db, month)?;
            let old = storage::cycles::find(db, month)?.ok_or_else(Error::not_found)?;
            if old.version != version {
                return Err(Error::of(Code::PreconditionFailed));
            }
            let (new, change) = decided(db, &old, &patch, now)?;
            if change != Change::Nothing {
                carry_out(&service, db, &caller, (&old, &new))?;
            }
            if change == Change::Amendment {
                keep(&service, db, (admin.id, patch.reason.as_deref()), (&old, &new))?;
            }
            state(db, month, now)
        })
        .await
}

fn decided(db: &mut Connection, old: &Cycle, patch: &CyclePatch, now: DateTime<Utc>) -> Result<(Cycle, Change), Error> {
    let reason = patch.reason.as_deref();
    let mut faults = reason_faults(reason);
    let policy = old.policy.merged(&patch.policy).unwrap_or_else(|unfit| {
        faults.extend(unfit);
        old.policy.clone()
    });
    refuse_invalid(faults)?;
    let new = Cycle { windows: moved(&old.windows, &patch.windows), policy, ..old.clone() };
    let wish = Wish { windows: &new.windows, policy: &new.policy, has_reason: reason.is_some() };
    let done = storage::cycle_records::find_done(db, old)?;
    match judge(old, &wish, &done, now) {
        Ok(change) => Ok((new, change)),
        Err(Refused::Invalid(faults)) => Err(Error::invalid(faults)),
        Err(Refused::Contradicting(faults)) => Err(Error::guards(faults)),
    }
}

/// What is wrong with the text of a reason.
#[must_use]
pub fn reason_faults(reason: Option<&str>) -> Vec<Fault> {
    let faults = reason.map(|reason| text::paragraphs(reason, REASON_MAX_CHARS)).unwrap_or_default();
    faults.into_iter().map(|fault| fault.under("/reason")).collect()
}

fn moved(old: &Windows, moves: &[WindowMove]) -> Windows {
    // The databases keep microseconds.
    let whole = |instant: DateTime<Utc>| instant.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(instant);
    let mut windows = *old;
    for wished in moves {
        let mut window = windows.get(wished.kind);
        window.opens_at = wished.opens_at.map_or(window.opens_at, whole);
        window.closes_at = wished.closes_at.map_or(window.closes_at, whole);
        windows.set(wished.kind, window);
    }
    windows
}

fn carry_out(
    service: &Service,
    db: &mut Connection,
    caller: &Caller,
    (old, new): (&Cycle, &Cycle),
) -> Result<(), Error> {
    if !storage::cycles::update_if(db, new, service.clocks.campaign())? {
        return Err(Error::of(Code::PreconditionFailed));
    }
    if new.policy.district_quota != old.policy.district_quota {
        let limit = i32::try_from(new.policy.district_quota).unwrap_or(i32::MAX);
        storage::quota_use::set_limit(db, new.month, limit)?;
    }
    let deed = Deed::new("cycle.updated", "cycle", new.month).with(json!({ "changes": changes(old, new) }));
    record::audit(service, db, caller, &deed)?;
    record::announce(service, db, &deed, Place { cycle: Some(new.month), ..Place::default() })
}

fn keep(
    service: &Service,
    db: &mut Connection,
    (user_id, reason): (UserId, Option<&str>),
    (old, new): (&Cycle, &Cycle),
) -> Result<(), Error> {
    let row = AmendmentRow {
        id: generator::new_id(&service.clocks)?,
        cycle: new.month,
        at: service.clocks.campaign().into(),
        user_id: Some(user_id),
        reason: text::tidy_paragraphs(reason.unwrap_or_default()),
        changes: Stored(changes(old, new)),
    };
    Ok(storage::cycle_amendments::insert(db, &row)?)
}

/// What differs, each as `{pointer, from, to}`.
fn changes(old: &Cycle, new: &Cycle) -> Value {
    let fields = Policy::diff(&old.policy, &new.policy).into_iter().map(|field| {
        let pointer = field.pointer();
        json!({ "from": old.policy.value(field), "to": new.policy.value(field), "pointer": pointer })
    });
    let windows = old.windows.moved(&new.windows).into_iter().map(|kind| {
        json!({ "from": old.windows.get(kind), "to": new.windows.get(kind), "pointer": format!("/windows/{kind}") })
    });
    windows.chain(fields).collect()
}

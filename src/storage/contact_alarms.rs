//! Alarms of lost contact: each level is told once, until the honoree is found. What they say of the loss is what holds.

use chrono::{DateTime, Utc};
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
};

use super::{
    Connection, StoreError,
    schema::contact_alarms,
    sql_values::{At, OnDay},
};
use crate::domain::{
    aftercare::contact::{self, Level, Loss, LossCause},
    care::ClosedBecause,
    id::{AlarmId, HonoreeId, UserId},
};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "contact_alarms";

/// An alarm to be inserted.
#[derive(Clone, Debug, Insertable)]
#[diesel(table_name = contact_alarms, treat_none_as_default_value = false)]
pub struct NewAlarm {
    /// Its id.
    pub id: AlarmId,
    /// Of whom.
    pub honoree_id: HonoreeId,
    /// What it says.
    #[diesel(embed)]
    pub told: ToldLoss,
    /// In the words of the reviewer who said so, encrypted.
    pub reason_cipher: Option<Vec<u8>>,
    /// That reviewer.
    pub raised_by: Option<UserId>,
    /// When.
    pub raised_at: At,
}

/// What an alarm says of the loss.
#[derive(Clone, Copy, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = contact_alarms, treat_none_as_default_value = false)]
pub struct ToldLoss {
    level: Level,
    cause: LossCause,
    lost_on: Option<OnDay>,
    lost_after: Option<OnDay>,
    level_on: Option<OnDay>,
}

impl From<Loss> for ToldLoss {
    fn from(loss: Loss) -> Self {
        Self {
            level: loss.level,
            cause: loss.cause,
            lost_on: Some(OnDay(loss.lost_on)),
            lost_after: Some(OnDay(loss.after)),
            level_on: Some(OnDay(loss.level_on)),
        }
    }
}

impl ToldLoss {
    /// The loss; none of alarms that were over before its days were kept with them.
    fn loss(self) -> Option<Loss> {
        Some(Loss {
            level: self.level,
            cause: self.cause,
            lost_on: self.lost_on?.0,
            after: self.lost_after?.0,
            level_on: self.level_on?.0,
        })
    }
}

/// What alarms tell together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// There are none.
    Nothing,
    /// That the honoree is lost.
    Loss(Loss),
    /// The same, but only the plan has the days, as an older version of the program has written them.
    WithoutDays,
}

fn told(rows: Vec<ToldLoss>) -> Option<Loss> {
    contact::told(rows.into_iter().filter_map(ToldLoss::loss))
}

/// Raises an alarm; false when the level was told already.
pub fn insert_once(connection: &mut Connection, row: &NewAlarm) -> Result<bool, StoreError> {
    let added = super::on_either!(connection, inner => {
        diesel::insert_into(contact_alarms::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(added == 1)
}

/// What the open alarms of an honoree tell.
pub fn open_of(connection: &mut Connection, honoree: HonoreeId) -> Result<Told, StoreError> {
    let rows = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq(honoree))
        .filter(contact_alarms::closed_at.is_null())
        .select(ToldLoss::as_select())
        .load(connection)?;
    Ok(if rows.is_empty() { Told::Nothing } else { told(rows).map_or(Told::WithoutDays, Told::Loss) })
}

/// The loss that was the last to end, if it ended because the honoree was reached, with the moment of its end.
pub fn last_found(connection: &mut Connection, honoree: HonoreeId) -> Result<Option<(Loss, At)>, StoreError> {
    let of = || contact_alarms::table.filter(contact_alarms::honoree_id.eq(honoree));
    let last: Option<(Option<At>, Option<ClosedBecause>)> = of()
        .filter(contact_alarms::closed_at.is_not_null())
        .order((contact_alarms::closed_at.desc(), contact_alarms::id.desc()))
        .select((contact_alarms::closed_at, contact_alarms::closed_because))
        .first(connection)
        .optional()?;
    let Some((Some(ended_at), Some(ClosedBecause::Found))) = last else { return Ok(None) };
    let rows = of().filter(contact_alarms::closed_at.eq(ended_at)).select(ToldLoss::as_select()).load(connection)?;
    Ok(told(rows).map(|loss| (loss, ended_at)))
}

/// Closes the open alarms of an honoree; returns how many.
pub fn close(
    connection: &mut Connection,
    honoree: HonoreeId,
    (because, by): (ClosedBecause, Option<UserId>),
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    close_levels(connection, (honoree, Level::ALL), (because, by), at)
}

/// Closes the open alarms of an honoree that tell of some levels; returns how many.
fn close_levels(
    connection: &mut Connection,
    (honoree, levels): (HonoreeId, &[Level]),
    (because, by): (ClosedBecause, Option<UserId>),
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let open = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq(honoree))
        .filter(contact_alarms::level.eq_any(levels.to_vec()))
        .filter(contact_alarms::closed_at.is_null());
    Ok(diesel::update(open)
        .set((
            contact_alarms::closed_because.eq(Some(because)),
            contact_alarms::closed_by.eq(by),
            contact_alarms::closed_at.eq(Some(At(at))),
        ))
        .execute(connection)?)
}

/// Opens the alarms of an honoree again that were closed for a reason at a moment; returns how many. None is open.
pub fn reopen(
    connection: &mut Connection,
    honoree: HonoreeId,
    (because, at): (ClosedBecause, At),
) -> Result<usize, StoreError> {
    let ids: Vec<AlarmId> = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq(honoree))
        .filter(contact_alarms::closed_because.eq(Some(because)))
        .filter(contact_alarms::closed_at.eq(Some(at)))
        .select(contact_alarms::id)
        .load(connection)?;
    open_again(connection, ids)
}

/// Two honorees are one person, and each level is told once: where both have an open alarm of a level, that of the later loss
/// is over. Both are held.
pub fn make_way(
    connection: &mut Connection,
    (from, to): (HonoreeId, HonoreeId),
    (by, at): (Option<UserId>, DateTime<Utc>),
) -> Result<(), StoreError> {
    let rows: Vec<(HonoreeId, Level, Option<OnDay>)> = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq_any([from, to]))
        .filter(contact_alarms::closed_at.is_null())
        .select((contact_alarms::honoree_id, contact_alarms::level, contact_alarms::lost_on))
        .load(connection)?;
    let lost_on = |honoree, level| rows.iter().find(|row| (row.0, row.1) == (honoree, level)).map(|row| row.2);
    for level in Level::ALL {
        if let (Some(own), Some(other)) = (lost_on(to, *level), lost_on(from, *level)) {
            let later = if other.map(|day| day.0) < own.map(|day| day.0) { to } else { from };
            close_levels(connection, (later, &[*level]), (ClosedBecause::Merged, by), at)?;
        }
    }
    Ok(())
}

/// Opens the alarms of an honoree again that were closed since a moment, for whatever reason, or for that one; returns how
/// many. None of their levels is open.
pub fn reopen_since(
    connection: &mut Connection,
    honoree: HonoreeId,
    (because, since): (Option<ClosedBecause>, At),
) -> Result<usize, StoreError> {
    let mut closed = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq(honoree))
        .filter(contact_alarms::closed_at.ge(Some(since)))
        .select(contact_alarms::id)
        .into_boxed();
    if let Some(because) = because {
        closed = closed.filter(contact_alarms::closed_because.eq(Some(because)));
    }
    let ids: Vec<AlarmId> = closed.load(connection)?;
    open_again(connection, ids)
}

fn open_again(connection: &mut Connection, ids: Vec<AlarmId>) -> Result<usize, StoreError> {
    Ok(diesel::update(contact_alarms::table.filter(contact_alarms::id.eq_any(ids)))
        .set((
            contact_alarms::closed_because.eq(None::<ClosedBecause>),
            contact_alarms::closed_by.eq(None::<UserId>),
            contact_alarms::closed_at.eq(None::<At>),
        ))
        .execute(connection)?)
}

/// Gives open alarms that were raised of one honoree since a moment to another whose loss they tell of: same cause, same days.
pub fn hand_since(
    connection: &mut Connection,
    (from, to): (HonoreeId, HonoreeId),
    (loss, since): (Loss, At),
) -> Result<usize, StoreError> {
    let raised = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq(from))
        .filter(contact_alarms::closed_at.is_null())
        .filter(contact_alarms::raised_at.ge(since))
        .filter(contact_alarms::cause.eq(loss.cause))
        .filter(contact_alarms::lost_on.eq(Some(OnDay(loss.lost_on))))
        .filter(contact_alarms::lost_after.eq(Some(OnDay(loss.after))));
    Ok(diesel::update(raised).set(contact_alarms::honoree_id.eq(to)).execute(connection)?)
}

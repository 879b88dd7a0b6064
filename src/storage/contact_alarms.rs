//! Alarms of lost contact: each level is told once, until the honoree is found.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, Insertable, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::contact_alarms, sql_values::At};
use crate::domain::{
    aftercare::contact::{Level, LossCause},
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
    /// To whom.
    pub level: Level,
    /// Why.
    pub cause: LossCause,
    /// In the words of the reviewer who said so, encrypted.
    pub reason_cipher: Option<Vec<u8>>,
    /// That reviewer.
    pub raised_by: Option<UserId>,
    /// When.
    pub raised_at: At,
}

/// Raises an alarm; false when the level was told already.
pub fn insert_once(connection: &mut Connection, row: &NewAlarm) -> Result<bool, StoreError> {
    let added = super::on_either!(connection, inner => {
        diesel::insert_into(contact_alarms::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(added == 1)
}

/// Closes the open alarms of an honoree; returns how many.
pub fn close(
    connection: &mut Connection,
    honoree: HonoreeId,
    (because, by): (ClosedBecause, Option<UserId>),
    at: DateTime<Utc>,
) -> Result<usize, StoreError> {
    let open = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq(honoree))
        .filter(contact_alarms::closed_at.is_null());
    Ok(diesel::update(open)
        .set((
            contact_alarms::closed_because.eq(Some(because)),
            contact_alarms::closed_by.eq(by),
            contact_alarms::closed_at.eq(Some(At(at))),
        ))
        .execute(connection)?)
}

/// Brings the alarms that are over to another honoree with whom it is one person. Open ones stay: they are closed when
/// nothing stands any more of the honoree that was merged.
pub fn move_to(connection: &mut Connection, from: HonoreeId, to: HonoreeId) -> Result<(), StoreError> {
    let over = contact_alarms::table
        .filter(contact_alarms::honoree_id.eq(from))
        .filter(contact_alarms::closed_at.is_not_null());
    diesel::update(over).set(contact_alarms::honoree_id.eq(to)).execute(connection)?;
    Ok(())
}

//! Who looks after each honoree, when the next visit is due, and whether the honoree can be reached: one row for each.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::{
    AsChangeset, ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, QueryableByName, RunQueryDsl,
    Selectable, SelectableHelper, sql_query,
    sql_types::{BigInt, Integer, Text},
};
use uuid::Uuid;

use super::{
    Connection, StoreError,
    schema::{aftercare, care_terms},
    sql_types::Id,
    sql_values::{AnyId, At, OnDay},
};
use crate::domain::{
    aftercare::{
        contact::{Level, Loss, LossCause},
        plan::{Due, DueReason},
    },
    care::ContactOf,
    id::{CareTermId, HonoreeId, OrganizationId, UserId},
};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "aftercare";

/// The care for an honoree as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = aftercare)]
pub struct CareRow {
    /// Whose.
    pub honoree_id: HonoreeId,
    /// What ciphertexts are bound to.
    pub cipher_id: Uuid,
    /// To which organization it was handed.
    pub handed_to: Option<OrganizationId>,
    /// Which organization is in charge.
    pub charge_id: Option<OrganizationId>,
    /// The responsible account.
    pub responsible_id: Option<UserId>,
    /// The responsible person by name.
    pub responsible_name: Option<String>,
    /// Whose telephone it is.
    pub contact_of: Option<ContactOf>,
    /// What that person is to the honoree.
    pub relationship: Option<String>,
    /// The name of who answers, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub name_masked: Option<String>,
    /// The number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub phone_masked: Option<String>,
    /// A note, encrypted.
    pub note_cipher: Option<Vec<u8>>,
    /// What is due, as it was last planned.
    #[diesel(embed)]
    pub plan: PlanRow,
    /// Grows with each change of the care.
    pub version: i64,
}

/// What is due and whether the honoree can be reached, as stored.
#[derive(Clone, Debug, Default, PartialEq, Eq, Queryable, Selectable, AsChangeset)]
#[diesel(table_name = aftercare, treat_none_as_null = true)]
pub struct PlanRow {
    /// By when the next visit is due.
    pub due_on: Option<OnDay>,
    /// Why.
    pub due_reason: Option<DueReason>,
    /// When it has to be planned again although nothing has happened.
    pub recheck_on: Option<OnDay>,
    /// When the honoree was last reached.
    pub last_reached_on: Option<OnDay>,
    /// The mark of the rules.
    pub planned_by: String,
    /// The highest level that was alarmed.
    pub lost_level: Option<Level>,
    /// Why the honoree counts as lost.
    pub lost_cause: Option<LossCause>,
    /// Since when.
    pub lost_on: Option<OnDay>,
    /// Whoever is reached after this day is found.
    pub lost_after: Option<OnDay>,
    /// When the level was to be alarmed.
    pub level_on: Option<OnDay>,
    /// When the next alarm is to be raised.
    pub alarm_on: Option<OnDay>,
}

impl PlanRow {
    /// The visit that is due.
    #[must_use]
    pub fn due(&self) -> Option<Due> {
        Some(Due { on: self.due_on?.0, reason: self.due_reason? })
    }

    /// That the honoree is lost.
    #[must_use]
    pub fn loss(&self) -> Option<Loss> {
        Some(Loss {
            level: self.lost_level?,
            cause: self.lost_cause?,
            lost_on: self.lost_on?.0,
            after: self.lost_after?.0,
            level_on: self.level_on?.0,
        })
    }

    /// The same with another loss.
    #[must_use]
    pub fn with_loss(self, loss: Option<Loss>) -> Self {
        Self {
            lost_level: loss.map(|loss| loss.level),
            lost_cause: loss.map(|loss| loss.cause),
            lost_on: loss.map(|loss| OnDay(loss.lost_on)),
            lost_after: loss.map(|loss| OnDay(loss.after)),
            level_on: loss.map(|loss| OnDay(loss.level_on)),
            ..self
        }
    }
}

/// Adds the row of an honoree where there is none yet.
pub fn insert_if_absent(
    connection: &mut Connection,
    (honoree, cipher_id): (HonoreeId, Uuid),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let row = (
        aftercare::honoree_id.eq(honoree),
        aftercare::cipher_id.eq(AnyId(cipher_id)),
        aftercare::planned_by.eq(String::new()),
        aftercare::version.eq(1_i64),
        aftercare::updated_at.eq(At(now)),
    );
    super::on_either!(connection, inner => {
        diesel::insert_into(aftercare::table).values(row).on_conflict_do_nothing().execute(inner)
    })?;
    Ok(())
}

/// Finds the care for an honoree.
pub fn find(connection: &mut Connection, honoree: HonoreeId) -> Result<Option<CareRow>, StoreError> {
    Ok(aftercare::table.find(honoree).select(CareRow::as_select()).first(connection).optional()?)
}

/// To which organization an honoree was handed, if to any.
pub fn find_handed_to(connection: &mut Connection, honoree: HonoreeId) -> Result<Option<OrganizationId>, StoreError> {
    let found: Option<Option<OrganizationId>> =
        aftercare::table.find(honoree).select(aftercare::handed_to).first(connection).optional()?;
    Ok(found.flatten())
}

/// Writes what is due and who is in charge, of an honoree whose row is held.
pub fn set_plan(
    connection: &mut Connection,
    honoree: HonoreeId,
    (charge, district): (Option<OrganizationId>, Option<OrganizationId>),
    plan: &PlanRow,
) -> Result<(), StoreError> {
    diesel::update(aftercare::table.find(honoree))
        .set((plan, aftercare::charge_id.eq(charge), aftercare::charge_district_id.eq(district)))
        .execute(connection)?;
    Ok(())
}

/// What a person says of the care.
#[derive(Clone, Debug, AsChangeset)]
#[diesel(table_name = aftercare, treat_none_as_null = true)]
pub struct CareChange {
    /// To which organization it is handed.
    pub handed_to: Option<OrganizationId>,
    /// The responsible account.
    pub responsible_id: Option<UserId>,
    /// The responsible person by name.
    pub responsible_name: Option<String>,
    /// A note, encrypted.
    pub note_cipher: Option<Vec<u8>>,
}

/// How the honoree can be called.
#[derive(Clone, Debug, Default, AsChangeset)]
#[diesel(table_name = aftercare, treat_none_as_null = true)]
pub struct ContactChange {
    /// Whose telephone it is.
    pub contact_of: Option<ContactOf>,
    /// What that person is to the honoree.
    pub relationship: Option<String>,
    /// The name of who answers, encrypted.
    pub name_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub name_masked: Option<String>,
    /// The number, encrypted.
    pub phone_cipher: Option<Vec<u8>>,
    /// The same, masked.
    pub phone_masked: Option<String>,
}

/// Writes the care if the version is still that; false when it is not.
pub fn update_if(
    connection: &mut Connection,
    (honoree, version): (HonoreeId, i64),
    change: &CareChange,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let target = aftercare::table.filter(aftercare::honoree_id.eq(honoree)).filter(aftercare::version.eq(version));
    let changed = diesel::update(target)
        .set((change, aftercare::version.eq(aftercare::version + 1), aftercare::updated_at.eq(At(now))))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Writes how the honoree can be called, of an honoree whose row is held.
pub fn set_contact(connection: &mut Connection, honoree: HonoreeId, change: &ContactChange) -> Result<(), StoreError> {
    diesel::update(aftercare::table.find(honoree)).set(change).execute(connection)?;
    Ok(())
}

/// Writes the note of an honoree whose row is held.
pub fn set_note(connection: &mut Connection, honoree: HonoreeId, cipher: Option<&[u8]>) -> Result<(), StoreError> {
    diesel::update(aftercare::table.find(honoree)).set(aftercare::note_cipher.eq(cipher)).execute(connection)?;
    Ok(())
}

/// Counts a change of the care of an honoree whose row is held: what clients have seen is out of date.
pub fn touch(connection: &mut Connection, honoree: HonoreeId, now: DateTime<Utc>) -> Result<(), StoreError> {
    diesel::update(aftercare::table.find(honoree))
        .set((aftercare::version.eq(aftercare::version + 1), aftercare::updated_at.eq(At(now))))
        .execute(connection)?;
    Ok(())
}

/// Takes the responsible person away, as another organization is in charge now.
pub fn clear_responsible(connection: &mut Connection, honoree: HonoreeId) -> Result<(), StoreError> {
    diesel::update(aftercare::table.find(honoree))
        .set((
            aftercare::responsible_id.eq(None::<UserId>),
            aftercare::responsible_name.eq(None::<String>),
            aftercare::version.eq(aftercare::version + 1),
        ))
        .execute(connection)?;
    Ok(())
}

/// A term for which somebody was in charge.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = care_terms, treat_none_as_default_value = false)]
pub struct CareTermRow {
    /// Its id.
    pub id: CareTermId,
    /// Of whom.
    pub honoree_id: HonoreeId,
    /// The organization.
    pub organization_id: Option<OrganizationId>,
    /// The responsible account.
    pub responsible_id: Option<UserId>,
    /// The responsible person by name.
    pub responsible_name: Option<String>,
    /// Who has changed it; none where it follows from the honoree's place.
    pub changed_by: Option<UserId>,
    /// Since when.
    pub since_at: At,
}

/// Adds a term.
pub fn insert_term(connection: &mut Connection, row: &CareTermRow) -> Result<(), StoreError> {
    diesel::insert_into(care_terms::table).values(row).execute(connection)?;
    Ok(())
}

/// One page of the terms of an honoree, the latest first.
pub fn list_terms(
    connection: &mut Connection,
    honoree: HonoreeId,
    after: Option<CareTermId>,
    limit: i64,
) -> Result<Vec<CareTermRow>, StoreError> {
    let mut query =
        care_terms::table.filter(care_terms::honoree_id.eq(honoree)).select(CareTermRow::as_select()).into_boxed();
    if let Some(id) = after {
        query = query.filter(care_terms::id.lt(id));
    }
    Ok(query.order(care_terms::id.desc()).limit(limit).load(connection)?)
}

#[derive(QueryableByName)]
struct HonoreeOnly {
    #[diesel(sql_type = Id)]
    id: Uuid,
}

/// Honorees whose plan is missing, follows other rules, has to be asked again, or says wrongly who is in charge.
pub fn stale(
    connection: &mut Connection,
    (mark, today): (&str, NaiveDate),
    limit: i64,
) -> Result<Vec<HonoreeId>, StoreError> {
    let open = if matches!(connection, Connection::Postgres(_)) { "" } else { " = 1" };
    let rows: Vec<HonoreeOnly> = sql_query(format!(
        "SELECT h.id FROM honorees h LEFT JOIN aftercare a ON a.honoree_id = h.id \
         LEFT JOIN organizations u ON u.id = h.unit_id LEFT JOIN organizations t ON t.id = a.handed_to \
         WHERE h.merged_into IS NULL AND (a.honoree_id IS NULL OR a.planned_by <> $1 OR a.recheck_on <= $2 OR \
         a.charge_id IS DISTINCT FROM \
         CASE WHEN t.active{open} THEN t.id WHEN u.active{open} THEN u.id ELSE h.district_id END) \
         ORDER BY h.id LIMIT $3"
    ))
    .bind::<Text, _>(mark)
    .bind::<Integer, _>(OnDay(today).number())
    .bind::<BigInt, _>(limit)
    .load(connection)?;
    Ok(rows.into_iter().map(|row| HonoreeId(row.id)).collect())
}

/// Honorees of whom an alarm is to be raised by a day.
pub fn alarms_due(connection: &mut Connection, today: NaiveDate, limit: i64) -> Result<Vec<HonoreeId>, StoreError> {
    Ok(aftercare::table
        .filter(aftercare::alarm_on.le(Some(OnDay(today))))
        .order((aftercare::alarm_on, aftercare::honoree_id))
        .select(aftercare::honoree_id)
        .limit(limit)
        .load(connection)?)
}

/// Brings the care of units into another district.
pub fn set_district(
    connection: &mut Connection,
    units: &[OrganizationId],
    district: Option<OrganizationId>,
) -> Result<(), StoreError> {
    let units: Vec<Option<OrganizationId>> = units.iter().copied().map(Some).collect();
    diesel::update(aftercare::table.filter(aftercare::charge_id.eq_any(units)))
        .set(aftercare::charge_district_id.eq(district))
        .execute(connection)?;
    Ok(())
}

//! The campaign clock as the sandbox has set it.

use chrono::{DateTime, Utc};
use diesel::{ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl};

use super::{Connection, StoreError, schema::campaign_clock, sql_values::At};

/// The moments that the campaign's and the machine's clock showed when the clock was set.
pub type Setting = (DateTime<Utc>, DateTime<Utc>);

/// Finds how the clock was set last; `None` when both clocks agree.
pub fn find(connection: &mut Connection) -> Result<Option<Setting>, StoreError> {
    Ok(campaign_clock::table
        .select((campaign_clock::campaign_at, campaign_clock::machine_at))
        .first(connection)
        .optional()?)
}

/// Sets the clock, or with `None` brings it back to the machine's.
pub fn set(
    connection: &mut Connection,
    campaign_at: Option<DateTime<Utc>>,
    machine_at: DateTime<Utc>,
) -> Result<(), StoreError> {
    diesel::delete(campaign_clock::table).execute(connection)?;
    if let Some(campaign_at) = campaign_at {
        diesel::insert_into(campaign_clock::table)
            .values((
                campaign_clock::id.eq(1),
                campaign_clock::campaign_at.eq(At(campaign_at)),
                campaign_clock::machine_at.eq(At(machine_at)),
            ))
            .execute(connection)?;
    }
    Ok(())
}

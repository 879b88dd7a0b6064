//! The ledger of assistance, and its receipts.

mod receipts;

use chrono::NaiveDate;
use diesel::{
    ExpressionMethods, Insertable, OptionalExtension, QueryDsl, Queryable, RunQueryDsl, Selectable, SelectableHelper,
    dsl::{count_star, sql},
    sql_types::BigInt,
};

pub use self::receipts::{ReceiptRow, find_receipt, insert_receipt, list_receipts, receipts_among};
use super::{
    Connection, StoreError,
    schema::assistance,
    sql_values::{At, OnDay},
};
use crate::domain::{
    actor::Actor,
    aftercare::ledger::Sum,
    assistance::{AssistanceKind, AssistanceStatus, FundSource},
    id::{AssistanceId, HonoreeId, OrganizationId, UserId},
    scope::Scope,
};

/// The table's name, to which ciphertexts are bound.
pub const TABLE: &str = "assistance";

/// An entry as stored.
#[derive(Clone, Debug, Insertable, Queryable, Selectable)]
#[diesel(table_name = assistance, treat_none_as_default_value = false)]
pub struct AssistanceRow {
    /// Its id.
    pub id: AssistanceId,
    /// To whom.
    pub honoree_id: HonoreeId,
    /// Who was in charge at the proposal.
    pub organization_id: OrganizationId,
    /// The district of that organization.
    pub district_id: Option<OrganizationId>,
    /// What.
    pub kind: AssistanceKind,
    /// In fen; negative in a counter-entry.
    pub amount_fen: i64,
    /// Where the money comes from.
    pub fund_source: FundSource,
    /// The source by name.
    pub fund_detail: Option<String>,
    /// What for, encrypted.
    pub purpose_cipher: Vec<u8>,
    /// How it stands.
    pub status: AssistanceStatus,
    /// The day on which it counts.
    pub booked_on: OnDay,
    /// Who proposed it.
    pub proposed_by: UserId,
    /// In whose place.
    pub proposed_on_behalf_of: Option<UserId>,
    /// Who decided.
    pub decided_by: Option<UserId>,
    /// In whose place.
    pub decided_on_behalf_of: Option<UserId>,
    /// When it was decided.
    pub decided_at: Option<At>,
    /// Why.
    pub decision_reason: Option<String>,
    /// Who took it back before it was given.
    pub withdrawn_by: Option<UserId>,
    /// In whose place.
    pub withdrawn_on_behalf_of: Option<UserId>,
    /// When.
    pub withdrawn_at: Option<At>,
    /// Why.
    pub withdrawn_reason: Option<String>,
    /// Who handed it over, by name.
    pub given_by: Option<String>,
    /// Who received it, encrypted.
    pub received_by_cipher: Option<Vec<u8>>,
    /// Who entered that.
    pub handed_over_by: Option<UserId>,
    /// In whose place.
    pub handed_over_on_behalf_of: Option<UserId>,
    /// When that was entered.
    pub handed_over_at: Option<At>,
    /// The entry that this one takes back.
    pub reverses_id: Option<AssistanceId>,
    /// Grows with each change.
    pub version: i64,
    /// When it was proposed.
    pub created_at: At,
}

impl AssistanceRow {
    /// Who proposed it.
    #[must_use]
    pub fn proposer(&self) -> Actor {
        Actor { id: self.proposed_by, on_behalf_of: self.proposed_on_behalf_of }
    }

    /// Who has entered that it was handed over.
    #[must_use]
    pub fn giver(&self) -> Option<Actor> {
        self.handed_over_by.map(|id| Actor { id, on_behalf_of: self.handed_over_on_behalf_of })
    }
}

/// Adds an entry.
pub fn insert(connection: &mut Connection, row: &AssistanceRow) -> Result<(), StoreError> {
    diesel::insert_into(assistance::table).values(row).execute(connection)?;
    Ok(())
}

/// Finds an entry.
pub fn find(connection: &mut Connection, id: AssistanceId) -> Result<Option<AssistanceRow>, StoreError> {
    Ok(assistance::table.find(id).select(AssistanceRow::as_select()).first(connection).optional()?)
}

/// The counter-entries to some entries, as pairs of the entry and its counter-entry.
pub fn reversals_of(
    connection: &mut Connection,
    ids: &[AssistanceId],
) -> Result<Vec<(AssistanceId, AssistanceId)>, StoreError> {
    let ids: Vec<Option<AssistanceId>> = ids.iter().copied().map(Some).collect();
    let rows: Vec<(Option<AssistanceId>, AssistanceId)> = assistance::table
        .filter(assistance::reverses_id.eq_any(ids))
        .select((assistance::reverses_id, assistance::id))
        .load(connection)?;
    Ok(rows.into_iter().filter_map(|(of, id)| Some((of?, id))).collect())
}

/// Notes that an entry was taken back before it was given, beside the decision that it may have, if the version is still
/// that; false when it is not.
pub fn withdraw_if(
    connection: &mut Connection,
    (id, version): (AssistanceId, i64),
    (by, at, reason): (Actor, At, &str),
) -> Result<bool, StoreError> {
    let target = assistance::table.filter(assistance::id.eq(id)).filter(assistance::version.eq(version));
    let changed = diesel::update(target)
        .set((
            assistance::status.eq(AssistanceStatus::Withdrawn),
            assistance::withdrawn_by.eq(Some(by.id)),
            assistance::withdrawn_on_behalf_of.eq(by.on_behalf_of),
            assistance::withdrawn_at.eq(Some(at)),
            assistance::withdrawn_reason.eq(Some(reason)),
            assistance::version.eq(assistance::version + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Notes a decision on an entry, if the version is still that; false when it is not.
pub fn set_status_if(
    connection: &mut Connection,
    (id, version): (AssistanceId, i64),
    status: AssistanceStatus,
    (by, at, reason): (Actor, At, &str),
) -> Result<bool, StoreError> {
    let target = assistance::table.filter(assistance::id.eq(id)).filter(assistance::version.eq(version));
    let changed = diesel::update(target)
        .set((
            assistance::status.eq(status),
            assistance::decided_by.eq(Some(by.id)),
            assistance::decided_on_behalf_of.eq(by.on_behalf_of),
            assistance::decided_at.eq(Some(at)),
            assistance::decision_reason.eq(Some(reason)),
            assistance::version.eq(assistance::version + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// How an entry was handed over.
#[derive(Clone, Debug)]
pub struct HandedOver {
    /// On which day.
    pub on: NaiveDate,
    /// By whom, by name.
    pub given_by: String,
    /// To whom, encrypted.
    pub received_by_cipher: Option<Vec<u8>>,
    /// Who enters it.
    pub by: Actor,
    /// When.
    pub at: At,
}

/// Notes that an entry was handed over, if the version is still that; false when it is not.
pub fn set_given_if(
    connection: &mut Connection,
    (id, version): (AssistanceId, i64),
    given: &HandedOver,
) -> Result<bool, StoreError> {
    let target = assistance::table.filter(assistance::id.eq(id)).filter(assistance::version.eq(version));
    let changed = diesel::update(target)
        .set((
            assistance::status.eq(AssistanceStatus::Given),
            assistance::booked_on.eq(OnDay(given.on)),
            assistance::given_by.eq(Some(&given.given_by)),
            assistance::received_by_cipher.eq(&given.received_by_cipher),
            assistance::handed_over_by.eq(Some(given.by.id)),
            assistance::handed_over_on_behalf_of.eq(given.by.on_behalf_of),
            assistance::handed_over_at.eq(Some(given.at)),
            assistance::version.eq(assistance::version + 1),
        ))
        .execute(connection)?;
    Ok(changed == 1)
}

/// Raises the version of an entry, as a receipt was added or it was taken back.
pub fn touch(connection: &mut Connection, id: AssistanceId) -> Result<(), StoreError> {
    diesel::update(assistance::table.find(id))
        .set(assistance::version.eq(assistance::version + 1))
        .execute(connection)?;
    Ok(())
}

/// Which entries: all parts have to hold.
#[derive(Clone, Debug, Default)]
pub struct AssistanceFilter {
    /// Of this honoree.
    pub honoree: Option<HonoreeId>,
    /// Parts of the tree in which the organization lies.
    pub within: Vec<Scope>,
    /// In one of these states; all where none is named.
    pub statuses: Vec<AssistanceStatus>,
    /// That count on this day or later.
    pub from: Option<NaiveDate>,
    /// That count on this day or earlier.
    pub until: Option<NaiveDate>,
}

macro_rules! filtered {
    ($query:expr, $filter:expr) => {{
        let mut query = $query;
        for scope in &$filter.within {
            query = match scope {
                Scope::City => query,
                Scope::District(id) => query.filter(assistance::district_id.eq(Some(*id))),
                Scope::Units(ids) => query.filter(assistance::organization_id.eq_any(ids.clone())),
                Scope::Nowhere => query.filter(assistance::organization_id.eq_any(Vec::<OrganizationId>::new())),
            };
        }
        if let Some(honoree) = $filter.honoree {
            query = query.filter(assistance::honoree_id.eq(honoree));
        }
        if !$filter.statuses.is_empty() {
            query = query.filter(assistance::status.eq_any($filter.statuses.clone()));
        }
        if let Some(from) = $filter.from {
            query = query.filter(assistance::booked_on.ge(OnDay(from)));
        }
        if let Some(until) = $filter.until {
            query = query.filter(assistance::booked_on.le(OnDay(until)));
        }
        query
    }};
}

/// One page of the entries, the last proposed first.
pub fn list(
    connection: &mut Connection,
    filter: &AssistanceFilter,
    after: Option<AssistanceId>,
    limit: i64,
) -> Result<Vec<AssistanceRow>, StoreError> {
    let mut query = filtered!(assistance::table.select(AssistanceRow::as_select()).into_boxed(), filter);
    if let Some(id) = after {
        query = query.filter(assistance::id.lt(id));
    }
    Ok(query.order(assistance::id.desc()).limit(limit).load(connection)?)
}

/// What the entries of one organization, kind and source amount to.
#[derive(Clone, Copy, Debug)]
pub struct SumRow {
    /// Of which organization.
    pub organization: OrganizationId,
    /// Of what kind.
    pub kind: AssistanceKind,
    /// From which source.
    pub source: FundSource,
    /// How many, and how much.
    pub sum: Sum,
}

/// The entries by organization, kind and source.
pub fn sums(connection: &mut Connection, filter: &AssistanceFilter) -> Result<Vec<SumRow>, StoreError> {
    let query = assistance::table
        .group_by((assistance::organization_id, assistance::kind, assistance::fund_source))
        .select((
            assistance::organization_id,
            assistance::kind,
            assistance::fund_source,
            count_star(),
            sql::<BigInt>("CAST(SUM(amount_fen) AS BIGINT)"),
        ))
        .into_boxed();
    let rows: Vec<(OrganizationId, AssistanceKind, FundSource, i64, i64)> =
        filtered!(query, filter).load(connection)?;
    let row = |(organization, kind, source, entries, amount_fen)| SumRow {
        organization,
        kind,
        source,
        sum: Sum { entries, amount_fen },
    };
    Ok(rows.into_iter().map(row).collect())
}

/// Brings the entries of units into another district.
pub fn set_district(
    connection: &mut Connection,
    units: &[OrganizationId],
    district: Option<OrganizationId>,
) -> Result<(), StoreError> {
    diesel::update(assistance::table.filter(assistance::organization_id.eq_any(units.to_vec())))
        .set(assistance::district_id.eq(district))
        .execute(connection)?;
    Ok(())
}

//! Who stands on a cycle's ballot paper, and the seed of its lot.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, OptionalExtension, QueryDsl,
    Queryable, RunQueryDsl,
};

use super::{
    Connection, StoreError,
    schema::{ballot_seeds, candidates, tallies},
    sql_values::At,
};
use crate::domain::{
    candidate::{Status, Visibility},
    category::CategoryCode,
    id::{CandidateId, OrganizationId},
    month::Month,
    tally::Tally,
};

/// A seed that was drawn.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct DrawnSeed {
    /// Its bytes.
    pub seed: Vec<u8>,
    /// When it was drawn.
    pub drawn_at: DateTime<Utc>,
}

/// A candidate as the ballot paper shows it.
#[derive(Clone, Debug)]
pub struct Line {
    /// In which category.
    pub category: CategoryCode,
    /// The name.
    pub name: String,
    /// The deed in one sentence.
    pub summary: String,
    /// The unit that carries it.
    pub unit: Option<OrganizationId>,
    /// The district.
    pub district: OrganizationId,
    /// Who, with the counts; all zero where nobody has voted.
    pub tally: Tally,
}

/// The candidates of a cycle in one of these states whose names may be shown, in no order that tells of anything.
pub fn list(connection: &mut Connection, cycle: Month, statuses: &[Status]) -> Result<Vec<Line>, StoreError> {
    type Counts = Option<(i64, i64, i64)>;
    type Row = (CandidateId, CategoryCode, String, String, Option<OrganizationId>, OrganizationId, Counts);
    let rows: Vec<Row> = candidates::table
        .left_join(
            tallies::table.on(tallies::candidate.eq(candidates::number).and(tallies::cycle.eq(candidates::cycle))),
        )
        .filter(candidates::cycle.eq(cycle))
        .filter(candidates::status.eq_any(statuses.to_vec()))
        .filter(candidates::visibility.eq(Visibility::Shown))
        .order(candidates::id)
        .select((
            candidates::id,
            candidates::category,
            candidates::name,
            candidates::summary,
            candidates::unit_id,
            candidates::district_id,
            (tallies::raw, tallies::quarantined, tallies::invalid).nullable(),
        ))
        .load(connection)?;
    let line = |(candidate, category, name, summary, unit, district, counts): Row| {
        let (raw, quarantined, invalid) = counts.unwrap_or_default();
        Line { category, name, summary, unit, district, tally: Tally { candidate, raw, quarantined, invalid } }
    };
    Ok(rows.into_iter().map(line).collect())
}

/// The seed of a cycle's lot; none before it was drawn.
pub fn find_seed(connection: &mut Connection, cycle: Month) -> Result<Option<DrawnSeed>, StoreError> {
    Ok(ballot_seeds::table
        .find(cycle)
        .select((ballot_seeds::seed, ballot_seeds::drawn_at))
        .first(connection)
        .optional()?)
}

/// Those of these cycles whose lot was drawn.
pub fn drawn_among(connection: &mut Connection, cycles: &[Month]) -> Result<BTreeSet<Month>, StoreError> {
    let drawn = ballot_seeds::table.filter(ballot_seeds::cycle.eq_any(cycles.to_vec())).select(ballot_seeds::cycle);
    Ok(drawn.load(connection)?.into_iter().collect())
}

/// Keeps a seed unless the cycle has one; false when it has.
pub fn keep_seed(
    connection: &mut Connection,
    cycle: Month,
    seed: &[u8],
    drawn_at: DateTime<Utc>,
) -> Result<bool, StoreError> {
    let inserted = on_either!(connection, inner => diesel::insert_into(ballot_seeds::table)
        .values((
            ballot_seeds::cycle.eq(cycle),
            ballot_seeds::seed.eq(seed),
            ballot_seeds::drawn_at.eq(At(drawn_at)),
        ))
        .on_conflict_do_nothing()
        .execute(inner)?);
    Ok(inserted == 1)
}

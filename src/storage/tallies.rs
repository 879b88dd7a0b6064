//! The counts of votes, kept in the transaction of each vote.

use std::collections::BTreeSet;

use diesel::{
    BoolExpressionMethods, ExpressionMethods, JoinOnDsl, NullableExpressionMethods, QueryDsl, QueryableByName,
    RunQueryDsl, sql_query,
    sql_types::{BigInt, Integer},
};

use super::{
    Connection, StoreError,
    schema::{candidates, tallies},
};
use crate::domain::{
    candidate::{Status, Visibility},
    category::CategoryCode,
    id::CandidateId,
    month::Month,
    tally::Tally,
};

/// A candidate of a cycle with its counts.
#[derive(Clone, Debug)]
pub struct Counted {
    /// In which category.
    pub category: CategoryCode,
    /// The name.
    pub name: String,
    /// Whether the name may be shown.
    pub visibility: Visibility,
    /// The counts; all zero where nobody has voted.
    pub tally: Tally,
}

/// Which of the candidates anybody voted for, in whatever cycle; by the numbers by which votes name them.
pub fn voted_among(connection: &mut Connection, numbers: &[i64]) -> Result<BTreeSet<i64>, StoreError> {
    let rows: Vec<i64> = tallies::table
        .filter(tallies::candidate.eq_any(numbers.to_vec()))
        .filter(tallies::raw.gt(0))
        .select(tallies::candidate)
        .load(connection)?;
    Ok(rows.into_iter().collect())
}

/// How many votes of a cycle are held back, whoever they are for.
pub fn quarantined(connection: &mut Connection, cycle: Month) -> Result<i64, StoreError> {
    let held: Vec<i64> = tallies::table
        .filter(tallies::cycle.eq(cycle))
        .filter(tallies::quarantined.gt(0))
        .select(tallies::quarantined)
        .load(connection)?;
    Ok(held.into_iter().sum())
}

/// How far a candidate's counts are from its votes: what was counted, less what the rows say.
#[derive(Clone, Debug, PartialEq, Eq, QueryableByName)]
pub struct Deviation {
    /// In which cycle, as year × 100 + month.
    #[diesel(sql_type = Integer)]
    pub cycle: i32,
    /// The candidate's number.
    #[diesel(sql_type = BigInt)]
    pub candidate: i64,
    /// Of all votes.
    #[diesel(sql_type = BigInt)]
    pub raw: i64,
    /// Of those held back.
    #[diesel(sql_type = BigInt)]
    pub quarantined: i64,
    /// Of those found invalid.
    #[diesel(sql_type = BigInt)]
    pub invalid: i64,
}

/// One statement, so that votes that come in meanwhile are in both or in neither. Where the rows of a quarantine's votes
/// still follow it, its status says how they stand.
const DEVIATIONS: &str = "
    SELECT cycle, candidate, CAST(SUM(raw) AS BIGINT) AS raw, CAST(SUM(quarantined) AS BIGINT) AS quarantined,
           CAST(SUM(invalid) AS BIGINT) AS invalid
    FROM (SELECT cycle, candidate, raw, quarantined, invalid FROM tallies
          UNION ALL
          SELECT cycle, candidate, -COUNT(*), -SUM(CASE now WHEN 1 THEN 1 ELSE 0 END),
                 -SUM(CASE now WHEN 2 THEN 1 ELSE 0 END)
          FROM (SELECT votes.cycle, votes.candidate,
                       COALESCE(CASE following.status WHEN 'open' THEN 1 WHEN 'invalidated' THEN 2
                                                      WHEN 'released' THEN 0 END, votes.state) AS now
                FROM votes LEFT JOIN (SELECT held_votes.cycle, held_votes.seq, quarantines.status
                                      FROM quarantines
                                      JOIN held_votes ON held_votes.quarantine_id = quarantines.id AND held_votes.active
                                      WHERE NOT quarantines.is_settled) AS following
                           ON following.cycle = votes.cycle AND following.seq = votes.seq) AS standing
          GROUP BY cycle, candidate) AS both_ways
    GROUP BY cycle, candidate
    HAVING SUM(raw) <> 0 OR SUM(quarantined) <> 0 OR SUM(invalid) <> 0
    ORDER BY cycle, candidate LIMIT 100";

/// The first hundred candidates whose counts are not those of their votes. Reads every vote: seconds for millions.
pub fn deviations(connection: &mut Connection) -> Result<Vec<Deviation>, StoreError> {
    Ok(on_either!(connection, inner => sql_query(DEVIATIONS).load(inner)?))
}

/// The candidates of a cycle in one of these states with their counts, in no order that tells of votes.
pub fn list(connection: &mut Connection, cycle: Month, statuses: &[Status]) -> Result<Vec<Counted>, StoreError> {
    type Counts = Option<(i64, i64, i64)>;
    let rows: Vec<(CandidateId, CategoryCode, String, Visibility, Counts)> = candidates::table
        .left_join(
            tallies::table.on(tallies::candidate.eq(candidates::number).and(tallies::cycle.eq(candidates::cycle))),
        )
        .filter(candidates::cycle.eq(cycle))
        .filter(candidates::status.eq_any(statuses.to_vec()))
        .order(candidates::id)
        .select((
            candidates::id,
            candidates::category,
            candidates::name,
            candidates::visibility,
            (tallies::raw, tallies::quarantined, tallies::invalid).nullable(),
        ))
        .load(connection)?;
    Ok(rows
        .into_iter()
        .map(|(candidate, category, name, visibility, counts)| {
            let (raw, quarantined, invalid) = counts.unwrap_or_default();
            Counted { category, name, visibility, tally: Tally { candidate, raw, quarantined, invalid } }
        })
        .collect())
}

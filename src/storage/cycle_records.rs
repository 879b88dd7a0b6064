//! What was done in a cycle: the records that a change of its windows or policy must not contradict.

use diesel::{
    BoolExpressionMethods, ExpressionMethods, OptionalExtension, QueryDsl, RunQueryDsl,
    dsl::{max, min},
};

use super::{
    Connection, StoreError,
    schema::{district_quotas, transitions, votes},
    sql_values::At,
};
use crate::domain::{
    amendment::{Done, Span},
    cycle::Cycle,
    transition::Action,
};

type Ends = (Option<At>, Option<At>);

/// Gathers what was done. Verifying and endorsing count to the window that was open then: to the reporting window, or
/// after its end to the screening window.
pub fn find_done(connection: &mut Connection, cycle: &Cycle) -> Result<Done, StoreError> {
    let (opens, closes) = (At(cycle.windows.reporting.opens_at), At(cycle.windows.reporting.closes_at));
    let month = cycle.month;
    let first_stages = || {
        transitions::table
            .filter(transitions::cycle.eq(month))
            .filter(transitions::action.eq(Action::Verify).or(transitions::action.eq(Action::Endorse)))
    };
    let of =
        |action: Action| transitions::table.filter(transitions::cycle.eq(month)).filter(transitions::action.eq(action));
    let ends = (min(transitions::at), max(transitions::at));
    let reporting: Ends = first_stages()
        .filter(transitions::at.ge(opens).and(transitions::at.lt(closes)))
        .select(ends)
        .first(connection)?;
    let late: Ends = first_stages()
        .filter(transitions::at.lt(opens).or(transitions::at.ge(closes)))
        .select(ends)
        .first(connection)?;
    let screened: Ends = of(Action::Screen).select(ends).first(connection)?;
    let forwarded: Ends = of(Action::Forward).select(ends).first(connection)?;
    // The log is in the order of casting; its ends are found without reading the millions between them.
    let cast = || votes::table.filter(votes::cycle.eq(month)).select(votes::cast_at);
    let first: Option<At> = cast().order(votes::seq).first(connection).optional()?;
    let last: Option<At> = cast().order(votes::seq.desc()).first(connection).optional()?;
    let voted: Ends = (first, last);
    let used: Option<i32> = district_quotas::table
        .filter(district_quotas::cycle.eq(month))
        .select(max(district_quotas::used))
        .first(connection)?;
    Ok(Done {
        reporting: span(reporting),
        screening: join(span(late), span(screened)),
        forwarding: span(forwarded),
        voting: span(voted),
        has_results: super::results::find(connection, month)?.is_some(),
        quota_used_max: used.and_then(|used| u32::try_from(used).ok()).unwrap_or(0),
    })
}

fn span(ends: Ends) -> Option<Span> {
    match ends {
        (Some(earliest), Some(latest)) => Some(Span { earliest: earliest.0, latest: latest.0 }),
        (Some(_) | None, None) | (None, Some(_)) => None,
    }
}

fn join(one: Option<Span>, other: Option<Span>) -> Option<Span> {
    match (one, other) {
        (Some(one), Some(other)) => {
            Some(Span { earliest: one.earliest.min(other.earliest), latest: one.latest.max(other.latest) })
        }
        (only, None) | (None, only) => only,
    }
}

//! The leadership group 活动领导小组 of an organization: who leads the campaign there, for which term and by which document.
//!
//! A group is in force from the first day of its term, or where it has none from the day on which it was entered, until the
//! next one is; a term that is over ends nothing by itself, for somebody has to lead. Where days overlap, as groups were
//! entered late, the one that was entered last counts.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::fault::{Code, Fault};

/// The names of those who lead the campaign in an organization.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Leadership {
    /// 组长.
    pub head: Option<String>,
    /// 副组长.
    pub deputies: Vec<String>,
    /// 成员.
    pub members: Vec<String>,
    /// 办公室主任, who does the daily work.
    pub office_director: Option<String>,
    /// The office's public telephone.
    pub office_phone: Option<String>,
    /// For how long the group is appointed, where that is known.
    pub term: Option<Term>,
    /// The document by which it was appointed, such as 武文明办〔2026〕3号.
    pub document: Option<String>,
}

/// A term of office 任期, in days of the deployment's zone; both days belong to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Term {
    /// The first day.
    pub from: NaiveDate,
    /// The last day; open where none was set.
    pub to: Option<NaiveDate>,
}

/// A group as it is or was in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InForce {
    /// The group.
    pub group: Leadership,
    /// Its version; 1 where none was ever entered.
    pub version: i64,
    /// The first day on which it was in force; none where there is no group.
    pub since: Option<NaiveDate>,
    /// The last day on which it was in force; none while it still is.
    pub until: Option<NaiveDate>,
    /// Whether its term was over on the day that was asked for.
    pub expired: bool,
}

/// The earliest day with which a term may begin.
const EARLIEST: NaiveDate = calendar_day(1949, 10, 1);
/// The latest day with which a term may end.
const LATEST: NaiveDate = calendar_day(2199, 12, 31);

const fn calendar_day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(day) => day,
        None => NaiveDate::MIN,
    }
}

impl Leadership {
    /// The most deputies, and the most members, that a group has.
    pub const MAX_PEOPLE: usize = 100;

    /// Whether the term is over on a day. A group without a last day never expires.
    #[must_use]
    pub fn is_over(&self, day: NaiveDate) -> bool {
        self.term.and_then(|term| term.to).is_some_and(|to| to < day)
    }
}

impl Term {
    /// What is wrong with the days whatever today is.
    #[must_use]
    pub fn faults(self) -> Vec<Fault> {
        let mut faults = Vec::new();
        if self.from < EARLIEST {
            faults.push(Fault::at("/from", Code::TooSmall).with("minimum", EARLIEST.to_string()));
        }
        if let Some(to) = self.to {
            if to < self.from {
                faults.push(Fault::at("/to", Code::TooSmall).with("minimum", self.from.to_string()));
            }
            if to > LATEST {
                faults.push(Fault::at("/to", Code::TooLarge).with("limit", LATEST.to_string()));
            }
        }
        faults
    }

    /// A group is entered when its term has begun: before, the former one still leads.
    #[must_use]
    pub fn begins_late(self, today: NaiveDate) -> Option<Fault> {
        (self.from > today).then(|| Fault::at("/from", Code::TooLarge).with("limit", today.to_string()))
    }
}

/// The first day on which a group is in force: of a correction that says nothing else, that of the group before.
#[must_use]
pub fn first_day(term: Option<Term>, corrected: Option<NaiveDate>, today: NaiveDate) -> NaiveDate {
    term.map(|term| term.from).or(corrected).unwrap_or(today)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn term(from: &str, to: Option<&str>) -> Term {
        Term { from: day(from), to: to.map(day) }
    }

    #[rstest]
    #[case("2026-01-01", None, &[])]
    #[case("2026-01-01", Some("2026-01-01"), &[])]
    #[case("2026-01-02", Some("2026-01-01"), &[("/to", Code::TooSmall)])]
    #[case("1949-09-30", Some("2200-01-01"), &[("/from", Code::TooSmall), ("/to", Code::TooLarge)])]
    fn terms_end_after_they_begin(#[case] from: &str, #[case] to: Option<&str>, #[case] expected: &[(&str, Code)]) {
        let faults = term(from, to).faults();
        let found: Vec<_> = faults.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_term_is_over_after_its_last_day() {
        let group = |to| Leadership { term: Some(term("2026-01-01", to)), ..Leadership::default() };
        assert!(!group(Some("2026-06-30")).is_over(day("2026-06-30")));
        assert!(group(Some("2026-06-30")).is_over(day("2026-07-01")));
        assert!(!group(None).is_over(day("2199-12-31")));
        assert!(!Leadership::default().is_over(day("2199-12-31")));
    }

    #[test]
    fn nobody_is_entered_ahead() {
        assert_eq!(term("2026-11-05", None).begins_late(day("2026-11-05")), None);
        assert!(term("2026-11-06", None).begins_late(day("2026-11-05")).is_some());
    }

    #[test]
    fn a_group_is_in_force_from_its_term_or_its_entry() {
        let (today, before) = (day("2026-11-05"), Some(day("2026-03-01")));
        assert_eq!(first_day(Some(term("2026-10-01", None)), before, today), day("2026-10-01"));
        assert_eq!(first_day(None, before, today), day("2026-03-01"));
        assert_eq!(first_day(None, None, today), today);
    }
}

//! When the next visit is due: the earliest of the interval since the honoree was last reached, a day that was agreed on,
//! and the next festival.

use chrono::{Days, Months, NaiveDate};

use super::festival::{self, Festival};
use crate::domain::policy::Policy;

text_enum! {
    /// Why a visit is due.
    pub enum DueReason {
        /// It is long enough since the honoree was last reached, or honoured.
        Interval = "interval",
        /// A festival comes.
        Festival = "festival",
        /// The last visit has left a day.
        Agreed = "agreed",
    }
}

/// The numbers of the policy that aftercare follows. Those of the running month hold for everybody, whenever they were
/// honoured: people are looked after by today's rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Months after which somebody is to be visited again.
    pub interval_months: u32,
    /// The festivals at which everybody is visited.
    pub festivals: Vec<Festival>,
    /// A visit in so many days up to a festival is the festival's.
    pub window_days: u32,
    /// Months without being reached after which somebody counts as lost.
    pub lost_months: u32,
    /// Days after which the next level is alarmed.
    pub escalation_days: u32,
}

impl Rules {
    /// Those of a policy.
    #[must_use]
    pub fn of(policy: &Policy) -> Self {
        Self {
            interval_months: policy.visit_interval_months,
            festivals: policy.visit_festivals.clone(),
            window_days: policy.visit_window_days,
            lost_months: policy.contact_lost_months,
            escalation_days: policy.contact_escalation_days,
        }
    }

    /// A mark that differs where the rules do: what was planned by other rules is planned anew.
    #[must_use]
    pub fn mark(&self) -> String {
        let festivals: Vec<&str> = self.festivals.iter().map(|festival| festival.as_str()).collect();
        let Self { interval_months, window_days, lost_months, escalation_days, .. } = self;
        format!("{interval_months}/{}/{window_days}/{lost_months}/{escalation_days}", festivals.join("+"))
    }
}

/// What is known of an honoree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The day of the earliest honour that stands; none where none stands any more, and nothing is due.
    pub awarded_on: Option<NaiveDate>,
    /// The last day on which the honoree, or the family, was reached.
    pub last_reached_on: Option<NaiveDate>,
    /// The day that the last visit has left.
    pub agreed_on: Option<NaiveDate>,
}

impl Facts {
    /// From which day on time is counted: the last time reached, or the honour.
    #[must_use]
    pub fn counted_from(&self) -> Option<NaiveDate> {
        let awarded_on = self.awarded_on?;
        Some(self.last_reached_on.map_or(awarded_on, |reached| reached.max(awarded_on)))
    }
}

/// A visit that is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Due {
    /// By when.
    pub on: NaiveDate,
    /// Why.
    pub reason: DueReason,
}

impl Due {
    /// The day on which this has to be asked again although nothing has happened: a festival that has passed is owed no
    /// more, and the next one takes its place. What is due for another reason stays due until somebody goes.
    #[must_use]
    pub fn recheck_on(&self) -> Option<NaiveDate> {
        match self.reason {
            DueReason::Festival => self.on.succ_opt(),
            DueReason::Interval | DueReason::Agreed => None,
        }
    }
}

/// The next visit as it is seen on a day.
#[must_use]
pub fn next_due(rules: &Rules, facts: &Facts, today: NaiveDate) -> Option<Due> {
    let from = facts.counted_from()?;
    let interval = after_months(from, rules.interval_months).map(|on| Due { on, reason: DueReason::Interval });
    let agreed = facts.agreed_on.map(|on| Due { on, reason: DueReason::Agreed });
    let festival = next_festival(rules, facts.last_reached_on, today);
    let festival = festival.map(|on| Due { on, reason: DueReason::Festival });
    // Of one day, what was promised comes first.
    [agreed, festival, interval].into_iter().flatten().min_by_key(|due| due.on)
}

/// The next festival for which nobody has come yet.
fn next_festival(rules: &Rules, last_reached_on: Option<NaiveDate>, today: NaiveDate) -> Option<NaiveDate> {
    let is_done = |day: &NaiveDate| {
        let opens = day.checked_sub_days(Days::new(rules.window_days.into())).unwrap_or(*day);
        last_reached_on.is_some_and(|reached| (opens..=*day).contains(&reached))
    };
    festival::days_from(&rules.festivals, today).into_iter().find(|day| !is_done(day))
}

/// A day so many months later, or the last one of a shorter month.
#[must_use]
pub fn after_months(day: NaiveDate, months: u32) -> Option<NaiveDate> {
    day.checked_add_months(Months::new(months))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    fn rules() -> Rules {
        Rules::of(&Policy::default())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn given(text: &str) -> Option<NaiveDate> {
        (!text.is_empty()).then(|| day(text))
    }

    /// Spring Festival is on 17 February 2026 and 6 February 2027, the Mid-Autumn Festival on 25 September 2026.
    #[rstest]
    #[case::never_reached("2026-11-30", "", "", "2026-12-01", "2027-02-06 festival")]
    #[case::the_festival_has_passed("2026-11-30", "", "", "2027-02-07", "2027-05-30 interval")]
    #[case::overdue_stays("2026-11-30", "", "", "2028-01-01", "2027-05-30 interval")]
    #[case::on_the_day_itself("2026-11-30", "", "", "2027-02-06", "2027-02-06 festival")]
    #[case::visited_for_it("2026-11-30", "2027-01-30", "", "2027-01-30", "2027-07-30 interval")]
    #[case::first_day_that_counts("2026-11-30", "2027-01-22", "", "2027-01-22", "2027-07-22 interval")]
    #[case::a_day_too_early("2026-11-30", "2027-01-21", "", "2027-01-21", "2027-02-06 festival")]
    #[case::agreed_earlier("2026-11-30", "2027-01-30", "2027-03-01", "2027-01-30", "2027-03-01 agreed")]
    #[case::agreed_later("2026-11-30", "2027-01-30", "2027-12-01", "2027-01-30", "2027-07-30 interval")]
    #[case::agreed_for_the_festival("2026-11-30", "", "2027-02-06", "2026-12-01", "2027-02-06 agreed")]
    #[case::end_of_a_short_month("2026-08-31", "", "", "2026-10-01", "2027-02-06 festival")]
    #[case::reached_before_the_honour_that_stands("2027-06-30", "2027-01-30", "", "2027-06-30", "2027-09-15 festival")]
    #[case::nothing_stands("", "2027-01-30", "2027-03-01", "2027-02-01", "")]
    fn due(
        #[case] awarded: &str,
        #[case] reached: &str,
        #[case] agreed: &str,
        #[case] today: &str,
        #[case] expected: &str,
    ) {
        let facts = Facts { awarded_on: given(awarded), last_reached_on: given(reached), agreed_on: given(agreed) };
        let found = next_due(&rules(), &facts, day(today));
        assert_eq!(found.map_or(String::new(), |due| format!("{} {}", due.on, due.reason)), expected);
    }

    #[test]
    fn months_end_with_the_month() {
        assert_eq!(after_months(day("2026-08-31"), 6), Some(day("2027-02-28")));
        assert_eq!(after_months(day("2027-08-31"), 6), Some(day("2028-02-29")));
        assert_eq!(after_months(NaiveDate::MAX, 6), None);
    }

    #[test]
    fn the_mark_tells_rules_apart() {
        let mut marks = vec![rules().mark()];
        marks.push(Rules { interval_months: 7, ..rules() }.mark());
        marks.push(Rules { festivals: vec![], ..rules() }.mark());
        marks.push(Rules { window_days: 7, ..rules() }.mark());
        marks.push(Rules { lost_months: 7, ..rules() }.mark());
        marks.push(Rules { escalation_days: 7, ..rules() }.mark());
        let count = marks.len();
        marks.sort();
        marks.dedup();
        assert_eq!(marks.len(), count);
    }

    prop_compose! {
        fn any_day()(offset in 0..9_000_u64) -> NaiveDate {
            day("2026-01-01").checked_add_days(Days::new(offset)).unwrap()
        }
    }

    prop_compose! {
        fn any_facts()(awarded_on in any_day(), reached in proptest::option::of(0..400_u64), agreed in proptest::option::of(1..400_u64))
            -> Facts
        {
            let after = |days: u64| awarded_on.checked_add_days(Days::new(days));
            Facts { awarded_on: Some(awarded_on), last_reached_on: reached.and_then(after), agreed_on: agreed.and_then(after) }
        }
    }

    proptest! {
        /// A due day that was written down is right until the day on which it is asked again.
        #[test]
        fn what_is_stored_stays_right(facts in any_facts(), ahead in 0..800_u64, later in 0..800_u64) {
            let today = facts.counted_from().unwrap().checked_add_days(Days::new(ahead)).unwrap();
            let stored = next_due(&rules(), &facts, today).unwrap();
            let then = today.checked_add_days(Days::new(later)).unwrap();
            if stored.recheck_on().is_none_or(|recheck| then < recheck) {
                prop_assert_eq!(next_due(&rules(), &facts, then), Some(stored));
            }
        }

        /// Nobody waits longer than the interval, and who was just seen is not due at once.
        #[test]
        fn the_interval_is_a_bound(facts in any_facts(), ahead in 0..800_u64) {
            let from = facts.counted_from().unwrap();
            let today = from.checked_add_days(Days::new(ahead)).unwrap();
            let due = next_due(&rules(), &facts, today).unwrap();
            prop_assert!(due.on <= after_months(from, rules().interval_months).unwrap());
            if due.reason == DueReason::Festival {
                prop_assert!(due.on >= today);
            }
            if due.reason != DueReason::Agreed {
                prop_assert!(due.on >= from);
            }
        }
    }
}

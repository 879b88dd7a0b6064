//! Lost contact 失联: somebody who was not reached for too long is told of to the unit, then the district, then the city.

use chrono::{Days, NaiveDate};

use super::plan::{Facts, Rules, after_months};
use crate::domain::organization::OrganizationKind;

text_enum! {
    /// Who is alarmed. The order is that of the alarms.
    pub enum Level {
        /// The unit in charge.
        Unit = "unit",
        /// Its district.
        District = "district",
        /// The city.
        City = "city",
    }
}

text_enum! {
    /// Why somebody counts as lost.
    pub enum LossCause {
        /// Nobody was reached for too long.
        Unreached = "unreached",
        /// A reviewer has said so.
        Reported = "reported",
    }
}

impl Level {
    /// The level of an organization in charge; the city where nobody is. A unit that was closed is in charge of nobody, so
    /// that the district hears of it at once.
    #[must_use]
    pub const fn of(in_charge: Option<OrganizationKind>) -> Self {
        match in_charge {
            Some(OrganizationKind::Unit) => Self::Unit,
            Some(OrganizationKind::District) => Self::District,
            Some(OrganizationKind::City) | None => Self::City,
        }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Unit => 0,
            Self::District => 1,
            Self::City => 2,
        }
    }

    /// The next one up.
    #[must_use]
    pub const fn above(self) -> Option<Self> {
        match self {
            Self::Unit => Some(Self::District),
            Self::District => Some(Self::City),
            Self::City => None,
        }
    }
}

/// That somebody is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loss {
    /// The highest level that was alarmed.
    pub level: Level,
    /// Why.
    pub cause: LossCause,
    /// Since when.
    pub lost_on: NaiveDate,
    /// Whoever is reached after this day is found.
    pub after: NaiveDate,
    /// The day on which the level was to be alarmed; the next one follows from it.
    pub level_on: NaiveDate,
}

/// An alarm that is to be raised.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Alarm {
    /// To whom.
    pub level: Level,
    /// From which day on.
    pub on: NaiveDate,
}

/// What a reviewer says of somebody who cannot be found.
#[must_use]
pub fn reported(level: Level, facts: &Facts, today: NaiveDate) -> Loss {
    // Whoever was reached today, and is told to be lost afterwards, is lost.
    let yesterday = today.pred_opt().unwrap_or(today);
    let after = facts.last_reached_on.map_or(yesterday, |reached| reached.max(yesterday));
    Loss { level, cause: LossCause::Reported, lost_on: today, after, level_on: today }
}

impl Loss {
    /// Whether the honoree was reached since.
    #[must_use]
    pub fn is_over(&self, facts: &Facts) -> bool {
        facts.last_reached_on.is_some_and(|reached| reached > self.after)
    }
}

/// The loss of which several alarms tell. Where two honorees have turned out to be one, each may have been looked for: the
/// highest level and the earliest day stand, and only whoever is reached after all of it is found.
#[must_use]
pub fn told(alarms: impl IntoIterator<Item = Loss>) -> Option<Loss> {
    alarms.into_iter().reduce(|one, other| {
        let highest = if other.level.rank() > one.level.rank() { other } else { one };
        let first = if other.lost_on < one.lost_on { other } else { one };
        Loss { level: highest.level, level_on: highest.level_on, after: one.after.max(other.after), ..first }
    })
}

/// The next alarm, given who is alarmed first now and the loss that was told of, if any.
#[must_use]
pub fn next_alarm(rules: &Rules, facts: &Facts, (first, loss): (Level, Option<Loss>)) -> Option<Alarm> {
    let from = facts.counted_from()?;
    let Some(loss) = loss else {
        return Some(Alarm { level: first, on: after_months(from, rules.lost_months)? });
    };
    if first.rank() > loss.level.rank() {
        // Whoever was alarmed is in charge no more.
        return Some(Alarm { level: first, on: loss.level_on });
    }
    let on = loss.level_on.checked_add_days(Days::new(rules.escalation_days.into()))?;
    Some(Alarm { level: loss.level.above()?, on })
}

/// The loss once an alarm was raised.
#[must_use]
pub fn raised(facts: &Facts, loss: Option<Loss>, alarm: Alarm) -> Loss {
    match loss {
        Some(loss) => Loss { level: alarm.level, level_on: alarm.on, ..loss },
        None => Loss {
            level: alarm.level,
            cause: LossCause::Unreached,
            lost_on: alarm.on,
            after: facts.counted_from().unwrap_or(alarm.on),
            level_on: alarm.on,
        },
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::policy::Policy;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn facts(awarded: &str, reached: Option<&str>) -> Facts {
        Facts { awarded_on: Some(day(awarded)), last_reached_on: reached.map(day), agreed_on: None }
    }

    /// Every alarm up to the last level, by the day on which it is raised at the earliest.
    fn alarms(facts: &Facts, first: Level, mut loss: Option<Loss>) -> Vec<(Level, NaiveDate)> {
        let mut found = Vec::new();
        while let Some(alarm) = next_alarm(&Rules::of(&Policy::default()), facts, (first, loss)) {
            loss = Some(raised(facts, loss, alarm));
            found.push((alarm.level, alarm.on));
        }
        found
    }

    #[test]
    fn the_unit_hears_first_then_the_district_then_the_city() {
        let never = facts("2026-11-30", None);
        let steps =
            [(Level::Unit, day("2027-11-30")), (Level::District, day("2027-12-30")), (Level::City, day("2028-01-29"))];
        assert_eq!(alarms(&never, Level::Unit, None), steps);
        let without_unit = [(Level::District, day("2027-11-30")), (Level::City, day("2027-12-30"))];
        assert_eq!(alarms(&never, Level::District, None), without_unit);
        assert_eq!(alarms(&never, Level::City, None), [(Level::City, day("2027-11-30"))]);
        let reached = facts("2026-11-30", Some("2027-06-01"));
        assert_eq!(alarms(&reached, Level::Unit, None)[0], (Level::Unit, day("2028-06-01")));
    }

    #[test]
    fn a_unit_that_is_closed_meanwhile_leaves_it_to_the_district_at_once() {
        let never = facts("2026-11-30", None);
        let alarm = Alarm { level: Level::Unit, on: day("2027-11-30") };
        let loss = raised(&never, None, alarm);
        assert_eq!(alarms(&never, Level::District, Some(loss))[0], (Level::District, day("2027-11-30")));
    }

    #[test]
    fn a_report_counts_from_its_day_and_ends_with_a_visit_of_that_day() {
        let of = |reached| facts("2026-11-30", reached);
        let loss = reported(Level::Unit, &of(Some("2027-02-01")), day("2027-02-03"));
        assert_eq!(alarms(&of(Some("2027-02-01")), Level::Unit, Some(loss))[0], (Level::District, day("2027-03-05")));
        assert!(!loss.is_over(&of(Some("2027-02-02"))));
        assert!(loss.is_over(&of(Some("2027-02-03"))));
        assert!(!loss.is_over(&of(None)));
        // Who was reached on the day itself, and is told to be lost afterwards, stays lost until the next visit.
        let same_day = of(Some("2027-02-03"));
        let loss = reported(Level::Unit, &same_day, day("2027-02-03"));
        assert!(!loss.is_over(&same_day));
        assert!(loss.is_over(&of(Some("2027-02-04"))));
    }

    #[test]
    fn two_who_are_one_are_lost_since_the_first_and_found_after_the_last() {
        let unreached = Loss {
            level: Level::District,
            cause: LossCause::Unreached,
            lost_on: day("2027-11-30"),
            after: day("2026-11-30"),
            level_on: day("2027-12-30"),
        };
        let reported = reported(Level::Unit, &facts("2026-11-30", None), day("2028-01-10"));
        let both = Loss { after: reported.after, ..unreached };
        assert_eq!(told([unreached, reported]), Some(both));
        assert_eq!(told([reported, unreached]), Some(both));
        assert!(!both.is_over(&facts("2026-11-30", Some("2028-01-09"))));
        assert!(both.is_over(&facts("2026-11-30", Some("2028-01-10"))));
        assert_eq!(told([reported]), Some(reported));
        assert_eq!(told([]), None);
    }

    #[test]
    fn nobody_is_lost_whose_honours_are_gone() {
        let gone = Facts { awarded_on: None, ..facts("2026-11-30", Some("2027-01-01")) };
        assert_eq!(alarms(&gone, Level::Unit, None), []);
    }

    #[test]
    fn levels_follow_who_is_in_charge() {
        let cases = [
            (Some(OrganizationKind::Unit), Level::Unit),
            (Some(OrganizationKind::District), Level::District),
            (Some(OrganizationKind::City), Level::City),
            (None, Level::City),
        ];
        for (kind, level) in cases {
            assert_eq!(Level::of(kind), level);
        }
    }

    proptest! {
        /// However late anybody looks, each level is alarmed once, in order, and the days do not go back.
        #[test]
        fn levels_rise(reached in proptest::option::of(0..2_000_u64), first in 0..3_usize) {
            let first = Level::ALL[first];
            let awarded = day("2026-11-30");
            let last_reached_on = reached.and_then(|days| awarded.checked_add_days(Days::new(days)));
            let facts = Facts { awarded_on: Some(awarded), last_reached_on, agreed_on: None };
            let found = alarms(&facts, first, None);
            prop_assert_eq!(found.len(), 3 - usize::from(first.rank()));
            prop_assert!(found.windows(2).all(|two| two[0].0.rank() < two[1].0.rank() && two[0].1 < two[1].1));
        }
    }
}

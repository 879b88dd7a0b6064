//! Visits 回访: who came, how the honoree fares, and what hardship there is.

use chrono::{Months, NaiveDate};

use super::{
    fault::{Code, Fault},
    person_name, text,
};

text_enum! {
    /// What kind of visit it was.
    pub enum VisitKind {
        /// 上门走访: at the home.
        Home = "home",
        /// 电话回访: a call.
        Telephone = "telephone",
        /// 节日慰问: a festival's call.
        Festival = "festival",
        /// Anything else.
        Other = "other",
    }
}

/// The most visitors of one visit.
pub const MAX_VISITORS: usize = 10;
/// The most characters of the situation, and of the facts of a hardship.
pub const TEXT_MAX_CHARS: usize = 2000;
/// An agreed day lies so many months ahead at most.
const AGREED_WITHIN_MONTHS: u32 = 24;

/// A visit as it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When.
    pub visited_on: NaiveDate,
    /// What kind.
    pub kind: VisitKind,
    /// Whether the honoree, or the family, was reached.
    pub reached: bool,
    /// The names of who came.
    pub visitors: Vec<String>,
    /// How the honoree fares.
    pub situation: String,
    /// The facts of a hardship, where there is one.
    pub hardship: Option<String>,
    /// The day that was agreed on for the next visit.
    pub next_on: Option<NaiveDate>,
}

impl Visit {
    /// Everything that is wrong with the visit by itself.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        for (index, name) in self.visitors.iter().enumerate() {
            let at = format!("/visitors/{index}");
            faults.extend(person_name::check(name).into_iter().map(|fault| fault.under(&at)));
        }
        faults.extend(text::paragraphs(&self.situation, TEXT_MAX_CHARS).into_iter().map(|it| it.under("/situation")));
        if let Some(facts) = &self.hardship {
            let found = text::paragraphs(facts, TEXT_MAX_CHARS).into_iter();
            faults.extend(found.map(|fault| fault.under("/hardship/facts")));
        }
        if let Some(next_on) = self.next_on {
            let latest = self.visited_on.checked_add_months(Months::new(AGREED_WITHIN_MONTHS));
            if next_on <= self.visited_on {
                faults.push(Fault::at("/next_on", Code::TooSmall).with("minimum", self.visited_on.to_string()));
            } else if let Some(latest) = latest.filter(|latest| next_on > *latest) {
                faults.push(Fault::at("/next_on", Code::TooLarge).with("limit", latest.to_string()));
            }
        }
        faults
    }

    /// That the visit is said to be still to come, or to have been before there was an honour.
    #[must_use]
    pub fn time_faults(&self, first_honour_on: NaiveDate, today: NaiveDate) -> Vec<Fault> {
        if self.visited_on > today {
            vec![Fault::at("/visited_on", Code::TooLarge).with("limit", today.to_string())]
        } else if self.visited_on < first_honour_on {
            vec![Fault::at("/visited_on", Code::TooSmall).with("minimum", first_honour_on.to_string())]
        } else {
            Vec::new()
        }
    }

    /// As it is kept.
    #[must_use]
    pub fn tidied(self) -> Self {
        Self {
            visitors: self.visitors.iter().map(|name| text::tidy_line(name)).collect(),
            situation: text::tidy_paragraphs(&self.situation),
            hardship: self.hardship.as_deref().map(text::tidy_paragraphs),
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn visit() -> Visit {
        Visit {
            visited_on: "2027-01-30".parse().unwrap(),
            kind: VisitKind::Home,
            reached: true,
            visitors: vec!["周敏".into()],
            situation: "身体健康。".into(),
            hardship: None,
            next_on: None,
        }
    }

    fn places(faults: Vec<Fault>) -> Vec<(String, Code)> {
        faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect()
    }

    #[test]
    fn every_text_and_day_is_checked_at_its_place() {
        assert_eq!(places(visit().faults()), []);
        let wrong = Visit {
            visitors: vec!["周敏".into(), "7".into()],
            situation: " ".into(),
            hardship: Some("病".repeat(2001)),
            next_on: Some("2027-01-30".parse().unwrap()),
            ..visit()
        };
        let expected = [
            ("/visitors/1", Code::Malformed),
            ("/situation", Code::TooShort),
            ("/hardship/facts", Code::TooLong),
            ("/next_on", Code::TooSmall),
        ];
        assert_eq!(places(wrong.faults()), expected.map(|(at, code)| (at.to_owned(), code)));
        let next = |text: &str| Visit { next_on: Some(text.parse().unwrap()), ..visit() };
        assert_eq!(places(next("2029-01-30").faults()), []);
        assert_eq!(places(next("2029-01-31").faults()), [("/next_on".to_owned(), Code::TooLarge)]);
    }

    #[test]
    fn a_visit_lies_between_the_first_honour_and_today() {
        let (first, today) = ("2027-01-30".parse().unwrap(), "2027-01-30".parse().unwrap());
        assert_eq!(places(visit().time_faults(first, today)), []);
        let yesterday = "2027-01-29".parse().unwrap();
        assert_eq!(places(visit().time_faults(first, yesterday)), [("/visited_on".to_owned(), Code::TooLarge)]);
        let later = "2027-01-31".parse().unwrap();
        assert_eq!(places(visit().time_faults(later, later)), [("/visited_on".to_owned(), Code::TooSmall)]);
    }
}

//! A certificate that somebody else has printed, as it is recorded here.

use chrono::NaiveDate;

use crate::domain::{
    fault::{Code, Fault},
    month::Month,
    text,
};

/// The longest number, in characters.
pub const NUMBER_MAX_CHARS: usize = 64;
/// The longest name of an issuer, in characters.
pub const ISSUER_MAX_CHARS: usize = 100;

/// What is known of a certificate of the national list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideCertificate {
    /// The number that stands on it.
    pub number: String,
    /// Who has issued it, as it stands there.
    pub issuer: String,
    /// The day that stands on it.
    pub issued_on: NaiveDate,
}

impl OutsideCertificate {
    /// In the form in which it is kept.
    #[must_use]
    pub fn tidy(self) -> Self {
        Self { number: text::tidy_line(&self.number), issuer: text::tidy_line(&self.issuer), ..self }
    }

    /// What is wrong with it in itself.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let under = |faults: Vec<Fault>, pointer: &str| -> Vec<Fault> {
            faults.into_iter().map(|fault| fault.under(pointer)).collect()
        };
        let mut faults = under(text::line(&self.number, NUMBER_MAX_CHARS), "/number");
        faults.extend(under(text::line(&self.issuer, ISSUER_MAX_CHARS), "/issuer"));
        faults
    }

    /// What is wrong with it as a certificate of a cycle: it is dated neither before its month nor after today.
    #[must_use]
    pub fn faults_in(&self, cycle: Month, today: NaiveDate) -> Vec<Fault> {
        let first = NaiveDate::from_ymd_opt(cycle.year(), cycle.month(), 1).unwrap_or(NaiveDate::MIN);
        let at = |code| Fault::at("/issued_on", code);
        if self.issued_on < first {
            vec![at(Code::TooSmall).with("minimum", first.to_string()).with("actual", self.issued_on.to_string())]
        } else if self.issued_on > today {
            vec![at(Code::TooLarge).with("limit", today.to_string()).with("actual", self.issued_on.to_string())]
        } else {
            Vec::new()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outside(number: &str, issuer: &str, issued_on: &str) -> OutsideCertificate {
        let (number, issuer) = (number.to_owned(), issuer.to_owned());
        OutsideCertificate { number, issuer, issued_on: issued_on.parse().unwrap() }.tidy()
    }

    #[test]
    fn number_and_issuer_are_lines() {
        assert_eq!(outside(" 好人榜〔2026〕11号 ", "中央文明办", "2026-12-20").faults(), []);
        let wrong = outside(&"1".repeat(65), "中央\u{202E}文明办", "2026-12-20").faults();
        let wrong: Vec<(&str, Code)> = wrong.iter().map(|fault| (fault.pointer.as_str(), fault.code)).collect();
        assert_eq!(wrong, [("/number", Code::TooLong), ("/issuer", Code::ForbiddenCharacter)]);
    }

    #[test]
    fn it_is_dated_between_its_month_and_today() {
        let (cycle, today) = ("2026-11".parse().unwrap(), "2026-12-20".parse().unwrap());
        for (day, expected) in [
            ("2026-10-31", Some(Code::TooSmall)),
            ("2026-11-01", None),
            ("2026-12-20", None),
            ("2026-12-21", Some(Code::TooLarge)),
        ] {
            let found = outside("1", "中央文明办", day).faults_in(cycle, today);
            assert_eq!(found.first().map(|fault| fault.code), expected, "{day}");
        }
    }
}

//! Honours that others have given to an honoree: recorded by the city, corrected, and struck with a reason.

use chrono::{DateTime, Datelike, NaiveDate, Utc};

use super::{
    category::CategoryCode,
    fault::{Code, Fault},
    id::{HonoreeId, OutsideHonourId},
    policy::{self, ResultSource},
    text,
};

/// Most characters of a title and of an issuer.
pub const NAME_MAX_CHARS: usize = 200;
/// Most characters of a number.
pub const NUMBER_MAX_CHARS: usize = 100;
/// The earliest year of an honour.
const FIRST_YEAR: i32 = 1949;

text_enum! {
    /// Who gives an honour: of which level of government.
    pub enum HonourLevel {
        /// A district.
        District = "district",
        /// The city; our own lists are of this level.
        Municipal = "municipal",
        /// The province.
        Provincial = "provincial",
        /// The nation; lists whose vote was held on the national site are of this level.
        National = "national",
    }
}

impl HonourLevel {
    /// The level of a list by where its vote was held.
    #[must_use]
    pub const fn of_list(source: ResultSource) -> Self {
        match source {
            ResultSource::Local => Self::Municipal,
            ResultSource::Portal => Self::National,
        }
    }

    /// Where the votes of our lists of this level were held; none where no list of ours is of this level.
    #[must_use]
    pub const fn source(self) -> Option<ResultSource> {
        match self {
            Self::Municipal => Some(ResultSource::Local),
            Self::National => Some(ResultSource::Portal),
            Self::District | Self::Provincial => None,
        }
    }
}

/// An honour that somebody else has given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutsideHonour {
    /// Its identifier.
    pub id: OutsideHonourId,
    /// Who holds it.
    pub honoree: HonoreeId,
    /// Of which level.
    pub level: HonourLevel,
    /// What it is called.
    pub title: String,
    /// Who gave it.
    pub issuer: String,
    /// The number of its document.
    pub number: Option<String>,
    /// The local day on which it was given.
    pub awarded_on: NaiveDate,
    /// In which of our categories it would be.
    pub category: Option<CategoryCode>,
    /// Where that can be read.
    pub source_url: Option<String>,
    /// When and why it was struck.
    pub struck: Option<Struck>,
    /// Grows with each change.
    pub version: i64,
    /// When it was recorded.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// That an honour is struck from the record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Struck {
    /// When.
    pub at: DateTime<Utc>,
    /// Why.
    pub reason: String,
}

/// An outside honour as it is recorded or corrected; `None` stays or is not known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutsideHonourFields {
    /// Its level.
    pub level: Option<HonourLevel>,
    /// Its title.
    pub title: Option<String>,
    /// Its issuer.
    pub issuer: Option<String>,
    /// Its number.
    pub number: Option<Option<String>>,
    /// The day on which it was given.
    pub awarded_on: Option<NaiveDate>,
    /// Its category.
    pub category: Option<Option<CategoryCode>>,
    /// Where it can be read.
    pub source_url: Option<Option<String>>,
}

impl OutsideHonourFields {
    /// Everything that breaks a rule of its own.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = line_faults("/title", self.title.as_deref(), NAME_MAX_CHARS);
        faults.extend(line_faults("/issuer", self.issuer.as_deref(), NAME_MAX_CHARS));
        faults.extend(line_faults(
            "/number",
            self.number.iter().flatten().next().map(String::as_str),
            NUMBER_MAX_CHARS,
        ));
        let url = self.source_url.iter().flatten().next();
        if url.is_some_and(|url| !policy::is_web_address(url)) {
            faults.push(Fault::at("/source_url", Code::Malformed));
        }
        faults
    }

    /// What is wrong with the day as seen from today: nobody is honoured tomorrow.
    #[must_use]
    pub fn day_fault(&self, today: NaiveDate) -> Option<Fault> {
        self.awarded_on.and_then(|day| day_fault("/awarded_on", day, today))
    }

    /// An honour after the change.
    #[must_use]
    pub fn applied(self, to: &OutsideHonour) -> OutsideHonour {
        let line = |wished: Option<Option<String>>, present: &Option<String>| match wished {
            Some(wished) => wished.as_deref().map(text::tidy_line),
            None => present.clone(),
        };
        OutsideHonour {
            level: self.level.unwrap_or(to.level),
            title: self.title.as_deref().map_or_else(|| to.title.clone(), text::tidy_line),
            issuer: self.issuer.as_deref().map_or_else(|| to.issuer.clone(), text::tidy_line),
            number: line(self.number, &to.number),
            awarded_on: self.awarded_on.unwrap_or(to.awarded_on),
            category: self.category.unwrap_or_else(|| to.category.clone()),
            source_url: line(self.source_url, &to.source_url),
            ..to.clone()
        }
    }
}

/// What is wrong with a day on which an honour was given or announced.
#[must_use]
pub fn day_fault(pointer: &str, day: NaiveDate, today: NaiveDate) -> Option<Fault> {
    if day > today {
        return Some(Fault::at(pointer, Code::TooLarge).with("limit", today.to_string()));
    }
    (day.year() < FIRST_YEAR).then(|| Fault::at(pointer, Code::TooSmall).with("minimum", FIRST_YEAR))
}

fn line_faults(pointer: &str, value: Option<&str>, max_chars: usize) -> Vec<Fault> {
    let faults = value.map(|value| text::line(value, max_chars)).unwrap_or_default();
    faults.into_iter().map(|fault| fault.under(pointer)).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2026-11-25", None)]
    #[case("1949-01-01", None)]
    #[case("2026-11-26", Some(Code::TooLarge))]
    #[case("1948-12-31", Some(Code::TooSmall))]
    fn days_lie_behind_us(#[case] day: &str, #[case] expected: Option<Code>) {
        let today = "2026-11-25".parse().unwrap();
        let fields = OutsideHonourFields { awarded_on: Some(day.parse().unwrap()), ..OutsideHonourFields::default() };
        assert_eq!(fields.day_fault(today).map(|fault| fault.code), expected);
    }

    #[test]
    fn the_level_of_a_list_leads_back_to_where_its_vote_was_held() {
        for source in ResultSource::ALL {
            assert_eq!(HonourLevel::of_list(*source).source(), Some(*source));
        }
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = OutsideHonourFields {
            title: Some(" ".to_owned()),
            issuer: Some("市".repeat(201)),
            number: Some(Some("\u{202E}".to_owned())),
            source_url: Some(Some("javascript:alert(1)".to_owned())),
            ..OutsideHonourFields::default()
        };
        let found: Vec<String> = wrong.faults().into_iter().map(|fault| fault.pointer).collect();
        for pointer in ["/title", "/issuer", "/number", "/source_url"] {
            assert!(found.iter().any(|one| one == pointer), "{pointer} in {found:?}");
        }
        assert_eq!(OutsideHonourFields { number: Some(None), ..OutsideHonourFields::default() }.faults(), []);
    }
}

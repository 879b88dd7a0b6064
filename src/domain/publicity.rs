//! 宣传记录: where an honoree's deeds were told of, in a newspaper, a broadcast, on a page, in a talk.

use chrono::{DateTime, NaiveDate, Utc};

use super::{
    fault::{Code, Fault},
    honour::CertificateNumber,
    id::{HonoreeId, PublicityId, UserId},
    policy, text,
};

text_enum! {
    /// In what kind of outlet somebody was told of.
    pub enum PublicityKind {
        /// A newspaper or magazine.
        Newspaper = "newspaper",
        /// Television.
        Television = "television",
        /// Radio.
        Radio = "radio",
        /// A website.
        Website = "website",
        /// Social media: an official account, a short video.
        SocialMedia = "social_media",
        /// A talk or a lecture tour.
        Lecture = "lecture",
        /// An exhibition, a wall of honour.
        Exhibition = "exhibition",
        /// Anything else.
        Other = "other",
    }
}

/// Most characters of the outlet's name.
pub const OUTLET_MAX_CHARS: usize = 100;
/// Most characters of a title.
pub const TITLE_MAX_CHARS: usize = 200;
/// Most characters of the note.
pub const NOTE_MAX_CHARS: usize = 1000;
/// Nothing is recorded that was published in an earlier year: it is a slip of the pen.
pub const FIRST_YEAR: i32 = 2000;

/// A record of publicity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicityRecord {
    /// Its identifier.
    pub id: PublicityId,
    /// Of whom was told.
    pub honoree: HonoreeId,
    /// The newspaper, station, site or place.
    pub outlet: String,
    /// Of what kind that is.
    pub kind: PublicityKind,
    /// Under what title.
    pub title: String,
    /// Where it can be read.
    pub url: Option<String>,
    /// On which local day it came out.
    pub published_on: NaiveDate,
    /// For which honour, where it was for one of them.
    pub honour: Option<CertificateNumber>,
    /// What reviewers note beside it; never public.
    pub note: Option<String>,
    /// Who entered it; never public.
    pub entered_by: UserId,
    /// Grows with each change.
    pub version: i64,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What a record says, as it is entered or changed; `None` stays.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PublicityFields {
    /// The outlet.
    pub outlet: Option<String>,
    /// Its kind.
    pub kind: Option<PublicityKind>,
    /// The title.
    pub title: Option<String>,
    /// The address.
    pub url: Option<Option<String>>,
    /// The day.
    pub published_on: Option<NaiveDate>,
    /// The honour.
    pub honour: Option<Option<CertificateNumber>>,
    /// The note.
    pub note: Option<Option<String>>,
}

impl PublicityFields {
    /// Everything that breaks a rule of its own.
    #[must_use]
    pub fn faults(&self) -> Vec<Fault> {
        let mut faults = Vec::new();
        let mut at = |pointer: &str, found: Vec<Fault>| {
            faults.extend(found.into_iter().map(|fault| fault.under(pointer)));
        };
        if let Some(outlet) = &self.outlet {
            at("/outlet", text::line(outlet, OUTLET_MAX_CHARS));
        }
        if let Some(title) = &self.title {
            at("/title", text::line(title, TITLE_MAX_CHARS));
        }
        if let Some(Some(note)) = &self.note {
            at("/note", text::paragraphs(note, NOTE_MAX_CHARS));
        }
        if let Some(Some(url)) = &self.url
            && !policy::is_web_address(url)
        {
            at("/url", vec![Fault::of(Code::Malformed)]);
        }
        faults
    }

    /// The faults that depend on the day: nothing came out tomorrow, nor before there was such a thing as this campaign.
    #[must_use]
    pub fn day_faults(&self, today: NaiveDate) -> Vec<Fault> {
        let first = NaiveDate::from_ymd_opt(FIRST_YEAR, 1, 1).unwrap_or_default();
        match self.published_on {
            Some(day) if day > today => {
                vec![Fault::at("/published_on", Code::TooLarge).with("limit", today.to_string())]
            }
            Some(day) if day < first => {
                vec![Fault::at("/published_on", Code::TooSmall).with("minimum", first.to_string())]
            }
            Some(_) | None => Vec::new(),
        }
    }

    /// The record as it becomes.
    #[must_use]
    pub fn applied(self, to: &PublicityRecord) -> PublicityRecord {
        let line = |wished: Option<String>, present: &str| {
            wished.map_or_else(|| present.to_owned(), |wished| text::tidy_line(&wished))
        };
        let url = self.url.map(|url| url.as_deref().map(text::tidy_line));
        let note = self.note.map(|note| note.as_deref().map(text::tidy_paragraphs));
        PublicityRecord {
            outlet: line(self.outlet, &to.outlet),
            kind: self.kind.unwrap_or(to.kind),
            title: line(self.title, &to.title),
            url: url.unwrap_or_else(|| to.url.clone()),
            published_on: self.published_on.unwrap_or(to.published_on),
            honour: self.honour.unwrap_or_else(|| to.honour.clone()),
            note: note.unwrap_or_else(|| to.note.clone()),
            ..to.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[rstest]
    #[case("2026-11-05", None)]
    #[case("2000-01-01", None)]
    #[case("2026-11-06", Some(Code::TooLarge))]
    #[case("1999-12-31", Some(Code::TooSmall))]
    fn a_day_lies_within_reason(#[case] published_on: &str, #[case] code: Option<Code>) {
        let fields = PublicityFields { published_on: Some(day(published_on)), ..PublicityFields::default() };
        let found: Vec<_> = fields.day_faults(day("2026-11-05")).into_iter().map(|fault| fault.code).collect();
        assert_eq!(found, code.into_iter().collect::<Vec<_>>());
    }

    #[test]
    fn every_wrong_field_is_named() {
        let wrong = PublicityFields {
            outlet: Some(" ".to_owned()),
            title: Some("题".repeat(201)),
            url: Some(Some("ftp://example.org/".to_owned())),
            note: Some(Some("注".repeat(1001))),
            ..PublicityFields::default()
        };
        let mut found: Vec<_> = wrong.faults().into_iter().map(|fault| (fault.pointer, fault.code)).collect();
        found.sort();
        let expected = [
            ("/note", Code::TooLong),
            ("/outlet", Code::TooShort),
            ("/title", Code::TooLong),
            ("/url", Code::Malformed),
        ];
        assert_eq!(found, expected.map(|(pointer, code)| (pointer.to_owned(), code)));
        assert_eq!(PublicityFields::default().faults(), []);
    }

    #[test]
    fn what_is_not_said_stays_and_null_takes_away() {
        let old = PublicityRecord {
            id: PublicityId(uuid::Uuid::from_u128(1)),
            honoree: HonoreeId(uuid::Uuid::from_u128(2)),
            outlet: "长江日报".to_owned(),
            kind: PublicityKind::Newspaper,
            title: "二十年如一日".to_owned(),
            url: Some("https://example.org/".to_owned()),
            published_on: day("2026-11-03"),
            honour: "2026-11-DED-0001".parse().ok(),
            note: Some("头版".to_owned()),
            entered_by: UserId(uuid::Uuid::from_u128(3)),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        };
        assert_eq!(PublicityFields::default().applied(&old), old);
        let fields = PublicityFields {
            title: Some(" 好人 ".to_owned()),
            url: Some(None),
            honour: Some(None),
            note: Some(None),
            ..PublicityFields::default()
        };
        let new = fields.applied(&old);
        assert_eq!(new, PublicityRecord { title: "好人".to_owned(), url: None, honour: None, note: None, ..old });
    }
}

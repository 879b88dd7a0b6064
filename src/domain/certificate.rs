//! Certificates: what stands on one, which are given out, and what is recorded of those that others print.

pub mod characters;
pub mod day;
pub mod lacking;
pub mod outside;
pub mod wording;

use chrono::NaiveDate;

use super::{
    candidate::Subject,
    fault::{Code, Fault},
    honour::{CertificateNumber, Standing},
    policy::ResultSource,
    text,
};

/// What a certificate is written from. All of it is public while the honour stands and is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// Its number.
    pub number: CertificateNumber,
    /// The title of the list, such as 身边好人榜.
    pub title: String,
    /// Whose list it is.
    pub issuer: String,
    /// The category in Chinese, such as 敬业奉献.
    pub category: String,
    /// The name of the person or group.
    pub name: String,
    /// A person or a group.
    pub subject: Subject,
    /// The members of a group, by name.
    pub members: Vec<String>,
    /// Whether the person had died.
    pub posthumous: bool,
    /// The day of publication in the deployment's time zone.
    pub published_on: NaiveDate,
}

/// Whether the certificate of an honour is given out: of one that stands and is shown, by whoever held the vote. The
/// certificates of the national list are the portal's: they are recorded and not printed.
pub fn give_out(standing: &Standing, source: ResultSource) -> Result<(), Code> {
    match (standing, source) {
        (Standing::Revoked { .. }, _) => Err(Code::CertificateRevoked),
        (Standing::Withheld, _) => Err(Code::CertificateWithheld),
        (Standing::Shown, ResultSource::Portal) => Err(Code::CertificateIssuedElsewhere),
        (Standing::Shown, ResultSource::Local) => Ok(()),
    }
}

/// Whether a certificate that somebody else has printed may be recorded for an honour: of the national list, while it is
/// not revoked.
pub fn record_outside(standing: &Standing, source: ResultSource) -> Result<(), Code> {
    match (source, standing) {
        (ResultSource::Local, _) => Err(Code::CertificateIssuedHere),
        (ResultSource::Portal, Standing::Revoked { .. }) => Err(Code::CertificateRevoked),
        (ResultSource::Portal, Standing::Shown | Standing::Withheld) => Ok(()),
    }
}

/// Whether a certificate may be reissued under its number: one that was issued, of an honour that stands and is shown. Those of
/// the national list are recorded here and nothing else.
pub fn reissue(standing: &Standing, source: ResultSource, is_issued: bool) -> Result<(), Code> {
    match (source, standing) {
        (ResultSource::Portal, _) => Err(Code::CertificateIssuedElsewhere),
        (ResultSource::Local, Standing::Revoked { .. }) => Err(Code::HonourRevoked),
        (ResultSource::Local, Standing::Withheld) => Err(Code::HonourWithheld),
        (ResultSource::Local, Standing::Shown) if is_issued => Ok(()),
        (ResultSource::Local, Standing::Shown) => Err(Code::CertificateNotIssued),
    }
}

/// The longest reason for a reissue, in characters.
pub const REASON_MAX_CHARS: usize = 500;

/// What is wrong with the reason for a reissue.
#[must_use]
pub fn reason_faults(reason: &str) -> Vec<Fault> {
    text::paragraphs(reason, REASON_MAX_CHARS).into_iter().map(|fault| fault.under("/reason")).collect()
}

/// The most bytes of a name in a file's name: with the number and the ending it stays below the 255 of common systems.
const FILE_NAME_MAX_BYTES: usize = 180;

/// The name of a certificate's file, without its ending: its number, and the name where that can stand in a file's name.
#[must_use]
pub fn file_name(number: &CertificateNumber, name: &str) -> String {
    let forbidden = |character: char| character.is_control() || "/\\:*?\"<>|".contains(character);
    let name: String = name.chars().map(|character| if forbidden(character) { '_' } else { character }).collect();
    let short = &name[..name.floor_char_boundary(FILE_NAME_MAX_BYTES)];
    format!("{number} {}", short.trim().trim_end_matches('.'))
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    #[test]
    fn a_certificate_is_given_out_while_the_honour_stands_and_is_shown() {
        let revoked =
            || Standing::Revoked { at: DateTime::UNIX_EPOCH, reason: "事迹失实".to_owned(), is_withheld: false };
        let cases = [
            (Standing::Shown, ResultSource::Local, Ok(()), Err(Code::CertificateIssuedHere)),
            (Standing::Shown, ResultSource::Portal, Err(Code::CertificateIssuedElsewhere), Ok(())),
            (Standing::Withheld, ResultSource::Local, Err(Code::CertificateWithheld), Err(Code::CertificateIssuedHere)),
            (Standing::Withheld, ResultSource::Portal, Err(Code::CertificateWithheld), Ok(())),
            (revoked(), ResultSource::Local, Err(Code::CertificateRevoked), Err(Code::CertificateIssuedHere)),
            (revoked(), ResultSource::Portal, Err(Code::CertificateRevoked), Err(Code::CertificateRevoked)),
        ];
        for (standing, source, given, recorded) in cases {
            assert_eq!(give_out(&standing, source), given, "{standing:?} {source:?}");
            assert_eq!(record_outside(&standing, source), recorded, "{standing:?} {source:?}");
        }
    }

    #[test]
    fn what_was_issued_here_is_reissued_while_the_honour_stands_and_is_shown() {
        let revoked =
            || Standing::Revoked { at: DateTime::UNIX_EPOCH, reason: "事迹失实".to_owned(), is_withheld: false };
        let elsewhere = Err(Code::CertificateIssuedElsewhere);
        for (standing, source, issued, not_issued) in [
            (Standing::Shown, ResultSource::Local, Ok(()), Err(Code::CertificateNotIssued)),
            (Standing::Withheld, ResultSource::Local, Err(Code::HonourWithheld), Err(Code::HonourWithheld)),
            (revoked(), ResultSource::Local, Err(Code::HonourRevoked), Err(Code::HonourRevoked)),
            (Standing::Shown, ResultSource::Portal, elsewhere, elsewhere),
            (Standing::Withheld, ResultSource::Portal, elsewhere, elsewhere),
            (revoked(), ResultSource::Portal, elsewhere, elsewhere),
        ] {
            assert_eq!(reissue(&standing, source, true), issued, "{standing:?} {source:?}");
            assert_eq!(reissue(&standing, source, false), not_issued, "{standing:?} {source:?}");
        }
    }

    #[test]
    fn a_reissue_has_a_reason() {
        let codes = |reason: &str| reason_faults(reason).iter().map(|fault| fault.code).collect::<Vec<_>>();
        assert_eq!(codes(" 姓名更正。\n经核对身份证件。"), []);
        assert_eq!(codes(" \n "), [Code::TooShort]);
        assert_eq!(codes(&"更".repeat(REASON_MAX_CHARS)), []);
        assert_eq!(codes(&"更".repeat(REASON_MAX_CHARS + 1)), [Code::TooLong]);
        assert_eq!(reason_faults("更\u{202E}正")[0].pointer, "/reason");
    }

    #[test]
    fn a_file_is_named_by_number_and_name() {
        let number: CertificateNumber = "2026-11-DED-0001".parse().unwrap();
        for (name, file) in [
            ("王小明", "2026-11-DED-0001 王小明"),
            ("买买提·艾力", "2026-11-DED-0001 买买提·艾力"),
            ("../a\\b\"c", "2026-11-DED-0001 .._a_b_c"),
            ("J. Smith Jr.", "2026-11-DED-0001 J. Smith Jr"),
        ] {
            assert_eq!(file_name(&number, name), file);
        }
    }
}

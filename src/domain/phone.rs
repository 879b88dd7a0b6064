//! Chinese telephone numbers: read from the usual spellings, kept in one, shown masked.

use std::fmt;

use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroize as _;

/// A Chinese mobile or landline number in its one spelling: `13800001234`, `027-82345678` or `027-82345678-801`.
///
/// Never shown by `Debug`; answers show [`Phone::masked`].
#[derive(Clone, PartialEq, Eq)]
pub struct Phone {
    /// With the leading zero; empty for a mobile number.
    area: String,
    number: String,
    extension: String,
}

impl Phone {
    /// Reads a number as people write it: with `+86`, spaces, dashes, brackets, full-width digits, an extension (`转801`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let folded: String = text.trim().nfkc().collect();
        let (main, extension) = match plain(&folded) {
            // A mobile number has no extension, so its last dash is none before it is looked at as one.
            Some(digits) if mobile(national(&digits)).is_some() => (folded.as_str(), ""),
            _ => split_extension(&folded),
        };
        if extension.len() > 6 || !extension.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let mut written = plain(main)?;
        let digits = national(&written);
        let mobile = mobile(digits);
        let phone = match mobile {
            Some(number) if extension.is_empty() => {
                Some(Self { area: String::new(), number: number.to_owned(), extension: String::new() })
            }
            Some(_) => None,
            None => landline(digits).map(|(area, number)| Self { area, number, extension: extension.to_owned() }),
        };
        written.zeroize();
        phone
    }

    /// The one spelling, by which numbers are stored and compared.
    #[must_use]
    pub fn normalised(&self) -> String {
        match (self.is_mobile(), self.extension.is_empty()) {
            (true, _) => self.number.clone(),
            (false, true) => format!("{}-{}", self.area, self.number),
            (false, false) => format!("{}-{}-{}", self.area, self.number, self.extension),
        }
    }

    /// What everybody may see: `138****5678`, `027-****5678`.
    #[must_use]
    pub fn masked(&self) -> String {
        let shown_from = self.number.len().saturating_sub(4);
        let (head, tail) = self.number.split_at(shown_from);
        if self.is_mobile() {
            let prefix: String = head.chars().take(3).collect();
            format!("{prefix}****{tail}")
        } else {
            format!("{}-{}{tail}", self.area, "*".repeat(head.len()))
        }
    }

    /// Whether this is a mobile number.
    #[must_use]
    pub fn is_mobile(&self) -> bool {
        self.area.is_empty()
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Phone(…)")
    }
}

impl Drop for Phone {
    fn drop(&mut self) {
        self.area.zeroize();
        self.number.zeroize();
        self.extension.zeroize();
    }
}

/// The main number and the extension behind `转`, `ext`, `x` or `#`, or behind the last of two dashes.
fn split_extension(text: &str) -> (&str, &str) {
    for mark in ["转", "轉", "ext.", "ext", "EXT", "x", "#"] {
        if let Some((main, extension)) = text.split_once(mark) {
            return (main, extension.trim());
        }
    }
    if let Some((main, last)) = text.rsplit_once('-') {
        let digits = main.chars().filter(char::is_ascii_digit).count();
        if (1..=5).contains(&last.trim().len()) && digits >= 10 && !last.trim().is_empty() {
            return (main, last.trim());
        }
    }
    (text, "")
}

/// The digits with a leading `+` where there is one; `None` where something else than the usual marks stands between.
fn plain(text: &str) -> Option<String> {
    let mut digits = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '0'..='9' => digits.push(character),
            '+' if digits.is_empty() => digits.push('+'),
            ' ' | '-' | '‐' | '‑' | '‒' | '–' | '—' | '−' | '(' | ')' | '.' | '·' | '/' => {}
            _ => return None,
        }
    }
    Some(digits)
}

/// Without the country code. A written `86` needs a plus, two zeros or the length of a mobile number to be one.
fn national(digits: &str) -> &str {
    if let Some(rest) = digits.strip_prefix("+86").or_else(|| digits.strip_prefix("0086")) {
        return rest;
    }
    match digits.strip_prefix("86") {
        Some(rest) if rest.len() == 11 && rest.starts_with('1') => rest,
        _ => digits,
    }
}

fn mobile(digits: &str) -> Option<&str> {
    // Older address books put a zero before a mobile number of another city.
    let digits = digits.strip_prefix('0').filter(|rest| rest.starts_with('1') && rest.len() == 11).unwrap_or(digits);
    let second = digits.as_bytes().get(1)?;
    (digits.len() == 11 && digits.starts_with('1') && (b'3'..=b'9').contains(second)).then_some(digits)
}

/// Area code and number. The largest cities have three digits and eight, all others four digits and seven or eight.
fn landline(digits: &str) -> Option<(String, String)> {
    let bare = digits.strip_prefix('0').unwrap_or(digits);
    if digits.starts_with('+') || (bare.len() == digits.len() && !(9..=11).contains(&bare.len())) {
        return None;
    }
    let area_length = if bare.starts_with("10") || bare.starts_with('2') { 2 } else { 3 };
    let area = bare.get(..area_length)?;
    let number = bare.get(area_length..)?;
    let lengths = if area_length == 2 { 8..=8 } else { 7..=8 };
    let area_known = area == "10" || matches!(area.as_bytes().first(), Some(b'2'..=b'9'));
    let number_known = lengths.contains(&number.len()) && matches!(number.as_bytes().first(), Some(b'2'..=b'9'));
    (area_known && number_known).then(|| (format!("0{area}"), number.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::Phone;

    #[test]
    fn usual_spellings_become_one() {
        let table = [
            ("13800001234", "13800001234"),
            ("138 0000 1234", "13800001234"),
            ("138-0000-1234", "13800001234"),
            ("+86 138 0000 1234", "13800001234"),
            ("+8613800001234", "13800001234"),
            ("008613800001234", "13800001234"),
            ("8613800001234", "13800001234"),
            ("0086-138-0000-1234", "13800001234"),
            ("86-138-0000-1234", "13800001234"),
            ("+86-027-8234-5678", "027-82345678"),
            ("013800001234", "13800001234"),
            ("１３８００００１２３４", "13800001234"),
            (" 19912345678 ", "19912345678"),
            ("027-82345678", "027-82345678"),
            ("(027) 8234 5678", "027-82345678"),
            ("（０２７）８２３４５６７８", "027-82345678"),
            ("02782345678", "027-82345678"),
            ("+86 27 8234 5678", "027-82345678"),
            ("+86 (0)27 8234 5678", "027-82345678"),
            ("010-65123456", "010-65123456"),
            ("0715-8123456", "0715-8123456"),
            ("0755-26123456", "0755-26123456"),
            ("027-82345678-801", "027-82345678-801"),
            ("027-82345678转801", "027-82345678-801"),
            ("027-82345678 ext 801", "027-82345678-801"),
        ];
        for (written, expected) in table {
            assert_eq!(Phone::parse(written).map(|phone| phone.normalised()).as_deref(), Some(expected), "{written}");
        }
    }

    #[test]
    fn the_one_spelling_is_read_as_itself() {
        for text in ["13800001234", "027-82345678", "0715-8123456", "027-82345678-801", "0715-8123456-12"] {
            let phone = Phone::parse(text).unwrap();
            assert_eq!(Phone::parse(&phone.normalised()), Some(phone), "{text}");
        }
    }

    #[test]
    fn what_is_no_chinese_number_is_refused() {
        let refused = [
            "",
            "12345",
            "110",
            "12000001234",
            "1380000123",
            "138000012345",
            "82345678",
            "abc",
            "138000o1234",
            "+1 202 555 0143",
            "027-12345678",
            "027-8234567",
            "0715-812345",
            "000-82345678",
            "13800001234转5",
            "138\u{0}00001234",
            "+13800001234",
            "4008001234567",
            "13800001234, 13900001234",
        ];
        for text in refused {
            assert_eq!(Phone::parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_masked_number_shows_only_head_and_tail() {
        let table = [
            ("13800005678", "138****5678"),
            ("027-82345678", "027-****5678"),
            ("0715-8123456", "0715-***3456"),
            ("027-82345678-801", "027-****5678"),
        ];
        for (written, expected) in table {
            assert_eq!(Phone::parse(written).unwrap().masked(), expected);
        }
        assert!(!format!("{:?}", Phone::parse("13800005678")).contains("5678"));
    }
}

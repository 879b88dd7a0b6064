//! The language of what people read: Chinese unless English is asked for.

use actix_web::http::header::{self, HeaderMap};

/// A language of titles, details and labels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// 简体中文, the default.
    #[default]
    Chinese,
    /// English.
    English,
}

impl Language {
    /// The tag for `Content-Language`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::Chinese => "zh-CN",
            Self::English => "en",
        }
    }

    /// The better-weighted of the two in `Accept-Language`; Chinese where the header says nothing of either.
    #[must_use]
    pub fn negotiate(headers: &HeaderMap) -> Self {
        let text = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let (mut chinese, mut english) = (None, None);
        for range in text.split(',') {
            let (tag, weight) = weighted(range);
            let primary = tag.split('-').next().unwrap_or_default();
            let slot = match primary {
                "zh" => &mut chinese,
                "en" => &mut english,
                _ => continue,
            };
            *slot = Some(slot.map_or(weight, |known: u16| known.max(weight)));
        }
        match (chinese, english) {
            (Some(chinese), Some(english)) if english > chinese => Self::English,
            (None, Some(english)) if english > 0 => Self::English,
            _ => Self::Chinese,
        }
    }
}

/// A language range in lower case and its weight in thousandths.
fn weighted(range: &str) -> (String, u16) {
    let mut parts = range.split(';');
    let tag = parts.next().unwrap_or_default().trim().to_ascii_lowercase();
    let weight = parts
        .find_map(|part| part.trim().strip_prefix("q="))
        .map_or(Some(1.0), |text| text.trim().parse::<f32>().ok())
        .filter(|weight| (0.0..=1.0).contains(weight))
        .unwrap_or(0.0);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 1000")]
    (tag, (weight * 1000.0) as u16)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{ACCEPT_LANGUAGE, HeaderValue};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", Language::Chinese)]
    #[case("en", Language::English)]
    #[case("en-GB,en;q=0.8", Language::English)]
    #[case("zh-CN,zh;q=0.9,en;q=0.8", Language::Chinese)]
    #[case("en;q=0.9,zh-CN;q=0.3", Language::English)]
    #[case("en;q=0.5,zh", Language::Chinese)]
    #[case("en;q=0", Language::Chinese)]
    #[case("fr,de;q=0.5", Language::Chinese)]
    #[case("*", Language::Chinese)]
    #[case("en;q=abc", Language::Chinese)]
    fn weighs_both_languages(#[case] header: &str, #[case] expected: Language) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, HeaderValue::from_str(header).unwrap());
        assert_eq!(Language::negotiate(&headers), expected);
    }
}

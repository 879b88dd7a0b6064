//! The id of a request and of the trace that it belongs to.

use actix_web::http::header::HeaderMap;

use crate::service::generator;

/// The header that names a request.
pub const X_REQUEST_ID: &str = "x-request-id";
/// The header of W3C Trace Context.
pub const TRACEPARENT: &str = "traceparent";

const MAX_BYTES: usize = 128;

/// The id that the client gave, if it is safe to log and return; else a new one.
pub fn taken_or_made(headers: &HeaderMap) -> String {
    let given = headers.get(X_REQUEST_ID).and_then(|value| value.to_str().ok());
    match given {
        Some(id) if is_plain(id) => id.to_owned(),
        _ => generator::random::<16>().map(hex::encode).unwrap_or_default(),
    }
}

fn is_plain(id: &str) -> bool {
    (1..=MAX_BYTES).contains(&id.len())
        && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b':'))
}

/// The `traceparent` of a request when it has the form of version 00.
pub fn traceparent(headers: &HeaderMap) -> Option<&str> {
    let text = headers.get(TRACEPARENT)?.to_str().ok()?;
    let parts: Vec<&str> = text.split('-').collect();
    let [version, trace, parent, flags] = parts.as_slice() else { return None };
    let hexadecimal = |part: &str, length: usize| {
        part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
    };
    let something = |part: &str| part.bytes().any(|byte| byte != b'0');
    let sound = *version == "00"
        && hexadecimal(trace, 32)
        && something(trace)
        && hexadecimal(parent, 16)
        && something(parent)
        && hexadecimal(flags, 2);
    sound.then_some(text)
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};
    use rstest::rstest;

    use super::*;

    fn headers(name: &'static str, value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static(name), HeaderValue::from_str(value).unwrap());
        headers
    }

    #[rstest]
    #[case("a-B_9.:", true)]
    #[case("", false)]
    #[case("two words", false)]
    #[case("<script>", false)]
    fn takes_only_plain_ids(#[case] id: &str, #[case] taken: bool) {
        let found = taken_or_made(&headers(X_REQUEST_ID, id));
        assert_eq!(found == id, taken);
        assert!(!found.is_empty());
    }

    #[test]
    fn makes_an_id_for_one_too_long() {
        assert_eq!(taken_or_made(&headers(X_REQUEST_ID, &"a".repeat(128))).len(), 128);
        assert_eq!(taken_or_made(&headers(X_REQUEST_ID, &"a".repeat(129))).len(), 32);
    }

    #[rstest]
    #[case("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", true)]
    #[case("00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01", false)]
    #[case("00-00000000000000000000000000000000-00f067aa0ba902b7-01", false)]
    #[case("01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01", false)]
    #[case("nonsense", false)]
    fn carries_only_sound_traces(#[case] text: &str, #[case] carried: bool) {
        assert_eq!(traceparent(&headers(TRACEPARENT, text)).is_some(), carried);
    }
}

//! A part of a file, by bytes (RFC 9110, section 14): how a download that broke off is taken up again.

use actix_web::{
    HttpRequest,
    http::header::{self, Header as _, Range},
};
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, future};

use crate::service::Error;

/// Which part of a file is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    /// All of it: no part is named, or several are, or the part is of another file.
    Whole,
    /// From one byte to another, both included.
    Part(u64, u64),
    /// One behind the end.
    Nothing,
}

/// The part of a file of a size that a request asks for. With `If-Range` only of the file that has the tag.
#[must_use]
pub fn asked(request: &HttpRequest, size: u64, tag: &str) -> Asked {
    let is_same = request.headers().get(header::IF_RANGE).is_none_or(|seen| seen.as_bytes() == tag.as_bytes());
    match (Range::parse(request), is_same) {
        (Ok(Range::Bytes(parts)), true) => match parts.as_slice() {
            [part] => part.to_satisfiable_range(size).map_or(Asked::Nothing, |(first, last)| Asked::Part(first, last)),
            _ => Asked::Whole,
        },
        _ => Asked::Whole,
    }
}

/// What lies between two bytes of a stream, both included.
pub fn cut(
    content: impl Stream<Item = Result<Bytes, Error>>,
    (first, last): (u64, u64),
) -> impl Stream<Item = Result<Bytes, Error>> {
    let wanted = content.scan(0_u64, move |place, bit| {
        future::ready(match bit {
            Ok(bit) if *place <= last => {
                let (from, length) = (*place, bit.len() as u64);
                *place += length;
                let within = |byte: u64| usize::try_from(byte.clamp(from, from + length) - from).unwrap_or(bit.len());
                Some(Ok(bit.slice(within(first)..within(last + 1))))
            }
            Ok(_) => None,
            Err(error) => Some(Err(error)),
        })
    });
    wanted.filter(|bit| future::ready(bit.as_ref().map_or(true, |bit| !bit.is_empty())))
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;
    use futures_util::stream;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(None, None, Asked::Whole)]
    #[case(Some("bytes=0-"), None, Asked::Part(0, 9))]
    #[case(Some("bytes=3-5"), None, Asked::Part(3, 5))]
    #[case(Some("bytes=3-500"), None, Asked::Part(3, 9))]
    #[case(Some("bytes=-4"), None, Asked::Part(6, 9))]
    #[case(Some("bytes=-400"), None, Asked::Part(0, 9))]
    #[case(Some("bytes=10-"), None, Asked::Nothing)]
    #[case(Some("bytes=5-3"), None, Asked::Whole)]
    #[case(Some("bytes=0-1,4-5"), None, Asked::Whole)]
    #[case(Some("rows=1-2"), None, Asked::Whole)]
    #[case(Some("nonsense"), None, Asked::Whole)]
    #[case(Some("bytes=3-5"), Some("\"tag\""), Asked::Part(3, 5))]
    #[case(Some("bytes=3-5"), Some("\"other\""), Asked::Whole)]
    fn a_part_is_read_from_a_request(
        #[case] range: Option<&str>,
        #[case] if_range: Option<&str>,
        #[case] expected: Asked,
    ) {
        let mut request = TestRequest::get();
        for (name, value) in [(header::RANGE, range), (header::IF_RANGE, if_range)] {
            if let Some(value) = value {
                request = request.insert_header((name, value));
            }
        }
        assert_eq!(asked(&request.to_http_request(), 10, "\"tag\""), expected);
    }

    #[tokio::test]
    async fn every_part_is_what_lies_between() {
        let bits = [&b"ab"[..], b"cde", b"", b"f", b"ghij"];
        for first in 0..10 {
            for last in first..10 {
                let content = stream::iter(bits.map(|bit| Ok(Bytes::from_static(bit))));
                let part: Vec<Result<Bytes, Error>> = cut(content, (first, last)).collect().await;
                let part: Vec<u8> = part.into_iter().flat_map(Result::unwrap).collect();
                let (from, to) = (usize::try_from(first).unwrap(), usize::try_from(last).unwrap());
                assert_eq!(part, b"abcdefghij"[from..=to]);
            }
        }
    }
}

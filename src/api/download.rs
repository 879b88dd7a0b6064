//! Files that are handed out: never kept by anybody on the way, with a name that may be Chinese.

use actix_web::{
    HttpResponse,
    http::header::{self, HeaderValue},
};
use bytes::Bytes;

use crate::domain::sheet::TableFormat;

/// The media type of workbooks.
pub const XLSX: &str = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
/// The media type of comma separated values.
pub const CSV: &str = "text/csv; charset=utf-8";

/// How what is handed out may be kept: by nobody.
pub const KEPT_BY_NOBODY: &str = "private, no-store";

/// The media type of PDF.
pub const PDF: &str = "application/pdf";
/// The media type of ZIP.
pub const ZIP: &str = "application/zip";

/// The same as [`disposition`] for a file to be looked at.
#[must_use]
pub fn shown_as(plain: &str, name: &str) -> String {
    format!("inline; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name))
}

/// The value of `Content-Disposition` for a file to be saved. Its name is given in plain ASCII, and as it is by RFC 5987.
#[must_use]
pub fn disposition(plain: &str, name: &str) -> String {
    format!("attachment; filename=\"{plain}\"; filename*=UTF-8''{}", encoded(name))
}

/// A file with its media type and its name. See [`disposition`].
#[must_use]
pub fn file(content: Bytes, media_type: &'static str, (plain, name): (&str, &str)) -> HttpResponse {
    HttpResponse::Ok()
        .insert_header((header::CACHE_CONTROL, KEPT_BY_NOBODY))
        .insert_header((header::CONTENT_DISPOSITION, disposition(plain, name)))
        .insert_header((header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")))
        .content_type(media_type)
        .body(content)
}

/// A table of candidates, as a file of its format.
#[must_use]
pub fn candidates(content: Bytes, format: TableFormat) -> HttpResponse {
    match format {
        TableFormat::Xlsx => file(content, XLSX, ("candidates.xlsx", "候选人.xlsx")),
        TableFormat::Csv => file(content, CSV, ("candidates.csv", "候选人.csv")),
    }
}

fn encoded(name: &str) -> String {
    let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"-._~".contains(byte);
    name.bytes().map(|byte| if plain(&byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

#[cfg(test)]
mod tests {
    use super::encoded;

    #[test]
    fn names_are_encoded_byte_by_byte() {
        assert_eq!(encoded("推荐 表\"1\"\r\n.xlsx"), "%E6%8E%A8%E8%8D%90%20%E8%A1%A8%221%22%0D%0A.xlsx");
    }
}

//! What a file that proves something may be: a PDF or a picture. The content decides the type, not the name.

text_enum! {
    /// The kinds of file that are taken, by their media types.
    pub enum DocumentType {
        /// A PDF file.
        Pdf = "application/pdf",
        /// A JPEG file.
        Jpeg = "image/jpeg",
        /// A PNG file.
        Png = "image/png",
    }
}

/// The largest upload, in bytes; a larger one is refused unread.
pub const UPLOAD_MAX_BYTES: usize = 10 * 1024 * 1024;

/// Within so many bytes of its end a PDF says that it ends.
const END_WITHIN_BYTES: usize = 1024;
/// The end-of-archive record of a ZIP: so long without its comment, which is at most 64 KiB.
const ZIP_END_BYTES: usize = 22;

impl DocumentType {
    /// What the name of such a file ends in.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Pdf => "pdf",
            Self::Jpeg => "jpg",
            Self::Png => "png",
        }
    }
}

/// Whether a file is a PDF and nothing else beside: it begins as one, names its cross references, ends as one with nothing
/// but white space after it, and is no archive when read from its end.
#[must_use]
pub fn is_pdf(file: &[u8]) -> bool {
    let Some(version) = file.strip_prefix(b"%PDF-").and_then(|rest| rest.get(..3)) else { return false };
    let is_version = matches!(version, [b'1'..=b'2', b'.', b'0'..=b'9']);
    let tail = file.get(file.len().saturating_sub(END_WITHIN_BYTES)..).unwrap_or(file);
    let ends = find_last(tail, b"%%EOF").and_then(|at| tail.get(at + 5..));
    let ends_cleanly = ends.is_some_and(|rest| rest.iter().all(|byte| byte.is_ascii_whitespace() || *byte == 0));
    is_version && ends_cleanly && find_last(tail, b"startxref").is_some() && !ends_as_archive(file)
}

/// Whether what unpacks archives would find one: its end record, with a comment that reaches exactly to the end of the file.
fn ends_as_archive(file: &[u8]) -> bool {
    let from = file.len().saturating_sub(ZIP_END_BYTES + usize::from(u16::MAX));
    let tail = file.get(from..).unwrap_or(file);
    tail.windows(ZIP_END_BYTES).enumerate().any(|(at, record)| match record {
        [b'P', b'K', 5, 6, .., low, high] => {
            at + ZIP_END_BYTES + usize::from(u16::from_le_bytes([*low, *high])) == tail.len()
        }
        _ => false,
    })
}

fn find_last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PDF: &[u8] = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\nxref\n0 1\ntrailer\n<<>>\nstartxref\n9\n%%EOF\n";

    fn archive(comment: &[u8]) -> Vec<u8> {
        let mut end = b"PK\x05\x06".to_vec();
        end.extend([0; 16]);
        end.extend(u16::try_from(comment.len()).unwrap().to_le_bytes());
        end.extend(comment);
        end
    }

    #[test]
    fn a_pdf_begins_and_ends_as_one() {
        assert!(is_pdf(PDF));
        assert!(is_pdf(&[PDF, b"\r\n \0\n"].concat()));
        let cut = &PDF[..PDF.len() - 8];
        let without_references = b"%PDF-1.7\n%%EOF\n";
        let shifted = [b"GIF89a", PDF].concat();
        let followed = [PDF, b"<script>alert(1)</script>"].concat();
        let far = [PDF, &vec![b' '; 2000]].concat();
        for wrong in
            [&b""[..], b"%PDF-", b"%PDF-x.7 startxref %%EOF", cut, without_references, &shifted, &followed, &far]
        {
            assert!(!is_pdf(wrong), "{}", String::from_utf8_lossy(wrong));
        }
    }

    #[test]
    fn a_pdf_that_is_an_archive_too_is_none() {
        let head = b"%PDF-1.7\nstartxref\n9\n";
        assert!(!is_pdf(&[head, &archive(b"startxref\n9\n%%EOF\n")[..]].concat()));
        assert!(!is_pdf(&[PDF, &archive(b"")[..]].concat()));
        // The same four bytes by chance, in a stream of a picture.
        assert!(is_pdf(&[b"%PDF-1.4\nstream PK\x05\x06 endstream\n", &PDF[9..]].concat()));
    }
}

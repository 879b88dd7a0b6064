//! The address of the public check, read back from a file: it stands there in the clear, in the link over the code.

/// The address that a certificate's file leads to; none where it cannot be told. `ending` is how that of this certificate ends.
#[must_use]
pub fn printed_address(file: &[u8], ending: &str) -> Option<String> {
    let wanted = format!("{ending})");
    let end = find_last(file, wanted.as_bytes())?.checked_add(ending.len())?;
    let before = file.get(..end)?;
    let link = before.get(find_last(before, b"/URI")?..)?.strip_prefix(b"/URI")?;
    let text = std::str::from_utf8(link).ok()?.trim_start().strip_prefix('(')?;
    // Of what may stand in an address, only brackets can be written with a stroke before them.
    Some(text.replace("\\(", "(").replace("\\)", ")"))
}

fn find_last(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes.windows(wanted.len()).rposition(|window| window == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_read_from_the_link() {
        const ENDING: &str = "/api/v1/certificates/2026-11-DED-0001";
        for (file, found) in [
            ("x/A<</S/URI/URI(http://a.cn/api/v1/certificates/2026-11-DED-0001)>>", Some("http://a.cn")),
            ("/URI (http://a.cn/\\(b/api/v1/certificates/2026-11-DED-0001)", Some("http://a.cn/(b")),
            ("/URI(http://a.cn/(b)/api/v1/certificates/2026-11-DED-0001)", Some("http://a.cn/(b)")),
            ("/URI(http://a.cn/api/v1/certificates/2026-11-DED-0002)", None),
            ("/URI(http://a.cn/api/v1/certificates/2026-11-DED-00011)", None),
            ("(/api/v1/certificates/2026-11-DED-0001)", None),
            ("%PDF- damaged", None),
            ("", None),
        ] {
            let expected = found.map(|base| format!("{base}{ENDING}"));
            assert_eq!(printed_address(file.as_bytes(), ENDING), expected, "{file}");
        }
    }
}

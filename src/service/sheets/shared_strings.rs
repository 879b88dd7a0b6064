//! The texts that a workbook keeps once and its cells refer to.

use std::sync::Arc;

use super::{
    ReadError, Reason,
    xml::{Node, Xml},
};

/// So many texts are read: one for each cell of the largest table that is taken.
const MOST: usize = 1_000_000;

/// Reads the texts in their order.
pub fn read(part: &str) -> Result<Vec<Arc<str>>, ReadError> {
    let mut xml = Xml::new(part);
    let (mut strings, empty) = (Vec::new(), Arc::from(""));
    loop {
        match xml.next()? {
            Node::Start(start) if start.local_name().as_ref() == "si" => {
                if strings.len() == MOST {
                    return Err(ReadError::TooLarge { limit: MOST });
                }
                let text = rich_text(&mut xml, "si")?;
                strings.push(if text.is_empty() { Arc::clone(&empty) } else { text.into() });
            }
            Node::Eof => return Ok(strings),
            Node::Start(_) | Node::End(_) | Node::Text(_) => {}
        }
    }
}

/// The text of an item whose start has been read: all its runs, without how they look and without the phonetic guide.
pub fn rich_text(xml: &mut Xml<'_>, item: &str) -> Result<String, ReadError> {
    let mut text = String::new();
    loop {
        match xml.next()? {
            Node::Start(start) if start.local_name().as_ref() == "t" => text.push_str(&xml.text_of(&start)?),
            Node::Start(start) if start.local_name().as_ref() == "rPh" => drop(xml.text_of(&start)?),
            Node::End(name) if name == item => return Ok(unescaped(&text)),
            Node::Eof => return Err(Reason::Damaged.into()),
            Node::Start(_) | Node::End(_) | Node::Text(_) => {}
        }
    }
}

/// Characters that XML cannot hold are written `_x000D_`.
pub fn unescaped(text: &str) -> String {
    if !text.contains("_x") {
        return text.to_owned();
    }
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("_x") {
        let (before, escape) = rest.split_at(at);
        plain.push_str(before);
        let code = escape.get(2..6).filter(|_| escape.get(6..7) == Some("_"));
        let character = code.and_then(|code| u32::from_str_radix(code, 16).ok()).and_then(char::from_u32);
        let kept = if let Some(character) = character {
            plain.push(character);
            7
        } else {
            plain.push_str("_x");
            2
        };
        rest = escape.get(kept..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_joined_and_guides_left_out() {
        let part = "<sst uniqueCount=\"99999999999999999999\"><si><t>一&amp;二</t></si><si/>\
            <si><r><rPr><b/></rPr><t>张</t></r><r><t xml:space=\"preserve\"> 三</t></r><rPh sb=\"0\" eb=\"1\"><t>zhang</t></rPh></si></sst>";
        let read: Vec<String> = read(part).unwrap().iter().map(ToString::to_string).collect();
        assert_eq!(read, ["一&二", "", "张 三"]);
    }

    #[test]
    fn more_texts_than_cells_are_not_read() {
        let part = format!("<sst>{}</sst>", "<si/>".repeat(MOST + 1));
        assert_eq!(read(&part).unwrap_err(), ReadError::TooLarge { limit: MOST });
    }

    #[test]
    fn escapes_are_resolved() {
        let table =
            [("a_x000D_\nb", "a\r\nb"), ("_x005F_x000D_", "_x000D_"), ("_x00", "_x00"), ("好_xZZZZ_", "好_xZZZZ_")];
        for (written, plain) in table {
            assert_eq!(unescaped(written), plain);
        }
    }

    #[test]
    fn nothing_unfolds() {
        let bomb = "<!DOCTYPE x [<!ENTITY a \"aaaa\">]><sst><si><t>&a;</t></si></sst>";
        assert_eq!(read(bomb).unwrap_err(), Reason::DocumentType.into());
        assert_eq!(read("<sst><si><t>&a;</t></si></sst>").unwrap_err(), Reason::DocumentType.into());
        assert_eq!(read("<sst><si><t>a</si>").unwrap_err(), Reason::Damaged.into());
    }
}

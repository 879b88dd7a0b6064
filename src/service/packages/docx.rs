//! Word documents of a title and paragraphs: the few parts that every word processor asks for, and nothing of the moment or the
//! machine.

use bytes::Bytes;
use chrono::{DateTime, SecondsFormat, Utc};
use chrono_tz::Tz;

use super::archive::Archive;
use crate::service::Error;

const TYPES: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/><Override PartName="/docProps/core.xml" ContentType="application/vnd.openxmlformats-package.core-properties+xml"/></Types>"#;
const RELATIONS: &str = r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/><Relationship Id="rId2" Type="http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties" Target="docProps/core.xml"/></Relationships>"#;

/// A document on A4 that says when it was made.
pub fn document(title: &str, paragraphs: &[String], (at, zone): (DateTime<Utc>, Tz)) -> Result<Bytes, Error> {
    let parts = [
        ("[Content_Types].xml", TYPES.to_owned()),
        ("_rels/.rels", RELATIONS.to_owned()),
        ("docProps/core.xml", core(title, at)),
        ("word/document.xml", body(title, paragraphs)),
    ];
    let (mut archive, mut bytes) = (Archive::new(at, zone), Vec::new());
    for (name, content) in parts {
        bytes.extend(archive.add(name, content.as_bytes())?);
    }
    bytes.extend(archive.finish()?);
    Ok(bytes.into())
}

fn core(title: &str, at: DateTime<Utc>) -> String {
    let at = at.to_rfc3339_opts(SecondsFormat::Secs, true);
    format!(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><dc:title>{}</dc:title><dc:creator>haoren</dc:creator><dcterms:created xsi:type="dcterms:W3CDTF">{at}</dcterms:created><dcterms:modified xsi:type="dcterms:W3CDTF">{at}</dcterms:modified></cp:coreProperties>"#,
        escaped(title)
    )
}

fn body(title: &str, paragraphs: &[String]) -> String {
    let mut body = String::from(
        r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>"#,
    );
    let centred = r#"<w:pPr><w:spacing w:after="240"/><w:jc w:val="center"/></w:pPr>"#;
    body.push_str(&paragraph(title, centred, r#"<w:b/><w:sz w:val="36"/>"#));
    let indented = r#"<w:pPr><w:spacing w:line="360" w:lineRule="auto"/><w:ind w:firstLineChars="200" w:firstLine="480"/></w:pPr>"#;
    for text in paragraphs {
        body.push_str(&paragraph(text, indented, r#"<w:sz w:val="24"/>"#));
    }
    body.push_str(r#"<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1440" w:right="1588" w:bottom="1440" w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>"#);
    body
}

fn paragraph(text: &str, layout: &str, look: &str) -> String {
    format!(
        r#"<w:p>{layout}<w:r><w:rPr><w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体" w:cs="宋体"/>{look}</w:rPr><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
        escaped(text)
    )
}

/// XML has no way to write most control characters, so they go.
fn escaped(text: &str) -> String {
    let is_xml = |character: &char| match character {
        '\t' => true,
        '\u{FFFE}' | '\u{FFFF}' => false,
        other => !other.is_control(),
    };
    text.chars().filter(is_xml).collect::<String>().replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use std::io::{Cursor, Read as _};

    use super::*;

    #[test]
    fn a_document_is_well_formed_and_has_no_moment_of_its_own() {
        let at = ("2026-11-25T02:00:00Z".parse().unwrap(), chrono_tz::Asia::Shanghai);
        let make =
            || document("<王>&\u{1}", &["第一段\u{0}".to_owned(), "第二段 ]]> \u{FFFF}".to_owned()], at).unwrap();
        let bytes = make();
        assert_eq!(bytes, make());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        for index in 0..archive.len() {
            let mut text = String::new();
            archive.by_index(index).unwrap().read_to_string(&mut text).unwrap();
            let mut reader = quick_xml::Reader::from_str(&text);
            while !matches!(reader.read_event().unwrap(), quick_xml::events::Event::Eof) {}
        }
        let mut text = String::new();
        archive.by_name("word/document.xml").unwrap().read_to_string(&mut text).unwrap();
        assert!(text.contains(">&lt;王&gt;&amp;<") && text.contains(">第二段 ]]&gt; <"), "{text}");
    }
}

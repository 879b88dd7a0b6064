//! XML, read event by event and without anything that unfolds: no document type, no entities of its own.

use quick_xml::{
    Reader, XmlVersion,
    events::{BytesRef, BytesStart, Event},
};

use super::{ReadError, Reason};

/// A part that is being read.
pub struct Xml<'a> {
    reader: Reader<&'a [u8]>,
}

/// What comes next.
pub enum Node<'a> {
    /// An element begins.
    Start(BytesStart<'a>),
    /// The element of this local name ends.
    End(String),
    /// Text.
    Text(String),
    /// The end of the part.
    Eof,
}

impl<'a> Xml<'a> {
    /// Begins to read.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Self { reader }
    }

    /// The next thing of those that matter here.
    pub fn next(&mut self) -> Result<Node<'a>, ReadError> {
        loop {
            return Ok(match self.reader.read_event().map_err(|_| Reason::Damaged)? {
                Event::Start(start) | Event::Empty(start) => Node::Start(start),
                Event::End(end) => Node::End(end.local_name().as_ref().to_owned()),
                Event::Text(text) => Node::Text(text.xml10_content().into_owned()),
                Event::CData(text) => Node::Text(text.xml10_content().into_owned()),
                Event::GeneralRef(reference) => Node::Text(resolved(&reference)?.to_string()),
                Event::DocType(_) => return Err(Reason::DocumentType.into()),
                Event::Eof => Node::Eof,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            });
        }
    }

    /// The text within the element that has just begun, with its children's.
    pub fn text_of(&mut self, start: &BytesStart<'_>) -> Result<String, ReadError> {
        let mut text = String::new();
        let mut depth = 1_usize;
        let name = start.local_name();
        while depth > 0 {
            match self.next()? {
                Node::Start(inner) if inner.local_name() == name => depth += 1,
                Node::End(inner) if inner == name.as_ref() => depth -= 1,
                Node::Text(more) => text.push_str(&more),
                Node::Eof => return Err(Reason::Damaged.into()),
                Node::Start(_) | Node::End(_) => {}
            }
        }
        Ok(text)
    }
}

fn resolved(reference: &BytesRef<'_>) -> Result<char, ReadError> {
    if let Some(character) = reference.resolve_char_ref().map_err(|_| Reason::Damaged)? {
        return Ok(character);
    }
    match reference.xml10_content().as_ref() {
        "lt" => Ok('<'),
        "gt" => Ok('>'),
        "amp" => Ok('&'),
        "apos" => Ok('\''),
        "quot" => Ok('"'),
        _ => Err(Reason::DocumentType.into()),
    }
}

/// The value of an attribute, by its local name.
pub fn attribute(start: &BytesStart<'_>, name: &str) -> Result<Option<String>, ReadError> {
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|_| Reason::Damaged)?;
        if attribute.key.local_name().as_ref() == name {
            let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| Reason::Damaged)?;
            return Ok(Some(value.into_owned()));
        }
    }
    Ok(None)
}

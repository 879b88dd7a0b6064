//! A workbook (XLSX): which sheets it has, and what they are read with.

use std::{collections::HashMap, sync::Arc};

use super::{
    ReadError, Reason, cells,
    package::Package,
    shared_strings, styles,
    xml::{Node, Xml, attribute},
};
use crate::domain::sheet::Sheet;

/// So many sheets are read; a table stands in one of the first.
const SHEETS_READ: usize = 16;

/// So many relations are read: to sheets, styles, pictures and whatever else a workbook has.
const RELATIONS_READ: usize = 10_000;

/// What the cells of every sheet refer to.
pub struct Shared {
    /// The shared texts.
    pub strings: Vec<Arc<str>>,
    /// For each style, whether it shows a day.
    pub dates: Vec<bool>,
    /// Whether days are counted from 1904.
    pub from_1904: bool,
}

/// Reads the visible sheets.
pub fn read(file: &[u8]) -> Result<Vec<Sheet>, ReadError> {
    let mut package = Package::open(file)?;
    if package.has_ending("vbaproject.bin") {
        return Err(Reason::Macros.into());
    }
    let relations = package.find("_rels/.rels")?.ok_or(Reason::NoWorkbook)?;
    let main = relations_of(&relations)?.into_values().find(|relation| relation.kind.ends_with("/officeDocument"));
    let main = resolved("", &main.ok_or(Reason::NoWorkbook)?.target);
    if main.to_lowercase().strip_suffix(".bin").is_some() {
        return Err(Reason::BinaryExcel.into());
    }
    let workbook = package.find(&main)?.ok_or(Reason::NoWorkbook)?;
    let (folder, name) = main.rsplit_once('/').unwrap_or(("", &main));
    let relations = package.find(&format!("{folder}/_rels/{name}.rels"))?.unwrap_or_default();
    let relations = relations_of(&relations)?;
    let contents = contents(&workbook)?;
    let mut part = |kind: &str| match relations.values().find(|relation| relation.kind.ends_with(kind)) {
        Some(relation) => package.find(&resolved(folder, &relation.target)),
        None => Ok(None),
    };
    let shared = Shared {
        strings: part("/sharedStrings")?.map(|part| shared_strings::read(&part)).transpose()?.unwrap_or_default(),
        dates: part("/styles")?.map(|part| styles::read(&part)).transpose()?.unwrap_or_default(),
        from_1904: contents.from_1904,
    };
    let mut sheets = Vec::new();
    for (name, relation) in contents.visible {
        let Some(relation) = relations.get(&relation).filter(|relation| relation.kind.ends_with("/worksheet")) else {
            continue;
        };
        let part = package.find(&resolved(folder, &relation.target))?.ok_or(Reason::Damaged)?;
        sheets.push(Sheet { name, rows: cells::read(&part, &shared)? });
    }
    Ok(sheets)
}

struct Contents {
    /// Names and relations of the sheets that are not hidden.
    visible: Vec<(String, String)>,
    from_1904: bool,
}

fn contents(workbook: &str) -> Result<Contents, ReadError> {
    let mut xml = Xml::new(workbook);
    let mut contents = Contents { visible: Vec::new(), from_1904: false };
    let mut is_workbook = false;
    loop {
        match xml.next()? {
            Node::Start(start) => match start.local_name().as_ref() {
                "workbook" => is_workbook = true,
                "workbookPr" => {
                    contents.from_1904 =
                        attribute(&start, "date1904")?.is_some_and(|value| value == "1" || value == "true");
                }
                "sheet" => {
                    let is_visible = attribute(&start, "state")?.is_none_or(|state| state == "visible");
                    let (name, relation) = (attribute(&start, "name")?, attribute(&start, "id")?);
                    if contents.visible.len() < SHEETS_READ {
                        contents.visible.extend(name.zip(relation).filter(|_| is_visible));
                    }
                }
                _ => {}
            },
            Node::Eof if is_workbook => return Ok(contents),
            Node::Eof => return Err(Reason::NoWorkbook.into()),
            Node::End(_) | Node::Text(_) => {}
        }
    }
}

struct Relation {
    kind: String,
    target: String,
}

fn relations_of(part: &str) -> Result<HashMap<String, Relation>, ReadError> {
    let mut xml = Xml::new(part);
    let mut relations = HashMap::new();
    loop {
        match xml.next()? {
            Node::Start(start) if start.local_name().as_ref() == "Relationship" => {
                // What lies outside the file is none of our business.
                let is_outside = attribute(&start, "TargetMode")?.is_some_and(|mode| mode == "External");
                let id = attribute(&start, "Id")?;
                let (kind, target) = (attribute(&start, "Type")?, attribute(&start, "Target")?);
                if let (false, Some(id), Some(kind), Some(target)) = (is_outside, id, kind, target) {
                    if relations.len() == RELATIONS_READ {
                        return Err(ReadError::TooLarge { limit: RELATIONS_READ });
                    }
                    relations.insert(id, Relation { kind, target });
                }
            }
            Node::Eof => return Ok(relations),
            Node::Start(_) | Node::End(_) | Node::Text(_) => {}
        }
    }
}

/// The name of a part that a relation names from a folder.
fn resolved(folder: &str, target: &str) -> String {
    let mut path: Vec<&str> = if target.starts_with('/') { Vec::new() } else { folder.split('/').collect() };
    for step in target.split('/') {
        match step {
            "" | "." => {}
            ".." => drop(path.pop()),
            name => path.push(name),
        }
    }
    path.retain(|step| !step.is_empty());
    path.join("/")
}

//! The house has four storeys, and an arrow points down only: `api → service → storage → domain`.

use std::fs;
use std::path::{Path, PathBuf};

/// The parts of the crate from the ground up. Whoever stands higher may use what stands lower, or beside.
const STOREYS: &[(&str, u8)] =
    &[("domain", 1), ("storage", 2), ("service", 3), ("api", 4), ("settings", 3), ("cli", 5), ("main", 6)];

/// Crates that belong to certain storeys.
const RESERVED: &[(&str, &[&str])] = &[
    ("diesel", &["storage"]),
    ("diesel_migrations", &["storage"]),
    ("actix_web", &["api", "cli", "main"]),
    ("actix_cors", &["api"]),
    ("reqwest", &["service", "cli"]),
    ("actix_multipart", &["api"]),
    ("utoipa", &["api", "cli"]),
    ("utoipa_actix_web", &["api"]),
    ("utoipa_swagger_ui", &["api"]),
];

fn rank(part: &str) -> Option<u8> {
    STOREYS.iter().find(|(name, _)| *name == part).map(|(_, rank)| *rank)
}

/// The code without line comments, block comments and string literals, in which paths are only spoken of.
fn code_of(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        if rest.starts_with("//") {
            rest = &rest[rest.find('\n').unwrap_or(rest.len())..];
        } else if rest.starts_with("/*") {
            rest = rest.find("*/").map_or("", |end| &rest[end + 2..]);
        } else if rest.starts_with("'\"'") || rest.starts_with("'\\\"'") {
            rest = &rest[rest[1..].find('\'').map_or(rest.len(), |end| end + 2)..];
        } else if first == '"' {
            let mut escaped = false;
            let end = rest[1..].char_indices().find(|(_, c)| {
                let closes = *c == '"' && !escaped;
                escaped = *c == '\\' && !escaped;
                closes
            });
            rest = end.map_or("", |(at, _)| &rest[at + 2..]);
            code.push_str("\"\"");
        } else {
            code.push(first);
            rest = &rest[first.len_utf8()..];
        }
    }
    code
}

/// The first segments that follow a `root` such as `crate::`, groups (`crate::{a::b, c}`) opened.
fn heads(code: &str, root: &str) -> Vec<String> {
    let word = |text: &str| text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    let mut found = Vec::new();
    for (at, _) in code.match_indices(root) {
        let before = code[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == ':') {
            continue;
        }
        let rest = code[at + root.len()..].trim_start();
        let Some(group) = rest.strip_prefix('{') else {
            found.push(word(rest));
            continue;
        };
        let (mut depth, mut fresh) = (0, true);
        for (place, c) in group.char_indices() {
            match c {
                '}' if depth == 0 => break,
                '{' => depth += 1,
                '}' => depth -= 1,
                ',' if depth == 0 => fresh = true,
                c if fresh && !c.is_whitespace() => {
                    found.push(word(&group[place..]));
                    fresh = false;
                }
                _ => {}
            }
        }
    }
    found
}

/// What a file of a part of the crate imports although it may not.
fn offences(part: &str, text: &str) -> Vec<String> {
    let own = rank(part).unwrap_or_else(|| panic!("{part} is no storey: give it a place in tests/it/layers.rs"));
    let code = code_of(text);
    let mut found = Vec::new();
    for root in ["crate::", "super::super::", "super::super::super::", "super::super::super::super::", "haoren::"] {
        for head in heads(&code, root) {
            if rank(&head).is_some_and(|other| other > own) {
                found.push(format!("{root}{head}"));
            }
        }
    }
    for (name, storeys) in RESERVED {
        let path = format!("{name}::");
        let used = code.match_indices(&path).any(|(at, _)| {
            let before = code[..at].strip_suffix("::").unwrap_or(&code[..at]);
            !before.ends_with(|c: char| c.is_alphanumeric() || c == '_' || c == ':')
        });
        if used && !storeys.contains(&part) {
            found.push(format!("the crate {name}"));
        }
    }
    found
}

fn rust_files(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, files);
        } else if path.extension().is_some_and(|end| end == "rs") {
            files.push(path);
        }
    }
}

#[test]
fn no_import_points_up() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut found = Vec::new();
    for file in files {
        let inner = file.strip_prefix(&src).unwrap();
        let part = inner.iter().next().unwrap().to_str().unwrap().trim_end_matches(".rs");
        if part == "lib" {
            continue; // names the storeys, uses none
        }
        let text = fs::read_to_string(&file).unwrap();
        found.extend(offences(part, &text).into_iter().map(|what| format!("src/{}: {what}", inner.display())));
    }
    assert!(found.is_empty(), "imports that point up:\n{}", found.join("\n"));
}

#[test]
fn an_import_that_points_up_is_found() {
    for (part, text) in [
        ("domain", "use crate::storage::candidates;"),
        ("domain", "use crate::{\n    domain::month::Month,\n    service::{reviews, votes},\n};"),
        ("domain", "fn f() { super::super::api::show(); }"),
        ("domain", "use diesel::prelude::*;"),
        ("domain", "#[derive(utoipa::ToSchema)]\nstruct S;"),
        ("storage", "pub fn f(x: crate::service::Caller) {}"),
        ("storage", "use actix_web::web;"),
        ("service", "use ::diesel::sql_query;"),
        ("service", "let text = \"a \\\" quote\"; crate::api::problem();"),
        ("api", "use diesel::sql_query;"),
    ] {
        assert!(!offences(part, text).is_empty(), "{part}: {text}");
    }
}

#[test]
fn what_points_down_or_is_only_spoken_of_is_no_offence() {
    for (part, text) in [
        ("api", "use crate::service::votes;\nuse crate::{domain::Code, storage::Store};"),
        ("service", "// see crate::api\n/* crate::api */ let s = \"crate::api::x\";"),
        ("storage", "use diesel::{prelude::*, sql_types};\nuse crate::domain::month::Month;"),
        ("domain", "use super::super::candidate::Status; mod my_diesel { } use my_diesel::x;"),
    ] {
        assert_eq!(offences(part, text), Vec::<String>::new(), "{part}: {text}");
    }
}

//! The contract that is served, the copy in `openapi/` and the code are one.

use std::{collections::HashMap, fs, path::Path, sync::LazyLock};

use serde_json::Value;

/// The contract, as the code has it.
pub fn contract() -> Value {
    static CONTRACT: LazyLock<Value> =
        LazyLock::new(|| serde_json::to_value(haoren::api::contract::collect()).unwrap());
    CONTRACT.clone()
}

/// An operation of the contract.
pub struct Operation {
    /// Its method, in capitals.
    pub method: String,
    /// Its path, with parameters in braces.
    pub path: String,
    /// What the contract says of it.
    pub spec: Value,
}

impl Operation {
    /// Its id.
    pub fn id(&self) -> &str {
        self.spec["operationId"].as_str().unwrap_or_default()
    }

    /// The name of the schema of its JSON body.
    pub fn body(&self) -> Option<&str> {
        let content = self.spec.get("requestBody")?.get("content")?.as_object()?;
        let json = content.iter().find(|(kind, _)| kind.ends_with("json"))?.1;
        json["schema"]["$ref"].as_str()?.rsplit('/').next()
    }
}

/// Every operation of the contract.
pub fn operations() -> Vec<Operation> {
    let contract = contract();
    let mut found = Vec::new();
    for (path, item) in contract["paths"].as_object().unwrap() {
        for (method, spec) in item.as_object().unwrap() {
            if ["get", "put", "post", "delete", "patch"].contains(&method.as_str()) {
                found.push(Operation { method: method.to_uppercase(), path: path.clone(), spec: spec.clone() });
            }
        }
    }
    found
}

fn assert_none(what: &str, found: &[String]) {
    assert!(found.is_empty(), "{what}:\n  {}", found.join("\n  "));
}

#[test]
fn the_committed_copy_is_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("openapi");
    let document = haoren::api::contract::collect();
    for (file, generated) in
        [("openapi.json", document.to_pretty_json().unwrap()), ("openapi.yaml", document.to_yaml().unwrap())]
    {
        let committed = fs::read_to_string(folder.join(file)).unwrap_or_default();
        assert!(
            committed.trim_end() == generated.trim_end(),
            "openapi/{file} is out of date: cargo run -- openapi --format json > openapi/openapi.json; \
             cargo run -- openapi --format yaml > openapi/openapi.yaml"
        );
    }
}

#[test]
fn operation_ids_are_unique() {
    let mut seen: HashMap<String, String> = HashMap::new();
    let mut found = Vec::new();
    for operation in operations() {
        let place = format!("{} {}", operation.method, operation.path);
        if operation.id().is_empty() {
            found.push(format!("{place} has none"));
        } else if let Some(other) = seen.insert(operation.id().to_owned(), place.clone()) {
            found.push(format!("{}: {place}, {other}", operation.id()));
        }
    }
    assert_none("operation ids", &found);
}

#[test]
fn every_operation_is_described() {
    let contract = contract();
    let tags: Vec<&str> =
        contract["tags"].as_array().unwrap().iter().map(|tag| tag["name"].as_str().unwrap()).collect();
    let mut found = Vec::new();
    for Operation { method, path, spec } in operations() {
        let place = format!("{method} {path}");
        let mut lacks = |what: &str, lacking: bool| {
            if lacking {
                found.push(format!("{place} lacks {what}"));
            }
        };
        let text = |name: &str| spec[name].as_str().unwrap_or_default().trim().to_owned();
        lacks("a summary", text("summary").is_empty());
        lacks("a description", text("description").is_empty());
        lacks("a security requirement", spec.get("security").is_none() && contract.get("security").is_none());
        let named = spec["tags"].as_array().cloned().unwrap_or_default();
        lacks("one tag that the contract describes", named.len() != 1 || !tags.contains(&named[0].as_str().unwrap()));
        for parameter in spec["parameters"].as_array().into_iter().flatten() {
            let name = parameter["name"].as_str().unwrap();
            lacks(
                &format!("a description of {name}"),
                parameter["description"].as_str().unwrap_or_default().is_empty(),
            );
        }
        for name in path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}')) {
            let known = spec["parameters"].as_array().into_iter().flatten();
            lacks(
                &format!("the parameter {name} of its path"),
                !known.into_iter().any(|parameter| parameter["name"] == name && parameter["in"] == "path"),
            );
        }
    }
    assert_none("undescribed", &found);
}

#[test]
fn every_operation_names_its_real_statuses() {
    let mut found = Vec::new();
    for operation in operations() {
        let place = format!("{} {}", operation.method, operation.path);
        let statuses: Vec<&str> = operation.spec["responses"]
            .as_object()
            .map(|all| all.keys().map(String::as_str).collect())
            .unwrap_or_default();
        let mut wants = |status: &str, wanted: bool| {
            if wanted && !statuses.contains(&status) {
                found.push(format!("{place} does not name {status}"));
            }
        };
        let takes = |kind: &str, name: &str| {
            operation.spec["parameters"].as_array().into_iter().flatten().any(|parameter| {
                parameter["in"] == kind
                    && parameter["name"].as_str().is_some_and(|given| given.eq_ignore_ascii_case(name))
            })
        };
        wants("500", true);
        wants("503", true);
        let body = operation.body().is_some();
        for status in ["400", "408", "413", "415", "422"] {
            wants(status, body);
        }
        let must_name_version = operation.spec["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .any(|parameter| parameter["name"] == "If-Match" && parameter["required"] == true);
        wants("412", takes("header", "If-Match"));
        wants("428", must_name_version);
        let mut limited = haoren::api::middleware::limited();
        let is_limited = limited.any(|(method, path)| method == operation.method.as_str() && path == operation.path);
        wants("429", is_limited || takes("header", "Tracking-Code"));
        let open = operation.spec["security"]
            .as_array()
            .is_some_and(|all| all.iter().any(|one| one == &serde_json::json!({})))
            || operation.spec["security"].as_array().is_some_and(Vec::is_empty);
        wants("401", !open);
        wants("404", operation.path.contains('{'));
        if !statuses.iter().any(|status| status.starts_with('2')) {
            found.push(format!("{place} never succeeds"));
        }
        for (status, response) in operation.spec["responses"].as_object().into_iter().flatten() {
            let refused = status.starts_with('4') || status.starts_with('5');
            if refused && response["content"].get("application/problem+json").is_none() {
                found.push(format!("{place} {status} is no problem document"));
            }
            if response["description"].as_str().unwrap_or_default().is_empty() {
                found.push(format!("{place} {status} has no description"));
            }
        }
    }
    assert_none("statuses", &found);
}

#[test]
fn every_reference_resolves() {
    fn walk(value: &Value, contract: &Value, found: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                if let Some(Value::String(reference)) = members.get("$ref")
                    && reference.strip_prefix('#').and_then(|pointer| contract.pointer(pointer)).is_none()
                {
                    found.push(reference.clone());
                }
                members.values().for_each(|inner| walk(inner, contract, found));
            }
            Value::Array(items) => items.iter().for_each(|inner| walk(inner, contract, found)),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        }
    }
    let contract = contract();
    let mut found = Vec::new();
    walk(&contract, &contract, &mut found);
    assert_none("references into nothing", &found);
}

#[test]
fn every_text_of_a_request_has_a_limit() {
    let contract = contract();
    let schemas = contract["components"]["schemas"].as_object().unwrap();
    let mut found = Vec::new();
    let mut asked: Vec<String> = operations().iter().filter_map(|one| one.body().map(str::to_owned)).collect();
    let mut done = std::collections::HashSet::new();
    while let Some(name) = asked.pop() {
        if !done.insert(name.clone()) {
            continue;
        }
        let schema = &schemas[&name];
        check_limits(&name, schema, &mut found, &mut asked);
        if schema["type"] == "object" && schema.get("properties").is_some() && schema["additionalProperties"] != false {
            found.push(format!("{name} takes unknown members"));
        }
    }
    found.sort();
    assert_none("requests without limits", &found);
}

fn check_limits(place: &str, schema: &Value, found: &mut Vec<String>, asked: &mut Vec<String>) {
    if let Some(reference) = schema["$ref"].as_str() {
        asked.push(reference.rsplit('/').next().unwrap().to_owned());
    }
    let is = |kind: &str| {
        schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.iter().any(|one| one == kind))
    };
    let bound = ["maxLength", "enum", "format", "pattern", "const"].iter().any(|limit| schema.get(*limit).is_some());
    if is("string") && !bound {
        found.push(format!("{place}: a text without maxLength"));
    }
    if is("array") && schema.get("maxItems").is_none() {
        found.push(format!("{place}: an array without maxItems"));
    }
    for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
        check_limits(&format!("{place}/{name}"), inner, found, asked);
    }
    if schema["items"].is_object() {
        check_limits(&format!("{place}/0"), &schema["items"], found, asked);
    }
    for name in ["oneOf", "anyOf", "allOf"] {
        for inner in schema[name].as_array().into_iter().flatten() {
            check_limits(place, inner, found, asked);
        }
    }
}

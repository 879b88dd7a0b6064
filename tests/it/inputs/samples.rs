//! Bodies made from the contract's schemas: every member filled, with its example where it has one.

use serde_json::{Map, Value, json};

use crate::contract::contract;

/// Makes bodies.
pub struct Samples {
    contract: Value,
}

/// A value of a body that has no members of its own.
pub struct Leaf {
    /// Where it is.
    pub pointer: String,
    /// Whether it is a text that people write, rather than a code, a date or an id.
    pub is_free_text: bool,
    /// In characters.
    pub max_length: usize,
}

impl Leaf {
    /// The sample's text there.
    pub fn sample<'a>(&self, whole: &'a Value) -> &'a str {
        whole.pointer(&self.pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

impl Samples {
    pub fn of_contract() -> Self {
        Self { contract: contract() }
    }

    /// A whole body of a named schema.
    pub fn of(&self, name: &str) -> Value {
        self.fill("", self.schema(name))
    }

    /// Every leaf of a body.
    pub fn leaves(&self, name: &str) -> Vec<Leaf> {
        let mut found = Vec::new();
        self.walk("", self.schema(name), &mut |pointer, schema, _| {
            if schema.get("properties").is_none() && schema.get("items").is_none() && !pointer.is_empty() {
                let fixed = ["enum", "const", "format", "pattern"].iter().any(|rule| schema.get(*rule).is_some());
                found.push(Leaf {
                    pointer: pointer.to_owned(),
                    is_free_text: is(schema, "string") && !fixed && schema.get("maxLength").is_some(),
                    max_length: schema["maxLength"].as_u64().and_then(|most| most.try_into().ok()).unwrap_or(0),
                });
            }
        });
        found
    }

    /// Every member that holds others: objects and arrays.
    pub fn containers(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.walk("", self.schema(name), &mut |pointer, schema, _| {
            if is(schema, "object") || is(schema, "array") {
                found.push(pointer.to_owned());
            }
        });
        found
    }

    /// Every member that must be there.
    pub fn required(&self, name: &str) -> Vec<String> {
        let mut found = Vec::new();
        self.walk("", self.schema(name), &mut |pointer, _, required| {
            if required {
                found.push(pointer.to_owned());
            }
        });
        found
    }

    fn schema(&self, name: &str) -> &Value {
        let schema = &self.contract["components"]["schemas"][name];
        assert!(schema.is_object(), "no schema {name}");
        schema
    }

    /// The schema that is meant: references followed, `null` left out.
    fn meant<'a>(&'a self, schema: &'a Value) -> &'a Value {
        if let Some(reference) = schema["$ref"].as_str() {
            return self.meant(self.contract.pointer(reference.trim_start_matches('#')).unwrap());
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            if let Some(inner) = schema[choice].as_array() {
                return self.meant(inner.iter().find(|one| one["type"] != "null").unwrap());
            }
        }
        schema
    }

    fn walk(&self, pointer: &str, schema: &Value, visit: &mut impl FnMut(&str, &Value, bool)) {
        let schema = self.meant(schema);
        for (name, inner) in schema["properties"].as_object().into_iter().flatten() {
            let required = schema["required"].as_array().is_some_and(|all| all.iter().any(|one| one == name));
            let below = format!("{pointer}/{name}");
            visit(&below, self.meant(inner), required);
            self.walk(&below, inner, visit);
        }
        if schema["items"].is_object() {
            let below = format!("{pointer}/0");
            visit(&below, self.meant(&schema["items"]), false);
            self.walk(&below, &schema["items"], visit);
        }
    }

    fn fill(&self, name: &str, schema: &Value) -> Value {
        for place in [schema, self.meant(schema)] {
            if let Some(example) = place["examples"].as_array().and_then(|all| all.first()).or(place.get("example")) {
                return example.clone();
            }
        }
        let schema = self.meant(schema);
        if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
            return first.clone();
        }
        if let Some(members) = schema["properties"].as_object() {
            return members
                .iter()
                .map(|(name, inner)| (name.clone(), self.fill(name, inner)))
                .collect::<Map<_, _>>()
                .into();
        }
        if is(schema, "array") {
            return json!([self.fill(name, &schema["items"])]);
        }
        if is(schema, "integer") || is(schema, "number") {
            return schema.get("minimum").cloned().unwrap_or(json!(1));
        }
        if is(schema, "boolean") {
            return json!(true);
        }
        if is(schema, "object") {
            return json!({});
        }
        json!(text(name, schema))
    }
}

fn is(schema: &Value, kind: &str) -> bool {
    schema["type"] == kind || schema["type"].as_array().is_some_and(|all| all.iter().any(|one| one == kind))
}

fn text(name: &str, schema: &Value) -> String {
    match schema["format"].as_str() {
        Some("uuid") => return "0192f1c5-7a00-7000-8000-000000000001".to_owned(),
        Some("date-time") => return "2026-11-05T02:00:00Z".to_owned(),
        Some("date") => return "2026-11-05".to_owned(),
        _ => {}
    }
    match name {
        name if name.contains("phone") => "13812345678".to_owned(),
        "password" | "new_password" => "seven-lanterns-on-the-Han".to_owned(),
        "username" => "wang.fang".to_owned(),
        "cycle" | "month" => "2026-12".to_owned(),
        _ => {
            let least = schema["minLength"].as_u64().and_then(|least| usize::try_from(least).ok()).unwrap_or(1);
            let most = schema["maxLength"].as_u64().and_then(|most| usize::try_from(most).ok()).unwrap_or(10);
            "好".repeat(least.max(4).min(most))
        }
    }
}

//! The contract's own schemas, compiled, so that what is promised is what is enforced.

use std::collections::HashMap;

use jsonschema::Validator;
use serde_json::{Value, json};

use super::{faults, json::MAX_FAULTS, stand_in::StandIns};
use crate::domain::fault::Fault;

/// The compiled schemas of the contract's components, by name.
pub struct Schemas {
    compiled: HashMap<String, Validator>,
    /// Plain values for what is faulted.
    pub stand_ins: StandIns,
}

impl Schemas {
    /// Compiles every component of a contract. A schema that does not compile is an error of the program, which the
    /// contract's test finds.
    pub fn compile(contract: &Value) -> Result<Self, String> {
        let components = contract.get("components").cloned().unwrap_or_else(|| json!({}));
        let names = components.get("schemas").and_then(Value::as_object).cloned().unwrap_or_default();
        let mut compiled = HashMap::with_capacity(names.len());
        for name in names.keys() {
            let schema = json!({
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "$ref": format!("#/components/schemas/{name}"),
                "components": components,
            });
            let validator = jsonschema::options()
                .should_validate_formats(false)
                .build(&schema)
                .map_err(|error| format!("the schema {name} does not compile: {error}"))?;
            compiled.insert(name.clone(), validator);
        }
        Ok(Self { compiled, stand_ins: StandIns::new(components) })
    }

    /// Everything that is wrong with a value.
    #[must_use]
    pub fn faults(&self, name: &str, value: &Value) -> Vec<Fault> {
        let Some(schema) = self.compiled.get(name) else {
            log::error!("the contract has no schema {name}");
            return Vec::new();
        };
        schema.iter_errors(value).flat_map(|error| faults::of_schema(&error)).take(MAX_FAULTS).collect()
    }

    /// Whether the contract has a schema of this name.
    #[must_use]
    pub fn knows(&self, name: &str) -> bool {
        self.compiled.contains_key(name)
    }
}

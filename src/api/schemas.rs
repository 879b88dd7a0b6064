//! The contract's own schemas, compiled, so that what is promised is what is enforced.

use std::collections::HashMap;

use jsonschema::{Registry, RegistryBuilder, Validator};
use serde_json::{Value, json};

use super::{faults, json::MAX_FAULTS, stand_in::StandIns};
use crate::domain::fault::Fault;

/// The dialect of OpenAPI 3.1.
const DRAFT: &str = "https://json-schema.org/draft/2020-12/schema";
/// By which the schemas name the contract.
const PLACE: &str = "urn:haoren:contract";

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
        let names = components.get("schemas").and_then(Value::as_object).into_iter().flat_map(|schemas| schemas.keys());
        let names: Vec<String> = names.cloned().collect();
        // One registry for all: each schema on its own would bring the whole contract with it.
        let whole = json!({ "$schema": DRAFT, "components": components });
        let registry = Registry::new().add(PLACE, whole).and_then(RegistryBuilder::prepare);
        let registry = registry.map_err(|error| format!("the contract is no schema: {error}"))?;
        let mut compiled = HashMap::with_capacity(names.len());
        for name in names {
            let schema = json!({ "$schema": DRAFT, "$ref": format!("{PLACE}#/components/schemas/{name}") });
            let options = jsonschema::options().should_validate_formats(false).with_registry(&registry);
            let validator =
                options.build(&schema).map_err(|error| format!("the schema {name} does not compile: {error}"))?;
            compiled.insert(name, validator);
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

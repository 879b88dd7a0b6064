//! Values in the place of faulted ones. Serde stops at the first fault, and clients were promised all of them: with
//! something plain in the faulted places the rest of a body is judged to the end.

use serde_json::{Map, Value, json};

use crate::domain::fault::{Code, Fault};

/// Deeper than any body of the contract.
const MAX_DEPTH: u8 = 8;

/// The contract's schemas, from which plain values are made.
pub struct StandIns {
    components: Value,
}

impl StandIns {
    /// Stand-ins of the schemas of a contract's components.
    #[must_use]
    pub const fn new(components: Value) -> Self {
        Self { components }
    }

    /// The body with a plain value in each faulted place, if one can be made for all.
    #[must_use]
    pub fn mend(&self, name: &str, mut body: Value, faults: &[Fault]) -> Option<Value> {
        for fault in faults.iter().filter(|fault| fault.code != Code::UnknownMember) {
            let place = self.schema_at(name, &fault.pointer)?;
            put(&mut body, &fault.pointer, self.plain(place, 0)?)?;
        }
        Some(body)
    }

    fn schema_at(&self, name: &str, pointer: &str) -> Option<&Value> {
        let mut schema = self.meant(self.components.get("schemas")?.get(name)?)?;
        for token in pointer.split('/').skip(1) {
            let token = token.replace("~1", "/").replace("~0", "~");
            let member = schema.get("properties").and_then(|members| members.get(&token));
            let within = ["items", "additionalProperties"].into_iter().find_map(|inner| schema.get(inner));
            schema = self.meant(member.or(within)?)?;
        }
        Some(schema)
    }

    /// The schema that is meant: references followed, of alternatives the one that is not null.
    fn meant<'a>(&'a self, schema: &'a Value) -> Option<&'a Value> {
        if let Some(reference) = schema.get("$ref").and_then(Value::as_str) {
            return self.meant(self.components.pointer(reference.strip_prefix("#/components")?)?);
        }
        for choice in ["oneOf", "anyOf", "allOf"] {
            if let Some(inner) = schema.get(choice).and_then(Value::as_array) {
                return self.meant(inner.iter().find(|one| !is(one, "null"))?);
            }
        }
        Some(schema)
    }

    fn plain(&self, schema: &Value, depth: u8) -> Option<Value> {
        let schema = self.meant(schema).filter(|_| depth < MAX_DEPTH)?;
        if is(schema, "null") {
            return Some(Value::Null);
        }
        let first = |list: &str| schema.get(list).and_then(Value::as_array).and_then(|all| all.first()).cloned();
        if let Some(value) = first("enum").or_else(|| first("examples")) {
            return Some(value);
        }
        let least = |name: &str| schema.get(name).and_then(Value::as_u64).unwrap_or(0);
        if is(schema, "object") {
            let required = schema.get("required").and_then(Value::as_array).into_iter().flatten();
            let filled = required.filter_map(Value::as_str).map(|name| {
                let member = schema.get("properties")?.get(name)?;
                Some((name.to_owned(), self.plain(member, depth + 1)?))
            });
            return filled.collect::<Option<Map<_, _>>>().map(Value::Object);
        }
        if is(schema, "array") {
            let items = (0..least("minItems").min(10)).map(|_| self.plain(schema.get("items")?, depth + 1));
            return items.collect::<Option<Vec<_>>>().map(Value::Array);
        }
        if is(schema, "integer") || is(schema, "number") {
            return Some(schema.get("minimum").cloned().unwrap_or(json!(0)));
        }
        if is(schema, "boolean") {
            return Some(json!(false));
        }
        Some(match schema.get("format").and_then(Value::as_str) {
            Some("uuid") => json!("00000000-0000-0000-0000-000000000000"),
            Some("date-time") => json!("2000-01-01T00:00:00Z"),
            Some("date") => json!("2000-01-01"),
            _ => json!("x".repeat(usize::try_from(least("minLength").clamp(1, 100)).ok()?)),
        })
    }
}

/// Whether a fault that was found beside stand-ins is the body's own: of a place that stood as it was sent, and of a kind
/// that does not come from how places stand to each other.
#[must_use]
pub fn is_own(fault: &Fault, stood_in: &[Fault]) -> bool {
    let of_itself = !matches!(fault.code, Code::Inconsistent | Code::Required | Code::UnknownReference);
    let within = |outer: &str, inner: &str| {
        inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    };
    let untouched = |place: &Fault| !within(&place.pointer, &fault.pointer) && !within(&fault.pointer, &place.pointer);
    of_itself && stood_in.iter().filter(|place| place.code != Code::UnknownMember).all(untouched)
}

fn is(schema: &Value, kind: &str) -> bool {
    match schema.get("type") {
        Some(Value::Array(kinds)) => kinds.iter().any(|one| one == kind),
        Some(one) => one == kind,
        None => false,
    }
}

/// Puts a value at a pointer, in a member that may be missing.
fn put(body: &mut Value, pointer: &str, value: Value) -> Option<()> {
    let (above, last) = pointer.rsplit_once('/')?;
    let last = last.replace("~1", "/").replace("~0", "~");
    match body.pointer_mut(above)? {
        Value::Object(members) => {
            members.insert(last, value);
        }
        Value::Array(items) => *items.get_mut(last.parse::<usize>().ok()?)? = value,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => return None,
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stand_ins() -> StandIns {
        StandIns::new(json!({ "schemas": {
            "Person": {
                "type": "object",
                "required": ["name", "born", "home"],
                "properties": {
                    "name": { "type": "string", "minLength": 2 },
                    "born": { "type": "integer", "minimum": 1900 },
                    "home": { "$ref": "#/components/schemas/Home" },
                    "note": { "type": ["string", "null"] },
                    "answers": { "type": "object", "additionalProperties": { "type": "boolean" } },
                    "friends": { "type": "array", "items": { "type": "string", "format": "uuid" } },
                },
            },
            "Home": {
                "type": "object",
                "required": ["kind"],
                "properties": { "kind": { "type": "string", "enum": ["flat", "house"] } },
            },
        } }))
    }

    #[test]
    fn faulted_places_are_filled_and_the_rest_stays() {
        let body = json!({ "born": "long ago", "note": 3, "answers": { "a/b": 1 }, "friends": [1, "x"], "home": [] });
        let places = ["/name", "/born", "/note", "/answers/a~1b", "/friends/0", "/home"];
        let faults: Vec<_> = places.iter().map(|place| Fault::at(*place, Code::WrongType)).collect();
        let mended = stand_ins().mend("Person", body, &faults).unwrap();
        assert_eq!(
            mended,
            json!({
                "name": "xx", "born": 1900, "note": null, "answers": { "a/b": false },
                "friends": ["00000000-0000-0000-0000-000000000000", "x"], "home": { "kind": "flat" },
            })
        );
        assert_eq!(stand_ins().mend("Person", json!([]), &[Fault::at("", Code::WrongType)]), None);
        assert_eq!(stand_ins().mend("Person", json!({}), &[Fault::at("/hat", Code::WrongType)]), None);
    }

    #[test]
    fn only_faults_of_untouched_places_are_the_bodys_own() {
        let stood_in = [Fault::at("/home", Code::WrongType), Fault::at("/hat", Code::UnknownMember)];
        let own = |pointer: &str, code| is_own(&Fault::at(pointer, code), &stood_in);
        assert!(own("/name", Code::ForbiddenCharacter) && own("/homeland", Code::TooLong));
        assert!(!own("/home", Code::TooLong) && !own("/home/kind", Code::TooLong) && !own("", Code::TooLong));
        assert!(!own("/name", Code::Inconsistent) && !own("/name", Code::Required));
    }
}

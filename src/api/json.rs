//! JSON read strictly: a member that occurs twice is a fault, and depth is limited. Texts are composed as they are read, so
//! that lengths are those of what is kept; half a surrogate pair is no text, and what has one no JSON.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use crate::domain::{
    fault::{Code, Fault},
    text,
};

/// Most levels of nesting; no body of the contract comes near.
const MAX_DEPTH: usize = 32;

/// Most faults that are told of one body; more help nobody.
pub const MAX_FAULTS: usize = 100;
/// Most members of one object, those that occur twice counted too.
const MAX_MEMBERS: usize = 1000;
/// Most characters of a member's name in a pointer; no name of the contract comes near.
const MAX_TOKEN_CHARS: usize = 200;

/// Reads a JSON text. `Err` when it is none; else the value and a fault for each member that occurs twice.
pub fn read(bytes: &[u8]) -> Result<(Value, Vec<Fault>), serde_json::Error> {
    let mut duplicates = Vec::new();
    let mut deserializer = serde_json::Deserializer::from_slice(bytes);
    let value = Node { place: None, depth: 0, duplicates: &mut duplicates }.deserialize(&mut deserializer)?;
    deserializer.end()?;
    Ok((value, duplicates))
}

/// A member's name as a reference token of a JSON Pointer, cut where it is absurdly long.
#[must_use]
pub fn token(name: &str) -> String {
    let end = name.char_indices().nth(MAX_TOKEN_CHARS).map_or(name.len(), |(at, _)| at);
    name.get(..end).unwrap_or_default().replace('~', "~0").replace('/', "~1")
}

/// Removes the member that a JSON Pointer names.
pub fn remove(value: &mut Value, pointer: &str) {
    let Some((above, last)) = pointer.rsplit_once('/') else { return };
    if let Some(object) = value.pointer_mut(above).and_then(Value::as_object_mut) {
        object.remove(&last.replace("~1", "/").replace("~0", "~"));
    }
}

/// A place in the text. The pointer is spelled out only where a fault is found.
#[derive(Clone, Copy)]
struct Place<'a> {
    above: Option<&'a Place<'a>>,
    step: Step<'a>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Member(&'a str),
    Item(usize),
}

impl Place<'_> {
    fn pointer(&self) -> String {
        let above = self.above.map(Place::pointer).unwrap_or_default();
        match self.step {
            Step::Member(name) => format!("{above}/{}", token(name)),
            Step::Item(index) => format!("{above}/{index}"),
        }
    }
}

struct Node<'a> {
    place: Option<&'a Place<'a>>,
    depth: usize,
    duplicates: &'a mut Vec<Fault>,
}

impl Node<'_> {
    fn check_depth<E: serde::de::Error>(&self) -> Result<(), E> {
        if self.depth < MAX_DEPTH { Ok(()) } else { Err(E::custom("nested too deeply")) }
    }
}

impl<'de> DeserializeSeed<'de> for Node<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Node<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("no finite number"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(text::compose(value)))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        self.check_depth()?;
        let mut list = Vec::new();
        loop {
            let place = Place { above: self.place, step: Step::Item(list.len()) };
            let seed = Node { place: Some(&place), depth: self.depth + 1, duplicates: &mut *self.duplicates };
            match items.next_element_seed(seed)? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        self.check_depth()?;
        let mut object = Map::new();
        let mut read = 0_usize;
        while let Some(name) = members.next_key::<String>()? {
            read += 1;
            if read > MAX_MEMBERS {
                return Err(A::Error::custom("too many members"));
            }
            let place = Place { above: self.place, step: Step::Member(&name) };
            let seed = Node { place: Some(&place), depth: self.depth + 1, duplicates: &mut *self.duplicates };
            let value = members.next_value_seed(seed)?;
            if object.contains_key(&name) && self.duplicates.len() < MAX_FAULTS {
                self.duplicates.push(Fault::at(place.pointer(), Code::DuplicateMember));
            }
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_every_member_that_occurs_twice() {
        let (value, faults) = read(br#"{"a":1,"a":2,"b":[{"c":1,"c":2}]}"#).unwrap();
        assert_eq!(value, json!({"a": 2, "b": [{"c": 2}]}));
        let places: Vec<_> = faults.iter().map(|fault| fault.pointer.as_str()).collect();
        assert_eq!(places, ["/a", "/b/0/c"]);
    }

    #[test]
    fn removes_what_a_pointer_names() {
        let mut value = json!({"a": {"b/c": 1, "d": 2}, "e": [1]});
        remove(&mut value, "/a/b~1c");
        remove(&mut value, "/nowhere/x");
        remove(&mut value, "/e/0");
        assert_eq!(value, json!({"a": {"d": 2}, "e": [1]}));
    }

    #[test]
    fn refuses_depth_and_trailing_text() {
        assert!(read("[".repeat(200).as_bytes()).is_err());
        let nested = format!("{}1{}", "[".repeat(33), "]".repeat(33));
        assert!(read(nested.as_bytes()).is_err());
        assert!(read(b"{} x").is_err());
        for half in [&br#""\ud800""#[..], br#""\udc00a""#, br#""\ud800\ud800""#, b"\"\xED\xA0\x80\"", b"\"\xFF\""] {
            assert!(read(half).is_err(), "{half:?}");
        }
        assert_eq!(read(br#""\ud840\udc00""#).unwrap().0, json!("\u{20000}"));
    }

    #[test]
    fn texts_are_composed_and_compatibility_ideographs_stay() {
        let (value, _) = read("{\"e\u{301}\": [\"e\u{301}\u{F900}\"]}".as_bytes()).unwrap();
        assert_eq!(value, json!({ "e\u{301}": ["\u{E9}\u{F900}"] }));
    }

    #[test]
    fn faults_and_their_pointers_stay_small() {
        let long = "k".repeat(100_000);
        let text = format!("{{\"{long}\":{{{}\"a\":1}}}}", "\"a\":1,".repeat(900));
        let (_, faults) = read(text.as_bytes()).unwrap();
        assert_eq!(faults.len(), MAX_FAULTS);
        assert!(faults.iter().all(|fault| fault.pointer.len() < 300));
        let many = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(1000));
        assert!(read(many.as_bytes()).is_err());
    }
}

//! JSON with one spelling only (RFC 8785), for what is hashed, signed or frozen: members sorted by their UTF-16 units, no
//! white space, no character escaped that need not be. Fractions are refused: nothing here has any, and their spelling is
//! the one part of the scheme that is hard.

use serde::Serialize;
use serde_json::Value;

/// The largest integer that every reader of JSON takes as it is.
const MAX_INTEGER: u64 = (1 << 53) - 1;

/// Why a value has no canonical form here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotCanonical {
    /// It cannot be written as JSON at all.
    #[error("the value is no JSON: {0}")]
    NotJson(String),
    /// It has a fraction, or an integer that not every reader can hold.
    #[error("the number {0} is no integer of at most 53 bits")]
    Number(String),
}

/// The canonical form of a value.
pub fn to_bytes<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, NotCanonical> {
    let value = serde_json::to_value(value).map_err(|error| NotCanonical::NotJson(error.to_string()))?;
    let mut bytes = Vec::new();
    write(&value, &mut bytes)?;
    Ok(bytes)
}

fn write(value: &Value, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    match value {
        Value::Null | Value::Bool(_) => out.extend_from_slice(value.to_string().as_bytes()),
        Value::Number(number) => {
            let size = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs));
            if size.is_none_or(|size| size > MAX_INTEGER) {
                return Err(NotCanonical::Number(number.to_string()));
            }
            out.extend_from_slice(number.to_string().as_bytes());
        }
        Value::String(text) => write_text(text, out)?,
        Value::Array(items) => {
            out.push(b'[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write(item, out)?;
            }
            out.push(b']');
        }
        Value::Object(members) => {
            let mut members: Vec<(&String, &Value)> = members.iter().collect();
            members.sort_by(|(one, _), (other, _)| one.encode_utf16().cmp(other.encode_utf16()));
            out.push(b'{');
            for (at, (name, value)) in members.into_iter().enumerate() {
                if at > 0 {
                    out.push(b',');
                }
                write_text(name, out)?;
                out.push(b':');
                write(value, out)?;
            }
            out.push(b'}');
        }
    }
    Ok(())
}

/// The library escapes what the RFC escapes, and in its way.
fn write_text(text: &str, out: &mut Vec<u8>) -> Result<(), NotCanonical> {
    serde_json::to_writer(out, text).map_err(|error| NotCanonical::NotJson(error.to_string()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn text(value: &Value) -> String {
        String::from_utf8(to_bytes(value).unwrap()).unwrap()
    }

    #[test]
    fn members_are_sorted_and_nothing_is_escaped_needlessly() {
        let value = json!({ "b": [1, -2, true, null], "a": { "好": "人/\u{7f}", "": "\u{1}\n\"\\\u{2028}" } });
        assert_eq!(
            text(&value),
            "{\"a\":{\"\":\"\\u0001\\n\\\"\\\\\u{2028}\",\"好\":\"人/\u{7f}\"},\"b\":[1,-2,true,null]}"
        );
        // By UTF-16 units, a character beyond the first plane comes before the last ones of that plane.
        assert_eq!(text(&json!({ "\u{FB33}": 1, "\u{1F600}": 2 })), "{\"\u{1F600}\":2,\"\u{FB33}\":1}");
    }

    #[test]
    fn fractions_and_huge_integers_have_no_form() {
        assert!(to_bytes(&json!([0.5])).is_err());
        assert!(to_bytes(&json!(MAX_INTEGER + 1)).is_err());
        assert_eq!(text(&json!(MAX_INTEGER)), "9007199254740991");
    }

    proptest! {
        #[test]
        fn what_is_read_again_is_the_same(members in proptest::collection::btree_map(".*", ".*", 0..8)) {
            let bytes = to_bytes(&members).unwrap();
            prop_assert_eq!(&serde_json::from_slice::<std::collections::BTreeMap<String, String>>(&bytes).unwrap(), &members);
            let reversed: serde_json::Map<String, Value> =
                members.into_iter().rev().map(|(name, value)| (name, Value::String(value))).collect();
            prop_assert_eq!(to_bytes(&reversed).unwrap(), bytes);
        }
    }
}

//! From the findings of the schema and of `validator` to the contract's faults.

use std::{borrow::Cow, collections::HashMap};

use jsonschema::{ValidationError, error::ValidationErrorKind};
use serde_json::Value;
use validator::{ValidationErrors, ValidationErrorsKind};

use super::json::token;
use crate::domain::fault::{Code, Fault};

/// Most characters of a pointer; no place of the contract comes near.
const MAX_POINTER_CHARS: usize = 500;

/// The faults that one finding of the schema stands for.
#[must_use]
#[expect(clippy::wildcard_enum_match_arm, reason = "the kinds are not exhaustive; the others say nothing more exact")]
pub fn of_schema(error: &ValidationError<'_>) -> Vec<Fault> {
    let at = short(error.instance_path().to_string());
    let below = |name: &str| format!("{at}/{}", token(name));
    match error.kind() {
        ValidationErrorKind::Required { property } => {
            vec![Fault::at(below(property.as_str().unwrap_or_default()), Code::Required)]
        }
        ValidationErrorKind::AdditionalProperties { unexpected }
        | ValidationErrorKind::UnevaluatedProperties { unexpected } => {
            unexpected.iter().map(|name| Fault::at(below(name), Code::UnknownMember)).collect()
        }
        ValidationErrorKind::Type { kind } => {
            vec![Fault::at(at, Code::WrongType).with("expected", type_names(kind))]
        }
        ValidationErrorKind::MinLength { limit } => {
            vec![Fault::at(at, Code::TooShort).with("minimum", *limit).with("actual", chars(error))]
        }
        ValidationErrorKind::MaxLength { limit } => {
            vec![Fault::at(at, Code::TooLong).with("limit", *limit).with("actual", chars(error))]
        }
        ValidationErrorKind::Minimum { limit } | ValidationErrorKind::ExclusiveMinimum { limit } => {
            vec![Fault::at(at, Code::TooSmall).with("minimum", limit.clone())]
        }
        ValidationErrorKind::Maximum { limit } | ValidationErrorKind::ExclusiveMaximum { limit } => {
            vec![Fault::at(at, Code::TooLarge).with("limit", limit.clone())]
        }
        ValidationErrorKind::MinItems { limit } => vec![Fault::at(at, Code::TooFew).with("minimum", *limit)],
        ValidationErrorKind::MaxItems { limit } | ValidationErrorKind::MaxProperties { limit } => {
            vec![Fault::at(at, Code::TooMany).with("limit", *limit)]
        }
        ValidationErrorKind::Enum { options } => {
            vec![Fault::at(at, Code::UnknownValue).with("allowed", options.as_ref().clone())]
        }
        ValidationErrorKind::UniqueItems => vec![Fault::at(at, Code::Duplicate)],
        ValidationErrorKind::AnyOf { context }
        | ValidationErrorKind::OneOfNotValid { context }
        | ValidationErrorKind::OneOfMultipleValid { context } => of_alternatives(&at, context),
        _ => vec![Fault::at(at, Code::Malformed)],
    }
}

/// A pointer as long as any of the contract's can be.
fn short(mut pointer: String) -> String {
    if let Some((end, _)) = pointer.char_indices().nth(MAX_POINTER_CHARS) {
        pointer.truncate(end);
    }
    pointer
}

/// A nullable reference is `oneOf: [null, reference]`: what is wrong with the one that was meant is what helps.
fn of_alternatives(at: &str, context: &[Vec<ValidationError<'static>>]) -> Vec<Fault> {
    let meant = context
        .iter()
        .filter(|errors| {
            !errors.iter().any(|error| {
                error.instance_path().to_string() == at && matches!(error.kind(), ValidationErrorKind::Type { .. })
            })
        })
        .min_by_key(|errors| errors.len());
    match meant {
        Some(errors) if !errors.is_empty() => errors.iter().flat_map(of_schema).collect(),
        _ => vec![Fault::at(at, Code::WrongType)],
    }
}

fn type_names(kind: &jsonschema::error::TypeKind) -> String {
    match kind {
        jsonschema::error::TypeKind::Single(one) => one.to_string(),
        jsonschema::error::TypeKind::Multiple(several) => {
            several.iter().map(|one| one.to_string()).collect::<Vec<_>>().join("|")
        }
    }
}

fn chars(error: &ValidationError<'_>) -> usize {
    error.instance().as_str().map_or(0, |text| text.chars().count())
}

/// Adds what `validator` found. A custom check gives its fault's code and figures as code and parameters; a place that
/// the schema has faulted already is not faulted twice for the same reason.
pub fn add_validated(found: &mut Vec<Fault>, parent: &str, errors: &ValidationErrors) {
    let mut fields: Vec<_> = errors.errors().iter().collect();
    fields.sort_by(|left, right| left.0.cmp(right.0));
    for (field, kind) in fields {
        let pointer = format!("{parent}/{}", token(field));
        match kind {
            ValidationErrorsKind::Struct(nested) => add_validated(found, &pointer, nested),
            ValidationErrorsKind::List(items) => {
                for (index, nested) in items {
                    add_validated(found, &format!("{pointer}/{index}"), nested);
                }
            }
            ValidationErrorsKind::Field(faults) => {
                for fault in faults {
                    let fault = of_validator(&pointer, &fault.code, &fault.params);
                    if !found.iter().any(|known| known.pointer == fault.pointer && known.code == fault.code) {
                        found.push(fault);
                    }
                }
            }
        }
    }
}

fn of_validator(pointer: &str, code: &str, params: &HashMap<Cow<'static, str>, Value>) -> Fault {
    let code = Code::ALL.iter().copied().find(|known| known.as_str() == code).unwrap_or(Code::Malformed);
    let below = params.get("pointer").and_then(Value::as_str).unwrap_or_default();
    let mut fault = Fault::at(format!("{pointer}{below}"), code);
    for name in ["limit", "actual", "minimum", "character", "position"] {
        if let Some(value) = params.get(name) {
            fault = fault.with(name, value.clone());
        }
    }
    fault
}

/// For `#[validate(custom(…))]`: the domain's faults as one error of the validator. The first one stands for all.
pub fn to_validator(faults: Vec<Fault>) -> Result<(), validator::ValidationError> {
    let Some(first) = faults.into_iter().next() else { return Ok(()) };
    let mut error = validator::ValidationError::new(first.code.as_str());
    if !first.pointer.is_empty() {
        error.add_param("pointer".into(), &first.pointer);
    }
    for (name, value) in first.figures {
        error.add_param(name.into(), &value);
    }
    Err(error)
}

/// A path of serde as a JSON Pointer.
#[must_use]
pub fn pointer_of(path: &serde_path_to_error::Path) -> String {
    use serde_path_to_error::Segment;
    path.iter()
        .map(|segment| match segment {
            Segment::Seq { index } => format!("/{index}"),
            Segment::Map { key } => format!("/{}", token(key)),
            Segment::Enum { variant } => format!("/{}", token(variant)),
            Segment::Unknown => String::new(),
        })
        .collect()
}

//! From the findings of the schema and of `validator` to the contract's faults.

use jsonschema::{ValidationError, error::ValidationErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
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
                for fault in faults.iter().flat_map(|error| of_validator(&pointer, error)) {
                    if !found.iter().any(|known| known.pointer == fault.pointer && known.code == fault.code) {
                        found.push(fault);
                    }
                }
            }
        }
    }
}

fn of_validator(pointer: &str, error: &validator::ValidationError) -> Vec<Fault> {
    let carried = error.params.get(CARRIED).cloned();
    if let Some(carried) = carried.and_then(|carried| serde_json::from_value::<Vec<Carried>>(carried).ok()) {
        return carried.into_iter().map(|fault| fault.at(pointer)).collect();
    }
    let figures = error.params.iter().map(|(name, value)| (name.to_string(), value.clone()));
    let below = text(error.params.get("pointer"));
    vec![Carried { code: error.code.to_string(), pointer: below, figures: figures.collect() }.at(pointer)]
}

fn text(value: Option<&Value>) -> String {
    value.and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// The parameter in which an error of the validator carries all faults of its field.
const CARRIED: &str = "faults";

/// A fault of a field on its way through the validator.
#[derive(Serialize, Deserialize)]
struct Carried {
    code: String,
    pointer: String,
    figures: Map<String, Value>,
}

impl Carried {
    fn at(self, pointer: &str) -> Fault {
        let code = Code::ALL.iter().copied().find(|known| known.as_str() == self.code).unwrap_or(Code::Malformed);
        let mut fault = Fault::at(format!("{pointer}{}", self.pointer), code);
        for name in FIGURES {
            if let Some(value) = self.figures.get(name) {
                fault = fault.with(name, value.clone());
            }
        }
        fault
    }
}

/// The figures that a fault of a body can have.
const FIGURES: [&str; 5] = ["limit", "actual", "minimum", "character", "position"];

/// For `#[validate(custom(…))]`: the domain's faults as one error of the validator, which carries them all.
pub fn to_validator(faults: Vec<Fault>) -> Result<(), validator::ValidationError> {
    let Some(first) = faults.first() else { return Ok(()) };
    let mut error = validator::ValidationError::new(first.code.as_str());
    let carried: Vec<Carried> = faults
        .into_iter()
        .map(|fault| Carried {
            code: fault.code.as_str().to_owned(),
            pointer: fault.pointer,
            figures: fault.figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect(),
        })
        .collect();
    error.add_param(CARRIED.into(), &carried);
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

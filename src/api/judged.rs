//! The domain's own faults of an input in the form of `validator`, so that they are reported together with what the
//! schema finds.

use std::borrow::Cow;

use validator::{ValidationError, ValidationErrors, ValidationErrorsKind};

use crate::domain::fault::Fault;

/// Faults with pointers below the body, as errors of the members that they lie in.
pub fn to_validation(faults: Vec<Fault>) -> Result<(), ValidationErrors> {
    if faults.is_empty() {
        return Ok(());
    }
    let mut errors = ValidationErrors::new();
    for fault in faults {
        let path = fault.pointer.trim_start_matches('/');
        let (member, below) = path.split_at(path.find('/').unwrap_or(path.len()));
        let mut error = ValidationError::new(fault.code.as_str());
        error.add_param(Cow::Borrowed("pointer"), &below);
        for (name, value) in &fault.figures {
            error.add_param(Cow::Borrowed(*name), value);
        }
        let of_member = errors.0.entry(Cow::Owned(member.to_owned()));
        if let ValidationErrorsKind::Field(found) = of_member.or_insert(ValidationErrorsKind::Field(vec![])) {
            found.push(error);
        }
    }
    Err(errors)
}

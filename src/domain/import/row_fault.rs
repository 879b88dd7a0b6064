//! A fault of a row as it is kept: without the borrowed names of its figures, so that it can be read back.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::domain::fault::{Code, Fault};

/// The figures that faults of rows have.
const FIGURES: &[&str] = &[
    "cell",
    "limit",
    "minimum",
    "actual",
    "expected",
    "character",
    "position",
    "value",
    "allowed",
    "alternative",
    "matches",
    "row",
    "column",
    "reason",
    "hint",
    "status",
    "number",
];

/// A fault that is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RowFault {
    pointer: String,
    code: String,
    figures: Map<String, Value>,
}

impl From<Fault> for RowFault {
    fn from(fault: Fault) -> Self {
        let figures = fault.figures.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        Self { pointer: fault.pointer, code: fault.code.as_str().to_owned(), figures }
    }
}

impl From<RowFault> for Fault {
    fn from(stored: RowFault) -> Self {
        let code = Code::ALL.iter().copied().find(|code| code.as_str() == stored.code).unwrap_or(Code::Malformed);
        let named = |(name, value)| FIGURES.iter().find(|known| **known == name).map(|known| (*known, value));
        // The cell comes first, for whoever reads the fault as text.
        let mut figures: Vec<(&'static str, Value)> = stored.figures.into_iter().filter_map(named).collect();
        figures.sort_by_key(|(name, _)| FIGURES.iter().position(|known| known == name));
        Self { pointer: stored.pointer, code, figures }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_is_kept_whole() {
        let fault = Fault::at("/summary", Code::TooLong).with("cell", "C17").with("limit", 140).with("actual", 200);
        let text = serde_json::to_string(&RowFault::from(fault.clone())).unwrap();
        let stored: RowFault = serde_json::from_str(&text).unwrap();
        assert_eq!(Fault::from(stored), fault);
    }
}

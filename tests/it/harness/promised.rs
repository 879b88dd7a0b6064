//! Whatever status an operation answers with, the contract must name it.

use std::sync::LazyLock;

use crate::contract::operations;

/// An operation of the contract, ready to be recognised.
struct Promised {
    method: String,
    segments: Vec<String>,
    statuses: Vec<String>,
}

static PROMISED: LazyLock<Vec<Promised>> = LazyLock::new(|| {
    let promised = operations().into_iter().map(|operation| Promised {
        segments: operation.path.split('/').map(str::to_owned).collect(),
        statuses: operation.spec["responses"].as_object().unwrap().keys().cloned().collect(),
        method: operation.method,
    });
    promised.collect()
});

/// Fails when the contract has the operation and does not name the status. What the contract does not have at all (an
/// unknown path, a wrong method) is answered by the server itself.
#[track_caller]
pub fn assert_promised(method: &str, path: &str, status: u16) {
    let segments: Vec<&str> = path.split('?').next().unwrap().split('/').collect();
    let fits =
        |template: &str, segment: &str| template == segment || (template.starts_with('{') && !segment.is_empty());
    let matching = PROMISED.iter().filter(|one| {
        one.method == method
            && one.segments.len() == segments.len()
            && one.segments.iter().zip(&segments).all(|(template, segment)| fits(template, segment))
    });
    // `/cycles/current` is its own operation, and not a month: what is spelled out comes first.
    let named = |one: &&Promised| one.segments.iter().filter(|segment| !segment.starts_with('{')).count();
    let Some(found) = matching.max_by_key(named) else { return };
    let status = status.to_string();
    assert!(
        found.statuses.contains(&status),
        "the contract does not name {status} for {method} {}, only {:?}",
        found.segments.join("/"),
        found.statuses
    );
}

//! Who may do what: every operation by every actor, from inside and outside the subtree.
//!
//! Each request carries a body that no operation takes, and no version, so that nothing changes: who may act is refused
//! for that alone (400, 412, 415, 422, 428), who may not is refused before.

mod acts;
mod matrix;
mod world;

use haoren::domain::role::Role;
use reqwest::{Method, StatusCode};

pub use self::{
    matrix::{MATRIX, Row},
    world::World,
};
use crate::{
    contract::{Operation, operations},
    harness::{App, Client, Reply},
};

/// The columns of the matrix.
const ACTORS: [&str; 9] =
    ["anonymous", "citizen", "unit", "other unit", "district", "other district", "city", "portal", "admin"];

fn row_of(operation: &Operation) -> Option<&'static Row> {
    MATRIX.iter().find(|row| row.method == operation.method && row.path == operation.path)
}

#[test]
fn every_operation_has_a_row() {
    let lacking: Vec<String> = operations()
        .iter()
        .filter(|operation| row_of(operation).is_none())
        .map(|operation| format!("{} {}", operation.method, operation.path))
        .collect();
    assert!(lacking.is_empty(), "no row in tests/it/actors/matrix.rs for:\n  {}", lacking.join("\n  "));
}

#[test]
fn every_row_has_an_operation() {
    let known = operations();
    for row in MATRIX {
        let exists = known.iter().any(|operation| operation.method == row.method && operation.path == row.path);
        assert!(exists, "the contract has no {} {}", row.method, row.path);
        assert_eq!(row.cells.split_whitespace().count(), ACTORS.len(), "{} {}", row.method, row.path);
    }
}

both! {
    async fn every_actor_gets_what_the_matrix_says(app: App) {
        let world = World::build(&app).await;
        let actors = actors(&app, &world).await;
        let mut wrong = Vec::new();
        let known = operations();
        let exists = |row: &&Row| known.iter().any(|one| one.method == row.method && one.path == row.path);
        for row in MATRIX.iter().filter(exists) {
            for ((name, client), cell) in ACTORS.iter().zip(&actors).zip(row.cells.split_whitespace()) {
                let status = ask(client, row, &world).await.status;
                let needs_version = known.iter().any(|one| {
                    let parameters = one.spec["parameters"].as_array().into_iter().flatten();
                    let mut named = parameters.filter(|parameter| parameter["name"] == "If-Match");
                    one.method == row.method && one.path == row.path && named.any(|it| it["required"] == true)
                });
                // The version is asked for before the body is looked at, and after everything that refuses.
                if !agrees(cell, status) || (cell == "+" && needs_version && status != StatusCode::PRECONDITION_REQUIRED) {
                    wrong.push(format!("{} {}: {name} got {status}, not {cell}", row.method, row.path));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

/// A client for each column of the matrix.
pub async fn actors(app: &App, world: &World) -> Vec<Client> {
    let tree = &world.tree;
    let mut actors = vec![app.anonymous()];
    for (role, organization) in [
        (Role::Citizen, None),
        (Role::UnitReviewer, Some(tree.unit)),
        (Role::UnitReviewer, Some(tree.other_unit)),
        (Role::DistrictReviewer, Some(tree.district)),
        (Role::DistrictReviewer, Some(tree.other_district)),
        (Role::CityReviewer, Some(tree.city)),
        (Role::Portal, None),
    ] {
        actors.push(app.user(role, organization).await.1);
    }
    actors.push(app.admin().await);
    actors
}

/// Sends what would change nothing even where it is allowed.
pub async fn ask(client: &Client, row: &Row, world: &World) -> Reply {
    let mut path = format!("/{}", world.fill(row.path));
    if row.path == "/api/v1/events" {
        // A stream has no end; who may open one is refused for this alone.
        path += "?types=none";
    }
    let request = client.request(Method::from_bytes(row.method.as_bytes()).unwrap(), &path);
    let request = match row.method {
        "GET" | "DELETE" => request,
        _ => request.header("Content-Type", "application/json").body(r#"{"no such member": true}"#),
    };
    client.send(request).await
}

/// `+` for whoever may, else the status of the refusal.
pub fn agrees(cell: &str, status: StatusCode) -> bool {
    match cell {
        "+" => !matches!(status.as_u16(), 401 | 403 | 404 | 405 | 429) && !status.is_server_error(),
        refused => status.as_str() == refused,
    }
}

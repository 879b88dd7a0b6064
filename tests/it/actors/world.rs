//! One of each thing that a path can name, all of them in the same unit.

use crate::harness::{App, Tree};

/// The things that the paths of the contract name.
pub struct World {
    pub tree: Tree,
    names: Vec<(&'static str, String)>,
}

impl World {
    pub async fn build(app: &App) -> Self {
        let tree = app.tree().await;
        let (user, _) = app.user(haoren::domain::role::Role::UnitReviewer, Some(tree.unit)).await;
        let names = vec![
            ("/users/{id}", format!("/users/{user}")),
            ("/organizations/{id}", format!("/organizations/{}", tree.unit)),
            ("/categories/{code}", "/categories/bravery".to_owned()),
            ("/review-stages/{code}", "/review-stages/unit_verification".to_owned()),
            ("/cycles/{month}", "/cycles/2026-11".to_owned()),
        ];
        Self { tree, names }
    }

    /// A path of the contract with the names of things that exist.
    pub fn fill(&self, path: &str) -> String {
        let filled = self.names.iter().fold(path.to_owned(), |path, (template, name)| path.replace(template, name));
        assert!(!filled.contains('{'), "tests/it/actors/world.rs knows nothing to put into {path}");
        filled
    }
}

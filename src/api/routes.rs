//! Which paths there are and what they allow, as the served contract says.

use std::{collections::HashMap, sync::Arc};

use actix_web::http::Method;
use utoipa::openapi::{OpenApi, path::PathItem};

/// The paths of the contract, to be looked up by the path of a request.
#[derive(Clone, Debug, Default)]
pub struct Routes(Arc<HashMap<usize, Vec<Route>>>);

/// A path of the contract.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// As the contract writes it, such as `/api/v1/candidates/{id}`. Free of what identifies anybody.
    pub template: Arc<str>,
    methods: Vec<Method>,
}

impl Routes {
    /// The paths of a contract.
    #[must_use]
    pub fn of(contract: &OpenApi) -> Self {
        let mut by_length: HashMap<usize, Vec<Route>> = HashMap::new();
        for (template, item) in &contract.paths.paths {
            let route = Route { template: template.as_str().into(), methods: methods(item) };
            by_length.entry(template.split('/').count()).or_default().push(route);
        }
        for routes in by_length.values_mut() {
            // `/cycles/current` is found before `/cycles/{month}`.
            routes.sort_by_key(|route| route.template.matches('{').count());
        }
        Self(Arc::new(by_length))
    }

    /// The path of the contract that a request's path belongs to.
    #[must_use]
    pub fn find(&self, path: &str) -> Option<&Route> {
        self.0.get(&path.split('/').count())?.iter().find(|route| route.covers(path))
    }
}

impl Route {
    fn covers(&self, path: &str) -> bool {
        self.template
            .split('/')
            .zip(path.split('/'))
            .all(|(wanted, given)| if wanted.contains('{') { !given.is_empty() } else { wanted == given })
    }

    /// Whether the path knows a method.
    #[must_use]
    pub fn allows(&self, method: &Method) -> bool {
        self.methods.contains(method)
    }

    /// The value of the `Allow` header.
    #[must_use]
    pub fn allow(&self) -> String {
        self.methods.iter().map(Method::as_str).collect::<Vec<_>>().join(", ")
    }
}

/// What a path knows; whatever can be read answers HEAD, and everything answers OPTIONS.
fn methods(item: &PathItem) -> Vec<Method> {
    let mut known: Vec<Method> = [
        (item.get.is_some(), Method::GET),
        (item.get.is_some(), Method::HEAD),
        (item.post.is_some(), Method::POST),
        (item.put.is_some(), Method::PUT),
        (item.patch.is_some(), Method::PATCH),
        (item.delete.is_some(), Method::DELETE),
    ]
    .into_iter()
    .filter_map(|(has, method)| has.then_some(method))
    .collect();
    known.push(Method::OPTIONS);
    known
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use utoipa::openapi::{
        HttpMethod, InfoBuilder, OpenApiBuilder, PathsBuilder,
        path::{OperationBuilder, PathItem},
    };

    use super::*;

    fn routes() -> Routes {
        let item = |methods: &[HttpMethod]| {
            let mut item = PathItem::default();
            for method in methods {
                item.merge_operations(PathItem::new(method.clone(), OperationBuilder::new()));
            }
            item
        };
        let paths = PathsBuilder::new()
            .path("/api/v1/cycles/{month}", item(&[HttpMethod::Get, HttpMethod::Patch]))
            .path("/api/v1/cycles/current", item(&[HttpMethod::Get]))
            .path("/api/v1/votes", item(&[HttpMethod::Post]));
        Routes::of(&OpenApiBuilder::new().info(InfoBuilder::new()).paths(paths).build())
    }

    #[rstest]
    #[case("/api/v1/cycles/2026-11", Some("/api/v1/cycles/{month}"), "GET, HEAD, PATCH, OPTIONS")]
    #[case("/api/v1/cycles/current", Some("/api/v1/cycles/current"), "GET, HEAD, OPTIONS")]
    #[case("/api/v1/votes", Some("/api/v1/votes"), "POST, OPTIONS")]
    #[case("/api/v1/cycles/", None, "")]
    #[case("/api/v1/cycles", None, "")]
    #[case("/api/v1/votes/", None, "")]
    #[case("", None, "")]
    fn finds_the_most_literal_path(#[case] path: &str, #[case] template: Option<&str>, #[case] allow: &str) {
        let routes = routes();
        let found = routes.find(path);
        assert_eq!(found.map(|route| &*route.template), template);
        assert_eq!(found.map(Route::allow).unwrap_or_default(), allow);
    }
}

//! Parameters of a query, read strictly: an unknown or malformed one is a 400 that names it.

use std::future::{Ready, ready};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::{faults, problem::Problem};
use crate::domain::fault::{Code, Fault};

/// The query of a request, not yet judged: credentials and role come first.
pub struct Query<T> {
    text: String,
    what: std::marker::PhantomData<T>,
}

impl<T> FromRequest for Query<T> {
    type Error = Problem;
    type Future = Ready<Result<Self, Problem>>;

    fn from_request(request: &HttpRequest, _: &mut Payload) -> Self::Future {
        ready(Ok(Self { text: request.query_string().to_owned(), what: std::marker::PhantomData }))
    }
}

impl<T: DeserializeOwned> Query<T> {
    /// Reads the query; `T` denies unknown fields.
    pub fn read(&self) -> Result<T, Problem> {
        let deserializer = serde_html_form::Deserializer::new(form_pairs(&self.text));
        serde_path_to_error::deserialize(deserializer).map_err(|error| {
            let message = error.inner().to_string();
            let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
            let fault = match unknown {
                Some(name) => Fault::at(format!("/{}", super::json::token(name)), Code::UnknownMember),
                None => Fault::at(faults::pointer_of(error.path()), Code::Malformed),
            };
            Problem::with(Code::InvalidQuery, vec![fault])
        })
    }
}

fn form_pairs(text: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(text.as_bytes())
}

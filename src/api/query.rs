//! Parameters of a query, read strictly: an unknown or malformed one is a 400 that names it.

use std::{
    collections::BTreeMap,
    future::{Ready, ready},
};

use actix_web::{FromRequest, HttpRequest, dev::Payload};
use serde::de::DeserializeOwned;

use super::{faults, json::token, problem::Problem};
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
    /// Reads the query; `T` denies unknown fields. Every parameter that is wrong or unknown is named.
    pub fn read(&self) -> Result<T, Problem> {
        let mut pairs: Vec<(String, String)> = form_urlencoded::parse(self.text.as_bytes()).into_owned().collect();
        let mut found = too_often(&pairs);
        if !found.is_empty() {
            return Err(Problem::with(Code::InvalidQuery, found));
        }
        loop {
            match read_pairs(&pairs) {
                Ok(read) if found.is_empty() => return Ok(read),
                Ok(_) => return Err(Problem::with(Code::InvalidQuery, found)),
                Err(fault) => {
                    // Serde stops at the first fault: that parameter is set aside, and the rest is judged.
                    let known = pairs.len();
                    let wrong = fault.pointer.split('/').nth(1).unwrap_or_default().to_owned();
                    pairs.retain(|(name, _)| token(name) != wrong);
                    found.push(fault);
                    if pairs.len() == known {
                        return Err(Problem::with(Code::InvalidQuery, found));
                    }
                }
            }
        }
    }
}

/// A value more often than anybody needs is work for the database and for nobody.
const MAX_REPEATS: usize = 50;

fn too_often(pairs: &[(String, String)]) -> Vec<Fault> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, _) in pairs {
        *counts.entry(name).or_default() += 1;
    }
    let many = counts.into_iter().filter(|(_, count)| *count > MAX_REPEATS);
    many.map(|(name, count)| {
        Fault::at(format!("/{}", token(name)), Code::TooMany).with("limit", MAX_REPEATS).with("actual", count)
    })
    .collect()
}

fn read_pairs<T: DeserializeOwned>(pairs: &[(String, String)]) -> Result<T, Fault> {
    let text = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
    let deserializer = serde_html_form::Deserializer::new(form_urlencoded::parse(text.as_bytes()));
    serde_path_to_error::deserialize(deserializer).map_err(|error| {
        let message = error.inner().to_string();
        let unknown = message.strip_prefix("unknown field `").and_then(|rest| rest.split('`').next());
        match unknown {
            Some(name) => Fault::at(format!("/{}", token(name)), Code::UnknownMember),
            None => Fault::at(faults::pointer_of(error.path()), Code::Malformed),
        }
    })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Default, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Wanted {
        limit: Option<i64>,
        sure: Option<bool>,
        #[serde(default)]
        status: Vec<u8>,
    }

    fn read(text: &str) -> Result<Wanted, Vec<(String, Code)>> {
        let query = Query::<Wanted> { text: text.to_owned(), what: std::marker::PhantomData };
        query.read().map_err(|problem| problem.faults.into_iter().map(|fault| (fault.pointer, fault.code)).collect())
    }

    #[test]
    fn reads_repeated_parameters() {
        let wanted = Wanted { limit: Some(3), sure: Some(true), status: vec![1, 2] };
        assert_eq!(read("status=1&limit=3&status=2&sure=true"), Ok(wanted));
        assert_eq!(read(""), Ok(Wanted::default()));
    }

    #[test]
    fn takes_no_more_than_fifty_of_one() {
        assert_eq!(read(&"status=1&".repeat(50)).unwrap().status.len(), 50);
        assert_eq!(read(&"status=1&".repeat(51)), Err(vec![("/status".to_owned(), Code::TooMany)]));
    }

    #[rstest]
    #[case("foo=1&limit=x&b%2Fr=2&sure=perhaps", &[("/foo", Code::UnknownMember), ("/limit", Code::Malformed), ("/b~1r", Code::UnknownMember), ("/sure", Code::Malformed)])]
    #[case("limit=1&limit=2", &[("/limit", Code::Malformed)])]
    fn names_every_wrong_parameter(#[case] text: &str, #[case] expected: &[(&str, Code)]) {
        let mut found = read(text).unwrap_err();
        found.sort();
        let mut expected: Vec<_> = expected.iter().map(|(pointer, code)| ((*pointer).to_owned(), *code)).collect();
        expected.sort();
        assert_eq!(found, expected);
    }
}

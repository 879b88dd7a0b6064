//! The failures and headers that operations share, as the contract documents them.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::Value;
use utoipa::{
    IntoParams, IntoResponses, ToSchema,
    openapi::{
        ContentBuilder, Ref, RefOr, Required, Response, ResponseBuilder, ResponsesBuilder,
        path::{Parameter, ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
    },
};

use super::problem::MEDIA_TYPE;

/// A failure (RFC 9457).
#[derive(Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// A URN that names the kind of failure.
    #[schema(examples("urn:haoren:problem:quota_exceeded"))]
    pub r#type: String,
    /// What is wrong, in the language of `Accept-Language`.
    #[schema(examples("本区本期名额已用完"))]
    pub title: String,
    /// The status code.
    #[schema(examples(409))]
    pub status: u16,
    /// More of it, with figures.
    #[schema(examples("名额 2 个，已用 2 个"))]
    pub detail: String,
    /// The path of the request.
    pub instance: String,
    /// Stable, never translated.
    #[schema(examples("quota_exceeded"))]
    pub code: String,
    /// To be named when asking for help.
    pub request_id: String,
    /// Every single failure of the request.
    pub errors: Vec<ProblemError>,
}

/// One failure with its place. Figures (`limit`, `actual`, …) are further members.
#[derive(Serialize, ToSchema)]
pub struct ProblemError {
    /// JSON Pointer to the place in the body; the name of a parameter or header; empty for the whole.
    #[schema(examples("/summary"))]
    pub pointer: String,
    /// Stable, never translated.
    #[schema(examples("too_long"))]
    pub code: String,
    /// What is wrong, in the language of `Accept-Language`.
    pub detail: String,
    /// Figures.
    #[serde(flatten)]
    #[schema(ignore)]
    pub figures: BTreeMap<String, Value>,
}

/// A failure as the contract documents it.
#[must_use]
pub fn problem(description: &str) -> Response {
    let content = ContentBuilder::new().schema(Some(RefOr::Ref(Ref::from_schema_name("Problem")))).build();
    ResponseBuilder::new().description(description).content(MEDIA_TYPE, content).build()
}

macro_rules! failures {
    ($($(#[$doc:meta])* $name:ident { $($status:literal: $description:literal,)* })*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoResponses for $name {
            fn responses() -> BTreeMap<String, RefOr<Response>> {
                ResponsesBuilder::new()$(.response($status, problem($description)))*.build().responses.into_iter().collect()
            }
        }
    )*};
}

failures! {
    /// What can happen to any request.
    Common {
        "500": "A fault of the server.",
        "503": "Overloaded, or the database is away; see `Retry-After`.",
    }
    /// What a body can be refused for.
    Invalid {
        "400": "The body is not JSON, or a header is malformed.",
        "408": "The body did not arrive in time.",
        "413": "The body is too large.",
        "415": "The content type is not supported.",
        "422": "The input breaks rules of its own; `errors` names all of them.",
    }
    /// What a query can be refused for.
    BadQuery { "400": "A parameter or the cursor is wrong or unknown.", }
    /// No valid credentials.
    Unauthenticated { "401": "No valid credentials.", }
    /// The role does not allow it.
    Forbidden { "403": "The caller's role does not allow it.", }
    /// Absent or outside.
    NotFound { "404": "There is no such thing, or it is none of the caller's business.", }
    /// Too long ago.
    Gone { "410": "What is asked for was there once and is no more kept.", }
    /// State, window, quota or guard.
    Conflict { "409": "The state of things forbids it; `errors` names every failing guard.", }
    /// The version.
    Precondition {
        "412": "`If-Match` names a version that has passed.",
        "428": "`If-Match` is missing.",
    }
    /// The version, where it need not be named.
    Stale { "412": "`If-Match` names a version that has passed.", }
    /// A part behind the end.
    BehindEnd { "416": "The part of the file that is asked for lies behind its end.", }
    /// Too often.
    Limited { "429": "Too many requests; see `Retry-After`.", }
}

/// A read whose answer the client has, by its `If-None-Match`.
pub struct Unchanged;

impl IntoResponses for Unchanged {
    fn responses() -> BTreeMap<String, RefOr<Response>> {
        let unchanged = ResponseBuilder::new().description("Unchanged: the client has it.").build();
        BTreeMap::from([("304".to_owned(), RefOr::T(unchanged))])
    }
}

fn header_parameter(name: &str, required: bool, description: &str) -> Parameter {
    ParameterBuilder::new()
        .name(name)
        .parameter_in(ParameterIn::Header)
        .required(if required { Required::True } else { Required::False })
        .description(Some(description))
        .schema(Some(ObjectBuilder::new().schema_type(Type::String).build()))
        .build()
}

macro_rules! headers {
    ($($(#[$doc:meta])* $name:ident = $header:literal, $required:literal, $description:literal;)*) => {$(
        $(#[$doc])*
        pub struct $name;

        impl IntoParams for $name {
            fn into_params(_: impl Fn() -> Option<ParameterIn>) -> Vec<Parameter> {
                vec![header_parameter($header, $required, $description)]
            }
        }
    )*};
}

headers! {
    /// The version that the client has seen.
    IfMatchHeader = "If-Match", true, "The `etag` of the representation that the change is based on.";
    /// The name of a creating request.
    IdempotencyHeader = "Idempotency-Key", false, "Names the request, so that sending it again gives the first answer. Kept for 24 hours; a UUID where there is no account.";
    /// The credential of a nominator without an account.
    TrackingHeader = "Tracking-Code", false, "The tracking code of a nominator without an account.";
}

/// The delegation under which a request is made; see [`super::acting_for`].
#[must_use]
pub fn acting_for_header() -> Parameter {
    let description = "The id of the delegation under which the caller acts (`GET /me` names those in force): role, \
        organization and subtree are then the delegator's. 403 `delegation_not_in_force` where it does not hold; \
        400 `acting_not_possible` on operations that do not take it.";
    header_parameter(super::acting_for::ACTING_FOR, false, description)
}

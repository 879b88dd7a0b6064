//! The public keys of the access tokens, and of the signatures over packages.

use actix_web::get;
use serde::Serialize;
use utoipa::ToSchema;

use super::{answer::Answer, problem::Problem, responses, state::State};

/// A JSON Web Key Set (RFC 7517).
#[derive(Serialize, ToSchema)]
pub struct Jwks {
    /// The keys.
    pub keys: Vec<Jwk>,
}

/// An Ed25519 public key (RFC 8037).
#[derive(Serialize, ToSchema)]
pub struct Jwk {
    /// Always `OKP`.
    #[schema(examples("OKP"))]
    pub kty: &'static str,
    /// Always `Ed25519`.
    #[schema(examples("Ed25519"))]
    pub crv: &'static str,
    /// Always `EdDSA`.
    #[schema(examples("EdDSA"))]
    pub alg: &'static str,
    /// Always `sig`.
    #[serde(rename = "use")]
    #[schema(rename = "use", examples("sig"))]
    pub usage: &'static str,
    /// The key's id, named by tokens and signatures.
    pub kid: String,
    /// The public key, base64url.
    pub x: String,
}

/// Read the public keys
///
/// With these anybody can check an access token of this server, and the signature over the manifest of a package.
#[utoipa::path(
    tag = "service",
    responses((status = 200, description = "The keys.", body = Jwks), responses::Unchanged, responses::Common),
    security(())
)]
#[get("/.well-known/jwks.json")]
pub async fn get_jwks(state: State) -> Result<Answer, Problem> {
    let keys = state.tokens.public_keys().into_iter().chain(state.package_signer.public_keys());
    let keys = keys.map(|(kid, x)| Jwk { kty: "OKP", crv: "Ed25519", alg: "EdDSA", usage: "sig", kid, x });
    Ok(Answer::plain(&Jwks { keys: keys.collect() })?.public(300))
}

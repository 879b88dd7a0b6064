//! Tracking codes as they are given: once, and once more to who sends the same request again.

use uuid::Uuid;

use crate::{
    domain::tracking_code::{RANDOM_BYTES, TrackingCode},
    service::{Service, error::Error, generator},
    storage::vault::Place,
};

/// A code that is about to be given.
#[derive(Clone, Debug)]
pub struct Issued {
    code: TrackingCode,
    secret: Option<Vec<u8>>,
}

impl Issued {
    /// A new code.
    pub fn make() -> Result<Self, Error> {
        Ok(Self { code: TrackingCode::from_random(generator::random::<RANDOM_BYTES>()?), secret: None })
    }

    /// What is stored of it with the nomination or lead.
    #[must_use]
    pub fn digest(&self) -> Vec<u8> {
        self.code.digest().to_vec()
    }

    /// The same, sealed for the first answer that tells of a row.
    pub fn sealed(self, service: &Service, row: impl Into<Uuid>) -> Result<Self, Error> {
        let secret = service.vault.seal_text(place(row), &self.code.to_string())?;
        Ok(Self { secret: Some(secret), ..self })
    }

    /// The code for the answer, and the sealed one to be kept with it.
    #[must_use]
    pub fn parts(issued: Option<Self>) -> (Option<TrackingCode>, Option<Vec<u8>>) {
        issued.map_or((None, None), |issued| (Some(issued.code), issued.secret))
    }
}

/// The code of a first answer that is given again.
pub fn reopen(service: &Service, row: impl Into<Uuid>, secret: Option<&[u8]>) -> Result<Option<TrackingCode>, Error> {
    let Some(secret) = secret else { return Ok(None) };
    Ok(TrackingCode::parse(&service.vault.open_text(place(row), secret)?))
}

fn place(row: impl Into<Uuid>) -> Place {
    Place::new("idempotency_keys", "secret", row)
}

//! Draws certificates, a few at once, away from the threads that answer requests.

use std::{fmt::Display, sync::Arc};

use bytes::Bytes;
use tokio::sync::Semaphore;

use super::{
    drawing::{self, Cover, DrawError, Sheet},
    fonts::Fonts,
};
use crate::{
    domain::{
        certificate::characters::code_point,
        fault::{Code, Fault},
        honour::CertificateNumber,
    },
    service::Error,
};

/// So many files are drawn at once.
const AT_ONCE: usize = 2;

/// How the address ends at which the public checks a certificate, whatever it begins with.
#[must_use]
pub fn check_path(number: impl Display) -> String {
    format!("/api/v1/certificates/{number}")
}

/// Draws certificates. Cheap to clone.
#[derive(Clone)]
pub struct Press {
    places: Arc<Semaphore>,
    fonts: Fonts,
    issuing: Arc<tokio::sync::Mutex<()>>,
    public_url: Arc<str>,
}

impl Press {
    /// With fonts, and the address at which the public finds this server.
    #[must_use]
    pub fn new(fonts: Fonts, public_url: &str) -> Self {
        Self {
            places: Arc::new(Semaphore::new(AT_ONCE)),
            issuing: Arc::default(),
            fonts,
            public_url: public_url.trim_end_matches('/').into(),
        }
    }

    /// Waits until nobody else of this process issues or reissues a certificate.
    pub async fn issuing_turn(&self) -> tokio::sync::OwnedMutexGuard<()> {
        Arc::clone(&self.issuing).lock_owned().await
    }

    /// Where the public checks a certificate.
    #[must_use]
    pub fn check_url(&self, number: &CertificateNumber) -> String {
        format!("{}{}", self.public_url, check_path(number))
    }

    /// Draws certificates into one file, when its turn has come. Refused with every character that cannot be drawn.
    pub async fn draw(&self, sheets: Vec<Sheet>, cover: Cover) -> Result<Bytes, Error> {
        let broken_off = |error: String| Error::Unavailable(format!("drawing a certificate was broken off: {error}"));
        let place = Arc::clone(&self.places).acquire_owned().await.map_err(|error| broken_off(error.to_string()))?;
        let fonts = self.fonts.clone();
        let drawn = tokio::task::spawn_blocking(move || {
            let _place = place;
            draw(&sheets, &cover, &fonts)
        });
        drawn.await.map_err(|error| broken_off(error.to_string()))?
    }
}

/// With the program's own font, or where that lacks a character with all.
fn draw(sheets: &[Sheet], cover: &Cover, fonts: &Fonts) -> Result<Bytes, Error> {
    let unusable = |error: drawing::NotAFont| Error::Internal(error.to_string());
    let own = fonts.own().map_err(unusable)?;
    let drawn = match drawing::draw(sheets, cover, &own) {
        Err(DrawError::Missing(_)) => drawing::draw(sheets, cover, &fonts.all().map_err(unusable)?),
        drawn => drawn,
    };
    drawn.map(Bytes::from).map_err(|error| match error {
        DrawError::Missing(missing) => {
            let fault = |character| Fault::of(Code::CharacterMissing).with("character", code_point(character));
            Error::refused(Code::CharacterMissing, missing.into_iter().map(fault).collect())
        }
        DrawError::Failed(why) => Error::Internal(format!("a certificate could not be drawn: {why}")),
    })
}

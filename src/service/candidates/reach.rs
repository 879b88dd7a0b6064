//! Encrypts how people can be reached, and decrypts it for who may read it.

use uuid::Uuid;
use zeroize::Zeroizing;

use crate::{
    domain::{person_name, phone::Phone, text},
    service::{Service, error::Error},
    storage::vault::Place,
};

/// A name as it is stored.
#[derive(Clone, Debug, Default)]
pub struct SealedName {
    /// Encrypted.
    pub cipher: Option<Vec<u8>>,
    /// What may be shown.
    pub masked: Option<String>,
}

/// A telephone number as it is stored.
#[derive(Clone, Debug, Default)]
pub struct SealedPhone {
    /// Encrypted.
    pub cipher: Option<Vec<u8>>,
    /// What may be shown.
    pub masked: Option<String>,
    /// By which equal numbers are found.
    pub index: Option<Vec<u8>>,
}

/// Seals a name for the column `name_cipher` of a row.
pub fn seal_name(
    service: &Service,
    (table, row): (&'static str, impl Into<Uuid>),
    name: Option<&str>,
) -> Result<SealedName, Error> {
    let Some(name) = name.map(text::tidy_line) else { return Ok(SealedName::default()) };
    let cipher = service.vault.seal_text(Place::new(table, "name_cipher", row), &name)?;
    Ok(SealedName { cipher: Some(cipher), masked: Some(person_name::masked(&name)) })
}

/// Seals a telephone number, which has been checked, for the column `phone_cipher` of a row.
pub fn seal_phone(
    service: &Service,
    (table, row): (&'static str, impl Into<Uuid>),
    number: Option<&str>,
) -> Result<SealedPhone, Error> {
    let Some(phone) = number.and_then(Phone::parse) else { return Ok(SealedPhone::default()) };
    let normalised = Zeroizing::new(phone.normalised());
    let cipher = service.vault.seal_text(Place::new(table, "phone_cipher", row), &normalised)?;
    let index = service.vault.blind_index("phone", &normalised);
    Ok(SealedPhone { cipher: Some(cipher), masked: Some(phone.masked()), index: Some(index) })
}

/// Opens a sealed column.
pub fn open(
    service: &Service,
    (table, column, row): (&'static str, &'static str, impl Into<Uuid>),
    cipher: Option<&[u8]>,
) -> Result<Option<Zeroizing<String>>, Error> {
    let Some(cipher) = cipher else { return Ok(None) };
    Ok(Some(service.vault.open_text(Place::new(table, column, row), cipher)?))
}

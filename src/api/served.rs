//! The contract as it is served and enforced. It is made of the code alone, so every server of a process shares it.

use std::sync::OnceLock;

use super::{contract, docs::Written, routes::Routes, schemas::Schemas};

/// What a server has of the contract.
pub struct Served {
    /// Its compiled schemas.
    pub schemas: Schemas,
    /// Its paths.
    pub routes: Routes,
    /// Its documents.
    pub written: Written,
}

impl Served {
    /// The one of this process, made at the first call.
    pub fn get() -> Result<&'static Self, String> {
        static SERVED: OnceLock<Result<Served, String>> = OnceLock::new();
        SERVED.get_or_init(Self::make).as_ref().map_err(Clone::clone)
    }

    fn make() -> Result<Self, String> {
        let document = contract::collect();
        let json = serde_json::to_value(&document).map_err(|error| error.to_string())?;
        Ok(Self { schemas: Schemas::compile(&json)?, routes: Routes::of(&document), written: Written::of(&document)? })
    }
}

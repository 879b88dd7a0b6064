//! The city of the demo: its districts with their GB/T 2260 codes, their units, and the people who work there.

use serde::Deserialize;

/// The city.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct City {
    /// The GB/T 2260 code.
    pub code: String,
    /// The name.
    pub name: String,
    /// How many people live there.
    pub headcount: u32,
    /// Who is responsible for the campaign.
    pub responsible: String,
    /// Its districts.
    pub districts: Vec<District>,
}

/// A district of the city.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct District {
    /// The GB/T 2260 code.
    pub code: String,
    /// The name.
    pub name: String,
    /// How many people live there.
    pub headcount: u32,
    /// Who is responsible for the campaign.
    pub responsible: String,
    /// The name of its reviewer.
    pub reviewer: String,
    /// Its units.
    pub units: Vec<Unit>,
}

/// A unit, or a window of a unit.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Unit {
    /// How the stories call it.
    pub key: String,
    /// The name.
    pub name: String,
    /// How many people work there.
    pub headcount: u32,
    /// Who is responsible for the campaign.
    pub responsible: String,
    /// The name of its reviewer; without one the district decides in its place.
    pub reviewer: Option<String>,
    /// Its windows.
    #[serde(default)]
    pub windows: Vec<Unit>,
}

impl Unit {
    /// The unit and its windows.
    pub fn with_windows(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.windows)
    }

    /// The user name of its reviewer.
    pub fn username(&self) -> String {
        format!("u-{}", self.key)
    }
}

/// The city of the demo.
pub fn city() -> Result<City, serde_json::Error> {
    serde_json::from_str(include_str!("city.json"))
}

/// The names of the citizens with an account.
pub fn citizens() -> Result<Vec<String>, serde_json::Error> {
    serde_json::from_str(include_str!("citizens.json"))
}

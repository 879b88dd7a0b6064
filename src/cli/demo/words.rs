//! What reviewers write in the demo: opinions and reasons.

use serde::Deserialize;

/// Opinions by stage, and the reasons of what goes another way.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Words {
    /// What units write of a look at the facts, in the order of the methods.
    pub found: Vec<String>,
    /// Opinions of units that verify.
    pub verify: Vec<String>,
    /// Opinions of districts that endorse.
    pub endorse: Vec<String>,
    /// Opinions of the city that screens.
    pub screen: Vec<String>,
    /// Why a unit returns.
    pub returned_by_unit: String,
    /// Why a district returns.
    pub returned_by_district: String,
    /// Why the city returns.
    pub returned_by_city: String,
    /// Why a unit rejects.
    pub rejected_by_unit: String,
    /// Why a district rejects.
    pub rejected_by_district: String,
    /// Why the city rejects.
    pub rejected_by_city: String,
    /// Why a consent is withdrawn.
    pub consent_withdrawn: String,
    /// The opinion with which a district meets its quota.
    pub quota_refused: String,
    /// Why a tie is broken as it is.
    pub tie: String,
}

/// The words of the demo.
pub fn words() -> Result<Words, serde_json::Error> {
    serde_json::from_str(include_str!("opinions.json"))
}

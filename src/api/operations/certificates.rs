//! The certificates of a month, as what their export came to.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use super::wire::known_code;
use crate::{
    api::{codes, language::Language, role::mirrored},
    domain::certificate::lacking::Part,
    service::certificates::MonthCounts,
};

mirrored! {
    /// A part of a certificate.
    CertificatePart = Part {
        /// The name of the person or group.
        Name,
        /// The name of a member of the group.
        Member,
        /// The name of the category.
        Category,
        /// The title of the list.
        Title,
        /// The issuer.
        Issuer,
    }
}

/// Where on a certificate a character stands that no font has.
#[derive(Serialize, ToSchema)]
pub struct MissingCharacterPlace {
    /// The character, by its code point.
    #[schema(examples("U+30EDD"))]
    pub character: String,
    /// In which part.
    pub part: CertificatePart,
    /// Of which member of the group, counted from 1; null in the other parts.
    #[schema(minimum = 1)]
    pub member: Option<usize>,
    /// Its places among the characters of that part, counted from 1.
    #[schema(examples(json!([2])))]
    pub positions: Vec<usize>,
}

/// A certificate that could not be drawn.
#[derive(Serialize, ToSchema)]
pub struct MissingCertificate {
    /// Its number.
    #[schema(examples("2026-11-DED-0001"))]
    pub number: String,
    /// Why, as a code of problems.
    #[schema(examples("character_missing"))]
    pub code: String,
    /// What that means, in the language of `Accept-Language`.
    pub detail: String,
    /// The characters that no font has.
    #[schema(examples(json!(["U+30EDD"])))]
    pub characters: Vec<String>,
    /// Where they stand: 姓名第2字 is the part `name` and the position 2.
    pub places: Vec<MissingCharacterPlace>,
}

/// What became of the certificates of a month.
#[derive(Serialize, ToSchema)]
pub struct CertificateExportResult {
    /// Certificates in the file.
    pub certificates: usize,
    /// Entries of the list that are revoked or withheld.
    pub left_out: usize,
    /// Those that could not be drawn; all others were. A ZIP has the same list for people, as `未生成的证书.txt`. Where none
    /// could be drawn the work has failed, and its `problem` names the reasons.
    pub missing: Vec<MissingCertificate>,
    /// Where the file is, for a week; null when every honour of the list is revoked or withheld.
    pub file_url: Option<String>,
}

impl CertificateExportResult {
    /// Shows it; `url` is where the work is followed.
    #[must_use]
    pub fn of(url: &str, counts: MonthCounts, language: Language) -> Self {
        let missing = counts.missing.into_iter().map(|one| {
            let code = known_code(&one.code);
            let figures = [("character", Value::from(one.characters.join(" ")))];
            let places = one.places.into_iter().map(|place| MissingCharacterPlace {
                character: place.character,
                part: place.part.into(),
                member: place.member,
                positions: place.positions,
            });
            MissingCertificate {
                number: one.number,
                detail: codes::detail(code, &figures, language),
                code: one.code,
                characters: one.characters,
                places: places.collect(),
            }
        });
        Self {
            certificates: counts.certificates,
            left_out: counts.left_out,
            missing: missing.collect(),
            file_url: (counts.certificates > 0).then(|| format!("{url}/file")),
        }
    }
}

//! How the portal behaves: politely, unless it is told otherwise.

use std::{str::FromStr, time::Duration};

use clap::Args;
use uuid::Uuid;

use super::{
    manifest::{Candidate, Manifest},
    wire::{Receipt, Refused},
};

/// Why a candidate is refused where no reason is given.
const REASON: &str = "材料不符合要求（模拟退回）";
/// Why everybody is, where the digest is claimed to be wrong.
const WRONG_DIGEST: &str = "材料包摘要不符，请重新上报（模拟）";

/// Misbehaviour on demand.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Misbehaviour 不良行为")]
pub struct Switches {
    /// Read packages slowly, at so many bytes a second.
    #[arg(long, value_name = "BYTES", value_parser = clap::value_parser!(u32).range(1..))]
    slow: Option<u32>,
    /// Break off the download of each package in the middle, so often.
    #[arg(long, value_name = "TIMES", default_value_t = 0)]
    break_off: u32,
    /// Claim that the digest of each package is wrong, and refuse everybody in it.
    #[arg(long)]
    wrong_digest: bool,
    /// Send each receipt and each delivery twice at once, and once more afterwards.
    #[arg(long)]
    duplicate: bool,
    /// Hold receipts back until the list of the cycle is published.
    #[arg(long)]
    late: bool,
    /// Refuse candidates: `name:李四`, `category:bravery`, `number:2` (of the batch, from 1), `id:<uuid>` or `all`, each
    /// with a reason after `=` if wanted. May be given several times.
    #[arg(long, value_name = "WHOM[=REASON]")]
    refuse: Vec<Refusal>,
}

/// Whom to refuse, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    whom: Whom,
    reason: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Whom {
    All,
    Name(String),
    Category(String),
    Number(usize),
    Id(Uuid),
}

/// How the portal behaves.
#[derive(Clone, Debug, Default)]
pub struct Manners {
    slow: Option<u32>,
    /// How often each download is broken off.
    pub break_off: u32,
    wrong_digest: bool,
    /// Whether everything is said more than once.
    pub duplicate: bool,
    /// Whether receipts wait for the publication.
    pub late: bool,
    refuse: Vec<Refusal>,
}

impl From<&Switches> for Manners {
    fn from(switches: &Switches) -> Self {
        let Switches { slow, break_off, wrong_digest, duplicate, late, refuse } = switches.clone();
        Self { slow, break_off, wrong_digest, duplicate, late, refuse }
    }
}

impl FromStr for Refusal {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (whom, reason) = text.split_once('=').unwrap_or((text, REASON));
        let whom = match whom.split_once(':') {
            None if whom == "all" => Whom::All,
            Some(("name", name)) if !name.is_empty() => Whom::Name(name.to_owned()),
            Some(("category", code)) if !code.is_empty() => Whom::Category(code.to_owned()),
            Some(("number", number)) => match number.parse() {
                Ok(number) if number > 0 => Whom::Number(number),
                _ => return Err(format!("{number} is no number from 1 on")),
            },
            Some(("id", id)) => Whom::Id(id.parse().map_err(|error| format!("{id}: {error}"))?),
            _ => return Err("name:…, category:…, number:…, id:… or all".to_owned()),
        };
        if reason.trim().is_empty() {
            return Err("the reason is empty".to_owned());
        }
        Ok(Self { whom, reason: reason.to_owned() })
    }
}

impl Whom {
    fn is(&self, number: usize, candidate: &Candidate) -> bool {
        match self {
            Self::All => true,
            Self::Name(name) => candidate.name == *name,
            Self::Category(code) => candidate.category == *code,
            Self::Number(wanted) => *wanted == number,
            Self::Id(id) => candidate.id == *id,
        }
    }
}

impl Manners {
    /// Settles what the receipt for a package says; of several reasons for one candidate the first counts.
    #[must_use]
    pub fn decide(&self, manifest: &Manifest) -> Receipt {
        let refused: Vec<Refused> = (1..)
            .zip(&manifest.candidates)
            .filter_map(|(number, candidate)| {
                let reason = self.reason(number, candidate)?;
                Some(Refused { candidate_id: candidate.id, reason: reason.to_owned() })
            })
            .collect();
        Receipt { accepted: refused.is_empty(), refused }
    }

    fn reason(&self, number: usize, candidate: &Candidate) -> Option<&str> {
        if self.wrong_digest {
            return Some(WRONG_DIGEST);
        }
        self.refuse.iter().find(|one| one.whom.is(number, candidate)).map(|one| one.reason.as_str())
    }

    /// Waits as long as these bytes take a slow reader.
    pub async fn linger(&self, bytes: usize) {
        if let Some(rate) = self.slow {
            let micros = (bytes as u64).saturating_mul(1_000_000) / u64::from(rate);
            tokio::time::sleep(Duration::from_micros(micros)).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn manifest() -> Manifest {
        let candidate = |number: u128, category: &str, name: &str| Candidate {
            id: Uuid::from_u128(number),
            category: category.to_owned(),
            name: name.to_owned(),
            files: Vec::new(),
        };
        Manifest {
            format_version: 1,
            batch_id: Uuid::nil(),
            sequence: 1,
            cycle: "2026-11".to_owned(),
            candidates: vec![
                candidate(1, "dedication", "张三"),
                candidate(2, "bravery", "李四"),
                candidate(3, "bravery", "王五"),
            ],
            files: Vec::new(),
        }
    }

    #[rstest]
    #[case(&[], &[])]
    #[case(&["name:李四=照片不清晰"], &[2])]
    #[case(&["category:bravery", "number:1"], &[1, 2, 3])]
    #[case(&["id:00000000-0000-0000-0000-000000000003"], &[3])]
    #[case(&["all"], &[1, 2, 3])]
    #[case(&["name:李", "number:4", "category:filial_piety"], &[])]
    fn whom_a_receipt_refuses(#[case] refuse: &[&str], #[case] expected: &[u128]) {
        let refuse = refuse.iter().map(|text| text.parse().unwrap()).collect();
        let receipt = Manners { refuse, ..Manners::default() }.decide(&manifest());
        let ids: Vec<u128> = receipt.refused.iter().map(|one| one.candidate_id.as_u128()).collect();
        assert_eq!((ids.as_slice(), receipt.accepted), (expected, expected.is_empty()));
    }

    #[test]
    fn the_first_reason_counts_and_a_wrong_digest_is_everybodys() {
        let refuse = vec!["number:2=照片不清晰".parse().unwrap(), "all=其他".parse().unwrap()];
        let manners = Manners { refuse, ..Manners::default() };
        let reasons = |manners: &Manners| -> Vec<String> {
            manners.decide(&manifest()).refused.into_iter().map(|one| one.reason).collect()
        };
        assert_eq!(reasons(&manners), ["其他", "照片不清晰", "其他"]);
        assert_eq!(reasons(&Manners { wrong_digest: true, ..manners }), [WRONG_DIGEST; 3]);
    }

    #[rstest]
    #[case("")]
    #[case("李四")]
    #[case("name:")]
    #[case("number:0")]
    #[case("number:x=y")]
    #[case("id:1")]
    #[case("all= ")]
    fn what_names_nobody_is_refused(#[case] text: &str) {
        assert!(text.parse::<Refusal>().is_err());
    }
}

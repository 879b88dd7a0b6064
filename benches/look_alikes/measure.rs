//! Seeks the look-alikes of edited copies and says how long it took and how many were found.

use std::{
    fmt,
    time::{Duration, Instant},
};

use diesel::{ExpressionMethods, JoinOnDsl, QueryDsl, RunQueryDsl};
use haoren::{
    domain::{
        id::{CandidateId, OrganizationId},
        look_alike::Reason,
        minhash::bands_of,
        scope::Scope,
        shingle::Grams,
    },
    service::candidates::similar::{self, Probe},
    storage::{
        self, Connection,
        schema::{candidate_materials, candidates},
    },
};

use crate::{
    generator::{Dice, Language, stories},
    load::{Stock, phone_index},
};

/// Changed characters of a thousand in the copies that are sought.
const PER_MILLE: usize = 100;
/// Probes before the clock runs: a server that works has its upper pages in memory.
const WARM_UP: usize = 50;
/// Rows read by primary key for the ceiling.
const CEILING_ROWS: usize = 20_000;

/// What is promised at 1,000,000 deeds.
const MEDIAN: Duration = Duration::from_millis(20);
const RECALL: f64 = 0.95;

/// What was seen.
pub struct Report {
    times: Vec<Duration>,
    /// Time of the look-up of the 32 bands alone.
    bands: Vec<Duration>,
    /// Candidates that shared a band.
    sharing: Vec<usize>,
    found: usize,
    probes: usize,
    /// Rows with a similar deed, and those of them that are of the probe's family.
    similar: (usize, usize),
    /// Exact measures of the copies with their originals.
    jaccards: Vec<f64>,
    /// Rows a second by primary key.
    ceiling: f64,
}

impl Report {
    /// What was promised and not reached.
    pub fn missed(&self, place: &str) -> Vec<String> {
        let mut missed = Vec::new();
        if median(&self.times) >= MEDIAN {
            missed.push(format!("{place}: a median under 20 ms"));
        }
        if self.recall() < RECALL {
            missed.push(format!("{place}: a recall of 95 %"));
        }
        missed
    }

    fn recall(&self) -> f64 {
        self.found as f64 / self.probes as f64
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (rows, right) = self.similar;
        let middle = median(&self.times);
        writeln!(
            f,
            "  finding look-alikes: median {}, p99 {}, longest {}",
            ms(middle),
            ms(p99(&self.times)),
            ms(last(&self.times))
        )?;
        writeln!(f, "  the bands alone:     median {}, p99 {}", ms(median(&self.bands)), ms(p99(&self.bands)))?;
        writeln!(
            f,
            "  sharing a band:      median {}, p99 {}, most {} candidates",
            median(&self.sharing),
            p99(&self.sharing),
            last(&self.sharing)
        )?;
        writeln!(
            f,
            "  recall:    {:.2} % of {} copies with 10 % of the characters changed",
            100.0 * self.recall(),
            self.probes
        )?;
        writeln!(
            f,
            "  precision: {:.2} % of {rows} rows with a similar deed",
            100.0 * right as f64 / (rows as f64).max(1.0)
        )?;
        writeln!(
            f,
            "  copies share {:.3} to {:.3} of their 3-grams with the original, in the middle {:.3}",
            self.jaccards[0],
            last(&self.jaccards),
            median(&self.jaccards)
        )?;
        writeln!(
            f,
            "  ceiling: {:.0} rows a second by primary key; finding takes as long as {:.0} of them",
            self.ceiling,
            middle.as_secs_f64() * self.ceiling
        )
    }
}

/// Measures.
pub fn measure(connection: &mut Connection, stock: &Stock, language: &Language, probes: usize) -> Report {
    let mut dice = Dice::new(7);
    let mut report = Report {
        times: Vec::new(),
        bands: Vec::new(),
        sharing: Vec::new(),
        found: 0,
        probes,
        similar: (0, 0),
        jaccards: Vec::new(),
        ceiling: ceiling(connection, stock, &mut dice),
    };
    for round in 0..probes + WARM_UP {
        let number = dice.below(stock.families.len()) + 1;
        let (probe, original) = probe(connection, language, number, &mut dice);
        let began = Instant::now();
        let found = similar::find(connection, &Scope::City, &[], &probe).unwrap();
        let took = began.elapsed();
        if round < WARM_UP {
            continue;
        }
        report.times.push(took);
        let deed = probe.deed.as_deref().unwrap_or_default();
        let bands = bands_of(deed);
        let began = Instant::now();
        let sharing = storage::deed_bands::sharing(connection, &bands, 1_000).unwrap();
        report.bands.push(began.elapsed());
        report.sharing.push(sharing.len());
        report.jaccards.push(Grams::of(deed).overlap(&Grams::of(&original)).jaccard());
        let is_deed = |alike: &&similar::LookAlike| {
            alike.judgement.reasons.iter().any(|(reason, _)| *reason == Reason::SimilarDeed)
        };
        let family = stock.families[number - 1];
        let similar: Vec<u32> =
            found.iter().filter(is_deed).map(|alike| stock.families[index(alike.found.number)]).collect();
        report.found += usize::from(found.iter().filter(is_deed).any(|alike| index(alike.found.number) + 1 == number));
        report.similar.0 += similar.len();
        report.similar.1 += similar.iter().filter(|other| **other == family).count();
    }
    report.times.sort_unstable();
    report.bands.sort_unstable();
    report.sharing.sort_unstable();
    report.jaccards.sort_unstable_by(f64::total_cmp);
    report
}

fn index(number: i64) -> usize {
    usize::try_from(number - 1).unwrap()
}

/// An edited copy of a stored deed, recommended by somebody else: with another name half of the time, and with the same
/// telephone one time in four.
fn probe(connection: &mut Connection, language: &Language, number: usize, dice: &mut Dice) -> (Probe, String) {
    let number = i64::try_from(number).unwrap();
    let (id, district_id, name, deed): (CandidateId, OrganizationId, String, Option<String>) = candidates::table
        .inner_join(candidate_materials::table.on(candidate_materials::candidate_id.eq(candidates::id)))
        .filter(candidates::number.eq(number))
        .select((candidates::id, candidates::district_id, candidates::name, candidate_materials::deed))
        .first(connection)
        .unwrap();
    assert!(!id.0.is_nil());
    let original = deed.unwrap();
    let edited = language.edited(&original.chars().collect::<Vec<_>>(), PER_MILLE, dice);
    let other = dice.below(1_000_000_000);
    let probe = Probe {
        id: None,
        cycle: "2026-12".parse().unwrap(),
        district_id,
        name: if dice.below(2) == 0 { name } else { language.name(dice) },
        phone_index: Some(phone_index(if dice.below(4) == 0 {
            number
        } else {
            i64::try_from(other).unwrap() + 1_000_000_000
        })),
        deed: Some(edited.into_iter().collect()),
    };
    (probe, original)
}

/// Rows a second that the connection reads by primary key, one by one.
fn ceiling(connection: &mut Connection, stock: &Stock, dice: &mut Dice) -> f64 {
    let began = Instant::now();
    for _ in 0..CEILING_ROWS {
        let number = i64::try_from(dice.below(stock.families.len()) + 1).unwrap();
        let id: CandidateId =
            candidates::table.filter(candidates::number.eq(number)).select(candidates::id).first(connection).unwrap();
        assert!(!id.0.is_nil());
    }
    CEILING_ROWS as f64 / began.elapsed().as_secs_f64()
}

/// How much unrelated deeds have in common: the demo's stories, and generated ones.
pub fn strangers(language: &Language) -> String {
    let mut dice = Dice::new(1);
    let generated: Vec<String> = (0..200).map(|_| language.deed(&mut dice).into_iter().collect()).collect();
    let of = |texts: &[String]| {
        let grams: Vec<Grams> = texts.iter().map(|text| Grams::of(text)).collect();
        let pairs = (0..grams.len()).flat_map(|one| (0..one).map(move |other| (one, other)));
        let mut shared: Vec<f64> = pairs.map(|(one, other)| grams[one].overlap(&grams[other]).jaccard()).collect();
        shared.sort_unstable_by(f64::total_cmp);
        let mean = shared.iter().sum::<f64>() / shared.len() as f64;
        format!("{mean:.4} (p99 {:.4}, most {:.4})", p99(&shared), last(&shared))
    };
    format!(
        "strangers share of their 3-grams: the demo's stories {}, generated deeds {}",
        of(&stories()),
        of(&generated)
    )
}

fn median<T: Copy>(sorted: &[T]) -> T {
    sorted[sorted.len() / 2]
}

fn p99<T: Copy>(sorted: &[T]) -> T {
    sorted[sorted.len() * 99 / 100]
}

fn last<T: Copy>(sorted: &[T]) -> T {
    sorted[sorted.len() - 1]
}

fn ms(time: Duration) -> String {
    format!("{:.2} ms", time.as_secs_f64() * 1000.0)
}

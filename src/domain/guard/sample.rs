//! A candidate, a cycle and facts against which nothing stands, for the tests of this storey.

use chrono::{DateTime, Duration, Utc};
use chrono_tz::Tz;
use uuid::Uuid;

use super::*;
use crate::domain::{
    authority::Levels,
    candidate::{Channel, Subject, Visibility},
    consent::ConsentScope,
    id::{CandidateId, OrganizationId, PhotoId},
    month::Month,
    photo::{PhotoFacts, PhotoLimits},
    policy::Policy,
    readiness::{FiledPhoto, MaterialLimits, Materials},
    stage,
};

pub fn cycle() -> Cycle {
    let month = Month::parse("2026-11").unwrap();
    let stages = stage::defaults(DateTime::UNIX_EPOCH);
    Cycle::begin(month, Tz::Asia__Shanghai, Policy::default(), &stages, DateTime::UNIX_EPOCH)
}

/// The 10th, 12:00 in Shanghai.
pub fn now() -> DateTime<Utc> {
    "2026-11-10T04:00:00Z".parse().unwrap()
}

pub fn candidate(status: Status) -> Candidate {
    Candidate {
        id: CandidateId(Uuid::from_u128(1)),
        number: 1,
        cycle: Month::parse("2026-11").unwrap(),
        category: "dedication".parse().unwrap(),
        status,
        visibility: Visibility::Shown,
        subject: Subject::Individual,
        posthumous: false,
        name: "王某".into(),
        members: vec![],
        occupation: None,
        gender: None,
        birth_year: None,
        ethnicity: None,
        summary: "三十年如一日".into(),
        deed: None,
        unit_id: Some(OrganizationId(Uuid::from_u128(3))),
        district_id: OrganizationId(Uuid::from_u128(2)),
        channel: Channel::Online,
        returned_from: None,
        status_changed_at: now() - Duration::days(1),
        materials_changed_at: now() - Duration::days(2),
        version: 1,
        created_at: now() - Duration::days(3),
        updated_at: now() - Duration::days(1),
    }
}

fn readiness(photos: usize, confirming_records: u32) -> Readiness {
    let photo = PhotoFacts { bytes: 1000, width_px: 300, height_px: 300 };
    let limits = MaterialLimits {
        deed_min: 0,
        deed_max: 1000,
        photo_count: 2,
        verification_records_min: 1,
        photo: PhotoLimits { max_bytes: 1000, min_side_px: 300 },
    };
    let photos = vec![FiledPhoto { id: PhotoId(Uuid::from_u128(5)), facts: photo }; photos];
    let materials = Materials {
        deed: None,
        photos: &photos,
        has_contact_phone: true,
        confirming_records,
        consented: ConsentScope::ALL,
    };
    Readiness::of(&materials, &limits)
}

pub fn ready() -> Readiness {
    readiness(2, 1)
}

pub fn unready() -> Readiness {
    readiness(1, 0)
}

/// A caller inside the subtree, every level staffed.
pub fn standing(role: &str) -> Standing {
    Standing {
        role: Some(role.parse().unwrap()),
        is_inside: true,
        part: Part::None,
        deciders: Levels { unit: true, district: true },
        staffed: Levels { unit: true, district: true },
    }
}

pub fn facts<'a>(
    candidate: &'a Candidate,
    cycle: &'a Cycle,
    readiness: &'a Readiness,
    standing: Standing,
) -> Facts<'a> {
    Facts {
        now: now(),
        candidate,
        cycle,
        standing,
        decided: &[],
        readiness,
        refuting: &[],
        has_consent: true,
        quota_used: 0,
        other_nomination_stands: false,
        has_votes: false,
        merger: None,
    }
}

/// A merger that nothing was built on.
pub fn merger() -> Merger {
    let survivor = merger::Survivor {
        id: CandidateId(Uuid::from_u128(7)),
        status: Status::Nominated,
        merged_into: None,
        has_votes: false,
        is_inside: true,
    };
    Merger { survivor, former_status: Status::Nominated, former_since: now(), has_lost_photos: false }
}

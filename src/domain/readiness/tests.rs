use uuid::Uuid;

use super::*;

const LIMITS: MaterialLimits = MaterialLimits {
    deed_min: 500,
    deed_max: 1000,
    photo_count: 2,
    photo: PhotoLimits { max_bytes: 393_216, min_side_px: 300 },
    verification_records_min: 1,
};
const GOOD: PhotoFacts = PhotoFacts { bytes: 393_216, width_px: 300, height_px: 300 };
const HEAVY: PhotoFacts = PhotoFacts { bytes: 393_217, width_px: 300, height_px: 300 };
const SMALL: PhotoFacts = PhotoFacts { bytes: 1, width_px: 280, height_px: 3000 };
const ALL: &[ConsentScope] = ConsentScope::ALL;

fn filed(photos: &[PhotoFacts]) -> Vec<FiledPhoto> {
    let number = |index: usize| u128::try_from(index).unwrap();
    photos
        .iter()
        .enumerate()
        .map(|(at, facts)| FiledPhoto { id: PhotoId(Uuid::from_u128(number(at))), facts: *facts })
        .collect()
}

fn report(deed_chars: usize, photos: &[PhotoFacts], has_contact_phone: bool, consented: &[ConsentScope]) -> Readiness {
    let (deed, photos) = ("好".repeat(deed_chars), filed(photos));
    let materials =
        Materials { deed: Some(&deed), photos: &photos, has_contact_phone, confirming_records: 1, consented };
    Readiness::of(&materials, &LIMITS)
}

fn missing(deed_chars: usize, photos: &[PhotoFacts], has_contact_phone: bool) -> Vec<ReadinessCode> {
    let readiness = report(deed_chars, photos, has_contact_phone, &[]);
    assert_eq!(readiness.is_ready(), readiness.faults().is_empty());
    let needed = readiness.items.into_iter().filter(|item| item.needed_to_verify && !item.ok);
    needed.map(|item| item.code).collect()
}

#[test]
fn every_limit_holds_at_its_edge() {
    use ReadinessCode::{ContactPhone, DeedLength, PhotoCount, PhotoSize};
    let two = [GOOD, GOOD];
    assert_eq!(missing(500, &two, true), []);
    assert_eq!(missing(1000, &two, true), []);
    assert_eq!(missing(499, &two, true), [DeedLength]);
    assert_eq!(missing(1001, &two, true), [DeedLength]);
    assert_eq!(missing(500, &[GOOD], true), [PhotoCount]);
    assert_eq!(missing(500, &[GOOD, GOOD, GOOD], true), [PhotoCount]);
    assert_eq!(missing(500, &[GOOD, HEAVY], true), [PhotoSize]);
    assert_eq!(missing(500, &[SMALL, HEAVY, GOOD], true), [PhotoCount, PhotoSize, PhotoSize]);
    assert_eq!(missing(500, &two, false), [ContactPhone]);
}

#[test]
fn all_that_is_missing_is_named_with_its_figures() {
    let readiness = Readiness::of(&Materials::default(), &LIMITS);
    assert_eq!(readiness.items.len(), ReadinessCode::ALL.len());
    let faults = readiness.faults();
    assert_eq!(faults.len(), 4);
    let records = Fault::of(Code::VerificationMissing).with("item", "verification_records").with("actual", 0);
    assert_eq!(faults[3], records.with("required", 1));
    let own = readiness.clone().for_nominators().items;
    assert!(own.iter().all(|item| item.code.missing() != Code::VerificationMissing));
    let deed = Fault::of(Code::MaterialsIncomplete).with("item", "deed_length").with("actual", 0);
    assert_eq!(faults[0], deed.with("required", json!({ "min": 500, "max": 1000 })));
}

#[test]
fn the_faults_of_the_guard_are_the_items_that_verification_lacks() {
    for readiness in [
        report(500, &[GOOD, GOOD], true, ALL),
        report(499, &[GOOD, SMALL, HEAVY], true, &[]),
        report(0, &[], false, &[ConsentScope::Forwarding]),
        report(1001, &[SMALL; 5], false, ALL),
    ] {
        let lacking = readiness.items.iter().filter(|item| !item.ok && item.needed_to_verify);
        let items: Vec<_> =
            lacking.map(|item| (json!(item.code.as_str()), item.actual.clone(), item.required.clone())).collect();
        let figure = |fault: &Fault, name: &str| {
            fault.figures.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap()
        };
        let faults: Vec<_> = readiness
            .faults()
            .iter()
            .map(|fault| (figure(fault, "item"), figure(fault, "actual"), figure(fault, "required")))
            .collect();
        assert_eq!(faults, items);
    }
}

#[test]
fn each_photo_outside_the_limits_is_named_by_its_place() {
    let readiness = report(500, &[GOOD, SMALL, HEAVY], true, &[]);
    let sizes: Vec<_> = readiness.items.iter().filter(|item| item.code == ReadinessCode::PhotoSize).collect();
    let places: Vec<_> = sizes.iter().map(|item| (item.ok, item.actual["position"].clone())).collect();
    assert_eq!(places, [(false, json!(2)), (false, json!(3))]);
    assert_eq!(sizes[0].actual["photo_id"], Uuid::from_u128(1).to_string());
    assert_eq!((&sizes[0].actual["shorter_side_px"], &sizes[1].actual["bytes"]), (&json!(280), &json!(393_217)));
    let fine = report(500, &[GOOD, GOOD], true, &[]);
    let sizes: Vec<_> = fine.items.iter().filter(|item| item.code == ReadinessCode::PhotoSize).collect();
    assert!(sizes.len() == 1 && sizes[0].ok);
}

#[test]
fn consent_is_shown_by_its_scopes_and_not_needed_to_verify() {
    use ConsentScope::{Forwarding, Publication};
    for (given, missing) in [
        (vec![], vec!["publication", "forwarding"]),
        (vec![Publication], vec!["forwarding"]),
        (vec![Forwarding], vec!["publication"]),
        (vec![Forwarding, Publication], vec![]),
    ] {
        let readiness = report(500, &[GOOD, GOOD], true, &given);
        assert!(readiness.is_ready());
        assert_eq!(readiness.missing_scopes(), missing);
        let item = readiness.items.iter().find(|item| item.code == ReadinessCode::Consent).unwrap();
        assert_eq!(item.ok, missing.is_empty());
        assert_eq!(item.required, json!(["publication", "forwarding"]));
    }
}

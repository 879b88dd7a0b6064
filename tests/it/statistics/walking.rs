//! However candidates walk through the month, what is kept is what a naive recount finds.

use std::collections::BTreeMap;

use haoren::{
    domain::{
        candidate::{Candidate, Channel},
        id::{CandidateId, OrganizationId},
        month::Month,
        stage::StageCode,
        statistics::{Counts, Level, Move, Sheet, passages},
    },
    service::{Error, statistics::recount},
    storage::{
        self, Connection,
        statistics::cells::{self, Filter},
    },
};
use serde_json::json;

use super::{act, nominated};
use crate::{
    harness::{App, Staff, Tree},
    reviews::{approve, decide},
};

both! {
    async fn sums_are_those_of_a_naive_recount_whatever_happens(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let beside = app.beside().await;
        let units = [Some(tree.unit), Some(tree.window), Some(tree.sister_unit), None];
        let mut ids = Vec::new();
        for number in 0..16_usize {
            let unit = units[number % units.len()];
            let change = move |one: &mut Candidate| {
                one.unit_id = unit;
                one.channel = Channel::ALL[number % 3];
                one.category = ["dedication", "bravery"][number % 2].parse().unwrap();
            };
            ids.push(nominated(&app, &tree, change).await);
        }
        let mut dice = Dice(7);
        for turn in 0..220 {
            // The clock walks through November into December.
            let day = 5 + turn / 8;
            let (month, day) = if day > 30 { (12, day - 30) } else { (11, day) };
            app.set_clock(&format!("2026-{month}-{day:02}T{:02}:00:00Z", turn % 8));
            if turn == EXTENDED {
                extend(&app, &staff, &ids).await;
            }
            let id = ids[dice.below(ids.len())];
            random_act(&app, &tree, &staff, id, &mut dice).await;
            if turn % 5 == 0 {
                let (one, other) = tokio::join!(recount::catch_up(&app.service), recount::catch_up(&beside.service));
                one.unwrap();
                other.unwrap();
            }
        }
        recount::catch_up(&beside.service).await.unwrap();
        let (kept, naive) = app.service.store.read(|db| Ok::<_, Error>((kept(db), naively(db)))).await.unwrap();
        assert_eq!(kept[0], naive);
        assert_eq!(kept[1], naive);
        assert_eq!(kept[2], naive);
        assert!(naive.len() > 1, "the months were walked through");
        let has_fallen_back = app.service.store.read(|db| Ok::<_, Error>(fallen_back(db))).await.unwrap();
        assert!(has_fallen_back > 0, "somebody fell back into the month that was extended");
    }
}

/// The turn, on the 26th, at which November is extended.
const EXTENDED: i32 = 168;

/// Who is handed in anew after the reporting of November comes to December; it is opened again, and whoever is handed in anew
/// then falls back.
async fn extend(app: &App, staff: &Staff, ids: &[CandidateId]) {
    for id in ids {
        hand_in_anew(app, staff, *id).await;
    }
    let admin = app.admin().await;
    let end = json!({ "closes_at": "2026-11-30T16:00:00Z" });
    let windows = json!({ "reporting": end, "screening": end, "forwarding": end });
    let etag = admin.get("/cycles/2026-11").await.expect(200).etag();
    admin.patch("/cycles/2026-11", &etag, json!({ "windows": windows, "reason": "延期。" })).await.expect(200);
    for id in ids {
        if app.stored(*id).await.cycle.to_string() == "2026-12" {
            hand_in_anew(app, staff, *id).await;
        }
    }
}

/// Returned and handed in anew, by whoever may.
async fn hand_in_anew(app: &App, staff: &Staff, id: CandidateId) {
    let clients = [&staff.unit, &staff.district, &staff.city];
    for client in clients {
        drop(decide(app, client, id, "return").await);
    }
    for client in clients {
        drop(act(app, client, id, "resubmission", json!({ "answer": "已补充。" })).await);
    }
}

/// How many candidates came from a month into an earlier one.
fn fallen_back(db: &mut Connection) -> usize {
    use diesel::{QueryDsl, RunQueryDsl};
    use haoren::storage::schema::candidates;
    let ids: Vec<CandidateId> = candidates::table.select(candidates::id).load(db).unwrap();
    let mut went_back = |id: &CandidateId| {
        let steps = storage::transitions::list_of(db, *id, None, 1_000).unwrap();
        steps.windows(2).any(|pair| pair[1].cycle < pair[0].cycle)
    };
    ids.iter().filter(|id| went_back(id)).count()
}

/// What is kept of each month: the sum of units, of districts, of the city.
fn kept(db: &mut Connection) -> [BTreeMap<Month, Sheet>; 3] {
    let cycles: Vec<Month> = ["2026-11", "2026-12", "2027-01"].map(|month| month.parse().unwrap()).to_vec();
    [Level::Unit, Level::District, Level::City].map(|level| {
        let mut sums: BTreeMap<Month, Sheet> = BTreeMap::new();
        let filter = Filter { level, cycles: cycles.clone(), districts: None, units: None };
        for counted in cells::sheets(db, &filter).unwrap() {
            sums.entry(counted.place.cycle).or_default().merge(&counted.counts);
        }
        sums
    })
}

/// The same from every candidate and step there is, without a thought of places.
fn naively(db: &mut Connection) -> BTreeMap<Month, Sheet> {
    use diesel::{QueryDsl, RunQueryDsl};
    use haoren::storage::schema::candidates;
    let ids: Vec<CandidateId> = candidates::table.select(candidates::id).load(db).unwrap();
    let mut sums: BTreeMap<Month, Sheet> = BTreeMap::new();
    for candidate in storage::candidates::list_of(db, &ids).unwrap() {
        let cell = |sums: &mut BTreeMap<Month, Sheet>, month: Month, note: &mut dyn FnMut(&mut Counts)| {
            note(sums.entry(month).or_default().cell(&candidate.category, candidate.channel));
        };
        cell(&mut sums, candidate.cycle, &mut |counts| counts.note_candidate(candidate.status));
        for nomination in storage::nominations::list_of(db, candidate.id).unwrap() {
            if nomination.stands() {
                cell(&mut sums, candidate.cycle, &mut |counts| counts.note_nominations(nomination.channel, 1));
            }
        }
        let steps = storage::transitions::list_of(db, candidate.id, None, 1_000).unwrap();
        let moves: Vec<Move> = steps.iter().map(Move::from).collect();
        for passage in passages(&moves) {
            let windows = storage::cycles::find(db, passage.cycle).unwrap().unwrap().windows;
            cell(&mut sums, passage.cycle, &mut |counts| counts.note_passage(&passage, &windows));
        }
    }
    sums
}

/// The same seed, the same acts.
struct Dice(u64);

impl Dice {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let value = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        usize::try_from((value ^ (value >> 27)) % count as u64).unwrap()
    }
}

/// Something that somebody tries; it may be refused.
async fn random_act(app: &App, tree: &Tree, staff: &Staff, id: CandidateId, dice: &mut Dice) {
    let because = || json!({ "reason": "情况有变。" });
    let client = [&staff.unit, &staff.district, &staff.city][dice.below(3)];
    match dice.below(12) {
        0..=4 => {
            if app.stored(id).await.status.stage().is_some_and(StageCode::has_checklist) {
                for client in [&staff.unit, &staff.district, &staff.city] {
                    if approve(app, client, id).await.status == 201 {
                        break;
                    }
                }
            }
        }
        5 => drop(decide(app, client, id, "return").await),
        6 => drop(decide(app, client, id, "reject").await),
        7 => drop(act(app, &staff.unit, id, "resubmission", json!({ "answer": "已补充。" })).await),
        8 => drop(act(app, client, id, "recall", because()).await),
        9 => drop(act(app, &staff.city, id, "reinstatement", because()).await),
        10 => drop(act(app, client, id, "carry-over", json!({})).await),
        _ => {
            let unit: OrganizationId = [tree.unit, tree.window, tree.sister_unit][dice.below(3)];
            let path = format!("/candidates/{id}/unit");
            let body = json!({ "unit_id": unit, "reason": "由该单位办理。" });
            drop(staff.district.put(&path, Some(&app.tag(id).await), body).await);
        }
    }
}

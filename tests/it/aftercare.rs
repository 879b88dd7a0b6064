//! Aftercare: who looks after honorees, visits, assistance, and those who cannot be found.

mod assistance;
mod care;
mod due;
mod life;
mod lost;
mod visits;

use diesel::prelude::*;
use haoren::{
    domain::{
        candidate::Status,
        honour::{CertificateNumber, Honour, Standing},
        id::{HonoreeId, OrganizationId, UserId},
        month::Month,
        policy::ResultSource,
        role::Role,
    },
    service::{
        Error,
        aftercare::rounds::{self, Tended},
        generator,
    },
    storage::{
        self, Connection,
        lists::ListRow,
        schema::{aftercare, assistance as ledger, audit_events, contact_alarms, visits as visits_table},
    },
};
use serde_json::{Value, json};

use crate::harness::{App, Client, Tree};

const NAMES: [&str; 5] = ["王小一", "王小二", "王小三", "王小四", "王小五"];

/// Somebody honoured now, carried by the tree's first unit. `serial` tells those of one test apart.
pub async fn honoree(app: &App, tree: &Tree, serial: u32) -> HonoreeId {
    honoree_at(app, tree, (serial, Some(tree.unit), tree.district)).await
}

/// The same, carried by another unit, or by a district alone.
pub async fn honoree_at(
    app: &App,
    tree: &Tree,
    (serial, unit, district): (u32, Option<OrganizationId>, OrganizationId),
) -> HonoreeId {
    let candidate = app.contender(tree, Status::Listed, "dedication", NAMES[serial as usize - 1]).await;
    let id: HonoreeId = generator::new_id(&app.service.clocks).unwrap();
    let (honour, now) = (generator::new_id(&app.service.clocks).unwrap(), app.service.clocks.campaign());
    let (publisher, _) = app.user(Role::Citizen, None).await;
    app.write(move |db| {
        use haoren::storage::schema::honorees;
        let cycle: Month = "2026-11".parse().unwrap();
        if storage::lists::find(db, cycle)?.is_none() {
            let list = ListRow {
                cycle,
                title: "身边好人榜".to_owned(),
                issuer: "武汉市".to_owned(),
                result_source: ResultSource::Local,
                published_by: publisher,
                published_at: now,
            };
            storage::lists::insert(db, &list, &[])?;
        }
        storage::honorees::insert_of(db, id, candidate, now)?;
        let place = (honorees::unit_id.eq(unit), honorees::district_id.eq(Some(district)));
        diesel::update(honorees::table.find(id)).set(place).execute(db).unwrap();
        let honour = Honour {
            id: honour,
            number: CertificateNumber { month: cycle, mark: "DED".to_owned(), serial },
            category: "dedication".parse().unwrap(),
            candidate,
            honoree: id,
            rank: 1,
            votes: 1,
            awarded_at: now,
            standing: Standing::Shown,
            version: 1,
        };
        Ok(storage::honours::insert(db, &honour)?)
    })
    .await;
    id
}

/// Revokes the only honour, as the city does.
pub async fn revoke(app: &App, city: &Client, honoree: HonoreeId) {
    let candidate = app
        .write(move |db| {
            use haoren::storage::schema::honours;
            let of_honoree =
                honours::table.filter(honours::honoree_id.eq(honoree)).filter(honours::revoked_at.is_null());
            Ok(of_honoree.select(honours::candidate_id).first(db).unwrap())
        })
        .await;
    let body = json!({ "reason": "事迹失实。" });
    city.post_if(&format!("/candidates/{candidate}/revocation"), &app.tag(candidate).await, body).await.expect(201);
}

/// What one round of the background work does.
pub async fn tend(app: &App) -> Tended {
    rounds::tend(&app.service).await.unwrap()
}

/// A visit on a day.
pub fn visit(visited_on: &str, reached: bool) -> Value {
    json!({
        "visited_on": visited_on, "kind": "home", "reached": reached, "visitors": ["周敏"],
        "situation": "身体健康，仍在社区做志愿服务。",
    })
}

/// Records a visit at noon of its day.
pub async fn visited(app: &App, client: &Client, honoree: HonoreeId, body: Value) -> Value {
    app.set_clock(&format!("{}T04:00:00Z", body["visited_on"].as_str().unwrap()));
    // Ids follow the machine's clock, which stands still.
    app.time.advance(chrono::Duration::milliseconds(1));
    client.post(&format!("/honorees/{honoree}/visits"), body).await.expect(201).json
}

/// When and why the next visit is due.
pub async fn due(client: &Client, honoree: HonoreeId) -> String {
    let care = client.get(&format!("/honorees/{honoree}/care")).await.expect(200);
    let plan = &care.json["plan"];
    match plan["due_on"].as_str() {
        Some(day) => format!("{day} {}", plan["reason"].as_str().unwrap()),
        None => "never".to_owned(),
    }
}

/// How many notifications of a kind a client has.
pub async fn told(client: &Client, kind: &str) -> Vec<Value> {
    let reply = client.get("/me/notifications?limit=100").await.expect(200);
    let items = reply.json["items"].as_array().unwrap().iter();
    items.filter(|item| item["kind"] == kind).cloned().collect()
}

/// How often the audit has an action.
pub async fn audited(app: &App, action: &'static str) -> i64 {
    let work = move |db: &mut Connection| {
        let count = audit_events::table.filter(audit_events::action.eq(action)).count().get_result(db).unwrap();
        Ok::<i64, Error>(count)
    };
    app.service.store.read(work).await.unwrap()
}

/// Telephone, name and note, encrypted.
type Care = (Option<Vec<u8>>, Option<Vec<u8>>, Option<Vec<u8>>);

/// Every ciphertext of aftercare; a test that looks for a clear text there must find ciphertexts at all.
pub async fn ciphertexts(app: &App) -> Vec<Vec<u8>> {
    let work = |db: &mut Connection| {
        let mut all: Vec<Vec<u8>> = visits_table::table.select(visits_table::situation_cipher).load(db).unwrap();
        let mut more: Vec<Option<Vec<u8>>> =
            visits_table::table.select(visits_table::hardship_cipher).load(db).unwrap();
        let care: Vec<Care> = aftercare::table
            .select((aftercare::phone_cipher, aftercare::name_cipher, aftercare::note_cipher))
            .load(db)
            .unwrap();
        more.extend(care.into_iter().flat_map(|(phone, name, note)| [phone, name, note]));
        all.extend(ledger::table.select(ledger::purpose_cipher).load::<Vec<u8>>(db).unwrap());
        more.extend(ledger::table.select(ledger::received_by_cipher).load::<Option<Vec<u8>>>(db).unwrap());
        more.extend(contact_alarms::table.select(contact_alarms::reason_cipher).load::<Option<Vec<u8>>>(db).unwrap());
        all.extend(more.into_iter().flatten());
        Ok::<_, Error>(all)
    };
    app.service.store.read(work).await.unwrap()
}

/// None of the rows says any of these words.
pub async fn assert_sealed(app: &App, count: usize, words: &[&str]) {
    let all = ciphertexts(app).await;
    assert_eq!(all.len(), count);
    for word in words {
        let is_clear = |cipher: &Vec<u8>| cipher.windows(word.len()).any(|window| window == word.as_bytes());
        assert!(!all.iter().any(is_clear), "{word} lies in clear");
    }
}

/// Another reviewer beside the usual staff.
pub async fn reviewer(app: &App, role: Role, place: OrganizationId) -> (UserId, Client) {
    app.user(role, Some(place)).await
}

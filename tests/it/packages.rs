//! The package of a batch: what it holds, that it stays as it was built, and what happens when building it goes wrong.

mod content;
mod corrections;
mod failing;
mod preview;
mod same;

use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _},
};

use haoren::{
    api::batches::MANIFEST_SCHEMA,
    domain::{
        id::{BatchId, CandidateId},
        role::Role,
    },
    service::packages,
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::{
    harness::{App, Client, Reply, Tree, photo_content},
    traces::traces,
};

const FORWARDING: &str = "2026-11-25T02:00:00Z";

/// The city's and the portal's client.
struct Sides {
    city: Client,
    portal: Client,
}

async fn sides(app: &App, tree: &Tree) -> Sides {
    Sides { city: app.user(Role::CityReviewer, Some(tree.city)).await.1, portal: app.user(Role::Portal, None).await.1 }
}

/// Forwards what is screened; the package is not built.
async fn forwarded(app: &App, city: &Client) -> Reply {
    app.set_clock(FORWARDING);
    city.post("/batches", json!({ "cycle": "2026-11" })).await.expect(201)
}

async fn built(app: &App) -> usize {
    packages::build_due(&app.service).await.unwrap()
}

fn batch_id(reply: &Reply) -> BatchId {
    reply.id().parse().unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// The files of a ZIP in their order.
fn files(zip: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = zip::ZipArchive::new(Cursor::new(zip)).unwrap();
    let read = |index| {
        let mut file = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        file.read_to_end(&mut content).unwrap();
        (file.name().unwrap().to_string(), content)
    };
    (0..zip::ZipArchive::new(Cursor::new(zip)).unwrap().len()).map(read).collect()
}

/// The manifest of a ZIP, which follows its schema.
fn manifest_of(zip: &[u8]) -> Value {
    let (name, bytes) = files(zip).remove(0);
    assert_eq!(name, "manifest.json");
    let manifest: Value = serde_json::from_slice(&bytes).unwrap();
    assert_schema(&manifest);
    manifest
}

fn assert_schema(manifest: &Value) {
    let schema: Value = serde_json::from_str(MANIFEST_SCHEMA).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let faults: Vec<String> = validator.iter_errors(manifest).map(|fault| fault.to_string()).collect();
    assert!(faults.is_empty(), "{faults:?}\n{manifest:#}");
    // It holds the form: a member more or less is noticed.
    let mut changed = manifest.clone();
    changed["more"] = json!(1);
    assert!(!validator.is_valid(&changed));
    changed = manifest.clone();
    changed["preview"] = json!(!manifest["preview"].as_bool().unwrap());
    assert!(!validator.is_valid(&changed));
}

both! {
    async fn a_package_is_built_announced_and_served(app: App) {
        let tree = app.tree().await;
        app.packable(&tree, "王小明").await;
        app.packable(&tree, "李四").await;
        let Sides { city, portal } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        let path = format!("/batches/{}", batch.id());
        assert_eq!(
            batch.json["package"],
            json!({ "status": "building", "size": null, "sha256": null, "ready_at": null, "failure": null })
        );
        assert_eq!(portal.get("/batches?status=pending").await.expect(200).json["items"], json!([]));
        assert_eq!(portal.get("/batches").await.expect(200).json["items"], json!([]));
        let listed = city.get("/batches?status=pending&status=refused").await.expect(200);
        assert_eq!(listed.json["items"][0]["package"]["status"], "building");
        assert_eq!(city.get("/batches?status=accepted").await.expect(200).json["items"], json!([]));
        city.get("/batches?status=lost").await.problem(400, "invalid_query");
        for what in ["package", "manifest", "signature"] {
            let early = portal.get(&format!("{path}/{what}")).await.problem(409, "package_not_ready");
            assert!(early.header("retry-after").parse::<u32>().is_ok_and(|seconds| (1..60).contains(&seconds)));
        }
        let left = traces(&app, batch.id()).await;
        assert_eq!((left.audited, left.announced), (vec!["batch.forwarded".to_owned()], vec![]));

        assert_eq!((built(&app).await, built(&app).await), (1, 0));
        assert_eq!(traces(&app, batch.id()).await.announced, ["batch.forwarded"]);
        let ready = portal.get("/batches?status=pending").await.expect(200).json["items"][0]["package"].clone();
        assert_eq!((&ready["status"], &ready["ready_at"]), (&json!("ready"), &json!(FORWARDING)));
        assert_eq!(city.get(&path).await.expect(200).json["package"], ready);
        city.post(&format!("{path}/package"), json!({})).await.problem(409, "transition_not_allowed");
    }

    async fn it_is_served_to_the_byte_with_its_digest_and_every_reading_is_audited(app: App) {
        let tree = app.tree().await;
        let one = app.packable(&tree, "王小明").await;
        let Sides { city, portal } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        built(&app).await;
        let path = format!("/batches/{}", batch.id());
        let ready = city.get(&path).await.expect(200).json["package"].clone();
        let zip = portal.get(&format!("{path}/package")).await.expect(200);
        assert_eq!(ready["sha256"], sha256(&zip.bytes));
        assert_eq!(zip.header("content-length"), zip.bytes.len().to_string());
        assert_eq!(ready["size"], zip.bytes.len());
        assert_eq!(zip.header("content-type"), "application/zip");
        assert_eq!(zip.header("cache-control"), "private, no-store");
        assert_eq!(zip.header("content-digest"), content_digest(&zip.bytes));
        assert!(zip.header("content-disposition").contains("filename=\"batch-2026-11-1.zip\""));
        let gzip = portal.with("accept-encoding", "gzip").get(&format!("{path}/package")).await.expect(200);
        assert_eq!((&gzip.bytes, gzip.header("content-encoding")), (&zip.bytes, "identity"));
        let known = portal.with("if-none-match", zip.header("etag"));
        assert!(known.get(&format!("{path}/package")).await.expect(304).bytes.is_empty());
        let head = portal.send(portal.request(reqwest::Method::HEAD, &format!("{path}/package"))).await.expect(200);
        assert_eq!(head.header("content-length"), zip.bytes.len().to_string());
        let audited = traces(&app, batch.id()).await;
        assert_eq!(audited.audited.iter().filter(|action| *action == "batch.package_read").count(), 3);
        assert!(audited.texts.contains(&one.to_string()) && !audited.texts.contains("王小明"), "{}", audited.texts);

        let manifest = city.get(&format!("{path}/manifest")).await.expect(200);
        assert_eq!(manifest.bytes, files(&zip.bytes)[0].1);
        assert_eq!(manifest.header("content-digest"), content_digest(&manifest.bytes));
        let signature = city.get(&format!("{path}/signature")).await.expect(200);
        assert_eq!(signature.header("content-type"), "application/jose");
        assert_eq!(signature.header("content-digest"), content_digest(&signature.bytes));
        let schema = app.anonymous().get("/schemas/batch-manifest-1.json").await.expect(200);
        assert_eq!(schema.bytes, MANIFEST_SCHEMA.as_bytes());
    }

    async fn a_download_that_broke_off_is_taken_up_again(app: App) {
        let tree = app.tree().await;
        app.packable(&tree, "王小明").await;
        let Sides { city, portal } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        built(&app).await;
        let path = format!("/batches/{}/package", batch.id());
        let whole = portal.get(&path).await.expect(200);
        assert_eq!((whole.header("accept-ranges"), whole.header("repr-digest")), ("bytes", whole.header("content-digest")));
        let (half, size) = (whole.bytes.len() / 2, whole.bytes.len());
        let rest = portal.with("range", &format!("bytes={half}-")).with("if-range", whole.header("etag"));
        let rest = rest.get(&path).await.expect(206);
        assert_eq!(rest.bytes, whole.bytes[half..]);
        assert_eq!(rest.header("content-range"), format!("bytes {half}-{}/{size}", size - 1));
        assert_eq!(rest.header("content-length"), (size - half).to_string());
        assert_eq!((rest.header("repr-digest"), rest.header("etag")), (whole.header("repr-digest"), whole.header("etag")));
        assert_eq!(portal.with("range", "bytes=7-7").get(&path).await.expect(206).bytes, whole.bytes[7..=7]);
        assert_eq!(portal.with("range", "bytes=-9").get(&path).await.expect(206).bytes, whole.bytes[size - 9..]);
        let other = portal.with("range", "bytes=7-7").with("if-range", "\"other\"").get(&path).await.expect(200);
        assert_eq!(other.bytes, whole.bytes);
        let behind = portal.with("range", &format!("bytes={size}-")).get(&path).await;
        assert_eq!(behind.problem(416, "range_not_satisfiable").json["errors"][0]["size"], size);
    }

    async fn the_real_program_takes_over_what_a_dead_one_had_begun(app: App) {
        use haoren::{service::{Error, clock::{MachineTime as _, SystemTime}, generator}, storage};
        let tree = app.tree().await;
        app.packable(&tree, "王小明").await;
        let (user, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let batch = forwarded(&app, &city).await;
        // Taken up, and never heard of again. On PostgreSQL the lease has run out by the clock of the real program.
        let (now, token) = (app.service.clocks.machine(), generator::new_id(&app.service.clocks).unwrap());
        let until = if app.settings.database_url.is_some() { now } else { SystemTime.now() + chrono::Duration::days(1) };
        app.write(move |db| Ok(storage::packages::claim(db, (now, until), token)?.unwrap())).await;
        app.write(|db| Ok(storage::campaign_clock::set(db, Some(FORWARDING.parse().unwrap()), SystemTime.now())?)).await;
        let found = app.service.store.read(move |db| Ok::<_, Error>(storage::users::find(db, user)?));
        let id = generator::new_id(&app.service.clocks).unwrap();
        let token = app.service.tokens.issue(&found.await.unwrap().unwrap(), id, SystemTime.now()).unwrap();
        let mut command = crate::harness::program(&app.settings.data_dir);
        command.args(["serve", "--sandbox", "--rate-limits=off", "--db-connections=6"]);
        if let Some(url) = &app.settings.database_url {
            command.env("DATABASE_URL", url);
        }
        let running = crate::harness::Running::start(command);
        let http = reqwest::Client::builder().no_proxy().build().unwrap();
        let client = Client::new(http, running.base().to_owned(), Some(token));
        // Each question is one turn of waiting for it.
        let mut package = Value::Null;
        for _ in 0..20_000 {
            package = client.get(&format!("/batches/{}", batch.id())).await.expect(200).json["package"].clone();
            if package["status"] != "building" {
                break;
            }
        }
        assert_eq!(package["status"], "ready", "{package}");
        let zip = client.get(&format!("/batches/{}/package", batch.id())).await.expect(200);
        assert_eq!(package["sha256"], sha256(&zip.bytes));
        assert_eq!(traces(&app, batch.id()).await.announced, ["batch.forwarded"]);
    }
}

fn content_digest(bytes: &[u8]) -> String {
    use base64::Engine as _;
    format!("sha-256=:{}:", base64::engine::general_purpose::STANDARD.encode(Sha256::digest(bytes)))
}

/// What the manifest says of the candidates, by id.
fn candidates_of(manifest: &Value) -> BTreeMap<CandidateId, Value> {
    let candidates = manifest["candidates"].as_array().unwrap().iter();
    candidates.map(|one| (one["id"].as_str().unwrap().parse().unwrap(), one.clone())).collect()
}

/// The contents of the photos that a candidate has now.
async fn photos(app: &App, id: CandidateId) -> Vec<Vec<u8>> {
    let read =
        app.service.store.read(move |db| Ok::<_, haoren::service::Error>(haoren::storage::photos::list_of(db, id)?));
    read.await.unwrap().iter().map(|photo| photo_content(photo.id)).collect()
}

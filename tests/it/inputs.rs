//! What can be sent wrongly, for every body and every text of the contract. Each gets one problem document that names
//! every fault.

mod samples;

use reqwest::Method;
use serde_json::{Value, json};

use self::samples::{Leaf, Samples};
use crate::{
    actors::{MATRIX, World, actors},
    contract::{Operation, operations},
    harness::{App, Client, Reply},
};

/// An operation with a JSON body, and somebody who may call it on something that exists.
struct Reach {
    operation: Operation,
    client: Client,
    path: String,
    etag: Option<String>,
}

impl Reach {
    async fn send(&self, body: impl Into<reqwest::Body>) -> Reply {
        let method = Method::from_bytes(self.operation.method.as_bytes()).unwrap();
        let mut request = self.client.request(method, &format!("/{}", self.path)).body(body);
        request = request.header("Content-Type", "application/json");
        if let Some(etag) = &self.etag {
            request = request.header("If-Match", etag);
        }
        self.client.send(request).await
    }

    async fn send_json(&self, body: &Value) -> Reply {
        self.send(body.to_string()).await
    }

    fn place(&self) -> String {
        format!("{} {}", self.operation.method, self.operation.path)
    }
}

/// The operations with a JSON body. One without a row in the matrix is reported by the matrix's own test.
fn bodied() -> Vec<Operation> {
    let has_row = |one: &Operation| MATRIX.iter().any(|row| row.method == one.method && row.path == one.path);
    operations().into_iter().filter(|one| one.body().is_some() && has_row(one)).collect()
}

/// An operation, with the last actor of the matrix who may call it.
async fn reach(world: &World, clients: &[Client], operation: Operation) -> Reach {
    let row = MATRIX.iter().find(|row| row.method == operation.method && row.path == operation.path).unwrap();
    let client = clients.iter().zip(row.cells.split_whitespace()).filter(|(_, cell)| *cell == "+").last();
    let client = client.unwrap_or_else(|| panic!("nobody may {} {}", row.method, row.path)).0.clone();
    let path = world.fill(row.path);
    let etag = etag_of(&client, &path, &operation).await;
    Reach { operation, client, path, etag }
}

async fn reach_all(app: &App) -> Vec<Reach> {
    let world = World::build(app).await;
    let clients = actors(app, &world).await;
    let mut reached = Vec::new();
    for operation in bodied() {
        reached.push(reach(&world, &clients, operation).await);
    }
    reached
}

/// The tag of the thing that a path names, or of the thing that it stands under.
async fn etag_of(client: &Client, path: &str, operation: &Operation) -> Option<String> {
    let parameters = operation.spec["parameters"].as_array()?;
    parameters.iter().find(|parameter| parameter["name"] == "If-Match")?;
    let above = path.rsplit_once('/').map_or("", |(above, _)| above);
    for path in [path, above] {
        let reply = client.get(&format!("/{path}")).await;
        if let Some(etag) = reply.json["etag"].as_str() {
            return Some(etag.to_owned());
        }
    }
    panic!("nothing to be read at {path} has a tag")
}

/// Collects what is not as it should be, over all operations.
#[derive(Default)]
struct Findings(Vec<String>);

impl Findings {
    #[expect(clippy::too_many_arguments, reason = "what was asked, what came back, and what should have")]
    fn expect(&mut self, reach: &Reach, what: &str, reply: &Reply, status: u16, fault: Option<(&str, &[&str])>) {
        let problem = reply.header("content-type") == "application/problem+json";
        let mut fine = reply.status == status && problem;
        if let (true, Some((pointer, codes))) = (fine, fault) {
            fine = reply.faults().iter().any(|(at, code)| at == pointer && codes.contains(&code.as_str()));
        }
        if !fine {
            let shown: String = String::from_utf8_lossy(&reply.bytes).chars().take(300).collect();
            self.0.push(format!("{}: {what}: wanted {status} {fault:?}, got {} {shown}", reach.place(), reply.status));
        }
    }

    fn no_fault_of_the_server(&mut self, reach: &Reach, what: &str, reply: &Reply) {
        if reply.status.is_server_error() {
            self.0.push(format!("{}: {what}: {} {}", reach.place(), reply.status, reply.json));
        }
    }

    fn report(self) {
        assert!(self.0.is_empty(), "{} findings:\n{}", self.0.len(), self.0.join("\n"));
    }
}

/// What is only compared and never shown may have any character: a wrong one is simply wrong.
fn is_compared(reach: &Reach, leaf: &Leaf) -> bool {
    reach.path.ends_with("/auth/login") || leaf.pointer.contains("password") || leaf.pointer.contains("token")
}

/// A text with a character in its middle, so that trimming does not take it away.
fn insert(text: &str, character: char) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    let last = letters.len() / 2;
    if let Some(place) = letters.get_mut(last) {
        *place = character;
    }
    letters.insert(0, '好');
    letters.push('人');
    letters.into_iter().collect()
}

both! {
    async fn bodies_that_are_no_bodies_are_refused(app: App) {
        let mut findings = Findings::default();
        for reach in reach_all(&app).await {
            findings.expect(&reach, "not JSON", &reach.send("{\"a\": ").await, 400, None);
            // The word lists are longer than any other body.
            let most = if reach.path.ends_with("/moderation/word-lists") { 4 * 1024 * 1024 } else { 256 * 1024 };
            findings.expect(&reach, "too large", &reach.send(vec![b' '; most + 1]).await, 413, None);
            findings.expect(&reach, "an array", &reach.send("[]").await, 422, Some(("", &["wrong_type"])));
            findings.expect(&reach, "a text", &reach.send("\"a\"").await, 422, Some(("", &["wrong_type"])));
            let stranger = reach.send_json(&json!({ "no such member": 1 })).await;
            findings.expect(&reach, "unknown", &stranger, 422, Some(("/no such member", &["unknown_member"])));
            let method = Method::from_bytes(reach.operation.method.as_bytes()).unwrap();
            let mut plain = reach.client.request(method, &format!("/{}", reach.path)).body("{}");
            if let Some(etag) = &reach.etag {
                plain = plain.header("If-Match", etag);
            }
            let plain = reach.client.send(plain.header("Content-Type", "text/plain")).await;
            findings.expect(&reach, "not said to be JSON", &plain, 415, None);
        }
        findings.report();
    }

    async fn members_that_are_missing_unknown_doubled_or_of_another_type_are_named(app: App) {
        let samples = Samples::of_contract();
        let mut findings = Findings::default();
        for reach in reach_all(&app).await {
            let name = reach.operation.body().unwrap();
            let whole = samples.of(name);
            for leaf in samples.leaves(name) {
                let mut body = whole.clone();
                *body.pointer_mut(&leaf.pointer).unwrap() = json!([[{ "wrong": true }]]);
                let codes = ["wrong_type", "malformed", "unknown_value"];
                findings.expect(&reach, "type", &reach.send_json(&body).await, 422, Some((&leaf.pointer, &codes)));
            }
            for pointer in samples.containers(name) {
                let mut body = whole.clone();
                *body.pointer_mut(&pointer).unwrap() = json!("no container");
                let codes = ["wrong_type", "malformed"];
                findings.expect(&reach, "container", &reach.send_json(&body).await, 422, Some((&pointer, &codes)));
            }
            for pointer in samples.required(name) {
                let mut body = whole.clone();
                let (above, member) = pointer.rsplit_once('/').unwrap();
                body.pointer_mut(above).unwrap().as_object_mut().unwrap().remove(member);
                findings.expect(&reach, "missing", &reach.send_json(&body).await, 422, Some((&pointer, &["required"])));
            }
            if let Some((member, value)) = whole.as_object().unwrap().iter().next() {
                let text = whole.to_string();
                let doubled = format!("{{\"{member}\":{value},{}", text.strip_prefix('{').unwrap());
                let pointer = format!("/{member}");
                findings.expect(
                    &reach,
                    "doubled",
                    &reach.send(doubled).await,
                    422,
                    Some((&pointer, &["duplicate_member"])),
                );
            }
        }
        findings.report();
    }

    async fn texts_that_are_empty_too_long_or_misleading_are_refused(app: App) {
        let samples = Samples::of_contract();
        let mut findings = Findings::default();
        for reach in reach_all(&app).await {
            let name = reach.operation.body().unwrap();
            let whole = samples.of(name);
            for leaf in samples.leaves(name).into_iter().filter(|leaf| leaf.is_free_text) {
                let with = |text: &str| {
                    let mut body = whole.clone();
                    *body.pointer_mut(&leaf.pointer).unwrap() = text.into();
                    body
                };
                let at = leaf.pointer.as_str();
                let empty = reach.send_json(&with("")).await;
                findings.expect(&reach, "empty", &empty, 422, Some((at, &["too_short", "malformed", "required"])));
                let long = reach.send_json(&with(&"好".repeat(leaf.max_length + 1))).await;
                findings.expect(&reach, "too long by one", &long, 422, Some((at, &["too_long"])));
                for character in
                    ['\u{0}', '\u{7}', '\u{7f}', '\u{85}', '\u{202e}', '\u{2066}', '\u{200b}', '\u{feff}', '\u{e000}']
                {
                    let text = insert(leaf.sample(&whole), character);
                    let reply = reach.send_json(&with(&text)).await;
                    if is_compared(&reach, &leaf) {
                        findings.no_fault_of_the_server(&reach, &format!("{character:?}"), &reply);
                        continue;
                    }
                    let codes = ["forbidden_character", "malformed"];
                    findings.expect(&reach, &format!("{character:?}"), &reply, 422, Some((at, &codes)));
                }
            }
        }
        findings.report();
    }

    async fn rare_characters_are_accepted_in_every_free_text(app: App) {
        let samples = Samples::of_contract();
        let mut findings = Findings::default();
        for operation in bodied() {
            // A success may change the thing that the path names, so each operation gets a world of its own.
            let app = app.another().await;
            let world = World::build(&app).await;
            let reach = reach(&world, &actors(&app, &world).await, operation).await;
            let name = reach.operation.body().unwrap();
            let mut body = samples.of(name);
            let leaves = samples.leaves(name);
            for leaf in leaves.iter().filter(|leaf| leaf.is_free_text && leaf.max_length >= 6) {
                *body.pointer_mut(&leaf.pointer).unwrap() = "𬭎㛃·𠀀𫝀".into();
            }
            let plain = reach.send_json(&samples.of(name)).await.status;
            let reply = reach.send_json(&body).await;
            findings.no_fault_of_the_server(&reach, "rare characters", &reply);
            // Whatever else stands against the sample, it is not these characters in these places.
            let places: Vec<&str> = leaves.iter().map(|leaf| leaf.pointer.as_str()).collect();
            if reply.status == 422 && reply.faults().iter().any(|(at, _)| plain != 422 && places.contains(&at.as_str())) {
                findings.0.push(format!("{}: {}", reach.place(), reply.json));
            }
            if reply.status == 422 && reply.faults().iter().any(|(_, code)| code == "forbidden_character") {
                findings.0.push(format!("{}: {}", reach.place(), reply.json));
            }
        }
        findings.report();
    }

    async fn all_faults_come_in_one_document(app: App) {
        let samples = Samples::of_contract();
        let mut findings = Findings::default();
        for reach in reach_all(&app).await {
            let name = reach.operation.body().unwrap();
            let mut body = samples.of(name);
            let leaves = samples.leaves(name);
            let texts: Vec<&Leaf> = leaves.iter().filter(|leaf| leaf.is_free_text).collect();
            for leaf in &texts {
                *body.pointer_mut(&leaf.pointer).unwrap() = "长".repeat(leaf.max_length + 1).into();
            }
            body.as_object_mut().unwrap().insert("stranger".to_owned(), json!(1));
            let reply = reach.send_json(&body).await;
            findings.expect(&reach, "together", &reply, 422, Some(("/stranger", &["unknown_member"])));
            for leaf in texts {
                findings.expect(&reach, "together", &reply, 422, Some((&leaf.pointer, &["too_long"])));
            }
        }
        findings.report();
    }

    async fn paths_and_queries_with_stray_characters_are_no_fault_of_the_server(app: App) {
        let world = World::build(&app).await;
        let clients = actors(&app, &world).await;
        let mut wrong = Vec::new();
        for operation in operations().iter().filter(|operation| operation.method == "GET") {
            let Some(row) = MATRIX.iter().find(|row| row.method == "GET" && row.path == operation.path) else { continue };
            let cells = clients.iter().zip(row.cells.split_whitespace());
            // What only the one who began it reads is read by nobody of the columns.
            let Some((client, _)) = cells.filter(|(_, cell)| *cell == "+").last() else { continue };
            let named = operation.spec["parameters"].as_array().into_iter().flatten();
            let filled = world.fill(row.path);
            let mut paths: Vec<String> = named
                .filter(|parameter| parameter["in"] == "query")
                .flat_map(|parameter| {
                    let name = parameter["name"].as_str().unwrap().to_owned();
                    let filled = filled.clone();
                    ["%00", "%E2%80%AE", "%EF%BF%BD", "-1", "99999999999999999999", "''", "%F0%AC%AD%8E"]
                        .map(move |value| format!("{filled}?{name}={value}"))
                })
                .collect();
            if row.path.contains('{') {
                let (before, _) = row.path.split_once('{').unwrap();
                let after = row.path.split_once('}').unwrap().1;
                let values = ["%00", "a%00b", "%E2%80%AE", "..%2F..", "%F0%AC%AD%8E", "%FF", "0"];
                let filled_after = if after.contains('{') { String::new() } else { after.to_owned() };
                paths.extend(values.map(|value| format!("{before}{value}{filled_after}")));
            }
            for path in paths {
                let reply = client.get(&format!("/{path}")).await;
                if reply.status.is_server_error() {
                    wrong.push(format!("{path}: {} {}", reply.status, reply.json));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

//! Where nothing is ever sent, however it is written and whatever a name says the second time it is asked.

use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use diesel::prelude::*;
use haoren::{
    domain::{id::WebhookId, webhook::AddressRules},
    service::{
        generator::new_id,
        webhooks::{Looking, Lookup, Terms, Webhooks},
    },
    storage::schema::webhooks,
};

use super::*;

/// Ways to write an address that leads, or could lead, back to this machine, its neighbours or its host.
const REFUSED: &[&str] = &[
    "127.0.0.1",
    "127.0.0.1.",
    "127.1",
    "127.0.1",
    "127.127.127.127",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "0177.0.0.1",
    "017700000001",
    "0x7f.1",
    "①②⑦.⓪.⓪.①",
    "１２７.０.０.１",
    "127。0。0。1",
    "0.0.0.0",
    "0",
    "0x0",
    "10.0.0.1",
    "10.255.255.254",
    "100.64.0.1",
    "100.100.100.200",
    "168.63.129.16",
    "169.254.169.254",
    "169.254.0.23",
    "0xa9fea9fe",
    "2852039166",
    "172.16.0.1",
    "172.31.255.254",
    "192.0.0.192",
    "192.0.2.1",
    "192.168.0.1",
    "192.168.255.254",
    "192.88.99.1",
    "198.18.0.1",
    "198.51.100.1",
    "203.0.113.1",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "[::]",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[::127.0.0.1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:169.254.169.254]",
    "[64:ff9b::127.0.0.1]",
    "[64:ff9b::a9fe:a9fe]",
    "[64:ff9b:1::1]",
    "[100::1]",
    "[2001::1]",
    "[2001:db8::1]",
    "[2002:7f00:1::]",
    "[2002:a9fe:a9fe::1]",
    "[3fff::1]",
    "[5f00::1]",
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
];

/// Names that the machine itself knows.
const NAMES: &[&str] = &["localhost", "LOCALHOST", "localhost.", "ip6-localhost"];

/// Names as a double of the name service has them: answers by turns, the last for good.
#[derive(Default)]
struct Names {
    answers: BTreeMap<String, Vec<Vec<IpAddr>>>,
    asked: AtomicUsize,
    turns: Mutex<BTreeMap<String, usize>>,
}

impl Names {
    fn with(mut self, name: &str, answers: &[&[&str]]) -> Self {
        let parse = |answer: &&[&str]| answer.iter().map(|address| address.parse().unwrap()).collect();
        self.answers.insert(name.to_owned(), answers.iter().map(parse).collect());
        self
    }
}

impl Lookup for Names {
    fn look_up(&self, name: &str) -> Looking {
        self.asked.fetch_add(1, Ordering::SeqCst);
        let answers = self.answers.get(name).cloned();
        let mut turns = self.turns.lock().unwrap();
        let turn = turns.entry(name.to_owned()).or_default();
        let answer = answers.map(|answers| answers[(*turn).min(answers.len() - 1)].clone());
        *turn += 1;
        Box::pin(async move { answer.ok_or_else(|| std::io::Error::other("no such name")) })
    }
}

/// Points a webhook at an address, past all that looks at it when it is entered: rules may have changed since.
async fn point(app: &App, url: &str) {
    let url = url.to_owned();
    app.write(move |db| {
        diesel::update(webhooks::table).set(webhooks::url.eq(&url)).execute(db).unwrap();
        Ok(())
    })
    .await;
}

/// What becomes of a message to the webhook's address.
async fn outcome(app: &App, service: &Service, webhook: &str) -> Value {
    happens(service, EventKind::ListPublished, &new_id::<WebhookId>(&service.clocks).unwrap().to_string()).await;
    assert_eq!(sent(service).await, 1);
    let log = deliveries(&app.admin().await, webhook).await;
    log[0]["attempts"][0]["failure"].clone()
}

both! {
    async fn nothing_is_sent_to_what_is_not_public(app: App) {
        // By plain http too, so that nothing but the address is in its way.
        let app = app.another_with(&["--webhook-http=on", "--webhook-seconds=2"]).await;
        let sinks = [
            Sink::open(Answer::Status(200)).await,
            Sink::open_at("0.0.0.0".parse().unwrap(), Answer::Status(200)).await,
            Sink::open_at("::".parse().unwrap(), Answer::Status(200)).await,
        ];
        let admin = app.admin().await;
        let webhook = made(&admin, "https://hooks.example.com/").await.id();
        assert!(REFUSED.len() + NAMES.len() >= 45);
        for host in REFUSED {
            for (scheme, sink) in ["http", "https"].iter().flat_map(|scheme| sinks.iter().map(move |sink| (scheme, sink))) {
                let url = format!("{scheme}://{host}:{}/hook", sink.port());
                let refused = admin.post("/webhooks", json!({ "url": url })).await.problem(422, "validation_failed");
                assert_eq!(refused.faults(), [("/url".to_owned(), "address_not_allowed".to_owned())], "{url}");
            }
        }
        for host in REFUSED.iter().chain(NAMES) {
            for sink in &sinks {
                let url = format!("http://{host}:{}/hook", sink.port());
                point(&app, &url).await;
                let failure = outcome(&app, &app.service, &webhook).await;
                let is_name = NAMES.contains(host);
                assert!(failure == "address_refused" || (is_name && failure == "name_not_found"), "{url}: {failure}");
            }
        }
        assert_eq!(sinks.iter().map(Sink::connections).sum::<usize>(), 0);
    }

    async fn a_name_is_judged_by_what_it_leads_to_each_time(app: App) {
        let names = Names::default()
            .with("turns.example.com", &[&["127.0.0.2"], &["127.0.0.1"], &["127.0.0.2"]])
            .with("mixed.example.com", &[&["127.0.0.2", "127.0.0.1"]])
            .with("mapped.example.com", &[&["::ffff:127.0.0.1"]])
            .with("metadata.example.com", &[&["169.254.169.254"]])
            .with("none.example.com", &[&[]]);
        let names = Arc::new(names);
        let allowed = Sink::open_at("127.0.0.2".parse().unwrap(), Answer::Status(200)).await;
        let refused = Sink::open_at("127.0.0.1".parse().unwrap(), Answer::Status(200)).await;
        let mut service = app.service.clone();
        let rules = AddressRules { networks: vec!["127.0.0.2".parse().unwrap()], plain_http: true };
        let lookup: Arc<dyn Lookup> = names.clone();
        service.webhooks = Webhooks::new(Terms { rules, lookup, ..Terms::default() });
        let webhook = made(&app.admin().await, "https://hooks.example.com/").await.id();
        // One asks on which port the other listens, so that a connection would be seen.
        for (name, port, expected) in [
            ("turns", allowed.port(), Value::Null),
            ("turns", refused.port(), json!("address_refused")),
            ("turns", allowed.port(), Value::Null),
            ("mixed", refused.port(), json!("address_refused")),
            ("mapped", refused.port(), json!("address_refused")),
            ("metadata", refused.port(), json!("address_refused")),
            ("none", refused.port(), json!("name_not_found")),
            ("unknown", refused.port(), json!("name_not_found")),
        ] {
            point(&app, &format!("http://{name}.example.com:{port}/hook")).await;
            let asked = names.asked.load(Ordering::SeqCst);
            assert_eq!(outcome(&app, &service, &webhook).await, expected, "{name}");
            assert_eq!(names.asked.load(Ordering::SeqCst), asked + 1, "a name is looked up once for an attempt");
        }
        assert_eq!((allowed.connections(), refused.connections()), (2, 0));
    }

    async fn plain_http_is_for_trials(app: App) {
        let sink = Sink::open(Answer::Status(200)).await;
        let webhook = made(&app.admin().await, "https://hooks.example.com/").await.id();
        let mut service = app.service.clone();
        let rules = AddressRules { networks: vec!["127.0.0.1".parse().unwrap()], plain_http: false };
        let patience = std::time::Duration::from_secs(1);
        service.webhooks = Webhooks::new(Terms { rules, patience, ..Terms::default() });
        point(&app, &sink.url()).await;
        assert_eq!(outcome(&app, &service, &webhook).await, json!("address_refused"));
        point(&app, &sink.url().replace("http:", "https:")).await;
        assert_eq!(outcome(&app, &service, &webhook).await, json!("timed_out"), "it speaks no TLS");
        assert_eq!(sink.received().len(), 0);
    }
}

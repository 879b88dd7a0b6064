//! Events as streams: who is told what, in which order, and how a stream is taken up again.

use std::{collections::BTreeSet, time::Duration};

use haoren::{
    domain::{event::EventKind, id::UserId, role::Role},
    service::{
        Error, Service, calendar,
        caller::{self, Account},
        events::{self, Feed, Reader, Step},
        record::{self, Deed, Place},
    },
    storage,
};
use reqwest::{Method, Response};
use serde_json::{Value, json};

use crate::harness::{App, Client};

/// A stream as a reader sees it.
struct Stream {
    response: Response,
    text: String,
}

impl Stream {
    async fn open(client: &Client, path: &str) -> Self {
        let response = client.request(Method::GET, path).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream; charset=utf-8");
        assert_eq!(response.headers()["cache-control"], "private, no-store");
        assert_eq!(response.headers()["content-encoding"], "identity");
        Self { response, text: String::new() }
    }

    /// The next block of lines; none at the end.
    async fn block(&mut self) -> Option<String> {
        loop {
            if let Some((block, rest)) = self.text.split_once("\n\n") {
                let (block, rest) = (block.to_owned(), rest.to_owned());
                self.text = rest;
                return Some(block);
            }
            self.text += std::str::from_utf8(&self.response.chunk().await.unwrap()?).unwrap();
        }
    }

    /// The next event: its number, its type and its data. Signs of life are passed over.
    async fn event(&mut self) -> (i64, String, Value) {
        let mut block = self.block().await.expect("the stream has ended");
        while block.starts_with(':') {
            block = self.block().await.expect("the stream has ended");
        }
        let member = |name: &str| {
            let line = block.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
            line.unwrap_or_else(|| panic!("{block} has no {name}")).to_owned()
        };
        (member("id").parse().unwrap(), member("event"), serde_json::from_str(&member("data")).unwrap())
    }
}

async fn turn(app: &App) {
    events::turn(&app.service).await.unwrap();
}

/// Announces something about a subject.
async fn announce(service: &Service, kind: EventKind, subject: &str, place: Place) {
    let (of_service, subject) = (service.clone(), subject.to_owned());
    let work = move |db: &mut storage::Connection| {
        let deed = Deed::new(kind.as_str(), "candidate", subject).with(json!({ "step": 1 }));
        record::announce(&of_service, db, &deed, place)
    };
    service.store.write(work).await.unwrap();
}

async fn account(service: &Service, user: UserId) -> Account {
    let found = service.store.read(move |db| {
        let version = storage::users::find(db, user)?.unwrap().auth_version;
        caller::find_account(db, user, version)
    });
    found.await.unwrap().unwrap()
}

/// A citizen who follows from now on.
async fn reader(app: &App, service: &Service) -> Reader {
    let user = app.user(Role::Citizen, None).await.0;
    events::follow(service, &account(service, user).await, None, None).await.unwrap()
}

/// Everything that a reader is told until it is level with what was numbered.
async fn told(reader: &mut Reader, last: i64) -> Vec<(i64, String)> {
    let mut told = Vec::new();
    while told.last().is_none_or(|(number, _)| *number < last) {
        let events = match reader.next().await {
            Step::Events(events) => events,
            Step::Beat(_) => Vec::new(),
            Step::End => panic!("the stream has ended"),
        };
        told.extend(events.into_iter().map(|event| (event.number, event.subject.id)));
    }
    told
}

#[test]
fn the_documentation_names_every_type() {
    let page = include_str!("../../docs/events.md");
    for kind in EventKind::ALL {
        assert!(page.contains(&format!("| `{kind}` |")), "docs/events.md lacks {kind}");
    }
}

both! {
    async fn everyone_is_told_what_happens_in_their_own_view(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let (other, citizen) = (app.user(Role::UnitReviewer, Some(tree.other_unit)).await.1, app.citizen().await);
        let mut streams = Vec::new();
        for client in [&staff.unit, &staff.city, &other, &citizen] {
            streams.push(Stream::open(client, "/events").await);
        }
        let place = Place { cycle: "2026-11".parse().ok(), district_id: Some(tree.district), unit_id: Some(tree.unit) };
        for (kind, subject) in [
            (EventKind::CandidateVerified, "a"),
            (EventKind::SignalRaised, "b"),
            (EventKind::CandidateForwarded, "c"),
        ] {
            announce(&app.service, kind, subject, place).await;
        }
        turn(&app).await;
        for (stream, expected) in streams.iter_mut().zip([
            &[("candidate.verified", true), ("candidate.forwarded", true)][..],
            &[("candidate.verified", true), ("signal.raised", true), ("candidate.forwarded", true)][..],
            &[("candidate.forwarded", false)][..],
            &[("candidate.forwarded", false)][..],
        ]) {
            for (kind, inner) in expected {
                let (number, event, data) = stream.event().await;
                assert!(number > 0);
                assert_eq!((event.as_str(), data["type"].as_str()), (*kind, Some(*kind)));
                assert_eq!(data["cycle"], "2026-11");
                assert_eq!(data["subject"]["kind"], "candidate");
                assert_eq!(data.get("details").is_some(), *inner, "{data}");
                assert_eq!(data.get("unit_id").is_some(), *inner, "{data}");
            }
        }
    }

    async fn what_a_candidate_goes_through_is_told_without_personal_data(app: App) {
        let tree = app.tree().await;
        let staff = app.staff(&tree).await;
        let id = app.candidate(&tree, haoren::domain::candidate::Status::Nominated).await;
        let mut stream = Stream::open(&staff.city, "/events?types=candidate.verified").await;
        crate::reviews::approve(&app, &staff.unit, id).await.expect(201);
        turn(&app).await;
        let (_, event, data) = stream.event().await;
        assert_eq!((event.as_str(), data["subject"]["id"].as_str()), ("candidate.verified", Some(id.to_string().as_str())));
        assert_eq!((&data["details"]["from"], &data["details"]["to"]), (&json!("nominated"), &json!("verified")));
        let name = app.stored(id).await.name;
        assert!(!data.to_string().contains(&name));
    }

    async fn a_revocation_is_explained_to_everybody_as_the_list_explains_it(app: App) {
        let tree = app.tree().await;
        let city = crate::honorees::city(&app, &tree).await;
        let (id, honoree) = crate::honorees::honoured(&app, &tree, &city, "王小明").await;
        let mut streams = Vec::new();
        for client in [app.citizen().await, app.user(Role::Portal, None).await.1] {
            streams.push(Stream::open(&client, "/events?types=entry.revoked").await);
        }
        crate::honorees::revoke(&app, &city, id, "事迹失实").await;
        turn(&app).await;
        for stream in &mut streams {
            let (_, _, data) = stream.event().await;
            let explained = json!({ "certificate_number": "2026-11-DED-0001", "honoree_id": honoree, "reason": "事迹失实" });
            assert_eq!((&data["details"], data.get("unit_id")), (&explained, None), "{data}");
        }
    }

    async fn a_stream_is_taken_up_where_it_broke_off(app: App) {
        let citizen = app.citizen().await;
        let mut stream = Stream::open(&citizen, "/events").await;
        for subject in ["1", "2", "3"] {
            announce(&app.service, EventKind::ListPublished, subject, Place::default()).await;
            turn(&app).await;
        }
        let (first, ..) = stream.event().await;
        drop(stream);
        announce(&app.service, EventKind::ListPublished, "4", Place::default()).await;
        turn(&app).await;
        // By header, and by parameter where none can be sent; the header goes first.
        for client in [citizen.with("Last-Event-ID", &first.to_string()), citizen.clone()] {
            let mut again = Stream::open(&client, &format!("/events?after={first}")).await;
            for subject in ["2", "3", "4"] {
                assert_eq!(again.event().await.2["subject"]["id"], subject);
            }
            announce(&app.service, EventKind::ListPublished, "5", Place::default()).await;
            turn(&app).await;
            assert_eq!(again.event().await.2["subject"]["id"], "5");
        }
    }

    async fn what_is_no_more_kept_or_was_never_told_is_gone(app: App) {
        let citizen = app.citizen().await;
        announce(&app.service, EventKind::ListPublished, "1", Place::default()).await;
        announce(&app.service, EventKind::ListPublished, "2", Place::default()).await;
        turn(&app).await;
        let last = app.service.store.read(|db| Ok::<_, Error>(storage::outbox_events::last_number(db)?)).await.unwrap();
        citizen.get(&format!("/events?after={}", last + 1)).await.problem(410, "events_expired");
        app.time.advance(events::RESUMABLE + chrono::Duration::seconds(1));
        announce(&app.service, EventKind::ListPublished, "3", Place::default()).await;
        turn(&app).await;
        let citizen = app.citizen().await;
        citizen.get(&format!("/events?after={}", last - 1)).await.problem(410, "events_expired");
        let mut stream = Stream::open(&citizen, &format!("/events?after={last}")).await;
        assert_eq!(stream.event().await.2["subject"]["id"], "3");
    }

    async fn a_ticket_opens_a_stream_for_a_minute_and_nothing_else(app: App) {
        let (citizen, anonymous) = (app.citizen().await, app.anonymous());
        let made = citizen.post("/events/tickets", json!({})).await.expect(201);
        let ticket = made.json["ticket"].as_str().unwrap();
        let mut stream = Stream::open(&anonymous, &format!("/events?ticket={ticket}")).await;
        announce(&app.service, EventKind::VoteClosed, "1", Place::default()).await;
        turn(&app).await;
        assert_eq!(stream.event().await.1, "vote.closed");
        app.with_token(ticket.to_owned()).get("/me").await.problem(401, "unauthenticated");
        anonymous.get(&format!("/events?ticket={}", citizen.token())).await.problem(401, "unauthenticated");
        anonymous.get("/events").await.problem(401, "unauthenticated");
        app.time.advance(chrono::Duration::seconds(60));
        anonymous.get(&format!("/events?ticket={ticket}")).await.problem(401, "unauthenticated");
        citizen.get("/events?ticket=nonsense").await.problem(401, "unauthenticated");
    }

    async fn a_wrong_query_is_named(app: App) {
        let citizen = app.citizen().await;
        for (path, pointer) in [
            ("/events?types=none", "/types"),
            ("/events?types=", "/types"),
            ("/events?after=x", "/after"),
            ("/events?after=-1", "/after"),
            ("/events?nothing=1", "/nothing"),
        ] {
            let refused = citizen.get(path).await.problem(400, "invalid_query");
            assert_eq!(refused.faults()[0].0, pointer, "{path}");
        }
        for value in ["x", "-1", "1.5"] {
            citizen.with("Last-Event-ID", value).get("/events").await.problem(400, "invalid_header");
        }
    }

    async fn many_writers_and_two_processes_tell_each_event_once_and_in_order(app: App) {
        let other = if app.settings.database_url.is_some() { Some(app.beside().await) } else { None };
        let services: Vec<Service> = [Some(&app), other.as_ref()].into_iter().flatten().map(|app| app.service.clone()).collect();
        let mut readers = Vec::new();
        for service in &services {
            readers.push(reader(&app, service).await);
        }
        let writers = (0..8).map(|writer| {
            let service = services[writer % services.len()].clone();
            tokio::spawn(async move {
                for _ in 0..20 {
                    announce(&service, EventKind::ListPublished, &writer.to_string(), Place::default()).await;
                    events::turn(&service).await.unwrap();
                }
            })
        });
        for writer in writers.collect::<Vec<_>>() {
            writer.await.unwrap();
        }
        for service in &services {
            events::turn(service).await.unwrap();
        }
        let mut all = Vec::new();
        for reader in &mut readers {
            let numbers: Vec<i64> = told(reader, 160).await.into_iter().map(|(number, _)| number).collect();
            assert_eq!(numbers, (1..=160).collect::<Vec<i64>>());
            all.push(numbers);
        }
    }

    /// Whoever writes of one thing after the other is heard in that order, even when both are numbered at once.
    async fn the_order_of_one_subject_holds(app: App) {
        let mut reader = reader(&app, &app.service).await;
        for step in 0..30 {
            // Ids go by the clock; a clock that is behind must not turn the order around.
            app.time.advance(chrono::Duration::milliseconds(-5));
            announce(&app.service, EventKind::ListPublished, &format!("{step:02}"), Place::default()).await;
        }
        turn(&app).await;
        let subjects: Vec<String> = told(&mut reader, 30).await.into_iter().map(|(_, subject)| subject).collect();
        assert_eq!(subjects, (0..30).map(|step| format!("{step:02}")).collect::<Vec<_>>());
    }

    async fn a_reader_that_is_too_slow_is_let_go_and_misses_nothing(app: App) {
        let user = app.user(Role::Citizen, None).await.0;
        let account = account(&app.service, user).await;
        let mut slow = events::follow(&app.service, &account, None, None).await.unwrap();
        assert!(matches!(slow.next().await, Step::Beat(0)));
        assert!(matches!(slow.next().await, Step::Events(none) if none.is_empty()));
        turn(&app).await;
        for subject in 0..300 {
            announce(&app.service, EventKind::ListPublished, &subject.to_string(), Place::default()).await;
            turn(&app).await;
        }
        assert!(matches!(slow.next().await, Step::End));
        let mut again = events::follow(&app.service, &account, Some(0), None).await.unwrap();
        assert_eq!(told(&mut again, 300).await.len(), 300);
    }

    async fn a_stream_ends_when_its_account_may_no_more(app: App) {
        let mut service = app.service.clone();
        service.events = Feed::new(Duration::from_millis(1));
        let user = app.user(Role::Citizen, None).await.0;
        let kinds = Some(BTreeSet::from([EventKind::VoteOpened]));
        let mut reader = events::follow(&service, &account(&service, user).await, None, kinds).await.unwrap();
        assert!(matches!(reader.next().await, Step::Beat(0)));
        assert!(matches!(reader.next().await, Step::Events(none) if none.is_empty()));
        assert!(matches!(reader.next().await, Step::Beat(0)));
        let admin = app.admin().await;
        let etag = admin.get(&format!("/users/{user}")).await.etag();
        admin.patch(&format!("/users/{user}"), &etag, json!({ "active": false })).await.expect(200);
        let mut steps = 0;
        while let Step::Beat(_) = reader.next().await {
            steps += 1;
            assert!(steps < 3, "the stream goes on");
        }
    }

    async fn a_server_that_stops_ends_its_streams(app: App) {
        let mut stream = Stream::open(&app.citizen().await, "/events").await;
        assert_eq!(stream.block().await.as_deref(), Some(": \nid: 0"));
        app.stop().await;
        assert_eq!(stream.block().await, None);
    }

    async fn windows_that_open_and_close_are_told_once(app: App) {
        let other = if app.settings.database_url.is_some() { Some(app.beside().await) } else { None };
        let mut reader = reader(&app, &app.service).await;
        app.policy(|_| ()).await;
        for moment in ["2026-11-24T16:00:00Z", "2026-11-30T16:00:00Z"] {
            app.set_clock(moment);
            if let Some(other) = &other {
                other.set_clock(moment);
            }
            let services: Vec<&Service> =
                [Some(&app), other.as_ref()].into_iter().flatten().map(|app| &app.service).collect();
            for service in services.iter().chain(&services) {
                calendar::tell(service).await.unwrap();
            }
        }
        turn(&app).await;
        assert!(matches!(reader.next().await, Step::Beat(_)));
        let Step::Events(events) = reader.next().await else { panic!("the stream has ended") };
        let of_month = |event: &&events::Told| event.cycle == "2026-11".parse().ok();
        let kinds: Vec<&str> = events.iter().filter(of_month).map(|event| event.kind.as_str()).collect();
        let told = |kind: &str| kinds.iter().filter(|told| **told == kind).count();
        assert_eq!((told("vote.opened"), told("vote.closed")), (1, 1), "{kinds:?}");
        assert_eq!((told("reporting.opened"), told("reporting.closed")), (1, 1), "{kinds:?}");
    }

    async fn whoever_is_public_no_more_is_told_of_to_everybody(app: App) {
        let tree = app.tree().await;
        let (_, city) = app.user(Role::CityReviewer, Some(tree.city)).await;
        let id = app.candidate(&tree, haoren::domain::candidate::Status::Forwarded).await;
        let mut stream = Stream::open(&app.citizen().await, "/events").await;
        let path = format!("/candidates/{id}/disqualification");
        city.post_if(&path, &app.tag(id).await, json!({ "reason": "不符合条件。" })).await.expect(201);
        turn(&app).await;
        let (_, event, data) = stream.event().await;
        assert_eq!((event.as_str(), data["subject"]["id"].as_str()), ("candidate.hidden", Some(id.to_string().as_str())));
        assert!(data.get("details").is_none(), "{data}");
    }

    async fn an_account_has_so_many_streams_and_no_more(app: App) {
        let citizen = app.citizen().await;
        let mut streams = Vec::new();
        for _ in 0..20 {
            let mut stream = Stream::open(&citizen, "/events").await;
            assert!(stream.block().await.is_some());
            streams.push(stream);
        }
        citizen.get("/events").await.problem(429, "rate_limited");
        Stream::open(&app.citizen().await, "/events").await;
    }

    /// HEAD has no body, and must not keep its connection as long as a stream.
    async fn a_head_request_is_answered_at_once(app: App) {
        let citizen = app.citizen().await;
        for _ in 0..25 {
            let reply = citizen.send(citizen.request(Method::HEAD, "/events")).await;
            assert_eq!((reply.status.as_u16(), reply.bytes.len()), (200, 0));
        }
    }

    async fn old_events_are_removed(app: App) {
        announce(&app.service, EventKind::ListPublished, "1", Place::default()).await;
        turn(&app).await;
        app.time.advance(events::KEPT + chrono::Duration::seconds(1));
        announce(&app.service, EventKind::ListPublished, "2", Place::default()).await;
        turn(&app).await;
        assert_eq!(haoren::service::sweeping::sweep_events(&app.service).await.unwrap(), 1);
        let left = app.service.store.read(|db| Ok::<_, Error>(storage::outbox_events::after(db, 0, 10)?)).await.unwrap();
        assert_eq!(left.iter().map(|event| event.subject_id.as_str()).collect::<Vec<_>>(), ["2"]);
    }
}

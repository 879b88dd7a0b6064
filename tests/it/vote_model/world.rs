//! The real server, in which each step is a request, and what it answers in the model's words.

use std::collections::BTreeMap;

use chrono::TimeDelta;
use haoren::{
    domain::{
        candidate::Status,
        id::CandidateId,
        policy::{Repeat, Voters},
        quarantine::Verdict,
        role::Role,
        vote_log::{Entry, Event},
    },
    service::{Error, vote_log},
    storage,
};
use serde_json::{Value, json};

use super::{
    reference::{Amendment, Answer, Custody, Fault, Line, Model, Moment, Placed, Rules, Seen, Standing, Voter},
    steps::{REVIEWERS, Step},
};
use crate::harness::{App, Client, Reply, Tree};

/// A server with a city, for several sequences one after another, each in months of its own: to start one takes longer
/// than to play a sequence.
pub struct Server {
    pub app: App,
    tree: Tree,
    admin: Client,
}

impl Server {
    pub async fn new(app: App) -> Self {
        Self { tree: app.tree().await, admin: app.admin().await, app }
    }
}

/// The voters and candidates of a model on a server.
pub struct World<'a> {
    app: &'a App,
    admin: &'a Client,
    months: Vec<String>,
    /// In the model's order, which is that of the ids.
    candidates: Vec<CandidateId>,
    voters: Vec<Client>,
    reviewers: Vec<Client>,
    /// Path and first tag of each quarantine.
    quarantines: Vec<(String, String)>,
    /// Each vote as it was answered first, by cycle and sequence.
    first: BTreeMap<(usize, usize), Value>,
}

fn ballot_rules(rules: Rules) -> Value {
    json!({
        "repeat": rules.repeat.as_str(), "votes_per_category": rules.per_category, "votes_in_all": rules.in_all,
        "voters": rules.voters.as_str(),
    })
}

fn window(opens: Moment, closes: Moment) -> Value {
    json!({ "opens_at": opens, "closes_at": closes })
}

impl<'a> World<'a> {
    /// Makes on a server what the model begins with.
    pub async fn new(Server { app, tree, admin }: &'a Server, model: &Model) -> Self {
        let mut world = Self {
            app,
            admin,
            months: model.polls.iter().map(|poll| poll.month.clone()).collect(),
            candidates: Vec::new(),
            voters: Vec::new(),
            reviewers: Vec::new(),
            quarantines: Vec::new(),
            first: BTreeMap::new(),
        };
        let [forwarding_opens, forwarding_closes] = model.forwarding;
        let month_opens = forwarding_opens - TimeDelta::days(20);
        world.set_clock(month_opens);
        world.add_people(tree, model).await;
        world.add_candidates(tree, model).await;
        for (cycle, poll) in model.polls.iter().enumerate() {
            // Both cycles are voted in at the same time, whatever their months.
            let change = json!({
                "windows": {
                    "reporting": window(month_opens, forwarding_opens),
                    "screening": window(month_opens, forwarding_closes),
                    "forwarding": window(forwarding_opens, forwarding_closes),
                    "voting": window(poll.opens, poll.closes),
                },
                "policy": ballot_rules(poll.rules), "reason": "两期同时投票。",
            });
            world.change(cycle, change).await.expect(200);
        }
        world.set_clock(model.now);
        world
    }

    async fn add_people(&mut self, tree: &Tree, model: &Model) {
        for voter in &model.voters {
            let client = match voter {
                Voter::Person { member: false } => self.app.citizen().await,
                // Citizens and reviewers in turn.
                Voter::Person { member: true } if self.voters.len().is_multiple_of(2) => {
                    self.app.user(Role::Citizen, Some(tree.unit)).await.1
                }
                Voter::Person { member: true } => self.app.user(Role::UnitReviewer, Some(tree.unit)).await.1,
                Voter::Admin => self.admin.clone(),
                Voter::Anonymous => self.app.anonymous(),
            };
            self.voters.push(client);
        }
        for _ in 0..REVIEWERS {
            self.reviewers.push(self.app.user(Role::CityReviewer, Some(tree.city)).await.1);
        }
    }

    async fn add_candidates(&mut self, tree: &Tree, model: &Model) {
        for (number, candidate) in model.candidates.iter().enumerate() {
            let status = match candidate.standing {
                Standing::InTheVote => Status::Forwarded,
                Standing::NotYet => Status::Screened,
                Standing::Disqualified => Status::Rejected,
            };
            let (name, category) = (format!("候选{number}"), candidate.category);
            let month = &self.months[candidate.cycle];
            let id = self.app.contender_in(month, tree, (status, category), &name).await;
            self.candidates.push(id);
        }
        assert!(self.candidates.is_sorted());
    }

    fn set_clock(&self, moment: Moment) {
        self.app.set_clock(&moment.to_rfc3339());
    }

    fn number_of(&self, id: &Value) -> usize {
        let id = id.as_str().unwrap();
        self.candidates.iter().position(|known| known.to_string() == id).unwrap()
    }

    /// The id of a candidate; the one after the last does not exist.
    fn id_of(&self, number: usize) -> CandidateId {
        self.candidates.get(number).copied().unwrap_or(CandidateId(uuid::Uuid::from_u128(7)))
    }

    /// Sends the step, and says what was answered.
    pub async fn perform(&mut self, step: &Step) -> Answer {
        match step {
            Step::Vote { voter, candidate } => {
                let body = json!({ "candidate_id": self.id_of(*candidate) });
                let reply = self.voters[*voter].post("/votes", body).await;
                let votes = [reply.json.clone()];
                self.answer(&reply, &votes)
            }
            Step::Ballot { voter, candidates } => {
                let ids: Vec<CandidateId> = candidates.iter().map(|number| self.id_of(*number)).collect();
                let reply = self.voters[*voter].post("/ballots", json!({ "candidate_ids": ids })).await;
                let votes = reply.json["votes"].as_array().cloned().unwrap_or_default();
                self.answer(&reply, &votes)
            }
            Step::Clock(moment) => {
                self.set_clock(*moment);
                Answer::done(200)
            }
            Step::MoveWindow { cycle, opens, closes } => {
                let ends = [("opens_at", opens), ("closes_at", closes)];
                let ends = ends.into_iter().filter_map(|(name, end)| Some((name.to_owned(), json!((*end)?))));
                let ends: serde_json::Map<String, Value> = ends.collect();
                self.changed(*cycle, json!({ "windows": { "voting": ends }, "reason": "投票时间调整。" })).await
            }
            Step::Amend { cycle, amendment } => {
                let Amendment { repeat, per_category, in_all, voters } = amendment;
                let mut policy = json!({
                    "repeat": repeat.map(Repeat::as_str), "votes_per_category": per_category,
                    "votes_in_all": in_all, "voters": voters.map(Voters::as_str),
                });
                // A member that is null would bring the default back.
                policy.as_object_mut().unwrap().retain(|_, value| !value.is_null());
                self.changed(*cycle, json!({ "policy": policy, "reason": "投票规则调整。" })).await
            }
            Step::Hold { by, cycle, sequences, candidate } => self.hold(*by, *cycle, sequences, *candidate).await,
            Step::Decide { by, quarantine, verdict, as_opened } => {
                self.decide(*by, *quarantine, (*verdict, *as_opened)).await
            }
            Step::Disqualify { candidate } => {
                let id = self.id_of(*candidate);
                let (path, tag) = (format!("/candidates/{id}/disqualification"), self.app.tag(id).await);
                let reply = self.reviewers[0].post_if(&path, &tag, json!({ "reason": "事迹失实。" })).await;
                self.answer(&reply, &[])
            }
        }
    }

    async fn change(&self, cycle: usize, body: Value) -> Reply {
        let path = format!("/cycles/{}", self.months[cycle]);
        let tag = self.admin.get(&path).await.expect(200).etag();
        self.admin.patch(&path, &tag, body).await
    }

    async fn changed(&mut self, cycle: usize, body: Value) -> Answer {
        let reply = self.change(cycle, body).await;
        self.answer(&reply, &[])
    }

    async fn hold(&mut self, by: usize, cycle: usize, sequences: &[usize], candidate: Option<usize>) -> Answer {
        let mut body = json!({ "cycle": self.months[cycle], "sequences": sequences, "reason": "短时间内集中投票。" });
        if let Some(number) = candidate {
            body["candidate_id"] = json!(self.id_of(number));
        }
        let reply = self.reviewers[by].post("/quarantines", body).await;
        if reply.status == 201 {
            self.quarantines.push((format!("/quarantines/{}", reply.id()), reply.etag()));
        }
        self.answer_held(&reply)
    }

    async fn decide(&mut self, by: usize, number: usize, (verdict, as_opened): (Verdict, bool)) -> Answer {
        let (path, first_tag) = self.quarantines[number].clone();
        let tag = if as_opened { first_tag } else { self.reviewers[by].get(&path).await.expect(200).etag() };
        let decision = json!({ "decision": verdict.as_str(), "reason": "已核查。" });
        let reply = self.reviewers[by].post_if(&format!("{path}/decision"), &tag, decision).await;
        self.answer_held(&reply)
    }

    fn answer_held(&mut self, reply: &Reply) -> Answer {
        let held = (reply.status == 201).then(|| held(&reply.json));
        Answer { held, ..self.answer(reply, &[]) }
    }

    /// The answer in the model's words. A vote that was answered before is answered with the same words again.
    fn answer(&mut self, reply: &Reply, votes: &[Value]) -> Answer {
        let status = reply.status.as_u16();
        if !reply.status.is_success() {
            let faults = reply.json["errors"].as_array().unwrap().iter().map(fault).collect();
            return Answer::refused(status, reply.json["code"].as_str().unwrap(), faults);
        }
        let seen: Vec<Seen> = votes.iter().map(|vote| self.seen(vote)).collect();
        for (vote, seen) in votes.iter().zip(&seen) {
            let first = self.first.entry((seen.cycle, seen.sequence)).or_insert_with(|| vote.clone());
            assert_eq!(first, vote, "a vote was answered otherwise before");
        }
        Answer { votes: seen, ..Answer::done(status) }
    }

    fn seen(&self, vote: &Value) -> Seen {
        let text = |name: &str| vote[name].as_str().unwrap();
        Seen {
            candidate: self.number_of(&vote["candidate_id"]),
            cycle: self.months.iter().position(|month| *month == text("cycle")).unwrap(),
            category: text("category").to_owned(),
            day: vote["day"].as_str().map(|day| day.parse().unwrap()),
            at: text("cast_at").parse().unwrap(),
            sequence: number(&vote["receipt"]["sequence"]),
        }
    }

    /// The results of a cycle, as a reviewer sees them or as everybody does; categories without candidates left out.
    pub async fn tally(&self, cycle: usize, inner: bool) -> BTreeMap<String, Vec<Placed>> {
        let client = if inner { self.reviewers[0].clone() } else { self.app.anonymous() };
        let reply = client.get(&format!("/cycles/{}/tally", self.months[cycle])).await.expect(200);
        let placed = |one: &Value| {
            let counts = ["raw", "quarantined", "invalid"].map(|name| one.get(name).map(number));
            let counts = match counts {
                [Some(raw), Some(held), Some(invalid)] => Some([raw, held, invalid]),
                [None, None, None] => None,
                _ => panic!("some counts and not others: {one}"),
            };
            let candidate = self.number_of(&one["candidate_id"]);
            Placed { candidate, rank: number(&one["rank"]), votes: number(&one["votes"]), counts }
        };
        let categories = reply.json["categories"].as_array().unwrap().iter().map(|category| {
            let candidates = category["candidates"].as_array().unwrap().iter().map(placed).collect();
            (category["category"].as_str().unwrap().to_owned(), candidates)
        });
        categories.filter(|(_, candidates): &(_, Vec<_>)| !candidates.is_empty()).collect()
    }

    /// A voter's own votes, each in the words of its first answer.
    pub async fn own(&self, voter: usize) -> Vec<Seen> {
        let reply = self.voters[voter].get("/me/votes?limit=100").await.expect(200);
        let items = reply.json["items"].as_array().unwrap().iter().map(|vote| {
            let seen = self.seen(vote);
            assert_eq!(self.first.get(&(seen.cycle, seen.sequence)), Some(vote), "listed otherwise than answered");
            seen
        });
        items.collect()
    }

    /// The public log of a cycle under the head that is signed now.
    pub async fn lines(&self, cycle: usize) -> Vec<Line> {
        vote_log::advance(&self.app.service).await.unwrap();
        let (public, path) = (self.app.anonymous(), format!("/cycles/{}/log", self.months[cycle]));
        let size = number(&public.get(&format!("{path}/head")).await.expect(200).json["size"]);
        let mut lines = Vec::new();
        while lines.len() < size {
            let from = lines.len();
            let page = public.get(&format!("{path}/entries?from={from}&to={size}&limit=300")).await.expect(200);
            let page = String::from_utf8(page.bytes).unwrap();
            for line in page.lines() {
                let entry = Entry::parse(line).unwrap();
                assert_eq!(usize::try_from(entry.sequence).unwrap(), lines.len(), "the log has no gap");
                lines.push(self.line(&entry));
            }
        }
        lines
    }

    fn line(&self, entry: &Entry) -> Line {
        let minute = entry.minute;
        match &entry.event {
            Event::Vote { candidate, day, .. } => {
                Line::Vote { candidate: self.number_of(&json!(candidate)), day: *day, minute }
            }
            Event::Invalidation { vote, .. } => Line::Invalidation { vote: usize::try_from(*vote).unwrap(), minute },
        }
    }

    /// A quarantine as it is read.
    pub async fn quarantine(&self, number: usize) -> Custody {
        held(&self.reviewers[0].get(&self.quarantines[number].0).await.expect(200).json)
    }

    /// Candidates whose counts are not those of their votes.
    pub async fn deviations(&self) -> Vec<storage::tallies::Deviation> {
        self.app.service.store.read(|db| Ok::<_, Error>(storage::tallies::deviations(db)?)).await.unwrap()
    }
}

fn number(value: &Value) -> usize {
    usize::try_from(value.as_u64().unwrap()).unwrap()
}

fn held(quarantine: &Value) -> Custody {
    Custody {
        votes: number(&quarantine["votes"]),
        already_held: number(&quarantine["already_held"]),
        status: quarantine["status"].as_str().unwrap().to_owned(),
    }
}

fn fault(fault: &Value) -> Fault {
    let limit = fault.get("used").map(|used| (number(&fault["limit"]), number(used)));
    let text = |name: &str| fault[name].as_str().unwrap_or_default().to_owned();
    Fault { pointer: text("pointer"), code: text("code"), limit }
}

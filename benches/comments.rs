//! What a word list adds to a comment of 500 characters: the filter alone, and the whole of writing a comment on SQLite, with
//! no word on the list and with 50,000.
//!
//! `cargo bench --bench comments`

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a program for whoever looks at its figures")]

use std::{hint::black_box, sync::Arc, time::Instant};

use chrono::{DateTime, Utc};
use clap::Parser;
use haoren::{
    domain::{
        candidate::{Candidate, Channel, Status, Subject, Visibility},
        id::{CandidateId, OrganizationId, UserId},
        organization::{Organization, OrganizationKind},
        role::Role,
        word_filter::WordFilter,
        word_list::WordLists,
    },
    service::{
        Caller, Error, Service, caller,
        clock::SystemTime,
        comments::write::{self, CommentInput},
        cycles, generator, startup, word_lists,
    },
    settings::Settings,
    storage::{self, Connection, users::NewUser},
};

const WORDS: usize = 50_000;
const CHARS: usize = 500;
const LOOKS: u32 = 2_000;
const COMMENTS: u32 = 500;
/// A moment in the voting window of November.
const VOTING: &str = "2026-11-26T02:00:00Z";

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

fn main() {
    let text = text();
    println!("a comment of {} characters", text.chars().count());
    for count in [0, WORDS] {
        let begun = Instant::now();
        let filter = WordFilter::new(&lists(count)).expect("a filter");
        println!("{count:>6} words  built in   {:>9.3} ms", begun.elapsed().as_secs_f64() * 1e3);
        assert!(filter.find(&text).is_empty(), "the comment is clean");
        let begun = Instant::now();
        for _ in 0..LOOKS {
            black_box(filter.find(black_box(&text)));
        }
        println!("{count:>6} words  looked up  {:>9.3} ms", per(begun, LOOKS));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let data = format!("--data-dir={}", folder.path().display());
    let settings = Line::parse_from(["comments", &data]).settings;
    let service = startup::open(&settings.setup(true).expect("settings"), Arc::new(SystemTime)).expect("a service");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        service.clocks.set_campaign(Some(VOTING.parse::<DateTime<Utc>>().expect("a moment")));
        let (caller, candidate) = place(&service).await.expect("a candidate");
        for count in [0, WORDS, 0, WORDS] {
            let version = word_lists::version(&service, &caller).await.expect("a version");
            word_lists::replace_word_lists(&service, &caller, version, lists(count)).await.expect("lists");
            let begun = Instant::now();
            for _ in 0..COMMENTS {
                let input = CommentInput { body: text.clone(), parent: None };
                write::create_comment(&service, &caller, candidate, input, None).await.expect("a comment");
            }
            println!("{count:>6} words  written in {:>9.3} ms (SQLite, one after the other)", per(begun, COMMENTS));
        }
    });
}

fn per(begun: Instant, times: u32) -> f64 {
    begun.elapsed().as_secs_f64() * 1e3 / f64::from(times)
}

/// Words of which many begin as words of the comment do.
fn lists(count: usize) -> WordLists {
    let beginnings = ["师傅", "三十年", "志愿者", "赌博", "发票", "微信", "hello", "buy", "老人", "邻里"];
    let word = |number: usize| {
        let beginning = beginnings.get(number % beginnings.len()).copied().unwrap_or_default();
        format!("{beginning}禁{number}")
    };
    WordLists { words: (0..count).map(word).collect(), allowed: Vec::new() }
}

fn text() -> String {
    let sentence = "陈师傅三十年如一日，為鄰里的老人送餐、修家电；志愿者 hello world 都说：微信群里天天点赞👍！";
    sentence.chars().cycle().take(CHARS).collect()
}

async fn place(service: &Service) -> Result<(Caller, CandidateId), Error> {
    let of_service = service.clone();
    let user = generator::new_id::<UserId>(&service.clocks)?;
    let candidate = service.store.write(move |db| build(&of_service, db, user)).await?;
    let account = service.store.read(move |db| caller::find_account(db, user, 1)).await?;
    Ok((Caller { account, ..Caller::default() }, candidate))
}

fn build(service: &Service, db: &mut Connection, user: UserId) -> Result<CandidateId, Error> {
    let city = organization(service, db, (OrganizationKind::City, None), "武汉市")?;
    let district = organization(service, db, (OrganizationKind::District, Some(city)), "江汉区")?;
    let now = service.clocks.campaign();
    let row = NewUser {
        id: user,
        username: "reviewer".to_owned(),
        username_folded: "reviewer".to_owned(),
        display_name: "审核员".to_owned(),
        password_hash: "none".to_owned(),
        role: Role::CityReviewer,
        organization_id: Some(city),
        active: true,
        auth_version: 1,
        failed_logins: 0,
        version: 1,
        created_at: now.into(),
        updated_at: now.into(),
    };
    storage::users::insert(db, &row)?;
    cycles::ensure(service, db)?;
    let candidate = candidate(generator::new_id(&service.clocks)?, district, now);
    storage::candidates::insert(db, &candidate)?;
    Ok(candidate.id)
}

fn organization(
    service: &Service,
    db: &mut Connection,
    (kind, parent_id): (OrganizationKind, Option<OrganizationId>),
    name: &str,
) -> Result<OrganizationId, Error> {
    let (id, now) = (generator::new_id(&service.clocks)?, service.clocks.campaign());
    let organization = Organization {
        id,
        kind,
        parent_id,
        district_id: None,
        code: None,
        name: name.to_owned(),
        headcount: None,
        responsible_name: None,
        active: true,
        list_title: None,
        list_issuer: None,
        version: 1,
        created_at: now,
        updated_at: now,
    };
    storage::organizations::insert(db, &organization)?;
    Ok(id)
}

fn candidate(id: CandidateId, district_id: OrganizationId, now: DateTime<Utc>) -> Candidate {
    Candidate {
        id,
        number: 0,
        cycle: "2026-11".parse().expect("a month"),
        category: "dedication".parse().expect("a category"),
        status: Status::Forwarded,
        visibility: Visibility::Shown,
        subject: Subject::Individual,
        posthumous: false,
        name: "陈桂兰".to_owned(),
        members: Vec::new(),
        occupation: None,
        gender: None,
        birth_year: None,
        ethnicity: None,
        summary: "三十年安全行车。".to_owned(),
        deed: None,
        unit_id: None,
        district_id,
        channel: Channel::Online,
        returned_from: None,
        status_changed_at: now,
        materials_changed_at: now,
        version: 1,
        created_at: now,
        updated_at: now,
    }
}

//! One person with two accounts, told by the providers from the beginning, is one voter.

use futures_util::future::join_all;
use haoren::domain::id::CandidateId;

use super::voting::{Poll, VOTING, ballot, mine, vote};
use crate::harness::{App, Client, Reply};

const NUMBER: &str = "42010319700101123X";
const PAIRS: usize = 24;

/// Of two answers to one vote the first has made it, and the other found it.
fn assert_one_vote(replies: [&Reply; 2]) {
    let mut statuses = replies.map(|reply| reply.status.as_u16());
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 201], "{} {}", replies[0].json, replies[1].json);
    assert_eq!(replies[0].json, replies[1].json);
}

/// So many people with an account at each of the two providers, the first on `app` and the second on `beside`.
fn people(poll: &Poll, (app, beside): (&App, &App)) -> Vec<[Client; 2]> {
    let person = |at: usize| {
        let number = format!("4201031970010{at:05}");
        [
            app.with_token(poll.token(&poll.one, &format!("u{at}"), Some(&number))),
            beside.with_token(poll.token(&poll.other, &format!("v{at}"), Some(&number))),
        ]
    };
    (0..PAIRS).map(person).collect()
}

async fn vote_at_once(people: &[[Client; 2]], id: CandidateId) -> Vec<Reply> {
    join_all(people.iter().flatten().map(|client| client.post("/votes", vote(id)))).await
}

both! {
    async fn whichever_account_votes_it_is_the_persons_vote(app: App) {
        let poll = Poll::open(&app).await;
        poll.app.policy(|policy| policy.votes_per_category = 3).await;
        let ids = poll.contenders("dedication", 4).await;
        let here = poll.voter("u1", Some(NUMBER));
        let twin = poll.voter("u2", Some("42010319700101123x"));
        let there = poll.app.with_token(poll.token(&poll.other, "someone", Some(" ４２０１０３１９７００１０１１２３Ｘ")));
        let first = here.post("/votes", vote(ids[0])).await.expect(201);
        for other in [&twin, &there] {
            assert_eq!(mine(other).await, std::slice::from_ref(&first.json), "before it has voted itself");
            assert_eq!(other.post("/votes", vote(ids[0])).await.expect(200).json, first.json);
        }
        there.post("/ballots", ballot(&ids[..2])).await.expect(201);
        twin.post("/votes", vote(ids[2])).await.expect(201);
        // The account there is known by now, whether its token tells the number or not.
        for client in [&here, &twin, &there, &poll.app.with_token(poll.token(&poll.other, "someone", None))] {
            let reply = client.post("/votes", vote(ids[3])).await.problem(409, "category_limit_reached");
            assert_eq!(reply.json["errors"][0]["used"], 3);
            assert_eq!(mine(client).await.len(), 3);
            assert_eq!(mine(client).await, mine(&here).await);
        }
        assert_eq!(poll.counted(&ids).await, [1, 1, 1, 0]);
        let somebody = poll.voter("u3", Some("420103197001011241"));
        somebody.post("/votes", vote(ids[0])).await.expect(201);
        let masked = poll.voter("u4", Some("4201**********123X"));
        masked.post("/votes", vote(ids[0])).await.expect(201);
        assert_eq!(poll.counted(&ids).await, [3, 1, 1, 0]);
        let sheet = poll.reviewer().await.get("/cycles/2026-11/votes").await.expect(200);
        let rows = sheet.json["items"].as_array().unwrap();
        let voters: Vec<&str> = rows.iter().map(|row| row["voter"].as_str().unwrap()).collect();
        assert!(voters[0] == voters[1] && voters[1] == voters[2] && voters[0] != voters[3], "{voters:?}");
    }

    async fn one_person_is_one_voter_however_the_accounts_first_votes_meet(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 1).await;
        let replies = vote_at_once(&people(&poll, (&poll.app, &poll.app)), ids[0]).await;
        for pair in replies.chunks(2) {
            assert_one_vote([&pair[0], &pair[1]]);
        }
        assert_eq!(poll.counted(&ids).await, [PAIRS as u64]);
    }

    async fn one_person_is_one_voter_in_two_processes(app: App) {
        let poll = Poll::open(&app).await;
        let beside = poll.app.beside().await;
        beside.set_clock(VOTING);
        let ids = poll.contenders("dedication", 2).await;
        let people = people(&poll, (&poll.app, &beside));
        // The first vote of each account, and then votes of accounts that are known.
        for id in &ids {
            let replies = vote_at_once(&people, *id).await;
            for pair in replies.chunks(2) {
                assert_one_vote([&pair[0], &pair[1]]);
            }
        }
        assert_eq!(poll.counted(&ids).await, [PAIRS as u64; 2]);
    }

    async fn the_limit_of_one_person_holds_in_two_processes(app: App) {
        let poll = Poll::open(&app).await;
        poll.app.policy(|policy| policy.votes_per_category = 3).await;
        let beside = poll.app.beside().await;
        beside.set_clock(VOTING);
        let ids = poll.contenders("dedication", 8).await;
        let [here, there] = &people(&poll, (&poll.app, &beside))[0];
        let votes = ids.iter().enumerate().map(|(at, id)| [here, there][at % 2].post("/votes", vote(*id)));
        let replies = join_all(votes).await;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 3);
        for refused in replies.into_iter().filter(|reply| reply.status != 201) {
            refused.problem(409, "category_limit_reached");
        }
        assert_eq!(poll.counted(&ids).await.iter().sum::<u64>(), 3);
        assert_eq!(mine(here).await, mine(there).await);
    }

    async fn who_is_told_later_stays_the_voter_and_no_other_person_is_taken(app: App) {
        let poll = Poll::open(&app).await;
        let ids = poll.contenders("dedication", 2).await;
        let first = poll.voter("u1", None).post("/votes", vote(ids[0])).await.expect(201);
        let told = poll.voter("u1", Some(NUMBER));
        assert_eq!(told.post("/votes", vote(ids[0])).await.expect(200).json, first.json);
        assert_eq!(poll.voter("u2", Some(NUMBER)).post("/votes", vote(ids[0])).await.expect(200).json, first.json);
        // A token that tells another number makes nobody another person.
        let other = "420103197001011241";
        assert_eq!(poll.voter("u1", Some(other)).post("/votes", vote(ids[0])).await.expect(200).json, first.json);
        poll.voter("u3", Some(other)).post("/votes", vote(ids[0])).await.expect(201);
        poll.voter("u1", Some(other)).post("/votes", vote(ids[1])).await.expect(201);
        poll.voter("u2", Some(NUMBER)).post("/votes", vote(ids[1])).await.expect(200);
        poll.voter("u3", Some(other)).post("/votes", vote(ids[1])).await.expect(201);
        assert_eq!(poll.counted(&ids).await, [2, 2]);
    }
}

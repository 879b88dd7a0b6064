//! The real program is killed while it sends, again and again, to a receiver that fails at random: everything arrives at least
//! once, under the same id, and each subject's in order.
//!
//! A few rounds here; the long run is `HAOREN_KILL_ROUNDS=50 ./test --locked --test it webhooks::killed`.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use haoren::service::clock::{MachineTime as _, SystemTime};

use super::*;
use crate::harness::{Running, program};

const SUBJECTS: usize = 50;

fn rounds() -> usize {
    std::env::var("HAOREN_KILL_ROUNDS").map_or(5, |text| text.parse().expect("HAOREN_KILL_ROUNDS is a number"))
}

/// The program on the database of an app, with pauses that a test can wait for, and so many that nothing is given up.
fn serve(app: &App) -> Running {
    let mut command = program(&app.settings.data_dir);
    command.args(["serve", "--db-connections=6", "--workers=1"]).args(TRIAL);
    command.arg(format!("--webhook-retries={}", ["0.02"; 100].join(",")));
    if let Some(url) = &app.settings.database_url {
        command.env("DATABASE_URL", url);
    }
    Running::start(command)
}

both! {
    async fn nothing_is_lost_when_the_program_is_killed(app: App) {
        let app = app.another_with(TRIAL).await;
        let judged = |_: &Received| if rand::random_bool(0.3) { 500 } else { 204 };
        let sink = Sink::open(Answer::Judged(Arc::new(judged))).await;
        // The program goes by the machine's own clock.
        app.time.advance(SystemTime.now() - app.service.clocks.machine());
        // The program tells of windows by itself.
        let asked = json!({ "url": sink.url(), "types": ["list.published"] });
        app.admin().await.post("/webhooks", asked).await.expect(201);
        let count = rounds() * 20;
        for number in 0..count {
            let subject = (number % SUBJECTS).to_string();
            happens(&app.service, EventKind::ListPublished, &subject).await;
        }
        for round in 1..=rounds() {
            let mut running = serve(&app);
            // At least one arrives in each life, and it dies after a number left to chance, with others on their way.
            let least = sink.different() + 1;
            let most = (count * round / (rounds() + 1)).max(least);
            sink.took(rand::random_range(least..=most)).await;
            running.kill();
        }
        let _running = serve(&app);
        sink.took(count).await;
        sink.assert_in_order();
        let mut subjects: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for one in sink.taken() {
            subjects.entry(one.subject()).or_default().insert(one.header("webhook-id").to_owned());
        }
        let told: usize = subjects.values().map(BTreeSet::len).sum();
        assert_eq!((told, subjects.len()), (count, SUBJECTS.min(count)));
    }
}

//! `haoren serve`: the server.

use std::{fs::File, process::ExitCode, sync::Arc};

use clap::Args;

use super::{CommandError, hold::hold, say};
use crate::{
    api::server::Server,
    service::{
        Service,
        accounts::first_admin,
        aftercare::rounds,
        announcements, audit_events, backlog, ballot_papers, calendar,
        clock::SystemTime,
        events, operations, packages, quarantines, reminders, renewing,
        startup::{self, Setup},
        statistics::recount,
        sweeping, vote_log, vote_scan, webhooks,
    },
    settings::{ServerSettings, Settings},
    storage::{Address, private_folder},
};

/// Serve the API.
#[derive(Args, Debug)]
pub struct Serve {
    #[command(flatten)]
    settings: Settings,
    #[command(flatten)]
    server: ServerSettings,
}

impl Serve {
    pub(super) fn run(self) -> Result<ExitCode, CommandError> {
        serve(&self.settings, &self.server)
    }
}

pub(super) fn serve(settings: &Settings, server: &ServerSettings) -> Result<ExitCode, CommandError> {
    let _only_server = hold_data_folder(settings)?;
    let setup = Setup {
        webhooks: server.webhooks.terms(),
        certificates_at: settings.public_url(server.bind),
        ..settings.setup(server.sandbox)?
    };
    let service = startup::open(&setup, Arc::new(SystemTime))?;
    if service.clocks.is_set() && !server.sandbox {
        return Err(
            "the campaign's clock of this database was set apart by a sandbox, and every window would be wrong; \
                    start with --sandbox and bring it back: PUT /api/v1/clock {\"now\": null}"
                .into(),
        );
    }
    actix_web::rt::System::new().block_on(run(service, server))
}

async fn run(service: Service, settings: &ServerSettings) -> Result<ExitCode, CommandError> {
    let stop = stop_signal()?;
    let first = first_admin::ensure(&service, std::env::var("HAOREN_ADMIN_PASSWORD").ok()).await;
    let first = first.map_err(|error| first_admin::explain(&error, first_admin::FIRST))?;
    renewing::renew_phone_indexes(&service).await?;
    operations::settle_at_start(&service).await?;
    packages::release_at_start(&service).await?;
    webhooks::release_at_start(&service).await?;
    if let Err(error) = vote_log::settle_at_start(&service).await {
        // Nothing is signed before this succeeds, and people can vote.
        log::error!("the vote logs could not be held against their last published heads: {error}");
    }
    let database = service.store.address().to_string();
    let server = Server::build(service.clone(), settings)?;
    let host = settings.bind.ip();
    let base = format!("http://{}", std::net::SocketAddr::new(host, server.port()));
    if let Some(first) = first {
        say(format_args!("\nAn administrator was made / 已创建管理员账号:\n  user name 用户名  {}", first.username))?;
        match first.generated_password {
            Some(password) => {
                say(format_args!("  password 密码     {password}\nIt is shown this once. 密码只显示这一次。"))?;
            }
            None => say("  password 密码     as set by HAOREN_ADMIN_PASSWORD")?,
        }
    }
    say(format_args!("\nhaoren serves {base} from {database}\nDocumentation 文档: {base}/docs\n"))?;
    actix_web::rt::spawn(advance_vote_logs(service.clone()));
    actix_web::rt::spawn(look_for_signals(service.clone()));
    actix_web::rt::spawn(count_statistics(service.clone()));
    actix_web::rt::spawn(build_packages(service.clone()));
    actix_web::rt::spawn(hand_on_events(service.clone()));
    actix_web::rt::spawn(chain_audit(service.clone()));
    actix_web::rt::spawn(follow_calendar(service.clone()));
    actix_web::rt::spawn(remind_of_deadlines(service.clone()));
    actix_web::rt::spawn(look_after_honorees(service.clone()));
    actix_web::rt::spawn(sweep_now_and_then(service.clone()));
    let (no_more, stopped) = tokio::sync::watch::channel(false);
    let sending = actix_web::rt::spawn(webhooks::Sender::new(&service).run(stopped));
    let (handle, last) = (server.handle(), service.clone());
    actix_web::rt::spawn(async move {
        stop.await;
        log::info!("stopping: requests that have begun are finished, and streams of events ended");
        service.events.close();
        no_more.send_replace(true);
        handle.stop(true).await;
    });
    server.run_until_stopped().await?;
    // What is being sent comes to its end; an attempt is bounded.
    drop(sending.await);
    if let Err(error) = audit_events::seal(&last).await {
        log::warn!("the end of the audit could not be chained, which the next start does: {error}");
    }
    Ok(ExitCode::SUCCESS)
}

/// The trees of the vote logs follow the votes at their own pace: who votes never waits for them.
async fn advance_vote_logs(service: Service) {
    let mut ticks = tokio::time::interval(vote_log::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = vote_log::advance(&service).await {
            log::warn!("advancing the vote logs failed: {error}");
        }
    }
}

/// Events are numbered and handed to streams soon after they happen.
async fn hand_on_events(service: Service) {
    let mut ticks = tokio::time::interval(events::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = events::turn(&service).await {
            log::warn!("events could not be handed on: {error}");
        }
    }
}

/// What was done is numbered and chained soon after it happens.
async fn chain_audit(service: Service) {
    let mut ticks = tokio::time::interval(audit_events::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = audit_events::seal(&service).await {
            log::warn!("the audit could not be chained: {error}");
        }
    }
}

/// Windows that have opened or closed are told of, lots drawn, and announcements published when their moment comes.
async fn follow_calendar(service: Service) {
    let mut ticks = tokio::time::interval(calendar::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = calendar::tell(&service).await {
            log::warn!("windows that have opened or closed could not be told of: {error}");
        }
        match ballot_papers::draw_due(&service).await {
            Ok(0) => {}
            Ok(drawn) => log::info!("the order of {drawn} ballot papers was drawn by lot"),
            Err(error) => log::warn!("the order of a ballot paper could not be drawn: {error}"),
        }
        if let Err(error) = announcements::tell(&service).await {
            log::warn!("announcements could not be told of: {error}");
        }
    }
}

async fn remind_of_deadlines(service: Service) {
    let mut ticks = tokio::time::interval(reminders::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match reminders::remind(&service).await {
            Ok(0) => {}
            Ok(told) => log::info!("{told} reviewers were reminded of a deadline"),
            Err(error) => log::warn!("deadlines could not be reminded of: {error}"),
        }
    }
}

/// Visits become due, and who is not reached for too long is told of.
async fn look_after_honorees(service: Service) {
    let mut ticks = tokio::time::interval(rounds::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        match rounds::tend(&service).await {
            Ok(tended) if tended == rounds::Tended::default() => {}
            Ok(tended) => log::info!("aftercare: {tended:?}"),
            Err(error) => log::warn!("honorees could not be looked after: {error}"),
        }
    }
}

/// Packages are built beside the requests, one after the other in each process.
async fn build_packages(service: Service) {
    let mut ticks = tokio::time::interval(packages::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = packages::work_on_due(&service).await {
            log::warn!("looking for packages to be built failed: {error}");
        }
    }
}

async fn look_for_signals(service: Service) {
    let mut ticks = tokio::time::interval(vote_scan::EVERY);
    loop {
        ticks.tick().await;
        match vote_scan::scan(&service).await {
            Ok(votes) => log::debug!("looked through {votes} votes"),
            Err(error) => log::warn!("looking through the votes failed: {error}"),
        }
        match quarantines::hold_repeated(&service, None).await {
            Ok(opened) => log::debug!("opened {opened} quarantines of repeated votes"),
            Err(error) => log::warn!("repeated votes could not be held back: {error}"),
        }
    }
}

/// What changed is counted beside the requests.
async fn count_statistics(service: Service) {
    let mut ticks = tokio::time::interval(recount::EVERY);
    ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if let Err(error) = recount::catch_up(&service).await {
            log::warn!("counting what changed failed: {error}");
        }
    }
}

async fn sweep_now_and_then(service: Service) {
    let mut ticks = tokio::time::interval(sweeping::EVERY);
    loop {
        ticks.tick().await;
        match sweeping::sweep(&service).await {
            Ok((keys, tokens)) => log::debug!("swept {keys} idempotency keys and {tokens} refresh tokens"),
            Err(error) => log::warn!("sweeping failed: {error}"),
        }
        match sweeping::sweep_leads(&service).await {
            Ok(erased) => log::debug!("erased {erased} dismissed leads"),
            Err(error) => log::warn!("erasing dismissed leads failed: {error}"),
        }
        match operations::settle_abandoned(&service).await {
            Ok(settled) => log::debug!("settled {settled} operations that were broken off"),
            Err(error) => log::warn!("operations that were broken off could not be settled: {error}"),
        }
        match sweeping::sweep_staged(&service).await {
            Ok(removed) => log::debug!("swept {removed} rows of imports"),
            Err(error) => log::warn!("sweeping the rows of imports failed: {error}"),
        }
        match sweeping::sweep_traces(&service).await {
            Ok(removed) => log::debug!("removed {removed} traces of votes"),
            Err(error) => log::warn!("removing the traces of votes failed: {error}"),
        }
        match quarantines::finish_all(&service).await {
            Ok(finished) => log::debug!("finished {finished} quarantines that were broken off"),
            Err(error) => log::warn!("quarantines that were broken off could not be finished: {error}"),
        }
        match sweeping::sweep_files(&service).await {
            Ok(removed) => log::debug!("swept {removed} files without a row"),
            Err(error) => log::warn!("sweeping the file store failed: {error}"),
        }
        match sweeping::sweep_events(&service).await {
            Ok(removed) => log::debug!("removed {removed} old events"),
            Err(error) => log::warn!("removing old events failed: {error}"),
        }
        match sweeping::sweep_deliveries(&service).await {
            Ok(removed) => log::debug!("removed {removed} old deliveries"),
            Err(error) => log::warn!("removing old deliveries failed: {error}"),
        }
        match vote_log::destroy_secrets(&service).await {
            Ok(0) => {}
            Ok(destroyed) => log::info!("the secrets of {destroyed} vote logs were destroyed"),
            Err(error) => log::warn!("secrets of vote logs could not be destroyed: {error}"),
        }
        match backlog::take_up_all(&service).await {
            Ok(0) => {}
            Ok(taken) => log::info!("{taken} candidates were taken up among those that look-alikes are sought in"),
            Err(error) => log::warn!("taking up older candidates failed: {error}"),
        }
    }
}

/// Ctrl-C, or the SIGTERM of whoever manages the process. Both are listened for from the call on, not only from the
/// first poll: a signal that comes early must not kill what has begun.
#[cfg(unix)]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    use tokio::signal::unix::{SignalKind, signal};
    let (mut interrupt, mut terminate) = (signal(SignalKind::interrupt())?, signal(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
        }
    })
}

#[cfg(not(unix))]
fn stop_signal() -> std::io::Result<impl Future<Output = ()>> {
    Ok(async { drop(tokio::signal::ctrl_c().await) })
}

/// Two servers on one SQLite folder would each let a writer in: the second is refused. Other commands work beside it.
fn hold_data_folder(settings: &Settings) -> Result<Option<File>, CommandError> {
    let Address::Sqlite(_) = settings.address()? else { return Ok(None) };
    private_folder(&settings.data_dir)?;
    let refusal = || {
        format!(
            "another haoren serves from {} already; stop it, or choose another folder with --data-dir",
            settings.data_dir.display()
        )
    };
    hold(&settings.data_dir.join("server.lock"), refusal).map(Some)
}

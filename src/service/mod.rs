//! The third storey: the use cases. Each is one transaction: authorise → lock → load → decide in the domain → write →
//! audit → announce.

use chrono_tz::Tz;

use crate::storage::{Store, files::Files, vault::MasterKey};

pub mod accounts;
pub mod activity;
pub mod aftercare;
pub mod announcements;
pub mod audit_events;
pub mod background;
pub mod backlog;
pub mod ballot_box;
pub mod ballot_papers;
pub mod batches;
pub mod bearer;
pub mod calendar;
pub mod caller;
pub mod campaign_clock;
pub mod candidates;
pub mod categories;
pub mod certificates;
pub mod channels;
pub mod clock;
pub mod comments;
pub mod cycles;
pub mod delegations;
pub mod detours;
pub mod error;
pub mod events;
pub mod exports;
pub mod feed;
pub mod first_answer;
pub mod generator;
pub mod histories;
pub mod honorees;
pub mod idempotency;
pub mod imports;
pub mod inbox;
pub mod issuers;
pub mod leadership;
pub mod leads;
pub mod lists;
pub mod memberships;
pub mod merging;
pub mod notifications;
pub mod objections;
pub mod operations;
pub mod organizations;
pub mod origins;
pub mod packages;
pub mod participation;
pub mod pictures;
pub mod pool;
pub mod publicity;
pub mod quarantines;
pub mod record;
pub mod reference_data;
pub mod reminders;
pub mod renewing;
pub mod results;
pub mod review_stages;
pub mod reviews;
pub mod sheets;
pub mod signals;
pub mod startup;
pub mod statistics;
pub mod study;
pub mod sweeping;
pub mod tallies;
pub mod transitions;
pub mod vote_log;
pub mod vote_scan;
pub mod vote_sheet;
pub mod voter;
pub mod votes;
pub mod webhooks;
pub mod word_lists;

use std::sync::Arc;

pub use caller::Caller;
pub use error::Error;

/// Everything that the use cases need. Cheap to clone; no state that matters lives in it.
#[derive(Clone)]
pub struct Service {
    /// The database.
    pub store: Store,
    /// The campaign's and the machine's clock.
    pub clocks: clock::Clocks,
    /// Encrypts personal data.
    pub vault: Arc<MasterKey>,
    /// The photos.
    pub files: Files,
    /// Works on uploaded pictures, a few at once.
    pub pictures: pictures::Pictures,
    /// Reads and writes spreadsheets, a few at once.
    pub sheets: sheets::Sheets,
    /// Draws certificates, a few at once.
    pub certificates: certificates::Press,
    /// Long work beside the requests.
    pub background: background::Background,
    /// Hands events to the streams of this process.
    pub events: events::Feed,
    /// Makes hashes of where votes come from.
    pub origins: origins::Origins,
    /// Takes votes.
    pub ballot_box: ballot_box::BallotBox,
    /// Finds the words for which comments are held.
    pub word_filters: comments::filters::WordFilters,
    /// Hashes and checks passwords.
    pub passwords: accounts::passwords::Passwords,
    /// Issues and checks access tokens.
    pub tokens: accounts::tokens::Tokens,
    /// Signs the manifests of packages.
    pub package_signer: packages::Signer,
    /// Signs the heads of vote logs, and makes their pseudonyms.
    pub vote_logs: vote_log::VoteLogs,
    /// Tells subscribers of events.
    pub webhooks: webhooks::Webhooks,
    /// Other identity providers, whose tokens are taken for voting.
    pub issuers: issuers::Issuers,
    /// The address at which the public reaches the server, without a slash at the end, where the operator has said it.
    pub public_url: Option<String>,
    /// The zone of days and months.
    pub time_zone: Tz,
    /// Whether administrators may set the campaign clock.
    pub sandbox: bool,
}

impl AsRef<clock::Clocks> for Service {
    fn as_ref(&self) -> &clock::Clocks {
        &self.clocks
    }
}

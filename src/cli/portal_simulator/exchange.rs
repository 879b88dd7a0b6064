//! The rounds: what waits is found, fetched, checked, decided and acknowledged, each batch from where it stands.

use std::{fs, path::Path, time::Duration};

use reqwest::StatusCode;

use super::{
    checks, download,
    failure::Failure,
    folder::{self, Folder, Record, Stage},
    manifest::Manifest,
    manners::Manners,
    receipts,
    report::{Report, say},
    server::{Ask, Server},
    signature::{self, KeySet},
    wire::Batch,
};
use crate::cli::CommandError;

/// Everything that a round needs.
pub struct Exchange<'a> {
    /// The other side.
    pub server: &'a Server,
    /// What is known.
    pub folder: &'a Folder,
    /// How it is done.
    pub manners: &'a Manners,
    /// What comes of it.
    pub report: &'a mut Report,
}

impl Exchange<'_> {
    /// Round after round.
    pub async fn rounds(&mut self, pause: Duration) -> Result<(), CommandError> {
        loop {
            self.round().await?;
            tokio::time::sleep(pause).await;
        }
    }

    /// One round. What fails with one batch does not keep the others.
    pub async fn round(&mut self) -> Result<(), CommandError> {
        let found = self.find().await;
        self.report.note_outcome(found)?;
        for mut record in self.folder.records()? {
            if record.stage != Stage::Acknowledged {
                let outcome = self.advance(&mut record).await;
                self.report.note_batch(&record);
                self.report.note_outcome(outcome)?;
            }
        }
        Ok(())
    }

    /// Notes what waits. A batch that is known keeps what is known of it: its receipt may be on its way.
    async fn find(&self) -> Result<(), Failure> {
        let path = "/api/v1/batches?status=pending";
        let waiting: Vec<Batch> = self.server.list(path, "查询待取批次 asking what waits").await?;
        for batch in waiting {
            if !self.folder.knows(batch.id) {
                say(format_args!(
                    "新批次 found {} 第 {} 批 batch {}: {}",
                    batch.cycle, batch.sequence, batch.sequence, batch.id
                ))?;
                self.folder.keep(&batch.into())?;
            }
        }
        Ok(())
    }

    /// Takes a batch as far as it goes, keeping each step before the next.
    async fn advance(&self, record: &mut Record) -> Result<(), Failure> {
        say(format_args!("{} 第 {} 批 batch {}", record.cycle, record.sequence, record.sequence))?;
        if record.stage == Stage::Found {
            download::package(self.server, self.folder, self.manners, record).await?;
            let manifest = self.check(record).await?;
            record.counts = Some((manifest.candidates.len(), manifest.files.len()));
            self.reach(record, Stage::Checked)?;
        }
        if record.stage == Stage::Checked {
            record.receipt = Some(self.manners.decide(&self.manifest(record)?));
            self.reach(record, Stage::Decided)?;
        }
        if record.stage == Stage::Decided {
            if self.manners.late && !self.is_published(&record.cycle).await? {
                return say("  榜单未发布，回执暂缓 the list is not out, the receipt is held back");
            }
            receipts::send(self.server, self.folder, self.manners, record).await?;
            self.reach(record, Stage::Acknowledged)?;
        }
        Ok(())
    }

    fn reach(&self, record: &mut Record, stage: Stage) -> Result<(), Failure> {
        record.stage = stage;
        self.folder.keep(record)
    }

    /// Fetches manifest and signature, and checks everything. A package that is not sound is thrown away, so that the next
    /// run fetches it anew.
    async fn check(&self, record: &Record) -> Result<Manifest, Failure> {
        let files = self.folder.files(record.batch_id);
        for (name, file) in [("manifest", &files.manifest), ("signature", &files.signature)] {
            let path = format!("/api/v1/batches/{}/{name}", record.batch_id);
            let answer = self.server.ask(Ask::get(&path)).await?;
            if answer.status != StatusCode::OK {
                return Err(answer.refused("下载清单与签名 fetching manifest and signature"));
            }
            folder::write(file, &answer.bytes)?;
        }
        let keys: KeySet =
            self.server.ask(Ask::get("/.well-known/jwks.json")).await?.read("下载公钥 fetching the keys")?;
        let checked = self.checked(record, &keys);
        match &checked {
            Ok(manifest) => {
                let counts = (manifest.candidates.len(), manifest.files.len());
                say(format_args!(
                    "  签名、清单与 {} 个文件无误 signature, manifest and {} files are sound",
                    counts.1, counts.1
                ))?;
            }
            Err(Failure::Unsound(_)) => folder::remove(&files.package)?,
            Err(_) => {}
        }
        checked
    }

    fn checked(&self, record: &Record, keys: &KeySet) -> Result<Manifest, Failure> {
        let files = self.folder.files(record.batch_id);
        let read = |path: &Path| fs::read(path).map_err(|error| Failure::of_file(path, &error));
        let served = read(&files.manifest)?;
        let jws = String::from_utf8_lossy(&read(&files.signature)?).into_owned();
        // Nothing that the manifest says is believed before this.
        signature::verify(&jws, &served, keys).map_err(|why| Failure::Unsound(vec![why]))?;
        let manifest = checks::manifest(&served, record)?;
        checks::package(&files.package, &served, &manifest)?;
        Ok(manifest)
    }

    /// The manifest that was checked.
    fn manifest(&self, record: &Record) -> Result<Manifest, Failure> {
        let path = self.folder.files(record.batch_id).manifest;
        let served = fs::read(&path).map_err(|error| Failure::of_file(&path, &error))?;
        checks::manifest(&served, record)
    }

    async fn is_published(&self, cycle: &str) -> Result<bool, Failure> {
        let answer = self.server.ask(Ask::get(&format!("/api/v1/lists/{cycle}"))).await?;
        match answer.status {
            StatusCode::OK => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(answer.refused("查询榜单 asking for the list")),
        }
    }
}

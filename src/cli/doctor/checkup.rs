//! What the doctor looks at, one thing after the other.

mod audit;
mod certificates;

use std::path::Path;

use uuid::Uuid;

use super::{finding::Finding, unpublished};
use crate::{
    domain::{id::PhotoId, month::Month},
    service::{
        clock::{MachineTime as _, SystemTime},
        issuers::{self, config},
        vote_log::{Recheck, recheck},
    },
    settings::Settings,
    storage::{
        self, Address, Connection, StoreError,
        files::{FileKey, Files, FilesAt},
        folders, migrations,
        vault::{self, MasterKey},
        version,
    },
};

/// Everything, in the order in which a start would need it.
pub async fn all(settings: &Settings) -> Vec<Finding> {
    let mut findings = Vec::new();
    findings.push(Finding::good("time zone", format!("days and months of {}", settings.time_zone)));
    let address = match settings.address() {
        Ok(address) => address,
        Err(error) => {
            findings.push(Finding::broken("database", error, "correct DATABASE_URL"));
            return findings;
        }
    };
    findings.push(data_folder(settings));
    let (finding, key) = master_key(settings, &address);
    findings.push(finding);
    findings.extend(database(settings, &address, key.as_ref()));
    findings.extend(vote_logs(&address, key.as_ref()));
    findings.extend(unpublished::look(&address));
    findings.extend(audit::look(&address));
    findings.push(photos(settings).await);
    findings.extend(issuers(settings).await);
    findings.push(certificates::public_address(settings));
    findings.extend(certificates::fonts(settings));
    findings.extend(server(settings, &address));
    findings
}

fn data_folder(settings: &Settings) -> Finding {
    let folder = &settings.data_dir;
    let shown = folder.display();
    match std::fs::metadata(folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Finding::good("folder", format!("{shown} is not there yet; the first start makes it"))
        }
        Err(error) => {
            Finding::broken("folder", format!("{shown}: {error}"), "let the account that runs haoren enter it")
        }
        Ok(found) if !found.is_dir() => {
            Finding::broken("folder", format!("{shown} is no folder"), "choose another with HAOREN_DATA_DIR")
        }
        Ok(found) if found.permissions().readonly() => Finding::broken(
            "folder",
            format!("{shown} cannot be written"),
            "let the account that runs haoren write there",
        ),
        // Names, deeds and photos lie in it as they are.
        Ok(_) if !folders::is_private(folder).unwrap_or(true) => {
            Finding::doubtful("folder", format!("{shown} can be read by others"), format!("chmod 700 {shown}"))
        }
        Ok(_) => Finding::good("folder", shown.to_string()),
    }
}

fn master_key(settings: &Settings, address: &Address) -> (Finding, Option<MasterKey>) {
    let path = settings.key_path();
    let shown = path.display();
    if !path.exists() {
        let finding = if address.is_sqlite() && !holds_database(address) {
            Finding::good("master key", format!("{shown} is not there yet; the first start makes it"))
        } else if address.is_sqlite() {
            Finding::broken(
                "master key",
                format!("{shown} is gone, but the database is there"),
                "bring the key back from its copy; without it personal data cannot be read",
            )
        } else {
            Finding::broken(
                "master key",
                format!("{shown} is not there; with PostgreSQL it is not made by itself"),
                "copy the key of the other servers there (HAOREN_KEY_FILE), or for a new installation: \
                 start haoren once with SQLite and take the key it makes",
            )
        };
        return (finding, None);
    }
    match vault::load(&path) {
        Err(error) => (Finding::broken("master key", error.to_string(), "bring back the right file"), None),
        Ok(key) => (permissions(&path), Some(key)),
    }
}

fn permissions(path: &Path) -> Finding {
    let shown = path.display();
    match folders::is_private(path) {
        Ok(true) => Finding::good("master key", format!("{shown}; keep a copy in a safe place")),
        Ok(false) => {
            Finding::doubtful("master key", format!("{shown} can be read by others"), format!("chmod 600 {shown}"))
        }
        Err(error) => Finding::doubtful("master key", format!("{shown}: {error}"), "look at its permissions"),
    }
}

fn holds_database(address: &Address) -> bool {
    match address {
        Address::Sqlite(path) => path.exists(),
        Address::Postgres(_) => true,
    }
}

fn database(settings: &Settings, address: &Address, key: Option<&MasterKey>) -> Vec<Finding> {
    if !holds_database(address) {
        return vec![Finding::good("database", format!("{address} is not there yet; the first start makes it"))];
    }
    let mut connection = match Connection::open(address) {
        Ok(connection) => connection,
        Err(error) => {
            let mend = match address {
                Address::Sqlite(_) => "let the account that runs haoren read and write the file",
                Address::Postgres(_) => "start PostgreSQL, or correct host, name, user and password in DATABASE_URL",
            };
            return vec![Finding::broken("database", format!("{address}: {error}"), mend)];
        }
    };
    let mut findings = vec![database_version(&mut connection, address)];
    let (schema, is_complete) = schema(address);
    findings.push(schema);
    if is_complete {
        let inside = [key_fits(&mut connection, settings, key), administrator(&mut connection), clock(&mut connection)];
        findings.extend(inside.into_iter().map(|found| found.unwrap_or_else(|error| unreadable(&error))));
    }
    findings
}

fn unreadable(error: &StoreError) -> Finding {
    Finding::broken("database", error.to_string(), "look at the database's own log")
}

fn database_version(connection: &mut Connection, address: &Address) -> Finding {
    match version::get(connection) {
        Ok(version) if version.supported => Finding::good("database", format!("{address}, {}", version.text)),
        Ok(version) => Finding::broken(
            "database",
            format!("{address}, {}, is too old", version.text),
            "use PostgreSQL 15 or newer, or the SQLite that haoren brings along",
        ),
        Err(error) => unreadable(&error),
    }
}

fn schema(address: &Address) -> (Finding, bool) {
    match migrations::pending(address) {
        Ok(pending) if pending.is_empty() => (Finding::good("schema", "up to date"), true),
        Ok(pending) => {
            let found = format!("{} migrations to be applied: {}", pending.len(), pending.join(", "));
            (Finding::doubtful("schema", found, "`haoren migrate`, or the next start, applies them"), false)
        }
        Err(error) => (
            Finding::broken("schema", error.to_string(), "run the haoren that made this database, or a newer one"),
            false,
        ),
    }
}

fn key_fits(connection: &mut Connection, settings: &Settings, key: Option<&MasterKey>) -> Result<Finding, StoreError> {
    let check = storage::server_keys::list(connection, "check")?;
    Ok(match (check.first(), key) {
        (Some(check), Some(key)) if key.matches_check_value(&check.wrapped) => {
            Finding::good("master key", "belongs to this database")
        }
        (Some(_), Some(_)) => Finding::broken(
            "master key",
            format!("the key in {} is not the one that this database was made with", settings.key_path().display()),
            "put the right key there, or point HAOREN_KEY_FILE at it",
        ),
        (Some(_), None) => {
            Finding::broken("master key", "the database was made with a key that is missing", "see above")
        }
        (None, _) => Finding::good("master key", "the first start ties it to this database"),
    })
}

fn administrator(connection: &mut Connection) -> Result<Finding, StoreError> {
    Ok(if storage::users::any_active_admin(connection)? {
        Finding::good("accounts", "there is an administrator")
    } else {
        Finding::doubtful(
            "accounts",
            "there is no active administrator",
            "`haoren admin create` makes one, `haoren admin reset-password` opens a closed one",
        )
    })
}

fn clock(connection: &mut Connection) -> Result<Finding, StoreError> {
    let now = SystemTime.now();
    Ok(match storage::campaign_clock::find(connection)? {
        None => Finding::good("clock", "the campaign follows the machine's clock"),
        Some((campaign, machine)) => Finding::doubtful(
            "clock",
            format!("a sandbox set the campaign's clock; it shows {}", (campaign + (now - machine)).to_rfc3339()),
            "in a real deployment set it back: PUT /api/v1/clock {\"now\": null} on a server run with --sandbox",
        ),
    })
}

/// Makes the trees again from the rows of votes; of a city this takes seconds.
fn vote_logs(address: &Address, key: Option<&MasterKey>) -> Vec<Finding> {
    let is_complete =
        holds_database(address) && matches!(migrations::pending(address), Ok(pending) if pending.is_empty());
    // Opening would make a database where there is none.
    let (true, Some(key)) = (is_complete, key) else { return Vec::new() };
    let Ok(mut connection) = Connection::open(address) else { return Vec::new() };
    let mut findings = vec![counts(&mut connection).unwrap_or_else(|error| unreadable(&error))];
    match storage::vote_logs::list(&mut connection) {
        Ok(logs) => findings.extend(logs.into_iter().filter_map(|log| vote_log(&mut connection, key, log.cycle))),
        Err(error) => findings.push(unreadable(&error)),
    }
    findings
}

/// Counts the votes again, and compares.
fn counts(connection: &mut Connection) -> Result<Finding, StoreError> {
    let found = storage::tallies::deviations(connection)?;
    let Some(first) = found.first() else {
        return Ok(Finding::good("votes", "every candidate has as many votes as were counted"));
    };
    let storage::tallies::Deviation { cycle, candidate, raw, quarantined, invalid } = first;
    Ok(Finding::broken(
        "votes",
        format!(
            "the counts of {} candidates are not those of their votes; first in {cycle}, candidate number {candidate}: \
             {raw:+} cast, {quarantined:+} held back, {invalid:+} invalid",
            found.len()
        ),
        "keep the database as it is, and find out who wrote to it; the votes and their log tell what holds",
    ))
}

fn vote_log(connection: &mut Connection, key: &MasterKey, cycle: Month) -> Option<Finding> {
    Some(match recheck(key, connection, cycle) {
        Ok(Recheck::WithoutSecret) => return None,
        Ok(Recheck::Same { size, recategorized: 0 }) => {
            Finding::good("vote log", format!("{cycle}: the votes make the tree of {size} entries"))
        }
        Ok(Recheck::Same { size, recategorized }) => Finding::good(
            "vote log",
            format!(
                "{cycle}: the votes make the tree of {size} entries; the candidates of {recategorized} have another \
                 category since"
            ),
        ),
        Ok(Recheck::Differs { size, first }) => {
            let place = first.map_or_else(|| "above the entries".to_owned(), |first| format!("from entry {first} on"));
            Finding::broken(
                "vote log",
                format!("{cycle}: the votes do not make the tree of {size} entries, {place}: rows were changed"),
                "keep the database as it is, and find out who wrote to it; the published heads prove the former state",
            )
        }
        Err(error) => Finding::broken("vote log", format!("{cycle}: {error}"), "look at the rows of votes and tiles"),
    })
}

async fn photos(settings: &Settings) -> Finding {
    let at = settings.files();
    if let FilesAt::Folder(folder) = &at
        && !folder.exists()
    {
        return Finding::good("photos", format!("{} is not there yet; the first start makes it", folder.display()));
    }
    let (place, mend) = match &at {
        FilesAt::Folder(folder) => (folder.display().to_string(), "let the account that runs haoren read and write it"),
        FilesAt::S3 { bucket, .. } => {
            (format!("bucket {bucket}"), "correct HAOREN_S3_ENDPOINT, HAOREN_S3_BUCKET and the AWS_… credentials")
        }
    };
    // No photo has the nil id: a store that can be asked answers that it has none.
    let asked = match Files::open(&at) {
        Ok(files) => files.find(FileKey::Photo(PhotoId(Uuid::nil()))).await.map(|_| ()),
        Err(error) => Err(error),
    };
    match asked {
        Ok(()) => Finding::good("photos", place),
        Err(error) => Finding::broken("photos", format!("{place}: {error}"), mend),
    }
}

/// The identity providers. One that is away keeps nobody from starting: its keys are fetched when they are asked for.
async fn issuers(settings: &Settings) -> Vec<Finding> {
    const SUBJECT: &str = "issuer";
    let Some(file) = &settings.issuers_file else { return Vec::new() };
    let issuers = match config::read(file) {
        Ok(issuers) => issuers,
        Err(error) => return vec![Finding::broken(SUBJECT, error.to_string(), "correct the file; see README.md")],
    };
    let mut findings = Vec::new();
    for issuer in issuers {
        let name = &issuer.issuer;
        findings.push(match issuers::probe(&issuer).await {
            Ok(counts) => {
                let keys: usize = counts.values().sum();
                let algorithms: Vec<&str> = counts.keys().map(|signing| signing.as_str()).collect();
                Finding::good(SUBJECT, format!("{name}: keys that can be used: {keys} ({})", algorithms.join(", ")))
            }
            Err(why) => Finding::doubtful(
                SUBJECT,
                format!("{name}: the keys at {} cannot be fetched: {why}", issuer.jwks_url),
                "until they can, its voters are answered with 401",
            ),
        });
    }
    findings
}

/// Whether a server holds the SQLite folder: no fault, but a second one would be refused.
fn server(settings: &Settings, address: &Address) -> Option<Finding> {
    if !address.is_sqlite() {
        return None;
    }
    let file = std::fs::File::open(settings.data_dir.join("server.lock")).ok()?;
    match file.try_lock_shared() {
        Ok(()) | Err(std::fs::TryLockError::Error(_)) => None,
        Err(std::fs::TryLockError::WouldBlock) => Some(Finding::good("server", "one is running on this folder")),
    }
}

#[cfg(test)]
mod tests;

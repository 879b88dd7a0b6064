use std::sync::Arc;

use super::super::finding::Level;
use super::*;
use crate::service::startup;

pub(super) fn settings(folder: &Path) -> Settings {
    Settings {
        data_dir: folder.to_owned(),
        database_url: None,
        key_file: None,
        time_zone: chrono_tz::Asia::Shanghai,
        issuers_file: None,
        public_url: Some("https://haoren.example.cn".to_owned()),
        font_dir: None,
        db_connections: 2,
        s3_bucket: None,
        s3_endpoint: None,
        s3_region: "us-east-1".to_owned(),
        password_memory_kib: 8,
    }
}

/// A folder that only its owner enters, as the first start makes it.
fn private() -> tempfile::TempDir {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    builder.tempdir().unwrap()
}

fn broken(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().filter(|finding| finding.level == Level::Broken).map(|finding| finding.subject).collect()
}

#[tokio::test]
async fn an_empty_folder_is_ready_for_a_first_start_and_stays_empty() {
    let folder = private();
    let findings = all(&settings(folder.path())).await;
    assert!(findings.iter().all(|finding| finding.level == Level::Good), "{findings:?}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[tokio::test]
async fn a_started_folder_is_sound_and_lacks_only_an_administrator() {
    let folder = private();
    let settings = settings(folder.path());
    startup::open(&settings.setup(false).unwrap(), Arc::new(SystemTime)).unwrap();
    let findings = all(&settings).await;
    assert_eq!(broken(&findings), [""; 0], "{findings:?}");
    let doubtful: Vec<_> = findings.iter().filter(|finding| finding.level == Level::Doubtful).collect();
    assert!(matches!(doubtful.as_slice(), [one] if one.subject == "accounts"), "{doubtful:?}");
}

#[tokio::test]
async fn another_key_than_the_databases_is_told_with_what_to_do() {
    let (folder, other) = (private(), private());
    let (settings, others) = (settings(folder.path()), settings(other.path()));
    startup::open(&settings.setup(false).unwrap(), Arc::new(SystemTime)).unwrap();
    startup::open(&others.setup(false).unwrap(), Arc::new(SystemTime)).unwrap();
    std::fs::copy(others.key_path(), settings.key_path()).unwrap();
    let findings = all(&settings).await;
    assert_eq!(broken(&findings), ["master key"], "{findings:?}");
    std::fs::remove_file(settings.key_path()).unwrap();
    let findings = all(&settings).await;
    assert_eq!(broken(&findings), ["master key", "master key"], "{findings:?}");
    assert!(findings.iter().filter(|finding| finding.level == Level::Broken).all(|finding| finding.mend.is_some()));
}

#[tokio::test]
async fn a_database_that_is_away_and_an_address_that_is_none_are_told() {
    let folder = private();
    let mut settings = settings(folder.path());
    settings.database_url = Some("postgres://haoren:secret@127.0.0.1:1/haoren".to_owned());
    let findings = all(&settings).await;
    assert_eq!(broken(&findings), ["master key", "database"], "{findings:?}");
    assert!(findings.iter().all(|finding| !finding.found.contains("secret")), "{findings:?}");
    settings.database_url = Some("mysql://haoren".to_owned());
    assert_eq!(broken(&all(&settings).await), ["database"]);
}

#[cfg(unix)]
#[tokio::test]
async fn a_folder_that_others_enter_is_doubtful() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = private();
    std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let findings = all(&settings(folder.path())).await;
    let doubtful: Vec<_> = findings.iter().filter(|finding| finding.level == Level::Doubtful).collect();
    assert!(matches!(doubtful.as_slice(), [one] if one.subject == "folder"), "{doubtful:?}");
}

#[test]
fn a_line_shows_what_to_do_below_it() {
    let shown = Finding::broken("database", "away", "start it").to_string();
    assert_eq!(shown, "MEND  database    away\n                  → start it");
}

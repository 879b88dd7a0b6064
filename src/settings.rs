//! All configuration, from the environment and from flags.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use chrono_tz::Tz;
use clap::{Args, ValueEnum};

use crate::{
    domain::{
        network::Network,
        webhook::{AddressRules, Retries},
    },
    service::{accounts::passwords::Cost, startup::Setup, webhooks::Terms},
    storage::{Address, files::FilesAt},
};

/// Settings that every command shares.
#[derive(Args, Clone, Debug)]
pub struct Settings {
    /// Folder of the embedded database, the photos and the master key.
    #[arg(long, env = "HAOREN_DATA_DIR", default_value = "./haoren-data", value_name = "FOLDER")]
    pub data_dir: PathBuf,
    /// `postgres://user:password@host/database` for PostgreSQL 15 or newer; without it SQLite in the data folder.
    #[arg(long, env = "DATABASE_URL", value_name = "URL", hide_env_values = true)]
    pub database_url: Option<String>,
    /// The master key that encrypts personal data [default: keys/master in the data folder]. Made at the first start
    /// with SQLite; with PostgreSQL it must be there, because all servers need the same.
    #[arg(long, env = "HAOREN_KEY_FILE", value_name = "FILE")]
    pub key_file: Option<PathBuf>,
    /// Time zone of days, months and windows.
    #[arg(long, env = "HAOREN_TIME_ZONE", default_value = "Asia/Shanghai", value_name = "ZONE")]
    pub time_zone: Tz,
    /// JSON file of other identity providers whose tokens are taken for voting; see README.md. Without it only accounts
    /// of this server vote.
    #[arg(long, env = "HAOREN_ISSUERS", value_name = "FILE")]
    pub issuers_file: Option<PathBuf>,
    /// Address at which the public finds this server, such as `https://haoren.wuhan.gov.cn`; without `/api/v1`. It
    /// stands on certificates, in the code that leads to their check [default there: http:// and the address of --bind],
    /// and in the feed [default there: the address that was asked]. Certificates issued before it was set are reissued by
    /// `haoren certificates reissue`.
    #[arg(long, env = "HAOREN_PUBLIC_URL", value_name = "URL", value_parser = public_url)]
    pub public_url: Option<String>,
    /// Folder of fonts (`.ttf`, `.otf`) for characters of names that the program's own font lacks, asked in the order of
    /// their file names; see docs/certificates.md.
    #[arg(long, env = "HAOREN_FONT_DIR", value_name = "FOLDER")]
    pub font_dir: Option<PathBuf>,
    /// Most database connections at the same time.
    #[arg(long, env = "HAOREN_DB_CONNECTIONS", default_value_t = 10, value_name = "N",
          value_parser = clap::value_parser!(u32).range(2..=1000))]
    pub db_connections: u32,
    /// Bucket of an S3-compatible store for the photos; without it they lie in the data folder. Credentials come
    /// from `AWS_ACCESS_KEY_ID` and `AWS_SECRET_ACCESS_KEY`.
    #[arg(long, env = "HAOREN_S3_BUCKET", value_name = "NAME")]
    pub s3_bucket: Option<String>,
    /// Address of the S3-compatible store.
    #[arg(long, env = "HAOREN_S3_ENDPOINT", value_name = "URL", requires = "s3_bucket")]
    pub s3_endpoint: Option<String>,
    /// Region of the S3-compatible store.
    #[arg(long, env = "HAOREN_S3_REGION", default_value = "us-east-1", value_name = "NAME")]
    pub s3_region: String,
    /// Memory in KiB that hashing one password takes (argon2id). Lower it for tests only.
    #[arg(long, env = "HAOREN_PASSWORD_MEMORY_KIB", default_value_t = Cost::default().memory_kib, value_name = "KIB",
          value_parser = clap::value_parser!(u32).range(8..=1_048_576), hide = true)]
    pub password_memory_kib: u32,
}

/// Settings of the server alone.
#[derive(Args, Clone, Debug)]
pub struct ServerSettings {
    /// Address and port to listen on; port 0 takes a free one.
    #[arg(long, env = "HAOREN_BIND", default_value = "127.0.0.1:8080", value_name = "ADDRESS")]
    pub bind: SocketAddr,
    /// Web origins whose pages may call the API, separated by commas; `*` for any.
    #[arg(long, env = "HAOREN_CORS_ORIGINS", value_delimiter = ',', value_name = "ORIGIN")]
    pub cors_origins: Vec<String>,
    /// Limits on how often a client may log in, register, nominate and vote; `off` for load tests.
    #[arg(long, env = "HAOREN_RATE_LIMITS", default_value = "on", value_name = "ON|OFF")]
    pub rate_limits: Switch,
    /// Networks of the reverse proxies in front of the server, separated by commas (`10.0.0.0/8,127.0.0.1`). Their
    /// `X-Forwarded-For` is believed, so that limits count clients and not the proxy.
    #[arg(long, env = "HAOREN_TRUSTED_PROXIES", value_delimiter = ',', value_name = "NETWORK")]
    pub trusted_proxies: Vec<Network>,
    /// How long the body of a request may take to arrive, in seconds.
    #[arg(long, env = "HAOREN_BODY_SECONDS", default_value_t = 300, value_name = "SECONDS")]
    pub body_seconds: u64,
    /// Number of worker threads [default: one for each core].
    #[arg(long, env = "HAOREN_WORKERS", value_name = "N")]
    pub workers: Option<usize>,
    /// How long a shutdown waits for requests that have begun, in seconds.
    #[arg(long, env = "HAOREN_SHUTDOWN_SECONDS", default_value_t = 30, value_name = "SECONDS")]
    pub shutdown_seconds: u64,
    /// How webhooks are sent.
    #[command(flatten)]
    pub webhooks: WebhookSettings,
    /// Let administrators set the campaign's clock over HTTP (`/api/v1/clock`). For demonstrations and front-end
    /// development; nothing else differs.
    #[arg(long)]
    pub sandbox: bool,
}

/// How webhooks are sent.
#[derive(Args, Clone, Debug)]
pub struct WebhookSettings {
    /// Networks that webhooks may be sent to although they are not public, separated by commas: that of a portal in the
    /// government's own network, or `127.0.0.0/8` for a trial on one machine.
    #[arg(long, env = "HAOREN_WEBHOOK_NETWORKS", value_delimiter = ',', value_name = "NETWORK")]
    pub webhook_networks: Vec<Network>,
    /// Whether webhooks may be sent by plain `http` too. For trials.
    #[arg(long, env = "HAOREN_WEBHOOK_HTTP", default_value = "off", value_name = "ON|OFF")]
    pub webhook_http: Switch,
    /// How long a receiver of webhooks may take to answer, in seconds.
    #[arg(long, env = "HAOREN_WEBHOOK_SECONDS", default_value_t = 15, value_name = "SECONDS",
          value_parser = clap::value_parser!(u64).range(1..=60))]
    pub webhook_seconds: u64,
    /// Pauses, in seconds, before each further attempt at a webhook that has failed; afterwards it is given up.
    #[arg(long, env = "HAOREN_WEBHOOK_RETRIES", default_value_t = Retries::default(), value_name = "SECONDS,…")]
    pub webhook_retries: Retries,
}

impl WebhookSettings {
    /// What the operator says of webhooks.
    #[must_use]
    pub fn terms(&self) -> Terms {
        Terms {
            rules: AddressRules {
                networks: self.webhook_networks.clone(),
                plain_http: self.webhook_http == Switch::On,
            },
            retries: self.webhook_retries.clone(),
            patience: Duration::from_secs(self.webhook_seconds),
            ..Terms::default()
        }
    }
}

/// On or off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Switch {
    /// On.
    On,
    /// Off.
    Off,
}

/// The longest address of the public, in characters: what is longer makes a code that is hard to read.
const PUBLIC_URL_MAX_CHARS: usize = 200;

/// Reads an address that paths can be added to.
fn public_url(text: &str) -> Result<String, String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    let is_plain =
        url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    if !matches!(url.scheme(), "http" | "https") || !url.has_host() || !is_plain {
        return Err("it must begin with https:// or http://, and have neither user, query nor fragment".to_owned());
    }
    let address = url.as_str().trim_end_matches('/');
    if address.len() > PUBLIC_URL_MAX_CHARS {
        return Err(format!("it is longer than {PUBLIC_URL_MAX_CHARS} characters"));
    }
    Ok(address.to_owned())
}

impl Settings {
    /// Which database is meant. An address that is no PostgreSQL URL is an error, never a file name.
    pub fn address(&self) -> Result<Address, String> {
        match self.database_url.as_deref() {
            None | Some("") => Ok(Address::Sqlite(self.data_dir.join("haoren.sqlite3"))),
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Ok(Address::Postgres(url.to_owned()))
            }
            Some(_) => Err("DATABASE_URL must begin with postgres:// (leave it empty for the embedded SQLite)".into()),
        }
    }

    /// What the service is opened with; webhooks as they are without a word of the operator.
    pub fn setup(&self, sandbox: bool) -> Result<Setup, String> {
        Ok(Setup {
            address: self.address()?,
            db_connections: self.db_connections,
            key_path: self.key_path(),
            files: self.files(),
            issuers_file: self.issuers_file.clone(),
            font_dir: self.font_dir.clone(),
            certificates_at: self.public_url(SocketAddr::from(([127, 0, 0, 1], 8080))),
            webhooks: Terms::default(),
            password_cost: Cost { memory_kib: self.password_memory_kib, ..Cost::default() },
            public_url: self.public_url.clone(),
            time_zone: self.time_zone,
            sandbox,
        })
    }

    /// Where the public finds a server that listens on an address.
    #[must_use]
    pub fn public_url(&self, bind: SocketAddr) -> String {
        self.public_url.clone().unwrap_or_else(|| format!("http://{bind}"))
    }

    /// Where the master key lies.
    #[must_use]
    pub fn key_path(&self) -> PathBuf {
        self.key_file.clone().unwrap_or_else(|| self.data_dir.join("keys").join("master"))
    }

    /// Where the photos lie.
    #[must_use]
    pub fn files(&self) -> FilesAt {
        match &self.s3_bucket {
            Some(bucket) => FilesAt::S3 {
                endpoint: self.s3_endpoint.clone(),
                bucket: bucket.clone(),
                region: self.s3_region.clone(),
            },
            None => FilesAt::Folder(self.data_dir.join("photos")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::public_url;

    #[test]
    fn an_address_of_the_public_is_one_that_paths_can_be_added_to() {
        for (given, taken) in [
            ("https://haoren.wuhan.gov.cn", "https://haoren.wuhan.gov.cn"),
            ("https://haoren.wuhan.gov.cn/", "https://haoren.wuhan.gov.cn"),
            ("http://10.0.0.1:8080/haoren/", "http://10.0.0.1:8080/haoren"),
            ("https://好人.中国", "https://xn--gmq25x.xn--fiqs8s"),
        ] {
            assert_eq!(public_url(given).as_deref(), Ok(taken), "{given}");
        }
        let long = format!("https://example.com/{}", "a".repeat(200));
        for wrong in
            ["", "haoren.wuhan.gov.cn", "ftp://a.cn", "https://a.cn/?b", "https://a.cn/#b", "https://u:p@a.cn", &long]
        {
            assert!(public_url(wrong).is_err(), "{wrong}");
        }
    }
}

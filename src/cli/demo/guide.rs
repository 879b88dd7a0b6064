//! What is printed when the demo is ready: who can sign in, and lines to paste.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::city::{City, Unit};
use crate::domain::month::Month;

/// What the lines name.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// The running month, such as `2026-11`.
    pub running: String,
    /// The finished month.
    pub finished: String,
    /// A candidate of the running month that can be voted for.
    pub candidate: Uuid,
    /// One of its photos.
    pub photo: Uuid,
    /// A unit, to recommend somebody to.
    pub unit: Uuid,
}

impl Facts {
    /// The months around the running one, with what the lines name.
    #[must_use]
    pub fn new(running: Month, candidate: Uuid, photo: Uuid, unit: Uuid) -> Self {
        Self { running: running.to_string(), finished: running.previous().to_string(), candidate, photo, unit }
    }
}

/// One request of the guide.
#[derive(Debug, Clone)]
pub struct Line {
    /// What it shows.
    pub says: &'static str,
    /// The method.
    pub method: &'static str,
    /// The path with its query.
    pub path: String,
    /// The JSON body.
    pub body: Option<String>,
    /// Whether it is sent with the token of the first line.
    pub signed_in: bool,
}

/// The user name of the city's reviewer, with which the lines sign in.
pub const CITY: &str = "city1";

/// The requests; the first one signs in.
#[must_use]
pub fn lines(facts: &Facts, password: &str) -> Vec<Line> {
    let Facts { running, finished, candidate, photo, unit } = facts;
    let get = |says, path: String, signed_in| Line { says, method: "GET", path, body: None, signed_in };
    let post = |says, path: &str, body: String, signed_in| Line {
        says,
        method: "POST",
        path: path.to_owned(),
        body: Some(body),
        signed_in,
    };
    let nomination = format!(
        r#"{{"category":"helping_others","name":"范例","summary":"每天清晨把小区门口的积水扫干净，十年如一日。","unit_id":"{unit}","nominator":{{"name":"试用者","phone":"13900000000","relationship":"邻居"}}}}"#
    );
    vec![
        post(
            "登录（市级审核人） sign in as the city's reviewer",
            "/api/v1/auth/login",
            format!(r#"{{"username":"{CITY}","password":"{password}"}}"#),
            false,
        ),
        get("本月 the running month", "/api/v1/cycles/current".to_owned(), false),
        get(
            "本月公开的候选人 what the public sees",
            format!("/api/v1/candidates?cycle={running}&status=forwarded&scope=public&limit=5"),
            false,
        ),
        get("一位候选人 one candidate", format!("/api/v1/candidates/{candidate}"), false),
        get("一张照片 one photo", format!("/api/v1/photos/{photo}"), false),
        get("本月票数 votes so far", format!("/api/v1/cycles/{running}/tally"), false),
        get("上月好人榜 last month's list", format!("/api/v1/lists/{finished}"), false),
        get("一张证书的查验 check a certificate", format!("/api/v1/certificates/{finished}-DED-0001"), false),
        get("证书文件 the certificate itself", format!("/api/v1/certificates/{finished}-DED-0001/pdf"), false),
        get("各区名额 the districts' places", format!("/api/v1/cycles/{running}/quotas"), true),
        get("统计 numbers by district", format!("/api/v1/statistics?cycle={finished}&group_by=district"), true),
        get("待回访 visits that are due", "/api/v1/visits/due?until=2099-12-31".to_owned(), true),
        post("投一票 vote", "/api/v1/votes", format!(r#"{{"candidate_id":"{candidate}"}}"#), true),
        post("推荐一位好人 recommend somebody, without an account", "/api/v1/candidates", nomination, false),
    ]
}

/// A request as a line for a shell.
#[must_use]
pub fn curl(base: &str, line: &Line) -> String {
    let Line { method, path, body, signed_in, .. } = line;
    let mut text = format!("curl -s '{base}{path}'");
    if *method != "GET" {
        let _ = write!(text, " -X {method}");
    }
    if *signed_in {
        text.push_str(" -H \"Authorization: Bearer $TOKEN\"");
    }
    if let Some(body) = body {
        let _ = write!(text, " -H 'Content-Type: application/json' -d '{body}'");
    }
    if path.ends_with("/auth/login") {
        return format!(r#"TOKEN=$({text} | sed -E 's/.*"access_token" *: *"([^"]+)".*/\1/')"#);
    }
    let file = if path.contains("/photos/") {
        Some("photo.jpg")
    } else if path.ends_with("/pdf") {
        Some("certificate.pdf")
    } else {
        None
    };
    file.map_or(text.clone(), |file| format!("{text} -o {file}"))
}

/// One account that can sign in.
#[derive(Debug, Clone)]
pub struct Login {
    /// The user name.
    pub username: String,
    /// The name shown.
    pub name: String,
    /// What it is for.
    pub place: String,
}

/// The city's reviewers, the portal and the administrator.
#[must_use]
pub fn city_logins(city: &City) -> Vec<Login> {
    let login = |username: &str, name: &str, place: &str| Login {
        username: username.to_owned(),
        name: name.to_owned(),
        place: place.to_owned(),
    };
    vec![
        login("admin", "管理员", "管理员 administrator"),
        login("portal", "省级平台", "省级平台 provincial portal"),
        login(CITY, &city.responsible, "武汉市文明办 city reviewer"),
        login("city2", "姚知行", "武汉市文明办 city reviewer"),
    ]
}

/// The two reviewers of each district, and the reviewers of units.
#[must_use]
pub fn reviewer_logins(city: &City) -> Vec<Login> {
    let mut logins = Vec::new();
    for district in &city.districts {
        for (suffix, name) in [("", &district.reviewer), ("-2", &district.responsible)] {
            let username = format!("d{}{suffix}", district.code);
            logins.push(Login { username, name: name.clone(), place: district.name.clone() });
        }
        let units = district.units.iter().flat_map(Unit::with_windows);
        logins.extend(units.filter_map(|unit| {
            let name = unit.reviewer.clone()?;
            Some(Login { username: unit.username(), name, place: unit.name.clone() })
        }));
    }
    logins
}

/// The user name of a citizen.
#[must_use]
pub fn citizen(number: usize) -> String {
    format!("citizen{:02}", number + 1)
}

/// Everything that is printed.
#[must_use]
pub fn text(city: &City, citizens: usize, facts: &Facts, password: &str, base: &str) -> String {
    let mut text = String::from("\nAccounts 账号（全部使用同一密码 one password for all）\n");
    let _ = writeln!(text, "  password 密码: {password}\n");
    for login in city_logins(city).iter().chain(&reviewer_logins(city)) {
        let _ = writeln!(text, "  {:<14} {}  {}", login.username, login.name, login.place);
    }
    if let Some(last) = citizens.checked_sub(1) {
        let _ = writeln!(text, "  {} … {}  市民 citizens", citizen(0), citizen(last));
    }
    let _ = writeln!(text, "\nLines to paste 可直接粘贴:\n");
    for line in lines(facts, password) {
        let _ = writeln!(text, "# {}\n{}", line.says, curl(base, &line));
    }
    text
}

//! How fast a table of 5,000 recommendations is imported on SQLite, from the file to the last indexed candidate, and beside
//! it a ceiling: the same number of rows put into one narrow table in batches of the same size, in the same run.
//!
//! `cargo bench --bench imports`

#![expect(clippy::expect_used, clippy::print_stdout, reason = "a program for whoever looks at its figures")]

use std::{fmt::Write as _, sync::Arc, time::Instant};

use clap::Parser;
use diesel::{RunQueryDsl, connection::SimpleConnection, sql_query, sql_types::BigInt};
use haoren::{
    domain::{
        id::{OrganizationId, UserId},
        operation::OperationStatus,
        organization::{Organization, OrganizationKind},
        role::Role,
    },
    service::{
        Caller, Error, Service, caller,
        clock::SystemTime,
        generator,
        imports::{self, ImportRequest},
        operations, startup,
    },
    settings::Settings,
    storage::{self, Connection, users::NewUser},
};

const ROWS: usize = 5_000;
const BATCH: usize = 100;

#[derive(Parser)]
struct Line {
    #[command(flatten)]
    settings: Settings,
}

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = format!("--data-dir={}", folder.path().display());
    let settings = Line::parse_from(["imports", &data]).settings;
    let setup = settings.setup(true).expect("settings");
    let service = startup::open(&setup, Arc::new(SystemTime)).expect("a service");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    runtime.block_on(async {
        let ceiling = ceiling(&service).await.expect("the ceiling");
        let caller = caller(&service).await.expect("a caller");
        let begun = Instant::now();
        let request = ImportRequest { file: table().into(), dry_run: false, partial: true };
        let started = imports::import_nominations(&service, &caller, request, None).await.expect("an import");
        let mut operation = started.operation;
        while operation.status == OperationStatus::Running {
            tokio::time::sleep(std::time::Duration::from_millis(5)).await;
            operation = operations::find_own(&service, &caller, operation.id).await.expect("the operation");
        }
        let took = begun.elapsed().as_secs_f64();
        println!("ceiling  {:>9.0} rows/s  (narrow rows, {BATCH} a transaction)", per_second(ceiling));
        println!("import   {:>9.0} rows/s  ({ROWS} rows in {took:.2} s) {}", per_second(took), shown(operation.result));
    });
}

fn shown(result: Option<storage::sql_values::Stored<serde_json::Value>>) -> String {
    result.map(|result| result.0.to_string()).unwrap_or_default()
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand")]
fn per_second(seconds: f64) -> f64 {
    ROWS as f64 / seconds
}

async fn ceiling(service: &Service) -> Result<f64, Error> {
    service
        .store
        .write(|db| {
            let made = db.batch_execute("CREATE TABLE narrow (id INTEGER PRIMARY KEY, text TEXT NOT NULL)");
            made.map_err(|error| Error::Internal(error.to_string()))
        })
        .await?;
    let begun = Instant::now();
    for from in (0..ROWS).step_by(BATCH) {
        let insert = move |db: &mut Connection| {
            for number in from..from + BATCH {
                let number = i64::try_from(number).unwrap_or_default();
                let row = sql_query("INSERT INTO narrow VALUES (?, 'three hundred')").bind::<BigInt, _>(number);
                row.execute(db).map_err(|error| Error::Internal(error.to_string()))?;
            }
            Ok::<_, Error>(())
        };
        service.store.write(insert).await?;
    }
    Ok(begun.elapsed().as_secs_f64())
}

fn table() -> String {
    let mut text = String::from("姓名,类别,一句话事迹,事迹材料,单位,联系电话,推荐人,推荐人电话\n");
    let deed = "他三十年如一日为邻里义务修理家电，从不收一分钱。".repeat(25);
    for number in 0..ROWS {
        let summary = format!("三十年如一日为邻里义务修理家电，第{number}位好人。");
        writeln!(text, "张三{number},敬业奉献,{summary},{deed},服务中心,138{number:08},王芳,139{number:08}")
            .expect("memory");
    }
    text
}

async fn caller(service: &Service) -> Result<Caller, Error> {
    let (of_service, user) = (service.clone(), generator::new_id::<UserId>(&service.clocks)?);
    service.store.write(move |db| place(&of_service, db, user)).await?;
    let account = service.store.read(move |db| caller::find_account(db, user, 1)).await?;
    Ok(Caller { account, ..Caller::default() })
}

fn place(service: &Service, db: &mut Connection, user: UserId) -> Result<(), Error> {
    let now = service.clocks.campaign();
    let mut add = |kind, parent_id, district_id, name: &str| -> Result<OrganizationId, Error> {
        let id = generator::new_id(&service.clocks)?;
        let organization = Organization {
            id,
            kind,
            parent_id,
            district_id,
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
    };
    let city = add(OrganizationKind::City, None, None, "武汉市")?;
    let district = add(OrganizationKind::District, Some(city), None, "江汉区")?;
    add(OrganizationKind::Unit, Some(district), Some(district), "服务中心")?;
    let row = NewUser {
        id: user,
        username: "clerk".to_owned(),
        username_folded: "clerk".to_owned(),
        display_name: "录入员".to_owned(),
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
    Ok(storage::users::insert(db, &row)?)
}

//! `haoren certificates reissue`: the real program beside a server, on its database.

use std::process::Output;

use haoren::storage::schema::certificate_prints;

use super::*;
use crate::harness::program;

const URL: &str = "https://haoren.example.gov.cn";

/// Runs the command on the database of an app, with the public address set or not.
async fn reissue(app: &App, url: Option<&str>, line: &[&str]) -> Output {
    let mut command = program(&app.settings.data_dir);
    command.args(["certificates", "reissue"]).args(line);
    if let Some(database) = &app.settings.database_url {
        command.env("DATABASE_URL", database);
    }
    if let Some(url) = url {
        command.env("HAOREN_PUBLIC_URL", url);
    }
    tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap()
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

async fn prints(city: &Client) -> Vec<Value> {
    city.get(&format!("/certificates/{NUMBER}/prints")).await.expect(200).json["items"].as_array().unwrap().clone()
}

/// As it was before the addresses on prints were noted.
async fn forget_addresses(app: &App) {
    app.write(|db: &mut Connection| {
        use diesel::prelude::*;
        let nothing = (certificate_prints::check_url.eq(None::<String>), certificate_prints::issuer.eq(None::<String>));
        diesel::update(certificate_prints::table).set(nothing).execute(db).unwrap();
        Ok(())
    })
    .await;
}

both! {
    async fn the_whole_stock_is_reissued_after_the_address_was_set(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        let public = app.anonymous();
        let first = public.get(PDF).await.expect(200).bytes;
        // Of what was printed before addresses were noted, the file tells.
        forget_addresses(&app).await;
        let because = ["--because", "公开网址更正"];
        let unset = reissue(&app, None, &because).await;
        assert!(!unset.status.success() && said(&unset).contains("HAOREN_PUBLIC_URL is not set"), "{}", said(&unset));
        let without = reissue(&app, Some(URL), &["--because", " "]).await;
        assert!(!without.status.success() && said(&without).contains("--because"), "{}", said(&without));
        let elsewhere = reissue(&app, Some(URL), &[&because[..], &["--month", "2026-10"]].concat()).await;
        assert!(!elsewhere.status.success() && said(&elsewhere).contains("no list of 2026-10"), "{}", said(&elsewhere));

        let dry = reissue(&app, Some(URL), &[&because[..], &["--dry-run", "--month", "2026-11"]].concat()).await;
        let text = said(&dry);
        assert!(dry.status.success() && text.contains("1 certificates are issued; 1 of them lead to another"), "{text}");
        assert!(text.contains(&format!("{NUMBER} leads to http://127.0.0.1:8080/api/v1/certificates/{NUMBER}")), "{text}");
        assert_eq!(prints(&listed.city).await.len(), 1);

        let done = reissue(&app, Some(URL), &because).await;
        let text = said(&done);
        assert!(done.status.success() && text.contains(&format!("[1/1] {NUMBER} reissued")), "{text}");
        let second = public.get(PDF).await.expect(200).bytes;
        assert_eq!(Pdf::of(&second).code(), format!("{URL}/api/v1/certificates/{NUMBER}"));
        let all = prints(&listed.city).await;
        assert_eq!((all.len(), &all[0]["reason"], &all[0]["printed_by"]), (2, &json!("公开网址更正"), &Value::Null));
        let old = all[1]["pdf_url"].as_str().unwrap().strip_prefix("/api/v1").unwrap();
        assert!(listed.city.get(old).await.expect(200).bytes == first);
        let left = traces(&app, NUMBER).await;
        assert_eq!(left.audited, ["certificate.issued", "certificate.reissued"]);
        assert_eq!(left.announced, ["certificate.reissued"]);

        let again = reissue(&app, Some(URL), &because).await;
        assert!(again.status.success() && said(&again).contains("0 reissued, 0 not"), "{}", said(&again));
        assert!(public.get(PDF).await.expect(200).bytes == second);
    }

    async fn what_cannot_be_reissued_is_told_and_left(app: App) {
        let listed = listed(&app, "王小明", ResultSource::Local).await;
        app.anonymous().get(PDF).await.expect(200);
        rename(&app, listed.candidate, "王𠀀明").await;
        let lacking = reissue(&app, Some(URL), &["--because", "公开网址更正"]).await;
        let text = said(&lacking);
        assert_eq!(lacking.status.code(), Some(1), "{text}");
        assert!(text.contains("character_missing U+20000") && text.contains("0 reissued, 1 not"), "{text}");
        forget_addresses(&app).await;
        app.service.files.delete(&files(&app).await).await.unwrap();
        let lost = reissue(&app, Some(URL), &["--because", "公开网址更正"]).await;
        let text = said(&lost);
        assert!(lost.status.success() && text.contains(&format!("{NUMBER} cannot be told")), "{text}");
        revoke(&app, listed.candidate).await;
        let revoked = reissue(&app, Some(URL), &["--because", "公开网址更正"]).await;
        assert!(revoked.status.success() && said(&revoked).contains("0 certificates are issued"), "{}", said(&revoked));
        assert_eq!(prints(&listed.city).await.len(), 1);
    }
}

#[test]
fn the_help_teaches() {
    let folder = tempfile::tempdir().unwrap();
    let help = program(folder.path()).args(["certificates", "reissue", "--help"]).output().unwrap();
    let text = said(&help);
    for taught in ["--dry-run", "--month", "--because", "HAOREN_PUBLIC_URL", "kept", "ends with 1"] {
        assert!(text.contains(taught), "{taught}: {text}");
    }
}

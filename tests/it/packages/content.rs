//! What lies in the package, and that others can open and check it.

use std::{
    io::Write as _,
    path::Path,
    process::{Command, Output},
};

use calamine::{Data, Reader, Xlsx};

use super::*;

fn rows(bytes: &[u8], sheet: &str) -> Vec<Vec<String>> {
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.to_vec())).unwrap();
    book.worksheet_range(sheet).unwrap().rows().map(|row| row.iter().map(Data::to_string).collect()).collect()
}

/// Not by a macro: what those print is hidden when the test succeeds.
fn say(what: &str) {
    std::io::stderr().write_all(format!("\n!!! {what}\n").as_bytes()).unwrap();
}

/// The output of a program; none, and loudly, where it is not here.
fn run(command: &mut Command, what: &str) -> Option<Output> {
    match command.output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            say(&format!("{} is not here: {what} was NOT run", command.get_program().display()));
            None
        }
        Err(error) => panic!("{}: {error}", command.get_program().display()),
    }
}

fn said(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn assert_unzips(folder: &Path) {
    let mut test = Command::new("unzip");
    if let Some(tested) = run(test.arg("-t").arg(folder.join("package.zip")), "the test with the system's unzip") {
        assert!(tested.status.success(), "{}", said(&tested));
    }
    let mut unpack = Command::new("unzip");
    unpack.env("LC_ALL", "C.UTF-8").arg("-q").arg(folder.join("package.zip")).arg("-d").arg(folder.join("unpacked"));
    if let Some(unpacked) = run(&mut unpack, "unpacking") {
        assert!(unpacked.status.success(), "{}", said(&unpacked));
        assert!(folder.join("unpacked/名册.xlsx").exists());
    }
}

/// By a library of another language: 3 is what the script ends with where that is not installed.
fn verified(folder: &Path) -> Option<Output> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/verify_package.py");
    let mut python = Command::new("python3");
    python.arg(script).args(["package.zip", "manifest.json", "signature", "jwks.json"].map(|name| folder.join(name)));
    let output = run(&mut python, "the check of the signature by another library")?;
    if output.status.code() == Some(3) {
        say("Python's `cryptography` is not here: the check of the signature by another library was NOT run");
        return None;
    }
    Some(output)
}

/// `LibreOffice` takes every workbook and document.
fn assert_opens_in_office(folder: &Path, zip: &[u8]) {
    let known = ["soffice", "libreoffice", "/opt/libreoffice/program/soffice", "/usr/lib/libreoffice/program/soffice"];
    let Some(office) = known.into_iter().find(|name| Command::new(name).arg("--version").output().is_ok()) else {
        say("LibreOffice is not here: the opening of workbooks and documents in it was NOT run");
        return;
    };
    let files = files(zip).into_iter().filter(|(name, _)| name.ends_with('x'));
    for (number, (name, content)) in files.enumerate() {
        let ending = name.rsplit('.').next().unwrap();
        let file = folder.join(format!("{number}.{ending}"));
        std::fs::write(&file, content).unwrap();
        let profile = format!("-env:UserInstallation=file://{}", folder.join("profile").display());
        let mut convert = Command::new(office);
        convert.arg(profile).args(["--headless", "--convert-to", "pdf", "--outdir"]).arg(folder).arg(&file);
        let output = convert.output().unwrap();
        assert!(folder.join(format!("{number}.pdf")).exists(), "{name}: {}", said(&output));
    }
}

/// A batch of two with the same name, whose package is built: who asks, the path, the two, and the ZIP.
async fn two_of_a_name(app: &App) -> (Client, String, [CandidateId; 2], Vec<u8>) {
    let tree = app.tree().await;
    let one = app.packable(&tree, "王小明").await;
    app.time.advance(chrono::Duration::milliseconds(1));
    let two = app.packable(&tree, "王小明").await;
    let Sides { city, portal } = sides(app, &tree).await;
    let batch = forwarded(app, &city).await;
    built(app).await;
    let path = format!("/batches/{}", batch.id());
    let zip = portal.get(&format!("{path}/package")).await.expect(200).bytes;
    (portal, path, [one, two], zip)
}

const FOLDER: &str = "敬业奉献+江汉区政务服务中心+王小明";

fn has(bytes: &[u8], text: &str) -> bool {
    String::from_utf8_lossy(bytes).contains(text)
}

both! {
    async fn it_holds_all_that_the_province_asks_for(app: App) {
        let (_, path, [one, two], zip) = two_of_a_name(&app).await;
        let manifest = manifest_of(&zip);
        assert_eq!(path, format!("/batches/{}", manifest["batch_id"].as_str().unwrap()));
        assert_eq!((&manifest["sequence"], &manifest["cycle"]), (&json!(1), &json!("2026-11")));
        assert_eq!((&manifest["city"]["code"], &manifest["city"]["name"]), (&json!("420100"), &json!("武汉市")));
        assert_eq!(manifest["at"], "2026-11-25T02:00:00.000000Z");
        let folders: Vec<&str> =
            manifest["candidates"].as_array().unwrap().iter().map(|one| one["folder"].as_str().unwrap()).collect();
        assert_eq!(folders, [FOLDER.to_owned(), format!("{FOLDER}-2")]);
        let expected = |folder: &str| {
            ["事迹材料.txt", "事迹材料.docx", "照片1.jpg", "照片2.jpg", "申报表.xlsx", "审核意见.txt"]
                .map(|name| format!("{folder}/{name}"))
        };
        let mut all = vec!["manifest.json".to_owned(), "名册.xlsx".to_owned()];
        all.extend(expected(folders[0]).into_iter().chain(expected(folders[1])));
        let content = files(&zip);
        assert_eq!(content.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>(), all);
        let content: BTreeMap<String, Vec<u8>> = content.into_iter().collect();
        for (id, folder) in [(one, folders[0]), (two, folders[1])] {
            let kept: Vec<Vec<u8>> = [1, 2].map(|number| content[&format!("{folder}/照片{number}.jpg")].clone()).into();
            assert_eq!(kept, photos(&app, id).await);
        }
        let deed = String::from_utf8(content[&format!("{FOLDER}/事迹材料.txt")].clone()).unwrap();
        assert!(deed.starts_with("王小明事迹材料\n") && deed.contains(&"好".repeat(600)), "{deed}");
        let roster = rows(&content["名册.xlsx"], "名册");
        assert_eq!(roster[2][13..16], ["联系人", "联系电话", "联系人与候选人关系"]);
        assert_eq!(roster[3][13..16], ["陈建国", "13800005678", "儿子"]);
        assert_eq!((roster.len(), roster[4][18].as_str()), (5, two.to_string().as_str()));
        let form = rows(&content[&format!("{FOLDER}/申报表.xlsx")], "申报表");
        assert!(form.iter().any(|row| row.contains(&"王小明".to_owned())));
    }

    async fn telephone_numbers_stand_in_the_roster_alone_and_nothing_is_readable_at_rest(app: App) {
        let (.., zip) = two_of_a_name(&app).await;
        for (name, bytes) in files(&zip) {
            let inside: Vec<u8> = if name.ends_with('x') {
                files(&bytes).into_iter().flat_map(|(_, bytes)| bytes).collect()
            } else {
                bytes
            };
            assert_eq!(has(&inside, "13800005678"), name == "名册.xlsx", "{name}");
        }
        for file in app.service.files.list().await.unwrap() {
            let bytes = app.service.files.find(file.key.unwrap()).await.unwrap().unwrap();
            for personal in ["13800005678", "王小明", "manifest.json"] {
                assert!(!has(&bytes, personal), "{:?} has {personal}", file.key);
            }
        }
    }

    async fn others_can_open_and_check_it(app: App) {
        let (portal, path, _, zip) = two_of_a_name(&app).await;
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, bytes: &[u8]| std::fs::write(folder.path().join(name), bytes).unwrap();
        write("package.zip", &zip);
        write("manifest.json", &portal.get(&format!("{path}/manifest")).await.expect(200).bytes);
        write("signature", &portal.get(&format!("{path}/signature")).await.expect(200).bytes);
        write("jwks.json", &app.anonymous().get("//.well-known/jwks.json").await.expect(200).bytes);
        assert_unzips(folder.path());
        assert_opens_in_office(folder.path(), &zip);
        if let Some(output) = verified(folder.path()) {
            assert!(output.status.success(), "{}", said(&output));
            assert!(said(&output).contains("good: 13 files"), "{}", said(&output));
            let mut changed = std::fs::read(folder.path().join("manifest.json")).unwrap();
            *changed.last_mut().unwrap() = b' ';
            write("manifest.json", &changed);
            let refused = verified(folder.path()).unwrap();
            assert!(said(&refused).contains("the signature does not fit"), "{}", said(&refused));
        }
    }

    async fn a_signature_is_no_token_and_a_token_no_signature(app: App) {
        use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
        let tree = app.tree().await;
        app.packable(&tree, "王小明").await;
        let Sides { city, .. } = sides(&app, &tree).await;
        let batch = forwarded(&app, &city).await;
        built(&app).await;
        let path = format!("/batches/{}", batch.id());
        let manifest = city.get(&format!("{path}/manifest")).await.expect(200).bytes;
        let signature = String::from_utf8(city.get(&format!("{path}/signature")).await.expect(200).bytes).unwrap();
        let attached = signature.replacen("..", &format!(".{}.", URL_SAFE_NO_PAD.encode(&manifest)), 1);
        app.with_token(attached).get(&path).await.problem(401, "unauthenticated");
        let header = |text: &str| -> Value {
            serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text.split('.').next().unwrap()).unwrap()).unwrap()
        };
        let (signed, token) = (header(&signature), header(city.token()));
        assert_eq!((&signed["alg"], &signed["typ"]), (&json!("EdDSA"), &json!(packages::TYPE)));
        assert_eq!(token["typ"], "JWT");
        assert_ne!(signed["kid"], token["kid"], "each key signs one kind of thing");
        // Claims of a token, signed by the key of manifests, are no token either.
        let claims = city.token().split('.').nth(1).unwrap();
        let forged = app.service.package_signer.sign(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap();
        app.with_token(forged.replacen("..", &format!(".{claims}."), 1)).get(&path).await.problem(401, "unauthenticated");
    }
}

use std::io::Write as _;

use serde_json::{Value, json};
use zip::{ZipWriter, write::SimpleFileOptions};

use super::*;
use crate::cli::portal_simulator::folder::Stage;

const ID: &str = "0192f1c5-7a00-7000-8000-000000000001";

fn record() -> Record {
    Record {
        batch_id: ID.parse().unwrap(),
        cycle: "2026-11".to_owned(),
        sequence: 1,
        package: None,
        stage: Stage::Found,
        broken_off: 0,
        counts: None,
        receipt: None,
        gave_in: false,
        status: None,
    }
}

fn manifest_of(files: &[(&str, &str)]) -> Value {
    let entries = files.iter().map(|(path, text)| {
        let (sha256, size) = digest(text.as_bytes()).unwrap();
        json!({ "path": path, "size": size, "sha256": sha256, "media_type": "text/plain" })
    });
    json!({
        "format_version": 1, "batch_id": ID, "sequence": 1, "cycle": "2026-11", "city": { "name": "武汉市" },
        "candidates": [], "files": entries.collect::<Vec<_>>(),
    })
}

fn zipped(files: &[(&str, &str)]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    let mut zip = ZipWriter::new(file.reopen().unwrap());
    for (path, text) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
    }
    zip.finish().unwrap();
    file
}

/// What is wrong with a package of these files, of which the manifest says those.
fn faults(inside: &[(&str, &str)], said: &[(&str, &str)]) -> Vec<String> {
    let served = manifest_of(said).to_string();
    let manifest = manifest(served.as_bytes(), &record()).unwrap();
    let mut files = vec![(MANIFEST, served.as_str())];
    files.extend(inside);
    match package(zipped(&files).path(), served.as_bytes(), &manifest) {
        Ok(()) => Vec::new(),
        Err(Failure::Unsound(found)) => found,
        Err(other) => panic!("{other}"),
    }
}

const DEED: (&str, &str) = ("敬业奉献+某单位+张三/事迹.txt", "他每天清晨为老人送去早餐。");
const PHOTO: (&str, &str) = ("敬业奉献+某单位+张三/照片1.jpg", "no picture");

#[test]
fn a_package_is_what_its_manifest_says() {
    assert_eq!(faults(&[DEED, PHOTO], &[DEED, PHOTO]), Vec::<String>::new());
    let other = (DEED.0, "他每天清晨为老人送去晚餐。");
    for (inside, said, named) in [
        (vec![DEED], vec![DEED, PHOTO], vec![PHOTO.0]),
        (vec![DEED, PHOTO], vec![DEED], vec!["not in the manifest"]),
        (vec![other, PHOTO], vec![DEED, PHOTO], vec!["the digest is"]),
        (vec![(DEED.0, "短"), (PHOTO.0, "x")], vec![DEED, PHOTO], vec!["the size is not", "the size is not"]),
        (vec![DEED, ("../evil.sh", "x")], vec![DEED], vec!["leads out"]),
        (vec![DEED], vec![DEED, DEED], vec!["twice"]),
    ] {
        let found = faults(&inside, &said);
        assert_eq!(found.len(), named.len(), "{found:?}");
        for (fault, word) in found.iter().zip(named) {
            assert!(fault.contains(word), "{fault} {word}");
        }
    }
}

#[test]
fn the_manifest_inside_is_the_one_served() {
    let served = manifest_of(&[]).to_string();
    let manifest = manifest(served.as_bytes(), &record()).unwrap();
    let other = served.replace("武汉市", "别的市");
    let file = zipped(&[(MANIFEST, &other)]);
    let Err(Failure::Unsound(found)) = package(file.path(), served.as_bytes(), &manifest) else {
        panic!("it is taken")
    };
    assert!(found[0].contains("not the one served"), "{found:?}");
    let Err(Failure::Unsound(found)) = package(zipped(&[]).path(), served.as_bytes(), &manifest) else {
        panic!("it is taken")
    };
    assert!(found[0].starts_with(MANIFEST), "{found:?}");
    let nothing = tempfile::NamedTempFile::new().unwrap();
    assert!(matches!(package(nothing.path(), served.as_bytes(), &manifest), Err(Failure::Unsound(_))));
}

#[test]
fn a_manifest_of_another_batch_is_refused_with_all_that_differs() {
    let mut other = manifest_of(&[]);
    other["format_version"] = json!(2);
    other["batch_id"] = json!("0192f1c5-7a00-7000-8000-000000000002");
    other["cycle"] = json!("2026-12");
    other["sequence"] = json!(2);
    other["candidates"] = json!([{ "id": ID, "category": "dedication", "name": "张三", "files": [DEED.0] }]);
    let Err(Failure::Unsound(found)) = manifest(other.to_string().as_bytes(), &record()) else { panic!("it is taken") };
    assert_eq!(found.len(), 5);
    assert!(matches!(manifest(b"{}", &record()), Err(Failure::Unsound(_))));
}

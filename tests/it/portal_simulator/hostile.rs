//! Servers that do not do what they promise: what is not sound is never acknowledged, and what breaks is taken up again.

use std::{
    io::Write as _,
    net::TcpListener,
    sync::{Arc, Mutex},
};

use actix_web::{
    App, HttpRequest, HttpResponse, HttpServer,
    body::SizedStream,
    dev::ServerHandle,
    http::{StatusCode, header},
    web::{self, Bytes, Data},
};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair as _};
use base64::{Engine as _, engine::general_purpose::STANDARD, engine::general_purpose::URL_SAFE_NO_PAD};
use futures_util::stream;
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use tempfile::TempDir;
use zip::{ZipWriter, write::SimpleFileOptions};

use super::Simulator;

const BATCH: &str = "0192f1c5-7a00-7000-8000-000000000001";
const CANDIDATE: &str = "0192f1c5-7a00-7000-8000-000000000002";
const TAG: &str = "\"package-1\"";

/// What is wrong with a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Nothing,
    /// The header tells another digest.
    Digest,
    /// The batch announces another length.
    Length,
    /// A file of the package is not the one that the manifest lists.
    File,
    /// The package holds another manifest than the one served.
    Manifest,
    /// The signature is by a key that is not the server's.
    Signature,
    /// The manifest is that of another batch.
    OtherBatch,
    /// Every answer breaks in its middle; the rest can be asked for.
    Breaks,
    /// The first two answers break in their middle, and the whole must be asked for.
    BreaksWhole,
    /// The first two requests for the package are answered with 503, and the first receipt after it was taken.
    Overloaded,
}

struct Host {
    fault: Fault,
    package: Vec<u8>,
    manifest: Vec<u8>,
    signature: String,
    keys: Value,
    seen: Mutex<Seen>,
}

#[derive(Default)]
struct Seen {
    downloads: u32,
    ranges: Vec<String>,
    receipts: Vec<Value>,
}

impl Host {
    fn new(fault: Fault) -> Self {
        let text = "他每天清晨为老人送去早餐，风雨无阻。".as_bytes();
        let photo = picture();
        let files = [("敬业奉献+某单位+张三/事迹.txt", text), ("敬业奉献+某单位+张三/照片1.jpg", photo.as_slice())];
        let id = if fault == Fault::OtherBatch { CANDIDATE } else { BATCH };
        let paths: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
        let entries: Vec<Value> = files.iter().map(|(path, bytes)| entry(path, bytes)).collect();
        let manifest = json!({
            "format_version": 1, "batch_id": id, "sequence": 1, "cycle": "2026-11", "city": { "name": "武汉市" },
            "candidates": [{ "id": CANDIDATE, "category": "dedication", "name": "张三", "folder": "x", "files": paths }],
            "files": entries,
        });
        let manifest = manifest.to_string().into_bytes();
        let inside = if fault == Fault::Manifest { b"{}".to_vec() } else { manifest.clone() };
        let text = if fault == Fault::File {
            "他每天清晨为老人送去晚餐，风雨无阻。".as_bytes()
        } else {
            text
        };
        let package = zipped(&[("manifest.json", &inside), (files[0].0, text), files[1]]);
        let pair = Ed25519KeyPair::from_seed_unchecked(&[1; 32]).unwrap();
        let signer = Ed25519KeyPair::from_seed_unchecked(&[if fault == Fault::Signature { 2 } else { 1 }; 32]).unwrap();
        let header = URL_SAFE_NO_PAD.encode(r#"{"alg":"EdDSA","kid":"one"}"#);
        let message = format!("{header}.{}", URL_SAFE_NO_PAD.encode(&manifest));
        let signature = format!("{header}..{}", URL_SAFE_NO_PAD.encode(signer.sign(message.as_bytes())));
        let x = URL_SAFE_NO_PAD.encode(pair.public_key().as_ref());
        let keys =
            json!({ "keys": [{ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "use": "sig", "kid": "one", "x": x }] });
        Self { fault, package, manifest, signature, keys, seen: Mutex::default() }
    }

    fn batch(&self) -> Value {
        let size = self.package.len() + usize::from(self.fault == Fault::Length);
        let sha256 = hex::encode(Sha256::digest(&self.package));
        let package = json!({ "status": "ready", "size": size, "sha256": sha256, "ready_at": "2026-11-25T02:00:00Z" });
        json!({ "id": BATCH, "cycle": "2026-11", "sequence": 1, "status": "pending", "package": package })
    }

    fn download(&self, request: &HttpRequest) -> HttpResponse {
        let mut seen = self.seen.lock().unwrap();
        seen.downloads += 1;
        let asked = request.headers().get(header::RANGE).map(|range| range.to_str().unwrap().to_owned());
        seen.ranges.extend(asked.clone());
        if self.fault == Fault::Overloaded && seen.downloads <= 2 {
            return HttpResponse::ServiceUnavailable().finish();
        }
        let breaks = matches!(self.fault, Fault::Breaks | Fault::BreaksWhole) && seen.downloads <= 2;
        let from = match asked {
            Some(range) if self.fault == Fault::Breaks => {
                assert_eq!(request.headers().get(header::IF_RANGE).unwrap(), TAG);
                range.trim_start_matches("bytes=").trim_end_matches('-').parse().unwrap()
            }
            _ => 0,
        };
        let whole = self.package.len();
        let rest = self.package[from..].to_vec();
        let mut response = HttpResponse::build(if from > 0 { StatusCode::PARTIAL_CONTENT } else { StatusCode::OK });
        if from > 0 {
            response.insert_header((header::CONTENT_RANGE, format!("bytes {from}-{}/{whole}", whole - 1)));
        }
        let told = if self.fault == Fault::Digest { Sha256::digest(b"another") } else { Sha256::digest(&rest) };
        response.insert_header((header::ETAG, TAG));
        response.insert_header(("Content-Digest", format!("sha-256=:{}:", STANDARD.encode(told))));
        let size = rest.len() as u64;
        let half = rest[..rest.len() / 2].to_vec();
        let pieces: Vec<Result<Bytes, std::io::Error>> = if breaks {
            let kept = half.chunks(64 * 1024).map(|piece| Ok(Bytes::copy_from_slice(piece)));
            kept.chain([Err(std::io::Error::other("the line breaks"))]).collect()
        } else {
            vec![Ok(rest.into())]
        };
        response.body(SizedStream::new(size, stream::iter(pieces)))
    }

    fn receive(&self, body: &Bytes) -> HttpResponse {
        let mut seen = self.seen.lock().unwrap();
        let again = !seen.receipts.is_empty();
        seen.receipts.push(serde_json::from_slice(body).unwrap());
        if self.fault == Fault::Overloaded && !again {
            return HttpResponse::BadGateway().finish();
        }
        let item = json!({ "candidate_id": CANDIDATE, "category": "dedication", "status": "accepted" });
        HttpResponse::build(if again { StatusCode::OK } else { StatusCode::CREATED })
            .json(json!({ "status": "accepted", "items": [item] }))
    }
}

fn entry(path: &str, bytes: &[u8]) -> Value {
    json!({ "path": path, "size": bytes.len(), "sha256": hex::encode(Sha256::digest(bytes)), "media_type": "x/y" })
}

/// Bytes that are not compressed to nothing, more than a connection swallows at once.
fn picture() -> Vec<u8> {
    (0_u32..32_768).flat_map(|number| Sha256::digest(number.to_le_bytes())).collect()
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (path, bytes) in files {
        zip.start_file(*path, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn answer(request: &HttpRequest, body: &Bytes, host: &Host) -> HttpResponse {
    let known = |below: &str| format!("/api/v1/batches/{BATCH}/{below}");
    match request.path() {
        "/api/v1/auth/login" => HttpResponse::Ok().json(json!({ "access_token": "token", "token_type": "Bearer" })),
        "/.well-known/jwks.json" => HttpResponse::Ok().json(&host.keys),
        "/api/v1/batches" => HttpResponse::Ok().json(json!({ "items": [host.batch()], "next_cursor": null })),
        path if path == known("package") => host.download(request),
        path if path == known("manifest") => HttpResponse::Ok().body(host.manifest.clone()),
        path if path == known("signature") => HttpResponse::Ok().body(host.signature.clone()),
        path if path == known("receipt") => host.receive(body),
        other => panic!("nobody asks for {other}"),
    }
}

/// Serves until it is dropped.
struct Serving {
    host: Arc<Host>,
    handle: ServerHandle,
    simulator: Simulator,
}

impl Serving {
    async fn with(fault: Fault) -> Self {
        let host = Arc::new(Host::new(fault));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (ready, is_ready) = tokio::sync::oneshot::channel();
        let shared = Data::new(Arc::clone(&host));
        std::thread::spawn(move || {
            actix_web::rt::System::new().block_on(async move {
                let asked = |request: HttpRequest, body: Bytes, host: Data<Arc<Host>>| async move {
                    answer(&request, &body, &host)
                };
                let app = move || App::new().app_data(shared.clone()).default_service(web::to(asked));
                let server = HttpServer::new(app).workers(1).disable_signals().listen(listener).unwrap().run();
                ready.send(server.handle()).ok().unwrap();
                server.await.unwrap();
            });
        });
        let handle = is_ready.await.unwrap();
        Self { host, handle, simulator: Simulator { base, folder: TempDir::new().unwrap() } }
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        drop(self.handle.stop(false));
    }
}

#[rstest]
#[case(Fault::Digest, "Content-Digest")]
#[case(Fault::Length, "bytes were announced")]
#[case(Fault::File, "the digest is")]
#[case(Fault::Manifest, "not the one served")]
#[case(Fault::Signature, "the signature is not of this manifest")]
#[case(Fault::OtherBatch, "the manifest's batch_id")]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_sound_is_not_acknowledged(#[case] fault: Fault, #[case] words: &str) {
    let serving = Serving::with(fault).await;
    for _ in 0..2 {
        serving.simulator.run(&["--once"]).await.expect(5).says("the package is not sound").says(words);
        assert_eq!(serving.simulator.record(BATCH)["stage"], "found");
        let package = serving.simulator.path().join("batches").join(BATCH).join("package.zip");
        assert!(!package.exists(), "nothing is left to be taken for good");
    }
    assert_eq!(serving.host.seen.lock().unwrap().receipts, Vec::<Value>::new());
}

#[rstest]
#[case(Fault::Nothing, &[], 1, 1)]
#[case(Fault::Nothing, &["--break-off=2"], 3, 1)]
#[case(Fault::Breaks, &[], 3, 1)]
#[case(Fault::BreaksWhole, &[], 3, 1)]
#[case(Fault::Overloaded, &[], 3, 2)]
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_breaks_is_taken_up_again(
    #[case] fault: Fault,
    #[case] switches: &[&str],
    #[case] downloads: u32,
    #[case] receipts: usize,
) {
    let serving = Serving::with(fault).await;
    let arguments = [&["--once"], switches].concat();
    serving.simulator.run(&arguments).await.expect(0).says("acknowledged: accepted");
    {
        let seen = serving.host.seen.lock().unwrap();
        assert_eq!((seen.downloads, seen.receipts.len()), (downloads, receipts));
        assert!(seen.receipts.iter().all(|receipt| *receipt == json!({ "accepted": true, "refused": [] })));
        let asks_for_the_rest = fault == Fault::Breaks || fault == Fault::BreaksWhole || !switches.is_empty();
        assert_eq!(seen.ranges.len(), if asks_for_the_rest { 2 } else { 0 }, "{:?}", seen.ranges);
    }
    let package = serving.simulator.path().join("batches").join(BATCH).join("package.zip");
    assert_eq!(std::fs::read(package).unwrap(), serving.host.package);
    serving.simulator.run(&["--once"]).await.expect(0).says("批次 batches 0");
    assert_eq!(serving.host.seen.lock().unwrap().downloads, downloads, "nothing is done twice");
}

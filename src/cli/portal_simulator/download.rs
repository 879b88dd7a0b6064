//! Fetching a package into a file, over as many connections as it takes: what has come is kept and the rest asked for, as
//! long as it is the same package.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use reqwest::{
    Response, StatusCode,
    header::{CONTENT_LENGTH, CONTENT_RANGE, ETAG, HeaderMap, IF_RANGE, RANGE},
};

use super::{
    checks,
    failure::Failure,
    folder::{self, Files, Folder, Record},
    manners::Manners,
    report::say,
    server::{Answer, Ask, Server},
};

/// No package is larger; a stream that does not end is not written to the disk.
const MAX_BYTES: u64 = 16 << 30;

/// How one connection ended.
enum Ended {
    /// The package is here.
    Whole,
    /// The line broke, or the server was away.
    Broken(Failure),
    /// It was broken off on purpose.
    OnPurpose,
}

/// What a connection brings.
struct Coming {
    response: Response,
    /// From which byte on.
    from: u64,
    /// Bytes of the whole.
    total: u64,
}

/// Fetches the package of a batch, unless it is here. Returns when its length, its digest and the announced ones agree.
pub async fn package(server: &Server, folder: &Folder, manners: &Manners, record: &mut Record) -> Result<(), Failure> {
    let files = folder.files(record.batch_id);
    let (mut attempt, mut unsound) = (1, 0);
    while !files.package.exists() {
        match connection(server, &files, manners, record).await {
            Ok(Ended::Whole) => match settle(&files, record) {
                // Once more from the beginning: a line may have garbled it.
                Err(Failure::Unsound(why)) if unsound == 0 => {
                    say(format_args!("  摘要不符，重新下载 digest differs, fetching again: {}", why.join("; ")))?;
                    unsound += 1;
                }
                outcome => outcome?,
            },
            Ok(Ended::OnPurpose) => {
                record.broken_off += 1;
                folder.keep(record)?;
                let had = len(&files.part);
                say(format_args!("  故意中断 broken off on purpose ({}) at {had} 字节 bytes", record.broken_off))?;
            }
            Ok(Ended::Broken(failure)) => {
                say(format_args!("  下载中断 the download broke at {} 字节 bytes: {failure}", len(&files.part)))?;
                if !server.pause(&mut attempt, None).await {
                    return Err(failure);
                }
            }
            Err(failure) => return Err(failure),
        }
    }
    Ok(())
}

/// Reads one connection to its end.
async fn connection(server: &Server, files: &Files, manners: &Manners, record: &Record) -> Result<Ended, Failure> {
    let path = format!("/api/v1/batches/{}/package", record.batch_id);
    let response = match server.open(&asking(&path, files)).await {
        Ok(response) => response,
        Err(failure @ Failure::Away(_)) => return Ok(Ended::Broken(failure)),
        Err(failure) => return Err(failure),
    };
    let Some(coming) = begin(response, files, record).await? else {
        return Ok(Ended::Broken(Failure::Away("材料包尚未就绪 the package is not to be had now".to_owned())));
    };
    write(coming, files, manners, record).await
}

/// Asks for what is missing of the same package, or for all of it.
fn asking<'a>(path: &'a str, files: &Files) -> Ask<'a> {
    let (had, tag) = (len(&files.part), fs::read_to_string(&files.part_tag).unwrap_or_default());
    let ask = Ask::get(path);
    if had == 0 || tag.is_empty() { ask } else { ask.with(RANGE, format!("bytes={had}-")).with(IF_RANGE, tag) }
}

/// Judges the head of the answer. Nothing, where another attempt makes sense.
async fn begin(response: Response, files: &Files, record: &Record) -> Result<Option<Coming>, Failure> {
    let (status, headers) = (response.status(), response.headers().clone());
    let (from, total) = match status {
        StatusCode::OK => (0, length(&headers)),
        StatusCode::PARTIAL_CONTENT => match range(&headers) {
            Some((from, total)) if from == len(&files.part) => (from, Some(total)),
            _ => return restart(files).map(|()| None),
        },
        StatusCode::RANGE_NOT_SATISFIABLE => return restart(files).map(|()| None),
        StatusCode::TOO_MANY_REQUESTS => return Ok(None),
        status if status.is_server_error() => return Ok(None),
        _ => return refused(response, status, headers).await.map(|()| None),
    };
    let announced = record.package.as_ref().and_then(|package| package.size);
    let total = match (total, announced) {
        (Some(total), Some(announced)) if total != announced => {
            let why = format!("长度不符 its length is {total}, and {announced} bytes were announced");
            return Err(Failure::Unsound(vec![why]));
        }
        (Some(total), _) if total <= MAX_BYTES => total,
        _ => return Err(Failure::Unsound(vec!["没有长度，或太大 it has no length, or is too large".to_owned()])),
    };
    if from == 0 {
        restart(files)?;
        // A weak tag does not say that the bytes are the same.
        let tag = text(&headers, ETAG.as_str()).filter(|tag| !tag.starts_with("W/"));
        folder::write(&files.part_tag, tag.unwrap_or_default().as_bytes())?;
        let digest = text(&headers, "content-digest").unwrap_or_default();
        folder::write(&digest_file(files), digest.as_bytes())?;
    }
    Ok(Some(Coming { response, from, total }))
}

/// A refusal with its problem document, read as any other; a package that is being built is waited for.
async fn refused(mut response: Response, status: StatusCode, headers: HeaderMap) -> Result<(), Failure> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        bytes.extend_from_slice(&chunk);
    }
    let answer = Answer { status, headers, bytes };
    if answer.problem().code == "package_not_ready" {
        Ok(())
    } else {
        Err(answer.refused("下载材料包 fetching the package"))
    }
}

/// Writes what comes behind what is there, slowly or not to the end where that is wanted.
async fn write(coming: Coming, files: &Files, manners: &Manners, record: &Record) -> Result<Ended, Failure> {
    let Coming { mut response, from, total } = coming;
    let failed = |error: std::io::Error| Failure::of_file(&files.part, &error);
    let mut part = File::options().create(true).append(true).open(&files.part).map_err(failed)?;
    let breaks_at = (record.broken_off < manners.break_off).then_some(from + (total - from) / 2);
    let mut had = from;
    let ended = loop {
        if breaks_at.is_some_and(|at| had >= at) && had < total {
            break Ended::OnPurpose;
        }
        match response.chunk().await {
            Ok(Some(chunk)) if had + chunk.len() as u64 > total => {
                restart(files)?;
                return Err(Failure::Unsound(vec![format!("超过长度 more than {total} bytes came")]));
            }
            Ok(Some(chunk)) => {
                // Of a short package everything may come at once: what lies behind the break is let go.
                let most = breaks_at.and_then(|at| usize::try_from(at - had).ok()).unwrap_or(usize::MAX);
                let kept = chunk.get(..most).unwrap_or(&chunk);
                part.write_all(kept).map_err(failed)?;
                had += kept.len() as u64;
                manners.linger(kept.len()).await;
            }
            Ok(None) if had == total => break Ended::Whole,
            Ok(None) => break Ended::Broken(Failure::Away("连接提前结束 the answer ended early".to_owned())),
            Err(error) => break Ended::Broken(error.into()),
        }
    };
    part.sync_all().map_err(failed)?;
    Ok(ended)
}

/// Compares digests, and puts the package in its place.
fn settle(files: &Files, record: &Record) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::of_file(&files.part, &error);
    let (sha256, size) = File::open(&files.part).and_then(checks::digest).map_err(failed)?;
    let mut found = Vec::new();
    let said = fs::read_to_string(digest_file(files)).unwrap_or_default();
    let header = hex::decode(&sha256).map(|bytes| format!("sha-256=:{}:", STANDARD.encode(bytes))).unwrap_or_default();
    if !said.split(',').any(|one| one.trim() == header) {
        found.push(format!("与 Content-Digest 不符 the digest is {header}, not {said}"));
    }
    let announced = record.package.as_ref();
    if announced.and_then(|package| package.sha256.as_deref()).is_some_and(|hex| !hex.eq_ignore_ascii_case(&sha256)) {
        found.push(format!("与批次所示摘要不符 the digest {sha256} is not the one announced"));
    }
    if !found.is_empty() {
        restart(files)?;
        return Err(Failure::Unsound(found));
    }
    fs::rename(&files.part, &files.package).map_err(failed)?;
    folder::remove(&files.part_tag)?;
    folder::remove(&digest_file(files))?;
    say(format_args!("  已下载 fetched {size} 字节 bytes, SHA-256 {sha256}"))
}

/// Throws away what has come.
fn restart(files: &Files) -> Result<(), Failure> {
    folder::remove(&files.part)?;
    folder::remove(&files.part_tag)
}

/// Of the whole package, also where it comes in parts: `Content-Digest` of a part is of that part alone (RFC 9530), so the
/// first answer's is kept.
fn digest_file(files: &Files) -> PathBuf {
    files.part.with_extension("digest")
}

fn len(path: &Path) -> u64 {
    fs::metadata(path).map(|file| file.len()).unwrap_or_default()
}

fn text(headers: &HeaderMap, name: &str) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

fn length(headers: &HeaderMap) -> Option<u64> {
    text(headers, CONTENT_LENGTH.as_str())?.parse().ok()
}

/// `bytes 100-199/200`: the first byte, and how many there are in all.
fn range(headers: &HeaderMap) -> Option<(u64, u64)> {
    let (range, total) = text(headers, CONTENT_RANGE.as_str())?
        .strip_prefix("bytes ")?
        .split_once('/')
        .map(|(range, total)| (range.to_owned(), total.to_owned()))?;
    let (from, _) = range.split_once('-')?;
    Some((from.parse().ok()?, total.parse().ok()?))
}

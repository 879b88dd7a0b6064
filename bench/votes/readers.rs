//! Readers of event streams: how much memory idle ones take, and how soon they are told.

use std::{
    net::SocketAddr,
    sync::{Arc, Mutex, mpsc},
    time::{Duration, Instant},
};

use haoren::{
    domain::event::EventKind,
    service::{
        Service,
        record::{self, Deed, Place},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::place;

/// Events by which it is measured how soon readers are told.
const EVENTS: usize = 100;

/// Streams that are open until the benchmark ends.
pub struct Readers {
    arrivals: Arc<Mutex<Vec<(usize, Instant)>>>,
    /// Bytes that the process grew by, with the readers' own side.
    pub grown: u64,
}

/// Opens streams, each for one token, and waits until all of them are.
pub fn open(server: SocketAddr, tokens: &[String], count: usize) -> Readers {
    let before = resident();
    let arrivals = Arc::new(Mutex::new(Vec::new()));
    let (ready, all_ready) = mpsc::channel();
    let (tokens, noted) = (tokens.iter().take(count).cloned().collect::<Vec<_>>(), Arc::clone(&arrivals));
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async move {
            let mut streams = Vec::new();
            for token in tokens {
                streams.push(begin(server, &token).await);
            }
            let tasks: Vec<_> =
                streams.into_iter().map(|stream| tokio::spawn(read(stream, Arc::clone(&noted)))).collect();
            ready.send(()).expect("somebody waits");
            for task in tasks {
                task.await.expect("a reader that lives");
            }
        });
    });
    all_ready.recv().expect("streams that are open");
    Readers { arrivals, grown: resident().saturating_sub(before) }
}

async fn begin(server: SocketAddr, token: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server).await.expect("a connection");
    let request = format!("GET /api/v1/events HTTP/1.1\r\nHost: bench\r\nAuthorization: Bearer {token}\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("a request is taken");
    let (mut head, mut byte) = (Vec::new(), [0_u8]);
    while !head.ends_with(b"\r\n\r\n") {
        assert_eq!(stream.read(&mut byte).await.expect("an answer"), 1, "the server closed a stream");
        head.extend_from_slice(&byte);
    }
    assert!(head.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&head));
    stream
}

async fn read(mut stream: TcpStream, arrivals: Arc<Mutex<Vec<(usize, Instant)>>>) {
    let mut buffer = vec![0_u8; 1024];
    // An end of the server is the end of the reader.
    while let Ok(read @ 1..) = stream.read(&mut buffer).await {
        let now = Instant::now();
        let text = String::from_utf8_lossy(&buffer[..read]);
        let events = text.match_indices("\"id\":\"bench-").filter_map(|(at, found)| {
            let rest = text.get(at + found.len()..)?;
            rest.split_once('"')?.0.parse().ok()
        });
        arrivals.lock().expect("no reader died").extend(events.map(|event| (event, now)));
    }
}

/// How soon events are told after their commit, over all readers.
pub struct Latency {
    waits: Vec<Duration>,
}

impl Latency {
    /// Announces events, one after the other, and notes when readers are told.
    pub fn measure(readers: &Readers, service: &Service) -> Self {
        let mut committed = Vec::new();
        for event in 0..EVENTS {
            let of_service = service.clone();
            place::write(service, move |db| {
                let deed = Deed::new(EventKind::ListPublished.as_str(), "list", format!("bench-{event}"));
                record::announce(&of_service, db, &deed, Place::default())
            });
            committed.push(Instant::now());
            std::thread::sleep(Duration::from_millis(37));
        }
        std::thread::sleep(Duration::from_secs(2));
        let arrivals = readers.arrivals.lock().expect("no reader died");
        let wait = |(event, at): &(usize, Instant)| at.saturating_duration_since(committed[*event]);
        let mut waits: Vec<Duration> = arrivals.iter().map(wait).collect();
        waits.sort_unstable();
        Self { waits }
    }

    /// How many times anybody was told.
    pub fn times(&self) -> usize {
        self.waits.len()
    }

    /// What `share` of the waits kept under, in milliseconds.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place in a list")]
    pub fn quantile(&self, share: f64) -> f64 {
        let place = (self.waits.len() as f64 * share) as usize;
        let found = self.waits.get(place.min(self.waits.len().saturating_sub(1)));
        found.map_or(f64::NAN, |wait| wait.as_secs_f64() * 1000.0)
    }
}

/// The bytes of the process that lie in memory.
fn resident() -> u64 {
    let text = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: Option<u64> = text.split_whitespace().nth(1).and_then(|pages| pages.parse().ok());
    pages.unwrap_or(0) * 4096
}

//! The load: connections that send one prepared request after the other and measure each answer.

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

/// What is sent: the requests of one run, each by one voter.
pub struct Load {
    /// Where to, one address for each server; connections are spread over them.
    pub servers: Vec<SocketAddr>,
    /// `POST /api/v1/votes` and the like.
    pub path: &'static str,
    /// The voters' tokens.
    pub tokens: Arc<Vec<String>>,
    /// The body that every voter sends.
    pub body: String,
    /// How many requests, at most one for each token.
    pub requests: usize,
    /// How many connections at the same time.
    pub connections: usize,
    /// Requests a second whatever the answers (open loop); none for as fast as answers come.
    pub rate: Option<f64>,
}

/// What came of a run.
pub struct Outcome {
    /// Requests answered with 201 in a second.
    pub per_second: f64,
    /// Answers that were no 201.
    pub refused: usize,
    /// How long each answer took, in order.
    latencies: Vec<Duration>,
}

impl Outcome {
    /// The latency that `share` of the answers kept under, in milliseconds.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_precision_loss,
        clippy::cast_sign_loss,
        reason = "a place in a list"
    )]
    pub fn quantile(&self, share: f64) -> f64 {
        let place = (self.latencies.len() as f64 * share) as usize;
        let found = self.latencies.get(place.min(self.latencies.len().saturating_sub(1)));
        found.map_or(f64::NAN, |latency| latency.as_secs_f64() * 1000.0)
    }
}

/// Runs a load on a thread of its own and waits for its end.
pub fn run(load: Load) -> Outcome {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(drive(Arc::new(load)))
}

async fn drive(load: Arc<Load>) -> Outcome {
    let next = Arc::new(AtomicUsize::new(0));
    let mut streams = Vec::new();
    for place in 0..load.connections {
        let stream = TcpStream::connect(load.servers[place % load.servers.len()]).await.expect("a connection");
        stream.set_nodelay(true).expect("no delay");
        streams.push(stream);
    }
    let begun = Instant::now();
    let tasks: Vec<_> = streams
        .into_iter()
        .map(|stream| tokio::spawn(connection(Arc::clone(&load), Arc::clone(&next), stream, begun)))
        .collect();
    let (mut latencies, mut refused) = (Vec::with_capacity(load.requests), 0);
    for task in tasks {
        let (some, wrong) = task.await.expect("a connection that lives");
        latencies.extend(some);
        refused += wrong;
    }
    let seconds = begun.elapsed().as_secs_f64();
    latencies.sort_unstable();
    #[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
    let per_second = (load.requests - refused) as f64 / seconds;
    Outcome { per_second, refused, latencies }
}

async fn connection(
    load: Arc<Load>,
    next: Arc<AtomicUsize>,
    mut stream: TcpStream,
    begun: Instant,
) -> (Vec<Duration>, usize) {
    let (mut latencies, mut refused) = (Vec::new(), 0);
    let mut answer = vec![0_u8; 16 * 1024];
    let mut request = Vec::with_capacity(1024);
    loop {
        let place = next.fetch_add(1, Ordering::Relaxed);
        if place >= load.requests {
            return (latencies, refused);
        }
        let due = match load.rate {
            None => Instant::now(),
            Some(rate) => {
                // Measured from the moment at which it was due: who waits for a free connection waits, too.
                #[expect(clippy::cast_precision_loss, reason = "some hundred thousand")]
                let due = begun + Duration::from_secs_f64(place as f64 / rate);
                tokio::time::sleep_until(due.into()).await;
                due
            }
        };
        request.clear();
        for part in [
            "POST ",
            load.path,
            " HTTP/1.1\r\nHost: bench\r\nUser-Agent: bench\r\nContent-Type: application/json\r\nAuthorization: Bearer ",
            &load.tokens[place],
            "\r\nContent-Length: ",
            &load.body.len().to_string(),
            "\r\n\r\n",
            &load.body,
        ] {
            request.extend_from_slice(part.as_bytes());
        }
        stream.write_all(&request).await.expect("a request is taken");
        let status = read_answer(&mut stream, &mut answer).await;
        latencies.push(due.elapsed());
        refused += usize::from(status != 201);
    }
}

/// Reads one answer whole; returns its status.
async fn read_answer(stream: &mut TcpStream, buffer: &mut [u8]) -> u16 {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.expect("an answer");
        assert!(read > 0, "the server closed a connection after {:?}", String::from_utf8_lossy(&buffer[..filled]));
        filled += read;
        let seen = &buffer[..filled];
        let Some(end) = seen.windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        if filled >= end + 4 + content_length(&seen[..end]) {
            return std::str::from_utf8(&seen[9..12]).ok().and_then(|status| status.parse().ok()).expect("a status");
        }
    }
}

fn content_length(head: &[u8]) -> usize {
    let head = std::str::from_utf8(head).expect("a head in ASCII");
    let value = head
        .lines()
        .filter_map(|line| line.split_once(": "))
        .find(|(name, _)| name.eq_ignore_ascii_case("content-length"));
    value.and_then(|(_, length)| length.parse().ok()).unwrap_or(0)
}

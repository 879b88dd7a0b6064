//! A receiver of webhooks on this machine: notes what comes, and answers as it is told.

use std::{
    collections::{BTreeMap, BTreeSet},
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use serde_json::Value;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpStream},
    sync::Notify,
};

/// How it answers.
#[derive(Clone)]
pub enum Answer {
    /// With a status and no body.
    Status(u16),
    /// With a status and a body.
    With(u16, String),
    /// With 503 and the seconds after which it wants to be asked again.
    Later(i64),
    /// With a redirection to another address.
    Elsewhere(String),
    /// With 200 and a body without an end.
    Endless,
    /// Not at all.
    Never,
    /// By closing the connection.
    Closed,
    /// By its own judgement of each request.
    Judged(Arc<dyn Fn(&Received) -> u16 + Send + Sync>),
}

/// A request that came.
#[derive(Clone, Debug)]
pub struct Received {
    pub method: String,
    pub path: String,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// What it was answered; none when it was not.
    pub answered: Option<u16>,
}

impl Received {
    pub fn header(&self, name: &str) -> &str {
        let found = self.headers.iter().find(|(own, _)| own == name);
        found.map_or_else(|| panic!("no {name} in {:?}", self.headers), |(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    pub fn subject(&self) -> String {
        self.json()["data"]["subject"]["id"].as_str().unwrap().to_owned()
    }

    fn is_taken(&self) -> bool {
        self.answered.is_some_and(|status| status / 100 == 2)
    }

    /// Which step of all it tells of.
    fn step(&self) -> i64 {
        self.json()["data"]["details"]["step"].as_i64().unwrap()
    }
}

struct Inner {
    answer: Mutex<Answer>,
    received: Mutex<Vec<Received>>,
    connections: AtomicUsize,
    came: Notify,
}

/// The receiver; it ends with the test.
pub struct Sink {
    address: SocketAddr,
    inner: Arc<Inner>,
}

impl Sink {
    pub async fn open(answer: Answer) -> Self {
        Self::open_at([127, 0, 0, 1].into(), answer).await
    }

    pub async fn open_at(address: IpAddr, answer: Answer) -> Self {
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let inner = Arc::new(Inner {
            answer: Mutex::new(answer),
            received: Mutex::default(),
            connections: AtomicUsize::new(0),
            came: Notify::new(),
        });
        let of_inner = Arc::clone(&inner);
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                of_inner.connections.fetch_add(1, Ordering::SeqCst);
                of_inner.came.notify_waiters();
                tokio::spawn(serve(stream, Arc::clone(&of_inner)));
            }
        });
        Self { address, inner }
    }

    pub fn url(&self) -> String {
        format!("http://{}/hook", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    pub fn answer(&self, answer: Answer) {
        *self.inner.answer.lock().unwrap() = answer;
    }

    /// What came, in the order in which it came.
    pub fn received(&self) -> Vec<Received> {
        self.inner.received.lock().unwrap().clone()
    }

    /// What came and was answered 2xx.
    pub fn taken(&self) -> Vec<Received> {
        self.received().into_iter().filter(Received::is_taken).collect()
    }

    pub fn connections(&self) -> usize {
        self.inner.connections.load(Ordering::SeqCst)
    }

    /// Waits until so many connections have come.
    pub async fn connected(&self, count: usize) {
        self.until(|_| self.connections() >= count).await;
    }

    /// Waits until so many different messages were taken.
    pub async fn took(&self, count: usize) {
        self.until(|received| different(received) >= count).await;
    }

    /// How many different messages were taken.
    pub fn different(&self) -> usize {
        different(&self.inner.received.lock().unwrap())
    }

    /// What does not come by then never comes: the test fails instead of waiting for ever.
    async fn until(&self, is_so: impl Fn(&[Received]) -> bool) {
        const PATIENCE: Duration = Duration::from_mins(5);
        let coming = async {
            loop {
                let came = self.inner.came.notified();
                tokio::pin!(came);
                came.as_mut().enable();
                if is_so(&self.inner.received.lock().unwrap()) {
                    return;
                }
                came.await;
            }
        };
        let missing = || format!("{} connections, {} messages", self.connections(), self.different());
        tokio::time::timeout(PATIENCE, coming).await.unwrap_or_else(|_| panic!("no more than {}", missing()));
    }

    /// What is first taken of each subject is in the order in which it happened.
    #[track_caller]
    pub fn assert_in_order(&self) {
        let mut seen: BTreeMap<String, Vec<i64>> = BTreeMap::new();
        for one in self.taken() {
            let steps = seen.entry(one.subject()).or_default();
            if !steps.contains(&one.step()) {
                steps.push(one.step());
            }
        }
        for (subject, steps) in seen {
            assert!(steps.is_sorted(), "{subject}: {steps:?}");
        }
    }
}

fn different(received: &[Received]) -> usize {
    let taken = received.iter().filter(|one| one.is_taken());
    taken.map(|one| one.header("webhook-id")).collect::<BTreeSet<_>>().len()
}

async fn serve(mut stream: TcpStream, inner: Arc<Inner>) {
    if let Some(received) = read(&mut stream).await {
        answer(&mut stream, &inner, received).await;
    }
}

async fn read(stream: &mut TcpStream) -> Option<Received> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end;
        }
        match stream.read(&mut part).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.split("\r\n");
    let mut first = lines.next().unwrap().split(' ').map(str::to_owned);
    let (method, path) = (first.next().unwrap(), first.next().unwrap());
    let split = |line: &str| line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()));
    let headers: Vec<(String, String)> = lines.filter_map(split).collect();
    let length = headers.iter().find(|(name, _)| name == "content-length").unwrap().1.parse::<usize>().unwrap();
    while bytes.len() < end + 4 + length {
        match stream.read(&mut part).await {
            Ok(count) if count > 0 => bytes.extend_from_slice(&part[..count]),
            _ => return None,
        }
    }
    let body = String::from_utf8(bytes[end + 4..].to_vec()).unwrap();
    Some(Received { method, path, headers, body, answered: None })
}

async fn answer(stream: &mut TcpStream, inner: &Inner, mut received: Received) {
    let answer = inner.answer.lock().unwrap().clone();
    let (status, more) = match &answer {
        Answer::Status(status) => (Some(*status), String::new()),
        Answer::With(status, body) => (Some(*status), body.clone()),
        Answer::Later(_) => (Some(503), String::new()),
        Answer::Elsewhere(_) => (Some(307), String::new()),
        Answer::Endless => (Some(200), String::new()),
        Answer::Judged(judge) => (Some(judge(&received)), String::new()),
        Answer::Never | Answer::Closed => (None, String::new()),
    };
    received.answered = status;
    inner.received.lock().unwrap().push(received);
    inner.came.notify_waiters();
    let mut headers = String::new();
    if let Answer::Later(seconds) = &answer {
        headers = format!("retry-after: {seconds}\r\n");
    }
    if let Answer::Elsewhere(url) = &answer {
        headers = format!("location: {url}\r\n");
    }
    match (answer, status) {
        (Answer::Never, _) => {
            // Until the other side has had enough.
            let _ = stream.read(&mut [0; 1]).await;
        }
        (Answer::Endless, _) => {
            let mut alive = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n").await.is_ok();
            while alive {
                alive = stream.write_all(&vec![b'x'; 65536]).await.is_ok();
            }
        }
        (_, Some(status)) => {
            let length = more.len();
            let head =
                format!("HTTP/1.1 {status} Said\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n");
            let _ = stream.write_all(format!("{head}{more}").as_bytes()).await;
            let _ = stream.shutdown().await;
        }
        (_, None) => {}
    }
}

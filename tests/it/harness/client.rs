//! A client of the API, as a front end would be one.

use reqwest::{
    Method, RequestBuilder, StatusCode,
    header::{HeaderMap, HeaderName, HeaderValue},
};
use serde_json::Value;

use super::promised::assert_promised;

/// A client, signed in or not. Paths are below `/api/v1` unless they begin with `//`, which stands for the root.
#[derive(Clone)]
pub struct Client {
    http: reqwest::Client,
    base: String,
    token: Option<String>,
    headers: HeaderMap,
}

/// What came back.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub bytes: Vec<u8>,
    /// The body as JSON, or null.
    pub json: Value,
}

impl Client {
    pub fn new(http: reqwest::Client, base: String, token: Option<String>) -> Self {
        Self { http, base, token, headers: HeaderMap::new() }
    }

    /// The same client, which sends a further header with every request.
    pub fn with(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client.headers.insert(HeaderName::try_from(name).unwrap(), HeaderValue::from_bytes(value.as_bytes()).unwrap());
        client
    }

    /// What it sends in a further header.
    pub fn header(&self, name: &str) -> &str {
        self.headers[name].to_str().unwrap()
    }

    /// The token that it is signed in with.
    pub fn token(&self) -> &str {
        self.token.as_deref().expect("the client is not signed in")
    }

    /// A request to be filled and sent with [`Client::send`].
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = match path.strip_prefix("//") {
            Some(rest) => format!("{}/{rest}", self.base),
            None => format!("{}/api/v1{path}", self.base),
        };
        let request = self.http.request(method, url).headers(self.headers.clone());
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    pub async fn send(&self, request: RequestBuilder) -> Reply {
        let (http, request) = request.build_split();
        let request = request.unwrap();
        let (method, path) = (request.method().to_string(), request.url().path().to_owned());
        let response = http.execute(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        assert_promised(&method, &path, status.as_u16());
        let bytes = response.bytes().await.unwrap().to_vec();
        let json = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status, headers, bytes, json }
    }

    pub async fn get(&self, path: &str) -> Reply {
        self.send(self.request(Method::GET, path)).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).json(&body)).await
    }

    /// A `POST` with `If-Match`.
    pub async fn post_if(&self, path: &str, etag: &str, body: Value) -> Reply {
        self.send(self.request(Method::POST, path).header("If-Match", etag).json(&body)).await
    }

    /// A `PATCH` with `If-Match` and a merge patch.
    pub async fn patch(&self, path: &str, etag: &str, body: Value) -> Reply {
        let request = self.request(Method::PATCH, path).header("If-Match", etag);
        let request = request.header("Content-Type", "application/merge-patch+json").body(body.to_string());
        self.send(request).await
    }

    /// A `PUT` with `If-Match` where a tag is given.
    pub async fn put(&self, path: &str, etag: Option<&str>, body: Value) -> Reply {
        let mut request = self.request(Method::PUT, path).json(&body);
        if let Some(etag) = etag {
            request = request.header("If-Match", etag);
        }
        self.send(request).await
    }

    /// A `DELETE` with `If-Match` where a tag is given.
    pub async fn delete(&self, path: &str, etag: Option<&str>) -> Reply {
        let mut request = self.request(Method::DELETE, path);
        if let Some(etag) = etag {
            request = request.header("If-Match", etag);
        }
        self.send(request).await
    }

    /// Follows long work that was begun to its end. The other side works on; each question is one turn of waiting for it.
    pub async fn ended(&self, started: &Reply) -> Reply {
        let path = format!("/operations/{}", started.id());
        assert_eq!(started.header("location"), format!("/api/v1{path}"));
        for _ in 0..20_000 {
            let reply = self.get(&path).await.expect(200);
            if reply.json["status"] != "running" {
                return reply;
            }
        }
        panic!("the operation does not end");
    }

    /// Uploads a file as the part `file` of a multipart form.
    pub async fn upload(&self, path: &str, etag: Option<&str>, name: &str, bytes: Vec<u8>) -> Reply {
        let part = reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned());
        let mut request =
            self.request(Method::POST, path).multipart(reqwest::multipart::Form::new().part("file", part));
        if let Some(etag) = etag {
            request = request.header("If-Match", etag);
        }
        self.send(request).await
    }
}

impl Reply {
    /// The reply, if it has this status; else the test fails and shows it.
    #[track_caller]
    pub fn expect(self, status: u16) -> Self {
        assert_eq!(self.status.as_u16(), status, "{}", String::from_utf8_lossy(&self.bytes));
        self
    }

    /// The reply, if it is a problem document with this status and code.
    #[track_caller]
    pub fn problem(self, status: u16, code: &str) -> Self {
        let reply = self.expect(status);
        assert_eq!(reply.header("content-type"), "application/problem+json");
        assert_eq!(reply.json["code"], code, "{}", reply.json);
        assert_eq!(reply.json["status"], status);
        reply
    }

    /// The pointers and codes of a problem's single failures, sorted.
    pub fn faults(&self) -> Vec<(String, String)> {
        let mut faults: Vec<_> = self.json["errors"]
            .as_array()
            .expect("a problem has errors")
            .iter()
            .map(|fault| (fault["pointer"].as_str().unwrap().to_owned(), fault["code"].as_str().unwrap().to_owned()))
            .collect();
        faults.sort();
        faults
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The member `id`.
    #[track_caller]
    pub fn id(&self) -> String {
        self.json["id"].as_str().unwrap_or_else(|| panic!("no id in {}", self.json)).to_owned()
    }

    /// The member `etag`.
    #[track_caller]
    pub fn etag(&self) -> String {
        self.json["etag"].as_str().unwrap_or_else(|| panic!("no etag in {}", self.json)).to_owned()
    }
}

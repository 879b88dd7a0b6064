//! A double of an identity provider: publishes keys over HTTP, counts who fetches them, and signs tokens.

use std::sync::{Arc, Mutex};

use aws_lc_rs::{
    rand::SystemRandom,
    rsa::KeySize,
    signature::{
        ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair, RSA_PKCS1_SHA256, RsaEncoding,
        RsaKeyPair,
    },
};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    sync::watch,
};

use super::app::START;

/// A key pair with its name.
pub struct Pair {
    pub kid: String,
    pub alg: &'static str,
    pub secret: Secret,
}

pub enum Secret {
    Ed25519(Ed25519KeyPair),
    P256(EcdsaKeyPair),
    Rsa(RsaKeyPair),
}

impl Pair {
    pub fn ed25519(kid: &str) -> Self {
        let secret = Secret::Ed25519(Ed25519KeyPair::generate().unwrap());
        Self { kid: kid.to_owned(), alg: "EdDSA", secret }
    }

    pub fn p256(kid: &str) -> Self {
        let secret = Secret::P256(EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).unwrap());
        Self { kid: kid.to_owned(), alg: "ES256", secret }
    }

    pub fn rsa(kid: &str) -> Self {
        let secret = Secret::Rsa(RsaKeyPair::generate(KeySize::Rsa2048).unwrap());
        Self { kid: kid.to_owned(), alg: "RS256", secret }
    }

    /// The public key as a member of a key set.
    pub fn jwk(&self) -> Value {
        match &self.secret {
            Secret::Ed25519(pair) => {
                json!({ "kty": "OKP", "crv": "Ed25519", "kid": self.kid, "x": base64(pair.public_key().as_ref()) })
            }
            Secret::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({ "kty": "EC", "crv": "P-256", "kid": self.kid, "x": base64(x), "y": base64(y), "use": "sig" })
            }
            Secret::Rsa(pair) => {
                let n = pair.public_key().modulus().big_endian_without_leading_zero();
                let e = pair.public_key().exponent().big_endian_without_leading_zero();
                json!({ "kty": "RSA", "kid": self.kid, "n": base64(n), "e": base64(e), "alg": "RS256" })
            }
        }
    }

    /// A token of these claims with the header that belongs to the key.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&json!({ "alg": self.alg, "kid": self.kid, "typ": "JWT" }), claims)
    }

    /// A token with any header.
    pub fn token_with(&self, header: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", base64(header.to_string().as_bytes()), base64(claims.to_string().as_bytes()));
        let signature = self.sign(message.as_bytes(), &RSA_PKCS1_SHA256);
        format!("{message}.{}", base64(&signature))
    }

    pub fn sign(&self, message: &[u8], of_rsa: &'static dyn RsaEncoding) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.secret {
            Secret::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
            Secret::P256(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Secret::Rsa(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(of_rsa, &random, message, &mut signature).unwrap();
                signature
            }
        }
    }
}

pub fn base64(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// What the provider answers to whoever fetches its keys.
#[derive(Clone)]
pub enum Answer {
    /// Status line, further header lines, body.
    Reply(&'static str, String, String),
    /// Nothing, and the connection is closed.
    Silence,
}

/// A provider that is running.
pub struct Provider {
    pub issuer: String,
    pub jwks_url: String,
    answer: Arc<Mutex<Answer>>,
    fetched: watch::Receiver<usize>,
}

impl Provider {
    /// A provider of a name with these keys.
    pub async fn start(issuer: &str, keys: &[&Pair]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let jwks_url = format!("http://{}/jwks.json", listener.local_addr().unwrap());
        let answer = Arc::new(Mutex::new(Answer::Silence));
        let (count, fetched) = watch::channel(0);
        tokio::spawn(serve(listener, Arc::clone(&answer), count));
        let provider = Self { issuer: issuer.to_owned(), jwks_url, answer, fetched };
        provider.publish(keys);
        provider
    }

    /// Publishes these keys from now on.
    pub fn publish(&self, keys: &[&Pair]) {
        let keys: Vec<Value> = keys.iter().map(|pair| pair.jwk()).collect();
        self.answer(Answer::Reply("200 OK", String::new(), json!({ "keys": keys }).to_string()));
    }

    /// Answers so from now on.
    pub fn answer(&self, answer: Answer) {
        *self.answer.lock().unwrap() = answer;
    }

    /// How often the keys were fetched.
    pub fn fetches(&self) -> usize {
        *self.fetched.borrow()
    }

    /// Waits until the keys were fetched so many times.
    pub async fn fetched(&self, times: usize) {
        let mut fetched = self.fetched.clone();
        let waited =
            tokio::time::timeout(std::time::Duration::from_secs(30), fetched.wait_for(|count| *count >= times));
        waited.await.expect("the keys are not fetched").unwrap();
    }

    /// Settings that trust it, with a fixed tier.
    pub fn settings(&self) -> Value {
        json!({ "issuer": self.issuer, "jwks_url": self.jwks_url, "audience": "haoren", "tier": "phone" })
    }

    /// The claims of a sound token for a subject, for an hour from the start of a test.
    pub fn claims(&self, subject: &str) -> Value {
        let start = START.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
        json!({ "iss": self.issuer, "aud": "haoren", "sub": subject, "iat": start, "exp": start + 3 * 3600 })
    }
}

async fn serve(listener: TcpListener, answer: Arc<Mutex<Answer>>, count: watch::Sender<usize>) {
    loop {
        let (mut stream, _) = listener.accept().await.unwrap();
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            match stream.read_u8().await {
                Ok(byte) => head.push(byte),
                Err(_) => break,
            }
        }
        count.send_modify(|count| *count += 1);
        let answer = answer.lock().unwrap().clone();
        if let Answer::Reply(status, headers, body) = answer {
            let length = body.len();
            let reply =
                format!("HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n{headers}\r\n{body}");
            // Who is told of too much hangs up before the end.
            drop(stream.write_all(reply.as_bytes()).await);
        }
    }
}

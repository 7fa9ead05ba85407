//! An identity provider, and the keys of proxies in front: what a test says is signed is signed, however wrong it is.

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Json, Router};
use data_encoding::{BASE64, BASE64URL, BASE64URL_NOPAD};
use oncall::web::listen::accept;
use oncall::web::slow::CONNECTIONS_MAX;
use ring::rand::SystemRandom;
use ring::rsa::{KeyPair as RsaKeyPair, PublicKeyComponents};
use ring::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, watch};

/// The key on P-256, and the one of RSA, by their ids.
pub const EC: &str = "12345678-1234-1234-1234-123456789012";
pub const RSA: &str = "rsa-1";
pub const ED: &str = "ed-1";
const RSA_DER: &[u8] = include_bytes!("sign_in_keys/rsa.der");
/// What stands before the point of a public key on P-256.
const SPKI: &str = "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE";

/// What signs.
pub struct Signer {
    ec: EcdsaKeyPair,
    rsa: RsaKeyPair,
    ed: Ed25519KeyPair,
}

impl Signer {
    pub fn new() -> Signer {
        let (how, random) = (&signature::ECDSA_P256_SHA256_FIXED_SIGNING, SystemRandom::new());
        let made = EcdsaKeyPair::generate_pkcs8(how, &random).unwrap();
        let ec = EcdsaKeyPair::from_pkcs8(how, made.as_ref(), &random).unwrap();
        let made = Ed25519KeyPair::generate_pkcs8(&random).unwrap();
        let ed = Ed25519KeyPair::from_pkcs8(made.as_ref()).unwrap();
        Signer { ec, rsa: RsaKeyPair::from_der(RSA_DER).unwrap(), ed }
    }

    /// A token with this head and these claims, signed as its `alg` says; one of `none` is not.
    pub fn token(&self, head: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL_NOPAD.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(head), part(claims));
        format!("{signed}.{}", BASE64URL_NOPAD.encode(&self.sign(head, signed.as_bytes())))
    }

    /// The same with the padding that a load balancer of AWS leaves in it.
    pub fn padded(&self, head: &Value, claims: &Value) -> String {
        let part = |value: &Value| BASE64URL.encode(value.to_string().as_bytes());
        let signed = format!("{}.{}", part(head), part(claims));
        format!("{signed}.{}", BASE64URL.encode(&self.sign(head, signed.as_bytes())))
    }

    fn sign(&self, head: &Value, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        let rsa = |how: &'static dyn signature::RsaEncoding| {
            let mut signature = vec![0; self.rsa.public().modulus_len()];
            self.rsa.sign(how, &random, message, &mut signature).unwrap();
            signature
        };
        match head["alg"].as_str().unwrap() {
            "none" => Vec::new(),
            "RS256" => rsa(&signature::RSA_PKCS1_SHA256),
            "PS256" => rsa(&signature::RSA_PSS_SHA256),
            "EdDSA" => self.ed.sign(message).as_ref().to_vec(),
            // With the public key as the shared secret, as whoever confuses algorithms does.
            "HS256" => {
                let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, self.ec.public_key().as_ref());
                ring::hmac::sign(&key, message).as_ref().to_vec()
            }
            _ => self.ec.sign(&random, message).unwrap().as_ref().to_vec(),
        }
    }

    /// Both public keys as a set.
    pub fn set(&self) -> Value {
        let encode = |bytes: &[u8]| BASE64URL_NOPAD.encode(bytes);
        let point = self.ec.public_key().as_ref();
        let PublicKeyComponents::<Vec<u8>> { n, e } = self.rsa.public().into();
        json!({ "keys": [
            { "kty": "EC", "crv": "P-256", "kid": EC, "use": "sig", "x": encode(&point[1..33]), "y": encode(&point[33..]) },
            { "kty": "RSA", "kid": RSA, "n": encode(&n), "e": encode(&e) },
            { "kty": "OKP", "crv": "Ed25519", "kid": ED, "alg": "EdDSA", "x": encode(self.ed.public_key().as_ref()) },
            { "kty": "EC", "crv": "P-521", "kid": "not for us", "x": "AA", "y": "AA" },
        ] })
    }

    fn pem(&self) -> String {
        let der =
            [BASE64.decode(SPKI.as_bytes()).unwrap(), self.ec.public_key().as_ref()[1..].to_vec()].concat();
        format!("-----BEGIN PUBLIC KEY-----\n{}\n-----END PUBLIC KEY-----\n", BASE64.encode(&der))
    }
}

/// One request to the provider.
#[derive(Clone, Debug)]
pub struct Asked {
    pub path: String,
    pub authorization: String,
    pub body: String,
}

/// A provider on a port of its own.
pub struct Provider {
    pub url: String,
    pub signer: Arc<Signer>,
    /// What a code is exchanged for.
    pub answer: watch::Sender<Value>,
    /// The claims behind the access token.
    pub user_info: watch::Sender<Value>,
    /// The keys that are shown.
    pub keys: watch::Sender<Value>,
    asked: mpsc::UnboundedReceiver<Asked>,
    seen: Vec<Asked>,
}

#[derive(Clone)]
struct Inner {
    url: String,
    signer: Arc<Signer>,
    answer: watch::Receiver<Value>,
    user_info: watch::Receiver<Value>,
    keys: watch::Receiver<Value>,
    tell: mpsc::UnboundedSender<Asked>,
}

impl Provider {
    pub async fn start() -> Provider {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let signer = Arc::new(Signer::new());
        let ((answer, answers), (user_info, claims)) =
            (watch::channel(Value::Null), watch::channel(Value::Null));
        let ((keys, shown), (tell, asked)) = (watch::channel(signer.set()), mpsc::unbounded_channel());
        let inner = Inner {
            url: url.clone(),
            signer: signer.clone(),
            answer: answers,
            user_info: claims,
            keys: shown,
            tell,
        };
        let router = Router::new().fallback(answer_as).with_state(inner);
        tokio::spawn(async move {
            let (_never, stop) = watch::channel(false);
            accept(listener, router, CONNECTIONS_MAX, Vec::new(), Arc::default(), stop).await;
        });
        Provider { url, signer, answer, user_info, keys, asked, seen: Vec::new() }
    }

    /// What was asked of it on a path so far.
    pub fn asked(&mut self, path: &str) -> Vec<Asked> {
        while let Ok(asked) = self.asked.try_recv() {
            self.seen.push(asked);
        }
        self.seen.iter().filter(|asked| asked.path == path).cloned().collect()
    }
}

async fn answer_as(State(inner): State<Inner>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    let header = parts.headers.get("authorization").map(|value| value.to_str().unwrap().to_owned());
    let _ = inner.tell.send(Asked {
        path: parts.uri.path().to_owned(),
        authorization: header.unwrap_or_default(),
        body: String::from_utf8(body.to_vec()).unwrap(),
    });
    let url = &inner.url;
    let json = |value: Value| Json(value).into_response();
    match parts.uri.path() {
        "/.well-known/openid-configuration" => json(json!({
            "issuer": url,
            "authorization_endpoint": format!("{url}/authorize"),
            "token_endpoint": format!("{url}/token"),
            "jwks_uri": format!("{url}/keys"),
            "userinfo_endpoint": format!("{url}/claims"),
            "response_types_supported": ["code"],
            "code_challenge_methods_supported": ["S256"],
        })),
        "/keys" | "/cdn-cgi/access/certs" => json(inner.keys.borrow().clone()),
        "/token" => match inner.answer.borrow().clone() {
            Value::Null => {
                (StatusCode::BAD_REQUEST, Json(json!({ "error": "invalid_grant" }))).into_response()
            }
            answer => json(answer),
        },
        "/claims" => json(inner.user_info.borrow().clone()),
        path if path == format!("/alb/{EC}") => inner.signer.pem().into_response(),
        _ => StatusCode::NOT_FOUND.into_response(),
    }
}

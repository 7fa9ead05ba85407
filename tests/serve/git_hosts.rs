//! Git as companies host it: `git http-backend` behind TLS with a token, and a real `sshd`, both on loopback.
//!
//! Debian's packages `git`, `openssh-server` and `openssl`; where one is missing the test says so and is skipped, unless
//! `ONCALL_REQUIRE_GIT=1`.

use super::world::World;
use data_encoding::BASE64;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};

const SSHD: &str = "/usr/sbin/sshd";

/// `git http-backend` behind TLS.
pub struct Https {
    pub url: String,
    /// The certificate, which is its own authority.
    pub certificate: PathBuf,
    /// The token that is let in.
    pub token: Arc<Mutex<String>>,
}

impl Https {
    /// Serves the world's repository. `None`, and a word about it, where that cannot be.
    pub fn start(world: &World, token: &str) -> Option<Https> {
        let folder = world.folder.path().join("https");
        fs::create_dir(&folder).unwrap();
        let (key, certificate) = (folder.join("key.pem"), folder.join("certificate.pem"));
        let mut openssl = Command::new("openssl");
        openssl.args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2".split(' '));
        openssl.args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]);
        run(openssl.arg("-keyout").arg(&key).arg("-out").arg(&certificate))?;
        run(Command::new("test").arg("-x").arg(backend()))?;
        let chain = CertificateDer::pem_file_iter(&certificate).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(&key).unwrap();
        let tls = rustls::ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("https://localhost:{}/remote.git", listener.local_addr().unwrap().port());
        let token = Arc::new(Mutex::new(token.to_owned()));
        let (tls, root, right) = (Arc::new(tls), world.folder.path().to_owned(), token.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (tls, root, right) = (tls.clone(), root.clone(), right.clone());
                std::thread::spawn(move || answer(stream.unwrap(), tls, &root, &right));
            }
        });
        Some(Https { url, certificate, token })
    }
}

fn backend() -> PathBuf {
    let path = Command::new("git").arg("--exec-path").output().unwrap().stdout;
    Path::new(String::from_utf8(path).unwrap().trim()).join("git-http-backend")
}

/// One request on a connection, by CGI (RFC 3875). Whoever does not trust the certificate hangs up.
fn answer(
    stream: TcpStream,
    tls: Arc<rustls::ServerConfig>,
    root: &Path,
    token: &Mutex<String>,
) -> Option<()> {
    let mut stream = rustls::StreamOwned::new(rustls::ServerConnection::new(tls).unwrap(), stream);
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap();
    let header = |name: &str| {
        let found =
            head.lines().filter_map(|line| line.split_once(": ")).find(|it| it.0.eq_ignore_ascii_case(name));
        found.map_or("", |(_, value)| value)
    };
    let mut body = vec![0; header("content-length").parse().unwrap_or(0)];
    stream.read_exact(&mut body).ok()?;
    let right = BASE64.encode(format!("x-access-token:{}", token.lock().unwrap()).as_bytes());
    let reply = match header("authorization") == format!("Basic {right}") {
        true => cgi(&head, header, root, &body),
        false => {
            b"HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\n\
            Connection: close\r\n\r\n"
                .to_vec()
        }
    };
    stream.write_all(&reply).ok()?;
    stream.conn.send_close_notify();
    stream.flush().ok()
}

fn cgi<'h>(head: &str, header: impl Fn(&str) -> &'h str, root: &Path, body: &[u8]) -> Vec<u8> {
    let mut line = head.lines().next().unwrap().split(' ');
    let (method, target) = (line.next().unwrap(), line.next().unwrap());
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let mut child = Command::new(backend())
        .env("GIT_PROJECT_ROOT", root)
        .envs([("GIT_HTTP_EXPORT_ALL", "1"), ("REQUEST_METHOD", method), ("PATH_INFO", path)])
        .envs([("QUERY_STRING", query), ("CONTENT_TYPE", header("content-type")), ("REMOTE_USER", "bot")])
        .env("CONTENT_LENGTH", body.len().to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(body).unwrap();
    let out = child.wait_with_output().unwrap().stdout;
    let end = out.windows(4).position(|it| it == b"\r\n\r\n").unwrap();
    let headers = String::from_utf8(out[..end].to_vec()).unwrap();
    let status = headers.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let mut reply = format!("HTTP/1.1 {status}\r\n{headers}\r\nConnection: close\r\n").into_bytes();
    reply.extend_from_slice(format!("Content-Length: {}\r\n\r\n", out.len() - end - 4).as_bytes());
    reply.extend_from_slice(&out[end + 4..]);
    reply
}

/// A real sshd, one process for each connection, as inetd would start it.
pub struct Sshd {
    pub url: String,
    /// `known_hosts` with the right key.
    pub known: String,
    /// Keys that are let in; that are not; and that are, but with a passphrase.
    pub key: PathBuf,
    pub stranger: PathBuf,
    pub locked: PathBuf,
}

impl Sshd {
    /// Serves the world's repository. `None`, and a word about it, where that cannot be.
    pub fn start(world: &World) -> Option<Sshd> {
        let folder = world.folder.path().join("sshd");
        fs::create_dir(&folder).unwrap();
        let make = |name: &str, passphrase: &str| {
            let file = folder.join(name);
            run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", passphrase, "-f"]).arg(&file))?;
            Some(file)
        };
        let (host, key, stranger) = (make("host", "")?, make("key", "")?, make("stranger", "")?);
        let locked = make("locked", "a long passphrase")?;
        let public = |file: &Path| fs::read_to_string(file.with_extension("pub")).unwrap();
        fs::write(folder.join("authorized_keys"), public(&key) + &public(&locked)).unwrap();
        let config = format!(
            "HostKey {}\nAuthorizedKeysFile {}\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin yes\n\
             StrictModes no\nPidFile none\nSetEnv PATH={}\n",
            host.display(),
            folder.join("authorized_keys").display(),
            std::env::var("PATH").unwrap()
        );
        fs::write(folder.join("config"), config).unwrap();
        run(Command::new(SSHD).arg("-t").arg("-f").arg(folder.join("config")))?;
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let user = Command::new("id").arg("-un").output().unwrap().stdout;
        let user = String::from_utf8(user).unwrap();
        let remote = world.remote_path();
        let url = format!("ssh://{}@127.0.0.1:{port}{}", user.trim(), remote.display());
        let known = format!("[127.0.0.1]:{port} {}", public(&host));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let input = OwnedFd::from(stream.unwrap());
                let output = input.try_clone().unwrap();
                let mut sshd = Command::new(SSHD);
                sshd.arg("-i").arg("-f").arg(folder.join("config")).stdin(input).stdout(output);
                let mut child = sshd.stderr(Stdio::null()).spawn().unwrap();
                std::thread::spawn(move || child.wait());
            }
        });
        Some(Sshd { url, known, key, stranger, locked })
    }
}

/// Runs a program to its good end. `None`, and a word about it, where it is missing or fails.
fn run(command: &mut Command) -> Option<()> {
    let why = match command.stdin(Stdio::null()).output() {
        Ok(output) if output.status.success() => return Some(()),
        Ok(output) => String::from_utf8_lossy(&output.stderr).into_owned(),
        Err(error) => error.to_string(),
    };
    let program = command.get_program().to_string_lossy().into_owned();
    let required = std::env::var("ONCALL_REQUIRE_GIT").is_ok_and(|it| it == "1");
    assert!(!required, "{program} is required: {why}");
    let why =
        format!("skipped: {program} does not do ({why}): install Debian's git, openssh-server and openssl");
    // Not `println!`, which a test that passes keeps to itself.
    let _ = writeln!(std::io::stderr(), "{why}");
    None
}

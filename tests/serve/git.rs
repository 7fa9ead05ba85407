//! Git as companies have it: tokens, keys, hosts that are not who they say, remotes that hang, branches that go.

use super::git_hosts::{Https, Sshd};
use super::world::{HANG_MAX, SECRETS, World, now, patient};
use oncall::config::Config;
use oncall::git::remote::Credentials;
use oncall::serve::{From, Options, serve};
use oncall::server::clock::Clock;
use oncall::server::parts::Shown;
use oncall::server::secrets;
use serde_json::{Value, json};
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};

const TOKEN: &str = "ghs_seCretGitToken8K";

/// Starts a server that gets no config, and checks why.
async fn refused(world: &mut World, command: Command, expected: &[&str]) {
    let mut server = world.start(command);
    let line = server.line("there is no config to start with").await;
    for part in expected {
        assert!(line.contains(part), "`{part}` is missing in: {line}");
    }
    let (status, ready) = server.get("/readyz").await;
    assert_eq!((status, &ready["ready"]), (503, &json!(false)), "{ready}");
    server.stop();
}

#[tokio::test(flavor = "multi_thread")]
async fn https_with_a_token() {
    let mut world = World::with(&[]).await;
    let Some(https) = Https::start(&world, TOKEN) else { return };
    world.url = https.url.replace("https://", "https://x-access-token@");
    let file = world.folder.path().join("token");
    fs::write(&file, format!("{TOKEN}\n")).unwrap();
    let command = |world: &World, trusted: bool| {
        let mut command = world.command("1s", "");
        command.env_remove("ONCALL_GIT_TOKEN").env_remove("SSL_CERT_FILE");
        if trusted {
            command.env("SSL_CERT_FILE", &https.certificate);
        }
        command
    };
    let plain = command(&world, false);
    refused(&mut world, plain, &["certificate", "SSL_CERT_FILE", "cannot fetch https://localhost"]).await;
    let without = command(&world, true);
    refused(&mut world, without, &["ONCALL_GIT_TOKEN", "--git-token-file"]).await;
    let mut wrong = command(&world, true);
    wrong.env("ONCALL_GIT_TOKEN", "ghs_anotherSeCret");
    refused(&mut world, wrong, &["ONCALL_GIT_TOKEN"]).await;
    assert!(!world.log().contains("ghs_anotherSeCret"));
    let mut gone = command(&world, true);
    gone.args(["--git-token-file", "/nowhere/token"]);
    refused(&mut world, gone, &["/nowhere/token", "No such file"]).await;

    let mut right = command(&world, true);
    right.arg("--git-token-file").arg(&file);
    let mut server = world.serve_by(right).await;
    let config = server.get("/v1/config").await.1;
    assert_eq!(config["source"]["git"]["url"], json!(https.url), "{config}");
    // The token is exchanged for another, as an app's is every hour.
    "ghs_seCretGitToken9L".clone_into(&mut https.token.lock().unwrap());
    server.line("the config repository cannot be read").await;
    fs::write(&file, "ghs_seCretGitToken9L\n").unwrap();
    server.line("can be read again").await;
    let pushed = world.push(&[("escalation-policies/web.yaml", &patient("smith"))]);
    server.line(&format!("config {} is in force", &pushed[..10])).await;
    server.stop();
    assert!(!world.log().contains("ghs_seCret"), "{}", world.log());
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn ssh_with_a_key_and_known_hosts() {
    let mut world = World::with(&[]).await;
    let Some(sshd) = Sshd::start(&world) else { return };
    world.url.clone_from(&sshd.url);
    let home = world.folder.path().join("home");
    fs::create_dir_all(home.join(".ssh")).unwrap();
    let known = |text: &str| fs::write(home.join(".ssh/known_hosts"), text).unwrap();
    let command = |world: &World, key: Option<&Path>| {
        let mut command = world.command("1s", "");
        command.env("HOME", &home).env_remove("SSH_AUTH_SOCK");
        command.args(key.map(|key| format!("--ssh-key={}", key.display())));
        command
    };
    let port = sshd.url.split(':').nth(2).unwrap().split('/').next().unwrap();
    let keyscan = format!("ssh-keyscan -p {port} 127.0.0.1 >> ~/.ssh/known_hosts");
    let unknown = command(&world, Some(&sshd.key));
    refused(&mut world, unknown, &["not known", &keyscan]).await;
    let other = fs::read_to_string(sshd.stranger.with_extension("pub")).unwrap();
    known(&format!("[127.0.0.1]:{port} {other}"));
    let changed = command(&world, Some(&sshd.key));
    refused(&mut world, changed, &["not known", &keyscan]).await;

    known(&sshd.known);
    let without = command(&world, None);
    refused(&mut world, without, &["--ssh-key"]).await;
    let stranger = command(&world, Some(&sshd.stranger));
    refused(&mut world, stranger, &["--ssh-key"]).await;
    let locked = command(&world, Some(&sshd.locked));
    refused(&mut world, locked, &["passphrase", "deploy key"]).await;
    let gone = command(&world, Some(Path::new("/nowhere/key")));
    refused(&mut world, gone, &["/nowhere/key"]).await;

    let right = command(&world, Some(&sshd.key));
    let mut server = world.serve_by(right).await;
    let pushed = world.push(&[("escalation-policies/web.yaml", &patient("smith"))]);
    server.line(&format!("config {} is in force", &pushed[..10])).await;
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_remote_that_hangs_holds_nothing_up() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    world.serve().await.stop();
    // It takes connections, as the kernel does for it, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    for scheme in ["https", "ssh"] {
        world.url = format!("{scheme}://localhost:{}/remote.git", silent.local_addr().unwrap().port());
        let mut command = world.command("1s", "");
        command.args(["--fetch-timeout", "1s"]);
        let server = world.serve_by(command).await;
        assert_eq!(server.event("trigger", scheme).await, 202);
        let call = world.call_to("smith").await;
        server.unanswered(&call).await;
        let (_, config) = server.get("/v1/config").await;
        let error = config["unreachable"]["error"].as_str().unwrap();
        assert!(error.contains("took too long (`--fetch-timeout`)"), "{config}");
        // It never had a config from there: that of the earlier URL is in force, and the fallback hears whose it is, once.
        if scheme == "https" {
            let told = world.call_to("mori").await;
            assert!(told.body["Twiml"].as_str().unwrap().contains("is in force instead"), "{told:?}");
            server.unanswered(&told).await;
        }
        server.stop();
    }
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn which_commit_runs_and_what_the_newest_waits_for() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let mut server = world.serve().await;
    let (status, config) = server.get("/v1/config").await;
    assert_eq!(status, 200);
    let first = config["in_force"]["commit"].as_str().unwrap().to_owned();
    let since = config["in_force"]["since"].clone();
    assert!(since.as_str().unwrap().parse::<jiff::Timestamp>().unwrap() <= now());
    let expected = json!({
        "commit": first, "subject": "Change the policy", "author": "Sato", "authored_at": "2026-09-21T14:13:20Z",
    });
    assert_eq!(config["newest"], expected);
    assert_eq!((&config["waiting_for"], &config["unreachable"]), (&Value::Null, &Value::Null), "{config}");
    assert_eq!(config["source"]["git"]["url"], json!(world.url));
    let denied = server.http.get(format!("{}/v1/config", server.url)).send().await.unwrap();
    assert_eq!(denied.status(), 401);

    // Mistakes: the first findings, and what waits behind them.
    let broken = world.push(&[("escalation-policies/web.yaml", &patient("smiht"))]);
    server.line("is refused").await;
    let (_, config) = server.get("/v1/config").await;
    assert_eq!((&config["in_force"]["commit"], &config["in_force"]["since"]), (&json!(first), &since));
    assert_eq!(config["newest"]["commit"], json!(broken));
    let waiting = &config["waiting_for"];
    assert_eq!((&waiting["commit"], &waiting["because"]), (&json!(broken), &json!("findings")), "{config}");
    assert!(waiting["findings"].as_str().unwrap().contains("smiht"), "{config}");
    assert_eq!(waiting["commits"], json!([format!("{} Change the policy (Sato)", &broken[..10])]));
    assert!(server.metric(&format!("oncall_config_info{{commit=\"{first}\",newest=\"{broken}\"}} 1")).await);
    assert!(server.metric("oncall_config_commits_waiting 1").await);
    assert_eq!(server.event("trigger", "disk").await, 202);
    let call = world.call_to("smith").await;
    server.unanswered(&call).await;
    let (_, list) = server.get("/v1/incidents").await;
    let id = list["incidents"][0]["id"].as_str().unwrap().to_owned();
    let (_, incident) = server.get(&format!("/v1/incidents/{id}")).await;
    assert_eq!(incident["timeline"][0]["commit"], json!(first), "{incident}");
    assert_eq!(incident["config"]["in_force"]["since"], since, "{incident}");
    assert_eq!(&incident["config"]["waiting_for"], waiting);

    // A secret that is not there.
    let lost = world.organisation().replace("SLACK_BOT_TOKEN", "SLACK_TOKEN_THAT_NOBODY_SET");
    world.push(&[("escalation-policies/web.yaml", &patient("smith")), ("oncall.yaml", &lost)]);
    server.line("SLACK_TOKEN_THAT_NOBODY_SET").await;
    let (_, config) = server.get("/v1/config").await;
    assert_eq!(config["waiting_for"]["because"], json!("secrets"), "{config}");
    assert_eq!(config["waiting_for"]["commits"].as_array().unwrap().len(), 2, "{config}");
    server.stop();

    // It stays refused over a restart: the commit that was good before is in force, and pages.
    let server = world.serve().await;
    let (_, config) = server.get("/v1/config").await;
    assert_eq!((&config["in_force"]["commit"], &config["missing_secrets"]), (&json!(first), &json!([])));
    assert_eq!(config["waiting_for"]["because"], json!("secrets"), "{config}");
    assert_eq!(server.event("trigger", "memory").await, 202);
    world.call_to("smith").await;
    server.stop();
    world.no_secret_was_shown();
}

#[tokio::test(flavor = "multi_thread")]
async fn history_that_is_rewritten_is_followed_and_told() {
    let mut world = World::with(&[]).await;
    let mut server = world.serve().await;
    world.remote.find_reference("refs/heads/main").unwrap().delete().unwrap();
    server.line("it has no branch").await;
    let forced = world.push(&[("escalation-policies/web.yaml", &patient("smith"))]);
    server.line("the history of the config was rewritten").await;
    server.line(&format!("config {} is in force", &forced[..10])).await;
    server.stop();

    // Since when it runs is remembered over a restart.
    let server = world.serve().await;
    let before = server.get("/v1/config").await.1["in_force"].clone();
    server.stop();
    let server = world.serve().await;
    assert_eq!(server.get("/v1/config").await.1["in_force"], before);
    server.stop();
}

/// Half an hour passes in half a second.
#[tokio::test(flavor = "multi_thread")]
async fn a_branch_that_is_deleted_pages_after_half_an_hour() {
    let world = World::with(&[]).await;
    let (watcher, mut shown) = mpsc::unbounded_channel();
    let options = Options {
        config: From::Git {
            url: world.url.clone(),
            branch: Some("main".to_owned()),
            path: None,
            credentials: Credentials::default(),
            fetch_timeout: HANG_MAX,
        },
        state: world.state(),
        listen: SocketAddr::from(([127, 0, 0, 1], 0)),
        admin_listen: None,
        interval: Duration::from_millis(50),
        clock: Clock::scaled(now(), 3600),
        resolve: |config: &Config| (secrets::resolve(config).0, Vec::new()),
        print: true,
        accept_loss: false,
        watcher: Some(watcher),
        log: None,
        trusted_proxies: Vec::new(),
    };
    let ((ready, address), (stop, stopped)) = (oneshot::channel(), watch::channel(false));
    let server = tokio::spawn(serve(options, ready, stopped));
    let url = format!("http://{}", address.await.unwrap());
    let config = world.http.get(format!("{url}/readyz"));
    while config.try_clone().unwrap().send().await.unwrap().status() != 200 {
        tokio::task::yield_now().await;
    }
    let main = world.remote.find_reference("refs/heads/main").unwrap();
    let tip = main.target().unwrap();
    { main }.delete().unwrap();
    let mut next = async |text: &str| {
        let found = tokio::time::timeout(HANG_MAX, async {
            loop {
                let told = match shown.recv().await.unwrap() {
                    Shown::Entry(entry) => serde_json::to_string(&entry).unwrap(),
                    Shown::Delivery(_, told) => told,
                };
                if told.contains(text) {
                    return;
                }
            }
        });
        found.await.unwrap_or_else(|_| panic!("`{text}` was never told"));
    };
    next("it has no branch (any more)").await;
    // The last resort is called about it.
    next("Mori").await;
    world.remote.reference("refs/heads/main", tip, true, "back again").unwrap();
    next("resolved").await;
    stop.send_replace(true);
    server.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_directory_with_an_error_and_a_restart() {
    let mut world = World::with(&[("escalation-policies/web.yaml", &patient("smith"))]).await;
    let folder = world.written();
    let command = |world: &World| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oncall"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--interval", "1s", "--config"]).arg(&folder);
        command.arg("--state").arg(world.state()).envs(SECRETS).env("XDG_CONFIG_HOME", world.folder.path());
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    };
    let mut server = world.serve_by(command(&world)).await;
    let in_force = server.get("/v1/config").await.1["in_force"]["commit"].clone();
    fs::write(folder.join("escalation-policies/web.yaml"), patient("smiht")).unwrap();
    server.line("is refused").await;
    server.stop();

    // As with git: the config before the error pages, and the error is told.
    let server = world.serve_by(command(&world)).await;
    let (_, config) = server.get("/v1/config").await;
    assert_eq!(config["in_force"]["commit"], in_force, "{config}");
    assert!(config["waiting_for"]["findings"].as_str().unwrap().contains("smiht"), "{config}");
    assert_eq!(server.event("trigger", "disk").await, 202);
    world.call_to("smith").await;
    server.stop();
    world.no_secret_was_shown();
}

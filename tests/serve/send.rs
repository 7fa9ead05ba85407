//! `oncall send` against the running server; and alerts that come by a form, or by `GET` with a query.

use super::server::Server;
use super::world::{SECRETS, World, patient, secret};
use std::path::PathBuf;
use std::process::Command;
use unicode_width::UnicodeWidthStr;

const OWN: &str = "type: generic
secret: { env: PROMETHEUS_SECRET }
sample: samples/own.json
fields:
  dedup_key: \"{{ id }}\"
  summary: \"{{ title }} on {{ host }}\"
  resolve_when: \"{{ state == 'ok' }}\"
routes: [{ service: web }]
";
const BODY: &str = r#"{"id":7,"title":"disk full","host":"db-1","state":"bad"}"#;

/// The config of the world as a directory, and the address of its server.
struct Sender {
    dir: PathBuf,
    url: String,
}

impl Sender {
    fn new(world: &World, server: &Server) -> Sender {
        let dir = world.folder.path().join("checkout");
        git2::Repository::clone(&format!("file://{}", world.remote_path().display()), &dir).unwrap();
        Sender { dir, url: server.url.clone() }
    }

    /// Exit status, standard output, standard error of `oncall send … DIR`.
    fn send(&self, arguments: &[&str], token: Option<&str>) -> (i32, String, String) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_oncall"));
        command.arg("send").args(arguments).args(["--url", &self.url]).arg(&self.dir).envs(SECRETS);
        let command =
            token.iter().fold(command.env_remove("ONCALL_TOKEN"), |it, token| it.env("ONCALL_TOKEN", token));
        let output = command.output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        let out = text(&output.stdout);
        assert!(out.lines().all(|line| line.width() <= 80), "wider than a terminal:\n{out}");
        // As if lines were not wrapped.
        let out = out.split_whitespace().collect::<Vec<_>>().join(" ");
        (output.status.code().unwrap(), out, text(&output.stderr))
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_alert_goes_the_way_of_any_other() {
    let rules = "type: alertmanager\nsecret: { env: PROMETHEUS_SECRET }\nroutes: [{ service: web }]\n";
    let quiet = "name: Web\nescalation_policy: web\nslack_channel: C0WEB\nurgency: [{ when: { severity: info }, urgency: low }]\n";
    let mut world = World::with(&[
        ("escalation-policies/web.yaml", &patient("smith")),
        ("services/web.yaml", quiet),
        ("integrations/prometheus.yaml", rules),
        ("integrations/own.yaml", &OWN.replace("PROMETHEUS_SECRET", "CALENDAR_SECRET")),
        ("samples/own.json", BODY),
        (
            "integrations/backup.yaml",
            "type: generic\nsecret: { env: BACKUP_SECRET }\nheartbeat: { every: 1h }\nroutes: [{ service: web }]\n",
        ),
    ])
    .await;
    let server = world.serve().await;
    let sender = Sender::new(&world, &server);

    let (status, out, err) = sender.send(&["--integration", "backup"], None);
    assert_eq!((status, &*err), (0, ""), "{out}");
    assert!(out.contains("it is a heartbeat: people who were told of a silence"), "{out}");
    assert!(out.contains("incident none: it was heard, and is not late"), "{out}");

    // Nobody is called for info, so nothing has to be confirmed.
    let (status, out, err) = sender.send(&["--integration", "prometheus"], None);
    assert_eq!((status, &*err), (0, ""), "{out}");
    assert!(out.contains("smith gets a Slack message at once; nobody is called."), "{out}");
    assert!(out.contains(&format!("sent {} answers 202", server.url)), "{out}");
    assert!(out.contains("is triggered, service web, urgency low"), "{out}");
    let (_, list) = server.get("/v1/incidents").await;
    assert_eq!(list["incidents"][0]["summary"], "test alert from oncall send");

    let (status, out, _) =
        sender.send(&["--integration", "prometheus", "--sample", "resolved"], Some("wrong"));
    assert_eq!(status, 0, "{out}");
    assert!(
        out.contains("not known: the token in ONCALL_TOKEN is not one of the server's api_tokens"),
        "{out}"
    );
    let (_, list) = server.get("/v1/incidents?status=resolved").await;
    assert_eq!(list["incidents"][0]["summary"], "test alert from oncall send", "{list}");

    // The sample of one's own fields says no severity, so it is critical: somebody would be called.
    let (status, out, err) = sender.send(&["--integration", "own"], None);
    assert_eq!(
        (status, out.contains("smith is called at once"), out.contains("sent http")),
        (2, true, false),
        "{out}"
    );
    assert!(err.contains("nothing was sent: add --yes"), "{err}");
    let (status, out, err) = sender.send(&["--integration", "own", "--yes"], None);
    assert_eq!((status, &*err), (0, ""), "{out}");
    world.call_to("smith").await;
    let (status, _, err) = sender.send(&["--integration", "own", "--sample", "resolved"], None);
    assert!(status == 2 && err.contains("no `sample` that says that it is over"), "{err}");
    refusals(&sender);
    server.stop();
    world.no_secret_was_shown();
}

fn refusals(sender: &Sender) {
    let wrong = Sender { dir: sender.dir.clone(), url: format!("{}/elsewhere", sender.url) };
    // A good secret at an unknown URL is kept, answered as usual, and told to the fallback.
    let (_, out, err) = wrong.send(&["--integration", "prometheus"], None);
    assert!(out.contains("/elsewhere answers 202"), "{out}{err}");
    let nobody = Sender { dir: sender.dir.clone(), url: "http://127.0.0.1:1".to_owned() };
    let (status, _, err) = nobody.send(&["--integration", "prometheus"], None);
    assert!(status == 2 && err.contains("cannot be reached: is it running"), "{err}");
    assert!(!err.contains(secret("PROMETHEUS_SECRET")), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_and_a_query() {
    let mut world = World::with(&[
        ("escalation-policies/web.yaml", &patient("smith")),
        ("integrations/own.yaml", &OWN.replace("PROMETHEUS_SECRET", "CALENDAR_SECRET")),
        ("samples/own.json", BODY),
    ])
    .await;
    let server = world.serve().await;
    let own = format!("/v1/webhooks/own/{}", secret("CALENDAR_SECRET").replace('+', "%2B"));
    let (status, answer) = server.post(&own, &[], "id=8&title=disk+full&host=db%2D2&state=bad").await;
    assert_eq!(status, 202, "{answer}");
    let get = async |path: String| {
        server.http.get(format!("{}{path}", server.url)).send().await.unwrap().status().as_u16()
    };
    assert_eq!(get(format!("{own}?id=9&title=tape+full&host=db-3&state=bad")).await, 202);
    assert_eq!(get(format!("{own}?id=8&title=disk+full&host=db-2&state=ok")).await, 202);
    // What a browser or the preview of a link does is no alert.
    assert_eq!(get(own.clone()).await, 405);
    assert_eq!(get("/v1/webhooks/own/wrong?id=1".to_owned()).await, 401);
    assert_eq!(get(format!("/v1/webhooks/prometheus/{}?id=1", secret("PROMETHEUS_SECRET"))).await, 405);
    let head =
        server.http.head(format!("{}{own}?id=1&title=x&host=y&state=bad", server.url)).send().await.unwrap();
    assert_eq!(head.status().as_u16(), 405);
    let (_, list) = server.get("/v1/incidents").await;
    let said: Vec<(&str, &str)> = list["incidents"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| (it["summary"].as_str().unwrap(), it["status"].as_str().unwrap()))
        .collect();
    assert_eq!(said, [("tape full on db-3", "triggered"), ("disk full on db-2", "resolved")]);
    server.stop();
}

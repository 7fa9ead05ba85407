//! Groups of alerts from a real Alertmanager by three notifiers at once, over a crash of ours: nothing is lost, nothing
//! is told twice. And an Alertmanager that falls silent itself.

use super::alertmanager::{Alertmanager, Front};
use super::server::Server;
use super::world::{HANG_MAX, World, called, patient, posted};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use tokio::time::timeout;

/// An integration, what its notifier is called in Alertmanager, and who answers for it.
const DOORS: [(&str, &str, &str); 3] = [
    ("prometheus", "webhook", "smith"),
    ("pagerduty", "pagerduty", "kimura"),
    ("opsgenie", "opsgenie", "sato"),
];

/// A service and a policy of its own for each door, so that nobody's pages are told together with another door's.
async fn world() -> World {
    let service = |policy| format!("name: Groups\nescalation_policy: {policy}\nslack_channel: C0WEB\n");
    let door = |kind, secret, service| {
        format!("type: {kind}\nsecret: {{ env: {secret} }}\nroutes: [{{ service: {service} }}]\n")
    };
    World::with(&[
        ("escalation-policies/web.yaml", &patient("smith")),
        ("escalation-policies/events.yaml", &patient("kimura")),
        ("escalation-policies/alerts.yaml", &patient("sato")),
        ("services/events.yaml", &service("events")),
        ("services/alerts.yaml", &service("alerts")),
        ("integrations/pagerduty.yaml", &door("pagerduty", "PAGERDUTY_KEY", "events")),
        ("integrations/opsgenie.yaml", &door("opsgenie", "BACKUP_SECRET", "alerts")),
    ])
    .await
}

/// Every incident with its timeline, the newest first.
async fn incidents(server: &Server) -> Vec<Value> {
    let (_, list) = server.get("/v1/incidents?limit=100").await;
    let mut all = Vec::new();
    for incident in list["incidents"].as_array().unwrap() {
        let (status, shown) =
            server.get(&format!("/v1/incidents/{}", incident["id"].as_str().unwrap())).await;
        assert_eq!(status, 200, "{shown}");
        all.push(shown);
    }
    all
}

/// What became of an incident, of one kind within its group.
fn changes<'i>(incident: &'i Value, group: &'i str, kind: &'i str) -> impl Iterator<Item = &'i Value> {
    let timeline = incident["timeline"].as_array().unwrap().iter();
    timeline.filter_map(move |line| line["change"][group].get(kind))
}

/// What was sent to page somebody about it in this way.
fn pages<'i>(incident: &'i Value, by: &'i str) -> impl Iterator<Item = &'i Value> {
    changes(incident, "delivery", "sent").filter(move |sent| sent["errand"]["page"]["by"] == by)
}

/// The deliveries whose outcome is known.
fn outcomes(incident: &Value) -> BTreeSet<&str> {
    changes(incident, "delivery", "outcome").map(|outcome| outcome["delivery"].as_str().unwrap()).collect()
}

/// Somebody was paged about it, and no delivery about it is under way.
fn is_settled(incident: &Value) -> bool {
    let known = outcomes(incident);
    let mut sent = changes(incident, "delivery", "sent");
    let is_paged = ["call", "slack"].iter().all(|by| pages(incident, by).next().is_some());
    is_paged && sent.all(|sent| known.contains(sent["delivery"].as_str().unwrap()))
}

/// Nobody answers: each call that was taken rings out, so that the next can be made.
async fn let_ring(world: &mut World, server: &Server, all: &[Value], ended: &mut BTreeSet<String>) {
    let taken: BTreeSet<&str> = all.iter().flat_map(outcomes).collect();
    for call in world.all(|seen| called(seen).is_some()) {
        // https://oncall.test/v1/callbacks/twilio/<delivery>/<key>
        let delivery = call.body["StatusCallback"].as_str().unwrap().split('/').nth(6).unwrap().to_owned();
        if taken.contains(delivery.as_str()) && ended.insert(delivery) {
            server.unanswered(&call).await;
        }
    }
}

struct Story {
    world: World,
    alertmanager: Alertmanager,
    ended: BTreeSet<String>,
}

impl Story {
    /// Waits until there are so many incidents, all told, and `is_so` for all of them.
    async fn told(&mut self, server: &Server, count: usize, is_so: impl Fn(&[Value]) -> bool) -> Vec<Value> {
        let mut all = Vec::new();
        let told = timeout(HANG_MAX, async {
            loop {
                all = incidents(server).await;
                if all.len() >= count && all.iter().all(is_settled) && is_so(&all) {
                    return;
                }
                let_ring(&mut self.world, server, &all, &mut self.ended).await;
            }
        });
        let in_time = told.await.is_ok();
        assert!(in_time, "{count} incidents were not told: {all:#?}\n{}", self.world.log());
        all
    }

    /// Waits until each door has taken two requests more: what still fires was said again.
    async fn said_again(&self, server: &Server) {
        let taken = async |integration: &str| {
            let (_, shown) = server.get(&format!("/v1/integrations/{integration}")).await;
            shown["since_start"]["requests"].as_u64().unwrap()
        };
        self.twice_more("said again", async |(integration, ..)| taken(integration).await).await;
    }

    /// Waits until each notifier has failed twice more: it has tried, and has tried again.
    async fn tried_in_vain(&self) {
        self.twice_more("tried again", async |(_, notifier, _)| self.alertmanager.failures(notifier).await)
            .await;
    }

    async fn twice_more(&self, what: &str, count: impl AsyncFn((&str, &str, &str)) -> u64) {
        let mut before = Vec::new();
        for door in DOORS {
            before.push(count(door).await);
        }
        for (door, before) in DOORS.into_iter().zip(before) {
            self.world.until(what, async || count(door).await >= before + 2).await;
        }
    }

    /// Each incident was one call and one message to the right person, whoever was told several at once; and nobody was
    /// told anything else.
    fn each_was_told_once(&mut self, all: &[Value]) {
        let mut deliveries: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        for incident in all {
            let (.., user) = DOORS.into_iter().find(|(door, ..)| incident["integration"] == *door).unwrap();
            for by in ["call", "slack"] {
                let paged: Vec<&Value> = pages(incident, by).collect();
                assert_eq!(paged.len(), 1, "{by}: {incident:#}");
                assert_eq!(paged[0]["errand"]["page"]["user"], user, "{incident:#}");
                deliveries.entry(by).or_default().insert(paged[0]["delivery"].as_str().unwrap());
            }
        }
        assert_eq!(self.world.calls().len(), deliveries["call"].len());
        let channels = ["U0SMITH", "U0KIMURA", "U0SATO"];
        let messages = self.world.all(|seen| channels.iter().any(|channel| posted(seen, channel)));
        assert_eq!(messages.len(), deliveries["slack"].len(), "{messages:#?}");
        // Beyond ten in a minute the room's messages wait, and one line sums them up; none is doubled.
        let room = self.world.count(|seen| posted(seen, "C0WEB"));
        assert!(
            (all.len().min(10)..=all.len() + 1).contains(&room),
            "{room} messages of {} incidents",
            all.len()
        );
    }
}

/// Whether an incident with this summary has this status.
fn is(all: &[Value], summary: &str, status: &str) -> bool {
    all.iter().any(|incident| incident["summary"] == summary && incident["status"] == status)
}

/// Whether both notifiers that say a group as one have an incident with this summary, which is open.
fn group_is(all: &[Value], summary: &str) -> bool {
    let of = |door: &str| {
        all.iter().any(|incident| {
            incident["integration"] == door
                && incident["summary"] == summary
                && incident["status"] == "triggered"
        })
    };
    of("pagerduty") && of("opsgenie")
}

#[tokio::test(flavor = "multi_thread")]
async fn no_page_is_lost_and_none_doubled() {
    let mut world = world().await;
    let front = Front::start().await;
    let server = world.serve().await;
    front.leads_to(Some(&server));
    let doors = DOORS.map(|(integration, ..)| integration);
    let Some(alertmanager) = Alertmanager::start(&world, &front.url, &doors, "500ms") else { return };
    let mut story = Story { world, alertmanager, ended: BTreeSet::new() };

    // A group of three, then one more; then what fires is only said again.
    story.alertmanager.fires("DiskFull", &["db1", "db2", "db3"]).await;
    story.told(&server, 5, |all| group_is(all, "[FIRING:3] DiskFull (critical)")).await;
    story.alertmanager.fires("DiskFull", &["db4"]).await;
    story.told(&server, 6, |all| group_is(all, "[FIRING:4] DiskFull (critical)")).await;
    story.said_again(&server).await;
    let all = story.told(&server, 6, |_| true).await;
    story.each_was_told_once(&all);
    for (door, opened) in [("prometheus", 4), ("pagerduty", 1), ("opsgenie", 1)] {
        let line = format!("oncall_events_total{{integration=\"{door}\",effect=\"opened\"}} {opened}");
        story.world.until(&line, async || server.metric(&line).await).await;
    }

    // While we are dead two more fire in the group, one is over, and another group begins.
    server.kill();
    front.leads_to(None);
    story.alertmanager.fires("DiskFull", &["db5", "db6"]).await;
    story.alertmanager.ends("DiskFull", &["db1"]).await;
    story.alertmanager.fires("QueueFull", &["mq1"]).await;
    story.tried_in_vain().await;
    let server = story.world.serve().await;
    front.leads_to(Some(&server));
    let all = story
        .told(&server, 11, |all| {
            group_is(all, "[FIRING:5] DiskFull (critical)") && is(all, "DiskFull on db1", "resolved")
        })
        .await;
    assert_eq!(all.iter().filter(|incident| incident["status"] == "triggered").count(), 10, "{all:#?}");
    story.said_again(&server).await;

    // One is over while the others fire, then all are.
    story.alertmanager.ends("DiskFull", &["db2"]).await;
    let all = story
        .told(&server, 11, |all| {
            group_is(all, "[FIRING:4] DiskFull (critical)") && is(all, "DiskFull on db2", "resolved")
        })
        .await;
    assert_eq!(all.iter().filter(|incident| incident["status"] == "triggered").count(), 9, "{all:#?}");
    story.alertmanager.ends("DiskFull", &["db3", "db4", "db5", "db6"]).await;
    story.alertmanager.ends("QueueFull", &["mq1"]).await;
    let is_over = |all: &[Value]| all.iter().all(|incident| incident["status"] == "resolved");
    let all = story.told(&server, 11, is_over).await;
    story.world.until("all over", async || server.metric("oncall_incidents_open 0").await).await;
    server.stop();
    story.each_was_told_once(&all);
    let of = |door: &'static str| all.iter().filter(move |incident| incident["integration"] == door);
    let mut alerts: Vec<&str> = of("prometheus").map(|it| it["summary"].as_str().unwrap()).collect();
    alerts.sort_unstable();
    let disks = ["db1", "db2", "db3", "db4", "db5", "db6"].map(|it| format!("DiskFull on {it}"));
    assert_eq!(alerts[..6], disks);
    assert_eq!(alerts[6..], ["QueueFull on mq1"]);
    assert_eq!([of("pagerduty").count(), of("opsgenie").count()], [2, 2], "{all:#?}");
    // The words of an alert that come once more in requests of their own are no notes.
    assert!(all.iter().all(|incident| changes(incident, "alert", "noted").next().is_none()), "{all:#?}");
    story.world.no_secret_was_shown();
}

/// Late, and back: the Watchdog of an Alertmanager that stops, and is started again.
#[tokio::test(flavor = "multi_thread")]
async fn an_alertmanager_that_falls_silent() {
    let watched = "type: alertmanager
secret: { env: PROMETHEUS_SECRET }
heartbeat: { every: 10s, grace: 5s, when: { labels.alertname: Watchdog } }
routes: [{ service: web }]
";
    let mut world = World::with(&[
        ("escalation-policies/web.yaml", &patient("smith")),
        ("integrations/prometheus.yaml", watched),
    ])
    .await;
    let server = world.serve().await;
    let start = |world: &World| Alertmanager::start(world, &server.url, &["prometheus"], "1s");
    let Some(alertmanager) = start(&world) else { return };
    alertmanager.fires("Watchdog", &["prometheus"]).await;
    let heartbeat = async || server.get("/v1/integrations/prometheus").await.1["heartbeat"].clone();
    world.until("heard", async || heartbeat().await["last_recorded_at"].is_string()).await;
    assert_eq!(heartbeat().await["late"], json!(false));

    drop(alertmanager);
    let call = world.call_to("smith").await;
    let words = call.body["Twiml"].as_str().unwrap();
    assert!(words.contains("prometheus: no heartbeat"), "{words}");
    assert_eq!(heartbeat().await["late"], json!(true));

    let alertmanager = start(&world).unwrap();
    alertmanager.fires("Watchdog", &["prometheus"]).await;
    world.until("back", async || server.metric("oncall_incidents_open 0").await).await;
    let (_, list) = server.get("/v1/incidents").await;
    let incident = &list["incidents"][0];
    assert_eq!(
        (&incident["resolved_by"], &list["incidents"][1]),
        (&json!("prometheus"), &Value::Null),
        "{list}"
    );
    assert_eq!(incident["alerts"][0]["dedup_key"], "heartbeat");
    server.stop();
    world.no_secret_was_shown();
}

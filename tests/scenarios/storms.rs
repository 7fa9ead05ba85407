//! Storms: what a service can no longer open one by one is one incident, told with its number.

use crate::check;
use crate::world::World;
use jiff::SignedDuration;
use oncall::alert::{Action, Event, Severity, UNPARSED};
use oncall::config::Contact;
use oncall::incident::message::{self, Text};
use oncall::incident::{
    AlertChange, Change, DeliveryChange, Errand, Incident, IncidentId, Incidents, Input, OPEN_MAX,
    STORM_ALERTS_MAX, Status, Words,
};
use std::collections::{BTreeMap, BTreeSet};

/// The third incident of one urgency within five minutes begins a storm.
const SMALL: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    storm: { incidents: 2, within: 5m }
    === day
    ";

/// It begins at the next one after `incidents`, and takes what comes then; a low alert does not take a high one in. A key
/// that is open elsewhere stays there, and what is known is over one by one.
#[test]
fn what_is_too_many_is_one_incident() {
    check(
        &format!(
            "{SMALL}
            02:00 post alert a critical; alert b critical; alert c critical; alert d critical
            02:01 alert e warning
            02:02 alert a critical summary=worse
            02:02:10 ack tanaka a b c
            02:03 post resolve c; resolve d
            02:04 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, critical, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, critical, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 c: opened: "c" from prometheus -> web, critical, high urgency; a storm begins: more than 2 incidents in 5 minutes
        02:00 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 c: "d" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3)
        02:00 -> call tanaka about c, a, b, slack tanaka about c, a, b
        02:01 e: opened: "e" from prometheus -> web, warning, low urgency
        02:01 e: told once, at low urgency: tanaka, on call on primary (layer always)
        02:01 -> slack tanaka about e
        02:02 a: updated: "worse" from prometheus
        02:02:10 a: acknowledged by Tanaka in Slack
        02:02:10 b: acknowledged by Tanaka in Slack
        02:02:10 c: acknowledged by Tanaka in Slack
        02:03 c: alert c is over: the monitor says so
        02:03 c: resolved by prometheus: the monitor says so
        "#,
    );
}

/// Five minutes after the rate fell it takes no more: not what is new, and not what fires again. What it took meanwhile is told,
/// at most once in `within`.
#[test]
fn it_takes_alerts_while_the_rate_holds() {
    check(
        &format!(
            "{SMALL}
            show rules
            02:00 post alert a warning; alert b warning; alert c warning; alert d warning
            02:05 resolve d
            02:10 alert e warning
            02:10:01 alert f warning
            02:16 alert d warning
            02:16 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, warning, low urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:00 a: told once, at low urgency: tanaka, on call on primary (layer always) [escalation-policies/team.yaml:2]
        02:00 b: opened: "b" from prometheus -> web, warning, low urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:00 b: told once, at low urgency: tanaka, on call on primary (layer always) [escalation-policies/team.yaml:2]
        02:00 c: opened: "c" from prometheus -> web, warning, low urgency; a storm begins: more than 2 incidents in 5 minutes [integrations/prometheus.yaml:3, oncall.yaml:11, services/web.yaml:3]
        02:00 c: told once, at low urgency: tanaka, on call on primary (layer always) [escalation-policies/team.yaml:2]
        02:00 c: "d" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3) [services/web.yaml:3]
        02:00 -> slack tanaka about c, a, b
        02:05 c: alert d is over: the monitor says so
        02:10 c: "e" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3) [services/web.yaml:3]
        02:10 c: told once, at low urgency: tanaka, on call on primary (layer always) [escalation-policies/team.yaml:2]
        02:10 -> slack tanaka about c
        02:10:01 f: opened: "f" from prometheus -> web, warning, low urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:10:01 f: told once, at low urgency: tanaka, on call on primary (layer always) [escalation-policies/team.yaml:2]
        02:10:01 -> slack tanaka about f
        02:16 c: alert d leaves and opens its own incident: it fires again, and the storm takes no more
        02:16 d: opened: "d" from prometheus -> web, warning, low urgency [integrations/prometheus.yaml:3, oncall.yaml:11]
        02:16 d: told once, at low urgency: tanaka, on call on primary (layer always) [escalation-policies/team.yaml:2]
        02:16 -> slack tanaka about d
        "#,
    );
}

/// While it is open there is one: the rate that rises again finds it. Closed, the next one is another.
#[test]
fn there_is_one_at_a_time() {
    check(
        &format!(
            "{SMALL}
            02:00 post alert a info; alert b info; alert c info
            02:20 post alert d info; alert e info; alert f info
            02:21 post resolve c; resolve f
            02:22 alert g info
            02:22 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, info, no urgency
        02:00 b: opened: "b" from prometheus -> web, info, no urgency
        02:00 c: opened: "c" from prometheus -> web, info, no urgency; a storm begins: more than 2 incidents in 5 minutes
        02:20 d: opened: "d" from prometheus -> web, info, no urgency
        02:20 e: opened: "e" from prometheus -> web, info, no urgency
        02:20 c: "f" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3)
        02:21 c: alert c is over: the monitor says so
        02:21 c: resolved by prometheus: the monitor says so
        02:22 g: opened: "g" from prometheus -> web, info, no urgency; a storm begins: more than 2 incidents in 5 minutes
        "#,
    );
}

/// A high alert that joins one that somebody has triggers it again, at most once in `within` since they took it, or it was told;
/// one that is worse than all of it does so at once.
#[test]
fn who_took_it_is_told_again_in_turn() {
    check(
        &format!(
            "{SMALL}
            02:00 post alert a error; alert b error; alert c error
            02:00:40 ack tanaka a b c
            02:01 alert d error
            02:01:10 alert e critical
            02:01:40 ack tanaka c
            02:02 alert f error
            02:03 alert g critical
            02:07 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, error, high urgency
        02:00 a: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 b: opened: "b" from prometheus -> web, error, high urgency
        02:00 b: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 c: opened: "c" from prometheus -> web, error, high urgency; a storm begins: more than 2 incidents in 5 minutes
        02:00 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about c, a, b, slack tanaka about c, a, b
        02:00:40 a: acknowledged by Tanaka in Slack
        02:00:40 b: acknowledged by Tanaka in Slack
        02:00:40 c: acknowledged by Tanaka in Slack
        02:01 c: "d" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3)
        02:01 c: more alerts have joined: they are told at 02:05:40
        02:01:10 c: "e" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3)
        02:01:10 c: triggered again: 2 more since somebody took it
        02:01:10 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:10
        02:01:10 -> call tanaka about c, slack tanaka about c
        02:01:40 c: acknowledged by Tanaka in Slack
        02:02 c: "f" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3)
        02:02 c: more alerts have joined: they are told at 02:06:40
        02:03 c: "g" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3)
        02:06:40 c: triggered again: 2 more since somebody took it
        02:06:40 c: step 1 of team: tanaka, on call on primary (layer always); next step at 02:11:40
        02:06:40 -> call tanaka about c, slack tanaka about c
        "#,
    );
}

/// An alert that becomes more urgent than its storm leaves it, and is told by itself.
#[test]
fn what_rises_leaves_it() {
    check(
        &format!(
            "{SMALL}
            02:00 post alert a info; alert b info; alert c info; alert d info
            02:01 alert d critical
            02:01 end"
        ),
        r#"
        02:00 a: opened: "a" from prometheus -> web, info, no urgency
        02:00 b: opened: "b" from prometheus -> web, info, no urgency
        02:00 c: opened: "c" from prometheus -> web, info, no urgency; a storm begins: more than 2 incidents in 5 minutes
        02:00 c: "d" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:3)
        02:01 c: alert d leaves and opens its own incident: it has become more urgent
        02:01 d: opened: "d" from prometheus -> web, critical, high urgency
        02:01 d: step 1 of team: tanaka, on call on primary (layer always); next step at 02:06:00
        02:01 -> call tanaka about d, slack tanaka about d
        "#,
    );
}

/// What an open group takes is not too many; a storm takes by its rate, not by what alerts share.
#[test]
fn groups_come_first() {
    check(
        "
        --- services/web.yaml
        name: Web
        escalation_policy: team
        group: { by: [labels.cluster], within: 10m }
        storm: { incidents: 2, within: 5m }
        === day
        02:00 post alert a info cluster=x; alert b info cluster=y; alert c info cluster=z; alert d info cluster=x
        02:01 alert e info cluster=z
        02:09 alert f info cluster=z
        02:10 alert g info cluster=z
        02:10 end",
        r#"
        02:00 a: opened: "a" from prometheus -> web, info, no urgency
        02:00 b: opened: "b" from prometheus -> web, info, no urgency
        02:00 c: opened: "c" from prometheus -> web, info, no urgency; a storm begins: more than 2 incidents in 5 minutes
        02:00 a: joined by: "d" from prometheus
        02:01 c: "e" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:4)
        02:09 c: "f" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:4)
        02:10 c: "g" from prometheus joined the storm 1-3 of web: more than 2 incidents in 5 minutes (services/web.yaml:4)
        "#,
    );
}

/// What is silenced joins only what is silenced: nobody would hear of an alert that joined a muted storm.
#[test]
fn what_is_muted_has_a_storm_of_its_own() {
    let script = format!(
        "--- silences/staging.yaml
        - {{ when: {{ labels.env: staging }}, from: 2026-12-08 01:00, until: 2026-12-08 06:00, reason: load test }}
        {SMALL}
        02:00 post alert a critical env=staging; alert b critical env=staging; alert c critical env=staging
        02:01 alert d critical
        02:01 end"
    );
    let (mut world, day) = World::new(&script);
    world.live(&day);
    let incidents = &world.incidents.state().incidents;
    let last = incidents.values().next_back().unwrap();
    assert_eq!((incidents.len(), last.held_back.is_some(), last.status), (4, false, Status::Triggered));
    assert!(world.text().contains("-> call tanaka about d"), "{}", world.text());
    world.check_invariants();
}

/// Of many that are as bad and came at once, the first is named.
#[test]
fn the_first_of_equals_is_named() {
    let (mut world, _) = World::new(SMALL);
    world.act(&post(0..60, "alert", "error"));
    let Words::Text(Text { summary, .. }) = words(&world, &storms(&world), "sms") else {
        panic!("an SMS is a text")
    };
    assert_eq!(summary, "storm 58: k2");
}

/// `storm: never` switches off what the organisation's defaults say.
#[test]
fn never_is_never() {
    let opened = |own: &str| {
        let (mut world, _) = World::new(&format!(
            "--- oncall.yaml
             time_zone: Asia/Tokyo
             language: en
             fallback: last-resort
             providers:
               slack: {{ bot_token: {{ env: SLACK_BOT_TOKEN }}, signing_secret: {{ env: SLACK_SIGNING_SECRET }}, channel: C0INCIDENTS }}
               twilio: {{ account_sid: AC0, auth_token: {{ env: TWILIO_AUTH_TOKEN }}, from: \"+815012345678\" }}
             defaults:
               notify: {{ high: [{{ by: slack }}, {{ by: call }}], low: [{{ by: slack }}] }}
               storm: {{ incidents: 2 }}
             --- services/web.yaml
             name: Web
             escalation_policy: team
             {own}
             === day"
        ));
        world.act(&post(0..60, "alert", "critical"));
        world.incidents.state().incidents.len()
    };
    assert_eq!((opened(""), opened("storm: never"), opened("storm: { within: 1m }")), (3, 60, 51));
}

/// Without a word in the config, the 51st within five minutes begins one.
#[test]
fn fifty_in_five_minutes() {
    let (mut world, _) = World::new("");
    world.act(&post(0..50, "alert", "info"));
    world.run_until(world.now + SignedDuration::from_mins(5));
    world.act("alert later info");
    assert_eq!(storms(&world).len(), 0, "five minutes later it is not within five minutes");
    world.act(&post(50..110, "alert", "info"));
    let sizes: Vec<usize> = storms(&world).iter().map(|it| it.alerts.len()).collect();
    assert_eq!(sizes, [11]);
}

/// That an integration has fallen silent, and the server's own troubles, are told one by one; in a storm too.
#[test]
fn silence_and_own_troubles_are_never_folded() {
    let (mut world, _) = World::new(&format!(
        "--- integrations/backup.yaml
         type: generic
         secret: {{ env: BACKUP_SECRET }}
         heartbeat: {{ every: 5m }}
         severity: [{{ severity: critical }}]
         routes: [{{ service: web }}]
         {SMALL}"
    ));
    world.act("beat heartbeat from=backup");
    world.run_until(world.now + SignedDuration::from_mins(6));
    world.act(&post(0..10, "alert", "critical"));
    for n in 0..10 {
        world.act(&format!("alert trouble{n} critical from=oncall"));
    }
    world.run_until(world.now + SignedDuration::from_mins(2));
    let alone = world.incidents.state().incidents.values().filter(|it| it.storm.is_none());
    // Two before the storm, ten of our own, and the heartbeat that is missed.
    assert_eq!(alone.count(), 13);
    assert_eq!(storms(&world).len(), 1);
}

/// Bodies that cannot be read: equal bytes are one alert; beyond five open ones of an integration, one incident.
#[test]
fn bodies_that_cannot_be_read() {
    let (mut world, _) = World::new(SMALL);
    let unread = |integration: &str, n: usize| Event {
        integration: integration.to_owned(),
        dedup_key: format!("unparsed/{n}"),
        summary: format!("unparsed payload {n}"),
        labels: BTreeMap::from([(UNPARSED.to_owned(), "true".to_owned())]),
        ..Event::blank(Action::Trigger)
    };
    for n in 0..9 {
        world.handle(Input::Alerts(vec![unread("prometheus", n), unread("prometheus", n)]));
    }
    let sizes = |world: &World| -> Vec<usize> {
        let open = world.incidents.state().incidents.values().filter(|it| it.status != Status::Resolved);
        open.map(|it| it.alerts.len()).collect()
    };
    assert_eq!(sizes(&world), [1, 1, 1, 1, 1, 4]);
    world.handle(Input::Alerts(vec![unread("grafana", 1)]));
    assert_eq!(sizes(&world), [1, 1, 1, 1, 1, 4, 1], "of each integration");
    world.act("close tanaka unparsed/2");
    world.handle(Input::Alerts(vec![unread("prometheus", 20)]));
    assert_eq!(sizes(&world), [1, 1, 1, 1, 4, 1, 1], "five are told one by one again");
    world.check_invariants();
}

/// 5,000 alerts of one service in a minute: one call to each person of the step with the number, and another service's
/// page is not late.
#[test]
fn five_thousand_in_a_minute() {
    let (mut world, _) = World::new(
        "--- escalation-policies/team.yaml
         steps: [{ notify: [{ schedule: primary }, { user: suzuki }], wait: 5m }]
         --- escalation-policies/shop.yaml
         steps: [{ notify: [{ user: kimura }], wait: 5m }]
         --- services/shop.yaml
         name: Shop
         escalation_policy: shop
         === day",
    );
    world.act("slow=500ms slack");
    let mut shop_at = world.now;
    for n in 0..100 {
        world.act(&post(n * 50..(n + 1) * 50, "alert", "error"));
        if n == 60 {
            world.act("alert paid-for-nothing critical");
            world.act("alert shop-down critical service=shop");
            shop_at = world.now;
        }
        world.run_until(world.now + SignedDuration::from_millis(600));
    }
    world.run_until(world.now + SignedDuration::from_mins(2));
    let incidents = &world.incidents.state().incidents;
    assert_eq!(incidents.len(), 50 + 1 + 1);
    let storm = storms(&world)[0];
    assert_eq!(storm.alerts.len(), 4_951);
    for user in ["tanaka", "suzuki"] {
        assert_eq!(calls(&world, user, storm.id), 1, "{user}");
    }
    let shop = incidents.values().find(|it| it.service.as_deref() == Some("shop")).unwrap();
    let first = first_left(&world, shop.id);
    assert!(first.duration_since(shop_at) <= SignedDuration::from_secs(1), "{first}");
    // Its words name the critical one first, then the number.
    let Words::Script(script) = words(&world, &[storm], "call") else { panic!("a call has a script") };
    let said = script.words.join(" ");
    let (named, number) =
        (said.find("paid-for-nothing"), said.find("a storm of 4951 alerts, 1 of them critical"));
    assert!(named.is_some() && named < number, "{said}");
    let Words::Text(Text { summary, .. }) = words(&world, &[storm], "sms") else {
        panic!("an SMS is a text")
    };
    assert_eq!(summary, "storm 4951 (1 critical): paid-for-nothing");
    world.check_invariants();
}

/// It keeps so many keys, and counts beyond: nothing is lost from the number, the worst severity or the next call.
#[test]
fn beyond_its_keys_it_counts() {
    let (mut world, _) = World::new(SMALL);
    for n in 0..11 {
        world.act(&post(n * 1_000..(n + 1) * 1_000, "alert", "error"));
    }
    let storm = storms(&world)[0].clone();
    assert_eq!(storm.alerts.len(), STORM_ALERTS_MAX);
    assert_eq!(storm.storm_size().unwrap().alerts, 10_998);
    world.act("ack tanaka k2");
    world.act("alert one-more critical");
    let told = storms(&world)[0].clone();
    assert_eq!((told.severity, told.status), (Severity::Critical, Status::Triggered));
    assert_eq!(told.storm_size().unwrap().critical, 1);
    let counted =
        |entry: &&oncall::incident::Entry| matches!(entry.change, Change::Alert(AlertChange::Counted { .. }));
    assert_eq!(world.journal.iter().filter(counted).count(), 999, "each is kept");
    // It closes when all that is known is over; what was counted comes back as a repeat.
    for n in 0..10 {
        world.act(&post(n * 1_000 + 2..(n + 1) * 1_000 + 2, "resolve", ""));
    }
    assert_eq!(storms(&world).len(), 0);
    world.act("alert one-more critical");
    assert_eq!(world.incidents.state().incidents.values().next_back().unwrap().status, Status::Triggered);
    world.check_invariants();
}

/// As many incidents as may be open at all: every service has one that takes the rest, `never` or not.
#[test]
fn so_many_incidents_are_open_at_most() {
    let (mut world, day) = World::new(
        "--- services/web.yaml\nname: Web\nescalation_policy: team\nstorm: never\n=== day\nalert a info\n",
    );
    world.live(&day);
    let mut state = world.incidents.state().clone();
    let (id, mut one) = state.incidents.pop_first().unwrap();
    one.mirrors.clear();
    state.incidents = (1..=u32::try_from(OPEN_MAX).unwrap())
        .map(|n| IncidentId { n, ..id })
        .map(|id| (id, Box::new(Incident { id, ..(*one).clone() })))
        .collect();
    state.next_incident = state.incidents.keys().next_back().unwrap().n + 1;
    world.incidents = Incidents::new(state);
    world.act("post alert b critical; alert c critical; alert d info; alert e info");
    let sizes: Vec<usize> = storms(&world).iter().map(|it| it.alerts.len()).collect();
    assert_eq!((world.incidents.state().incidents.len(), sizes), (OPEN_MAX + 2, vec![2, 2]));
}

fn post(keys: std::ops::Range<usize>, what: &str, rest: &str) -> String {
    format!("post {}", keys.map(|n| format!("{what} k{n} {rest}")).collect::<Vec<_>>().join(";"))
}

/// The storms that are open.
fn storms(world: &World) -> Vec<&Incident> {
    let open = world.incidents.state().incidents.values().filter(|it| it.status != Status::Resolved);
    open.filter(|it| it.storm.is_some()).map(|it| &**it).collect()
}

/// How many calls to somebody are about an incident.
fn calls(world: &World, user: &str, id: IncidentId) -> usize {
    let about = world.journal.iter().filter_map(|entry| match &entry.change {
        Change::Delivery(DeliveryChange::Sent {
            delivery, errand: Errand::Page { user: told, by }, ..
        }) if entry.incident == Some(id) && **told == *user && by.method().rings => Some(*delivery),
        _ => None,
    });
    about.collect::<BTreeSet<_>>().len()
}

/// When the first page about an incident left.
fn first_left(world: &World, id: IncidentId) -> jiff::Timestamp {
    let page = world.journal.iter().find(|entry| {
        let sent = matches!(
            entry.change,
            Change::Delivery(DeliveryChange::Sent { errand: Errand::Page { .. }, .. })
        );
        entry.incident == Some(id) && sent
    });
    page.unwrap().at
}

fn words(world: &World, incidents: &[&Incident], by: &str) -> Words {
    message::page(&world.config, incidents, "tanaka", Contact::read(by).unwrap())
}

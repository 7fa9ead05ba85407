//! Many at once: fairness, slots, bounds, and that nothing walks through ten thousand incidents for one of them.

use crate::world::World;
use jiff::SignedDuration;
use oncall::config::Contact;
use oncall::incident::{Change, DeliveryChange, DeliveryId, Errand, IncidentId};

/// The deliveries that were sent to people by a method, with what they are about, in order.
fn pages(world: &World, method: Contact) -> Vec<(DeliveryId, String, Vec<IncidentId>)> {
    let mut pages: Vec<(DeliveryId, String, Vec<IncidentId>)> = Vec::new();
    for entry in &world.journal {
        let Change::Delivery(DeliveryChange::Sent { delivery, errand: Errand::Page { user, by }, .. }) =
            &entry.change
        else {
            continue;
        };
        if *by != method {
            continue;
        }
        match pages.iter_mut().find(|(id, ..)| id == delivery) {
            Some((.., about)) => about.extend(entry.incident),
            None => pages.push((*delivery, user.to_string(), entry.incident.into_iter().collect())),
        }
    }
    pages
}

fn post(keys: impl Iterator<Item = usize>, what: &str, rest: &str) -> String {
    format!("post {}", keys.map(|n| format!("{what} k{n} {rest}")).collect::<Vec<_>>().join(";"))
}

fn run_for(world: &mut World, minutes: i64) {
    world.run_until(world.now + SignedDuration::from_mins(minutes));
}

/// 26: a backlog of one service does not delay another one's page, even to the same person.
#[test]
fn fair_between_services() {
    let (mut world, _) = World::new(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         storm: never
         --- services/shop.yaml
         name: Shop
         escalation_policy: team
         === day",
    );
    world.act(&post(0..300, "alert", "critical"));
    world.act("alert shop-down critical service=shop");
    run_for(&mut world, 1);
    let calls = pages(&world, Contact::Call);
    let shop = world
        .incidents
        .state()
        .incidents
        .values()
        .find(|it| it.service.as_deref() == Some("shop"))
        .unwrap()
        .id;
    assert_eq!(calls[0].2.len(), 100, "the first call is as large as it may be");
    assert!(calls[1].2.contains(&shop), "the next call tells of the shop");
    world.check_invariants();
}

/// What is urgent leaves before what is not, however long that has waited.
#[test]
fn the_urgent_first() {
    let (mut world, _) =
        World::new("--- services/web.yaml\nname: Web\nescalation_policy: team\nstorm: never\n=== day\n");
    world.act("hang slack tanaka");
    world.act(&post(0..250, "alert", "warning"));
    world.act("alert down critical");
    world.act("up slack tanaka");
    run_for(&mut world, 2);
    let direct = pages(&world, Contact::Slack);
    let down = world.incidents.state().incidents.keys().next_back().copied().unwrap();
    let first = direct.iter().position(|(_, _, about)| about.contains(&down)).unwrap();
    assert_eq!(first, 1, "the first message that could carry it");
}

/// Rooms too: a flood of low ones does not hold up the room's message about a critical one, nor one service another's.
#[test]
fn rooms_are_shared_by_urgency_and_in_turn() {
    let (mut world, _) = World::new(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         storm: never
         --- services/shop.yaml
         name: Shop
         escalation_policy: team
         storm: never
         === day",
    );
    world.act("slow=500ms slack channel");
    world.act(&post(0..300, "alert", "info"));
    world.act("post alert s1 info service=shop; alert s2 info service=shop; alert s3 info service=shop");
    world.act("alert down critical");
    run_for(&mut world, 1);
    let shown: Vec<String> = world
        .journal
        .iter()
        .filter(|entry| {
            let sent = &entry.change;
            matches!(sent, Change::Delivery(DeliveryChange::Sent { errand: Errand::Mirror { .. }, .. }))
        })
        .map(|entry| world.incidents.state().incidents[&entry.incident.unwrap()].alerts[0].dedup_key.clone())
        .collect();
    // Four were under way when it came.
    assert_eq!(shown.iter().position(|key| key == "down"), Some(4));
    let place = |key: &str| shown.iter().position(|shown| shown == key).unwrap();
    assert_eq!((place("s1"), place("s2"), place("s3")), (5, 7, 9), "{:?}", &shown[..12]);
    world.check_invariants();
}

/// Eight calls at most are on their way at once, and each person gets theirs.
#[test]
fn slots() {
    let mut script = String::new();
    for n in 0..20 {
        script +=
            &format!("--- users/u{n}.yaml\nname: U{n}\nslack: U{n:07}\nphone: \"+81 90 0000 01{n:02}\"\n");
    }
    let people = (0..20).map(|n| format!("{{ user: u{n} }}")).collect::<Vec<_>>().join(", ");
    script += &format!(
        "--- escalation-policies/team.yaml\nsteps: [{{ notify: [{people}], wait: 30m }}]\n=== day\n"
    );
    let (mut world, _) = World::new(&script);
    world.act("slow=10s call");
    world.act("alert 5xx critical");
    let at = |world: &World| pages(world, Contact::Call).len();
    assert_eq!(at(&world), 8);
    world.run_until(world.now + SignedDuration::from_secs(9));
    assert_eq!(at(&world), 8);
    run_for(&mut world, 1);
    let mut called: Vec<String> = pages(&world, Contact::Call).into_iter().map(|(_, user, _)| user).collect();
    called.sort();
    called.dedup();
    assert_eq!(called.len(), 20);
    assert_eq!(at(&world), 20, "each once");
    world.check_invariants();
}

/// Ten thousand open incidents: what happens to one of them stays cheap, and a tick that finds thousands due ends.
#[test]
fn ten_thousand_open_incidents() {
    let (mut world, _) = World::new(
        "--- services/web.yaml\nname: Web\nescalation_policy: team\nacknowledgement_timeout: 30m\nstorm: never\n=== day\n",
    );
    for from in (0..10_000).step_by(1_000) {
        world.act(&post(from..from + 1_000, "alert", "critical"));
    }
    assert_eq!(world.incidents.state().incidents.len(), 10_000);
    for n in (0..10_000).step_by(10) {
        world.act(&format!("alert k{n} critical summary=news"));
    }
    run_for(&mut world, 6);
    for n in (0..10_000).step_by(10) {
        world.act(&format!("resolve k{n}"));
    }
    run_for(&mut world, 1);
    let open = world.incidents.state().keys.values().filter(|known| known.open.is_some()).count();
    assert_eq!(open, 9_000);
}

/// Closed incidents that Slack could not be told about are forgotten in the end, and nothing hangs on them.
#[test]
fn forgotten_while_the_channel_is_down() {
    let (mut world, _) = World::new("");
    world.act("hang slack");
    world.act("alert a warning");
    world.act("alert b warning");
    world.act("alert c warning");
    world.act("alert d warning");
    world.act("alert e warning");
    world.act("limit=3600 slack");
    run_for(&mut world, 10);
    world.act("post resolve a; resolve b; resolve c; resolve d; resolve e");
    run_for(&mut world, 25 * 60);
    world.act("alert f warning");
    world.act("up slack");
    run_for(&mut world, 120);
    assert_eq!(world.incidents.state().incidents.len(), 1);
    world.check_invariants();
}

/// An incident groups so many alerts; the next opens another.
#[test]
fn a_group_is_bounded() {
    let (mut world, _) = World::new(
        "--- services/web.yaml
         name: Web
         escalation_policy: team
         group: { by: [labels.cluster], within: 10m }
         === day",
    );
    world.act(&post(0..2_500, "alert", "warning cluster=a"));
    let sizes: Vec<usize> = world.incidents.state().incidents.values().map(|it| it.alerts.len()).collect();
    assert_eq!(sizes, [1_000, 1_000, 500]);
}

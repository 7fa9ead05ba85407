//! `user add`, `team add`, `service add`, `silence add`: new files, whole and valid, and nothing where they would not be.

use super::world::World;
use super::{check, check_refused};
use oncall::cli::{self, Arguments, Exit};
use oncall::schedule::Turn;
use std::fs;

/// The base speaks English; this is the same in Japanese.
const JA: &str = "--- oncall.yaml
time_zone: Asia/Tokyo
language: ja
fallback: team
providers:
  twilio: { account_sid: AC0, auth_token: { env: TWILIO }, from: \"+815012345678\" }
public_url: https://oncall.example.com
";

#[test]
fn somebody_new_has_the_id_of_their_address() {
    for (said, path, text) in [
        ("Emma Smith <emma@example.com>", "users/emma.yaml", "name: Emma Smith\nemail: emma@example.com\n"),
        (
            "木村 美咲　＜misaki.kimura@example.com＞",
            "users/misaki-kimura.yaml",
            "name: 木村 美咲\nemail: misaki.kimura@example.com\n",
        ),
        ("Jo <Jo+oncall@example.com>", "users/jo.yaml", "name: Jo\nemail: Jo+oncall@example.com\n"),
        (
            "smith=Emma: <emma@example.com> +1 202 555 0199",
            "users/smith.yaml",
            "name: \"Emma:\"\nemail: emma@example.com\nphone: \"+1 202 555 0199\"\n",
        ),
        ("hana=花", "users/hana.yaml", "name: 花\n"),
    ] {
        let edit = World::new("").edited(&format!("user add '{said}' --dry-run"));
        let first = "# yaml-language-server: $schema=../schema/user.json\n";
        assert_eq!(edit.files.keys().collect::<Vec<_>>(), [path]);
        assert_eq!(edit.files[path], format!("{first}{text}"), "{said}");
    }
}

#[test]
fn who_cannot_be_named_or_is_there_is_refused_in_the_language_of_the_repository() {
    check_refused(
        JA,
        "user add '田中 太郎'",
        &["`田中 太郎` にメールアドレスがありません", "`田中 太郎 <tanaka@example.com>`"],
    );
    check_refused(
        "",
        "user add '田中 太郎'",
        &["`田中 太郎` has no e-mail address", "`Emma Smith <emma@example.com>`"],
    );
    check_refused("", "user add 'Jo <jo>'", &["`jo` is not an e-mail address"]);
    check_refused(
        "",
        "user add 'Jo <12@example.com>'",
        &["no id can be made of `12@example.com`", "`emma=Emma Smith <12@example.com>`"],
    );
    check_refused("", "user add 'Jo!=Jo <jo@example.com>'", &["`Jo!` is not an id"]);
    check_refused("", "user add 'Jo <jo@example.com> 0901234'", &["`0901234` is neither a phone number"]);
    check_refused(
        "",
        "user add 'T <tanaka@example.com>'",
        &["users/tanaka.yaml (Tanaka (tanaka)) is there already"],
    );
    // A number that is none breaks the config: the finding says why, and nothing is written.
    check_refused("", "user add 'Jo <jo@example.com>' --phone 12", &["broken:", "users/jo.yaml"]);
}

/// It is Suzuki's week, then Sato's; Mori comes after Sato, and nobody else moves.
#[test]
fn somebody_new_joins_at_once() {
    check(
        "",
        "user add 'Mori <mori@example.com> +81 90 1111 2222' --schedule web --after sato",
        "Mori (mori) is added.
         Mori (mori) joins web on Mon 2026-11-30 10:00 after Sato (sato); Sato (sato) is next.
         The turns from then on: sato, mori, tanaka, suzuki.
         == schedules/web.yaml
         +        - { from: 2026-11-30, members: [tanaka, suzuki, sato, mori], starts_with: sato }
         == users/mori.yaml
         +# yaml-language-server: $schema=../schema/user.json
         +name: Mori
         +email: mori@example.com
         +phone: \"+81 90 1111 2222\"
         OC292 `AC0` is a sample: Twilio refuses every call
         OC292 `+815012345678` is a sample: Twilio refuses every call
         OC292 `+819000000005` is a sample: calls to this person reach nobody
         OC292 `+819000000004` is a sample: calls to this person reach nobody
         OC292 `+819000000003` is a sample: calls to this person reach nobody
         OC292 `+819000000002` is a sample: calls to this person reach nobody
         OC292 `+819000000001` is a sample: calls to this person reach nobody",
    );
}

#[test]
fn a_team_is_on_call_from_the_start() {
    let world = World::new(JA);
    let edit = world.edited(
        "team add payments --name '決済: 夜' --members kimura,ito --people 'Mori <mori@example.com>'",
    );
    assert_eq!(
        edit.files.keys().collect::<Vec<_>>(),
        [
            "escalation-policies/payments.yaml",
            "runbooks/payments.md",
            "schedules/payments-primary.yaml",
            "schedules/payments-secondary.yaml",
            "services/payments.yaml",
            "users/mori.yaml",
        ]
    );
    assert!(edit.files["schedules/payments-primary.yaml"].contains("name: \"決済: 夜 一次当番\"\n"));
    let on_call = |schedule: &str| {
        let it = edit.config.schedules.on_call(schedule, world.now);
        it.users.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    // The first Monday is that of this week.
    assert_eq!(
        (on_call("payments-primary"), on_call("payments-secondary")),
        (vec!["kimura".to_owned()], vec!["ito".to_owned()])
    );
    let policy = &edit.config.policies["payments"];
    assert_eq!(policy.steps.len(), 2);
    assert_eq!(&*edit.config.services["payments"].name, "決済: 夜");
}

#[test]
fn one_alone_has_nobody_behind_them_and_it_is_said() {
    let edit = World::new("").edited("team add solo --members ito --time-zone Europe/London");
    assert!(!edit.files.contains_key("schedules/solo-secondary.yaml"));
    assert_eq!(
        edit.said[1],
        "Nobody stands behind them: without an answer, `team` is told. `oncall line-up add` adds more people."
    );
    let schedule = &edit.config.schedules.schedules["solo-primary"];
    assert_eq!(schedule.time_zone.iana_name(), Some("Europe/London"));
    assert!(matches!(&schedule.layers[0].turn, Turn::Rotation(it) if it.line_ups[0].members.len() == 1));
    assert_eq!(edit.config.policies["solo"].steps.len(), 1);
}

#[test]
fn a_team_that_is_there_or_of_nobody_is_refused() {
    check_refused("", "team add payments", &["nobody would be on call"]);
    check_refused("", "team add web --members ito", &["services/web.yaml is there already"]);
    check_refused("", "team add Web --members ito", &["`Web` is not an id"]);
    check_refused("", "team add payments --members ito,ito", &["`ito` is named twice"]);
    check_refused("", "team add payments --members itoh", &["there is no user `itoh`: did you mean `ito`?"]);
}

#[test]
fn a_service_begins_its_runbook_and_says_how_alerts_reach_it() {
    check(
        "",
        "service add shop/search --name 'Search: all'",
        "The service `shop/search` is added; the policy `team` decides who is told.
         No route leads to it yet: add `service: shop/search` to the `routes` of an integration.
         == runbooks/shop/search.md
         +# Search: all
         +
         +1. Look at the dashboard: error rate and response time.
         +2. If the last deployment is the cause, roll it back.
         +3. If you see no way after 15 minutes, call the secondary: press 5 while the phone call lasts.
         == services/shop/search.yaml
         +# yaml-language-server: $schema=../../schema/service.json
         +name: \"Search: all\"
         +escalation_policy: team
         +runbook: shop/search.md
         OC117 no route leads to the service `shop/search`",
    );
    let by_label = "--- integrations/prometheus.yaml
type: alertmanager
secret: { env: PROMETHEUS_SECRET }
routes: [{ service_from: labels.service }, { service: web }]
--- escalation-policies/second.yaml
steps:
  - { notify: [{ user: ito }], wait: 10m }
--- escalation-policies/third.yaml
steps:
  - { notify: [{ user: ito }], wait: 10m }
";
    check_refused(by_label, "service add search", &["`--policy`", "second, team, third"]);
    check(
        &format!("{JA}{by_label}"),
        "service add search --policy second --runbook https://wiki.example.com/search?x=1",
        "サービス `search` を追加します。連絡先はポリシー `second` で決まります。
         `labels.service` が `search` のアラートが届きます。
         == services/search.yaml
         +# yaml-language-server: $schema=../schema/service.json
         +name: search
         +escalation_policy: second
         +runbook: https://wiki.example.com/search?x=1",
    );
    check_refused(by_label, "service add search --policy first", &["there is no escalation policy `first`"]);
}

/// It is Tuesday 2026-11-24, 12:00.
#[test]
fn a_silence_is_appended_to_those_of_its_month() {
    let november = "--- silences/2026-11.yaml
# Ours.
- services: [web]   # all of it
  from: 2026-11-01 10:00
  until: 2026-11-01 12:00
  reason: move
";
    check(
        november,
        "silence add --service web --when labels.env=staging --when 'labels.env=~dev-\\d+' --for 2h --reason 'upgrade: all' --dry-run",
        "Pages of web and labels.env=staging,~dev-\\d+ are muted from Tue 2026-11-24 12:00 until Tue 2026-11-24 14:00.
         == silences/2026-11.yaml
         +- services: [web]
         +  when: { labels.env: [staging, \"~dev-\\\\d+\"] }
         +  from: 2026-11-24 12:00
         +  until: 2026-11-24 14:00
         +  reason: \"upgrade: all\"",
    );
    check(
        JA,
        "silence add --service web --from '2026-12-05 02:00' --until '2026-12-05 04:00' --reason 更新 --dry-run",
        "2026-12-05（土）02:00 から 2026-12-05（土）04:00 まで、web の通知を止めます。
         == silences/2026-12.yaml
         +# yaml-language-server: $schema=../schema/silences.json
         +- { services: [web], from: 2026-12-05 02:00, until: 2026-12-05 04:00, reason: 更新 }",
    );
}

#[test]
fn a_silence_of_nothing_or_of_no_time_is_refused() {
    check_refused("", "silence add --for 2h --reason x --dry-run", &["say what is muted"]);
    check_refused(
        "",
        "silence add --everything --for 2h --reason x --dry-run",
        &["`--everything` is for a running server"],
    );
    check_refused(
        "",
        "silence add --when env --for 2h --reason x --dry-run",
        &["`env` should be KEY=PATTERN"],
    );
    check_refused("", "silence add --service wep --for 2h --reason x --dry-run", &["did you mean `web`?"]);
    check_refused(
        "",
        "silence add --service web --from '2026-12-05 04:00' --until '2026-12-05 02:00' --reason x --dry-run",
        &["it would end (Sat 2026-12-05 02:00) before it begins (Sat 2026-12-05 04:00)"],
    );
    // A key that no alert has is a finding, and nothing is written.
    check_refused(
        "",
        "silence add --when label.env=x --for 2h --reason x --dry-run",
        &["broken:", "labels.env"],
    );
}

#[test]
fn what_would_be_invalid_is_not_written() {
    let config = super::super::config();
    let before = oncall::git::files::read_dir(config.path()).unwrap().files;
    let line = "user add 'Jo <jo@example.com>' --phone 12 --write";
    let refused = super::super::oncall(line, config.path());
    super::super::refused(&refused, Exit::Config, &["users/jo.yaml"]);
    assert_eq!(oncall::git::files::read_dir(config.path()).unwrap().files, before);
    let line = "team add solo --members tanaka --write";
    let written = super::super::oncall(line, config.path());
    assert_eq!(written.exit, Exit::Fine, "{}", written.err);
    assert!(
        fs::read_to_string(config.path().join("services/solo.yaml"))
            .unwrap()
            .contains("escalation_policy: solo")
    );
    // Written once; a second time it is there.
    super::super::refused(&super::super::oncall(line, config.path()), Exit::Usage, &["solo"]);
}

#[test]
fn a_silence_is_at_a_server_only_where_one_is_named() {
    let words = |line: &str| super::super::words(&format!("oncall {line}"));
    let parsed = <Arguments as clap::Parser>::try_parse_from(words(
        "silence add --service web --for 1h --reason x --url http://127.0.0.1:9",
    ));
    let world = World::new("");
    let subject = oncall::edit::Subject {
        tree: &world.tree,
        compiled: &world.compiled,
        config: world.config(),
        now: world.now,
    };
    assert!(cli::edit(&parsed.unwrap().command, &subject).is_none());
    for both in ["--write", "--dry-run", "."] {
        let line = format!("silence add --service web --for 1h --reason x --url http://127.0.0.1:9 {both}");
        assert!(<Arguments as clap::Parser>::try_parse_from(words(&line)).is_err(), "{both}");
    }
}

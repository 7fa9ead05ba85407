//! What people type and fill in, in Slack: to wishes, to forms within Slack's limits, and to what they would do.

use crate::world::{id, incident, now};
use jiff::SignedDuration;
use oncall::actor::{Actor, Via};
use oncall::chat::intent::{Intent, Meant};
use oncall::chat::person::Person;
use oncall::chat::typed::{self, Typed};
use oncall::chat::{answer, forms};
use oncall::compile::{Tree, compile};
use oncall::config::{Config, RunTime, RunTimeSilence, SlackUserGroup};
use oncall::incident::{Asked, Assignee, Command, Ended, IncidentId, Respond, Target};
use oncall::language::chat::{Doing, Slot};
use oncall::place::Place;
use oncall::preview::effect;
use oncall::provider::slack_heard::{self, Gesture, SlackMember};
use oncall::provider::slack_manifest::{WayIn, link, manifest};
use oncall::provider::slack_socket::{self, Frame};
use oncall::provider::slack_view::{
    BlankKind, OPTIONS_MAX, Piece, TITLE_MAX, VIEW_BLOCKS_MAX, cut_units, units,
};
use oncall::provider::{Failure, Response, slack_groups, slack_said};
use oncall::schedule::OverrideAction;
use std::collections::BTreeSet;
use std::sync::Arc;

/// Sato and Smith take turns on `web` day by day at 10:00 in Tokyo; Kimura is always on `db`.
fn company() -> Config {
    let files = [
        (
            "oncall.yaml",
            "time_zone: Asia/Tokyo\nlanguage: ja\nfallback: last\nproviders:\n  slack: { bot_token: { env: A }, signing_secret: { env: B }, channel: C0INCIDENTS }\n  twilio: { account_sid: AC1, auth_token: { env: C }, from: \"+815012345678\" }\npublic_url: https://oncall.example.com\n",
        ),
        ("users/sato.yaml", "name: 佐藤 花子\nlanguage: ja\nslack: U0SATO\nphone: \"+819000000001\"\n"),
        (
            "users/smith.yaml",
            "name: Emma Smith\nlanguage: en\ntime_zone: Europe/London\nslack: U0SMITH\nphone: \"+819000000002\"\n",
        ),
        ("users/kimura.yaml", "name: Kimura\nlanguage: en\nslack: U0KIMURA\nphone: \"+819000000003\"\n"),
        (
            "schedules/web.yaml",
            "name: Web\nlayers:\n  - name: daily\n    rotation:\n      every: 1 day\n      handoff: 10:00\n      line_ups: [{ from: 2026-01-01, members: [sato, smith] }]\n",
        ),
        ("schedules/db.yaml", "name: Database\nlayers:\n  - name: always\n    members: [kimura]\n"),
        ("escalation-policies/web.yaml", "steps: [{ notify: [{ schedule: web }], wait: 5m }]\n"),
        ("escalation-policies/last.yaml", "steps: [{ notify: [{ user: kimura }], wait: 5m }]\n"),
        ("services/checkout.yaml", "name: Checkout\nescalation_policy: web\n"),
    ];
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    let compiled = compile(&Tree { files, ..Tree::default() });
    compiled.config.unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
}

fn member(id: &str) -> SlackMember {
    SlackMember { id: id.to_owned(), name: "guest".to_owned() }
}

/// What it comes to when this member types it.
fn typed(config: &Config, who: &str, text: &str) -> Result<Command, String> {
    let person = Person::of(config, &member(who));
    match typed::read(text, config, now(), &person)? {
        Typed::Intent { intent, .. } => match intent.meant(config, now(), &person, (false, "")) {
            Ok(Meant::Command(command)) => Ok(command),
            Ok(Meant::Channel(id)) => Err(format!("a channel for {id}")),
            Err(unclear) => Err(unclear.words),
        },
        other => Err(format!("{other:?}")),
    }
}

fn about(asked: Asked, user: &str) -> Command {
    let target = Target::Incidents(vec![IncidentId { epoch: 3, n: 17 }]);
    Command::Respond(Respond { target, action: asked, by: Actor::User(id(user)), via: Via::Slack })
}

/// It is Tuesday, 02:05 in Tokyo, and 17:05 on Monday in London.
#[test]
fn words_are_commands_in_english_and_in_japanese() {
    let config = company();
    let says = |who: &str, text: &str| typed(&config, who, text).unwrap();
    let until = |at: &str| Asked::Snooze { until: at.parse().unwrap(), confirmed: false };
    assert_eq!(says("U0SATO", "対応 3-17"), about(Asked::Acknowledge, "sato"));
    assert_eq!(says("U0SMITH", "ACK 3-17"), about(Asked::Acknowledge, "smith"));
    assert_eq!(says("U0SATO", "スヌーズ 3-17 30分"), about(until("2026-12-07T17:35:00Z"), "sato"));
    // Each in their own zone.
    assert_eq!(says("U0SATO", "snooze 3-17 明日 10:00"), about(until("2026-12-09T01:00:00Z"), "sato"));
    assert_eq!(
        says("U0SMITH", "snooze 3-17 until tomorrow 10:00"),
        about(until("2026-12-08T10:00:00Z"), "smith")
    );
    let note = Asked::Note("looking at it".to_owned());
    assert_eq!(says("U0SMITH", "note 3-17 looking at it"), about(note, "smith"));
    let resolve = Asked::Resolve { reason: Some("悪いデプロイ".to_owned()) };
    assert_eq!(says("U0SATO", "解決 3-17　悪いデプロイ"), about(resolve, "sato"));
    let to = vec![Assignee::User(id("kimura"))];
    for text in ["reassign 3-17 <@U0KIMURA|kim>", "reassign 3-17 to kimura", "担当変更 3-17 @Kimura"] {
        assert_eq!(says("U0SATO", text), about(Asked::Reassign(to.clone()), "sato"), "{text}");
    }
    let merge = Asked::Merge { into: IncidentId { epoch: 3, n: 12 } };
    assert_eq!(says("U0SATO", "統合 3-17 3-12"), about(merge, "sato"));
}

#[test]
fn a_schedule_is_taken_until_its_handoff_and_an_override_says_who_and_when() {
    let config = company();
    let handoff = "2026-12-08T01:00:00Z".parse().unwrap();
    for text in ["take web", "交代 Web", "take web until handoff", "take web 交代まで"] {
        let Ok(Command::Take { schedule, to, relieves, until, .. }) = typed(&config, "U0KIMURA", text) else {
            panic!("{text}: {:?}", typed(&config, "U0KIMURA", text))
        };
        assert_eq!((&*schedule, &*to, relieves, until), ("web", "kimura", None, Some(handoff)), "{text}");
    }
    let on_call = config.schedules.on_call("web", now()).users[0].clone();
    let Ok(Command::Take { schedule, relieves, .. }) =
        typed(&config, "U0KIMURA", &format!("take {on_call} 2h"))
    else {
        panic!()
    };
    assert_eq!((&*schedule, relieves.as_deref()), ("web", Some(&*on_call)));
    let text = "override web kimura from tomorrow 10:00 until tomorrow 12:00 dentist";
    let Ok(Command::Override { made, .. }) = typed(&config, "U0SATO", text) else { panic!() };
    assert_eq!(made.action, OverrideAction::Set(vec![id("kimura")]));
    assert_eq!(made.reason.as_deref(), Some("dentist"));
    assert_eq!(
        (made.from.to_string(), made.until.to_string()),
        ("2026-12-09T01:00:00Z".into(), "2026-12-09T03:00:00Z".into())
    );
    let Ok(Command::Override { made, .. }) = typed(&config, "U0SATO", "代理 web なし 2時間") else {
        panic!()
    };
    assert_eq!(made.action, OverrideAction::Set(Vec::new()));
    let Ok(Command::Silence { made, everything, .. }) =
        typed(&config, "U0SMITH", "silence checkout 1h 30m noise at night")
    else {
        panic!()
    };
    assert_eq!((made.reason.as_str(), everything), ("noise at night", false));
    assert_eq!(made.until.to_string(), "2026-12-07T18:35:00Z");
    assert!(matches!(
        typed(&config, "U0SMITH", "silence すべて 30m 訓練"),
        Ok(Command::Silence { everything: true, .. })
    ));
}

#[test]
fn what_is_not_clear_is_asked_back() {
    let config = company();
    let asked = |text: &str| typed(&config, "U0SATO", text).unwrap_err();
    assert_eq!(asked("踊る"), "「踊る」というコマンドはありません。`/oncall ヘルプ` で一覧を表示します。");
    assert!(asked("スヌーズ 3-17 18").contains("2通り"));
    assert_eq!(asked("呼び出し nothere 障害"), "サービス「nothere」が見つかりません。");
    assert_eq!(asked("silence checkout 2h"), "内容を指定してください。");
    assert!(asked("take kimura kimura").contains("解釈できません"));
    assert!(typed(&config, "U0SMITH", "take sato from smith").is_err());
    assert!(typed(&config, "U0STRANGER", "take web").unwrap_err().contains("users/"));
    // Times are asked for in the words of the person.
    assert!(typed(&config, "U0SMITH", "away yesterday").unwrap_err().contains("is not a time"));
}

#[test]
fn forms_keep_to_the_limits_of_slack() {
    let mut config = company();
    let service = config.services["checkout"].clone();
    for n in 0..120 {
        let mut service = service.clone();
        (service.id, service.name) = (id(&format!("s{n}")), "🔥".repeat(80));
        config.services.insert(service.id.clone(), service);
    }
    let person = Person::of(&config, &member("U0SATO"));
    let all: Vec<_> = (1..=130).map(|n| crate::world::numbered(n, &"長い名前🔥".repeat(60))).collect();
    for doing in [
        Doing::Declare,
        Doing::Override,
        Doing::Silence,
        Doing::Snooze,
        Doing::Note,
        Doing::Reassign,
        Doing::Merge,
        Doing::Move,
    ] {
        let intent = Intent::new(doing).with(Slot::Incident, "ids 3-1");
        let modal = forms::form(&config, &person, &intent, &all);
        let json = modal.json();
        assert!(json["title"]["text"].as_str().unwrap().encode_utf16().count() <= TITLE_MAX, "{doing:?}");
        assert!(json["blocks"].as_array().unwrap().len() <= VIEW_BLOCKS_MAX);
        for block in json["blocks"].as_array().unwrap() {
            let options = block["element"]["options"].as_array();
            for option in options.into_iter().flatten() {
                assert!(option["text"]["text"].as_str().unwrap().encode_utf16().count() <= 75, "{option}");
                assert!(option["value"].as_str().unwrap().len() <= 150);
            }
            assert!(options.is_none_or(|all| (1..=OPTIONS_MAX).contains(&all.len())), "{doing:?}");
        }
        assert_eq!(Intent::read(json["private_metadata"].as_str().unwrap()), Some(intent), "{doing:?}");
    }
    // More services than a menu holds: the id is typed.
    let modal = forms::form(&config, &person, &Intent::new(Doing::Declare), &[]);
    let typed = |piece: &Piece| matches!(piece, Piece::Blank(blank) if blank.field == "service" && matches!(blank.kind, BlankKind::Words { .. }));
    assert!(modal.pieces.iter().any(typed));
    // A text is cut between characters, by UTF-16 units.
    assert_eq!((cut_units("🔥🔥🔥", 5), units("🔥🔥…")), ("🔥🔥…".to_owned(), 5));
    assert_eq!(cut_units("🔥🔥🔥", 4), "🔥…");
    assert_eq!(cut_units("abc", 3), "abc");
}

#[test]
fn a_preview_says_who_is_on_call_instead_and_who_is_told() {
    let config = Arc::new(company());
    let person = Person::of(&config, &member("U0SMITH"));
    let shown = |text: &str, about: &[oncall::incident::Incident]| {
        let command = typed(&config, "U0SMITH", text).unwrap();
        let tried = effect::tried(&config, now(), command, about);
        effect::words(&tried.effects, &config, person.language, person.zone)
    };
    let on_call = config.schedules.on_call("web", now()).users[0].clone();
    let name = config.users[&on_call].name.clone();
    let lines = shown("override web kimura 2h", &[]);
    // By the clock of whoever asks, and by the schedule's.
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].starts_with(&format!("Web: Kimura instead of {name}, from ")), "{lines:?}");
    assert!(lines[0].contains("19:05 GMT") && lines[0].contains("04:05 JST"), "{lines:?}");
    assert_eq!(shown("page checkout orders hang", &[]), [format!("Told at once: {name}.")]);
    let mut open = incident();
    open.own_policy = Default::default();
    let gap = shown("override web nobody 2h", &[]);
    assert!(gap.iter().any(|line| line.contains("Nobody would be on call on Web")), "{gap:?}");
    assert_eq!(shown("reassign 3-17 kimura", std::slice::from_ref(&open)), ["Told at once: Kimura."]);
    // What has paged nobody yet is no page that would have been muted.
    let quiet = shown("silence checkout 2h noise", std::slice::from_ref(&open));
    assert!(quiet[0].contains("1 of what is open now") && quiet[0].contains("muted 0."), "{quiet:?}");
    open.record.first_page_at = Some(now());
    let muted = shown("silence checkout 2h noise", std::slice::from_ref(&open));
    assert!(muted[0].contains("1 of what is open now") && muted[0].contains("muted 1."), "{muted:?}");
    let other = shown("silence すべて 2h noise", &[]);
    assert!(other[0].contains("0 of what is open now"), "{other:?}");
}

/// Whoever is put on call says by the number, or by the place in git, that they cannot: for themselves.
#[test]
fn whoever_is_put_on_call_says_that_they_cannot() {
    let config = company();
    let place = Place { file: Arc::from("overrides/2026.yaml"), line: 3 };
    for (text, what) in [
        ("cannot 41", Ended::RunTime(41)),
        ("辞退 #41", Ended::RunTime(41)),
        ("cannot overrides/2026.yaml:3", Ended::File(place)),
    ] {
        let (user, by) = (id("kimura"), Actor::User(id("kimura")));
        let wanted = Command::Cannot { what, user, by, via: Via::Slack };
        assert_eq!(typed(&config, "U0KIMURA", text), Ok(wanted), "{text}");
    }
    assert!(typed(&config, "U0KIMURA", "cannot tomorrow").is_err());
}

/// While a silence runs that names no service, the Home tab says so before all else, with its end and the reason.
#[test]
fn the_home_tab_says_while_a_broad_silence_runs() {
    let quiet = company();
    let (from, until) = (now(), now() + SignedDuration::from_hours(2));
    let made = RunTimeSilence {
        services: Vec::new(),
        when: Vec::new(),
        from,
        until,
        reason: "the move".to_owned(),
        by: Actor::User(id("sato")),
        via: Via::Slack,
        keys: BTreeSet::new(),
        at_most: None,
    };
    let run_time = RunTime { silences: [(41, made)].into(), ..RunTime::default() };
    let loud = quiet.laid_over(&run_time);
    let home = |config: &Config, at| {
        let person = Person::of(config, &member("U0SMITH"));
        format!("{:?}", answer::home(config, &person, &[], at))
    };
    // In London it is 17:05, and 19:05 at its end.
    let said = home(&loud, now());
    assert!(said.contains("the move") && said.contains("19:05"), "{said}");
    assert!(said.find("the move") < said.find("Your shifts"), "not before the shifts: {said}");
    assert!(!home(&quiet, now()).contains("the move") && !home(&loud, until).contains("the move"));
}

#[test]
fn the_home_tab_shows_shifts_what_is_open_and_how_one_is_reached() {
    let config = company();
    let text = |who: &str| {
        let person = Person::of(&config, &member(who));
        format!("{:?}", answer::home(&config, &person, &[incident()], now()))
    };
    let sato = text("U0SATO");
    for words in
        ["あなたの当番", "Web: ", "対応が必要なインシデント", "3-17", "あなたへの連絡方法", "緊急度 高: "]
    {
        assert!(sato.contains(words), "{words}: {sato}");
    }
    let stranger = text("U0STRANGER");
    assert!(!stranger.contains("3-17"), "{stranger}");
}

#[test]
fn the_manifest_has_what_slack_asks_for_and_no_url_under_socket_mode() {
    let by_url = manifest(WayIn::Url("https://oncall.example.com"));
    let request_url = "https://oncall.example.com/v1/callbacks/slack";
    assert_eq!(by_url["settings"]["interactivity"]["request_url"], request_url);
    assert_eq!(by_url["settings"]["event_subscriptions"]["request_url"], request_url);
    assert_eq!(by_url["features"]["slash_commands"][0]["url"], request_url);
    assert_eq!(by_url["settings"]["socket_mode_enabled"], false);
    let by_socket = manifest(WayIn::Socket);
    assert!(!by_socket.to_string().contains("url\":"), "{by_socket}");
    assert_eq!(by_socket["settings"]["socket_mode_enabled"], true);
    let length = |value: &serde_json::Value| value.as_str().unwrap().encode_utf16().count();
    let shown = &by_url["display_information"];
    assert!(length(&shown["name"]) <= 35 && length(&shown["description"]) <= 140);
    assert!(length(&by_url["features"]["slash_commands"][0]["command"]) <= 32);
    let link = link(&by_socket);
    let (_, json) = link.split_once("https://api.slack.com/apps?new_app=1&manifest_json=").unwrap();
    let query = format!("m={json}");
    let (_, decoded) = form_urlencoded::parse(query.as_bytes()).next().unwrap();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&decoded).unwrap(), by_socket);
}

#[test]
fn frames_of_a_socket_are_read_and_acknowledged() {
    let config = crate::world::config();
    let read = |text: &str| slack_socket::read(&config, text);
    assert_eq!(read(r#"{"type":"hello"}"#), Frame::Hello);
    assert_eq!(read(r#"{"type":"disconnect","reason":"warning"}"#), Frame::Disconnect("warning".into()));
    assert_eq!(read("no JSON"), Frame::Other);
    let none = Frame::Envelope { id: "E1".into(), interaction: None };
    assert_eq!(read(r#"{"type":"new_kind","envelope_id":"E1","payload":{}}"#), none);
    let slash = r#"{"type":"slash_commands","envelope_id":"E1","payload":{"command":"/oncall","user_id":"U1","text":"who","trigger_id":"T"}}"#;
    let Frame::Envelope { interaction: Some(it), .. } = read(slash) else { panic!() };
    assert_eq!((it.gesture, it.once.as_str()), (Gesture::Typed("who".into()), "typed T"));
    assert_eq!(slack_socket::acknowledge("E1", None), r#"{"envelope_id":"E1"}"#);
    let answer = serde_json::json!({"response_action": "clear"});
    let with_answer = r#"{"envelope_id":"E1","payload":{"response_action":"clear"}}"#;
    assert_eq!(slack_socket::acknowledge("E1", Some(&answer)), with_answer);
    assert!(slack_socket::is_final("invalid_auth") && !slack_socket::is_final("ratelimited"));
}

#[test]
fn what_slack_answers_to_a_call_is_taken_or_named() {
    let answer = |status: u16, body: &str| {
        let response = Response { status, headers: Vec::new(), body: body.as_bytes().to_vec() };
        slack_said::accepted(Ok(response)).map(|_| ())
    };
    assert_eq!(answer(200, r#"{"ok":true}"#), Ok(()));
    assert_eq!(answer(200, r#"{"ok":false,"error":"expired_trigger_id"}"#), Err("expired_trigger_id".into()));
    assert_eq!(answer(429, r#"{"ok":false,"error":"ratelimited"}"#), Err("ratelimited".into()));
    assert_eq!(answer(503, "<html>down</html>"), Err("answered 503".into()));
    let (not_sent, unknown) = (Failure::NotSent("no route".into()), Failure::Unknown("timed out".into()));
    assert_eq!(slack_said::accepted(Err(not_sent)).unwrap_err(), "no route");
    assert_eq!(slack_said::accepted(Err(unknown)).unwrap_err(), "timed out");
}

#[test]
fn a_user_group_holds_whoever_is_on_call_on_any_of_its_schedules() {
    let config = company();
    let group = |schedules: &[&str], when_empty: &[&str]| SlackUserGroup {
        group: "S0ONCALL".into(),
        schedules: schedules.iter().map(|schedule| id(schedule)).collect(),
        when_empty: when_empty.iter().map(|user| id(user)).collect(),
        place: Place::default(),
    };
    let wanted = |group: &SlackUserGroup| -> Vec<String> {
        slack_groups::wanted(&config, group, now()).into_iter().collect()
    };
    let on_call = config.schedules.on_call("web", now()).users[0].to_uppercase();
    assert_eq!(wanted(&group(&["web", "db"], &[])), ["U0KIMURA".to_owned(), format!("U0{on_call}")]);
    // Nobody is on call there: those who are named for it, or as it is.
    assert_eq!(wanted(&group(&["gone"], &["smith"])), ["U0SMITH"]);
    assert!(wanted(&group(&["gone"], &[])).is_empty());
    let members = slack_groups::members(&serde_json::json!({"ok": true, "users": ["U2", "U1"]}));
    assert_eq!(members.into_iter().collect::<Vec<_>>(), ["U1", "U2"]);
    assert!(slack_groups::is_final("permission_denied") && !slack_groups::is_final("ratelimited"));
}

/// The same deed again is known by what Slack gives it; what people typed comes without Slack's escapes.
#[test]
fn what_comes_twice_has_one_name() {
    let config = crate::world::config();
    let typed = |trigger: &str| {
        let payload = serde_json::json!({"command": "/oncall", "user_id": "U1", "text": "note 3-17 a &lt;b&gt;", "trigger_id": trigger});
        slack_heard::enveloped(&config, "slash_commands", &payload).unwrap()
    };
    assert_eq!(typed("T.1"), typed("T.1"));
    assert_ne!(typed("T.1").once, typed("T.2").once);
    assert_eq!(typed("T.1").gesture, Gesture::Typed("note 3-17 a <b>".into()));
    let event = |id: &str, event: serde_json::Value| {
        let payload = serde_json::json!({"event_id": id, "event": event});
        slack_heard::enveloped(&config, "events_api", &payload)
    };
    let reply = |rest: serde_json::Value| {
        let mut reply = serde_json::json!({"type": "message", "channel": "C1", "user": "U1", "ts": "2.1", "thread_ts": "1.1", "text": "looking"});
        rest.as_object().unwrap().iter().for_each(|(key, value)| reply[key] = value.clone());
        reply
    };
    let none = serde_json::json!({});
    assert_eq!(event("Ev1", reply(none.clone())).unwrap().once, event("Ev2", reply(none)).unwrap().once);
    for other in [
        serde_json::json!({"bot_id": "B1"}),
        serde_json::json!({"subtype": "message_changed"}),
        serde_json::json!({"thread_ts": null}),
        serde_json::json!({"text": "  "}),
        serde_json::json!({"user": null}),
    ] {
        assert_eq!(event("Ev1", reply(other.clone())), None, "{other}");
    }
}

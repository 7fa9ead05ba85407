//! What people read and hear.

use crate::wire;
use crate::world::{acknowledged, config, id, incident, numbered, resolved};
use jiff::{Timestamp, tz::TimeZone};
use oncall::actor::{Actor, Origin, Via};
use oncall::alert::Severity;
use oncall::config::{Config, MirrorKind, Urgency};
use oncall::incident::message::{self, ButtonKind, CallScript, Card};
use oncall::incident::{
    Alert, Asked, Assignee, Happened, HeldBack, Hold, Incident, IncidentId, Labels, News, OwnWords, Refused,
    Remark, Reply, Warning, Words,
};
use oncall::language::{Language, Notice};
use oncall::place::Place;
use oncall::reason::Why;
use std::sync::Arc;

pub fn spoken(script: &CallScript) -> String {
    format!("{}\n{}", script.words.join("\n"), script.menu.join("\n"))
}

pub fn shown(card: &Card) -> String {
    let mut text = format!("{}\n", card.headline);
    card.fields.iter().for_each(|field| text += &format!("{}: {}\n", field.label, field.value));
    card.lines.iter().for_each(|line| text += &format!("{line}\n"));
    card.buttons.iter().for_each(|button| text += &format!("[{}]", button.label));
    text
}

fn fallback() -> Incident {
    let mut incident = incident();
    let escalation = incident.escalation.as_mut().unwrap();
    escalation.at.policy = id("platform");
    escalation.at.fallback = true;
    escalation.at.round = 1;
    incident
}

fn without_url() -> Config {
    let mut config = config();
    config.organisation.public_url = None;
    config
}

#[test]
fn a_call_says_who_what_and_when_in_the_persons_language_and_zone() {
    insta::assert_snapshot!(spoken(&message::call(&config(), &[&incident()], "tanaka")), @r"
    たなか たろうさん、オンコールの呼び出しです。
    チェックアウトで、重大なアラートが発生しています。
    内容をお伝えします。5xx の割合が 5% を超えました。
    発生時刻は、午前2時です。
    対応する場合は4を、
    次の担当者を呼ぶ場合は5を、
    解決済みにする場合は6を押してください。
    もう一度聞く場合は、こめじるしを押してください。
    ");
    insta::assert_snapshot!(spoken(&message::call(&config(), &[&incident()], "kimura")), @r"
    Hello Kimura Ken, this is an on-call page.
    Checkout has a critical alert.
    It says: 5xx の割合が 5% を超えました.
    It began at 5:00 PM.
    Press 4 to acknowledge.
    Press 5 to escalate.
    Press 6 to resolve.
    Press star to hear this again.
    ");
    insta::assert_snapshot!(spoken(&message::call(&without_url(), &[&fallback()], "kimura")), @r"
    Hello Kimura Ken, this is an on-call page.
    Nobody else could be reached, so you are called as the fallback.
    Checkout has a critical alert.
    It says: 5xx の割合が 5% を超えました.
    It began at 5:00 PM.
    Keys do not work on this call. Please acknowledge with the on-call command line.
    ");
}

#[test]
fn several_incidents_are_one_call() {
    let all: Vec<Incident> = (1..=5).map(|n| numbered(n, &format!("disk {n} is full"))).collect();
    let all: Vec<&Incident> = all.iter().collect();
    insta::assert_snapshot!(spoken(&message::call(&config(), &all, "tanaka")), @r"
    たなか たろうさん、オンコールの呼び出しです。
    5件のアラートが発生しています。
    1件目、チェックアウト、重大。disk 1 is full。
    2件目、チェックアウト、重大。disk 2 is full。
    3件目、チェックアウト、重大。disk 3 is full。
    ほかに2件あります。
    すべてに対応する場合は4を、
    次の担当者を呼ぶ場合は5を、
    もう一度聞く場合は、こめじるしを押してください。
    ");
    insta::assert_snapshot!(spoken(&message::call(&config(), &all[..2], "kimura")), @r"
    Hello Kimura Ken, this is an on-call page.
    There are 2 alerts.
    Number 1: Checkout, critical. disk 1 is full.
    Number 2: Checkout, critical. disk 2 is full.
    Press 4 to acknowledge them all.
    Press 5 to escalate.
    Press star to hear this again.
    ");
    insta::assert_snapshot!(shown(&wire::direct_card(&config(), &all, "kimura")), @r"
    🔴 5 alerts
    🔴 [Critical] Checkout: disk 1 is full (3-1)
    🔴 [Critical] Checkout: disk 2 is full (3-2)
    🔴 [Critical] Checkout: disk 3 is full (3-3)
    🔴 [Critical] Checkout: disk 4 is full (3-4)
    🔴 [Critical] Checkout: disk 5 is full (3-5)
    [Acknowledge all]
    ");
}

#[test]
fn a_long_summary_is_cut_before_it_is_said() {
    let long = numbered(1, &"あ".repeat(1024));
    let script = message::call(&config(), &[&long], "tanaka");
    let said = script.words.iter().find(|words| words.contains('あ')).unwrap();
    assert_eq!(said.matches('あ').count(), message::SPOKEN_SUMMARY_MAX - 1);
    assert!(said.ends_with('…'), "{said}");
}

#[test]
fn the_channels_card_follows_the_incident() {
    insta::assert_snapshot!(shown(&wire::card(&config(), &incident())), @r"
    🔴 [重大] Checkout: 5xx の割合が 5% を超えました
    状態: 未対応
    サービス: Checkout
    深刻度: 重大
    緊急度: 高
    発生: 12月8日（火）02:00 JST
    インシデント: 3-17
    発生元: checkout-api-1
    連絡中: 田中 太郎さん（ステップ 1/2、次の連絡 02:05）
    直近 5 分の 5xx は 7.3% です。
    [対応する][解決済みにする][手順書]
    ");
    insta::assert_snapshot!(shown(&wire::card(&config(), &acknowledged(incident()))), @r"
    🟡 [重大] Checkout: 5xx の割合が 5% を超えました
    状態: 対応中（田中 太郎）
    サービス: Checkout
    深刻度: 重大
    緊急度: 高
    発生: 12月8日（火）02:00 JST
    インシデント: 3-17
    発生元: checkout-api-1
    直近 5 分の 5xx は 7.3% です。
    [解決済みにする][手順書]
    ");
    insta::assert_snapshot!(shown(&wire::card(&config(), &resolved(incident()))), @r"
    ✅ [重大] Checkout: 5xx の割合が 5% を超えました
    状態: 解決済み（grafana）
    サービス: Checkout
    深刻度: 重大
    緊急度: 高
    発生: 12月8日（火）02:00 JST
    インシデント: 3-17
    発生元: checkout-api-1
    手順書: runbooks/checkout.md
    直近 5 分の 5xx は 7.3% です。
    ");
}

#[test]
fn grouped_silenced_and_ownerless_incidents_say_so() {
    let mut grouped = incident();
    grouped.alerts.push(Alert {
        integration: grouped.integration.to_string(),
        dedup_key: "other".into(),
        firing: false,
        fired_to_the_end: false,
        severity: Severity::Critical,
        since: grouped.opened_at,
        own: None,
        heard_at: grouped.opened_at,
        stale_at: None,
        flapping: None,
    });
    grouped.escalation = None;
    grouped.held_back = Some(Box::new(HeldBack {
        by: Hold::Silence,
        origin: Origin::File(Place::read("silences/maintenance.yaml:2").unwrap()),
        reason: "minor upgrade".into(),
        until: "2026-12-07T19:00:00Z".parse().unwrap(),
        source: None,
    }));
    insta::assert_snapshot!(shown(&wire::card(&config(), &grouped)), @r"
    🔴 [重大] Checkout: 5xx の割合が 5% を超えました · サイレンス中
    状態: 未対応
    サービス: Checkout
    深刻度: 重大
    緊急度: 高
    発生: 12月8日（火）02:00 JST
    インシデント: 3-17
    アラート: 2件（発生中 1件）
    発生元: checkout-api-1
    サイレンス中: 12月8日（火）04:00 JST まで: minor upgrade（silences/maintenance.yaml:2）
    直近 5 分の 5xx は 7.3% です。
    [対応する][解決済みにする][手順書]
    ");
    let mut own = incident();
    (own.service, own.integration, own.severity) = (None, "oncall".into(), Severity::Error);
    own.summary = Language::Ja.notice(&Notice::ConfigRefused { commit: "1a2b3c4" }).into();
    insta::assert_snapshot!(spoken(&message::call(&config(), &[&own], "tanaka")), @r"
    たなか たろうさん、オンコールの呼び出しです。
    オンコールサーバーで、エラーレベルのアラートが発生しています。
    内容をお伝えします。コミット 1a2b3c4 の設定にエラーがあるため反映していません。以前の設定で動作を続けています。
    発生時刻は、午前2時です。
    対応する場合は4を、
    次の担当者を呼ぶ場合は5を、
    解決済みにする場合は6を押してください。
    もう一度聞く場合は、こめじるしを押してください。
    ");
}

#[test]
fn a_runbook_is_a_button_where_it_can_be_opened_and_a_line_where_it_cannot() {
    let url = "https://wiki.example.com/checkout".to_owned();
    let opens = |incident: &Incident, config: &Config| {
        let card = wire::card(config, incident);
        card.buttons.into_iter().find_map(|button| match button.kind {
            ButtonKind::Open(url) => Some(url),
            _ => None,
        })
    };
    let line = |incident: &Incident, config: &Config| {
        let fields = wire::card(config, incident).fields;
        fields.into_iter().find(|field| field.label == "手順書").map(|field| field.value)
    };
    let page = "https://oncall.example.com/runbooks/checkout.md?incident=3-17".to_owned();
    assert_eq!(opens(&incident(), &config()), Some(page));
    assert_eq!(line(&incident(), &config()), None, "what can be opened is not said twice");
    let mut private = config();
    private.organisation.public_url = None;
    assert_eq!(
        (opens(&incident(), &private), line(&incident(), &private).as_deref()),
        (None, Some("runbooks/checkout.md"))
    );
    for (written, path) in
        [("runbooks/checkout.md", "checkout.md"), ("web/障害 1.md", "web/%E9%9A%9C%E5%AE%B3%201.md")]
    {
        let mut known = config();
        known.runbooks =
            Arc::new([("checkout.md".into(), "".into()), ("web/障害 1.md".into(), "".into())].into());
        let named = Incident { runbook: Some(written.into()), ..incident() };
        let page = format!("https://oncall.example.com/runbooks/{path}?incident=3-17");
        assert_eq!(opens(&named, &known), Some(page), "an alert may name a file of the repository");
    }
    let named = Incident { runbook: Some(url.as_str().into()), ..incident() };
    assert_eq!(opens(&named, &config()), Some(url.clone()));
    let mut linked = config();
    linked.services.get_mut("checkout").unwrap().runbook = Some(url.clone());
    assert_eq!(opens(&incident(), &linked), Some(url));
    let hostile = Incident { runbook: Some("javascript:alert(1)".into()), ..incident() };
    assert_eq!(opens(&hostile, &config()), None);
    let unknown = Incident { runbook: Some("runbooks/none.md".into()), ..incident() };
    assert_eq!(
        (opens(&unknown, &config()), line(&unknown, &config()).as_deref()),
        (None, Some("runbooks/none.md"))
    );
}

#[test]
fn a_ticket_says_where_the_runbook_is_opened() {
    let ticket = |config: &Config| match message::mirror(config, &incident(), MirrorKind::Ticket, "SHOP") {
        Words::Ticket(ticket) => ticket.description,
        other => panic!("{other:?}"),
    };
    let says = |config: &Config, line: &str| ticket(config).iter().any(|said| said == line);
    assert!(says(&config(), "手順書: https://oncall.example.com/runbooks/checkout.md?incident=3-17"));
    let mut linked = config();
    linked.services.get_mut("checkout").unwrap().runbook = Some("https://wiki.example.com/checkout".into());
    assert!(says(&linked, "手順書: https://wiki.example.com/checkout"));
}

#[test]
fn the_thread_says_what_happened_in_a_line() {
    let config = config();
    let said = |incident: Incident| message::follow_up(&config, &incident, MirrorKind::Room, (0, 0));
    assert_eq!(said(acknowledged(incident())), "田中 太郎さんが対応を始めました。");
    assert_eq!(said(resolved(incident())), "解決しました（grafana からの復旧通知）。");
}

/// Alerts as `(key, words, pod, firing)`, the first of which opened the incident.
fn group(alerts: &[(&str, &str, &str, bool)]) -> Incident {
    let mut group = incident();
    let labels = |pod: &str| {
        let labels = [("pod", pod), ("cluster", "tokyo"), ("severity", "critical"), ("oncall_test", "1")];
        labels.map(|(name, value)| (name.to_owned(), value.to_owned()))
    };
    let first = group.alerts.remove(0);
    for (key, words, pod, firing) in alerts {
        let own = labels(pod);
        let labels = Labels::new(own.iter().map(|(name, value)| (name, value)));
        if group.alerts.is_empty() {
            (group.summary, group.labels) = ((*words).into(), labels.clone());
        }
        let own = OwnWords { summary: (*words).into(), source: "".into(), labels };
        let own = (!group.alerts.is_empty()).then(|| Box::new(own));
        group.alerts.push(Alert { dedup_key: (*key).into(), firing: *firing, own, ..first.clone() });
    }
    group
}

/// The card says who fires now, how many, and what tells them apart: the labels that differ first.
#[test]
fn a_card_shows_who_fires_and_what_tells_them_apart() {
    let crash = "Pod is crash looping";
    let alerts = [
        ("a", crash, "web-1", false),
        ("b", crash, "web-2", true),
        ("c", crash, "web-3", true),
        ("d", "Disk full", "db-1", true),
    ];
    let shown = wire::card(&config(), &group(&alerts));
    assert_eq!(shown.headline, "🔴 [重大] Checkout: Pod is crash looping +2");
    assert_eq!(
        shown.lines[0],
        "• Pod is crash looping (pod=web-2)\n• Pod is crash looping (pod=web-3)\n• Disk full (pod=db-1)"
    );
    let labels = shown.fields.iter().find(|field| field.label == "ラベル").unwrap();
    assert_eq!(labels.value, "pod: web-2, web-3, db-1\ncluster: tokyo");
    // One alert alone is told by its headline, and by all of its labels.
    let alone = wire::card(&config(), &group(&alerts[..1]));
    assert_eq!(alone.headline, "🔴 [重大] Checkout: Pod is crash looping");
    let labels = alone.fields.iter().find(|field| field.label == "ラベル").unwrap();
    assert_eq!(labels.value, "pod: web-1\ncluster: tokyo");
    let Words::Ticket(ticket) = message::mirror(&config(), &group(&alerts), MirrorKind::Ticket, "SHOP")
    else {
        panic!()
    };
    assert!(ticket.description.iter().any(|line| line.contains("pod: web-2, web-3, db-1")), "{ticket:?}");
}

/// However many alerts and labels there are, and however long: a card stays short.
#[test]
fn labels_and_alerts_of_a_card_are_bounded() {
    let mut many = incident();
    let names: Vec<(String, String)> =
        (0..100).map(|n| (format!("l{n}{}", "x".repeat(900)), "v".repeat(1000))).collect();
    many.labels = Labels::new(names.iter().map(|(name, value)| (name, value)));
    let first = many.alerts[0].clone();
    for n in 0..999 {
        let own = OwnWords {
            summary: format!("node{n} {}", "x".repeat(1000)).into(),
            source: "".into(),
            labels: many.labels.clone(),
        };
        many.alerts.push(Alert { dedup_key: n.to_string(), own: Some(Box::new(own)), ..first.clone() });
    }
    let shown = wire::card(&config(), &many);
    assert!(shown.headline.ends_with(" +999"), "{}", shown.headline);
    assert_eq!(shown.lines[0].lines().count(), 11);
    assert!(shown.lines[0].ends_with("ほか990件") && shown.lines[0].chars().count() < 3000);
    let labels = shown.fields.iter().find(|field| field.label == "ラベル").unwrap();
    assert_eq!(labels.value.lines().count(), 10);
    assert!(labels.value.chars().count() < 2000, "{}", labels.value.chars().count());
}

/// What changed is said in either language: alerts alike as one line, and what was too much as a number.
#[test]
fn the_thread_groups_what_changed() {
    let crash = "Pod is crash looping";
    let key = |name: &str| ("grafana".to_owned(), name.to_owned());
    let mut incident =
        group(&[("a", crash, "web-1", false), ("b", crash, "web-2", true), ("c", "Disk full", "db-1", true)]);
    let what = [
        Happened::Joined(key("b")),
        Happened::Worse { alert: key("b"), severity: Severity::Critical },
        Happened::Joined(key("c")),
        Happened::Over { alert: key("a"), firing: 2 },
        Happened::Raised(Urgency::High),
        Happened::Remarked {
            by: Actor::Stranger { name: "guest".into(), way: Via::Slack },
            remark: Remark::LooksAtIt,
        },
        Happened::AlsoAcknowledged(Actor::User(id("tanaka"))),
        Happened::Reassigned { to: vec![id("kimura")], by: Actor::User(id("tanaka")) },
        Happened::Retriggered(Why::Newcomers(3)),
    ];
    incident.lines = what.into_iter().zip(1..).map(|(what, seq)| News { seq, what }).collect();
    let mut config = config();
    assert_eq!(
        message::follow_up(&config, &incident, MirrorKind::Room, (0, 4)),
        "アラートが2件加わりました: 「Pod is crash looping (pod=web-2)」「Disk full」\n\
         「Pod is crash looping (pod=web-2)」の深刻度が重大になりました。\n\
         「Pod is crash looping (pod=web-1)」が復旧しました。残り2件が発生中です。\n\
         緊急度が高になりました。\n\
         guest が調べていると知らせました。対応する権限がないため、状態は変わりません。\n\
         田中 太郎 も対応に加わりました。\n\
         田中 太郎 が Kimura Ken に割り当てました。\n\
         再び呼び出します: 対応が始まってからさらに3件のアラートが加わりました。\n\
         ほかに4件の変化がありました。"
    );
    config.organisation.language = Language::En;
    assert_eq!(
        message::follow_up(&config, &incident, MirrorKind::Room, (2, 0)),
        "\"Disk full\" has joined.\n\
         \"Pod is crash looping (pod=web-1)\" is over, 2 still fire.\n\
         The urgency is now high.\n\
         guest says they look at it. They may not respond, so nothing else changed.\n\
         Also acknowledged by 田中 太郎.\n\
         Reassigned to Kimura Ken by 田中 太郎.\n\
         Triggered again: 3 more since somebody took it."
    );
}

#[test]
fn every_reply_has_words() {
    let config = config();
    let incidents = vec![IncidentId { epoch: 3, n: 17 }];
    let by = "佐藤 花子".to_owned();
    let cases = [
        (Reply::Done { action: Asked::Acknowledge, incidents: incidents.clone() }, "Acknowledged."),
        (
            Reply::Already { action: Asked::Acknowledge, by: by.clone(), incidents: incidents.clone() },
            "Already acknowledged by 佐藤 花子.",
        ),
        (
            Reply::Already { action: Asked::Resolve { reason: None }, by, incidents: incidents.clone() },
            "Already resolved by 佐藤 花子.",
        ),
        (
            Reply::Noted { incidents: vec![IncidentId { epoch: 3, n: 17 }] },
            "Noted in the timeline and the thread. You are not among those who respond, so nothing else changed: the people on call are still being told.",
        ),
        (
            Reply::Done {
                action: Asked::Reassign(vec![Assignee::User(id("tanaka"))]),
                incidents: incidents.clone(),
            },
            "Reassigned to 田中 太郎.",
        ),
        (Reply::Done { action: Asked::Move(id("checkout")), incidents }, "Moved to Checkout."),
        (Reply::NotFound, "No such incident; it may have ended already."),
    ];
    for (reply, words) in cases {
        assert_eq!(message::reply_text(&config, &reply, Language::En, &TimeZone::UTC), words);
        assert!(!message::reply_text(&config, &reply, Language::Ja, &TimeZone::UTC).is_empty());
        assert!(!message::reply_spoken(&reply, Language::Ja).is_empty());
    }
}

/// People, schedules and services are answered by name, whatever id they were asked for by; what has gone since, by its id.
#[test]
fn answers_name_people_and_schedules() {
    let mut config = config();
    let place = Place { file: "schedules/web-primary.yaml".into(), line: 1 };
    config.schedule_names.insert(id("web-primary"), ("Web 一次".to_owned(), place));
    let said = |reply: Reply, language| message::reply_text(&config, &reply, language, &TimeZone::UTC);
    let to = ["tanaka", "gone"].map(|user| Assignee::User(id(user)));
    let to: Vec<Assignee> = to.into_iter().chain([Assignee::Schedule(id("web-primary"))]).collect();
    let also = || Reply::Done { action: Asked::PageAlso(to.clone()), incidents: Vec::new() };
    assert_eq!(said(also(), Language::En), "Paging 田中 太郎, gone, Web 一次 too.");
    assert_eq!(said(also(), Language::Ja), "田中 太郎さん、goneさん、Web 一次も呼び出します。");
    let nobody = || Reply::Refused(Refused::NobodyOnCall(id("web-primary")));
    assert_eq!(said(nobody(), Language::En), "Nobody who can be told is on call on Web 一次 now.");
    let (from, until) = (Timestamp::UNIX_EPOCH, Timestamp::UNIX_EPOCH);
    let gap = Reply::Confirm(vec![Warning::Gap { schedule: id("web-primary"), from, until }]);
    assert!(said(gap, Language::Ja).starts_with("Web 一次 は "));
}

#[test]
fn the_servers_own_troubles_have_words_that_fit_a_summary() {
    let commit = "1a2b3c4d5e6f708192a3b4c5d6e7f8091a2b3c4d";
    let notices = [
        (Notice::ConfigRefused { commit }, "refused"),
        (Notice::JournalUnwritable, "cannot write its journal"),
        (Notice::JournalDamaged, "damaged"),
        (Notice::JournalNewer, "A newer oncall"),
        (Notice::JournalRestored, "snapshot"),
        (Notice::StateGone, "vanished"),
        (Notice::InputFailed, "failed on an input"),
    ];
    for (notice, words) in notices {
        assert!(Language::En.notice(&notice).contains(words), "{notice:?}");
        for said in [Language::En.notice(&notice), Language::Ja.notice(&notice)] {
            assert!(said.chars().count() <= message::SPOKEN_SUMMARY_MAX, "{said}");
            assert_eq!(said.contains(commit), matches!(notice, Notice::ConfigRefused { .. }));
        }
    }
}

//! What people read and hear.

use crate::wire;
use crate::world::{acknowledged, config, delivery, id, incident, now, numbered, resolved};
use oncall::actor::{Actor, Origin, Via};
use oncall::alert::Severity;
use oncall::config::{Config, MirrorKind};
use oncall::incident::message::{self, ButtonKind, CallScript, Card};
use oncall::incident::{Alert, Asked, HeldBack, Hold, Incident, IncidentId, Reply, Task};
use oncall::language::{Language, Notice};
use oncall::place::Place;
use oncall::provider;

fn spoken(script: &CallScript) -> String {
    format!("{}\n{}", script.words.join("\n"), script.menu.join("\n"))
}

fn shown(card: &Card) -> String {
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
    内容は、5xx の割合が 5% を超えました。
    発生は、午前2時です。
    対応を始める場合は、4を押してください。
    次の担当者を呼ぶ場合は、5。
    解決済みにする場合は、6。
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
    Keys do not work on this call. Please acknowledge in Slack.
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
    すべての対応を始める場合は、4を押してください。
    次の担当者を呼ぶ場合は、5。
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
    発生: 12月8日(火) 02:00 JST
    インシデント: 3-17
    発生元: checkout-api-1
    連絡中: 田中 太郎（ステップ 1/2、次は 02:05）
    手順書: runbooks/checkout.md
    直近 5 分の 5xx は 7.3% です。
    [対応する][解決済みにする]
    ");
    insta::assert_snapshot!(shown(&wire::card(&config(), &acknowledged(incident()))), @r"
    🟡 [重大] Checkout: 5xx の割合が 5% を超えました
    状態: 対応中（田中 太郎）
    サービス: Checkout
    深刻度: 重大
    緊急度: 高
    発生: 12月8日(火) 02:00 JST
    インシデント: 3-17
    発生元: checkout-api-1
    手順書: runbooks/checkout.md
    直近 5 分の 5xx は 7.3% です。
    [解決済みにする]
    ");
    insta::assert_snapshot!(shown(&wire::card(&config(), &resolved(incident()))), @r"
    ✅ [重大] Checkout: 5xx の割合が 5% を超えました
    状態: 解決済み（grafana）
    サービス: Checkout
    深刻度: 重大
    緊急度: 高
    発生: 12月8日(火) 02:00 JST
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
        integration: grouped.integration.clone(),
        dedup_key: "other".into(),
        firing: false,
        severity: Severity::Critical,
        since: grouped.opened_at,
        own: None,
        heard_at: grouped.opened_at,
        stale_at: None,
    });
    grouped.escalation = None;
    grouped.held_back = Some(HeldBack {
        by: Hold::Silence,
        origin: Origin::File(Place::read("silences/maintenance.yaml:2").unwrap()),
        reason: "minor upgrade".into(),
        until: "2026-12-07T19:00:00Z".parse().unwrap(),
    });
    insta::assert_snapshot!(shown(&wire::card(&config(), &grouped)), @r"
    🔴 [重大] Checkout: 5xx の割合が 5% を超えました
    状態: 未対応
    サービス: Checkout
    深刻度: 重大
    緊急度: 高
    発生: 12月8日(火) 02:00 JST
    インシデント: 3-17
    アラート: 2件（発生中 1件）
    発生元: checkout-api-1
    通知停止中: 12月8日(火) 04:00 JSTまで: minor upgrade（silences/maintenance.yaml:2）
    手順書: runbooks/checkout.md
    直近 5 分の 5xx は 7.3% です。
    [対応する][解決済みにする]
    ");
    let mut own = incident();
    (own.service, own.integration, own.severity) = (None, "oncall".into(), Severity::Error);
    own.summary = Language::Ja.notice(&Notice::ConfigRefused { commit: "1a2b3c4" });
    insta::assert_snapshot!(spoken(&message::call(&config(), &[&own], "tanaka")), @r"
    たなか たろうさん、オンコールの呼び出しです。
    オンコールサーバーで、エラーのアラートが発生しています。
    内容は、コミット 1a2b3c4 の設定にエラーがあるため反映していません。以前の設定で動作を続けています。
    発生は、午前2時です。
    対応を始める場合は、4を押してください。
    次の担当者を呼ぶ場合は、5。
    解決済みにする場合は、6。
    もう一度聞く場合は、こめじるしを押してください。
    ");
}

#[test]
fn a_runbook_is_a_button_where_it_has_a_url_and_a_line_where_it_is_a_file() {
    let url = "https://wiki.example.com/checkout".to_owned();
    let opens = |incident: &Incident, config: &Config| {
        let card = wire::card(config, incident);
        card.buttons.into_iter().find_map(|button| match button.kind {
            ButtonKind::Open(url) => Some(url),
            _ => None,
        })
    };
    assert_eq!(opens(&incident(), &config()), None);
    let named = Incident { runbook: Some(url.clone()), ..incident() };
    assert_eq!(opens(&named, &config()), Some(url.clone()));
    let mut linked = config();
    linked.services.get_mut("checkout").unwrap().runbook = Some(url.clone());
    assert_eq!(opens(&incident(), &linked), Some(url));
    let hostile = Incident { runbook: Some("javascript:alert(1)".into()), ..incident() };
    assert_eq!(opens(&hostile, &config()), None);
}

#[test]
fn the_thread_says_the_state_in_a_line() {
    let config = config();
    assert_eq!(
        message::follow_up(&config, &incident()),
        "未対応です。連絡中: 田中 太郎（ステップ 1/2、次は 02:05）"
    );
    assert_eq!(message::follow_up(&config, &acknowledged(incident())), "対応中です（田中 太郎）。");
    assert_eq!(message::follow_up(&config, &resolved(incident())), "解決済みになりました（grafana）。");
}

#[test]
fn every_reply_has_words() {
    let incidents = vec![IncidentId { epoch: 3, n: 17 }];
    let by = "佐藤 花子".to_owned();
    let cases = [
        (Reply::Done { action: Asked::Acknowledge, incidents: incidents.clone() }, "Acknowledged."),
        (
            Reply::Already { action: Asked::Acknowledge, by: by.clone(), incidents: incidents.clone() },
            "Already acknowledged by 佐藤 花子.",
        ),
        (
            Reply::Already { action: Asked::Resolve, by, incidents: incidents.clone() },
            "Already resolved by 佐藤 花子.",
        ),
        (Reply::Done { action: Asked::Reassign(id("tanaka")), incidents }, "Reassigned to tanaka."),
        (Reply::NotFound, "No such incident; it may have ended already."),
    ];
    for (reply, words) in cases {
        assert_eq!(message::reply_text(&reply, Language::En), words);
        assert!(!message::reply_text(&reply, Language::Ja).is_empty());
        assert!(!message::reply_spoken(&reply, Language::Ja).is_empty());
    }
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

#[test]
fn the_terminal_shows_who_is_told_how_and_what() {
    let print = |task: Task| provider::print(&config(), &delivery(task), now());
    insta::assert_snapshot!(print(wire::call()), @r"
    ╭─ 02:05:00 📞 電話 → 田中 太郎 ────────────────────────────────────────────────
    │ 「たなか たろうさん、オンコールの呼び出しです。」
    │ 「チェックアウトで、重大なアラートが発生しています。」
    │ 「内容は、5xx の割合が 5% を超えました。」
    │ 「発生は、午前2時です。」
    │ ⌨ 対応を始める場合は、4を押してください。次の担当者を呼ぶ場合は、5。解決済み
    │ にする場合は、6。もう一度聞く場合は、こめじるしを押してください。
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::post()), @r"
    ╭─ 02:05:00 📣 Slack → C0CHECKOUT ──────────────────────────────────────────────
    │ 🔴 [重大] Checkout: 5xx の割合が 5% を超えました
    │   状態          未対応
    │   サービス      Checkout
    │   深刻度        重大
    │   緊急度        高
    │   発生          12月8日(火) 02:00 JST
    │   インシデント  3-17
    │   発生元        checkout-api-1
    │   連絡中        田中 太郎（ステップ 1/2、次は 02:05）
    │   手順書        runbooks/checkout.md
    │   直近 5 分の 5xx は 7.3% です。
    │   https://grafana.example.com/d/1?a=1&b=2
    │ [ 対応する ]  [ 解決済みにする ]
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::update()), @r"
    ╭─ 02:05:00 🔄 Slack → C0CHECKOUT ──────────────────────────────────────────────
    │ 🟡 [重大] Checkout: 5xx の割合が 5% を超えました
    │   ↳ 対応中です（田中 太郎）。
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::direct()), @r"
    ╭─ 02:05:00 💬 Slack DM → Kimura Ken ───────────────────────────────────────────
    │ 🔴 [Critical] Checkout: 5xx の割合が 5% を超えました
    │   Status    Triggered
    │   Service   Checkout
    │   Severity  Critical
    │   Urgency   High
    │   Began     Mon 7 Dec 17:00 GMT
    │   Incident  3-17
    │   Source    checkout-api-1
    │   Telling   田中 太郎 (step 1 of 2; next at 17:05)
    │   Runbook   runbooks/checkout.md
    │   直近 5 分の 5xx は 7.3% です。
    │   https://grafana.example.com/d/1?a=1&b=2
    │ [ Acknowledge ]  [ Resolve ]
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::ticket()), @r"
    ╭─ 02:05:00 🎫 Jira → SHOP ─────────────────────────────────────────────────────
    │ Incident: [重大] Checkout: 5xx の割合が 5% を超えました
    │   サービス: Checkout
    │   深刻度: 重大
    │   緊急度: 高
    │   発生: 12月8日(火) 02:00 JST
    │   インシデント: 3-17
    │   発生元: checkout-api-1
    │   手順書: runbooks/checkout.md
    │   直近 5 分の 5xx は 7.3% です。
    │   Dashboard https://grafana.example.com/d/1?a=1&b=2
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::hang_up()), @r"
    ╭─ 02:05:00 📴 通話を終了 ──────────────────────────────────────────────────────
    │ CA0001
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
}

#[test]
fn the_terminal_is_given_no_escapes_and_no_line_too_wide() {
    use unicode_width::UnicodeWidthStr;
    let text = format!("\u{1b}[31mred {} {}", "長い".repeat(60), "x".repeat(200));
    let hostile = Incident { summary: text.clone(), description: text, ..incident() };
    let task = wire::mirror(&hostile, MirrorKind::Room, None);
    let printed = provider::print(&config(), &delivery(task), now());
    assert!(!printed.contains('\u{1b}'), "{printed}");
    for line in printed.lines() {
        assert!(line.width() <= provider::COLUMNS, "{line}");
    }
    let actor = Actor::Stranger { name: "\u{7}".into(), way: Via::Slack };
    let mut rung = acknowledged(incident());
    rung.acknowledgement.as_mut().unwrap().by = vec![actor];
    let task = wire::mirror(&rung, MirrorKind::Room, None);
    assert!(!provider::print(&config(), &delivery(task), now()).contains('\u{7}'));
}

//! What `--print` shows in a terminal.

use crate::wire;
use crate::world::{acknowledged, config, delivery, incident, now};
use oncall::actor::{Actor, Via};
use oncall::config::MirrorKind;
use oncall::incident::{Incident, Task};
use oncall::provider;
use unicode_width::UnicodeWidthStr;

#[test]
fn the_terminal_shows_who_is_told_how_and_what() {
    let print = |task: Task| provider::print(&config(), &delivery(task), now());
    insta::assert_snapshot!(print(wire::call()), @r"
    ╭─ 02:05:00 📞 電話 → 田中 太郎 ────────────────────────────────────────────────
    │ 「たなか たろうさん、オンコールの呼び出しです。」
    │ 「チェックアウトで、重大なアラートが発生しています。」
    │ 「内容をお伝えします。5xx の割合が 5% を超えました。」
    │ 「発生時刻は、午前2時です。」
    │ ⌨ 対応する場合は4を、次の担当者を呼ぶ場合は5を、解決済みにする場合は6を押し
    │ てください。もう一度聞く場合は、こめじるしを押してください。
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::post()), @r"
    ╭─ 02:05:00 📣 Slack → C0CHECKOUT ──────────────────────────────────────────────
    │ 🔴 [重大] Checkout: 5xx の割合が 5% を超えました
    │   状態          未対応
    │   サービス      Checkout
    │   深刻度        重大
    │   緊急度        高
    │   発生          12月8日（火）02:00 JST
    │   インシデント  3-17
    │   発生元        checkout-api-1
    │   連絡中        田中 太郎さん（ステップ 1/2、次の連絡 02:05）
    │   直近 5 分の 5xx は 7.3% です。
    │   https://grafana.example.com/d/1?a=1&b=2
    │ [ 対応する ]  [ 解決済みにする ]  [ 手順書 ]
    │ https://oncall.example.com/runbooks/checkout.md?incident=3-17
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::update()), @r"
    ╭─ 02:05:00 🔄 Slack → C0CHECKOUT ──────────────────────────────────────────────
    │ 🟡 [重大] Checkout: 5xx の割合が 5% を超えました
    │   ↳ 田中 太郎さんが対応を始めました。
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
    │   直近 5 分の 5xx は 7.3% です。
    │   https://grafana.example.com/d/1?a=1&b=2
    │ [ Acknowledge ]  [ Resolve ]  [ Runbook ]
    │ https://oncall.example.com/runbooks/checkout.md?incident=3-17
    ╰───────────────────────────────────────────────────────────────────────────────
    ");
    insta::assert_snapshot!(print(wire::ticket()), @r"
    ╭─ 02:05:00 🎫 Jira → SHOP ─────────────────────────────────────────────────────
    │ Incident: [重大] Checkout: 5xx の割合が 5% を超えました
    │   サービス: Checkout
    │   深刻度: 重大
    │   緊急度: 高
    │   発生: 12月8日（火）02:00 JST
    │   インシデント: 3-17
    │   発生元: checkout-api-1
    │   手順書: https://oncall.example.com/runbooks/checkout.md?incident=3-17
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
    let text = format!("\u{1b}[31mred {} {}", "長い".repeat(60), "x".repeat(200));
    let hostile = Incident { summary: text.as_str().into(), description: text.into(), ..incident() };
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

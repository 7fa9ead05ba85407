//! How a storm is told.

use crate::wire;
use crate::words::spoken;
use crate::world::{config, incident, now, numbered, resolved};
use jiff::SignedDuration;
use oncall::alert::Severity;
use oncall::incident::message;
use oncall::incident::{Alert, Incident, Labels, OwnWords, Storm};
use oncall::reason::Why;

/// A storm: the critical alerts by their words, then the number, in both languages; a bundle and a text name it too.
#[test]
fn a_storm_is_told_with_its_number() {
    let storm = storm();
    insta::assert_snapshot!(spoken(&message::call(&config(), &[&storm], "kimura")), @r"
    Hello Kimura Ken, this is an on-call page.
    Checkout has a critical alert.
    It says: 5xx の割合が 5% を超えました.
    It says: payments are down.
    It is a storm of 214 alerts, 3 of them critical.
    It began at 5:00 PM.
    Press 4 to acknowledge.
    Press 5 to escalate.
    Press 6 to resolve.
    Press star to hear this again.
    ");
    insta::assert_snapshot!(spoken(&message::call(&config(), &[&storm], "tanaka")), @r"
    たなか たろうさん、オンコールの呼び出しです。
    チェックアウトで、重大なアラートが発生しています。
    内容をお伝えします。5xx の割合が 5% を超えました。
    内容をお伝えします。payments are down。
    アラートが214件、続けて発生しています。うち3件が重大です。
    発生時刻は、午前2時です。
    対応する場合は4を、
    次の担当者を呼ぶ場合は5を、
    解決済みにする場合は6を押してください。
    もう一度聞く場合は、こめじるしを押してください。
    ");
    let other = numbered(2, "disk 2 is full");
    let bundle = spoken(&message::call(&config(), &[&storm, &other], "kimura"));
    assert_eq!(
        bundle.lines().nth(2),
        Some(
            "Number 1: Checkout, critical. 5xx の割合が 5% を超えました. It is a storm of 214 alerts, 3 of them critical."
        )
    );
    let card = wire::direct_card(&config(), &[&storm], "kimura");
    assert_eq!(card.headline, "🔴 [Critical] Checkout: storm 214 (3 critical): 5xx の割合が 5% を超えました");
    assert_eq!(
        card.lines,
        [
            "[Critical] 5xx の割合が 5% を超えました",
            "[Critical] payments are down",
            "[Error] slow",
            "[Error] slower",
            "and 210 more"
        ]
    );
    let count = card.fields.iter().find(|field| field.label == "Alerts").unwrap();
    assert_eq!(count.value, "214 (214 firing)");
    let mut over = resolved(storm.clone());
    over.alerts.iter_mut().for_each(|alert| alert.firing = false);
    let card = wire::direct_card(&config(), &[&over], "kimura");
    assert_eq!(card.headline, "✅ [Critical] Checkout: storm 214 (3 critical): 5xx の割合が 5% を超えました");
    assert!(card.lines.is_empty(), "{:?}", card.lines);
    let headline = wire::card(&config(), &storm).headline;
    assert_eq!(
        headline,
        "🔴 [重大] Checkout: アラートストーム 214件（重大 3件）: 5xx の割合が 5% を超えました"
    );
}

/// Four alerts with their keys, two of them critical, and 210 that are counted, one of them critical.
fn storm() -> Incident {
    let mut incident = incident();
    for (minute, severity, summary) in [
        (1, Severity::Error, "slow"),
        (2, Severity::Critical, "payments are down"),
        (3, Severity::Error, "slower"),
    ] {
        let (first, at) =
            (incident.alerts[0].clone(), incident.opened_at + SignedDuration::from_mins(minute));
        let own = OwnWords { summary: summary.into(), source: "".into(), labels: Labels::default() };
        let (dedup_key, own) = (summary.to_owned(), Some(Box::new(own)));
        incident.alerts.push(Alert { dedup_key, severity, since: at, own, ..first });
    }
    incident.storm = Some(Box::new(Storm {
        why: Why::Storm { incidents: 50, within_seconds: 300 },
        rule: None,
        takes_until: now(),
        beyond: 210,
        beyond_critical: 1,
        counted_at: Some(now()),
        taken: 0,
        falls_silent: false,
    }));
    incident
}

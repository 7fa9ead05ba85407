//! Subjects of mails: which ones say that it is over, and which two are about one problem.

use super::{events, post};
use oncall::alert::{Action, Event};

fn mail(subject: &str) -> Event {
    let mail = format!("From: alerts@example.net\nSubject: {subject}\n\ntext\n");
    events(post("/v1/webhooks/email/email-secret-0123", &[], mail.as_bytes())).remove(0)
}

/// As the tools' default templates write them.
#[test]
fn a_problem_and_its_end_are_one() {
    let pairs = [
        ("[FIRING:1] InstanceDown (web-1 node critical)", "[RESOLVED] InstanceDown (web-1 node critical)"),
        ("[FIRING:3] InstanceDown", "[FIRING:1] InstanceDown"),
        ("Problem: Disk is full on db-1", "Resolved in 5m 3s: Disk is full on db-1"),
        ("Updated problem in 1h 2m: Disk is full", "Resolved in 2d 1h: Disk is full"),
        (
            "** PROBLEM Service Alert: web-1/HTTP is CRITICAL **",
            "** RECOVERY Service Alert: web-1/HTTP is OK **",
        ),
        ("** PROBLEM Host Alert: web-1 is DOWN **", "** RECOVERY Host Alert: web-1 is UP **"),
        ("[PROBLEM] HTTP on web-1 is CRITICAL!", "[RECOVERY] HTTP on web-1 is OK!"),
        ("[Monitor Alert] Triggered: CPU is high", "[Monitor Alert] Recovered: CPU is high"),
        ("[Triggered on {host:web-1}] CPU is high", "[Recovered on {host:web-1}] CPU is high"),
        ("ALARM: \"checkout\" in EU (Ireland)", "OK: \"checkout\" in EU (Ireland)"),
        ("DOWN alert: shop (shop.example) is DOWN", "UP alert: shop (shop.example) is UP"),
        ("Monitor is DOWN: shop", "Monitor is UP: shop"),
        ("DOWN | nightly backup", "UP | nightly backup"),
        ("[shop-prod] CRITICAL: cpu at web-1", "[shop-prod] OK: cpu at web-1"),
        ("Fired:Sev3 Azure Monitor Alert cpu", "Resolved:Sev3 Azure Monitor Alert cpu"),
        ("Fwd: Re: [shop] [FIRING:1] queue", "[shop] [RESOLVED] queue"),
        ("[FIRING:3] Queue of shop", "[FIRING:1, RESOLVED:2] Queue of shop"),
        ("[FIRING:1, RESOLVED:2] Queue of shop", "[RESOLVED:3] Queue of shop"),
        ("[FIRING:2] Queue", "[FIRING:0, RESOLVED:2] Queue"),
        ("Check_MK: web-1/Load average OK -> CRIT", "Check_MK: web-1/Load average CRIT -> OK"),
        ("Checkmk: web-1 UP -> DOWN", "Checkmk: web-1 DOWN -> UP"),
        ("[Issue Activated] Errors of checkout", "[Issue Closed] Errors of checkout"),
        ("status.shop.example is down", "status.shop.example is back up"),
        ("api is unreachable", "api has recovered"),
        ("Build failed in Jenkins: web » main #71", "Jenkins build is back to normal : web » main #72"),
        ("web - Build # 71 - Failure!", "web - Build # 72 - Fixed!"),
        ("shop | Failed pipeline for main | 1a2b3c4d", "shop | Fixed pipeline for main | 5e6f7a8b"),
        (
            "[PRTG Network Monitor (PRTG)] sw-1 Ping (Ping) Down",
            "[PRTG Network Monitor (PRTG)] sw-1 Ping (Ping) Up",
        ),
        (
            "[PRTG Network Monitor (X)] sw-1 Ping (Ping) Down",
            "[PRTG Network Monitor (X)] sw-1 Ping (Ping) Up (was: Down)",
        ),
        ("monit alert -- Connection failed web", "monit alert -- Connection succeeded web"),
        ("[shop] [🔴 Down] connect ECONNREFUSED", "[shop] [✅ Up] 200 - OK"),
        ("[No Data] Queue of shop", "[OK] Queue of shop"),
        ("** PROBLEM alert - web-1/HTTP is CRITICAL **", "** RECOVERY alert - web-1/HTTP is OK **"),
        ("Host DOWN alert for web-1!", "Host UP alert for web-1!"),
        ("HTTP is CRITICAL on web-1", "HTTP is OK on web-1"),
        ("web-1/HTTP is CRIT", "web-1/HTTP is OK"),
        ("[Investigating] Errors of checkout", "[Resolved] Errors of checkout"),
        ("Your site shop has gone down", "Your site shop is back up!"),
        ("決済APIがダウンしました", "決済APIが復旧しました"),
        (
            "=?utf-8?q?=E3=80=90=E9=9A=9C=E5=AE=B3=E7=99=BA=E7=94=9F=E3=80=91db-1?=",
            "=?utf-8?q?=E3=80=90=E5=BE=A9=E6=97=A7=E3=80=91db-1?=",
        ),
    ];
    for (problem, over) in pairs {
        let (problem, over) = (mail(problem), mail(over));
        assert_eq!(problem.action, Action::Trigger, "{}", problem.summary);
        let is_over = !over.summary.contains("FIRING") || over.summary.contains("FIRING:0");
        assert_eq!(over.action == Action::Resolve, is_over, "{}", over.summary);
        assert_eq!(problem.dedup_key, over.dedup_key, "{} / {}", problem.summary, over.summary);
    }
}

/// A word elsewhere says nothing: a mail that is taken for an end tells nobody.
#[test]
fn what_is_not_sure_to_be_over_is_a_problem() {
    let problems = [
        "Up in smoke: rack 4",
        "OK to deploy? the queue is full",
        "The site is not OK",
        "Everything is OK, said the check that is DOWN",
        "Error in checkout: timeouts",
        "[復旧失敗] db-1",
        "up - and then down",
        "Everything that was not down before the release is back up",
        "Heads Up",
        "The deploy went from CRIT -> nothing",
        "Check whether the queue is up or down",
        "ok",
    ];
    for subject in problems {
        assert_eq!(mail(subject).action, Action::Trigger, "{subject}");
    }
}

#[test]
fn other_problems_are_others() {
    let pairs = [
        ("[Triggered on {host:web-1}] CPU", "[Triggered on {host:web-2}] CPU"),
        ("[shop-prod] DOWN: cpu", "[shop-dev] DOWN: cpu"),
        ("Error in checkout: timeouts", "Error in search: timeouts"),
        ("PROBLEM: web-1 is DOWN", "PROBLEM: web-2 is DOWN"),
        ("[5xx] checkout", "[4xx] checkout"),
        ("【障害】web-1", "【障害】web-2"),
        ("Check_MK: web-1/CPU OK -> CRIT", "Check_MK: web-1/Disk OK -> CRIT"),
        ("[FIRING:1, RESOLVED:2] Queue of shop", "[FIRING:1, RESOLVED:2] Queue of web"),
        ("Build failed in Jenkins: web #7", "Build failed in Jenkins: shop #7"),
    ];
    for (one, other) in pairs {
        assert_ne!(mail(one).dedup_key, mail(other).dedup_key, "{one} / {other}");
    }
}

/// That somebody has it is neither news nor an end.
#[test]
fn an_acknowledgement_is_a_note() {
    for subject in ["[Issue Acknowledged] CPU", "** ACKNOWLEDGEMENT Service Alert: web-1/HTTP is CRITICAL **"]
    {
        assert_eq!(mail(subject).action, Action::Note, "{subject}");
    }
}

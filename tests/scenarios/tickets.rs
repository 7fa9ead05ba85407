//! Tickets both ways: what is done in the ticket reaches the incident and everybody else, and is not said back to the ticket.

use crate::check;

const TICKETS: &str = "
    --- services/web.yaml
    name: Web
    escalation_policy: team
    jira: { project: OPS }
    --- oncall.yaml
    time_zone: Asia/Tokyo
    language: en
    fallback: last-resort
    public_url: https://oncall.example.com
    providers:
      slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
      jira: { site: https://example.atlassian.net, email: oncall@example.com, api_token: { env: JIRA_API_TOKEN }, project: OPS, webhook_secret: { env: JIRA_WEBHOOK_SECRET }, account: ours }
      twilio: { account_sid: AC0, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+815012345678\" }
    defaults:
      notify: { high: [{ by: call }], low: [{ by: slack }] }
    === day
    show mirrors
    ";

/// Whoever may close the ticket closes the incident by it, whether we know them or not; what they wrote there is not commented there.
/// Closed twice is closed once, and an incident that is opened again tells its ticket.
#[test]
fn what_is_done_in_the_ticket_is_done() {
    check(
        &format!(
            "{TICKETS}
             02:00 alert n0 critical
             02:01 in-ticket n0 visitor says we_look
             02:03 in-ticket n0 visitor done
             02:04 in-ticket n0 tanaka done
             02:10 reopen tanaka n0
             02:11 end"
        ),
        "",
    );
}

/// Jira that hangs, or refuses, holds nobody up.
#[test]
fn a_ticket_that_fails_delays_no_page() {
    check(
        &format!(
            "{TICKETS}
             show outcomes
             02:00 hang ticket
             02:00 alert n0 critical
             02:00:20 alert n1 critical
             02:00:40 end"
        ),
        "",
    );
}

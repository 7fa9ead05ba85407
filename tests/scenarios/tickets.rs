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
        r#"
        02:00 opened: "n0" from prometheus -> web, critical, high urgency
        02:00 step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka, channel, ticket
        02:01 note by visitor in the ticket: "we look"
        02:01 -> channel update: Note by visitor in the ticket: "we look"., ticket update:
        02:03 resolved by visitor in the ticket
        02:03 -> channel update: Resolved by visitor., ticket update: Resolved by visitor.
        02:04 reply: already done by visitor
        02:10 opened again by Tanaka in Slack
        02:10 step 1 of team: tanaka, on call on primary (layer always); next step at 02:15:00
        02:10 -> call tanaka, channel update: Opened again by Tanaka in Slack. / Telling: Tanaka (step 1 of 2; next at 02:15), ticket update: Opened again by Tanaka in Slack. / Telling: Tanaka (step 1 of 2; next at 02:15)
        "#,
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
        r#"
        02:00 n0: opened: "n0" from prometheus -> web, critical, high urgency
        02:00 n0: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about n0, channel about n0, ticket about n0
        02:00 n0: delivery 1-1: accepted as R1-1
        02:00 n0: delivery 1-2: delivered as R1-2
        02:00:20 n1: opened: "n1" from prometheus -> web, critical, high urgency
        02:00:20 n1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:20
        02:00:20 n1: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:20 -> channel about n1, ticket about n1
        02:00:20 n1: delivery 1-4: delivered as R1-4
        02:00:30 n0: delivery 1-1: ended: no answer
        02:00:30 -> call tanaka about n1
        02:00:30 n1: delivery 1-6: accepted as R1-6
        "#,
    );
}

//! Rooms of several vendors: which of them show an incident, what they say, and that none of them delays anybody.

use crate::check;
use crate::inhibitions::NODES;

const ROOMS: &str = "
    --- oncall.yaml
    time_zone: Asia/Tokyo
    language: en
    fallback: last-resort
    public_url: https://oncall.example.com
    providers:
      slack: { bot_token: { env: SLACK_BOT_TOKEN }, signing_secret: { env: SLACK_SIGNING_SECRET }, channel: C0INCIDENTS }
      twilio: { account_sid: AC0, auth_token: { env: TWILIO_AUTH_TOKEN }, from: \"+815012345678\" }
      teams: { webhook: { env: TEAMS_URL }, rooms: [{ name: web, webhook: { env: TEAMS_WEB_URL } }] }
      google_chat: { rooms: [{ name: web, webhook: { env: GOOGLE_CHAT_URL } }] }
    defaults:
      notify: { high: [{ by: call }], low: [{ by: slack }] }
    --- services/web.yaml
    name: Web
    escalation_policy: team
    rooms: [{ teams: web }, { google_chat: web }]
    --- services/batch.yaml
    name: Batch
    escalation_policy: team
    === day
    show mirrors
    ";

/// A service's rooms stand in place of the organisation's of the same vendor; a vendor without a shared room shows only what names
/// one. What cannot be edited is not shown again: it says what changed.
#[test]
fn every_vendor_shows_it_and_those_that_cannot_edit_say_what_changed() {
    check(
        &format!(
            "{ROOMS}
             02:00 alert n0 critical service=web
             02:01 ack tanaka
             02:02 resolve n0
             02:05 alert n1 critical service=batch
             02:06 end"
        ),
        r#"
        02:00 n0: opened: "n0" from prometheus -> web, critical, high urgency
        02:00 n0: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about n0, channel about n0, teams about n0, google_chat about n0
        02:01 n0: acknowledged by Tanaka in Slack
        02:01 -> channel update: Acknowledged by Tanaka. about n0, teams update: Acknowledged by Tanaka. about n0, google_chat update: Acknowledged by Tanaka. about n0
        02:02 n0: resolved by prometheus: the monitor says so
        02:02 -> channel update: Resolved by prometheus. about n0, teams update: Resolved by prometheus. about n0, google_chat update: Resolved by prometheus. about n0
        02:05 n1: opened: "n1" from prometheus -> batch, critical, high urgency
        02:05 n1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:10:00
        02:05 -> call tanaka about n1, channel about n1, teams about n1
        "#,
    );
}

/// One vendor that hangs, refuses or asks for patience holds nobody else up, and says in the end what it has not said.
#[test]
fn a_room_that_asks_for_patience_delays_nobody() {
    check(
        &format!(
            "{ROOMS}
             show outcomes
             02:00 hang google_chat
             02:00 limit=120 teams
             02:00 alert n0 critical service=web
             02:00:10 alert n1 critical service=web
             02:00:40 end"
        ),
        r#"
        02:00 n0: opened: "n0" from prometheus -> web, critical, high urgency
        02:00 n0: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:00
        02:00 -> call tanaka about n0, channel about n0, teams about n0, google_chat about n0
        02:00 n0: delivery 1-1: accepted as R1-1
        02:00 n0: delivery 1-2: delivered as R1-2
        02:00 n0: delivery 1-3: unavailable: 429; again at 02:02:00; Microsoft Teams gets no channel messages until 02:02:00
        02:00:10 n1: opened: "n1" from prometheus -> web, critical, high urgency
        02:00:10 n1: step 1 of team: tanaka, on call on primary (layer always); next step at 02:05:10
        02:00:10 n1: the call to tanaka waits: they are being called about 1-1, at most until 02:01:30 if nobody picks up
        02:00:10 -> channel about n1, google_chat about n1
        02:00:10 n1: delivery 1-5: delivered as R1-5
        02:00:30 n0: delivery 1-1: ended: no answer
        02:00:30 -> call tanaka about n1
        02:00:30 n1: delivery 1-7: accepted as R1-7
        "#,
    );
}

/// The room shows what mutes it, and says what changes.
#[test]
fn the_room_says_what_mutes_it() {
    check(
        &format!(
            "{NODES}
            02:00 alert node warning kind=node node=n1
            02:00:30 end
            show mirrors
            show cards
            02:01 alert p1 warning kind=pod node=n1
            02:20 resolve node
            02:25 end"
        ),
        r#"
        02:00 node: opened: "node" from prometheus -> web, warning, low urgency
        02:00 node: told once, at low urgency: tanaka, on call on primary (layer always)
        02:00 -> slack tanaka about node
        02:01 p1: opened: "p1" from prometheus -> web, warning, low urgency, inhibited by 1-1, at most until Wed 12-09 02:00 (inhibitions/nodes.yaml:1: the node is down)
        02:01 -> channel 🔴 [Warning] Web: p1 (inhibited by 1-1) [Acknowledge] [Resolve] about p1
        02:20 node: resolved by prometheus: the monitor says so
        02:20 p1: what inhibited it is over: told at 02:25:00 if it still fires
        02:20 -> channel ✅ [Warning] Web: node update: Resolved by prometheus. about node, channel 🔴 [Warning] Web: p1 [Acknowledge] [Resolve] update: What inhibited it is over. People are told at Tue 8 Dec 02:25 JST if it still fires. about p1
        02:25 p1: no longer inhibited
        02:25 p1: told once, at low urgency: tanaka, on call on primary (layer always)
        02:25 -> slack tanaka about p1, channel 🔴 [Warning] Web: p1 [Acknowledge] [Resolve] update: It is no longer inhibited. about p1
        "#,
    );
}

//! Keeps the user groups of Slack equal to who is on call: at each change, and now and then because people edit them, too.

use super::clock::Clock;
use super::delivery::Client;
use super::live::Live;
use crate::config::SlackUserGroup;
use crate::provider::{slack_groups, slack_said};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::watch;

/// How often a group is looked at where nothing has changed here.
const LOOK_EVERY: SignedDuration = SignedDuration::from_mins(10);
/// How long is waited after a failure, and where somebody must change something in Slack first.
const AGAIN: SignedDuration = SignedDuration::from_mins(1);
const HOPELESS: SignedDuration = SignedDuration::from_hours(1);

/// Who was wanted in a group when it was last looked at, and when it is looked at again.
#[derive(Default)]
struct Looked {
    wanted: std::collections::BTreeSet<String>,
    again: Option<Timestamp>,
}

/// Keeps them for as long as there is a server. Never ends.
pub async fn keep(client: Client, clock: Clock, mut live: watch::Receiver<Option<Arc<Live>>>) {
    let mut looked: BTreeMap<String, Looked> = BTreeMap::new();
    loop {
        let now_live = live.borrow_and_update().clone();
        let mut until = clock.now().checked_add(LOOK_EVERY).unwrap_or(Timestamp::MAX);
        if let Some(live) = now_live {
            let groups = &live.config.organisation.slack_user_groups;
            looked.retain(|id, _| groups.iter().any(|group| group.group == *id));
            for group in groups {
                let (now, known) = (clock.now(), looked.entry(group.group.clone()).or_default());
                let wanted = slack_groups::wanted(&live.config, group, now);
                let due = known.again.is_none_or(|again| again <= now) || known.wanted != wanted;
                if due && !wanted.is_empty() {
                    let wait = level(&client, &live, group, &wanted).await;
                    (known.wanted, known.again) = (wanted, now.checked_add(wait).ok());
                }
                until = until.min(known.again.unwrap_or(until));
            }
            if !groups.is_empty() {
                until = until.min(slack_groups::next_change(&live.config, clock.now()));
            }
        }
        tokio::select! {
            changed = live.changed() => {
                if changed.is_err() {
                    return;
                }
            }
            () = tokio::time::sleep(clock.until(until).max(std::time::Duration::from_secs(1))) => {}
        }
    }
}

/// Makes a group what it should be; how long until it is looked at again.
async fn level(
    client: &Client,
    live: &Live,
    group: &SlackUserGroup,
    wanted: &std::collections::BTreeSet<String>,
) -> SignedDuration {
    let id = &group.group;
    let (config, secrets) = (&live.config, &live.secrets);
    let Some(ask) = slack_groups::ask(config, secrets, id) else { return AGAIN };
    let result = match slack_said::accepted(client.send(ask).await) {
        Ok(body) if slack_groups::members(&body) == *wanted => Ok(false),
        Ok(_) => match slack_groups::write(config, secrets, id, wanted) {
            Some(write) => slack_said::accepted(client.send(write).await).map(|_| true),
            None => return AGAIN,
        },
        Err(why) => Err(why),
    };
    match result {
        Ok(written) => {
            if written {
                tracing::info!(
                    event = "slack_group",
                    group = id,
                    members = wanted.len(),
                    "a user group follows who is on call"
                );
            }
            LOOK_EVERY
        }
        Err(why) => {
            tracing::warn!(
                event = "slack_group",
                group = id,
                why,
                "a user group in Slack could not be kept equal to who is on call"
            );
            if slack_groups::is_final(&why) { HOPELESS } else { AGAIN }
        }
    }
}

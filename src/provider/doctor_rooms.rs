//! Microsoft Teams and Google Chat: whether each room's webhook looks like one. Nothing is asked: whatever is sent to a webhook is
//! posted in the room.

use super::doctor::{Answer, Examined, Kind, Verdict};
use super::http::origin;
use crate::config::{Config, Provider, Secrets};
use crate::incident::message::is_url;

const NOT_ASKED: &str = "not tried: that would post";

/// Nothing of a webhook that is not there: that is said of the secret.
pub(super) fn begin(config: &Config, secrets: &Secrets) -> Answer {
    let mut answer = Answer::default();
    for (provider, examined) in
        [(Provider::Teams, Examined::Teams), (Provider::GoogleChat, Examined::GoogleChat)]
    {
        let Some(rooms) = config.organisation.webhooks(provider) else { continue };
        for place in rooms.places() {
            let url = rooms.webhook(place).and_then(|source| secrets.get(source));
            answer.verdicts.extend(url.map(|url| of_room(examined, place, url.expose())));
        }
    }
    answer
}

fn of_room(examined: Examined, place: &str, url: &str) -> Verdict {
    let wrong = |why: &str, way_out: &str| Verdict::wrong(examined, Kind::Rooms, place, why, way_out);
    let host = origin(url).filter(|_| is_url(url)).and_then(|origin| origin.split_once("://"));
    let Some((scheme, host)) = host else {
        return wrong("the secret is not a URL", "copy all of the webhook's URL, from `https://` on");
    };
    if host.ends_with(".webhook.office.com") || host == "outlook.office.com" {
        let why = "this is a connector of Office 365, and Microsoft has switched those off in May 2026";
        return wrong(
            why,
            "make a workflow: \"Post to a channel when a webhook request is received\", open to anyone",
        );
    }
    let local = host.starts_with("127.0.0.1") || host.starts_with("localhost");
    if scheme != "https" && !local {
        return wrong(
            "the URL is not https: whoever is on the way could post",
            "copy the URL as it is shown",
        );
    }
    Verdict::well(examined, Kind::Rooms, place, NOT_ASKED)
}

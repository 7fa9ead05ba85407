//! Microsoft Teams and Google Chat: whether each room's webhook looks like one. Nothing is asked: whatever is sent to a webhook is
//! posted in the room.

use super::doctor::{Answer, Examined, Kind, Verdict};
use super::http::origin;
use crate::config::{Config, Provider, Secrets};
use crate::incident::message::is_url;
use crate::language::words::Words;

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
    let wrong = |why: Words, way_out: Words| Verdict::wrong(examined, Kind::Rooms, place, why, way_out);
    let host = origin(url).filter(|_| is_url(url)).and_then(|origin| origin.split_once("://"));
    let Some((scheme, host)) = host else {
        return wrong(
            Words::new("the secret is not a URL", "シークレットの値が URL ではありません"),
            Words::new(
                "copy all of the webhook's URL, from `https://` on",
                "Webhook の URL を `https://` から最後までコピーします",
            ),
        );
    };
    if host.ends_with(".webhook.office.com") || host == "outlook.office.com" {
        return wrong(
            Words::new(
                "this is a connector of Office 365, and Microsoft has switched those off in May 2026",
                "Office 365 コネクタの URL です。2026 年 5 月に廃止されました",
            ),
            Words::new(
                "make a workflow: \"Post to a channel when a webhook request is received\", open to anyone",
                "ワークフロー「Webhook 要求の受信時にチャネルに投稿する」を、誰でも実行できる設定で作ります",
            ),
        );
    }
    let local = host.starts_with("127.0.0.1") || host.starts_with("localhost");
    if scheme != "https" && !local {
        return wrong(
            Words::new(
                "the URL is not https: whoever is on the way could post",
                "URL が https ではないため、途中の誰かが投稿できてしまいます",
            ),
            Words::new("copy the URL as it is shown", "表示された URL をそのままコピーします"),
        );
    }
    let word = Words::new("not tried: that would post", "投稿されてしまうため、試していません");
    Verdict::well(examined, Kind::Rooms, place, word)
}

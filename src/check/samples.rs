//! The samples of integrations, read as the server would read them: a typo in a field is found before an alert meets it.

use super::{Found, Subject};
use crate::alert::UNPARSED;
use crate::compile::Spot;
use crate::config::{Endpoint, Sample};
use crate::integration::{Fault, Monitor, Unusable, faults, read_trusted};
use crate::language::words::Words;
use jiff::Timestamp;

/// A path that leads to no file.
pub(super) fn missing(subject: &Subject<'_>) -> Vec<Found> {
    let samples = subject.config.endpoints.values().flat_map(|endpoint| {
        endpoint.samples.iter().enumerate().map(move |(index, sample)| (spot(endpoint, index), sample))
    });
    let missing = samples.filter(|(_, sample)| sample.body.is_none());
    missing
        .map(|(spot, Sample { path, .. })| {
            Found::new(
                spot,
                Words::new(format!("there is no file {path}"), format!("{path} というファイルがありません")),
            )
            .help(Words::new(
                "the path begins at the folder of oncall.yaml, as in `samples/kuma.json`",
                "パスは oncall.yaml のあるフォルダから `samples/kuma.json` のように書きます",
            ))
        })
        .collect()
}

/// A body of which the integration makes no event, and no field is to blame.
pub(super) fn unreadable(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for endpoint in subject.config.endpoints.values().filter(|endpoint| blamed(endpoint).is_empty()) {
        for (index, sample) in endpoint.samples.iter().enumerate() {
            let Some(body) = &sample.body else { continue };
            let events = read_trusted(endpoint, body, subject.today.unwrap_or(Timestamp::UNIX_EPOCH));
            let unread = events.iter().find(|event| event.labels.contains_key(UNPARSED));
            let message = match unread {
                Some(event) => Words::new(
                    format!("{} cannot be read: {}", sample.path, event.summary),
                    format!("{} を読めません（「{}」）", sample.path, why(&event.summary)),
                ),
                None if events.is_empty() => Words::new(
                    format!("there is no alert in {}", sample.path),
                    format!("{} にアラートがありません", sample.path),
                ),
                None => continue,
            };
            found.push(Found::new(spot(endpoint, index), message));
        }
    }
    found
}

/// What the parser says, without the words before it.
fn why(summary: &str) -> &str {
    summary.split_once(": ").map_or(summary, |(_, why)| why)
}

/// A field that is to blame.
pub(super) fn fields(subject: &Subject<'_>) -> Vec<Found> {
    let blame = |endpoint: &Endpoint| {
        let fields = Spot::root(&endpoint.place.file).key("fields");
        let samples =
            endpoint.samples.iter().map(|sample| sample.path.as_str()).collect::<Vec<_>>().join(", ");
        let found = |(keys, fault): (Vec<&str>, Fault)| {
            let spot = keys.iter().fold(fields.clone(), |spot, key| spot.key(key));
            let found = Found::new(spot, told(&keys, fault, &samples));
            found.help(Words::new(
                format!("see `oncall parse --integration {} FILE`", endpoint.id),
                format!("`oncall parse --integration {} FILE` で確認できます", endpoint.id),
            ))
        };
        blamed(endpoint).into_iter().map(found).collect::<Vec<_>>()
    };
    subject.config.endpoints.values().flat_map(blame).collect()
}

fn told(keys: &[&str], fault: Fault, samples: &str) -> Words {
    match fault {
        Fault::Nothing if keys == ["each"] => Words::new(
            format!("`each` leads to no list in {samples}"),
            format!("{samples} の `each` の先にリストがありません"),
        ),
        Fault::Nothing => Words::new(
            format!("this leads to nothing in {samples}"),
            format!("{samples} に、これが示すものがありません"),
        ),
        Fault::Empty => Words::new(
            format!("this template gives no text for an alert in {samples}"),
            format!("{samples} のアラートに対して、このテンプレートの結果が空になります"),
        ),
        Fault::Fails(unusable) => {
            let ja = match &unusable {
                Unusable::Template { name, reason } => {
                    format!("{samples} で `{name}` のテンプレートが失敗します（{reason}）")
                }
                Unusable::NoTruth { text } => {
                    format!("{samples} で `resolve_when` が true でも false でもない `{text}` になります")
                }
            };
            Words::new(format!("{}, in {samples}", String::from(unusable)), ja)
        }
    }
}

fn blamed(endpoint: &Endpoint) -> Vec<(Vec<&str>, Fault)> {
    let bodies: Vec<&[u8]> = endpoint.samples.iter().filter_map(|sample| sample.body.as_deref()).collect();
    if Monitor::of(endpoint).has_fields { faults(endpoint, &bodies) } else { Vec::new() }
}

fn spot(endpoint: &Endpoint, index: usize) -> Spot {
    Spot::root(&endpoint.place.file).key("sample").index(index)
}

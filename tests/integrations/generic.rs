//! Pointers into any JSON or form, and templates.

use super::{config_of, endpoint, events, fetched, key_of, now, post_to};
use oncall::alert::{Action, Event, Severity, UNPARSED};
use oncall::config::{Endpoint, Field, GenericFields, Secret, SecretSource, Secrets};

fn read(fields: GenericFields, body: &str) -> Event {
    read_all(fields, "", body).remove(0)
}

/// The events of a body, or of a query without one.
fn read_all(fields: GenericFields, query: &str, body: &str) -> Vec<Event> {
    let config = config_of(vec![Endpoint { fields, ..endpoint("own", "generic") }]);
    let mut secrets = Secrets::default();
    secrets.insert(SecretSource::Env("own".into()), Secret::new("s3cret"));
    let path = format!("/v1/webhooks/own/s3cret?{query}");
    events(post_to(&config, &secrets, &path, &[], body.as_bytes(), now(), &fetched()))
}

fn at(text: &str) -> Field {
    Field::read(text).unwrap()
}

fn field(text: &str) -> Option<Field> {
    Some(at(text))
}

fn pointers() -> GenericFields {
    GenericFields {
        dedup_key: field("/check/id"),
        summary: field("/check/words/0"),
        description: field("/long"),
        severity: field("/check/how~1bad"),
        source: field("/check/on"),
        status: field("/open"),
        resolved: vec!["FALSE".into()],
        labels: vec![("zone".into(), at("/check/zone")), ("none".into(), at("/no/where"))],
        link: field("/href"),
        ..GenericFields::default()
    }
}

#[test]
fn pointers_lead_to_the_fields() {
    let body = r#"{"check":{"id":7,"words":["too slow","x"],"how/bad":"WARN","on":"db-1","zone":3},"long":"a\nb","open":true,
        "href":"https://checks.shop.example/7","labels":{"team":"web"}}"#;
    let event = read(pointers(), body);
    assert_eq!(
        (event.dedup_key.as_str(), event.summary.as_str(), event.description.as_str(), event.source.as_str()),
        ("7", "too slow", "a\nb", "db-1")
    );
    assert_eq!((event.severity, event.action), (Some(Severity::Warning), Action::Trigger));
    assert_eq!(event.links[0].href, "https://checks.shop.example/7");
    let labels: Vec<_> = event.labels.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(labels, ["team=web", "zone=3"]);
}

#[test]
fn the_configured_words_mean_resolved_and_no_others() {
    let action = |status: &str| {
        read(pointers(), &format!(r#"{{"check":{{"id":7,"words":["x"]}},"open":{status}}}"#)).action
    };
    assert_eq!(action("false"), Action::Resolve);
    assert_eq!(action(r#""False""#), Action::Resolve);
    assert_eq!(action("true"), Action::Trigger);
    assert_eq!(action(r#""ok""#), Action::Trigger);
    assert_eq!(action("null"), Action::Trigger);
}

/// A firing and a resolving body without a key find each other by summary and source.
#[test]
fn without_a_key_summary_and_source_are_the_key() {
    let key = |body: &str| read(GenericFields::default(), body).dedup_key;
    let firing = key(r#"{"summary":"disk full","host":"a","status":"down","description":"95 %"}"#);
    assert_eq!(firing, key(r#"{"summary":"disk full","host":"a","status":"up"}"#));
    assert_ne!(firing, key(r#"{"summary":"disk full","host":"b","status":"up"}"#));
    assert_ne!(key(r#"{"summary":"ab","host":"c"}"#), key(r#"{"summary":"a","host":"bc"}"#));
}

fn templates() -> GenericFields {
    GenericFields {
        dedup_key: field("{{ host.name }}/{{ check }}"),
        summary: field("{{ check|title }} of {{ host.name }}: {{ value }} %"),
        severity: field("{% if value > 95 %}critical{% else %}warning{% endif %}"),
        source: field("/host/name"),
        resolve_when: field("{{ value < 90 }}"),
        labels: vec![("team".into(), at("{{ body.team|default('nobody') }}"))],
        ..GenericFields::default()
    }
}

#[test]
fn templates_say_what_no_field_does() {
    let event = read(templates(), r#"{"host":{"name":"db<1>"},"check":"disk","value":97,"team":"db"}"#);
    assert_eq!((&*event.dedup_key, &*event.summary), ("db<1>/disk", "Disk of db<1>: 97 %"));
    assert_eq!((event.severity, event.action), (Some(Severity::Critical), Action::Trigger));
    assert_eq!((&*event.source, &*event.labels["team"]), ("db<1>", "db"));
    let over = read(templates(), r#"{"host":{"name":"a"},"check":"disk","value":7}"#);
    assert_eq!((over.severity, over.action), (Some(Severity::Warning), Action::Resolve));
    assert_eq!(over.labels["team"], "nobody");
}

#[test]
fn each_alert_of_a_list_is_an_event() {
    let fields = GenericFields {
        each: Some("/result/items".into()),
        summary: field("{{ name }} of {{ body.site }}"),
        dedup_key: field("/name"),
        ..GenericFields::default()
    };
    let body =
        r#"{"site":"tokyo","result":{"items":[{"name":"a"},{"name":"b","status":"ok"}]},"status":"ok"}"#;
    let events = read_all(fields.clone(), "", body);
    let said: Vec<_> = events.iter().map(|event| (&*event.summary, event.action)).collect();
    assert_eq!(said, [("a of tokyo", Action::Trigger), ("b of tokyo", Action::Resolve)]);
    assert!(read_all(fields.clone(), "", r#"{"site":"tokyo","result":{"items":[]}}"#).is_empty());
    let unread = read_all(fields, "", r#"{"site":"tokyo","result":{"items":null}}"#).remove(0);
    assert!(unread.summary.contains("there is no list at `/result/items`"), "{}", unread.summary);
}

/// A list of words, and members whose names are ours: the alert's own come first.
#[test]
fn an_alert_may_be_a_word_or_have_members_of_any_name() {
    let words = GenericFields {
        each: Some("/hosts".into()),
        summary: field("{{ alert }} in {{ body.zone }}"),
        ..GenericFields::default()
    };
    assert_eq!(read(words, r#"{"zone":"a","hosts":["db-1"]}"#).summary, "db-1 in a");
    let named =
        GenericFields { summary: field("{{ body }}, {{ alert['a b'] }}"), ..GenericFields::default() };
    assert_eq!(read(named, r#"{"body":"full","a b":1}"#).summary, "full, 1");
}

#[test]
fn a_form_and_a_query_are_read_like_json() {
    let said = |query: &str, body: &str| {
        let fields = GenericFields { summary: field("/title"), ..GenericFields::default() };
        let event = read_all(fields, query, body).remove(0);
        format!("{} {} {:?}", event.source, event.summary, event.action)
    };
    let expected = "db-1 disk full: 95% Trigger";
    assert_eq!(said("", "title=disk+full%3A+95%25&host=db-1"), expected);
    assert_eq!(said("title=disk+full%3A+95%25&host=db-1", ""), expected);
    // A body wins over the query, where some senders keep a token.
    assert_eq!(said("title=no&token=x", "title=disk+full%3A+95%25&host=db-1\n"), expected);
    let payload = r#"payload={"title":"disk full: 95%25","host":"db-1"}"#;
    assert_eq!(said("", payload), expected);
    assert_eq!(
        said("", "payload=%7B%22title%22%3A%22disk+full%3A+95%25%22%2C%22host%22%3A%22db-1%22%7D"),
        expected
    );
    assert_eq!(said("", "title=t&status=ok"), " t Resolve");
    for words in ["disk = full", "{\"title\"=1}", "", "a\nb=c", "<a href=b>"] {
        assert!(said("", words).contains("unparsed payload from integration own: "), "{words}");
    }
}

#[test]
fn a_template_that_fails_pages_and_takes_no_other_alert_with_it() {
    let unread = read(templates(), r#"{"host":"db","check":"disk","value":97}"#);
    assert!(unread.labels.contains_key(UNPARSED) && unread.action == Action::Trigger);
    assert!(unread.summary.contains("`dedup_key` fails: undefined value"), "{}", unread.summary);
    assert!(unread.description.contains(r#""check":"disk""#));
    let two = r#"[{"check":"disk","value":"s3cret"},{"host":{"name":"b"},"check":"disk","value":91}]"#;
    let events = read_all(templates(), "", two);
    assert_eq!(events[0].dedup_key, "b/disk");
    assert!(events[1].labels.contains_key(UNPARSED) && key_of(&events[1]) == "unparsed");
    assert_eq!(events[1].description, r#"{"check":"disk","value":"…"}"#, "less the secret");
    let more: Vec<String> = (0..30).map(|n| format!(r#"{{"check":"{n}"}}"#)).collect();
    let events = read_all(templates(), "", &format!("[{}]", more.join(",")));
    let keys: std::collections::BTreeSet<&str> = events.iter().map(|event| &*event.dedup_key).collect();
    assert_eq!((events.len(), keys.len()), (21, 21), "each a problem of its own, and one for what is left");
    assert!(events[20].summary.contains("10 more alerts of a list"), "{}", events[20].summary);
    let odd = GenericFields { resolve_when: field("{{ status }}"), ..GenericFields::default() };
    let event = read(odd, r#"{"title":"t","status":"ok"}"#);
    assert!(event.summary.contains("`ok`, neither true nor false"), "{}", event.summary);
}

/// An endless or greedy template, and one that is alone modest but is met by ten thousand alerts.
#[test]
fn templates_are_bounded() {
    let doubled = format!("{{% set x = 'xxxxxxxxxx' %}}{}{{{{ x }}}}", "{% set x = x ~ x %}".repeat(60));
    let looped = "{% for a in range(9999) %}{% for b in range(9999) %}{{ a }}{% endfor %}{% endfor %}";
    for greedy in [&doubled, looped, "{{ 'x' * 99999999 }}"] {
        let fields = GenericFields { summary: field(greedy), ..GenericFields::default() };
        let event = read(fields, r#"{"title":"t"}"#);
        assert!(event.summary.contains("it takes too much work"), "{}", event.summary);
    }
    let fields = GenericFields {
        summary: field("{% for a in range(9999) %}{% endfor %}{{ n }}"),
        ..GenericFields::default()
    };
    let body: Vec<_> = (0..10_000).map(|n| format!(r#"{{"n":{n}}}"#)).collect();
    let events = read_all(fields, "", &format!("[{}]", body.join(",")));
    let last = events.last().unwrap();
    assert!(
        events.len() < 10_000
            && last.summary.contains(
                "more alerts of a list: the template of `summary` fails: the templates of one request"
            ),
        "{}",
        last.summary
    );
    assert!(matches!(
        Field::read(&format!("{{{{ {} }}}}", "x".repeat(9000))),
        Err(oncall::config::Malformed::TooLong)
    ));
}

/// A small body whose alerts would each repeat a long text.
#[test]
fn what_alerts_have_in_common_is_not_multiplied_without_end() {
    let fields = GenericFields {
        each: Some("/alerts".into()),
        summary: field("{{ n }}"),
        description: field("{{ body.note }}"),
        ..GenericFields::default()
    };
    let alerts: Vec<_> = (0..10_000).map(|n| format!(r#"{{"n":{n}}}"#)).collect();
    let body = format!(r#"{{"note":"{}","alerts":[{}]}}"#, "x".repeat(14_000), alerts.join(","));
    let events = read_all(fields, "", &body);
    let size: usize = events.iter().map(|event| event.description.len()).sum();
    assert!(size < 32 << 20 && events.last().unwrap().labels.contains_key(UNPARSED), "{size} bytes");
}

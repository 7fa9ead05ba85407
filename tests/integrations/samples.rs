//! What `oncall send` posts for each monitor is let in by the door, and is one problem that fires and is over.

use super::{config, events, fetched, kinds, now, post_to};
use oncall::alert::{Action, Event, Severity, UNPARSED};
use oncall::config::{Config, Endpoint, Secret, SecretSource, Secrets};
use oncall::integration::{Monitor, TestRequest};

fn sent(config: &Config, secrets: &Secrets, kind: &str, is_over: bool) -> Vec<Event> {
    let test = TestRequest::new(&config.endpoints[kind], secrets, (is_over, None), now()).unwrap();
    let headers: Vec<(&str, &str)> =
        test.headers.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let path = format!("{}?{}", test.path, test.query);
    assert!(!path.contains("secret"), "{path}");
    events(post_to(config, secrets, &path, &headers, &test.body, now(), &fetched()))
}

#[test]
fn every_monitor_has_one_that_fires_and_one_that_is_over() {
    let (config, secrets) = config();
    for kind in kinds() {
        let firing = sent(&config, &secrets, kind, false);
        let over = sent(&config, &secrets, kind, true);
        let ([firing], [over]) = (&*firing, &*over) else { panic!("{kind}: {firing:?} {over:?}") };
        assert!(!firing.labels.contains_key(UNPARSED), "{kind}: {firing:?}");
        assert_eq!((firing.action, over.action), (Action::Trigger, Action::Resolve), "{kind}");
        assert_eq!(firing.dedup_key, over.dedup_key, "{kind}");
        assert!(firing.summary.contains("test alert from oncall send"), "{kind}: {}", firing.summary);
        // It is mild, or the integration's own rules say how bad it is.
        let mild = firing.severity.is_some_and(|severity| severity <= Severity::Warning);
        assert!(mild || !Monitor::named(kind).unwrap().sends_severity, "{kind}: {:?}", firing.severity);
    }
}

#[test]
fn one_is_signed_where_requests_must_be() {
    let (mut config, mut secrets) = config();
    for kind in ["grafana", "github", "sentry"] {
        let source = SecretSource::Env(format!("{kind}-signing").as_str().into());
        secrets.insert(source.clone(), Secret::new("what-signs-0123"));
        let endpoint: &mut Endpoint = config.endpoints.get_mut(kind).unwrap();
        endpoint.signing_secret = vec![source];
        assert_eq!(sent(&config, &secrets, kind, false)[0].action, Action::Trigger, "{kind}");
    }
}

#[test]
fn without_a_secret_there_is_none() {
    let (config, _) = config();
    assert_eq!(
        TestRequest::new(&config.endpoints["grafana"], &Secrets::default(), (false, None), now()),
        None
    );
}

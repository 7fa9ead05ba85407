//! Routes within hours: what they take goes elsewhere at other times.

use super::matchers::takes_all_of;
use super::{Found, Subject};
use crate::compile::Spot;
use crate::config::{Route, RouteTarget};
use crate::language::words::Words;

/// At other times nothing but the last route, which is for what nothing else knows, takes what this one is about.
pub(super) fn falls_through(subject: &Subject<'_>) -> Vec<Found> {
    let mut found = Vec::new();
    for endpoint in subject.config.endpoints.values() {
        let Some(last) = endpoint.routes.last() else { continue };
        for (index, route) in endpoint.routes.iter().enumerate() {
            let rest = endpoint.routes.get(index + 1..).unwrap_or_default();
            let before = endpoint.routes.get(..index).unwrap_or_default();
            if before.iter().any(|first| first.during.is_none() && takes_on(first, route)) {
                // It is never taken, which is another finding.
                continue;
            }
            if route.during.is_none()
                || route.when.is_none()
                || rest.iter().any(|later| takes_on(later, route))
            {
                continue;
            }
            let RouteTarget::Service(end) = &last.target else { continue };
            let message = Words::new(
                format!("outside these hours, what this takes goes to `{end}`, as what no route knows"),
                format!("この時間帯の外では、どのルートにも当てはまらないものとして `{end}` に送られます"),
            );
            let help = Words::new(
                "say below it where it goes at other times: `- { when: …, service: … }` without `during`",
                "時間外の行き先を、`during` のない `- { when: …, service: … }` としてこの下に書いてください",
            );
            let one = Found::new(Spot::line(&route.place), message).help(help);
            found.push(one.label(Spot::line(&last.place), Words::new("the last route", "最後のルート")));
        }
    }
    found
}

fn takes_on(later: &Route, route: &Route) -> bool {
    match (&later.when, &route.when) {
        (Some(later), Some(when)) => takes_all_of(later, when),
        // By a label: what has it is taken on.
        (None, _) => matches!(later.target, RouteTarget::ServiceFrom(_)),
        (Some(_), None) => false,
    }
}

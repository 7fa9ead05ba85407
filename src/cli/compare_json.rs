//! What a change does to paging and to who is on call, as one JSON object for programs.

use super::compared::Compared;
use crate::config::{MirrorKind, Provider};
use crate::language::Language;
use crate::preview::alerts::{Alert, MomentKind, To};
use crate::preview::difference::{Changed, Gap, Move, Presence, Sides, Urgent};
use crate::preview::load::Load;
use crate::preview::paging::{PagingChange, PagingDifference, PagingKind};
use crate::preview::reach::{Decided, Reach, Reached};
use crate::schedule::{Handover, OnCall, UserId};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Instants are in UTC, hours are numbers, people are ids.
pub(super) fn json(compared: &Compared<'_>) -> String {
    let difference = &compared.difference;
    let value = json!({
        "base": { "name": compared.base, "commit": compared.commit, "caveat": compared.caveat.as_ref().map(|it| &it.text) },
        "from": difference.from.to_string(),
        "until": difference.until.to_string(),
        "schedules": difference.changed.iter().map(|changed| schedule(compared, changed)).collect::<Vec<_>>(),
        "unchanged": difference.unchanged,
        "load": loads(&compared.loads()),
        "paging": compared.paging.as_ref().map(paging),
        "expectations_unmet": compared.unmet,
    });
    format!("{value:#}\n")
}

fn paging(paging: &PagingDifference) -> Value {
    let moments = paging.moments.iter().map(|moment| {
        let (kind, rule) = match &moment.kind {
            MomentKind::Night => ("night", Value::Null),
            MomentKind::Office => ("office_hours", Value::Null),
            MomentKind::Edge(place, _) => ("edge", json!(place.to_string())),
        };
        json!({ "kind": kind, "at": moment.at.to_string(), "rule": rule })
    });
    let change = |change: &PagingChange| {
        json!({
            "kind": kind(change.kind),
            "alerts": change.alerts.iter().map(alert).collect::<Vec<_>>(),
            "severities": change.severities,
            "moments": change.moments,
            "before": change.reach.before.as_ref().map(reach),
            "after": change.reach.after.as_ref().map(reach),
        })
    };
    json!({
        "moments": moments.collect::<Vec<_>>(),
        "changes": paging.changes.iter().map(change).collect::<Vec<_>>(),
        "played": paging.played,
        "left_out": paging.left_out,
    })
}

fn kind(kind: PagingKind) -> &'static str {
    match kind {
        PagingKind::Unpaged => "unpaged",
        PagingKind::Later => "later",
        PagingKind::Lost => "lost",
        PagingKind::Weaker => "weaker",
        PagingKind::Slower => "slower",
        PagingKind::Removed => "removed",
        PagingKind::Others => "others",
        PagingKind::Better => "better",
        PagingKind::Elsewhere => "elsewhere",
        PagingKind::New => "new",
    }
}

fn alert(alert: &Alert) -> Value {
    let (to, id) = match &alert.to {
        To::Service(id) => ("service", id),
        To::Integration(id) => ("integration", id),
    };
    let fields: serde_json::Map<String, Value> =
        alert.fields.iter().map(|(key, value)| (key.clone(), json!(value))).collect();
    json!({ to: id, "fields": fields })
}

fn reach(reach: &Reach) -> Value {
    let contact = |it: &Reached| json!({ "after_seconds": it.after.as_secs(), "user": it.user, "by": it.by.method().name, "times": it.times });
    let mirror = |(kind, provider, place): &(MirrorKind, Provider, String)| {
        let of = (!provider.row().is_first_with(*kind)).then_some(provider);
        match of {
            Some(of) => json!({ "kind": kind, "place": place, "of": of }),
            None => json!({ "kind": kind, "place": place }),
        }
    };
    let decided = match &reach.decided {
        Decided::NoDoor => json!({ "refused": true }),
        Decided::Ignored(why) => json!({ "ignored": Language::En.why(why) }),
        Decided::Opened { service, severity, urgency, rule, held, raise_at } => json!({
            "service": service,
            "severity": severity,
            "urgency": urgency,
            "rule": Language::En.rule(rule),
            "silenced_by": held.as_ref().map(|(origin, _)| origin.to_string()),
            "silenced_until": held.as_ref().map(|(_, until)| until.to_string()),
            "raise_at": raise_at.map(|at| at.to_string()),
        }),
    };
    json!({
        "contacts": reach.contacts.iter().map(contact).collect::<Vec<_>>(),
        "shown": reach.mirrors.iter().map(mirror).collect::<Vec<_>>(),
        "decided": decided,
    })
}

fn schedule(compared: &Compared<'_>, changed: &Changed) -> Value {
    let state = match changed.presence {
        Presence::Both => "changed",
        Presence::New => "new",
        Presence::Removed => "removed",
    };
    let urgent = changed.urgent().map(|urgent| match urgent {
        Urgent::Now => "now",
        Urgent::NextHandoff => "next_handoff",
    });
    json!({
        "schedule": changed.id,
        "name": compared.name_of(changed),
        "state": state,
        "urgent": urgent,
        "now": sides(&changed.handover, |it| people(&it.on_call)),
        "next_handoff": sides(&changed.handover, next),
        "changes": changed.moves.iter().map(one_move).collect::<Vec<_>>(),
        "gaps_opened": changed.gaps_opened().map(opened).collect::<Vec<_>>(),
        "gaps_closed": changed.gaps_closed().map(span).collect::<Vec<_>>(),
        "first_change_after": changed.later.map(|later| later.to_string()),
        "load": loads(&compared.loads_of(changed)),
    })
}

fn one_move(it: &Move) -> Value {
    let mut value = span(it);
    let exchange = &it.exchange;
    value["leave"] = json!({ "users": exchange.leave, "shadows": exchange.shadows_leave });
    value["come"] = json!({ "users": exchange.come, "shadows": exchange.shadows_come });
    value
}

fn opened((it, gap): (&Move, &Gap)) -> Value {
    let mut value = span(it);
    value["on_purpose"] = match gap {
        Gap::Unfilled => Value::Null,
        Gap::OnPurpose(place) => json!(place.to_string()),
    };
    value
}

fn span(it: &Move) -> Value {
    json!({ "start": it.start.to_string(), "end": it.end.to_string() })
}

fn people(on_call: &OnCall) -> Value {
    json!({ "users": on_call.users, "shadows": on_call.shadows })
}

fn next(handover: &Handover) -> Value {
    handover.next.as_ref().map_or(Value::Null, |next| {
        let mut value = people(next);
        value["at"] = handover.until.to_string().into();
        value
    })
}

fn sides<T>(sides: &Sides<T>, of: impl Fn(&T) -> Value) -> Value {
    json!({ "before": of(&sides.before), "after": of(&sides.after) })
}

fn loads(loads: &BTreeMap<UserId, Sides<Load>>) -> Value {
    let row = |(user, load): (&UserId, &Sides<Load>)| {
        let mut row = sides(load, one_load);
        row["user"] = json!(user);
        row
    };
    Value::Array(loads.iter().map(row).collect())
}

fn one_load(load: &Load) -> Value {
    json!({
        "hours": load.on_call.as_secs_f64() / 3600.0,
        "nights": load.nights,
        "weekends": load.weekends,
        "holidays": load.holidays,
        "longest_run_days": load.longest_run,
    })
}

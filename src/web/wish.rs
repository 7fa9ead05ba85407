//! What a request of the API says: the parameters and keys that it may have, read strictly.
//!
//! Whatever is not known is named, with what is allowed: a filter or a key that is passed over would be answered with
//! something else than was asked for.

use super::doors::Doors;
use crate::alert::Severity;
use crate::compile::nearest;
use crate::language::Language;
use crate::language::moment::{Moment, length, moment};
use crate::server::live::Live;
use axum::http::Uri;
use jiff::{Timestamp, tz::TimeZone};
use serde_json::{Map, Value};

/// The most that a list in a body holds.
pub const LISTED_MAX: usize = 100;

/// The parameters of a request, each at most once.
#[derive(Debug)]
pub struct Query(Vec<(String, String)>);

/// The keys of a body.
#[derive(Debug)]
pub struct Wish(Map<String, Value>);

/// Now, and the zone in which a time is meant.
#[derive(Clone, Copy, Debug)]
pub struct Today<'a> {
    pub now: Timestamp,
    pub zone: &'a TimeZone,
}

/// Now, in the zone of the organisation.
pub fn today<'a>(doors: &Doors, live: &'a Live) -> Today<'a> {
    Today { now: doors.clock.now(), zone: &live.config.organisation.time_zone }
}

/// The words of a severity.
pub(super) const SEVERITIES: [(&str, Severity); 4] = [
    ("critical", Severity::Critical),
    ("error", Severity::Error),
    ("warning", Severity::Warning),
    ("info", Severity::Info),
];

impl Query {
    pub fn read(uri: &Uri, allowed: &[&str]) -> Result<Query, String> {
        let mut read: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes()) {
            if !allowed.contains(&&*name) {
                return Err(unknown("parameter", &name, allowed));
            }
            if read.iter().any(|(known, _)| *known == name) {
                return Err(format!("the parameter `{name}` is there twice"));
            }
            read.push((name.into_owned(), value.into_owned()));
        }
        Ok(Query(read))
    }

    /// Of what takes no parameters.
    pub fn none(uri: &Uri) -> Result<(), String> {
        Query::read(uri, &[]).map(drop)
    }

    /// The value of a parameter that is there and not empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.trim());
        found.filter(|value| !value.is_empty())
    }
}

impl Wish {
    /// An object with no other keys; no body is an empty one.
    pub fn read(body: &[u8], allowed: &[&str]) -> Result<Wish, String> {
        if body.iter().all(u8::is_ascii_whitespace) {
            return Ok(Wish(Map::new()));
        }
        let keys = match serde_json::from_slice(body) {
            Ok(Value::Object(keys)) => keys,
            Ok(Value::Null) => Map::new(),
            Ok(_) => return Err(format!("the body should be a JSON object; {}", taken(allowed))),
            Err(error) => return Err(format!("the body is not JSON: {error}; {}", taken(allowed))),
        };
        match keys.keys().find(|key| !allowed.contains(&key.as_str())) {
            Some(key) => Err(unknown("key", key, allowed)),
            None => Ok(Wish(keys)),
        }
    }

    fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key).filter(|value| !value.is_null())
    }

    pub fn has(&self, key: &str) -> bool {
        self.get(key).is_some()
    }

    pub fn text(&self, key: &str) -> Result<Option<String>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(_) => Err(format!("`{key}` should be a text")),
        }
    }

    pub fn needed(&self, key: &str) -> Result<String, String> {
        let text = self.text(key)?.filter(|text| !text.trim().is_empty());
        text.ok_or_else(|| format!("`{key}` is missing"))
    }

    pub fn flag(&self, key: &str) -> Result<bool, String> {
        match self.get(key) {
            None => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(format!("`{key}` should be true or false")),
        }
    }

    pub fn number(&self, key: &str) -> Result<Option<u32>, String> {
        match self.get(key) {
            None => Ok(None),
            Some(value) => match value.as_u64().and_then(|number| u32::try_from(number).ok()) {
                Some(number) => Ok(Some(number)),
                None => Err(format!("`{key}` should be a whole number")),
            },
        }
    }

    /// Texts; one alone needs no list.
    pub fn texts(&self, key: &str) -> Result<Vec<String>, String> {
        self.get(key).map_or_else(|| Ok(Vec::new()), |value| texts(key, value))
    }

    /// `when:`, as in a silence of git: keys of alerts, each with one pattern or several.
    pub fn matchers(&self, key: &str) -> Result<Vec<(String, Vec<String>)>, String> {
        const FIELDS: [&str; 4] = ["severity", "summary", "description", "source"];
        let Some(value) = self.get(key) else { return Ok(Vec::new()) };
        let Value::Object(fields) = value else {
            return Err(format!("`{key}` should be an object, as in {{\"labels.env\": \"staging\"}}"));
        };
        if fields.len() > LISTED_MAX {
            return Err(format!("`{key}` holds more than {LISTED_MAX} keys"));
        }
        let read = |(name, value): (&String, &Value)| {
            let label = name.strip_prefix("labels.").is_some_and(|label| !label.is_empty());
            if !label && !FIELDS.contains(&name.as_str()) {
                return Err(format!(
                    "`{key}`: an alert has no field `{name}`; it has severity, summary, description, source and labels.<name>"
                ));
            }
            let patterns = texts(&format!("{key}: {name}"), value)?;
            if patterns.is_empty() {
                return Err(format!("`{key}: {name}` names no pattern"));
            }
            Ok((name.clone(), patterns))
        };
        fields.iter().map(read).collect()
    }

    /// `"for": "30m"`, or `"until"` with an instant, a length of time, or a time as people say it.
    pub fn until(&self, today: Today) -> Result<Option<Moment>, String> {
        match (self.text("for")?, self.text("until")?) {
            (Some(_), Some(_)) => Err("give either `for` or `until`, not both".to_owned()),
            (None, None) => Ok(None),
            (Some(said), None) => {
                let length = length(&said).map_err(|_| {
                    format!("`for`: `{said}` is not a length of time: write 30m, 2h or 1h 30m")
                })?;
                let at = today.now.checked_add(length).map_err(|_| format!("`for`: `{said}` is too long"))?;
                Ok(Some(Moment::At(at)))
            }
            (None, Some(said)) => {
                let until = moment(&said, today.now, today.zone);
                until.map(Some).map_err(|why| format!("`until`: {}", Language::En.not_a_moment(&said, why)))
            }
        }
    }
}

/// The value that a word stands for.
pub fn one_of<T: Copy>(name: &str, word: &str, words: &[(&str, T)]) -> Result<T, String> {
    words.iter().find(|(known, _)| *known == word).map(|(_, value)| *value).ok_or_else(|| {
        let known: Vec<&str> = words.iter().map(|(known, _)| *known).collect();
        format!("`{name}`: `{word}` is not one of {}", known.join(", "))
    })
}

fn texts(key: &str, value: &Value) -> Result<Vec<String>, String> {
    let wrong = || format!("`{key}` should be a text, or a list of texts");
    match value {
        Value::String(text) => Ok(vec![text.clone()]),
        Value::Array(all) if all.len() > LISTED_MAX => {
            Err(format!("`{key}` holds more than {LISTED_MAX}: ask in parts"))
        }
        Value::Array(all) => {
            all.iter().map(|text| text.as_str().map(str::to_owned).ok_or_else(wrong)).collect()
        }
        _ => Err(wrong()),
    }
}

fn unknown(what: &str, name: &str, allowed: &[&str]) -> String {
    let name: String = name.chars().take(100).collect();
    let near = nearest(&name, allowed.iter().copied());
    let near = near.map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
    format!("there is no {what} `{name}` here: {}{near}", taken(allowed))
}

/// Which keys or parameters there are.
fn taken(allowed: &[&str]) -> String {
    match allowed {
        [] => "it takes none".to_owned(),
        _ => format!(
            "it takes {}",
            allowed.iter().map(|key| format!("`{key}`")).collect::<Vec<_>>().join(", ")
        ),
    }
}

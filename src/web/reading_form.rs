//! A form of a page: what it says, and the same as the API's body, so that both are read by one table.

use super::body::{Bounds, Reading};
use super::doors::Doors;
use super::room::Whose;
use axum::extract::Request;
use axum::response::Response;
use serde_json::{Map, Value};
use std::time::Duration;

/// How much a form may hold.
const FORM: Bounds = Bounds { bytes: 64 << 10, time: Duration::from_secs(10) };

/// The fields of a form that are not empty.
#[derive(Clone, Debug, Default)]
pub struct Form(pub Vec<(String, String)>);

impl Form {
    /// The form of somebody who is signed in.
    pub async fn read(doors: &Doors, user: &str, request: Request) -> Result<Form, Response> {
        let hold = doors.entrance.known.hold(Whose::Token(format!("web {user}")));
        let mut reading = Reading::begin(request, hold);
        if let Err(cut) = reading.read(usize::MAX, FORM).await {
            return Err(cut.refused());
        }
        let fields = form_urlencoded::parse(&reading.taken(None).body)
            .map(|(name, value)| (name.into_owned(), value.trim().to_owned()))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        Ok(Form(fields))
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// With another field.
    pub fn and(mut self, name: &str, value: &str) -> Form {
        self.0.push((name.to_owned(), value.to_owned()));
        self
    }

    /// As the body of the same request to the API.
    pub fn body(&self) -> Vec<u8> {
        let mut body = Map::new();
        for (name, value) in &self.0 {
            let value = match name.as_str() {
                "confirm" | "everything" => Value::Bool(value == "true"),
                "step" => value.parse::<u64>().map_or_else(|_| value.as_str().into(), Value::from),
                _ => value.as_str().into(),
            };
            match body.get_mut(name) {
                None => drop(body.insert(name.clone(), value)),
                Some(Value::Array(all)) => all.push(value),
                Some(one) => *one = Value::Array(vec![one.take(), value]),
            }
        }
        Value::Object(body).to_string().into_bytes()
    }
}

//! Fetches what [`sign_in`](crate::sign_in) asks for, by the one HTTP client.

use super::delivery::Client;
use crate::config::Secret;
use crate::provider::{Failure, Method, Request};
use crate::sign_in::{Ask, quoted};
use jiff::SignedDuration;

/// How long one answer may take: somebody waits for it.
const ANSWER_MAX: SignedDuration = SignedDuration::from_secs(5);

impl Client {
    /// The body of a 200, or what went wrong; the address is not repeated.
    pub async fn ask(&self, ask: Ask) -> Result<Vec<u8>, String> {
        let mut headers =
            vec![("accept", Secret::new("application/json, application/x-pem-file;q=0.5, */*;q=0.1"))];
        headers.extend(ask.authorization.map(|value| ("authorization", value)));
        let kind = ask.form.is_some().then(|| Secret::new("application/x-www-form-urlencoded"));
        headers.extend(kind.map(|kind| ("content-type", kind)));
        let request = Request {
            method: if ask.form.is_some() { Method::Post } else { Method::Get },
            url: ask.url,
            headers,
            body: ask.form.map(|form| form.expose().as_bytes().to_vec()).unwrap_or_default(),
            timeout: ANSWER_MAX,
            signing: None,
        };
        match self.send(request).await {
            Ok(response) if response.status == 200 => Ok(response.body),
            Ok(response) => {
                // Of a code that is not taken, the reason is a word (RFC 6749, 5.2).
                let said: serde_json::Value = serde_json::from_slice(&response.body).unwrap_or_default();
                let word = said["error"].as_str().map(|word| format!(" and {}", quoted(word)));
                Err(format!("answered {}{}", response.status, word.unwrap_or_default()))
            }
            Err(Failure::NotSent(why) | Failure::Unknown(why)) => Err(why),
        }
    }
}

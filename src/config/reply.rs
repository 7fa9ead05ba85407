//! Whether people can answer a text message: where they may, and where no answer ever arrives.
//!
//! A message that invites an answer which reaches nobody is worse than none: whoever sends it believes that they have acknowledged.

use super::{Config, Provider};

/// Countries from which no answer arrives: carriers in Japan take text messages one way.
pub const ONE_WAY: [&str; 1] = ["+81"];

impl Config {
    /// Whether an answer to what this provider texts reaches us; `to` is the number, as far as it is known.
    pub fn hears_answers(&self, provider: Provider, to: Option<&str>) -> bool {
        let one_way = |to: &str| ONE_WAY.iter().any(|country| to.starts_with(country));
        let organisation = &self.organisation;
        let wanted = organisation.twilio.as_ref().is_some_and(|twilio| twilio.sms_replies);
        let there = provider == Provider::Twilio && organisation.public_url.is_some();
        wanted && there && !to.is_some_and(one_way)
    }
}

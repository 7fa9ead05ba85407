//! The lines of one alert's noise: opened again, flapping.

use super::timeline::{At, level};
use crate::incident::NoiseChange;
use crate::language::noise::NoiseLine;

impl At<'_> {
    pub(super) fn noise(&self, change: &NoiseChange) -> (String, String) {
        match change {
            NoiseChange::Reopened(it) => {
                let raise_at = self.maybe_clock(it.raise_at);
                let event = &it.event;
                let words = if event.summary.is_empty() { &event.dedup_key } else { &event.summary };
                let line = NoiseLine::Reopened {
                    words,
                    integration: &event.integration,
                    severity: it.severity.as_str(),
                    urgency: level(it.urgency),
                    raise_at: raise_at.as_deref(),
                };
                (self.says_noise(&line), format!("{}, {}", it.rule, self.rule(&it.urgency_rule)))
            }
            NoiseChange::Flaps { dedup_key, flapping, .. } => {
                let within = u32::try_from(flapping.lasted().as_secs()).unwrap_or(u32::MAX);
                let (key, fires, quiet) = (dedup_key, flapping.fires, flapping.quiet_seconds);
                (self.says_noise(&NoiseLine::Flaps { key, fires, within, quiet }), flapping.rule.to_string())
            }
            NoiseChange::Cleared { dedup_key: key, why, until, .. } => {
                let until = &self.clock(*until);
                (self.says_noise(&NoiseLine::Cleared { key, why, until }), String::new())
            }
            NoiseChange::Calmed { dedup_key: key, why, .. } => {
                (self.says_noise(&NoiseLine::Calmed { key, why }), String::new())
            }
        }
    }
}

//! Reads expectations and resolves their references. [`check`](crate::check) runs them.

use super::diagnostic::Spot;
use super::expected::{Expectation, Expected, ExpectedAlert, Never};
use super::integration::severity;
use super::resolve::Resolver;
use crate::document;
use jiff::SignedDuration;

/// How far an expectation may look ahead.
const LOOK_MAX: SignedDuration = SignedDuration::from_hours(7 * 24);

impl Resolver<'_> {
    pub(super) fn expectations(&mut self) -> Vec<Expectation> {
        let documents = self.documents;
        let mut expectations = Vec::new();
        for file in &documents.expectations {
            for (index, expectation) in file.document.iter().flatten().enumerate() {
                expectations.extend(self.expectation(expectation, &file.at.index(index)));
            }
        }
        expectations
    }

    fn expectation(&mut self, expectation: &document::Expectation, spot: &Spot) -> Option<Expectation> {
        let zone = self.zone.clone();
        let at = self.instant(&expectation.at, &spot.key("at"), &zone);
        let alert = self.expected_alert(&expectation.alert, &spot.key("alert"));
        let open = self.expected_alerts(expectation.open.as_deref(), &spot.key("open"));
        let together = self.expected_alerts(expectation.together.as_deref(), &spot.key("together"));
        let mut expect = Vec::new();
        for (index, expected) in expectation.expect.iter().flatten().enumerate() {
            expect.extend(self.expected(expected, &spot.key("expect").index(index)));
        }
        let mut never = Vec::new();
        for (index, one) in expectation.never.iter().flatten().enumerate() {
            never.extend(self.never(one, &spot.key("never").index(index)));
        }
        let bounds = (SignedDuration::ZERO, LOOK_MAX);
        let until = expectation.until.as_ref().map(|until| self.duration(until, &spot.key("until"), bounds));
        let last = expect.iter().map(|expected| expected.after).max().unwrap_or_default();
        Some(Expectation {
            name: expectation.name.clone(),
            at: at?.at,
            alert: alert?,
            open,
            together,
            dropped: expectation.dropped,
            muted: expectation.muted,
            muted_by: expectation.muted_by.clone(),
            held: expectation.held,
            joins: expectation.joins,
            expect,
            never,
            until: until.unwrap_or(last),
            spot: spot.clone(),
            place: self.sources.place(spot),
        })
    }

    fn expected_alerts(&mut self, alerts: Option<&[document::Alert]>, spot: &Spot) -> Vec<ExpectedAlert> {
        let alerts = alerts.into_iter().flatten().enumerate();
        alerts.filter_map(|(index, alert)| self.expected_alert(alert, &spot.index(index))).collect()
    }

    fn expected_alert(&mut self, alert: &document::Alert, at: &Spot) -> Option<ExpectedAlert> {
        let integration = self.integration_id(&alert.integration, &at.key("integration"))?;
        Some(ExpectedAlert {
            integration,
            severity: alert.severity.map(severity),
            summary: alert.summary.clone(),
            description: alert.description.clone().unwrap_or_default(),
            source: alert.source.clone().unwrap_or_default(),
            labels: alert.labels.clone().unwrap_or_default(),
        })
    }

    fn expected(&mut self, expected: &document::Expected, spot: &Spot) -> Option<Expected> {
        let bounds = (SignedDuration::ZERO, LOOK_MAX);
        let after = expected.after.as_ref().map(|after| self.duration(after, &spot.key("after"), bounds));
        let who = self.target(expected.schedule.as_deref(), expected.user.as_deref(), spot);
        let by = Self::contact(expected.by);
        let place = self.sources.place(spot);
        Some(Expected { after: after.unwrap_or_default(), who: who?, by: by?, spot: spot.clone(), place })
    }

    fn never(&mut self, never: &document::Never, spot: &Spot) -> Option<Never> {
        let who = self.target(never.schedule.as_deref(), never.user.as_deref(), spot)?;
        let by = match never.by {
            Some(by) => Some(Self::contact(by)?),
            None => None,
        };
        Some(Never { who, by, spot: spot.clone(), place: self.sources.place(spot) })
    }
}

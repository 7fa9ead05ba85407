//! The only clock: the wall's, or one that plays another day at another speed.

use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use tokio::time::Instant;

/// A jump of the wall clock by more than this is noticed; less is drift.
pub const JUMP_MIN: SignedDuration = SignedDuration::from_secs(5);

/// Tells the time.
#[derive(Clone, Debug)]
pub struct Clock {
    /// On the clock that timers are on, so that both stop together where a test stops them.
    began: Instant,
    /// What the clock showed when it began.
    showed: Timestamp,
    /// How many seconds pass on it in one; `None`: the wall clock.
    speed: Option<u32>,
}

#[expect(clippy::disallowed_methods, reason = "this is the clock")]
impl Clock {
    pub fn wall() -> Clock {
        Clock { began: Instant::now(), showed: Timestamp::now(), speed: None }
    }

    /// Shows `start` now, and runs `speed` times as fast as the wall's.
    pub fn scaled(start: Timestamp, speed: u32) -> Clock {
        Clock { began: Instant::now(), showed: start, speed: Some(speed.max(1)) }
    }

    pub fn now(&self) -> Timestamp {
        match self.speed {
            None => Timestamp::now(),
            Some(speed) => self.passed(speed),
        }
    }

    fn passed(&self, speed: u32) -> Timestamp {
        let passed = SignedDuration::try_from(self.began.elapsed()).unwrap_or(SignedDuration::ZERO);
        passed
            .checked_mul(speed as i32)
            .and_then(|passed| self.showed.checked_add(passed).ok())
            .unwrap_or(Timestamp::MAX)
    }

    /// By how much the wall clock has jumped since this clock began or was last asked; `None`: it has not.
    pub fn jumped(&mut self) -> Option<SignedDuration> {
        if self.speed.is_some() {
            return None;
        }
        let expected = self.passed(1);
        let jump = Timestamp::now().duration_since(expected);
        if jump.abs() < SignedDuration::from_millis(50) {
            return None;
        }
        // Small steps are the wall clock being kept right: they are followed, not announced.
        *self = Clock::wall();
        (jump.abs() > JUMP_MIN).then_some(jump)
    }

    /// How long to sleep until the clock shows `at`; zero if it does already.
    pub fn until(&self, at: Timestamp) -> Duration {
        let left = Duration::try_from(at.duration_since(self.now())).unwrap_or(Duration::ZERO);
        left / self.speed.unwrap_or(1)
    }

    /// A span of this clock as one of the wall's.
    pub fn span(&self, span: Duration) -> Duration {
        span / self.speed.unwrap_or(1)
    }
}

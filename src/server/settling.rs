//! Whether a directory has been saved to its end: files are written one after the other, and a long one in pieces.

use std::time::Duration;

/// How soon what has changed is looked at again.
const AGAIN: Duration = Duration::from_secs(2);
/// After so many looks that each differ from the last, something is always being written there: what is there is taken.
const LOOKS_MAX: u32 = 10;

/// What the last looks showed.
#[derive(Debug, Default)]
pub(super) struct Settling {
    seen: Option<String>,
    looks: u32,
}

impl Settling {
    /// Whether this content was there at the last look too.
    pub fn is_settled(&mut self, name: &str) -> bool {
        let same = self.seen.as_deref() == Some(name);
        self.looks = if same { 0 } else { self.looks + 1 };
        self.seen = Some(name.to_owned());
        if self.looks > LOOKS_MAX {
            self.looks = 0;
            return true;
        }
        same
    }

    /// Nothing has changed.
    pub fn rest(&mut self) {
        *self = Settling::default();
    }

    /// When to look again.
    pub fn next_look(&self, interval: Duration) -> Duration {
        if self.looks > 0 { interval.min(AGAIN) } else { interval }
    }
}

#[cfg(test)]
mod tests {
    use super::Settling;
    use std::time::Duration;

    #[test]
    fn what_looks_the_same_twice_is_whole_and_what_never_rests_is_taken_in_the_end() {
        let mut settling = Settling::default();
        assert!(!settling.is_settled("half"));
        assert_eq!(settling.next_look(Duration::from_secs(30)), Duration::from_secs(2));
        assert!(!settling.is_settled("whole"));
        assert!(settling.is_settled("whole"));
        assert_eq!(settling.next_look(Duration::from_secs(30)), Duration::from_secs(30));
        let taken = (0..30).position(|n| settling.is_settled(&n.to_string()));
        assert!(taken.is_some_and(|looks| looks >= 5), "{taken:?}");
    }
}

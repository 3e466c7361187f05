//! How often a source is harvested (ckanext-harvest's words).

use base::time::Stamp;

/// A source's frequency.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frequency {
    Manual,
    Monthly,
    Weekly,
    Biweekly,
    Daily,
    /// As often as is decent.
    Always,
}

const MINUTE: i64 = 60 * 1_000_000;
const DAY: i64 = 24 * 60 * MINUTE;

impl Frequency {
    /// Reads the word, whatever its case.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        Some(match text.trim().to_ascii_uppercase().as_str() {
            "MANUAL" => Self::Manual,
            "MONTHLY" => Self::Monthly,
            "WEEKLY" => Self::Weekly,
            "BIWEEKLY" => Self::Biweekly,
            "DAILY" => Self::Daily,
            "ALWAYS" => Self::Always,
            _ => return None,
        })
    }

    /// The word as stored and shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Manual => "MANUAL",
            Self::Monthly => "MONTHLY",
            Self::Weekly => "WEEKLY",
            Self::Biweekly => "BIWEEKLY",
            Self::Daily => "DAILY",
            Self::Always => "ALWAYS",
        }
    }

    fn micros(self) -> Option<i64> {
        Some(match self {
            Self::Manual => return None,
            Self::Monthly => 30 * DAY,
            Self::Biweekly => 14 * DAY,
            Self::Weekly => 7 * DAY,
            Self::Daily => DAY,
            Self::Always => 15 * MINUTE,
        })
    }

    /// The first time after `now` in the rhythm that `planned` stands in: the hour of day never drifts.
    #[must_use]
    pub fn next(self, planned: Stamp, now: Stamp) -> Option<Stamp> {
        let step = self.micros()?;
        let late = now.micros().saturating_sub(planned.micros()).max(0);
        Stamp::from_micros(planned.micros().saturating_add((late / step + 1).saturating_mul(step)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hour_never_drifts() {
        let at = |text: &str| Stamp::parse(text).unwrap();
        let next = Frequency::Daily.next(at("2026-01-01T03:00:00"), at("2026-01-03T05:12:13")).unwrap();
        assert_eq!(next, at("2026-01-04T03:00:00"));
        assert_eq!(Frequency::Weekly.next(at("2026-01-01"), at("2026-01-01")).unwrap(), at("2026-01-08"));
        assert_eq!(Frequency::Manual.next(at("2026-01-01"), at("2026-01-01")), None);
        assert_eq!(Frequency::parse("weekly"), Some(Frequency::Weekly));
        assert_eq!(Frequency::parse("HOURLY"), None);
    }
}

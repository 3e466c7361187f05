//! Time as CKAN writes it: naive UTC, ISO 8601 with microseconds, unless they are zero.

use std::fmt;

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

/// A point in time, microseconds exact, UTC; `2026-11-24T08:25:00.123456` in JSON, as Python's `isoformat` writes it: a whole
/// second has no fraction. So texts of it do not sort as times do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(NaiveDateTime);

impl Stamp {
    /// Now. The only place that reads the clock for data.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "the one place that reads the clock")]
    pub fn now() -> Self {
        Self(Utc::now().naive_utc().trunc_subsecs(6))
    }

    /// From a UTC date-time; what is finer than microseconds is cut.
    #[must_use]
    pub fn from_naive(value: NaiveDateTime) -> Self {
        Self(value.trunc_subsecs(6))
    }

    /// As the database stores it.
    #[must_use]
    pub fn naive(self) -> NaiveDateTime {
        self.0
    }

    /// Microseconds since 1970.
    #[must_use]
    pub fn micros(self) -> i64 {
        self.0.and_utc().timestamp_micros()
    }

    /// From microseconds since 1970; `None` beyond the calendar.
    #[must_use]
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).map(|at| Self(at.naive_utc()))
    }

    /// Reads what CKAN's `isodate` takes: a date, or date and time with `T` or a blank, fraction, `Z` or offset.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.len() > 40 || !text.is_ascii() {
            return None;
        }
        if let Ok(date) = NaiveDate::parse_from_str(text, "%Y-%m-%d") {
            return date.and_hms_opt(0, 0, 0).map(Self);
        }
        if let Ok(at) = DateTime::parse_from_rfc3339(&text.replacen(' ', "T", 1)) {
            return Some(Self::from_naive(at.naive_utc()));
        }
        let text = text.replacen(' ', "T", 1);
        ["%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%dT%H:%M"]
            .iter()
            .find_map(|format| NaiveDateTime::parse_from_str(&text, format).ok())
            .map(Self::from_naive)
    }
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let whole = self.0.and_utc().timestamp_subsec_micros() == 0;
        let format = if whole { "%Y-%m-%dT%H:%M:%S" } else { "%Y-%m-%dT%H:%M:%S%.6f" };
        write!(f, "{}", self.0.format(format))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not an ISO 8601 date"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_clients_send_and_writes_what_ckan_writes() {
        for (text, expected) in [
            ("2020-12-31", "2020-12-31T00:00:00"),
            ("2020-12-31T10:20:30", "2020-12-31T10:20:30"),
            ("2020-12-31 10:20:30.5", "2020-12-31T10:20:30.500000"),
            ("2020-12-31T10:20:30Z", "2020-12-31T10:20:30"),
            ("2020-12-31T10:20:30+06:00", "2020-12-31T04:20:30"),
        ] {
            assert_eq!(Stamp::parse(text).map(|at| at.to_string()).as_deref(), Some(expected), "{text}");
        }
        for text in ["31/12/2020", "", "2020-02-30", "now", "20201231T000000000000000000000000000000000000000"] {
            assert_eq!(Stamp::parse(text), None, "{text}");
        }
    }
}

//! Dates of a query: ISO 8601 with a `Z`, `NOW`, and Solr's date arithmetic (`NOW/DAY-1MONTH`).
//!
//! Must never ask the clock: the caller says when "now" is.

use base::time::Stamp;
use chrono::{Datelike, Duration, Months, NaiveDate, NaiveDateTime, Timelike};

/// Milliseconds since 1970 of a date text; `None` when it is no date.
#[must_use]
pub fn millis(text: &str, now: Stamp) -> Option<i64> {
    let (start, rest) = match text.strip_prefix("NOW") {
        Some(rest) => (now.naive(), rest),
        None => absolute(text)?,
    };
    let at = arithmetic(start, rest)?;
    Some(at.and_utc().timestamp_millis())
}

fn absolute(text: &str) -> Option<(NaiveDateTime, &str)> {
    let end = text.find('Z')?;
    let (date, rest) = (text.get(..end)?, text.get(end + 1..)?);
    let at = NaiveDateTime::parse_from_str(date, "%Y-%m-%dT%H:%M:%S%.f").ok()?;
    Some((at, rest))
}

fn arithmetic(mut at: NaiveDateTime, mut rest: &str) -> Option<NaiveDateTime> {
    while !rest.is_empty() {
        let sign = rest.chars().next()?;
        rest = rest.get(1..)?;
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u32 = if sign == '/' { 0 } else { rest.get(..digits)?.parse().ok()? };
        rest = rest.get(if sign == '/' { 0 } else { digits }..)?;
        let letters = rest.bytes().take_while(u8::is_ascii_uppercase).count();
        let unit = rest.get(..letters)?.trim_end_matches('S');
        at = match sign {
            '/' => floor(at, unit)?,
            '+' => moved(at, number, unit, true)?,
            '-' => moved(at, number, unit, false)?,
            _ => return None,
        };
        rest = rest.get(letters..)?;
    }
    Some(at)
}

fn floor(at: NaiveDateTime, unit: &str) -> Option<NaiveDateTime> {
    let date = at.date();
    match unit {
        "YEAR" => NaiveDate::from_ymd_opt(date.year(), 1, 1)?.and_hms_opt(0, 0, 0),
        "MONTH" => date.with_day(1)?.and_hms_opt(0, 0, 0),
        "DAY" | "DATE" => date.and_hms_opt(0, 0, 0),
        "HOUR" => date.and_hms_opt(at.hour(), 0, 0),
        "MINUTE" => date.and_hms_opt(at.hour(), at.minute(), 0),
        "SECOND" => date.and_hms_opt(at.hour(), at.minute(), at.second()),
        "MILLI" | "MILLISECOND" => Some(at),
        _ => None,
    }
}

fn moved(at: NaiveDateTime, number: u32, unit: &str, ahead: bool) -> Option<NaiveDateTime> {
    let span = match unit {
        "YEAR" | "MONTH" => {
            let months = Months::new(if unit == "YEAR" { number.checked_mul(12)? } else { number });
            return if ahead { at.checked_add_months(months) } else { at.checked_sub_months(months) };
        }
        "DAY" | "DATE" => Duration::try_days(i64::from(number)),
        "HOUR" => Duration::try_hours(i64::from(number)),
        "MINUTE" => Duration::try_minutes(i64::from(number)),
        "SECOND" => Duration::try_seconds(i64::from(number)),
        "MILLI" | "MILLISECOND" => Duration::try_milliseconds(i64::from(number)),
        _ => None,
    }?;
    if ahead { at.checked_add_signed(span) } else { at.checked_sub_signed(span) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn dates_are_read_as_solr_reads_them() {
        let now = Stamp::parse("2026-03-31T10:20:30.5").unwrap();
        let at = |text: &str| millis(text, now).and_then(|ms| Stamp::from_micros(ms * 1000)).map(|at| at.to_string());
        for (text, expected) in [
            ("NOW", "2026-03-31T10:20:30.500000"),
            ("NOW-7DAYS", "2026-03-24T10:20:30.500000"),
            ("NOW/DAY-1MONTH", "2026-02-28T00:00:00"),
            ("2024-01-01T00:00:00Z", "2024-01-01T00:00:00"),
            ("2024-01-01T00:00:00.123456Z+1YEAR/YEAR", "2025-01-01T00:00:00"),
        ] {
            assert_eq!(at(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["2020", "2020-01-01", "NOW-", "NOW-9999999999999DAYS", "NOW+4000000000YEARS", "NOW/WEEK", "", "Z", "NOWж"] {
            assert_eq!(at(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_breaks_the_reading_of_dates(text in ".{0,40}", parts in r"(NOW|2024-02-29T12:00:00Z|Z)([+/-][0-9]{0,11}[A-Z]{0,7}){0,6}") {
            let now = Stamp::parse("2026-03-31T10:20:30.5").unwrap();
            for text in [text, parts] {
                drop(millis(&text, now).map(|at| at.to_string()));
            }
        }

        #[test]
        fn arithmetic_holds_together(micros in 0_i64..4_000_000_000_000_000, number in 0_u32..1_000, unit in 0_usize..7) {
            let now = Stamp::from_micros(micros).unwrap();
            let unit = ["YEAR", "MONTH", "DAY", "HOUR", "MINUTE", "SECOND", "MILLI"][unit];
            let at = |text: String| millis(&text, now).unwrap();
            let start = at(format!("NOW/{unit}"));
            prop_assert!(start <= at("NOW".to_owned()));
            prop_assert_eq!(at(format!("NOW/{unit}/{unit}S")), start, "rounding twice is rounding once");
            prop_assert_eq!(at(format!("NOW/{unit}+{number}{unit}S/{unit}")), at(format!("NOW/{unit}+{number}{unit}")));
            let next = at(format!("NOW/{unit}+1{unit}"));
            prop_assert!(next > at("NOW".to_owned()));
            if !matches!(unit, "YEAR" | "MONTH") {
                prop_assert_eq!(at(format!("NOW+{number}{unit}-{number}{unit}S")), at("NOW".to_owned()));
            }
        }
    }
}

//! A span of time as CKAN's options write it: `2 days`, `4:35:00`, `7 days, 3:23:34.087465`, `.087465`.

/// Its microseconds; `None` when it is none.
pub fn micros(text: &str) -> Option<i64> {
    let text = text.trim();
    let Some(place) = text.find("day") else { return clock(text) };
    let (number, rest) = text.split_at_checked(place)?;
    if !number.ends_with(char::is_whitespace) {
        return None;
    }
    let days: i64 = digits(number.trim_end(), 1..=6)?;
    let rest = rest.strip_prefix("days").or_else(|| rest.strip_prefix("day"))?;
    let part = match rest.strip_prefix(',') {
        None if rest.is_empty() => 0,
        Some(clock_part) if clock_part.starts_with(char::is_whitespace) => clock(clock_part.trim_start())?,
        _ => return None,
    };
    days.checked_mul(24 * 3_600 * 1_000_000)?.checked_add(part)
}

/// `H:MM:SS`, with six digits behind a point or without, or those alone.
fn clock(text: &str) -> Option<i64> {
    let (seconds, fraction) = match text.split_once('.') {
        Some((seconds, fraction)) => (seconds, digits(fraction, 6..=6)?),
        None => (text, 0),
    };
    if seconds.is_empty() && text.starts_with('.') {
        return Some(fraction);
    }
    let mut parts = seconds.split(':');
    let (hours, minutes, rest) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    let seconds = digits(hours, 1..=2)? * 3_600 + digits(minutes, 2..=2)? * 60 + digits(rest, 2..=2)?;
    Some(seconds * 1_000_000 + fraction)
}

fn digits(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<i64> {
    let is_number = length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_ckan_reads_them() {
        let of = |days: i64, hours: i64, minutes: i64, seconds: i64, micros: i64| {
            Some((((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1_000_000 + micros)
        };
        for (text, span) in [
            ("1 day", of(1, 0, 0, 0, 0)),
            ("2 days", of(2, 0, 0, 0, 0)),
            ("2\tdays", of(2, 0, 0, 0, 0)),
            ("14 days", of(14, 0, 0, 0, 0)),
            ("4:35:00", of(0, 4, 35, 0, 0)),
            ("4:35:12.087465", of(0, 4, 35, 12, 87_465)),
            ("1 day, 3:23:34", of(1, 3, 23, 34, 0)),
            ("7 days,\t3:23:34.087465", of(7, 3, 23, 34, 87_465)),
            (".123456", of(0, 0, 0, 0, 123_456)),
            ("foobar", None),
            ("days", None),
            ("2days", None),
            ("-2 days", None),
            ("2 days 3:23:34", None),
            ("4:35", None),
            ("4:3:0", None),
            (".5", None),
            ("", None),
            ("99999999999 days", None),
        ] {
            assert_eq!(micros(text), span, "{text}");
        }
    }
}

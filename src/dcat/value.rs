//! From what publishers typed to what RDF can hold: IRIs, texts, languages, dates, e-mails.
//!
//! Each function answers a valid value or `None`; none of them may let a bad one through.

use std::borrow::Cow;

use base::time::Stamp;

/// Longer addresses are left out.
const IRI_BYTES: usize = 8 * 1024;
/// Schemes that an IRI of a publisher may have. None of them is a prefix of ours, so that JSON-LD cannot take one for
/// a compact name, and none of them runs anything in a browser.
const SCHEMES: &[&str] = &["http", "https", "ftp", "ftps", "sftp", "urn", "mailto", "tel", "doi", "info", "ark", "geo", "s3"];

/// A valid absolute IRI: blanks at the ends are cut, what may not stand in an IRI is percent-encoded.
pub(crate) fn iri(text: &str) -> Option<Cow<'_, str>> {
    let text = text.trim();
    if text.len() > IRI_BYTES {
        return None;
    }
    let (scheme, rest) = text.split_once(':')?;
    if rest.is_empty() || !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) {
        return None;
    }
    if matches!(scheme.to_ascii_lowercase().as_str(), "http" | "https" | "ftp" | "ftps" | "sftp" | "s3")
        && rest.strip_prefix("//").is_none_or(|host| host.starts_with(['/', '?', '#', ':']) || host.is_empty())
    {
        return None;
    }
    if !text.contains('%') && oxrdf::NamedNodeRef::new(text).is_ok() {
        return Some(Cow::Borrowed(text));
    }
    [false, true].into_iter().map(|all| repaired(text, all)).find(|iri| oxrdf::NamedNodeRef::new(iri).is_ok()).map(Cow::Owned)
}

/// `text` with every character encoded that no IRI holds; with `all` also brackets and what is not ASCII.
fn repaired(text: &str, all: bool) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut fragment = false;
    let bytes = text.as_bytes();
    for (at, character) in text.char_indices() {
        let hex = |offset: usize| bytes.get(at + offset).is_some_and(u8::is_ascii_hexdigit);
        let bad = match character {
            '%' => !(hex(1) && hex(2)),
            '#' => std::mem::replace(&mut fragment, true),
            '[' | ']' => all,
            '<' | '>' | '"' | '{' | '}' | '|' | '\\' | '^' | '`' | '\0'..=' ' | '\x7f'..='\u{a0}' => true,
            other => all && !other.is_ascii(),
        };
        if bad { push_percent(&mut out, character) } else { out.push(character) }
    }
    out
}

fn push_percent(out: &mut String, character: char) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |value: u8| char::from(HEX.get(usize::from(value)).copied().unwrap_or(b'0'));
    for byte in character.encode_utf8(&mut [0; 4]).bytes() {
        out.push('%');
        out.push(digit(byte >> 4));
        out.push(digit(byte & 15));
    }
}

/// Appends a path segment or query value: all but RFC 3986's unreserved characters are encoded.
pub(crate) fn push_encoded(out: &mut String, text: &str) {
    for character in text.chars() {
        if character.is_ascii_alphanumeric() || matches!(character, '-' | '.' | '_' | '~') {
            out.push(character);
        } else {
            push_percent(out, character);
        }
    }
}

/// True when a text has a character that can be seen and written.
pub(crate) fn says_something(text: &str) -> bool {
    text.chars().any(|c| !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}'))
}

/// Drops the characters that XML 1.0 cannot hold, so that the three formats say the same.
pub(crate) fn clean(text: Cow<'_, str>) -> Cow<'_, str> {
    let bad = |c: char| matches!(c, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}');
    if text.contains(bad) { Cow::Owned(text.replace(bad, "")) } else { text }
}

/// A language tag in lower case: `ky`, `pt-br` (also from `pt_BR`), `sr-latn` (also from `sr@latin`), `zh-hans-cn`.
pub(crate) fn language(text: &str) -> Option<String> {
    let tag = text.trim().to_ascii_lowercase().replace('_', "-").replace("@latin", "-latn").replace("@cyrillic", "-cyrl");
    let alphabetic = |part: &str| part.bytes().all(|byte| byte.is_ascii_lowercase());
    let mut parts = tag.split('-');
    let first = parts.next()?;
    if !(2..=3).contains(&first.len()) || !alphabetic(first) {
        return None;
    }
    let mut part = parts.next();
    part = part
        .filter(|part| !(part.len() == 4 && alphabetic(part)))
        .map_or_else(|| if part.is_some() { parts.next() } else { None }, Some);
    part = match part {
        Some(region) if region.len() == 2 && alphabetic(region) => parts.next(),
        Some(region) if region.len() == 3 && region.bytes().all(|byte| byte.is_ascii_digit()) => parts.next(),
        other => other,
    };
    part.is_none().then_some(tag)
}

/// The `mailto:` IRI of an address that can be one.
pub(crate) fn mail(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("mailto:").unwrap_or(text);
    let (user, host) = text.split_once('@')?;
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '+');
    let good = (1..=64).contains(&user.len())
        && user.chars().all(plain)
        && (3..=253).contains(&host.len())
        && host.contains('.')
        && !host.starts_with('.')
        && !host.ends_with('.')
        && host.chars().all(|c| c.is_alphanumeric() || matches!(c, '.' | '-'));
    if !good {
        return None;
    }
    iri(&format!("mailto:{text}")).map(Cow::into_owned)
}

/// A stamp as `xsd:dateTime` in UTC; `None` outside the years 0001–9999.
pub(crate) fn stamp(at: Stamp) -> Option<String> {
    let mut text = at.to_string();
    let four_digits = text.as_bytes().get(4) == Some(&b'-') && text.starts_with(|c: char| c.is_ascii_digit());
    if !four_digits || text.starts_with("0000") {
        return None;
    }
    text.push('Z');
    Some(text)
}

/// A date that somebody typed, with the datatype that it has: a year, a month, a day or a point in time. Written
/// `31.12.2020`, or with slashes where only one reading is possible, it is understood too.
pub(crate) fn date(text: &str) -> Option<(String, &'static str)> {
    let text = text.trim();
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if text.len() == 4 && digits(text) && text != "0000" {
        return Some((text.to_owned(), "xsd:gYear"));
    }
    if text.len() == 7 && Stamp::parse(&format!("{text}-01")).is_some_and(|at| at.to_string().starts_with(text)) {
        return Some((text.to_owned(), "xsd:gYearMonth"));
    }
    if let Some(at) = Stamp::parse(text) {
        let whole = stamp(at)?;
        return match whole.split_once('T') {
            Some((day, _)) if text.len() == 10 => Some((day.to_owned(), "xsd:date")),
            _ => Some((whole, "xsd:dateTime")),
        };
    }
    let mut parts = text.split(['.', '/']);
    let (first, second, year) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || ![first, second, year].into_iter().all(digits) || year.len() != 4 {
        return None;
    }
    let (first, second) = (first.parse::<u8>().ok()?, second.parse::<u8>().ok()?);
    let (day, month) = match (text.contains('/'), first > 12, second > 12) {
        (false, ..) | (true, true, false) => (first, second),
        (true, false, true) => (second, first),
        _ if first == second => (first, second),
        _ => return None,
    };
    date(&format!("{year}-{month:02}-{day:02}")).filter(|(_, datatype)| *datatype == "xsd:date")
}

/// The values of a list that came as JSON (`["a","b"]`) or with commas. Addresses are cut only before another address.
pub(crate) fn list(text: &str) -> Vec<String> {
    let text = text.trim();
    if text.starts_with('[')
        && let Ok(values) = serde_json::from_str::<Vec<serde_json::Value>>(text)
    {
        return values.into_iter().filter_map(|value| value.as_str().map(str::trim).map(str::to_owned)).take(100).collect();
    }
    let mut values: Vec<String> = Vec::new();
    for part in text.split(',').map(str::trim).filter(|part| !part.is_empty()).take(100) {
        match values.last_mut() {
            Some(last) if last.contains("://") && !part.contains("://") => {
                last.push(',');
                last.push_str(part);
            }
            _ => values.push(part.to_owned()),
        }
    }
    values
}

/// True for an `xsd:duration` of the shapes that resolutions have (`P1D`, `PT15M`, `P1Y2M10DT2H30M`).
pub(crate) fn is_duration(text: &str) -> bool {
    let Some(body) = text.strip_prefix('P') else { return false };
    let (day, time) = match body.split_once('T') {
        Some((day, time)) if !time.is_empty() => (day, time),
        Some(_) => return false,
        None => (body, ""),
    };
    let parts = |text: &str, units: &str| {
        let mut rest = units;
        let mut number = 0;
        for character in text.chars() {
            match character {
                '0'..='9' => number += 1,
                unit if number > 0 => match rest.split_once(unit) {
                    Some((_, after)) => (rest, number) = (after, 0),
                    None => return false,
                },
                _ => return false,
            }
        }
        number == 0
    };
    !body.is_empty() && parts(day, "YMD") && parts(time, "HMS")
}

/// True for a plain `xsd:decimal` without sign.
pub(crate) fn is_decimal(text: &str) -> bool {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.len() <= 20 && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(whole) && digits(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_repaired_or_refused() {
        for (text, expected) in [
            ("https://x.kg/a b", Some("https://x.kg/a%20b")),
            (" http://x.kg/{a}|b#c#d ", Some("http://x.kg/%7Ba%7D%7Cb#c%23d")),
            ("https://x.kg/100%", Some("https://x.kg/100%25")),
            ("https://x.kg/a%20b", Some("https://x.kg/a%20b")),
            ("https://пример.кг/путь", Some("https://пример.кг/путь")),
            ("https://x.kg/\u{ffff}", Some("https://x.kg/%EF%BF%BF")),
            ("urn:uuid:1", Some("urn:uuid:1")),
            ("http://", None),
            ("http:///a", None),
            ("http:a", None),
            ("www.x.kg", None),
            ("javascript:alert(1)", None),
            ("dct:title", None),
            ("None", None),
            ("", None),
        ] {
            assert_eq!(iri(text).as_deref(), expected, "{text}");
        }
        assert_eq!(iri(&format!("http://x.kg/{}", "a".repeat(IRI_BYTES))), None);
    }

    #[test]
    fn a_date_has_the_type_of_its_shape() {
        for (text, expected) in [
            ("2020", Some(("2020", "xsd:gYear"))),
            ("2020-02", Some(("2020-02", "xsd:gYearMonth"))),
            ("2020-02-29", Some(("2020-02-29", "xsd:date"))),
            ("2020-02-29 10:11", Some(("2020-02-29T10:11:00Z", "xsd:dateTime"))),
            ("2020-02-29T10:00:00+06:00", Some(("2020-02-29T04:00:00Z", "xsd:dateTime"))),
            ("31/12/2020", Some(("2020-12-31", "xsd:date"))),
            ("12/31/2020", Some(("2020-12-31", "xsd:date"))),
            ("05.04.2020", Some(("2020-04-05", "xsd:date"))),
            ("05/04/2020", None),
            ("31.02.2020", None),
            ("2020-13", None),
            ("0000", None),
            ("soon", None),
            ("1.2.3.2020", None),
        ] {
            assert_eq!(date(text).as_ref().map(|(text, datatype)| (text.as_str(), *datatype)), expected, "{text}");
        }
    }

    #[test]
    fn tags_mails_lists_and_durations_are_judged_by_their_shape() {
        for (text, expected) in [
            ("ky", Some("ky")),
            ("pt_BR", Some("pt-br")),
            ("sr@latin", Some("sr-latn")),
            ("zh-Hans-CN", Some("zh-hans-cn")),
            ("es-419", Some("es-419")),
            ("e", None),
            ("english", None),
            ("en-", None),
            ("en-x-y", None),
            ("ky ru", None),
        ] {
            assert_eq!(language(text).as_deref(), expected, "{text}");
        }
        assert_eq!(mail("a.b@data.kg").as_deref(), Some("mailto:a.b@data.kg"));
        assert_eq!(mail("mailto:a@data.kg").as_deref(), Some("mailto:a@data.kg"));
        for text in ["a", "@data.kg", "a@kg", "a b@data.kg", "a@data.kg?cc=b@c.d", "a@@b.kg"] {
            assert_eq!(mail(text), None, "{text}");
        }
        assert_eq!(list("[\"a\", \"b,c\"]"), ["a", "b,c"]);
        assert_eq!(list("a, b,,c"), ["a", "b", "c"]);
        assert_eq!(list("http://x/1,2,http://y/"), ["http://x/1,2", "http://y/"]);
        for (text, good) in [
            ("P1D", true),
            ("PT15M", true),
            ("P1Y2M10DT2H30M", true),
            ("P", false),
            ("P1DT", false),
            ("1D", false),
            ("PD", false),
            ("P1D1Y", false),
        ] {
            assert_eq!(is_duration(text), good, "{text}");
        }
    }
}

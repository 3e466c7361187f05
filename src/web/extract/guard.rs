//! Looks at the bytes of a JSON body before anything is built of them: depth, keys, strings, NUL, lone surrogates.

use base::limits;

/// What is against a body; `None` when it may be parsed. Whether it is JSON at all is the parser's to say.
pub fn fault(body: &[u8]) -> Option<String> {
    let (mut depth, mut keys, mut place) = (0_usize, 0_usize, 0_usize);
    while let Some(byte) = body.get(place) {
        place += 1;
        match byte {
            b'{' | b'[' => {
                depth += 1;
                if depth > limits::JSON_DEPTH {
                    return Some(format!("nested deeper than {} levels", limits::JSON_DEPTH));
                }
            }
            b'}' | b']' => depth = depth.saturating_sub(1),
            b':' => {
                keys += 1;
                if keys > limits::JSON_KEYS {
                    return Some(format!("more than {} keys", limits::JSON_KEYS));
                }
            }
            b'"' => match string(body, place) {
                Ok(end) => place = end,
                Err(fault) => return Some(fault),
            },
            _ => {}
        }
    }
    None
}

/// Walks over a string whose quote is behind us; answers the place behind its end.
fn string(body: &[u8], start: usize) -> Result<usize, String> {
    let mut place = start;
    let mut high = false;
    while let Some(byte) = body.get(place) {
        place += 1;
        let escape = if *byte == b'\\' { body.get(place).copied() } else { None };
        let unit = if escape == Some(b'u') { unit(body, place + 1) } else { None };
        if high && !unit.is_some_and(|unit| (0xDC00..0xE000).contains(&unit)) {
            return Err("a text has half a surrogate pair".to_owned());
        }
        match (byte, unit) {
            (0, _) | (_, Some(0)) => return Err("a text has a NUL character".to_owned()),
            (b'"', _) => return Ok(place),
            (b'\\', Some(unit)) => {
                let low = (0xDC00..0xE000).contains(&unit);
                if low && !high {
                    return Err("a text has half a surrogate pair".to_owned());
                }
                high = (0xD800..0xDC00).contains(&unit);
                place += 5;
            }
            (b'\\', None) => place += 1,
            _ => {}
        }
        if place - start > limits::STRING_BYTES {
            return Err(format!("a text is longer than {} bytes", limits::STRING_BYTES));
        }
    }
    Ok(place)
}

fn unit(body: &[u8], start: usize) -> Option<u32> {
    let digits = std::str::from_utf8(body.get(start..start + 4)?).ok()?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn hostile_bodies_are_told_why() {
        assert_eq!(fault(br#"{"a": ["\ud83d\ude00 \n \" \u0041", {}]}"#), None);
        assert!(fault("[".repeat(65).as_bytes()).unwrap().contains("64 levels"));
        assert_eq!(fault("[".repeat(64).as_bytes()), None);
        assert!(fault(br#"{"a": "\u0000"}"#).unwrap().contains("NUL"));
        assert!(fault(br#"["\ud800"]"#).unwrap().contains("surrogate"));
        assert!(fault(br#"["\udc00"]"#).unwrap().contains("surrogate"));
        assert!(fault(format!("[\"{}\"]", "x".repeat(limits::STRING_BYTES + 1)).as_bytes()).unwrap().contains("longer"));
        assert!(fault(format!("{{{}}}", "\"a\":1,".repeat(10_001)).as_bytes()).unwrap().contains("keys"));
        assert_eq!(fault(br#"{"a": "[[[[:::"}"#), None);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = fault(&bytes);
        }

        #[test]
        fn what_serde_writes_passes(text in "[^\\x00]*") {
            prop_assert_eq!(fault(serde_json::json!({ "key": [text] }).to_string().as_bytes()), None);
        }
    }
}

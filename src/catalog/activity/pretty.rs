//! JSON as Python's `json.dumps(value, indent=2, sort_keys=True)` writes it, a line an item: what differences of versions
//! are made of, and clients have stored.

use serde_json::Value;

/// The lines of a value.
#[must_use]
pub fn lines(value: &Value) -> Vec<String> {
    let mut text = String::new();
    put(value, 0, &mut text);
    text.split('\n').map(str::to_owned).collect()
}

fn put(value: &Value, depth: usize, into: &mut String) {
    match value {
        Value::Array(items) if !items.is_empty() => {
            into.push('[');
            for (place, item) in items.iter().enumerate() {
                begin(place, depth + 1, into);
                put(item, depth + 1, into);
            }
            end(depth, ']', into);
        }
        Value::Object(map) if !map.is_empty() => {
            into.push('{');
            let mut pairs: Vec<(&String, &Value)> = map.iter().collect();
            pairs.sort_unstable_by_key(|(key, _)| *key);
            for (place, (key, item)) in pairs.into_iter().enumerate() {
                begin(place, depth + 1, into);
                quote(key, into);
                into.push_str(": ");
                put(item, depth + 1, into);
            }
            end(depth, '}', into);
        }
        Value::String(text) => quote(text, into),
        other => into.push_str(&other.to_string()),
    }
}

fn begin(place: usize, depth: usize, into: &mut String) {
    if place > 0 {
        into.push(',');
    }
    line(depth, into);
}

fn end(depth: usize, bracket: char, into: &mut String) {
    line(depth, into);
    into.push(bracket);
}

fn line(depth: usize, into: &mut String) {
    into.push('\n');
    into.extend(std::iter::repeat_n("  ", depth));
}

/// A text with everything beyond ASCII escaped.
fn quote(text: &str, into: &mut String) {
    into.push('"');
    for sign in text.chars() {
        match sign {
            '"' => into.push_str("\\\""),
            '\\' => into.push_str("\\\\"),
            '\n' => into.push_str("\\n"),
            '\r' => into.push_str("\\r"),
            '\t' => into.push_str("\\t"),
            '\u{8}' => into.push_str("\\b"),
            '\u{c}' => into.push_str("\\f"),
            ' '..='~' => into.push(sign),
            other => {
                for unit in other.encode_utf16(&mut [0; 2]) {
                    into.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    into.push('"');
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn looks_as_python_writes_it() {
        let value = json!({"b": [1, {"x": null}], "a": "к\"\n😀", "empty": [], "none": {}});
        let expected = "{\n  \"a\": \"\\u043a\\\"\\n\\ud83d\\ude00\",\n  \"b\": [\n    1,\n    {\n      \"x\": null\n    }\n  ],\n  \"empty\": [],\n  \"none\": {}\n}";
        assert_eq!(lines(&value).join("\n"), expected);
    }
}

//! The arguments of a validator, as schemas write them: `one_of([1, "a"])`, `default("x")`, `if_empty_same_as(name)`.

use serde_json::{Number, Value};

/// Lists in lists.
const DEPTH: usize = 8;

/// Reads what stands between the brackets. What is no list of Python's literals is cut at its commas and taken as text.
pub fn arguments(text: &str) -> Vec<Value> {
    let mut reader = Reader { rest: text };
    match reader.items(None, DEPTH) {
        Some(values) if reader.rest.trim().is_empty() && !values.is_empty() => values,
        _ => text.split(',').map(|part| Value::String(part.to_owned())).collect(),
    }
}

struct Reader<'a> {
    rest: &'a str,
}

impl Reader<'_> {
    fn take(&mut self, wanted: char) -> bool {
        let rest = self.rest.trim_start();
        match rest.strip_prefix(wanted) {
            Some(behind) => {
                self.rest = behind;
                true
            }
            None => {
                self.rest = rest;
                false
            }
        }
    }

    fn items(&mut self, end: Option<char>, depth: usize) -> Option<Vec<Value>> {
        let mut values = Vec::new();
        loop {
            match end {
                Some(end) if self.take(end) => return Some(values),
                None if self.rest.trim().is_empty() => return Some(values),
                _ => {}
            }
            values.push(self.value(depth.checked_sub(1)?)?);
            if !self.take(',') {
                return match end {
                    Some(end) => self.take(end).then_some(values),
                    None => Some(values),
                };
            }
        }
    }

    fn value(&mut self, depth: usize) -> Option<Value> {
        for (open, close) in [('[', ']'), ('(', ')')] {
            if self.take(open) {
                return self.items(Some(close), depth).map(Value::Array);
            }
        }
        for quote in ['"', '\''] {
            if self.take(quote) {
                return self.text(quote).map(Value::String);
            }
        }
        let end = self.rest.find([',', ']', ')']).unwrap_or(self.rest.len());
        let (word, behind) = self.rest.split_at_checked(end)?;
        self.rest = behind;
        match word.trim() {
            "True" => Some(Value::Bool(true)),
            "False" => Some(Value::Bool(false)),
            "None" => Some(Value::Null),
            word => {
                let whole = word.parse::<i64>().ok().map(Number::from);
                let number = whole.or_else(|| word.parse::<f64>().ok().and_then(Number::from_f64));
                number.filter(|_| word.starts_with(|first: char| first.is_ascii_digit() || first == '-')).map(Value::Number)
            }
        }
    }

    /// A blank cannot stand in a list of validators: it is written `\x20`.
    fn text(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut letters = self.rest.char_indices();
        while let Some((at, letter)) = letters.next() {
            match letter {
                '\\' => match letters.next()?.1 {
                    'n' => text.push('\n'),
                    't' => text.push('\t'),
                    'x' => {
                        let code: String = [letters.next()?.1, letters.next()?.1].into_iter().collect();
                        text.push(char::from(u8::from_str_radix(&code, 16).ok()?));
                    }
                    other => text.push(other),
                },
                letter if letter == quote => {
                    self.rest = self.rest.get(at + letter.len_utf8()..)?;
                    return Some(text);
                }
                letter => text.push(letter),
            }
        }
        None
    }
}

/// A value as Python shows it, which is what CKAN's messages hold.
pub fn python(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::String(text) => {
            let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
            let shown = text.replace('\\', "\\\\").replace(quote, &format!("\\{quote}")).replace('\n', "\\n");
            format!("{quote}{shown}{quote}")
        }
        Value::Array(items) => format!("[{}]", items.iter().map(python).collect::<Vec<_>>().join(", ")),
        Value::Object(members) => {
            let members: Vec<String> = members
                .iter()
                .map(|(key, value)| format!("{}: {}", python(&Value::String(key.clone())), python(value)))
                .collect();
            format!("{{{}}}", members.join(", "))
        }
        Value::Number(number) => number.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn arguments_are_pythons_literals_or_texts() {
        for (text, expected) in [
            ("name", json!(["name"])),
            ("hello,1", json!(["hello", "1"])),
            (r#""hello",1,None"#, json!(["hello", 1, null])),
            (r#""hello\x20world""#, json!(["hello world"])),
            ("[1,'a',True,2.5]", json!([[1, "a", true, 2.5]])),
            ("'a','b',", json!(["a", "b"])),
            ("[1", json!(["[1"])),
            ("", json!([""])),
        ] {
            assert_eq!(Value::Array(arguments(text)), expected, "{text}");
        }
        arguments(&"[".repeat(100_000));
    }

    #[test]
    fn values_are_shown_as_python_does() {
        assert_eq!(python(&json!(["it's", "a", true, null, 1, {"k": 1.5}])), r#"["it's", 'a', True, None, 1, {'k': 1.5}]"#);
    }
}

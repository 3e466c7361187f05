//! YAML as the reader of CKAN's extensions (PyYAML) understands it, which keeps to YAML 1.1 but for `y` and `n`.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor},
};
use serde_json::{Value, json};
use serde_saphyr::{DuplicateKeyPolicy, Spanned};

use crate::file::DEPTH;

/// Nodes of a file, those that aliases repeat counted each time.
const NODES: usize = 100_000;

/// Reads a text. Of a key that stands there twice the last one counts.
///
/// # Errors
/// What is wrong, and where.
pub fn read(text: &str) -> Result<Value, String> {
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! { max_depth: DEPTH + 8, max_nodes: NODES, max_events: 4 * NODES, max_aliases: 1_000 },
        duplicate_keys: DuplicateKeyPolicy::LastWins,
        // `yes`, `no`, `on` and `off` stay texts, of which `scalar` looks at those without quotes.
        strict_booleans: true,
        with_snippet: false,
    };
    let node: Spanned<Node> = serde_saphyr::from_str_with_options(text, options).map_err(|error| format!("no YAML: {error}"))?;
    Ok(value(node, text))
}

/// A value that still knows where it stands.
enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Object(Vec<(String, Spanned<Node>)>),
}

fn value(node: Spanned<Node>, text: &str) -> Value {
    let span = node.defined.span();
    match node.value {
        Node::List(items) => Value::Array(items.into_iter().map(|item| value(item, text)).collect()),
        Node::Object(members) => Value::Object(members.into_iter().map(|(key, member)| (key, value(member, text))).collect()),
        Node::Scalar(read) => {
            let begin = span.byte_offset().and_then(|at| usize::try_from(at).ok());
            let length = span.byte_len().and_then(|length| usize::try_from(length).ok());
            let written = begin.zip(length).and_then(|(begin, length)| text.get(begin..begin.saturating_add(length)));
            scalar(read, written.unwrap_or_default())
        }
    }
}

/// What a scalar says that is written so. Texts in quotes and in blocks (with their line ends) are never one of these words.
fn scalar(read: Value, written: &str) -> Value {
    match written {
        "yes" | "Yes" | "YES" | "on" | "On" | "ON" => json!(true),
        "no" | "No" | "NO" | "off" | "Off" | "OFF" => json!(false),
        // A number with zeros in front is octal; with other digits it is a text.
        number
            if read.is_number() && number.len() > 1 && number.starts_with('0') && number.bytes().all(|b| b.is_ascii_digit()) =>
        {
            i64::from_str_radix(number, 8).map_or_else(|_| json!(number), |octal| json!(octal))
        }
        _ => read,
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Node, E> {
        Ok(Node::Scalar(json!(flag)))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Node, E> {
        Ok(Node::Scalar(json!(number)))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Node, E> {
        Ok(Node::Scalar(json!(number)))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Node, E> {
        Ok(Node::Scalar(json!(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node, E> {
        Ok(Node::Scalar(json!(text)))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(item) = items.next_element()? {
            list.push(item);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Node, A::Error> {
        let mut object = Vec::new();
        while let Some(member) = members.next_entry()? {
            object.push(member);
        }
        Ok(Node::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scalars_say_what_they_say_to_pyyaml() {
        for (written, said) in [
            ("y", json!("y")),
            ("N", json!("N")),
            ("No", json!(false)),
            ("on", json!(true)),
            ("true", json!(true)),
            ("tRue", json!("tRue")),
            ("\"no\"", json!("no")),
            ("'yes'", json!("yes")),
            ("[yes, 'no', {y: off}]", json!([true, "no", {"y": false}])),
            ("010", json!(8)),
            ("'010'", json!("010")),
            ("08", json!("08")),
            ("0", json!(0)),
            ("10", json!(10)),
            ("-3", json!(-3)),
            ("1.5", json!(1.5)),
            ("~", Value::Null),
            ("", Value::Null),
        ] {
            assert_eq!(read(&format!("ы: {written}\n")), Ok(json!({"ы": said})), "{written}");
        }
        assert_eq!(read("a: 1\nb: &x no\na: *x\n"), Ok(json!({"a": false, "b": false})));
        assert_eq!(
            read("a: &x {c: off, d: 'off'}\nb:\n  <<: *x\n"),
            Ok(json!({"a": {"c": false, "d": "off"}, "b": {"c": false, "d": "off"}}))
        );
        assert_eq!(read("a: |\n  no\nb: >-\n  yes\n"), Ok(json!({"a": "no\n", "b": "yes"})));
    }
}

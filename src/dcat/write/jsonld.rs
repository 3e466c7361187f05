//! JSON-LD: an inline context of prefixes and one `@graph`; IRIs are never compacted, values never coerced, so that
//! every reader gets the same triples without fetching anything.

use crate::{
    graph::{Node, Object},
    vocab::PREFIXES,
};

pub(super) fn head(out: &mut String) {
    out.push_str("{\"@context\":{");
    let mut separator = "";
    for (prefix, namespace) in PREFIXES {
        for part in [separator, "\"", prefix, "\":\"", namespace, "\""] {
            out.push_str(part);
        }
        separator = ",";
    }
    out.push_str("},\n\"@graph\":[");
}

pub(super) fn tail(out: &mut String) {
    out.push_str("\n]}\n");
}

pub(super) fn node(out: &mut String, node: &Node<'_>) {
    let mut separator = "{";
    if let Some(iri) = &node.iri {
        out.push_str("{\"@id\":");
        string(out, iri);
        separator = ",";
    }
    if !node.types.is_empty() {
        out.push_str(separator);
        out.push_str("\"@type\":");
        list(out, node.types.iter(), |out, class| string(out, class));
        separator = ",";
    }
    // A key may stand only once in a JSON object.
    let mut sorted: Vec<&(&str, Object<'_>)> = node.properties.iter().collect();
    sorted.sort_by_key(|(property, _)| *property);
    let mut rest = sorted.as_slice();
    while let Some((property, _)) = rest.first().copied() {
        let run = rest.iter().take_while(|(other, _)| *other == *property).count();
        let (same, others) = rest.split_at(run);
        out.push_str(separator);
        string(out, property);
        out.push(':');
        list(out, same.iter(), |out, (_, value)| object(out, value));
        separator = ",";
        rest = others;
    }
    out.push_str(if separator == "{" { "{}" } else { "}" });
}

fn list<T>(out: &mut String, items: impl ExactSizeIterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    let many = items.len() != 1;
    out.push_str(if many { "[" } else { "" });
    for (at, item) in items.enumerate() {
        out.push_str(if at > 0 { "," } else { "" });
        write(out, item);
    }
    out.push_str(if many { "]" } else { "" });
}

fn object(out: &mut String, object: &Object<'_>) {
    match object {
        Object::Iri(iri) => {
            out.push_str("{\"@id\":");
            string(out, iri);
            out.push('}');
        }
        Object::Text(text) => string(out, text),
        Object::Tagged(text, tag) => value(out, text, "@language", tag),
        Object::Typed(text, datatype) => value(out, text, "@type", datatype),
        Object::Blank(inner) => node(out, inner),
    }
}

fn value(out: &mut String, text: &str, key: &str, qualifier: &str) {
    out.push_str("{\"@value\":");
    string(out, text);
    out.push(',');
    string(out, key);
    out.push(':');
    string(out, qualifier);
    out.push('}');
}

fn string(out: &mut String, text: &str) {
    out.push('"');
    super::escaped(out, text, |byte| match byte {
        b'"' => Some("\\\""),
        b'\\' => Some("\\\\"),
        b'\n' => Some("\\n"),
        b'\r' => Some("\\r"),
        b'\t' => Some("\\t"),
        _ => None,
    });
    out.push('"');
}

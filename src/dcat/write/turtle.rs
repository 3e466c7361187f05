//! Turtle: a node a paragraph, blank nodes in brackets.

use crate::{
    graph::{Node, Object},
    vocab::PREFIXES,
};

pub(super) fn head(out: &mut String) {
    for (prefix, namespace) in PREFIXES {
        for part in ["@prefix ", prefix, ": <", namespace, "> .\n"] {
            out.push_str(part);
        }
    }
}

pub(super) fn node(out: &mut String, node: &Node<'_>) {
    out.push_str("\n<");
    out.push_str(node.iri.as_deref().unwrap_or_default());
    out.push('>');
    properties(out, node, "\n  ");
    out.push_str(" .\n");
}

fn properties(out: &mut String, node: &Node<'_>, indent: &str) {
    let mut separator = " ";
    for class in node.types {
        out.push_str(separator);
        out.push_str(if separator == " " { "a " } else { "" });
        out.push_str(class);
        separator = ", ";
    }
    let mut last = "";
    for (property, value) in &node.properties {
        if last == *property {
            out.push_str(" , ");
        } else {
            let first = last.is_empty() && node.types.is_empty();
            out.push_str(if first { " " } else { " ;" });
            out.push_str(if first { "" } else { indent });
            out.push_str(property);
            out.push(' ');
        }
        last = property;
        object(out, value);
    }
}

fn object(out: &mut String, object: &Object<'_>) {
    match object {
        Object::Iri(iri) => {
            out.push('<');
            out.push_str(iri);
            out.push('>');
        }
        Object::Text(text) => quoted(out, text),
        Object::Tagged(text, tag) => {
            quoted(out, text);
            out.push('@');
            out.push_str(tag);
        }
        Object::Typed(text, datatype) => {
            quoted(out, text);
            out.push_str("^^");
            out.push_str(datatype);
        }
        Object::Blank(node) => {
            out.push('[');
            properties(out, node, " ");
            out.push_str(" ]");
        }
    }
}

fn quoted(out: &mut String, text: &str) {
    out.push('"');
    super::escaped(out, text, |byte| match byte {
        b'"' => Some("\\\""),
        b'\\' => Some("\\\\"),
        b'\n' => Some("\\n"),
        b'\r' => Some("\\r"),
        _ => None,
    });
    out.push('"');
}

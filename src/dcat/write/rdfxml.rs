//! RDF/XML: an element a node, named by its first class, blank nodes inside their property.

use crate::{
    graph::{Node, Object},
    vocab::{PREFIXES, split},
};

pub(super) fn head(out: &mut String) {
    out.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rdf:RDF");
    for (prefix, namespace) in PREFIXES {
        for part in ["\n  xmlns:", prefix, "=\"", namespace, "\""] {
            out.push_str(part);
        }
    }
    out.push_str(">\n");
}

pub(super) fn tail(out: &mut String) {
    out.push_str("</rdf:RDF>\n");
}

pub(super) fn node(out: &mut String, node: &Node<'_>) {
    let (name, more) = node.types.split_first().map_or(("rdf:Description", [].as_slice()), |(first, more)| (*first, more));
    out.push('<');
    out.push_str(name);
    if let Some(iri) = &node.iri {
        attribute(out, "rdf:about", iri);
    }
    out.push_str(">\n");
    for class in more {
        let (namespace, local) = split(class);
        for part in ["<rdf:type rdf:resource=\"", namespace, local, "\"/>\n"] {
            out.push_str(part);
        }
    }
    for (property, value) in &node.properties {
        object(out, property, value);
    }
    close(out, name);
}

fn object(out: &mut String, property: &str, object: &Object<'_>) {
    out.push('<');
    out.push_str(property);
    let text = match object {
        Object::Iri(iri) => {
            attribute(out, "rdf:resource", iri);
            out.push_str("/>\n");
            return;
        }
        Object::Blank(inner) => {
            out.push_str(">\n");
            node(out, inner);
            close(out, property);
            return;
        }
        Object::Text(text) => text,
        Object::Tagged(text, tag) => {
            attribute(out, "xml:lang", tag);
            text
        }
        Object::Typed(text, datatype) => {
            let (namespace, local) = split(datatype);
            for part in [" rdf:datatype=\"", namespace, local, "\""] {
                out.push_str(part);
            }
            text
        }
    };
    out.push('>');
    escape(out, text);
    close(out, property);
}

fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push_str(">\n");
}

fn attribute(out: &mut String, name: &str, value: &str) {
    out.push(' ');
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value);
    out.push('"');
}

fn escape(out: &mut String, text: &str) {
    super::escaped(out, text, |byte| match byte {
        b'&' => Some("&amp;"),
        b'<' => Some("&lt;"),
        b'>' => Some("&gt;"),
        b'"' => Some("&quot;"),
        b'\r' => Some("&#xD;"),
        _ => None,
    });
}

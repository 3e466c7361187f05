//! The graph of one dataset as a list of nodes with nested blank nodes. No blank node is ever named, so chunks of a
//! page cannot collide and nothing has to be remembered between them.
//!
//! Names of properties, classes and datatypes are compact (`dct:title`) and written by us alone; everything that a
//! publisher wrote has passed [`crate::value`] before it comes here.

use std::borrow::Cow;

/// A subject with its properties.
#[derive(Debug, Default)]
pub(crate) struct Node<'a> {
    /// A valid IRI; `None` for a blank node, which only stands inside another node.
    pub iri: Option<Cow<'a, str>>,
    /// Compact names of its classes; may be empty.
    pub types: &'static [&'static str],
    pub properties: Vec<(&'static str, Object<'a>)>,
}

/// What a property points to.
#[derive(Debug)]
pub(crate) enum Object<'a> {
    /// A valid IRI in full.
    Iri(Cow<'a, str>),
    /// A text without language.
    Text(Cow<'a, str>),
    /// A text in a language (a valid lower-case tag).
    Tagged(Cow<'a, str>, String),
    /// A lexical form that is valid for its datatype (a compact name).
    Typed(Cow<'a, str>, &'static str),
    /// A blank node.
    Blank(Node<'a>),
}

impl<'a> Node<'a> {
    pub(crate) fn new(iri: impl Into<Cow<'a, str>>, types: &'static [&'static str]) -> Self {
        Self { iri: Some(iri.into()), types, properties: Vec::new() }
    }

    pub(crate) fn blank(types: &'static [&'static str]) -> Self {
        Self { iri: None, types, properties: Vec::new() }
    }

    pub(crate) fn add(&mut self, property: &'static str, object: Object<'a>) {
        self.properties.push((property, object));
    }

    pub(crate) fn iri(&mut self, property: &'static str, iri: impl Into<Cow<'a, str>>) {
        self.add(property, Object::Iri(iri.into()));
    }

    /// Adds a text; characters that XML 1.0 cannot hold are dropped, and a text without content is left out.
    pub(crate) fn text(&mut self, property: &'static str, text: impl Into<Cow<'a, str>>) {
        let text = crate::value::clean(text.into());
        if !text.trim().is_empty() {
            self.add(property, Object::Text(text));
        }
    }

    pub(crate) fn typed(&mut self, property: &'static str, text: impl Into<Cow<'a, str>>, datatype: &'static str) {
        self.add(property, Object::Typed(text.into(), datatype));
    }

    /// Adds a blank node of one class with a label.
    pub(crate) fn labelled(&mut self, property: &'static str, types: &'static [&'static str], label: &'a str) {
        let mut blank = Node::blank(types);
        blank.text(if types.contains(&"skos:Concept") { "skos:prefLabel" } else { "rdfs:label" }, label);
        if !blank.properties.is_empty() {
            self.add(property, Object::Blank(blank));
        }
    }
}

//! What a document has said already: which IRIs are taken, and which shared things are described.

use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

use crate::{Site, graph::Node, value};

/// What an IRI stands for. Two roles on one node would break the rules of one of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Catalog,
    Dataset,
    Distribution,
    Agent,
}

/// The memory of a document; bounded by what the document holds.
pub(super) struct Shared {
    /// The catalog's IRI, the stem of all local ones.
    pub site: String,
    taken: HashMap<String, Role>,
    described: HashSet<(&'static str, String)>,
}

impl Shared {
    pub(super) fn new(site: &Site) -> Self {
        let site = site.iri();
        let taken = HashMap::from([(site.clone(), Role::Catalog)]);
        Self { site, taken, described: HashSet::new() }
    }

    /// True when the IRI was free and now stands for `role`.
    pub(super) fn claim(&mut self, iri: &str, role: Role) -> bool {
        if self.taken.contains_key(iri) {
            return false;
        }
        self.taken.insert(iri.to_owned(), role);
        true
    }

    pub(super) fn role(&self, iri: &str) -> Option<Role> {
        self.taken.get(iri).copied()
    }

    /// True for an IRI that only this portal hands out, or that belongs to a vocabulary.
    pub(super) fn is_reserved(&self, iri: &str) -> bool {
        let local = iri.strip_prefix(self.site.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '#', '?']));
        local
            || iri.starts_with(crate::vocab::AUTHORITY)
            || iri.starts_with("http://www.iana.org/assignments/media-types/")
            || crate::vocab::PREFIXES.iter().any(|(_, namespace)| iri.starts_with(namespace))
    }

    /// A local IRI: the site, then the parts, each one encoded as a segment.
    pub(super) fn local(&self, parts: &[&str]) -> String {
        let mut iri = self.site.clone();
        for part in parts {
            iri.push('/');
            value::push_encoded(&mut iri, part);
        }
        iri
    }

    /// Describes a thing of one class once a document, if `iri` is none of our main nodes' business.
    pub(super) fn describe<'a>(
        &mut self,
        nodes: &mut Vec<Node<'a>>,
        iri: &str,
        types: &'static [&'static str],
        fill: impl FnOnce(&mut Node<'a>),
    ) {
        let class = types.first().copied().unwrap_or_default();
        if self.described.insert((class, iri.to_owned())) {
            let mut node = Node::new(iri.to_owned(), types);
            fill(&mut node);
            nodes.push(node);
        }
    }

    /// Points to a thing of a class and describes it by its class alone.
    pub(super) fn link<'a>(
        &mut self,
        nodes: &mut Vec<Node<'a>>,
        node: &mut Node<'a>,
        (property, types, iri): (&'static str, &'static [&'static str], impl Into<Cow<'a, str>>),
    ) {
        let iri = iri.into();
        self.describe(nodes, &iri, types, |_| {});
        node.iri(property, iri);
    }

    /// Points to a concept with a label; without one the end of its IRI is the label.
    pub(super) fn concept<'a>(
        &mut self,
        nodes: &mut Vec<Node<'a>>,
        node: &mut Node<'a>,
        (property, iri, label): (&'static str, String, Option<&str>),
    ) {
        self.describe(nodes, &iri, &["skos:Concept"], |concept| {
            let end = iri.trim_end_matches('/').rsplit(['/', '#']).next().unwrap_or(&iri);
            let label = label.filter(|text| !value::clean((*text).into()).trim().is_empty()).unwrap_or(end);
            concept.text("skos:prefLabel", if label.is_empty() { iri.clone() } else { label.to_owned() });
        });
        node.iri(property, iri);
    }
}

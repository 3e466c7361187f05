//! Writing a catalog: a head, then a chunk a dataset, then a tail, so that a page never lies in memory as a graph.
//!
//! What a page says of shared things (organizations, themes, licences) it says once. Two datasets that claim one IRI
//! must never melt into one node: the second one gets its local IRI.

mod agent;
mod catalog;
mod dataset;
pub mod dcat_us;
mod distribution;
mod jsonld;
mod place;
mod rdfxml;
mod schemaorg;
mod service;
mod shared;
mod turtle;

use base::{Error, Result, limits, time::Stamp};
use model::Package;

use crate::{Format, Page, Site, graph::Node, value};
use shared::Shared;

pub use schemaorg::schemaorg;

/// One dataset as a document of its own.
///
/// # Errors
/// Internal, when the document grows beyond its bound.
pub fn dataset(package: &Package, site: &Site, format: Format) -> Result<Vec<u8>> {
    let mut shared = Shared::new(site);
    let mut text = String::with_capacity(8 * 1024);
    start(format, &mut text);
    let (_, nodes) = dataset::nodes(package, &mut shared);
    Body { format, first: true }.append(&mut text, &nodes)?;
    finish(format, &mut text);
    Ok(text.into_bytes())
}

/// The IRI under which a dataset is published: the extra `uri` when it is one, else `<site>/dataset/<id>`.
#[must_use]
pub fn dataset_iri(package: &Package, site: &Site) -> String {
    dataset::iri(package, &mut Shared::new(site)).unwrap_or_default()
}

/// A page of the catalog, piece by piece.
pub struct CatalogWriter {
    shared: Shared,
    body: Body,
    head: Option<String>,
}

impl CatalogWriter {
    /// Starts a document. `modified` is the time of the latest change of any dataset; without a page there is no
    /// Hydra node. The head comes with the first chunk.
    #[must_use]
    pub fn new(format: Format, site: &Site, page: Option<&Page>, modified: Option<Stamp>) -> Self {
        let mut shared = Shared::new(site);
        let mut body = Body { format, first: true };
        let mut text = String::with_capacity(8 * 1024);
        start(format, &mut text);
        for node in catalog::nodes(site, page, modified, &mut shared) {
            body.node(&mut text, &node);
        }
        Self { shared, body, head: Some(text) }
    }

    /// The bytes of one more dataset; only the head or nothing for a dataset that the page has already.
    ///
    /// # Errors
    /// Internal, when the dataset grows beyond its bound. The page stays whole: leave the dataset out and go on.
    pub fn dataset(&mut self, package: &Package) -> Result<Vec<u8>> {
        let (iri, nodes) = dataset::nodes(package, &mut self.shared);
        let mut text = String::with_capacity(8 * 1024);
        if let Some(iri) = iri {
            let mut body = Body { ..self.body };
            let mut link = Node::new(self.shared.site.as_str(), &[]);
            link.iri("dcat:dataset", iri);
            body.append(&mut text, &nodes)?;
            body.node(&mut text, &link);
            self.body = body;
        }
        let mut out = self.head.take().unwrap_or_default();
        out.push_str(&text);
        Ok(out.into_bytes())
    }

    /// The rest of the document.
    #[must_use]
    pub fn finish(mut self) -> Vec<u8> {
        let mut text = self.head.take().unwrap_or_default();
        finish(self.body.format, &mut text);
        text.into_bytes()
    }
}

/// Where in a document we are.
#[derive(Clone, Copy)]
struct Body {
    format: Format,
    /// JSON-LD: no comma before the first node.
    first: bool,
}

impl Body {
    fn append(&mut self, out: &mut String, nodes: &[Node<'_>]) -> Result<()> {
        for node in nodes {
            self.node(out, node);
            if out.len() > 8 * limits::DOCUMENT_BYTES {
                return Err(Error::internal("a dataset is too large to be written as RDF"));
            }
        }
        Ok(())
    }

    fn node(&mut self, out: &mut String, node: &Node<'_>) {
        match self.format {
            Format::Turtle | Format::N3 => turtle::node(out, node),
            Format::RdfXml => rdfxml::node(out, node),
            Format::JsonLd => {
                out.push_str(if self.first { "\n" } else { ",\n" });
                jsonld::node(out, node);
            }
        }
        self.first = false;
    }
}

fn start(format: Format, out: &mut String) {
    match format {
        Format::Turtle | Format::N3 => turtle::head(out),
        Format::RdfXml => rdfxml::head(out),
        Format::JsonLd => jsonld::head(out),
    }
}

fn finish(format: Format, out: &mut String) {
    match format {
        Format::Turtle | Format::N3 => {}
        Format::RdfXml => rdfxml::tail(out),
        Format::JsonLd => jsonld::tail(out),
    }
}

/// Appends `text` with the bytes that `escape` knows replaced. It may only know ASCII.
fn escaped(out: &mut String, text: &str, escape: impl Fn(u8) -> Option<&'static str>) {
    let mut rest = text;
    while let Some((at, replacement)) = rest.bytes().enumerate().find_map(|(at, byte)| escape(byte).map(|with| (at, with))) {
        out.push_str(rest.get(..at).unwrap_or_default());
        out.push_str(replacement);
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
}

/// An extra's value without blanks around it, if it says anything.
fn extra<'a>(package: &'a Package, key: &str) -> Option<&'a str> {
    let extra = package.extras.iter().find(|extra| extra.key == key)?;
    Some(extra.value.trim()).filter(|value| !value.is_empty())
}

/// The first text that says anything.
fn first<'a>(texts: impl IntoIterator<Item = Option<&'a str>>) -> Option<&'a str> {
    texts.into_iter().flatten().find(|text| value::says_something(text))
}

/// Adds the texts of a translated field as tagged literals; `false` when there is none.
fn translated<'a>(node: &mut Node<'a>, property: &'static str, texts: impl Iterator<Item = (&'a str, &'a str)>) -> bool {
    let before = node.properties.len();
    for (language, text) in texts.take(50) {
        let text = value::clean(text.into());
        if text.trim().is_empty() {
            continue;
        }
        node.add(
            property,
            match value::language(language) {
                Some(tag) => crate::graph::Object::Tagged(text, tag),
                None => crate::graph::Object::Text(text),
            },
        );
    }
    node.properties.len() > before
}

#[cfg(test)]
mod tests;

//! The catalog's own nodes: what the portal is, who runs it, and which page this is.

use base::time::Stamp;

use super::{agent, first, shared::Shared};
use crate::{Page, Site, graph::Node, value, vocab};

pub(super) fn nodes<'a>(site: &'a Site, page: Option<&Page>, modified: Option<Stamp>, shared: &mut Shared) -> Vec<Node<'a>> {
    let mut nodes = Vec::new();
    let iri = shared.site.clone();
    let title = first([Some(site.title.as_str()), Some(site.url.as_str())]).unwrap_or("CKAN");
    let mut catalog = Node::new(iri.clone(), &["dcat:Catalog"]);
    catalog.text("dct:description", first([Some(site.description.as_str())]).unwrap_or(title));
    shared.link(&mut nodes, &mut catalog, ("foaf:homepage", &["foaf:Document"], format!("{iri}/")));
    for language in site.languages.iter().filter_map(|language| vocab::language(language)) {
        shared.link(
            &mut nodes,
            &mut catalog,
            ("dct:language", &["dct:LinguisticSystem"], vocab::authority("language", language)),
        );
    }
    if let Some(modified) = modified.and_then(value::stamp) {
        catalog.typed("dct:modified", modified, "xsd:dateTime");
    }
    let taxonomy = vocab::AUTHORITY.to_owned() + "data-theme";
    shared.describe(&mut nodes, &taxonomy, &["skos:ConceptScheme"], |scheme| scheme.text("dct:title", "Data theme"));
    catalog.iri("dcat:themeTaxonomy", taxonomy);
    agent::portal(site, title, shared, &mut nodes, &mut catalog);
    catalog.text("dct:title", title);
    nodes.insert(0, catalog);
    if let Some(page) = page {
        nodes.push(hydra(page));
    }
    nodes
}

/// The page in both dialects of Hydra that harvesters read.
fn hydra(page: &Page) -> Node<'static> {
    let mut node = Node::new(page.link(page.number), &["hydra:PagedCollection", "hydra:PartialCollectionView"]);
    node.typed("hydra:totalItems", page.total.to_string(), "xsd:integer");
    node.typed("hydra:itemsPerPage", page.per_page.to_string(), "xsd:integer");
    for (new, old, link) in [
        ("hydra:first", "hydra:firstPage", Some(page.first())),
        ("hydra:next", "hydra:nextPage", page.next()),
        ("hydra:previous", "hydra:previousPage", page.previous()),
        ("hydra:last", "hydra:lastPage", page.last()),
    ] {
        if let Some(link) = link {
            node.iri(new, link.clone());
            node.iri(old, link);
        }
    }
    node
}

//! The services that give access to a distribution, from the key `access_services`: a list, or a list as JSON text.

use std::borrow::Cow;

use model::Resource;
use serde_json::Value;

use super::{first, shared::Shared};
use crate::{
    graph::{Node, Object},
    value,
};

/// As many services of a distribution are written.
const MOST: usize = 20;

/// Writes each service that has an address as a blank node; one without a title is called by its address.
pub(super) fn all<'a>(resource: &'a Resource, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    let services: Cow<'a, [Value]> = match resource.extras.get("access_services") {
        Some(Value::Array(services)) => Cow::Borrowed(services),
        Some(Value::String(text)) => serde_json::from_str(text).map_or(Cow::Borrowed(&[]), Cow::Owned),
        _ => return,
    };
    for service in services.iter().take(MOST) {
        let addresses = texts(service, "endpoint_url");
        let Some(address) = addresses.first() else { continue };
        let mut blank = Node::blank(&["dcat:DataService"]);
        let title = texts(service, "title").into_iter().next();
        blank.text("dct:title", first([title.as_deref()]).unwrap_or(address).to_owned());
        for text in texts(service, "description") {
            blank.text("dct:description", text);
        }
        let mut linked = false;
        for (key, property) in [("endpoint_url", "dcat:endpointURL"), ("endpoint_description", "dcat:endpointDescription")] {
            for text in texts(service, key) {
                if let Some(iri) = value::iri(&text) {
                    shared.link(nodes, &mut blank, (property, &["rdfs:Resource"], iri.into_owned()));
                    linked |= key == "endpoint_url";
                }
            }
        }
        if linked {
            node.add("dcat:accessService", Object::Blank(blank));
        }
    }
}

/// The texts of a key that holds one or many.
fn texts(service: &Value, key: &str) -> Vec<String> {
    match service.get(key) {
        Some(Value::String(text)) => vec![text.clone()],
        Some(Value::Array(items)) => items.iter().filter_map(Value::as_str).map(str::to_owned).take(MOST).collect(),
        _ => Vec::new(),
    }
}

//! A dataset in schema.org's words, for search engines: JSON-LD alone.

use base::{Error, Result};
use model::Package;
use serde_json::{Map, Value, json};

use super::dataset_iri;
use crate::{Site, value};

/// The dataset as a `schema:Dataset`. What is not given is left out.
///
/// # Errors
/// Internal, if it cannot be serialised.
pub fn schemaorg(package: &Package, site: &Site) -> Result<Vec<u8>> {
    let time = |time: Option<base::time::Stamp>| time.map_or(Value::Null, |time| json!(time.to_string()));
    let downloads = package.resources.iter().map(|resource| {
        thing(json!({
            "@type": "schema:DataDownload",
            "schema:name": resource.name,
            "schema:description": resource.description,
            "schema:contentUrl": value::iri(&resource.url),
            "schema:encodingFormat": resource.mimetype.as_deref().filter(|kind| !kind.is_empty()).unwrap_or(&resource.format),
            "schema:contentSize": resource.size.map(|size| size.to_string()),
            "schema:datePublished": time(resource.created),
            "schema:dateModified": time(resource.last_modified.or(resource.metadata_modified)),
        }))
    });
    let publisher = package.organization.as_ref().map(|organization| {
        thing(json!({
            "@type": "schema:Organization",
            "schema:name": organization.title,
            "schema:url": format!("{}/organization/{}", site.url, organization.name),
        }))
    });
    let node = thing(json!({
        "@id": dataset_iri(package, site),
        "@type": "schema:Dataset",
        "schema:name": package.title,
        "schema:description": package.notes,
        "schema:url": format!("{}/dataset/{}", site.url, package.name),
        "schema:identifier": package.id,
        "schema:version": package.version,
        "schema:license": package.license_url.as_ref().or(package.license_title.as_ref()),
        "schema:keywords": package.tags.iter().map(|tag| tag.name.as_str()).collect::<Vec<_>>(),
        "schema:datePublished": time(package.metadata_created),
        "schema:dateModified": time(package.metadata_modified),
        "schema:publisher": publisher,
        "schema:distribution": downloads.collect::<Vec<_>>(),
        "schema:includedInDataCatalog": {"@type": "schema:DataCatalog", "schema:name": site.title, "schema:url": site.url},
    }));
    let document = json!({"@context": {"schema": "http://schema.org/"}, "@graph": [node]});
    serde_json::to_vec_pretty(&document).map_err(Error::internal)
}

/// A node without what is empty.
pub(super) fn thing(node: Value) -> Value {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    match node {
        Value::Object(node) => Value::Object(node.into_iter().filter(|(_, value)| !is_empty(value)).collect::<Map<_, _>>()),
        other => other,
    }
}

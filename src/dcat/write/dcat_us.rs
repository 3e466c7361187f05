//! The catalog as DCAT-US 1.1 has it (Project Open Data): one JSON document, dataset by dataset.
//!
//! What that schema requires is always there; what else is not given is left out.

use base::{Error, Result, time::Stamp};
use model::{Package, Resource};
use serde_json::{Value, json};

use super::{dataset_iri, schemaorg::thing};
use crate::{Site, value};

const SCHEMA: &str = "https://project-open-data.cio.gov/v1.1/schema";

/// The document up to the first dataset. Datasets follow, with commas between them, then [`END`].
#[must_use]
pub fn begin(site: &Site) -> String {
    format!(
        "{{\"@context\": \"{SCHEMA}/catalog.jsonld\",\n\"@id\": {},\n\"@type\": \"dcat:Catalog\",\n\"conformsTo\": \"{SCHEMA}\",\n\
         \"describedBy\": \"{SCHEMA}/catalog.json\",\n\"dataset\": [",
        json!(format!("{}/data.json", site.iri()))
    )
}

/// What closes the document.
pub const END: &str = "\n]}\n";

/// One dataset.
///
/// # Errors
/// Internal, if it cannot be serialised.
pub fn dataset(package: &Package, site: &Site) -> Result<String> {
    let given = |text: &Option<String>| text.clone().filter(|text| !text.trim().is_empty());
    let title = if package.title.trim().is_empty() { &package.name } else { &package.title };
    let publisher = package.organization.as_ref().map(|organization| organization.title.trim());
    let publisher = publisher.filter(|name| !name.is_empty()).unwrap_or(&site.title).to_owned();
    let email = given(&package.maintainer_email).or_else(|| given(&package.author_email));
    let contact = given(&package.maintainer).or_else(|| given(&package.author)).unwrap_or_else(|| publisher.clone());
    let groups: Vec<&str> = package.groups.iter().map(|group| group.title.as_str()).filter(|title| !title.is_empty()).collect();
    let mut keywords: Vec<&str> = package.tags.iter().map(|tag| tag.name.as_str()).collect();
    if keywords.is_empty() {
        keywords = if groups.is_empty() { vec![&publisher] } else { groups.clone() };
    }
    let node = thing(json!({
        "@type": "dcat:Dataset",
        "identifier": dataset_iri(package, site),
        "title": title,
        "description": given(&package.notes).as_ref().unwrap_or(title),
        "keyword": keywords,
        "modified": time(package.metadata_modified),
        "issued": time(package.metadata_created),
        "publisher": {"@type": "org:Organization", "name": publisher},
        "contactPoint": thing(json!({
            "@type": "vcard:Contact",
            "fn": contact,
            "hasEmail": email.map(|email| format!("mailto:{}", email.trim().trim_start_matches("mailto:"))),
        })),
        "accessLevel": "public",
        "license": package.license_url.as_deref().and_then(value::iri),
        "landingPage": format!("{}/dataset/{}", site.iri(), package.name),
        "theme": groups,
        "distribution": package.resources.iter().map(distribution).collect::<Vec<_>>(),
    }));
    serde_json::to_string(&node).map_err(Error::internal)
}

/// The schema wants a media type for what is downloaded; where none is known, the address is one to look at.
fn distribution(resource: &Resource) -> Value {
    let kind = resource.mimetype.as_deref().filter(|kind| !kind.is_empty());
    let address = if kind.is_some() { "downloadURL" } else { "accessURL" };
    thing(json!({
        "@type": "dcat:Distribution",
        "title": resource.name,
        "description": resource.description,
        "format": resource.format,
        "mediaType": kind,
        address: value::iri(&resource.url),
    }))
}

fn time(time: Option<Stamp>) -> Value {
    time.map_or(Value::Null, |time| json!(format!("{time}Z")))
}

//! The resources of a dataset as distributions.

use std::borrow::Cow;

use model::{Package, Resource};
use serde_json::Value;

use super::{
    dataset::{self, Word, listed, local_id},
    first, service,
    shared::{Role, Shared},
    translated,
};
use crate::{
    graph::{Node, Object},
    value, vocab,
};

pub(super) fn all<'a>(package: &'a Package, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    for (position, resource) in package.resources.iter().enumerate() {
        let position = position.to_string();
        let id = first([Some(resource.id.as_str())]).unwrap_or(&position);
        let local = shared.local(&["dataset", local_id(package), "resource", id]);
        let own = field(resource, "uri")
            .filter(|uri| !uri.eq_ignore_ascii_case("none"))
            .and_then(value::iri)
            .filter(|uri| !shared.is_reserved(uri))
            .map(Cow::into_owned);
        let again = format!("{local}#{position}");
        let Some(iri) = own.into_iter().chain([local.clone(), again]).find(|iri| shared.claim(iri, Role::Distribution)) else {
            continue;
        };
        node.iri("dcat:distribution", iri.clone());
        let mut distribution = Node::new(iri, &["dcat:Distribution"]);
        distribution.properties.reserve(16);
        one(package, resource, shared, nodes, &mut distribution, local);
        nodes.push(distribution);
    }
}

/// A text of a resource's own keys that says anything.
fn field<'a>(resource: &'a Resource, key: &str) -> Option<&'a str> {
    resource.extras.get(key).and_then(Value::as_str).map(str::trim).filter(|text| !text.is_empty())
}

fn one<'a>(
    package: &'a Package,
    resource: &'a Resource,
    shared: &mut Shared,
    nodes: &mut Vec<Node<'a>>,
    node: &mut Node<'a>,
    page: String,
) {
    for (property, plain, key) in [
        ("dct:title", resource.name.as_deref(), "name_translated"),
        ("dct:description", resource.description.as_deref(), "description_translated"),
    ] {
        let texts = resource.extras.get(key).and_then(Value::as_object).into_iter().flatten();
        let texts = texts.filter_map(|(language, text)| Some((language.as_str(), text.as_str()?)));
        if !translated(node, property, texts)
            && let Some(text) = first([plain])
        {
            node.text(property, text);
        }
    }
    addresses(resource, shared, nodes, node, page);
    formats(resource, shared, nodes, node);
    license(package, resource, shared, nodes, node);
    dates(resource, node);
    checksum(resource, shared, nodes, node);
    if let Some(size) = resource.size.filter(|size| *size >= 0) {
        node.typed("dcat:byteSize", size.to_string(), "xsd:nonNegativeInteger");
    }
    rest(resource, shared, nodes, node);
}

fn addresses<'a>(resource: &'a Resource, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>, page: String) {
    let url = value::iri(&resource.url).or_else(|| {
        let path = resource.url.trim();
        let local = path.starts_with('/') && !path.starts_with("//");
        local.then(|| value::iri(&format!("{}{path}", shared.site)).map(|iri| Cow::Owned(iri.into_owned())))?
    });
    let access = field(resource, "access_url").and_then(value::iri).or_else(|| url.clone()).unwrap_or(Cow::Owned(page));
    shared.link(nodes, node, ("dcat:accessURL", &["rdfs:Resource"], access));
    let download = field(resource, "download_url").and_then(value::iri).or_else(|| url.filter(|url| is_file(resource, url)));
    if let Some(download) = download {
        shared.link(nodes, node, ("dcat:downloadURL", &["rdfs:Resource"], download));
    }
}

/// True when the address is that of a file and not of a page or service.
fn is_file(resource: &Resource, url: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let name = path.splitn(4, '/').nth(3).and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    resource.url_type.as_deref() == Some("upload")
        || extension.and_then(vocab::file_type).is_some_and(|(code, _)| !matches!(code, "HTML" | "XHTML"))
}

fn formats<'a>(resource: &'a Resource, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    let last = |text: &'a str| text.strip_prefix("http://publications.europa.eu/resource/authority/file-type/").unwrap_or(text);
    let format = first([Some(resource.format.as_str())]).map(last);
    let mime = first([resource.mimetype.as_deref()]);
    let known = format.or(mime).and_then(vocab::file_type);
    if let Some((code, _)) = known {
        let iri = vocab::authority("file-type", code);
        shared.link(nodes, node, ("dct:format", &["dct:MediaTypeOrExtent"], iri));
    } else if let Some(format) = format {
        match value::iri(format) {
            Some(iri) => shared.link(nodes, node, ("dct:format", &["dct:MediaTypeOrExtent"], iri)),
            None => node.labelled("dct:format", &["dct:MediaTypeOrExtent"], format),
        }
    }
    let guessed = known.map(|(_, media)| media).filter(|media| !media.is_empty());
    if let Some(media) = mime.and_then(media_type).or_else(|| format.and_then(media_type)).or(guessed.map(str::to_owned)) {
        media_link(shared, nodes, node, "dcat:mediaType", &media);
    }
    for (property, key) in [("dcat:compressFormat", "compress_format"), ("dcat:packageFormat", "package_format")] {
        let text = field(resource, key);
        let media = text.and_then(|text| media_type(text).or_else(|| vocab::file_type(text).map(|(_, media)| media.to_owned())));
        if let Some(media) = media.filter(|media| !media.is_empty()) {
            media_link(shared, nodes, node, property, &media);
        }
    }
}

fn media_link<'a>(shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>, property: &'static str, media: &str) {
    let iri = format!("http://www.iana.org/assignments/media-types/{media}");
    shared.link(nodes, node, (property, &["dct:MediaType"], iri));
}

/// `type/subtype` of a media type, bare or as IANA's address, without parameters; only IANA's top-level types.
fn media_type(text: &str) -> Option<String> {
    let text = text.rsplit_once("/assignments/media-types/").map_or(text, |(_, end)| end);
    let text = text.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let (top, sub) = text.split_once('/')?;
    let known = ["application", "audio", "font", "haptics", "image", "message", "model", "multipart", "text", "video"];
    let token = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    (known.contains(&top) && !sub.is_empty() && sub.len() <= 127 && sub.chars().all(token)).then_some(text)
}

/// The resource's licence, else the dataset's: an address, a word that CKAN knows, or a label.
fn license<'a>(
    package: &'a Package,
    resource: &'a Resource,
    shared: &mut Shared,
    nodes: &mut Vec<Node<'a>>,
    node: &mut Node<'a>,
) {
    let own = field(resource, "license");
    let id = first([package.license_id.as_deref()]);
    let title = first([package.license_title.as_deref()]);
    let of_word = |word: &str| vocab::license(word).map(Cow::Borrowed);
    let iri = match own {
        Some(text) => value::iri(text).or_else(|| of_word(text)),
        None => (package.license_url.as_deref().and_then(value::iri))
            .or_else(|| id.and_then(|id| of_word(id).or_else(|| value::iri(id))))
            .or_else(|| title.and_then(of_word)),
    };
    match (iri, own.or(title).or(id)) {
        (Some(iri), _) => shared.link(nodes, node, ("dct:license", &["dct:LicenseDocument"], iri)),
        (None, Some(label)) if own.is_some() || id != Some("notspecified") => {
            node.labelled("dct:license", &["dct:LicenseDocument"], label);
        }
        _ => {}
    }
}

fn dates(resource: &Resource, node: &mut Node<'_>) {
    for (property, key, own) in [
        ("dct:issued", "issued", resource.created),
        ("dct:modified", "modified", resource.last_modified.or(resource.metadata_modified)),
    ] {
        let date = field(resource, key).and_then(value::date);
        if let Some((text, datatype)) = date.or_else(|| Some((value::stamp(own?)?, "xsd:dateTime"))) {
            node.typed(property, text, datatype);
        }
    }
}

/// The checksum: `hash` bare or as `algorithm:hash`, with `hash_algorithm` or what its length says.
fn checksum<'a>(resource: &'a Resource, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    let (prefix, sum) =
        resource.hash.trim().split_once(':').map_or((None, resource.hash.trim()), |(name, sum)| (Some(name), sum));
    if sum.is_empty() || !sum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return;
    }
    let named = prefix.or_else(|| field(resource, "hash_algorithm")).and_then(vocab::algorithm);
    let name = match named {
        Some((name, length)) if length == sum.len() => Some(name),
        _ => vocab::algorithm_of_length(sum.len()),
    };
    if let Some(name) = name {
        let mut blank = Node::blank(&["spdx:Checksum"]);
        let iri = format!("http://spdx.org/rdf/terms#checksumAlgorithm_{name}");
        shared.link(nodes, &mut blank, ("spdx:algorithm", &["spdx:ChecksumAlgorithm"], iri));
        blank.typed("spdx:checksumValue", sum.to_ascii_lowercase(), "xsd:hexBinary");
        node.add("spdx:checksum", Object::Blank(blank));
    }
}

fn rest<'a>(resource: &'a Resource, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    if resource.extras.is_empty() {
        return;
    }
    for (key, property, list) in
        [("status", "adms:status", "distribution-status"), ("availability", "dcatap:availability", "planned-availability")]
    {
        if let Some(text) = field(resource, key) {
            listed(shared, nodes, node, Word { property, types: &["skos:Concept"], list, text }, |word| vocab::stage(list, word));
        }
    }
    if let Some(text) = field(resource, "rights") {
        listed(
            shared,
            nodes,
            node,
            Word { property: "dct:rights", types: &["dct:RightsStatement"], list: "access-right", text },
            |_| None,
        );
    }
    for language in field(resource, "language").map(value::list).unwrap_or_default() {
        if let Some(code) = language.rsplit('/').next().and_then(vocab::language) {
            shared.link(nodes, node, ("dct:language", &["dct:LinguisticSystem"], vocab::authority("language", code)));
        }
    }
    for (key, property, types) in [
        ("documentation", "foaf:page", ["foaf:Document"].as_slice()),
        ("conforms_to", "dct:conformsTo", &["dct:Standard"]),
        ("applicable_legislation", "dcatap:applicableLegislation", &["eli:LegalResource"]),
    ] {
        for text in field(resource, key).map(value::list).unwrap_or_default() {
            if let Some(iri) = value::iri(&text) {
                shared.link(nodes, node, (property, types, iri.into_owned()));
            }
        }
    }
    dataset::resolution(|key| field(resource, key), node);
    service::all(resource, shared, nodes, node);
}

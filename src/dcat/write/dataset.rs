//! A dataset and all that hangs on it.

use std::borrow::Cow;

use model::Package;
use serde_json::Value;

use super::{
    agent, distribution, extra, first, place,
    shared::{Role, Shared},
    translated,
};
use crate::{
    graph::{Node, Object},
    value, vocab,
};

/// Keywords of a language.
const KEYWORDS: usize = 1_000;

/// The nodes of a dataset, itself first, and its IRI; nothing when the document holds this dataset already.
pub(super) fn nodes<'a>(package: &'a Package, shared: &mut Shared) -> (Option<String>, Vec<Node<'a>>) {
    let Some(iri) = iri(package, shared) else { return (None, Vec::new()) };
    let mut nodes = Vec::with_capacity(16);
    let mut node = Node::new(iri.clone(), &["dcat:Dataset"]);
    node.properties.reserve(32);
    texts(package, &mut node);
    dates(package, &mut node);
    keywords_and_themes(package, shared, &mut nodes, &mut node);
    agent::of_dataset(package, shared, &mut nodes, &mut node);
    agent::contact(package, &mut node);
    place::spatial(package, shared, &mut nodes, &mut node);
    place::temporal(package, &mut node);
    words(package, shared, &mut nodes, &mut node);
    links(package, shared, &mut nodes, &mut node);
    distribution::all(package, shared, &mut nodes, &mut node);
    nodes.insert(0, node);
    (Some(iri), nodes)
}

/// The dataset's IRI, claimed for it: the extra `uri` unless somebody else may hand it out, else the local one.
pub(super) fn iri(package: &Package, shared: &mut Shared) -> Option<String> {
    let local = shared.local(&["dataset", local_id(package)]);
    let own = extra(package, "uri")
        .filter(|uri| !uri.eq_ignore_ascii_case("none"))
        .and_then(value::iri)
        .filter(|uri| *uri == local || !shared.is_reserved(uri))
        .map(Cow::into_owned);
    own.into_iter().chain([local]).find(|iri| shared.claim(iri, Role::Dataset))
}

pub(super) fn local_id(package: &Package) -> &str {
    first([Some(package.id.as_str()), Some(package.name.as_str())]).unwrap_or("unnamed")
}

fn texts<'a>(package: &'a Package, node: &mut Node<'a>) {
    let title = first([Some(package.title.as_str()), Some(package.name.as_str())]).unwrap_or_else(|| local_id(package));
    let titles = package.title_translated.iter().map(|(language, text)| (language.as_str(), text.as_str()));
    if !translated(node, "dct:title", titles) {
        node.text("dct:title", title);
    }
    let notes = package.notes_translated.iter().map(|(language, text)| (language.as_str(), text.as_str()));
    if !translated(node, "dct:description", notes) {
        match first([package.notes.as_deref()]) {
            Some(notes) => node.text("dct:description", notes),
            // DCAT-AP asks for a description: the title says at least something.
            None => {
                let titles = package.title_translated.iter().map(|(language, text)| (language.as_str(), text.as_str()));
                if !translated(node, "dct:description", titles) {
                    node.text("dct:description", title);
                }
            }
        }
    }
    let identifier = first([extra(package, "identifier"), extra(package, "guid")]).unwrap_or_else(|| local_id(package));
    node.text("dct:identifier", identifier);
    if let Some(version) = first([package.version.as_deref(), extra(package, "dcat_version")]) {
        node.text("dcat:version", version);
    }
    let notes = texts_of(package, "version_notes").filter_map(|(language, text)| Some((language, text.as_str()?)));
    if !translated(node, "adms:versionNotes", notes)
        && let Some(notes) = extra(package, "version_notes")
    {
        node.text("adms:versionNotes", notes);
    }
}

/// What a field of the site's own says in each language.
fn texts_of<'a>(package: &'a Package, field: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let texts = package.fields.get(field).and_then(Value::as_object).into_iter().flatten();
    texts.map(|(language, text)| (language.as_str(), text))
}

/// When it was issued and modified: the publisher's dates if they can be read, else the catalog's own.
fn dates(package: &Package, node: &mut Node<'_>) {
    for (property, key, own) in
        [("dct:issued", "issued", package.metadata_created), ("dct:modified", "modified", package.metadata_modified)]
    {
        let date = extra(package, key).and_then(value::date);
        if let Some((text, datatype)) = date.or_else(|| Some((value::stamp(own?)?, "xsd:dateTime"))) {
            node.typed(property, text, datatype);
        }
    }
}

fn keywords_and_themes<'a>(package: &'a Package, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    for tag in &package.tags {
        node.text("dcat:keyword", tag.name.as_str());
    }
    for (language, words) in ["keywords", "tags_translated"].iter().flat_map(|field| texts_of(package, field)) {
        let words = words.as_array().into_iter().flatten().filter_map(Value::as_str).take(KEYWORDS);
        for word in words {
            translated(node, "dcat:keyword", std::iter::once((language, word)));
        }
    }
    let mut codes: Vec<&str> = Vec::new();
    for word in extra(package, "theme").map(value::list).unwrap_or_default() {
        let code =
            vocab::theme(word.strip_prefix("http://publications.europa.eu/resource/authority/data-theme/").unwrap_or(&word));
        match (code, value::iri(&word)) {
            (Some(code), iri) if iri.is_none() || word.starts_with(vocab::AUTHORITY) => codes.push(code),
            (_, Some(iri)) => shared.concept(nodes, node, ("dcat:theme", iri.into_owned(), None)),
            _ => {}
        }
    }
    for group in &package.groups {
        let title = first([Some(group.title.as_str()), Some(group.display_name.as_str()), Some(group.name.as_str())]);
        if let Some(code) = vocab::theme(&group.name).or_else(|| vocab::theme(title?)) {
            codes.push(code);
        } else if let Some(id) = first([Some(group.name.as_str()), Some(group.id.as_str())]) {
            let iri = shared.local(&["group", id]);
            let titles = group.title_translated.iter().map(|(language, text)| (language.as_str(), text.as_str()));
            if titles.len() > 0 {
                shared.describe(nodes, &iri, &["skos:Concept"], |concept| {
                    translated(concept, "skos:prefLabel", titles);
                });
            }
            shared.concept(nodes, node, ("dcat:theme", iri, title));
        }
    }
    codes.sort_unstable();
    codes.dedup();
    for code in codes {
        let theme = ("dcat:theme", vocab::authority("data-theme", code), vocab::theme_label(code));
        shared.concept(nodes, node, theme);
    }
}

/// Words that have an entry in an authority list, and labels where they have none.
fn words<'a>(package: &'a Package, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    if let Some(text) = extra(package, "frequency") {
        listed(
            shared,
            nodes,
            node,
            Word { property: "dct:accrualPeriodicity", types: &["dct:Frequency"], list: "frequency", text },
            vocab::frequency,
        );
    }
    for language in extra(package, "language").map(value::list).unwrap_or_default() {
        let code = language.rsplit('/').next().and_then(vocab::language);
        let iri = code.map(|code| vocab::authority("language", code)).or_else(|| value::iri(&language).map(Cow::into_owned));
        if let Some(iri) = iri {
            shared.link(nodes, node, ("dct:language", &["dct:LinguisticSystem"], iri));
        }
    }
    let rights = extra(package, "access_rights").or((package.isopen && !package.private).then_some("public"));
    if let Some(text) = rights {
        listed(
            shared,
            nodes,
            node,
            Word { property: "dct:accessRights", types: &["dct:RightsStatement"], list: "access-right", text },
            vocab::access_right,
        );
    }
    if let Some(text) = extra(package, "provenance") {
        node.labelled("dct:provenance", &["dct:ProvenanceStatement"], text);
    }
    if let Some(text) = extra(package, "dcat_type") {
        match value::iri(text) {
            Some(iri) => shared.concept(nodes, node, ("dct:type", iri.into_owned(), None)),
            None => node.labelled("dct:type", &["skos:Concept"], text),
        }
    }
    for identifier in extra(package, "alternate_identifier").map(value::list).unwrap_or_default() {
        let mut blank = Node::blank(&["adms:Identifier"]);
        blank.text("skos:notation", identifier);
        if !blank.properties.is_empty() {
            node.add("adms:identifier", Object::Blank(blank));
        }
    }
    resolution(|key| extra(package, key), node);
}

/// The resolutions in time and space, where they are well formed.
pub(super) fn resolution<'a>(extra: impl Fn(&str) -> Option<&'a str>, node: &mut Node<'a>) {
    if let Some(text) = extra("temporal_resolution").filter(|text| value::is_duration(text)) {
        node.typed("dcat:temporalResolution", text, "xsd:duration");
    }
    if let Some(text) = extra("spatial_resolution_in_meters").filter(|text| value::is_decimal(text)) {
        node.typed("dcat:spatialResolutionInMeters", text, "xsd:decimal");
    }
}

/// A word of a publisher that may stand in an authority list.
pub(super) struct Word<'a> {
    pub property: &'static str,
    pub types: &'static [&'static str],
    pub list: &'static str,
    pub text: &'a str,
}

/// Writes a word as the entry of its list, as the IRI that it is, or as a blank node with a label.
pub(super) fn listed<'a>(
    shared: &mut Shared,
    nodes: &mut Vec<Node<'a>>,
    node: &mut Node<'a>,
    word: Word<'a>,
    find: impl Fn(&str) -> Option<&'static str>,
) {
    let Word { property, types, list, text } = word;
    let end = text.rsplit('/').next().unwrap_or(text);
    let code = find(text).or_else(|| if text.starts_with(vocab::AUTHORITY) { find(end) } else { None });
    let iri = code.map(|code| vocab::authority(list, code)).or_else(|| value::iri(text).map(Cow::into_owned));
    match iri {
        Some(iri) if types.contains(&"skos:Concept") => shared.concept(nodes, node, (property, iri, None)),
        Some(iri) => shared.link(nodes, node, (property, types, iri)),
        None => node.labelled(property, types, text),
    }
}

/// Addresses of other things. `source` and the versions are not typed as datasets: that would ask for their titles.
fn links<'a>(package: &'a Package, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    if let Some(url) = package.url.as_deref().and_then(value::iri) {
        shared.link(nodes, node, ("dcat:landingPage", &["foaf:Document"], url));
    }
    for (key, property, types) in [
        ("documentation", "foaf:page", ["foaf:Document"].as_slice()),
        ("conforms_to", "dct:conformsTo", &["dct:Standard"]),
        ("related_resource", "dct:relation", &["rdfs:Resource"]),
        ("is_referenced_by", "dct:isReferencedBy", &["rdfs:Resource"]),
        ("applicable_legislation", "dcatap:applicableLegislation", &["eli:LegalResource"]),
        ("source", "prov:wasDerivedFrom", &["rdfs:Resource"]),
        ("has_version", "dct:hasVersion", &["rdfs:Resource"]),
        ("is_version_of", "dct:isVersionOf", &["rdfs:Resource"]),
    ] {
        for text in extra(package, key).map(value::list).unwrap_or_default() {
            if let Some(iri) = value::iri(&text) {
                shared.link(nodes, node, (property, types, iri.into_owned()));
            } else if key == "conforms_to" {
                let mut blank = Node::blank(&["dct:Standard"]);
                blank.text("rdfs:label", text);
                node.add(property, Object::Blank(blank));
            }
        }
    }
    for text in extra(package, "hvd_category").map(value::list).unwrap_or_default() {
        if let Some(iri) = value::iri(&text) {
            shared.concept(nodes, node, ("dcatap:hvdCategory", iri.into_owned(), None));
        }
    }
}

//! Who publishes and whom to ask.

use model::{Package, Translated};

use super::{
    extra, first,
    shared::{Role, Shared},
    translated,
};
use crate::{Site, graph::Node, graph::Object, value, vocab};

const AGENT: &[&str] = &["foaf:Agent", "foaf:Organization"];

/// What is known of an agent.
#[derive(Default)]
struct Facts<'a> {
    iri: Option<String>,
    name: Option<&'a str>,
    /// The name by language.
    names: Option<&'a Translated>,
    email: Option<&'a str>,
    homepage: Option<&'a str>,
    r#type: Option<&'a str>,
    identifier: Option<&'a str>,
}

/// The publisher of the catalog; DCAT-AP asks for one.
pub(super) fn portal<'a>(site: &'a Site, title: &'a str, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, catalog: &mut Node<'a>) {
    let publisher = site.publisher.as_ref();
    let iri = publisher.and_then(|publisher| value::iri(publisher.uri.as_deref()?)).map(std::borrow::Cow::into_owned);
    let iri = iri.filter(|iri| shared.role(iri).is_none()).unwrap_or_else(|| format!("{}/#publisher", shared.site));
    let facts = Facts {
        iri: Some(iri),
        name: first([publisher.map(|publisher| publisher.name.as_str()), Some(title)]),
        names: None,
        email: publisher.and_then(|publisher| publisher.email.as_deref()),
        homepage: publisher.and_then(|publisher| publisher.homepage.as_deref()),
        r#type: publisher.and_then(|publisher| publisher.r#type.as_deref()),
        identifier: None,
    };
    attach(&facts, "dct:publisher", shared, nodes, catalog);
}

/// The publisher of a dataset: the extras `publisher_*`, else its organization. Also its creator, if it names one.
pub(super) fn of_dataset<'a>(package: &'a Package, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    let named = facts(
        package,
        ["publisher_uri", "publisher_name", "publisher_email", "publisher_url", "publisher_type", "publisher_identifier"],
        shared,
    );
    let quote = package.organization.as_ref();
    let id = first([quote.map(|quote| quote.id.as_str()), package.owner_org.as_deref()]);
    let title = quote.and_then(|quote| first([Some(quote.title.as_str()), Some(quote.name.as_str())]));
    // The same body by name is the organization with more facts; another one is somebody whose data we pass on.
    let same = named.iri.is_none() && named.name.is_none_or(|name| Some(name) == title.map(str::trim));
    let publisher = match id.filter(|_| same) {
        Some(id) => Facts {
            iri: Some(shared.local(&["organization", id])),
            name: title.or(Some(id)),
            names: quote.map(|quote| &quote.title_translated),
            ..named
        },
        None => named,
    };
    if publisher.iri.is_some() || publisher.name.is_some() {
        attach(&publisher, "dct:publisher", shared, nodes, node);
    }
    let creator = facts(
        package,
        ["creator_uri", "creator_name", "creator_email", "creator_url", "creator_type", "creator_identifier"],
        shared,
    );
    if creator.iri.is_some() || creator.name.is_some() {
        attach(&creator, "dct:creator", shared, nodes, node);
    }
}

fn facts<'a>(package: &'a Package, [uri, name, email, url, r#type, identifier]: [&str; 6], shared: &Shared) -> Facts<'a> {
    let iri = extra(package, uri).and_then(value::iri).map(std::borrow::Cow::into_owned);
    let organizations = format!("{}/organization/", shared.site);
    Facts {
        iri: iri.filter(|iri| iri.starts_with(&organizations) || !shared.is_reserved(iri)),
        name: first([extra(package, name)]),
        names: None,
        email: extra(package, email),
        homepage: extra(package, url),
        r#type: extra(package, r#type),
        identifier: extra(package, identifier),
    }
}

/// Points to an agent and describes it once; without a usable IRI as a blank node.
fn attach<'a>(facts: &Facts<'a>, property: &'static str, shared: &mut Shared, nodes: &mut Vec<Node<'a>>, node: &mut Node<'a>) {
    let iri = facts.iri.clone().filter(|iri| matches!(shared.role(iri), None | Some(Role::Agent)));
    let known = iri.as_deref().is_some_and(|iri| !shared.claim(iri, Role::Agent));
    if let (Some(iri), true) = (&iri, known) {
        node.iri(property, iri.clone());
        return;
    }
    let mut agent = Node { iri: iri.clone().map(Into::into), types: AGENT, properties: Vec::new() };
    let names = facts.names.into_iter().flatten().map(|(language, name)| (language.as_str(), name.as_str()));
    match facts.name {
        _ if translated(&mut agent, "foaf:name", names) => {}
        Some(name) => agent.text("foaf:name", name),
        None => agent.text("foaf:name", facts.iri.clone().unwrap_or_default()),
    }
    if let Some(mail) = facts.email.and_then(value::mail) {
        agent.iri("foaf:mbox", mail);
    }
    if let Some(homepage) = facts.homepage.and_then(value::iri) {
        shared.link(nodes, &mut agent, ("foaf:homepage", &["foaf:Document"], homepage));
    }
    if let Some(identifier) = facts.identifier {
        agent.text("dct:identifier", identifier);
    }
    if let Some((word, label)) = facts.r#type.and_then(vocab::publisher_type) {
        shared.concept(nodes, &mut agent, ("dct:type", format!("http://purl.org/adms/publishertype/{word}"), Some(label)));
    }
    match iri {
        Some(iri) => {
            node.iri(property, iri);
            nodes.push(agent);
        }
        None => node.add(property, Object::Blank(agent)),
    }
}

/// The contact: the extras `contact_*`, else the maintainer, else the author.
pub(super) fn contact<'a>(package: &'a Package, node: &mut Node<'a>) {
    let pairs = [
        (extra(package, "contact_name"), extra(package, "contact_email")),
        (package.maintainer.as_deref(), package.maintainer_email.as_deref()),
        (package.author.as_deref(), package.author_email.as_deref()),
    ];
    for (name, email) in pairs {
        let (name, mail) = (first([name]), email.and_then(value::mail));
        if name.is_none() && mail.is_none() {
            continue;
        }
        let mut contact = Node::blank(&["vcard:Kind"]);
        match (name, &mail) {
            (Some(name), _) => contact.text("vcard:fn", name),
            (None, Some(mail)) => contact.text("vcard:fn", mail.trim_start_matches("mailto:").to_owned()),
            (None, None) => {}
        }
        if let Some(mail) = mail {
            contact.iri("vcard:hasEmail", mail);
        }
        if let Some(url) = extra(package, "contact_url").and_then(value::iri) {
            contact.iri("vcard:hasURL", url);
        }
        node.add("dcat:contactPoint", Object::Blank(contact));
        return;
    }
}

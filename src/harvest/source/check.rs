//! Reads a source as clients send it, with all faults at once, in ckanext-harvest's words.

use action::{Ctx, Dict};
use auth::Permission;
use base::{Error, ErrorDict, Result, loose, name, secret::Secret, time::Stamp};
use ipnet::IpNet;
use serde_json::{Map, Value};
use url::Url;

use super::{
    db::{self, Source},
    frequency::Frequency,
};
use crate::protocol;

/// What stands in a shown configuration for the API key.
pub const MASK: &str = "***";
/// Bytes of a configuration.
const CONFIG_BYTES: usize = 64 * 1024;
/// Bytes of a title or URL.
const TEXT_BYTES: usize = 2_000;

/// One spelling for URLs that mean the same: without a trailing slash, fragment or user.
#[must_use]
pub fn normal_url(text: &str) -> String {
    match Url::parse(text.trim()) {
        Ok(mut url) if url.has_host() => {
            url.set_fragment(None);
            match url.set_username("").and_then(|()| url.set_password(None)) {
                Ok(()) => String::from(url).trim_end_matches('/').to_owned(),
                Err(()) => text.trim().to_owned(),
            }
        }
        _ => text.trim().to_owned(),
    }
}

/// Why a portal at this address can never be asked as it is meant; `None` when it can, or is no address at all.
fn address_fault(text: &str, allow: &[IpNet]) -> Option<&'static str> {
    let url = Url::parse(text.trim()).ok().filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())?;
    if !url.username().is_empty() || url.password().is_some() {
        return Some("A user or password in the address is not sent; give the api_key in config");
    }
    if url.query().is_some() {
        return Some("Give the address of the portal alone, without what stands behind a ?");
    }
    fetch::check(text, allow)
        .err()
        .map(|_fault| "This address is never fetched: it is not a public one, and kurak.fetch.allow does not name it")
}

/// The source that the input describes; `old` is the one that it changes, from which comes what is left out.
///
/// # Errors
/// Validation with all faults; what the database says.
pub fn read(ctx: &mut Ctx, dict: &Dict, old: Option<Source>) -> Result<Source> {
    let now = Stamp::now();
    let mut errors = ErrorDict::default();
    let is_new = old.is_none();
    let mut source = old.unwrap_or_else(|| empty(ctx, now));
    let (old_origin, old_key, old_config) = (origin(&source.url), source.sealed_key.clone(), config_of(&source));
    texts(dict, &mut source, &mut errors);
    if let Some(fault) = dict.text("url").and_then(|url| address_fault(&url, &ctx.app.settings.fetch_allow)) {
        errors.add("url", fault);
    }
    flags(dict, &mut source, now, is_new, &mut errors);
    config(ctx, dict, &mut source, &mut errors)?;
    if source.sealed_key.is_some() && source.sealed_key == old_key && origin(&source.url) != old_origin {
        errors.add("config", "The api_key was given for another remote; give the one of this url, or leave it out");
    }
    let moved = origin(&source.url) != old_origin;
    if let Some(key) = others_are_asked_for(&config_of(&source), &old_config, moved).filter(|_| !ctx.actor.is_sysadmin()) {
        errors.add("config", format!("{key} is for sysadmins: datasets go where you may have no rights"));
    }
    owner(ctx, dict, &mut source, is_new, &mut errors);
    unique(ctx, &source, &mut errors)?;
    errors.into_result()?;
    source.modified = now.naive();
    Ok(source)
}

/// The key that now lets a remote say to whom its datasets belong, where it did not before or another remote did.
fn others_are_asked_for(config: &Map<String, Value>, old: &Map<String, Value>, moved: bool) -> Option<&'static str> {
    let asks = |key: &&str| config.get(*key).is_some_and(|value| !value.is_null() && value.as_str() != Some(""));
    ["remote_orgs", "remote_groups"].into_iter().filter(asks).find(|key| moved || config.get(*key) != old.get(*key))
}

/// Scheme, host and port of an address: whom a key is shown to.
fn origin(url: &str) -> String {
    let (scheme, rest) = url.split_once("://").unwrap_or_default();
    format!("{scheme}://{}", rest.split(['/', '?', '#']).next().unwrap_or_default()).to_lowercase()
}

fn empty(ctx: &Ctx, now: Stamp) -> Source {
    Source {
        id: base::id::new(),
        name: String::new(),
        url: String::new(),
        title: String::new(),
        description: String::new(),
        type_: String::new(),
        config: String::new(),
        sealed_key: None,
        active: true,
        private: false,
        state: "active".to_owned(),
        frequency: Frequency::Manual.as_str().to_owned(),
        owner_org: None,
        user_id: ctx.actor.id().map(str::to_owned),
        publisher_id: None,
        created: now.naive(),
        modified: now.naive(),
        next_run: None,
    }
}

fn texts(dict: &Dict, source: &mut Source, errors: &mut ErrorDict) {
    let sent = |field: &str| dict.text(field).map(|text| text.replace('\0', ""));
    if let Some(url) = sent("url") {
        source.url = normal_url(&url);
        let good = Url::parse(&source.url).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
        if !good || source.url.len() > TEXT_BYTES {
            errors.add("url", "Please provide a valid URL");
        }
    } else if source.url.is_empty() {
        errors.add("url", "Missing value");
    }
    if let Some(name) = sent("name") {
        for fault in name::faults(&name) {
            errors.add("name", fault);
        }
        source.name = name;
    } else if source.name.is_empty() {
        errors.add("name", "Missing value");
    }
    if let Some(title) = sent("title") {
        source.title = title;
    } else if source.title.is_empty() {
        source.title.clone_from(&source.name);
    }
    if source.title.len() > TEXT_BYTES {
        errors.add("title", format!("At most {TEXT_BYTES} bytes are possible"));
    }
    if let Some(notes) = ["notes", "description"].iter().find_map(|field| dict.0.get(*field)) {
        source.description = if notes.is_null() { String::new() } else { loose::text_of(notes).replace('\0', "") };
    }
    match sent("source_type").or_else(|| sent("type").filter(|kind| kind != "harvest")) {
        Some(kind) if protocol::TYPES.contains(&kind.as_str()) => source.type_ = kind,
        Some(kind) => {
            let types = protocol::TYPES.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ");
            errors.add("source_type", format!("Unknown harvester type: {kind}. Registered types: [{types}]"));
        }
        None if source.type_.is_empty() => errors.add("source_type", "Missing value"),
        None => {}
    }
}

fn flags(dict: &Dict, source: &mut Source, now: Stamp, is_new: bool, errors: &mut ErrorDict) {
    for (field, flag) in [("active", &mut source.active), ("private", &mut source.private)] {
        match dict.0.get(field).filter(|value| !value.is_null()).map(loose::bool_of) {
            Some(Some(value)) => *flag = value,
            Some(None) => errors.add(field, "Parameter is not an bool"),
            None => {}
        }
    }
    if let Some(state) = dict.text("state") {
        source.active = state == "active" && source.active;
    }
    let before = source.frequency.clone();
    if let Some(text) = dict.text("frequency") {
        match Frequency::parse(&text) {
            Some(frequency) => frequency.as_str().clone_into(&mut source.frequency),
            None => errors.add("frequency", format!("Frequency {text} not recognised")),
        }
    }
    if is_new || before != source.frequency {
        source.next_run = (source.frequency != Frequency::Manual.as_str()).then(|| now.naive());
    }
}

/// Takes the API key out of the configuration, seals it, and checks the rest by the protocol.
fn config(ctx: &Ctx, dict: &Dict, source: &mut Source, errors: &mut ErrorDict) -> Result<()> {
    let fault = |message: &str| format!("Error parsing the configuration options: {message}");
    let mut config = match dict.0.get("config") {
        None => {
            check_stored(source, errors, fault);
            return Ok(());
        }
        Some(Value::Null) => Map::new(),
        Some(Value::Object(config)) => config.clone(),
        Some(Value::String(text)) if text.trim().is_empty() => Map::new(),
        Some(Value::String(text)) if text.len() > CONFIG_BYTES => {
            errors.add("config", fault("too long"));
            return Ok(());
        }
        Some(value) => match serde_json::from_str(&loose::text_of(value)) {
            Ok(Value::Object(config)) => config,
            Ok(_) => {
                errors.add("config", fault("not a JSON object"));
                return Ok(());
            }
            Err(error) => {
                errors.add("config", fault(&error.to_string()));
                return Ok(());
            }
        },
    };
    if !source.type_.is_empty()
        && let Err(message) = protocol::check(&source.type_, &config)
    {
        errors.add("config", fault(&message));
        return Ok(());
    }
    match config.get("api_key").and_then(Value::as_str).unwrap_or_default() {
        "" => {
            source.sealed_key = None;
            config.remove("api_key");
        }
        MASK if source.sealed_key.is_some() => {}
        key => {
            source.sealed_key = Some(ctx.app.sealer.seal(&Secret::new(key))?);
            config.insert("api_key".to_owned(), Value::from(MASK));
        }
    }
    source.config = if config.is_empty() { String::new() } else { Value::Object(config).to_string() };
    Ok(())
}

/// The type may have changed under a configuration that stays.
fn check_stored(source: &Source, errors: &mut ErrorDict, fault: impl Fn(&str) -> String) {
    if source.type_.is_empty() || source.config.is_empty() {
        return;
    }
    let checked = serde_json::from_str(&source.config).map_err(|error| error.to_string());
    if let Err(message) = checked.and_then(|config| protocol::check(&source.type_, &config)) {
        errors.add("config", fault(&message));
    }
}

fn owner(ctx: &Ctx, dict: &Dict, source: &mut Source, is_new: bool, errors: &mut ErrorDict) {
    if let Some(publisher) = dict.text("publisher_id") {
        source.publisher_id = Some(publisher.replace('\0', ""));
    }
    let Some(key) = dict.text("owner_org") else {
        if is_new && !ctx.actor.is_sysadmin() {
            errors.add("owner_org", "An organization must be provided");
        }
        return;
    };
    if source.owner_org.as_deref() == Some(&key) {
        return;
    }
    match ctx.app.quotes.find(&key).filter(|group| group.row.is_organization && group.row.state != "deleted") {
        None => errors.add("owner_org", "Organization does not exist"),
        Some(group) if !ctx.actor.may(Permission::CreateDataset, &group.row.id) => {
            errors.add("owner_org", "You cannot add a dataset to this organization");
        }
        Some(group) => source.owner_org = Some(group.row.id.clone()),
    }
}

fn unique(ctx: &mut Ctx, source: &Source, errors: &mut ErrorDict) -> Result<()> {
    if !source.url.is_empty() {
        db::hold_urls(ctx.db()?)?;
        let others = db::with_url(ctx.db()?, &source.url, &source.id)?;
        if let Some(other) = others.into_iter().find(|other| config_of(other) == config_of(source)) {
            errors.add("url", format!("There already is a Harvest Source for this URL: {}", other.url));
        }
    }
    if name::faults(&source.name).is_empty() {
        if db::is_name_taken(ctx.db()?, &source.name, &source.id)? {
            errors.add("name", "That URL is already in use.");
        } else {
            db::free_name(ctx.db()?, &source.name)?;
        }
    }
    Ok(())
}

/// The key of a source, opened for the remote it belongs to.
///
/// # Errors
/// Internal, if the site's secret was changed.
pub fn key_of(sealer: &auth::Sealer, source: &Source) -> Result<Option<Secret>> {
    source.sealed_key.as_deref().map(|sealed| sealer.open(sealed)).transpose()
}

/// The configuration as an object; empty when it cannot be read.
#[must_use]
pub fn config_of(source: &Source) -> Map<String, Value> {
    serde_json::from_str(&source.config).unwrap_or_default()
}

/// What a caller without the right to create at all is told.
///
/// # Errors
/// Denied.
pub fn may_create(ctx: &Ctx, dict: &Dict) -> Result<()> {
    catalog::package::allow::may_create(ctx, &dict.0).map_err(|error| match error.kind() {
        base::Kind::Denied => Error::denied(format!("User {} not authorized to create harvest sources", ctx.actor.name())),
        _ => error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_for_one_remote() {
        for url in ["http://Example.org", "http://example.org/", " http://example.org:80/#x", "http://u:p@example.org"] {
            assert_eq!(normal_url(url), "http://example.org", "{url}");
        }
        assert_eq!(normal_url("https://example.org/data/"), "https://example.org/data");
        assert_eq!(normal_url("nonsense"), "nonsense");
    }

    #[test]
    fn addresses_that_are_never_fetched_are_told() {
        for (url, told) in [
            ("http://169.254.169.254/", Some("kurak.fetch.allow")),
            ("http://[::1]/", Some("kurak.fetch.allow")),
            ("http://localhost:5000", Some("kurak.fetch.allow")),
            ("http://8.8.8.8:5432", Some("kurak.fetch.allow")),
            ("http://u:p@example.org/", Some("api_key")),
            ("http://example.org/?x=1", Some("behind a ?")),
            ("http://10.1.2.3/", None),
            ("https://example.org/data/#top", None),
            ("nonsense", None),
        ] {
            let fault = address_fault(url, &["10.0.0.0/8".parse().unwrap()]);
            assert_eq!(fault.is_some(), told.is_some(), "{url}: {fault:?}");
            assert!(told.is_none_or(|told| fault.unwrap().contains(told)), "{url}: {fault:?}");
        }
    }
}

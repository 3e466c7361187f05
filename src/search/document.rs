//! What the index is told of a dataset, and how that follows from the dataset's document.
//!
//! Pure: the same dataset gives the same search document.

use std::borrow::Cow;
use std::collections::BTreeMap;

use base::time::Stamp;
use model::{Document, Package, Resource, Translated};
use serde_json::{Map, Value};

use crate::{Language, declared, schema};

/// A text under the name of its field, and what it is written in.
#[derive(Clone, Debug, PartialEq)]
pub struct Text {
    pub name: Cow<'static, str>,
    pub value: String,
    /// `None` where its words are in [`SearchDocument::keys`], language by language.
    pub language: Option<Language>,
}

/// Values under the names of their fields; a name may stand more than once.
pub type Pairs = Vec<(Cow<'static, str>, String)>;

/// Longest value that is kept as an exact string (bytes).
const EXACT_BYTES: usize = 4096;

/// Fields of resources that are found as `res_name` and `res_description`.
const TRANSLATED: [&str; 2] = ["name_translated", "description_translated"];

/// A dataset as the index takes it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SearchDocument {
    pub id: String,
    /// The document's version, for comparing index and database.
    pub version: i64,
    /// Permission labels: who may find it.
    pub labels: Vec<String>,
    /// Given back with a hit as it is.
    pub stored: String,
    /// Exact strings: fixed fields, `vocab_*`, bare extras, everything else.
    pub exact: Pairs,
    /// Texts: `title` (first the main one, then other languages), `notes`, `author`, `extras_*`, …
    pub text: Vec<Text>,
    /// Texts that are found by the keys of their words and under no name.
    pub keys: Vec<(Language, String)>,
    /// `metadata_created`, `metadata_modified`, `*_date`.
    pub dates: Vec<(Cow<'static, str>, Stamp)>,
}

impl SearchDocument {
    /// A number that follows from all of it: what is in the index is what it should be if the numbers are equal.
    #[must_use]
    pub fn print(&self) -> u64 {
        let mut print = schema::fingerprint(self.id.as_bytes());
        // A byte that no text has stands between them.
        let mut add = |bytes: &[u8]| print = schema::continued(schema::continued(print, bytes), &[0xff]);
        self.labels.iter().for_each(|label| add(label.as_bytes()));
        add(self.stored.as_bytes());
        for (name, value) in &self.exact {
            add(name.as_bytes());
            add(value.as_bytes());
        }
        for text in &self.text {
            add(text.name.as_bytes());
            add(text.value.as_bytes());
            add(format!("{:?}", text.language).as_bytes());
        }
        for (language, text) in &self.keys {
            add(format!("{language:?}").as_bytes());
            add(text.as_bytes());
        }
        for (name, at) in &self.dates {
            add(name.as_bytes());
            add(&at.micros().to_le_bytes());
        }
        add(&self.version.to_le_bytes());
        print
    }

    /// Adds an exact value; empty and overlong ones are left out.
    pub fn exact(&mut self, name: impl Into<Cow<'static, str>>, value: &str) {
        if !value.is_empty() && value.len() <= EXACT_BYTES {
            self.exact.push((name.into(), value.to_owned()));
        }
    }

    /// Adds a text of unknown language; an empty one is left out.
    pub fn text(&mut self, name: impl Into<Cow<'static, str>>, value: &str) {
        self.text_in(Language::Unknown, name, value);
    }

    pub(crate) fn text_in(&mut self, language: Language, name: impl Into<Cow<'static, str>>, value: &str) {
        if !value.is_empty() {
            self.text.push(Text { name: name.into(), value: value.to_owned(), language: Some(language) });
        }
    }

    /// Adds these fields of resources, as far as they have them beside CKAN's own.
    pub fn resource_fields<'a>(&mut self, resources: &[Resource], names: impl Iterator<Item = &'a str> + Clone) {
        for resource in resources.iter().filter(|resource| !resource.extras.is_empty()) {
            for name in names.clone() {
                if let Some(value) = resource.extras.get(name).filter(|_| !TRANSLATED.contains(&name)) {
                    declared::resource_field(name, value, self);
                }
            }
        }
    }

    /// Says of the texts of an extra what they are written in.
    pub(crate) fn written_in(&mut self, key: &str, language: Option<Language>) {
        let is_of = |text: &&mut Text| text.name.strip_prefix("extras_") == Some(key);
        self.text.iter_mut().filter(is_of).for_each(|text| text.language = language);
    }

    /// Adds a main text and those of other languages.
    fn translated(&mut self, name: &'static str, main: &str, texts: &Translated) {
        let language = texts.iter().find(|(_, text)| *text == main).map(|(tag, _)| Language::of_tag(tag));
        self.text_in(language.unwrap_or_default(), name, main);
        for (tag, text) in texts.iter().filter(|(_, text)| *text != main) {
            self.text_in(Language::of_tag(tag), name, text);
        }
    }

    fn date(&mut self, name: impl Into<Cow<'static, str>>, value: Option<Stamp>) {
        self.dates.extend(value.map(|value| (name.into(), value)));
    }
}

/// The search document of a dataset, whose tags name their vocabularies as the index shall (CKAN: by name, not id).
/// `organization_name` and `group_names` are the names that the dataset's document does
/// not quote; `stored` is what the hits shall give back.
#[must_use]
pub fn search_document(
    package: &Package,
    organization_name: Option<&str>,
    group_names: &[String],
    document: &Document,
    stored: String,
) -> SearchDocument {
    let mut out = SearchDocument {
        id: document.id.clone(),
        version: document.version,
        labels: document.labels.clone(),
        stored,
        ..SearchDocument::default()
    };
    core(package, &mut out);
    out.exact("organization", organization_name.unwrap_or_default());
    for name in group_names {
        out.exact("groups", name);
    }
    out.exact("capacity", if document.private { "private" } else { "public" });
    out.exact("private", if document.private { "true" } else { "false" });
    out.exact("owner_org", document.owner_org.as_deref().unwrap_or_default());
    for tag in &package.tags {
        match &tag.vocabulary_id {
            None => out.exact("tags", &tag.name),
            Some(vocabulary) => out.exact(format!("vocab_{vocabulary}"), &tag.name),
        }
    }
    for each in &package.resources {
        resource(each, &mut out);
    }
    for extra in &package.extras {
        extra_field(&extra.key, &extra.value, &mut out);
    }
    for (name, value) in &package.fields {
        declared::field(name, value, &mut out);
    }
    out
}

fn core(package: &Package, out: &mut SearchDocument) {
    let or_empty = |value: &Option<String>| value.clone().unwrap_or_default();
    out.exact("name", &package.name);
    out.exact("title_string", &package.title);
    out.exact("url", package.url.as_deref().unwrap_or_default());
    out.exact("version", package.version.as_deref().unwrap_or_default());
    out.exact("license_id", package.license_id.as_deref().unwrap_or_default());
    out.exact("license", package.license_title.as_deref().unwrap_or_default());
    out.exact("license_title", package.license_title.as_deref().unwrap_or_default());
    out.exact("state", &package.state);
    out.exact("dataset_type", if package.r#type.is_empty() { "dataset" } else { &package.r#type });
    out.exact("type", if package.r#type.is_empty() { "dataset" } else { &package.r#type });
    out.exact("isopen", if package.isopen { "true" } else { "false" });
    out.exact("num_resources", &package.num_resources.to_string());
    out.exact("num_tags", &package.num_tags.to_string());
    out.exact("creator_user_id", package.creator_user_id.as_deref().unwrap_or_default());
    out.translated("title", &package.title, &package.title_translated);
    out.translated("title_ngram", &package.title, &package.title_translated);
    out.text("name_ngram", &package.name);
    out.translated("notes", package.notes.as_deref().unwrap_or_default(), &package.notes_translated);
    for (name, value) in [
        ("author", &package.author),
        ("author_email", &package.author_email),
        ("maintainer", &package.maintainer),
        ("maintainer_email", &package.maintainer_email),
        ("urls", &package.url),
    ] {
        out.text(name, &or_empty(value));
    }
    out.date("metadata_created", package.metadata_created);
    out.date("metadata_modified", package.metadata_modified);
}

fn resource(resource: &Resource, out: &mut SearchDocument) {
    out.exact("res_format", &resource.format);
    out.exact("res_url", &resource.url);
    out.exact("res_type", resource.resource_type.as_deref().unwrap_or_default());
    let [name, description] = TRANSLATED.map(|name| resource.extras.get(name).and_then(languages).unwrap_or_default());
    out.translated("res_name", resource.name.as_deref().unwrap_or_default(), &name);
    out.translated("res_description", resource.description.as_deref().unwrap_or_default(), &description);
    out.text("urls", &resource.url);
}

/// The members of an object whose names are languages.
pub(crate) fn by_language(value: &Value) -> Option<&Map<String, Value>> {
    let is_tag = |tag: &String| {
        let main = tag.split(['-', '_']).next().unwrap_or_default();
        matches!(main.len(), 2 | 3) && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
    };
    value.as_object().filter(|texts| !texts.is_empty() && texts.keys().all(is_tag))
}

/// A text in several languages, as ckanext-fluent shapes it.
fn languages(value: &Value) -> Option<Translated> {
    let texts = by_language(value)?;
    texts.iter().map(|(tag, text)| Some((tag.clone(), text.as_str()?.to_owned()))).collect()
}

/// An extra is text as `extras_<key>`, a date where its key says so, and an exact string under its bare key where that key
/// means nothing else. A value that is a JSON list of strings gives each of them; the texts of one that is a JSON object of
/// languages are each read in theirs.
fn extra_field(key: &str, value: &str, out: &mut SearchDocument) {
    if let Some(key) = field_name(key) {
        let free = is_free(&key, out);
        extra_value(&key, value, free, out);
        let translated = if value.starts_with('{') { serde_json::from_str(value).ok() } else { None };
        if let Some(texts) = translated.as_ref().and_then(languages) {
            out.written_in(&key, None);
            out.keys.extend(texts.into_iter().map(|(tag, text)| (Language::of_tag(&tag), text)));
        }
    }
}

/// What may stand of a key in the name of a field.
pub(crate) fn field_name(key: &str) -> Option<String> {
    let good = |letter: &char| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-');
    Some(key.chars().filter(good).take(150).collect::<String>()).filter(|key| !key.is_empty())
}

/// True where the bare key means nothing else.
pub(crate) fn is_free(key: &str, out: &SearchDocument) -> bool {
    !schema::is_known(key) && !out.exact.iter().any(|(name, _)| *name == *key)
}

/// Adds one value of an extra; `free`: also under its bare key.
pub(crate) fn extra_value(key: &str, value: &str, free: bool, out: &mut SearchDocument) {
    if value.is_empty() {
        return;
    }
    out.text(format!("extras_{key}"), value);
    if !free {
        return;
    }
    match schema::home(key) {
        schema::Kind::Date => out.date(key.to_owned(), Stamp::parse(value)),
        schema::Kind::Exact => match list(value) {
            Some(items) => items.iter().for_each(|item| out.exact(key.to_owned(), item)),
            None => out.exact(key.to_owned(), value),
        },
        _ => {}
    }
}

fn list(value: &str) -> Option<Vec<String>> {
    if !value.starts_with('[') {
        return None;
    }
    serde_json::from_str::<Vec<String>>(value).ok()
}

/// The stored fields that `fl` asks for, as Solr would give them: one value, or a list where CKAN's schema says so; `extras_`
/// is taken off. Names that are not stored give nothing.
#[must_use]
pub fn fields(document: &SearchDocument, names: &[String]) -> Map<String, Value> {
    let mut found: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    let stored =
        |name: &str| schema::is_known(name) || ["extras_", "res_extras_", "vocab_"].iter().any(|prefix| name.starts_with(prefix));
    let exact = document.exact.iter().map(|(name, value)| (name, value));
    let texts = document.text.iter().map(|text| (&text.name, &text.value));
    for (name, value) in exact.chain(texts).filter(|(name, _)| stored(name) && *name != "text") {
        found.entry(name).or_default().push(Value::String(value.clone()));
    }
    for (name, at) in &document.dates {
        let text = at.naive().format("%Y-%m-%dT%H:%M:%S%.3fZ").to_string();
        found.entry(name).or_default().push(Value::String(text));
    }
    found.insert("id", vec![Value::String(document.id.clone())]);
    let many = |name: &str| matches!(name, "tags" | "groups") || name.starts_with("res_") || name.starts_with("vocab_");
    let all = names.iter().any(|name| name == "*");
    let mut out = Map::new();
    for (name, mut values) in found {
        let bare = name.strip_prefix("extras_").unwrap_or(name);
        if !(all || names.iter().any(|asked| asked == name || asked == bare))
            || matches!(name, "title_string" | "owner_org" | "urls")
        {
            continue;
        }
        let value = if many(name) { Value::Array(values) } else { values.swap_remove(0) };
        out.insert(bare.to_owned(), value);
    }
    out
}

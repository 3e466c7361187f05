//! Which fields the index has, what a caller may call them, and what is copied where.
//!
//! The names and types are CKAN's. Names that begin with an underscore are ours: no caller can reach them, because every
//! name of a caller's goes through [`Fields::place`].

use std::collections::{BTreeMap, HashMap};

use base::{Error, Result};
use tantivy::Term;
use tantivy::schema::{
    BytesOptions, FAST, Field, IndexRecordOption, JsonObjectOptions, NumericOptions, STORED, Schema, SchemaBuilder,
    TextFieldIndexing, TextOptions,
};

use crate::analyze;

/// Exact strings with a column of their own. Every other exact name lives in `_exact`.
const EXACT: &[&str] = &[
    "name",
    "url",
    "version",
    "license",
    "license_id",
    "tags",
    "groups",
    "organization",
    "state",
    "dataset_type",
    "capacity",
    "res_format",
    "res_type",
    "title_string",
    "owner_org",
];
/// Text fields and their analyzers. Every other text name lives in `_text`.
const TEXT: &[(&str, &str)] = &[
    ("title", analyze::TEXT),
    ("notes", analyze::TEXT),
    ("text", analyze::TEXT),
    ("urls", analyze::TEXT),
    ("author", analyze::GENERAL),
    ("author_email", analyze::GENERAL),
    ("maintainer", analyze::GENERAL),
    ("maintainer_email", analyze::GENERAL),
    ("res_name", analyze::GENERAL),
    ("res_description", analyze::GENERAL),
    ("name_ngram", analyze::NGRAM),
    ("title_ngram", analyze::NGRAM),
];
/// Text that is dynamic by its whole name.
const RELATIONS: &[&str] =
    &["depends_on", "dependency_of", "derives_from", "has_derivation", "links_to", "linked_from", "child_of", "parent_of"];
/// Dates with a column of their own, milliseconds since 1970.
const DATES: &[&str] = &["metadata_created", "metadata_modified"];
/// Counters of CKAN's tracking.
const INTEGERS: &[&str] = &["views_total", "views_recent", "resources_accessed_total", "resources_accessed_recent"];
/// What CKAN has and nobody may ask for.
const HIDDEN: &[&str] = &["permission_labels", "data_dict", "validated_data_dict"];
/// Fields whose values are copied into `text`.
const IN_TEXT: &[&str] = &[
    "name",
    "title",
    "notes",
    "tags",
    "groups",
    "organization",
    "license",
    "author",
    "maintainer",
    "res_name",
    "res_description",
];
/// Longest name of a field.
const NAME_BYTES: usize = 200;

/// What a field's values are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Compared as a whole.
    Exact,
    /// Words; the name of the analyzer.
    Text(&'static str),
    /// Milliseconds since 1970.
    Date,
    Integer,
}

/// Where the values of a name lie.
#[derive(Clone, Debug)]
pub struct Place {
    /// The name that the caller used.
    pub name: String,
    pub field: Field,
    /// The key inside a JSON field, escaped for tantivy.
    pub path: Option<String>,
    /// The name of the column.
    pub column: String,
    pub kind: Kind,
}

impl Place {
    /// A term of this place; for exact and text fields.
    #[must_use]
    pub fn term(&self, value: &str) -> Term {
        match &self.path {
            None => Term::from_field_text(self.field, value),
            Some(path) => {
                let mut term = Term::from_field_json_path(self.field, path, false);
                term.append_type_and_str(value);
                term
            }
        }
    }
}

/// The handles of all fields.
#[derive(Clone, Debug)]
pub struct Fields {
    pub id: Field,
    pub version: Field,
    /// A number that follows from all that the document says ([`crate::SearchDocument::print`]).
    pub print: Field,
    /// A number that follows from the id: the last sort key, so that pages do not overlap.
    pub tie: Field,
    /// Fingerprints of the id and the name: where a dataset is that somebody names.
    pub held: Field,
    pub labels: Field,
    pub stored: Field,
    /// Names of the text fields that have a value.
    pub has: Field,
    pub dynamic_exact: Field,
    pub dynamic_text: Field,
    pub dynamic_number: Field,
    /// Keys of titles and of all texts, for the site's own ranking; fields of CKAN's have CKAN's terms and no others.
    pub title_keys: Field,
    pub text_keys: Field,
    fixed: HashMap<&'static str, (Field, Kind)>,
}

/// Column of document versions.
pub const VERSION: &str = "_version";
/// Column of the documents' prints.
pub const PRINT: &str = "_print";
/// Column of the last sort key.
pub const TIE: &str = "_tie";
/// Column of what a dataset can be asked for by.
pub const HELD: &str = "_held";

fn exact_options() -> TextOptions {
    TextOptions::default().set_indexing_options(raw_indexing()).set_fast(analyze::RAW)
}

fn raw_indexing() -> TextFieldIndexing {
    TextFieldIndexing::default().set_tokenizer(analyze::RAW).set_index_option(IndexRecordOption::Basic).set_fieldnorms(false)
}

fn words(analyzer: &str) -> TextFieldIndexing {
    let option = if analyzer == analyze::NGRAM { IndexRecordOption::Basic } else { IndexRecordOption::WithFreqsAndPositions };
    TextFieldIndexing::default().set_tokenizer(analyzer).set_index_option(option)
}

impl Fields {
    /// The schema and its handles.
    #[must_use]
    pub fn build() -> (Schema, Self) {
        let mut schema = SchemaBuilder::new();
        let id = schema.add_text_field("id", exact_options() | STORED);
        let mut fixed = HashMap::from([("id", (id, Kind::Exact))]);
        for name in EXACT {
            let options = if *name == "title_string" { exact_options().set_fast(analyze::ALPHABET) } else { exact_options() };
            fixed.insert(*name, (schema.add_text_field(name, options), Kind::Exact));
        }
        for (name, analyzer) in TEXT {
            let options = TextOptions::default().set_indexing_options(words(analyzer));
            fixed.insert(*name, (schema.add_text_field(name, options), Kind::Text(analyzer)));
        }
        for name in DATES {
            fixed.insert(*name, (schema.add_i64_field(name, NumericOptions::default().set_fast()), Kind::Date));
        }
        let fields = Self {
            id,
            version: schema.add_i64_field(VERSION, FAST),
            print: schema.add_u64_field(PRINT, FAST),
            tie: schema.add_u64_field(TIE, FAST),
            held: schema.add_u64_field(HELD, FAST),
            labels: schema.add_text_field("_labels", TextOptions::default().set_indexing_options(raw_indexing())),
            stored: schema.add_bytes_field("_dataset", BytesOptions::default().set_stored()),
            has: schema.add_text_field("_has", TextOptions::default().set_indexing_options(raw_indexing())),
            dynamic_exact: schema.add_json_field(
                "_exact",
                JsonObjectOptions::default().set_indexing_options(raw_indexing()).set_fast(analyze::RAW),
            ),
            dynamic_text: schema.add_json_field("_text", JsonObjectOptions::default().set_indexing_options(words(analyze::TEXT))),
            dynamic_number: schema.add_json_field("_number", JsonObjectOptions::from(FAST)),
            title_keys: schema.add_text_field("_title_keys", TextOptions::default().set_indexing_options(words(analyze::KEYS))),
            text_keys: schema.add_text_field("_text_keys", TextOptions::default().set_indexing_options(words(analyze::KEYS))),
            fixed,
        };
        (schema.build(), fields)
    }

    /// A field with a column or postings of its own.
    #[must_use]
    pub fn fixed(&self, name: &str) -> Option<Field> {
        self.fixed.get(name).map(|(field, _)| *field)
    }

    /// Where the keys of a text field lie; `None` for fields that have none.
    #[must_use]
    pub fn keys(&self, name: &str) -> Option<Place> {
        let field = match name {
            "title" => self.title_keys,
            "text" => self.text_keys,
            _ => return None,
        };
        Some(Place { name: name.to_owned(), field, path: None, column: name.to_owned(), kind: Kind::Text(analyze::KEYS) })
    }

    /// Where a caller's name leads.
    ///
    /// # Errors
    /// [`base::Kind::SearchQuery`] for a name that is not the caller's to use, [`base::Kind::Search`] for what is no name.
    pub fn place(&self, name: &str) -> Result<Place> {
        if name.starts_with('_') || HIDDEN.contains(&name) {
            return Err(Error::search_query(format!("The field {name:?} cannot be used in a search")));
        }
        if name.is_empty() || name.len() > NAME_BYTES || name.chars().any(char::is_control) {
            return Err(Error::search("undefined field"));
        }
        if let Some((field, kind)) = self.fixed.get(name) {
            return Ok(Place { name: name.to_owned(), field: *field, path: None, column: name.to_owned(), kind: *kind });
        }
        let (field, root, kind) = match home(name) {
            Kind::Text(analyzer) => (self.dynamic_text, "_text", Kind::Text(analyzer)),
            Kind::Exact => (self.dynamic_exact, "_exact", Kind::Exact),
            number => (self.dynamic_number, "_number", number),
        };
        let path = name.replace('\\', "\\\\").replace('.', "\\.");
        Ok(Place { name: name.to_owned(), field, column: format!("{root}.{path}"), path: Some(path), kind })
    }

    /// The place whose whole values are counted and sorted for a name: the text of an extra is cut into words, its value
    /// lies under its bare key.
    ///
    /// # Errors
    /// As [`Fields::place`].
    pub fn whole(&self, name: &str) -> Result<Place> {
        let place = self.place(name)?;
        if !matches!(place.kind, Kind::Text(_)) {
            return Ok(place);
        }
        match name {
            "title" => self.place("title_string"),
            "name_ngram" => self.place("name"),
            _ => match name.strip_prefix("extras_") {
                Some(bare) if !is_known(bare) => self.place(bare),
                _ => Ok(place),
            },
        }
    }
}

/// The kind of a dynamic name (`*_date`, `extras_*`, `res_extras_*`, `vocab_*`, `*`).
#[must_use]
pub fn home(name: &str) -> Kind {
    if INTEGERS.contains(&name) {
        Kind::Integer
    } else if name.starts_with("extras_") || name.starts_with("res_extras_") || RELATIONS.contains(&name) {
        Kind::Text(analyze::TEXT)
    } else if name.ends_with("_date") || name == "indexed_ts" {
        Kind::Date
    } else {
        Kind::Exact
    }
}

/// True for a name that the schema gives a meaning: an extra of that key is found only as `extras_<key>`.
#[must_use]
pub fn is_known(name: &str) -> bool {
    name.starts_with('_')
        || name == "id"
        || EXACT.contains(&name)
        || TEXT.iter().any(|(text, _)| *text == name)
        || DATES.contains(&name)
        || INTEGERS.contains(&name)
        || HIDDEN.contains(&name)
        || RELATIONS.contains(&name)
        || matches!(name, "res_url" | "site_id" | "index_id" | "entity_type" | "indexed_ts" | "ckan_url" | "download_url")
}

/// True where a field's values are found through `text` as well.
#[must_use]
pub fn is_in_text(name: &str) -> bool {
    IN_TEXT.contains(&name) || ["extras_", "res_extras_", "vocab_"].iter().any(|prefix| name.starts_with(prefix))
}

/// Changes whenever an index written before cannot be read as one written now.
#[must_use]
pub fn hash() -> String {
    let (schema, _) = Fields::build();
    let entries: BTreeMap<&str, String> =
        schema.fields().map(|(_, entry)| (entry.name(), format!("{:?}", entry.field_type()))).collect();
    let text = format!("{entries:?} {} {IN_TEXT:?} {RELATIONS:?} title keys", analyze::VERSION);
    format!("{:016x}", fingerprint(text.as_bytes()))
}

/// FNV-1a: stable over builds and machines.
#[must_use]
pub fn fingerprint(bytes: &[u8]) -> u64 {
    continued(0xcbf2_9ce4_8422_2325, bytes)
}

/// The same of more bytes.
#[must_use]
pub fn continued(before: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(before, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

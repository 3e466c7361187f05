//! One text in several languages, as ckanext-fluent shapes it: `{"ky": …, "ru": …, "en": …}`.

use std::collections::BTreeMap;

/// Language tag → text.
pub type Translated = BTreeMap<String, String>;

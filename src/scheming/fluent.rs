//! Texts and tags by language, as ckanext-fluent takes and shows them: `{"ky": …, "ru": …, "en": …}`.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use crate::{
    run::{Around, Slot},
    step::Step,
};

/// The end of names of fields that translate another one.
const SUFFIX: &str = "_translated";

/// Which languages a field must have.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Languages {
    /// Those that must be there, each by itself or by one of its others.
    pub required: Vec<String>,
    /// Language → those that stand for it.
    pub others: BTreeMap<String, Vec<String>>,
    /// Also in drafts.
    pub of_drafts: bool,
}

impl Languages {
    /// Where no schema says otherwise.
    pub fn of_site(languages: Vec<String>) -> Self {
        Self { required: languages, others: BTreeMap::new(), of_drafts: true }
    }

    /// With what a schema or field says: `form_languages`, `alternate_languages`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(&self, said: &Map<String, Value>) -> Result<Self, String> {
        let texts = |value: &Value| -> Option<Vec<String>> {
            value.as_array()?.iter().map(|item| item.as_str().map(str::to_owned)).collect()
        };
        let mut languages = self.clone();
        if let Some(value) = said.get("form_languages") {
            languages.required = texts(value).ok_or("`form_languages` is no list of texts")?;
        }
        if let Some(value) = said.get("alternate_languages") {
            let members = value.as_object().ok_or("`alternate_languages` is no object")?;
            let one = |(language, others): (&String, &Value)| Some((language.clone(), texts(others)?));
            let read: Option<BTreeMap<String, Vec<String>>> = members.iter().map(one).collect();
            languages.others = read.ok_or("`alternate_languages` holds something else than lists of texts")?;
        }
        Ok(languages)
    }

    fn missing<'a>(&'a self, is_there: impl Fn(&str) -> bool + 'a, around: &Around) -> impl Iterator<Item = &'a String> {
        let enforced = self.of_drafts || !around.is_draft();
        let lacks = move |language: &&String| {
            !is_there(language) && !self.others.get(*language).is_some_and(|others| others.iter().any(|other| is_there(other)))
        };
        self.required.iter().filter(move |_| enforced).filter(lacks)
    }
}

/// True for the name of a field that translates another one.
pub fn is_core_translated(name: &str) -> bool {
    name.strip_suffix(SUFFIX).is_some_and(|base| !base.is_empty())
}

/// The field that a field translates.
pub fn base_of(name: &str) -> Option<&str> {
    name.strip_suffix(SUFFIX).filter(|base| !base.is_empty())
}

/// Loosely what BCP 47 says.
fn is_language(text: &str) -> bool {
    let mut parts = text.split('-');
    let main = parts.next().unwrap_or_default();
    (2..=8).contains(&main.len())
        && main.bytes().all(|byte| byte.is_ascii_lowercase())
        && parts.all(|part| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The text that stands for all: in the portal's language, else the first by language.
#[must_use]
pub fn mirror<'a>(texts: &'a Map<String, Value>, locale: &str) -> Option<&'a str> {
    let mut languages: Vec<&String> = texts.keys().collect();
    languages.sort_unstable();
    texts.get(locale).or_else(|| texts.get(*languages.first()?))?.as_str()
}

/// What came for a field: one value, or a value for each language under `<field>-<language>`, as forms send it.
enum Came {
    Whole(Value),
    Parts(Vec<(String, Value)>),
    Nothing,
}

fn came(slot: &mut Slot, around: &Around, name: &str) -> Came {
    let prefix = format!("{name}-");
    let parts: Vec<(String, Value)> =
        around.dict.iter().filter_map(|(key, value)| Some((key.strip_prefix(&prefix)?.to_owned(), value.clone()))).collect();
    match (parts.is_empty(), slot.value.take()) {
        (false, _) => Came::Parts(parts),
        (true, Some(value)) => Came::Whole(value),
        (true, None) => Came::Nothing,
    }
}

/// `fluent_text`: an object of texts, or its JSON; kept as JSON.
pub fn text(languages: &Languages, slot: &mut Slot, around: &mut Around, name: &str) {
    if !slot.faults.is_empty() {
        return;
    }
    let value = match came(slot, around, name) {
        Came::Whole(Value::String(text)) => match serde_json::from_str(&text) {
            Ok(value) => value,
            Err(_no_json) => return slot.fault("Failed to decode JSON string"),
        },
        Came::Whole(value) => value,
        Came::Nothing => Value::Object(Map::new()),
        Came::Parts(parts) => {
            let texts = parts.into_iter().map(|(language, text)| (language, Some(text)));
            return of_parts(languages, (slot, around, name), texts.collect());
        }
    };
    let Value::Object(texts) = value else { return slot.fault("expecting JSON object") };
    for (language, text) in &texts {
        if !is_language(language) {
            slot.fault(format!("invalid language code: \"{language}\""));
        } else if !text.is_string() {
            slot.fault(format!("invalid type for \"{language}\" value"));
        }
    }
    whole(languages, slot, around, texts);
}

fn whole(languages: &Languages, slot: &mut Slot, around: &Around, values: Map<String, Value>) {
    let is_there = |language: &str| values.get(language).is_some_and(|value| !crate::run::is_empty(value));
    for language in languages.missing(is_there, around) {
        slot.fault(format!("Required language \"{language}\" missing"));
    }
    if slot.faults.is_empty() && !values.is_empty() {
        slot.value = Some(Value::String(Value::Object(values).to_string()));
    }
}

/// What forms send; faults stand at the part that they are of. `None`: the value of the part is faulty.
fn of_parts(languages: &Languages, (slot, around, name): (&mut Slot, &mut Around, &str), parts: Vec<(String, Option<Value>)>) {
    let mut values = Map::new();
    let mut good = true;
    for (language, value) in parts {
        let part = format!("{name}-{language}");
        around.taken.push(part.clone());
        match value {
            _ if !is_language(&language) => {
                around.faults.add(&part, format!("invalid language code: \"{language}\""));
                good = false;
            }
            Some(value) => {
                values.insert(language, value);
            }
            None => good = false,
        }
    }
    let is_there = |language: &str| values.get(language).is_some_and(|value| !crate::run::is_empty(value));
    let missing: Vec<String> = languages.missing(is_there, around).cloned().collect();
    for language in &missing {
        around.faults.add(&format!("{name}-{language}"), "Missing value");
    }
    if good && missing.is_empty() {
        slot.value = Some(Value::String(Value::Object(values).to_string()));
    }
}

/// `fluent_tags`: an object of lists of tags; kept as JSON.
pub fn tags(languages: &Languages, checks: &[Step], slot: &mut Slot, around: &mut Around, name: &str) {
    if !slot.faults.is_empty() {
        return;
    }
    let value = match came(slot, around, name) {
        // The extension takes no JSON here; a client that sends back what it was shown by a form does.
        Came::Whole(Value::String(text)) => serde_json::from_str(&text).unwrap_or(Value::String(text)),
        Came::Whole(value) => value,
        Came::Nothing => Value::Object(Map::new()),
        Came::Parts(parts) => {
            let mut read = Vec::with_capacity(parts.len());
            for (language, text) in parts {
                let part = format!("{name}-{language}");
                let tags = match &text {
                    Value::String(text) => text.split(',').filter(|tag| !tag.is_empty()).map(str::to_owned).collect(),
                    _ => {
                        around.faults.add(&part, "invalid type");
                        Vec::new()
                    }
                };
                let (tags, faults) = checked(tags, checks, around);
                faults.iter().for_each(|fault| around.faults.add(&part, fault.as_str()));
                let good = text.is_string() && faults.is_empty();
                read.push((language, good.then_some(Value::Array(tags))));
            }
            return of_parts(languages, (slot, around, name), read);
        }
    };
    let Value::Object(sent) = value else { return slot.fault("expecting JSON object") };
    let mut kept = Map::new();
    for (language, listed) in sent {
        if !is_language(&language) {
            slot.fault(format!("invalid language code: \"{language}\""));
            continue;
        }
        let Value::Array(listed) = listed else {
            slot.fault(format!("invalid type for \"{language}\" value"));
            continue;
        };
        let mut texts = Vec::with_capacity(listed.len());
        for (place, tag) in listed.into_iter().enumerate() {
            match tag {
                Value::String(tag) => texts.push(tag),
                _ => slot.fault(format!("invalid type for \"{language}\" value item {place}")),
            }
        }
        let (tags, faults) = checked(texts, checks, around);
        faults.into_iter().for_each(|fault| slot.fault(fault));
        kept.insert(language, Value::Array(tags));
    }
    whole(languages, slot, around, kept);
}

fn checked(texts: Vec<String>, checks: &[Step], around: &Around) -> (Vec<Value>, Vec<String>) {
    let (mut tags, mut faults) = (Vec::with_capacity(texts.len()), Vec::new());
    for text in texts {
        let mut slot = Slot::of(Some(Value::String(text)));
        crate::run::all(checks, &mut slot, &mut around.bare(), "");
        faults.append(&mut slot.faults);
        tags.extend(slot.value);
    }
    (tags, faults)
}

/// `fluent_text_output`: the object again; a plain text is one in the portal's language.
pub fn output(value: Value, locale: &str) -> Value {
    match value {
        Value::String(text) => match serde_json::from_str(&text) {
            Ok(Value::Object(texts)) => Value::Object(texts),
            _ if text.is_empty() => Value::Object(Map::new()),
            _ => Value::Object([(locale.to_owned(), Value::String(text))].into_iter().collect()),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn languages_are_known_by_their_shape() {
        for good in ["ky", "ru", "en-GB", "zh-Hans-CN", "sr-Latn"] {
            assert!(is_language(good), "{good}");
        }
        for bad in ["k", "KY", "en_GB", "en-", "абв", ""] {
            assert!(!is_language(bad), "{bad}");
        }
    }

    #[test]
    fn one_language_stands_for_all() {
        let texts = json!({"ru": "р", "ky": "к", "en": "e"});
        assert_eq!(mirror(texts.as_object().unwrap(), "ru"), Some("р"));
        assert_eq!(mirror(texts.as_object().unwrap(), "fr"), Some("e"));
        assert_eq!(mirror(&Map::new(), "fr"), None);
    }
}

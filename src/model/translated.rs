//! One text in several languages, as ckanext-fluent shapes it: `{"ky": …, "ru": …, "en": …}`, and the plain text beside it,
//! which says the same in the portal's language.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

/// Language tag → text.
pub type Translated = BTreeMap<String, String>;

/// Which language stands for all where the portal's is missing.
const FIRST: [&str; 3] = ["ky", "ru", "en"];

/// The text in a language, of what `text` says of each: as it is called (`pt_BR`), as BCP 47 has it (`pt-BR`), else in its
/// main language (`pt`).
#[must_use]
pub fn pick<'a>(text: impl Fn(&str) -> Option<&'a str>, language: &str) -> Option<&'a str> {
    text(language).or_else(|| text(&language.replace('_', "-"))).or_else(|| text(main(language)))
}

fn main(language: &str) -> &str {
    language.split(['_', '-']).next().unwrap_or(language)
}

/// The text in a language, or in one that stands for it.
#[must_use]
pub fn in_language<'a>(texts: &'a Translated, language: &str) -> Option<&'a str> {
    pick(|name| texts.get(name).map(String::as_str), language)
}

/// What a thing that is stored keeps as translations; none, where it keeps something else.
#[must_use]
pub fn kept(value: Option<&Value>) -> Translated {
    value.and_then(|texts| Translated::deserialize(texts).ok()).unwrap_or_default()
}

/// A text and its translations as they were stored.
#[derive(Clone, Copy, Debug)]
pub struct Stored<'a> {
    pub text: Option<&'a str>,
    pub texts: &'a Translated,
}

/// The plain text that goes with its translations. Where both are sent and differ, the translation counts, as in
/// ckanext-fluent; but who changes the plain text of a thing and leaves its translations as they are (a client that knows
/// nothing of them) changes that of the portal's language. A plain text that is one of the translations is no change: it was
/// read in that language.
#[must_use]
pub fn agree(sent: Option<String>, texts: &mut Translated, stored: Option<Stored>, locale: &str) -> Option<String> {
    let sent = sent.filter(|sent| !sent.is_empty());
    let untouched = stored.is_some_and(|stored| stored.texts == texts);
    let is_translation = |text: &str| texts.values().any(|known| known == text);
    let own = in_language(texts, locale).map(str::to_owned);
    match (sent, own) {
        (sent, _) if texts.is_empty() => sent,
        (Some(sent), Some(_)) if untouched && !is_translation(&sent) && stored.and_then(|old| old.text) != Some(&sent) => {
            texts.insert(key(texts, locale), sent.clone());
            Some(sent)
        }
        (_, Some(own)) => Some(own),
        (Some(sent), None) if untouched && is_translation(&sent) => {
            stored.and_then(|stored| stored.text).map(str::to_owned).or(Some(sent))
        }
        (Some(sent), None) => Some(sent),
        (None, None) => FIRST.iter().find_map(|language| texts.get(*language)).or_else(|| texts.values().next()).cloned(),
    }
}

/// What a language is called in these texts.
fn key(texts: &Translated, language: &str) -> String {
    let names = [language.to_owned(), language.replace('_', "-"), main(language).to_owned()];
    names.into_iter().find(|name| texts.contains_key(name)).unwrap_or_else(|| main(language).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(of: &[(&str, &str)]) -> Translated {
        of.iter().map(|(language, text)| ((*language).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn languages_are_found_by_all_of_their_names() {
        let texts = texts(&[("ru", "р"), ("pt-BR", "b"), ("en_GB", "g")]);
        for (language, text) in
            [("ru", Some("р")), ("ru_RU", Some("р")), ("pt_BR", Some("b")), ("en_GB", Some("g")), ("ky", None)]
        {
            assert_eq!(in_language(&texts, language), text, "{language}");
        }
    }

    #[test]
    fn the_plain_text_and_its_translation_say_the_same() {
        let old = texts(&[("ky", "к"), ("ru", "р")]);
        let stored = Some(Stored { text: Some("к"), texts: &old });
        for (sent, now, stored, text, ky) in [
            // Made anew: the translation counts.
            (Some("x"), &old, None, Some("к"), "к"),
            (None, &old, None, Some("к"), "к"),
            // The translation is changed.
            (Some("к"), &texts(&[("ky", "к2"), ("ru", "р")]), stored, Some("к2"), "к2"),
            // The plain text is changed.
            (Some("к2"), &old, stored, Some("к2"), "к2"),
            // It was read in Russian.
            (Some("р"), &old, stored, Some("к"), "к"),
            (Some("к"), &old, stored, Some("к"), "к"),
        ] {
            let mut now = now.clone();
            let found = agree(sent.map(str::to_owned), &mut now, stored, "ky");
            assert_eq!((found.as_deref(), now["ky"].as_str()), (text, ky), "{sent:?}");
        }
    }

    #[test]
    fn without_the_portals_language_the_plain_text_stays() {
        let mut only = texts(&[("ru", "р")]);
        assert_eq!(agree(Some("Plain".to_owned()), &mut only, None, "en").as_deref(), Some("Plain"));
        assert_eq!(agree(None, &mut only, None, "en").as_deref(), Some("р"));
        let old = only.clone();
        let stored = Some(Stored { text: Some("Plain"), texts: &old });
        assert_eq!(agree(Some("р".to_owned()), &mut only, stored, "en").as_deref(), Some("Plain"));
        assert_eq!(agree(Some("New".to_owned()), &mut only, stored, "en").as_deref(), Some("New"));
        assert_eq!(agree(Some("x".to_owned()), &mut Translated::new(), None, "en").as_deref(), Some("x"));
    }
}

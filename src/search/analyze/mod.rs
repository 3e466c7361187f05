//! How text becomes terms: one file an analyzer, and the names under which the schema knows them.
//!
//! Must be deterministic: the same text gives the same terms when it is written and when it is asked for. Whoever changes
//! what an analyzer yields raises [`VERSION`], which makes every index be built anew.

pub mod alphabet;
mod general;
mod keys;
pub mod language;
mod ngram;
mod text;
mod words;

use language::Language;
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};

/// Part of the schema hash.
pub const VERSION: u32 = 6;

/// Words as CKAN has them, with English stems: titles, notes, everything.
pub const TEXT: &str = "kurak_text";
/// The same without catenated parts, for what is asked.
const TEXT_QUERY: &str = "kurak_text_query";
/// Keys of words in their language, which are only for finding.
pub const KEYS: &str = "kurak_keys";
const KEYS_QUERY: &str = "kurak_keys_query";
/// Folded words without stems: names of people and of resources.
pub const GENERAL: &str = "kurak_general";
/// Ends of words: what completion looks for begins one.
pub const NGRAM: &str = "kurak_ngram";
const NGRAM_QUERY: &str = "kurak_ngram_query";
/// The whole value, sorted as the alphabet is.
pub const ALPHABET: &str = "kurak_alphabet";
/// The value as it is.
pub const RAW: &str = "raw";

/// All analyzers, for an index that is opened.
#[must_use]
pub fn manager() -> TokenizerManager {
    let manager = TokenizerManager::default();
    manager.register(TEXT, text::writing());
    manager.register(TEXT_QUERY, text::asking());
    manager.register(KEYS, keys::writing());
    manager.register(KEYS_QUERY, keys::asking());
    manager.register(GENERAL, general::analyzer());
    manager.register(NGRAM, ngram::writing());
    manager.register(NGRAM_QUERY, ngram::asking());
    manager.register(ALPHABET, alphabet::analyzer());
    manager
}

/// The analyzer that reads a question to a field which was written with `name`.
#[must_use]
pub fn asking(manager: &TokenizerManager, name: &str) -> Option<TextAnalyzer> {
    manager.get(match name {
        TEXT => TEXT_QUERY,
        KEYS => KEYS_QUERY,
        NGRAM => NGRAM_QUERY,
        other => other,
    })
}

/// Terms of a question with their positions.
#[must_use]
pub fn terms(analyzer: &mut TextAnalyzer, text: &str) -> Vec<(usize, String)> {
    let mut terms = Vec::new();
    let mut stream = analyzer.token_stream(text);
    while stream.advance() {
        let token = stream.token();
        terms.push((token.position, token.text.clone()));
    }
    terms
}

/// A question in keys, for the analyzer of [`KEYS`]: once for each language that it can be, equal ones once.
#[must_use]
pub fn readings(analyzer: &mut TextAnalyzer, text: &str) -> Vec<Vec<(usize, String)>> {
    let mut readings = vec![terms(analyzer, &Language::Kyrgyz.marked(text)), terms(analyzer, &Language::Russian.marked(text))];
    readings.dedup();
    readings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(name: &str, text: &str) -> Vec<String> {
        terms(&mut manager().get(name).unwrap(), text).into_iter().map(|(_, term)| term).collect()
    }

    #[test]
    fn text_is_split_stemmed_and_folded() {
        assert_eq!(of(TEXT, "Running Cities"), ["run", "citi"]);
        assert_eq!(of(TEXT_QUERY, "wi-fi OpenData été 2024"), ["wi", "fi", "open", "data", "ete", "2024"]);
        assert_eq!(of(TEXT, "OpenData"), ["open", "data", "opendata"]);
        assert_eq!(of(TEXT, "Жогорку Кеңеш"), ["жогорку", "кеңеш"]);
        assert_eq!(of(GENERAL, "Running, CITIES"), ["running", "cities"]);
    }

    #[test]
    fn pieces_complete_words() {
        assert!(of(NGRAM, "Water").iter().any(|end| end.starts_with("ate")));
        assert_eq!(of(NGRAM_QUERY, "Wat"), ["wat"]);
        assert_eq!(of(NGRAM_QUERY, "Өкмөт"), ["окмот"]);
        assert_eq!(of(NGRAM, "өң"), ["он"]);
    }
}

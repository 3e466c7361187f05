//! The analyzer of titles, notes and the catch-all: words, lower case, English stems, accents folded.

use tantivy::tokenizer::{AsciiFoldingFilter, Language, LowerCaser, RemoveLongFilter, Stemmer, TextAnalyzer};

use super::words::Words;

/// Bytes of the longest word that is kept.
const WORD_BYTES: usize = 100;

fn build(join: bool) -> TextAnalyzer {
    TextAnalyzer::builder(Words { join })
        .filter(RemoveLongFilter::limit(WORD_BYTES))
        .filter(LowerCaser)
        .filter(Stemmer::new(Language::English))
        .filter(AsciiFoldingFilter)
        .build()
}

/// For what is written.
pub fn writing() -> TextAnalyzer {
    build(true)
}

/// For what is asked.
pub fn asking() -> TextAnalyzer {
    build(false)
}

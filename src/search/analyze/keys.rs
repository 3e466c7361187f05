//! The analyzer of keys: words, lower case, accents folded, and for each word its key, or where the language is not known and
//! the keys differ both, at one place.
//!
//! A text begins with the sign of its language ([`Language::marked`]).

use std::cell::RefCell;

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, RemoveLongFilter, TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer,
};

use super::language::{self, Keys, Language};
use super::words::Words;
use crate::schema::fingerprint;

/// Bytes of the longest word that is kept.
const WORD_BYTES: usize = 100;
/// Words whose keys a thread that writes remembers: texts repeat words, and a look costs a tenth of finding a key.
const REMEMBERED: usize = 8192;

fn build(join: bool) -> TextAnalyzer {
    TextAnalyzer::builder(Words { join })
        .filter(RemoveLongFilter::limit(WORD_BYTES))
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(KeyFilter { remember: join })
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

#[derive(Clone, Default)]
struct Remembered {
    word: String,
    kyrgyz: String,
    russian: String,
}

thread_local! {
    static MEMORY: RefCell<Vec<Remembered>> = const { RefCell::new(Vec::new()) };
}

#[derive(Clone)]
struct KeyFilter {
    remember: bool,
}

#[derive(Clone)]
struct KeyTokenizer<T> {
    inner: T,
    remember: bool,
}

struct KeyStream<T> {
    inner: T,
    language: Language,
    remember: bool,
    keys: Keys,
    /// The second key of a word, to be given next.
    second: String,
}

impl TokenFilter for KeyFilter {
    type Tokenizer<T: Tokenizer> = KeyTokenizer<T>;
    fn transform<T: Tokenizer>(self, inner: T) -> KeyTokenizer<T> {
        KeyTokenizer { inner, remember: self.remember }
    }
}

impl<T: Tokenizer> Tokenizer for KeyTokenizer<T> {
    type TokenStream<'a> = KeyStream<T::TokenStream<'a>>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        KeyStream {
            language: Language::of_marked(text),
            inner: self.inner.token_stream(text),
            remember: self.remember,
            keys: Keys::default(),
            second: String::new(),
        }
    }
}

impl<T: TokenStream> KeyStream<T> {
    /// Puts the keys of the word in its place.
    fn put(&mut self) {
        let (language, keys, second) = (self.language, &mut self.keys, &mut self.second);
        let word = &mut self.inner.token_mut().text;
        if !self.remember || language::is_tried() {
            keys.find(word);
            return give(language, (&keys.kyrgyz, &keys.russian), word, second);
        }
        MEMORY.with_borrow_mut(|memory| {
            memory.resize_with(REMEMBERED, Remembered::default);
            let place = usize::try_from(fingerprint(word.as_bytes())).unwrap_or_default() % REMEMBERED;
            let Some(known) = memory.get_mut(place) else { return };
            if known.word != *word {
                keys.find(word);
                known.word.clone_from(word);
                known.kyrgyz.clone_from(&keys.kyrgyz);
                known.russian.clone_from(&keys.russian);
            }
            give(language, (&known.kyrgyz, &known.russian), word, second);
        });
    }
}

fn give(language: Language, (kyrgyz, russian): (&str, &str), first: &mut String, second: &mut String) {
    first.clear();
    first.push_str(if language == Language::Russian { russian } else { kyrgyz });
    if matches!(language, Language::Unknown | Language::English) && kyrgyz != russian {
        second.push_str(russian);
    }
}

impl<T: TokenStream> TokenStream for KeyStream<T> {
    fn advance(&mut self) -> bool {
        if !self.second.is_empty() {
            let token = self.inner.token_mut();
            std::mem::swap(&mut token.text, &mut self.second);
            self.second.clear();
            return true;
        }
        let more = self.inner.advance();
        if more {
            self.put();
        }
        more
    }

    fn token(&self) -> &Token {
        self.inner.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.inner.token_mut()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analyze::terms;

    fn keys(language: Language, text: &str) -> Vec<(usize, String)> {
        terms(&mut writing(), &language.marked(text))
    }

    #[test]
    fn each_text_gets_the_keys_of_its_language() {
        let at = |place: usize, key: &str| (place, key.to_owned());
        assert_eq!(keys(Language::Kyrgyz, "Өкмөттүн бюджети"), [at(0, "окмот"), at(1, "бюджет")]);
        assert_eq!(keys(Language::Russian, "Бюджеты больниц"), [at(0, "бюджет"), at(1, "больниц")]);
        assert_eq!(keys(Language::English, "Budgets of cities"), [at(0, "budget"), at(1, "of"), at(2, "citi")]);
        let unknown = keys(Language::Unknown, "Больницами cafés");
        assert_eq!(unknown, [at(0, "больницам"), at(0, "больниц"), at(1, "cafe")]);
        assert_eq!(terms(&mut asking(), "OpenData"), [at(0, "open"), at(1, "data")]);
        assert_eq!(terms(&mut writing(), "OpenData").len(), 3);
    }
}

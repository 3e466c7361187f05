//! Ends of words, in lower case, for completion: what stands anywhere inside of a word begins one of its ends, and is found by
//! that. (Solr's field keeps every piece of 2 to 10 letters, also over blanks: four times the terms, and longer words are not
//! found. Here a piece ends with its word, and each word that is asked for is looked for by itself.)

use base::letters;
use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer,
};

/// Letters of the shortest end that is kept.
const SHORTEST: usize = 2;
/// Letters of a word that count.
const LONGEST: usize = 100;

/// For what is written: each word gives its ends.
pub fn writing() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Each(typed))
        .filter(Ends)
        .build()
}

/// For what is asked: each word as it is, a beginning of what is kept.
pub fn asking() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default())
        .filter(LowerCaser)
        .filter(AsciiFoldingFilter)
        .filter(Each(typed))
        .filter(Each(longest))
        .build()
}

/// Changes each word.
#[derive(Clone)]
struct Each(fn(&mut String));

#[derive(Clone)]
struct EachOf<T>(T, fn(&mut String));

struct EachStream<T>(T, fn(&mut String));

/// Letters as they are typed.
fn typed(word: &mut String) {
    if !word.is_ascii() {
        *word = letters::folded(word);
    }
}

fn longest(word: &mut String) {
    if let Some((end, _)) = word.char_indices().nth(LONGEST) {
        word.truncate(end);
    }
}

#[derive(Clone)]
struct Ends;

#[derive(Clone)]
struct EndsOf<T>(T);

struct EndStream<T> {
    inner: T,
    /// Where the ends that are not yet told begin in the word, and where the word is cut.
    starts: Vec<usize>,
    cut: usize,
    token: Token,
}

impl TokenFilter for Each {
    type Tokenizer<T: Tokenizer> = EachOf<T>;
    fn transform<T: Tokenizer>(self, tokenizer: T) -> EachOf<T> {
        EachOf(tokenizer, self.0)
    }
}

impl<T: Tokenizer> Tokenizer for EachOf<T> {
    type TokenStream<'a> = EachStream<T::TokenStream<'a>>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        EachStream(self.0.token_stream(text), self.1)
    }
}

impl<T: TokenStream> TokenStream for EachStream<T> {
    fn advance(&mut self) -> bool {
        let more = self.0.advance();
        (self.1)(&mut self.0.token_mut().text);
        more
    }

    fn token(&self) -> &Token {
        self.0.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.0.token_mut()
    }
}

impl TokenFilter for Ends {
    type Tokenizer<T: Tokenizer> = EndsOf<T>;
    fn transform<T: Tokenizer>(self, tokenizer: T) -> EndsOf<T> {
        EndsOf(tokenizer)
    }
}

impl<T: Tokenizer> Tokenizer for EndsOf<T> {
    type TokenStream<'a> = EndStream<T::TokenStream<'a>>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        EndStream { inner: self.0.token_stream(text), starts: Vec::new(), cut: 0, token: Token::default() }
    }
}

impl<T: TokenStream> TokenStream for EndStream<T> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some(start) = self.starts.pop() {
                let whole = &self.inner.token().text;
                self.token.text.clear();
                self.token.text.push_str(whole.get(start..self.cut).unwrap_or(whole));
                self.token.position = self.inner.token().position;
                return true;
            }
            if !self.inner.advance() {
                return false;
            }
            let word = &self.inner.token().text;
            self.starts.extend(word.char_indices().map(|(offset, _)| offset).take(LONGEST + 1));
            self.cut = if self.starts.len() > LONGEST { self.starts.pop().unwrap_or(word.len()) } else { word.len() };
            self.starts.truncate((self.starts.len() + 1).saturating_sub(SHORTEST));
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(mut analyzer: TextAnalyzer, text: &str) -> Vec<String> {
        let mut stream = analyzer.token_stream(text);
        let mut words = Vec::new();
        while stream.advance() {
            words.push(stream.token().text.clone());
        }
        words
    }

    #[test]
    fn a_word_gives_its_ends() {
        assert_eq!(words(writing(), "Суу a Bé"), ["уу", "суу", "be"]);
        assert_eq!(words(asking(), "Суу abcdefghijkl"), ["суу", "abcdefghijkl"]);
        assert_eq!(words(writing(), &"a".repeat(12)).len(), 11);
        let long = words(writing(), &"ы".repeat(500));
        assert_eq!((long.len(), long.last().map(|word| word.chars().count())), (LONGEST - 1, Some(LONGEST)));
        assert_eq!(words(asking(), &"ы".repeat(500)), words(writing(), &"ы".repeat(500)).last().cloned().as_slice());
    }
}

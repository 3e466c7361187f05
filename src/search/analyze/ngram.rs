//! Beginnings of words, 2 to 10 letters, in lower case: what completion asks for. (Solr's field keeps every inner piece as
//! well; completion asks from the start of a word, and the inner pieces would double the index.)

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer,
};

const SHORTEST: usize = 2;
const LONGEST: usize = 10;

/// For what is written: each word gives its beginnings.
pub fn writing() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).filter(Beginnings).build()
}

/// For what is asked: each word as it is.
pub fn asking() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).build()
}

#[derive(Clone)]
struct Beginnings;

#[derive(Clone)]
struct BeginningsOf<T>(T);

struct BeginningStream<T> {
    inner: T,
    ends: Vec<usize>,
    token: Token,
}

impl TokenFilter for Beginnings {
    type Tokenizer<T: Tokenizer> = BeginningsOf<T>;
    fn transform<T: Tokenizer>(self, tokenizer: T) -> BeginningsOf<T> {
        BeginningsOf(tokenizer)
    }
}

impl<T: Tokenizer> Tokenizer for BeginningsOf<T> {
    type TokenStream<'a> = BeginningStream<T::TokenStream<'a>>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        BeginningStream { inner: self.0.token_stream(text), ends: Vec::new(), token: Token::default() }
    }
}

impl<T: TokenStream> TokenStream for BeginningStream<T> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some(end) = self.ends.pop() {
                let whole = &self.inner.token().text;
                self.token.text.clear();
                self.token.text.push_str(whole.get(..end).unwrap_or(whole));
                self.token.position = self.inner.token().position;
                return true;
            }
            if !self.inner.advance() {
                return false;
            }
            let whole = &self.inner.token().text;
            let ends = whole.char_indices().map(|(offset, letter)| offset + letter.len_utf8());
            self.ends = ends.take(LONGEST).skip(SHORTEST - 1).collect();
            self.ends.reverse();
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

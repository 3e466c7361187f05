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

/// For what is asked: each word as it is, as far as beginnings are kept.
pub fn asking() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).filter(Longest).build()
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

#[derive(Clone)]
struct Longest;

#[derive(Clone)]
struct LongestOf<T>(T);

struct LongestStream<T>(T);

impl TokenFilter for Longest {
    type Tokenizer<T: Tokenizer> = LongestOf<T>;
    fn transform<T: Tokenizer>(self, tokenizer: T) -> LongestOf<T> {
        LongestOf(tokenizer)
    }
}

impl<T: Tokenizer> Tokenizer for LongestOf<T> {
    type TokenStream<'a> = LongestStream<T::TokenStream<'a>>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        LongestStream(self.0.token_stream(text))
    }
}

impl<T: TokenStream> TokenStream for LongestStream<T> {
    fn advance(&mut self) -> bool {
        let more = self.0.advance();
        let token = self.0.token_mut();
        if let Some((end, _)) = token.text.char_indices().nth(LONGEST) {
            token.text.truncate(end);
        }
        more
    }

    fn token(&self) -> &Token {
        self.0.token()
    }

    fn token_mut(&mut self) -> &mut Token {
        self.0.token_mut()
    }
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

//! Pieces of words, 2 to 10 letters, in lower case, as Solr's field keeps them: completion finds what is inside of a word,
//! too. (Solr's pieces also reach over blanks; here a piece ends with its word, and each word that is asked for is looked
//! for by itself.)

use tantivy::tokenizer::{
    AsciiFoldingFilter, LowerCaser, SimpleTokenizer, TextAnalyzer, Token, TokenFilter, TokenStream, Tokenizer,
};

const SHORTEST: usize = 2;
const LONGEST: usize = 10;
/// Letters of the longest word that is cut into pieces.
const WORD: usize = 100;

/// For what is written: each word gives its pieces.
pub fn writing() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).filter(Pieces).build()
}

/// For what is asked: each word as it is, as far as pieces are kept.
pub fn asking() -> TextAnalyzer {
    TextAnalyzer::builder(SimpleTokenizer::default()).filter(LowerCaser).filter(AsciiFoldingFilter).filter(Longest).build()
}

#[derive(Clone)]
struct Pieces;

#[derive(Clone)]
struct PiecesOf<T>(T);

struct PieceStream<T> {
    inner: T,
    /// Where the pieces that are not yet told lie in the word, the next one last.
    pieces: Vec<(usize, usize)>,
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

impl TokenFilter for Pieces {
    type Tokenizer<T: Tokenizer> = PiecesOf<T>;
    fn transform<T: Tokenizer>(self, tokenizer: T) -> PiecesOf<T> {
        PiecesOf(tokenizer)
    }
}

impl<T: Tokenizer> Tokenizer for PiecesOf<T> {
    type TokenStream<'a> = PieceStream<T::TokenStream<'a>>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> Self::TokenStream<'a> {
        PieceStream { inner: self.0.token_stream(text), pieces: Vec::new(), token: Token::default() }
    }
}

impl<T: TokenStream> TokenStream for PieceStream<T> {
    fn advance(&mut self) -> bool {
        loop {
            if let Some((start, end)) = self.pieces.pop() {
                let whole = &self.inner.token().text;
                self.token.text.clear();
                self.token.text.push_str(whole.get(start..end).unwrap_or(whole));
                self.token.position = self.inner.token().position;
                return true;
            }
            if !self.inner.advance() {
                return false;
            }
            pieces(&self.inner.token().text, &mut self.pieces);
        }
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

/// Where the pieces of a word lie. Of a very long one only the beginning has any.
fn pieces(word: &str, into: &mut Vec<(usize, usize)>) {
    let starts: Vec<usize> = word.char_indices().map(|(offset, _)| offset).chain([word.len()]).take(WORD + 1).collect();
    for (place, start) in starts.iter().enumerate() {
        into.extend(starts.iter().skip(place + SHORTEST).take(LONGEST + 1 - SHORTEST).map(|end| (*start, *end)));
    }
    into.reverse();
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
    fn a_word_gives_its_pieces() {
        assert_eq!(words(writing(), "Суу a Bé"), ["су", "суу", "уу", "be"]);
        assert_eq!(words(asking(), "Суу abcdefghijkl"), ["суу", "abcdefghij"]);
        assert_eq!(words(writing(), &"a".repeat(12)).len(), 63);
        assert_eq!(words(writing(), &"ы".repeat(500)).len(), words(writing(), &"ы".repeat(WORD)).len());
    }
}

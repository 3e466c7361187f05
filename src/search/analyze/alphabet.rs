//! Titles in the order of the Kyrgyz alphabet (and so of the Russian one): Unicode has Ё, Ң, Ө and Ү behind all other
//! letters, where no reader looks for them.
//!
//! A key is the title itself with each of these letters written as its neighbour and a sign that stands behind everything:
//! keys compare as titles shall, and a title can be read back from its key.

use std::borrow::Cow;

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// Behind every letter.
const BEHIND: char = '\u{10FFFF}';
/// Letters and those that they follow.
const FOLLOWERS: [(char, char); 8] =
    [('Ё', 'Е'), ('Ң', 'Н'), ('Ө', 'О'), ('Ү', 'У'), ('ё', 'е'), ('ң', 'н'), ('ө', 'о'), ('ү', 'у')];

/// What a title is sorted by.
#[must_use]
pub fn key(title: &str) -> Cow<'_, str> {
    if !title.contains(|letter| FOLLOWERS.iter().any(|(follower, _)| *follower == letter)) {
        return Cow::Borrowed(title);
    }
    let mut key = String::with_capacity(title.len() + 16);
    for letter in title.chars() {
        match FOLLOWERS.iter().find(|(follower, _)| *follower == letter) {
            Some((_, before)) => key.extend([*before, BEHIND]),
            None => key.push(letter),
        }
    }
    Cow::Owned(key)
}

/// The title that a key was made of.
#[must_use]
pub fn title(key: &str) -> Cow<'_, str> {
    if !key.contains(BEHIND) {
        return Cow::Borrowed(key);
    }
    let mut title = String::with_capacity(key.len());
    for letter in key.chars() {
        let before = title.chars().next_back().filter(|_| letter == BEHIND);
        match before.and_then(|before| FOLLOWERS.iter().find(|(_, neighbour)| *neighbour == before)) {
            Some((follower, _)) => {
                title.pop();
                title.push(*follower);
            }
            None => title.push(letter),
        }
    }
    Cow::Owned(title)
}

/// Gives a title's key as its one token, for the column that titles are sorted by.
pub fn analyzer() -> TextAnalyzer {
    TextAnalyzer::from(Alphabet)
}

#[derive(Clone)]
struct Alphabet;

struct One(Token, bool);

impl Tokenizer for Alphabet {
    type TokenStream<'a> = One;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> One {
        let token = Token { text: key(text).into_owned(), offset_to: text.len(), position: 0, ..Token::default() };
        One(token, false)
    }
}

impl TokenStream for One {
    fn advance(&mut self) -> bool {
        !std::mem::replace(&mut self.1, true)
    }

    fn token(&self) -> &Token {
        &self.0
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_stand_where_the_alphabet_has_them() {
        let mut titles = vec!["Өкмөт", "Ош", "Пенсия", "Оя", "Ёлка", "Жер", "Еж", "Үй", "Уя", "Фонд", "Ңа", "Ня", "Мал"];
        titles.sort_by(|one, other| key(one).cmp(&key(other)));
        assert_eq!(titles, ["Еж", "Ёлка", "Жер", "Мал", "Ня", "Ңа", "Ош", "Оя", "Өкмөт", "Пенсия", "Уя", "Үй", "Фонд"]);
        for text in ["Өкмөттүн бюджети", "plain", "", "о\u{10FFFF}", "үүү Ёё"] {
            assert_eq!(title(&key(text)), if text.contains(BEHIND) { "ө" } else { text });
        }
    }
}

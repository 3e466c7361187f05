//! Titles in the order of the Kyrgyz alphabet (and so of the Russian one): Unicode has Ё, Ң, Ө and Ү behind all other
//! letters, where no reader looks for them.
//!
//! A key is the title in small letters, with each of these written as its neighbour and a sign that stands behind everything,
//! and then the title itself: capitals only tell apart what is otherwise the same.

use tantivy::tokenizer::{TextAnalyzer, Token, TokenStream, Tokenizer};

/// Behind every letter.
const BEHIND: char = '\u{10FFFF}';
/// Between the two, before every letter.
const BETWEEN: char = '\0';
/// Letters and those that they follow.
const FOLLOWERS: [(char, char); 4] = [('ё', 'е'), ('ң', 'н'), ('ө', 'о'), ('ү', 'у')];

/// What a title is sorted by.
#[must_use]
pub fn key(title: &str) -> String {
    let mut key = String::with_capacity(2 * title.len() + 16);
    for letter in title.chars().flat_map(char::to_lowercase).filter(|letter| *letter != BETWEEN) {
        match FOLLOWERS.iter().find(|(follower, _)| *follower == letter) {
            Some((_, before)) => key.extend([*before, BEHIND]),
            None => key.push(letter),
        }
    }
    key.push(BETWEEN);
    key.push_str(title);
    key
}

/// The title that a key was made of.
#[must_use]
pub fn title(key: &str) -> &str {
    key.split_once(BETWEEN).map_or(key, |(_, title)| title)
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
        let token = Token { text: key(text), offset_to: text.len(), position: 0, ..Token::default() };
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
        let sorted = |titles: &str| {
            let mut titles: Vec<&str> = titles.split(' ').collect();
            titles.sort_by_key(|title| key(title));
            titles.join(" ")
        };
        assert_eq!(
            sorted("Өкмөт Ош Пенсия Оя Ёлка Жер Еж Үй Уя Фонд Ңа Ня Мал"),
            "Еж Ёлка Жер Мал Ня Ңа Ош Оя Өкмөт Пенсия Уя Үй Фонд"
        );
        assert_eq!(sorted("Фонд ель Ёлка ёж Ель ЕЛЬ zoo Ant"), "Ant zoo ЕЛЬ Ель ель ёж Ёлка Фонд");
        for text in ["Өкмөттүн бюджети", "plain", "", "о\u{10FFFF}", "үүү Ёё", "a\0b"] {
            assert_eq!(title(&key(text)), text);
        }
    }
}

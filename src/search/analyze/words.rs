//! Cuts text into words at blanks, punctuation, changes of case and between letters and digits, as Solr's word delimiter
//! does. When text is written, the parts of one blank-separated word are also given joined: `OpenData` is found by
//! `opendata`.

use tantivy::tokenizer::{Token, TokenStream, Tokenizer};

/// Longer words are cut by the filter behind; more parts than this in one word are not joined.
const JOINED_PARTS: usize = 8;

/// The tokenizer; `join` for text that is written.
#[derive(Clone)]
pub struct Words {
    pub join: bool,
}

/// The words of one text.
pub struct WordStream<'a> {
    text: &'a str,
    at: usize,
    /// The parts of the word that is being read, for joining.
    joined: String,
    parts: usize,
    pending: bool,
    join: bool,
    token: Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = WordStream<'a>;
    fn token_stream<'a>(&'a mut self, text: &'a str) -> WordStream<'a> {
        WordStream { text, at: 0, joined: String::new(), parts: 0, pending: false, join: self.join, token: Token::default() }
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Upper,
    Lower,
    Digit,
    Other,
    Blank,
}

fn class(letter: char) -> Class {
    match letter {
        'a'..='z' => Class::Lower,
        'A'..='Z' => Class::Upper,
        '0'..='9' => Class::Digit,
        // Kyrgyz and Russian, so that nobody has to look into Unicode's tables for them.
        '\u{430}'..='\u{45F}' | 'ң' | 'ө' | 'ү' => Class::Lower,
        '\u{400}'..='\u{42F}' | 'Ң' | 'Ө' | 'Ү' => Class::Upper,
        _ if letter.is_ascii() && !letter.is_ascii_whitespace() => Class::Other,
        _ if letter.is_whitespace() => Class::Blank,
        _ if letter.is_uppercase() => Class::Upper,
        _ if letter.is_alphabetic() || is_mark(letter) => Class::Lower,
        _ if letter.is_numeric() => Class::Digit,
        _ => Class::Other,
    }
}

/// Combining marks belong to the letter before them.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36F}')
}

impl WordStream<'_> {
    /// The next part of a word: from, to, and whether a blank lay before it.
    fn next_part(&mut self) -> Option<(usize, usize, bool)> {
        let mut blank = false;
        let mut start = None;
        let mut last = Class::Other;
        let rest = self.text.get(self.at..)?;
        for (offset, letter) in rest.char_indices() {
            let kind = class(letter);
            let word = !matches!(kind, Class::Other | Class::Blank);
            match start {
                None if word => start = Some(offset),
                None => blank |= kind == Class::Blank,
                Some(from) => {
                    let turns = kind != last && !(last == Class::Upper && kind == Class::Lower);
                    if turns || !word {
                        let (from, to) = (self.at + from, self.at + offset);
                        self.at = to;
                        return Some((from, to, blank));
                    }
                }
            }
            last = kind;
        }
        let (from, to) = (self.at + start?, self.text.len());
        self.at = to;
        Some((from, to, blank))
    }

    fn give_joined(&mut self) -> bool {
        let due = self.pending && self.parts > 1 && self.parts <= JOINED_PARTS;
        self.pending = false;
        if due {
            self.token.text.clear();
            self.token.text.push_str(&self.joined);
        }
        due
    }
}

impl TokenStream for WordStream<'_> {
    fn advance(&mut self) -> bool {
        let before = self.at;
        let Some((from, to, blank)) = self.next_part() else { return self.join && self.give_joined() };
        if self.join && self.pending && blank && self.parts > 1 {
            // The word before is complete: give it whole first, and come back for this part.
            self.at = before;
            if self.give_joined() {
                self.parts = 0;
                self.joined.clear();
                return true;
            }
            self.at = to;
        }
        if blank {
            self.parts = 0;
            self.joined.clear();
        }
        let part = self.text.get(from..to).unwrap_or_default();
        self.token.text.clear();
        self.token.text.push_str(part);
        self.token.offset_from = from;
        self.token.offset_to = to;
        self.token.position = self.token.position.wrapping_add(1);
        if self.join {
            self.joined.push_str(part);
            self.parts += 1;
            self.pending = true;
        }
        true
    }

    fn token(&self) -> &Token {
        &self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        &mut self.token
    }
}

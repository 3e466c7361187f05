//! Cuts a query text into the tokens of Lucene's classic grammar, in one pass and without recursion.
//!
//! Must never look at what a token means; that is `parse`.

use crate::tree::Bound;

/// A token of the classic grammar.
#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    And,
    Or,
    Not,
    Plus,
    Minus,
    Open,
    Close,
    Colon,
    /// `*` alone.
    Star,
    /// A word; escapes are still in it.
    Word(String),
    /// A word with `*` or `?` in it; escapes are still in it.
    Wild(String),
    /// Between quotes; escapes are resolved.
    Quoted(String),
    /// Between slashes.
    Regex(String),
    /// `~` and the number behind it.
    Fuzzy(Option<f32>),
    /// `^` and its number.
    Boost(f32),
    Range(Bound, Bound),
}

/// Reads all tokens.
///
/// # Errors
/// A sentence saying what cannot be read, and where.
pub fn tokens(text: &str) -> Result<Vec<Token>, String> {
    let mut lexer = Lexer { rest: text.chars().collect(), at: 0 };
    let mut tokens = Vec::new();
    while let Some(token) = lexer.next_token()? {
        tokens.push(token);
    }
    Ok(tokens)
}

/// Resolves the escapes of a word.
#[must_use]
pub fn unescape(word: &str) -> String {
    let mut out = String::with_capacity(word.len());
    let mut letters = word.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' => out.extend(letters.next()),
            other => out.push(other),
        }
    }
    out
}

/// What stands between words.
#[must_use]
pub fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{3000}')
}

fn starts_word(letter: char) -> bool {
    !is_blank(letter) && !matches!(letter, '+' | '-') && continues_word(letter)
}

/// True for a letter that a word may have behind its first.
#[must_use]
pub fn continues_word(letter: char) -> bool {
    !is_blank(letter)
        && !matches!(letter, '!' | '(' | ')' | ':' | '^' | '[' | ']' | '"' | '{' | '}' | '~' | '*' | '?' | '\\' | '/')
}

struct Lexer {
    rest: Vec<char>,
    at: usize,
}

impl Lexer {
    fn peek(&self) -> Option<char> {
        self.rest.get(self.at).copied()
    }

    fn second(&self) -> Option<char> {
        self.rest.get(self.at + 1).copied()
    }

    fn fault(&self, what: &str) -> String {
        format!("Cannot parse the query: {what} at character {}", self.at + 1)
    }

    fn skip_blanks(&mut self) {
        while self.peek().is_some_and(is_blank) {
            self.at += 1;
        }
    }

    fn one(&mut self, token: Token) -> Result<Option<Token>, String> {
        self.at += 1;
        Ok(Some(token))
    }

    fn next_token(&mut self) -> Result<Option<Token>, String> {
        self.skip_blanks();
        let Some(letter) = self.peek() else { return Ok(None) };
        // An operator with a blank behind it is a word (Solr's "bare operator").
        if matches!(letter, '+' | '-' | '!') && self.second().is_some_and(is_blank) {
            return self.one(Token::Word(letter.to_string()));
        }
        match letter {
            '+' => self.one(Token::Plus),
            '-' => self.one(Token::Minus),
            '!' => self.one(Token::Not),
            '(' => self.one(Token::Open),
            ')' => self.one(Token::Close),
            ':' => self.one(Token::Colon),
            '"' => self.quoted().map(|text| Some(Token::Quoted(text))),
            '/' => self.regex().map(Some),
            '[' | '{' => self.range().map(Some),
            '~' => {
                self.at += 1;
                Ok(Some(Token::Fuzzy(self.number())))
            }
            '^' => {
                self.at += 1;
                if self.peek() == Some('=') {
                    self.at += 1;
                }
                let number = self.number().ok_or_else(|| self.fault("a boost without a number"))?;
                Ok(Some(Token::Boost(number)))
            }
            _ => self.word().map(Some),
        }
    }

    fn number(&mut self) -> Option<f32> {
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            let point =
                letter == '.' && !text.is_empty() && !text.contains('.') && self.second().is_some_and(|c| c.is_ascii_digit());
            if !letter.is_ascii_digit() && !point {
                break;
            }
            text.push(letter);
            self.at += 1;
        }
        text.parse().ok().filter(|number: &f32| number.is_finite())
    }

    fn quoted(&mut self) -> Result<String, String> {
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            self.at += 1;
            match letter {
                '"' => return Ok(text),
                '\\' => {
                    text.extend(self.peek());
                    self.at += 1;
                }
                other => text.push(other),
            }
        }
        Err(self.fault("a quote is not closed"))
    }

    fn regex(&mut self) -> Result<Token, String> {
        self.at += 1;
        let mut text = String::new();
        while let Some(letter) = self.peek() {
            self.at += 1;
            match letter {
                '/' => return Ok(Token::Regex(text)),
                '\\' if self.peek() == Some('/') => {
                    text.push('/');
                    self.at += 1;
                }
                other => text.push(other),
            }
        }
        Err(self.fault("a regular expression is not closed"))
    }

    fn word(&mut self) -> Result<Token, String> {
        let (mut text, mut wild) = (String::new(), false);
        while let Some(letter) = self.peek() {
            match letter {
                '\\' => {
                    text.push(letter);
                    self.at += 1;
                    text.push(self.peek().ok_or_else(|| self.fault("nothing follows a backslash"))?);
                }
                '*' | '?' => {
                    wild = true;
                    text.push(letter);
                }
                other if continues_word(other) && (!text.is_empty() || starts_word(other)) => text.push(other),
                _ => break,
            }
            self.at += 1;
        }
        match text.as_str() {
            "" => Err(self.fault("an unexpected character")),
            "AND" | "&&" => Ok(Token::And),
            "OR" | "||" => Ok(Token::Or),
            "NOT" => Ok(Token::Not),
            "*" => Ok(Token::Star),
            _ if wild => Ok(Token::Wild(text)),
            _ => Ok(Token::Word(text)),
        }
    }

    fn range(&mut self) -> Result<Token, String> {
        let low_included = self.peek() == Some('[');
        self.at += 1;
        let low = self.range_word()?;
        if self.range_word()?.0 != "TO" {
            return Err(self.fault("a range without TO"));
        }
        let high = self.range_word()?;
        self.skip_blanks();
        let high_included = match self.peek() {
            Some(']') => true,
            Some('}') => false,
            _ => return Err(self.fault("a range is not closed")),
        };
        self.at += 1;
        Ok(Token::Range(bound(low, low_included), bound(high, high_included)))
    }

    /// A quoted text is followed by a blank or the end of the range, else its quotes belong to the word. The flag says
    /// that it was quoted.
    fn range_word(&mut self) -> Result<(String, bool), String> {
        self.skip_blanks();
        let from = self.at;
        if self.peek() == Some('"') {
            let text = self.quoted()?;
            if self.peek().is_none_or(|letter| is_blank(letter) || matches!(letter, ']' | '}')) {
                return Ok((text, true));
            }
            self.at = from;
        }
        let mut text = String::new();
        while let Some(letter) = self.peek().filter(|letter| !matches!(letter, ' ' | ']' | '}')) {
            text.push(letter);
            self.at += 1;
        }
        if text.is_empty() { Err(self.fault("a range lacks a value")) } else { Ok((unescape(&text), false)) }
    }
}

fn bound((text, quoted): (String, bool), included: bool) -> Bound {
    match (text.as_str(), included) {
        ("*", _) if !quoted => Bound::Open,
        (_, true) => Bound::Included(text),
        (_, false) => Bound::Excluded(text),
    }
}

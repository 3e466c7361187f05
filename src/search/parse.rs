//! Lucene's classic syntax with AND as the default operator, read without recursion.
//!
//! A clause is mandatory unless an `OR` stands before or behind it; this is not precedence (`a OR b AND c` is `a +b +c`), and
//! clients rely on it. Must never build a tree deeper or larger than the limits: what is refused here can harm nobody.

use base::{Error, Result, limits};

use crate::lex::{self, Token};
use crate::tree::{Bound, Node, Occur, Test};

/// Where a text stands; decides what is forgiven.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// `q`: has to be whole.
    Query,
    /// `fq`: CKAN puts it into a longer text, so an operator at its ends is harmless.
    Filter,
}

/// Reads a query.
///
/// # Errors
/// [`base::Kind::Search`] where Solr would refuse the text, or where it exceeds the limits.
pub fn parse(text: &str, place: Place) -> Result<Node> {
    check_text(text, if place == Place::Filter { "fq" } else { "q" })?;
    let mut tokens = lex::tokens(text).map_err(Error::search)?;
    if place == Place::Filter {
        trim_operators(&mut tokens);
    }
    if tokens.is_empty() {
        return if place == Place::Filter { Ok(Node::All) } else { Ok(Node::Nothing) };
    }
    Parser { tokens, at: 0, stack: vec![Frame::default()], clauses: 0 }.run()
}

/// What no text of a caller's may hold: local parameters, embedded queries, more bytes than the limit.
///
/// # Errors
/// [`base::Kind::Search`], or [`base::Kind::SearchQuery`] for a `{!` that does not end.
pub fn check_text(text: &str, parameter: &str) -> Result<()> {
    if text.len() > limits::QUERY_BYTES {
        return Err(Error::search(format!("The query is longer than {} bytes", limits::QUERY_BYTES)));
    }
    if let Some((_, rest)) = text.split_once("{!") {
        return Err(if rest.contains('}') {
            Error::search(format!("Local parameters are not supported in param '{parameter}'."))
        } else {
            Error::search_query("Could not parse incoming local parameters")
        });
    }
    if text.contains("_query_:") {
        return Err(Error::search("Embedded queries are not supported"));
    }
    Ok(())
}

fn trim_operators(tokens: &mut Vec<Token>) {
    while matches!(tokens.last(), Some(Token::And | Token::Or)) {
        tokens.pop();
    }
    let leading = tokens.iter().take_while(|token| matches!(token, Token::And | Token::Or)).count();
    tokens.drain(..leading);
}

#[derive(Clone, Copy, PartialEq)]
enum Link {
    None,
    And,
    Or,
}

#[derive(Clone, Copy, PartialEq)]
enum Sign {
    None,
    Must,
    Not,
}

/// A group that is being read: its field, its clauses, and how it hangs in the group around it.
struct Frame {
    field: Option<String>,
    clauses: Vec<(Occur, Node)>,
    /// Clauses seen, also those that said nothing.
    seen: usize,
    first_is_bare: bool,
    link: Link,
    sign: Sign,
}

impl Default for Frame {
    fn default() -> Self {
        Self { field: None, clauses: Vec::new(), seen: 0, first_is_bare: false, link: Link::None, sign: Sign::None }
    }
}

impl Frame {
    fn add(&mut self, link: Link, sign: Sign, node: Node) {
        if self.seen == 0 {
            self.first_is_bare = sign == Sign::None;
        }
        self.seen += 1;
        if let Some((occur, _)) = self.clauses.last_mut().filter(|(occur, _)| *occur != Occur::MustNot) {
            match link {
                Link::And => *occur = Occur::Must,
                Link::Or => *occur = Occur::Should,
                Link::None => {}
            }
        }
        if node == Node::Nothing {
            return;
        }
        let occur = match (sign, link) {
            (Sign::Not, _) => Occur::MustNot,
            (_, Link::Or) => Occur::Should,
            _ => Occur::Must,
        };
        self.clauses.push((occur, node));
    }

    fn into_node(mut self) -> Node {
        if self.seen == 1 && self.first_is_bare {
            return self.clauses.pop().map_or(Node::Nothing, |(_, node)| node);
        }
        if self.clauses.is_empty() { Node::Nothing } else { Node::Group(self.clauses) }
    }
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    stack: Vec<Frame>,
    clauses: usize,
}

impl Parser {
    fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.at)
    }

    fn take(&mut self) -> Option<Token> {
        let token = self.tokens.get_mut(self.at).map(|token| std::mem::replace(token, Token::Colon));
        self.at += 1;
        token
    }

    fn run(mut self) -> Result<Node> {
        loop {
            let top_is_fresh = self.stack.last().is_none_or(|frame| frame.seen == 0);
            match self.peek() {
                None => break,
                Some(Token::Close) if !top_is_fresh => {
                    self.at += 1;
                    self.close()?;
                    continue;
                }
                _ => {}
            }
            let link = if top_is_fresh { Link::None } else { self.link() };
            let sign = self.sign();
            self.clause(link, sign)?;
        }
        match (self.stack.pop(), self.stack.is_empty()) {
            (Some(frame), true) if frame.seen > 0 => Ok(frame.into_node()),
            _ => Err(refused("a parenthesis is not closed")),
        }
    }

    fn link(&mut self) -> Link {
        let link = match self.peek() {
            Some(Token::And) => Link::And,
            Some(Token::Or) => Link::Or,
            _ => return Link::None,
        };
        self.at += 1;
        link
    }

    fn sign(&mut self) -> Sign {
        let sign = match self.peek() {
            Some(Token::Plus) => Sign::Must,
            Some(Token::Minus | Token::Not) => Sign::Not,
            _ => return Sign::None,
        };
        self.at += 1;
        sign
    }

    fn clause(&mut self, link: Link, sign: Sign) -> Result<()> {
        self.clauses += 1;
        if self.clauses > limits::QUERY_CLAUSES {
            return Err(Error::search(format!("The query has more than {} clauses", limits::QUERY_CLAUSES)));
        }
        let mut field = self.stack.last().and_then(|frame| frame.field.clone());
        if self.tokens.get(self.at + 1) == Some(&Token::Colon) {
            field = match self.peek() {
                Some(Token::Word(word)) => Some(lex::unescape(word)),
                Some(Token::Star) => Some("*".to_owned()),
                _ => return Err(refused("a colon behind something that is no field")),
            };
            self.at += 2;
        }
        if self.peek() == Some(&Token::Open) {
            self.at += 1;
            if self.stack.len() > limits::QUERY_DEPTH {
                return Err(Error::search(format!("The query is nested deeper than {} levels", limits::QUERY_DEPTH)));
            }
            self.stack.push(Frame { field, link, sign, ..Frame::default() });
            return Ok(());
        }
        let node = self.leaf(field)?;
        let node = self.boosted(node);
        self.add(link, sign, node)
    }

    fn add(&mut self, link: Link, sign: Sign, node: Node) -> Result<()> {
        let frame = self.stack.last_mut().ok_or_else(|| refused("a parenthesis too many"))?;
        frame.add(link, sign, node);
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let frame = self.stack.pop().filter(|_| !self.stack.is_empty()).ok_or_else(|| refused("a parenthesis too many"))?;
        let (link, sign) = (frame.link, frame.sign);
        let node = self.boosted(frame.into_node());
        self.add(link, sign, node)
    }

    fn boosted(&mut self, node: Node) -> Node {
        match self.peek() {
            Some(Token::Boost(factor)) => {
                let factor = *factor;
                self.at += 1;
                if node == Node::Nothing { node } else { Node::Boost(Box::new(node), factor) }
            }
            _ => node,
        }
    }

    fn fuzzy(&mut self) -> Option<Option<f32>> {
        match self.peek() {
            Some(Token::Fuzzy(number)) => {
                let number = *number;
                self.at += 1;
                Some(number)
            }
            _ => None,
        }
    }

    fn leaf(&mut self, field: Option<String>) -> Result<Node> {
        let token = self.take().ok_or_else(|| refused("the query ends too early"))?;
        let everywhere = field.as_deref() == Some("*");
        let test = match token {
            Token::Star if everywhere => return Ok(Node::All),
            Token::Range(Bound::Open, Bound::Open) if everywhere => return Ok(Node::All),
            _ if everywhere => return Err(refused("undefined field *")),
            Token::Star => Test::Exists,
            Token::Word(word) => self.word(&word),
            Token::Wild(pattern) => {
                self.fuzzy();
                Test::Wild(pattern)
            }
            Token::Regex(pattern) => {
                self.fuzzy();
                Test::Regex(pattern)
            }
            Token::Range(low, high) => Test::Range { low, high },
            Token::Quoted(text) => {
                let slop = self.fuzzy().flatten().map_or(0, slop_of);
                if text.trim().is_empty() {
                    return Ok(Node::Nothing);
                }
                Test::Phrase(text, slop)
            }
            Token::Close => return Err(refused("a parenthesis too many, or an empty pair")),
            _ => return Err(refused("an operator or a sign where a word is due")),
        };
        Ok(Node::Leaf(field, test))
    }

    fn word(&mut self, word: &str) -> Test {
        let word = lex::unescape(word);
        match self.fuzzy() {
            None => Test::Word(word),
            Some(number) => {
                let edits = edits_of(number, word.chars().count());
                Test::Fuzzy(word, edits)
            }
        }
    }
}

/// More than this is as good as "anywhere in the text", and costs as much.
fn slop_of(number: f32) -> u32 {
    [1000_u16, 100, 50, 20, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]
        .into_iter()
        .find(|step| number >= f32::from(*step))
        .map_or(0, u32::from)
}

/// `~1`, `~2`, or a share of the word's letters that has to be right.
fn edits_of(number: Option<f32>, letters: usize) -> u8 {
    let Some(number) = number else { return 2 };
    if number >= 1.0 {
        return if number >= 2.0 { 2 } else { 1 };
    }
    if number <= 0.0 {
        return 0;
    }
    let wrong = (1.0 - number) * f32::from(u16::try_from(letters).unwrap_or(u16::MAX));
    if wrong >= 2.0 { 2 } else { u8::from(wrong >= 1.0) }
}

fn refused(why: &str) -> Error {
    Error::search(format!("Cannot parse the query: {why}"))
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;

//! Lucene's classic syntax with AND as the default operator, read without recursion.
//!
//! A clause is mandatory unless an `OR` stands before or behind it; this is not precedence (`a OR b AND c` is `a +b +c`), and
//! clients rely on it in `q`. A filter that mixes the two is read as it was meant ([`filter`]). Must never build a tree deeper or larger than the limits: what is refused here can harm nobody.

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
    read(text, place, false)
}

/// Reads a filter as it was meant: `AND` binds closer than `OR`, and both closer than a blank.
///
/// # Errors
/// As [`parse`].
pub fn filter(text: &str) -> Result<Node> {
    read(text, Place::Filter, true).map(Node::meant)
}

fn read(text: &str, place: Place, precedence: bool) -> Result<Node> {
    let (parameter, bytes, most) = match place {
        Place::Query => ("q", limits::QUERY_BYTES, limits::QUERY_CLAUSES),
        Place::Filter => ("fq", limits::FILTER_BYTES, limits::FILTER_CLAUSES),
    };
    check(text, parameter, bytes)?;
    let mut tokens = lex::tokens(text).map_err(Error::search)?;
    if place == Place::Filter {
        trim_operators(&mut tokens);
    }
    if tokens.is_empty() {
        return if place == Place::Filter { Ok(Node::All) } else { Ok(Node::Nothing) };
    }
    Parser { tokens, at: 0, stack: vec![Frame::default()], clauses: 0, most, precedence }.run()
}

/// What no text of a caller's may hold: local parameters, embedded queries, more bytes than the limit.
///
/// # Errors
/// [`base::Kind::Search`], or [`base::Kind::SearchQuery`] for a `{!` that does not end.
pub fn check_text(text: &str, parameter: &str) -> Result<()> {
    check(text, parameter, limits::QUERY_BYTES)
}

fn check(text: &str, parameter: &str, bytes: usize) -> Result<()> {
    if text.len() > bytes {
        return Err(Error::search(format!("The query in param '{parameter}' is longer than {bytes} bytes")));
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

/// A group that is being read: its field, its clauses as they come, and how it hangs in the group around it.
struct Frame {
    field: Option<String>,
    /// Also those that said nothing.
    clauses: Vec<(Link, Sign, Node)>,
    link: Link,
    sign: Sign,
}

impl Default for Frame {
    fn default() -> Self {
        Self { field: None, clauses: Vec::new(), link: Link::None, sign: Sign::None }
    }
}

impl Frame {
    fn into_node(mut self, precedence: bool) -> Node {
        if self.clauses.len() == 1 && self.clauses.first().is_some_and(|(_, sign, _)| *sign == Sign::None) {
            return self.clauses.pop().map_or(Node::Nothing, |(_, _, node)| node);
        }
        let has = |wanted: Link| self.clauses.iter().any(|(link, _, _)| *link == wanted);
        let is_mixed = has(Link::And) && has(Link::Or);
        let clauses = if precedence && is_mixed { by_precedence(self.clauses) } else { by_neighbours(self.clauses) };
        if clauses.is_empty() { Node::Nothing } else { Node::Group(clauses) }
    }
}

/// Lucene's classic way: an operator changes the clauses beside it.
fn by_neighbours(all: Vec<(Link, Sign, Node)>) -> Vec<(Occur, Node)> {
    let mut clauses: Vec<(Occur, Node)> = Vec::with_capacity(all.len());
    for (link, sign, node) in all {
        if let Some((occur, _)) = clauses.last_mut().filter(|(occur, _)| *occur != Occur::MustNot) {
            match link {
                Link::And => *occur = Occur::Must,
                Link::Or => *occur = Occur::Should,
                Link::None => {}
            }
        }
        let occur = match (sign, link) {
            (Sign::Not, _) => Occur::MustNot,
            (_, Link::Or) => Occur::Should,
            _ => Occur::Must,
        };
        clauses.extend((node != Node::Nothing).then_some((occur, node)));
    }
    clauses
}

fn by_precedence(all: Vec<(Link, Sign, Node)>) -> Vec<(Occur, Node)> {
    let (mut clauses, mut alternatives) = (Vec::with_capacity(all.len()), vec![Vec::new()]);
    for (link, sign, node) in all {
        match link {
            Link::And => {}
            Link::Or => alternatives.push(Vec::new()),
            Link::None => close(std::mem::replace(&mut alternatives, vec![Vec::new()]), &mut clauses),
        }
        let occur = if sign == Sign::Not { Occur::MustNot } else { Occur::Must };
        if let Some(together) = alternatives.last_mut().filter(|_| node != Node::Nothing) {
            together.push((occur, node));
        }
    }
    close(alternatives, &mut clauses);
    clauses
}

/// Adds alternatives, each of them clauses that hold together, as what has to hold.
fn close(mut alternatives: Vec<Vec<(Occur, Node)>>, clauses: &mut Vec<(Occur, Node)>) {
    alternatives.retain(|together| !together.is_empty());
    if alternatives.len() < 2 {
        clauses.extend(alternatives.into_iter().flatten());
        return;
    }
    let one = |mut together: Vec<(Occur, Node)>| {
        if together.iter().all(|(occur, _)| *occur == Occur::MustNot) {
            together.push((Occur::Must, Node::All));
        }
        match (together.len(), together.pop()) {
            (1, Some((_, node))) => node,
            (_, last) => Node::Group(together.into_iter().chain(last).collect()),
        }
    };
    let alternatives = alternatives.into_iter().map(|together| (Occur::Should, one(together)));
    clauses.push((Occur::Must, Node::Group(alternatives.collect())));
}

struct Parser {
    tokens: Vec<Token>,
    at: usize,
    stack: Vec<Frame>,
    clauses: usize,
    /// Clauses that there may be.
    most: usize,
    precedence: bool,
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
            let top_is_fresh = self.stack.last().is_none_or(|frame| frame.clauses.is_empty());
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
            (Some(frame), true) if !frame.clauses.is_empty() => Ok(frame.into_node(self.precedence)),
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
        if self.clauses > self.most {
            return Err(Error::search(format!("The query has more than {} clauses", self.most)));
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
        frame.clauses.push((link, sign, node));
        Ok(())
    }

    fn close(&mut self) -> Result<()> {
        let frame = self.stack.pop().filter(|_| !self.stack.is_empty()).ok_or_else(|| refused("a parenthesis too many"))?;
        let (link, sign) = (frame.link, frame.sign);
        let node = self.boosted(frame.into_node(self.precedence));
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

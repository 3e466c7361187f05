//! Where the words of a question stand in a text: for marking them, and for reading a term as it is written.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use regex::Regex;
use tantivy::tokenizer::{TextAnalyzer, TokenizerManager};

use crate::parse::{self, Place};
use crate::question::is_ranked_here;
use crate::repair::Readings;
use crate::request::Request;
use crate::tree::{Node, Occur, Test};
use crate::{analyze, dismax, scan};

/// Bytes of a text that are looked at.
const TEXT_BYTES: usize = 20_000;
/// Patterns whose words are marked.
const PATTERNS: usize = 8;
/// Letters of an extract, and of what stands in it before the first mark.
const EXTRACT: usize = 240;
const BEFORE: usize = 60;

/// The words that are looked for.
pub struct Words {
    analyzer: Option<TextAnalyzer>,
    terms: HashSet<String>,
    patterns: Vec<Regex>,
}

impl Words {
    /// Terms, as this analyzer gives them.
    pub fn new(analyzers: &TokenizerManager, analyzer: &str, terms: impl IntoIterator<Item = String>) -> Self {
        Self { analyzer: analyzers.get(analyzer), terms: terms.into_iter().collect(), patterns: Vec::new() }
    }

    /// The words that datasets are found by; not those that are excluded.
    #[must_use]
    pub fn of(analyzers: &TokenizerManager, request: &Request, readings: &Readings) -> Self {
        let (mut texts, mut patterns, q) = (Vec::new(), Vec::new(), request.q.as_str());
        match parse::parse(q, Place::Query) {
            Ok(node) if q.contains(':') => words(&node, &mut texts, &mut patterns),
            _ => {
                texts.extend(dismax::parts(q).into_iter().flatten().filter(|part| part.sign != Some(false)).map(|part| part.text))
            }
        }
        texts.extend(readings.all().cloned());
        let analyzer = if is_ranked_here(request) { analyze::KEYS } else { analyze::TEXT };
        let Some(mut reading) = analyze::asking(analyzers, analyzer) else { return Self::new(analyzers, analyzer, []) };
        let terms = texts.iter().flat_map(|text| match analyzer {
            analyze::KEYS => analyze::readings(&mut reading, text),
            _ => vec![analyze::terms(&mut reading, text)],
        });
        Self { patterns, ..Self::new(analyzers, analyzer, terms.flatten().map(|(_, term)| term)) }
    }

    /// Where they stand, in order, not overlapping.
    fn places(&mut self, text: &str) -> Vec<Range<usize>> {
        let mut places: Vec<Range<usize>> = Vec::new();
        let Some(analyzer) = self.analyzer.as_mut().filter(|_| !(self.terms.is_empty() && self.patterns.is_empty())) else {
            return places;
        };
        let mut stream = analyzer.token_stream(text);
        while stream.advance() {
            let token = stream.token();
            let is_meant = self.terms.contains(&token.text) || self.patterns.iter().any(|pattern| pattern.is_match(&token.text));
            if is_meant && places.last().is_none_or(|last| last.end <= token.offset_from) {
                places.push(token.offset_from..token.offset_to);
            }
        }
        places
    }

    /// Those that stand in a text, in small letters.
    pub fn all_in(&mut self, text: &str) -> BTreeSet<String> {
        let places = self.places(text);
        places.into_iter().filter_map(|place| text.get(place)).map(str::to_lowercase).collect()
    }

    /// An extract of a text, as HTML, with the words in `<em>`; `None` where none of them stands in it.
    pub fn extract(&mut self, text: &str) -> Option<String> {
        let text = text.get(..text.floor_char_boundary(TEXT_BYTES)).unwrap_or_default();
        let places = self.places(text);
        let first = places.first()?;
        let whole = text.chars().nth(EXTRACT).is_none();
        let from = if whole { 0 } else { backwards(text, first.start, BEFORE) };
        let to = text.get(from..)?.char_indices().nth(EXTRACT).map_or(text.len(), |(offset, _)| from + offset);
        let mut out = String::from(if from > 0 { "…" } else { "" });
        let mut at = from;
        for place in places.into_iter().filter(|place| place.start >= from && place.end <= to) {
            escape(text.get(at..place.start)?, &mut out);
            out.push_str("<em>");
            escape(text.get(place.clone())?, &mut out);
            out.push_str("</em>");
            at = place.end;
        }
        escape(text.get(at..to)?, &mut out);
        out.push_str(if to < text.len() { "…" } else { "" });
        Some(out)
    }
}

/// The beginning of the word that stands `letters` before a place.
fn backwards(text: &str, place: usize, letters: usize) -> usize {
    let before = text.get(..place).unwrap_or_default();
    let Some((from, _)) = before.char_indices().rev().nth(letters) else { return 0 };
    before.get(from..).and_then(|rest| rest.find(char::is_whitespace)).map_or(from, |blank| from + blank + 1)
}

fn escape(text: &str, out: &mut String) {
    for letter in text.chars() {
        match letter {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
}

fn words(node: &Node, texts: &mut Vec<String>, patterns: &mut Vec<Regex>) {
    match node {
        Node::Group(clauses) => {
            clauses.iter().filter(|(occur, _)| *occur != Occur::MustNot).for_each(|(_, node)| words(node, texts, patterns));
        }
        Node::Leaf(_, Test::Wild(pattern)) if patterns.len() < PATTERNS => patterns.extend(scan::glob(pattern)),
        Node::Leaf(_, Test::Word(text) | Test::Phrase(text, _)) => texts.push(text.clone()),
        Node::Boost(inner, _) => words(inner, texts, patterns),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn extract(q: &str, text: &str) -> Option<String> {
        let request = Request { q: q.to_owned(), ..Request::public() };
        Words::of(&analyze::manager(), &request, &Readings::default()).extract(text)
    }

    #[test]
    fn words_are_marked_and_everything_else_is_text() {
        assert_eq!(extract("cities", "A <b>City</b> & more").as_deref(), Some("A &lt;b&gt;<em>City</em>&lt;/b&gt; &amp; more"));
        assert_eq!(extract("title:water -notes:wine", "wine and Water").as_deref(), Some("wine and <em>Water</em>"));
        assert_eq!(extract("окмоттун", "Өкмөткө <b>").as_deref(), Some("<em>Өкмөткө</em> &lt;b&gt;"));
        assert_eq!(extract("title:окмоттун", "Өкмөткө"), None);
        assert_eq!(extract("title:бюдж*", "Өлкөнүн бюджети").as_deref(), Some("Өлкөнүн <em>бюджети</em>"));
        assert_eq!(
            extract("title:b?dg* -notes:w*", "Budget, budding, water").as_deref(),
            Some("<em>Budget</em>, budding, water")
        );
        assert_eq!(extract("x", "water"), None);
        assert_eq!(extract("", "water"), None);
    }

    #[test]
    fn long_texts_are_cut_around_the_first_word() {
        let text = format!("{} бюджет {}", "сөз ".repeat(100), "сөз ".repeat(1000));
        let extract = extract("бюджет", &text).unwrap();
        assert!(extract.starts_with("…сөз") && extract.ends_with('…') && extract.contains("<em>бюджет</em>"), "{extract}");
        assert!(extract.chars().count() < 260);
    }
}

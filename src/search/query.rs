//! From the tree of a query to a query of the engine: here a field's type decides what a word means.
//!
//! Must never be handed the caller's permission labels: those are applied to whatever comes out (`view`), so that no text can
//! touch them.

use std::ops::Bound as Edge;
use std::sync::Arc;
use std::time::Instant;

use base::{Error, Result, time::Stamp};
use tantivy::query::{
    AllQuery, BooleanQuery, BoostQuery, DisjunctionMaxQuery, EmptyQuery, ExistsQuery, Occur as Engine, PhraseQuery, Query,
    RangeQuery, TermQuery,
};
use tantivy::schema::IndexRecordOption;
use tantivy::tokenizer::TokenizerManager;
use tantivy::{Searcher, Term};

use crate::dismax::{self, Part};
use crate::repair::Readings;
use crate::schema::{Fields, Kind, Place};
use crate::terms::Terms;
use crate::tree::{Bound, Node, Occur, Test};
use crate::word::{Weighted, WordQuery};
use crate::{analyze, dates, failed, scan::Scan};

pub type Boxed = Box<dyn Query>;

/// A query of the engine, whatever its type.
pub fn boxed(query: impl Query) -> Boxed {
    Box::new(query)
}

/// What a word without a field is looked for in.
#[derive(Clone, Debug)]
pub struct Defaults {
    pub places: Vec<(Place, f32)>,
    pub tie: f32,
}

/// Turns trees into queries.
pub struct Builder<'a> {
    pub fields: &'a Fields,
    /// The state of the index that is asked.
    pub searcher: &'a Searcher,
    pub analyzers: &'a TokenizerManager,
    pub now: Stamp,
    pub deadline: Instant,
    pub defaults: Defaults,
    /// What words of a free text can be read as.
    pub readings: Readings,
    pub terms: &'a Arc<Terms>,
}

impl Builder<'_> {
    /// A whole `q` or `fq`. One that only excludes excludes from everything.
    ///
    /// # Errors
    /// [`base::Kind::Search`] for values that a field cannot have, [`base::Kind::SearchQuery`] for fields that are not the
    /// caller's.
    pub fn whole(&self, node: &Node) -> Result<Boxed> {
        let built = match node {
            Node::Group(clauses) if clauses.iter().all(|(occur, _)| *occur == Occur::MustNot) => {
                let mut all: Vec<(Engine, Boxed)> = vec![(Engine::Must, Box::new(AllQuery))];
                for (_, node) in clauses {
                    all.extend(self.node(node)?.map(|query| (Engine::MustNot, query)));
                }
                Some(boxed(BooleanQuery::new(all)))
            }
            node => self.node(node)?,
        };
        Ok(built.unwrap_or_else(|| Box::new(EmptyQuery)))
    }

    /// `None` says nothing: punctuation, an empty phrase.
    fn node(&self, node: &Node) -> Result<Option<Boxed>> {
        match node {
            Node::All => Ok(Some(Box::new(AllQuery))),
            Node::Nothing => Ok(None),
            Node::Boost(inner, factor) => Ok(self.node(inner)?.map(|query| boxed(BoostQuery::new(query, *factor)))),
            Node::Leaf(Some(name), test) => self.leaf(&self.fields.place(name)?, test),
            Node::Leaf(None, test) => self.anywhere(test),
            Node::Group(clauses) => self.group(clauses),
        }
    }

    fn group(&self, clauses: &[(Occur, Node)]) -> Result<Option<Boxed>> {
        let mut all: Vec<(Engine, Boxed)> = Vec::with_capacity(clauses.len());
        for (occur, node) in clauses {
            let occur = match occur {
                Occur::Must => Engine::Must,
                Occur::Should => Engine::Should,
                Occur::MustNot => Engine::MustNot,
            };
            all.extend(self.node(node)?.map(|query| (occur, query)));
        }
        if all.is_empty() {
            return Ok(None);
        }
        if all.iter().all(|(occur, _)| *occur == Engine::MustNot) {
            return Ok(Some(Box::new(EmptyQuery)));
        }
        Ok(Some(Box::new(BooleanQuery::new(all))))
    }

    /// The free text of dismax; `mm` says how many of its words have to be there.
    ///
    /// # Errors
    /// As [`Builder::whole`].
    pub fn free_text(&self, text: &str, mm: &str) -> Result<Boxed> {
        self.combined(&dismax::parts(text)?, mm, &|test| self.anywhere(test))
    }

    /// The parts of a free text as one query; `each` says what one of them asks for.
    ///
    /// # Errors
    /// As [`Builder::whole`].
    pub fn combined(&self, parts: &[Part], mm: &str, each: &dyn Fn(&Test) -> Result<Option<Boxed>>) -> Result<Boxed> {
        let (mut all, mut optional): (Vec<(Engine, Boxed)>, Vec<Boxed>) = (Vec::new(), Vec::new());
        for part in parts {
            let text = part.text.clone();
            let Some(query) = each(&if part.quoted { Test::Phrase(text, 0) } else { Test::Word(text) })? else { continue };
            match part.sign {
                Some(true) => all.push((Engine::Must, query)),
                Some(false) => all.push((Engine::MustNot, query)),
                None => optional.push(query),
            }
        }
        let due = dismax::minimum(mm, optional.len())?;
        if due == optional.len() {
            all.extend(optional.into_iter().map(|query| (Engine::Must, query)));
        } else {
            let optional = optional.into_iter().map(|query| (Engine::Should, query)).collect();
            let some = BooleanQuery::with_minimum_required_clauses(optional, due.max(1));
            all.push((if due == 0 { Engine::Should } else { Engine::Must }, Box::new(some)));
        }
        if !all.is_empty() && all.iter().all(|(occur, _)| *occur == Engine::MustNot) {
            all.push((Engine::Must, Box::new(AllQuery)));
        }
        Ok(if all.is_empty() { Box::new(EmptyQuery) } else { Box::new(BooleanQuery::new(all)) })
    }

    /// A test on the default fields: the best of them counts, the others a little. A word that is nothing but punctuation
    /// to the text fields says nothing.
    fn anywhere(&self, test: &Test) -> Result<Option<Boxed>> {
        let mut found: Vec<Boxed> = Vec::with_capacity(self.defaults.places.len());
        let (mut texts, mut silent) = (0, 0);
        for (place, weight) in &self.defaults.places {
            let query = self.leaf(place, test)?;
            if matches!(place.kind, Kind::Text(_)) {
                texts += 1;
                silent += usize::from(query.is_none());
            }
            let Some(query) = query else { continue };
            found.push(if (weight - 1.0).abs() < f32::EPSILON { query } else { Box::new(BoostQuery::new(query, *weight)) });
        }
        if texts > 0 && texts == silent {
            return Ok(None);
        }
        Ok(if found.len() > 1 {
            Some(Box::new(DisjunctionMaxQuery::with_tie_breaker(found, self.defaults.tie)))
        } else {
            found.pop()
        })
    }

    /// A test on one field; `None` says nothing.
    ///
    /// # Errors
    /// As [`Builder::whole`].
    pub fn leaf(&self, place: &Place, test: &Test) -> Result<Option<Boxed>> {
        match place.name.as_str() {
            // One index, one site, one kind of entity: these hold for every document.
            "site_id" => return Ok(Some(Box::new(AllQuery))),
            "entity_type" => {
                let ours = test.is_exists() || matches!(test, Test::Word(word) | Test::Phrase(word, _) if word == "package");
                return Ok(Some(if ours { Box::new(AllQuery) } else { Box::new(EmptyQuery) }));
            }
            _ => {}
        }
        if test.is_exists() {
            return Ok(Some(self.exists(place)));
        }
        match place.kind {
            Kind::Date | Kind::Integer => self.number(place, test).map(Some),
            Kind::Exact => self.exact(place, test).map(Some),
            Kind::Text(analyze::KEYS) => {
                let mut each = self.keys(place, test)?;
                Ok(if each.len() > 1 { Some(boxed(DisjunctionMaxQuery::new(each))) } else { each.pop() })
            }
            Kind::Text(analyzer) => self.text(place, analyzer, test),
        }
    }

    fn exists(&self, place: &Place) -> Boxed {
        match place.kind {
            // Every dataset has a name.
            Kind::Text(_) if place.name == "text" => Box::new(AllQuery),
            Kind::Text(_) => {
                Box::new(TermQuery::new(Term::from_field_text(self.fields.has, &place.name), IndexRecordOption::Basic))
            }
            _ => Box::new(ExistsQuery::new(place.column.clone(), false)),
        }
    }

    fn exact(&self, place: &Place, test: &Test) -> Result<Boxed> {
        match test {
            Test::Word(value) | Test::Phrase(value, _) => {
                Ok(Box::new(TermQuery::new(place.term(value), IndexRecordOption::Basic)))
            }
            other => self.scan(place, other),
        }
    }

    fn scan(&self, place: &Place, test: &Test) -> Result<Boxed> {
        Ok(Box::new(match test {
            Test::Wild(pattern) => Scan::wild(place, pattern, self.deadline)?,
            Test::Regex(pattern) => Scan::regex(place, pattern, self.deadline)?,
            Test::Fuzzy(word, edits) => Scan::fuzzy(place, word, *edits, self.deadline),
            Test::Range { low, high } => Scan::between(place, low.clone(), high.clone(), self.deadline),
            Test::Word(_) | Test::Phrase(..) | Test::Exists => Scan::between(place, Bound::Open, Bound::Open, self.deadline),
        }))
    }

    fn text(&self, place: &Place, analyzer: &str, test: &Test) -> Result<Option<Boxed>> {
        let (text, slop) = match test {
            Test::Word(text) => (text, 0),
            Test::Phrase(text, slop) => (text, *slop),
            other => return self.scan(place, other).map(Some),
        };
        let mut reading = analyze::asking(self.analyzers, analyzer).ok_or_else(|| Error::internal("an analyzer is missing"))?;
        let words = analyze::terms(&mut reading, text);
        if analyzer == analyze::NGRAM {
            let piece = |piece: &String| match Scan::piece(place, piece, self.deadline) {
                Some(scan) => boxed(scan),
                None => boxed(EmptyQuery),
            };
            let each: Vec<Boxed> = words.iter().map(|(_, word)| piece(word)).collect();
            return Ok(if each.is_empty() { None } else { Some(Box::new(BooleanQuery::intersection(each))) });
        }
        Ok(together(place, words, slop))
    }

    /// A test on keys, once for each language that it can be of.
    ///
    /// # Errors
    /// As [`Builder::whole`].
    pub fn keys(&self, place: &Place, test: &Test) -> Result<Vec<Boxed>> {
        let (text, slop) = match test {
            Test::Word(text) => (text, 0),
            Test::Phrase(text, slop) => (text, *slop),
            other => return Ok(vec![self.scan(place, other)?]),
        };
        Ok(self.read(text)?.into_iter().filter_map(|words| together(place, words, slop)).collect())
    }

    /// All words of a text in keys, wherever they stand; once for each language that it can be of.
    ///
    /// # Errors
    /// As [`Builder::whole`].
    pub fn all_keys(&self, place: &Place, text: &str) -> Result<Vec<Boxed>> {
        let word = |(_, key): (usize, String)| self.any_of(vec![Weighted::plain(place.term(&key))]);
        let all = |words: Vec<(usize, String)>| boxed(BooleanQuery::intersection(words.into_iter().map(word).collect()));
        Ok(self.read(text)?.into_iter().map(all).collect())
    }

    /// What has one of some terms.
    pub fn any_of(&self, each: Vec<Weighted>) -> Boxed {
        Box::new(WordQuery::new(each, 0.0, self.terms))
    }

    /// A text in keys. Of the languages that it can be of those whose keys no dataset has are left out, unless it is all.
    ///
    /// # Errors
    /// Internal, when a dictionary cannot be read.
    pub fn read(&self, text: &str) -> Result<Vec<Vec<(usize, String)>>> {
        let reading = analyze::asking(self.analyzers, analyze::KEYS);
        let mut reading = reading.ok_or_else(|| Error::internal("an analyzer is missing"))?;
        let (mut found, mut others) = (Vec::new(), Vec::new());
        let readings = analyze::readings(&mut reading, text);
        if readings.len() == 1 {
            return Ok(readings);
        }
        for words in readings {
            let mut known = true;
            for (_, key) in &words {
                known = known && self.is_term(&Term::from_field_text(self.fields.text_keys, key))?;
            }
            if known { found.push(words) } else { others.push(words) }
        }
        Ok(if found.is_empty() {
            others.truncate(1);
            others
        } else {
            found
        })
    }

    /// True where any dataset has a term.
    ///
    /// # Errors
    /// Internal, when a dictionary cannot be read.
    pub fn is_term(&self, term: &Term) -> Result<bool> {
        self.terms.frequency(self.searcher, term).map(|found| found > 0).map_err(failed)
    }

    fn number(&self, place: &Place, test: &Test) -> Result<Boxed> {
        let read = |text: &str| self.value(place, text);
        let (low, high) = match test {
            Test::Word(text) | Test::Phrase(text, _) => {
                let value = read(text)?;
                (Edge::Included(value), Edge::Included(value))
            }
            Test::Range { low, high } => (edge(low, &read)?, edge(high, &read)?),
            _ => return Err(Error::search(format!("Can't run a pattern on the field {:?}", place.name))),
        };
        let term = |value: i64| match &place.path {
            None => Term::from_field_i64(place.field, value),
            Some(path) => {
                let mut term = Term::from_field_json_path(place.field, path, false);
                term.append_type_and_fast_value(value);
                term
            }
        };
        let zero = (place.kind == Kind::Integer) && std::ops::RangeBounds::contains(&(low, high), &0);
        let range = boxed(RangeQuery::new(low.map(term), high.map(term)));
        if !zero {
            return Ok(range);
        }
        // What was never counted counts as nothing.
        let counted = boxed(ExistsQuery::new(place.column.clone(), false));
        let none = BooleanQuery::new(vec![(Engine::Must, boxed(AllQuery)), (Engine::MustNot, counted)]);
        Ok(Box::new(BooleanQuery::new(vec![(Engine::Should, range), (Engine::Should, boxed(none))])))
    }

    fn value(&self, place: &Place, text: &str) -> Result<i64> {
        let value = if place.kind == Kind::Date { dates::millis(text, self.now) } else { text.parse().ok() };
        let kind = if place.kind == Kind::Date { "Date" } else { "Number" };
        value.ok_or_else(|| Error::search(format!("Invalid {kind} String: {text:?}")))
    }
}

/// Words that stand together; `None` for no words.
pub fn together(place: &Place, words: Vec<(usize, String)>, slop: u32) -> Option<Boxed> {
    let mut terms: Vec<(usize, Term)> = words.into_iter().map(|(at, word)| (at, place.term(&word))).collect();
    match terms.len() {
        0 => None,
        1 => terms.pop().map(|(_, term)| boxed(TermQuery::new(term, IndexRecordOption::WithFreqs))),
        _ => Some(Box::new(PhraseQuery::new_with_offset_and_slop(terms, slop))),
    }
}

fn edge(bound: &Bound, read: &dyn Fn(&str) -> Result<i64>) -> Result<Edge<i64>> {
    Ok(match bound {
        Bound::Open => Edge::Unbounded,
        Bound::Included(text) => Edge::Included(read(text)?),
        Bound::Excluded(text) => Edge::Excluded(read(text)?),
    })
}

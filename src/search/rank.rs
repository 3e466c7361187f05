//! How free text is ranked where the site does not ask for CKAN's own ranking.
//!
//! Two steps. First every dataset that has enough of the words is scored by its best field (BM25, as dismax does), the title
//! counting most; a dataset whose whole title or name is what was asked for stands above all others. Then the first
//! [`RANKED_AGAIN`] are looked at once more: words that stand together, all of the words in the title, a tag that says just
//! this. Scores that differ by next to nothing are made equal, so that the freshest comes first among them.
//!
//! The second step looks at a fixed number of datasets, whatever page is asked for: pages never overlap, and its cost does
//! not grow with the catalog.

use base::Result;
use tantivy::query::{BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EnableScoring, Query, Weight};
use tantivy::schema::IndexRecordOption;
use tantivy::{DocSet, Score, SegmentReader, TERMINATED, Term};

use crate::dismax::{self, Part};
use crate::query::{Boxed, Builder, boxed, together};
use crate::schema::Place;
use crate::sort::{Match, Ranked};
use crate::terms::Statistics;
use crate::title::{plain, title_key};
use crate::tree::Test;
use crate::word::{Weighted, WordQuery};
use crate::{analyze, failed};

/// Datasets that are looked at twice.
pub const RANKED_AGAIN: usize = 60;
/// Words whose neighbourhood counts.
const NEIGHBOURS: usize = 12;

/// Titles that the readings of a question's words are put together to.
const TITLES: usize = 64;

/// A word that one of so many datasets has, and not only so few, is a common one.
const COMMON_SHARE: u64 = 5;
const COMMON_LEAST: u64 = 20;

/// The weights of a ranking.
#[derive(Clone, Debug)]
pub struct Weights {
    /// Fields that a word is looked for in.
    pub fields: &'static [(&'static str, Score)],
    /// The share that the fields beside the best one count.
    pub tie: Score,
    /// The whole title, or the name, is what was asked for.
    pub exact: Score,
    /// All words are in the title.
    pub title_all: Score,
    /// Times the score of the words as a phrase in the title.
    pub title_phrase: Score,
    /// Times the score of the words as a loose phrase anywhere.
    pub near: Score,
    /// Times the score of two words that follow each other, anywhere.
    pub pair: Score,
    /// A tag is just what was asked for.
    pub tag: Score,
    /// The share that a word counts which was not typed so, but can be meant.
    pub reading: Score,
    /// Scores whose ratio is smaller than this are equal.
    pub step: Score,
}

/// Found with the tuning half of `fixtures/relevance`; the other half guards them.
pub const WEIGHTS: Weights = Weights {
    fields: &[("name", 4.0), ("title", 1.0), ("tags", 1.0), ("groups", 2.0), ("res_format", 1.0), ("text", 1.0)],
    tie: 0.2,
    exact: 1000.0,
    title_all: 1.0,
    title_phrase: 1.0,
    near: 0.5,
    pair: 0.5,
    tag: 6.0,
    reading: 0.7,
    step: 1.02,
};

#[cfg(test)]
thread_local! {
    /// Other weights, for finding better ones.
    pub static TRIED: std::cell::RefCell<Option<Weights>> = const { std::cell::RefCell::new(None) };
}

/// The weights in use.
#[must_use]
pub fn weights() -> Weights {
    #[cfg(test)]
    if let Some(tried) = TRIED.with_borrow(Clone::clone) {
        return tried;
    }
    WEIGHTS
}

/// What raises a dataset among those that were found.
pub struct Feature {
    /// What holds for the dataset, as an explanation says it.
    pub what: String,
    /// The best of them counts. (As one query of the engine they would be walked from end to end.)
    pub queries: Vec<Boxed>,
    pub weight: Score,
}

/// A free text, ready to be asked.
pub struct Ranking {
    pub query: Boxed,
    /// Of the datasets found those whose whole title or name it is.
    pub exact: Boxed,
    pub features: Vec<Feature>,
}

impl Builder<'_> {
    /// The query of a free text and what its datasets are ranked by.
    ///
    /// # Errors
    /// As [`Builder::whole`].
    pub fn ranked_text(&self, text: &str, mm: &str, weights: &Weights) -> Result<Ranking> {
        let mut parts = dismax::parts(text)?;
        if mm == dismax::RELAXED {
            self.leave_out_common(&mut parts)?;
        }
        let words: Vec<&str> =
            parts.iter().filter(|part| part.sign.is_none() && !part.quoted).map(|part| self.likeliest(&part.text)).collect();
        let query = self.combined(&parts, mm, &|test| self.best_reading(test, weights))?;
        Ok(Ranking { query, exact: self.exact_title(text, &parts)?, features: self.features(&words, weights)? })
    }

    /// A word, or what it is read as.
    fn likeliest<'a>(&'a self, word: &'a str) -> &'a str {
        self.readings.of(word).first().map_or(word, String::as_str)
    }

    /// A test, or what its word is read as, which counts less.
    fn best_reading(&self, test: &Test, weights: &Weights) -> Result<Option<Boxed>> {
        let typed = self.best_field(test, weights)?;
        let Test::Word(word) = test else { return Ok(typed) };
        let readings = self.readings.of(word);
        if readings.is_empty() {
            return Ok(typed);
        }
        let mut each: Vec<Boxed> = typed.into_iter().collect();
        for reading in readings {
            let query = self.best_field(&Test::Word(reading.clone()), weights)?;
            each.extend(query.map(|query| boxed(BoostQuery::new(query, weights.reading))));
        }
        Ok(Some(Box::new(DisjunctionMaxQuery::new(each))))
    }

    /// Where some of the words are enough, words that are everywhere are not: they are left out, unless all are such.
    fn leave_out_common(&self, parts: &mut Vec<Part>) -> Result<()> {
        let place = self.ranked_place("text")?;
        let Some(mut reading) = analyze::asking(self.analyzers, analyze::KEYS) else { return Ok(()) };
        let bound = (self.searcher.num_docs() / COMMON_SHARE).max(COMMON_LEAST);
        let mut telling = Vec::new();
        for part in parts.iter() {
            let mut found = 0;
            for (_, term) in analyze::readings(&mut reading, &part.text).into_iter().flatten() {
                found = found.max(self.terms.frequency(self.searcher, &place.term(&term)).map_err(failed)?);
            }
            telling.push(part.sign.is_some() || part.quoted || found <= bound);
        }
        if telling.iter().any(|telling| *telling) {
            let mut telling = telling.into_iter();
            parts.retain(|_| telling.next().unwrap_or(true));
        }
        Ok(())
    }

    /// Where a field of the ranking is looked up: in its keys where it has some.
    ///
    /// # Errors
    /// As [`crate::schema::Fields::place`].
    pub fn ranked_place(&self, name: &str) -> Result<Place> {
        self.fields.keys(name).map_or_else(|| self.fields.place(name), Ok)
    }

    /// A test on the fields of the ranking; the best of them counts, the others a little.
    fn best_field(&self, test: &Test, weights: &Weights) -> Result<Option<Boxed>> {
        let (mut words, mut others): (Vec<Weighted>, Vec<Boxed>) = (Vec::new(), Vec::new());
        let mut says_something = false;
        for (name, weight) in weights.fields {
            let boosted = |query: Boxed| boxed(BoostQuery::new(query, *weight));
            let mut word = |term: Term, option| words.push(Weighted { term, weight: *weight, option });
            match (self.fields.keys(name), test) {
                (Some(keys), Test::Word(text)) => {
                    for read in self.read(text)?.into_iter().filter(|read| !read.is_empty()) {
                        says_something = true;
                        match read.as_slice() {
                            [(_, key)] => word(keys.term(key), IndexRecordOption::WithFreqs),
                            _ => others.extend(together(&keys, read, 0).map(boosted)),
                        }
                    }
                }
                (Some(keys), test) => {
                    let each = self.keys(&keys, test)?;
                    says_something |= !each.is_empty();
                    others.extend(each.into_iter().map(boosted));
                }
                (None, Test::Word(text)) => {
                    // Formats are written in capitals, and asked for as it comes.
                    let capitals = (*name == "res_format").then(|| text.to_uppercase());
                    let term = self.fields.place(name)?.term(capitals.as_ref().unwrap_or(text));
                    // Most words are no name, tag, group or format: nothing has to be opened for them.
                    if self.is_term(&term)? {
                        word(term, IndexRecordOption::Basic);
                    }
                }
                (None, test) => others.extend(self.leaf(&self.fields.place(name)?, test)?.map(boosted)),
            }
        }
        if !says_something {
            return Ok(None);
        }
        let one = |words, tie| boxed(WordQuery::new(words, tie, self.terms));
        if others.is_empty() {
            return Ok(Some(one(words, weights.tie)));
        }
        others.extend(words.into_iter().map(|word| one(vec![word], 0.0)));
        Ok(Some(boxed(DisjunctionMaxQuery::with_tie_breaker(others, weights.tie))))
    }

    fn exact_title(&self, text: &str, parts: &[Part]) -> Result<Boxed> {
        let name = self.fields.place("name")?;
        let mut either = vec![name.term(&plain(text).replace(' ', "-")), name.term(text.trim())];
        let mut titles = vec![String::new()];
        for part in parts {
            let (typed, readings) = (std::slice::from_ref(&part.text), self.readings.of(&part.text));
            let words = if readings.is_empty() { typed } else { readings };
            titles = words.iter().flat_map(|word| titles.iter().map(move |before| format!("{before} {word}"))).collect();
            titles.truncate(TITLES);
        }
        for key in titles.iter().map(String::as_str).chain([text]).filter_map(title_key) {
            let term = Term::from_field_text(self.fields.has, &key);
            if self.is_term(&term)? {
                either.push(term);
            }
        }
        Ok(self.any_of(either.into_iter().map(Weighted::plain).collect()))
    }

    fn features(&self, words: &[&str], weights: &Weights) -> Result<Vec<Feature>> {
        let mut features = Vec::new();
        let mut add = |what: &str, queries: Vec<Boxed>, weight: Score| {
            if weight > 0.0 && !queries.is_empty() {
                features.push(Feature { what: what.to_owned(), queries, weight });
            }
        };
        let (title, text, tags) = (self.ranked_place("title")?, self.ranked_place("text")?, self.fields.place("tags")?);
        let whole = words.join(" ");
        let mut tag = Vec::new();
        for text in [whole.clone(), whole.to_lowercase()] {
            if self.is_term(&tags.term(&text))? {
                tag.extend(self.leaf(&tags, &Test::Word(text))?.map(|tag| boxed(ConstScoreQuery::new(tag, 1.0))));
            }
        }
        add("a tag that says just this", tag, weights.tag);
        if words.len() < 2 || words.len() > NEIGHBOURS {
            return Ok(features);
        }
        let all = self.all_keys(&title, &whole)?.into_iter().map(|all| boxed(ConstScoreQuery::new(all, 1.0)));
        add("all words in the title", all.collect(), weights.title_all);
        add("the words together in the title", self.keys(&title, &Test::Phrase(whole.clone(), 0))?, weights.title_phrase);
        add("the words near each other", self.keys(&text, &Test::Phrase(whole, 3))?, weights.near);
        for pair in words.windows(2).filter(|_| words.len() > 2) {
            let pair = pair.join(" ");
            add(&format!("\"{pair}\" together"), self.keys(&text, &Test::Phrase(pair, 1))?, weights.pair);
        }
        Ok(features)
    }
}

/// Raises those of a segment's documents that are `exact`.
///
/// # Errors
/// Internal, when the segment cannot be read.
pub fn raise(exact: &dyn Weight, by: Score, segment: &SegmentReader, found: &mut [Match]) -> Result<()> {
    let mut docs = exact.scorer(segment, 1.0).map_err(failed)?;
    while docs.doc() != TERMINATED {
        let place = found.binary_search_by_key(&docs.doc(), |found| found.doc);
        if let Some(found) = place.ok().and_then(|place| found.get_mut(place)) {
            found.score += by;
        }
        docs.advance();
    }
    Ok(())
}

/// Ranks the first of what was found again. The first key has to be the score, from high to low.
///
/// # Errors
/// Internal, when a segment cannot be read.
pub fn again(statistics: &Statistics<'_>, features: &[Feature], step: Score, found: &mut [Ranked]) -> Result<()> {
    let searcher = statistics.searcher;
    let scoring = EnableScoring::enabled_from_statistics_provider(statistics, searcher);
    let count = found.len().min(RANKED_AGAIN);
    let Some(first) = found.get_mut(..count) else { return Ok(()) };
    first.sort_unstable_by_key(|ranked| (ranked.segment, ranked.doc));
    let mut gained: Vec<Score> = vec![0.0; count];
    for feature in features {
        let mut most: Vec<Score> = vec![0.0; count];
        for query in &feature.queries {
            let weight: Box<dyn Weight> = query.weight(scoring).map_err(failed)?;
            let mut most = most.iter_mut();
            for docs in first.chunk_by(|left, right| left.segment == right.segment) {
                let Some(reader) = docs.first().and_then(|ranked| searcher.segment_readers().get(ranked.segment)) else {
                    continue;
                };
                let mut scorer = weight.scorer(reader, feature.weight).map_err(failed)?;
                for (ranked, most) in docs.iter().zip(&mut most) {
                    if scorer.doc() < ranked.doc {
                        scorer.seek(ranked.doc);
                    }
                    if scorer.doc() == ranked.doc {
                        *most = most.max(scorer.score());
                    }
                }
            }
        }
        gained.iter_mut().zip(most).for_each(|(gained, most)| *gained += most);
    }
    for (ranked, gained) in first.iter_mut().zip(gained) {
        ranked.rescore(rounded(ranked.score + gained, step));
    }
    first.sort_by(Ranked::compare);
    Ok(())
}

/// The nearest of scores that are `step` apart.
fn rounded(score: Score, step: Score) -> Score {
    if score > 0.0 && step > 1.0 { step.powf((score.ln() / step.ln()).round()) } else { score }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scores_that_hardly_differ_are_equal() {
        assert!((rounded(1.0, 1.02) - rounded(1.005, 1.02)).abs() < f32::EPSILON);
        assert!(rounded(10.0, 1.02) < rounded(11.0, 1.02));
        assert!((rounded(0.0, 1.02)).abs() < f32::EPSILON);
    }
}

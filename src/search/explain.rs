//! Why a dataset was found: which words matched in which fields, and what each of them weighs.

use std::collections::BTreeMap;

use base::Result;
use tantivy::query::{BoostQuery, ConstScoreQuery, DisjunctionMaxQuery, EnableScoring};
use tantivy::{DocSet, Score};

use crate::dismax::{self, Part};
use crate::parse;
use crate::query::{Boxed, Builder};
use crate::question::{self, is_ranked_here};
use crate::rank;
use crate::request::Request;
use crate::schema::Place;
use crate::shared::Address;
use crate::tree::{Node, Occur, Test};
use crate::view::View;
use crate::{failed, usize_of};

/// Tests that are told of, at most.
const TESTS: usize = 64;

/// One thing that raises the score of the datasets for which it holds.
struct Reason {
    /// The word in quotes, or what holds.
    what: String,
    /// The field of a word, and its weight.
    field: Option<(String, Score)>,
    query: Boxed,
}

/// A sentence for each of the datasets.
///
/// # Errors
/// As the search itself.
pub fn sentences(view: &View, builder: &mut Builder<'_>, request: &Request, page: &[Address]) -> Result<Vec<String>> {
    let reasons = reasons(builder, request)?;
    let mut told: Vec<BTreeMap<usize, Score>> = vec![BTreeMap::new(); page.len()];
    let scoring = EnableScoring::enabled_from_searcher(&view.searcher);
    for (number, reason) in reasons.iter().enumerate() {
        let weight = reason.query.weight(scoring).map_err(failed)?;
        for (told, (segment, doc)) in told.iter_mut().zip(page) {
            let Some(reader) = view.searcher.segment_readers().get(usize_of(*segment)) else { continue };
            let mut scorer = weight.scorer(reader, reason.field.as_ref().map_or(1.0, |(_, weight)| *weight)).map_err(failed)?;
            if scorer.doc() < *doc {
                scorer.seek(*doc);
            }
            if scorer.doc() == *doc {
                told.insert(number, scorer.score());
            }
        }
    }
    let plain = if question::is_asked(request) {
        "Found because it has nothing that the question excludes."
    } else {
        "Every dataset answers this question."
    };
    Ok(told.into_iter().map(|told| sentence(&reasons, &told).unwrap_or_else(|| plain.to_owned())).collect())
}

/// `None` where nothing raised the score.
fn sentence(reasons: &[Reason], told: &BTreeMap<usize, Score>) -> Option<String> {
    let mut clauses: Vec<(String, Vec<String>)> = Vec::new();
    for (number, score) in told {
        let Some(reason) = reasons.get(*number) else { continue };
        match &reason.field {
            None => clauses.push((format!("{} (+{score:.2})", reason.what), Vec::new())),
            Some((field, weight)) => {
                let place = format!("in {field} ({score:.2}, weight {weight})");
                match clauses.last_mut().filter(|(last, _)| *last == reason.what) {
                    Some((_, places)) => places.push(place),
                    None => clauses.push((reason.what.clone(), vec![place])),
                }
            }
        }
    }
    if clauses.is_empty() {
        return None;
    }
    let clauses: Vec<String> =
        clauses.into_iter().map(|(what, places)| format!("{what} {}", places.join(" and ")).trim_end().to_owned()).collect();
    Some(format!("Found by {}.", clauses.join("; ")))
}

fn reasons(builder: &mut Builder<'_>, request: &Request) -> Result<Vec<Reason>> {
    let mut reasons = Vec::new();
    if !question::is_asked(request) {
        return Ok(reasons);
    }
    if question::parser(request)? == "lucene" {
        let node = parse::parse(&request.q, parse::Place::Query)?;
        leaves(builder, &node, &mut reasons)?;
        return Ok(reasons);
    }
    if is_ranked_here(request) {
        let weights = rank::weights();
        for part in found_by(&request.q)? {
            for (field, weight) in weights.fields {
                push(builder, &builder.ranked_place(field)?, *weight, &part, &mut reasons)?;
            }
            for reading in builder.readings.of(&part.text) {
                let (read, from) = (Part { text: reading.clone(), ..part.clone() }, reasons.len());
                for (field, weight) in weights.fields {
                    push(builder, &builder.ranked_place(field)?, *weight * weights.reading, &read, &mut reasons)?;
                }
                let typed = format!(" (typed \"{}\")", part.text);
                reasons.iter_mut().skip(from).for_each(|reason| reason.what.push_str(&typed));
            }
        }
        let ranked = builder.ranked_text(&request.q, dismax::MM, &weights)?;
        let exact = Box::new(ConstScoreQuery::new(ranked.exact, weights.exact));
        reasons.push(Reason { what: "the whole title or name".to_owned(), field: None, query: exact });
        reasons.extend(ranked.features.into_iter().map(|feature| Reason {
            what: feature.what,
            field: None,
            query: Box::new(BoostQuery::new(Box::new(DisjunctionMaxQuery::new(feature.queries)), feature.weight)),
        }));
        return Ok(reasons);
    }
    for (field, weight) in dismax::weights(request.qf.as_deref().unwrap_or(dismax::QF))? {
        for part in found_by(&request.q)? {
            push(builder, &builder.fields.place(&field)?, weight, &part, &mut reasons)?;
        }
    }
    reasons.sort_by(|one, other| one.what.cmp(&other.what));
    Ok(reasons)
}

fn found_by(q: &str) -> Result<Vec<Part>> {
    Ok(dismax::parts(q)?.into_iter().filter(|part| part.sign != Some(false)).collect())
}

fn push(builder: &Builder<'_>, place: &Place, weight: Score, part: &Part, reasons: &mut Vec<Reason>) -> Result<()> {
    let test = if part.quoted { Test::Phrase(part.text.clone(), 0) } else { Test::Word(part.text.clone()) };
    let query = builder.leaf(place, &test)?.filter(|_| reasons.len() < TESTS);
    let (what, field) = (format!("\"{}\"", part.text), Some((place.name.clone(), weight)));
    reasons.extend(query.map(|query| Reason { what, field, query }));
    Ok(())
}

fn leaves(builder: &Builder<'_>, node: &Node, reasons: &mut Vec<Reason>) -> Result<()> {
    match node {
        Node::Group(clauses) => {
            for (_, node) in clauses.iter().filter(|(occur, _)| *occur != Occur::MustNot) {
                leaves(builder, node, reasons)?;
            }
        }
        Node::Leaf(field, test) if reasons.len() < TESTS => {
            let field = field.as_deref().unwrap_or("text");
            let what = match test {
                Test::Word(text) | Test::Phrase(text, _) | Test::Wild(text) | Test::Regex(text) | Test::Fuzzy(text, _) => text,
                Test::Range { .. } => "a range",
                Test::Exists => "any value",
            };
            let query = builder.leaf(&builder.fields.place(field)?, test)?;
            let (what, field) = (format!("\"{what}\""), Some((field.to_owned(), 1.0)));
            reasons.extend(query.map(|query| Reason { what, field, query }));
        }
        Node::Boost(inner, _) => leaves(builder, inner, reasons)?,
        _ => {}
    }
    Ok(())
}

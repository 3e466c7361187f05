//! Answers a request from one state of the index.

use std::sync::Arc;
use std::time::{Duration, Instant};

use base::{Error, Result, limits, time::Stamp};
use tantivy::query::{BooleanQuery, ConstScoreQuery, EnableScoring, Occur, Query, Weight};
use tantivy::schema::Value;
use tantivy::tokenizer::TokenizerManager;
use tantivy::{DocAddress, TantivyDocument};

use crate::cursor::{self, Mark};
use crate::facet::{self, Facet};
use crate::function::{self, Boost};
use crate::listing::{self, Best};
use crate::parse::{self, Place};
use crate::query::{Builder, Defaults};
use crate::question::{Order, is_asked, is_ranked_here, question};
use crate::rank;
use crate::repair::{self, Readings};
use crate::request::{Found, Hit, Request};
use crate::schema::{self, Kind};
use crate::shared::{Address, Outcome, Shared};
use crate::sort::{self, Key, Match, SegmentKeys, Source};
use crate::suggest::{FEW, Suggester};
use crate::terms::Statistics;
use crate::tree::Node;
use crate::view::{Allowed, Base, View};
use crate::{dismax, explain, failed, usize_of};

/// The best of a listing that are kept with its result, so that paging does not search again.
const WINDOW_ALL: usize = 1_000;
const WINDOW: usize = 100;
/// Datasets that are read to find the one of an id or a name; whoever makes more of one fingerprint finds none of them.
const HOLDERS: usize = 4;

/// What a request comes to.
struct Plan {
    /// `None` is everything.
    query: Option<Box<dyn Query>>,
    scored: bool,
    /// The site's own ranking.
    ranking: Option<Order>,
    boosts: Vec<Boost>,
    keys: Vec<Key>,
    /// Documents up to this place were given before.
    behind: Option<Vec<Mark>>,
    facets: Vec<(String, Facet)>,
    base: Base,
    allowed: Vec<Arc<Allowed>>,
    readings: Readings,
    window: usize,
    deadline: Instant,
}

/// Answers.
///
/// # Errors
/// [`base::Kind::Search`] for what Solr would refuse and past the deadline, [`base::Kind::SearchQuery`] for names and orders
/// that cannot be, validation for what is out of bounds.
pub fn search(view: &View, shared: &Shared, analyzers: &TokenizerManager, request: &Request) -> Result<Found> {
    let bounded = request.bounded()?;
    let need = bounded.start + bounded.rows;
    let key = (view.generation, Request { rows: 0, start: 0, explain: false, ..bounded.clone() });
    // A page behind a place is asked for once.
    let keeps = bounded.cursor.is_none();
    let known = if keeps { shared.results.get(&key) } else { None };
    let known = known.filter(|known| known.window >= need.min(known.count));
    let outcome = match known {
        Some(known) => known,
        None => {
            let outcome = Arc::new(answer(view, shared, analyzers, &bounded, need)?);
            // "Now" moves on while the index does not.
            if keeps && !mentions_now(&bounded) {
                shared.results.insert(key, Arc::clone(&outcome));
            }
            outcome
        }
    };
    let places = bounded.start.min(outcome.best.len())..need.min(outcome.best.len());
    let page = outcome.best.get(places.clone()).unwrap_or_default();
    let hits = page.iter().map(|(segment, doc)| hit(view, shared, *segment, *doc)).collect::<Result<Vec<Hit>>>()?;
    let reasons = if bounded.explain {
        let mut builder = builder(view, analyzers, deadline())?;
        builder.readings.clone_from(&outcome.readings);
        let asked = Request { q: outcome.apart.clone().unwrap_or_else(|| bounded.q.clone()), ..bounded.clone() };
        explain::sentences(view, &mut builder, &asked, page)?
    } else {
        Vec::new()
    };
    Ok(Found {
        count: outcome.count,
        hits,
        scores: outcome.scores.get(places).unwrap_or_default().to_vec(),
        facets: Arc::clone(&outcome.facets),
        cut: outcome.cut.clone(),
        sort: bounded.order().to_owned(),
        generation: view.generation,
        relaxed: outcome.relaxed,
        did_you_mean: outcome.did_you_mean.clone(),
        next_cursor: bounded.cursor.map(|given| outcome.next.clone().unwrap_or(given)),
        readings: outcome.readings.clone(),
        reasons,
    })
}

/// The page of a search behind its place, without its documents, and the place behind it; `None` when nothing is left.
///
/// # Errors
/// As [`search`].
pub fn page(
    view: &View,
    shared: &Shared,
    analyzers: &TokenizerManager,
    request: &Request,
) -> Result<(Vec<Address>, Option<String>)> {
    let bounded = request.bounded()?;
    let outcome = answer(view, shared, analyzers, &bounded, bounded.rows)?;
    Ok((outcome.best, outcome.next))
}

/// Finds; where free text finds nothing, fewer of its words are enough, and where it finds next to nothing, better words are
/// looked for.
fn answer(view: &View, shared: &Shared, analyzers: &TokenizerManager, request: &Request, need: usize) -> Result<Outcome> {
    let asking = |request: &Request, need, mm| plan((view, shared, analyzers), request, need, mm);
    let first = asking(request, need, dismax::MM)?;
    let mut outcome = run((view, shared), request, &first)?;
    if outcome.count > FEW || request.cursor.is_some() || !(is_asked(request) && is_ranked_here(request)) {
        return Ok(outcome);
    }
    let Plan { allowed, readings, deadline, .. } = &first;
    let suggester = Suggester { view, shared, analyzers, allowed, readings, deadline: *deadline };
    if let Some(q) = if need == 0 { None } else { suggester.corrected(request)? } {
        let better = Request { q: q.clone(), facet_fields: Vec::new(), ..request.clone() };
        let found = run((view, shared), &better, &asking(&better, 0, dismax::MM)?)?;
        outcome.did_you_mean = (found.count > outcome.count).then_some(q);
    }
    if outcome.count == 0 && request.mm.is_none() {
        let apart = dismax::apart(&request.q);
        let in_parts = Request { q: apart.clone().unwrap_or_else(|| request.q.clone()), ..request.clone() };
        for mm in [dismax::MM, dismax::RELAXED].into_iter().skip(usize::from(apart.is_none())) {
            let relaxed = run((view, shared), &in_parts, &asking(&in_parts, need, mm)?)?;
            if relaxed.count > 0 {
                return Ok(Outcome { relaxed: true, did_you_mean: outcome.did_you_mean, apart, ..relaxed });
            }
        }
    }
    Ok(outcome)
}

fn deadline() -> Instant {
    Instant::now() + Duration::from_millis(limits::SEARCH_MILLIS)
}

fn builder<'a>(view: &'a View, analyzers: &'a TokenizerManager, deadline: Instant) -> Result<Builder<'a>> {
    let defaults = Defaults { places: vec![(view.fields.place("text")?, 1.0)], tie: 0.0 };
    Ok(Builder {
        fields: &view.fields,
        searcher: &view.searcher,
        analyzers,
        now: Stamp::now(),
        deadline,
        defaults,
        readings: Readings::default(),
        terms: &view.terms,
    })
}

fn mentions_now(request: &Request) -> bool {
    request.q.contains("NOW") || request.fq.iter().any(|filter| filter.contains("NOW"))
}

fn plan(
    (view, shared, analyzers): (&View, &Shared, &TokenizerManager),
    request: &Request,
    need: usize,
    mm: &str,
) -> Result<Plan> {
    let deadline = deadline();
    let mut keys = sort::keys(request.order(), &view.fields)?;
    let mut builder = builder(view, analyzers, deadline)?;
    let mut filters: Vec<Box<dyn Query>> = Vec::new();
    let mut own_states = false;
    for (number, text) in request.fq.iter().enumerate() {
        let node = if request.spliced && number == 0 {
            parse::parse(&format!("+*:* {text}"), Place::Filter)?
        } else {
            parse::filter(text)?
        };
        // CKAN looks for the bare text `+state`, which a quoted title can hold as well; here it has to be the field.
        own_states |= text.contains("+state") && node.mentions("state");
        if node != Node::All {
            filters.push(Box::new(ConstScoreQuery::new(builder.whole(&node)?, 0.0)));
        }
    }
    let base = Base::of(request, own_states);
    let allowed = view.allowed(&base, shared)?;
    if is_asked(request) && is_ranked_here(request) {
        builder.readings = repair::readings(view, analyzers, &allowed, &request.q)?;
    }
    let asked = question(&mut builder, request, mm)?;
    let scored = asked.is_some() && keys.iter().any(|key| matches!(key.source, Source::Score));
    if !scored {
        // Without a text all scores are equal.
        keys.retain(|key| !matches!(key.source, Source::Score));
    }
    let (text, ranking, boosts) =
        asked.map_or((None, None, Vec::new()), |asked| (Some(asked.query), asked.ranking, asked.boosts));
    // Only an order by score is an order of relevance.
    let first = keys.first().filter(|key| matches!(key.source, Source::Score) && key.descending);
    let ranking = ranking.filter(|_| scored && first.is_some());
    let mut all: Vec<(Occur, Box<dyn Query>)> = text.into_iter().map(|query| (Occur::Must, query)).collect();
    all.extend(filters.into_iter().map(|query| (Occur::Must, query)));
    let query: Option<Box<dyn Query>> = match all.len() {
        0 | 1 => all.pop().map(|(_, query)| query),
        _ => Some(Box::new(BooleanQuery::new(all))),
    };
    let behind = match &request.cursor {
        None => None,
        Some(text) => {
            if keys.iter().any(|key| matches!(key.source, Source::Score)) {
                return Err(Error::search("A cursorMark needs a sort that does not hang on other datasets: not one by score"));
            }
            if !keys.iter().any(|key| matches!(&key.source, Source::Text(name) if name == "id")) {
                keys.push(Key { source: Source::Text("id".to_owned()), descending: false });
            }
            cursor::read(text, &keys)?
        }
    };
    let mut facets = Vec::new();
    for name in &request.facet_fields {
        let place = view.fields.whole(name)?;
        if place.kind != Kind::Exact {
            let why = if matches!(place.kind, Kind::Text(_)) { "it is cut into words" } else { "it holds numbers or times" };
            return Err(Error::search(format!(
                "can not count the values of the field {name:?}: {why}. Fields of whole values can be counted, as tags, organization, \
                 res_format, title_string and extras"
            )));
        }
        facets.push((name.clone(), view.facet(&place.column)?));
    }
    let usual = if query.is_none() { WINDOW_ALL } else { WINDOW };
    let window = if need == 0 || request.cursor.is_some() { need } else { need.max(usual) };
    let readings = builder.readings;
    Ok(Plan { query, scored, ranking, boosts, keys, behind, facets, base, allowed, readings, window, deadline })
}

fn run((view, shared): (&View, &Shared), request: &Request, plan: &Plan) -> Result<Outcome> {
    let statistics = Statistics { searcher: &view.searcher, terms: &view.terms };
    let scoring = if plan.scored {
        EnableScoring::enabled_from_statistics_provider(&statistics, &view.searcher)
    } else {
        EnableScoring::disabled_from_searcher(&view.searcher)
    };
    let weight: Option<Box<dyn Weight>> = plan.query.as_ref().map(|query| query.weight(scoring)).transpose().map_err(failed)?;
    let exact = plan.ranking.as_ref().map(|order| order.exact.weight(EnableScoring::disabled_from_searcher(&view.searcher)));
    let exact = exact.transpose().map_err(failed)?;
    let mut counts: Vec<Vec<u32>> = plan.facets.iter().map(|(_, facet)| vec![0; facet.values.len()]).collect();
    let (mut count, mut best): (usize, Vec<Best>) = (0, Vec::new());
    for (index, (segment, allowed)) in view.searcher.segment_readers().iter().zip(&plan.allowed).enumerate() {
        // Everything: the sums are known, and what comes first stays as long as the piece does. Pages behind a place are asked
        // for once.
        let whole = weight.is_none() && request.cursor.is_none() && allowed.denied.len() * 2 <= usize_of(segment.max_doc());
        if whole {
            count += allowed.count;
            if plan.window > 0 {
                let look = |found: Vec<Match>| {
                    let keys = SegmentKeys::open(&plan.keys, segment)?;
                    keys.ranked(index, &keys.best(&found, plan.window))
                };
                let wanted = (request.order(), plan.window);
                best.push((index, shared.listings.best(segment, (allowed, &plan.base), wanted, look)?));
            }
            for ((_, facet), counts) in plan.facets.iter().zip(&mut counts) {
                facet.columns.get(index).into_iter().for_each(|column| column.add_all_but(&allowed.denied, counts));
            }
        } else {
            let mut found =
                view.matches(segment, allowed, weight.as_deref().map(|weight| (weight, plan.scored)), plan.deadline)?;
            count += found.len();
            if plan.scored {
                function::apply(&plan.boosts, segment, &mut found)?;
            }
            if let Some(exact) = &exact {
                rank::raise(exact.as_ref(), rank::weights().exact, segment, &mut found)?;
            }
            if !counts.is_empty() {
                let docs: Vec<u32> = found.iter().map(|found| found.doc).collect();
                for ((_, facet), counts) in plan.facets.iter().zip(&mut counts) {
                    facet.columns.get(index).into_iter().for_each(|column| column.add(&docs, counts));
                }
            }
            if plan.window > 0 && !found.is_empty() {
                let keys = SegmentKeys::open(&plan.keys, segment)?;
                if let Some(behind) = &plan.behind {
                    let places = keys.places(behind)?;
                    found.retain(|found| keys.is_behind(&places, *found));
                }
                best.push((index, Arc::new(keys.ranked(index, &keys.best(&found, plan.window))?)));
            }
        }
        if Instant::now() > plan.deadline {
            return Err(crate::view::too_long());
        }
    }
    let mut best = listing::merged(&best, plan.window);
    if let Some(order) = &plan.ranking {
        rank::again(&statistics, &order.features, rank::weights().step, &mut best)?;
    }
    let (mut facets, mut cut, mut bytes) = (Vec::new(), Vec::new(), limits::FACET_BYTES);
    for ((name, facet), counts) in plan.facets.iter().zip(&counts) {
        // Values are numbered over all datasets; those with no count may be of others alone.
        let seen = (request.facet_mincount == 0).then(|| facet.counts(&plan.allowed));
        let asked = (request.facet_limit, request.facet_mincount);
        let selected = facet::select(&facet.values, counts, seen.as_deref(), asked, &mut bytes);
        cut.extend(selected.cut_from.map(|all| (name.clone(), all)));
        facets.push((name.clone(), selected.values));
    }
    let next = match best.last().filter(|_| request.cursor.is_some()) {
        Some(last) => Some(cursor::write(&last.marks(plan.keys.len()), &plan.keys)?),
        None => None,
    };
    Ok(Outcome {
        count,
        scores: if plan.scored { best.iter().map(|ranked| ranked.score).collect() } else { Vec::new() },
        best: best.into_iter().map(|ranked| (u32::try_from(ranked.segment).unwrap_or(u32::MAX), ranked.doc)).collect(),
        window: plan.window,
        facets: Arc::new(facets),
        cut,
        relaxed: false,
        apart: None,
        did_you_mean: None,
        next,
        readings: plan.readings.clone(),
    })
}

/// A dataset that was found.
///
/// # Errors
/// Internal, when it cannot be read.
pub fn hit(view: &View, shared: &Shared, segment: u32, doc: u32) -> Result<Hit> {
    let gone = || Error::internal("a document has no segment");
    let id = view.searcher.segment_readers().get(usize_of(segment)).ok_or_else(gone)?.segment_id();
    if let Some(hit) = shared.stored.get(&(id, doc)) {
        return Ok(hit);
    }
    let hit = stored(view, segment, doc)?;
    shared.stored.insert((id, doc), hit.clone());
    Ok(hit)
}

/// The datasets that may have an id or a name, whoever may see them: those whose fingerprint it is, hardly ever more than
/// one. The bytes kept at hand are left to searches.
///
/// # Errors
/// As [`hit`].
pub fn holders(view: &View, id_or_name: &str) -> Result<Vec<Hit>> {
    let places = view.holders(schema::fingerprint(id_or_name.as_bytes())).take(HOLDERS);
    places.map(|(segment, doc)| stored(view, segment, doc)).collect()
}

/// A dataset, read from the index itself.
///
/// # Errors
/// As [`hit`].
pub fn stored(view: &View, segment: u32, doc: u32) -> Result<Hit> {
    let document: TantivyDocument = view.searcher.doc(DocAddress::new(segment, doc)).map_err(failed)?;
    let text = document.get_first(view.fields.id).and_then(|value| value.as_str().map(str::to_owned));
    let stored = document.get_first(view.fields.stored);
    let stored = std::str::from_utf8(stored.as_ref().and_then(|value| value.as_bytes()).unwrap_or_default());
    Ok(Hit { id: text.unwrap_or_default(), stored: stored.map_err(Error::internal)?.into() })
}

//! What `q` asks. CKAN's rule: a colon means Lucene's syntax, else the text is free.

use base::{Error, Kind, Result};
use tantivy::query::{AllQuery, Query};

use crate::dismax;
use crate::function::{self, Boost};
use crate::parse::{self, Place};
use crate::query::{Builder, Defaults, boxed};
use crate::rank::{self, Feature};
use crate::request::{Ranking, Request};
use crate::tree::Node;

/// A question as a query, and what its datasets are ranked by beyond the query's own score.
pub struct Question {
    pub query: Box<dyn Query>,
    /// Where the ranking is the site's own.
    pub ranking: Option<Order>,
    /// Where the caller asks for them.
    pub boosts: Vec<Boost>,
}

/// What raises datasets beyond the query's own score.
pub struct Order {
    pub exact: Box<dyn Query>,
    pub features: Vec<Feature>,
}

impl From<Box<dyn Query>> for Question {
    fn from(query: Box<dyn Query>) -> Self {
        Self { query, ranking: None, boosts: Vec::new() }
    }
}

/// Reads `q`; `None` for everything. `mm` is used where the request says nothing of how many words have to be there.
///
/// # Errors
/// [`base::Kind::Search`] for what cannot be read, [`base::Kind::SearchQuery`] for fields that are not the caller's.
pub fn question(builder: &mut Builder<'_>, request: &Request, mm: &str) -> Result<Option<Question>> {
    let (kind, text) = (parser(request)?, request.q.as_str());
    let boosts = boosts(builder, request, kind)?;
    if !is_asked(request) {
        let all = Question { boosts, ..Question::from(boxed(AllQuery)) };
        return Ok((!all.boosts.is_empty()).then_some(all));
    }
    if kind == "lucene" {
        return lucene(builder, text).map(Question::from).map(Some);
    }
    let mm = request.mm.as_deref().unwrap_or(mm);
    if kind == "dismax" && is_ranked_here(request) {
        parse::check_text(text, "q")?;
        let ranked = builder.ranked_text(text, mm, &rank::weights())?;
        let order = Order { exact: ranked.exact, features: ranked.features };
        return Ok(Some(Question { query: ranked.query, ranking: Some(order), boosts }));
    }
    let mut places = Vec::new();
    for (name, weight) in dismax::weights(request.qf.as_deref().unwrap_or(dismax::QF))? {
        places.push((builder.fields.place(&name)?, weight));
    }
    let tie = match &request.tie {
        None => dismax::TIE,
        Some(tie) => {
            tie.trim().parse().ok().filter(|tie: &f32| tie.is_finite()).ok_or_else(|| Error::search("Cannot parse tie"))?
        }
    };
    builder.defaults = Defaults { places, tie };
    if kind == "edismax" {
        match lucene(builder, text) {
            Err(error) if error.kind() == Kind::Search => {}
            other => return other.map(|query| Some(Question { boosts, ..query.into() })),
        }
    }
    parse::check_text(text, "q")?;
    builder.free_text(text, mm).map(|query| Some(Question { boosts, ..query.into() }))
}

/// `bf` counts for both kinds of dismax, `boost` for edismax alone; Lucene's parser knows neither.
fn boosts(builder: &Builder<'_>, request: &Request, kind: &str) -> Result<Vec<Boost>> {
    let mut boosts = Vec::new();
    if let (true, Some(text)) = (kind != "lucene", &request.bf) {
        boosts.extend(function::additive(text, builder.fields, builder.now)?);
    }
    if let (true, Some(text)) = (kind == "edismax", &request.boost) {
        boosts.extend(function::factors(text, builder.fields, builder.now)?);
    }
    Ok(boosts)
}

/// False where everything is asked for.
#[must_use]
pub fn is_asked(request: &Request) -> bool {
    !matches!(request.q.as_str(), "" | "\"\"" | "''" | "*:*")
}

/// The parser of `q`: CKAN's rule, or the one that was asked for.
///
/// # Errors
/// [`base::Kind::Search`] for one that is not offered.
pub fn parser(request: &Request) -> Result<&'static str> {
    let asked = request.def_type.as_deref().filter(|kind| !kind.is_empty());
    match (request.q.contains(':'), asked) {
        (_, Some("edismax")) => Ok("edismax"),
        (true, _) | (_, Some("lucene")) => Ok("lucene"),
        (false, None | Some("dismax")) => Ok("dismax"),
        (false, Some(other)) => {
            Err(Error::search(format!("Unknown query parser '{}'", other.chars().take(40).collect::<String>())))
        }
    }
}

/// True where the site's own ranking applies: free text, and the caller says nothing of fields and weights himself.
#[must_use]
pub fn is_ranked_here(request: &Request) -> bool {
    request.ranking == Ranking::Kurak
        && request.qf.is_none()
        && request.tie.is_none()
        && request.bf.is_none()
        && parser(request).is_ok_and(|kind| kind == "dismax")
}

fn lucene(builder: &Builder<'_>, text: &str) -> Result<Box<dyn Query>> {
    match parse::parse(text, Place::Query)? {
        Node::All => Ok(Box::new(AllQuery)),
        node => builder.whole(&node),
    }
}

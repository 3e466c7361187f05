//! What a caller asks, and what comes back.

use std::sync::Arc;

use base::{Error, Result, limits};

use crate::repair::Readings;

/// A search. The fields that CKAN calls parameters hold what the client sent, unread.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Request {
    /// Empty, `""`, `''` and `*:*` are everything.
    pub q: String,
    /// `fq` and the items of `fq_list`; all of them have to hold.
    pub fq: Vec<String>,
    /// The first of them is read as Solr reads it inside of CKAN's text (`kurak.search.solr_or_semantics`).
    pub spliced: bool,
    /// `None`, empty and `rank` are the default order.
    pub sort: Option<String>,
    /// Cut at `limits::ROWS_MAX`.
    pub rows: usize,
    pub start: usize,
    pub facet_fields: Vec<String>,
    /// Values of each facet; -1 is as many as there may be, by name.
    pub facet_limit: i64,
    pub facet_mincount: usize,
    /// Permission labels of the caller; `None` sees all (sysadmin).
    pub labels: Option<Vec<String>>,
    /// CKAN's `+capacity:public`.
    pub public_only: bool,
    /// The states to be found, unless an `fq` says `+state`.
    pub states: Vec<String>,
    /// `dismax`, `edismax` or `lucene`; by CKAN's rule when `None`.
    pub def_type: Option<String>,
    /// Fields and weights of free text.
    pub qf: Option<String>,
    /// How many words of a free text have to be there.
    pub mm: Option<String>,
    /// Share of the lesser fields in the score, `0.1`.
    pub tie: Option<String>,
    /// Functions that are added to the score of dismax and edismax.
    pub bf: Option<String>,
    /// Functions that the score of edismax is multiplied by.
    pub boost: Option<String>,
    pub ranking: Ranking,
    /// Goes on behind a place, whatever was changed elsewhere: `*` for the first page, then [`Found::next_cursor`]. The order
    /// must not be one by score.
    pub cursor: Option<String>,
    /// Say of each dataset why it was found.
    pub explain: bool,
}

/// How free text is ranked (`kurak.search.ranking`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Ranking {
    /// As `rank` says.
    #[default]
    Kurak,
    /// As CKAN's configuration of Solr does: dismax and nothing more.
    Ckan,
}

impl std::str::FromStr for Ranking {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        match text {
            "kurak" => Ok(Self::Kurak),
            "ckan" => Ok(Self::Ckan),
            _ => Err(Error::search("a ranking is kurak or ckan")),
        }
    }
}

/// Per field its values and how many of the datasets found have them.
pub type Facets = Vec<(String, Vec<(String, usize)>)>;

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// All matches, exact.
    pub count: usize,
    pub hits: Vec<Hit>,
    /// How well each of them fits; empty where the order does not ask.
    pub scores: Vec<f32>,
    /// In the order in which they were asked for.
    pub facets: Arc<Facets>,
    /// Facets that were cut at a bound of this server, and how many values each would have.
    pub cut: Vec<(String, usize)>,
    /// The order that was used.
    pub sort: String,
    /// The state of the index that answered.
    pub generation: u64,
    /// Fewer of the words had to be there than usual, because nothing has all of them.
    pub relaxed: bool,
    /// A better question, where this one finds next to nothing.
    pub did_you_mean: Option<String>,
    /// Where the next page begins, when this one was asked for with a place; the same place when nothing is left.
    pub next_cursor: Option<String>,
    /// What words were read as, because next to nothing has them as they were typed.
    pub readings: Readings,
    /// Why each of the hits was found; empty unless it was asked for.
    pub reasons: Vec<String>,
}

/// A dataset that was found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub id: String,
    /// What the search document was stored with.
    pub stored: Arc<str>,
}

impl Request {
    /// A request for everything that everybody may see, ten at a time, without facets.
    #[must_use]
    pub fn public() -> Self {
        Self {
            rows: 10,
            facet_limit: 50,
            facet_mincount: 1,
            labels: Some(vec!["public".to_owned()]),
            public_only: true,
            states: vec!["active".to_owned()],
            ..Self::default()
        }
    }

    /// Puts everything within its bounds.
    ///
    /// # Errors
    /// Validation for what is beyond them, [`base::Kind::Search`] for too many filters.
    pub(crate) fn bounded(&self) -> Result<Self> {
        if self.start > limits::START_MAX {
            return Err(Error::invalid("start", format!("Must be at most {}", limits::START_MAX)));
        }
        if self.cursor.is_some() && self.start > 0 {
            return Err(Error::search("Cursor functionality requires start=0"));
        }
        if self.facet_fields.len() > limits::FACET_FIELDS {
            return Err(Error::invalid("facet.field", format!("At most {} fields", limits::FACET_FIELDS)));
        }
        if self.fq.len() > limits::QUERY_CLAUSES {
            return Err(Error::search("Too many filters"));
        }
        let mut bounded = self.clone();
        bounded.rows = self.rows.min(limits::ROWS_MAX);
        if let Some(labels) = &mut bounded.labels {
            labels.sort_unstable();
            labels.dedup();
        }
        Ok(bounded)
    }

    /// The order to use: the caller's or the default one.
    pub(crate) fn order(&self) -> &str {
        match self.sort.as_deref().map(str::trim) {
            None | Some("" | "rank") => crate::sort::DEFAULT,
            Some(given) => given,
        }
    }
}

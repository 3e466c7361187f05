//! What a query text says, before it is known which field has which type.
//!
//! The tree is at most [`base::limits::QUERY_DEPTH`] levels deep: walking and dropping it by recursion is safe.

/// How a clause takes part in its group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occur {
    /// `+`: has to match.
    Must,
    /// Raises the score; where no clause has to match, one of these has to.
    Should,
    /// `-`: must not match.
    MustNot,
}

/// A node of the tree.
#[derive(Clone, Debug, PartialEq)]
pub enum Node {
    /// A group of clauses.
    Group(Vec<(Occur, Node)>),
    /// A test on one field; `None` is the default field.
    Leaf(Option<String>, Test),
    /// A node whose score is multiplied.
    Boost(Box<Node>, f32),
    /// `*:*`
    All,
    /// An empty phrase: matches nothing and says nothing.
    Nothing,
}

/// What a leaf asks of its field.
#[derive(Clone, Debug, PartialEq)]
pub enum Test {
    /// A word as it was typed, escapes resolved.
    Word(String),
    /// A quoted text and how far apart its words may lie.
    Phrase(String, u32),
    /// A pattern; escapes are still in it, so that `\*` stays a star.
    Wild(String),
    /// A regular expression, without its slashes.
    Regex(String),
    /// A word with up to so many letters wrong.
    Fuzzy(String, u8),
    /// A range of values.
    Range { low: Bound, high: Bound },
    /// `field:*`: has any value.
    Exists,
}

/// An end of a range.
#[derive(Clone, Debug, PartialEq)]
pub enum Bound {
    /// `*`
    Open,
    /// `[` and `]`
    Included(String),
    /// `{` and `}`
    Excluded(String),
}

impl Node {
    /// True where a test on this field stands anywhere in the tree.
    #[must_use]
    pub fn mentions(&self, name: &str) -> bool {
        match self {
            Self::Group(clauses) => clauses.iter().any(|(_, node)| node.mentions(name)),
            Self::Boost(inner, _) => inner.mentions(name),
            Self::Leaf(field, _) => field.as_deref() == Some(name),
            Self::All | Self::Nothing => false,
        }
    }

    /// A filter as it was meant. `a:x OR a:y b:z` makes Lucene's parser drop the alternatives, because another clause has to
    /// match: here two or more of them in a row are one clause that has to match as well.
    #[must_use]
    pub fn meant(self) -> Self {
        let Self::Group(clauses) = self else { return self };
        if !clauses.iter().any(|(occur, _)| *occur == Occur::Must) {
            return Self::Group(clauses);
        }
        let mut out: Vec<(Occur, Self)> = Vec::with_capacity(clauses.len());
        let mut run: Vec<(Occur, Self)> = Vec::new();
        for clause in clauses {
            if clause.0 == Occur::Should {
                run.push(clause);
                continue;
            }
            close(&mut run, &mut out);
            out.push(clause);
        }
        close(&mut run, &mut out);
        Self::Group(out)
    }
}

impl Test {
    /// `[* TO *]` asks only for a value.
    #[must_use]
    pub fn is_exists(&self) -> bool {
        matches!(self, Self::Exists | Self::Range { low: Bound::Open, high: Bound::Open })
    }
}

fn close(run: &mut Vec<(Occur, Node)>, out: &mut Vec<(Occur, Node)>) {
    if run.len() > 1 {
        out.push((Occur::Must, Node::Group(std::mem::take(run))));
    }
    out.append(run);
}

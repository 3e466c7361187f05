//! Functions that raise scores (`bf`, `boost`): the part of Solr's function language that counts with a dataset's own numbers
//! and dates, like `recip(ms(NOW/DAY,metadata_modified),3.16e-11,1,1)`.
//!
//! Read without the engine and bounded in depth and number of terms; a value that is no number counts as nothing.

use base::{Error, Result, limits, time::Stamp};
use tantivy::SegmentReader;
use tantivy::columnar::Column;

use crate::dates;
use crate::failed;
use crate::schema::{Fields, Kind};
use crate::sort::Match;

/// Terms of one function.
const TERMS: usize = 100;
/// Functions nested in each other.
const DEPTH: usize = 16;

/// A function of a dataset.
#[derive(Clone, Debug, PartialEq)]
enum Function {
    Number(f64),
    /// A column of numbers or of dates (milliseconds since 1970).
    Column(String),
    Exists(Box<Self>),
    Call(Call, Vec<Self>),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Call {
    Sum,
    Product,
    Sub,
    Div,
    Pow,
    Log,
    Ln,
    Sqrt,
    Abs,
    Max,
    Min,
    Recip,
    Linear,
    If,
    Def,
}

/// Names, what they call, and how many arguments that takes.
const CALLS: &[(&str, Call, usize, usize)] = &[
    ("sum", Call::Sum, 1, TERMS),
    ("add", Call::Sum, 1, TERMS),
    ("product", Call::Product, 1, TERMS),
    ("mul", Call::Product, 1, TERMS),
    ("sub", Call::Sub, 2, 2),
    ("div", Call::Div, 2, 2),
    ("pow", Call::Pow, 2, 2),
    ("log", Call::Log, 1, 1),
    ("ln", Call::Ln, 1, 1),
    ("sqrt", Call::Sqrt, 1, 1),
    ("abs", Call::Abs, 1, 1),
    ("max", Call::Max, 1, TERMS),
    ("min", Call::Min, 1, TERMS),
    ("recip", Call::Recip, 4, 4),
    ("linear", Call::Linear, 3, 3),
    ("if", Call::If, 3, 3),
    ("def", Call::Def, 2, 2),
];

/// A function and how it changes a score.
#[derive(Clone, Debug, PartialEq)]
pub struct Boost {
    function: Function,
    weight: f64,
    /// `boost` multiplies, `bf` adds.
    times: bool,
}

/// Reads `bf`: functions with blanks between them, each with a weight behind `^`.
///
/// # Errors
/// [`base::Kind::Search`] for what cannot be read or is not offered.
pub fn additive(text: &str, fields: &Fields, now: Stamp) -> Result<Vec<Boost>> {
    read(text, false, fields, now)
}

/// Reads `boost`, which multiplies.
///
/// # Errors
/// As [`additive`].
pub fn factors(text: &str, fields: &Fields, now: Stamp) -> Result<Vec<Boost>> {
    read(text, true, fields, now)
}

fn read(text: &str, times: bool, fields: &Fields, now: Stamp) -> Result<Vec<Boost>> {
    if text.len() > limits::QUERY_BYTES {
        return Err(Error::search("The function is too long"));
    }
    let mut reader = Reader { rest: text.trim_start(), terms: 0, fields, now };
    let mut boosts = Vec::new();
    while !reader.rest.is_empty() {
        let function = reader.function(0)?;
        let weight = if reader.eat('^') { reader.number()? } else { 1.0 };
        boosts.push(Boost { function, weight, times });
        reader.rest = reader.rest.trim_start();
    }
    Ok(boosts)
}

struct Reader<'a> {
    rest: &'a str,
    terms: usize,
    fields: &'a Fields,
    now: Stamp,
}

impl<'a> Reader<'a> {
    fn eat(&mut self, letter: char) -> bool {
        let found = self.rest.trim_start().strip_prefix(letter);
        self.rest = found.unwrap_or(self.rest);
        found.is_some()
    }

    fn take(&mut self, is_part: impl Fn(char) -> bool) -> &'a str {
        let text = self.rest.trim_start();
        let end = text.find(|letter| !is_part(letter)).unwrap_or(text.len());
        let (part, rest) = text.split_at_checked(end).unwrap_or((text, ""));
        self.rest = rest;
        part
    }

    fn number(&mut self) -> Result<f64> {
        let text = self.take(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '+' | '-'));
        text.parse().ok().filter(|number: &f64| number.is_finite()).ok_or_else(|| refused(text))
    }

    fn function(&mut self, depth: usize) -> Result<Function> {
        self.terms += 1;
        if depth > DEPTH || self.terms > TERMS {
            return Err(Error::search(format!("A function has more than {TERMS} terms or is nested deeper than {DEPTH} levels")));
        }
        let first = self.rest.trim_start().chars().next();
        if first.is_some_and(|letter| letter.is_ascii_digit() || matches!(letter, '-' | '+' | '.')) {
            return self.number().map(Function::Number);
        }
        let name = self.take(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '_' | '-' | '.'));
        if !self.eat('(') {
            return self.column(name);
        }
        let function = match name {
            "ms" => self.milliseconds()?,
            "exists" => Function::Exists(Box::new(self.function(depth + 1)?)),
            _ => {
                let (call, least, most) = CALLS
                    .iter()
                    .find_map(|(known, call, least, most)| (*known == name).then_some((*call, *least, *most)))
                    .ok_or_else(|| Error::search(format!("Unknown function {name} in FunctionQuery")))?;
                let mut arguments = vec![self.function(depth + 1)?];
                while self.eat(',') {
                    arguments.push(self.function(depth + 1)?);
                }
                if arguments.len() < least || arguments.len() > most {
                    return Err(Error::search(format!("The function {name} has the wrong number of arguments")));
                }
                Function::Call(call, arguments)
            }
        };
        if self.eat(')') { Ok(function) } else { Err(refused(self.rest)) }
    }

    fn column(&self, name: &str) -> Result<Function> {
        let place = self.fields.place(name)?;
        match place.kind {
            Kind::Date | Kind::Integer => Ok(Function::Column(place.column)),
            Kind::Exact | Kind::Text(_) => {
                Err(Error::search(format!("can not use FieldCache on the field {name:?}: it is no number")))
            }
        }
    }

    /// `ms()`, `ms(date)`, `ms(later,earlier)`: milliseconds since 1970, or between two dates.
    fn milliseconds(&mut self) -> Result<Function> {
        if self.rest.trim_start().starts_with(')') {
            return self.date("NOW");
        }
        let is_part = |letter: char| !matches!(letter, ',' | ')' | '(' | ' ');
        let first = self.take(is_part);
        let first = self.date(first)?;
        if !self.eat(',') {
            return Ok(first);
        }
        let second = self.take(is_part);
        Ok(Function::Call(Call::Sub, vec![first, self.date(second)?]))
    }

    fn date(&mut self, text: &str) -> Result<Function> {
        self.terms += 1;
        match dates::millis(text, self.now) {
            #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "milliseconds of any year fit a double")]
            Some(millis) => Ok(Function::Number(millis as f64)),
            None => self.column(text),
        }
    }
}

fn refused(text: &str) -> Error {
    Error::search(format!("Cannot parse the function at {:?}", text.chars().take(40).collect::<String>()))
}

/// Changes the scores of a segment's documents.
///
/// # Errors
/// Internal, when the segment cannot be read.
pub fn apply(boosts: &[Boost], segment: &SegmentReader, found: &mut [Match]) -> Result<()> {
    for boost in boosts {
        let bound = Bound::of(&boost.function, segment)?;
        for each in found.iter_mut() {
            let value = bound.value(each.doc).filter(|value| value.is_finite()).unwrap_or_default() * boost.weight;
            let score = f64::from(each.score);
            let score = if boost.times { score * value } else { score + value };
            #[expect(clippy::as_conversions, clippy::cast_possible_truncation, reason = "scores are single floats")]
            let score = score.clamp(f64::from(f32::MIN), f64::from(f32::MAX)) as f32;
            each.score = score;
        }
    }
    Ok(())
}

/// A function with the columns of a segment.
enum Bound {
    Number(f64),
    Column(Option<Column<i64>>),
    Exists(Box<Self>),
    Call(Call, Vec<Self>),
}

impl Bound {
    fn of(function: &Function, segment: &SegmentReader) -> Result<Self> {
        Ok(match function {
            Function::Number(number) => Self::Number(*number),
            Function::Column(name) => Self::Column(segment.fast_fields().column_opt::<i64>(name).map_err(failed)?),
            Function::Exists(inner) => Self::Exists(Box::new(Self::of(inner, segment)?)),
            Function::Call(call, arguments) => {
                Self::Call(*call, arguments.iter().map(|argument| Self::of(argument, segment)).collect::<Result<_>>()?)
            }
        })
    }

    /// `None` where a column has no value.
    fn value(&self, doc: u32) -> Option<f64> {
        match self {
            Self::Number(number) => Some(*number),
            #[expect(clippy::as_conversions, clippy::cast_precision_loss, reason = "counts and milliseconds fit a double")]
            Self::Column(column) => column.as_ref()?.first(doc).map(|value| value as f64),
            Self::Exists(inner) => Some(if inner.value(doc).is_some() { 1.0 } else { 0.0 }),
            Self::Call(Call::Def, arguments) => arguments.iter().find_map(|argument| argument.value(doc)),
            Self::Call(call, arguments) => Some(call.of(arguments, doc)),
        }
    }
}

impl Call {
    /// Missing values count as zero, as in Solr.
    fn of(self, arguments: &[Bound], doc: u32) -> f64 {
        let at = |index: usize| arguments.get(index).and_then(|argument| argument.value(doc)).unwrap_or_default();
        let all = (0..arguments.len()).map(at);
        match self {
            Self::Sum => all.sum(),
            Self::Product => all.product(),
            Self::Max => all.fold(f64::MIN, f64::max),
            Self::Min => all.fold(f64::MAX, f64::min),
            Self::Sub => at(0) - at(1),
            Self::Div => at(0) / at(1),
            Self::Pow => at(0).powf(at(1)),
            Self::Log => at(0).log10(),
            Self::Ln => at(0).ln(),
            Self::Sqrt => at(0).sqrt(),
            Self::Abs => at(0).abs(),
            Self::Recip => at(2) / at(1).mul_add(at(0), at(3)),
            Self::Linear => at(1).mul_add(at(0), at(2)),
            Self::If => {
                if at(0) == 0.0 {
                    at(2)
                } else {
                    at(1)
                }
            }
            Self::Def => at(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn value(text: &str) -> Result<f64> {
        let (_, fields) = Fields::build();
        let boosts = additive(text, &fields, Stamp::parse("2024-01-01T00:00:00").unwrap())?;
        fn bound(function: &Function) -> Bound {
            match function {
                Function::Number(number) => Bound::Number(*number),
                Function::Column(_) => Bound::Column(None),
                Function::Exists(inner) => Bound::Exists(Box::new(bound(inner))),
                Function::Call(call, arguments) => Bound::Call(*call, arguments.iter().map(bound).collect()),
            }
        }
        Ok(boosts.iter().map(|boost| boost.weight * bound(&boost.function).value(0).unwrap_or_default()).sum())
    }

    #[test]
    fn functions_are_counted_as_solr_counts_them() {
        for (text, expected) in [
            ("sum(1, 2,product(2,3))", 9.0),
            ("recip(0,1,10,5)^2", 4.0),
            ("linear(3,2,1) 1.5", 8.5),
            ("ms(NOW/DAY,NOW-1DAY)", 86_400_000.0),
            ("if(exists(views_total),1,def(views_total,7))", 7.0),
            ("div(1,0)", f64::INFINITY),
            ("max(1,4,2) min(1,4) -2", 3.0),
            ("", 0.0),
        ] {
            assert_eq!(value(text).unwrap(), expected, "{text}");
        }
        for text in [
            "sum(",
            "sum(1",
            "sum()",
            "title",
            "x(1)",
            "sub(1)",
            "1^",
            "_version",
            "ms(x(",
            ")",
            &"sum(".repeat(40),
            &"1 ".repeat(300),
        ] {
            assert!(value(text).is_err(), "{text}");
        }
    }
}

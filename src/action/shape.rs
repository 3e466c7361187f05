//! What actions answer, in the words of two tables: `shape/models.txt` has the things of the API with their members,
//! `shape/actions.txt` a line for each action: the parameters that it needs, what it answers, and an example.
//!
//! The API document is made from them. Where debug assertions are on (so in every test) each answer is held against
//! its line, so that the document cannot say what is not so.

use std::{collections::BTreeMap, sync::LazyLock};

use base::{Error, Result};
use serde_json::{Map, Value, json};

#[cfg(test)]
mod tests;

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Shape {
    Any,
    Null,
    Boolean,
    Integer,
    Number,
    String,
    /// A thing of `models.txt`.
    Model(String),
    /// `[T]`
    Array(Box<Shape>),
    /// `{T}`: members of any name.
    Object(Box<Shape>),
    /// `A|B`
    OneOf(Vec<Shape>),
}

#[derive(Clone)]
struct Member {
    shape: Shape,
    optional: bool,
    doc: String,
}

/// A thing of the API.
#[derive(Clone)]
struct Model {
    doc: String,
    members: BTreeMap<String, Member>,
    /// `...`: a site, a plugin or the caller may add members.
    open: bool,
}

/// The line of an action.
pub(crate) struct Line {
    pub needed: Vec<String>,
    result: Shape,
    /// Parameters of a call that makes sense.
    pub example: Map<String, Value>,
}

struct Tables {
    models: BTreeMap<String, Model>,
    lines: BTreeMap<String, Line>,
}

static TABLES: LazyLock<Result<Tables>> = LazyLock::new(|| {
    let tables = Tables { models: models(include_str!("shape/models.txt"))?, lines: lines(include_str!("shape/actions.txt"))? };
    let results = tables.lines.values().map(|line| &line.result);
    let members = tables.models.values().flat_map(|model| model.members.values().map(|member| &member.shape));
    for shape in results.chain(members) {
        shape.known(&tables.models)?;
    }
    Ok(tables)
});

fn tables() -> Result<&'static Tables> {
    TABLES.as_ref().map_err(|error| Error::internal(error.to_string()))
}

/// The line of an action.
///
/// # Errors
/// Internal, where a table cannot be read.
pub(crate) fn line(action: &str) -> Result<Option<&'static Line>> {
    Ok(tables()?.lines.get(action))
}

/// The parameters without which an action is refused.
///
/// # Errors
/// Internal, where a table cannot be read.
pub fn needed(action: &str) -> Result<&'static [String]> {
    Ok(line(action)?.map_or(&[], |line| &line.needed))
}

/// The example of a call of an action, and the names of all actions that have one.
///
/// # Errors
/// Internal, where a table cannot be read.
pub fn examples() -> Result<impl Iterator<Item = (&'static str, &'static Map<String, Value>)>> {
    Ok(tables()?.lines.iter().map(|(name, line)| (name.as_str(), &line.example)))
}

impl Line {
    /// The JSON Schema of what the action answers.
    pub fn result_schema(&self) -> Value {
        self.result.schema()
    }

    /// What is said of an action that has no line: it may answer anything.
    pub fn untold() -> Self {
        Self { needed: Vec::new(), result: Shape::Any, example: Map::new() }
    }
}

/// The JSON Schemas of all things, by name.
///
/// # Errors
/// Internal, where a table cannot be read.
pub(crate) fn schemas() -> Result<Map<String, Value>> {
    Ok(tables()?.models.iter().map(|(name, model)| (name.clone(), model.schema())).collect())
}

/// What an answer has that its documentation has not, or the reverse; `None` where both agree.
///
/// # Errors
/// Internal, where a table or the answer cannot be read.
pub(crate) fn misfit(action: &str, answer: &str) -> Result<Option<String>> {
    let tables = tables()?;
    let Some(line) = tables.lines.get(action) else { return Ok(None) };
    let answer = serde_json::from_str(answer).map_err(Error::internal)?;
    Ok(line.result.misfit(&answer, &tables.models).map(|fault| format!("{action}: result{fault}")))
}

impl Shape {
    fn read(text: &str) -> Result<Self> {
        let parts = alternatives(text);
        if parts.len() > 1 {
            return Ok(Self::OneOf(parts.into_iter().map(Self::read).collect::<Result<_>>()?));
        }
        let inner = |open: char, close: char| text.strip_prefix(open)?.strip_suffix(close);
        if let Some(item) = inner('[', ']') {
            return Ok(Self::Array(Box::new(Self::read(item)?)));
        }
        if let Some(item) = inner('{', '}') {
            return Ok(Self::Object(Box::new(Self::read(item)?)));
        }
        Ok(match text {
            "any" => Self::Any,
            "null" => Self::Null,
            "boolean" => Self::Boolean,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "string" => Self::String,
            name if name.starts_with(|letter: char| letter.is_ascii_uppercase()) => Self::Model(name.to_owned()),
            other => return Err(Error::internal(format!("{other:?} is no shape"))),
        })
    }

    fn known(&self, models: &BTreeMap<String, Model>) -> Result<()> {
        match self {
            Self::Model(name) if !models.contains_key(name) => Err(Error::internal(format!("there is no model {name}"))),
            Self::Array(item) | Self::Object(item) => item.known(models),
            Self::OneOf(parts) => parts.iter().try_for_each(|part| part.known(models)),
            _ => Ok(()),
        }
    }

    fn schema(&self) -> Value {
        match self {
            Self::Any => json!({"type": ["string", "number", "boolean", "object", "array", "null"]}),
            Self::Null => json!({"type": "null"}),
            Self::Boolean => json!({"type": "boolean"}),
            Self::Integer => json!({"type": "integer"}),
            Self::Number => json!({"type": "number"}),
            Self::String => json!({"type": "string"}),
            Self::Model(name) => json!({"$ref": format!("#/components/schemas/{name}")}),
            Self::Array(item) => json!({"type": "array", "items": item.schema()}),
            Self::Object(item) => json!({"type": "object", "additionalProperties": item.schema()}),
            Self::OneOf(parts) => {
                let schemas: Vec<Value> = parts.iter().map(Self::schema).collect();
                let types: Option<Vec<&Value>> =
                    schemas.iter().map(|schema| schema.as_object().filter(|s| s.len() == 1)?.get("type")).collect();
                types.map_or_else(|| json!({"oneOf": schemas}), |types| json!({"type": types}))
            }
        }
    }

    /// Where and how a value is something else: a path and words.
    fn misfit(&self, value: &Value, models: &BTreeMap<String, Model>) -> Option<String> {
        let wrong = |fits: bool, what: &str| (!fits).then(|| format!(" is {}, not {what}", kind(value)));
        match self {
            Self::Any => None,
            Self::Null => wrong(value.is_null(), "null"),
            Self::Boolean => wrong(value.is_boolean(), "a boolean"),
            Self::Integer => wrong(value.is_i64() || value.is_u64(), "an integer"),
            Self::Number => wrong(value.is_number(), "a number"),
            Self::String => wrong(value.is_string(), "a string"),
            Self::Model(name) => match (value, models.get(name)) {
                (Value::Object(members), Some(model)) => model.misfit(name, members, models),
                _ => wrong(false, name),
            },
            Self::Array(item) => match value {
                Value::Array(items) => {
                    (0..).zip(items).find_map(|(at, value): (usize, _)| Some(format!("[{at}]{}", item.misfit(value, models)?)))
                }
                _ => wrong(false, "an array"),
            },
            Self::Object(item) => match value {
                Value::Object(members) => {
                    members.iter().find_map(|(name, value)| Some(format!(".{name}{}", item.misfit(value, models)?)))
                }
                _ => wrong(false, "an object"),
            },
            Self::OneOf(parts) => {
                let mut faults = Vec::new();
                for part in parts {
                    faults.push(part.misfit(value, models)?);
                }
                faults.into_iter().max_by_key(String::len)
            }
        }
    }
}

/// The parts between the `|` that stand outside of brackets.
fn alternatives(text: &str) -> Vec<&str> {
    let mut depth = 0_i32;
    text.split(|letter: char| {
        depth += match letter {
            '[' | '{' => 1,
            ']' | '}' => -1,
            _ => 0,
        };
        letter == '|' && depth == 0
    })
    .collect()
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(number) if number.is_f64() => "a fraction",
        Value::Number(_) => "an integer",
        Value::String(_) => "a string",
        Value::Array(_) => "an array",
        Value::Object(_) => "an object",
    }
}

impl Model {
    fn schema(&self) -> Value {
        let mut properties = Map::new();
        for (name, member) in &self.members {
            let mut schema = member.shape.schema();
            if let (Some(schema), false) = (schema.as_object_mut(), member.doc.is_empty()) {
                schema.insert("description".to_owned(), json!(member.doc));
            }
            properties.insert(name.clone(), schema);
        }
        let required: Vec<&String> = self.members.iter().filter(|(_, member)| !member.optional).map(|(name, _)| name).collect();
        let mut schema = json!({"type": "object", "description": self.doc, "properties": properties});
        if let (Some(schema), false) = (schema.as_object_mut(), required.is_empty()) {
            schema.insert("required".to_owned(), json!(required));
        }
        schema
    }

    fn misfit(&self, name: &str, members: &Map<String, Value>, models: &BTreeMap<String, Model>) -> Option<String> {
        let missing = self.members.iter().find(|(name, member)| !member.optional && !members.contains_key(*name));
        if let Some((missing, _)) = missing {
            return Some(format!(" ({name}) has no {missing}"));
        }
        members.iter().find_map(|(member, value)| match self.members.get(member) {
            Some(known) => Some(format!(".{member}{}", known.shape.misfit(value, models)?)),
            None => (!self.open).then(|| format!(" ({name}) has {member}, which is not documented")),
        })
    }
}

/// Reads `models.txt`: a line `Name  what it is` or `Name: Other  what it is` (with all of the other's members), then
/// its members on lines that begin with blanks: `name shape what it is`; `name?` may be left out.
fn models(text: &str) -> Result<BTreeMap<String, Model>> {
    let mut models: BTreeMap<String, Model> = BTreeMap::new();
    let mut current = String::new();
    for line in content(text) {
        let mut words = line.split_whitespace();
        let first = words.next().unwrap_or_default();
        if !line.starts_with(' ') {
            let (name, base) = match first.strip_suffix(':') {
                Some(name) => (name, words.next()),
                None => (first, None),
            };
            let model = match base {
                None => Model { doc: String::new(), members: BTreeMap::new(), open: false },
                Some(base) => models
                    .get(base)
                    .cloned()
                    .ok_or_else(|| Error::internal(format!("{name} is more than {base}, which is none")))?,
            };
            current = name.to_owned();
            models.insert(current.clone(), Model { doc: joined(words), ..model });
            continue;
        }
        let Some(model) = models.get_mut(&current) else {
            return Err(Error::internal(format!("{line:?} stands below no model")));
        };
        if first == "..." {
            model.open = true;
            continue;
        }
        let shape = Shape::read(words.next().unwrap_or_default()).map_err(|error| error.context(line.to_owned()))?;
        let name = first.strip_suffix('?');
        let member = Member { shape, optional: name.is_some(), doc: joined(words) };
        model.members.insert(name.unwrap_or(first).to_owned(), member);
    }
    Ok(models)
}

/// Reads `actions.txt`: name, needed parameters with commas between them or `-`, what is answered, an example.
fn lines(text: &str) -> Result<BTreeMap<String, Line>> {
    let mut lines = BTreeMap::new();
    for line in content(text) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let needed = words.next().unwrap_or_default();
        let read = || -> Result<Line> {
            Ok(Line {
                needed: needed.split(',').filter(|name| *name != "-").map(str::to_owned).collect(),
                result: Shape::read(words.next().unwrap_or_default())?,
                example: serde_json::from_str(&joined(words)).map_err(Error::internal)?,
            })
        };
        lines.insert(name.to_owned(), read().map_err(|error| error.context(line.to_owned()))?);
    }
    Ok(lines)
}

fn content(text: &str) -> impl Iterator<Item = &str> {
    text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty())
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<&str>>().join(" ")
}

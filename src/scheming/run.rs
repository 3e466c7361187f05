//! What the validators do, in CKAN's words. A fault does not end the list; what is missing does, where the validator says
//! so.

use base::{ErrorDict, id, loose, name, time::Stamp};
use model::{check::text, format::Formats};
use serde_json::{Map, Value, json};

use crate::{
    check::Scope,
    fluent, literal,
    step::{Choices, Step},
};

/// Characters of a longest version.
const VERSION: usize = 100;

/// The value of a field on its way through the validators; `None`: it is left out.
#[derive(Debug, Default)]
pub struct Slot {
    pub value: Option<Value>,
    pub faults: Vec<String>,
    /// The value is a date that a validator has read.
    is_date: bool,
}

impl Slot {
    pub fn of(value: Option<Value>) -> Self {
        Self { value, ..Self::default() }
    }

    pub fn fault(&mut self, message: impl Into<String>) {
        self.faults.push(message.into());
    }

    fn refuse(&mut self, refused: bool, message: impl FnOnce() -> String) {
        if refused {
            self.faults.push(message());
        }
    }

    fn text(&self) -> Option<&str> {
        self.value.as_ref()?.as_str()
    }
}

/// What a field may look at beside itself.
pub struct Around<'a> {
    /// The object that it stands in.
    pub dict: &'a Map<String, Value>,
    /// Of the dataset.
    pub state: &'a str,
    pub is_sysadmin: bool,
    /// `ckan.locale_default`.
    pub locale: &'a str,
    pub formats: &'a Formats,
    /// Keys that are part of the field.
    pub taken: Vec<String>,
    /// Faults of such keys.
    pub faults: ErrorDict,
}

impl<'a> Around<'a> {
    pub fn new(dict: &'a Map<String, Value>, scope: Scope<'a>) -> Self {
        let Scope { state, is_sysadmin, locale, formats, .. } = scope;
        Self { dict, state, is_sysadmin, locale, formats, taken: Vec::new(), faults: ErrorDict::default() }
    }

    pub fn is_draft(&self) -> bool {
        self.state.starts_with("draft")
    }

    /// The same with nothing found yet.
    pub fn bare(&self) -> Around<'a> {
        Around { taken: Vec::new(), faults: ErrorDict::default(), ..*self }
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Stop,
}

/// Runs validators of the field of that name.
pub fn all(steps: &[Step], slot: &mut Slot, around: &mut Around, name: &str) {
    for step in steps {
        if one(step, slot, around, name) == Flow::Stop {
            return;
        }
    }
}

/// Python's falsehood, but for numbers and `false`, which say something.
pub fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
        Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Python's falsehood.
fn is_falsy(value: &Value) -> bool {
    match value {
        Value::Bool(flag) => !flag,
        Value::Number(number) => number.as_f64() == Some(0.0),
        other => is_empty(other),
    }
}

fn equal(one: &Value, other: &Value) -> bool {
    let number = |value: &Value| match value {
        Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
        Value::Number(number) => number.as_f64(),
        _ => None,
    };
    one == other || number(one).zip(number(other)).is_some_and(|(one, other)| one == other)
}

fn drop_unless(there: bool, slot: &mut Slot) -> Flow {
    if there {
        return Flow::On;
    }
    slot.value = None;
    Flow::Stop
}

fn need(there: bool, slot: &mut Slot) -> Flow {
    if there {
        return Flow::On;
    }
    slot.fault("Missing value");
    Flow::Stop
}

fn one(step: &Step, slot: &mut Slot, around: &mut Around, name: &str) -> Flow {
    let there = slot.value.as_ref().is_some_and(|value| !is_empty(value));
    match step {
        Step::IgnoreMissing => return drop_unless(slot.value.as_ref().is_some_and(|value| !value.is_null()), slot),
        Step::IgnoreEmpty => return drop_unless(slot.value.as_ref().is_some_and(|value| !is_falsy(value)), slot),
        Step::Ignore => return drop_unless(false, slot),
        Step::IgnoreUnlessSysadmin => return drop_unless(around.is_sysadmin, slot),
        Step::NotMissing => return need(slot.value.is_some(), slot),
        Step::NotEmpty => return need(there, slot),
        Step::NotEmptyUnlessDraft if around.is_draft() => {
            return drop_unless(slot.value.as_ref().is_some_and(|value| !value.is_null()), slot);
        }
        Step::NotEmptyUnlessDraft => return need(there, slot),
        Step::Empty => forbid(there, slot, name),
        Step::EmptyUnlessSysadmin => forbid(there && !around.is_sysadmin, slot, name),
        Step::Default(value) => {
            if slot.value.as_ref().is_none_or(|value| value.is_null() || value.as_str() == Some("")) {
                slot.value = Some(value.clone());
            }
        }
        Step::SameAs(other) => {
            if slot.value.as_ref().is_none_or(is_falsy) {
                slot.value = around.dict.get(other).cloned();
            }
        }
        Step::Truth => slot.value = Some(Value::Bool(truth(slot.value.as_ref()))),
        Step::Moment { required, with_zone } => moment(slot, *required, *with_zone),
        Step::Choices(choices) => choose(choices, slot, around),
        Step::Texts { required } => return texts(slot, *required),
        Step::TextsOutput if slot.value.as_ref().is_some_and(Value::is_null) => slot.value = Some(json!([])),
        Step::Fluent(languages) => fluent::text(languages, slot, around, name),
        Step::FluentTags { languages, checks } => fluent::tags(languages, checks, slot, around, name),
        Step::FluentOutput | Step::FluentTagsOutput => {
            slot.value = slot.value.take().map(|value| fluent::output(value, around.locale));
        }
        // The rest looks at a value, and there is none.
        _ if slot.value.is_none() => {}
        Step::Text => slot.value = slot.value.take().map(|value| Value::String(stored(&value))),
        Step::TextOnly => slot.refuse(slot.text().is_none(), || "Must be a Unicode string value".to_owned()),
        Step::Trim => {
            if let Some(Value::String(text)) = &mut slot.value {
                *text = text.trim().to_owned();
            }
        }
        Step::Whole => whole(slot, None),
        Step::Natural => whole(slot, Some((0, "Must be a natural number"))),
        Step::Positive => whole(slot, Some((1, "Must be a positive integer"))),
        Step::Date => date(slot),
        Step::DateOnly => {
            if let (true, Some(Value::String(text))) = (slot.is_date, &mut slot.value) {
                text.truncate(text.find('T').unwrap_or(text.len()));
            }
        }
        Step::Format => {
            if let Some(Value::String(text)) = &mut slot.value {
                *text = around.formats.clean(text);
            }
        }
        Step::OneOf(values) => {
            let known = slot.value.as_ref().is_some_and(|value| values.iter().any(|known| equal(known, value)));
            slot.refuse(!known, || format!("Value must be one of {}", literal::python(&Value::Array(values.clone()))));
        }
        _ if shaped(step, slot) => {}
        _ => worded(step, slot),
    }
    Flow::On
}

fn forbid(forbidden: bool, slot: &mut Slot, name: &str) {
    slot.refuse(forbidden, || format!("The input field {name} was not expected."));
    slot.value = None;
}

/// What CKAN keeps as text of any value.
pub fn stored(value: &Value) -> String {
    if value.is_null() { String::new() } else { loose::text_of(value) }
}

fn truth(value: Option<&Value>) -> bool {
    match value {
        Some(Value::String(text)) => ["true", "yes", "t", "y", "1"].contains(&text.to_lowercase().as_str()),
        Some(value) => !is_falsy(value),
        None => false,
    }
}

fn whole(slot: &mut Slot, least: Option<(i64, &str)>) {
    let number = match slot.value.take() {
        None | Some(Value::Null) => None,
        Some(Value::String(text)) if text.trim().is_empty() => None,
        Some(Value::Bool(flag)) => Some(Ok(i64::from(flag))),
        Some(Value::Number(number)) if number.as_i64().is_none() => {
            let whole = number.as_f64().filter(|float| float.fract() == 0.0).and_then(|float| format!("{float:.0}").parse().ok());
            Some(whole.ok_or(Value::Number(number)))
        }
        Some(value) => Some(match &value {
            Value::Number(number) => number.as_i64().ok_or(value),
            Value::String(text) => text.trim().parse().map_err(|_no_number| value),
            _ => Err(value),
        }),
    };
    match (number, least) {
        (None, _) => slot.value = Some(Value::Null),
        (Some(Err(value)), _) => {
            slot.value = Some(value);
            slot.fault("Invalid integer");
        }
        (Some(Ok(number)), least) => {
            slot.value = Some(json!(number));
            if let Some((_, message)) = least.filter(|(least, _)| number < *least) {
                slot.fault(message);
            }
        }
    }
}

fn date(slot: &mut Slot) {
    let Some(text) = slot.text() else {
        return slot.refuse(!slot.value.as_ref().is_some_and(Value::is_null), || "Date format incorrect".to_owned());
    };
    if text.is_empty() {
        slot.value = Some(Value::Null);
    } else if let Some(at) = Stamp::parse(text) {
        slot.value = Some(Value::String(at.to_string()));
        slot.is_date = true;
    } else {
        slot.fault("Date format incorrect");
    }
}

fn moment(slot: &mut Slot, required: bool, with_zone: bool) {
    let empty = slot.value.as_ref().is_none_or(is_empty);
    if empty {
        slot.value = None;
        return slot.refuse(required, || "Missing value".to_owned());
    }
    // A zone has no meaning without a time.
    if with_zone && slot.text().is_some_and(|text| !text.contains('T')) {
        return slot.fault("Date format incorrect");
    }
    date(slot);
}

fn choose(choices: &Choices, slot: &mut Slot, around: &Around) {
    if !slot.faults.is_empty() {
        return;
    }
    let chosen = match slot.value.take() {
        None => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(text @ Value::String(_)) => vec![text],
        Some(_) => return slot.fault("expecting list of strings"),
    };
    for unknown in chosen.iter().filter(|item| !choices.values.iter().any(|choice| equal(choice, item))) {
        slot.fault(format!("unexpected choice \"{}\"", loose::text_of(unknown)));
    }
    if !slot.faults.is_empty() {
        return;
    }
    let kept: Vec<&Value> = choices.values.iter().filter(|choice| chosen.iter().any(|item| equal(choice, item))).collect();
    let lacks = kept.is_empty() && choices.required && (choices.of_drafts || !around.is_draft());
    slot.refuse(lacks, || "Select at least one".to_owned());
    slot.value = Some(Value::String(json!(kept).to_string()));
}

fn texts(slot: &mut Slot, required: bool) -> Flow {
    if !slot.faults.is_empty() {
        return Flow::Stop;
    }
    let items = match slot.value.take() {
        None => Vec::new(),
        Some(Value::Array(items)) => items,
        Some(text @ Value::String(_)) => vec![text],
        Some(_) => {
            slot.fault("expecting list of strings");
            return Flow::Stop;
        }
    };
    let mut kept = Vec::with_capacity(items.len());
    for item in items.into_iter().filter(|item| !is_falsy(item)) {
        match item {
            Value::String(text) => kept.push(text),
            other => slot.fault(format!("invalid type for repeating text: {}", literal::python(&other))),
        }
    }
    if !slot.faults.is_empty() {
        return Flow::Stop;
    }
    if kept.is_empty() && required {
        return need(false, slot);
    }
    slot.value = Some(Value::String(json!(kept).to_string()));
    Flow::On
}

/// Those that look at the shape of a value. False for any other.
fn shaped(step: &Step, slot: &mut Slot) -> bool {
    let Some(value) = slot.value.take() else { return true };
    let parsed = |text: &str| serde_json::from_str::<Value>(text).ok();
    let (value, fault) = match (step, value) {
        (Step::TextList, Value::Array(items)) => {
            let wrong = items.iter().find(|item| !item.is_string()).map(|item| format!("Not a string: {}", loose::text_of(item)));
            (Value::Array(items), wrong)
        }
        (Step::TextList, value) => (value, Some("Not a list".to_owned())),
        (Step::DictOnly, value) => {
            let wrong = (!value.is_object()).then(|| "Must be a dict".to_owned());
            (value, wrong)
        }
        (Step::JsonObject, Value::String(text)) => {
            let fault = match parsed(&text) {
                _ if text.is_empty() => None,
                Some(Value::Object(_)) => None,
                Some(_) => Some("The value should be a valid JSON object"),
                None => Some("Could not parse the value as a valid JSON object"),
            };
            (Value::String(text), fault.map(str::to_owned))
        }
        (Step::JsonObject, value) => {
            let wrong = !value.is_object() && !value.is_null();
            (value, wrong.then(|| "The value should be a valid JSON object".to_owned()))
        }
        (Step::JsonObjectText, value) if is_falsy(&value) => (Value::Null, None),
        (Step::JsonObjectText, Value::String(text)) => {
            let fault = match serde_json::from_str::<Value>(&text) {
                Ok(Value::Object(_)) => None,
                Ok(_) => Some(format!("Unsupported value for JSON field: {text}")),
                Err(error) => Some(format!("Invalid JSON string: {error}")),
            };
            (Value::String(text), fault)
        }
        (Step::JsonObjectText, value @ Value::Object(_)) => (Value::String(value.to_string()), None),
        (Step::JsonObjectText, value) => {
            let fault = format!("Unsupported type for JSON field: {}", loose::text_of(&value));
            (value, Some(fault))
        }
        (Step::Json, Value::String(text)) => match parsed(&text) {
            Some(value) => (value, None),
            None => (Value::String(text), Some("Could not parse as valid JSON".to_owned())),
        },
        (Step::JsonIfPossible, Value::String(text)) => (parsed(&text).unwrap_or(Value::String(text)), None),
        (Step::ListOutput | Step::TextsOutput, Value::String(text)) => {
            let list = parsed(&text).unwrap_or_else(|| json!([text]));
            (list, None)
        }
        (Step::JsonOrList, Value::String(text)) => {
            let list = parsed(&text).unwrap_or_else(|| text.split(',').collect());
            (list, None)
        }
        (Step::ListIfText, value @ Value::String(_)) => (Value::Array(vec![value]), None),
        (step, value) => {
            slot.value = Some(value);
            return matches!(
                step,
                Step::Json | Step::JsonIfPossible | Step::ListOutput | Step::TextsOutput | Step::JsonOrList | Step::ListIfText
            );
        }
    };
    slot.value = Some(value);
    slot.faults.extend(fault);
    true
}

/// Those that look at the words of a text; other values have none.
fn worded(step: &Step, slot: &mut Slot) {
    let value = slot.value.as_ref().map(stored).unwrap_or_default();
    let is_text = slot.text().is_some();
    match step {
        Step::Uuid => slot.refuse(!id::is_uuid(&value), || "Invalid id provided".to_owned()),
        Step::Url => slot.refuse(!value.is_empty() && !is_url(&value), || "Please provide a valid URL".to_owned()),
        Step::Email => slot.faults.extend(text::email_fault(&value)),
        Step::Name if !is_text => slot.fault("Names must be strings"),
        Step::Name => slot.faults.extend(name::faults(&value).into_iter().map(str::to_owned)),
        Step::VersionLength => {
            slot.refuse(value.chars().count() > VERSION, || format!("Version must be a maximum of {VERSION} characters long"))
        }
        Step::TagLength => slot.faults.extend(text::tag_faults(&value).into_iter().filter(|fault| fault.contains(" length is "))),
        Step::TagLetters => {
            slot.faults.extend(text::tag_faults(&value).into_iter().filter(|fault| !fault.contains(" length is ")));
        }
        Step::TagLowerCase => {
            slot.refuse(value.chars().any(char::is_uppercase), || format!("Tag \"{value}\" must not be uppercase"));
        }
        _ => {}
    }
}

/// An address as CKAN's `url_validator` takes it.
fn is_url(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else { return false };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (host, port) = authority.split_once(':').unwrap_or((authority, "0"));
    !host.is_empty()
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte))
        && port.bytes().all(|byte| byte.is_ascii_digit())
}

//! The validators that schemas name: which there are, and what each takes from its field.

use serde_json::{Map, Value};

use crate::{
    fluent::{Languages, is_core_translated},
    literal,
    schema::Family,
};

/// One validator, ready to run. What it does is told in `run.rs`.
#[derive(Clone, Debug, PartialEq)]
pub enum Step {
    IgnoreMissing,
    IgnoreEmpty,
    Ignore,
    NotMissing,
    NotEmpty,
    /// As [`Step::NotEmpty`], but for drafts.
    NotEmptyUnlessDraft,
    Empty,
    EmptyUnlessSysadmin,
    IgnoreUnlessSysadmin,
    Default(Value),
    SameAs(String),
    Text,
    TextOnly,
    Trim,
    Whole,
    Natural,
    Positive,
    Truth,
    Date,
    /// Of a date and time the date.
    DateOnly,
    Moment {
        required: bool,
        with_zone: bool,
    },
    Uuid,
    Url,
    Email,
    Name,
    VersionLength,
    TagLength,
    TagLetters,
    TagLowerCase,
    Format,
    OneOf(Vec<Value>),
    Choices(Choices),
    Texts {
        required: bool,
    },
    TextsOutput,
    TextList,
    DictOnly,
    JsonObject,
    JsonObjectText,
    Json,
    JsonIfPossible,
    JsonOrList,
    ListOutput,
    ListIfText,
    Fluent(Languages),
    FluentOutput,
    FluentTags {
        languages: Languages,
        checks: Vec<Step>,
    },
    FluentTagsOutput,
    /// What the field of CKAN's own does by itself, or nothing.
    Nothing,
}

/// `scheming_multiple_choice`.
#[derive(Clone, Debug, PartialEq)]
pub struct Choices {
    pub values: Vec<Value>,
    pub required: bool,
    /// Also of drafts.
    pub of_drafts: bool,
}

/// What a validator may ask of the field that it stands at.
pub struct Place<'a> {
    /// Expanded.
    pub field: &'a Map<String, Value>,
    pub name: &'a str,
    /// The field is the publisher's own, none of CKAN's.
    pub own: bool,
    pub family: Family,
    /// `draft_fields_required` is false.
    pub drafts_may_lack: bool,
    /// Of the schema; the field may have its own.
    pub languages: &'a Languages,
}

impl Place<'_> {
    /// The field says `required: true`.
    pub fn required(&self) -> bool {
        self.field.get("required").and_then(base::loose::bool_of).unwrap_or(false)
    }

    fn languages(&self) -> Result<Languages, String> {
        let mut languages = self.languages.of(self.field)?;
        if !self.required() {
            languages.required.clear();
        }
        languages.of_drafts = !self.drafts_may_lack;
        Ok(languages)
    }

    fn choices(&self) -> Result<Vec<Value>, String> {
        let listed = self.field.get("choices").and_then(Value::as_array);
        let listed = listed.ok_or("it has no list `choices` (choices_helper names code of an extension, which is not there)")?;
        let value = |(place, choice): (usize, &Value)| {
            choice.get("value").cloned().ok_or_else(|| format!("choices[{place}] has no `value`"))
        };
        listed.iter().enumerate().map(value).collect()
    }
}

/// Those that look at CKAN's own field of that name alone, which does by itself what they would do.
const OF_OWN_FIELDS: &[(&str, &[&str])] = &[
    ("package_name_validator", &["name"]),
    ("group_name_validator", &["name"]),
    ("owner_org_validator", &["owner_org"]),
    ("tag_string_convert", &["tag_string"]),
    ("if_empty_guess_format", &["format"]),
    ("datasets_with_no_organization_cannot_be_private", &["private"]),
    ("ignore_not_package_admin", &["state"]),
    ("ignore_not_group_admin", &["state"]),
    ("no_loops_in_hierarchy", &["groups"]),
];

/// Validators without arguments.
fn plain(name: &str, place: &Place) -> Result<Option<Step>, String> {
    Ok(Some(match name {
        "ignore_missing" => Step::IgnoreMissing,
        "ignore_empty" => Step::IgnoreEmpty,
        "ignore" => Step::Ignore,
        "not_missing" => Step::NotMissing,
        "not_empty" => Step::NotEmpty,
        "empty" => Step::Empty,
        "empty_if_not_sysadmin" => Step::EmptyUnlessSysadmin,
        "ignore_not_sysadmin" => Step::IgnoreUnlessSysadmin,
        "scheming_draft_fields_not_required" => Step::NotEmptyUnlessDraft,
        "scheming_required" => match (place.required(), place.drafts_may_lack) {
            (false, _) => Step::IgnoreMissing,
            (true, false) => Step::NotEmpty,
            (true, true) => Step::NotEmptyUnlessDraft,
        },
        "unicode_safe" | "unicode" => Step::Text,
        "unicode_only" => Step::TextOnly,
        "remove_whitespace" | "strip_value" => Step::Trim,
        "int_validator" => Step::Whole,
        "natural_number_validator" => Step::Natural,
        "is_positive_integer" => Step::Positive,
        "boolean_validator" => Step::Truth,
        "isodate" => Step::Date,
        "convert_to_json_if_date" => Step::DateOnly,
        "scheming_isodatetime" => Step::Moment { required: place.required(), with_zone: false },
        "scheming_isodatetime_tz" => Step::Moment { required: place.required(), with_zone: true },
        "uuid_validator" => Step::Uuid,
        "url_validator" => Step::Url,
        "email_validator" => Step::Email,
        "name_validator" => Step::Name,
        "package_version_validator" => Step::VersionLength,
        "tag_length_validator" => Step::TagLength,
        "tag_name_validator" => Step::TagLetters,
        "tag_not_uppercase" => Step::TagLowerCase,
        "clean_format" => Step::Format,
        "scheming_choices" => Step::OneOf(place.choices()?),
        "scheming_multiple_choice" => {
            Step::Choices(Choices { values: place.choices()?, required: place.required(), of_drafts: !place.drafts_may_lack })
        }
        "scheming_multiple_choice_output" => Step::ListOutput,
        "scheming_multiple_text" | "repeating_text" => Step::Texts { required: place.required() },
        "repeating_text_output" => Step::TextsOutput,
        "scheming_valid_json_object" => Step::JsonObjectText,
        "scheming_load_json" | "json_or_string" => Step::JsonIfPossible,
        "list_of_strings" => Step::TextList,
        "dict_only" => Step::DictOnly,
        "json_object" => Step::JsonObject,
        "convert_to_json_if_string" => Step::Json,
        "json_list_or_string" => Step::JsonOrList,
        "convert_to_list_if_string" => Step::ListIfText,
        "fluent_text" => Step::Fluent(place.languages()?),
        "fluent_text_output" => Step::FluentOutput,
        "fluent_core_translated_output" if is_core_translated(place.name) => Step::FluentOutput,
        "fluent_core_translated_output" => return Err(format!("{name} is for fields whose names end in _translated")),
        "fluent_tags" => Step::FluentTags {
            languages: place.languages()?,
            checks: match place.field.get("tag_validators") {
                None => vec![Step::TagLength, Step::TagLetters],
                Some(Value::String(text)) => steps(text, place)?,
                Some(_) => return Err("`tag_validators` is no text".to_owned()),
            },
        },
        "fluent_tags_output" => Step::FluentTagsOutput,
        // Dates are kept as text; where a field is kept is not the schema's to say.
        "convert_to_json_if_datetime" | "convert_to_extras" | "convert_from_extras" => Step::Nothing,
        _ => return Ok(None),
    }))
}

/// Names for the message about an unknown one, in the order of the alphabet.
const KNOWN: &[&str] = &[
    "boolean_validator",
    "clean_format",
    "convert_from_extras",
    "convert_to_extras",
    "convert_to_json_if_date",
    "convert_to_json_if_datetime",
    "convert_to_json_if_string",
    "convert_to_list_if_string",
    "default(…)",
    "dict_only",
    "email_validator",
    "empty",
    "empty_if_not_sysadmin",
    "fluent_core_translated_output",
    "fluent_tags",
    "fluent_tags_output",
    "fluent_text",
    "fluent_text_output",
    "if_empty_same_as(…)",
    "ignore",
    "ignore_empty",
    "ignore_missing",
    "ignore_not_sysadmin",
    "int_validator",
    "is_positive_integer",
    "isodate",
    "json_list_or_string",
    "json_object",
    "json_or_string",
    "list_of_strings",
    "name_validator",
    "natural_number_validator",
    "not_empty",
    "not_missing",
    "one_of(…)",
    "OneOf(…)",
    "package_version_validator",
    "remove_whitespace",
    "repeating_text",
    "repeating_text_output",
    "scheming_choices",
    "scheming_draft_fields_not_required",
    "scheming_isodatetime",
    "scheming_isodatetime_tz",
    "scheming_load_json",
    "scheming_multiple_choice",
    "scheming_multiple_choice_output",
    "scheming_multiple_text",
    "scheming_required",
    "scheming_valid_json_object",
    "strip_value",
    "tag_length_validator",
    "tag_name_validator",
    "tag_not_uppercase",
    "unicode",
    "unicode_only",
    "unicode_safe",
    "url_validator",
    "uuid_validator",
];

/// Reads a list of validators: names with blanks between them, arguments in brackets.
///
/// # Errors
/// A name that is not known, with those that are; an argument that is missing.
pub fn steps(text: &str, place: &Place) -> Result<Vec<Step>, String> {
    text.split_whitespace().map(|word| step(word, place)).collect()
}

fn step(word: &str, place: &Place) -> Result<Step, String> {
    if let Some((_, fields)) = OF_OWN_FIELDS.iter().find(|(name, _)| *name == word) {
        return match fields.contains(&place.name) && !place.own {
            true => Ok(Step::Nothing),
            false => Err(format!("{word} is for CKAN's own {}", fields.join(", "))),
        };
    }
    if let Some((name, arguments)) = word.strip_suffix(')').and_then(|word| word.split_once('(')) {
        let mut arguments = literal::arguments(arguments);
        return match (name, arguments.len()) {
            ("default", 1) => Ok(Step::Default(arguments.swap_remove(0))),
            // A dataset without a title has one anyway: its name, or what its translations say.
            ("if_empty_same_as", 1) if place.family == Family::Dataset && place.name == "title" && !place.own => {
                Ok(Step::Nothing)
            }
            ("if_empty_same_as", 1) => match arguments.swap_remove(0) {
                Value::String(other) => Ok(Step::SameAs(other)),
                _ => Err("if_empty_same_as takes the name of a field".to_owned()),
            },
            ("OneOf" | "one_of", 1) => match arguments.swap_remove(0) {
                Value::Array(values) => Ok(Step::OneOf(values)),
                _ => Err(format!("{name} takes one list")),
            },
            ("default" | "if_empty_same_as" | "OneOf" | "one_of", count) => {
                Err(format!("{name} takes one argument, {count} are given"))
            }
            _ => Err(unknown(name)),
        };
    }
    plain(word, place)?.ok_or_else(|| unknown(word))
}

fn unknown(name: &str) -> String {
    let shown: String = name.chars().take(100).collect();
    let why = match name {
        "configured_default" | "limit_to_configured_maximum" => " (options of CKAN are not read by schemas)",
        _ => "",
    };
    format!("there is no validator \"{shown}\"{why}; there are {}", KNOWN.join(", "))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn read(field: &Value, text: &str) -> Result<Vec<Step>, String> {
        let languages = Languages::of_site(vec!["ky".to_owned(), "ru".to_owned()]);
        let field = field.as_object().unwrap();
        let name = field["field_name"].as_str().unwrap();
        let own = !["name", "title"].contains(&name);
        steps(text, &Place { field, name, own, family: Family::Dataset, drafts_may_lack: false, languages: &languages })
    }

    #[test]
    fn every_name_that_is_told_is_known() {
        let field = json!({"field_name": "a_translated", "choices": [{"value": 1}]});
        for name in KNOWN {
            let text = match name.split_once('(') {
                None => (*name).to_owned(),
                Some(("if_empty_same_as", _)) => "if_empty_same_as(title)".to_owned(),
                Some((name, _)) => format!("{name}([1])"),
            };
            assert_eq!(read(&field, &text).map(|steps| steps.len()), Ok(1), "{name}");
        }
        assert!(KNOWN.is_sorted_by_key(|name| name.to_lowercase()));
        let fault = read(&field, "ignore_missing no_such_thing").unwrap_err();
        assert!(fault.contains("\"no_such_thing\"") && fault.contains("scheming_required"), "{fault}");
    }

    #[test]
    fn a_validator_takes_what_its_field_says() {
        let field = json!({"field_name": "a", "required": true, "choices": [{"value": "x", "label": "X"}]});
        assert_eq!(read(&field, "scheming_required scheming_choices").unwrap(), [Step::NotEmpty, Step::OneOf(vec![json!("x")])]);
        assert_eq!(read(&field, "default(1)").unwrap(), [Step::Default(json!(1))]);
        for (field, text, fault) in [
            (json!({"field_name": "a"}), "scheming_choices", "choices"),
            (json!({"field_name": "a", "choices": [{"label": "x"}]}), "scheming_choices", "choices[0]"),
            (json!({"field_name": "a"}), "owner_org_validator", "owner_org"),
            (json!({"field_name": "a"}), "default(1,2)", "one argument"),
            (json!({"field_name": "a"}), "fluent_core_translated_output", "_translated"),
        ] {
            assert!(read(&field, text).unwrap_err().contains(fault), "{text}");
        }
        assert_eq!(read(&json!({"field_name": "name"}), "package_name_validator").unwrap(), [Step::Nothing]);
    }
}

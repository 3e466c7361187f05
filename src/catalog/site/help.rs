//! `help_show`: where the `help` of every answer points to.

use action::{Action, Ctx, Field, Kind, Row, shape};
use base::{Error, Result};
use serde_json::Value;

use crate::package::allow;

action::declare! {
    /// Returns the help text of an action: what it does, then each of its parameters.
    pub struct Help;
    /// Which action.
    pub struct HelpParams {
        /// Name of the action.
        name: String,
    }
}

impl Action for Help {
    const NAME: &'static str = "help_show";
    const KIND: Kind = Kind::Read;
    type Params = HelpParams;
    type Subject = Row;
    type Output = String;

    fn allow(ctx: &mut Ctx, params: &HelpParams) -> Result<Row> {
        let name = allow::needed(params.name.as_ref(), "name")?;
        ctx.app.row(name).cloned().ok_or_else(|| Error::not_found("Action function not found"))
    }

    fn run(_ctx: &mut Ctx, _params: HelpParams, row: Row) -> Result<String> {
        let mut text = plain(row.doc, "\n");
        let needed = shape::needed(row.name)?;
        let fields = (row.fields)();
        if !fields.is_empty() {
            text.push('\n');
        }
        for field in &fields {
            let optional = if needed.iter().any(|name| name == field.name) { "" } else { ", optional" };
            text.push_str(&format!(
                "\n:param {0}: {1}\n:type {0}: {2}{optional}",
                field.name,
                plain(field.doc, " "),
                kind(field)
            ));
        }
        Ok(text)
    }
}

/// The words of a doc comment.
fn plain(doc: &str, between: &str) -> String {
    doc.trim().lines().map(str::trim).collect::<Vec<_>>().join(between)
}

/// What kind of value a parameter takes.
fn kind(field: &Field) -> String {
    let named = |schema: Option<&Value>| match schema.and_then(|schema| schema.get("type")).and_then(Value::as_str) {
        Some("object") => "dictionary",
        Some("array") => "list",
        Some("string") => "string",
        Some("integer") => "integer",
        Some("number") => "number",
        Some("boolean") => "boolean",
        _ => "any",
    };
    match (named(Some(&field.schema)), field.schema.get("items")) {
        ("list", Some(items)) if named(Some(items)) == "dictionary" => "list of dictionaries".to_owned(),
        ("list", Some(items)) if named(Some(items)) != "any" => format!("list of {}s", named(Some(items))),
        (name, _) => name.to_owned(),
    }
}

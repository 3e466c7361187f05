//! What a command says: results on standard output, progress on standard error and only on a terminal.

use std::{fmt::Display, io::Write, time::Duration};

use base::{Error, Result};
use indicatif::{HumanDuration, ProgressBar, ProgressState, ProgressStyle};
use serde_json::Value;

/// Prints a line. A reader that has seen enough (`| head`) is no failure.
///
/// # Errors
/// Internal, if standard output cannot be written.
pub fn line(text: impl Display) -> Result<()> {
    match writeln!(std::io::stdout(), "{text}") {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(Error::internal(format!("standard output: {error}"))),
        _ => Ok(()),
    }
}

/// Prints rows under a header, columns lined up.
///
/// # Errors
/// As [`line`].
pub fn table(header: &[&str], rows: &[Vec<String>]) -> Result<()> {
    let mut widths: Vec<usize> = header.iter().map(|name| name.chars().count()).collect();
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let print = |cells: &mut dyn Iterator<Item = &str>| {
        let padded: Vec<String> = cells.zip(&widths).map(|(cell, width)| format!("{cell:width$}")).collect();
        line(padded.join("  ").trim_end())
    };
    print(&mut header.iter().copied())?;
    rows.iter().try_for_each(|row| print(&mut row.iter().map(String::as_str)))
}

/// Prints a list as JSON or as a table of these members; `stats.added` is a member of a member.
///
/// # Errors
/// As [`line`].
pub fn list(items: &Value, members: &[&str], as_json: bool) -> Result<()> {
    if as_json {
        return json(items);
    }
    let member =
        |item: &Value, path: &str| path.split('.').try_fold(item, |value, name| value.get(name)).map(cell).unwrap_or_default();
    let rows: Vec<Vec<String>> =
        items.as_array().into_iter().flatten().map(|item| members.iter().map(|path| member(item, path)).collect()).collect();
    let header: Vec<&str> = members.iter().map(|path| path.rsplit('.').next().unwrap_or(path)).collect();
    table(&header, &rows)
}

/// Prints a value as JSON.
///
/// # Errors
/// As [`line`].
pub fn json(value: &Value) -> Result<()> {
    line(serde_json::to_string_pretty(value).map_err(Error::internal)?)
}

fn cell(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        // Nobody's text may move the cursor.
        Value::String(text) => text.chars().map(|character| if character.is_control() { ' ' } else { character }).collect(),
        other => other.to_string(),
    }
}

/// A bar for so many things, 0 while nobody knows; hidden when standard error is no terminal.
///
/// # Errors
/// Never, as long as the template is one.
pub fn bar(total: u64, what: &'static str) -> Result<ProgressBar> {
    let draw = move |state: &ProgressState, out: &mut dyn std::fmt::Write| {
        // What cannot be drawn is drawn the next time.
        let _drawn = out.write_str(&drawn(state.pos(), state.len().unwrap_or(0), what, state.eta()));
    };
    let style = ProgressStyle::with_template("{progress}").map_err(Error::internal)?.with_key("progress", draw);
    Ok(ProgressBar::new(total).with_style(style))
}

fn drawn(done: u64, total: u64, what: &str, left: Duration) -> String {
    const WIDTH: u64 = 40;
    if total == 0 {
        return format!("{done} {what}");
    }
    let full = usize::try_from((done.min(total) * WIDTH).checked_div(total).unwrap_or(WIDTH)).unwrap_or(0);
    let bar: String = (0..40).map(|place| if place < full { '█' } else { '░' }).collect();
    format!("{bar} {done} of {total} {what}, {} left", HumanDuration(left))
}

/// A wheel that turns while something takes as long as it takes.
///
/// # Errors
/// Never, as long as the template is one.
pub fn wheel(what: String) -> Result<ProgressBar> {
    let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})").map_err(Error::internal)?;
    let wheel = ProgressBar::new_spinner().with_style(style).with_message(what);
    wheel.enable_steady_tick(Duration::from_millis(120));
    Ok(wheel)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_bar_is_drawn_when_it_is_known_how_long_it_is() {
        let second = Duration::from_secs(1);
        assert_eq!(drawn(0, 0, "datasets", Duration::ZERO), "0 datasets");
        assert_eq!(drawn(250, 0, "datasets", Duration::ZERO), "250 datasets");
        let half = drawn(5, 10, "datasets", second);
        assert!(half.ends_with("5 of 10 datasets, 1 second left"), "{half}");
        assert_eq!((half.matches('█').count(), half.matches('░').count()), (20, 20));
        assert_eq!(drawn(12, 10, "datasets", second).matches('█').count(), 40);
    }

    #[test]
    fn cells_are_one_line_of_text() {
        assert_eq!(cell(&json!("a\nb\u{1b}[2J")), "a b [2J");
        assert_eq!(cell(&json!(null)), "");
        assert_eq!(cell(&json!(true)), "true");
    }
}

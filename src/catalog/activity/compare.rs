//! Differences between two lists of lines, as Python's `difflib` finds and writes them: clients compare them with what they
//! got from CKAN. Written after its documentation; whoever changes the matching changes what they see.

use std::{collections::HashMap, ops::Range};

/// Unchanged lines around a change.
const AROUND: usize = 3;
/// Looks at pairs of lines before the rest counts as replaced: two versions of a large dataset that have nothing in common.
const WORK: usize = 50_000_000;
/// Of this many lines on, lines that are more than 1 in 100 are too common to look for.
const COMMON: usize = 200;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Tag {
    Equal,
    Replace,
    Delete,
    Insert,
}

type Step = (Tag, Range<usize>, Range<usize>);

/// Finds equal runs.
struct Matcher<'a> {
    old: &'a [String],
    new: &'a [String],
    /// Line → its places in `new`, without lines that are too common.
    places: HashMap<&'a str, Vec<usize>>,
    work: usize,
}

impl<'a> Matcher<'a> {
    fn new(old: &'a [String], new: &'a [String]) -> Self {
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (place, line) in new.iter().enumerate() {
            places.entry(line).or_default().push(place);
        }
        if new.len() >= COMMON {
            let most = new.len() / 100 + 1;
            places.retain(|_, places| places.len() <= most);
        }
        Self { old, new, places, work: WORK }
    }

    fn equal(&self, old: usize, new: usize) -> bool {
        matches!((self.old.get(old), self.new.get(new)), (Some(old), Some(new)) if old == new)
    }

    /// The longest run that is in both, the first of equally long ones: its places and length.
    fn longest(&mut self, old: &Range<usize>, new: &Range<usize>) -> (usize, usize, usize) {
        let (mut at_old, mut at_new, mut size) = (old.start, new.start, 0);
        let mut lengths: HashMap<usize, usize> = HashMap::new();
        for i in old.clone() {
            let mut next = HashMap::new();
            let found = self.old.get(i).and_then(|line| self.places.get(line.as_str())).map(Vec::as_slice).unwrap_or_default();
            for &j in found.iter().skip_while(|j| **j < new.start).take_while(|j| **j < new.end) {
                let length = j.checked_sub(1).and_then(|before| lengths.get(&before)).copied().unwrap_or(0) + 1;
                next.insert(j, length);
                if length > size {
                    (at_old, at_new, size) = (i + 1 - length, j + 1 - length, length);
                }
            }
            self.work = self.work.saturating_sub(found.len() + 1);
            if self.work == 0 {
                break;
            }
            lengths = next;
        }
        while at_old > old.start && at_new > new.start && self.equal(at_old - 1, at_new - 1) {
            (at_old, at_new, size) = (at_old - 1, at_new - 1, size + 1);
        }
        while at_old + size < old.end && at_new + size < new.end && self.equal(at_old + size, at_new + size) {
            size += 1;
        }
        (at_old, at_new, size)
    }

    /// Every run that is in both, in order, with an empty one at the end.
    fn runs(&mut self) -> Vec<(usize, usize, usize)> {
        let mut queue = vec![(0..self.old.len(), 0..self.new.len())];
        let mut found = Vec::new();
        while let Some((old, new)) = queue.pop() {
            if self.work == 0 {
                break;
            }
            let (at_old, at_new, size) = self.longest(&old, &new);
            if size == 0 {
                continue;
            }
            found.push((at_old, at_new, size));
            if old.start < at_old && new.start < at_new {
                queue.push((old.start..at_old, new.start..at_new));
            }
            if at_old + size < old.end && at_new + size < new.end {
                queue.push((at_old + size..old.end, at_new + size..new.end));
            }
        }
        found.sort_unstable();
        found.push((self.old.len(), self.new.len(), 0));
        found
    }
}

/// The steps that make the new lines of the old ones.
fn steps(old: &[String], new: &[String]) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let (mut i, mut j) = (0, 0);
    for (at_old, at_new, size) in Matcher::new(old, new).runs() {
        let tag = match (i < at_old, j < at_new) {
            (true, true) => Some(Tag::Replace),
            (true, false) => Some(Tag::Delete),
            (false, true) => Some(Tag::Insert),
            (false, false) => None,
        };
        steps.extend(tag.map(|tag| (tag, i..at_old, j..at_new)));
        (i, j) = (at_old + size, at_new + size);
        match steps.last_mut() {
            // Runs that touch are one.
            Some((Tag::Equal, before, behind)) if tag.is_none() && size > 0 => {
                before.end = i;
                behind.end = j;
            }
            _ if size > 0 => steps.push((Tag::Equal, at_old..i, at_new..j)),
            _ => {}
        }
    }
    steps
}

/// The steps in groups that lie near each other, with some unchanged lines around.
fn groups(old: &[String], new: &[String]) -> Vec<Vec<Step>> {
    let mut steps = steps(old, new);
    if let Some((Tag::Equal, before, behind)) = steps.first_mut() {
        before.start = before.start.max(before.end.saturating_sub(AROUND));
        behind.start = behind.start.max(behind.end.saturating_sub(AROUND));
    }
    if let Some((Tag::Equal, before, behind)) = steps.last_mut() {
        before.end = before.end.min(before.start + AROUND);
        behind.end = behind.end.min(behind.start + AROUND);
    }
    let mut groups = Vec::new();
    let mut group: Vec<Step> = Vec::new();
    for (tag, mut before, mut behind) in steps {
        if tag == Tag::Equal && before.len() > 2 * AROUND {
            group.push((tag, before.start..before.start + AROUND, behind.start..behind.start + AROUND));
            groups.push(std::mem::take(&mut group));
            before.start = before.end - AROUND;
            behind.start = behind.end - AROUND;
        }
        group.push((tag, before, behind));
    }
    groups.push(group);
    groups.retain(|group| group.iter().any(|(tag, ..)| *tag != Tag::Equal));
    groups
}

/// First and last place of a group.
fn span(group: &[Step]) -> (Range<usize>, Range<usize>) {
    match (group.first(), group.last()) {
        (Some((_, first_old, first_new)), Some((_, last_old, last_new))) => {
            (first_old.start..last_old.end, first_new.start..last_new.end)
        }
        _ => (0..0, 0..0),
    }
}

fn cut<'a>(lines: &'a [String], range: &Range<usize>) -> &'a [String] {
    lines.get(range.clone()).unwrap_or_default()
}

/// The unified form. Its head lines end in a line break of their own, as those that CKAN joins do.
#[must_use]
pub fn unified(old: &[String], new: &[String]) -> String {
    let place = |range: &Range<usize>| match range.len() {
        1 => format!("{}", range.start + 1),
        0 => format!("{},0", range.start),
        length => format!("{},{length}", range.start + 1),
    };
    let mut lines: Vec<String> = Vec::new();
    for group in groups(old, new) {
        if lines.is_empty() {
            lines.extend(["--- \n".to_owned(), "+++ \n".to_owned()]);
        }
        let (before, behind) = span(&group);
        lines.push(format!("@@ -{} +{} @@\n", place(&before), place(&behind)));
        for (tag, before, behind) in group {
            if tag == Tag::Equal {
                lines.extend(cut(old, &before).iter().map(|line| format!(" {line}")));
                continue;
            }
            lines.extend(cut(old, &before).iter().map(|line| format!("-{line}")));
            lines.extend(cut(new, &behind).iter().map(|line| format!("+{line}")));
        }
    }
    lines.join("\n")
}

/// The context form.
#[must_use]
pub fn context(old: &[String], new: &[String]) -> String {
    let place = |range: &Range<usize>| match range.len() {
        0 => format!("{}", range.start),
        1 => format!("{}", range.start + 1),
        _ => format!("{},{}", range.start + 1, range.end),
    };
    let mark = |tag: Tag| match tag {
        Tag::Equal => "  ",
        Tag::Replace => "! ",
        Tag::Delete => "- ",
        Tag::Insert => "+ ",
    };
    let mut lines: Vec<String> = Vec::new();
    for group in groups(old, new) {
        if lines.is_empty() {
            lines.extend(["*** \n".to_owned(), "--- \n".to_owned()]);
        }
        let (before, behind) = span(&group);
        lines.push("***************\n".to_owned());
        lines.push(format!("*** {} ****\n", place(&before)));
        if group.iter().any(|(tag, ..)| matches!(tag, Tag::Replace | Tag::Delete)) {
            for (tag, before, _) in group.iter().filter(|(tag, ..)| *tag != Tag::Insert) {
                lines.extend(cut(old, before).iter().map(|line| format!("{}{line}", mark(*tag))));
            }
        }
        lines.push(format!("--- {} ----\n", place(&behind)));
        if group.iter().any(|(tag, ..)| matches!(tag, Tag::Replace | Tag::Insert)) {
            for (tag, _, behind) in group.iter().filter(|(tag, ..)| *tag != Tag::Delete) {
                lines.extend(cut(new, behind).iter().map(|line| format!("{}{line}", mark(*tag))));
            }
        }
    }
    lines.join("\n")
}

/// A table with both versions side by side. Whole lines are marked, where CKAN marks the letters too.
#[must_use]
pub fn html(old: &[String], new: &[String]) -> String {
    let mut text = "<table class=\"diff\" cellspacing=\"0\" cellpadding=\"0\" rules=\"groups\"><tbody>".to_owned();
    for (tag, before, behind) in steps(old, new) {
        let class = match tag {
            Tag::Equal => "",
            Tag::Replace => "diff_chg",
            Tag::Delete => "diff_sub",
            Tag::Insert => "diff_add",
        };
        for place in 0..before.len().max(behind.len()) {
            text.push_str("<tr>");
            for (lines, range) in [(old, &before), (new, &behind)] {
                let at = range.start + place;
                cell(lines.get(at).filter(|_| range.contains(&at)), at + 1, class, &mut text);
            }
            text.push_str("</tr>");
        }
    }
    text.push_str("</tbody></table>");
    text
}

fn cell(line: Option<&String>, number: usize, class: &str, into: &mut String) {
    let Some(line) = line else {
        into.push_str("<td class=\"diff_header\"></td><td nowrap=\"nowrap\"></td>");
        return;
    };
    let line = line.replace('&', "&amp;").replace('>', "&gt;").replace('<', "&lt;").replace(' ', "&nbsp;");
    let content = if class.is_empty() { line } else { format!("<span class=\"{class}\">{line}</span>") };
    for part in ["<td class=\"diff_header\">", &number.to_string(), "</td><td nowrap=\"nowrap\">", &content] {
        into.push_str(part);
    }
    into.push_str("</td>");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        text.chars().map(String::from).collect()
    }

    #[test]
    fn unified_is_as_python_writes_it() {
        assert_eq!(
            unified(&lines("abcdefghij"), &lines("abcdXfghij")),
            "--- \n\n+++ \n\n@@ -2,7 +2,7 @@\n\n b\n c\n d\n-e\n+X\n f\n g\n h"
        );
        assert_eq!(unified(&lines("abc"), &lines("abc")), "");
        assert_eq!(unified(&lines(""), &lines("a")), "--- \n\n+++ \n\n@@ -0,0 +1 @@\n\n+a");
        let far = unified(&lines("abcdefghijklm"), &lines("Xbcdefghijklm0"));
        assert_eq!(far, "--- \n\n+++ \n\n@@ -1,4 +1,4 @@\n\n-a\n+X\n b\n c\n d\n@@ -11,3 +11,4 @@\n\n k\n l\n m\n+0");
    }

    #[test]
    fn context_is_as_python_writes_it() {
        assert_eq!(
            context(&lines("abc"), &lines("aXcd")),
            "*** \n\n--- \n\n***************\n\n*** 1,3 ****\n\n  a\n! b\n  c\n--- 1,4 ----\n\n  a\n! X\n  c\n+ d"
        );
    }

    #[test]
    fn tables_hide_no_markup() {
        let table = html(&["<b>".to_owned()], &["x".to_owned(), "y".to_owned()]);
        assert!(table.contains("<span class=\"diff_chg\">&lt;b&gt;</span>"), "{table}");
    }
}

//! The table at the end: what was measured, against what, and what was asked for.

use std::fmt::Write;

use crate::client::Figures;

/// A line.
#[derive(Default)]
pub struct Line {
    what: String,
    cells: [String; 5],
    /// The figure that is asked for, and in words.
    found: String,
    goal: String,
    reached: Option<bool>,
}

/// All lines.
#[derive(Default)]
pub struct Table(Vec<Line>);

impl Table {
    /// A mix of requests; memory in megabytes, 0 when nobody looked.
    pub fn mix(&mut self, what: &str, figures: &Figures, memory: f64) -> &mut Line {
        let known = |text: String, value: f64| if value > 0.0 { text } else { String::new() };
        let cells = [
            format!("{:.0}", figures.rate),
            format!("{:.1}", figures.cpu),
            format!("{:.2}", figures.p50),
            known(format!("{:.2}", figures.p99), figures.p99),
            known(format!("{memory:.0}"), memory),
        ];
        self.line(Line { what: what.to_owned(), cells, ..Line::default() })
    }

    /// A single figure.
    pub fn figure(&mut self, what: &str, found: String) -> &mut Line {
        self.line(Line { what: what.to_owned(), found, ..Line::default() })
    }

    fn line(&mut self, line: Line) -> &mut Line {
        eprintln!("  {}  {}  {}", line.what, line.cells.join("  "), line.found);
        self.0.push(line);
        // Just pushed.
        self.0.last_mut().unwrap_or_else(|| unreachable!())
    }

    /// The table as text, columns aligned.
    pub fn text(&self) -> String {
        let heads = ["requests/s", "CPU us", "p50 ms", "p99 ms", "RSS MB"];
        let mut out = String::new();
        let wide = self.0.iter().map(|line| line.what.chars().count()).max().unwrap_or_default();
        let _infallible = writeln!(out, "{:wide$} {} | result (goal)", "", heads.map(|head| format!("{head:>10}")).join(" "));
        for line in &self.0 {
            let cells: Vec<String> = line.cells.iter().map(|cell| format!("{cell:>10}")).collect();
            let verdict = match line.reached {
                Some(true) => "reached: ",
                Some(false) => "MISSED:  ",
                None => "",
            };
            let goal = if line.goal.is_empty() { String::new() } else { format!(" (goal {})", line.goal) };
            let _infallible = writeln!(out, "{:wide$} {} | {verdict}{}{goal}", line.what, cells.join(" "), line.found);
        }
        out
    }
}

impl Line {
    /// What it comes to.
    pub fn found(&mut self, found: String) -> &mut Self {
        eprintln!("      {found}");
        self.found = found;
        self
    }

    /// What was asked for, and whether it is so.
    pub fn goal(&mut self, goal: &str, reached: bool) {
        goal.clone_into(&mut self.goal);
        self.reached = Some(reached);
    }
}

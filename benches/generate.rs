//! Invented datasets as clients would create them, with the shape statistics of real portals: few large organizations,
//! many rare tags, three resources on average, titles and notes in Kyrgyz, Russian and English.
//!
//! Dataset `n` is the same in every run and at every size.

use serde_json::{Map, Value, json};

use crate::dice::{Dice, Zipf};

/// Organizations that own the datasets.
pub const ORGANIZATIONS: usize = 60;
/// Groups that collect them.
pub const GROUPS: usize = 12;

const SEED: u64 = 0x006b_7572_616b;
const TAGS: usize = 20_000;
const VOCABULARY: usize = 20_000;
const FORMATS: [&str; 16] =
    ["CSV", "XLSX", "PDF", "JSON", "XML", "HTML", "ZIP", "GeoJSON", "SHP", "WMS", "XLS", "DOCX", "KML", "RDF", "API", "TXT"];
const LICENSES: [&str; 5] = ["cc-by", "cc-zero", "odc-pddl", "other-open", "notspecified"];
const ENGLISH: [&str; 16] =
    ["ba", "ke", "li", "mo", "nu", "ra", "se", "ti", "vo", "zu", "da", "pre", "con", "sta", "ver", "port"];
const RUSSIAN: [&str; 16] = ["да", "ки", "ло", "ме", "ну", "ша", "при", "ста", "об", "про", "ра", "во", "не", "ци", "ски", "ный"];
const KYRGYZ: [&str; 16] = ["бо", "кы", "ле", "мү", "ну", "рө", "сы", "ти", "үй", "зу", "да", "лар", "дын", "гы", "жы", "өн"];

/// Makes datasets.
pub struct Generator {
    organizations: Zipf,
    tags: Zipf,
    formats: Zipf,
    words: Zipf,
}

impl Generator {
    pub fn new() -> Self {
        Self {
            organizations: Zipf::new(ORGANIZATIONS, 0.9),
            tags: Zipf::new(TAGS, 1.0),
            formats: Zipf::new(FORMATS.len(), 1.0),
            words: Zipf::new(VOCABULARY, 1.0),
        }
    }

    /// The body of `package_create` for dataset `n`; with a fixed number of resources if that is asked for.
    pub fn package(&self, n: usize, resources: Option<usize>) -> Map<String, Value> {
        let mut dice = Dice::new(SEED, n);
        let language = dice.unit();
        let syllables = [&KYRGYZ, &RUSSIAN, &ENGLISH]
            .into_iter()
            .zip([0.3, 0.8, 1.0])
            .find_map(|(syllables, upto)| (language < upto).then_some(syllables))
            .unwrap_or(&ENGLISH);
        let words = dice.lognormal(8_f64.ln(), 0.4, 30);
        let [ky, ru, en] = [&KYRGYZ, &RUSSIAN, &ENGLISH].map(|syllables| self.text(&mut dice, syllables, words));
        let title = if language < 0.3 {
            &ky
        } else if language < 0.8 {
            &ru
        } else {
            &en
        }
        .clone();
        let length = if dice.unit() < 0.02 { 500 + dice.below(2_000) } else { dice.lognormal(40_f64.ln(), 0.8, 400) };
        let notes = self.text(&mut dice, syllables, length);
        let resources = resources.unwrap_or_else(|| dice.lognormal(0.9, 0.8, 60));
        let tags = dice.lognormal(4_f64.ln(), 0.4, 12);
        let mut tags: Vec<String> =
            (0..tags).map(|_| word(self.tags.draw(&mut dice), &ENGLISH)).filter(|tag| tag.len() > 1).collect();
        tags.sort_unstable();
        tags.dedup();
        let groups: Vec<Value> = if dice.unit() < 0.5 { vec![json!({"name": group(dice.below(GROUPS))})] } else { Vec::new() };
        let dict = json!({
            "name": format!("dataset-{n:07}"),
            "title": title,
            "title_translated": {"ky": ky, "ru": ru, "en": en},
            "notes": notes,
            "owner_org": organization(self.organizations.draw(&mut dice)),
            "private": dice.unit() < 0.03,
            "author": self.text(&mut dice, syllables, 2),
            "maintainer": self.text(&mut dice, syllables, 2),
            "maintainer_email": format!("office-{}@example.org", dice.below(500)),
            "license_id": dice.pick(&LICENSES),
            "tags": tags.iter().map(|tag| json!({"name": tag})).collect::<Vec<_>>(),
            "groups": groups,
            "extras": (0..6).map(|k| json!({"key": format!("key_{k}"), "value": self.text(&mut dice, syllables, 3)})).collect::<Vec<_>>(),
            "resources": (0..resources).map(|k| self.resource(&mut dice, syllables, (n, k))).collect::<Vec<_>>(),
        });
        if let Value::Object(dict) = dict { dict } else { Map::new() }
    }

    fn resource(&self, dice: &mut Dice, syllables: &[&str; 16], (n, k): (usize, usize)) -> Value {
        let format = FORMATS.get(self.formats.draw(dice)).copied().unwrap_or_default();
        json!({
            "name": self.text(dice, syllables, 4),
            "description": self.text(dice, syllables, 8),
            "url": format!("https://data.example.org/files/{n}/{k}.{}", format.to_ascii_lowercase()),
            "format": format,
            "size": dice.below(10_000_000),
        })
    }

    fn text(&self, dice: &mut Dice, syllables: &[&str; 16], count: usize) -> String {
        let words: Vec<String> = (0..count).map(|_| word(self.words.draw(dice), syllables)).collect();
        words.join(" ")
    }
}

/// The name of an organization by its rank.
pub fn organization(rank: usize) -> String {
    format!("organization-{rank}")
}

/// The name of a group.
pub fn group(number: usize) -> String {
    format!("group-{number}")
}

/// The word of a rank: frequent ones are short, as in real languages.
fn word(rank: usize, syllables: &[&str; 16]) -> String {
    let (mut rest, mut text) = (rank + 17, String::new());
    while rest > 0 {
        text.push_str(syllables.get(rest % 16).copied().unwrap_or_default());
        rest /= 16;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_dataset_is_always_the_same_and_has_the_shape_of_real_ones() {
        let generator = Generator::new();
        let all: Vec<_> = (0..2_000).map(|n| generator.package(n, None)).collect();
        assert_eq!(all[17], Generator::new().package(17, None));
        assert_ne!(all[17]["title"], all[18]["title"]);
        let mean = |member: &str| all.iter().map(|dict| dict[member].as_array().unwrap().len()).sum::<usize>() as f64 / 2_000.0;
        assert!((2.8..3.8).contains(&mean("resources")), "{}", mean("resources"));
        assert!((3.5..5.0).contains(&mean("tags")), "{}", mean("tags"));
        let private = all.iter().filter(|dict| dict["private"] == true).count();
        assert!((30..90).contains(&private), "{private}");
        assert_eq!(generator.package(1, Some(3))["resources"].as_array().unwrap().len(), 3);
    }
}

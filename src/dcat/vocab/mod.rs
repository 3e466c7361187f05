//! Names: the prefixes of our output, and from the words of CKAN's users to the IRIs of the EU's authority lists.

mod files;
mod words;

pub(crate) use files::file_type;
pub(crate) use words::{frequency, language};

/// Prefix and namespace of every compact name that is written.
pub(crate) const PREFIXES: &[(&str, &str)] = &[
    ("adms", "http://www.w3.org/ns/adms#"),
    ("dcat", "http://www.w3.org/ns/dcat#"),
    ("dcatap", "http://data.europa.eu/r5r/"),
    ("dct", "http://purl.org/dc/terms/"),
    ("eli", "http://data.europa.eu/eli/ontology#"),
    ("foaf", "http://xmlns.com/foaf/0.1/"),
    ("gsp", "http://www.opengis.net/ont/geosparql#"),
    ("hydra", "http://www.w3.org/ns/hydra/core#"),
    ("prov", "http://www.w3.org/ns/prov#"),
    ("rdf", "http://www.w3.org/1999/02/22-rdf-syntax-ns#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("skos", "http://www.w3.org/2004/02/skos/core#"),
    ("spdx", "http://spdx.org/rdf/terms#"),
    ("vcard", "http://www.w3.org/2006/vcard/ns#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

pub(crate) const AUTHORITY: &str = "http://publications.europa.eu/resource/authority/";

/// Namespace and local part of one of our compact names.
pub(crate) fn split(compact: &str) -> (&'static str, &str) {
    let (prefix, local) = compact.split_once(':').unwrap_or(("", compact));
    (PREFIXES.iter().find(|(known, _)| *known == prefix).map_or("", |(_, namespace)| namespace), local)
}

/// The IRI of an authority list's entry.
pub(crate) fn authority(list: &str, code: &str) -> String {
    format!("{AUTHORITY}{list}/{code}")
}

/// Words of a table: the first column is what is searched for in lower case.
fn find(table: &'static [(&'static str, &'static str)], word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    table.iter().find(|(known, _)| *known == word).map(|(_, code)| *code)
}

/// EU data themes: code, English label, and stems in English, Russian, Kyrgyz and German by which a group is known.
const THEMES: &[(&str, &str, &[&str])] = &[
    (
        "AGRI",
        "Agriculture, fisheries, forestry and food",
        &["agric", "fisher", "forest", "сельск", "айыл чарба", "айыл-чарба", "landwirt"],
    ),
    (
        "ECON",
        "Economy and finance",
        &["econom", "financ", "budget", "эконом", "финанс", "бюджет", "каржы", "wirtschaft", "haushalt"],
    ),
    (
        "EDUC",
        "Education, culture and sport",
        &["educ", "cultur", "sport", "образован", "культур", "спорт", "билим", "маданият", "bildung"],
    ),
    ("ENER", "Energy", &["energ", "энерг"]),
    ("ENVI", "Environment", &["environ", "ecolog", "climat", "эколог", "окружающ", "климат", "айлана", "umwelt"]),
    (
        "GOVE",
        "Government and public sector",
        &["gov", "public-sector", "elect", "государств", "управлен", "власт", "башкаруу", "мамлекет", "verwaltung"],
    ),
    ("HEAL", "Health", &["health", "medic", "здоров", "медиц", "саламаттык", "gesund"]),
    ("INTR", "International issues", &["internation", "foreign", "международ", "эл аралык"]),
    (
        "JUST",
        "Justice, legal system and public safety",
        &["justic", "legal", "safety", "crime", "юстиц", "правосуд", "безопасн", "юстиция", "коопсуздук", "sicherheit"],
    ),
    ("REGI", "Regions and cities", &["region", "city", "cities", "urban", "регион", "город", "шаар", "аймак", "stadt"]),
    ("TRAN", "Transport", &["transport", "traffic", "road", "транспорт", "дорог", "жол", "verkehr"]),
    ("TECH", "Science and technology", &["scien", "techn", "наук", "технолог", "илим", "wissenschaft"]),
    (
        "SOCI",
        "Population and society",
        &[
            "soci",
            "popul",
            "demograph",
            "labour",
            "насел",
            "общест",
            "социальн",
            "демограф",
            "коом",
            "калк",
            "bevölkerung",
            "sozial",
        ],
    ),
];

/// The theme of a code (`ECON`) or of a group's name or title (`economy-finance`).
pub(crate) fn theme(word: &str) -> Option<&'static str> {
    let lower = word.trim().to_lowercase();
    let by_code = THEMES.iter().find(|(code, ..)| code.eq_ignore_ascii_case(&lower));
    let by_stem = || {
        let found = |stem: &&str| lower.match_indices(*stem).any(|(at, _)| lower.get(..at).is_some_and(ends_word));
        THEMES.iter().find(|(.., stems)| stems.iter().any(found))
    };
    by_code.or_else(by_stem).map(|(code, ..)| *code)
}

fn ends_word(before: &str) -> bool {
    !before.ends_with(char::is_alphanumeric)
}

/// The label of a theme's code.
pub(crate) fn theme_label(code: &str) -> Option<&'static str> {
    THEMES.iter().find(|(known, ..)| *known == code).map(|(_, label, _)| *label)
}

/// The code of the EU's access rights.
pub(crate) fn access_right(word: &str) -> Option<&'static str> {
    find(
        &[
            ("public", "PUBLIC"),
            ("open", "PUBLIC"),
            ("открытый", "PUBLIC"),
            ("ачык", "PUBLIC"),
            ("restricted", "RESTRICTED"),
            ("ограниченный", "RESTRICTED"),
            ("чектелген", "RESTRICTED"),
            ("non-public", "NON_PUBLIC"),
            ("non_public", "NON_PUBLIC"),
            ("private", "NON_PUBLIC"),
            ("confidential", "CONFIDENTIAL"),
            ("sensitive", "SENSITIVE"),
            ("normal", "NORMAL"),
        ],
        word,
    )
}

/// The address of one of CKAN's licences by its id. Six of the fifteen name no licence (`notspecified`, `other-…`).
pub(crate) fn license(id: &str) -> Option<&'static str> {
    find(
        &[
            ("cc-by", "http://www.opendefinition.org/licenses/cc-by"),
            ("cc-by-sa", "http://www.opendefinition.org/licenses/cc-by-sa"),
            ("cc-zero", "http://www.opendefinition.org/licenses/cc-zero"),
            ("cc-nc", "http://creativecommons.org/licenses/by-nc/2.0/"),
            ("gfdl", "http://www.opendefinition.org/licenses/gfdl"),
            ("odc-by", "http://www.opendefinition.org/licenses/odc-by"),
            ("odc-odbl", "http://www.opendefinition.org/licenses/odc-odbl"),
            ("odc-pddl", "http://www.opendefinition.org/licenses/odc-pddl"),
            ("uk-ogl", "http://reference.data.gov.uk/id/open-government-licence"),
            ("cc-by-4.0", "https://creativecommons.org/licenses/by/4.0/"),
            ("cc-by-sa-4.0", "https://creativecommons.org/licenses/by-sa/4.0/"),
            ("cc-by-nc-4.0", "https://creativecommons.org/licenses/by-nc/4.0/"),
            ("cc0-1.0", "https://creativecommons.org/publicdomain/zero/1.0/"),
        ],
        id,
    )
}

/// The SPDX algorithm of a name (`sha-256`, `SHA256`) with the length of its hexadecimal sum.
pub(crate) fn algorithm(word: &str) -> Option<(&'static str, usize)> {
    let word: String = word.to_lowercase().chars().filter(|c| c.is_ascii_alphanumeric()).collect();
    ALGORITHMS.iter().find(|(name, _)| word.ends_with(name)).copied()
}

/// The algorithm whose sums have this length.
pub(crate) fn algorithm_of_length(length: usize) -> Option<&'static str> {
    ALGORITHMS.iter().find(|(_, known)| *known == length).map(|(name, _)| *name)
}

const ALGORITHMS: &[(&str, usize)] =
    &[("md5", 32), ("sha1", 40), ("sha224", 56), ("sha256", 64), ("sha384", 96), ("sha512", 128)];

/// The types of a publisher in ADMS, with their English labels.
pub(crate) fn publisher_type(word: &str) -> Option<(&'static str, &'static str)> {
    const TYPES: &[(&str, &str)] = &[
        ("Academia-ScientificOrganisation", "Academia/scientific organisation"),
        ("Company", "Company"),
        ("IndustryConsortium", "Industry consortium"),
        ("LocalAuthority", "Local authority"),
        ("NationalAuthority", "National authority"),
        ("NonGovernmentalOrganisation", "Non-governmental organisation"),
        ("NonProfitOrganisation", "Non-profit organisation"),
        ("PrivateIndividual(s)", "Private individual(s)"),
        ("RegionalAuthority", "Regional authority"),
        ("StandardisationBody", "Standardisation body"),
        ("SupraNationalAuthority", "Supra-national authority"),
    ];
    let last = word.trim().rsplit('/').next().unwrap_or_default();
    TYPES.iter().find(|(name, _)| name.eq_ignore_ascii_case(last)).copied()
}

/// An entry of the lists `distribution-status` and `planned-availability`.
pub(crate) fn stage(list: &str, word: &str) -> Option<&'static str> {
    let codes: &[&str] = match list {
        "distribution-status" => &["COMPLETED", "DEPRECATED", "DEVELOP", "WITHDRAWN"],
        _ => &["AVAILABLE", "EXPERIMENTAL", "STABLE", "TEMPORARY"],
    };
    codes.iter().find(|code| code.eq_ignore_ascii_case(word.trim())).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_their_codes_and_others_none() {
        assert_eq!(theme("economy-finance"), Some("ECON"));
        assert_eq!(theme("Транспорт и дороги"), Some("TRAN"));
        assert_eq!(theme("heal"), Some("HEAL"));
        assert_eq!(theme("railroad-models"), None, "a stem starts a word");
        assert_eq!(frequency(" Ежемесячно "), Some("MONTHLY"));
        assert_eq!(frequency("now and then"), None);
        assert_eq!(language("ru_RU"), Some("RUS"));
        assert_eq!(language("xx"), None);
        assert_eq!(file_type(".GeoJSON"), Some(("GEOJSON", "application/geo+json")));
        assert_eq!(file_type("shp"), Some(("SHP", "")));
        assert_eq!(file_type("scroll"), None);
        assert_eq!(algorithm("SHA-256"), Some(("sha256", 64)));
        assert_eq!(publisher_type("nationalauthority").map(|(word, _)| word), Some("NationalAuthority"));
        assert_eq!(split("dct:title"), ("http://purl.org/dc/terms/", "title"));
    }
}

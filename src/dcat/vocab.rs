//! Names: the prefixes of our output, and from the words of CKAN's users to the IRIs of the EU's authority lists.

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

/// The code of the EU's frequency list, from its own code or a word.
pub(crate) fn frequency(word: &str) -> Option<&'static str> {
    find(FREQUENCIES, word)
}

const FREQUENCIES: &[(&str, &str)] = &[
    ("annual", "ANNUAL"),
    ("annually", "ANNUAL"),
    ("yearly", "ANNUAL"),
    ("ежегодно", "ANNUAL"),
    ("жыл сайын", "ANNUAL"),
    ("r/p1y", "ANNUAL"),
    ("annual_2", "ANNUAL_2"),
    ("semiannual", "ANNUAL_2"),
    ("biannually", "ANNUAL_2"),
    ("semi-annual", "ANNUAL_2"),
    ("r/p6m", "ANNUAL_2"),
    ("annual_3", "ANNUAL_3"),
    ("bidecennial", "BIDECENNIAL"),
    ("biennial", "BIENNIAL"),
    ("bihourly", "BIHRLY"),
    ("bimonthly", "BIMONTHLY"),
    ("biweekly", "BIWEEKLY"),
    ("fortnightly", "BIWEEKLY"),
    ("continual", "CONT"),
    ("continuous", "CONT"),
    ("cont", "CONT"),
    ("continuously updated", "UPDATE_CONT"),
    ("update_cont", "UPDATE_CONT"),
    ("real-time", "UPDATE_CONT"),
    ("realtime", "UPDATE_CONT"),
    ("daily", "DAILY"),
    ("ежедневно", "DAILY"),
    ("күн сайын", "DAILY"),
    ("r/p1d", "DAILY"),
    ("daily_2", "DAILY_2"),
    ("decennial", "DECENNIAL"),
    ("hourly", "HOURLY"),
    ("irregular", "IRREG"),
    ("irreg", "IRREG"),
    ("нерегулярно", "IRREG"),
    ("as needed", "IRREG"),
    ("asneeded", "IRREG"),
    ("по мере необходимости", "IRREG"),
    ("monthly", "MONTHLY"),
    ("ежемесячно", "MONTHLY"),
    ("ай сайын", "MONTHLY"),
    ("r/p1m", "MONTHLY"),
    ("monthly_2", "MONTHLY_2"),
    ("monthly_3", "MONTHLY_3"),
    ("never", "NEVER"),
    ("notplanned", "NOT_PLANNED"),
    ("not_planned", "NOT_PLANNED"),
    ("other", "OTHER"),
    ("op_datpro", "OP_DATPRO"),
    ("quadrennial", "QUADRENNIAL"),
    ("quarterly", "QUARTERLY"),
    ("ежеквартально", "QUARTERLY"),
    ("квартал сайын", "QUARTERLY"),
    ("r/p3m", "QUARTERLY"),
    ("quinquennial", "QUINQUENNIAL"),
    ("tridecennial", "TRIDECENNIAL"),
    ("triennial", "TRIENNIAL"),
    ("trihourly", "TRIHRLY"),
    ("unknown", "UNKNOWN"),
    ("weekly", "WEEKLY"),
    ("еженедельно", "WEEKLY"),
    ("жума сайын", "WEEKLY"),
    ("r/p1w", "WEEKLY"),
    ("r/p7d", "WEEKLY"),
    ("weekly_2", "WEEKLY_2"),
    ("weekly_3", "WEEKLY_3"),
];

/// The code of the EU's language list, from a two- or three-letter code, a tag or a name.
pub(crate) fn language(word: &str) -> Option<&'static str> {
    let word = word.trim().to_lowercase();
    let main = word.split(['-', '_', '@']).next().unwrap_or_default();
    find(LANGUAGES, &word).or_else(|| find(LANGUAGES, main))
}

const LANGUAGES: &[(&str, &str)] = &[
    ("ky", "KIR"),
    ("kir", "KIR"),
    ("kyrgyz", "KIR"),
    ("кыргызча", "KIR"),
    ("ru", "RUS"),
    ("rus", "RUS"),
    ("russian", "RUS"),
    ("русский", "RUS"),
    ("en", "ENG"),
    ("eng", "ENG"),
    ("english", "ENG"),
    ("kk", "KAZ"),
    ("kaz", "KAZ"),
    ("uz", "UZB"),
    ("uzb", "UZB"),
    ("tg", "TGK"),
    ("tgk", "TGK"),
    ("tr", "TUR"),
    ("tur", "TUR"),
    ("de", "DEU"),
    ("deu", "DEU"),
    ("ger", "DEU"),
    ("fr", "FRA"),
    ("fra", "FRA"),
    ("es", "SPA"),
    ("spa", "SPA"),
    ("it", "ITA"),
    ("ita", "ITA"),
    ("pt", "POR"),
    ("por", "POR"),
    ("nl", "NLD"),
    ("nld", "NLD"),
    ("pl", "POL"),
    ("pol", "POL"),
    ("cs", "CES"),
    ("ces", "CES"),
    ("sk", "SLK"),
    ("slk", "SLK"),
    ("uk", "UKR"),
    ("ukr", "UKR"),
    ("be", "BEL"),
    ("bel", "BEL"),
    ("zh", "ZHO"),
    ("zho", "ZHO"),
    ("ar", "ARA"),
    ("ara", "ARA"),
    ("ja", "JPN"),
    ("jpn", "JPN"),
    ("ko", "KOR"),
    ("kor", "KOR"),
    ("sv", "SWE"),
    ("swe", "SWE"),
    ("no", "NOR"),
    ("nor", "NOR"),
    ("nb", "NOB"),
    ("nn", "NNO"),
    ("da", "DAN"),
    ("dan", "DAN"),
    ("fi", "FIN"),
    ("fin", "FIN"),
    ("et", "EST"),
    ("est", "EST"),
    ("lv", "LAV"),
    ("lav", "LAV"),
    ("lt", "LIT"),
    ("lit", "LIT"),
    ("el", "ELL"),
    ("ell", "ELL"),
    ("bg", "BUL"),
    ("bul", "BUL"),
    ("ro", "RON"),
    ("ron", "RON"),
    ("hu", "HUN"),
    ("hun", "HUN"),
    ("hr", "HRV"),
    ("hrv", "HRV"),
    ("sr", "SRP"),
    ("srp", "SRP"),
    ("sl", "SLV"),
    ("slv", "SLV"),
    ("ga", "GLE"),
    ("gle", "GLE"),
    ("mt", "MLT"),
    ("mlt", "MLT"),
    ("ka", "KAT"),
    ("kat", "KAT"),
    ("hy", "HYE"),
    ("hye", "HYE"),
    ("az", "AZE"),
    ("aze", "AZE"),
    ("mn", "MON"),
    ("mon", "MON"),
    ("fa", "FAS"),
    ("fas", "FAS"),
    ("hi", "HIN"),
    ("hin", "HIN"),
];

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

/// A file format by the words that CKAN's users write: the EU's file type and, where there is one, the media type.
pub(crate) fn file_type(word: &str) -> Option<(&'static str, &'static str)> {
    let word = word.trim().trim_start_matches('.').to_lowercase();
    FILE_TYPES
        .iter()
        .find(|(code, media, aliases)| code.eq_ignore_ascii_case(&word) || *media == word || aliases.contains(&word.as_str()))
        .map(|(code, media, _)| (*code, *media))
}

const FILE_TYPES: &[(&str, &str, &[&str])] = &[
    ("CSV", "text/csv", &["comma separated values", "application/csv"]),
    ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &["excel", "microsoft excel"]),
    ("XLS", "application/vnd.ms-excel", &[]),
    ("JSON", "application/json", &["text/json"]),
    ("GEOJSON", "application/geo+json", &["application/vnd.geo+json", "geo json"]),
    ("XML", "application/xml", &["text/xml"]),
    ("PDF", "application/pdf", &[]),
    ("ZIP", "application/zip", &["application/x-zip-compressed", "zip archive"]),
    ("GZIP", "application/gzip", &["gz"]),
    ("TAR", "", &["application/x-tar"]),
    ("7Z", "application/x-7z-compressed", &["7zip"]),
    ("RAR", "application/vnd.rar", &[]),
    ("HTML", "text/html", &["htm", "web page", "website", "webpage"]),
    ("XHTML", "application/xhtml+xml", &[]),
    ("TXT", "text/plain", &["text", "plain"]),
    ("TSV", "text/tab-separated-values", &["tab"]),
    ("DOC", "application/msword", &["word"]),
    ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", &[]),
    ("PPT", "application/vnd.ms-powerpoint", &[]),
    ("PPTX", "application/vnd.openxmlformats-officedocument.presentationml.presentation", &[]),
    ("ODS", "application/vnd.oasis.opendocument.spreadsheet", &[]),
    ("ODT", "application/vnd.oasis.opendocument.text", &[]),
    ("RTF", "application/rtf", &["text/rtf"]),
    ("KML", "application/vnd.google-earth.kml+xml", &[]),
    ("KMZ", "application/vnd.google-earth.kmz", &[]),
    ("GML", "application/gml+xml", &[]),
    ("GPX", "", &["application/gpx+xml"]),
    ("SHP", "", &["shape", "shapefile", "esri shapefile", "zipped shapefile", "application/x-shapefile"]),
    ("GPKG", "application/geopackage+sqlite3", &["geopackage"]),
    ("GDB", "", &["geodatabase", "filegdb"]),
    ("WMS_SRVC", "", &["wms"]),
    ("WFS_SRVC", "", &["wfs"]),
    ("WMTS_SRVC", "", &["wmts"]),
    ("WCS_SRVC", "", &["wcs"]),
    ("REST", "", &["api", "rest api"]),
    ("ATOM", "application/atom+xml", &[]),
    ("RSS", "", &["application/rss+xml"]),
    ("RDF", "", &[]),
    ("RDF_XML", "application/rdf+xml", &["rdf/xml", "rdf-xml"]),
    ("RDF_TURTLE", "text/turtle", &["ttl", "turtle"]),
    ("RDF_N_TRIPLES", "application/n-triples", &["nt", "n-triples"]),
    ("JSON_LD", "application/ld+json", &["jsonld", "json-ld"]),
    ("SPARQLQ", "", &["sparql"]),
    ("PARQUET", "application/vnd.apache.parquet", &[]),
    ("SQL", "application/sql", &[]),
    ("MDB", "application/vnd.ms-access", &[]),
    ("DBF", "application/vnd.dbf", &[]),
    ("NETCDF", "application/netcdf", &["nc"]),
    ("HDF", "application/x-hdf", &["hdf5"]),
    ("TIFF", "image/tiff", &["tif", "geotiff"]),
    ("JPEG", "image/jpeg", &["jpg"]),
    ("PNG", "image/png", &[]),
    ("GIF", "image/gif", &[]),
    ("BMP", "image/bmp", &[]),
    ("SVG", "image/svg+xml", &[]),
    ("MP3", "audio/mpeg", &[]),
    ("MP4", "video/mp4", &[]),
    ("ICS", "text/calendar", &["ical"]),
    ("YAML", "application/yaml", &["yml"]),
    ("GTFS", "", &[]),
    ("DXF", "image/vnd.dxf", &[]),
    ("SAS", "", &[]),
    ("PX", "", &["px-axis", "pc-axis"]),
];

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

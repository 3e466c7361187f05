//! Resource formats: one canonical spelling a format (CKAN's list of formats; facts as of CKAN 2.12).

use std::{collections::HashMap, fmt, sync::LazyLock};

use base::{Error, Result};
use serde_json::Value;

/// Canonical spelling, media type, further spellings in lower case.
const FORMATS: &[(&str, &str, &[&str])] = &[
    ("ArcGIS Map Preview", "ArcGIS Map Preview", &["arcgis map preview"]),
    ("ArcGIS Map Service", "ArcGIS Map Service", &["arcgis map service"]),
    ("ArcGIS Online Map", "ArcGIS Online Map", &["web map application"]),
    ("Atom Feed", "application/atom+xml", &[]),
    ("BIN", "application/octet-stream", &["bin"]),
    ("BMP", "image/x-ms-bmp", &[]),
    ("CSV", "text/csv", &["text/comma-separated-values"]),
    ("DCR", "application/x-director", &[]),
    ("dBase", "application/x-dbf", &["dbf"]),
    ("DOC", "application/msword", &[]),
    ("DOCM", "application/vnd.ms-word.document.macroEnabled.12", &[]),
    ("DOCX", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", &[]),
    ("DOTM", "application/vnd.ms-word.template.macroEnabled.12", &[]),
    ("DOTX", "application/vnd.openxmlformats-officedocument.wordprocessingml.template", &[]),
    ("Esri REST", "Esri REST", &["arcgis_rest"]),
    ("EXE", "application/x-msdownload", &[]),
    ("E00", "application/x-e00", &[]),
    ("GeoJSON", "application/geo+json", &["geojson"]),
    ("GIF", "image/gif", &[]),
    ("GTFS", "", &[]),
    ("GZ", "application/gzip", &["application/x-gzip"]),
    ("HTML", "text/html", &["htm", "http://purl.org/net/mediatypes/text/html"]),
    ("ICS", "text/calendar", &["ifb", "iCal"]),
    ("JPEG", "image/jpeg", &["jpeg", "jpg"]),
    ("JS", "application/x-javascript", &[]),
    ("JSON", "application/json", &[]),
    ("KML", "application/vnd.google-earth.kml+xml", &[]),
    ("KMZ", "application/vnd.google-earth.kmz+xml", &["application/vnd.google-earth.kmz"]),
    ("MDB", "application/x-msaccess", &[]),
    ("MOP", "chemical/x-mopac-input", &[]),
    ("MP3", "audio/mpeg", &["audio/mpeg3", "audio/x-mpeg-3", "video/mpeg", "video/x-mpeg"]),
    ("MP4", "video/mp4", &["application/mp4"]),
    ("MrSID", "image/x-mrsid", &[]),
    ("MXD", "application/x-mxd", &[]),
    ("NetCDF", "application/netcdf", &[]),
    ("N3", "application/x-n3", &[]),
    ("OGG", "audio/ogg", &[]),
    ("ODB", "application/vnd.oasis.opendocument.database", &[]),
    ("ODC", "application/vnd.oasis.opendocument.chart", &[]),
    ("ODF", "application/vnd.oasis.opendocument.formula", &[]),
    ("ODG", "application/vnd.oasis.opendocument.graphics", &[]),
    ("OWL", "application/owl+xml", &[]),
    ("ODP", "application/vnd.oasis.opendocument.presentation", &[]),
    ("ODS", "application/vnd.oasis.opendocument.spreadsheet", &[]),
    ("ODT", "application/vnd.oasis.opendocument.text", &[]),
    ("PDF", "application/pdf", &[]),
    ("Perl", "text/x-perl", &[]),
    ("PNG", "image/png", &[]),
    ("POTM", "application/vnd.ms-powerpoint.template.macroEnabled.12", &[]),
    ("POTX", "application/vnd.openxmlformats-officedocument.presentationml.template", &[]),
    ("PPAM", "application/vnd.ms-powerpoint.addin.macroEnabled.12", &[]),
    ("PPT", "application/vnd.ms-powerpoint", &[]),
    ("PPTM", "application/vnd.ms-powerpoint.presentation.macroEnabled.12", &[]),
    ("PPTX", "application/vnd.openxmlformats-officedocument.presentationml.presentation", &[]),
    ("PPSM", "application/vnd.ms-powerpoint.slideshow.macroEnabled.12", &[]),
    ("PPSX", "application/vnd.openxmlformats-officedocument.presentationml.slideshow", &[]),
    ("QGIS", "application/x-qgis", &[]),
    ("RAR", "application/rar", &[]),
    ("RDF", "application/rdf+xml", &["rdf/xml"]),
    ("RSS", "application/rss+xml", &[]),
    ("SHP", "", &["esri shapefile"]),
    ("SPARQL", "application/sparql-results+xml", &[]),
    ("SVG", "image/svg+xml", &["svg"]),
    ("TAR", "application/x-tar", &[]),
    ("TIFF", "image/tiff", &[]),
    ("TORRENT", "application/x-bittorrent", &["bittorrent"]),
    ("TSV", "text/tab-separated-values", &["text/tsv"]),
    ("TXT", "text/plain", &[]),
    ("WAV", "audio/x-wav", &["audio/wav"]),
    ("WCS", "wcs", &[]),
    ("WebM", "video/webm", &[]),
    ("WFS", "", &[]),
    ("WMS", "WMS", &["wms"]),
    ("WMTS", "", &[]),
    ("XLAM", "application/vnd.ms-excel.addin.macroEnabled.12", &[]),
    (
        "XLS",
        "application/vnd.ms-excel",
        &[
            "Excel",
            "application/msexcel",
            "application/x-msexcel",
            "application/x-ms-excel",
            "application/x-excel",
            "application/x-dos_ms_excel",
            "application/xls",
            "application/x-xls",
        ],
    ),
    ("XLSB", "application/vnd.ms-excel.sheet.binary.macroEnabled.12", &[]),
    ("XLSM", "application/vnd.ms-excel.sheet.macroEnabled.12", &[]),
    ("XLSX", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", &[]),
    ("XLTM", "application/vnd.ms-excel.template.macroEnabled.12", &[]),
    ("XLTX", "application/vnd.openxmlformats-officedocument.spreadsheetml.template", &[]),
    ("XML", "application/xml", &["text/xml", "http://purl.org/net/mediatypes/application/xml"]),
    ("XSLT", "application/xslt+xml", &[]),
    ("XYZ", "chemical/x-xyz", &[]),
    ("ZIP", "application/zip", &["zip", "http://purl.org/NET/mediatypes/application/zip"]),
];

/// What a format is called in words: CKAN knows it by these too.
const TITLES: &[(&str, &str)] = &[
    ("BIN", "Binary Data"),
    ("BMP", "Bitmap Image File"),
    ("CSV", "Comma Separated Values File"),
    ("DCR", "Adobe Shockwave format"),
    ("dBase", "dBase Database"),
    ("DOC", "Word Document"),
    ("DOCM", "Word OOXML Document - Macro Enabled"),
    ("DOCX", "Word OOXML Document"),
    ("DOTM", "Word OOXML Template - Macro Enabled"),
    ("DOTX", "Word OOXML - Template"),
    ("Esri REST", "Esri Rest API Endpoint"),
    ("EXE", "Windows Executable Program"),
    ("E00", "ARC/INFO interchange file format"),
    ("GeoJSON", "Geographic JavaScript Object Notation"),
    ("GIF", "GIF Image File"),
    ("GTFS", "General Transit Feed Specification"),
    ("GZ", "Gzip File"),
    ("HTML", "Web Page"),
    ("ICS", "iCalendar"),
    ("JPEG", "JPG Image File"),
    ("JS", "JavaScript"),
    ("JSON", "JavaScript Object Notation"),
    ("KML", "KML File"),
    ("KMZ", "KMZ File"),
    ("MDB", "Access Database"),
    ("MOP", "MOPAC Input format"),
    ("MP3", "MPEG-1 Audio Layer-3"),
    ("MP4", "MPEG Video File"),
    ("MXD", "ESRI ArcGIS project file"),
    ("NetCDF", "NetCDF File"),
    ("N3", "N3 Triples"),
    ("OGG", "Ogg Vorbis Audio File"),
    ("ODB", "OpenDocument Database"),
    ("ODC", "OpenDocument Chart"),
    ("ODF", "OpenDocument Math Formula"),
    ("ODG", "OpenDocument Image"),
    ("OWL", "Web Ontology Language"),
    ("ODP", "OpenDocument Presentation"),
    ("ODS", "OpenDocument Spreadsheet"),
    ("ODT", "OpenDocument Text"),
    ("PDF", "PDF File"),
    ("Perl", "Perl Script"),
    ("PNG", "PNG Image File"),
    ("POTM", "PowerPoint Open XML - Macro-Enabled Template"),
    ("POTX", "PowerPoint Open XML - Template"),
    ("PPAM", "PowerPoint Open XML - Macro-Enabled Add-In"),
    ("PPT", "Powerpoint Presentation"),
    ("PPTM", "PowerPoint Open XML - Macro-Enabled"),
    ("PPTX", "Powerpoint OOXML Presentation"),
    ("PPSM", "PowerPoint Open XML - Macro-Enabled Slide Show"),
    ("PPSX", "PowerPoint Open XML - Slide Show"),
    ("QGIS", "QGIS File"),
    ("RAR", "RAR Compressed File"),
    ("RSS", "RSS feed"),
    ("SHP", "Shapefile"),
    ("SPARQL", "SPARQL end-point"),
    ("SVG", "SVG vector image"),
    ("TAR", "TAR Compressed File"),
    ("TIFF", "TIFF Image File"),
    ("TSV", "Tab Separated Values File"),
    ("TXT", "Text File"),
    ("WAV", "Wave file"),
    ("WCS", "Web Coverage Service"),
    ("WebM", "WEBM Video File"),
    ("WFS", "Web Feature Service"),
    ("WMS", "Web Mapping Service"),
    ("WMTS", "Web Map Tile Service"),
    ("XLAM", "Excel OOXML Spreadsheet - Macro-Enabled Add-In"),
    ("XLS", "Excel Document"),
    ("XLSB", "Excel OOXML Spreadsheet - Binary Workbook"),
    ("XLSM", "Excel OOXML Spreadsheet - Macro-Enabled"),
    ("XLSX", "Excel OOXML Spreadsheet"),
    ("XLTM", "Excel OOXML Spreadsheet - Macro-Enabled Template"),
    ("XLTX", "Excel OOXML Spreadsheet - Template"),
    ("XML", "XML File"),
    ("XSLT", "Extensible Stylesheet Language Transformations"),
    ("XYZ", "XYZ Chemical File"),
    ("ZIP", "Zip File"),
];

/// Extensions of files and the media type that a resource of such an address gets when nobody says its format.
const EXTENSIONS: &[(&str, &str)] = &[
    ("csv", "text/csv"),
    ("tsv", "text/tab-separated-values"),
    ("json", "application/json"),
    ("geojson", "application/geo+json"),
    ("jsonld", "application/ld+json"),
    ("xml", "application/xml"),
    ("rdf", "application/rdf+xml"),
    ("ttl", "text/turtle"),
    ("nt", "application/n-triples"),
    ("xls", "application/vnd.ms-excel"),
    ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("ods", "application/vnd.oasis.opendocument.spreadsheet"),
    ("doc", "application/msword"),
    ("docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("odt", "application/vnd.oasis.opendocument.text"),
    ("ppt", "application/vnd.ms-powerpoint"),
    ("pdf", "application/pdf"),
    ("txt", "text/plain"),
    ("html", "text/html"),
    ("htm", "text/html"),
    ("zip", "application/zip"),
    ("gz", "application/gzip"),
    ("tar", "application/x-tar"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
    ("tif", "image/tiff"),
    ("tiff", "image/tiff"),
    ("kml", "application/vnd.google-earth.kml+xml"),
    ("kmz", "application/vnd.google-earth.kmz"),
    ("atom", "application/atom+xml"),
    ("rss", "application/rss+xml"),
];

/// The formats that a site has: every spelling of theirs in lower case, and the one that counts.
#[derive(Clone, Debug)]
pub struct Formats(HashMap<String, String>);

static BUILT_IN: LazyLock<Formats> = LazyLock::new(|| {
    let spellings = FORMATS.iter().flat_map(|(name, media_type, others)| {
        [name, media_type].into_iter().chain(others.iter()).map(move |spelling| (*spelling, *name))
    });
    let titles = TITLES.iter().map(|(name, title)| (*title, *name));
    let mut all = HashMap::new();
    for (spelling, name) in spellings.chain(titles).filter(|(spelling, _)| !spelling.is_empty()) {
        all.entry(spelling.to_lowercase()).or_insert_with(|| name.to_owned());
    }
    Formats(all)
});

impl Default for Formats {
    fn default() -> Self {
        Self::built_in().clone()
    }
}

impl Formats {
    /// CKAN's own.
    #[must_use]
    pub fn built_in() -> &'static Self {
        &BUILT_IN
    }

    /// Those of a file as CKAN's `resource_formats.json`: a list of lists of the spelling that counts, its title, its media type
    /// and, if there are any, a list of further spellings. They count in place of CKAN's own. A list that begins with
    /// `_comment` says nothing.
    ///
    /// # Errors
    /// BadRequest, saying which entry is wrong, or which spelling is that of two formats.
    pub fn parse(text: &str) -> Result<Self> {
        let wrong = |error: &dyn fmt::Display| Error::bad_request(format!("not a list of formats: {error}"));
        let items: Vec<Value> = serde_json::from_str(text).map_err(|error| wrong(&error))?;
        let mut all: HashMap<String, String> = HashMap::new();
        for (place, item) in items.iter().enumerate().filter(|(_, item)| item.get(0).is_none_or(|first| first != "_comment")) {
            let texts = |value: &Value| serde_json::from_value::<Vec<String>>(value.clone()).ok();
            let (own, others) = match item.as_array().map(Vec::as_slice) {
                Some([own @ .., others @ Value::Array(_)]) if own.len() == 3 => (own, texts(others)),
                Some(own) if own.len() == 3 => (own, Some(Vec::new())),
                _ => (&[][..], None),
            };
            let own = texts(&Value::Array(own.to_vec())).and_then(|own| <[String; 3]>::try_from(own).ok());
            let Some(([name, title, media_type], others)) = own.zip(others).filter(|([name, ..], _)| !name.is_empty()) else {
                return Err(wrong(&format!(
                    "entry {} has to be [\"CSV\", \"its title\", \"text/csv\", [\"other spellings\"]]",
                    place + 1
                )));
            };
            for spelling in [name.clone(), title, media_type].into_iter().chain(others) {
                let spelling = spelling.trim().to_lowercase();
                let known =
                    if spelling.is_empty() { &name } else { &*all.entry(spelling.clone()).or_insert_with(|| name.clone()) };
                if *known != name {
                    return Err(wrong(&format!("\"{spelling}\" is {known} and {name}")));
                }
            }
        }
        Ok(Self(all))
    }

    /// The spelling of a format that counts, or the text as it is (CKAN's `clean_format`).
    #[must_use]
    pub fn clean(&self, text: &str) -> String {
        self.0.get(&text.trim().to_lowercase()).cloned().unwrap_or_else(|| text.to_owned())
    }
}

/// The media type that an address ends in, if it has a path with a known extension.
#[must_use]
pub fn guess_media_type(address: &str) -> Option<&'static str> {
    let path = address.split(['?', '#']).next().unwrap_or_default();
    let path = path.split_once("://").map_or(Some(path), |(_, rest)| rest.split_once('/').map(|(_, path)| path))?;
    let (_, extension) = path.rsplit('/').next()?.rsplit_once('.')?;
    EXTENSIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(extension)).map(|(_, media_type)| *media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_become_one() {
        for (text, expected) in [
            ("csv", "CSV"),
            ("text/csv", "CSV"),
            ("Xls", "XLS"),
            ("geojson", "GeoJSON"),
            ("comma separated values file", "CSV"),
            ("my own", "my own"),
            ("", ""),
        ] {
            assert_eq!(Formats::built_in().clean(text), expected, "{text}");
        }
    }

    #[test]
    fn a_site_has_formats_of_its_own() {
        let text =
            r#"[["_comment", 1], ["Table", "A table", "text/csv", ["csv", "TSV"]], ["Other", "", ""], ["Other", "", "x"]]"#;
        let formats = Formats::parse(text).unwrap();
        for (text, expected) in
            [("CSV", "Table"), (" a TABLE ", "Table"), ("tsv", "Table"), ("X", "Other"), ("xls", "xls"), ("", "")]
        {
            assert_eq!(formats.clean(text), expected, "{text}");
        }
        for (text, fault) in [
            ("{}", "not a list"),
            ("[", "not a list"),
            ("[[\"A\"]]", "entry 1"),
            ("[[\"A\", \"a\", 1]]", "entry 1"),
            ("[[\"A\", \"\", \"\", [1]]]", "entry 1"),
            ("[[\"\", \"\", \"x\"]]", "entry 1"),
            ("[7]", "entry 1"),
            ("[[\"A\", \"\", \"x\"], [\"B\", \"\", \"X\"]]", "\"x\" is A and B"),
        ] {
            let error = Formats::parse(text).unwrap_err();
            assert!(error.message().contains(fault), "{text}: {error}");
        }
    }

    #[test]
    fn addresses_tell_their_format() {
        assert_eq!(guess_media_type("http://x.org/a/b.CSV?x=1"), Some("text/csv"));
        assert_eq!(guess_media_type("http://data.csv"), None);
        assert_eq!(guess_media_type("table.json"), Some("application/json"));
        assert_eq!(guess_media_type("http://x.org/a.b/c"), None);
    }
}

//! Writes datasets (`package_show` objects, one a line) as a DCAT catalog: `catalog FILE ttl|rdf|jsonld [REPEAT]`.
//!
//! For `scripts/check-shacl` and for measuring: with REPEAT nothing is printed but the time per dataset. A line that
//! is no dataset is named and left out.

use std::{
    io::{BufRead, BufReader, Error, Write},
    time::Instant,
};

use dcat::{CatalogWriter, Format, Page, Site};
use model::Package;

fn main() -> Result<(), Error> {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, path, extension, rest @ ..] = arguments.as_slice() else {
        return Err(Error::other("catalog FILE ttl|rdf|jsonld [REPEAT]"));
    };
    let format = Format::from_extension(extension).ok_or_else(|| Error::other("the format is ttl, rdf or jsonld"))?;
    let mut packages = Vec::new();
    for (number, line) in BufReader::new(std::fs::File::open(path)?).lines().enumerate() {
        match serde_json::from_str::<Package>(&line?) {
            Ok(package) => packages.push(package),
            Err(error) => eprintln!("line {}: {error}", number + 1),
        }
    }
    let repeat: u32 = rest.first().and_then(|text| text.parse().ok()).unwrap_or(0);
    if repeat == 0 {
        return std::io::stdout().lock().write_all(&page(&packages, format)?);
    }
    let start = Instant::now();
    let mut bytes = 0;
    for _ in 0..repeat {
        bytes += packages.chunks(100).map(|part| page(part, format).map_or(0, |page| page.len())).sum::<usize>();
    }
    let count = packages.len().max(1) * usize::try_from(repeat).unwrap_or(1);
    let nanoseconds = start.elapsed().as_nanos() / u128::try_from(count).unwrap_or(1);
    println!("{extension}: {count} datasets, {} bytes and {nanoseconds} ns a dataset", bytes / count);
    Ok(())
}

fn page(packages: &[Package], format: Format) -> Result<Vec<u8>, Error> {
    let site = Site {
        url: "https://data.example.kg".to_owned(),
        title: "Open data".to_owned(),
        description: "A sample catalog".to_owned(),
        languages: ["ky", "ru", "en"].map(str::to_owned).to_vec(),
        publisher: None,
    };
    let total = u64::try_from(packages.len()).unwrap_or(u64::MAX);
    let address = format!("{}/catalog.{}", site.url, format.extension());
    let page = Page::new(&address, &[], total, (100, 1));
    let latest = packages.iter().filter_map(|package| package.metadata_modified).max();
    let mut writer = CatalogWriter::new(format, &site, Some(&page), latest);
    let mut out = Vec::new();
    for package in packages {
        out.extend(writer.dataset(package).map_err(|error| Error::other(error.to_string()))?);
    }
    out.extend(writer.finish());
    Ok(out)
}

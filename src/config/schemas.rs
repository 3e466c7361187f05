//! Options of schemas: `scheming.*`, as ckanext-scheming has them.

use std::path::PathBuf;

use base::Result;
use scheming::{Family, Sources};

use super::Reader;

/// What they name, in the present folder. The files are read at a start.
pub fn sources(read: &Reader) -> Result<Sources> {
    let files = Family::ALL.map(|family| read.words(&format!("scheming.{}_schemas", family.word())));
    let mut fallback = [false; 3];
    for (place, family) in fallback.iter_mut().zip(Family::ALL) {
        *place = read.flag(&format!("scheming.{}_fallback", family.word()), false)?;
    }
    let mut folders = vec![PathBuf::new()];
    folders.extend(read.words("kurak.schema_folders").into_iter().map(PathBuf::from));
    let mut languages: Vec<String> = Vec::new();
    for locale in read.words("ckan.locales_offered") {
        let language = locale.split('_').next().unwrap_or_default().to_owned();
        if !languages.contains(&language) {
            languages.push(language);
        }
    }
    if languages.is_empty() {
        languages = scheming::LANGUAGES.map(str::to_owned).to_vec();
    }
    Ok(Sources { files, fallback, presets: read.words("scheming.presets"), folders, languages })
}

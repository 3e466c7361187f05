//! Options of files: `ckan.storage_path`, `ckan.max_*`, `ckan.upload.*`, `ckan.files.*`.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use base::{Result, secret::Secret};
use files::{S3Settings, Settings, StorageSettings};

use super::{Reader, wrong};

/// What storages are called after: `ckan.files.storage.<name>.<option>`.
const STORAGE: &str = "ckan.files.storage.";

/// Reads them. Files go to the storage path, else into a folder of the data.
pub fn files(read: &Reader, data: &Path) -> Result<Settings> {
    let standard = Settings::default();
    let words = |name: &str, default: &[String]| read.words_or(name, default);
    let default = |kind: &str, default: &str| read.text_or(&format!("ckan.files.default_storages.{kind}"), default.to_owned());
    let storages = storages(read, data)?;
    for kind in ["default", "admin", "user", "group", "resource"] {
        let option = format!("ckan.files.default_storages.{kind}");
        if let Some(name) = read.text(&option)
            && !storages.contains_key(&name)
            && !standard.is_built_in(&name)
            && !read.flag("testing", false)?
        {
            return Err(wrong(&option, &name, &format!("the name of a storage: {STORAGE}{name}.type is not given")));
        }
    }
    let root = read.text("ckan.storage_path").map_or_else(|| data.join("storage"), PathBuf::from);
    read.tell("ckan.storage_path", root.display());
    let size = |name: &str, default: u64| -> Result<u64> { read.parsed_or(name, "a number of megabytes", default) };
    Ok(Settings {
        root: Some(std::path::absolute(&root).unwrap_or(root)),
        uploads_enabled: read.flag("ckan.uploads_enabled", standard.uploads_enabled)?,
        max_resource_size: size("ckan.max_resource_size", standard.max_resource_size)?,
        max_image_size: size("ckan.max_image_size", standard.max_image_size)?,
        guess_by_content: read.text("ckan.mimetype_guess").as_deref() == Some("file_contents"),
        group_media_types: words("ckan.upload.group.mimetypes", &standard.group_media_types),
        user_media_types: words("ckan.upload.user.mimetypes", &standard.user_media_types),
        group_types: words("ckan.upload.group.types", &standard.group_types),
        user_types: words("ckan.upload.user.types", &standard.user_types),
        inline_types: read.words("ckan.files.inline_content_types"),
        storages,
        default_storage: default("default", &standard.default_storage),
        admin_storage: default("admin", &standard.admin_storage),
        user_storage: default("user", &standard.user_storage),
        group_storage: default("group", &standard.group_storage),
        resource_storage: default("resource", &standard.resource_storage),
        cascade: if read.has("ckan.files.owner.cascade_access") { cascade(read) } else { standard.cascade },
        transfer_as_update: read.flag("ckan.files.owner.transfer_as_update", standard.transfer_as_update)?,
        scan_as_update: read.flag("ckan.files.owner.scan_as_update", standard.scan_as_update)?,
        authenticated_uploads: read.flag("ckan.files.authenticated_uploads.allow", standard.authenticated_uploads)?,
        authenticated_storages: read.words("ckan.files.authenticated_uploads.storages"),
    })
}

/// What a storage in S3 has beside the options of `object_store`, which it takes under their own names.
const OF_ALL: &[&str] = &[
    "type",
    "max_size",
    "supported_types",
    "public",
    "location_transformers",
    "disabled_capabilities",
    "prefix",
    PATH_STYLE,
    SIGNED,
];
const PATH_STYLE: &str = "path_style";
const SIGNED: &str = "signed_downloads";

/// Storages on the local disk and in S3.
fn storages(read: &Reader, data: &Path) -> Result<BTreeMap<String, StorageSettings>> {
    let testing = read.flag("testing", false)?;
    let mut all = BTreeMap::new();
    for (option, kind) in read.options.range(STORAGE.to_owned()..).take_while(|(option, _)| option.starts_with(STORAGE)) {
        let Some(name) = option.strip_prefix(STORAGE).and_then(|rest| rest.strip_suffix(".type")) else { continue };
        let of = |option: &str| format!("{STORAGE}{name}.{option}");
        let mut s3 = None;
        let path = match (kind.trim(), read.text(&of("path"))) {
            ("kurak:s3", _) => {
                s3 = Some(bucket(read, name)?);
                PathBuf::new()
            }
            ("ckan:fs" | "ckan:fs:public" | "file_keeper:fs", Some(path)) if Path::new(&path).is_absolute() => {
                PathBuf::from(path)
            }
            ("ckan:fs" | "ckan:fs:public" | "file_keeper:fs", path) => {
                return Err(wrong(&of("path"), &path.unwrap_or_default(), "an absolute path"));
            }
            // CKAN has it for tests alone: there it is forgotten with the process, here it is a folder like others.
            ("ckan:memory", _) if testing => data.join("storages").join(name),
            // Tests of CKAN's configure some to see them fail.
            _ if testing => continue,
            // Else files would lie on this disk, and nobody would know.
            (kind, _) => return Err(wrong(&of("type"), kind, "ckan:fs or kurak:s3")),
        };
        let storage = StorageSettings {
            path,
            s3,
            max_size: match read.text(&of("max_size")) {
                None => None,
                Some(text) if text.starts_with('-') => None,
                Some(text) => Some(bytes(&text).ok_or_else(|| wrong(&of("max_size"), &text, "a size such as 10MB"))?),
            },
            types: read.words(&of("supported_types")),
            public: read.flag(&of("public"), false)?,
            transformers: read.words(&of("location_transformers")),
            disabled: read.words(&of("disabled_capabilities")),
        };
        all.insert(name.to_owned(), storage);
    }
    Ok(all)
}

/// The bucket of a storage whose type is `kurak:s3`. What nobody knows is a fault: it could be a misspelt credential.
fn bucket(read: &Reader, name: &str) -> Result<S3Settings> {
    let begin = format!("{STORAGE}{name}.");
    if name.contains('/') {
        return Err(wrong(&format!("{begin}type"), "kurak:s3", "a storage without a slash in its name"));
    }
    let mut settings = S3Settings {
        prefix: read.text(&format!("{begin}prefix")).unwrap_or_default(),
        signed_seconds: read.parsed(&format!("{begin}{SIGNED}"), "seconds")?.unwrap_or(0).min(7 * 24 * 3_600),
        ..S3Settings::default()
    };
    for (option, value) in read.options.range(begin.clone()..).take_while(|(option, _)| option.starts_with(&begin)) {
        let Some(key) = option.strip_prefix(&begin).filter(|key| !OF_ALL.contains(key)) else { continue };
        let Some(key) = S3Settings::option(key) else {
            return Err(wrong(option, "…", "an option of a storage in S3, such as bucket, endpoint, region, access_key_id"));
        };
        if !value.trim().is_empty() {
            settings.options.insert(key, Secret::new(value.trim()));
        }
    }
    let path_style = format!("{begin}{PATH_STYLE}");
    if read.has(&path_style) {
        let is_virtual = !read.flag(&path_style, true)?;
        let key = S3Settings::option("virtual_hosted_style_request");
        settings.options.extend(key.map(|key| (key, Secret::new(is_virtual.to_string()))));
    }
    if settings.options.contains_key("aws_bucket") {
        Ok(settings)
    } else {
        Err(wrong(&format!("{begin}bucket"), "", "the name of a bucket"))
    }
}

/// `package resource:storage group`: whose rights count for their files, and in which storages.
fn cascade(read: &Reader) -> BTreeMap<String, Vec<String>> {
    let mut all: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for word in read.words("ckan.files.owner.cascade_access") {
        let (kind, storage) = word.split_once(':').map_or((word.as_str(), None), |(kind, storage)| (kind, Some(storage)));
        all.entry(kind.to_owned()).or_default().extend(storage.map(str::to_owned));
    }
    all
}

/// `42B`, `2M`, `24KiB`, `1GB`: the short and the `i` ones by 1024, the others by 1000.
fn bytes(text: &str) -> Option<u64> {
    let text = text.trim().to_ascii_lowercase();
    let digits = text.len() - text.trim_start_matches(|letter: char| letter.is_ascii_digit()).len();
    let (number, unit) = text.split_at(digits);
    let factor: u64 = match unit.trim() {
        "" | "b" => 1,
        "k" | "kib" => 1 << 10,
        "m" | "mib" => 1 << 20,
        "g" | "gib" => 1 << 30,
        "t" | "tib" => 1 << 40,
        "kb" => 1_000,
        "mb" => 1_000_000,
        "gb" => 1_000_000_000,
        "tb" => 1_000_000_000_000,
        _ => return None,
    };
    number.parse::<u64>().ok()?.checked_mul(factor)
}

#[cfg(test)]
mod tests {
    use super::{super::Config, *};

    #[test]
    fn a_bucket_has_the_options_of_object_store_and_tells_no_secret() {
        let config = |pairs: &[(&str, &str)]| {
            let options = [("type", "kurak:s3"), ("bucket", "b"), ("secret_access_key", "hush")];
            let all = options.iter().chain(pairs);
            Config::from_options(all.map(|(name, value)| (format!("ckan.files.storage.x.{name}"), (*value).to_owned())).collect())
        };
        let found = config(&[
            ("endpoint", "http://127.0.0.1:9"),
            ("access_key_id", "id"),
            ("prefix", "portal"),
            ("path_style", "false"),
            ("signed_downloads", "60"),
            ("max_size", "1GB"),
        ])
        .unwrap();
        let storage = &found.settings.files.storages["x"];
        let s3 = storage.s3.as_ref().unwrap();
        assert_eq!((s3.prefix.as_str(), s3.signed_seconds, storage.max_size), ("portal", 60, Some(1_000_000_000)));
        let options: Vec<(&str, &str)> = s3.options.iter().map(|(key, value)| (key.as_str(), value.reveal())).collect();
        let expected = [
            ("aws_access_key_id", "id"),
            ("aws_bucket", "b"),
            ("aws_endpoint", "http://127.0.0.1:9"),
            ("aws_secret_access_key", "hush"),
            ("aws_virtual_hosted_style_request", "true"),
        ];
        assert_eq!(options, expected);
        assert!(!format!("{:?} {:?}", found.settings, found.printable()).contains("hush"));
        assert!(found.not_honoured().is_empty(), "{:?}", found.not_honoured());
        for (name, value) in [("acess_key_id", "x"), ("bucket", ""), ("path_style", "maybe"), ("signed_downloads", "-1")] {
            let error = config(&[(name, value)]).unwrap_err();
            assert!(error.message().contains(name) && !error.message().contains("hush"), "{error}");
        }
    }

    #[test]
    fn storages_are_read_and_sizes_understood() {
        let options = [
            ("ckan.storage_path", "/srv/ckan"),
            ("ckan.max_resource_size", "500"),
            ("ckan.files.storage.big.type", "ckan:fs"),
            ("ckan.files.storage.big.path", "/srv/big"),
            ("ckan.files.storage.big.max_size", "2GiB"),
            ("ckan.files.storage.big.public", "true"),
            ("ckan.files.owner.cascade_access", "package resource:big"),
        ];
        let options = |more: &[(&str, &str)]| {
            options.iter().chain(more).map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
        };
        let config = Config::from_options(options(&[])).unwrap();
        let files = &config.settings.files;
        assert_eq!((files.root.as_deref(), files.max_resource_size), (Some(Path::new("/srv/ckan")), 500));
        assert_eq!(files.storages.keys().collect::<Vec<_>>(), ["big"]);
        assert_eq!((files.storages["big"].max_size, files.storages["big"].public), (Some(2 << 30), true));
        assert_eq!(files.cascade["resource"], ["big"]);
        assert!(config.not_honoured().is_empty(), "{:?}", config.not_honoured());
        for (name, value) in [
            ("ckan.files.storage.x.type", "ckan:fs"),
            ("ckan.files.storage.default.type", "ckan:azure"),
            ("ckan.files.default_storages.resource", "nowhere"),
            ("ckan.locale_default", "xx"),
            ("ckan.files.storage.big.max_size", "much"),
            ("ckan.max_image_size", "-"),
        ] {
            let error = Config::from_options(options(&[(name, value)])).unwrap_err();
            assert!(error.message().contains(name.trim_end_matches("type")) && error.message().contains("expected"), "{error}");
        }
    }
}

//! Pictures of groups, organizations, users and the site: a link, or a file that came with the request.

use std::sync::Arc;

use action::{Ctx, FileField, FileUse};
use base::{Error, Result, loose, time::Stamp};
use files::{
    Arrival, Settings,
    name::{is_picture_here, munge_picture, picture_address, split, with_ending},
    sniff,
    storage::is_supported,
};
use model::format;
use serde_json::{Map, Value, json};

use crate::resource::upload::too_large;

/// The file that `organization_create` and its like take.
pub const OF_GROUP: &[FileField] = &[FileField { used: FileUse::GroupPicture, ..PICTURE }];

/// The file that `user_create` and its like take.
pub const OF_USER: &[FileField] = &[PICTURE];

/// The file that `config_option_update` takes.
pub const LOGO: &[FileField] =
    &[FileField { name: "logo_upload", doc: "A picture; `ckan.site_logo` is its address then.", used: FileUse::SitePicture }];

const PICTURE: FileField =
    FileField { name: UPLOAD, doc: "A picture; `image_url` is its name then.", used: FileUse::UserPicture };

/// Bytes of the longest name that a disk takes.
const LONGEST_NAME: usize = 255;

const UPLOAD: &str = "image_upload";

/// Whose picture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Of {
    /// A group's or organization's.
    Group,
    User,
    /// The site's logo.
    Site,
}

impl Of {
    /// As it stands in addresses.
    fn word(self) -> &'static str {
        match self {
            Self::Group => "group",
            Self::User => "user",
            Self::Site => "admin",
        }
    }

    fn storage(self, settings: &Settings) -> &str {
        match self {
            Self::Group => &settings.group_storage,
            Self::User => &settings.user_storage,
            Self::Site => &settings.admin_storage,
        }
    }

    /// What clients call the address, the file and the wish that it goes.
    fn fields(self) -> [&'static str; 3] {
        match self {
            Self::Group | Self::User => ["image_url", UPLOAD, "clear_upload"],
            Self::Site => ["ckan.site_logo", "logo_upload", "clear_logo_upload"],
        }
    }

    fn allowed(self, settings: &Settings) -> (&[String], &[String]) {
        match self {
            Self::Group | Self::Site => (&settings.group_media_types, &settings.group_types),
            Self::User => (&settings.user_media_types, &settings.user_types),
        }
    }
}

/// `image_display_url`: where a picture is found.
#[must_use]
pub fn address(ctx: &Ctx, of: Of, image_url: &str) -> String {
    picture_address(&ctx.app.site().url, of.word(), image_url)
}

/// Takes the picture out of what a client sent: its address is its name then. `before`: what the address was.
///
/// # Errors
/// Validation for a file that is no picture of the allowed types.
pub fn take(ctx: &Ctx, of: Of, sent: &mut Map<String, Value>, before: Option<&str>) -> Result<Option<Arc<Arrival>>> {
    let [address, upload, clear] = of.fields();
    let upload = sent.shift_remove(upload).and_then(|upload| ctx.arrival(&upload)).filter(|file| !file.filename.is_empty());
    let cleared = sent.shift_remove(clear).is_some_and(|value| loose::bool_of(&value).unwrap_or(true));
    let Some(file) = upload else {
        let same = sent.get(address).is_none_or(|url| url.as_str() == before);
        if cleared && same && before.is_some_and(is_picture_here) {
            sent.insert(address.to_owned(), json!(""));
        }
        return Ok(None);
    };
    check(of, &ctx.app.settings.files, &file)?;
    let now = Stamp::now().to_string().replace('T', " ");
    let name = munge_picture(&format!("{now}{}", file.filename));
    let name = sniff::ending(file.media_type).map_or_else(|| name.clone(), |ending| with_ending(&name, ending));
    sent.insert(address.to_owned(), json!(name));
    Ok(Some(file))
}

/// A picture has to be called, said and found to be of an allowed type.
fn check(of: Of, settings: &Settings, file: &Arrival) -> Result<()> {
    let (media_types, kinds) = of.allowed(settings);
    let [_, field, _] = of.fields();
    if settings.is_configured(of.storage(settings)) {
        // Only what is in the file counts then.
        let types = if media_types.is_empty() { kinds } else { media_types };
        return if is_supported(file.media_type, types) {
            Ok(())
        } else {
            Err(Error::invalid(field, format!("Type {} is not supported by storage", file.media_type)))
        };
    }
    if media_types.is_empty() && kinds.is_empty() {
        return Err(Error::invalid(field, format!("No uploads allowed for object type {}", of.word())));
    }
    let called = format::guess_media_type(&file.filename).or_else(|| by_ending(&file.filename)).unwrap_or("None");
    let declared = file.declared.split(';').next().unwrap_or_default().trim();
    // Not all clients say what they send.
    let said = if declared.is_empty() { file.media_type } else { declared };
    let kind = file.media_type.split('/').next().unwrap_or_default();
    let is_good = |media_type: &str| media_types.is_empty() || is_supported(media_type, media_types);
    for media_type in [called, said, file.media_type] {
        if !is_good(media_type) {
            return Err(Error::invalid(field, format!("Unsupported upload type: {media_type}")));
        }
    }
    if kinds.is_empty() || is_supported(kind, kinds) {
        Ok(())
    } else {
        Err(Error::invalid(field, format!("Unsupported upload type: {}", file.media_type)))
    }
}

/// Types of pictures that are no formats of data.
fn by_ending(filename: &str) -> Option<&'static str> {
    let ending = split(filename).1.to_ascii_lowercase();
    Some(match ending.as_str() {
        ".png" => "image/png",
        ".jpg" | ".jpeg" | ".jpe" => "image/jpeg",
        ".gif" => "image/gif",
        ".webp" => "image/webp",
        ".svg" => "image/svg+xml",
        _ => return None,
    })
}

/// Puts the picture into its place when its owner is written.
///
/// # Errors
/// Validation for one that is too large; what the database says.
pub fn put(ctx: &mut Ctx, of: Of, picture: Option<Arc<Arrival>>, image_url: &str) -> Result<()> {
    let Some(picture) = picture else { return Ok(()) };
    let settings = &ctx.app.settings.files;
    let storage = of.storage(settings).to_owned();
    if picture.too_large {
        let [_, field, _] = of.fields();
        return Err(too_large(settings, (field, &storage), (picture.size, settings.image_bytes())));
    }
    ctx.place_file((&storage, image_url), &picture)
}

/// Removes a picture that nobody has any more when this is written; `is_used`: somebody else has it.
///
/// # Errors
/// What the database says.
pub fn clear(ctx: &mut Ctx, of: Of, before: &str, is_used: bool) -> Result<()> {
    // Clients may write any text there; what cannot be the name of a file has none.
    let is_name = is_picture_here(before) && before.len() <= LONGEST_NAME && !before.contains('/');
    if !is_name || is_used {
        return Ok(());
    }
    let storage = of.storage(&ctx.app.settings.files).to_owned();
    ctx.remove_file((&storage, before))
}

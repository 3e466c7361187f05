//! The schemas that are there where a site declares none: CKAN's fields, and their translations into Kyrgyz, Russian and
//! English. They say what the catalog does; checking it is the catalog's own.

use serde_json::{Value, json};

use crate::{
    declare,
    fluent::Languages,
    preset,
    schema::{Family, Schema},
};

/// The languages of the built-in forms.
pub const LANGUAGES: [&str; 3] = ["ky", "ru", "en"];

fn field(name: &str, [ky, ru, en]: [&str; 3], more: &Value) -> Value {
    let mut field = json!({"field_name": name, "label": {"ky": ky, "ru": ru, "en": en}});
    if let (Value::Object(field), Value::Object(more)) = (&mut field, more) {
        field.extend(more.clone());
    }
    field
}

fn translated(name: &str, labels: [&str; 3], form: &str) -> Value {
    field(name, labels, &json!({"preset": "fluent_core_translated", "form_snippet": form, "form_languages": LANGUAGES}))
}

const TITLE: [&str; 3] = ["Аталышы", "Название", "Title"];
const DESCRIPTION: [&str; 3] = ["Сүрөттөмө", "Описание", "Description"];
const ADDRESS: [&str; 3] = ["Дареги", "Адрес", "URL"];

fn dataset() -> Value {
    let (text, markdown) = ("fluent_text.html", "fluent_markdown.html");
    let of = |name, labels| field(name, labels, &json!({}));
    json!({
        "scheming_version": 2,
        "dataset_type": "dataset",
        "about": "CKAN's own fields, in Kyrgyz, Russian and English",
        "dataset_fields": [
            translated("title_translated", TITLE, text),
            field("title", TITLE, &json!({"preset": "title"})),
            field("name", ADDRESS, &json!({"preset": "dataset_slug"})),
            translated("notes_translated", DESCRIPTION, markdown),
            field("notes", DESCRIPTION, &json!({"preset": "markdown"})),
            field("tag_string", ["Белгилер", "Метки", "Tags"], &json!({"preset": "tag_string_autocomplete"})),
            field("license_id", ["Лицензия", "Лицензия", "License"], &json!({"form_snippet": "license.html"})),
            field("owner_org", ["Уюм", "Организация", "Organization"], &json!({"preset": "dataset_organization"})),
            of("url", ["Булак", "Источник", "Source"]),
            field(
                "version",
                ["Версия", "Версия", "Version"],
                &json!({"validators": "ignore_missing unicode_safe package_version_validator"}),
            ),
            of("author", ["Автор", "Автор", "Author"]),
            of("author_email", ["Автордун почтасы", "Почта автора", "Author email"]),
            of("maintainer", ["Жооптуу", "Ответственный", "Maintainer"]),
            of("maintainer_email", ["Жооптуунун почтасы", "Почта ответственного", "Maintainer email"]),
        ],
        "resource_fields": [
            field("url", ADDRESS, &json!({"preset": "resource_url_upload"})),
            translated("name_translated", TITLE, text),
            of("name", TITLE),
            translated("description_translated", DESCRIPTION, markdown),
            field("description", DESCRIPTION, &json!({"preset": "markdown"})),
            field("format", ["Форматы", "Формат", "Format"], &json!({"preset": "resource_format_autocomplete"})),
        ],
    })
}

fn group(family: Family) -> Value {
    json!({
        "scheming_version": 2,
        format!("{}_type", family.word()): family.word(),
        "about": "CKAN's own fields, in Kyrgyz, Russian and English",
        "fields": [
            translated("title_translated", TITLE, "fluent_text.html"),
            field("title", TITLE, &json!({"validators": "ignore_missing unicode_safe", "form_snippet": "large_text.html"})),
            field(
                "name",
                ADDRESS,
                &json!({"validators": "not_empty unicode_safe name_validator group_name_validator", "form_snippet": "slug.html"}),
            ),
            translated("description_translated", DESCRIPTION, "fluent_markdown.html"),
            field("description", DESCRIPTION, &json!({"preset": "markdown"})),
            field("image_url", ["Сүрөт", "Изображение", "Image"], &json!({"preset": "organization_url_upload"})),
        ],
    })
}

/// The built-in schema of a family.
pub fn schema(family: Family) -> Schema {
    let said = match family {
        Family::Dataset => dataset(),
        Family::Group | Family::Organization => group(family),
    };
    let languages = Languages::of_site(LANGUAGES.map(str::to_owned).to_vec());
    let read = declare::schema(&said, family, &preset::built_in(), &languages);
    let bare = Schema {
        family,
        kind: family.word().to_owned(),
        raw: said.clone(),
        expanded: said,
        fields: Vec::new(),
        resource_fields: Vec::new(),
        own: Vec::new(),
        declared: false,
    };
    // That they can be read is tested.
    Schema { declared: false, ..read.unwrap_or(bare) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_schemas_can_be_read() {
        for family in Family::ALL {
            let schema = schema(family);
            assert!(schema.fields.len() >= 6 && schema.own.is_empty() && !schema.declared, "{family:?}");
            assert_ne!(schema.raw, schema.expanded);
            let key = if family == Family::Dataset { "dataset_fields" } else { "fields" };
            assert_eq!(schema.expanded[key][0]["output_validators"], "fluent_core_translated_output");
        }
    }
}

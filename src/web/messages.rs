//! What failures say, in Kyrgyz and Russian. CKAN's words that clients look for (`Missing value`, `Not found: …` and their
//! like, ckan-api 4) stay as they are in every language.

use serde_json::Value;

/// A language that messages are told in beside English.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spoken {
    Kyrgyz,
    Russian,
}

impl Spoken {
    /// Of a locale.
    pub fn of(locale: &str) -> Option<Self> {
        match locale.split(['_', '-']).next()? {
            "ky" => Some(Self::Kyrgyz),
            "ru" => Some(Self::Russian),
            _ => None,
        }
    }
}

/// English, Kyrgyz, Russian. `{}` stands for any text, which stays where it is.
const TABLE: &[[&str; 3]] = &[
    [
        "Dataset id already exists",
        "Мындай идентификаторлуу маалымат топтому бар",
        "Набор данных с таким идентификатором уже есть",
    ],
    [
        "Datasets with no organization can't be private.",
        "Уюму жок маалымат топтому жабык боло албайт.",
        "Набор данных без организации не может быть закрытым.",
    ],
    [
        "Edit not allowed as it looks like spam. Please avoid links in your description.",
        "Бул спамга окшош: сүрөттөмөгө шилтеме жазбаңыз.",
        "Это похоже на спам: не указывайте в описании ссылок.",
    ],
    ["Group not found: {}", "Топ табылган жок: {}", "Группа не найдена: {}"],
    ["Id already exists", "Мындай идентификатор бар", "Такой идентификатор уже есть"],
    [
        "Invalid reset key. Please try again.",
        "Сырсөздү алмаштыруу ачкычы жараксыз. Кайра аракет кылыңыз.",
        "Ключ для смены пароля недействителен. Попробуйте ещё раз.",
    ],
    ["Must be a positive integer", "Оң бүтүн сан болушу керек", "Нужно положительное целое число"],
    [
        "Name must be at least {} characters long",
        "Аталыш {} белгиден кыска болбошу керек",
        "Имя должно быть не короче {} символов",
    ],
    ["Name \"{}\" length is less than minimum {}", "«{}» аталышы өтө кыска, эң азы {}", "Имя «{}» слишком короткое, минимум {}"],
    ["Name \"{}\" length is more than maximum {}", "«{}» аталышы өтө узун, эң көбү {}", "Имя «{}» слишком длинное, максимум {}"],
    ["Passwords must be strings", "Сырсөз текст болушу керек", "Пароль должен быть текстом"],
    ["User names must be strings", "Колдонуучунун аты текст болушу керек", "Имя пользователя должно быть текстом"],
    ["Resource id already exists.", "Мындай идентификаторлуу ресурс бар.", "Ресурс с таким идентификатором уже есть."],
    ["ResourceView id already exists", "Мындай идентификаторлуу көрүнүш бар", "Представление с таким идентификатором уже есть"],
    ["Tag \"{}\" length is less than minimum {}", "«{}» белгиси өтө кыска, эң азы {}", "Метка «{}» слишком короткая, минимум {}"],
    ["Tag \"{}\" length is more than maximum {}", "«{}» белгиси өтө узун, эң көбү {}", "Метка «{}» слишком длинная, максимум {}"],
    [
        "Tag \"{}\" can only contain alphanumeric characters, spaces (\" \"), hyphens (\"-\"), underscores (\"_\") or dots (\".\")",
        "«{}» белгисинде тамгалар, сандар, боштук, «-», «_», «.» гана болушу мүмкүн",
        "В метке «{}» могут быть только буквы, цифры, пробелы, «-», «_» и «.»",
    ],
    ["Tag \"{}\" must not be uppercase", "«{}» белгиси баш тамгасыз жазылат", "Метка «{}» пишется без заглавных букв"],
    ["Tag vocabulary was not found.", "Белгилердин сөздүгү табылган жок.", "Словарь меток не найден."],
    [
        "That login name can not be modified.",
        "Бул колдонуучунун атын өзгөртүүгө болбойт.",
        "Это имя пользователя нельзя изменить.",
    ],
    ["That vocabulary name is already in use.", "Мындай аталыштагы сөздүк бар.", "Словарь с таким именем уже есть."],
    [
        "The email address '{}' belongs to a registered user.",
        "«{}» дареги катталган колдонуучуга таандык.",
        "Адрес «{}» принадлежит зарегистрированному пользователю.",
    ],
    ["The passwords you entered do not match", "Сиз жазган сырсөздөр дал келбейт", "Введённые пароли не совпадают"],
    [
        "The username is already associated with another account. Please use a different username.",
        "Мындай аттагы колдонуучу бар. Башка ат тандаңыз.",
        "Пользователь с таким именем уже есть. Выберите другое имя.",
    ],
    ["The value should be a valid JSON object", "Туура JSON объекти болушу керек", "Нужен правильный объект JSON"],
    ["There is a schema field with the same name", "Схемада мындай аталыштагы талаа бар", "В схеме уже есть поле с таким именем"],
    [
        "This parent would create a loop in the hierarchy",
        "Бул жогорку топ иерархияда тегерек түзөт",
        "Такой родитель замкнёт иерархию в круг",
    ],
    ["Trying to create an organization as a group", "Уюм топ катары түзүлүп жатат", "Организация создаётся как группа"],
    ["Type cannot be updated", "Түрүн өзгөртүүгө болбойт", "Тип изменить нельзя"],
    [
        "Version must be a maximum of {} characters long",
        "Версия {} белгиден узун болбошу керек",
        "Версия должна быть не длиннее {} символов",
    ],
    [
        "You cannot move this dataset to another organization",
        "Бул маалымат топтомун башка уюмга өткөрө албайсыз",
        "Вы не можете передать этот набор данных другой организации",
    ],
    [
        "Organization cannot be deleted while it still has datasets",
        "Маалымат топтомдору бар уюмду өчүрүүгө болбойт",
        "Организацию, у которой есть наборы данных, удалить нельзя",
    ],
    [
        "Organization cannot be purged while it still has datasets",
        "Маалымат топтомдору бар уюмду биротоло өчүрүүгө болбойт",
        "Организацию, у которой есть наборы данных, нельзя удалить окончательно",
    ],
    ["File upload too large", "Файл өтө чоң", "Файл слишком большой"],
    ["Please provide a valid URL", "Туура дарек жазыңыз", "Укажите правильный адрес"],
    ["Please enter an integer value", "Бүтүн сан жазыңыз", "Введите целое число"],
    ["Could not parse as valid JSON", "Бул туура JSON эмес", "Это неправильный JSON"],
    ["Must be a dict", "Объект болушу керек", "Нужен объект"],
    ["Not a list", "Бул тизме эмес", "Это не список"],
    ["Not a string: {}", "Бул текст эмес: {}", "Это не текст: {}"],
    ["Must be a Unicode string value", "Текст болушу керек", "Нужен текст"],
    ["Value must be one of {}", "Мунун бири болушу керек: {}", "Нужно одно из значений: {}"],
    // Of ckanext-scheming and ckanext-fluent.
    ["unexpected choice \"{}\"", "«{}» тандоолордун арасында жок", "Среди вариантов нет «{}»"],
    ["Select at least one", "Жок дегенде бирин тандаңыз", "Выберите хотя бы одно"],
    ["expecting list of strings", "Тексттердин тизмеси керек", "Нужен список текстов"],
    ["expecting JSON object", "JSON объекти керек", "Нужен объект JSON"],
    ["Failed to decode JSON string", "JSON окулбайт", "JSON не читается"],
    ["invalid language code: \"{}\"", "Мындай тил жок: «{}»", "Нет такого языка: «{}»"],
    ["invalid type for \"{}\" value", "«{}» тилиндеги маани туура эмес", "Неправильное значение для языка «{}»"],
    ["Required language \"{}\" missing", "«{}» тилиндеги маани керек", "Нужно значение на языке «{}»"],
    ["invalid type for repeating text: {}", "Бул текст эмес: {}", "Это не текст: {}"],
    ["Unsupported dataset type: {}", "Маалымат топтомунун мындай түрү жок: {}", "Нет такого типа наборов данных: {}"],
    ["Unsupported group type: {}", "Топтун мындай түрү жок: {}", "Нет такого типа групп: {}"],
    ["Unsupported organization type: {}", "Уюмдун мындай түрү жок: {}", "Нет такого типа организаций: {}"],
];

/// Tells the messages of an error dict in a language; its keys, `__type` and what has no words of its own stay.
pub fn translate(dict: &mut Value, language: Spoken) {
    match dict {
        Value::String(message) => {
            if let Some(told) = told(message, language) {
                *message = told;
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| translate(item, language)),
        Value::Object(members) => {
            // What a client sent is told back as it was.
            let messages = members.iter_mut().filter(|(key, _)| !matches!(key.as_str(), "__type" | "data"));
            messages.for_each(|(_, value)| translate(value, language));
        }
        _ => {}
    }
}

fn told(message: &str, language: Spoken) -> Option<String> {
    TABLE.iter().find_map(|[english, kyrgyz, russian]| {
        let values = holes(english, message)?;
        let mut words = match language {
            Spoken::Kyrgyz => kyrgyz,
            Spoken::Russian => russian,
        }
        .split("{}");
        let mut text = words.next()?.to_owned();
        for (value, word) in values.into_iter().zip(words) {
            text.push_str(value);
            text.push_str(word);
        }
        Some(text)
    })
}

/// What stands in a message where the pattern has `{}`.
fn holes<'a>(pattern: &str, message: &'a str) -> Option<Vec<&'a str>> {
    let mut words = pattern.split("{}");
    let mut rest = message.strip_prefix(words.next()?)?;
    let mut words = words.peekable();
    let mut values = Vec::new();
    while let Some(word) = words.next() {
        let (value, behind) = match words.peek() {
            None => (rest.strip_suffix(word)?, ""),
            Some(_) => rest.split_once(word)?,
        };
        values.push(value);
        rest = behind;
    }
    rest.is_empty().then_some(values)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// ckan-api 4.
    const LOOKED_FOR: &[&str] = &[
        "Missing value",
        "An organization must be provided",
        "Organization does not exist",
        "You cannot add a dataset to this organization",
        "That URL is already in use.",
        "Group name already exists in database",
        "Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_",
        "Must be at least 2 characters long",
        "Name must be a maximum of 100 characters long",
        "That name cannot be used",
        "Names must be strings",
        "Invalid integer",
        "Must be a natural number",
        "Date format incorrect",
        "Not found: Dataset was not found.",
        "Not found: Package was not found.",
        "Not found: Resource was not found.",
        "The input field x was not expected.",
        "Duplicate key \"k\"",
        "Invalid id provided",
        "Email v is not a valid format",
        "User not found",
        "role does not exist.",
        "Your password must be 8 characters or longer",
        "Access denied",
        "Not found",
    ];

    #[test]
    fn what_clients_look_for_stays() {
        for message in LOOKED_FOR {
            for language in [Spoken::Kyrgyz, Spoken::Russian] {
                assert_eq!(told(message, language), None, "{message}");
            }
        }
    }

    #[test]
    fn every_line_has_its_holes_in_each_language() {
        for line in TABLE {
            let holes = line.map(|text| text.matches("{}").count());
            assert!(holes.iter().all(|count| *count == holes[0]), "{line:?}");
            assert!(line.iter().all(|text| !text.is_empty()));
        }
    }

    #[test]
    fn messages_of_a_whole_dict_are_told() {
        let mut dict = json!({"name": ["Missing value", "Name \"a\" length is less than minimum 2"], "id": ["Id already exists"],
            "data": {"x": "Id already exists"}, "tags": ["Tag \"} {}\" length is less than minimum 2"],
            "resources": [{}, {"y": ["unexpected choice \"x\""]}], "__type": "Validation Error"});
        translate(&mut dict, Spoken::Russian);
        assert_eq!(
            dict,
            json!({"name": ["Missing value", "Имя «a» слишком короткое, минимум 2"], "id": ["Такой идентификатор уже есть"],
                "data": {"x": "Id already exists"}, "tags": ["Метка «} {}» слишком короткая, минимум 2"],
                "resources": [{}, {"y": ["Среди вариантов нет «x»"]}], "__type": "Validation Error"})
        );
    }
}

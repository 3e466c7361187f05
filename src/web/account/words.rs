//! What the pages say, in three languages.

use actix_web::{HttpRequest, http::header};

use crate::{language::preferred, middleware::locale};

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    Kyrgyz,
    Russian,
    English,
}

impl Language {
    const ALL: [Self; 3] = [Self::Kyrgyz, Self::Russian, Self::English];

    /// Of the address, else of the browser, else of the portal.
    pub fn of(request: &HttpRequest, portal: &str) -> Self {
        let accepted = request.headers().get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let wanted = locale::of(request).and_then(|locale| Self::parse(&locale));
        wanted.or_else(|| preferred(accepted, Self::parse)).or_else(|| Self::parse(portal)).unwrap_or(Self::English)
    }

    fn parse(tag: &str) -> Option<Self> {
        let main = tag.trim().split(['-', '_']).next()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|language| language.code() == main)
    }

    /// As in `lang` and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Kyrgyz => "ky",
            Self::Russian => "ru",
            Self::English => "en",
        }
    }

    /// Its words.
    pub fn words(self) -> &'static Words {
        match self {
            Self::Kyrgyz => &KYRGYZ,
            Self::Russian => &RUSSIAN,
            Self::English => &ENGLISH,
        }
    }
}

/// Everything that is said.
pub struct Words {
    pub log_in: &'static str,
    pub log_out: &'static str,
    pub name_or_email: &'static str,
    pub password: &'static str,
    pub failed: &'static str,
    pub too_often: &'static str,
    pub forgotten: &'static str,
    pub logged_in_as: &'static str,
    pub logged_out: &'static str,
    pub reset: &'static str,
    pub send_key: &'static str,
    pub key_sent: &'static str,
    pub email_required: &'static str,
    pub new_password: &'static str,
    pub again: &'static str,
    pub choose: &'static str,
    pub chosen: &'static str,
    pub user_name: &'static str,
    pub full_name: &'static str,
    pub email: &'static str,
    pub register: &'static str,
    pub bad_key: &'static str,
    pub too_short: &'static str,
    pub not_alike: &'static str,
    pub expired_form: &'static str,
    pub datasets: &'static str,
    pub catalog: &'static str,
    pub documentation: &'static str,
}

const ENGLISH: Words = Words {
    log_in: "Log in",
    log_out: "Log out",
    name_or_email: "User name or e-mail",
    password: "Password",
    failed: "Login failed. Bad username or password.",
    too_often: "There were too many attempts. Please try again later.",
    forgotten: "Forgotten your password?",
    logged_in_as: "You are logged in as",
    logged_out: "You are now logged out.",
    reset: "A new password",
    send_key: "Send me a link",
    key_sent: "A reset link has been emailed to you (unless the account specified does not exist)",
    email_required: "Email is required",
    new_password: "New password, at least 8 characters",
    again: "The same once more",
    choose: "Use this password",
    chosen: "Your password has been reset.",
    user_name: "User name",
    full_name: "Full name",
    email: "E-mail",
    register: "Create an account",
    bad_key: "Invalid reset key. Please try again.",
    too_short: "Your password must be 8 characters or longer",
    not_alike: "The passwords you entered do not match",
    expired_form: "This page was open for too long. Please send it once more.",
    datasets: "Datasets",
    catalog: "Catalog as Turtle",
    documentation: "API documentation",
};

const RUSSIAN: Words = Words {
    log_in: "Войти",
    log_out: "Выйти",
    name_or_email: "Имя пользователя или e-mail",
    password: "Пароль",
    failed: "Не удалось войти. Неверное имя пользователя или пароль.",
    too_often: "Слишком много попыток. Попробуйте позже.",
    forgotten: "Забыли пароль?",
    logged_in_as: "Вы вошли как",
    logged_out: "Вы вышли.",
    reset: "Новый пароль",
    send_key: "Отправить ссылку",
    key_sent: "Ссылка для сброса пароля отправлена на вашу почту (если такая учётная запись существует)",
    email_required: "Укажите e-mail",
    new_password: "Новый пароль, не короче 8 знаков",
    again: "Ещё раз то же самое",
    choose: "Сохранить пароль",
    chosen: "Пароль изменён.",
    user_name: "Имя пользователя",
    full_name: "Полное имя",
    email: "E-mail",
    register: "Создать учётную запись",
    bad_key: "Ключ недействителен. Попробуйте ещё раз.",
    too_short: "Пароль должен быть не короче 8 знаков",
    not_alike: "Пароли не совпадают",
    expired_form: "Страница была открыта слишком долго. Отправьте её ещё раз.",
    datasets: "Наборы данных",
    catalog: "Каталог в формате Turtle",
    documentation: "Документация API",
};

const KYRGYZ: Words = Words {
    log_in: "Кирүү",
    log_out: "Чыгуу",
    name_or_email: "Колдонуучунун аты же e-mail",
    password: "Сырсөз",
    failed: "Кирүү ишке ашкан жок. Колдонуучунун аты же сырсөз туура эмес.",
    too_often: "Аракеттер өтө көп болду. Кийинчерээк кайра аракет кылыңыз.",
    forgotten: "Сырсөздү унуттуңузбу?",
    logged_in_as: "Сиз кирген атыңыз:",
    logged_out: "Сиз чыктыңыз.",
    reset: "Жаңы сырсөз",
    send_key: "Шилтеме жөнөтүү",
    key_sent: "Сырсөздү жаңыртуу шилтемеси почтаңызга жөнөтүлдү (эгер мындай эсеп жазуусу бар болсо)",
    email_required: "E-mail көрсөтүңүз",
    new_password: "Жаңы сырсөз, 8 белгиден кем эмес",
    again: "Дагы бир жолу",
    choose: "Сырсөздү сактоо",
    chosen: "Сырсөз өзгөртүлдү.",
    user_name: "Колдонуучунун аты",
    full_name: "Толук аты-жөнү",
    email: "E-mail",
    register: "Катталуу",
    bad_key: "Ачкыч жараксыз. Кайра аракет кылыңыз.",
    too_short: "Сырсөз 8 белгиден кем болбошу керек",
    not_alike: "Сырсөздөр дал келбейт",
    expired_form: "Бул барак өтө көп убакыт ачык турду. Аны дагы бир жолу жөнөтүңүз.",
    datasets: "Маалымат топтомдору",
    catalog: "Каталог Turtle форматында",
    documentation: "API документациясы",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_get_the_language_that_they_like_best() {
        for (accepted, language) in [
            ("ru-RU,ru;q=0.9,en;q=0.8", Some(Language::Russian)),
            ("de, en;q=0.3, ky;q=0.7", Some(Language::Kyrgyz)),
            ("en-GB", Some(Language::English)),
            ("de, fr;q=x", None),
            ("ru;q=0", None),
            ("", None),
        ] {
            assert_eq!(preferred(accepted, Language::parse), language, "{accepted}");
        }
    }
}

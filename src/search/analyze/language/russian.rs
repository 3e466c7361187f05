//! The key of a Russian word: Snowball's stem of the folded word, without the vowel that comes and goes before its last `к`:
//! `закупки`, `закупок`.

use frostem::{Algorithm, Stemmer};

/// Adds the key of a folded word to `key`.
pub fn stem(word: &str, key: &mut String) {
    let stem = Stemmer::new(Algorithm::Russian).stem(word);
    let Some((before, fleeting)) = ["ок", "ек"].iter().find_map(|end| Some((stem.strip_suffix(end)?, *end))) else {
        return key.push_str(&stem);
    };
    let is_vowel = |letter: char| matches!(letter, 'а' | 'е' | 'и' | 'о' | 'у' | 'ы' | 'э' | 'ю' | 'я');
    // Without another vowel it is the one of the word itself: `срок`.
    let last = if before.contains(is_vowel) { before.chars().next_back() } else { None };
    match last {
        // `построек` is of `постройка`.
        Some(last) if is_vowel(last) && fleeting == "ек" => key.extend([before, "йк"]),
        Some(last) if !is_vowel(last) => key.extend([before.strip_suffix('ь').unwrap_or(before), "к"]),
        _ => key.push_str(&stem),
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn forms_of_a_word_meet() {
        for (stem, forms) in [
            ("больниц", "больница больницы больницей больницам больницах"),
            ("школ", "школа школы школу школам"),
            ("расход", "расход расходы расходов расходам"),
            ("населен", "население населения населением"),
            ("областн", "областной областного областные"),
            ("счет", "счет счета счетов"),
            ("закупк", "закупка закупки закупок закупкам закупками"),
            ("остановк", "остановка остановки остановок"),
            ("площадк", "площадка площадки площадок"),
            ("постройк", "постройка постройки построек"),
            ("участк", "участок участка участки участков"),
            ("рынк", "рынок рынки рынков"),
            ("срок", "срок срока сроки"),
            ("поиск", "поиск поиска"),
            ("", ""),
        ] {
            for form in forms.split(' ') {
                let mut key = String::new();
                super::stem(form, &mut key);
                assert_eq!(key, stem, "{form}");
            }
        }
    }
}

//! Words that a text is looked through for: whole words, or beginnings of words, one after the other.

/// Words that follow each other, such as `alcohol depend*`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Phrase(Vec<Word>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Word {
    letters: String,
    /// Whether a longer word that begins so is meant too.
    begins: bool,
}

/// A phrase of more words is a slip of the pen.
const WORDS_MAX: usize = 8;
/// Letters that phrases are looked up by.
const KEY_LETTERS: usize = 3;

impl Phrase {
    /// Reads a phrase: words as in a text, each whole, or with `*` at its end where longer words that begin so are
    /// meant too.
    ///
    /// # Errors
    /// Why it is none, in plain words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut words = Vec::new();
        for part in text.split_whitespace() {
            let (part, begins) = part.strip_suffix('*').map_or((part, false), |part| (part, true));
            let mut letters = words_of(part);
            if part.contains('*') || letters.is_empty() {
                return Err(format!("`{text}`: write words, each with `*` at its end or without"));
            }
            let last = letters.pop().unwrap_or_default();
            if begins && last.chars().count() < KEY_LETTERS {
                return Err(format!("`{text}`: before `*` stand at least {KEY_LETTERS} letters"));
            }
            words.extend(letters.into_iter().map(|letters| Word { letters, begins: false }));
            words.push(Word { letters: last, begins });
        }
        if words.is_empty() || words.len() > WORDS_MAX {
            return Err(format!("`{text}`: a phrase has 1 to {WORDS_MAX} words"));
        }
        Ok(Self(words))
    }

    /// What every text that holds it has at the beginning of a word, for finding the phrases that may stand there.
    pub fn key(&self) -> String {
        self.0.first().map(|word| key_of(&word.letters)).unwrap_or_default()
    }

    /// How many words it has.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether it stands in the text's words from this one on.
    pub fn stands_at(&self, words: &[String], at: usize) -> bool {
        let Some(here) = words.get(at..at + self.0.len()) else {
            return false;
        };
        self.0
            .iter()
            .zip(here)
            .all(|(word, found)| *found == word.letters || (word.begins && found.starts_with(word.letters.as_str())))
    }
}

/// The words of a text, in small letters: whatever is neither letter nor digit parts them.
pub(super) fn words_of(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(str::to_lowercase)
        .collect()
}

/// What a word is looked up by.
pub(super) fn key_of(word: &str) -> String {
    word.chars().take(KEY_LETTERS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stands(phrase: &str, text: &str) -> bool {
        let phrase = Phrase::parse(phrase).unwrap();
        let words = words_of(text);
        (0..words.len()).any(|at| phrase.stands_at(&words, at))
    }

    #[test]
    fn whole_words_and_beginnings_are_told_apart() {
        assert!(stands("HIV", "Known HIV-positive"));
        assert!(!stands("HIV", "Shivering"));
        assert!(stands("depend* on opioid*", "Dependence on opioids"));
        assert!(!stands("depend* on opioid*", "Dependent on a stick"));
        assert!(stands("PHQ-9", "phq 9 score"));
        assert!(!stands("abortion", "abortions"));
    }

    #[test]
    fn what_is_no_phrase_is_refused() {
        for text in [
            "",
            "a*b",
            "*",
            "ab*",
            "- -",
            "one two three four five six seven eight nine",
        ] {
            assert!(Phrase::parse(text).is_err(), "{text}");
        }
    }
}

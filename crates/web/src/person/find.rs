//! Reading the search box: an NHS number, or two of birth date, name and postcode, in any order.

use crate::site::form::Problem;
use record::{Date, NhsNumber};

/// The most characters the box takes.
const ASKED_MAX: usize = 200;
/// The most letters of a name needed: shorter ones are not a trait, unless the name is that short (see [`read`]).
const NAME_LETTERS_MIN: usize = 3;
/// The earliest year of birth that is read as one.
const YEAR_MIN: i16 = 1890;

/// What to look for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Search {
    /// A number.
    NhsNumber(NhsNumber),
    /// At least two of the three.
    Traits {
        /// Birth date.
        born: Option<Date>,
        /// Beginnings of names, each of surname or given name; lower case.
        names: Vec<String>,
        /// A whole postcode, without space; upper case.
        postcode: Option<String>,
    },
}

impl Search {
    /// How the search was understood, to show beside the results.
    pub fn in_words(&self) -> Vec<String> {
        match self {
            Search::NhsNumber(number) => vec![format!("NHS number {number}")],
            Search::Traits { born, names, postcode } => {
                let born = born.map(|date| format!("born {}", date.words()));
                let names = names.iter().map(|name| format!("a name beginning “{name}”"));
                let postcode = postcode.as_ref().map(|code| format!("postcode {}", spaced(code)));
                born.into_iter().chain(names).chain(postcode).collect()
            }
        }
    }
}

/// Reads what was typed. Words that are no date, number or postcode are beginnings of names; one of three
/// letters or more makes a trait, and shorter ones ("Li", "O") then count too.
///
/// # Errors
/// One problem of the field `asked`, saying what would make the search possible.
pub fn read(asked: &str) -> Result<Search, Problem> {
    let problem = |words: &str| Err(Problem::new("asked", words));
    if asked.trim().is_empty() {
        return problem("Type an NHS number, or two of: birth date, three letters of a name, postcode");
    }
    if asked.chars().count() > ASKED_MAX {
        return problem("That is too long. Type an NHS number, or two of: birth date, name, postcode");
    }
    let asked = asked.replace([',', ';', '\t', '\n', '\r'], " ");
    let digits = asked.chars().filter(char::is_ascii_digit).count();
    let only_digits = asked.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-'));
    if only_digits && digits == 10 {
        return match NhsNumber::parse(&asked) {
            Some(number) => Ok(Search::NhsNumber(number)),
            None => {
                problem("That is not an NHS number: its last digit does not fit the others. Check it digit by digit")
            }
        };
    }
    let mut words: Vec<&str> = asked.split_whitespace().collect();
    let number = take_nhs_number(&mut words);
    if let Some(number) = number {
        return Ok(Search::NhsNumber(number));
    }
    let born = take_date(&mut words);
    let postcode = take_postcode(&mut words);
    if let Some(left) = words.iter().find(|word| word.chars().any(|c| c.is_ascii_digit())) {
        if outward(&left.to_uppercase()) {
            return Err(Problem::new(
                "asked",
                format!("“{left}” is half a postcode: type all of it"),
            ));
        }
        return match born {
            None => problem(
                "That is not a whole NHS number (10 digits), a birth date such as 4 5 1945 or 4 May 1945, or a postcode",
            ),
            Some(_) => Err(Problem::new(
                "asked",
                format!("“{left}” is not a name or a whole postcode"),
            )),
        };
    }
    let names: Vec<String> = words.iter().filter_map(|word| name(word)).collect();
    let named = names.iter().any(|name| name.chars().count() >= NAME_LETTERS_MIN);
    match (born.is_some(), named, postcode.is_some()) {
        (true, true, _) | (true, _, true) | (_, true, true) => Ok(Search::Traits { born, names, postcode }),
        (true, false, false) if !names.is_empty() => {
            problem("Type at least three letters of the name, or add a postcode")
        }
        (true, false, false) => problem("A birth date alone is not enough. Add three letters of a name, or a postcode"),
        (false, true, false) => problem("A name alone is not enough. Add a birth date, or a postcode"),
        (false, false, true) => problem("A postcode alone is not enough. Add a birth date, or three letters of a name"),
        (false, false, false) => {
            problem("Type an NHS number, or two of: birth date, three letters of a name, postcode")
        }
    }
}

/// A number of ten digits among other words: one word, or three words of 3, 3 and 4 digits.
fn take_nhs_number(words: &mut Vec<&str>) -> Option<NhsNumber> {
    let number = words.iter().find_map(|word| {
        let bare = word.replace('-', "");
        (bare.len() == 10 && !word.contains('/'))
            .then(|| NhsNumber::parse(&bare))
            .flatten()
    });
    number.or_else(|| {
        words.windows(3).find_map(|three| match three {
            [a, b, c] if a.len() == 3 && b.len() == 3 && c.len() == 4 => NhsNumber::parse(&format!("{a}{b}{c}")),
            _ => None,
        })
    })
}

/// A birth date by itself, however it is typed; `None` when there is none, or more than that.
pub(crate) fn birth_date(text: &str) -> Option<Date> {
    let mut words: Vec<&str> = text.split_whitespace().take(4).collect();
    take_date(&mut words).filter(|_| words.is_empty())
}

/// Takes the first birth date out of the words: `4/5/1945`, `04.05.1945`, `1945-05-04`, `04051945`,
/// `4 5 1945`, `4 May 1945`, `4may1945`. Day before month, always.
fn take_date(words: &mut Vec<&str>) -> Option<Date> {
    for at in 0..words.len() {
        if let Some(date) = words.get(at).and_then(|word| date_in_one(word)) {
            words.remove(at);
            return Some(date);
        }
        if let Some([day, month, year]) = words.get(at..at + 3)
            && let Some(date) = date_of(day.trim_end_matches(|c: char| c.is_ascii_alphabetic()), month, year)
        {
            words.drain(at..at + 3);
            return Some(date);
        }
    }
    None
}

fn date_in_one(word: &str) -> Option<Date> {
    let parts: Vec<&str> = word.split(['/', '.', '-']).collect();
    match parts.as_slice() {
        [year, month, day] if year.len() == 4 => date_of(day, month, year),
        [day, month, year] => date_of(day, month, year),
        [one] if one.len() == 8 && one.bytes().all(|b| b.is_ascii_digit()) => {
            date_of(one.get(..2)?, one.get(2..4)?, one.get(4..)?)
        }
        [one] => {
            let letters = one.find(|c: char| c.is_ascii_alphabetic())?;
            let (day, rest) = one.split_at(letters);
            let year = rest.find(|c: char| c.is_ascii_digit())?;
            let (month, year) = rest.split_at(year);
            date_of(day, month, year)
        }
        _ => None,
    }
}

fn date_of(day: &str, month: &str, year: &str) -> Option<Date> {
    const MONTHS: [&str; 12] = [
        "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec",
    ];
    let month = match month.parse::<i8>() {
        Ok(number) => number,
        Err(_) => {
            let short = month.get(..3)?.to_lowercase();
            i8::try_from(MONTHS.iter().position(|name| *name == short)?).ok()? + 1
        }
    };
    let year = year
        .parse::<i16>()
        .ok()
        .filter(|_| year.len() == 4)
        .filter(|year| *year >= YEAR_MIN)?;
    Date::new(year, month, day.parse().ok()?)
}

/// Takes the first whole postcode (`DT1 1XX`, `dt11xx`) out of the words.
fn take_postcode(words: &mut Vec<&str>) -> Option<String> {
    for at in 0..words.len() {
        let word = words.get(at)?.to_uppercase();
        if let Some(next) = words.get(at + 1).map(|next| next.to_uppercase())
            && outward(&word)
            && inward(&next)
        {
            words.drain(at..at + 2);
            return Some(word + &next);
        }
        let split = word.len().saturating_sub(3);
        let whole = word.is_ascii() && word.get(..split).is_some_and(outward) && word.get(split..).is_some_and(inward);
        if whole {
            words.remove(at);
            return Some(word);
        }
    }
    None
}

/// One or two letters, a digit, and perhaps one more digit or letter.
fn outward(text: &str) -> bool {
    let letters = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let rest = text.as_bytes().get(letters..).unwrap_or(&[]);
    let last = rest.get(1).is_none_or(u8::is_ascii_alphanumeric);
    (1..=2).contains(&letters) && (1..=2).contains(&rest.len()) && rest.first().is_some_and(u8::is_ascii_digit) && last
}

/// A digit and two letters.
fn inward(text: &str) -> bool {
    matches!(text.as_bytes(), [a, b, c] if a.is_ascii_digit() && b.is_ascii_uppercase() && c.is_ascii_uppercase())
}

fn spaced(postcode: &str) -> String {
    match postcode
        .len()
        .checked_sub(3)
        .and_then(|at| postcode.split_at_checked(at))
    {
        Some((out, inn)) if outward(out) && inward(inn) => format!("{out} {inn}"),
        _ => postcode.to_owned(),
    }
}

/// A word's letters, lower case; hyphens and apostrophes inside a name stay.
fn name(word: &str) -> Option<String> {
    let kept: String = word
        .chars()
        .filter(|c| c.is_alphabetic() || matches!(c, '-' | '\'' | '’'))
        .collect();
    let kept = kept.trim_matches(['-', '\'', '’']).to_lowercase();
    (!kept.is_empty()).then_some(kept)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(asked: &str, expected: &str) {
        let said = match read(asked) {
            Ok(search) => search.in_words().join("; "),
            Err(problem) => format!("! {}", problem.words),
        };
        assert!(said.starts_with(expected), "{asked:?} gave {said:?}");
    }

    #[test]
    fn an_nhs_number_is_enough() {
        check("9990000026", "NHS number 999 000 0026");
        check(" 999 000 0026 ", "NHS number 999 000 0026");
        check("999-000-0026", "NHS number 999 000 0026");
        check("hammond 999 000 0026", "NHS number 999 000 0026");
        check("9990000027", "! That is not an NHS number");
        check("99900000", "! That is not a whole NHS number");
    }

    #[test]
    fn two_traits_in_any_order_are_enough() {
        let both = "born 4 May 1945; a name beginning “ham”";
        for asked in [
            "4/5/1945 ham",
            "ham 04.05.1945",
            "HAM, 1945-05-04",
            "04051945 Ham",
            "ham 4 5 1945",
            "4 may 1945 ham",
            "ham 4th May 1945",
            "4may1945 ham",
        ] {
            check(asked, both);
        }
        check("dt1 1xx hammond", "a name beginning “hammond”; postcode DT1 1XX");
        check("DT11XX 4/5/1945", "born 4 May 1945; postcode DT1 1XX");
        check("hammond bh8 8aa", "a name beginning “hammond”; postcode BH8 8AA");
        check(
            "o'neill-smith 4/5/1945",
            "born 4 May 1945; a name beginning “o'neill-smith”",
        );
        check(
            "Li Wei 4/5/1945",
            "born 4 May 1945; a name beginning “li”; a name beginning “wei”",
        );
        check("Łukasz 4/5/1945", "born 4 May 1945; a name beginning “łukasz”");
    }

    #[test]
    fn one_trait_is_not_enough_and_is_told_what_to_add() {
        check("", "! Type an NHS number");
        check("hammond", "! A name alone is not enough");
        check("4/5/1945", "! A birth date alone");
        check("4/5/1945 ha", "! Type at least three letters");
        check("BH8 8AA", "! A postcode alone");
        check("31/2/1945 ham", "! That is not a whole NHS number");
        check("5/1945 ham", "! That is not a whole NHS number");
        check("4/5/1945 ham 77", "! “77” is not a name");
        check(&"x".repeat(201), "! That is too long");
        check("hammond bh8", "! “bh8” is half a postcode");
        check("---- ''''", "! Type an NHS number");
    }
}

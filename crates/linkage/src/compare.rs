//! What two records say about one thing, put into one of a few levels from "the same" to "different".
//!
//! Each comparison has its own levels. Level 0 is always "not known in one of them" and is evidence of nothing.

use crate::given_names;
use crate::schema::{Role, Schema};
use crate::similar::{jaro_winkler, one_slip};
use crate::table::{LONG, MISSING, Table};

/// One level of agreement.
#[derive(Debug, Clone, Copy)]
pub struct Level {
    /// Its name in models and pair files.
    pub name: &'static str,
    /// True when both hold one and the same value, so that how common the value is decides what that is worth.
    pub exact: bool,
    /// How often two records of one person are expected to be at this level, before anything was learnt.
    pub same: f64,
    /// How often two people of one household are.
    pub home: f64,
}

const fn level(name: &'static str, same: f64, home: f64) -> Level {
    Level {
        name,
        exact: false,
        same,
        home,
    }
}

const fn exact(name: &'static str, same: f64, home: f64) -> Level {
    Level {
        name,
        exact: true,
        same,
        home,
    }
}

const NOT_KNOWN: Level = level("not known", 1.0, 1.0);

/// A comparison and the columns it reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// Given name, with the surname beside it for names that were swapped.
    Given {
        /// The given name's column.
        given: usize,
        /// The surname's.
        surname: Option<usize>,
    },
    /// Surname, with sex beside it for names that change on marriage, and the given name for names that were swapped.
    Surname {
        /// The surname's column.
        surname: usize,
        /// Sex.
        sex: Option<usize>,
        /// The given name's.
        given: Option<usize>,
    },
    /// Day of birth.
    Birth(usize),
    /// Sex.
    Sex(usize),
    /// Postcode and address as one thing: they move together.
    Home {
        /// The postcode's column.
        postcode: Option<usize>,
        /// The address's.
        address: Option<usize>,
    },
    /// A number that names one person.
    Number(usize),
    /// Telephone number.
    Phone(usize),
    /// E-mail address.
    Email(usize),
    /// Other text.
    Text(usize),
}

const GIVEN: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.80, 0.008),
    level("nickname", 0.06, 0.004),
    level("one slip", 0.07, 0.004),
    level("close", 0.02, 0.02),
    level("part", 0.01, 0.002),
    level("initial", 0.01, 0.01),
    level("swapped", 0.005, 0.0005),
    level("different", 0.025, 0.95),
];
const SURNAME: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.85, 0.80),
    level("one slip", 0.06, 0.03),
    level("close", 0.02, 0.01),
    level("part", 0.01, 0.02),
    level("different, a woman", 0.04, 0.08),
    level("different", 0.02, 0.06),
];
const BIRTH: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.955, 0.01),
    level("one slip", 0.02, 0.01),
    level("day and month swapped", 0.005, 0.001),
    level("stand-in day", 0.008, 0.004),
    level("two parts same", 0.006, 0.01),
    level("different", 0.006, 0.965),
];
const SEX: &[Level] = &[NOT_KNOWN, level("same", 0.993, 0.5), level("different", 0.007, 0.5)];
const HOME: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.74, 0.90),
    exact("same postcode", 0.03, 0.03),
    exact("same postcode, like address", 0.02, 0.02),
    level("one slip", 0.02, 0.02),
    level("same address, other postcode", 0.01, 0.01),
    level("same postcode, other address", 0.005, 0.005),
    level("same sector", 0.01, 0.002),
    level("same town", 0.02, 0.003),
    level("different", 0.145, 0.01),
];
const NUMBER: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.985, 0.002),
    level("one slip", 0.01, 0.0005),
    level("different", 0.005, 0.9975),
];
const PHONE: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.80, 0.25),
    level("one slip", 0.01, 0.002),
    level("different", 0.19, 0.748),
];
const EMAIL: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.80, 0.10),
    level("one slip", 0.02, 0.002),
    level("different", 0.18, 0.898),
];
const TEXT: &[Level] = &[
    NOT_KNOWN,
    exact("same", 0.75, 0.70),
    level("one slip", 0.10, 0.05),
    level("close", 0.05, 0.05),
    level("different", 0.10, 0.20),
];

/// The comparisons that a schema allows.
pub fn comparisons(schema: &Schema) -> Vec<Comparison> {
    let given = schema.first(Role::Given);
    let surname = schema.first(Role::Surname);
    let sex = schema.first(Role::Sex);
    let postcode = schema.first(Role::Postcode);
    let address = schema.first(Role::Address);
    let mut out = Vec::new();
    out.extend(given.map(|given| Comparison::Given { given, surname }));
    out.extend(surname.map(|surname| Comparison::Surname { surname, sex, given }));
    out.extend(schema.first(Role::Birth).map(Comparison::Birth));
    out.extend(sex.map(Comparison::Sex));
    if postcode.is_some() || address.is_some() {
        out.push(Comparison::Home { postcode, address });
    }
    for (at, column) in schema.columns.iter().enumerate() {
        match column.role {
            Role::Number => out.push(Comparison::Number(at)),
            Role::Phone => out.push(Comparison::Phone(at)),
            Role::Email => out.push(Comparison::Email(at)),
            Role::Text => out.push(Comparison::Text(at)),
            _ => {}
        }
    }
    out.truncate(Schema::MOST);
    out
}

impl Comparison {
    /// Its name in models and pair files.
    pub fn name<'a>(&self, schema: &'a Schema) -> &'a str {
        match self {
            Comparison::Home { postcode: Some(at), .. } | Comparison::Home { address: Some(at), .. } => {
                &schema.columns[*at].name
            }
            Comparison::Home { .. } => "home",
            Comparison::Given { given: at, .. }
            | Comparison::Surname { surname: at, .. }
            | Comparison::Birth(at)
            | Comparison::Sex(at)
            | Comparison::Number(at)
            | Comparison::Phone(at)
            | Comparison::Email(at)
            | Comparison::Text(at) => &schema.columns[*at].name,
        }
    }

    /// Its levels; the first is "not known".
    pub fn levels(&self) -> &'static [Level] {
        match self {
            Comparison::Given { .. } => GIVEN,
            Comparison::Surname { .. } => SURNAME,
            Comparison::Birth(_) => BIRTH,
            Comparison::Sex(_) => SEX,
            Comparison::Home { .. } => HOME,
            Comparison::Number(_) => NUMBER,
            Comparison::Phone(_) => PHONE,
            Comparison::Email(_) => EMAIL,
            Comparison::Text(_) => TEXT,
        }
    }

    /// The column whose values tell what agreement at this level is worth, by how common they are.
    pub fn value_column(&self, level: u8) -> Option<usize> {
        match (self, level) {
            (Comparison::Home { postcode: Some(at), .. }, _) => Some(*at),
            (Comparison::Home { address, .. }, _) => *address,
            (Comparison::Given { .. }, 6 | 7) | (Comparison::Surname { .. }, 4) => None,
            (Comparison::Given { given: at, .. }, 1..8)
            | (Comparison::Surname { surname: at, .. }, 1..4)
            | (
                Comparison::Birth(at)
                | Comparison::Number(at)
                | Comparison::Phone(at)
                | Comparison::Email(at)
                | Comparison::Text(at),
                1,
            )
            | (Comparison::Text(at), 2 | 3) => Some(*at),
            _ => None,
        }
    }

    /// The level at which two records of a table stand.
    #[inline]
    pub fn level(&self, table: &Table, a: u32, b: u32) -> u8 {
        match self {
            Comparison::Given { given, surname } => given_level(table, *given, *surname, a, b),
            Comparison::Surname { surname, sex, given } => surname_level(table, *surname, *sex, *given, a, b),
            Comparison::Birth(at) => by_value(table, *at, a, b, birth_level),
            Comparison::Sex(at) => by_value(table, *at, a, b, |_, _| 2),
            Comparison::Home { postcode, address } => home_level(table, *postcode, *address, a, b),
            Comparison::Number(at) | Comparison::Phone(at) => by_value(table, *at, a, b, |x, y| {
                let long = (x | y) & LONG != 0;
                let slip = if long {
                    text_slip(table, *at, a, b)
                } else {
                    packed_slip(x, y)
                };
                if slip { 2 } else { 3 }
            }),
            Comparison::Email(at) => by_value(table, *at, a, b, |_, _| if text_slip(table, *at, a, b) { 2 } else { 3 }),
            Comparison::Text(at) => by_value(table, *at, a, b, |_, _| match () {
                () if text_slip(table, *at, a, b) => 2,
                () if jaro_winkler(table.text(a, *at).as_bytes(), table.text(b, *at).as_bytes()) >= 0.88 => 3,
                () => 4,
            }),
        }
    }
}

#[inline]
fn by_value(table: &Table, at: usize, a: u32, b: u32, unlike: impl Fn(u64, u64) -> u8) -> u8 {
    let (x, y) = (table.cell(a, at), table.cell(b, at));
    if x == 0 || y == 0 {
        0
    } else if x == y {
        1
    } else {
        unlike(x, y)
    }
}

fn text_slip(table: &Table, at: usize, a: u32, b: u32) -> bool {
    one_slip(table.text(a, at).as_bytes(), table.text(b, at).as_bytes())
}

/// [`one_slip`] of two packed texts.
fn packed_slip(x: u64, y: u64) -> bool {
    let length = |v: u64| (64 - v.leading_zeros()).div_ceil(6);
    // Most pairs differ in several places: what is left after the first and last difference tells.
    if length(x) == length(y) {
        let unlike = x ^ y;
        let (first, last) = (unlike.leading_zeros(), unlike.trailing_zeros());
        let (high, low) = ((63 - first) / 6, last / 6);
        if high == low {
            return true;
        }
        let at = |v: u64, place: u32| v >> (6 * place) & 63;
        return high == low + 1 && at(x, high) == at(y, low) && at(x, low) == at(y, high);
    }
    if length(x).abs_diff(length(y)) != 1 {
        return false;
    }
    let (short, long) = if length(x) < length(y) { (x, y) } else { (y, x) };
    (0..length(long)).any(|place| {
        let low = (1u64 << (6 * place)) - 1;
        (long >> (6 * place + 6)) << (6 * place) | (long & low) == short
    })
}

fn is_swapped(table: &Table, given: usize, surname: usize, a: u32, b: u32) -> bool {
    let (ga, sa) = (table.text(a, given), table.text(a, surname));
    let (gb, sb) = (table.text(b, given), table.text(b, surname));
    // Robert Thomas and Thomas Robert are swapped; Thomas Thomas twice is simply the same.
    ga.len() == sb.len() && sa.len() == gb.len() && ga != gb && ga == sb && sa == gb
}

fn given_level(table: &Table, given: usize, surname: Option<usize>, a: u32, b: u32) -> u8 {
    let (x, y) = (table.cell(a, given) as u32, table.cell(b, given) as u32);
    if x == MISSING || y == MISSING {
        return 0;
    }
    if x == y {
        return 1;
    }
    let column = table.column(given);
    if surname.is_some_and(|surname| is_swapped(table, given, surname, a, b)) {
        return 7;
    }
    if given_names::share(&column.values.families(x), &column.values.families(y)) {
        return 2;
    }
    let (x, y) = (column.values.text(x).as_bytes(), column.values.text(y).as_bytes());
    let shorter = x.len().min(y.len());
    if shorter == 1 {
        return if x[0] == y[0] { 6 } else { 8 };
    }
    if shorter > 2 && one_slip(x, y) {
        return 3;
    }
    if shorter > 2 && is_part(x, y) {
        return 5;
    }
    if jaro_winkler(x, y) >= 0.88 { 4 } else { 8 }
}

/// True when the shorter text is one whole word of the longer, as in Mary and Mary Jane, or Lee and Ray Lee.
fn is_part(x: &[u8], y: &[u8]) -> bool {
    let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
    long.contains(&b' ') && long.split(|c| *c == b' ').any(|word| word == short)
}

fn surname_level(table: &Table, surname: usize, sex: Option<usize>, given: Option<usize>, a: u32, b: u32) -> u8 {
    let (x, y) = (table.cell(a, surname) as u32, table.cell(b, surname) as u32);
    if x == MISSING || y == MISSING {
        return 0;
    }
    if x == y {
        return 1;
    }
    let column = table.column(surname);
    let (x, y) = (column.values.text(x).as_bytes(), column.values.text(y).as_bytes());
    if x.len().min(y.len()) > 2 {
        if one_slip(x, y) {
            return 2;
        }
        if is_part(x, y) {
            return 4;
        }
        if jaro_winkler(x, y) >= 0.9 {
            return 3;
        }
    }
    if given.is_some_and(|given| is_swapped(table, given, surname, a, b)) {
        return 0;
    }
    let man = sex.is_some_and(|sex| table.text(a, sex) == "M" || table.text(b, sex) == "M");
    if sex.is_some() && !man { 5 } else { 6 }
}

/// The level of two different days of birth, each the number that its eight digits make.
pub fn birth_level(x: u64, y: u64) -> u8 {
    let parts = |v: u64| (v / 10_000, v / 100 % 100, v % 100);
    let ((year_x, month_x, day_x), (year_y, month_y, day_y)) = (parts(x), parts(y));
    let (year, month, day) = (year_x == year_y, month_x == month_y, day_x == day_y);
    let new_year = |v: u64| v % 10_000 == 101;
    if year && (new_year(x) || new_year(y)) || (year && month && (day_x == 1 || day_y == 1)) {
        return 4;
    }
    if year && month_x == day_y && day_x == month_y {
        return 3;
    }
    // 1989 and 1990 differ in two digits and yet by one.
    let neighbours = (month && day && year_x.abs_diff(year_y) == 1)
        || (year && day && month_x.abs_diff(month_y) == 1)
        || (year && month && day_x.abs_diff(day_y) == 1);
    if neighbours || one_digit(x, y) {
        return 2;
    }
    if u8::from(year) + u8::from(month) + u8::from(day) == 2 {
        5
    } else {
        6
    }
}

/// True when one of eight digits differs, or two neighbours are turned round.
fn one_digit(mut x: u64, mut y: u64) -> bool {
    while x % 10 == y % 10 && x != y {
        (x, y) = (x / 10, y / 10);
    }
    x / 10 == y / 10 || (x / 100 == y / 100 && x / 10 % 10 == y % 10 && x % 10 == y / 10 % 10)
}

fn home_level(table: &Table, postcode: Option<usize>, address: Option<usize>, a: u32, b: u32) -> u8 {
    let cells = |at: Option<usize>| at.map_or((0, 0), |at| (table.cell(a, at), table.cell(b, at)));
    let (pa, pb) = cells(postcode);
    let (aa, ab) = cells(address);
    let both_addresses = aa != 0 && ab != 0;
    let same_address = both_addresses && aa == ab;
    if pa == 0 || pb == 0 {
        return match () {
            () if same_address => 5,
            () if both_addresses && postcode.is_none() => address_alone(table, address, a, b),
            () => 0,
        };
    }
    if pa == pb {
        return match () {
            () if same_address => 1,
            () if !both_addresses => 2,
            () if is_like_address(table, address, a, b) => 3,
            () => 6,
        };
    }
    if (same_address || !both_addresses) && packed_slip(pa, pb) {
        return 4;
    }
    if same_address {
        return 5;
    }
    let inward = |v: u64| if v >> 24 == 0 { 12 } else { 18 };
    if pa >> inward(pa) != pb >> inward(pb) {
        return 9;
    }
    if pa >> (inward(pa) - 6) == pb >> (inward(pb) - 6) {
        7
    } else {
        8
    }
}

/// The outward part of a postcode without space: all but the last three characters; of a short code, all but two.
pub fn outward(code: &str) -> &str {
    let keep = code.len().saturating_sub(if code.len() > 4 { 3 } else { 2 });
    code.get(..keep).unwrap_or("")
}

fn is_like_address(table: &Table, address: Option<usize>, a: u32, b: u32) -> bool {
    let Some(at) = address else { return false };
    let (x, y) = (table.text(a, at).as_bytes(), table.text(b, at).as_bytes());
    let alike = || jaro_winkler(x, y) >= 0.85 || words_within(x, y);
    one_slip(x, y) || (digits(x) == digits(y) && alike()) || contains(x, y)
}

fn address_alone(table: &Table, address: Option<usize>, a: u32, b: u32) -> u8 {
    if is_like_address(table, address, a, b) { 7 } else { 9 }
}

fn digits(text: &[u8]) -> u64 {
    text.iter()
        .filter(|c| c.is_ascii_digit())
        .take(9)
        .fold(0, |n, c| n * 10 + u64::from(c - b'0'))
}

/// True when all words of the shorter address, three at least, stand in the longer in the same order: one sender names
/// the village or the flat and the other does not.
fn words_within(x: &[u8], y: &[u8]) -> bool {
    let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
    let mut rest = long.split(|c| *c == b' ');
    let mut words = short.split(|c| *c == b' ');
    words.clone().count() >= 3 && words.all(|word| rest.any(|other| other == word))
}

fn contains(x: &[u8], y: &[u8]) -> bool {
    let (short, long) = if x.len() < y.len() { (x, y) } else { (y, x) };
    short.len() > 7 && long.windows(short.len()).any(|w| w == short)
}

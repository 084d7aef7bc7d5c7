//! Invents records of people as several senders would hold them, with the truth beside, to measure linkage on.
//!
//! `invent RECORDS SEED PROFILE OUT.csv OUT_truth.csv`; profiles: `ordinary` (errors like those of the development
//! sets, and names as often shared as there), `rough` (twice the typing errors, several in one name, names cut short,
//! more missing), `movers` (half have moved or changed name between senders), `crowded` (as ordinary, but one in five is
//! a Smith, so that whoever is weighed stands among twenty times as many like them). Nobody here is real; numbers are
//! not checked to be free.

#![allow(
    clippy::expect_used,
    clippy::panic,
    reason = "a tool for those who work on the engine: it says where it broke"
)]

use std::io::{BufWriter, Write};

struct Random {
    state: u64,
    /// A few names stand for nearly everybody.
    crowded: bool,
}

impl Random {
    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        linkage::table::mix(self.state, 0x1234_5678_9abc_def1)
    }
    fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next()) * n as u128) >> 64) as usize
    }
    fn chance(&mut self, p: f64) -> bool {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64 <= p
    }
    /// Small numbers are commoner, as names are: of the development sets 1.3 in 100 have the first of all surnames.
    fn skewed(&mut self, n: usize) -> usize {
        let u = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let place = if self.crowded {
            (n as f64 + 1.0).powf(u * u.sqrt()) - 1.0
        } else {
            LEVEL * ((n as f64 / LEVEL + 1.0).powf(u) - 1.0)
        };
        (place as usize).min(n - 1)
    }
}

/// The chance of the name at place r is as 1 / (r + LEVEL): the larger, the less the commonest stand out.
const LEVEL: f64 = 16.0;

#[derive(Clone, Default)]
struct Person {
    given: String,
    other: String,
    surname: String,
    maiden: String,
    birth: (u32, u32, u32),
    woman: bool,
    home: usize,
    number: String,
    phone: String,
}

struct Rates {
    typing: f64,
    twice: f64,
    cut: f64,
    missing: f64,
    moved: f64,
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, records, seed, profile, out, truth] = arguments.as_slice() else {
        panic!("usage: invent RECORDS SEED PROFILE OUT.csv TRUTH.csv")
    };
    let records: usize = records.parse().expect("a number of records");
    let mut random = Random {
        state: seed.parse().expect("a seed"),
        crowded: profile == "crowded",
    };
    let rates = match profile.as_str() {
        "rough" => Rates {
            typing: 0.14,
            twice: 0.25,
            cut: 0.03,
            missing: 0.15,
            moved: 0.2,
        },
        "movers" => Rates {
            typing: 0.05,
            twice: 0.05,
            cut: 0.0,
            missing: 0.06,
            moved: 0.5,
        },
        _ => Rates {
            typing: 0.06,
            twice: 0.02,
            cut: 0.0,
            missing: 0.05,
            moved: 0.1,
        },
    };
    let given = given_names();
    let surnames = surnames();
    let mut written = BufWriter::new(std::fs::File::create(out).expect("a file"));
    let mut told = BufWriter::new(std::fs::File::create(truth).expect("a file"));
    writeln!(
        written,
        "unique_id,source,first_name,surname,dob,sex,postcode,address,nhs_number,phone"
    )
    .expect("writes");
    writeln!(told, "unique_id,cluster,household").expect("writes");
    let mut lines: Vec<(u64, String, usize, usize)> = Vec::with_capacity(records);
    let (mut cluster, mut household) = (0, 0);
    while lines.len() < records {
        let people = family(&mut random, &given, &surnames, records);
        for n in 0..people.len() {
            let copies = 1 + (0..7).take_while(|_| random.chance(0.40)).count();
            for _ in 0..copies {
                let line = line(&mut random, &rates, &people, n, &given, records);
                lines.push((random.next(), line, cluster, household));
            }
            cluster += 1;
        }
        household += 1;
    }
    lines.truncate(records);
    lines.sort_unstable();
    for (id, (_, line, cluster, household)) in lines.iter().enumerate() {
        writeln!(written, "{id},{line}").expect("writes");
        writeln!(told, "{id},{cluster},{household}").expect("writes");
    }
}

fn given_names() -> Vec<Vec<&'static str>> {
    include_str!("../src/nicknames.txt")
        .lines()
        .filter(|l| !l.starts_with('#'))
        .map(|l| l.split(' ').collect())
        .collect()
}

fn surnames() -> Vec<String> {
    let common = "Smith Jones Williams Taylor Davies Brown Evans Wilson Thomas Roberts Johnson Lewis Walker Robinson Wood \
                  Thompson White Watson Jackson Wright Green Harris Cooper King Lee Martin Clarke James Morgan Hughes \
                  Edwards Hill Moore Clark Harrison Scott Young Morris Hall Ward Turner Carter Phillips Mitchell Patel \
                  Adams Campbell Anderson Allen Cook Bailey Parker Miller Davis Murphy Price Bell Baker Griffiths Kelly";
    let mut out: Vec<String> = common.split_whitespace().map(String::from).collect();
    let begin = "Ash Bar Black Brad Brom Bux Cald Cran Dun East Fair Gar Ham Hasel Hather Hol Kel Kirk Lang Lin Marl Nor \
                 Oak Pem Quar Rad Sher Stan Thorn Under Wal Wes Whit Win Wood Yar Zel Mor Tol Pen Tre";
    let end = "bourne bridge brook bury combe cote croft den don field ford ham hurst ing land leigh ley low man mere \
               more ridge sey shaw stead stock ston stone thorpe ton try ville ward water well wick wood worth";
    let both = begin
        .split_whitespace()
        .flat_map(|b| end.split_whitespace().map(move |e| format!("{b}{e}")));
    out.extend(both);
    out
}

fn family(random: &mut Random, given: &[Vec<&str>], surnames: &[String], records: usize) -> Vec<Person> {
    let surname = surnames[random.skewed(surnames.len())].clone();
    let home = random.below((records / 3).max(40));
    let size = [1, 1, 1, 2, 2, 2, 2, 3, 3, 4, 4, 5][random.below(12)];
    let phone = format!("07700{:06}", random.below(1_000_000));
    let year = 1930 + random.below(80) as u32;
    let mut people: Vec<Person> = Vec::new();
    for n in 0..size {
        let mut person = Person {
            given: title(given[random.skewed(given.len())][0]),
            other: title(given[random.skewed(given.len())][0]),
            surname: surname.clone(),
            maiden: surnames[random.skewed(surnames.len())].clone(),
            birth: (
                year + if n < 2 {
                    random.below(6) as u32
                } else {
                    24 + random.below(14) as u32
                },
                1 + random.below(12) as u32,
                1 + random.below(28) as u32,
            ),
            woman: random.chance(0.5),
            home,
            number: format!("999{:07}", random.below(10_000_000)),
            phone: if random.chance(0.3) {
                phone.clone()
            } else {
                format!("07700{:06}", random.below(1_000_000))
            },
        };
        if records > 400_000 {
            // The test range is too small for so many; these are ten digits and nothing more.
            person.number = format!("{:010}", 1_000_000_000 + random.next() % 8_999_999_999);
            person.phone = if person.phone == phone {
                phone.clone()
            } else {
                format!("0{:010}", random.next() % 10_000_000_000)
            };
        }
        if n > 2 && random.chance(0.03) {
            // Twins, whose names are never the same and now and then much alike.
            person.birth = people[n - 1].birth;
            while people.iter().any(|other| other.given == person.given) {
                person.given = title(given[random.skewed(given.len())][0]);
            }
        }
        if n >= 2 && person.birth != people[n - 1].birth && random.chance(0.02) {
            // Named after a parent.
            person.given = people[0].given.clone();
        }
        // Brothers and sisters have names of their own.
        while n > 2 && person.given != people[0].given && people[1..].iter().any(|other| other.given == person.given) {
            person.given = title(given[random.skewed(given.len())][0]);
        }
        people.push(person);
    }
    people
}

fn title(name: &str) -> String {
    name.chars()
        .enumerate()
        .map(|(n, c)| if n == 0 { c } else { c.to_ascii_lowercase() })
        .collect()
}

fn typed(random: &mut Random, rates: &Rates, text: &str) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if !random.chance(rates.typing) || letters.len() < 2 {
        return text.to_string();
    }
    let slips = if random.chance(rates.twice) { 2 } else { 1 };
    for _ in 0..slips {
        let at = random.below(letters.len() - 1);
        let other = char::from(b'a' + random.below(26) as u8);
        match random.below(4) {
            0 => letters.swap(at, at + 1),
            1 => letters.insert(at, other),
            2 => letters[at] = other,
            _ if letters.len() > 2 => drop(letters.remove(at)),
            _ => {}
        }
    }
    if random.chance(rates.cut) {
        letters.truncate(6);
    }
    letters.into_iter().collect()
}

fn line(
    random: &mut Random,
    rates: &Rates,
    family: &[Person],
    n: usize,
    given: &[Vec<&str>],
    records: usize,
) -> String {
    let person = &family[n];
    let source = [
        "gp",
        "gp",
        "gp",
        "acute",
        "acute",
        "community",
        "social",
        "ambulance",
        "mental",
        "vcse",
    ][random.below(10)];
    let (vague, loud) = (
        source == "ambulance" || source == "vcse",
        source == "acute" || source == "ambulance",
    );
    let mut first = person.given.clone();
    if random.chance(0.06)
        && let Some(names) = given.iter().find(|names| title(names[0]) == first)
    {
        first = title(names[random.below(names.len())]);
    } else if random.chance(0.012) {
        first = person.other.clone();
    }
    let mut last = person.surname.clone();
    if person.woman && person.birth.0 < 2005 && random.chance(0.07) {
        last = person.maiden.clone();
    } else if random.chance(0.01) {
        last = format!("{last}-{}", person.maiden);
    }
    let (mut first, mut last) = (typed(random, rates, &first), typed(random, rates, &last));
    if random.chance(0.006) {
        std::mem::swap(&mut first, &mut last);
    }
    if vague && random.chance(0.03) {
        first = ["Unknown", "Baby", ""][random.below(3)].into();
    }
    if loud && random.chance(0.6) {
        (first, last) = (first.to_uppercase(), last.to_uppercase());
    }
    let (mut y, mut m, mut d) = person.birth;
    if random.chance(rates.typing * 0.35) {
        match random.below(5) {
            0 => y += 1,
            1 => y -= 10,
            2 => (m, d) = if d <= 12 { (d, m) } else { (m, d) },
            3 => d = (d % 28) + 1,
            _ => (m, d) = (1, 1),
        }
    }
    let blank = |random: &mut Random, p: f64| random.chance(p);
    let birth = if blank(random, if vague { 0.08 } else { 0.01 }) {
        String::new()
    } else {
        format!("{y}-{m:02}-{d:02}")
    };
    let sex = if blank(random, 0.015) {
        ""
    } else if person.woman != random.chance(0.001) {
        "F"
    } else {
        "M"
    };
    let home = if random.chance(rates.moved) {
        random.below((records / 3).max(40))
    } else {
        person.home
    };
    let (mut postcode, mut address) = home_of(home, records);
    if vague && blank(random, 0.2) || blank(random, rates.missing * 0.3) {
        (postcode, address) = (String::new(), String::new());
    } else if random.chance(0.02) {
        postcode = typed(random, &Rates { typing: 1.0, ..*rates }, &postcode).to_uppercase();
    }
    let mut number = person.number.clone();
    if blank(random, if vague { 0.7 } else { 0.03 }) {
        number.clear();
    } else if random.chance(0.003) {
        let at = 1 + random.below(9);
        number.replace_range(at..=at, &random.below(10).to_string());
    } else if random.chance(0.0012) {
        number = family[random.below(family.len())].number.clone();
    }
    let phone = if blank(random, 0.35) {
        String::new()
    } else {
        person.phone.clone()
    };
    format!("{source},{first},{last},{birth},{sex},{postcode},{address},{number},{phone}")
}

fn home_of(home: usize, records: usize) -> (String, String) {
    let street =
        "Heath Spring Sycamore Harbour Castle York Cedar Station Maple Fern Elm Beech Ivy Quay Sea Portland Glebe";
    let kind = "Way Road Close Lane Court Gardens Crescent Avenue Drive Street";
    let code = home / 7;
    let mut random = Random {
        state: code as u64,
        crowded: false,
    };
    let streets: Vec<&str> = street.split(' ').collect();
    let kinds: Vec<&str> = kind.split(' ').collect();
    let (s, k) = (random.below(streets.len()), random.below(kinds.len()));
    let towns = (records / 10_000).clamp(40, 600);
    let area = ["BH", "DT", "SP", "SO"][code % 4];
    let letter = |n: usize| char::from(b"ABDEFGHJLNPQRSTUWXYZ"[n % 20]);
    let town = code % towns;
    let rest = code / towns;
    let postcode = format!(
        "{area}{} {}{}{}",
        1 + town / 4,
        rest % 9 + 1,
        letter(rest / 9),
        letter(rest / 180)
    );
    (
        postcode,
        format!("{} {} {}", 1 + home % 7 * 2 + random.below(150), streets[s], kinds[k]),
    )
}

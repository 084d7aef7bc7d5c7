//! Prints whole histories, to be read: `cargo run -p synthetic --example history -- PEOPLE SEED AS-OF NUMBER...`. In
//! place of a number, a word of a diagnosis picks the first three people who have it: `Schizophrenia`.

use record::Date;
use synthetic::{Plan, history, truth};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [people, seed, as_of, wanted @ ..] = args.as_slice() else {
        return Err("PEOPLE SEED AS-OF NUMBER...".into());
    };
    let plan = Plan {
        people: people.parse()?,
        seed: seed.parse()?,
        as_of: Date::parse(as_of).ok_or("no such date")?,
    };
    let mut numbers = Vec::new();
    for word in wanted {
        if let Ok(number) = word.parse::<u32>() {
            numbers.push(number);
            continue;
        }
        let has =
            |person: &synthetic::TruePerson| person.conditions.iter().any(|had| had.words.contains(word.as_str()));
        numbers.extend(truth(plan).filter(has).take(3).map(|person| person.number));
    }
    print!("{}", history::pages(plan, &numbers));
    Ok(())
}

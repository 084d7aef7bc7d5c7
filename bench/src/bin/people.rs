//! Writes FHIR resources of invented people, one a line, to standard output:
//! `people --people 800000 [--things 2000] [--questions FILE --ask 2000]`.
//!
//! Each person has one Patient and so many results and problems. Names are spread as names are (a few common, many
//! rare), about ten people share a birth date and forty a postcode in a population of 800,000. With `--questions`
//! a file of searches is written too, a line each: what to type, a tab, and what the answer must hold.

use bench::Dice;
use clap::Parser;
use record::NhsNumber;
use std::fs::File;
use std::io::{BufWriter, Error, Write};

#[derive(Parser)]
struct Arguments {
    /// How many people.
    #[arg(long, default_value_t = 800_000)]
    people: u64,
    /// The first person's number: two files that begin apart share nobody.
    #[arg(long, default_value_t = 0)]
    first: u64,
    /// Results and problems of each.
    #[arg(long, default_value_t = 0)]
    things: u64,
    /// Where searches are written.
    #[arg(long)]
    questions: Option<std::path::PathBuf>,
    /// How many searches.
    #[arg(long, default_value_t = 2_000)]
    ask: u64,
}

/// Beginnings and ends of surnames: 60 times 60 of them.
const SYLLABLES: [&str; 60] = [
    "ash", "barn", "beck", "bon", "brad", "bur", "cal", "car", "clay", "cole", "crow", "dal", "dun", "east", "elm",
    "fair", "fen", "ford", "gar", "glen", "gold", "green", "hal", "ham", "hard", "hay", "hill", "holt", "hurst", "kel",
    "kirk", "lam", "lang", "ley", "lock", "long", "mar", "mead", "mill", "moor", "nor", "oak", "pem", "pool", "ray",
    "red", "ridge", "rose", "rush", "sand", "shaw", "stan", "stoke", "thorn", "ton", "wal", "war", "well", "west",
    "wood",
];
const GIVEN: [&str; 40] = [
    "Ada", "Alan", "Amy", "Arthur", "Beryl", "Brian", "Clara", "Colin", "Daisy", "Derek", "Edith", "Edward", "Elsie",
    "Ernest", "Fay", "Frank", "Grace", "George", "Hazel", "Harold", "Ivy", "Ian", "Joan", "John", "Kate", "Keith",
    "Lily", "Leonard", "Mabel", "Martin", "Nora", "Neil", "Olive", "Oscar", "Pearl", "Peter", "Rose", "Robert",
    "Sylvia", "Stanley",
];

/// One invented person; all of it follows from their number.
struct Person {
    number: u64,
    nhs_number: NhsNumber,
    family: String,
    given: &'static str,
    female: bool,
    born: (u64, u64, u64),
    postcode: String,
    house: u64,
}

impl Person {
    /// `None` for about one number in eleven, whose NHS number would have no valid check digit.
    fn invent(number: u64) -> Option<Self> {
        let nhs_number = NhsNumber::with_prefix(999_000_000 + number)?;
        let mut dice = Dice(number + 1);
        // Squaring an even share makes some names common and most rare.
        let mut often = |count: usize| {
            let share = dice.below(1 << 20) as f64 / f64::from(1 << 20);
            ((share * share * count as f64) as usize).min(count - 1)
        };
        let (begins, ends, given) = (often(60), often(60), often(40));
        let mut family = format!("{}{}", SYLLABLES[begins], SYLLABLES[ends]);
        family[..1].make_ascii_uppercase();
        let postcode = format!(
            "{}{} {}{}{}",
            ["BH", "DT", "SP"][dice.below(3) as usize],
            1 + dice.below(20),
            dice.below(10),
            char::from(b'A' + dice.below(8) as u8),
            char::from(b'A' + dice.below(4) as u8),
        );
        Some(Self {
            number,
            nhs_number,
            family,
            given: GIVEN[given],
            female: given.is_multiple_of(2),
            born: (1925 + dice.below(100), 1 + dice.below(12), 1 + dice.below(28)),
            postcode,
            house: 1 + dice.below(200),
        })
    }

    fn birth_date(&self) -> String {
        let (year, month, day) = self.born;
        format!("{year}-{month:02}-{day:02}")
    }

    fn patient(&self) -> String {
        format!(
            r#"{{"resourceType":"Patient","id":"person-{}","meta":{{"profile":["https://fhir.hl7.org.uk/StructureDefinition/UKCore-Patient"],"lastUpdated":"2025-06-01T09:00:00Z"}},"identifier":[{{"extension":[{{"url":"https://fhir.hl7.org.uk/StructureDefinition/Extension-UKCore-NHSNumberVerificationStatus","valueCodeableConcept":{{"coding":[{{"system":"https://fhir.hl7.org.uk/CodeSystem/UKCore-NHSNumberVerificationStatusEngland","code":"01","display":"Number present and verified"}}]}}}}],"system":"https://fhir.nhs.uk/Id/nhs-number","value":"{}"}}],"name":[{{"use":"official","family":"{}","given":["{}"]}}],"telecom":[{{"system":"phone","value":"01632 960{:03}","use":"home"}}],"gender":"{}","birthDate":"{}","address":[{{"use":"home","line":["{} Example Street"],"city":"Poole","postalCode":"{}"}}],"generalPractitioner":[{{"identifier":{{"system":"https://fhir.nhs.uk/Id/ods-organization-code","value":"DEMO-GP01"}}}}]}}"#,
            self.number,
            self.nhs_number.digits(),
            self.family,
            self.given,
            self.number % 1_000,
            if self.female { "female" } else { "male" },
            self.birth_date(),
            self.house,
            self.postcode,
        )
    }

    /// What someone types who looks for this person, by one of three ways.
    fn question(&self, way: u64) -> String {
        match way % 3 {
            0 => format!("{} {}", self.birth_date(), &self.family[..3]),
            1 => self.nhs_number.digits(),
            _ => format!("{} {}", self.postcode, self.family),
        }
    }

    /// The nth thing known of them: every fifth a problem.
    fn thing(&self, n: u64) -> String {
        let mut dice = Dice(self.number * 1_000_003 + n);
        let (year, month, day) = (2006 + dice.below(20), 1 + dice.below(12), 1 + dice.below(28));
        let subject = format!(r#""subject":{{"reference":"Patient/person-{}"}}"#, self.number);
        if n.is_multiple_of(5) {
            let (code, words) = PROBLEMS[dice.below(PROBLEMS.len() as u64) as usize];
            return format!(
                r#"{{"resourceType":"Condition","id":"p{}-c{n}","meta":{{"lastUpdated":"2025-06-02T09:00:00Z"}},"clinicalStatus":{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-clinical","code":"active"}}]}},"category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/condition-category","code":"encounter-diagnosis"}}]}}],"code":{{"coding":[{{"system":"http://snomed.info/sct","code":"{code}","display":"{words}"}}],"text":"{words}"}},{subject},"onsetDateTime":"{year}-{month:02}-{day:02}","note":[{{"text":"Noted at visit {} by the practice nurse."}}]}}"#,
                self.number,
                dice.below(900)
            );
        }
        let (code, words, unit, least) = RESULTS[dice.below(RESULTS.len() as u64) as usize];
        format!(
            r#"{{"resourceType":"Observation","id":"p{}-o{n}","meta":{{"lastUpdated":"2025-06-02T09:00:00Z"}},"status":"final","category":[{{"coding":[{{"system":"http://terminology.hl7.org/CodeSystem/observation-category","code":"laboratory"}}]}}],"code":{{"coding":[{{"system":"http://loinc.org","code":"{code}","display":"{words}"}}],"text":"{words}"}},{subject},"encounter":{{"reference":"Encounter/p{}-e{}"}},"effectiveDateTime":"{year}-{month:02}-{day:02}T{:02}:{:02}:00Z","issued":"{year}-{month:02}-{day:02}T20:00:00Z","performer":[{{"display":"Dr Example {}"}}],"valueQuantity":{{"value":{}.{},"unit":"{unit}","system":"http://unitsofmeasure.org","code":"{unit}"}},"referenceRange":[{{"text":"as the laboratory gives it"}}]}}"#,
            self.number,
            self.number,
            n / 12,
            dice.below(24),
            dice.below(60),
            dice.below(50),
            least + dice.below(10),
            dice.below(10),
        )
    }
}

const PROBLEMS: [(&str, &str); 6] = [
    ("38341003", "Hypertensive disorder"),
    ("44054006", "Diabetes mellitus type 2"),
    ("195967001", "Asthma"),
    ("13645005", "Chronic obstructive lung disease"),
    ("49436004", "Atrial fibrillation"),
    ("396275006", "Osteoarthritis"),
];
const RESULTS: [(&str, &str, &str, u64); 8] = [
    ("8480-6", "Systolic blood pressure", "mm[Hg]", 100),
    ("8867-4", "Heart rate", "/min", 60),
    ("29463-7", "Body weight", "kg", 55),
    ("2708-6", "Oxygen saturation", "%", 90),
    ("2160-0", "Creatinine", "umol/L", 70),
    ("718-7", "Haemoglobin", "g/L", 120),
    ("4548-4", "Haemoglobin A1c", "mmol/mol", 38),
    ("2093-3", "Cholesterol", "mmol/L", 4),
];

fn main() -> Result<(), Error> {
    let arguments = Arguments::parse();
    let numbers = arguments.first..;
    let everyone = || {
        numbers
            .clone()
            .filter_map(Person::invent)
            .take(arguments.people as usize)
    };
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    for person in everyone() {
        writeln!(out, "{}", person.patient())?;
        for n in 0..arguments.things {
            writeln!(out, "{}", person.thing(n))?;
        }
    }
    out.flush()?;
    if let Some(path) = &arguments.questions {
        let mut questions = BufWriter::new(File::create(path)?);
        let step = (arguments.people / arguments.ask.max(1)).max(1);
        let mut asked: Vec<Person> = everyone().step_by(step as usize).take(arguments.ask as usize).collect();
        // Neighbours in the file are neighbours in the store: asked in a row they would warm each other.
        Dice(7).shuffle(&mut asked);
        for (way, person) in (0u64..).zip(&asked) {
            writeln!(questions, "{}\t{}", person.question(way), person.nhs_number)?;
        }
        questions.flush()?;
    }
    Ok(())
}

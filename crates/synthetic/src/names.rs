//! Names by sex and time of birth, so that an Ethel is old and an Arlo young. Commonest first: earlier names
//! are drawn more often.

use crate::county::Part;
use crate::random::Rng;
use record::Sex;

const SURNAMES: &[&str] = &[
    "Smith",
    "Jones",
    "Taylor",
    "Brown",
    "Williams",
    "Wilson",
    "White",
    "Davies",
    "Green",
    "Martin",
    "Hall",
    "Clarke",
    "Cooper",
    "Hill",
    "Baker",
    "Carter",
    "Phillips",
    "Harris",
    "King",
    "Turner",
    "Parker",
    "Cox",
    "Bennett",
    "Legg",
    "Hansford",
    "Loveless",
    "Samways",
    "Stickland",
    "Guppy",
    "Gale",
    "Toms",
    "Crabb",
    "Vincent",
    "Hawkins",
    "Pitman",
    "Symonds",
    "Galpin",
    "Meech",
    "Chubb",
    "Bartlett",
    "Foot",
    "Barnes",
    "Trevett",
    "Dunford",
    "Ridout",
    "Stone",
    "Old",
    "Cake",
    "Lush",
    "Roper",
    "Squibb",
    "Burt",
    "Norman",
    "Trim",
    "Fry",
    "Hallett",
    "Gollop",
    "Wallis",
    "Marsh",
    "Kellaway",
    "Northover",
    "Biles",
    "Rawles",
    "Antell",
    "Christopher",
    "Dibben",
    "Elford",
    "Hooper",
    "Ingram",
    "Jeans",
    "Kingman",
    "Lovell",
    "Maidment",
    "Notley",
    "Orchard",
    "Pearce",
    "Read",
    "Sansom",
    "Tizzard",
    "Upshall",
    "Vine",
    "Wareham",
    "Young",
    "Bishop",
    "Collins",
    "Dean",
    "Ellis",
    "Ford",
    "Gibson",
    "Hughes",
    "Kelly",
    "Lewis",
    "Moore",
    "Owen",
    "Price",
    "Roberts",
    "Shaw",
    "Thomas",
    "Walsh",
    "O'Brien",
    "Fraser-Hunt",
    "St John",
];

const WOMEN: [&[&str]; 7] = [
    &[
        "Joan", "Doris", "Margaret", "Kathleen", "Betty", "Joyce", "Dorothy", "Edna", "Vera", "Hilda", "Phyllis",
        "Winifred", "Mary", "Eileen", "Peggy", "Audrey", "Muriel", "Gladys",
    ],
    &[
        "Margaret",
        "Jean",
        "Sheila",
        "Patricia",
        "Barbara",
        "Maureen",
        "Shirley",
        "Pamela",
        "Brenda",
        "Ann",
        "Beryl",
        "Pauline",
        "Valerie",
        "June",
        "Janet",
        "Doreen",
        "Christine",
        "Rita",
        "Judith",
        "Marion",
    ],
    &[
        "Susan",
        "Linda",
        "Christine",
        "Carol",
        "Jennifer",
        "Gillian",
        "Jacqueline",
        "Janet",
        "Lesley",
        "Sandra",
        "Elizabeth",
        "Marilyn",
        "Rosemary",
        "Hilary",
        "Diane",
        "Sally",
        "Julie",
        "Angela",
        "Helen",
        "Penelope",
    ],
    &[
        "Karen", "Tracey", "Deborah", "Julie", "Sharon", "Alison", "Jane", "Nicola", "Joanne", "Sarah", "Lisa",
        "Claire", "Paula", "Amanda", "Michelle", "Samantha", "Rachel", "Louise", "Fiona", "Dawn",
    ],
    &[
        "Sarah",
        "Emma",
        "Laura",
        "Gemma",
        "Rebecca",
        "Claire",
        "Victoria",
        "Kelly",
        "Stephanie",
        "Natalie",
        "Amy",
        "Hayley",
        "Katie",
        "Danielle",
        "Charlotte",
        "Lucy",
        "Hannah",
        "Kirsty",
    ],
    &[
        "Chloe",
        "Emily",
        "Jessica",
        "Megan",
        "Sophie",
        "Bethany",
        "Lauren",
        "Olivia",
        "Charlotte",
        "Georgia",
        "Ellie",
        "Molly",
        "Eleanor",
        "Abigail",
        "Holly",
        "Shannon",
        "Jasmine",
    ],
    &[
        "Olivia", "Isla", "Amelia", "Ava", "Lily", "Freya", "Poppy", "Florence", "Ivy", "Willow", "Evie", "Rosie",
        "Elsie", "Matilda", "Daisy", "Maeve", "Aisha", "Zofia",
    ],
];

const MEN: [&[&str]; 7] = [
    &[
        "Ronald",
        "William",
        "Albert",
        "Frederick",
        "Arthur",
        "Stanley",
        "Leslie",
        "Reginald",
        "Harold",
        "Ernest",
        "Cyril",
        "George",
        "Jack",
        "Sidney",
        "Herbert",
        "Norman",
        "Victor",
    ],
    &[
        "John", "Peter", "Brian", "Derek", "Kenneth", "Dennis", "Raymond", "Roy", "Gordon", "Donald", "Keith",
        "Terence", "Michael", "Anthony", "Geoffrey", "Barry", "Colin", "Roger", "Trevor", "Maurice",
    ],
    &[
        "David",
        "Alan",
        "Michael",
        "Stephen",
        "Robert",
        "Graham",
        "Philip",
        "Christopher",
        "Martin",
        "Ian",
        "Nigel",
        "Clive",
        "Malcolm",
        "Roger",
        "Trevor",
        "Paul",
        "Richard",
        "Kevin",
        "Adrian",
        "Stuart",
    ],
    &[
        "Andrew", "Mark", "Paul", "Simon", "Gary", "Neil", "Darren", "Jason", "Lee", "Steven", "Jonathan", "Wayne",
        "Craig", "Matthew", "Tim", "Justin", "Dean", "Robert",
    ],
    &[
        "Christopher",
        "James",
        "Daniel",
        "Matthew",
        "Michael",
        "Thomas",
        "Adam",
        "Ben",
        "Luke",
        "Ryan",
        "Lewis",
        "Ashley",
        "Gareth",
        "Karl",
        "Stuart",
        "Liam",
        "Robert",
    ],
    &[
        "Jack",
        "Thomas",
        "Joshua",
        "Daniel",
        "Callum",
        "Connor",
        "Jordan",
        "Harry",
        "George",
        "Alexander",
        "Jake",
        "Kieran",
        "Samuel",
        "Charlie",
        "Oliver",
        "Nathan",
        "Reece",
    ],
    &[
        "Oliver", "Noah", "Arthur", "George", "Harry", "Leo", "Oscar", "Archie", "Freddie", "Theo", "Finley", "Alfie",
        "Arlo", "Jude", "Rory", "Otis", "Mohammed", "Jakub",
    ],
];

const MIDDLE_WOMEN: &[&str] = &[
    "Anne",
    "Elizabeth",
    "Mary",
    "Jane",
    "Rose",
    "Louise",
    "Grace",
    "May",
    "Ruth",
    "Eve",
];
const MIDDLE_MEN: &[&str] = &[
    "John", "James", "William", "Edward", "Thomas", "Charles", "David", "Lee", "Robert",
];

/// Short forms that senders write instead of the full name.
const SHORT: &[(&str, &str)] = &[
    ("Margaret", "Peggy"),
    ("Elizabeth", "Liz"),
    ("Patricia", "Pat"),
    ("Susan", "Sue"),
    ("Christine", "Chris"),
    ("Deborah", "Debbie"),
    ("Jennifer", "Jenny"),
    ("Rebecca", "Becky"),
    ("Victoria", "Vicky"),
    ("Katie", "Kate"),
    ("William", "Bill"),
    ("Robert", "Bob"),
    ("Michael", "Mike"),
    ("David", "Dave"),
    ("Anthony", "Tony"),
    ("Ronald", "Ron"),
    ("Kenneth", "Ken"),
    ("Christopher", "Chris"),
    ("Andrew", "Andy"),
    ("Matthew", "Matt"),
    ("Thomas", "Tom"),
    ("Samuel", "Sam"),
    ("Joshua", "Josh"),
    ("Frederick", "Fred"),
    ("Alexander", "Alex"),
    ("Stephen", "Steve"),
    ("James", "Jim"),
    ("Geoffrey", "Geoff"),
    ("Charlotte", "Lottie"),
    ("Jacqueline", "Jackie"),
    ("Pamela", "Pam"),
    ("Gillian", "Gill"),
    ("Kathleen", "Kath"),
    ("Samantha", "Sam"),
    ("Daniel", "Dan"),
    ("Benjamin", "Ben"),
    ("Reginald", "Reg"),
    ("Sandra", "Sandy"),
    ("Joan", "Joanie"),
];

/// Groups with their own names: (ethnic category code and words, language code and words, share born abroad
/// who need an interpreter, surnames, women, men).
pub struct Community {
    /// NHS ethnic category.
    pub ethnicity: (&'static str, &'static str),
    /// Main language, BCP 47 and words.
    pub language: (&'static str, &'static str),
    /// Chance that an adult needs an interpreter.
    pub interpreter: f64,
    surnames: &'static [&'static str],
    women: &'static [&'static str],
    men: &'static [&'static str],
}

/// Communities besides the largest, in order of their chance (per thousand households) in the table of
/// [`community`].
pub static COMMUNITIES: [Community; 9] = [
    Community {
        ethnicity: ("C", "Any other White background"),
        language: ("pl", "Polish"),
        interpreter: 0.25,
        surnames: &["Kowalska", "Nowak", "Zielinski", "Wojcik", "Mazur", "Krawczyk"],
        women: &["Agnieszka", "Katarzyna", "Magdalena", "Joanna", "Zofia"],
        men: &["Piotr", "Tomasz", "Marek", "Krzysztof", "Jakub"],
    },
    Community {
        ethnicity: ("C", "Any other White background"),
        language: ("pt", "Portuguese"),
        interpreter: 0.2,
        surnames: &["Silva", "Ferreira", "Santos", "Carvalho"],
        women: &["Ana", "Maria", "Beatriz", "Carla"],
        men: &["João", "Rui", "Pedro", "Tiago"],
    },
    Community {
        ethnicity: ("H", "Indian"),
        language: ("ml", "Malayalam"),
        interpreter: 0.1,
        surnames: &["Thomas", "Nair", "Varghese", "Kurian", "Menon"],
        women: &["Anju", "Priya", "Sheeba", "Leela"],
        men: &["Biju", "Arun", "Sajan", "Manoj"],
    },
    Community {
        ethnicity: ("K", "Bangladeshi"),
        language: ("bn", "Bengali"),
        interpreter: 0.35,
        surnames: &["Begum", "Rahman", "Hussain", "Miah"],
        women: &["Fatima", "Nasima", "Rehana", "Shirin"],
        men: &["Abdul", "Kamal", "Rafiq", "Imran"],
    },
    Community {
        ethnicity: ("N", "African"),
        language: ("en", "English"),
        interpreter: 0.0,
        surnames: &["Okafor", "Adeyemi", "Moyo", "Mensah"],
        women: &["Grace", "Ngozi", "Blessing", "Tendai"],
        men: &["Emmanuel", "Chidi", "Kwame", "Tafara"],
    },
    Community {
        ethnicity: ("F", "White and Asian"),
        language: ("en", "English"),
        interpreter: 0.0,
        surnames: &["Chandler", "Lim", "Harris", "Khan"],
        women: &["Maya", "Leila", "Jasmine", "Anita"],
        men: &["Adam", "Kiran", "Joseph", "Sami"],
    },
    Community {
        ethnicity: ("R", "Chinese"),
        language: ("yue", "Cantonese"),
        interpreter: 0.2,
        surnames: &["Chan", "Wong", "Leung", "Cheung", "Lau", "Ho"],
        women: &["Wing", "Ka Yan", "Mei", "Suk Yin", "Janice"],
        men: &["Chi Wai", "Kin", "Ka Ho", "Ming", "Jason"],
    },
    Community {
        ethnicity: ("L", "Any other Asian background"),
        language: ("tl", "Tagalog"),
        interpreter: 0.05,
        surnames: &["Reyes", "Cruz", "Bautista", "Garcia", "Ramos"],
        women: &["Maricel", "Rowena", "Jocelyn", "Liza", "Angelica"],
        men: &["Jerome", "Rodel", "Marvin", "Angelo", "Jun"],
    },
    Community {
        ethnicity: ("S", "Any other ethnic group"),
        language: ("ar", "Arabic"),
        interpreter: 0.3,
        surnames: &["Haddad", "Khalil", "Mansour", "Saleh", "Nasser"],
        women: &["Layla", "Amina", "Huda", "Rania", "Samira"],
        men: &["Omar", "Yusuf", "Karim", "Hassan", "Tariq"],
    },
];

/// The community of a household by the place's ethnic groups and a number from 0 to 1; `None` for the largest (White
/// British, English).
pub fn community(part: &Part, unit: f64, rng: &mut Rng) -> Option<&'static Community> {
    let [asian, black, mixed, _, other] = part.ethnicity;
    // Of those whose main language is not English, most who are White come from elsewhere in Europe.
    let european = (part.other_language * 1.25 - 0.6 * asian - 0.5 * other).max(0.2 * part.other_language);
    let mut left = unit;
    for (share, from) in [
        (european, &[0usize, 0, 1][..]),
        (asian, &[2, 2, 3, 6, 7]),
        (black, &[4]),
        (mixed, &[5]),
        (other, &[8]),
    ] {
        left -= share;
        if left < 0.0 {
            return Some(&COMMUNITIES[rng.pick(from)]);
        }
    }
    None
}

/// A family's surname.
pub fn surname(community: Option<&'static Community>, rng: &mut Rng) -> &'static str {
    early(community.map_or(SURNAMES, |c| c.surnames), rng)
}

/// A given name for someone of this sex born in this year.
pub fn given(community: Option<&'static Community>, sex: Sex, year: i32, rng: &mut Rng) -> &'static str {
    let era = match year {
        ..1935 => 0,
        1935..1948 => 1,
        1948..1962 => 2,
        1962..1977 => 3,
        1977..1992 => 4,
        1992..2008 => 5,
        _ => 6,
    };
    let female = sex == Sex::Female;
    let from = match community {
        Some(c) if female => c.women,
        Some(c) => c.men,
        None if female => WOMEN[era],
        None => MEN[era],
    };
    early(from, rng)
}

/// A second given name, or none.
pub fn middle(sex: Sex, rng: &mut Rng) -> &'static str {
    match rng.unit() {
        x if x < 0.35 => "",
        _ if sex == Sex::Female => rng.pick(MIDDLE_WOMEN),
        _ => rng.pick(MIDDLE_MEN),
    }
}

/// The short form of a given name, when it has one.
pub fn short(given: &str) -> Option<&'static str> {
    SHORT.iter().find(|(long, _)| *long == given).map(|(_, short)| *short)
}

/// One of these, the earlier ones more often.
fn early(from: &'static [&'static str], rng: &mut Rng) -> &'static str {
    let draw = rng.unit();
    let at = ((0.55 * draw + 0.45 * draw * draw) * from.len() as f64) as usize;
    from[at.min(from.len() - 1)]
}

/// A name as a hurried hand types it: two neighbouring letters the wrong way round, or one left out.
pub fn mistyped(name: &str, rng: &mut Rng) -> String {
    let mut letters: Vec<char> = name.chars().collect();
    if letters.len() < 4 {
        return name.to_owned();
    }
    let at = usize::try_from(rng.range(1, i32::try_from(letters.len()).unwrap_or(4) - 3)).unwrap_or(1);
    if rng.chance(0.6) {
        letters.swap(at, at + 1);
    } else {
        letters.remove(at);
    }
    letters.into_iter().collect()
}

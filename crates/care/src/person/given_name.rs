//! Whether two given names can be one person's (SAFETY 1: "given name and sex do not contradict").
//!
//! This is stricter than what `linkage` makes of names, and on purpose apart from it: here one letter joins or parts two
//! people by number alone, with nothing weighed, so the list of short forms is small and no slip is forgiven.

/// What two given names say about being one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GivenNames {
    /// They can be one person's: equal, an initial, a known short form, or the other's middle name.
    Agree,
    /// At least one was not given.
    Missing,
    /// At least one is a stand-in (Baby, Infant, Twin 1): it is no evidence either way.
    Placeholder,
    /// They are two people's, or too unlike to say. One letter's difference counts as contradiction here:
    /// twins are often named so.
    Contradict,
}

const PLACEHOLDERS: &[&str] = &[
    "BABY", "BABE", "INFANT", "NEWBORN", "TWIN", "TRIPLET", "BOY", "GIRL", "MALE", "FEMALE", "UNKNOWN", "UNNAMED",
    "NOTKNOWN", "MR", "MRS", "MISS", "MS", "MASTER", "SON", "DAUGHTER", "ONE", "TWO", "THREE", "FIRST", "SECOND",
    "XXX", "TBC", "NONAME", "BABYBOY", "BABYGIRL", "BABYONE", "BABYTWO",
];

/// Short forms in common English use, each line one family of names.
const SHORT_FORMS: &[&[&str]] = &[
    &["ALBERT", "AL", "BERT", "BERTIE"],
    &["ALEXANDER", "ALEX", "SANDY", "XANDER", "ALEXANDRA", "ALEC"],
    &["ALFRED", "ALF", "ALFIE", "FRED"],
    &["ANDREW", "ANDY", "DREW"],
    &["ANTHONY", "TONY", "ANTONY"],
    &["ARTHUR", "ART", "ARTIE"],
    &["BARBARA", "BARB", "BABS"],
    &["BENJAMIN", "BEN", "BENNY", "BENJI"],
    &[
        "CATHERINE",
        "KATHERINE",
        "KATHRYN",
        "CATH",
        "CATHY",
        "KATE",
        "KATIE",
        "KATHY",
        "KAY",
        "KITTY",
    ],
    &["CHARLES", "CHARLIE", "CHAS", "CHUCK"],
    &["CHARLOTTE", "LOTTIE", "CHARLIE"],
    &["CHRISTINE", "CHRISTINA", "CHRIS", "CHRISSIE", "TINA"],
    &["CHRISTOPHER", "CHRIS", "KIT"],
    &["DANIEL", "DAN", "DANNY"],
    &["DAVID", "DAVE", "DAVY"],
    &["DEBORAH", "DEBRA", "DEB", "DEBBIE"],
    &["DENNIS", "DEN", "DENIS"],
    &["DONALD", "DON", "DONNIE"],
    &["DOROTHY", "DOT", "DOTTIE", "DOLLY"],
    &["DOUGLAS", "DOUG"],
    &["EDWARD", "ED", "EDDIE", "NED", "TED", "TEDDY"],
    &["ELEANOR", "ELLIE", "NELL", "NORA"],
    &[
        "ELIZABETH",
        "ELISABETH",
        "LIZ",
        "LIZZIE",
        "BETH",
        "BETTY",
        "BESS",
        "ELIZA",
        "LIBBY",
        "ELSIE",
        "LISA",
    ],
    &["EMILY", "EM", "EMMIE"],
    &["FLORENCE", "FLO", "FLOSSIE", "FLORRIE"],
    &["FRANCES", "FRAN", "FRANNY", "FANNY"],
    &["FRANCIS", "FRANK", "FRANKIE"],
    &["FREDERICK", "FRED", "FREDDIE", "FREDDY"],
    &["GEOFFREY", "GEOFF", "JEFF", "JEFFREY"],
    &["GERALD", "GERRY", "JERRY"],
    &["GILLIAN", "GILL", "JILL"],
    &["GREGORY", "GREG"],
    &["HAROLD", "HARRY", "HAL"],
    &["HENRY", "HARRY", "HAL"],
    &["IRENE", "RENE", "RENIE"],
    &["ISABEL", "ISABELLA", "BELLA", "IZZY", "ISOBEL", "BELLE"],
    &["JACOB", "JAKE"],
    &["JACQUELINE", "JACKIE", "JACQUI"],
    &["JAMES", "JIM", "JIMMY", "JAMIE"],
    &["JANET", "JAN"],
    &["JENNIFER", "JEN", "JENNY"],
    &["JESSICA", "JESS", "JESSIE"],
    &["JOANNA", "JOANNE", "JO"],
    &["JOHN", "JACK", "JOHNNY", "JON"],
    &["JONATHAN", "JON", "JONNY"],
    &["JOSEPH", "JOE", "JOEY"],
    &["JOSEPHINE", "JO", "JOSIE"],
    &["JOSHUA", "JOSH"],
    &["JUDITH", "JUDY", "JUDE"],
    &["KENNETH", "KEN", "KENNY"],
    &["LAWRENCE", "LAURENCE", "LARRY", "LAURIE"],
    &["LEONARD", "LEN", "LENNY", "LEO"],
    &["LESLEY", "LESLIE", "LES"],
    &["LILIAN", "LILLIAN", "LILY", "LIL"],
    &["LOUISE", "LOU"],
    &[
        "MARGARET", "MAGGIE", "MEG", "PEG", "PEGGY", "MADGE", "MARGE", "RITA", "GRETA",
    ],
    &["MARY", "MOLLY", "POLLY", "MAY"],
    &["MATTHEW", "MATT", "MATTY"],
    &["MICHAEL", "MIKE", "MICK", "MICKEY"],
    &["NICHOLAS", "NICK", "NICKY", "NICOLAS"],
    &["NICOLA", "NICKY", "NIKKI"],
    &["OLIVER", "OLLIE"],
    &["OLIVIA", "LIV", "LIVVY"],
    &["PAMELA", "PAM"],
    &["PATRICIA", "PAT", "PATSY", "TRISH", "TRICIA"],
    &["PATRICK", "PAT", "PADDY"],
    &["PETER", "PETE"],
    &["PHILIP", "PHILLIP", "PHIL"],
    &["RAYMOND", "RAY"],
    &["REBECCA", "BECKY", "BECCA"],
    &["REGINALD", "REG", "REGGIE"],
    &["RICHARD", "RICK", "RICKY", "DICK", "RICH"],
    &["ROBERT", "ROB", "ROBBIE", "BOB", "BOBBY", "BERT"],
    &["ROGER", "RODGE"],
    &["RONALD", "RON", "RONNIE"],
    &["ROSEMARY", "ROSE", "ROSIE"],
    &["SAMANTHA", "SAM", "SAMMY"],
    &["SAMUEL", "SAM", "SAMMY"],
    &["SANDRA", "SANDY"],
    &["SARAH", "SARA", "SALLY"],
    &["SHEILA", "SHE"],
    &["STANLEY", "STAN"],
    &["STEPHEN", "STEVEN", "STEVE"],
    &["SUSAN", "SUE", "SUSIE", "SUZANNE", "SUSANNAH"],
    &["SYDNEY", "SIDNEY", "SID"],
    &["TERENCE", "TERRENCE", "TERRY"],
    &["THERESA", "TERESA", "TERRY", "TESS", "TESSA"],
    &["THOMAS", "TOM", "TOMMY"],
    &["TIMOTHY", "TIM"],
    &["VALERIE", "VAL"],
    &["VERONICA", "RONNIE"],
    &["VICTORIA", "VICKY", "VIC", "TORI"],
    &["VINCENT", "VINCE", "VIN"],
    &["VIRGINIA", "GINNY"],
    &["WALTER", "WALT", "WALLY"],
    &["WILLIAM", "WILL", "BILL", "BILLY", "WILLIE", "LIAM"],
    &["WINIFRED", "WIN", "WINNIE", "FREDA"],
    &["ZACHARY", "ZAC", "ZACK"],
];

/// Compares the given names of two records, as written.
pub fn compare(a: &str, b: &str) -> GivenNames {
    let (left, right) = (tokens(a), tokens(b));
    if left.iter().chain(&right).any(|token| is_placeholder(token)) {
        return GivenNames::Placeholder;
    }
    let (Some(first), Some(other)) = (left.first(), right.first()) else {
        return GivenNames::Missing;
    };
    let agree = same_name(first, other)
        || (first.len() > 1 && right.iter().any(|token| token == first))
        || (other.len() > 1 && left.iter().any(|token| token == other));
    if agree {
        GivenNames::Agree
    } else {
        GivenNames::Contradict
    }
}

/// A name in the form names are compared in: upper-case letters only, accents as they are.
pub fn normal(name: &str) -> String {
    name.chars()
        .filter(|c| c.is_alphabetic())
        .flat_map(char::to_uppercase)
        .collect()
}

fn tokens(name: &str) -> Vec<String> {
    name.split(|c: char| c.is_whitespace() || c == '-')
        .map(normal)
        .filter(|token| !token.is_empty())
        .collect()
}

fn is_placeholder(token: &str) -> bool {
    PLACEHOLDERS.contains(&token)
}

fn same_name(a: &str, b: &str) -> bool {
    let initial = |short: &str, long: &str| short.chars().count() == 1 && long.starts_with(short);
    a == b
        || initial(a, b)
        || initial(b, a)
        || SHORT_FORMS
            .iter()
            .any(|family| family.contains(&a) && family.contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_can_be_one_persons_and_names_that_cannot() {
        use GivenNames::{Agree, Contradict, Missing, Placeholder};
        for (a, b, expected) in [
            ("Margaret", "MARGARET", Agree),
            ("Margaret Rose", "Peggy", Agree),
            ("Margaret Rose", "Rose", Agree),
            ("M", "Margaret", Agree),
            ("Jean-Paul", "Jean Paul", Agree),
            ("", "Margaret", Missing),
            ("Baby", "Amelia", Placeholder),
            ("Baby Boy", "Baby Boy", Placeholder),
            ("Twin 1", "Twin 2", Placeholder),
            ("Jake", "Jade", Contradict),
            ("John", "Jane", Contradict),
            ("Ella", "Emma", Contradict),
        ] {
            assert_eq!(compare(a, b), expected, "{a} / {b}");
            assert_eq!(compare(b, a), expected, "{b} / {a}");
        }
    }
}

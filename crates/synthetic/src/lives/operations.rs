//! What is done in a theatre, under sedation or on a ward, and not in a clinic's room: which ward, why in ICD-10, and
//! how many nights. Day cases are the rule for these (Getting It Right First Time, day surgery).

use super::reasons::Reason;

/// Where something is done that asks for a bed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Theatre {
    /// ICD-10 code of what it is for.
    pub icd: &'static str,
    /// Ward.
    pub ward: &'static str,
    /// Nights, fewest and most: 0 home the same day.
    pub nights: (i32, i32),
}

/// Why someone is sent and what is done, with where that is; what is not listed is done in the clinic.
const THEATRES: [(&str, &str, Theatre); 16] = [
    case("Knee pain on stairs", "Arthroscopy of knee", "M23.9", DAY, (0, 0)),
    case(
        "Knee pain at rest",
        "Replacement of knee",
        "M17.9",
        "Orthopaedic ward",
        (1, 4),
    ),
    case("Carpal tunnel", "Carpal tunnel release", "G56.0", DAY, (0, 0)),
    case("Heavy periods", "Hysteroscopy", "N92.0", DAY, (0, 0)),
    case("Pelvic pain", "Laparoscopy", "R10.2", DAY, (0, 1)),
    case("Bleeding after the menopause", "Hysteroscopy", "N95.0", DAY, (0, 0)),
    case("Blood in urine", "Flexible cystoscopy", "R31", ENDOSCOPY, (0, 0)),
    case("Kidney stones", "Ureteroscopy", "N20.0", DAY, (0, 1)),
    case("Change of bowel habit", "Colonoscopy", "R19.4", ENDOSCOPY, (0, 0)),
    case("Reflux", "Gastroscopy", "K21.9", ENDOSCOPY, (0, 0)),
    case("Hernia", "Repair of inguinal hernia", "K40.9", DAY, (0, 0)),
    case("Gallstones", "Removal of gallbladder", "K80.2", DAY, (0, 1)),
    case("Glue ear", "Insertion of grommets", "H65.3", CHILDREN, (0, 0)),
    case("Repeated tonsillitis", "Removal of tonsils", "J35.0", CHILDREN, (0, 0)),
    case(
        "Snoring, pauses in breath",
        "Removal of adenoids",
        "J35.2",
        CHILDREN,
        (0, 1),
    ),
    case("Rash after eating egg", "Food challenge", "Z91.0", CHILDREN, (0, 0)),
];

const DAY: &str = "Day surgery";
const ENDOSCOPY: &str = "Endoscopy unit";
const CHILDREN: &str = "Children's day unit";

const fn case(
    why: &'static str,
    done: &'static str,
    icd: &'static str,
    ward: &'static str,
    nights: (i32, i32),
) -> (&'static str, &'static str, Theatre) {
    (why, done, Theatre { icd, ward, nights })
}

/// Where this is done; `None` in the clinic itself.
pub fn theatre(reason: &Reason) -> Option<Theatre> {
    let is = |(why, done, _): &&(&str, &str, Theatre)| *why == reason.why && *done == reason.done;
    THEATRES.iter().find(is).map(|(_, _, theatre)| *theatre)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lives::reasons::{CHILDREN, SPECIALTIES};

    #[test]
    fn each_is_something_that_people_are_sent_for() {
        let all = SPECIALTIES
            .iter()
            .chain(&CHILDREN)
            .flat_map(|specialty| specialty.reasons);
        let found = all.filter(|reason| theatre(reason).is_some()).count();
        assert_eq!(found, THEATRES.len());
    }
}

//! The groups that people are counted by, and to which of them somebody belongs.

use record::OrgCode;
use record::system::{PlaceKind, System};
use std::collections::BTreeMap;

/// What stands for everybody of whom a group is not known.
pub(super) const NOT_KNOWN: &str = "Not known";

/// From which age each band goes, with what it is called.
const AGES: [(i32, &str); 9] = [
    (0, "0 to 4"),
    (5, "5 to 15"),
    (16, "16 to 24"),
    (25, "25 to 44"),
    (45, "45 to 64"),
    (65, "65 to 74"),
    (75, "75 to 84"),
    (85, "85 and over"),
    (1_000, NOT_KNOWN),
];

/// What people are grouped by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// Sex.
    Sex,
    /// Age on the day of the snapshot, in bands.
    Age,
    /// The council's area of their GP practice.
    Council,
    /// The neighbourhood of their GP practice.
    Neighbourhood,
    /// The ethnic group they gave.
    Ethnicity,
}

impl By {
    /// Each.
    pub const ALL: [Self; 5] = [
        Self::Age,
        Self::Sex,
        Self::Council,
        Self::Neighbourhood,
        Self::Ethnicity,
    ];

    /// What forms send.
    pub const fn words(self) -> &'static str {
        match self {
            By::Sex => "sex",
            By::Age => "age",
            By::Council => "council",
            By::Neighbourhood => "neighbourhood",
            By::Ethnicity => "ethnicity",
        }
    }

    /// The one that a form sent.
    pub fn of_words(words: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|by| by.words() == words)
    }
}

/// The band of an age in years.
pub(super) fn age_band(age: i32) -> &'static str {
    AGES.iter()
        .rev()
        .find(|(from, _)| *from <= age)
        .map_or(NOT_KNOWN, |(_, words)| words)
}

/// Names as they come, each with its number.
#[derive(Default)]
pub(super) struct Names(BTreeMap<String, u16>);

impl Names {
    /// The number of a name.
    pub fn number(&mut self, name: &str) -> u16 {
        if let Some(number) = self.0.get(name) {
            return *number;
        }
        let number = u16::try_from(self.0.len()).unwrap_or(u16::MAX);
        self.0.insert(name.to_owned(), number);
        number
    }
}

impl Names {
    /// The names in the order of their numbers.
    pub fn names(self) -> Vec<String> {
        let mut names: Vec<(u16, String)> = self.0.into_iter().map(|(name, number)| (number, name)).collect();
        names.sort_unstable();
        names.into_iter().map(|(_, name)| name).collect()
    }
}

/// The names of each kind in the order they are shown, what is not known last, and the new number of each old one.
pub(super) fn in_order(names: [Names; 5]) -> ([Vec<String>; 5], [Vec<u16>; 5]) {
    let mut renumbered: [Vec<u16>; 5] = Default::default();
    let shown = names.map(|names| {
        let mut of: Vec<(String, u16)> = names.0.into_iter().collect();
        of.sort_by_key(|(name, _)| {
            let age = AGES.iter().position(|(_, words)| words == name);
            (name == NOT_KNOWN, age, name.clone())
        });
        of
    });
    for (of, numbers) in shown.iter().zip(&mut renumbered) {
        numbers.resize(of.len(), 0);
        for (to, (_, from)) in (0u16..).zip(of) {
            numbers[usize::from(*from)] = to;
        }
    }
    (
        shown.map(|of| of.into_iter().map(|(name, _)| name).collect()),
        renumbered,
    )
}

/// The council's area and the neighbourhood in which a practice is.
pub(super) fn places(system: &System, practice: &str) -> [String; 2] {
    let organisation = OrgCode::parse(practice).and_then(|code| system.organisation(&code));
    let mut found = [NOT_KNOWN.to_owned(), NOT_KNOWN.to_owned()];
    let mut at = organisation.and_then(|organisation| system.place(&organisation.place));
    // A folder that was checked has no ring of places; this one ends in any case.
    for _ in 0..8 {
        let Some(place) = at else { break };
        match place.kind {
            PlaceKind::LocalAuthority => found[0].clone_from(&place.name),
            PlaceKind::Neighbourhood => found[1].clone_from(&place.name),
            _ => {}
        }
        at = system.place(&place.within);
    }
    found
}

/// The group of the census that an ethnic category of the NHS data dictionary belongs to, from its code or its words.
pub(super) fn ethnic_group(said: &str) -> &'static str {
    let said = said.trim();
    let code = said.split([' ', ':', '-']).next().unwrap_or_default();
    match code {
        "A" | "B" | "C" => return "White",
        "D" | "E" | "F" | "G" => return "Mixed",
        "H" | "J" | "K" | "L" => return "Asian",
        "M" | "N" | "P" => return "Black",
        "R" => return "Asian",
        "S" => return "Other",
        "Z" | "99" => return NOT_KNOWN,
        _ => {}
    }
    let words = said.to_lowercase();
    let says = |any: &[&str]| any.iter().any(|one| words.contains(one));
    if says(&["mixed british", "irish", "white background", "british"]) && !says(&["asian", "black"]) {
        "White"
    } else if says(&["mixed", "white and", "multiple"]) {
        "Mixed"
    } else if says(&["indian", "pakistani", "bangladeshi", "chinese", "asian"]) {
        "Asian"
    } else if says(&["african", "caribbean", "black"]) {
        "Black"
    } else if says(&["white"]) {
        "White"
    } else if says(&["other", "arab"]) {
        "Other"
    } else {
        NOT_KNOWN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ethnic_categories_are_grouped_as_the_census_does_by_code_and_by_words() {
        let said = [
            ("A", "White"),
            ("British, Mixed British", "White"),
            ("Any other White background", "White"),
            ("White and Black Caribbean", "Mixed"),
            ("White and Asian", "Mixed"),
            ("Indian", "Asian"),
            ("R", "Asian"),
            ("Chinese", "Asian"),
            ("African", "Black"),
            ("Any other ethnic group", "Other"),
            ("Z", NOT_KNOWN),
            ("Not stated", NOT_KNOWN),
            ("", NOT_KNOWN),
        ];
        for (said, group) in said {
            assert_eq!(ethnic_group(said), group, "{said:?}");
        }
    }
}

//! Which given names one person may go by, and which words are given names at all.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// The families of names that a name stands in, at most four; 0 stands for none.
pub type Families = [u16; 4];

/// Lines of names, each a family; a name alone in its line is only known to be one.
fn lines() -> impl Iterator<Item = &'static str> {
    let all = include_str!("nicknames.txt").lines();
    all.filter(|line| !line.starts_with('#'))
}

static FAMILIES: LazyLock<HashMap<&'static str, Families>> = LazyLock::new(|| {
    let mut families: HashMap<&'static str, Families> = HashMap::new();
    for (number, line) in (1u16..).zip(lines().filter(|line| line.contains(' '))) {
        for (place, name) in line.split_whitespace().enumerate() {
            let held = families.entry(name).or_default();
            // The head of a family belongs to it first; a name in more than four families keeps the first four.
            if held.contains(&number) {
                continue;
            }
            if place == 0 {
                held.rotate_right(1);
                held[0] = number;
            } else if let Some(free) = held.iter_mut().find(|f| **f == 0) {
                *free = number;
            }
        }
    }
    families
});

static NAMES: LazyLock<HashSet<&'static str>> =
    LazyLock::new(|| lines().flat_map(|line| line.split_whitespace()).collect());

/// The heads of families, each with the others of its family.
static FORMS: LazyLock<HashMap<&'static str, Vec<&'static str>>> = LazyLock::new(|| {
    let mut forms: HashMap<&str, Vec<&str>> = HashMap::new();
    for line in lines() {
        let mut names = line.split_whitespace();
        if let Some(head) = names.next() {
            forms.entry(head).or_default().extend(names);
        }
    }
    forms
});

/// The families of a folded given name; only its first word counts.
pub fn families(name: &str) -> Families {
    FAMILIES.get(first(name)).copied().unwrap_or_default()
}

fn first(name: &str) -> &str {
    name.split(' ').next().unwrap_or(name)
}

/// True when people are known to have this folded given name.
pub fn is_name(name: &str) -> bool {
    NAMES.contains(first(name))
}

/// True when one of two folded given names is a form of the other that begins with another letter (Peggy of Margaret,
/// Bob of Robert): nobody gives both to two children. Jack and Jake, or Kate and Katie, may well be two.
pub fn is_pet_form(a: &str, b: &str) -> bool {
    let (a, b) = (first(a), first(b));
    let of = |head: &str, form: &str| FORMS.get(head).is_some_and(|forms| forms.contains(&form));
    a.as_bytes().first() != b.as_bytes().first() && (of(a, b) || of(b, a))
}

/// True when one of two folded given names is cut short from the other, as Steve and Jenny are from Stephen and
/// Jennifer: nobody gives both to two children. Jack and John, Kate and Katie, or Ann and Annette may well be two.
pub fn is_cut_short(a: &str, b: &str) -> bool {
    let (a, b) = (first(a), first(b));
    let (short, long) = if a.len() < b.len() { (a, b) } else { (b, a) };
    let of_it = FORMS.get(long).is_some_and(|forms| forms.contains(&short));
    of_it && short.len() < long.len() && short.as_bytes().get(..2) == long.as_bytes().get(..2)
}

/// True when both names stand in one family.
pub fn share(a: &Families, b: &Families) -> bool {
    a.iter().any(|f| *f != 0 && b.contains(f))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cut_short_is_told_from_two_names() {
        let cut = [
            ("STEVE", "STEPHEN"),
            ("JENNIFER", "JENNY"),
            ("DAVE", "DAVID"),
            ("PAT", "PATRICIA MARY"),
        ];
        let two = [
            ("JACK", "JOHN"),
            ("ANN", "ANNETTE"),
            ("ELIZABETH", "BETH"),
            ("KATIE", "KATE"),
            ("MOLLY", "MARY"),
        ];
        cut.iter()
            .for_each(|(a, b)| assert!(is_cut_short(a, b) && is_cut_short(b, a), "{a} {b}"));
        two.iter().for_each(|(a, b)| assert!(!is_cut_short(a, b), "{a} {b}"));
        assert!(is_pet_form("PEGGY", "MARGARET") && is_pet_form("ROBERT", "BOB"));
        assert!(!is_pet_form("JACK", "JAKE") && !is_pet_form("JOHN", "JACK"));
        assert!(is_name("COLIN") && is_name("STEVE") && !is_name("COIN") && !is_name("JHON"));
        assert_eq!(families("COLIN"), [0; 4], "a name alone in its line is no family");
    }

    #[test]
    fn nicknames_share_a_family_and_others_do_not() {
        for (a, b, is) in [
            ("ELIZABETH", "LIZ", true),
            ("ROBERT", "BOB", true),
            ("MARGARET", "PEGGY", true),
            ("SAM", "SAMANTHA", true),
            ("SAMUEL", "SAMANTHA", false),
            ("RICHARD", "ROBERT", false),
            ("TEMIDAYO", "TEMIDAYO", false),
        ] {
            assert_eq!(share(&families(a), &families(b)), is, "{a} {b}");
        }
    }

    #[test]
    fn the_list_is_folded_and_no_name_is_lost() {
        for line in lines() {
            for name in line.split_whitespace() {
                assert!(name.bytes().all(|b| b.is_ascii_uppercase()), "{name}");
                assert!(is_name(name), "{name}");
                assert_eq!(families(name)[0] != 0, line.contains(' '), "{name}");
            }
        }
    }
}

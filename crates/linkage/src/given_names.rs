//! Which given names one person may go by.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The families of names that a name stands in, at most four; 0 stands for none.
pub type Families = [u16; 4];

static FAMILIES: LazyLock<HashMap<&'static str, Families>> = LazyLock::new(|| {
    let mut families: HashMap<&'static str, Families> = HashMap::new();
    let lines = include_str!("nicknames.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    for (number, line) in (1u16..).zip(lines) {
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

/// The families of a folded given name; only its first word counts.
pub fn families(name: &str) -> Families {
    let first = name.split(' ').next().unwrap_or(name);
    FAMILIES.get(first).copied().unwrap_or_default()
}

/// True when both names stand in one family.
pub fn share(a: &Families, b: &Families) -> bool {
    a.iter().any(|f| *f != 0 && b.contains(f))
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for line in include_str!("nicknames.txt")
            .lines()
            .filter(|line| !line.starts_with('#'))
        {
            for name in line.split_whitespace() {
                assert!(name.bytes().all(|b| b.is_ascii_uppercase()), "{name}");
                assert_ne!(families(name)[0], 0, "{name}");
            }
        }
    }
}

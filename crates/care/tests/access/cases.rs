//! Questions to try: each cell of the table, and chance ones.

use care::access::{Act, Closeness, Part, Purpose, Question, Relationship, Relationships, Role, Sensitivity, Show};

/// The acts that the table shows, by the letter it shows them with.
pub const ACTS: [(Act, char); 10] = [
    (Act::ReadRecord, 'r'),
    (Act::Search, 's'),
    (Act::Include, 'i'),
    (Act::History, 'h'),
    (Act::ReadAsSent, 'a'),
    (Act::Print, 'p'),
    (Act::ReadLooked, 'l'),
    (Act::Export, 'x'),
    (Act::Count, 'c'),
    (Act::Write, 'w'),
];

/// What the person may have said no to.
#[derive(Clone, Copy)]
pub struct OptOut {
    pub name: &'static str,
    pub objects: bool,
    pub national: bool,
    pub type_1: bool,
}

/// Each of the three, none and all.
pub const OPT_OUTS: [OptOut; 5] = [
    opt_out("none", false, false, false),
    opt_out("objection", true, false, false),
    opt_out("national", false, true, false),
    opt_out("type 1", false, false, true),
    opt_out("all three", true, true, true),
];

const fn opt_out(name: &'static str, objects: bool, national: bool, type_1: bool) -> OptOut {
    OptOut {
        name,
        objects,
        national,
        type_1,
    }
}

/// One row of the table: no relationship, or one.
pub fn relationships() -> Vec<(&'static str, Relationships)> {
    let one = |it: Relationship| (it.words(), Relationships::of(&[it]));
    std::iter::once(("none", Relationships::NONE))
        .chain(Relationship::ALL.map(one))
        .collect()
}

/// A cell: an entry that a practice sent, so that a type 1 opt-out bears on it.
pub fn cell(
    role: Role,
    relationships: Relationships,
    purpose: Purpose,
    sensitivity: Sensitivity,
    opt_out: OptOut,
    act: Act,
) -> Question {
    Question {
        relationships,
        sensitivity,
        objects: opt_out.objects,
        national_opt_out: opt_out.national,
        type_1: opt_out.type_1,
        gp_entry: true,
        ..Question::plain(role, act, purpose)
    }
}

/// Numbers that are the same in every run of a seed (SplitMix64, Steele and others 2014).
pub struct Chance(pub u64);

impl Chance {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn one_of<T: Copy>(&mut self, these: &[T]) -> T {
        these[usize::try_from(self.next() % these.len() as u64).unwrap()]
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    /// A question of chance. Most of all possible questions are refused for many reasons at once; half of these
    /// therefore begin as one that may well be allowed, and differ from it in a few facts.
    pub fn question(&mut self) -> Question {
        let likely = self.one_in(2);
        let role = self.one_of(&Role::ALL);
        let purpose = match likely && !self.one_in(5) {
            true => role.purpose(),
            false => self.one_of(&Purpose::ALL),
        };
        let rare = if likely { 6 } else { 2 };
        let mut relationships = Relationships::NONE;
        for one in Relationship::ALL {
            if self.one_in(if likely { 3 } else { 5 }) {
                relationships.add(one);
            }
        }
        Question {
            role,
            act: self.one_of(&Act::ALL),
            purpose,
            part: if self.one_in(rare) {
                self.one_of(&Part::ALL)
            } else {
                Part::Record
            },
            relationships,
            sensitivity: if self.one_in(rare / 2) {
                self.one_of(&Sensitivity::ALL)
            } else {
                Sensitivity::Ordinary
            },
            show: if self.one_in(rare) {
                self.one_of(&Show::ALL)
            } else {
                Show::PersonAndProxies
            },
            closeness: if self.one_in(rare) {
                self.one_of(&Closeness::ALL)
            } else {
                Closeness::Stranger
            },
            statutory: !self.one_in(rare),
            own_entry: self.one_in(rare),
            gp_entry: self.one_in(2),
            objects: self.one_in(rare),
            national_opt_out: self.one_in(rare),
            type_1: self.one_in(rare),
            break_glass: self.one_in(rare),
            said_yes: self.one_in(2),
            suspended: self.one_in(rare),
        }
    }
}

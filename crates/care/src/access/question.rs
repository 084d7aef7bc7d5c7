//! What policy is asked: who would do what, why, to which part of a record, and everything that bears on it.
//!
//! The words are closed lists, so that policy and its tests can go through every one of them.

/// Makes an enum whose values are all listed and have words: the words stand in the policy files.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $($(#[$of:meta])* $value:ident = $text:literal),+ $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum $name { $($(#[$of])* $value),+ }

        impl $name {
            /// Every one.
            pub const ALL: [$name; [$($text),+].len()] = [$($name::$value),+];

            /// What people, the policy files and the audit call it.
            pub const fn words(self) -> &'static str {
                match self { $($name::$value => $text),+ }
            }

            /// The one of these words.
            pub fn of_words(text: &str) -> Option<Self> {
                Self::ALL.into_iter().find(|one| one.words() == text)
            }
        }
    };
}

words! {
    /// What someone is to the people whose data they ask for.
    Role {
        /// The person themselves, signed in as a member of the public.
        Resident = "resident",
        /// Someone who cares for another, unpaid; acts for them where that is recorded.
        Carer = "carer",
        /// Statutory health staff giving care.
        Clinician = "clinician",
        /// Statutory staff at a front desk.
        Receptionist = "receptionist",
        /// A social worker of a council.
        SocialWorker = "social worker",
        /// A link worker of a charity, or a fire officer: sees a referral made to them, not the record.
        Partner = "partner outside statutory care",
        /// A volunteer or buddy with an agreed task.
        Volunteer = "volunteer",
        /// Counts for planning.
        Analyst = "analyst",
        /// Reads counts for planning.
        BoardMember = "board member",
        /// Looks after feeds and quarantine.
        IntegrationEngineer = "integration engineer",
        /// Decides about identities and data quality.
        DataSteward = "data steward",
        /// Checks that access was right.
        PrivacyOfficer = "privacy officer",
        /// A sending system.
        Sender = "sending system",
        /// A system that reads for the care of people, such as a hospital's own record.
        CareSystem = "care system",
    }
}

words! {
    /// What someone asks to do.
    Act {
        /// Find a person by who they are; of an entry that is not ordinary: find them because of it.
        Search = "search",
        /// Read a person's record.
        ReadRecord = "read record",
        /// Have an entry drawn into the answer to another question.
        Include = "include",
        /// Read what an entry was before it was changed.
        History = "history",
        /// Read an item exactly as its sender sent it.
        ReadAsSent = "read as sent",
        /// Read who has looked at a person's record.
        ReadLooked = "read who looked",
        /// Print a person's two-page summary.
        Print = "print summary",
        /// Take a record out as a file.
        Export = "export",
        /// Be one of those counted.
        Count = "count",
        /// Write into the record.
        Write = "write",
        /// See the feeds and how they do.
        ReadFeeds = "read feeds",
        /// See what is in quarantine, which holds persons' data as sent.
        ReadQuarantine = "read quarantine",
        /// Mend, retry or discard what is in quarantine.
        MendQuarantine = "mend quarantine",
        /// Send data in.
        Send = "send data",
        /// Decide about identities, or undo such a decision.
        DecideIdentity = "decide identity",
        /// Read the whole audit.
        ReadAudit = "read audit",
        /// Work on the queue of reported concerns.
        ReadConcerns = "read concerns",
    }
}

impl Act {
    /// Whether it is done to one person's record; else at a desk, to no one person.
    pub const fn is_of_a_person(self) -> bool {
        match self {
            Act::Search
            | Act::ReadRecord
            | Act::Include
            | Act::History
            | Act::ReadAsSent
            | Act::ReadLooked
            | Act::Print
            | Act::Export
            | Act::Count
            | Act::Write => true,
            Act::ReadFeeds
            | Act::ReadQuarantine
            | Act::MendQuarantine
            | Act::Send
            | Act::DecideIdentity
            | Act::ReadAudit
            | Act::ReadConcerns => false,
        }
    }
}

words! {
    /// What it is done for.
    Purpose {
        /// Caring for this person.
        DirectCare = "direct care",
        /// The person's own use, or that of someone who acts for them.
        OwnUse = "own use",
        /// Keeping a child or an adult at risk safe.
        Safeguarding = "safeguarding",
        /// Planning services, or research.
        Planning = "planning",
        /// Checking that access was right.
        Audit = "audit",
        /// Putting records right.
        DataQuality = "data quality",
        /// Running the feeds.
        RunningFeeds = "running the feeds",
    }
}

words! {
    /// Which part of what is held about a person.
    Part {
        /// The record: anything of care that is told nowhere else in this list.
        Record = "record",
        /// Name, and how to reach them.
        Contact = "contact",
        /// Where somebody is whose whereabouts are restricted.
        Whereabouts = "restricted whereabouts",
        /// What a visitor must know to be safe.
        Safety = "safety notes",
        /// What the person agreed to share for a referral or a task, and the referral or task itself.
        Agreed = "agreed to share",
        /// How far a referral has come: received, being looked at, closed.
        Progress = "referral progress",
        /// What was decided about who may see the record, and who acts for the person.
        Sharing = "sharing",
    }
}

words! {
    /// How the reader stands to the person.
    Relationship {
        /// The person is registered at the reader's practice.
        RegisteredHere = "registered here",
        /// The person is on the reader's caseload.
        Caseload = "on my caseload",
        /// The person is cared for by the reader's team.
        Team = "in my team",
        /// The person was referred to the reader's service and agreed to it.
        Referred = "referred with consent",
        /// The person is in a bed of the reader's organisation.
        Ward = "on my ward",
        /// The person is seen today by the reader's organisation.
        Today = "my patient today",
        /// The reader is the person.
        Own = "my own record",
        /// The reader acts for the person, by what is recorded.
        Proxy = "proxy",
        /// The reader referred the person, and is otherwise outside their care.
        Referrer = "referrer",
    }
}

words! {
    /// How sensitive an entry is.
    Sensitivity {
        /// Like most of the record.
        Ordinary = "ordinary",
        /// Sexual health, contraception, mental health and the like.
        Sensitive = "sensitive",
        /// Told by, or about, somebody else.
        ThirdParty = "third party",
        /// About keeping someone safe from another.
        Safeguarding = "safeguarding",
        /// Closed to all but those who wrote it, and to an emergency; that something is sealed is told.
        Sealed = "sealed",
        /// Closed to all but those who wrote it; nothing is told.
        Locked = "sealed and locked",
    }
}

words! {
    /// To whom on the person's side an entry is shown.
    Show {
        /// The person, and those who act for them.
        PersonAndProxies = "person and proxies",
        /// The person alone.
        Person = "person",
        /// Neither.
        Neither = "neither",
    }
}

words! {
    /// How near the reader is to the person in life.
    Closeness {
        /// Not at all, as far as is known.
        Stranger = "stranger",
        /// The reader is the person.
        Oneself = "oneself",
        /// They are of one family or household.
        Relative = "relative",
        /// They work together.
        Colleague = "colleague",
    }
}

/// The relationships that hold between a reader and a person.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Relationships(u16);

impl Relationships {
    /// None.
    pub const NONE: Self = Self(0);

    /// These.
    pub const fn of(these: &[Relationship]) -> Self {
        let (mut bits, mut at) = (0, 0);
        while at < these.len() {
            bits |= 1 << these[at] as u16;
            at += 1;
        }
        Self(bits)
    }

    /// Adds one.
    pub const fn add(&mut self, one: Relationship) {
        self.0 |= 1 << one as u16;
    }

    /// Whether one holds.
    pub const fn has(self, one: Relationship) -> bool {
        self.0 & (1 << one as u16) != 0
    }

    /// Those that hold.
    pub fn each(self) -> impl Iterator<Item = Relationship> {
        Relationship::ALL.into_iter().filter(move |one| self.has(*one))
    }

    pub(super) const fn bits(self) -> u16 {
        self.0
    }
}

/// One question to policy, with every fact that bears on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Question {
    /// Who asks.
    pub role: Role,
    /// To do what.
    pub act: Act,
    /// Why.
    pub purpose: Purpose,
    /// Of which part.
    pub part: Part,
    /// How the reader stands to the person.
    pub relationships: Relationships,
    /// How sensitive the entry is.
    pub sensitivity: Sensitivity,
    /// To whom on the person's side it is shown.
    pub show: Show,
    /// How near the reader is to the person in life.
    pub closeness: Closeness,
    /// The reader's organisation is a statutory one of this care system.
    pub statutory: bool,
    /// The reader's own organisation wrote the entry.
    pub own_entry: bool,
    /// The entry came from a GP practice.
    pub gp_entry: bool,
    /// The person objects to the shared record.
    pub objects: bool,
    /// The person has a national data opt-out.
    pub national_opt_out: bool,
    /// The person has a type 1 opt-out with their GP.
    pub type_1: bool,
    /// The reader has said, in writing and for a limited time, that this is an emergency.
    pub break_glass: bool,
    /// The person said yes to those who act for them seeing what is sensitive.
    pub said_yes: bool,
    /// A professional has suspended the person's online access, or that of those who act for them.
    pub suspended: bool,
}

impl Question {
    /// A question about an ordinary entry of the record, nothing else holding: not even a relationship.
    pub const fn plain(role: Role, act: Act, purpose: Purpose) -> Self {
        Self {
            role,
            act,
            purpose,
            part: Part::Record,
            relationships: Relationships::NONE,
            sensitivity: Sensitivity::Ordinary,
            show: Show::PersonAndProxies,
            closeness: Closeness::Stranger,
            statutory: true,
            own_entry: false,
            gp_entry: false,
            objects: false,
            national_opt_out: false,
            type_1: false,
            break_glass: false,
            said_yes: false,
            suspended: false,
        }
    }

    /// The whole question in one number, for remembering answers: each closed list takes a few bits.
    pub(super) fn packed(&self) -> u64 {
        let lists = [
            (self.role as u64, 5),
            (self.act as u64, 5),
            (self.purpose as u64, 3),
            (self.part as u64, 3),
            (u64::from(self.relationships.bits()), 9),
            (self.sensitivity as u64, 3),
            (self.show as u64, 2),
            (self.closeness as u64, 2),
        ];
        let flags = [
            self.statutory,
            self.own_entry,
            self.gp_entry,
            self.objects,
            self.national_opt_out,
            self.type_1,
            self.break_glass,
            self.said_yes,
            self.suspended,
        ];
        let lists = lists.iter().fold(0, |packed, (value, bits)| packed << bits | value);
        flags.iter().fold(lists, |packed, flag| packed << 1 | u64::from(*flag))
    }
}

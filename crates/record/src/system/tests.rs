//! The folder of Dorset is right, and each kind of problem is named with its place.

use super::*;

/// Every file of `systems/dorset`.
fn dorset() -> Vec<(String, String)> {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../systems/dorset");
    let mut files = Vec::new();
    for folder in ["", "feeds/"] {
        for entry in std::fs::read_dir(root.join(folder)).unwrap() {
            let path = entry.unwrap().path();
            if path.is_file() {
                let name = format!("{folder}{}", path.file_name().unwrap().to_string_lossy());
                files.push((name, std::fs::read_to_string(path).unwrap()));
            }
        }
    }
    files
}

#[test]
fn the_folder_of_dorset_is_right() {
    let system = System::load(&dorset()).unwrap_or_else(|problems| {
        let lines: Vec<String> = problems.iter().map(Problem::to_string).collect();
        panic!("{}", lines.join("\n"));
    });
    assert_eq!(system.board.as_str(), "QVV");
    assert!(system.feeds.len() >= 20);
    let kinds: std::collections::BTreeSet<_> = system
        .feeds
        .iter()
        .filter_map(|feed| system.organisation(&feed.sender))
        .map(|organisation| organisation.kind)
        .collect();
    assert!(kinds.len() >= 7, "{kinds:?}");
}

/// A small folder that is right, to be broken in one place at a time.
const SMALL: [(&str, &str); 6] = [
    (
        "system.toml",
        "name = \"small\"\ntitle = \"Small\"\nboard = \"QVV\"\ntime_zone = \"Europe/London\"\n[[urgent]]\nlabel = \"Emergency\"\nvalue = \"999\"\n",
    ),
    (
        "places.toml",
        "[[place]]\ncode = \"QVV\"\nname = \"All\"\nkind = \"system\"\n[[place]]\ncode = \"E1\"\nname = \"One\"\nkind = \"local-authority\"\nwithin = \"QVV\"\n",
    ),
    (
        "organisations.toml",
        "[[organisation]]\ncode = \"QVV\"\nname = \"Board\"\nkind = \"board\"\n[[organisation]]\ncode = \"RBD\"\nname = \"Hospital\"\nkind = \"acute\"\nplace = \"E1\"\n",
    ),
    (
        "banner.toml",
        "[[respect]]\ncode = \"1107891000000106\"\ndisplay = \"Has ReSPECT\"\nsource = \"here\"\n",
    ),
    (
        "retention.toml",
        "[audit]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[sharing-choices]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[preferences]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[requests]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[copies]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[quarantine]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[reports]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[identity-decisions]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n[sessions]\nkeep = \"1 year\"\nthen = \"gone\"\nsource = \"law\"\n",
    ),
    (
        "feeds/visits.toml",
        "name = \"visits\"\ntitle = \"Visits\"\nsender = \"RBD\"\nformat = \"table\"\ncarries = \"visits\"\nnhs_number_verified = false\nversion = \"received\"\nfull = false\nexpected_every = \"1 day\"\nlawful_basis = \"law\"\ncontroller = \"RBD\"\nretention = \"8 years\"\n[table]\ndates = \"DD/MM/YYYY\"\nrow_id = [\"Id\"]\nperson = \"Who\"\ncolumns = [\n  \"Id\",\n  \"Who\",\n  \"Type\",\n  \"Day\",\n  \"Spare\",\n]\nignored = [\"Spare\"]\n[table.codes.type]\nV = \"Visit\"\n[[table.item]]\n[[table.item.entry]]\nkind = \"encounter\"\nwhat = { column = \"Type\", codes = \"type\" }\nhappened = \"Day\"\nstatus = \"completed\"\n",
    ),
];

/// The small folder with one text of one file replaced.
fn broken(file: &str, text: &str, with: &str) -> Vec<(String, String)> {
    let mut files: Vec<(String, String)> = SMALL.map(|(name, text)| (name.to_owned(), text.to_owned())).to_vec();
    let broken = files.iter_mut().find(|(name, _)| name == file).unwrap();
    assert!(broken.1.contains(text), "{text}");
    broken.1 = broken.1.replacen(text, with, 1);
    files
}

#[test]
fn every_kind_of_problem_is_named_with_its_file_and_line() {
    let feed = "feeds/visits.toml";
    let cases: &[(&str, &str, &str, usize, &str)] = &[
        ("system.toml", "title = ", "title ", 2, "not TOML"),
        (
            "system.toml",
            "title = ",
            "titel = ",
            2,
            "no key `titel`; did you mean `title`?",
        ),
        (
            "system.toml",
            "Europe/London",
            "Europe/Paris",
            4,
            "only \"Europe/London\"",
        ),
        ("system.toml", "[[urgent]]", "[[contact]]", 1, "whom to call"),
        (
            "system.toml",
            "\"QVV\"",
            "\"QVX\"",
            3,
            "board QVX is not in organisations.toml; did you mean `QVV`?",
        ),
        ("system.toml", "\"QVV\"", "\"Q V\"", 3, "not an organisation code"),
        (
            "system.toml",
            "\"Small\"",
            "7",
            2,
            "should be words in quotes, and is integer",
        ),
        ("system.toml", "\"Small\"", "\" \"", 2, "is empty"),
        ("places.toml", "\"E1\"", "\"QVV\"", 5, "place QVV stands twice"),
        (
            "retention.toml",
            "[copies]",
            "[copys]",
            17,
            "nothing is kept as `copys`; did you mean `copies`?",
        ),
        (
            "retention.toml",
            "[copies]",
            "[copys]",
            1,
            "it does not say how long `copies` is kept",
        ),
        ("retention.toml", "source = \"law\"", "", 1, "has no `source`"),
        (feed, "retention = \"8 years\"\n", "", 1, "has no `retention`"),
        (
            "places.toml",
            "within = \"QVV\"",
            "within = \"QVX\"",
            5,
            "there is no place QVX",
        ),
        (
            "places.toml",
            "within = \"QVV\"",
            "within = \"E1\"",
            5,
            "cannot lie within",
        ),
        ("places.toml", "within = \"QVV\"", "", 5, "say in `within`"),
        (
            "places.toml",
            "local-authority",
            "local-autority",
            8,
            "did you mean `local-authority`?",
        ),
        (
            "places.toml",
            "within = \"QVV\"",
            "within = \"QVV\"\npopulation = -3",
            10,
            "a whole number",
        ),
        (
            "organisations.toml",
            "\"RBD\"",
            "\"QVV\"",
            5,
            "organisation QVV stands twice",
        ),
        ("organisations.toml", "\"E1\"", "\"E2\"", 5, "there is no place E2"),
        (
            "organisations.toml",
            "\"acute\"",
            "\"accute\"",
            8,
            "did you mean `acute`?",
        ),
        (
            "banner.toml",
            "1107891000000106",
            "1107891000000107",
            2,
            "check digit is wrong",
        ),
        (
            "banner.toml",
            "[[respect]]",
            "[[repsect]]",
            1,
            "no kind `repsect`; did you mean `respect`?",
        ),
        ("banner.toml", "source = \"here\"", "", 1, "has no `source`"),
        (
            feed,
            "lawful_basis = \"law\"",
            "",
            1,
            "cannot be switched on without `lawful_basis`",
        ),
        (
            feed,
            "controller = \"RBD\"",
            "",
            1,
            "cannot be switched on without `controller`",
        ),
        (
            feed,
            "controller = \"RBD\"",
            "controller = \"RBX\"",
            11,
            "controller RBX is not in organisations.toml",
        ),
        (
            feed,
            "sender = \"RBD\"",
            "sender = \"R0D\"",
            3,
            "sender R0D is not in organisations.toml",
        ),
        (feed, "\"visits\"", "\"visit\"", 1, "should stand in feeds/visit.toml"),
        (
            feed,
            "format = \"table\"",
            "format = \"tabel\"",
            4,
            "did you mean `table`?",
        ),
        (
            feed,
            "format = \"table\"",
            "format = \"fhir\"",
            13,
            "only a feed with format = \"table\"",
        ),
        (feed, "full = false\n", "", 1, "say `full = true` or `full = false`"),
        (feed, "\"received\"", "\"sender-time\"", 1, "needs `updated`"),
        (feed, "\"received\"", "\"arrival\"", 7, "not one of"),
        (feed, "\"1 day\"", "\"daily\"", 9, "not a span"),
        (feed, "DD/MM/YYYY", "D.M.Y", 14, "not a way of writing dates"),
        (
            feed,
            "row_id = [\"Id\"]",
            "row_id = [\"ID2\"]",
            15,
            "names a column `ID2`",
        ),
        (feed, "row_id = [\"Id\"]\n", "", 13, "say in `row_id`"),
        (feed, "person = \"Who\"", "", 13, "rows name nobody"),
        (
            feed,
            "\"Spare\",\n]",
            "\"Spare\",\n  \"Who\",\n]",
            23,
            "column `Who` is listed twice",
        ),
        (
            feed,
            "ignored = [\"Spare\"]",
            "",
            22,
            "column `Spare` is read by no rule",
        ),
        (
            feed,
            "ignored = [\"Spare\"]",
            "ignored = [\"Spare\", \"Day\"]",
            24,
            "both ignored and read",
        ),
        (
            feed,
            "ignored = [\"Spare\"]",
            "ignored = [\"Spare\", \"Dayz\"]",
            24,
            "did you mean `Day`?",
        ),
        (
            feed,
            "kind = \"encounter\"",
            "kind = \"encouter\"",
            29,
            "not a kind of entry; did you mean `encounter`?",
        ),
        (
            feed,
            "codes = \"type\" }",
            "codes = \"typ\" }",
            30,
            "no code list [table.codes.typ]; did you mean `type`?",
        ),
        (
            feed,
            "what = { column = \"Type\", codes = \"type\" }",
            "what = { column = \"Type\" }",
            25,
            "used by no rule",
        ),
        (
            feed,
            "status = \"completed\"",
            "status = \"complete\"",
            32,
            "not a status; did you mean `completed`?",
        ),
        (
            feed,
            "happened = \"Day\"",
            "happend = \"Day\"",
            31,
            "did you mean `happened`?",
        ),
        (
            feed,
            "kind = ",
            "when = { column = \"Day\" }\nkind = ",
            29,
            "exactly one of",
        ),
        (
            feed,
            "kind = ",
            "value = { column = \"Day\" }\nkind = ",
            29,
            "either `codes`, or `as`",
        ),
        (
            feed,
            "kind = ",
            "certainty = \"maybe\"\nkind = ",
            29,
            "confirmed, suspected or ruled-out",
        ),
        (feed, "V = \"Visit\"", "V = 3", 26, "say what `V` means"),
        (
            feed,
            "[table]",
            "[table]\nlayout = \"colums\"",
            14,
            "did you mean `columns`?",
        ),
        (feed, "[table]", "[table]\nseparator = \"x\"", 14, "not a separator"),
        (
            feed,
            "[table.codes.type]",
            "[table.person_is]\nfamily = \"Spare\"\ngiven = \"Spare\"\n[table.codes.type]",
            27,
            "used twice: for `family` and for `given`",
        ),
        (
            feed,
            "status = \"completed\"\n",
            "[[table.item]]\n[[table.item.entry]]\nkind = \"encounter\"\nwhat = { words = \"Again\" }\n",
            32,
            "give one a `suffix`",
        ),
    ];
    assert!(System::load(&broken("system.toml", "Small", "Small")).is_ok());
    let mut unnamed = Vec::new();
    for (file, text, with, line, reason) in cases {
        let problems = System::load(&broken(file, text, with)).unwrap_err();
        let named =
            |problem: &Problem| problem.file == *file && problem.line == *line && problem.reason.contains(reason);
        if !problems.iter().any(named) {
            unnamed.push(format!("{with}: wanted line {line} {reason}; found {problems:#?}"));
        }
    }
    assert!(unnamed.is_empty(), "{}", unnamed.join("\n"));
}

#[test]
fn a_missing_or_foreign_file_is_a_problem() {
    let mut files = broken("system.toml", "Small", "Small");
    files.retain(|(name, _)| name != "banner.toml");
    files.push(("banners.toml".to_owned(), String::new()));
    let problems = System::load(&files).unwrap_err();
    let said: Vec<String> = problems.iter().map(Problem::to_string).collect();
    assert_eq!(
        said,
        [
            "banner.toml:1: the folder has no such file",
            "banners.toml:1: this file is not part of a system's folder; did you mean `banner.toml`?",
        ]
    );
}

proptest::proptest! {
    /// Whatever the text of a file, loading answers.
    #[test]
    fn loading_never_panics(text in "[a-z=\"\\[\\]{}.\n 0-9é#]{0,200}", file in 0usize..5) {
        let mut files = broken("system.toml", "Small", "Small");
        files[file].1.push_str(&text);
        let _ = System::load(&files);
        files[file].1 = text;
        let _ = System::load(&files);
    }
}

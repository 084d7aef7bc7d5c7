//! Rules about how the code lies: walls, sizes, names, and where things stand.

use super::Text;

/// Which rooms each room may use. A new crate needs a row here, and a reason in a decision.
const MAY_USE: [(&str, &[&str]); 10] = [
    ("record", &[]),
    ("linkage", &[]),
    ("statistics", &[]),
    ("exchange", &["record"]),
    ("summary", &["record", "statistics"]),
    ("synthetic", &["record"]),
    ("care", &["record", "exchange", "summary", "linkage", "statistics"]),
    ("insight", &["record", "summary", "statistics"]),
    ("web", &["care", "exchange", "record", "summary"]),
    (
        "chesil",
        &[
            "record",
            "linkage",
            "statistics",
            "exchange",
            "summary",
            "synthetic",
            "care",
            "insight",
            "web",
        ],
    ),
];

/// A file longer than this is split by what it does.
const LINES_MAX: usize = 600;

/// Names that say nothing of what is inside.
const NAMES_BANNED: [&str; 14] = [
    "utils",
    "util",
    "helpers",
    "helper",
    "core",
    "internals",
    "internal",
    "services",
    "service",
    "common",
    "misc",
    "manager",
    "managers",
    "shared",
];

/// Files outside a store that may hold SQL all the same, each with why.
const SQL_ALSO: [(&str, &str); 1] = [(
    "crates/care/src/opening.rs",
    "reads the folder's own stamp, before there is a store to ask",
)];

/// The words a decision's status may be.
const STATUSES: [&str; 4] = ["proposed", "accepted", "replaced", "refused"];

/// A room's own code depends only on the rooms it may use. (What only tests use is not a wall.)
pub fn walls(file: &Text) -> Vec<String> {
    let Some(room) = file
        .path
        .strip_prefix("crates/")
        .and_then(|path| path.strip_suffix("/Cargo.toml"))
    else {
        return Vec::new();
    };
    let Some((_, allowed)) = MAY_USE.iter().find(|(name, _)| *name == room) else {
        return vec!["this room has no row in the table of walls".into()];
    };
    let mut section = "";
    let mut complaints = Vec::new();
    for line in file.text.lines().map(str::trim) {
        if line.starts_with('[') {
            section = line;
            continue;
        }
        let used = line.split(['.', '=', ' ']).next().unwrap_or("");
        let counts = section.ends_with("dependencies]") && section != "[dev-dependencies]";
        if counts && MAY_USE.iter().any(|(name, _)| *name == used) && !allowed.contains(&used) {
            complaints.push(format!("`{room}` may not use `{used}`"));
        }
    }
    complaints
}

/// No written file is longer than it may be.
pub fn length(file: &Text) -> Vec<String> {
    let lines = file.text.lines().count();
    let written = matches!(file.kind(), "rs" | "html" | "css" | "mjs" | "py" | "sh" | "sql");
    (written && lines > LINES_MAX)
        .then(|| format!("{lines} lines; split it by what it does"))
        .into_iter()
        .collect()
}

/// No placeholder is left in code.
pub fn left_to_do(file: &Text) -> Vec<String> {
    if file.kind() != "rs" {
        return Vec::new();
    }
    [
        concat!("todo", "!("),
        concat!("unimple", "mented!("),
        concat!("TO", "DO:"),
        concat!("FIX", "ME"),
    ]
    .into_iter()
    .filter(|banned| file.text.contains(banned))
    .map(|banned| format!("`{banned}` is left"))
    .collect()
}

/// Routes that answer anyone in the same way, and tell nothing of anybody.
const ROUTES_OPEN: [&str; 2] = ["/assets/{name}", "/fhir/"];

/// Every route that a page or a system can ask stands in a table of who may open what: the pages' in
/// `web/tests/journeys/guarding.rs`, those of systems in `web::fhir::ROUTES`, which a test walks through.
pub fn untested_routes(files: &[Text]) -> Vec<String> {
    let of = |path: &str| {
        let found = files.iter().find(|file| file.path == path);
        found.map_or("", |file| file.text.as_str())
    };
    let pages = of("crates/web/tests/journeys/guarding.rs");
    let systems = of("crates/web/src/fhir/mod.rs")
        .split("const ROUTES")
        .nth(1)
        .unwrap_or("");
    let systems = systems.split("];").next().unwrap_or("");
    let writes = of("crates/web/tests/fhir_write.rs");
    let mut complaints = Vec::new();
    for file in files.iter().filter(|file| file.path.starts_with("crates/web/src/")) {
        for part in file.text.split(".route(").skip(1) {
            let Some(route) = part.split('"').nth(1) else { continue };
            let tested = ["GET", "POST"]
                .iter()
                .any(|method| pages.contains(&format!("\"{method} {route}\"")))
                || systems.contains(&format!("\"{route}\""))
                || writes.contains(&format!("\"POST\", \"{route}\", &token(Role::"));
            if !tested && !ROUTES_OPEN.contains(&route) {
                complaints.push(format!(
                    "{}: {route} stands in no table of who may open what",
                    file.path
                ));
            }
        }
    }
    complaints
}

#[test]
fn a_route_without_an_access_test_is_seen() {
    let of = |path: &str, text: &str| Text::example(path, text);
    let files = [
        of(
            "crates/web/src/x/mod.rs",
            "r.route(\"/a\", get(a)).route(\"/b/{id}\", get(b)).route(\n\"/fhir/c\", post(c))",
        ),
        of("crates/web/tests/journeys/guarding.rs", "(\"GET /a\", x)"),
        of(
            "crates/web/src/fhir/mod.rs",
            "pub const ROUTES: [x; 1] = [(\"POST\", \"/fhir/c\")];",
        ),
    ];
    assert_eq!(
        untested_routes(&files),
        ["crates/web/src/x/mod.rs: /b/{id} stands in no table of who may open what"]
    );
}

/// Modules are named by care or format words.
pub fn names(file: &Text) -> Vec<String> {
    if !file.path.starts_with("crates/") || file.kind() != "rs" {
        return Vec::new();
    }
    file.path
        .trim_end_matches(".rs")
        .split('/')
        .filter(|part| NAMES_BANNED.contains(part))
        .map(|part| format!("`{part}` says nothing of what is inside"))
        .collect()
}

/// SQL stands in `store.rs`, or in the one module that knows the databases apart (`care/src/db`).
pub fn sql(file: &Text) -> Vec<String> {
    let in_store = SQL_ALSO.iter().any(|(path, _)| *path == file.path)
        || file.path.ends_with("/store.rs")
        || file.path.contains("/store/")
        || file.path.contains("care/src/db/");
    if !file.path.starts_with("crates/") || file.kind() != "rs" || in_store || file.is_test() {
        return Vec::new();
    }
    // What a file's own tests look up is not the product's SQL.
    let product = file.text.split("#[cfg(test)]").next().unwrap_or("");
    let mut complaints = Vec::new();
    for (at, line) in product.lines().enumerate() {
        let begins =
            |word: &str| line.contains(&format!("\"{word} ")) || line.trim_start().starts_with(&format!("{word} "));
        if ["SELECT", "INSERT INTO", "DELETE FROM", "CREATE TABLE", "ALTER TABLE"]
            .into_iter()
            .any(begins)
        {
            complaints.push(format!("line {}: SQL outside a store", at + 1));
        }
    }
    complaints
}

/// A decision says when it was made and whether it stands.
pub fn decisions(file: &Text) -> Vec<String> {
    if !file.path.starts_with("docs/decisions/") || file.kind() != "md" {
        return Vec::new();
    }
    let value = |name: &str| {
        file.text
            .lines()
            .find_map(|line| line.strip_prefix(name))
            .unwrap_or("")
            .trim()
            .to_lowercase()
    };
    let date = value("Date:");
    let dated = date == "yyyy-mm-dd" && file.path.ends_with("0000-template.md")
        || date.len() == 10
            && date.bytes().enumerate().all(|(at, b)| {
                if at == 4 || at == 7 {
                    b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
    let status = value("Status:");
    let stands = STATUSES.iter().any(|word| status.starts_with(word));
    let date = (!dated).then(|| "no line `Date: YYYY-MM-DD`".to_owned());
    let status = (!stands).then(|| format!("no line `Status:` with one of {}", STATUSES.join(", ")));
    date.into_iter().chain(status).collect()
}

/// No file names a place on the machine it was written on.
pub fn machine_paths(file: &Text) -> Vec<String> {
    let homes = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/Us", "ers/"),
        concat!("/wo", "rk/"),
        concat!("C:\\Us", "ers"),
    ];
    file.text
        .lines()
        .enumerate()
        .filter(|(_, line)| {
            homes.iter().any(|home| {
                // A web address or a longer name may hold the same letters.
                line.match_indices(home).any(|(at, _)| {
                    let before = line[..at].chars().next_back();
                    !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_' | '}' | ')'))
                })
            })
        })
        .map(|(at, _)| format!("line {} names a path of someone's machine", at + 1))
        .collect()
}

/// Every test that the table of planted faults names exists.
pub fn faults(files: &[Text]) -> Vec<String> {
    let Some(table) = files
        .iter()
        .find(|file| file.path == "docs/decisions/0005-faults-planted.md")
    else {
        return vec!["docs/decisions/0005-faults-planted.md is missing".into()];
    };
    let rows = table
        .text
        .lines()
        .filter(|line| line.starts_with("| ") && line.contains('`'));
    let named = rows.filter_map(|row| row.split('`').nth(1));
    named
        .filter(|name| {
            let written = format!("fn {name}(");
            !files
                .iter()
                .any(|file| file.kind() == "rs" && file.text.contains(&written))
        })
        .map(|name| format!("planted faults: there is no test `{name}`"))
        .collect()
}

/// Every test that the hazard log names exists; a hazard without one says "not yet".
pub fn hazards(files: &[Text]) -> Vec<String> {
    let Some(log) = files.iter().find(|file| file.path == "docs/safety/hazard-log.md") else {
        return vec!["docs/safety/hazard-log.md is missing".into()];
    };
    let mut complaints = Vec::new();
    for row in log.text.lines().filter(|line| line.starts_with("| H")) {
        let cells: Vec<&str> = row.split('|').map(str::trim).collect();
        let (Some(id), Some(tests)) = (cells.get(1), cells.get(7)) else {
            complaints.push(format!("a row without its cells: {row}"));
            continue;
        };
        let named: Vec<&str> = tests.split('`').skip(1).step_by(2).collect();
        if named.is_empty() && *tests != "not yet" {
            complaints.push(format!("{id} names no test and does not say “not yet”"));
        }
        for name in named {
            let written = format!("fn {name}(");
            if !files
                .iter()
                .any(|file| file.kind() == "rs" && file.text.contains(&written))
            {
                complaints.push(format!("{id}: there is no test `{name}`"));
            }
        }
    }
    complaints
}

/// Every test that the threat model or the ASVS page names exists, and every threat names one.
pub fn threats(files: &[Text]) -> Vec<String> {
    let exists = |name: &str| {
        let written = format!("fn {name}(");
        let mut code = files.iter().filter(|file| file.kind() == "rs");
        code.any(|file| file.text.contains(&written))
    };
    let mut complaints = Vec::new();
    for path in ["docs/safety/threat-model.md", "docs/safety/asvs.md"] {
        let Some(page) = files.iter().find(|file| file.path == path) else {
            complaints.push(format!("{path} is missing"));
            continue;
        };
        for row in page.text.lines().filter(|line| line.starts_with("| ")) {
            let quoted = row.split('`').skip(1).step_by(2);
            let is_name = |name: &&str| {
                let plain = name
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
                plain && name.matches('_').count() > 2
            };
            let named: Vec<&str> = quoted.filter(is_name).collect();
            if row.starts_with("| T") && named.is_empty() {
                complaints.push(format!("{path}: a threat names no test: {row}"));
            }
            let missing = named.into_iter().filter(|name| !exists(name));
            complaints.extend(missing.map(|name| format!("{path}: there is no test `{name}`")));
        }
    }
    complaints
}

#[test]
fn a_threat_without_its_test_is_seen() {
    let page = |row: &str| Text::example("docs/safety/threat-model.md", row);
    let others = || {
        let asvs = Text::example("docs/safety/asvs.md", "");
        [asvs, Text::example("a.rs", "fn it_holds_for_all() {}")]
    };
    let complaints = |row: &str| {
        let [asvs, code] = others();
        threats(&[page(row), asvs, code]).len()
    };
    assert_eq!(complaints("| T1 | a | b | `it_holds_for_all` | |"), 0);
    assert_eq!(complaints("| T1 | a | b | `it_holds_for_none` | |"), 1);
    assert_eq!(complaints("| T1 | a | b | `token-file` | |"), 1);
    assert_eq!(threats(&[]).len(), 2);
}

/// Every module is declared somewhere, and every template is rendered or included.
pub fn unused(files: &[Text]) -> Vec<String> {
    let mut complaints = Vec::new();
    for file in files {
        if let Some((room, rest)) = file
            .path
            .strip_prefix("crates/")
            .and_then(|path| path.split_once("/src/"))
        {
            let stem = rest
                .trim_end_matches(".rs")
                .trim_end_matches("/mod")
                .rsplit('/')
                .next()
                .unwrap_or("");
            let root = ["lib.rs", "main.rs"].contains(&rest) || rest.starts_with("bin/");
            let declared = files.iter().any(|other| {
                other.path.starts_with(&format!("crates/{room}/src/"))
                    && other
                        .text
                        .lines()
                        .any(|line| line.trim().ends_with(&format!("mod {stem};")))
            });
            if file.kind() == "rs" && !root && !declared {
                complaints.push(format!("{}: no `mod {stem};` declares it", file.path));
            }
        }
        if let Some(template) = file.path.strip_prefix("crates/web/templates/") {
            let quoted = format!("\"{template}\"");
            if !files
                .iter()
                .any(|other| other.path.starts_with("crates/web/") && other.text.contains(&quoted))
            {
                complaints.push(format!("{}: nothing renders or includes it", file.path));
            }
        }
    }
    complaints
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fails(rule: fn(&Text) -> Vec<String>, path: &str, text: &str) {
        assert!(
            !rule(&Text::example(path, text)).is_empty(),
            "{path} was let through: {text}"
        );
    }

    fn passes(rule: fn(&Text) -> Vec<String>, path: &str, text: &str) {
        assert_eq!(rule(&Text::example(path, text)), Vec::<String>::new(), "{path}: {text}");
    }

    #[test]
    fn a_wall_broken_is_seen() {
        fails(
            walls,
            "crates/record/Cargo.toml",
            "[dependencies]\ncare.workspace = true\n",
        );
        fails(
            walls,
            "crates/exchange/Cargo.toml",
            "[target.'cfg(unix)'.dependencies]\nweb = { path = \"../web\" }\n",
        );
        fails(walls, "crates/newroom/Cargo.toml", "");
        passes(
            walls,
            "crates/web/Cargo.toml",
            "[dependencies]\ncare.workspace = true\n[dev-dependencies]\nsynthetic.workspace = true\n",
        );
    }

    #[test]
    fn a_long_file_is_seen() {
        fails(length, "crates/care/src/a.rs", &"x\n".repeat(601));
        passes(length, "crates/care/src/a.rs", &"x\n".repeat(600));
    }

    #[test]
    fn a_placeholder_is_seen() {
        fails(left_to_do, "a.rs", concat!("fn a() { todo", "!() }"));
        passes(left_to_do, "a.rs", "fn todo() {}");
    }

    #[test]
    fn an_empty_name_is_seen() {
        fails(names, "crates/care/src/utils.rs", "");
        fails(names, "crates/care/src/helpers/date.rs", "");
        passes(names, "crates/care/src/referral/store.rs", "");
    }

    #[test]
    fn sql_in_the_wrong_place_is_seen() {
        fails(sql, "crates/web/src/feeds/mod.rs", "let q = \"SELECT name FROM feed\";");
        passes(
            sql,
            "crates/care/src/person/store.rs",
            "let q = \"SELECT name FROM feed\";",
        );
    }

    #[test]
    fn an_undated_decision_is_seen() {
        fails(
            decisions,
            "docs/decisions/0001-store.md",
            "# Store\n\nStatus: accepted\n",
        );
        fails(
            decisions,
            "docs/decisions/0001-store.md",
            "# Store\n\nDate: 2026-03-03\nStatus: maybe\n",
        );
        passes(
            decisions,
            "docs/decisions/0001-store.md",
            "# Store\n\nDate: 2026-03-03\nStatus: accepted\n",
        );
    }

    #[test]
    fn a_machines_path_is_seen() {
        fails(machine_paths, "README.md", concat!("see /ho", "me/someone/notes"));
        passes(
            machine_paths,
            "README.md",
            "see https://example.org/home/page and $HOME/.cache",
        );
    }

    #[test]
    fn a_hazard_without_its_test_is_seen() {
        let log = |test: &str| {
            Text::example(
                "docs/safety/hazard-log.md",
                &format!("| H1 | a | b | c | d | e | {test} | open |"),
            )
        };
        let code = || Text::example("a.rs", "fn it_holds() {}");
        assert_eq!(hazards(&[log("`it_holds`"), code()]), Vec::<String>::new());
        assert_eq!(hazards(&[log("not yet"), code()]), Vec::<String>::new());
        assert_eq!(hazards(&[log("`it_does_not_hold`"), code()]).len(), 1);
        assert_eq!(hazards(&[log("soon"), code()]).len(), 1);
        assert_eq!(hazards(&[code()]).len(), 1);
    }

    #[test]
    fn a_fault_without_its_test_is_seen() {
        let table = |test: &str| {
            let row = format!("| Filing | an update is dropped | accept | {test} |");
            Text::example("docs/decisions/0005-faults-planted.md", &row)
        };
        let code = || Text::example("a.rs", "fn it_holds() {}");
        assert_eq!(faults(&[table("* `it_holds`"), code()]), Vec::<String>::new());
        assert_eq!(faults(&[table("`it_does_not_hold`"), code()]).len(), 1);
        assert_eq!(faults(&[code()]).len(), 1);
    }

    #[test]
    fn a_file_nobody_uses_is_seen() {
        let lib = Text::example("crates/care/src/lib.rs", "pub mod person;\n");
        let person = Text::example("crates/care/src/person.rs", "");
        let lost = Text::example("crates/care/src/lost.rs", "");
        let template = Text::example("crates/web/templates/lost.html", "");
        assert_eq!(unused(&[lib, person, lost, template]).len(), 2);
    }
}

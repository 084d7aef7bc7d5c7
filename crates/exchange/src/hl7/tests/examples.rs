//! Every file in `examples/` is a message, a line `---`, and what is read from it. Run with `CHESIL_UPDATE=1`
//! to write the second half anew; then read what changed.

use super::show::shown;
use std::path::Path;

#[test]
fn each_message_reads_as_its_example_says() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/hl7/tests/examples");
    let mut files: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    let mut wrong = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let (message, expected) = text.split_once("---\n").unwrap_or((&text, ""));
        let found = shown(message.trim_end()) + "\n";
        if found == expected {
            continue;
        }
        if std::env::var_os("CHESIL_UPDATE").is_some() {
            std::fs::write(&file, format!("{}\n---\n{found}", message.trim_end())).unwrap();
        } else {
            wrong.push(format!("{}\nfound:\n{found}\nexpected:\n{expected}", file.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

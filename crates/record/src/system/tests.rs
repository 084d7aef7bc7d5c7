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

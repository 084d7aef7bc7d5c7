//! Says plainly what to do when the style sheet, which is installed and never committed, is not there.

fn main() {
    println!("cargo::rerun-if-changed=assets");
    println!("cargo::rerun-if-changed=templates");
    if !std::path::Path::new("assets/vendor/nhsuk.css.gz").exists() {
        println!(
            "cargo::error=the style sheet is not installed: run `make assets` in the repository's root (needs npm)"
        );
    }
}

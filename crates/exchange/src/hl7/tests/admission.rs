use super::show::shown;

#[test]
fn look() {
    let base = std::path::Path::new("/work/shared/samples/hl7v2");
    for f in std::env::var("LOOK").unwrap_or_default().split(',') {
        let bytes = std::fs::read(base.join(f)).unwrap_or_default();
        println!("== {f}\n{}", shown(&String::from_utf8_lossy(&bytes)));
    }
}

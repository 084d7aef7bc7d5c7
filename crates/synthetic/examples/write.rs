//! Writes what partners would send, and the truth, to a folder:
//! `cargo run -p synthetic --release --example write -- OUT [PEOPLE] [SEED] [AS-OF]`.

use record::Date;
use std::io::Write as _;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let out = std::path::PathBuf::from(args.first().ok_or("which folder?")?);
    let plan = synthetic::Plan {
        people: args.get(1).map_or(Ok(320), |text| text.parse())?,
        seed: args.get(2).map_or(Ok(1), |text| text.parse())?,
        as_of: args
            .get(3)
            .map_or(Date::new(2026, 11, 1), |text| Date::parse(text))
            .ok_or("no such date")?,
    };
    let (mut files, mut bytes) = (0u64, 0u64);
    let started = std::time::Instant::now();
    for delivery in synthetic::deliveries(plan) {
        let folder = out.join(&delivery.feed);
        std::fs::create_dir_all(&folder)?;
        std::fs::write(folder.join(&delivery.file_name), &delivery.bytes)?;
        files += 1;
        bytes += delivery.bytes.len() as u64;
    }
    let mut truth = std::io::BufWriter::new(std::fs::File::create(out.join("truth.csv"))?);
    writeln!(
        truth,
        "person,household,nhs_number,given,family,born,sex,sender,local_id,slip"
    )?;
    let mut people = 0;
    for person in synthetic::truth(plan) {
        people += 1;
        for record in &person.records {
            let (number, nhs) = (person.number, person.nhs_number.digits());
            write!(
                truth,
                "{number},{},{nhs},{},{},",
                person.household, person.given, person.family
            )?;
            writeln!(
                truth,
                "{},{},{},{},{}",
                person.born.iso(),
                person.sex.words(),
                record.sender,
                record.local_id,
                record.slip
            )?;
        }
    }
    println!(
        "{people} people, {files} files, {bytes} bytes, {:.2} s",
        started.elapsed().as_secs_f64()
    );
    Ok(())
}

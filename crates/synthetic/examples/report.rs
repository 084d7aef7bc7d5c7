//! How a county comes out beside what is published, without the rest of the program:
//! `cargo run -p synthetic --release --example report -- PEOPLE AS-OF FILE SEED...` writes the page of the first seed to
//! FILE (`-` for none) and says of every seed what is outside what is asked.

use record::Date;
use std::sync::Mutex;
use synthetic::report::{DORSET, Figures, Sheet};
use synthetic::{Plan, blocks_of, people, report_page};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let [wanted, as_of, file, seeds @ ..] = args.as_slice() else {
        return Err("PEOPLE AS-OF FILE SEED...".into());
    };
    let figures = Figures::read(DORSET)?;
    for (number, seed) in seeds.iter().enumerate() {
        let plan = Plan {
            people: wanted.parse()?,
            seed: seed.parse()?,
            as_of: Date::parse(as_of).ok_or("no such date")?,
        };
        let (sheet, count) = counted(plan, &figures);
        println!("seed {seed}: {}", report_page::summary(&sheet));
        for (figure, outcome) in sheet
            .outcomes()
            .filter(|(figure, outcome)| figure.tuned && !outcome.within)
        {
            let came = outcome.result.unwrap_or_default();
            println!(
                "  {}: {came:.2} for {} (± {:.2})",
                figure.name, figure.value, outcome.interval
            );
        }
        if number == 0 && file != "-" {
            std::fs::write(file, report_page::page(&sheet, plan, count))?;
        }
    }
    Ok(())
}

/// Everyone counted, on as many threads as there are; a thread that falls over leaves its people out.
fn counted(plan: Plan, figures: &Figures) -> (Sheet, u32) {
    let blocks = Mutex::new(blocks_of(plan, 4_000));
    let one = || {
        let (mut sheet, mut count) = (Sheet::new(figures, plan.as_of), 0);
        while let Some(block) = blocks.lock().ok().and_then(|mut blocks| blocks.next()) {
            people(plan, block, &mut |person| {
                sheet.add(&person);
                count += 1;
            });
        }
        (sheet, count)
    };
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let (mut all, mut people) = (Sheet::new(figures, plan.as_of), 0);
    std::thread::scope(|scope| {
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(one)).collect();
        for (sheet, count) in running.into_iter().filter_map(|thread| thread.join().ok()) {
            all.merge(&sheet);
            people += count;
        }
    });
    (all, people)
}

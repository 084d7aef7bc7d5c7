//! Linkage: values as senders wrote them, cleaned and compared, and models as someone saved them.
#![no_main]

use libfuzzer_sys::fuzz_target;
use linkage::care::{Bars, persons as persons_in_care};
use linkage::{Candidates, Model, Role, Rows, Schema, Scorer, Table, block, cluster, explain, pairs, schema, train};

/// The most rows of one input: every pair of them is weighed.
const MOST: usize = 40;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(model) = Model::from_json(&text) {
        let again = Model::from_json(&model.to_json().unwrap_or_default());
        assert!(again.is_ok_and(|again| again == model), "a model that was read is written and read again");
    }
    let (mut once, mut twice) = (String::new(), String::new());
    for role in Role::ALL {
        if role.clean(&text, &mut once).is_ok() && role.clean(&once, &mut twice).is_ok() {
            assert_eq!(once, twice, "{role:?} is cleaned once");
        }
    }
    let mut lines = text.lines();
    let headings: Vec<String> = lines.next().unwrap_or("").split(',').map(String::from).collect();
    let sample: Vec<Vec<String>> = lines.clone().take(MOST).map(|l| l.split(',').map(String::from).collect()).collect();
    let _ = schema::guess(&headings, &sample);

    let names = ["given", "surname", "birth", "sex", "postcode", "address", "number", "phone", "email", "text"];
    let mut table = Table::new(Schema::new(names.into_iter().zip(Role::ALL)));
    let mut rows = Rows::new(Role::ALL.len());
    lines.take(MOST).for_each(|line| rows.push(line.split(',')));
    let sources = 0..rows.len() as u16;
    table.extend(&rows, sources.map(|row| row % 3));
    let candidates = Candidates::new(&table, &block::rules(table.schema()), false);
    let model = train::train(&table, &candidates, train::Settings::default());
    let scorer = Scorer::new(&table, &model);
    for a in 0..table.len() as u32 {
        for b in 0..a {
            assert_eq!(scorer.score(a, b), scorer.score(b, a), "a pair weighs the same either way");
            assert!(scorer.score(a, a).weight >= scorer.score(a, b).weight - 1e-3, "nothing is more like than itself");
        }
    }
    let found = pairs(&scorer, &candidates, -20.0);
    if let Some(pair) = found.first() {
        explain::tell(&scorer, pair.a, pair.b);
    }
    let settings = cluster::Settings {
        threshold: 1.0,
        one_to_one: true,
    };
    for (row, person) in cluster::persons(&scorer, &found, settings).into_iter().enumerate() {
        assert!(person as usize <= row, "a person is named by the lowest record");
    }
    persons_in_care(&scorer, &found, Bars::default());
});

//! Tables: any bytes through each of Dorset's tables; cut whole or as a stream, they give the same rows.
#![no_main]

#[path = "../dorset.rs"]
mod dorset;

use exchange::{Format, table};
use libfuzzer_sys::fuzz_target;
use record::system::Feed;
use std::sync::LazyLock;

static FEEDS: LazyLock<Vec<Feed>> = LazyLock::new(|| {
    let feeds = dorset::system().feeds;
    feeds.into_iter().filter(|feed| feed.table.is_some()).collect()
});

fuzz_target!(|bytes: &[u8]| {
    let Some((which, document)) = bytes.split_first() else {
        return;
    };
    let feed = &FEEDS[usize::from(*which) % FEEDS.len()];
    let whole = table::split(document, feed);
    let mut streamed = Vec::new();
    let outcome = table::Splitter::new(feed).and_then(|mut splitter| {
        for chunk in document.chunks(5) {
            splitter.push(chunk, &mut |piece| streamed.push(piece))?;
        }
        splitter.finish(&mut |piece| streamed.push(piece))
    });
    assert_eq!(whole.is_ok(), outcome.is_ok());
    if let Ok(pieces) = whole {
        assert_eq!(pieces, streamed);
        for piece in pieces {
            let _ = exchange::read(Format::Table, &piece.body, &piece.context, feed);
        }
    }
});

//! Which items may be among the others, held in memory while a store is filled for the first time: of the millions that
//! come then hardly one is known, and to look for each where it would stand took a seventh of the writer's time.

/// Items of one block, and bits for each: about one in a hundred that were never added is said to be there.
const BLOCK_ITEMS: usize = 16_000_000;
const BITS_AN_ITEM: usize = 12;
const LINE_WORDS: usize = 8;
/// Bits set for an item, all within one line of 512, so that an item is looked for in one place of memory.
const BITS_SET: u32 = 6;

/// A Bloom filter (Bloom 1970) in lines of the processor's cache (Putze, Sanders and Singler 2007). What was added is
/// always found; what was not is seldom found too. An item's number is a digest already, so it is not hashed again.
pub(super) struct Known {
    blocks: Vec<Block>,
    block_items: usize,
}

struct Block {
    lines: Vec<[u64; LINE_WORDS]>,
    held: usize,
}

impl Default for Known {
    fn default() -> Self {
        Self::with_blocks_of(BLOCK_ITEMS)
    }
}

impl Known {
    fn with_blocks_of(block_items: usize) -> Self {
        Self {
            blocks: Vec::new(),
            block_items,
        }
    }

    /// Adds an item.
    pub fn add(&mut self, item: i64) {
        if self.blocks.last().is_none_or(|block| block.held >= self.block_items) {
            let lines = (self.block_items * BITS_AN_ITEM).div_ceil(64 * LINE_WORDS);
            self.blocks.push(Block {
                lines: vec![[0; LINE_WORDS]; lines],
                held: 0,
            });
        }
        let Some(block) = self.blocks.last_mut() else { return };
        block.held += 1;
        let at = line_of(item, block.lines.len());
        if let Some(line) = block.lines.get_mut(at) {
            for (word, bit) in bits_of(item) {
                line[word] |= bit;
            }
        }
    }

    /// Whether an item may have been added; if not, it certainly was not.
    pub fn may_hold(&self, item: i64) -> bool {
        self.blocks.iter().any(|block| {
            let line = block.lines.get(line_of(item, block.lines.len()));
            line.is_some_and(|line| bits_of(item).all(|(word, bit)| line[word] & bit != 0))
        })
    }
}

/// The upper half of the number says which line.
fn line_of(item: i64, lines: usize) -> usize {
    (((item as u64) >> 32) as usize * lines) >> 32
}

/// The lower half, spread over all bits, says which bits: as (word, bit).
fn bits_of(item: i64) -> impl Iterator<Item = (usize, u64)> {
    let spread = (item as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 8;
    (0..BITS_SET).map(move |n| {
        let nine = (spread >> (9 * n)) as usize & 511;
        (nine / 64, 1 << (nine % 64))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn digest(n: u64) -> i64 {
        let bytes = blake3::hash(&n.to_le_bytes());
        i64::from_le_bytes(bytes.as_bytes()[..8].try_into().unwrap())
    }

    #[test]
    fn what_was_added_is_always_found() {
        for (block, items) in [(1, 40), (7, 300), (500, 499), (20_000, 70_000)] {
            let mut known = Known::with_blocks_of(block);
            let all: Vec<i64> = (0..items).map(digest).chain([i64::MIN, -1, 0, i64::MAX]).collect();
            all.iter().for_each(|item| known.add(*item));
            assert!(
                all.iter().all(|item| known.may_hold(*item)),
                "{items} in blocks of {block}"
            );
        }
    }

    #[test]
    fn what_was_not_added_is_seldom_found() {
        let mut known = Known::with_blocks_of(20_000);
        (0..60_000).for_each(|n| known.add(digest(n)));
        let found = (60_000..160_000).filter(|n| known.may_hold(digest(*n))).count();
        assert!((1..6_000).contains(&found), "{found} of 100,000 in three blocks");
    }
}

//! The files of an invented county: packed with gzip as they are made, never held whole.

use crate::error::Failure;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};
use synthetic::{Block, Chunk, Plan, TruePerson, TruthRows};

/// The quickest packing: records repeat themselves so much that slower ones gain little.
const PACKING: Compression = Compression::new(1);

/// Bytes waiting to be written to one file.
const BUFFER_BYTES: usize = 64 << 10;

/// How much has been written.
#[derive(Clone, Copy, Debug, Default)]
pub struct Written {
    /// People.
    pub people: u32,
    /// Files.
    pub files: u64,
    /// Bytes before packing.
    pub bytes: u64,
    /// Bytes on disk.
    pub packed: u64,
}

impl Written {
    /// Both together.
    pub fn add(&mut self, other: Self) {
        self.people += other.people;
        self.files += other.files;
        self.bytes += other.bytes;
        self.packed += other.packed;
    }
}

/// A folder being filled.
pub struct Folder {
    root: PathBuf,
}

type Packed = GzEncoder<BufWriter<File>>;

impl Folder {
    /// A new folder, or one that is empty: files of two plans side by side would be two counties in one.
    pub fn new(root: &Path) -> Result<Self, Failure> {
        let in_words = |error: std::io::Error| Failure::new(format!("{}: {error}", root.display()));
        std::fs::create_dir_all(root).map_err(in_words)?;
        if std::fs::read_dir(root).map_err(in_words)?.next().is_some() {
            return Err(Failure::new(format!(
                "--out {}: the folder is not empty; give a new one",
                root.display()
            )));
        }
        Ok(Self { root: root.to_owned() })
    }

    fn create(&self, folder: &str, name: &str) -> Result<Packed, Failure> {
        let folder = self.root.join(folder);
        let path = folder.join(format!("{name}.gz"));
        let in_words = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        std::fs::create_dir_all(&folder).map_err(in_words)?;
        let file = File::create(&path).map_err(in_words)?;
        Ok(GzEncoder::new(BufWriter::with_capacity(BUFFER_BYTES, file), PACKING))
    }

    /// Makes one block and writes its files; each person goes to `count` too.
    pub fn block(
        &self,
        plan: Plan,
        block: Block,
        file_bytes: usize,
        count: &mut dyn FnMut(&TruePerson),
    ) -> Result<Written, Failure> {
        let mut open: HashMap<&'static str, Packed> = HashMap::new();
        let (mut written, mut failure) = (Written::default(), None);
        let mut told = |chunk: Chunk<'_>| {
            if failure.is_none() {
                failure = self.take(&mut open, &chunk, &mut written).err();
            }
        };
        let (mut people, mut truth) = (0, TruthRows::default());
        let mut truly = |person: TruePerson| {
            people += 1;
            truth.add(&person);
            count(&person);
        };
        synthetic::make(plan, block, file_bytes, &mut told, Some(&mut truly));
        if let Some(failure) = failure {
            return Err(failure);
        }
        written.people = people;
        for (name, rows) in truth.files() {
            let mut file = self.create("truth", &format!("{name}-{:05}.csv", block.number))?;
            file.write_all(rows)?;
            written.bytes += rows.len() as u64;
            finish(file, &mut written)?;
        }
        Ok(written)
    }

    fn take(
        &self,
        open: &mut HashMap<&'static str, Packed>,
        chunk: &Chunk<'_>,
        written: &mut Written,
    ) -> Result<(), Failure> {
        written.bytes += chunk.bytes.len() as u64;
        let mut file = match open.remove(chunk.feed) {
            Some(file) => file,
            None => self.create(chunk.feed, chunk.file_name)?,
        };
        file.write_all(chunk.bytes)?;
        if chunk.ends {
            finish(file, written)
        } else {
            open.insert(chunk.feed, file);
            Ok(())
        }
    }

    /// Says what the folder holds, last, so that a folder without this page was cut short.
    pub fn close(&self, plan: Plan, written: &Written) -> Result<(), Failure> {
        let page = serde_json::json!({
            "what": "Invented people: what partners would send, a folder for each feed; truth/ is for evaluation only",
            "people": written.people,
            "seed": plan.seed,
            "as_of": plan.as_of.iso(),
            "files": written.files,
            "bytes": written.bytes,
            "packed_bytes": written.packed,
        });
        std::fs::write(self.root.join("about.json"), format!("{page:#}\n"))?;
        Ok(())
    }
}

fn finish(file: Packed, written: &mut Written) -> Result<(), Failure> {
    let mut inner = file.finish()?;
    inner.flush()?;
    written.files += 1;
    written.packed += inner.get_ref().metadata()?.len();
    Ok(())
}

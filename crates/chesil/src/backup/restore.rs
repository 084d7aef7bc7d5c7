//! `chesil restore`: into a folder or database where nothing is yet.

use super::telling::{self, Bar};
use super::{AUDIT_KEY, KeyFrom, SECRETS, at, stored, sync_folder_of};
use crate::error::Failure;
use crate::{Store, account, clock, folder, system};
use care::backup::{self, BackupKey, Restored, Restoring};
use care::{Opening, Stamp};
use std::fs::File;
use std::io::{BufReader, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// The backup.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// The list of lawful removals and decisions that the server kept beside the copy of the audit's seals (its name ends
    /// in .removals): what was removed since the backup was taken is removed again, and what was decided since to
    /// protect somebody is decided again.
    #[arg(
        long,
        value_name = "FILE",
        required_unless_present = "no_removals",
        conflicts_with = "no_removals"
    )]
    removals: Option<PathBuf>,
    /// There is no such list. What was lawfully removed since the backup was taken comes back and has to be removed again
    /// by hand, and nobody is served before a person has said that they looked at what was decided since.
    #[arg(long)]
    no_removals: bool,
    #[command(flatten)]
    key: KeyFrom,
    #[command(flatten)]
    store: Store,
}

/// In a data folder while it is restored to; whatever ends the restore too early leaves it there.
const MARK: &str = "restoring";

/// Says no to a folder that was not restored to its end.
pub fn refuse_unfinished(data: &Path) -> Result<(), Failure> {
    match data.join(MARK).exists() {
        true => Err(Failure::new(format!(
            "data folder {}: a backup was not restored to its end here, and what is there must not be used. Run \
             `chesil restore` again",
            data.display()
        ))),
        false => Ok(()),
    }
}

/// Runs the command. Exit 2 when the audit had been meddled with before the backup was taken, 3 when something on the
/// list could not be removed or decided again.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (data, from) = (&arguments.store.data, &arguments.from);
    let key = arguments.key.read(data)?;
    let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| at(path, &error));
    let removals = arguments.removals.as_ref().map(read).transpose()?;
    let file = File::open(from).map_err(|error| at(from, &error))?;
    let owned = begin(data)?;
    let restored = restore(arguments, &key, removals.as_deref(), &file);
    match &restored {
        Ok(_) => end(data)?,
        // Nothing that could be taken for the whole is left.
        Err(_) => sweep(data)?,
    }
    drop(owned);
    let restored = restored?;
    telling::restored(&restored, &arguments.store);
    Ok(
        match (
            arguments.no_removals || restored.left.is_empty(),
            restored.audit.faults.is_empty(),
        ) {
            (false, _) => ExitCode::from(3),
            (true, false) => ExitCode::from(2),
            (true, true) => ExitCode::SUCCESS,
        },
    )
}

fn restore(arguments: &Arguments, key: &BackupKey, removals: Option<&str>, file: &File) -> Result<Restored, Failure> {
    let store = &arguments.store;
    let to = stored(&store.data, store.database.as_deref());
    let restoring = Restoring {
        into: Opening {
            place: to.place,
            audit_place: to.audit_place,
            system: system::load(store.system.as_deref())?,
            stamp: store.live.then_some(Stamp::Live),
            readers: 2,
            now: clock::now(),
            fresh_key: clock::random()?,
            chain: clock::chain(),
        },
        key,
        removals,
        actor: account::BY,
        signer: AUDIT_KEY,
        keep: &mut |name, bytes| keep(&store.data, name, bytes),
    };
    let bar = Bar::over(file.metadata()?.len());
    let input = BufReader::with_capacity(1 << 20, file);
    let restored = backup::restore(restoring, input, &mut |progress| bar.show(progress));
    bar.finish();
    restored.map_err(|error| at(&arguments.from, &error))
}

/// Takes an empty folder, or one in which a restore was ended too early, and marks it.
fn begin(data: &Path) -> Result<folder::Owned, Failure> {
    if data.exists() {
        let unfinished = data.join(MARK).exists();
        for entry in std::fs::read_dir(data).map_err(|error| at(data, &error))? {
            if !unfinished && entry?.file_name() != "lock" {
                return Err(Failure::new(format!(
                    "data folder {} is not empty: a backup is restored only where nothing is yet",
                    data.display()
                )));
            }
        }
    }
    let owned = folder::own(data)?.ok_or_else(|| {
        Failure::new(format!(
            "data folder {} is in use by another chesil process",
            data.display()
        ))
    })?;
    let mark = data.join(MARK);
    if mark.exists() {
        sweep(data)?;
    }
    File::create(&mark)?.sync_all()?;
    sync_folder_of(&mark)?;
    Ok(owned)
}

/// Takes away what a restore made, and then its mark.
fn sweep(data: &Path) -> Result<(), Failure> {
    let mut names: Vec<String> = SECRETS.iter().map(|name| (*name).to_owned()).collect();
    for file in ["record.db", "audit.db"] {
        names.extend(["", "-wal", "-shm", "-turn", "-journal"].map(|end| format!("{file}{end}")));
    }
    for name in names.iter().map(String::as_str).chain([MARK]) {
        match std::fs::remove_file(data.join(name)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(at(&data.join(name), &error)),
            Ok(()) | Err(_) => {}
        }
    }
    Ok(())
}

/// All of it is there and durable: the folder may be used.
fn end(data: &Path) -> Result<(), Failure> {
    let mark = data.join(MARK);
    sync_folder_of(&mark)?;
    std::fs::remove_file(&mark)?;
    Ok(sync_folder_of(&mark)?)
}

/// Keeps a small file, readable by its owner alone. A name that no backup of ours holds is not followed.
fn keep(data: &Path, name: &str, bytes: &[u8]) -> std::io::Result<()> {
    if !SECRETS.contains(&name) {
        return Ok(());
    }
    let mut file = File::options()
        .create_new(true)
        .write(true)
        .mode(0o600)
        .open(data.join(name))?;
    file.write_all(bytes)?;
    file.sync_all()
}

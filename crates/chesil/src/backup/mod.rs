//! `chesil backup` and `chesil restore`: everything that the store holds, in one sealed file, and its way back.

mod restore;
mod telling;

pub use restore::{Arguments as RestoreArguments, refuse_unfinished, run as restore};

use crate::error::Failure;
use crate::{account, clock, secret};
use care::backup::{self, BackupError, BackupKey, Manifest, Stored, Taking};
use care::db::Place;
use std::fs::{File, TryLockError};
use std::io::{BufReader, BufWriter, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use telling::Bar;

/// The small files of a data folder without which the store is of no use: the key of passwords and second factors, and
/// what the audit's seals are signed with.
const ACCOUNT_KEY: &str = "account.key";
const AUDIT_KEY: &str = "audit.key";
const SECRETS: [&str; 2] = [ACCOUNT_KEY, AUDIT_KEY];

#[derive(clap::Args)]
pub struct Arguments {
    /// The file to write, which must not be there yet. Until it is whole it has the ending .part.
    #[arg(long, required_unless_present = "check", conflicts_with = "check")]
    out: Option<PathBuf>,
    /// Take none: read this one to its end, and check all of it.
    #[arg(long, value_name = "FILE")]
    check: Option<PathBuf>,
    #[command(flatten)]
    key: KeyFrom,
    /// Data folder.
    #[arg(long, default_value = "chesil-data")]
    data: PathBuf,
    /// The record is in PostgreSQL: postgres://user@host/database. The folder holds the keys all the same.
    #[arg(long, env = "CHESIL_DATABASE", hide_env_values = true)]
    database: Option<String>,
}

/// Where the key of backups is.
#[derive(clap::Args)]
pub struct KeyFrom {
    /// The file with the key of backups: 64 hexadecimal digits, as `openssl rand -hex 32` makes. Or put them into
    /// CHESIL_BACKUP_KEY. Keep a copy where neither this machine nor the backups are.
    #[arg(long, env = "CHESIL_BACKUP_KEY_FILE")]
    key_file: Option<PathBuf>,
}

impl KeyFrom {
    /// Reads the key; `data` is the folder that it must not lie in.
    fn read(&self, data: &Path) -> Result<BackupKey, Failure> {
        let Some(path) = &self.key_file else {
            let text = std::env::var("CHESIL_BACKUP_KEY").map_err(|_| {
                Failure::new(
                    "no key: give --key-file FILE, or put 64 hexadecimal digits into CHESIL_BACKUP_KEY. \
                     `openssl rand -hex 32 > FILE` makes a new one",
                )
            })?;
            return Ok(BackupKey::new(secret::of_text(Path::new("CHESIL_BACKUP_KEY"), &text)?));
        };
        let text = std::fs::read_to_string(path)
            .map_err(|error| Failure::new(format!("the key of backups, {}: {error}", path.display())))?;
        let within = |folder: &Path| Some(path.canonicalize().ok()?.starts_with(folder.canonicalize().ok()?));
        if within(data) == Some(true) {
            return Err(Failure::new(format!(
                "{} lies in the data folder: it would be lost with what it protects. Move it, and keep a copy elsewhere",
                path.display()
            )));
        }
        Ok(BackupKey::new(secret::of_text(path, &text)?))
    }
}

/// Runs `chesil backup`, beside a server and an import.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let key = arguments.key.read(&arguments.data)?;
    if let Some(path) = &arguments.check {
        let manifest = check(path, &key)?;
        telling::checked(path, &manifest);
        return Ok(ExitCode::SUCCESS);
    }
    let Some(out) = &arguments.out else {
        return Err(Failure::new("give --out FILE"));
    };
    let (manifest, missing) = take(arguments, &key, out)?;
    telling::taken(out, &manifest, &missing);
    Ok(ExitCode::SUCCESS)
}

fn check(path: &Path, key: &BackupKey) -> Result<Manifest, Failure> {
    let file = File::open(path).map_err(|error| at(path, &error))?;
    let bar = Bar::over(file.metadata()?.len());
    let input = BufReader::with_capacity(1 << 20, file);
    let found = backup::check(input, key, &mut |progress| bar.show(progress));
    bar.finish();
    found.map_err(|error| at(path, &error))
}

/// Takes a backup; answers also which small files were not there.
fn take(arguments: &Arguments, key: &BackupKey, out: &Path) -> Result<(Manifest, Vec<&'static str>), Failure> {
    let from = stored(&arguments.data, arguments.database.as_deref());
    refuse_unfinished(&arguments.data)?;
    if let Place::Lite(path) = &from.place
        && !path.exists()
    {
        return Err(Failure::new(format!("{} holds no store", arguments.data.display())));
    }
    if out.exists() {
        return Err(Failure::new(format!("{} is there already", out.display())));
    }
    let (mut secrets, mut missing) = (Vec::new(), Vec::new());
    for name in SECRETS {
        match std::fs::read(arguments.data.join(name)) {
            Ok(bytes) => secrets.push((name.to_owned(), bytes)),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => missing.push(name),
            Err(error) => return Err(at(&arguments.data.join(name), &error)),
        }
    }
    let mut part = out.as_os_str().to_owned();
    part.push(".part");
    let part = PathBuf::from(part);
    let file = begin(&part)?;
    let taking = Taking {
        from: &from,
        secrets: &secrets,
        key,
        salt: clock::random()?,
        now: clock::now(),
        program: env!("CARGO_PKG_VERSION"),
        chain: clock::chain(),
        actor: account::BY,
    };
    let bar = Bar::unbounded();
    let mut buffered = BufWriter::with_capacity(1 << 20, &file);
    let taken = backup::take(&taking, &mut buffered, &mut |progress| bar.show(progress));
    bar.finish();
    let taken = taken.and_then(|manifest| {
        buffered.flush()?;
        file.sync_all()?;
        std::fs::rename(&part, out)?;
        sync_folder_of(out)?;
        Ok(manifest)
    });
    if taken.is_err() {
        // What is half done helps nobody; a run that was killed leaves it, and it is refused as cut off.
        let _ = std::fs::remove_file(&part);
    }
    Ok((taken.map_err(|error| at(out, &error))?, missing))
}

/// Opens the file under its passing name. What a run that was killed left there is overwritten.
fn begin(part: &Path) -> Result<File, Failure> {
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(part)
        .map_err(|error| at(part, &error))?;
    match file.try_lock() {
        Ok(()) => file.set_len(0)?,
        Err(TryLockError::WouldBlock) => return Err(Failure::new(format!("{} is being written", part.display()))),
        Err(TryLockError::Error(error)) => return Err(at(part, &error)),
    }
    Ok(file)
}

fn stored(data: &Path, database: Option<&str>) -> Stored {
    match database {
        Some(url) => Stored {
            place: Place::Pg(url.to_owned()),
            audit_place: Place::Pg(url.to_owned()),
        },
        None => Stored {
            place: Place::Lite(data.join("record.db")),
            audit_place: Place::Lite(data.join("audit.db")),
        },
    }
}

/// Makes a name in a folder durable.
fn sync_folder_of(path: &Path) -> std::io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()
}

fn at(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::new(format!("{}: {error}", path.display()))
}

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        Self::new(error.to_string())
    }
}

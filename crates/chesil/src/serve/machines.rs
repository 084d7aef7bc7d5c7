//! Systems that may send or read, from their file. The file is read again when it changes, so that a system which is
//! suspended or struck out is shut out within seconds, with the tokens that it still has.

use crate::error::Failure;
use care::access::{Actor, Role};
use exchange::smart::Scopes;
use record::OrgCode;
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use web::access::machine::registered::keys;
use web::serving::{Machine, Site};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    machine: Vec<Line>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Line {
    name: String,
    token_file: Option<PathBuf>,
    jwks_file: Option<PathBuf>,
    jwks: Option<String>,
    scopes: Option<String>,
    role: String,
    organisation: Option<String>,
    #[serde(default)]
    launches: bool,
    #[serde(default)]
    suspended: bool,
}

const TOKEN_LETTERS_MIN: usize = 24;
/// Letters of a name at most.
const NAME_MAX: usize = 64;
/// How often the file is looked at.
const EVERY: Duration = Duration::from_secs(2);

/// Reads the file; a demo store also knows the tokens `demo-sender` and `demo-reader`.
pub fn load(path: Option<&Path>, demo: bool) -> Result<Vec<Machine>, Failure> {
    let mut machines = Vec::new();
    if demo {
        for (name, role) in [("demo-sender", Role::Sender), ("demo-reader", Role::CareSystem)] {
            machines.push(Machine::with_token(name, actor(name, role, None), None));
        }
    }
    let Some(path) = path else { return Ok(machines) };
    let at = |words: String| Failure::new(format!("{}: {words}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| at(error.to_string()))?;
    let file: File = toml::from_str(&text).map_err(|error| at(error.to_string()))?;
    for line in &file.machine {
        let machine = machine(line).map_err(|words| at(format!("{}: {words}", line.name)))?;
        if machines.iter().any(|other| other.client == machine.client) {
            return Err(at(format!("{}: two systems have this name", line.name)));
        }
        let digest = machine.token_digest;
        if digest.is_some() && machines.iter().any(|other| other.token_digest == digest) {
            return Err(at(format!("{}: another system has the same token", line.name)));
        }
        machines.push(machine);
    }
    Ok(machines)
}

/// One system of the file; what is wrong with it, in words.
fn machine(line: &Line) -> Result<Machine, String> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.');
    if line.name.is_empty() || line.name.len() > NAME_MAX || !line.name.bytes().all(plain) {
        return Err("a name is made of letters, digits, hyphens, underscores and full stops".to_owned());
    }
    let role = match line.role.as_str() {
        "sender" => Role::Sender,
        "reader" => Role::CareSystem,
        other => return Err(format!("role {other} is neither sender nor reader")),
    };
    let sender = match &line.organisation {
        Some(code) => Some(OrgCode::parse(code).ok_or_else(|| format!("{code} is no ODS code"))?),
        None => None,
    };
    let read = |path: &PathBuf| std::fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()));
    let token_digest = match line.token_file.as_ref().map(read).transpose()? {
        Some(token) if token.trim().len() < TOKEN_LETTERS_MIN => {
            return Err(format!("its token is shorter than {TOKEN_LETTERS_MIN} letters"));
        }
        token => token.map(|token| *blake3::hash(token.trim().as_bytes()).as_bytes()),
    };
    let set = match (&line.jwks, &line.jwks_file) {
        (Some(_), Some(_)) => return Err("give jwks or jwks-file, not both".to_owned()),
        (Some(inline), None) => Some(inline.clone()),
        (None, file) => file.as_ref().map(read).transpose()?,
    };
    let keys = set.map_or_else(|| Ok(Vec::new()), |set| keys(&set))?;
    let scopes = line.scopes.as_deref().map(Scopes::parse).transpose();
    let scopes = scopes.map_err(|error| error.to_string())?;
    if keys.is_empty() && token_digest.is_none() {
        return Err("it needs keys (jwks or jwks-file) or a token (token-file)".to_owned());
    }
    if !keys.is_empty() && scopes.is_none() {
        return Err("a system with keys needs scopes, such as system/*.rs".to_owned());
    }
    Ok(Machine {
        client: line.name.clone(),
        token_digest,
        keys,
        scopes,
        actor: actor(&line.name, role, sender.clone()),
        sender,
        launches: line.launches,
        suspended: line.suspended,
    })
}

fn actor(name: &str, role: Role, sender: Option<OrgCode>) -> Actor {
    Actor {
        user: format!("system:{name}"),
        name: name.to_owned(),
        role,
        organisation: sender
            .as_ref()
            .map_or_else(|| "any sender".to_owned(), ToString::to_string),
        works_for: sender,
    }
}

/// A file as it was looked at: when it was changed, and how long it is; `None` when it could not be looked at.
type Looked = Option<(SystemTime, u64)>;

/// What the list is made of, as it stands now: its file, and the files of tokens and keys that it names.
pub struct Seen(Vec<(PathBuf, Looked)>);

/// Looks at the list and at the files that it names. To be called before they are read, so that no change is missed.
pub fn seen(path: Option<&Path>) -> Seen {
    let Some(path) = path else { return Seen(Vec::new()) };
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let named = toml::from_str::<File>(&text).map_or_else(|_| Vec::new(), |file| file.machine);
    let named = named.into_iter().flat_map(|line| [line.token_file, line.jwks_file]);
    let files = std::iter::once(path.to_owned()).chain(named.flatten());
    Seen(files.map(|file| (file.clone(), looked(&file))).collect())
}

fn looked(path: &Path) -> Looked {
    let about = std::fs::metadata(path).ok()?;
    Some((about.modified().ok()?, about.len()))
}

/// Reads the list again whenever its file, or one that it names, changes. A list that cannot be read leaves what was in
/// force, and says so in the log.
pub fn watch(site: Arc<Site>, path: Option<PathBuf>, mut seen_before: Seen) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    std::thread::Builder::new().name("machines".into()).spawn(move || {
        loop {
            std::thread::sleep(EVERY);
            if seen_before.0.iter().all(|(file, before)| looked(file) == *before) {
                continue;
            }
            seen_before = seen(Some(&path));
            match load(Some(&path), site.care.is_demo()) {
                Ok(list) => {
                    tracing::info!(systems = list.len(), "the list of systems was read again");
                    site.machines.replace(list);
                }
                Err(failure) => tracing::error!(%failure, "the list of systems stays as it was"),
            }
        }
    })?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loaded(lines: &str) -> Result<Vec<Machine>, String> {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("token"), "a token of twenty-four letters or more").unwrap();
        let file = folder.path().join("machines.toml");
        let token = folder.path().join("token");
        let text = lines.replace("TOKEN", &token.to_string_lossy());
        std::fs::write(&file, text).unwrap();
        load(Some(&file), false).map_err(|failure| failure.to_string())
    }

    const KEYS: &str = r#"'{"keys":[{"kty":"EC","crv":"P-384","kid":"a","x":"qofKIr6LBTeOscce8yCtdG4dO2KLp5uYWfdB4IJUKjhVAvJdv1UpbDpUXjhydgq3","y":"NhfeSpYmLG9dnpi_kpLcKfj0Hb0omhR86doxE7XwuMAKYLHOHX6BnXpDHXyQ6g5f"}]}'"#;

    #[test]
    fn a_system_has_a_name_of_its_own_and_a_token_or_keys_with_scopes() {
        let by_token = "[[machine]]\nname = \"a\"\nrole = \"reader\"\ntoken-file = \"TOKEN\"\n";
        let by_keys = format!("[[machine]]\nname = \"b\"\nrole = \"sender\"\njwks = {KEYS}\n");
        let scopes = "scopes = \"system/*.cu\"\n";
        let both = loaded(&format!(
            "{by_token}{by_keys}{scopes}organisation = \"RBD\"\nsuspended = true\n"
        ))
        .unwrap();
        assert_eq!((both[0].keys.len(), both[1].keys.len()), (0, 1));
        assert!(both[0].scopes.is_none() && both[1].scopes.is_some() && both[1].suspended);
        assert_eq!(both[1].actor.user, "system:b");
        for (wrong, says) in [
            (by_keys.clone(), "needs scopes"),
            (format!("{by_keys}scopes = \"system/*.read\"\n"), "scope 1 is not"),
            (format!("{by_token}{by_token}"), "two systems"),
            (
                format!("{by_token}{}", by_token.replace("\"a\"", "\"c\"")),
                "the same token",
            ),
            (
                "[[machine]]\nname = \"a\"\nrole = \"reader\"\n".to_owned(),
                "it needs keys",
            ),
            (by_token.replace("\"a\"", "\"a b\""), "a name is made of"),
            (by_token.replace("reader", "king"), "neither sender nor reader"),
            (by_token.replace("TOKEN", "/nowhere/token"), "/nowhere/token"),
        ] {
            let said = loaded(&wrong).unwrap_err();
            assert!(said.contains(says), "{said} does not say {says}");
        }
    }
}

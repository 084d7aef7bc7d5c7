//! Systems that may send or read, known by tokens.

use crate::error::Failure;
use care::access::{Actor, Role};
use record::OrgCode;
use serde::Deserialize;
use std::path::Path;
use web::serving::Machine;

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
    token_file: std::path::PathBuf,
    role: String,
    organisation: Option<String>,
}

const TOKEN_LETTERS_MIN: usize = 24;

/// Reads the file; a demo store also knows the tokens `demo-sender` and `demo-reader`.
pub fn load(path: Option<&Path>, demo: bool) -> Result<Vec<Machine>, Failure> {
    let mut machines = Vec::new();
    if demo {
        machines.push(machine("demo-sender", "demo-sender", Role::Sender, None));
        machines.push(machine("demo-reader", "demo-reader", Role::CareSystem, None));
    }
    let Some(path) = path else { return Ok(machines) };
    let at = |words: String| Failure::new(format!("{}: {words}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| at(error.to_string()))?;
    let file: File = toml::from_str(&text).map_err(|error| at(error.to_string()))?;
    for line in file.machine {
        let role = match line.role.as_str() {
            "sender" => Role::Sender,
            "reader" => Role::CareSystem,
            other => return Err(at(format!("{}: role {other} is neither sender nor reader", line.name))),
        };
        let sender = match &line.organisation {
            Some(code) => {
                Some(OrgCode::parse(code).ok_or_else(|| at(format!("{}: {code} is no ODS code", line.name)))?)
            }
            None => None,
        };
        let token = std::fs::read_to_string(&line.token_file)
            .map_err(|error| at(format!("{}: {}: {error}", line.name, line.token_file.display())))?;
        if token.trim().len() < TOKEN_LETTERS_MIN {
            return Err(at(format!(
                "{}: its token is shorter than {TOKEN_LETTERS_MIN} letters",
                line.name
            )));
        }
        machines.push(machine(&line.name, token.trim(), role, sender));
    }
    Ok(machines)
}

fn machine(name: &str, token: &str, role: Role, sender: Option<OrgCode>) -> Machine {
    Machine {
        token_digest: *blake3::hash(token.as_bytes()).as_bytes(),
        actor: Actor {
            user: format!("system:{name}"),
            name: name.to_owned(),
            role,
            organisation: sender
                .as_ref()
                .map_or_else(|| "any sender".to_owned(), ToString::to_string),
            works_for: sender.clone(),
        },
        sender,
    }
}

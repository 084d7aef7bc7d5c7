//! What a care system says of its identity provider: who it is, what it is asked for, and what its words mean here.

use care::access::Role;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The settings of one provider, as its file says them.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Its name on the sign-in page: “NHS Care Identity”.
    pub name: String,
    /// A short word for it in names that the audit keeps: `cis2`.
    pub word: String,
    /// Its issuer address, under which its discovery document stands.
    pub issuer: String,
    /// The name that it gave to this service.
    pub client: String,
    /// How this service shows the provider who it is.
    pub authentication: Authentication,
    /// The address that people reach this service at: `https://records.example.org`.
    pub here: String,
    /// What is asked for, apart from `openid`.
    #[serde(default)]
    pub scopes: Vec<String>,
    /// How sure the provider must say it is of who someone is: one of these must come back.
    #[serde(default)]
    pub assurance: Vec<String>,
    /// More that is asked with, such as `acr_values`, or `vtr` of NHS login.
    #[serde(default)]
    pub asked: BTreeMap<String, String>,
    /// Whether claims are asked for at its userinfo address as well.
    #[serde(default)]
    pub userinfo: bool,
    /// Where in what it says the name, the role and the organisation stand.
    pub claims: Claims,
    /// Which role here a role there is.
    #[serde(default)]
    pub roles: BTreeMap<String, String>,
    /// The role of everyone who comes from there, for a provider that knows no roles.
    #[serde(default)]
    pub everyone: Option<String>,
}

/// How this service shows the provider who it is.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Authentication {
    /// A secret, in the header of the request (`client_secret_basic`).
    Secret,
    /// A token signed with a key of its own (`private_key_jwt`), RS512.
    PrivateKey,
}

/// Where claims stand, each as a JSON pointer: `/name`, `/nhsid_nrbac_roles/0/role_code`.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Claims {
    /// The person's name.
    pub name: String,
    /// How sure the provider is: `acr`, or `vot` of NHS login.
    #[serde(default = "acr")]
    pub assurance: String,
    /// For a provider that lists every role someone has: where the list stands, what each is called in it, and where
    /// the one that was chosen is named. Role and organisation are then looked for in that one.
    #[serde(default)]
    pub chosen: Option<Chosen>,
    /// The role; empty when everyone has the same.
    #[serde(default)]
    pub role: String,
    /// The code of the organisation; empty for the public.
    #[serde(default)]
    pub organisation: String,
}

/// Which of several roles was chosen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Chosen {
    /// Where the list stands.
    pub list: String,
    /// What the name of each is called in it.
    pub key: String,
    /// Where the name of the chosen one stands.
    pub is: String,
}

fn acr() -> String {
    "acr".to_owned()
}

impl Settings {
    /// Checks what a compiler cannot: addresses, roles, and that a role is to be had.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn checked(self) -> Result<Self, String> {
        for (what, address) in [("issuer", &self.issuer), ("here", &self.here)] {
            if !safe(address) {
                return Err(format!("{what}: {address} does not begin with https://"));
            }
        }
        if self.here.ends_with('/') {
            return Err("here: leave the stroke at the end out".to_owned());
        }
        let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        if self.word.is_empty() || self.word.len() > 20 || !self.word.chars().all(plain) {
            return Err("word: 1 to 20 small letters and figures".to_owned());
        }
        for role in self.roles.values().chain(&self.everyone) {
            match Role::of_words(role) {
                None | Some(Role::Sender | Role::CareSystem) => {
                    return Err(format!("roles: there is no role of people called {role}"));
                }
                Some(_) => {}
            }
        }
        if self.everyone.is_none() && (self.roles.is_empty() || self.claims.role.is_empty()) {
            return Err("say where the role stands and what each role is here, or the role of everyone".to_owned());
        }
        Ok(self)
    }

    /// Where the provider sends people back to.
    pub fn back(&self) -> String {
        format!("{}/sign-in/returned", self.here)
    }
}

/// Whether what is said to an address is read by nobody between: by HTTPS, or on this machine for tests.
pub fn safe(address: &str) -> bool {
    address.starts_with("https://") || address.starts_with("http://127.0.0.1:")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(change: impl FnOnce(&mut serde_json::Value)) -> Result<Settings, String> {
        let mut value = serde_json::json!({
            "name": "Invented identity", "word": "inv", "issuer": "https://id.example.org", "client": "chesil",
            "authentication": "secret", "here": "https://records.example.org",
            "claims": {"name": "/name", "role": "/role", "organisation": "/org"},
            "roles": {"R1": "clinician"},
        });
        change(&mut value);
        serde_json::from_value::<Settings>(value)
            .map_err(|error| error.to_string())?
            .checked()
    }

    /// The settings that the documents show are taken as they stand.
    #[test]
    fn the_documented_settings_are_good() {
        for text in [
            include_str!("../../../../../docs/sign-in/care-identity.toml"),
            include_str!("../../../../../docs/sign-in/nhs-login.toml"),
        ] {
            let settings: Settings = toml::from_str(text).unwrap();
            assert!(settings.checked().is_ok());
        }
    }

    #[test]
    fn settings_that_would_not_be_safe_are_refused_with_why() {
        assert!(settings(|_| {}).is_ok());
        for (pointer, value, says) in [
            ("/issuer", "http://id.example.org", "https"),
            ("/here", "https://records.example.org/", "stroke"),
            ("/word", "In v", "word"),
            ("/roles/R1", "wizard", "wizard"),
            ("/roles/R1", "sending system", "sending system"),
            ("/claims/role", "", "role"),
            ("/authentication", "none", "unknown variant"),
        ] {
            let refused = settings(|settings| *settings.pointer_mut(pointer).unwrap() = value.into());
            assert!(refused.unwrap_err().contains(says), "{pointer}");
        }
    }
}

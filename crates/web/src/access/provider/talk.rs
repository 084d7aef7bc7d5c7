//! Talking to the identity provider: its discovery document, its keys, the exchange of a code, its userinfo. Each
//! answer has a length and a time that it may take; nothing is followed elsewhere.

use super::settings::{Authentication, Settings, safe};
use jsonwebtoken::jwk::JwkSet;
use record::Instant;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long one question may take.
const TIMEOUT: Duration = Duration::from_secs(10);
/// Bytes of an answer at most.
const ANSWER_MAX: u64 = 1024 * 1024;
/// Keys and addresses are asked for again after this long, in microseconds: ten minutes.
const FRESH_MICROS: i64 = 10 * 60 * 1_000_000;
/// Keys that are not known are asked for at most this often, in microseconds: one minute.
const AGAIN_MICROS: i64 = 60 * 1_000_000;
/// How long a token that shows who this service is may be used, in seconds.
const ASSERTION_SECONDS: i64 = 60;

/// Where the provider is asked what; of its discovery document the part that is used.
#[derive(Clone, Debug, Deserialize)]
pub struct Addresses {
    issuer: String,
    /// Where people sign in.
    pub authorization_endpoint: String,
    token_endpoint: String,
    jwks_uri: String,
    userinfo_endpoint: Option<String>,
}

/// What is known of a provider, and when it was asked.
#[derive(Clone)]
struct Known {
    addresses: Addresses,
    keys: JwkSet,
    asked: Instant,
}

/// How this service shows who it is.
pub enum Secret {
    /// A shared secret.
    Shared(String),
    /// A key of its own, PKCS#8, with the name that the provider knows it by.
    Key(Box<ring::signature::RsaKeyPair>, String),
}

impl Secret {
    /// Reads what a file holds: a secret on one line; or a private key in PEM (PKCS#8, RSA), after a line `kid: …`
    /// with its name.
    ///
    /// # Errors
    /// What is wrong, in words.
    pub fn read(text: &str, how: Authentication) -> Result<Self, String> {
        use base64::Engine;
        if how == Authentication::Secret {
            let secret = text.trim();
            return match secret.len() {
                16.. => Ok(Self::Shared(secret.to_owned())),
                _ => Err("the secret is shorter than 16 letters".to_owned()),
            };
        }
        let kid = text.lines().find_map(|line| line.trim().strip_prefix("kid:"));
        let kid = kid
            .ok_or("a line `kid: …` before the key says its name")?
            .trim()
            .to_owned();
        let inside = text.split("-----BEGIN PRIVATE KEY-----").nth(1);
        let inside = inside.and_then(|rest| rest.split("-----END PRIVATE KEY-----").next());
        let plain: String = inside
            .ok_or("there is no private key in PEM (PKCS#8)")?
            .split_whitespace()
            .collect();
        let der = base64::engine::general_purpose::STANDARD
            .decode(plain)
            .map_err(|error| format!("the private key: {error}"))?;
        let pair =
            ring::signature::RsaKeyPair::from_pkcs8(&der).map_err(|error| format!("the private key: {error}"))?;
        Ok(Self::Key(Box::new(pair), kid))
    }
}

/// Someone to talk to.
pub struct Talk {
    agent: ureq::Agent,
    settings: Settings,
    secret: Secret,
    known: Mutex<Option<Arc<Known>>>,
}

/// What a code was exchanged for.
#[derive(Deserialize)]
struct Exchanged {
    id_token: String,
    access_token: String,
}

/// Why the provider could not be asked, for the log.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct Silent(pub String);

fn silent(what: &str, error: impl std::fmt::Display) -> Silent {
    Silent(format!("{what}: {error}"))
}

impl Talk {
    /// With these settings.
    pub fn new(settings: Settings, secret: Secret) -> Self {
        let agent = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            .max_redirects(0)
            // A provider closes connections that were left alone, and a sign-in must not meet that.
            .max_idle_connections(0)
            .max_idle_connections_per_host(0)
            .http_status_as_error(true)
            .build()
            .into();
        Self {
            agent,
            settings,
            secret,
            known: Mutex::default(),
        }
    }

    /// The settings.
    pub const fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Where the provider is asked what.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn addresses(&self, now: Instant) -> Result<Addresses, Silent> {
        Ok(self.known(now, FRESH_MICROS)?.addresses.clone())
    }

    /// Its keys; asked for again, but not more than once a minute, when one was not among those known.
    ///
    /// # Errors
    /// When it does not answer.
    pub fn keys(&self, afresh: bool, now: Instant) -> Result<JwkSet, Silent> {
        let age = if afresh { AGAIN_MICROS } else { FRESH_MICROS };
        Ok(self.known(now, age)?.keys.clone())
    }

    fn known(&self, now: Instant, age: i64) -> Result<Arc<Known>, Silent> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = known.as_ref().filter(|known| now.0 - known.asked.0 < age) {
            return Ok(Arc::clone(known));
        }
        let path = ".well-known/openid-configuration";
        let addresses: Addresses = self.ask(&format!("{}/{path}", self.settings.issuer.trim_end_matches('/')))?;
        if addresses.issuer != self.settings.issuer {
            return Err(Silent("the discovery document is another issuer's".to_owned()));
        }
        let all = [
            &addresses.authorization_endpoint,
            &addresses.token_endpoint,
            &addresses.jwks_uri,
        ];
        if all
            .into_iter()
            .chain(&addresses.userinfo_endpoint)
            .any(|address| !safe(address))
        {
            return Err(Silent("an address of the provider is not safe to talk to".to_owned()));
        }
        let keys = self.ask(&addresses.jwks_uri)?;
        let fresh = Arc::new(Known {
            addresses,
            keys,
            asked: now,
        });
        *known = Some(Arc::clone(&fresh));
        Ok(fresh)
    }

    fn ask<T: serde::de::DeserializeOwned>(&self, address: &str) -> Result<T, Silent> {
        let answer = self.agent.get(address).call().map_err(|error| silent(address, error))?;
        read(address, answer)
    }

    /// Exchanges a code; answers the ID token and the access token.
    ///
    /// # Errors
    /// When the provider does not take it.
    pub fn exchange(
        &self,
        (code, verifier): (&str, &str),
        (random, now): ([u8; 32], Instant),
    ) -> Result<(String, String), Silent> {
        let addresses = self.addresses(now)?;
        let back = self.settings.back();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &back),
            ("code_verifier", verifier),
        ];
        let mut asked = self.agent.post(&addresses.token_endpoint);
        let assertion;
        match &self.secret {
            Secret::Shared(secret) => {
                // RFC 6749, section 2.3.1: each half is encoded as in a form first.
                let encode = crate::site::form::encode;
                let both = format!("{}:{}", encode(&self.settings.client), encode(secret));
                asked = asked.header("authorization", format!("Basic {}", base64(both.as_bytes(), false)));
            }
            Secret::Key(pair, kid) => {
                assertion = self.assertion((pair, kid), &addresses, random, now)?;
                form.push(("client_assertion", &assertion));
                form.push((
                    "client_assertion_type",
                    "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
                ));
                form.push(("client_id", &self.settings.client));
            }
        }
        let answer = asked
            .send_form(form)
            .map_err(|error| silent("the exchange of a code", error))?;
        let exchanged: Exchanged = read("the exchange of a code", answer)?;
        Ok((exchanged.id_token, exchanged.access_token))
    }

    /// A token by which this service shows who it is (RFC 7523), signed RS512 as NHS login asks for.
    fn assertion(
        &self,
        (pair, kid): (&ring::signature::RsaKeyPair, &str),
        addresses: &Addresses,
        random: [u8; 32],
        now: Instant,
    ) -> Result<String, Silent> {
        let seconds = now.0.div_euclid(1_000_000);
        let head = json!({"alg": "RS512", "typ": "JWT", "kid": kid});
        let client = &self.settings.client;
        let body = json!({"iss": client, "sub": client, "aud": addresses.token_endpoint, "iat": seconds,
            "exp": seconds + ASSERTION_SECONDS, "jti": base64(&random, true)});
        let part = |value: &Value| base64(value.to_string().as_bytes(), true);
        let message = format!("{}.{}", part(&head), part(&body));
        let mut signed = vec![0; pair.public().modulus_len()];
        let how = &ring::signature::RSA_PKCS1_SHA512;
        pair.sign(how, &ring::rand::SystemRandom::new(), message.as_bytes(), &mut signed)
            .map_err(|error| silent("signing", error))?;
        Ok(format!("{message}.{}", base64(&signed, true)))
    }

    /// What the provider says of someone at its userinfo address; it must be of the same person.
    ///
    /// # Errors
    /// When it does not answer, or answers of another.
    pub fn userinfo(&self, access: &str, subject: &str, now: Instant) -> Result<Value, Silent> {
        let address = self.addresses(now)?.userinfo_endpoint;
        let address = address.ok_or_else(|| Silent("the provider has no userinfo address".to_owned()))?;
        let asked = self
            .agent
            .get(&address)
            .header("authorization", format!("Bearer {access}"));
        let said: Value = read("userinfo", asked.call().map_err(|error| silent("userinfo", error))?)?;
        match said.get("sub").and_then(Value::as_str) == Some(subject) {
            true => Ok(said),
            false => Err(Silent("userinfo is of another person".to_owned())),
        }
    }
}

fn read<T: serde::de::DeserializeOwned>(what: &str, mut answer: ureq::http::Response<ureq::Body>) -> Result<T, Silent> {
    let text = answer.body_mut().with_config().limit(ANSWER_MAX).read_to_string();
    let text = text.map_err(|error| silent(what, error))?;
    serde_json::from_str(&text).map_err(|error| silent(what, error))
}

/// Bytes in base 64: for addresses and tokens without padding, else as headers have it.
pub fn base64(bytes: &[u8], for_addresses: bool) -> String {
    use base64::Engine;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
    match for_addresses {
        true => URL_SAFE_NO_PAD.encode(bytes),
        false => STANDARD.encode(bytes),
    }
}

//! Google's ID tokens, checked as <https://developers.google.com/identity/gsi/web/guides/verify-google-id-token> asks.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crm_domain::access::UserId;
use crm_domain::email::Email;
use crm_domain::time::{SECOND, Time};
use jsonwebtoken::{Algorithm, Validation};
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::certificates::{Certificates, FetchCertificates};

/// Longest token that is looked at; Google's have about 1,200 bytes.
const MAX_TOKEN: usize = 8_192;
/// How far ahead of ours the issuer's clock may be, in seconds.
const SKEW: i64 = 60;
const ISSUERS: [&str; 2] = ["https://accounts.google.com", "accounts.google.com"];
/// Members of a header that point at or bring a key of the sender's choice, or ask for what we do not know.
const REFUSED_HEADERS: [&str; 6] = ["jwk", "jku", "x5u", "x5c", "crit", "b64"];

/// Whom a good token names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    pub id: UserId,
    pub email: Email,
    pub name: String,
    pub picture: Option<String>,
    /// The organisation that manages the account: what an address alone does not prove.
    pub hosted_domain: Option<String>,
}

/// Checks tokens made for one client.
pub struct Google<C> {
    pub client_id: String,
    /// When set, only accounts of this organisation.
    pub hosted_domain: Option<String>,
    pub certificates: Certificates<C>,
}

#[derive(Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    exp: i64,
    iat: i64,
    #[serde(default)]
    nbf: Option<i64>,
    #[serde(default)]
    azp: Option<String>,
    email: String,
    email_verified: bool,
    #[serde(default)]
    hd: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    picture: Option<String>,
}

impl<C: FetchCertificates> Google<C> {
    /// Whom `token` names.
    ///
    /// # Errors
    /// What is wrong with it: for the log, never for the caller.
    pub async fn verify(&self, token: &str, now: Time) -> Result<Identity, &'static str> {
        let kid = key_id(token)?;
        let key = self.certificates.key(&kid, now).await.ok_or("unknown key")?;
        let mut validation = Validation::new(Algorithm::RS256);
        // The claims are checked below, against the given time.
        (validation.validate_exp, validation.validate_aud) = (false, false);
        validation.required_spec_claims.clear();
        let decoded = jsonwebtoken::decode::<Claims>(token, &key, &validation).map_err(|_| "signature or claims")?;
        self.identity(decoded.claims, now.micros() / SECOND)
    }

    fn identity(&self, claims: Claims, now: i64) -> Result<Identity, &'static str> {
        let must = |holds: bool, fault: &'static str| if holds { Ok(()) } else { Err(fault) };
        must(ISSUERS.contains(&claims.iss.as_str()), "issuer")?;
        must(!self.client_id.is_empty() && claims.aud == self.client_id, "audience")?;
        must(claims.azp.as_ref().is_none_or(|azp| *azp == self.client_id), "authorised party")?;
        must(now < claims.exp, "expired")?;
        must(claims.iat <= now + SKEW && claims.nbf.is_none_or(|nbf| nbf <= now + SKEW), "not yet valid")?;
        must(claims.email_verified, "address not verified")?;
        must(self.hosted_domain.is_none() || claims.hd == self.hosted_domain, "organisation")?;
        let email = Email::parse(&claims.email).map_err(|_| "address")?;
        let shown = |text: Option<String>, max: usize| {
            text.map(|text| text.chars().filter(|c| !c.is_control()).take(max).collect::<String>())
                .filter(|text| !text.is_empty())
        };
        Ok(Identity {
            id: UserId::parse(&claims.sub).ok_or("subject")?,
            name: shown(claims.name, 200).unwrap_or_else(|| email.to_string()),
            picture: shown(claims.picture, 500).filter(|url| url.starts_with("https://")),
            hosted_domain: claims.hd.map(|domain| domain.to_ascii_lowercase()),
            email,
        })
    }
}

/// The key that the token says it was signed with.
fn key_id(token: &str) -> Result<String, &'static str> {
    if token.len() > MAX_TOKEN {
        return Err("too long");
    }
    let encoded = token.split('.').next().unwrap_or_default();
    let bytes = URL_SAFE_NO_PAD.decode(encoded).map_err(|_| "header")?;
    let header: Map<String, Value> = serde_json::from_slice(&bytes).map_err(|_| "header")?;
    if header.get("alg") != Some(&Value::from("RS256")) {
        return Err("algorithm");
    }
    if REFUSED_HEADERS.iter().any(|name| header.contains_key(*name)) {
        return Err("header with a key of its own");
    }
    match header.get("kid") {
        Some(Value::String(kid)) if !kid.is_empty() && kid.len() <= 200 => Ok(kid.clone()),
        _ => Err("no key id"),
    }
}

//! A development identity provider: ID tokens shaped as Google's, for whoever asks. It exists in the local stack only; the
//! functions check its tokens with the same code and against its published keys, as they do Google's.

use std::time::{SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderValue, Method, Response};
use http_body_util::Full;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use crate::problem;

/// The client that tokens are made for: what the local stack deploys as `GoogleClientId`.
pub const CLIENT: &str = "mini-crm-local";
/// How long a token is good, in seconds; Google's are good for an hour too.
const LIFE: u64 = 3_600;

/// The provider with its key.
pub struct Provider {
    key: EncodingKey,
    kid: String,
    certificates: Bytes,
}

/// What the local stack's configuration says of it.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Written {
    /// File of the private key, PKCS #1 in DER.
    key_file: std::path::PathBuf,
    /// The JSON Web Key Set with its public half.
    certificates: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Wanted {
    email: String,
    #[serde(default)]
    name: Option<String>,
    /// Replaces claims, `null` removes one: for tests of what must be refused.
    #[serde(default)]
    claims: Map<String, Value>,
}

impl Provider {
    /// Reads the key.
    pub fn new(written: &Written) -> Result<Self, String> {
        let file = &written.key_file;
        let der = std::fs::read(file).map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        let kid = written.certificates["keys"][0]["kid"].as_str().ok_or("the key set has no key")?.to_owned();
        let certificates = Bytes::from(written.certificates.to_string());
        Ok(Self { key: EncodingKey::from_rsa_der(&der), kid, certificates })
    }

    /// Answers a request below `/local/identity`.
    pub fn answer(&self, method: &Method, path: &str, body: &[u8]) -> Response<Full<Bytes>> {
        match (path, method) {
            ("/local/identity/certs", &Method::GET) => shown(self.certificates.clone(), "public, max-age=300, must-revalidate"),
            ("/local/identity/certs", _) => problem::method_not_allowed(&["GET"]),
            ("/local/identity/token", &Method::POST) => match self.credential(body) {
                Some(credential) => shown(Bytes::from(json!({"credential": credential}).to_string()), "no-store"),
                None => problem::invalid_input(),
            },
            ("/local/identity/token", _) => problem::method_not_allowed(&["POST"]),
            _ => problem::route_not_found(),
        }
    }

    fn credential(&self, body: &[u8]) -> Option<String> {
        let Wanted { email, name, claims: changes } = serde_json::from_slice(body).ok()?;
        let email = email.trim().to_lowercase();
        let (local, domain) = email.split_once('@').filter(|(local, domain)| !local.is_empty() && domain.contains('.'))?;
        if email.len() > 254 || email.chars().any(|c| c.is_whitespace() || c.is_control()) || domain.contains('@') {
            return None;
        }
        let now = SystemTime::now().duration_since(UNIX_EPOCH).ok()?.as_secs();
        let name = name.unwrap_or_else(|| name_of(local));
        let mut claims = json!({
            "iss": "https://accounts.google.com", "azp": CLIENT, "aud": CLIENT, "sub": subject(&email), "email": email,
            "email_verified": true, "name": name, "given_name": name.split(' ').next(), "nbf": now.saturating_sub(5),
            "iat": now, "exp": now + LIFE, "jti": uuid::Uuid::now_v7().simple().to_string(),
        });
        let claims = claims.as_object_mut()?;
        // Google names the organisation only for accounts that one manages.
        if !["gmail.com", "googlemail.com"].contains(&domain) {
            claims.insert("hd".into(), domain.into());
        }
        claims.extend(changes);
        claims.retain(|_, value| !value.is_null());
        let mut header = Header::new(Algorithm::RS256);
        header.kid = Some(self.kid.clone());
        jsonwebtoken::encode(&header, claims, &self.key).ok()
    }
}

/// Twenty-one digits, always the same for one address: `make token` computes them too.
fn subject(email: &str) -> String {
    let digest = Sha256::digest(email.as_bytes());
    let number = digest.iter().take(8).fold(0_u64, |number, byte| number << 8 | u64::from(*byte));
    format!("1{number:020}")
}

/// `priya.sharma` is Priya Sharma.
fn name_of(local: &str) -> String {
    let words = local.split(['.', '_', '-', '+']).filter(|word| !word.is_empty());
    let capital = |word: &str| word.chars().take(1).flat_map(char::to_uppercase).chain(word.chars().skip(1)).collect::<String>();
    words.map(capital).collect::<Vec<_>>().join(" ")
}

fn shown(body: Bytes, caching: &'static str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subjects_stand_and_names_are_made_of_addresses() {
        assert_eq!(subject("owner@example.com"), "114469287578663132847");
        assert_eq!(name_of("priya.k-sharma"), "Priya K Sharma");
    }
}

//! ID tokens of any form: none is taken that Google's rules do not allow, whoever signed it.

use std::sync::LazyLock;

use crm_domain::time::Time;
use fuzzing::{Target, halves};
use serde_json::{Value, json};

use super::desk::{KEYS, Provider};
use crate::certificates::Certificates;
use crate::google::Google;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::RSA_PKCS1_SHA256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

const NOW: i64 = 1_795_000_000;

#[test]
fn id_tokens_of_any_form() {
    LazyLock::force(&KEYS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let google = Google { client_id: "client".into(), hosted_domain: None, certificates: Certificates::new(Provider::new()) };
    let now = Time::from_micros(NOW * 1_000_000);
    let verified = move |token: &str| runtime.block_on(google.verify(token, now));
    let header = json!({"alg": "RS256", "typ": "JWT", "kid": "a"});
    let claims = json!({
        "iss": "https://accounts.google.com", "azp": "client", "aud": "client", "sub": "110169484474386276334",
        "email": "first@example.com", "email_verified": true, "name": "First", "picture": "https://lh3.example/a", "hd": "brand.example",
        "iat": NOW - 5, "exp": NOW + 3_600, "nbf": NOW,
    });
    let seeds = [
        format!("{header}\n{claims}"),
        format!("{}\n{claims}", json!({"alg": "RS256", "kid": "b", "x5c": ["MIIB"]})),
        format!(
            "{header}\n{}",
            json!({"iss": "accounts.google.com", "aud": "client", "sub": "1", "exp": NOW + 1, "iat": NOW, "email": "a@b.co", "email_verified": true})
        ),
        "eyJhbGciOiJSUzI1NiIsImtpZCI6ImEifQ.e30.AAAA".to_owned(),
    ];
    let seeds = seeds.into_iter().map(String::into_bytes).collect();
    let words = "alg RS256 HS256 none kid a b jwk jku x5u x5c crit b64 iss aud azp sub exp iat nbf email email_verified hd true false null \
        client accounts.google.com 1795000000 1795000061 -1 1e308 9223372036854775807 . =";
    Target { name: "id-tokens", seeds, words: words.split_whitespace().collect(), rounds: 500 }.run(move |input| {
        let Ok(text) = std::str::from_utf8(input) else { return };
        if !text.starts_with('{') {
            return assert!(verified(text).is_err(), "{text}");
        }
        let (header, claims) = halves(input);
        let said = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims));
        let mut signature = vec![0; 256];
        KEYS[0].sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), said.as_bytes(), &mut signature).unwrap();
        let Ok(identity) = verified(&format!("{said}.{}", URL_SAFE_NO_PAD.encode(signature))) else { return };
        let (header, claims): (Value, Value) = (serde_json::from_slice(header).unwrap(), serde_json::from_slice(claims).unwrap());
        assert_eq!((&header["alg"], &header["kid"]), (&json!("RS256"), &json!("a")), "{text}");
        assert!(["https://accounts.google.com", "accounts.google.com"].contains(&claims["iss"].as_str().unwrap()), "{text}");
        assert_eq!((&claims["aud"], &claims["email_verified"]), (&json!("client"), &json!(true)), "{text}");
        assert!(claims["exp"].as_i64().unwrap() > NOW && claims["iat"].as_i64().unwrap() <= NOW + 60, "{text}");
        assert_eq!(claims["sub"], identity.id.as_str(), "{text}");
        assert!(identity.picture.is_none_or(|url| url.starts_with("https://")), "{text}");
        assert!(!identity.name.is_empty() && !identity.name.contains(|c: char| c.is_control()), "{text}");
    });
}

//! Which service and model are asked, and how long they are waited for: everything that a deployment may set.

use std::time::Duration;

use reqwest::Url;

/// Greatest length of a model's name, in bytes.
const LONGEST_NAME: usize = 100;
/// Least time budget: one attempt.
const LEAST_BUDGET: u64 = 1_500;
/// Greatest time budget: what a worker takes. Behind an HTTP API, which waits 30 seconds, it has to be less.
const GREATEST_BUDGET: u64 = 60_000;

/// A setting that is missing or wrong: nothing can be asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {fault}")]
pub struct BadConfiguration {
    pub(super) name: &'static str,
    pub(super) fault: &'static str,
}

/// Everything that can be set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Configuration {
    /// Where the service is, without the path of a method.
    pub base: String,
    /// The name of the model, as in `gemini-flash-latest`.
    pub model: String,
    /// How long one request of ours may take with the model in all.
    pub budget: Duration,
    /// How it is waited for.
    pub patience: Patience,
}

/// How an answer is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// The most that one attempt may take, so that one which hangs leaves time for another.
    pub attempt: Duration,
    /// The least that must be left for an attempt to be worth beginning.
    pub shortest: Duration,
    /// The most that is waited before the second attempt; twice as much before each further one.
    pub pause: Duration,
}

impl Patience {
    /// What suits a model that answers in some seconds.
    pub const DEFAULT: Self =
        Self { attempt: Duration::from_secs(12), shortest: Duration::from_millis(1_500), pause: Duration::from_millis(400) };
}

impl Configuration {
    pub(super) fn read(variable: &impl Fn(&str) -> Option<String>) -> Result<Self, BadConfiguration> {
        let needed = |name| variable(name).ok_or(BadConfiguration { name, fault: "is not set" });
        let millis = match variable("GEMINI_BUDGET_MS") {
            None => 20_000,
            Some(text) => text
                .parse()
                .ok()
                .filter(|millis| (LEAST_BUDGET..=GREATEST_BUDGET).contains(millis))
                .ok_or(BadConfiguration { name: "GEMINI_BUDGET_MS", fault: "must be from 1500 to 60000" })?,
        };
        Ok(Self {
            base: needed("GEMINI_BASE_URL")?,
            model: needed("GEMINI_MODEL")?,
            budget: Duration::from_millis(millis),
            patience: Patience::DEFAULT,
        })
    }

    /// The address of the method.
    pub(super) fn endpoint(&self, development: bool) -> Result<Url, BadConfiguration> {
        let wrong = |name, fault| BadConfiguration { name, fault };
        let base = Url::parse(&self.base).map_err(|_| wrong("GEMINI_BASE_URL", "must be a URL"))?;
        let loopback = matches!(base.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        if base.scheme() != "https" && !(development && loopback && base.scheme() == "http") {
            return Err(wrong("GEMINI_BASE_URL", "must begin with https://"));
        }
        if base.query().is_some() || base.fragment().is_some() || !base.username().is_empty() || base.password().is_some() {
            return Err(wrong("GEMINI_BASE_URL", "must end with its host or path"));
        }
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || b"-._".contains(&byte);
        // It becomes a part of the path, and must not lead anywhere else.
        if !(1..=LONGEST_NAME).contains(&self.model.len()) || !self.model.bytes().all(sound) || self.model.starts_with('.') {
            return Err(wrong("GEMINI_MODEL", "must be the name of a model, such as gemini-flash-latest"));
        }
        let base = base.as_str().trim_end_matches('/');
        Url::parse(&format!("{base}/v1beta/models/{}:generateContent", self.model))
            .map_err(|_| wrong("GEMINI_BASE_URL", "must be a URL"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(base: &str, model: &str) -> Configuration {
        let (base, model) = (base.to_owned(), model.to_owned());
        Configuration { base, model, budget: Duration::from_secs(1), patience: Patience::DEFAULT }
    }

    fn takes(base: &str, development: bool) -> bool {
        of(base, "m").endpoint(development).is_ok()
    }

    #[test]
    fn only_https_is_called_but_for_this_machine_in_development() {
        assert!(takes("https://generativelanguage.googleapis.com", false));
        assert!(takes("http://localhost:9100", true) && takes("http://127.0.0.1:9100/", true) && takes("http://[::1]:9", true));
        for base in ["http://127.0.0.1:9100", "http://model.example", "ftp://model.example", "model", ""] {
            assert!(!takes(base, false), "{base}");
        }
        for base in ["http://model.example", "http://localhost.example", "http://127.0.0.1.example", "http://10.0.0.1"] {
            assert!(!takes(base, true), "{base}");
        }
        for base in ["https://model.example/?key=1", "https://model.example/#a", "https://user:secret@model.example"] {
            assert!(!takes(base, false), "{base}");
        }
    }

    #[test]
    fn the_model_is_a_part_of_the_path_and_no_more() {
        let url = |base: &str| of(base, "gemini-flash-latest").endpoint(false).unwrap();
        let path = "/v1beta/models/gemini-flash-latest:generateContent";
        assert_eq!(url("https://model.example").path(), path);
        assert_eq!(url("https://model.example/proxy/").path(), format!("/proxy{path}"));
        for model in ["", "..", "../files", "a/b", "a?key=1", "a:b", "a b", "models/gemini", &"m".repeat(101)] {
            assert!(of("https://model.example", model).endpoint(false).is_err(), "{model}");
        }
    }

    #[test]
    fn settings_are_read_and_named_when_they_are_wrong() {
        let read = |budget: Option<&str>, base: bool| {
            Configuration::read(&|name: &str| match name {
                "GEMINI_BASE_URL" => base.then(|| "https://model.example".to_owned()),
                "GEMINI_MODEL" => Some("gemini-flash-latest".to_owned()),
                _ => budget.map(str::to_owned),
            })
        };
        assert_eq!(read(None, true).unwrap().budget, Duration::from_secs(20));
        assert_eq!(read(Some("5000"), true).unwrap().budget, Duration::from_secs(5));
        for budget in ["0", "61000", "-1", "soon"] {
            assert_eq!(read(Some(budget), true).unwrap_err().name, "GEMINI_BUDGET_MS", "{budget}");
        }
        assert_eq!(read(None, false).unwrap_err().to_string(), "GEMINI_BASE_URL: is not set");
    }
}

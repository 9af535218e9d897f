//! What is measured: the built functions, and the variables that template.yaml gives them. `infra/bench/__main__.py` writes it.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::aws::Aws;
use crate::function::Function;

/// A function, as it was built.
#[derive(Debug)]
pub struct Built {
    pub name: String,
    pub program: PathBuf,
    /// Size of its zip in bytes.
    pub zip: u64,
}

/// All of it.
pub struct Settings {
    pub functions: Vec<Built>,
    /// The empty program.
    pub floor: PathBuf,
    /// A bearer token of an owner.
    pub token: String,
    /// How many a campaign goes to.
    pub recipients: usize,
    variables: Vec<(String, String)>,
    events: PathBuf,
}

impl Settings {
    /// # Errors
    /// The file is not there, or something is missing in it.
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let json: Value =
            serde_json::from_str(&fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?)?;
        let text = |value: &Value| value.as_str().map(str::to_owned).ok_or("a text is missing in the settings");
        let functions = json["functions"].as_array().ok_or("functions")?.iter().map(|one| {
            Ok::<_, Box<dyn Error>>(Built {
                name: text(&one["name"])?,
                program: text(&one["program"])?.into(),
                zip: one["zip"].as_u64().ok_or("zip")?,
            })
        });
        let variables = json["variables"].as_object().ok_or("variables")?.iter();
        Ok(Self {
            functions: functions.collect::<Result<_, _>>()?,
            floor: text(&json["floor"])?.into(),
            token: text(&json["token"])?,
            recipients: json["recipients"].as_u64().ok_or("recipients")? as usize,
            variables: variables.map(|(name, value)| Ok((name.clone(), text(value)?))).collect::<Result<_, &str>>()?,
            events: text(&json["events"])?.into(),
        })
    }

    /// Starts a function beside `aws`.
    ///
    /// # Errors
    /// There is none of that name, or it does not start.
    pub fn start(&self, name: &str, aws: &Aws) -> Result<Function, Box<dyn Error>> {
        let built = self.functions.iter().find(|one| one.name == name).ok_or_else(|| format!("there is no function {name}"))?;
        Function::start(&built.program, &self.variables_beside(aws))
    }

    /// The functions' variables, those by which the SDK finds `aws` included.
    #[must_use]
    pub fn variables_beside(&self, aws: &Aws) -> Vec<(String, String)> {
        let own = [
            ("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".to_owned()),
            // Lambda's credentials are a role's.
            ("AWS_SESSION_TOKEN", "x".repeat(800)),
            ("AWS_REGION", "us-east-1".to_owned()),
            ("AWS_ENDPOINT_URL", format!("http://{}", aws.address)),
        ];
        let own = own.into_iter().map(|(name, value)| (name.to_owned(), value));
        self.variables.iter().cloned().chain(own).collect()
    }

    /// An event of `events/FUNCTION`, asked for by the owner.
    ///
    /// # Errors
    /// There is no such file.
    pub fn event(&self, function: &str, case: &str) -> Result<Value, Box<dyn Error>> {
        let path = self.events.join(function).join(format!("{case}.json"));
        let text = fs::read_to_string(&path).map_err(|error| format!("{}: {error}", path.display()))?;
        Ok(serde_json::from_str(&text.replace("TOKEN", &self.token))?)
    }

    /// The event of a queue with these messages.
    ///
    /// # Errors
    /// See [`Settings::event`].
    pub fn batch(&self, function: &str, case: &str, bodies: impl Iterator<Item = String>) -> Result<String, Box<dyn Error>> {
        let mut event = self.event(function, case)?;
        let record = event["Records"][0].clone();
        let records = bodies.zip(0_u64..).map(|(body, number)| {
            let mut record = record.clone();
            record["messageId"] = format!("059f36b4-87a3-44ab-83d2-{number:012}").into();
            record["body"] = body.into();
            record
        });
        event["Records"] = records.collect();
        Ok(event.to_string())
    }
}

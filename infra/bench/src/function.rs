//! A function as Lambda runs it: its own binary, with a runtime API that hands out what it is told to.

use std::error::Error;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::{Duration, Instant};

use crate::http::{Answer, Request, serve};
use crate::process::{resident, settled_time};
use crate::report::Cost;

/// For how long anything is waited for.
const PATIENCE: Duration = Duration::from_mins(10);
const NEXT: &str = "/2018-06-01/runtime/invocation/next";

/// A running function.
pub struct Function {
    child: Child,
    events: Sender<String>,
    arrivals: Receiver<Instant>,
    answers: Receiver<Vec<u8>>,
    /// What it took from its execution to its first question for work.
    pub start: Cost,
}

impl Function {
    /// Executes a program with these variables, and none of this process. Returns when it asks for work.
    ///
    /// # Errors
    /// It cannot be executed, or never asks.
    pub fn start(program: &Path, variables: &[(String, String)]) -> Result<Self, Box<dyn Error>> {
        let (events, to_hand_out) = channel();
        let (arrived, arrivals) = channel();
        let (answered, answers) = channel();
        let api = runtime_api(to_hand_out, arrived, answered)?;
        let name = name_of(program);
        let begun = Instant::now();
        let child = Command::new(program)
            .env_clear()
            .envs(variables.iter().map(|(name, value)| (name, value)))
            .env("AWS_LAMBDA_RUNTIME_API", api.to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", &name)
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/bench")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", "bench")
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| format!("{}: {error}", program.display()))?;
        let mut function = Self { child, events, arrivals, answers, start: Cost::default() };
        let wall = function.asked(&name)?.duration_since(begun);
        function.start = Cost { cpu: settled_time(function.child.id())?, wall };
        Ok(function)
    }

    /// Hands it an event; its answer, once it asks for the next.
    ///
    /// # Errors
    /// It gives up, or says that it failed.
    pub fn invoke(&mut self, event: String) -> Result<Vec<u8>, Box<dyn Error>> {
        self.events.send(event)?;
        let answer = self.answers.recv_timeout(PATIENCE)?;
        self.asked("it")?;
        Ok(answer)
    }

    /// What one piece of work takes it.
    ///
    /// # Errors
    /// The work fails.
    pub fn cost_of<E>(&mut self, work: impl FnOnce(&mut Self) -> Result<(), E>) -> Result<Cost, Box<dyn Error>>
    where
        Box<dyn Error>: From<E>,
    {
        let (cpu, begun) = (settled_time(self.child.id())?, Instant::now());
        work(self)?;
        let wall = begun.elapsed();
        Ok(Cost { cpu: settled_time(self.child.id())?.saturating_sub(cpu), wall })
    }

    /// Memory that it holds, in bytes.
    ///
    /// # Errors
    /// It has ended.
    pub fn memory(&self) -> Result<u64, Box<dyn Error>> {
        Ok(resident(self.child.id())?)
    }

    fn asked(&mut self, name: &str) -> Result<Instant, Box<dyn Error>> {
        let begun = Instant::now();
        loop {
            if let Ok(at) = self.arrivals.recv_timeout(Duration::from_millis(200)) {
                return Ok(at);
            }
            if let Some(status) = self.child.try_wait()? {
                return Err(format!("{name} ended: {status}").into());
            }
            if begun.elapsed() > PATIENCE {
                return Err(format!("{name} does not ask for work").into());
            }
        }
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// What a program is called: its directory where cargo-lambda has put it.
fn name_of(program: &Path) -> String {
    let file = program.file_name().unwrap_or_default();
    let name = if file == "bootstrap" { program.parent().and_then(Path::file_name).unwrap_or(file) } else { file };
    name.to_string_lossy().into_owned()
}

/// <https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html>
fn runtime_api(events: Receiver<String>, arrived: Sender<Instant>, answered: Sender<Vec<u8>>) -> std::io::Result<SocketAddr> {
    let (events, arrived, answered) = (Mutex::new(events), Mutex::new(arrived), Mutex::new(answered));
    serve(move |request: Request| {
        if request.path == NEXT {
            arrived.lock().ok()?.send(Instant::now()).ok()?;
            // Until there is work, or nobody is left who could give any.
            let event = events.lock().ok()?.recv().ok()?;
            let headers = vec![
                ("lambda-runtime-aws-request-id", "8476a536-e9f4-11e8-9739-2dfe598c3fcd".to_owned()),
                ("lambda-runtime-deadline-ms", "4102444800000".to_owned()),
                ("lambda-runtime-invoked-function-arn", "arn:aws:lambda:us-east-1:000000000000:function:bench".to_owned()),
                (
                    "lambda-runtime-trace-id",
                    "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=1".to_owned(),
                ),
                ("content-type", "application/json".to_owned()),
            ];
            return Some(Answer { status: 200, headers, body: event.into_bytes() });
        }
        answered.lock().ok()?.send(request.body).ok()?;
        Some(Answer { status: 202, headers: Vec::new(), body: b"{\"status\":\"OK\"}".to_vec() })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_is_called_as_its_crate_wherever_it_lies() {
        assert_eq!(name_of(Path::new("target/lambda/clock/bootstrap")), "clock");
        assert_eq!(name_of(Path::new("target/debug/clock")), "clock");
    }

    #[test]
    fn a_program_that_ends_is_no_function() {
        let outcome = Function::start(Path::new("/bin/true"), &[]);
        assert!(outcome.is_err_and(|error| error.to_string().contains("ended")));
    }
}

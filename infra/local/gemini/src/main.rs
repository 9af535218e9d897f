//! `local-gemini --port NUMBER [--model NAME]`: the model's stand-in of a local stack, on 127.0.0.1 only.

use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;

use local_gemini::{MODEL, Service, listen};
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("local-gemini: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let (mut port, mut model) = (None, MODEL.to_owned());
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("{name} needs a value"))?;
        match name.as_str() {
            "--port" => port = Some(value.parse::<u16>().map_err(|_| format!("not a port: {value}"))?),
            "--model" => model = value,
            _ => return Err(format!("unknown option {name}")),
        }
    }
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.ok_or("--port is missing")?));
    let mut terminate = signal(SignalKind::terminate()).map_err(|error| error.to_string())?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(|error| error.to_string())?;
    let serving = listen(Arc::new(Service::new(&model)), address);
    tokio::select! {
        error = serving => Err(format!("cannot listen on {address}: {error}")),
        _ = terminate.recv() => Ok(()),
        _ = interrupt.recv() => Ok(()),
    }
}

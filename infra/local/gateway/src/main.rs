//! The local stand-in for what is in front of the functions on AWS: API Gateway (routes of `template.yaml`, payload
//! format 2.0) and `CloudFront` (the web app on the same origin). It invokes functions over the Lambda API; it holds no
//! rule of the product.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use tokio::net::TcpListener;

use crate::routes::RouteTable;
use crate::server::Gateway;

mod cors;
mod event;
mod identity;
mod lambda;
mod problem;
mod reply;
mod routes;
mod server;
mod web;

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("local-gateway: {reason}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let options = Options::parse(std::env::args().skip(1))?;
    let file = options.configuration.display();
    let text = std::fs::read_to_string(&options.configuration).map_err(|error| format!("cannot read {file}: {error}"))?;
    let configuration: Configuration = serde_json::from_str(&text).map_err(|error| format!("{file}: {error}"))?;
    let gateway = Arc::new(Gateway {
        routes: RouteTable::new(configuration.routes),
        cors: configuration.cors,
        identity: identity::Provider::new(&configuration.identity)?,
        lambda: lambda::Client::new(&options.lambda)?,
        web: web::Files::new(options.web, configuration.web_headers)?,
        port: options.port,
    });

    let v4 = SocketAddr::from((Ipv4Addr::LOCALHOST, options.port));
    let listener = TcpListener::bind(v4).await.map_err(|error| format!("cannot listen on {v4}: {error}"))?;
    // `localhost` means ::1 first to many clients, but not every machine has IPv6.
    let second = TcpListener::bind(SocketAddr::from((Ipv6Addr::LOCALHOST, options.port))).await.ok();
    println!("listening on {v4}");
    server::serve(gateway, listener, second).await;
    Ok(())
}

/// What the local stack derives from `template.yaml`, and the key of the identity provider.
#[derive(serde::Deserialize)]
#[serde(rename_all = "camelCase")]
struct Configuration {
    routes: Vec<routes::WrittenRoute>,
    cors: cors::Cors,
    web_headers: BTreeMap<String, String>,
    identity: identity::Written,
}

/// `--configuration FILE --web DIRECTORY --lambda URL --port NUMBER`, each required.
struct Options {
    configuration: PathBuf,
    web: PathBuf,
    lambda: String,
    port: u16,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let (mut configuration, mut web, mut lambda, mut port) = (None, None, None, None);
        while let Some(name) = arguments.next() {
            let value = arguments.next().ok_or(format!("{name} needs a value"))?;
            match name.as_str() {
                "--configuration" => configuration = Some(PathBuf::from(value)),
                "--web" => web = Some(PathBuf::from(value)),
                "--lambda" => lambda = Some(value),
                "--port" => port = Some(value.parse().map_err(|_| format!("not a port: {value}"))?),
                _ => return Err(format!("unknown option {name}")),
            }
        }
        Ok(Self {
            configuration: configuration.ok_or("--configuration is missing")?,
            web: web.ok_or("--web is missing")?,
            lambda: lambda.ok_or("--lambda is missing")?,
            port: port.ok_or("--port is missing")?,
        })
    }
}

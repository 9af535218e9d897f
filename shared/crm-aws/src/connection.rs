//! How AWS is reached: region, credentials and endpoint from the environment, as Lambda sets them, and one pool of connections
//! for all services.
//!
//! Nothing else is looked at. A function has its credentials in its environment for as long as it lives; the SDK's own chain would
//! look for files, roles and metadata services first.

use std::time::Duration;

use aws_config::environment::EnvironmentVariableCredentialsProvider;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_runtime_api::client::connector_metadata::ConnectorMetadata;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// How long a connection may take to come about, as with the SDK's own configuration.
const CONNECTING: Duration = Duration::from_millis(3_100);

/// The SDK's configuration.
#[must_use]
pub fn config() -> SdkConfig {
    let var = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    let client = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::AwsLc)).build_https();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(var("AWS_REGION").map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .timeout_config(TimeoutConfig::builder().connect_timeout(CONNECTING).build())
        .http_client(Deferred(client));
    config.set_endpoint_url(var("AWS_ENDPOINT_URL"));
    config.build()
}

/// A client that is made ready by its first request. By itself it reads all root certificates when a service's client is made,
/// once more for each service, which is most of what a function needs to start.
#[derive(Debug)]
struct Deferred(SharedHttpClient);

impl HttpClient for Deferred {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        self.0.http_connector(settings, components)
    }

    fn connector_metadata(&self) -> Option<ConnectorMetadata> {
        self.0.connector_metadata()
    }
}

//! Requests to webhooks: one POST each, to public hosts alone, whatever their names lead to.
//!
//! The connector resolves names by [`Public`], which gives it none but the addresses that may be called; so there is nothing
//! between looking and calling. Addresses that stand in the URL itself are not resolved, and are judged with the URL.

use std::error::Error;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use crm_domain::ports::{CallWebhooks, WebhookCall};
use crm_domain::webhook::Targets;
use crm_domain::webhook::delivery::Answer;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, redirect};

/// How long a receiver is waited for.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of an answer that are read.
const MAX_ANSWER: usize = 2_000;

/// Why a name is not called.
#[derive(Debug, thiserror::Error)]
#[error("the host has no address of the public Internet")]
struct NotPublic;

/// Receivers, by HTTP.
pub struct Receivers {
    /// Made by the first request: it reads all root certificates, which a function that starts has no time for.
    client: OnceLock<Client>,
    targets: Targets,
    patience: Duration,
}

impl Receivers {
    #[must_use]
    pub const fn new(targets: Targets) -> Self {
        Self { client: OnceLock::new(), targets, patience: PATIENCE }
    }

    fn client(&self) -> Result<&Client, reqwest::Error> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let made = Client::builder()
            // What is signed is for this receiver, and only its URL has been judged.
            .redirect(redirect::Policy::none())
            .no_proxy()
            // A connection that is kept while the environment is frozen may be closed by then, which would look like a fault of theirs.
            .pool_max_idle_per_host(0)
            .timeout(self.patience)
            .dns_resolver(Arc::new(Public(self.targets)))
            .user_agent(concat!("mini-crm/", env!("CARGO_PKG_VERSION")))
            .build()?;
        Ok(self.client.get_or_init(|| made))
    }
}

/// Resolves names to addresses that may be called.
#[derive(Clone, Copy)]
struct Public(Targets);

impl Resolve for Public {
    fn resolve(&self, name: Name) -> Resolving {
        let targets = self.0;
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let reached: Vec<SocketAddr> = found.filter(|address| targets.reaches(address.ip())).collect();
            if reached.is_empty() {
                return Err(NotPublic.into());
            }
            Ok(Box::new(reached.into_iter()) as Addrs)
        })
    }
}

impl CallWebhooks for Receivers {
    async fn call(&self, call: WebhookCall<'_>) -> Answer {
        let WebhookCall { url, id, timestamp, signature, body } = call;
        // It was judged when it was stored, by what was allowed then.
        let url = match self.targets.url(url) {
            Ok(url) => url,
            Err(reason) => return Answer { cause: Some(format!("url: {reason}")), ..Answer::default() },
        };
        let begun = Instant::now();
        let millis = || u32::try_from(begun.elapsed().as_millis()).unwrap_or(u32::MAX);
        let exchange = async {
            let request = self
                .client()?
                .post(url)
                .header(CONTENT_TYPE, "application/cloudevents+json; charset=utf-8")
                .header("webhook-id", id)
                .header("webhook-timestamp", timestamp)
                .header("webhook-signature", signature)
                .body(body.to_owned());
            request.send().await
        };
        match exchange.await {
            Err(error) => Answer { cause: Some(self.cause(&error)), millis: millis(), ..Answer::default() },
            Ok(response) => {
                let status = response.status().as_u16();
                let retry_after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
                let is_redirect = (300..400).contains(&status);
                let excerpt = if (200..300).contains(&status) { None } else { beginning(response).await };
                Answer {
                    status: Some(status),
                    cause: is_redirect.then(|| "redirects are not followed".to_owned()),
                    excerpt,
                    millis: millis(),
                    retry_after,
                }
            }
        }
    }
}

impl Receivers {
    /// Why there was no answer, without the URL, which may have a secret in it.
    fn cause(&self, error: &reqwest::Error) -> String {
        if error.is_timeout() {
            return format!("no answer within {} seconds", self.patience.as_secs());
        }
        let mut last: &dyn Error = error;
        while let Some(source) = last.source() {
            last = source;
        }
        let what = if error.is_connect() { "cannot connect" } else { "the connection broke" };
        format!("{what}: {last}").chars().take(200).collect()
    }
}

/// The beginning of an answer's body.
async fn beginning(mut response: Response) -> Option<String> {
    let mut body = Vec::new();
    while body.len() < MAX_ANSWER {
        match response.chunk().await {
            Ok(Some(chunk)) => body.extend_from_slice(&chunk),
            Ok(None) | Err(_) => break,
        }
    }
    body.truncate(MAX_ANSWER);
    (!body.is_empty()).then(|| String::from_utf8_lossy(&body).into_owned())
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::{TcpListener, TcpSocket};

    use super::*;

    fn call(url: &str) -> WebhookCall<'_> {
        WebhookCall { url, id: "e-1", timestamp: 7, signature: "v1,abc", body: "{}" }
    }

    /// A receiver that answers one request so, and what it was sent.
    async fn receiver(answer: &'static str) -> (u16, tokio::task::JoinHandle<String>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let served = tokio::spawn(async move {
            let (mut connection, _) = listener.accept().await.unwrap();
            let mut seen = Vec::new();
            while !seen.ends_with(b"{}") {
                connection.read_buf(&mut seen).await.unwrap();
            }
            connection.write_all(answer.as_bytes()).await.unwrap();
            connection.shutdown().await.unwrap();
            String::from_utf8(seen).unwrap()
        });
        (port, served)
    }

    #[tokio::test]
    async fn a_receiver_gets_the_headers_of_the_specification() {
        let (port, served) = receiver("HTTP/1.1 204 No Content\r\n\r\n").await;
        let receivers = Receivers::new(Targets::Any);
        let answer = receivers.call(call(&format!("http://127.0.0.1:{port}/hook?k=v"))).await;
        assert!(answer.is_good(), "{answer:?}");
        let seen = served.await.unwrap().to_lowercase();
        for header in ["post /hook?k=v http/1.1", "webhook-id: e-1", "webhook-timestamp: 7", "webhook-signature: v1,abc"] {
            assert!(seen.contains(header), "{header}: {seen}");
        }
    }

    #[tokio::test]
    async fn redirects_are_answers_and_of_refusals_the_beginning_is_kept() {
        let receivers = Receivers::new(Targets::Any);
        let (port, served) = receiver("HTTP/1.1 302 Found\r\nlocation: http://127.0.0.1:1/\r\ncontent-length: 0\r\n\r\n").await;
        let answer = receivers.call(call(&format!("http://127.0.0.1:{port}/"))).await;
        served.await.unwrap();
        assert_eq!((answer.status, answer.cause.as_deref()), (Some(302), Some("redirects are not followed")));
        let (port, served) = receiver("HTTP/1.1 503 Busy\r\nretry-after: 9\r\ncontent-length: 5\r\n\r\nlater").await;
        let answer = receivers.call(call(&format!("http://127.0.0.1:{port}/"))).await;
        served.await.unwrap();
        assert_eq!((answer.status, answer.retry_after, answer.excerpt.as_deref()), (Some(503), Some(9), Some("later")));
    }

    #[tokio::test]
    async fn who_does_not_answer_is_not_waited_for_and_nobody_is_called_who_is_not_there() {
        let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let receivers = Receivers { patience: Duration::from_millis(200), ..Receivers::new(Targets::Any) };
        let answer = receivers.call(call(&format!("http://{}/", silent.local_addr().unwrap()))).await;
        assert_eq!((answer.status, answer.cause.as_deref()), (None, Some("no answer within 0 seconds")));
        // Bound, so that nobody else begins to listen there.
        let nobody = TcpSocket::new_v4().unwrap();
        nobody.bind(([127, 0, 0, 1], 0).into()).unwrap();
        let receivers = Receivers::new(Targets::Any);
        let answer = receivers.call(call(&format!("http://{}/", nobody.local_addr().unwrap()))).await;
        assert!(answer.cause.unwrap().starts_with("cannot connect"));
    }

    #[tokio::test]
    async fn private_addresses_are_refused_in_the_url_and_behind_a_name() {
        let receivers = Receivers::new(Targets::Public);
        for url in ["http://example.com/", "https://127.0.0.1/", "https://[::ffff:169.254.169.254]/", "https://localhost/"] {
            let answer = receivers.call(call(url)).await;
            assert!(answer.status.is_none() && answer.cause.unwrap().starts_with("url: "), "{url}");
        }
        // A name of our own that leads to this machine, past the look at the URL: the connector is given no address.
        let name = "localhost".parse::<Name>().unwrap();
        assert!(Public(Targets::Public).resolve(name).await.is_err_and(|error| error.is::<NotPublic>()));
        let name = "localhost".parse::<Name>().unwrap();
        assert!(Public(Targets::Any).resolve(name).await.is_ok());
    }
}

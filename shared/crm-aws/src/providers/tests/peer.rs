//! An HTTP/1.1 peer on this machine that does as it is told, also what no server should do.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// A request as it came.
#[derive(Debug, Clone)]
pub struct Request {
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: String,
    /// How many requests with the same `idempotency-key`, or without one to the same path, came before.
    pub before: usize,
}

/// What the peer does with a request.
pub enum Act {
    Answer(u16, &'static [(&'static str, &'static str)], &'static str),
    /// Ends the connection with a reset.
    Reset,
    /// Sends the beginning of an answer and ends.
    Half,
    /// Says nothing until the other side gives up.
    Silence,
}

/// A running peer.
pub struct Peer {
    pub url: String,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Peer {
    pub async fn start(act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (seen, act) = (Arc::new(Mutex::new(Vec::new())), Arc::new(act));
        let held = seen.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (seen, act) = (held.clone(), act.clone());
                tokio::spawn(async move { serve(stream, &seen, &*act).await });
            }
        });
        Self { url, seen }
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }
}

/// A port on which nobody listens, nor begins to as long as the socket is held.
pub fn nobody() -> (TcpSocket, String) {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(([127, 0, 0, 1], 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    (socket, url)
}

async fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Request>>, act: &(dyn Fn(&Request) -> Act + Send + Sync)) {
    let mut bytes = Vec::new();
    while let Some(mut request) = read(&mut stream, &mut bytes).await {
        let act = {
            let mut seen = seen.lock().unwrap();
            let same = |other: &&Request| match request.headers.get("idempotency-key") {
                Some(key) => other.headers.get("idempotency-key") == Some(key),
                None => other.path == request.path,
            };
            request.before = seen.iter().filter(same).count();
            seen.push(request.clone());
            act(&request)
        };
        match act {
            Act::Answer(status, headers, body) => {
                let headers: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
                let (headers, length) = (headers.concat(), body.len());
                let answer = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}\r\n{body}");
                if stream.write_all(answer.as_bytes()).await.is_err() {
                    return;
                }
            }
            Act::Reset => {
                // What is unread when a socket is closed makes a reset of it; so does this.
                stream.set_zero_linger().unwrap();
                return;
            }
            Act::Half => {
                drop(stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-le").await);
                return;
            }
            Act::Silence => {
                let mut rest = [0; 64];
                while stream.read(&mut rest).await.is_ok_and(|count| count > 0) {}
                return;
            }
        }
    }
}

/// The next request of a connection.
async fn read(stream: &mut TcpStream, bytes: &mut Vec<u8>) -> Option<Request> {
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|four| four == b"\r\n\r\n") {
            break end + 4;
        }
        if stream.read_buf(bytes).await.ok()? == 0 {
            return None;
        }
    };
    let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
    let mut lines = head.lines();
    let path = lines.next()?.split(' ').nth(1)?.to_owned();
    let headers: BTreeMap<String, String> =
        lines.filter_map(|line| line.split_once(": ")).map(|(name, value)| (name.to_lowercase(), value.to_owned())).collect();
    let length: usize = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    while bytes.len() < end + length {
        if stream.read_buf(bytes).await.ok()? == 0 {
            return None;
        }
    }
    let body = String::from_utf8(bytes[end..end + length].to_vec()).unwrap();
    bytes.drain(..end + length);
    Some(Request { path, headers, body, before: 0 })
}

//! HTTP/1.1 on loopback as far as the functions speak it: kept connections, bodies of a known length, a thread for each connection.

use std::io::{self, BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::thread;

/// A request, its header names in lower case.
#[derive(Debug, Default)]
pub struct Request {
    pub path: String,
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
}

impl Request {
    /// A header's value.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// Reads the next one; none when the other side has closed.
    ///
    /// # Errors
    /// The connection broke, or what came is no request with a body of known length.
    pub fn read(from: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut line = String::new();
        if from.read_line(&mut line)? == 0 {
            return Ok(None);
        }
        let mut words = line.split_whitespace().map(str::to_owned);
        let (Some(_), Some(path)) = (words.next(), words.next()) else { return Err(malformed(&line)) };
        let mut request = Self { path, ..Self::default() };
        loop {
            line.clear();
            from.read_line(&mut line)?;
            if line.trim().is_empty() {
                break;
            }
            let (name, value) = line.split_once(':').ok_or_else(|| malformed(&line))?;
            request.headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
        if request.header("transfer-encoding").is_some() {
            return Err(malformed("a body without a length"));
        }
        let length = request.header("content-length").map_or(Ok(0), str::parse).map_err(|_| malformed("content-length"))?;
        request.body.resize(length, 0);
        from.read_exact(&mut request.body)?;
        Ok(Some(request))
    }
}

/// An answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

impl Answer {
    fn write(&self, to: &mut impl Write) -> io::Result<()> {
        // One write: a second would wait for the acknowledgement of the first.
        let mut bytes = format!("HTTP/1.1 {} -\r\ncontent-length: {}\r\n", self.status, self.body.len()).into_bytes();
        for (name, value) in &self.headers {
            write!(bytes, "{name}: {value}\r\n")?;
        }
        bytes.extend(b"\r\n");
        bytes.extend(&self.body);
        to.write_all(&bytes)
    }
}

/// Answers on a port of loopback that is free, as long as this process lives.
///
/// # Errors
/// There is no free port.
pub fn serve(answer: impl Fn(Request) -> Option<Answer> + Send + Sync + 'static) -> io::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let (address, answer) = (listener.local_addr()?, Arc::new(answer));
    thread::spawn(move || {
        for connection in listener.incoming().flatten() {
            let answer = answer.clone();
            thread::spawn(move || converse(&connection, &*answer));
        }
    });
    Ok(address)
}

/// Until the other side closes, or there is no answer any more.
fn converse(connection: &TcpStream, answer: &dyn Fn(Request) -> Option<Answer>) -> io::Result<()> {
    connection.set_nodelay(true)?;
    let (mut reader, mut writer) = (BufReader::with_capacity(1 << 16, connection), connection);
    while let Some(request) = Request::read(&mut reader)? {
        let Some(answer) = answer(request) else { break };
        answer.write(&mut writer)?;
    }
    Ok(())
}

fn malformed(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, format!("not a request: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_follow_each_other_on_a_connection() {
        let mut wire = &b"POST /a HTTP/1.1\r\nX-Amz-Target: S.Op\r\nContent-Length: 2\r\n\r\n{}GET /b HTTP/1.1\r\n\r\n"[..];
        let first = Request::read(&mut wire).unwrap().unwrap();
        assert_eq!((first.path.as_str(), first.header("x-amz-target"), &first.body[..]), ("/a", Some("S.Op"), &b"{}"[..]));
        assert_eq!(Request::read(&mut wire).unwrap().unwrap().path, "/b");
        assert!(Request::read(&mut wire).unwrap().is_none());
    }

    #[test]
    fn a_body_of_unknown_length_is_refused() {
        let mut wire = &b"POST /a HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"[..];
        assert!(Request::read(&mut wire).is_err());
    }
}

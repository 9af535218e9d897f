//! The web app's files, as `CloudFront` serves them: hashed assets for ever, the page itself never stale, and the page
//! for every address that only the page's own router knows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response, StatusCode};
use http_body_util::Full;
use percent_encoding::percent_decode_str;

use crate::problem;

const UNBUILT: &str = "<!doctype html><title>Mini CRM</title><p>The web app is not built. The API is at /api.";

/// What the page needs to know of its deployment; on AWS a file beside it.
const CONFIGURATION: &str = r#"{"googleClientId":"mini-crm-local","localIdentity":true}"#;

/// A directory of built files; it need not exist.
pub struct Files {
    root: PathBuf,
    /// What `CloudFront` adds to every file.
    headers: HeaderMap,
}

impl Files {
    /// Serves what is below `root`, with these headers.
    pub fn new(root: PathBuf, headers: BTreeMap<String, String>) -> Result<Self, String> {
        let headers: Result<HeaderMap, String> = headers
            .into_iter()
            .map(|(name, value)| Ok((name.parse().map_err(wrong)?, value.parse().map_err(wrong)?)))
            .collect::<Result<Vec<(HeaderName, HeaderValue)>, String>>()
            .map(HeaderMap::from_iter);
        Ok(Self { root, headers: headers? })
    }

    /// Answers GET and HEAD for any path outside the API.
    pub async fn serve(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Full<Bytes>> {
        let mut response = self.find(method, path, headers).await;
        response.headers_mut().extend(self.headers.clone());
        response
    }

    async fn find(&self, method: &Method, path: &str, headers: &HeaderMap) -> Response<Full<Bytes>> {
        if *method != Method::GET && *method != Method::HEAD {
            return problem::method_not_allowed(&["GET", "HEAD"]);
        }
        if path == "/config.json" {
            return respond(Bytes::from_static(CONFIGURATION.as_bytes()), Path::new("config.json"));
        }
        let Some(relative) = safe(path) else {
            return problem::route_not_found();
        };
        if !relative.as_os_str().is_empty() {
            if let Some(response) = self.file(&relative, headers).await {
                return response;
            }
            // A file that is not there is missing; a path without an extension belongs to the page's router.
            if relative.extension().is_some() {
                return problem::route_not_found();
            }
        }
        match self.file(Path::new("index.html"), headers).await {
            Some(page) => page,
            None => respond(Bytes::from_static(UNBUILT.as_bytes()), Path::new("index.html")),
        }
    }

    async fn file(&self, relative: &Path, headers: &HeaderMap) -> Option<Response<Full<Bytes>>> {
        let path = self.root.join(relative);
        let changed = tokio::fs::metadata(&path).await.ok().filter(std::fs::Metadata::is_file)?.modified().ok()?;
        let bytes = Bytes::from(tokio::fs::read(&path).await.ok()?);
        let stamp = changed.duration_since(std::time::UNIX_EPOCH).map_or(0, |past| past.as_nanos());
        let tag = HeaderValue::try_from(format!("\"{:x}-{:x}\"", bytes.len(), stamp)).ok()?;
        let known = headers.get(IF_NONE_MATCH) == Some(&tag);
        let mut response = respond(if known { Bytes::new() } else { bytes }, relative);
        if known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
        }
        response.headers_mut().insert(ETAG, tag);
        Some(response)
    }
}

fn wrong(error: impl std::fmt::Display) -> String {
    format!("a header of the web app: {error}")
}

fn respond(bytes: Bytes, file: &Path) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(bytes));
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type(file)));
    let hashed = file.starts_with("assets");
    let caching = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    headers.insert(CACHE_CONTROL, HeaderValue::from_static(caching));
    headers.insert("x-content-type-options", HeaderValue::from_static("nosniff"));
    response
}

/// The path below the root, or none when it tries to leave it.
fn safe(path: &str) -> Option<PathBuf> {
    let decoded = percent_decode_str(path).decode_utf8().ok()?;
    let mut relative = PathBuf::new();
    for part in decoded.split('/').filter(|part| !part.is_empty()) {
        if part.starts_with('.') || part.contains(['\\', '\0', ':']) {
            return None;
        }
        relative.push(part);
    }
    Some(relative)
}

fn content_type(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or("") {
        "html" => "text/html; charset=utf-8",
        "js" | "mjs" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "json" | "map" => "application/json",
        "webmanifest" => "application/manifest+json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "jpg" | "jpeg" => "image/jpeg",
        "webp" => "image/webp",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "txt" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_stay_below_the_root() {
        assert_eq!(safe("/assets/a.js"), Some(PathBuf::from("assets/a.js")));
        assert_eq!(safe("//etc/passwd"), Some(PathBuf::from("etc/passwd")));
        for path in ["/../secret", "/a/%2e%2e/b", "/%2e%2e%2fb", "/.env", "/a%00", "/a\\b", "/%ff"] {
            assert_eq!(safe(path), None, "{path}");
        }
    }

    #[tokio::test]
    async fn unknown_addresses_get_the_page_but_missing_files_do_not() {
        let root = std::env::temp_dir().join(format!("gateway-web-{}", uuid::Uuid::now_v7()));
        std::fs::create_dir_all(root.join("assets")).unwrap();
        std::fs::write(root.join("index.html"), "page").unwrap();
        std::fs::write(root.join("assets/a-1.js"), "code").unwrap();
        let files = Files::new(root.clone(), BTreeMap::from([("x-frame-options".into(), "DENY".into())])).unwrap();
        let get = async |path: &str| files.serve(&Method::GET, path, &HeaderMap::new()).await;

        for path in ["/", "/customers", "/segments/1/edit"] {
            let page = get(path).await;
            assert_eq!((page.status().as_u16(), page.headers()["cache-control"].to_str().unwrap()), (200, "no-cache"));
        }
        assert!(get("/assets/a-1.js").await.headers()["cache-control"].to_str().unwrap().contains("immutable"));
        assert_eq!(get("/assets/missing.js").await.status(), 404);
        assert_eq!(get("/config.json").await.headers()["x-frame-options"], "DENY");
        assert_eq!(files.serve(&Method::POST, "/", &HeaderMap::new()).await.status(), 405);

        let mut known = HeaderMap::new();
        known.insert(IF_NONE_MATCH, get("/").await.headers()[ETAG].clone());
        assert_eq!(files.serve(&Method::GET, "/", &known).await.status(), 304);
        std::fs::remove_dir_all(root).unwrap();
    }
}

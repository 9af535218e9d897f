//! Which function answers which method and path, by API Gateway's rules: a literal segment beats a `{parameter}`.

use std::collections::BTreeMap;

use http::Method;
use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// The routes of the HTTP API, read from the JSON that the local stack derives from `template.yaml`.
pub struct RouteTable {
    routes: Vec<Route>,
}

/// One route and the values that the path gave for its parameters.
#[derive(Debug, PartialEq)]
pub struct Match<'a> {
    /// Name of the function's binary.
    pub function: &'a str,
    /// As API Gateway writes it: `GET /api/customers/{id}`.
    pub key: &'a str,
    /// Percent-decoded.
    pub parameters: BTreeMap<String, String>,
}

/// What the table says about a request.
#[derive(Debug, PartialEq)]
pub enum Lookup<'a> {
    /// A route serves it.
    Found(Match<'a>),
    /// The path is known, with these methods.
    OtherMethods(Vec<&'a str>),
    /// Nobody serves the path.
    Unknown,
}

impl RouteTable {
    /// Sorts the routes for look-up.
    pub fn new(written: Vec<WrittenRoute>) -> Self {
        let mut routes: Vec<Route> = written.into_iter().map(Route::from).collect();
        // Literals first, segment by segment: then the first route that fits is the most particular one.
        routes.sort_by_key(|route| route.segments.iter().map(Segment::rank).collect::<Vec<_>>());
        Self { routes }
    }

    /// Finds the route of a request. HEAD is served by the route of GET, whose body the server then leaves out.
    pub fn find(&self, method: &Method, path: &str) -> Lookup<'_> {
        let wanted = if *method == Method::HEAD { "GET" } else { method.as_str() };
        let parts: Vec<&str> = split(path).collect();
        let mut others = Vec::new();
        for route in &self.routes {
            let Some(parameters) = route.fits(&parts) else {
                continue;
            };
            if route.method == wanted {
                return Lookup::Found(Match { function: &route.function, key: &route.key, parameters });
            }
            others.push(route.method.as_str());
        }
        others.sort_unstable();
        others.dedup();
        if others.is_empty() { Lookup::Unknown } else { Lookup::OtherMethods(others) }
    }
}

/// A route as the configuration has it: `{"method": "GET", "path": "/api/customers/{id}", "function": "customers-api"}`.
#[derive(Deserialize)]
pub struct WrittenRoute {
    method: String,
    path: String,
    function: String,
}

struct Route {
    method: String,
    function: String,
    key: String,
    segments: Vec<Segment>,
}

enum Segment {
    Literal(String),
    Parameter(String),
}

impl Segment {
    fn rank(&self) -> u8 {
        match self {
            Segment::Literal(_) => 0,
            Segment::Parameter(_) => 1,
        }
    }
}

impl From<WrittenRoute> for Route {
    fn from(written: WrittenRoute) -> Self {
        let segments = split(&written.path)
            .map(|part| match part.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
                Some(name) => Segment::Parameter(name.to_owned()),
                None => Segment::Literal(part.to_owned()),
            })
            .collect();
        Self { key: format!("{} {}", written.method, written.path), method: written.method, function: written.function, segments }
    }
}

impl Route {
    fn fits(&self, parts: &[&str]) -> Option<BTreeMap<String, String>> {
        if parts.len() != self.segments.len() {
            return None;
        }
        let mut parameters = BTreeMap::new();
        for (segment, part) in self.segments.iter().zip(parts) {
            match segment {
                Segment::Literal(text) if text == part => {}
                Segment::Literal(_) => return None,
                Segment::Parameter(_) if part.is_empty() => return None,
                Segment::Parameter(name) => {
                    parameters.insert(name.clone(), percent_decode_str(part).decode_utf8_lossy().into_owned());
                }
            }
        }
        Some(parameters)
    }
}

fn split(path: &str) -> impl Iterator<Item = &str> {
    path.strip_prefix('/').unwrap_or(path).split('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> RouteTable {
        RouteTable::new(
            serde_json::from_str(
                r#"[
              {"method": "GET", "path": "/api/orders/{id}", "function": "orders-api"},
              {"method": "PATCH", "path": "/api/orders/{id}", "function": "orders-api"},
              {"method": "GET", "path": "/api/orders/by-email/{email}", "function": "orders-api"},
              {"method": "GET", "path": "/api/segments/{id}", "function": "segments-api"},
              {"method": "POST", "path": "/api/segments/preview", "function": "segments-api"},
              {"method": "GET", "path": "/api/segments/newest", "function": "segments-api"}
            ]"#,
            )
            .unwrap(),
        )
    }

    fn found(method: &Method, path: &str) -> (String, BTreeMap<String, String>) {
        match table().find(method, path) {
            Lookup::Found(found) => (found.key.to_owned(), found.parameters),
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn literal_segment_beats_parameter() {
        assert_eq!(found(&Method::GET, "/api/segments/newest").0, "GET /api/segments/newest");
        assert_eq!(found(&Method::GET, "/api/segments/other").0, "GET /api/segments/{id}");
    }

    #[test]
    fn method_of_a_parameter_route_is_found_behind_a_literal_one() {
        assert_eq!(found(&Method::GET, "/api/segments/preview").0, "GET /api/segments/{id}");
    }

    #[test]
    fn parameters_are_percent_decoded_once() {
        let (_, parameters) = found(&Method::GET, "/api/orders/by-email/a%2Bb%40example.com%2541");
        assert_eq!(parameters["email"], "a+b@example.com%41");
    }

    #[test]
    fn head_is_served_by_get() {
        assert_eq!(found(&Method::HEAD, "/api/orders/1").0, "GET /api/orders/{id}");
    }

    #[test]
    fn known_path_with_other_method_names_its_methods() {
        assert_eq!(table().find(&Method::DELETE, "/api/orders/1"), Lookup::OtherMethods(vec!["GET", "PATCH"]));
    }

    #[test]
    fn nothing_else_matches() {
        for path in ["/api/orders", "/api/orders/", "/api/orders/1/2", "/api/orders/by-email/", "/", "/API/orders/1"] {
            assert_eq!(table().find(&Method::GET, path), Lookup::Unknown, "{path}");
        }
    }
}

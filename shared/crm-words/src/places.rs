//! Where people live: countries, the cities that everybody knows, and regions, which a customer record does not hold.

use std::sync::LazyLock;

use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::lists::Join;
use crate::phrasebook::Phrasebook;
use crate::tree::Node;
use crate::vocabulary::Named;
use crate::words::PLACED;

/// What a place is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    City,
    Country,
    /// Neither city nor country.
    Region,
}

/// A place as rules name it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) field: &'static str,
    pub(crate) name: String,
}

static PLACES: LazyLock<Phrasebook<Sort>> = LazyLock::new(|| {
    Phrasebook::of(&[
        (
            "mumbai|bombay|delhi|new delhi|bangalore|bengaluru|hyderabad|ahmedabad|chennai|madras|kolkata|calcutta|surat|pune|jaipur\
             |lucknow|kanpur|nagpur|indore|thane|bhopal|visakhapatnam|vizag|patna|vadodara|baroda|ghaziabad|ludhiana|agra|nashik\
             |faridabad|meerut|rajkot|varanasi|srinagar|aurangabad|dhanbad|amritsar|navi mumbai|allahabad|prayagraj|ranchi|howrah\
             |coimbatore|jabalpur|gwalior|vijayawada|jodhpur|madurai|raipur|kota|guwahati|chandigarh|gurgaon|gurugram|noida|mysore\
             |mysuru|kochi|cochin|trivandrum|thiruvananthapuram|mangalore|goa|panaji|udaipur|dehradun|shimla|pondicherry|london\
             |paris|berlin|new york|san francisco|los angeles|chicago|boston|seattle|toronto|sydney|melbourne|dubai|abu dhabi|tokyo\
             |amsterdam|madrid|barcelona|rome|dublin|hong kong|kathmandu|dhaka|colombo|karachi|lahore",
            Sort::City,
        ),
        (
            "india|united states|united states of america|usa|us|america|united kingdom|uk|england|canada|australia|germany|france|spain|italy\
             |portugal|netherlands|belgium|switzerland|austria|ireland|sweden|norway|denmark|finland|poland|russia|ukraine|turkey\
             |united arab emirates|uae|saudi arabia|qatar|oman|kuwait|bahrain|israel|egypt|south africa|kenya|nigeria|china|japan\
             |south korea|singapore|malaysia|indonesia|thailand|vietnam|philippines|new zealand|nepal|bhutan|bangladesh|sri lanka\
             |pakistan|maldives|brazil|mexico|argentina|chile|colombia|peru",
            Sort::Country,
        ),
        (
            "maharashtra|karnataka|kerala|tamil nadu|gujarat|rajasthan|punjab|haryana|uttar pradesh|madhya pradesh|andhra pradesh\
             |telangana|west bengal|bihar|odisha|assam|jharkhand|chhattisgarh|uttarakhand|himachal pradesh|himachal|kashmir\
             |jammu and kashmir|california|texas|florida|europe|asia|africa|north america|south america|eu|gcc|middle east\
             |north india|south india|east india|west india|northern india|southern india|north east|rural india|urban india",
            Sort::Region,
        ),
    ])
});

impl Reader<'_> {
    /// "from Pune, Goa or Delhi", "outside India".
    pub(crate) fn placed(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            let outside = reader.eat(&["outside"]);
            if outside {
                reader.eat(&["of"]);
            } else {
                reader.eat_phrase(&PLACED)?;
                reader.eat_all(&["the", "city", "of"]);
            }
            let node = reader.places(true)?;
            reader.eat(&["city"]);
            Some(node.negated_if(outside))
        })
    }

    /// Places; nobody lives in two.
    pub(crate) fn places(&mut self, unknown: bool) -> Option<Node> {
        let (places, join) = self.list(|reader| {
            reader.eat(&["from", "in"]);
            reader.place(unknown)
        })?;
        let [first, more @ ..] = &*places else { return None };
        let text = |name: &String| Json::Text(name.clone());
        if more.is_empty() {
            return Some(Node::is(first.field, "=", text(&first.name)));
        }
        let equals = |place: &Place| Node::is(place.field, "=", text(&place.name));
        if join == Join::Comma && first.field == "city" && matches!(more, [country] if country.field == "country") {
            // "Pune, India"
            return Some(Node::And(places.iter().map(equals).collect()));
        }
        if more.iter().all(|place| place.field == first.field) {
            return Some(Node::is(first.field, "in", Json::List(places.iter().map(|place| text(&place.name)).collect())));
        }
        Some(Node::Or(places.iter().map(equals).collect()))
    }

    /// A place by name. One that nobody knows is taken for a city if it is written with a capital letter, where `unknown`
    /// allows that.
    pub(crate) fn place(&mut self, unknown: bool) -> Option<Place> {
        self.attempt(|reader| {
            reader.eat(&["the"]);
            if let Some(text) = reader.quoted() {
                return Some(Place { field: "city", name: text.to_owned() });
            }
            let start = reader.at;
            let known = reader.eat_name(|named| matches!(named, Named::City(_) | Named::Country(_)));
            match known {
                Some(Named::City(name)) => return reader.whole(Place { field: "city", name: name.clone() }),
                Some(Named::Country(name)) => return reader.whole(Place { field: "country", name: name.clone() }),
                _ => {}
            }
            if reader.eat(&["indian"]) {
                return Some(Place { field: "country", name: "India".to_owned() });
            }
            if let Some(sort) = reader.eat_phrase(&PLACES) {
                // "us" are we, "US" is a country.
                let written = reader.written(start);
                let field = match sort {
                    Sort::City => "city",
                    Sort::Country if written != "us" => "country",
                    Sort::Country | Sort::Region => return None,
                };
                return reader.whole(Place { field, name: capitalised(written) });
            }
            while unknown
                && reader.at < start + 3
                && reader.is_capital(0)
                && !reader.is_structure(0)
                && !reader.word(0).is_empty()
                // "Q1", "FY26"
                && !reader.word(0).bytes().any(|b| b.is_ascii_digit())
            {
                reader.at += 1;
            }
            let names_one = reader.at > start && !reader.written(start).contains('/') && !reader.is_phrase(&PLACES);
            let zone = matches!((reader.word(0), reader.word(1)), ("time", "zone") | ("timezone", _));
            (names_one && !zone).then(|| Place { field: "city", name: reader.written(start).to_owned() })
        })
    }

    /// The place, unless its name goes on: "Bengaluru East" is another.
    fn whole(&self, place: Place) -> Option<Place> {
        let goes_on = self.is_capital(0) && !self.is_structure(0) && self.people_ahead().is_none();
        (!goes_on).then_some(place)
    }

    /// Whether a place that is known by name stands here.
    pub(crate) fn is_place(&self) -> bool {
        self.word(0) == "indian"
            || self.vocabulary.find(self.rest(), |named| matches!(named, Named::City(_) | Named::Country(_))).is_some()
            || PLACES.find(self.rest()).is_some_and(|(sort, _)| *sort != Sort::Region) && self.written_here() != "us"
    }

    fn written_here(&self) -> &str {
        self.token(0).and_then(|token| self.text.get(token.from..token.to)).unwrap_or_default()
    }
}

/// "mumbai" as it is stored; all else as it was written.
fn capitalised(name: &str) -> String {
    if name.chars().any(char::is_uppercase) {
        return name.to_owned();
    }
    let words = name.split(' ').map(|word| {
        let mut chars = word.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect::<String>()).unwrap_or_default()
    });
    words.collect::<Vec<_>>().join(" ")
}

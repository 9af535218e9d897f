//! What people did, and when: ordered, bought something, visited, joined.

use crm_domain::json::Json;

use crate::conventions::RECENTLY;
use crate::cursor::Reader;
use crate::figures::tested;
use crate::lexer::Kind;
use crate::lists::Join;
use crate::times::When;
use crate::tree::Node;
use crate::vocabulary::Named;
use crate::words::{ACTIONS, BOUNDS, DEEDS, Deed, FIELDS, Field, PRESENCE, UNHELD};

/// What was last said to have been done: "but not in the last month" is about that.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Done {
    Deed(Deed),
    Bought(Node, bool),
    /// What is true of those whom a word names.
    Counted(Node),
    /// A point in time.
    Moment(&'static str),
    /// Whether to something that is sent to them.
    Agreed(bool),
}

/// How many words an unquoted name of a product may have that the CRM does not know.
const MAX_PRODUCT_WORDS: usize = 3;

impl Reader<'_> {
    /// "ordered at least 3 times in the last 90 days", "haven't visited recently", "inactive for 90 days".
    pub(crate) fn deed(&mut self, has: bool) -> Option<Node> {
        let start = self.at;
        let node = self.deed_anywhere(has)?;
        let somewhere = matches!(self.done, Some(Done::Deed(Deed::Ordered | Deed::Visited) | Done::Bought(..)))
            && matches!(self.word(0), "in" | "from" | "at")
            && !matches!(self.word_before(), "days" | "weeks" | "months" | "years");
        if somewhere && self.attempt(Self::placed).is_some() {
            // Where somebody lives is known, and not where they bought.
            return Some(self.unread(start, false));
        }
        Some(node)
    }

    fn deed_anywhere(&mut self, has: bool) -> Option<Node> {
        let start = self.at;
        self.attempt(|reader| {
            if let Some(node) = reader.attempt(Self::placed_orders) {
                reader.done = Some(Done::Deed(Deed::Ordered));
                return Some(node);
            }
            // "no order history" is not about what was ordered.
            let noun = has && matches!(reader.word(0), "order" | "purchase");
            let deed = reader.eat_phrase(&DEEDS)?;
            reader.done = Some(Done::Deed(deed));
            if let Some(node) = reader.deeds_together(start, deed) {
                return Some(node);
            }
            reader.eat(&["us", "again"]);
            match deed {
                Deed::Ordered => reader.ordered(start, noun),
                Deed::Visited => {
                    reader.eat_all(&["our", "the", "store", "shop", "website", "site"]);
                    if let Some(tests) = reader.times() {
                        reader.topic = Some("visits");
                        // Visits are counted, but not by when they were.
                        return Some(if reader.when().is_some() {
                            reader.unread(start, false)
                        } else {
                            tested("visits", tests)?
                        });
                    }
                    Some(reader.whens(deed).unwrap_or_else(|| Node::is("visits", ">", Json::Number(0.into()))))
                }
                Deed::Active => {
                    Some(reader.whens(deed).unwrap_or_else(|| reader.did(deed, &When::Back(RECENTLY.to_owned())).vague()))
                }
                Deed::Inactive => {
                    let denied = std::mem::replace(&mut reader.denied, true);
                    let when = reader.whens(Deed::Active);
                    reader.denied = denied;
                    let vague = || reader.did(Deed::Active, &When::Back(RECENTLY.to_owned())).vague();
                    Some(when.unwrap_or_else(vague).negated())
                }
                Deed::Joined => {
                    reader.done = Some(Done::Moment("createdAt"));
                    reader.whens(deed)
                }
            }
        })
    }

    /// "placed 3 orders", "placed their first order this year"
    fn placed_orders(&mut self) -> Option<Node> {
        if !self.eat(&["placed", "made", "place", "make", "done", "completed"]) {
            return None;
        }
        self.eat(&["their", "the", "a"]);
        self.counted().or_else(|| self.moment_field())
    }

    /// "ordered or visited in the last 30 days": the time is that of both.
    fn deeds_together(&mut self, start: usize, first: Deed) -> Option<Node> {
        self.attempt(|reader| {
            let any = reader.word(0);
            if !reader.eat(&["or", "and", "nor"]) {
                return None;
            }
            let second = reader.eat_phrase(&DEEDS).filter(|deed| *deed != Deed::Inactive && first != Deed::Inactive)?;
            let when = reader.when()?;
            if any == "and" && reader.denied {
                // "haven't ordered and visited" may be said of those who did neither, or not both.
                return Some(reader.unread(start, true));
            }
            let both = vec![reader.did(first, &when), reader.did(second, &when)];
            Some(if any == "and" { Node::And(both) } else { Node::Or(both) })
        })
    }

    /// "yesterday or today"
    fn whens(&mut self, deed: Deed) -> Option<Node> {
        let first = self.when()?;
        let mut nodes = vec![self.did(deed, &first)];
        while let Some(when) = self.attempt(|reader| {
            let joined = reader.eat(&["or"]);
            if joined { reader.when().or_else(|| reader.period().map(When::During)) } else { None }
        }) {
            nodes.push(self.did(deed, &when));
        }
        // "in January and February" may be in either or in both.
        let both = self.attempt(|reader| if reader.eat(&["and"]) { reader.period() } else { None });
        if both.is_some() {
            return None;
        }
        Some(Node::Or(nodes))
    }

    /// `noun`: after "no order", which names no product.
    fn ordered(&mut self, start: usize, noun: bool) -> Option<Node> {
        let once = Node::is("orderCount", ">", Json::Number(0.into()));
        if self.eat_run(&["for", "the", "first", "time"]) {
            return self.when().map(|when| Self::moment("firstOrderAt", &when));
        }
        let denied = self.word(0) == "nothing";
        let something = self.eat(&["nothing", "anything", "something", "stuff"]);
        let from_us = self.eat_run(&["from", "us"]) || self.eat_run(&["with", "us"]);
        if let Some(tests) = self.times() {
            return Some(self.figure_over(start, "orderCount", tests));
        }
        self.topic = Some("orderCount");
        if matches!(self.word(0), "before" | "previously" | "earlier") {
            let period = self.when();
            self.at += usize::from(period.is_none());
            return Some(period.map_or(once, |when| self.did(Deed::Ordered, &when)).negated_if(denied));
        }
        if let Some(when) = self.whens(Deed::Ordered) {
            return Some(when.negated_if(denied));
        }
        let sum = self.attempt(|reader| if reader.eat(&["for", "worth"]) { reader.sizes() } else { None });
        if let Some(tests) = sum {
            return Some(self.figure_over(start, "totalSpend", tests));
        }
        let neither = self.eat(&["neither"]);
        match self.attempt(Self::products).filter(|_| !something && !from_us && !noun) {
            Some(bought) => Some(self.bought(start, bought).negated_if(neither)),
            None => (!neither).then(|| once.negated_if(denied)),
        }
    }

    /// What was bought, in the stretch that follows.
    fn bought(&mut self, start: usize, bought: Node) -> Node {
        let before = matches!(self.done, Some(Done::Bought(_, false)));
        self.eat_run(&["at", "least", "once"]);
        let when = self.when();
        self.done = Some(Done::Bought(bought.clone(), when.is_some()));
        if before && when.is_some() {
            // "bought tea but not coffee in the last month": tea whenever, or then?
            return self.unread(start, true);
        }
        self.narrowed(start, bought, when)
    }

    /// "coffee or tea", "SKU-1001", "sku 1001", "\"Masala Chai 250g\"".
    fn products(&mut self) -> Option<Node> {
        let (mut products, join) = self.list(Self::product)?;
        let field = products.first().map(|(field, _)| *field)?;
        let alike = products.iter().all(|(one, _)| *one == field);
        Some(match join {
            Join::Comma => return None,
            Join::Only => products.pop().map(|(field, name)| Node::is(field, "contains", Json::Text(name)))?,
            Join::Or if alike => {
                Node::is(field, "in", Json::List(products.into_iter().map(|(_, name)| Json::Text(name)).collect()))
            }
            join => {
                let nodes = products.into_iter().map(|(field, name)| Node::is(field, "contains", Json::Text(name)));
                if join == Join::And { Node::And(nodes.collect()) } else { Node::Or(nodes.collect()) }
            }
        })
    }

    /// Field and text.
    fn product(&mut self) -> Option<(&'static str, String)> {
        self.eat_all(&["a", "an", "the", "some", "any", "our"]);
        let sku = self.eat(&["sku", "skus"]);
        let named = self.eat(&["product", "products", "item", "items"]) && !sku;
        let field = if sku { "purchasedSku" } else { "purchasedName" };
        if let Some(text) = self.quoted() {
            return Some((field, text.to_owned()));
        }
        match self.eat_name(|name| matches!(name, Named::Product(_) | Named::Sku(_))) {
            Some(Named::Sku(code)) => return Some(("purchasedSku", code.clone())),
            Some(Named::Product(name)) => return Some((field, name.clone())),
            _ => {}
        }
        let start = self.at;
        let coded = self.word(0).bytes().any(|b| b.is_ascii_digit()) && !self.word(0).contains('@');
        if sku || coded {
            self.at += usize::from(self.token(0).is_some_and(|token| matches!(token.kind, Kind::Word | Kind::Number)));
            return (self.at > start).then(|| ("purchasedSku", self.written(start).to_owned()));
        }
        while self.at < start + MAX_PRODUCT_WORDS && !self.is_structure(0) && !self.word(0).is_empty() {
            if ACTIONS.contains(self.word(0)) || UNHELD.contains(self.word(0)) {
                return None;
            }
            self.at += 1;
        }
        let whole = self.at > start && (self.is_structure(0) || named);
        whole.then(|| (field, self.written(start).to_owned()))
    }

    /// "last order before July", "first purchase was over a year ago".
    pub(crate) fn moment_field(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            let Field::Moment(field) = reader.eat_phrase(&FIELDS)? else { return None };
            while !reader.is_phrase(&BOUNDS)
                && reader.eat(&["was", "is", "were", "date", "on", "made", "placed", "happened", "with", "us", "dated"])
            {
            }
            let denied = reader.eat(&["not"]);
            if let Some(known) = reader.eat_phrase(&PRESENCE) {
                return Some(Node::known(field, known).negated_if(denied));
            }
            if let Some(operator) = reader.eat_comparison() {
                let (first, last) = reader.period()?;
                let when = match operator {
                    "<" => When::Before(first),
                    "<=" => When::UpTo(last),
                    ">" => When::After(last),
                    ">=" => When::Since(first),
                    _ => When::Between((first, last)),
                };
                return Some(Self::moment(field, &when).negated_if(denied ^ (operator == "!=")));
            }
            reader.done = Some(Done::Moment(field));
            let when = reader.when()?;
            Some(Self::moment(field, &when).negated_if(denied))
        })
    }

    /// "in the last year", of what was said to have been done: "ordered before but nothing in the last year".
    pub(crate) fn done_then(&mut self) -> Option<Node> {
        let start = self.at;
        let done = self.done.clone()?;
        match done {
            Done::Bought(..) => {
                if let Some(bought) = self.attempt(Self::products) {
                    return Some(self.bought(start, bought));
                }
                let Done::Bought(bought, _) = done else { return None };
                let when = self.when()?;
                Some(self.narrowed(start, bought, Some(when)))
            }
            Done::Deed(deed @ (Deed::Ordered | Deed::Visited | Deed::Active)) => self.whens(deed),
            Done::Deed(Deed::Inactive | Deed::Joined) | Done::Counted(_) | Done::Moment(_) => None,
            Done::Agreed(agrees) => self.agreed(agrees),
        }
    }

    /// "and before July", of what was said to have been at some time.
    pub(crate) fn then_bounded(&mut self) -> Option<Node> {
        let Some(Done::Moment(field)) = self.done else { return None };
        let when = self.when()?;
        self.done = Some(Done::Moment(field));
        Some(Self::moment(field, &when))
    }

    /// "60 days", of what was said to be done: "inactive customers (60 days)".
    pub(crate) fn so_long(&mut self) -> Option<Node> {
        let Some(Done::Deed(deed @ (Deed::Active | Deed::Inactive | Deed::Joined))) = self.done else { return None };
        self.eat_all(&["for", "over", "in", "the", "last", "past", "within"]);
        let when = When::Back(self.duration()?);
        Some(if deed == Deed::Inactive { self.did(Deed::Active, &when).negated() } else { self.did(deed, &when) })
    }

    /// That somebody did it then.
    pub(crate) fn did(&self, deed: Deed, when: &When) -> Node {
        let now = self.vocabulary.today.to_string();
        match (deed, when) {
            (Deed::Joined, when) => Self::moment("createdAt", when),
            (Deed::Ordered, When::Back(_) | When::After(_) | When::Since(_) | When::Longer(_) | When::Ago { .. }) => {
                Self::moment("lastOrderAt", when)
            }
            (Deed::Ordered, When::Before(_) | When::UpTo(_)) => Self::moment("firstOrderAt", when),
            (Deed::Ordered, When::During((_, last)) | When::Between((_, last))) => match when.stretch() {
                // Of a stretch that goes on the last order says enough.
                Some(stretch) if *last < now => Node::is("orderCount", ">", Json::Number(0.into())).within(Some(&stretch)),
                _ => Self::moment("lastOrderAt", when),
            },
            _ => Self::moment("lastActiveAt", when),
        }
    }

    /// That a point in time lies there.
    pub(crate) fn moment(field: &'static str, when: &When) -> Node {
        let text = |text: &String| Json::Text(text.clone());
        match when {
            When::Back(duration) => Node::is(field, "within", text(duration)),
            When::During((first, last)) | When::Between((first, last)) => {
                Node::is(field, "between", Json::List(vec![text(first), text(last)]))
            }
            When::Before(at) => Node::is(field, "<", text(at)),
            When::UpTo(at) => Node::is(field, "<=", text(at)),
            When::After(at) => Node::is(field, ">", text(at)),
            When::Since(at) => Node::is(field, ">=", text(at)),
            When::Longer(duration) => {
                let longer = Node::is(field, "within", text(duration)).negated();
                // Everybody was created at some time.
                if field == "createdAt" { longer } else { Node::known(field, true).and(longer) }
            }
            When::Ago { near, far } => {
                Node::And(vec![Node::is(field, "within", text(near)).negated(), Node::is(field, "within", text(far))])
            }
        }
    }
}

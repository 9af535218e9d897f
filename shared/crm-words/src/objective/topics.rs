//! What an objective is about: a thing, a statement to pass on, something that people are asked to do, and who writes.

use std::collections::HashSet;
use std::sync::LazyLock;

use std::ops::Range;

use super::kinds::{self, Kind, occasion_at, sign_at};
use super::{DAY_WORDS, MAX_QUOTED, Objective, Pieces};
use crate::lexer::Kind as Looks;
use crate::vocabulary::Named;
use crate::words::{PEOPLE, set};

/// Most words of a thing.
const MAX_TOPIC: usize = 10;

/// What a thing may begin with.
const ARTICLES: &[&str] = &["our", "the", "a", "an", "your", "their", "my", "this", "these", "some", "all", "every"];

/// Before a thing to speak of.
static SAYING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "upsell upselling recommend recommending announce announcing promote promoting launch launching introduce introducing advertise highlight showcase share \
         market celebrate celebrating unveil unveiling reveal feature push sell about regarding concerning presenting \
         present restocked restocking pitch publicise publicize plug",
    )
});

/// Before people who are asked.
static ASKING: LazyLock<HashSet<&str>> =
    LazyLock::new(|| set("ask invite encourage nudge remind convince get urge persuade motivate request prompt"));

/// How an instruction begins, and no statement does.
static INSTRUCTING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("tell inform let notify update alert message write email text sms ping reach contact send thank welcome greet \
         wish reward win bring re reengage reactivate please create draft make generate compose help want need say give \
         offer drive boost increase recover upsell cross collect follow check run start bring appreciate show target \
         campaign wants can could would i how what why who when where apologise apologize explain educate warn")
});

static FINITE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("is are will opens starts begins launches closes arrives returns ships has have moved opened launched won turned \
         turns now can accept offer arrived reopens moves")
});

/// What ends a thing.
pub(super) static ENDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("to with until till by before through who that which whose using via when because so as if is are was were will \
         has have opens open starts begins launches closes ends arrives know offering use code only today tomorrow \
         tonight now please where while after since during be get let tell send coming including plus but they we you \
         them")
});

/// Of a thing that is only named: "weekend tea tasting".
static THINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("collection range product products store shop outlet menu app website line arrivals edition kit box hamper \
         hampers service subscription membership programme program workshop class classes course series bundle bundles \
         catalogue catalog lookbook hours season festival fair stall pickup delivery plan plans guide recipe recipes blog \
         newsletter update updates policy feature features")
});

/// How to write, which is nothing to write of.
static OF_WRITING: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("tone message messages email emails sms note notes whatsapp emoji emojis subject text texts words campaign mail \
         letter")
});

impl Pieces<'_> {
    /// Reads what it is about, and leaves out facts that this says already.
    pub(super) fn topics(&mut self, read: &mut Objective) {
        read.statement = self.statement();
        if read.statement.is_none() {
            read.request = self.request();
            if read.request.is_none() {
                read.topic = self.topic();
            }
            self.perks(read);
        }
        self.quotes(read);
        let said = [&read.statement, &read.request, &read.topic].into_iter().flatten().cloned().collect::<Vec<_>>().join("\n");
        let is_said = |fact: &String| said.contains(&**fact);
        read.offers.retain(|fact| !is_said(fact));
        read.codes.retain(|fact| !is_said(fact));
        read.deadline.take_if(|fact| is_said(fact));
        read.when.take_if(|fact| is_said(fact));
    }

    /// A notice is passed on as it is written, and so is what friends are brought for.
    fn quotes(&self, read: &mut Objective) {
        let count = self.reader.tokens.len();
        let word = |at: usize| self.reader.tokens.get(at).map_or("", |token| &*token.word);
        let whole = |from: usize| Some(self.quoted(&(from..count))).filter(|text| text.chars().count() <= MAX_QUOTED);
        let first = word(0);
        let instructs = INSTRUCTING.contains(first) || SAYING.contains(first) || ASKING.contains(first);
        match kinds::kind(&self.reader).0 {
            Some((Kind::Notice, _)) if read.statement.is_none() && !instructs && first != "reminder" => {
                read.statement = whole(0);
                if read.statement.is_some() {
                    (read.topic, read.request) = (None, None);
                }
            }
            Some((Kind::Referral, _)) if read.statement.is_none() && read.request.is_none() => {
                let asked = (0..count).find(|at| {
                    let a_friend = matches!(word(at + 1), "a" | "your" | "their") && word(at + 2).starts_with("friend");
                    matches!(word(*at), "refer" | "bring" | "invite") && (a_friend || word(at + 1) == "friends")
                });
                let end = asked.and_then(|from| (from..count).find(|at| self.ends_at(*at))).unwrap_or(count);
                let request = asked.map(|from| self.quoted(&(from..end))).filter(|text| text.chars().count() <= MAX_QUOTED);
                if let Some(request) = request {
                    let mut chars = request.chars();
                    read.request = chars.next().map(|first| first.to_lowercase().chain(chars).collect());
                    read.topic = None;
                }
            }
            _ => {}
        }
    }

    /// "tell them that our store opens on Friday", "our store opens on Friday".
    fn statement(&mut self) -> Option<String> {
        let begins = (0..self.reader.tokens.len()).find_map(|at| {
            self.reader.at = at;
            let told = match (self.reader.word(0), self.reader.word(1)) {
                ("know" | "saying" | "say", "that") => 2,
                ("know", "about" | "of" | "how" | "when" | "what") => return None,
                ("know" | "saying", _) => 1,
                // "tell them we have moved"
                ("we" | "our", _) if at > 0 && self.is_taken(at - 1) && self.told() => 0,
                ("that", _) if at > 0 => {
                    let before = self.reader.word_before();
                    let verb = SAYING.contains(before) || INSTRUCTING.contains(before) || ASKING.contains(before);
                    if !(verb || self.is_taken(at - 1) && !self.is_taken(at)) {
                        return None;
                    }
                    1
                }
                _ => return None,
            };
            Some(at + told)
        });
        if let Some(from) = begins {
            return self.sentence(from);
        }
        self.reader.at = 0;
        let first = self.reader.word(0);
        let instructs = INSTRUCTING.contains(first) || SAYING.contains(first) || ASKING.contains(first);
        // "We want to win back ..."
        let wishes =
            first == "we" && matches!(self.reader.word(1), "want" | "need" | "would" | "wish" | "should" | "like" | "plan");
        let end = (0..self.reader.tokens.len()).find(|at| self.ends_at(*at)).unwrap_or(self.reader.tokens.len());
        let words: Vec<&str> = self.reader.tokens.get(..end)?.iter().map(|token| &*token.word).collect();
        let states = words.iter().enumerate().skip(1).any(|(at, word)| {
            FINITE.contains(word)
                && !words.get(at - 1).is_some_and(|before| matches!(*before, "who" | "that" | "which" | "to" | "right"))
        });
        // People who are spoken of are not spoken to.
        let of_people = words.iter().any(|word| PEOPLE.contains(word));
        (states && !instructs && !wishes && !of_people).then(|| self.sentence(0)).flatten()
    }

    /// Whether people are told something, rather than asked.
    fn told(&self) -> bool {
        let first = self.reader.tokens.iter().take(4);
        first.clone().any(|token| matches!(&*token.word, "tell" | "inform" | "notify" | "update" | "alert" | "remind"))
    }

    fn ends_at(&self, at: usize) -> bool {
        self.reader.tokens.get(at).is_none_or(|token| matches!(token.kind, Looks::Symbol('.' | '!' | '?' | ';' | ':')))
    }

    /// The sentence from a token on, if it is one that may be passed on.
    fn sentence(&self, from: usize) -> Option<String> {
        let clock = |at: usize| {
            // "at 6:30"
            let number = |at: usize| self.reader.tokens.get(at).is_some_and(|token| token.kind == Looks::Number);
            at > 0 && number(at - 1) && number(at + 1)
        };
        let mut end =
            (from..self.reader.tokens.len()).find(|at| self.ends_at(*at) && !clock(*at)).unwrap_or(self.reader.tokens.len());
        let dangles = |end: usize| {
            let last = self.reader.tokens.get(end - 1).map_or("", |token| &token.word);
            matches!(last, "at" | "on" | "via" | "see" | "visit" | "and" | "with" | "using" | "here")
        };
        while end > from && dangles(end) {
            end -= 1;
        }
        let says = self.quoted(&(from..end));
        let words = says.split_whitespace().count();
        ((2..=45).contains(&words) && says.chars().count() <= MAX_QUOTED && end > from).then_some(says)
    }

    /// "ask them to visit our stall".
    fn request(&mut self) -> Option<String> {
        let asked = (0..self.reader.tokens.len())
            .find(|at| self.reader.tokens.get(*at).is_some_and(|token| ASKING.contains(&*token.word)))?;
        let to = (asked + 1..self.reader.tokens.len()).find(|at| {
            let word = |at: usize| self.reader.tokens.get(at).map_or("", |token| &token.word);
            let addressed = self.is_taken(*at - 1) || matches!(word(*at - 1), "them" | "people");
            word(*at) == "to" && addressed && !ARTICLES.contains(&word(*at + 1)) && !self.is_taken(*at + 1)
        })?;
        let verb = self.reader.tokens.get(to + 1).filter(|token| token.kind == Looks::Word)?;
        // "invite them to Tea Day" is no request.
        let capital = self.reader.text.get(verb.from..).is_some_and(|rest| rest.starts_with(char::is_uppercase)) && !self.shouted;
        if capital {
            return None;
        }
        let end = (to + 1..self.reader.tokens.len())
            .find(|at| self.ends_at(*at) || self.is_taken(*at))
            .unwrap_or(self.reader.tokens.len());
        let tokens = self.trimmed(to + 1..end)?;
        Some(self.quoted(&tokens)).filter(|text| text.chars().count() <= MAX_QUOTED)
    }

    fn topic(&mut self) -> Option<String> {
        let count = self.reader.tokens.len();
        let word = |pieces: &Self, at: usize| pieces.reader.tokens.get(at).map_or("", |token| &*token.word).to_owned();
        for at in 0..count {
            let (here, next) = (word(self, at), word(self, at + 1));
            let after_people = at > 0 && self.is_taken(at - 1);
            let begins = match &*here {
                _ if self.is_taken(at) => None,
                "launch" | "opening" | "release" | "restock" | "arrival" | "return" if next == "of" => Some(at + 2),
                "notification" | "notifications" | "apologise" | "apologize" | "apologies" | "apology" | "sorry"
                    if matches!(&*next, "for" | "about" | "on") =>
                {
                    Some(at + 2)
                }
                // "push notification for a price drop"
                said if SAYING.contains(said) && !matches!(&*next, "notification" | "notifications") => Some(at + 1),
                // "drive traffic to our new website"
                "to" if at > 0
                    && matches!(&*word(self, at - 1), "traffic" | "visits" | "footfall" | "visitors" | "attention") =>
                {
                    Some(at + 1)
                }
                "to" | "on" if after_people && ARTICLES.contains(&&*next) => Some(at + 1),
                "of" | "for" if after_people && !PEOPLE.contains(&*next) => Some(at + 1),
                _ => None,
            };
            if let Some(topic) = begins.and_then(|from| self.thing(from)) {
                return Some(topic);
            }
        }
        // Only named: "Weekend flash sale", "Back in stock: green tea".
        for at in (0..count).filter(|at| *at == 0 || self.ends_at(*at - 1)) {
            let first = word(self, at);
            if INSTRUCTING.contains(&*first) || ASKING.contains(&*first) || self.is_taken(at) {
                continue;
            }
            let tokens = self.noun(at);
            let known = |at: usize| {
                let rest = self.reader.tokens.get(at..tokens.end).unwrap_or_default();
                rest.first().is_some_and(|token| THINGS.contains(&*token.word))
                    || occasion_at(rest).is_some()
                    || sign_at(rest)
                    || self.reader.vocabulary.find(rest, |named| matches!(named, Named::Product(_))).is_some()
            };
            let only_sign = sign_at(self.reader.tokens.get(at..tokens.end).unwrap_or_default()) && tokens.len() < 2;
            if tokens.clone().any(known) && !only_sign {
                return self.thing(at);
            }
        }
        // A product by its name.
        (0..count).find_map(|at| {
            let rest = self.reader.tokens.get(at..)?;
            let (named, _) = self.reader.vocabulary.find(rest, |named| matches!(named, Named::Product(_)))?;
            let Named::Product(name) = named else { return None };
            (!self.is_taken(at)).then(|| super::addressed(name))
        })
    }

    /// "with early access to our new collection": what people get, though it is no sum.
    fn perks(&mut self, read: &mut Objective) {
        for at in 1..self.reader.tokens.len() {
            let here = self.reader.tokens.get(at).map_or("", |token| &token.word);
            let before = self.reader.tokens.get(at - 1).map_or("", |token| &token.word);
            if here != "with" || self.is_taken(at) || self.is_taken(at + 1) || !(self.is_taken(at - 1) || before == "back") {
                continue;
            }
            let tokens = self.noun(at + 1);
            let of_writing = self.reader.tokens.get(tokens.clone()).unwrap_or_default().iter();
            let of_writing = of_writing.clone().any(|token| OF_WRITING.contains(&*token.word));
            if tokens.len() > 1 && !of_writing {
                read.offers.push(self.quoted(&tokens));
            }
        }
    }

    /// The thing that is named from a token on, with an article.
    fn thing(&mut self, from: usize) -> Option<String> {
        // "sell more coffee"
        let more = self.reader.tokens.get(from).is_some_and(|token| token.word == "more");
        let from = from + usize::from(more);
        let tokens = self.noun(from);
        let all = self.reader.tokens.get(tokens.clone())?;
        let first = &*all.first()?.word;
        let of_writing = all.iter().any(|token| OF_WRITING.contains(&*token.word)) && all.len() < 4;
        if of_writing
            || PEOPLE.contains(first)
            || matches!(first, "that" | "them" | "it")
            || !all.iter().any(|token| token.word.len() > 2)
        {
            return None;
        }
        let named = self.quoted(&tokens);
        let product = self.reader.vocabulary.find(all, |named| matches!(named, Named::Product(_))).is_some();
        let lower = named.chars().next().map(|c| c.to_lowercase().chain(named.chars().skip(1)).collect::<String>())?;
        if ARTICLES.contains(&first) {
            return Some(lower);
        }
        let second = all.get(1).and_then(|token| self.reader.text.get(token.from..));
        let proper = product
            // "Black Friday"
            || second.is_some_and(|text| text.starts_with(char::is_uppercase)) && !self.shouted
            || occasion_at(all).is_some() || DAY_WORDS.contains(first) || !self.begins_sentence(tokens.start);
        let written = if proper { named } else { lower };
        Some(if product { written } else { format!("our {written}") })
    }

    fn begins_sentence(&self, at: usize) -> bool {
        at == 0 || self.ends_at(at - 1)
    }

    /// Where the noun phrase from a token on ends.
    fn noun(&self, from: usize) -> Range<usize> {
        let word = |at: usize| self.reader.tokens.get(at).map_or("", |token| &*token.word);
        let mut end = from;
        while end < from + MAX_TOPIC && !self.is_taken(end) {
            let Some(token) = self.reader.tokens.get(end) else { break };
            let here = word(end);
            let goes_on = match token.kind {
                Looks::Word => {
                    let access =
                        here == "to" && end > from && matches!(word(end - 1), "access" | "guide" | "invitation" | "upgrade");
                    let asks = here == "and"
                        && (INSTRUCTING.contains(word(end + 1))
                            || SAYING.contains(word(end + 1))
                            || ASKING.contains(word(end + 1)));
                    let whom = matches!(here, "for" | "among") && self.is_taken(end + 1);
                    access || !(ENDS.contains(here) || asks || whom)
                }
                Looks::Number | Looks::Quoted(_) => true,
                Looks::Symbol(symbol) => matches!(symbol, '-' | '\'' | '’'),
                _ => false,
            };
            if !goes_on {
                break;
            }
            end += 1;
        }
        self.trimmed(from..end).unwrap_or(from..from)
    }

    /// Without words at the end that lead on to something else.
    fn trimmed(&self, tokens: Range<usize>) -> Option<Range<usize>> {
        let leads = |at: usize| {
            let word = self.reader.tokens.get(at).map_or("", |token| &*token.word);
            ARTICLES.contains(&word)
                || matches!(
                    word,
                    "and"
                        | "or"
                        | "with"
                        | "using"
                        | "by"
                        | "for"
                        | "at"
                        | "on"
                        | "in"
                        | "from"
                        | "of"
                        | "via"
                        | "to"
                        | "this"
                        | "about"
                        | "get"
                        | "through"
                        | "up"
                        | "offering"
                )
                || self.reader.tokens.get(at).is_some_and(|token| matches!(token.kind, Looks::Symbol(_)))
        };
        let end = tokens.clone().rev().find(|at| !leads(*at))? + 1;
        (end > tokens.start).then_some(tokens.start..end)
    }
}

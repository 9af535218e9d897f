//! What people want to be sent: "opted in to SMS", "unsubscribed from emails", "no email consent".

use crm_domain::customer::Channel;
use crm_domain::json::Json;

use crate::cursor::Reader;
use crate::deeds::Done;
use crate::lists::Join;
use crate::tree::Node;
use crate::words::{CHANNELS, CONSENTS};

impl Reader<'_> {
    /// "opted in to SMS", "unsubscribed from emails", "sms consent is true".
    pub(crate) fn consenting(&mut self) -> Option<Node> {
        self.attempt(|reader| {
            if let Some(agrees) = reader.eat_phrase(&CONSENTS) {
                let bare = reader.word_before().ends_with("subscribed");
                reader.done = Some(Done::Agreed(agrees));
                return reader.agreed(agrees).or_else(|| bare.then(|| consent(Channel::Email, agrees).vague()));
            }
            let field = ["emailconsent", "smsconsent", "whatsappconsent"].iter().position(|name| *name == reader.word(0));
            let channels = match field.and_then(|place| Channel::ALL.get(place)) {
                Some(channel) => {
                    reader.at += 1;
                    (vec![*channel], Join::Only)
                }
                None if reader.eat(&["consent", "permission"]) => {
                    reader.eat(&["for", "to", "on"]);
                    reader.list(Self::channel)?
                }
                None => {
                    let channels = reader.list(Self::channel)?;
                    let says = reader.eat(&["consent", "consents", "permission", "subscribers", "subscriber", "subscription"])
                        || reader.eat(&["opt"]) && reader.eat(&["in", "ins"]);
                    if !says {
                        return None;
                    }
                    channels
                }
            };
            reader.eat(&["is", "was"]);
            reader.eat_symbol(":");
            let not = reader.eat(&["not"]);
            reader.eat(&["equals"]);
            reader.eat_equals();
            let agrees = !reader.eat(&["false", "no", "off", "withdrawn", "refused"]);
            reader.eat(&["true", "yes", "given", "on"]);
            Some(consents_node(channels, agrees).negated_if(not))
        })
    }

    /// "to emails or SMS", after what says whether they are wanted.
    pub(crate) fn agreed(&mut self, agrees: bool) -> Option<Node> {
        self.attempt(|reader| {
            reader.eat_all(&[
                "to",
                "receive",
                "receiving",
                "get",
                "our",
                "the",
                "their",
                "any",
                "for",
                "marketing",
                "messages",
                "on",
                "by",
                "via",
                "from",
                "of",
            ]);
            reader.list(Self::channel).map(|channels| consents_node(channels, agrees))
        })
    }

    fn channel(&mut self) -> Option<Channel> {
        self.eat(&["to", "from", "our", "the"]);
        let channel = self.eat_phrase(&CHANNELS)?;
        self.eat_all(&[
            "messages",
            "updates",
            "promotions",
            "offers",
            "communication",
            "communications",
            "notifications",
            "alerts",
            "marketing",
        ]);
        self.eat_run(&["from", "us"]);
        Some(channel)
    }
}

fn consents_node((channels, join): (Vec<Channel>, Join), agrees: bool) -> Node {
    let nodes: Vec<Node> = channels.into_iter().map(|channel| consent(channel, agrees)).collect();
    if join == Join::Or { Node::Or(nodes) } else { Node::And(nodes) }
}

fn consent(channel: Channel, agrees: bool) -> Node {
    let field = match channel {
        Channel::Email => "emailConsent",
        Channel::Sms => "smsConsent",
        Channel::Whatsapp => "whatsappConsent",
    };
    Node::is(field, "=", Json::Bool(agrees))
}

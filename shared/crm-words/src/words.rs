//! The words that the grammar knows, each table once. Phrases of one meaning are separated by `|`; of those that begin
//! alike the longest is taken.

use std::collections::HashSet;
use std::sync::LazyLock;

use crm_domain::customer::Channel;

use crate::phrasebook::Phrasebook;
use crate::times::Bound;

/// A field about which something is said by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Field {
    /// Money or a count.
    Figure(&'static str),
    /// A point in time.
    Moment(&'static str),
    Text(&'static str),
}

/// Tables of phrases, made when they are first asked for.
macro_rules! phrases {
    ($($(#[$doc:meta])* $name:ident: $meaning:ty = [$($row:expr,)*];)*) => {
        $($(#[$doc])* pub(crate) static $name: LazyLock<Phrasebook<$meaning>> = LazyLock::new(|| Phrasebook::of(&[$($row,)*]));)*
    };
}

/// A word or phrase that compares numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Size {
    Than(&'static str),
    Between,
    /// "about", which cannot be asked.
    Roughly,
}

/// What somebody did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Deed {
    Ordered,
    Visited,
    Active,
    Inactive,
    Joined,
}

phrases! {
    /// Names of fields. Those of `orders` and `visits` are also what is counted (see [`COUNTED`]).
    FIELDS: Field = [
        ("total spend|total spent|total spending|total spends|lifetime spend|lifetime spending|lifetime value|customer lifetime value|ltv|clv|cltv|lifetime revenue|total revenue|revenue|spend|spent|spends|spending|paid|total purchase value|total order value|totalspend|amount spent|total amount spent|money spent|spend total|total amount", Field::Figure("totalSpend")),
        ("average order value|average order|average order size|average order amount|avg order value|avg order|mean order value|aov|average basket|average basket size|average basket value|basket size|basket value|average purchase|average purchase value|average cart value|average bill|average bill value|average ticket|average ticket size|average transaction value|average spend per order|average spend|average spending|avg spend|average order total|averageordervalue", Field::Figure("averageOrderValue")),
        ("order count|orders|number of orders|total orders|total number of orders|count of orders|purchases|purchase count|number of purchases|total purchases|transactions|number of transactions|ordercount", Field::Figure("orderCount")),
        ("visits|visit count|number of visits|total visits|total number of visits|count of visits|visitcount", Field::Figure("visits")),
        ("last order|last order date|last order was|latest order|most recent order|last purchase|last purchase date|latest purchase|most recent purchase|last transaction|last ordered|last purchased|last bought|last shopped|most recently ordered|lastorderat", Field::Moment("lastOrderAt")),
        ("first order|first order date|first purchase|first purchase date|first ordered|first purchased|first bought|first shopped|first transaction|earliest order|firstorderat", Field::Moment("firstOrderAt")),
        ("last visit|latest visit|most recent visit|last visited|last active|last activity|latest activity|last seen|last active date|last activity date|last engaged|last logged in|lastactiveat", Field::Moment("lastActiveAt")),
        ("join date|joining date|sign up date|signup date|date of joining|registration date|creation date|created|created at|account creation date|createdat", Field::Moment("createdAt")),
        ("name|names|full name|customer name", Field::Text("name")),
        ("email|emails|email address|email addresses|email id|email ids|mail id|mail address|email domain", Field::Text("email")),
        ("phone|phones|phone number|phone numbers|mobile|mobile number|mobile phone|contact number|telephone number|telephone", Field::Text("phone")),
        ("city|cities|town", Field::Text("city")),
        ("country|countries", Field::Text("country")),
        ("time zone|timezone", Field::Text("timeZone")),
    ];
    /// What is counted after a number: "5 orders".
    COUNTED: &'static str = [
        ("order|orders|purchase|purchases|transaction|transactions", "orderCount"),
        ("visit|visits", "visits"),
    ];
    SIZES: Size = [
        ("more than|greater than|higher than|larger than|bigger than|over|above|exceeding|exceeds|exceed|exceeded|beyond|upwards of|north of|in excess of|crossing|crossed|better than", Size::Than(">")),
        ("at least|atleast|no less than|not less than|no fewer than|not fewer than|minimum|minimum of|a minimum of|min|greater than or equal to|more than or equal to|not under|not below", Size::Than(">=")),
        ("less than|fewer than|lower than|smaller than|under|below|lesser than", Size::Than("<")),
        ("at most|atmost|no more than|not more than|up to|upto|maximum|maximum of|a maximum of|max|not over|not above|not exceeding|no greater than|less than or equal to|fewer than or equal to", Size::Than("<=")),
        ("exactly|equal to|equals|equal|just|only|precisely|of exactly", Size::Than("=")),
        ("between|in between|from|ranging from|in the range of|anywhere between", Size::Between),
        ("about|around|approximately|roughly|nearly|almost|approx|close to|some|circa", Size::Roughly),
    ];
    /// After a number: "5 or more".
    OR_SO: &'static str = [
        ("or more|and more|or above|and above|or over|and over|or higher|or up|and up|or greater|plus|and upwards|upwards|or upwards|at least|minimum", ">="),
        ("or less|or fewer|or below|and below|or under|or lower|and less|and under|at most|maximum", "<="),
        ("only|exactly", "="),
    ];
    /// After a sum, saying nothing more.
    TAILS: () = [("in total|overall|altogether|so far|with us|to date|till date|in their lifetime|lifetime|of all time|in all|till now|until now|from us|on our store|in our store|across all orders|on all orders|yet|at all|too|as well|ever|already", ()),];
    AVERAGED: () = [("per order|on average|on an average|per purchase|per transaction|an order|each order", ()),];
    TEXT_TESTS: &'static str = [
        ("is|equals|equal to|is equal to|is exactly|named|called|as|are", "="),
        ("is one of|is any of|is either|one of|in|is in|among", "in"),
        ("contains|contain|containing|includes|include|including|has", "contains"),
        ("starts with|start with|starting with|begins with|begin with|beginning with|starts", "beginsWith"),
        ("ends with|end with|ending with|ends in|ending in|end in|is at|at|is on|on", "endsWith"),
    ];
    /// Whether there is a value at all.
    PRESENCE: bool = [
        ("is known|are known|is present|is set|is given|is available|known|present|on file|exists|is filled in|is on file", true),
        ("is unknown|are unknown|is missing|is absent|is empty|is blank|is null|unknown|missing|empty|blank|is unset", false),
    ];
    DEEDS: Deed = [
        ("ordered|order|purchased|purchase|bought|buy|shopped|shop|transacted|ordering|purchasing|buying|shopping|buyers of|purchase history|order history|made a purchase|made purchases|made any purchase|made any purchases|made purchase|placed an order|placed orders|placed any order|placed any orders|place an order|place any order|place any orders|make a purchase|make any purchase|made an order|done a purchase", Deed::Ordered),
        ("visited|visit|visiting|come by|came by|dropped by", Deed::Visited),
        ("active|seen|engaged|logged in|been around|shown activity|activity|any activity", Deed::Active),
        ("inactive|dormant|idle|unseen", Deed::Inactive),
        ("joined|join|joining|registered|register|registering|signed up|sign up|sign ups|new sign ups|signup|signups|new signups|signed up with us|signing up|enrolled|onboarded|created an account|created their account|created account|opened an account|acquired|became a customer|became customers|become a customer|accounts created|account created|an account created|created|new registrations", Deed::Joined),
    ];
    /// How often, in a word.
    OFTEN: i64 = [("once", 1), ("twice", 2), ("thrice", 3),];
    BOUNDS: Bound = [
        ("before|prior to|earlier than|is before|was before", Bound::Before),
        ("until|till|up to|by|no later than|not later than|on or before|through", Bound::UpTo),
        ("after|later than|not before|is after|was after|following", Bound::After),
        ("since|from|on or after|starting|starting from|starting in|no earlier than|as of|beginning|ever since|from the beginning of", Bound::Since),
    ];
    EXCEPT: () = [("except|except for|excluding|other than|apart from|aside from|unless|minus|leaving out|save for|barring|but for|with the exception of", ()),];
    CHANNELS: Channel = [
        ("email|emails|email marketing|marketing emails|promotional emails|our emails|mails|newsletter|newsletters|our newsletter|the newsletter|mailing list|our mailing list|the mailing list", Channel::Email),
        ("sms|smses|sms messages|text messages|texts|text message|sms marketing|sms updates", Channel::Sms),
        ("whatsapp|whatsapp messages|whatsapp marketing|whatsapp updates|whats app|whatsapp message", Channel::Whatsapp),
    ];
    /// What people say of a channel, and whether they want it.
    CONSENTS: bool = [
        ("signed up for|signed up to|opted in to|opted into|opted in for|opted in|opt in to|opt in|opted for|subscribed to|subscribe to|subscribed|subscribers of|agreed to receive|agreed to get|agreed to|agree to receive|agree to|consented to receive|consented to|consent to|consent for|given consent for|given consent to|gave consent for|gave consent to|given their consent for|given permission for|gave permission for|accept|accepts|accepted|allow|allows|allowed|can receive|can get|can be reached by|can be reached on|can be reached via|can be contacted by|can be contacted on|can be contacted via|want|want to receive|wants|willing to receive|happy to receive|said yes to|give consent for|given us consent for|consenting to|permit", true),
        ("opted out of|opted out from|opted out|opt out of|unsubscribed from|unsubscribed|unsubscribe from|refused|declined|withdrawn consent for|withdrew consent for|revoked consent for|said no to|opting out of", false),
    ];
    /// Before a place.
    PLACED: () = [("from|in|living in|live in|lives in|lived in|based in|based out of|located in|residing in|reside in|resides in|staying in|stay in|hail from|hailing from|coming from|come from|belonging to|situated in|at", ()),];
    /// The beginning of a request, which says nothing of the audience.
    OPENINGS: () = [
        ("please|kindly|hi|hello there|can you|could you|show|show me|show us|find|find me|find us|list|list of|get|get me|give me|select|target|fetch|pull|pull up|identify|filter|filter for|search for|look for|looking for|i want to reach|i want to target|i want to see|i want to find|i want|i need|i would like to reach|i would like to target|i would like|we want to reach|we want to target|we want|we need|let us target|let us reach|segment|segment of|segment for|a segment of|audience|audience of|an audience of|create a segment of|create a segment for|create a segment with|create a segment|create an audience of|build a segment of|build an audience of|make a segment of|build me a segment of|make a list of|a list of|create segment of|which|who are|which are|want to reach|reach|reach out to|people to target|everyone that is|only", ()),
    ];
}

/// Words by the blanks between them.
pub(crate) fn set(words: &'static str) -> HashSet<&'static str> {
    words.split_whitespace().collect()
}

/// People, said without anything about them.
pub(crate) static PEOPLE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "cust custs customer customers people person persons user users buyer buyers shopper shoppers client clients everyone everybody \
         anyone anybody someone those folks contacts individual individuals consumer consumers purchaser purchasers \
         member members visitor visitors spender spenders subscriber subscribers ones guys audience purchasers accounts",
    )
});

/// Before a noun, saying nothing.
pub(crate) const DETERMINERS: &[&str] =
    &["the", "a", "an", "all", "any", "every", "each", "our", "my", "those", "these", "existing", "current", "of", "some", "us"];

/// Between what says something.
pub(crate) static FILLERS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("we who that which whose also then currently now just actually really still already ever either both they he she \
         their the a an any our of to even so it there")
});

/// Verbs that only carry others.
pub(crate) static AUXILIARIES: LazyLock<HashSet<&str>> =
    LazyLock::new(|| set("have has had having is are was were be been being do does did with got am gone carry"));

/// What may say more without a word between.
pub(crate) static GOING_ON: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("who that whose which with without missing lacking having from in living based located residing tagged named called \
         subscribed opted not never outside")
});

/// Words that no name of a person, place or product is made of, so that names end before them.
pub(crate) static STRUCTURE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("and or nor but not never no none nothing who whom that whose which with without having has have had is are was were be \
         been do does did in from on at for since before after until till between within over above below under more less fewer \
         least most than last past previous this during ago except excluding unless tagged tag tags labelled ordered bought \
         purchased shopped spent spend spending visited joined signed registered active inactive live lives living based located \
         recently lately yesterday today january february march april june july august september october november december \
         once twice thrice times exactly either neither both orders purchases visits average total lifetime opted subscribed \
         unsubscribed worth anything something whenever while they their customers people users shoppers buyers by using via \
         through because when where if then also other apart named called ever yet untagged to into together next tomorrow soon \
         week weeks month months day days year years else only containing contains contain")
});

/// What people may ask about and a customer record does not hold; no product is named so.
pub(crate) static UNHELD: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "like likes love loves own owns online offline store stores app website coupon coupons discount discounts sale offer gift \
         lot lots many much few several cheap expensive multiple various different weekly daily monthly items item things products product card cash upi cod browser device android iphone ios chrome married single male female \
         men women birthday age aged old years often frequently rarely regularly cart campaign campaigns review reviews rating",
    )
});

/// What asks for something else than an audience.
pub(crate) static ACTIONS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set(
        "send delete remove drop truncate update set change edit write create insert ignore forget disregard override pretend act \
         tell explain translate summarise summarize calculate compute run execute print export import download upload launch \
         schedule cancel refund charge pay email mail message call what how why when where weather joke poem story code function \
         instructions instruction prompt system admin password token secret script sql select \
         emails text texts sms whatsapp notify ping ask add increase decrease reduce raise half sample random top bottom best worst biggest",
    )
});

/// What asks for something to be done, where it stands at the beginning of what was not understood.
pub(crate) static COMMANDS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("unsubscribe remind make turn give mark label assign move transfer block unblock ban activate deactivate enable disable \
         launch trigger fire blast broadcast forward reply respond invite greet congratulate advertise announce inform alert warn \
         apologise apologize approve reject merge copy clone duplicate rename reset restore archive anonymise anonymize erase \
         wipe purge destroy kill stop resume restart deploy install deliver upgrade downgrade credit debit bill invoice reimburse \
         convert upsell motivate educate persuade encourage nudge convince bypass reveal expose leak disclose publish imagine \
         assume roleplay comply obey promote prepare compose draft generate show display unlock migrate sync")
});

/// As [`COMMANDS`], where a sentence begins; elsewhere people may do so themselves.
pub(crate) static REQUESTS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    set("subscribe tag untag contact reach phone thank welcome wish reward offer tell let survey review rate confirm verify \
         process clear empty pause log save store record note list count sort group rank compare report predict forecast \
         recommend suggest propose plan build ship replace return use apply push pull win bring get take put help teach share \
         post start begin open close follow keep please do go be now find give respond become")
});

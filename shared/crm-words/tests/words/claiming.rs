//! What others draft is held against its objective.

use crm_domain::customer::Channel;
use crm_words::claims::invented;
use crm_words::messages::{Brief, Draft, Tone};

use crate::vocabulary;

fn fault(objective: &str, channel: Channel, body: &str) -> Option<String> {
    let subject = (channel == Channel::Email).then(|| "A note for you".to_owned());
    let brief = Brief { objective: objective.to_owned(), channel, tone: Tone::Friendly, count: 2 };
    invented(&Draft { subject, body: body.to_owned() }, &brief, &vocabulary())
}

const SALE: &str = "Diwali sale: 20% off everything until Sunday with code DIWALI20 at https://asha.in/sale for Asha Foods";
const PLAIN: &str = "Tell customers about our new monsoon collection";

#[test]
fn what_the_objective_gives_may_be_said_in_other_words() {
    for (objective, body) in [
        (
            SALE,
            "Hi {{name|default(\"there\")}}, Diwali is here! Take twenty percent off everything at Asha Foods. Use DIWALI20 until Sunday: asha.in/sale",
        ),
        (
            SALE,
            "Hello! Enjoy our Diwali discount of 20%. Hurry, it ends Sunday. A deal like this is worth a look. Code: DIWALI20",
        ),
        (
            PLAIN,
            "Hi {{name|default('friend')}}, We are so happy to show you our new Monsoon collection. I hope you like it! Reply on WhatsApp.",
        ),
        (
            PLAIN,
            "Rain on the window, tea in hand. Our monsoon collection is here. Feel free to look around; one of us is always glad to help.",
        ),
        (
            PLAIN,
            "{% if city %}Monsoon has come to {{city}}.{% else %}Monsoon has come.{% endif %} Come and see our new collection!",
        ),
        (
            PLAIN,
            "Dear {{name|default(\"customer\")}}, sugar-free smiles and a whole new collection are waiting.\n\nWarmly,\nYour team",
        ),
        (PLAIN, "Green Tea pairs well with rain, and with our new monsoon collection."),
        (PLAIN, "Our Monsoon Collection Is Here"),
        ("Invite Pune customers to our tasting on 5 December at 6 pm", "Join us on 5 December at 6 pm in Pune!"),
        ("Announce 10 new teas", "Ten new teas have arrived. Which of the 10 will be yours?"),
        (PLAIN, "Our doors are open in the a.m., e.g. for tea. Pin it to your board, with your pin code."),
        ("Push notification for price drop", "A note about our price drop."),
        ("Diwali पर छूट", "Diwali पर छूट!"),
        ("See evil.xyz", "Have a look: evil.xyz."),
        ("Tell customers to reset their password", "Please reset your password."),
        ("Spend ₹2,000 and get a free mug", "Spend Rs 2000 and a free mug is yours."),
    ] {
        assert_eq!(fault(objective, Channel::Sms, body), None, "{body}");
    }
}

#[test]
fn what_the_objective_does_not_give_is_named() {
    for (objective, body, named) in [
        (PLAIN, "Enjoy 30% off our new collection", "30%"),
        (PLAIN, "Enjoy thirty percent off", "thirty percent"),
        (PLAIN, "Take ₹500 off your order", "₹500"),
        (PLAIN, "Prices from 499 only", "499"),
        (PLAIN, "Only 3 days left", "3"),
        (PLAIN, "Only three days left", "three"),
        (PLAIN, "Half the price you expect", "Half"),
        (PLAIN, "Twice the colour", "Twice"),
        (PLAIN, "Use code MONSOON", "MONSOON"),
        (PLAIN, "Use RAIN25 when you order", "RAIN25"),
        (PLAIN, "Shop now: https://example.com/monsoon", "https://example.com/monsoon"),
        (PLAIN, "Shop now at www.asha.in", "www.asha.in"),
        (PLAIN, "Write to care@asha.in", "care@asha.in"),
        (PLAIN, "Call +91 98765 43210", "98765"),
        (PLAIN, "A free tote for you", "free"),
        (PLAIN, "A gift for you", "gift"),
        (PLAIN, "Our biggest sale", "sale"),
        (PLAIN, "Discounts await", "discounts"),
        (PLAIN, "Hurry, it will go fast", "hurry"),
        (PLAIN, "Today only: our new collection", "today only"),
        (PLAIN, "It ends on Sunday", "sunday"),
        (PLAIN, "Come by tomorrow", "tomorrow"),
        (PLAIN, "A collection by Kaveri Looms", "Kaveri"),
        (PLAIN, "Wear it with our Glow Serum", "Glow"),
        (PLAIN, "Happy times at [Brand Name]", "[Brand Name]"),
        (PLAIN, "Hi {{first_name}}, look", "first_name"),
        (PLAIN, "Hi {{name}}, look", "{{name}}"),
        (PLAIN, "See you in {{city}}", "{{city}}"),
        (PLAIN, "You have {{attributes.coins|default(\"no\")}} coins", "attributes.coins"),
        (PLAIN, "Hi {{name|default(\"50% off\")}}, look", "50%"),
        (PLAIN, "“40% off” says the sign", "40%"),
        (PLAIN, "Get ５０% off", "５０"),
        (PLAIN, "{% for x in name %}a{% endfor %}", "for x in name"),
        (PLAIN, "Hi {{name|", "template"),
        (PLAIN, "", "empty"),
        (PLAIN, "Look at evil.xyz for more", "evil.xyz"),
        (PLAIN, "Look at shop.evil-teas.example now", "shop.evil-teas.example"),
        (PLAIN, "Reply with your OTP", "otp"),
        (PLAIN, "Confirm your password with us", "password"),
        (PLAIN, "Tell us the UPI PIN", "upi pin"),
        (PLAIN, "Call nine eight seven six five four three two one zero", "number"),
        (PLAIN, "बड़ी छूट आपके लिए", "छूट"),
        (PLAIN, "एक चाय मुफ़्त", "मुफ्त"),
        (PLAIN, "पचास प्रतिशत", "प्रतिशत"),
        (SALE, "20% off at asha.in.evil.xyz", "asha.in.evil.xyz"),
        (SALE, "25% off everything until Sunday", "25%"),
        (SALE, "20% off everything until Monday", "monday"),
        (SALE, "20% off with DIWALI25", "DIWALI25"),
        (SALE, "20% off and free delivery", "free"),
        (SALE, "20% off, and a gift on top", "gift"),
        (SALE, "20% off at https://asha.in/other", "asha.in/other"),
        (SALE, "20 rupees off everything", "20 rupees"),
    ] {
        let found = fault(objective, Channel::Whatsapp, body).unwrap_or_else(|| panic!("{body} passes"));
        assert!(found.to_lowercase().contains(&named.to_lowercase()), "{body}: {found}");
    }
}

#[test]
fn letters_are_read_as_their_readers_read_them() {
    for (body, named) in [
        ("<p>Hi</p><p>Enjoy <b>30</b>% off</p>", "30%"),
        ("<p>Look <a href=\"https://evil.example/x\">here</a></p>", "evil.example"),
        ("<p>Look <a href=\"javascript:alert(1)\">here</a></p>", "javascript"),
        ("<p onclick=\"x()\">Hi</p>", "onclick"),
        ("<div/onclick=x()>Hi</div>", "onclick"),
        ("<div\tonmouseover=x()>Hi</div>", "onmouseover"),
        ("<p style=\"background:url(https://evil.example)\">Hi</p>", "style"),
        ("<table background=\"https://evil.example\"><tr><td>Hi</td></tr></table>", "table"),
        ("<a href=\"javascript&#58;alert(1)\">Hi</a>", "javascript"),
        ("<a\nhref=\"//evil.example/http://\">Hi</a>", "evil.example"),
        ("<a href=\"mailto:me@evil.example\">Hi</a>", "evil.example"),
        ("<a href=\"tel:+919876543210\">Hi</a>", "9876543210"),
        ("<a href=https://evil.example>Hi</a>", "evil.example"),
        ("<p>Hi</p><p", "<p>"),
        ("<{{name|default('x')}} onclick=x()>Hi", "lists and links"),
        ("<!-- hidden --><p>Hi</p>", "lists and links"),
        ("<p>Hi</p><img src=\"https://asha.in/sale/x.png\">", "<img>"),
        ("<script>alert(1)</script>", "<script>"),
        ("<p>Enjoy 3&#48;% off</p>", "30%"),
    ] {
        let found = fault(PLAIN, Channel::Email, body).unwrap_or_else(|| panic!("{body} passes"));
        assert!(found.contains(named), "{body}: {found}");
    }
    assert_eq!(
        fault(
            SALE,
            Channel::Email,
            "<p>Diwali is here: <a href=\"https://asha.in/sale\">20% off</a>.<br/></p><ul><li>DIWALI20</li></ul> 2 < 3"
        ),
        Some("the body says \"2\", which the objective does not give; leave it out".to_owned())
    );
    let contact = "Tell customers to write to care@asha.in or to call 98765 43210 about our new collection";
    let body = "<p>Write to <a href=\"mailto:care@asha.in\">us</a> or <a href='tel:9876543210'>call</a>.</p>";
    assert_eq!(fault(contact, Channel::Email, body), None);
    assert_eq!(fault(SALE, Channel::Email, "<h1>Diwali</h1><p>This < that <a href=\"https://asha.in/sale\">look</a></p>"), None);
}

#[test]
fn a_whatsapp_message_has_no_more_than_whatsapp_takes() {
    let body = "Rainy days. ".repeat(90);
    assert!(fault(PLAIN, Channel::Whatsapp, &body).is_some_and(|fault| fault.contains("1024")));
    assert_eq!(fault(PLAIN, Channel::Whatsapp, body.get(..1_000).unwrap()), None);
}

#[test]
fn a_subject_belongs_to_letters_and_is_held_to_the_same() {
    let brief = |channel| Brief { objective: PLAIN.to_owned(), channel, tone: Tone::Warm, count: 2 };
    let draft = |subject: Option<&str>| Draft { subject: subject.map(str::to_owned), body: "Hello".to_owned() };
    let vocabulary = vocabulary();
    assert!(invented(&draft(None), &brief(Channel::Email), &vocabulary).is_some());
    assert!(invented(&draft(Some("Hello")), &brief(Channel::Sms), &vocabulary).is_some());
    let fault = invented(&draft(Some("30% off inside")), &brief(Channel::Email), &vocabulary).unwrap();
    assert!(fault.starts_with("the subject says \"30%\""), "{fault}");
    assert_eq!(invented(&draft(Some("Rainy days")), &brief(Channel::Email), &vocabulary), None);
}

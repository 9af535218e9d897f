//! Bodies as people write them.

use super::*;
use crate::email::Email;
use crate::ids::{CampaignId, CustomerId};
use crate::links::Purpose;
use crate::ports::SigningKeys;

fn links() -> Links {
    Links::new(&SigningKeys(vec!["a".into()]), "https://crm.example")
}

/// The body of an e-mail as it was written, as [`sent`].
fn seen(html: &str) -> String {
    sent(html, html)
}

/// The body with each of our links replaced by what it leads to, and without the pixel.
fn sent(source: &str, html: &str) -> String {
    let message = MessageId { campaign: CampaignId::generate(), customer: CustomerId::of(&Email::parse("a@x.in").unwrap()) };
    let (links, mut rest) = (links(), tracked(html, &Addresses::of(source), &links(), message));
    let pixel = format!(r#"<img src="{}" width="1" height="1" alt="">"#, links.pixel(message));
    assert_eq!(rest.matches(&pixel).count(), 1);
    rest = rest.replace(&pixel, "");
    while let Some(at) = rest.find("https://crm.example/api/c/") {
        let url: String = rest[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_:/.".contains(*c)).collect();
        let (to, target) = links.read(Purpose::Click, url.rsplit('/').next().unwrap()).unwrap();
        assert_eq!(to, message);
        rest = rest.replacen(&url, &format!("[{target}]"), 1);
    }
    rest
}

#[test]
fn links_and_bare_addresses_lead_past_us() {
    for (html, expected) in [
        ("plain text", "plain text"),
        (r#"<a href="https://x.in/a?b=1&amp;c=2">go</a>"#, r#"<a href="[https://x.in/a?b=1&c=2]">go</a>"#),
        ("<A class=b HREF='HTTP://x.in'>go</A>", "<A class=b HREF='[HTTP://x.in]'>go</A>"),
        ("<a href=https://x.in/a>go</a>", "<a href=[https://x.in/a]>go</a>"),
        (r#"<a title="a > b" href = "https://x.in">go</a>"#, r#"<a title="a > b" href = "[https://x.in]">go</a>"#),
        (
            r#"<a data-href="https://no.in" href="https://x.in">go</a>"#,
            r#"<a data-href="https://no.in" href="[https://x.in]">go</a>"#,
        ),
        // Values are escaped by the template.
        (r#"<a href="https:&#x2f;&#x2f;x.in&#x2f;a">go</a>"#, r#"<a href="[https://x.in/a]">go</a>"#),
        (
            "See https://x.in/a, or (https://x.in/b).",
            r#"See <a href="[https://x.in/a]">https://x.in/a</a>, or (<a href="[https://x.in/b]">https://x.in/b</a>)."#,
        ),
        (
            "https:&#x2f;&#x2f;x.in?a=1&amp;b=2 &quot;",
            r#"<a href="[https://x.in?a=1&b=2]">https:&#x2f;&#x2f;x.in?a=1&amp;b=2</a> &quot;"#,
        ),
        (
            r#"<a href="https://x.in">https://x.in</a> https://y.in"#,
            r#"<a href="[https://x.in]">https://x.in</a> <a href="[https://y.in]">https://y.in</a>"#,
        ),
        ("https://x.in/\u{e9} a", "<a href=\"[https://x.in/%C3%A9]\">https://x.in/\u{e9}</a> a"),
        (r#"<map><area href="https://x.in"></map>"#, r#"<map><area href="[https://x.in]"></map>"#),
    ] {
        assert_eq!(seen(html), expected, "{html}");
    }
}

#[test]
fn an_address_that_a_value_brought_stays_text() {
    let evil = "Refund: https:&#x2f;&#x2f;evil.example&#x2f;login";
    for (source, html, expected) in [
        ("Hi {{name}}", &*format!("Hi {evil}"), &*format!("Hi {evil}")),
        // An author's link stays theirs, whatever fills it.
        (
            r#"<a href="{{attributes.order}}">order</a> {{name}}"#,
            r#"<a href="https:&#x2f;&#x2f;x.in&#x2f;7">order</a> https://evil.example"#,
            r#"<a href="[https://x.in/7]">order</a> https://evil.example"#,
        ),
        (
            "{{name}}: https://x.in/a, https://x.in/?of={{attributes.id}}.",
            "https://evil.example: https://x.in/a, https://x.in/?of=7.",
            "https://evil.example: <a href=\"[https://x.in/a]\">https://x.in/a</a>, \
             <a href=\"[https://x.in/?of=7]\">https://x.in/?of=7</a>.",
        ),
        (
            "https://x.in/order_{{attributes.id}} https://x.in/?{{attributes.q}}",
            "https://x.in/order_7 https://x.in/?a=b",
            "<a href=\"[https://x.in/order_7]\">https://x.in/order_7</a> <a href=\"[https://x.in/?a=b]\">https://x.in/?a=b</a>",
        ),
        // A value neither makes a host nor goes on with one, nor with a path that has ended.
        ("https://{{name}}", "https://evil.example", "https://evil.example"),
        ("https://x.in{{name}}", "https://x.in.evil.example", "https://x.in.evil.example"),
        ("https://x.in.{{name}}", "https://x.in.evil.example", "https://x.in.evil.example"),
        ("https://x.in{{name}}", "https://x.in", r#"<a href="[https://x.in]">https://x.in</a>"#),
        ("https://x.in/a {{name}}", "https://x.in/ab", "https://x.in/ab"),
        ("{{name}}https://x.in/", "https://evil.example/https://x.in/", "https://evil.example/https://x.in/"),
        (
            "{{city|default('https://x.in/')}}",
            "https:&#x2f;&#x2f;x.in&#x2f;",
            "<a href=\"[https://x.in/]\">https:&#x2f;&#x2f;x.in&#x2f;</a>",
        ),
    ] {
        assert_eq!(sent(source, html), expected, "{source}");
    }
}

#[test]
fn what_is_no_link_of_the_web_stays_as_it_is() {
    let long = format!(r#"<a href="https://x.in/{}">go</a>"#, "a".repeat(2_000));
    for html in [
        r#"<a href="mailto:a@x.in">m</a> <a href="tel:+91">t</a> <a href="\#top">u</a> <a>none</a> <a name=x>y</a>"#,
        r#"<a href="javascript:alert(1)">j</a> <a href="https://">h</a> <a href="//x.in">s</a> <a href="https:\\x.in">b</a>"#,
        r#"<img src="https://x.in/a.png"> <link href="https://x.in/a.css">"#,
        "<style>a { background: url(https://x.in/a.png) }</sty</STYLE >",
        "<!-- https://x.in --> xhttps://x.in https:// http 1 < 2 <3 & < a",
        "<a href=\"https://x.in",
        "<",
        "",
        &long,
    ] {
        assert_eq!(seen(html), html);
    }
}

#[test]
fn the_picture_stands_within_the_document() {
    let message = MessageId { campaign: CampaignId::generate(), customer: CustomerId::of(&Email::parse("a@x.in").unwrap()) };
    assert!(tracked("<html><body>x</BODY></html>", Addresses::NONE, &links(), message).ends_with("alt=\"\"></BODY></html>"));
}

#[test]
fn scanners_are_known_and_mail_programs_are_not_taken_for_them() {
    for machine in [
        "Mozilla/5.0",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
        "Barracuda Sentinel (EE)",
        "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 BingPreview/1.0b",
        "Microsoft Office Existence Discovery",
        "Slackbot-LinkExpanding 1.0",
    ] {
        assert!(is_machine(machine), "{machine}");
    }
    for person in [
        "",
        "Mozilla/5.0 (Windows NT 5.1; rv:11.0) Gecko Firefox/11.0 (via ggpht.com GoogleImageProxy)",
        "YahooMailProxy; https://help.yahoo.com/kb/yahoo-mail-proxy-SLN28749.html",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko)",
        "Mozilla/4.0 (compatible; ms-office; MSOffice 16)",
        "Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Thunderbird/128.0",
    ] {
        assert!(!is_machine(person), "{person}");
    }
}

#[test]
fn work_grows_with_the_length_alone() {
    let message = MessageId { campaign: CampaignId::generate(), customer: CustomerId::of(&Email::parse("a@x.in").unwrap()) };
    let started = std::time::Instant::now();
    for piece in ["-http://a", "http://a ", "<style></style>", "<a href='", "<!--", "&#104;ttp", "<p \"", "h"] {
        let body = piece.repeat(100_000 / piece.len());
        for addresses in [Addresses::NONE, &Addresses::of(&body)] {
            assert!(tracked(&body, addresses, &links(), message).len() >= 99_000);
        }
    }
    // Seconds where it should be a fraction of one, minutes where it is the square.
    assert!(started.elapsed() < std::time::Duration::from_mins(3), "{:?}", started.elapsed());
}

//! Amazon SES and SNS: what is asked of them, and what their answers mean. The SDK talks to a peer on this machine.

use crm_domain::sending::Sending;
use serde_json::{Value, json};

use super::peer::{Act, Peer, Request, nobody};
use super::{BRIEF, CALM, HASTY, config, letters};
use crate::providers::Patience;
use crate::providers::ses::Ses;
use crate::providers::sns::Sns;

async fn by_ses(act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> (Sending, Vec<Request>) {
    by_ses_within(CALM, act).await
}

async fn by_ses_within(patience: Patience, act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> (Sending, Vec<Request>) {
    let peer = Peer::start(act).await;
    let ses = Ses::new(&config(&peer.url), "Shop <crm@shop.example>".into(), "crm-email".into(), patience);
    (ses.send(&letters(1)).await.remove(0), peer.seen())
}

async fn by_sns(act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> (Sending, Vec<Request>) {
    by_sns_within(CALM, act).await
}

async fn by_sns_within(patience: Patience, act: impl Fn(&Request) -> Act + Send + Sync + 'static) -> (Sending, Vec<Request>) {
    let peer = Peer::start(act).await;
    let sns = Sns::new(&config(&peer.url), Some("SHOP".into()), patience);
    let mut letters = letters(1);
    letters[0].to = "+911234567890".into();
    (sns.send(&letters).await.remove(0), peer.seen())
}

const SES_TAKEN: Act = Act::Answer(200, &[("content-type", "application/json")], r#"{"MessageId":"0100-7"}"#);

const SNS_TAKEN: Act = Act::Answer(
    200,
    &[("content-type", "text/xml")],
    "<PublishResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><PublishResult><MessageId>s-7</MessageId>\
     </PublishResult><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></PublishResponse>",
);

fn is_taken(answer: &Sending, id: &str) -> bool {
    matches!(answer, Sending::Taken { provider_id: Some(told), .. } if told == id)
}

#[tokio::test]
async fn an_email_has_its_headers_and_the_tags_that_lead_events_back() {
    let (answer, seen) = by_ses(|_| SES_TAKEN).await;
    assert!(is_taken(&answer, "0100-7"), "{answer:?}");
    let [request] = seen.as_slice() else { panic!("{seen:?}") };
    assert_eq!(request.path, "/v2/email/outbound-emails");
    let body: Value = serde_json::from_str(&request.body).unwrap();
    let tags = body["EmailTags"].as_array().unwrap();
    let tag = |name: &str| tags.iter().find(|tag| tag["Name"] == name).unwrap()["Value"].as_str().unwrap();
    assert!(crm_domain::message::MessageId::parse(&format!("{}.{}", tag("campaign"), tag("customer"))).is_some());
    assert_eq!(body["FromEmailAddress"], "Shop <crm@shop.example>");
    assert_eq!(body["Destination"], json!({"ToAddresses": ["p0@example.com"]}));
    assert_eq!(body["ConfigurationSetName"], "crm-email");
    let simple = &body["Content"]["Simple"];
    assert_eq!(simple["Subject"], json!({"Data": "Grüße", "Charset": "UTF-8"}));
    assert_eq!(
        simple["Body"],
        json!({
            "Html": {"Data": "<p>Hello</p>", "Charset": "UTF-8"}, "Text": {"Data": "Hello", "Charset": "UTF-8"},
        })
    );
    assert_eq!(simple["Headers"], json!([{"Name": "List-Unsubscribe", "Value": "<https://crm.example/u/1>"}]));
}

#[tokio::test]
async fn a_text_message_goes_to_its_number() {
    let (answer, seen) = by_sns(|_| SNS_TAKEN).await;
    assert!(is_taken(&answer, "s-7"), "{answer:?}");
    let body = &seen[0].body;
    for part in ["Action=Publish", "PhoneNumber=%2B911234567890", "Promotional", "AWS.SNS.SMS.SenderID", "SHOP"] {
        assert!(body.contains(part), "{part}: {body}");
    }
}

/// An error of the REST and JSON protocol that SES has.
fn ses_error(status: u16, code: &'static str) -> impl Fn(&Request) -> Act + Send + Sync + 'static {
    ses_says(status, code, r#"{"message":"Illegal content."}"#)
}

fn ses_says(status: u16, code: &'static str, body: &'static str) -> impl Fn(&Request) -> Act + Send + Sync + 'static {
    let headers: &'static [(&str, &str)] =
        Box::leak(Box::new([("x-amzn-errortype", code), ("content-type", "application/json")]));
    move |_| Act::Answer(status, headers, body)
}

/// An error of the query protocol that SNS has.
fn sns_error(status: u16, code: &str) -> impl Fn(&Request) -> Act + Send + Sync + 'static {
    let body = format!(
        "<ErrorResponse xmlns=\"http://sns.amazonaws.com/doc/2010-03-31/\"><Error><Type>Sender</Type><Code>{code}</Code>\
         <Message>no</Message></Error><RequestId>r</RequestId></ErrorResponse>"
    );
    let body: &'static str = Box::leak(body.into_boxed_str());
    move |_| Act::Answer(status, &[("content-type", "text/xml")], body)
}

#[tokio::test]
async fn errors_of_ses_mean_what_the_table_says() {
    for (status, code) in [(400, "MessageRejected"), (400, "BadRequestException"), (400, "SomethingNew")] {
        let (answer, seen) = by_ses(ses_error(status, code)).await;
        assert_eq!(answer, Sending::Refused(format!("{code}: Illegal content.")));
        assert_eq!(seen.len(), 1, "{code}");
    }
    // What the operator has to put right costs nobody their letter.
    let sandbox = r#"{"message":"Email address is not verified. The following identities failed the check: shop@x.in"}"#;
    let (answer, seen) = by_ses(ses_says(400, "MessageRejected", sandbox)).await;
    assert_eq!((answer, seen.len()), (Sending::Deferred(900), 1));
    for (status, code) in [
        (400, "AccountSuspendedException"),
        (400, "SendingPausedException"),
        (403, "AccessDeniedException"),
        (400, "MailFromDomainNotVerifiedException"),
        (404, "NotFoundException"),
    ] {
        let (answer, seen) = by_ses(ses_error(status, code)).await;
        assert_eq!((answer, seen.len()), (Sending::Deferred(900), 1), "{code}");
    }
    for (status, code) in [(429, "TooManyRequestsException"), (400, "LimitExceededException"), (400, "ThrottlingException")] {
        let (answer, _) = by_ses_within(BRIEF, ses_error(status, code)).await;
        assert_eq!(answer, Sending::Deferred(30), "{code}");
        let busy = ses_error(status, code);
        let (answer, seen) = by_ses(move |request| if request.before == 0 { busy(request) } else { SES_TAKEN }).await;
        assert!(is_taken(&answer, "0100-7") && seen.len() == 2, "{code}: {answer:?}");
    }
    for (status, code) in [(500, "InternalServiceErrorException"), (503, "ServiceUnavailable"), (504, "")] {
        let (answer, seen) = by_ses(ses_error(status, code)).await;
        assert!(matches!(answer, Sending::Unknown(_)), "{code}: {answer:?}");
        assert_eq!(seen.len(), 1, "{code}: sent again");
    }
}

#[tokio::test]
async fn a_busy_provider_is_asked_again_and_takes_it() {
    let busy = sns_error(400, "Throttling");
    let (answer, seen) = by_sns(move |request| if request.before == 0 { busy(request) } else { SNS_TAKEN }).await;
    assert!(is_taken(&answer, "s-7") && seen.len() == 2, "{answer:?}");
}

#[tokio::test]
async fn a_lost_answer_is_unknown_and_never_asked_for_again() {
    for (patience, act) in [
        (CALM, (|| Act::Reset) as fn() -> Act),
        (CALM, || Act::Half),
        (HASTY, || Act::Silence),
        (CALM, || Act::Answer(200, &[], "<html>")),
    ] {
        let (answer, seen) = by_ses_within(patience, move |_| act()).await;
        assert!(matches!(answer, Sending::Unknown(_)), "{answer:?}");
        // None where the machine was busy for as long as the hasty one waits.
        assert!(seen.len() <= 1, "sent again");
        let (answer, seen) = by_sns_within(patience, move |_| act()).await;
        assert!(matches!(answer, Sending::Unknown(_)), "{answer:?}");
        assert!(seen.len() <= 1, "sent again");
    }
}

#[tokio::test]
async fn who_cannot_be_reached_has_taken_nothing() {
    let (_nobody, url) = nobody();
    let ses = Ses::new(&config(&url), "crm@shop.example".into(), "crm-email".into(), BRIEF);
    assert_eq!(ses.send(&letters(2)).await, vec![Sending::Deferred(30); 2]);
    let sns = Sns::new(&config(&url), None, BRIEF);
    assert_eq!(sns.send(&letters(1)).await, [Sending::Deferred(30)]);
}

#[tokio::test]
async fn errors_of_sns_mean_what_the_table_says() {
    for (status, code) in [(400, "InvalidParameter"), (400, "ParameterValueInvalid"), (404, "NotFound")] {
        let (answer, seen) = by_sns(sns_error(status, code)).await;
        assert_eq!(answer, Sending::Refused(format!("{code}: no")));
        assert_eq!(seen.len(), 1, "{code}");
    }
    let (answer, _) = by_sns(sns_error(403, "AuthorizationError")).await;
    assert_eq!(answer, Sending::Deferred(900));
    let (answer, seen) = by_sns(sns_error(500, "InternalError")).await;
    assert!(matches!(answer, Sending::Unknown(_)) && seen.len() == 1, "{answer:?}");
}

//! Signed links: none is taken but those that were made here, in no other spelling and for no other purpose.

use crm_domain::ids::{CampaignId, CustomerId};
use crm_domain::links::{Links, Purpose};
use crm_domain::message::MessageId;
use crm_domain::ports::SigningKeys;
use fuzzing::Target;

const TARGETS: [&str; 3] = ["https://shop.example/x?a=1&b=\u{e9}", "https://shop.example/", "javascript:alert(1)"];

#[test]
fn links_of_any_form() {
    let links = Links::new(&SigningKeys(vec!["current".into(), "previous".into()]), "https://crm.example");
    let message = MessageId {
        campaign: CampaignId::parse("0192f0c4-8f3e-7a11-9c21-1f0a5d3e7b02").unwrap(),
        customer: CustomerId::parse("7b6c1de4-6c2b-5d0e-8a51-3f5e0f2b9a10").unwrap(),
    };
    let mut made = vec![(Purpose::Preferences, links.preferences(message)), (Purpose::Open, links.pixel(message))];
    made.extend(TARGETS.map(|target| (Purpose::Click, links.click(message, target))));
    let made: Vec<(Purpose, String)> =
        made.into_iter().map(|(purpose, url)| (purpose, url.rsplit('/').next().unwrap().to_owned())).collect();
    let seeds = made.iter().map(|(_, token)| token.clone().into_bytes()).collect();
    Target { name: "links", seeds, words: vec![".gif", "=", "%3D", "AQ", "AQE", "AQM"], rounds: 20_000 }.run(move |input| {
        let Ok(token) = std::str::from_utf8(input) else { return };
        for purpose in [Purpose::Preferences, Purpose::Open, Purpose::Click] {
            let Some((whose, target)) = links.read(purpose, token) else { continue };
            assert_eq!(whose, message);
            assert!(target.is_empty() || TARGETS.contains(&target.as_str()), "{target}");
            let is_made = |(other, known): &(Purpose, String)| {
                *other == purpose && (known == token || purpose == Purpose::Open && known.strip_suffix(".gif") == Some(token))
            };
            assert!(made.iter().any(is_made), "{purpose:?} takes {token}");
        }
    });
}

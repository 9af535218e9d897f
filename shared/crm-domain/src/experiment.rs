//! Who gets which wording, who gets nothing, who is tried first, and which wording wins.
//!
//! All of it is drawn by hashes of what it is about, so that a preview, a launch and a second try after a crash agree.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::faults::{self, Faults, Fields, Reason};
use crate::ids::{CampaignId, CustomerId};
use crate::json::Json;

/// Shares are whole multiples of one in this many.
const UNIT: u64 = 1_000_000;
/// Longest test phase, in minutes: a week.
const MAX_MINUTES: i64 = 7 * 24 * 60;

/// A share of something, or a weight beside others: a number from 0 to 1,000, exact to a millionth.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Share(u64);

impl Share {
    pub const NONE: Self = Self(0);
    /// What a variant weighs of which nothing is said.
    pub const ONE: Self = Self(UNIT);
    /// Most of an audience that may be held out.
    pub const MOST_HELD_OUT: Self = Self(UNIT / 2);
    /// Least and greatest share of the recipients in a test phase.
    pub const TESTED: [Self; 2] = [Self(UNIT / 1_000), Self(UNIT - UNIT / 1_000)];
    /// Least and greatest weight of a variant.
    pub const WEIGHTS: [Self; 2] = [Self(UNIT / 1_000), Self(UNIT * 1_000)];

    /// The share of so many in a million.
    #[must_use]
    pub const fn of_a_million(millionths: u64) -> Self {
        Self(millionths)
    }

    /// Reads a number within bounds, both included.
    ///
    /// # Errors
    /// Says that it is not one, or out of bounds.
    pub fn from_json(json: &Json, [least, most]: [Self; 2]) -> Result<Self, Reason> {
        let number = match json {
            Json::Number(number) => number.as_f64().ok_or("must be a number")?,
            _ => return Err("must be a number".into()),
        };
        if (least.as_f64()..=most.as_f64()).contains(&number) {
            Ok(Self::nearest(number))
        } else {
            Err(format!("must be from {} to {}", least.as_f64(), most.as_f64()).into())
        }
    }

    /// Reads the share of an audience that is held out.
    ///
    /// # Errors
    /// Says that it is no number, or out of bounds.
    pub fn held_out(json: &Json) -> Result<Self, Reason> {
        Self::from_json(json, [Self::NONE, Self::MOST_HELD_OUT])
    }

    #[must_use]
    pub const fn is_none(&self) -> bool {
        self.0 == 0
    }

    #[must_use]
    pub const fn as_f64(self) -> f64 {
        self.0 as f64 / UNIT as f64
    }

    const fn nearest(number: f64) -> Self {
        Self((number * UNIT as f64).round() as u64)
    }
}

impl Serialize for Share {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // 2 rather than 2.0.
        if self.0.is_multiple_of(UNIT) {
            serializer.serialize_u64(self.0 / UNIT)
        } else {
            serializer.serialize_f64(self.as_f64())
        }
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::nearest(f64::deserialize(deserializer)?))
    }
}

impl JsonSchema for Share {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Share".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({"type": "number", "minimum": 0, "maximum": 1_000})
    }
}

/// A number below `below` that looks random but depends on `seed`, the customer and `purpose` alone.
#[must_use]
pub(crate) fn draw(seed: &[u8; 16], customer: CustomerId, purpose: &str, below: u64) -> u64 {
    let digest = Sha256::new().chain_update(seed).chain_update(customer.as_bytes()).chain_update(purpose.as_bytes()).finalize();
    let word = digest.iter().take(8).fold(0_u64, |word, byte| (word << 8) | u64::from(*byte));
    word % below.max(1)
}

/// What the holdout is drawn by: the same for a preview and the launch that follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seed(Uuid);

impl Seed {
    /// That of a draft that is kept: its texts may change without anybody changing sides.
    #[must_use]
    pub const fn of_draft(id: CampaignId) -> Self {
        Self(Uuid::from_bytes(*id.as_bytes()))
    }

    /// That of a body that is launched as it is: what it says.
    #[must_use]
    pub fn of_text(text: &str) -> Self {
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&Sha256::digest(text.as_bytes())[..16]);
        Self(Uuid::from_bytes(bytes))
    }
}

/// Who of an audience gets nothing, so that there is something to compare with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holdout {
    pub seed: Seed,
    pub share: Share,
}

impl Holdout {
    /// Whether `customer` is held out.
    #[must_use]
    pub fn holds(&self, customer: CustomerId) -> bool {
        self.share > Share::NONE && draw(self.seed.0.as_bytes(), customer, "holdout", UNIT) < self.share.0
    }
}

/// By what the winner of a test phase is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WinBy {
    #[default]
    Clicks,
    /// Recipients who ordered, as the first report says that is made after the test phase.
    Conversions,
}

/// A test phase: some recipients get the variants first, and the rest gets the one that did best.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Test {
    /// Of the recipients.
    pub share: Share,
    /// From the moment at which the audience is frozen.
    pub minutes: u32,
    #[serde(default)]
    pub by: WinBy,
}

impl Test {
    /// Reads the member `test` of a launch.
    ///
    /// # Errors
    /// Every fault found.
    pub fn parse(json: &Json, path: &str) -> Result<Self, Faults> {
        let mut fields = Fields::of(json, path)?;
        let share = fields.required("share", |json| Share::from_json(json, Share::TESTED));
        let minutes = fields.required("minutes", |json| faults::integer(json, 1, MAX_MINUTES));
        let by = fields.optional("by", |json| match json.as_text() {
            Some("clicks") => Ok(WinBy::Clicks),
            Some("conversions") => Ok(WinBy::Conversions),
            _ => Err("must be clicks or conversions".into()),
        });
        fields.finish()?;
        match (share, minutes) {
            (Some(share), Some(minutes)) => Ok(Self { share, minutes: minutes as u32, by: by.value().unwrap_or_default() }),
            _ => Err(Faults::of(path, "is incomplete")),
        }
    }

    /// Whether `customer` is among those who are written to first.
    #[must_use]
    pub fn takes(&self, campaign: CampaignId, customer: CustomerId) -> bool {
        draw(campaign.as_bytes(), customer, "test", UNIT) < self.share.0
    }
}

/// The variant, of those with these weights, that `customer` gets.
#[must_use]
pub(crate) fn assigned(campaign: CampaignId, customer: CustomerId, weights: impl Iterator<Item = Share> + Clone) -> u32 {
    let mut rest = draw(campaign.as_bytes(), customer, "variant", weights.clone().map(|weight| weight.0).sum());
    for (index, weight) in weights.enumerate() {
        match rest.checked_sub(weight.0) {
            Some(less) => rest = less,
            None => return index as u32,
        }
    }
    0
}

/// What one variant has come to so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct VariantCounts {
    pub sent: u64,
    pub clicked: u64,
}

impl VariantCounts {
    #[must_use]
    pub const fn plus(self, other: Self) -> Self {
        Self { sent: self.sent + other.sent, clicked: self.clicked + other.clicked }
    }

    /// How it has done by clicks.
    #[must_use]
    pub const fn by_clicks(self) -> Score {
        Score { reached: self.sent, won: self.clicked }
    }
}

/// How a variant has done in its test phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Score {
    /// Who got it.
    pub reached: u64,
    /// Those of them who did what is hoped for.
    pub won: u64,
}

impl Score {
    /// Compares rates, exactly; what reached nobody has won nobody.
    fn compare(&self, other: &Self) -> std::cmp::Ordering {
        let cross = |one: &Self, two: &Self| u128::from(one.won) * u128::from(two.reached.max(1));
        cross(self, other).cmp(&cross(other, self))
    }
}

/// The variant with the best rate; of equals the one with the greatest weight, then the first.
#[must_use]
pub(crate) fn winner(weights: impl Iterator<Item = Share>, scores: &[Score]) -> u32 {
    let scores = scores.iter().copied().chain(std::iter::repeat(Score::default()));
    let best = weights.zip(scores).enumerate().max_by(|(a, (weight, score)), (b, (other_weight, other))| {
        score.compare(other).then(weight.cmp(other_weight)).then(b.cmp(a))
    });
    best.map_or(0, |(index, _)| index as u32)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::email::Email;

    fn people(count: u32) -> impl Iterator<Item = CustomerId> {
        (0..count).map(|n| CustomerId::of(&Email::parse(&format!("p{n}@example.com")).unwrap()))
    }

    #[test]
    fn shares_are_read_and_shown_as_numbers() {
        let read = |text: &str, bounds| Share::from_json(&Json::parse(text.as_bytes()).unwrap(), bounds);
        assert_eq!(read("0.1", [Share::NONE, Share::MOST_HELD_OUT]), Ok(Share(100_000)));
        for bad in ["-0.1", "0.51", "\"1\"", "null", "true"] {
            assert!(read(bad, [Share::NONE, Share::MOST_HELD_OUT]).is_err(), "{bad}");
        }
        for text in ["2", "0.5", "0.333333"] {
            let share = read(text, Share::WEIGHTS).unwrap();
            assert_eq!(serde_json::to_string(&share).unwrap(), text);
            assert_eq!(serde_json::from_str::<Share>(text).unwrap(), share);
        }
    }

    #[test]
    fn as_many_are_held_out_as_asked_and_always_the_same() {
        let seed = Seed::of_draft(CampaignId::from_bytes([7; 16]));
        let held = |share| people(20_000).filter(|id| Holdout { seed, share }.holds(*id)).collect::<Vec<_>>();
        let tenth = held(Share(100_000));
        assert!((1_850..2_150).contains(&tenth.len()), "{}", tenth.len());
        assert_eq!(held(Share(100_000)), tenth);
        assert!(held(Share::NONE).is_empty());
        let half = held(Share::MOST_HELD_OUT);
        assert!(tenth.iter().all(|id| half.contains(id)), "a greater share holds the same ones, and more");
        assert_ne!(Seed::of_text("a"), Seed::of_text("b"));
    }

    #[test]
    fn variants_go_by_their_weights() {
        let campaign = CampaignId::from_bytes([7; 16]);
        let weights = [Share::ONE, Share(3 * UNIT)];
        let second = people(20_000).filter(|id| assigned(campaign, *id, weights.into_iter()) == 1).count();
        assert!((14_700..15_300).contains(&second), "{second}");
        let test = Test { share: Share(200_000), minutes: 1, by: WinBy::Clicks };
        let tested: Vec<_> = people(20_000).filter(|id| test.takes(campaign, *id)).collect();
        assert!((3_800..4_200).contains(&tested.len()), "{}", tested.len());
        // Who is tested says nothing of the variant.
        let second = tested.iter().filter(|id| assigned(campaign, **id, weights.into_iter()) == 1).count() as f64;
        assert!((0.70..0.80).contains(&(second / tested.len() as f64)), "{second}");
    }

    #[test]
    fn the_best_rate_wins() {
        let win = |weights: &[u64], pairs: &[(u64, u64)]| {
            let scores: Vec<_> = pairs.iter().map(|&(reached, won)| Score { reached, won }).collect();
            winner(weights.iter().map(|weight| Share(weight * UNIT)), &scores)
        };
        assert_eq!(win(&[1, 1], &[(100, 10), (10, 2)]), 1);
        assert_eq!(win(&[1, 1, 1], &[(10, 0), (10, 3), (20, 6)]), 1, "the first of equals");
        assert_eq!(win(&[1, 2], &[(10, 1), (20, 2)]), 1, "of equals the one that was to have more");
        assert_eq!(win(&[1, 1], &[(0, 0), (0, 0)]), 0);
        assert_eq!(win(&[1, 1], &[(0, 0), (5, 1)]), 1);
        assert_eq!(
            win(&[1, 1, 2], &[(5, 0), (5, 0)]),
            2,
            "a variant of which nothing is counted is as good as one without success"
        );
    }

    #[test]
    fn a_test_phase_is_read_with_all_its_faults() {
        let read = |text: &str| Test::parse(&Json::parse(text.as_bytes()).unwrap(), "test");
        let test = read(r#"{"share":0.2,"minutes":30}"#).unwrap();
        assert_eq!(test, Test { share: Share(200_000), minutes: 30, by: WinBy::Clicks });
        assert_eq!(read(r#"{"share":0.2,"minutes":30,"by":"conversions"}"#).unwrap().by, WinBy::Conversions);
        let faults: Vec<_> =
            read(r#"{"share":1,"minutes":0,"by":"luck","x":1}"#).unwrap_err().0.into_iter().map(|fault| fault.field).collect();
        assert_eq!(faults, ["test.share", "test.minutes", "test.by", "test.x"]);
    }
}

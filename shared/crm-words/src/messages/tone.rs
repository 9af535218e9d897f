//! How a message speaks.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a message speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Tone {
    #[default]
    Friendly,
    Professional,
    Playful,
    /// Brisk: it says what there is to say, and hurries nobody without a reason.
    Urgent,
    Warm,
}

impl Tone {
    pub const ALL: [Self; 5] = [Self::Friendly, Self::Professional, Self::Playful, Self::Urgent, Self::Warm];

    /// The word that the API has for it.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Friendly => "friendly",
            Self::Professional => "professional",
            Self::Playful => "playful",
            Self::Urgent => "urgent",
            Self::Warm => "warm",
        }
    }

    /// The tone that a word means, or the first word of several that means one.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.split(|c: char| !c.is_alphanumeric()).find_map(|word| Self::of_word(&word.to_lowercase()))
    }

    fn of_word(word: &str) -> Option<Self> {
        Some(match word {
            "friendly" | "casual" | "relaxed" | "informal" | "conversational" | "neutral" | "simple" | "cheerful"
            | "approachable" => Self::Friendly,
            "professional" | "formal" | "business" | "businesslike" | "corporate" | "serious" | "polite" | "respectful"
            | "informative" | "elegant" | "premium" | "luxury" | "luxurious" => Self::Professional,
            "playful" | "fun" | "funny" | "witty" | "humorous" | "cheeky" | "quirky" | "excited" | "exciting" | "energetic"
            | "bold" | "festive" | "enthusiastic" => Self::Playful,
            "urgent" | "direct" | "brisk" | "short" | "concise" | "brief" | "persuasive" | "pressing" | "crisp" => Self::Urgent,
            "warm" | "caring" | "heartfelt" | "emotional" | "personal" | "kind" | "grateful" | "sincere" | "empathetic"
            | "thankful" | "gentle" | "cosy" | "cozy" | "apologetic" => Self::Warm,
            _ => return None,
        })
    }

    /// Which lines of the tables of copy its variants take in turns: its own first, and none that is out of tune with it.
    pub(super) const fn places(self) -> [usize; 5] {
        match self {
            Self::Friendly => [0, 4, 2, 3, 1],
            Self::Professional => [1, 3, 4, 0, 1],
            Self::Playful => [2, 0, 4, 3, 2],
            Self::Urgent => [3, 1, 0, 4, 3],
            Self::Warm => [4, 0, 1, 3, 4],
        }
    }

    /// The line of the `turn`-th variant.
    pub(super) fn line(self, lines: [&'static str; 5], turn: usize) -> &'static str {
        let place = self.places().get(turn % 5).copied().unwrap_or_default();
        lines.get(place).copied().unwrap_or_default()
    }

    /// How it greets, in turns.
    pub(super) const fn greetings(self) -> [&'static str; 5] {
        match self {
            Self::Friendly => ["Hi NAME,", "Hello NAME,", "Hi NAME!", "Hello NAME!", "Hi NAME,"],
            Self::Professional => ["Hello NAME,", "Good day NAME,", "Hello NAME,", "Good day NAME,", "Hello NAME,"],
            Self::Playful => ["Hey NAME!", "Hi NAME!", "Hello hello NAME!", "Hey NAME,", "Well hello NAME!"],
            Self::Urgent => ["Hi NAME,", "Hello NAME,", "NAME_ALONE", "Hi NAME,", "Hello NAME,"],
            Self::Warm => ["Hello NAME,", "Hi NAME,", "Hello NAME,", "Hi NAME,", "Hello again NAME,"],
        }
    }

    /// How it ends a letter, in turns.
    pub(super) const fn closings(self) -> [&'static str; 5] {
        match self {
            Self::Friendly => ["See you soon,", "Cheers,", "Until soon,", "Take care,", "Talk soon,"],
            Self::Professional => ["Kind regards,", "With best regards,", "Yours sincerely,", "Best regards,", "Respectfully,"],
            Self::Playful => ["High fives,", "Big smiles,", "Catch you later,", "With a wink,", "Yours, waving,"],
            Self::Urgent => ["Thanks,", "Best,", "Thank you,", "Regards,", "Many thanks,"],
            Self::Warm => ["Warmly,", "With love,", "With warm wishes,", "With gratitude,", "Yours warmly,"],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tones_are_found_in_what_people_write() {
        for tone in Tone::ALL {
            assert_eq!(Tone::parse(tone.as_str()), Some(tone));
        }
        for (text, tone) in [
            ("Fun and witty", Some(Tone::Playful)),
            ("FORMAL", Some(Tone::Professional)),
            ("not too long, heartfelt", Some(Tone::Warm)),
            ("direct", Some(Tone::Urgent)),
            ("casual", Some(Tone::Friendly)),
            ("sarcastic", None),
            ("", None),
        ] {
            assert_eq!(Tone::parse(text), tone, "{text}");
        }
    }
}

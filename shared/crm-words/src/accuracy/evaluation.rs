//! A run over a file of cases: which were missed, and the figures of it.

use std::fmt;

use crm_domain::money::Currency;
use crm_domain::rules::Rules;
use crm_domain::time::Time;
use jiff::civil::Date;

use super::{Case, Score, noon};
use crate::explain::explain;
use crate::vocabulary::Vocabulary;

/// A run over cases.
#[derive(Debug, Clone, Default)]
pub struct Evaluation {
    right: usize,
    all: usize,
    refusals: usize,
    /// Cases that should have been refused, and were not.
    guesses: usize,
}

impl Evaluation {
    /// Reads a file of cases, and the day on which they are said to be written: the arguments of a command.
    ///
    /// # Errors
    /// Says what is missing, or wrong with the file.
    pub fn read(
        mut arguments: impl Iterator<Item = String>,
        currency: &Currency,
        today: Date,
    ) -> Result<(Vec<Case>, Date), String> {
        let file = arguments.next().ok_or("which file of cases?")?;
        let day = arguments.next().map_or(Ok(today), |day| day.parse().map_err(|_| "the day must be YYYY-MM-DD"))?;
        let text = std::fs::read_to_string(&file).map_err(|error| format!("{file}: {error}"))?;
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        Ok((lines.map(|line| Case::parse(line, currency)).collect::<Result<_, _>>()?, day))
    }

    /// Takes an answer to a case into account: the rules, and whether they express all of the prompt. Says what was missed, if
    /// it was.
    pub fn take(&mut self, case: &Case, answer: Option<(&Rules, bool)>, today: Date, vocabulary: &Vocabulary) -> Option<String> {
        let now: Time = noon(today);
        let score = case.score(answer.map(|(rules, _)| rules), answer.is_some_and(|(_, whole)| whole), now);
        self.all += 1;
        self.refusals += usize::from(case.rules.is_empty());
        if score == Score::Right {
            self.right += 1;
            return None;
        }
        self.guesses += usize::from(case.rules.is_empty());
        let answered = match answer {
            Some((rules, whole)) => format!("{}{}", explain(rules, vocabulary), if whole { "" } else { " (in part)" }),
            None => "refused".to_owned(),
        };
        Some(format!("miss {score:?}: {}\n     {answered}", case.prompt))
    }
}

impl fmt::Display for Evaluation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { right, all, refusals, guesses } = *self;
        let percent = 100.0 * right as f64 / all.max(1) as f64;
        writeln!(f, "accuracy {percent:.1} % {right}-of-{all}")?;
        write!(f, "wrong-guesses-on-refusals {guesses} cases of-{refusals}")
    }
}

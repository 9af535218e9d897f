//! `eval_model cases.jsonl [YYYY-MM-DD]`: how many cases the whole assistant gets right with Gemini, and each miss. The key is
//! in `GEMINI_API_KEY`; model and address are those of the functions (`GEMINI_MODEL`, `GEMINI_BASE_URL`). Every case is one
//! question or two, which somebody pays for.

use std::process::ExitCode;
use std::sync::Arc;

use crm_ai::{Asker, Assistant, Gemini, Settings};
use crm_domain::ai::{Answer, Content, Question, Refusal, Source};
use crm_domain::customer::ConsentDefaults;
use crm_domain::money::Currency;
use crm_domain::names::Name;
use crm_domain::ports::{KeepAiState, KeepNames};
use crm_domain::time::Time;
use crm_testing::Memory;
use crm_words::accuracy::{Evaluation, names, noon, vocabulary};
use crm_words::{AttributeType, Named};

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(problem) => {
            eprintln!("{problem}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), String> {
    let currency = Currency::parse("INR").map_err(|reason| reason.to_string())?;
    let (cases, today) = Evaluation::read(std::env::args().skip(1), &currency, Time::now().date())?;
    let vocabulary = vocabulary(today, currency.clone());
    let memory = Arc::new(Memory::default());
    memory.set_gemini_key(&std::env::var("GEMINI_API_KEY").map_err(|_| "GEMINI_API_KEY is not set")?);
    let known: Vec<Name> = names().filter_map(name).collect();
    memory.note_names(&known, noon(today)).await.map_err(|error| error.to_string())?;
    let settings = Settings { currency, consent_defaults: ConsentDefaults::default(), daily_tokens: u64::MAX };
    let gemini = Gemini::from_env().map_err(|error| error.to_string())?;
    let assistant = Assistant::new(gemini, memory.clone(), memory.clone(), settings);
    let asker = Asker { user: "eval".to_owned(), waits: false };
    let mut evaluation = Evaluation::default();
    for case in &cases {
        let question = Question::Rules { prompt: case.prompt.clone() };
        let audience = match assistant.answer(&question, &asker, noon(today)).await {
            Ok(Answer { content: Content::Rules(audience), .. }) => Some(audience),
            Ok(_) | Err(Refusal::NotUnderstood { .. }) => None,
            Err(error) => return Err(error.to_string()),
        };
        let answer = audience.as_ref().map(|audience| (&audience.rules, audience.unsupported.is_empty()));
        if let Some(miss) = evaluation.take(case, answer, today, &vocabulary) {
            println!("{miss}");
        }
    }
    let uses = memory.uses(today, None).await.map_err(|error| error.to_string())?;
    let by_model = uses.iter().filter(|used| used.source == Source::Gemini).count();
    println!("{evaluation}");
    println!("answered-by-model {by_model} of-{}", uses.len());
    println!("tokens {}", uses.iter().map(|used| used.tokens.sum()).sum::<u64>());
    Ok(())
}

fn name(named: Named) -> Option<Name> {
    Some(match named {
        Named::Tag(name) => Name::Tag(name),
        Named::City(name) => Name::City(name),
        Named::Country(name) => Name::Country(name),
        Named::Product(name) => Name::Product(name),
        Named::Attribute(key, AttributeType::Text) => Name::TextAttribute(key),
        Named::Attribute(key, AttributeType::Number) => Name::NumberAttribute(key),
        Named::Attribute(key, AttributeType::Flag) => Name::FlagAttribute(key),
        Named::Sku(_) | Named::Segment(..) => return None,
    })
}

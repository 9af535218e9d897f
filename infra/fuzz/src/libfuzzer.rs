//! Handing a target over to libFuzzer, whose driver is a function and does not return.
#![allow(unsafe_code, reason = "libFuzzer is C++")]

use std::cell::RefCell;
use std::ffi::{CString, c_char, c_int};
use std::fmt::Write as _;
use std::fs;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::path::Path;

// Brings the library that is linked.
use libfuzzer_sys as _;

use crate::Target;

type Check = Box<dyn Fn(&[u8])>;

thread_local! {
    // libFuzzer calls back in the thread that called it.
    static CHECK: RefCell<Option<Check>> = const { RefCell::new(None) };
}

unsafe extern "C" {
    fn LLVMFuzzerRunDriver(argc: *mut c_int, argv: *mut *mut *mut c_char, run: extern "C" fn(*const u8, usize) -> c_int)
    -> c_int;
}

/// What the crate's own entry would call, which is linked although nobody enters there.
#[unsafe(no_mangle)]
extern "C" fn rust_fuzzer_test_input(_input: *const u8, _length: usize) -> c_int {
    0
}

extern "C" fn one(data: *const u8, size: usize) -> c_int {
    // SAFETY: libFuzzer gives `size` bytes, which are its own and stay while this runs. Without any it may give null.
    let input = if size == 0 { &[][..] } else { unsafe { std::slice::from_raw_parts(data, size) } };
    CHECK.with_borrow(|check| check.as_ref().expect("the target is set before libFuzzer runs")(input));
    0
}

/// Runs libFuzzer with the arguments in `folder/arguments`, on the corpus in `folder/corpus`, to which seeds and kept inputs go first.
pub fn run(target: &Target, kept: &[Vec<u8>], folder: &Path, check: Check) {
    CHECK.set(Some(check));
    let corpus = folder.join("corpus");
    fs::create_dir_all(&corpus).expect("the corpus can be written");
    for input in target.seeds.iter().chain(kept) {
        let mut hasher = DefaultHasher::new();
        input.hash(&mut hasher);
        fs::write(corpus.join(format!("{:016x}", hasher.finish())), input).expect("the corpus can be written");
    }
    fs::write(folder.join("words"), dictionary(&target.words)).expect("the dictionary can be written");
    let hook = std::panic::take_hook();
    // libFuzzer keeps the input of a process that aborts.
    std::panic::set_hook(Box::new(move |panic| {
        hook(panic);
        std::process::abort();
    }));
    let arguments = fs::read_to_string(folder.join("arguments")).expect("the arguments can be read");
    let program = folder.join("again").to_string_lossy().into_owned();
    let texts: Vec<CString> =
        std::iter::once(program.as_str()).chain(arguments.lines()).map(|one| CString::new(one).expect("no NUL")).collect();
    let mut pointers: Vec<*mut c_char> = texts.iter().map(|one| one.as_ptr().cast_mut()).collect();
    let mut count = pointers.len() as c_int;
    pointers.push(std::ptr::null_mut());
    let mut start = pointers.as_mut_ptr();
    // SAFETY: the arguments are NUL-terminated texts that outlive the call, with a null pointer behind them.
    let code = unsafe { LLVMFuzzerRunDriver(&raw mut count, &raw mut start, one) };
    std::process::exit(code);
}

/// The words in the form of AFL's dictionaries.
fn dictionary(words: &[&str]) -> String {
    words.iter().filter(|word| !word.is_empty()).fold(String::new(), |mut text, word| {
        text.push('"');
        for byte in word.bytes() {
            let _ = write!(text, "\\x{byte:02x}");
        }
        text.push_str("\"\n");
        text
    })
}

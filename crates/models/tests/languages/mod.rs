//! Errors are said in two languages.

use daydream_models::Error;

/// The English message of an error, once the Korean one has been looked at: whole sentences in Korean, with every number
/// of the English message.
#[track_caller]
pub(crate) fn english(error: &Error) -> String {
    let (english, korean) = (error.to_string(), error.korean());
    let letters = korean.chars().filter(|letter| ('가'..='힣').contains(letter)).count();
    assert!(letters >= 5, "{english:?} is not said in Korean: {korean:?}");
    assert!(korean.contains("니다"), "{korean:?} is no sentence");
    assert!(!korean.contains("을(를)") && !korean.contains("이(가)"), "{korean:?} leaves a particle open");
    let numbers = |message: &str| -> Vec<String> {
        message
            .split(|letter: char| !letter.is_ascii_digit())
            .filter(|run| !run.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let said = numbers(&korean);
    for number in numbers(&english) {
        assert!(said.contains(&number), "{number} of {english:?} is missing from {korean:?}");
    }
    english
}

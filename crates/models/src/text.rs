//! What a visitor reads, in every language the page speaks.

use serde::Serialize;

/// One piece of text in English and in Korean.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Korean, in the terms that Korean textbooks use.
    pub ko: &'static str,
}

/// Both languages side by side, so that neither is forgotten.
pub const fn text(en: &'static str, ko: &'static str) -> Text {
    Text { en, ko }
}

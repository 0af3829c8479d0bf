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

/// Words of the catalogue in both languages, side by side so that neither is forgotten. They stay out of a module whose page has the
/// catalogue already.
pub const fn text(en: &'static str, ko: &'static str) -> Text {
    if cfg!(feature = "standalone") { Text { en, ko } } else { Text { en: "", ko: "" } }
}

/// What of the catalogue reads the same in every language, such as formulas. It stays out of a module as [`text`] does.
pub(crate) const fn shown(lines: &'static [&'static str]) -> &'static [&'static str] {
    if cfg!(feature = "standalone") { lines } else { &[] }
}

/// Words in both languages that come with what is made at run time, such as a picture.
pub(crate) const fn said(en: &'static str, ko: &'static str) -> Text {
    Text { en, ko }
}

/// Text in both languages that is put together at run time.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Words {
    /// English.
    pub en: String,
    /// Korean.
    pub ko: String,
}

/// A name, which is the same in every language.
impl From<String> for Words {
    fn from(name: String) -> Words {
        Words { en: name.clone(), ko: name }
    }
}

/// A name, which is the same in every language.
impl From<&str> for Words {
    fn from(name: &str) -> Words {
        name.to_owned().into()
    }
}

/// [`Words`] from one format string for each language, which name what they show, so that each has its own order:
/// `words!("has {found} fields in line {line}", "{line}번째 줄에 필드가 {found}개 있습니다")`.
///
/// Expressions are named behind the strings, `count = rows.len()`; both strings must show them. What reads differently in the two
/// languages is [`Words`] itself and named by `both`: `words!(both kind = words!("images", "이미지"); "holds {kind}", "{kind}: 이미 있습니다")`.
macro_rules! words {
    (both $($part:ident = $words:expr),+; $en:literal, $ko:literal $(, $name:ident = $value:expr)* $(,)?) => {{
        $(let $part: $crate::Words = $words;)+
        $crate::Words {
            en: format!($en, $($part = $part.en,)+ $($name = $value),*),
            ko: format!($ko, $($part = $part.ko,)+ $($name = $value),*),
        }
    }};
    ($en:literal, $ko:literal $(, $name:ident = $value:expr)* $(,)?) => {
        $crate::Words { en: format!($en $(, $name = $value)*), ko: format!($ko $(, $name = $value)*) }
    };
}
pub(crate) use words;

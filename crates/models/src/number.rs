//! Numbers that people typed.

use lexical_core::FromLexical;

/// The number nearest to what a text says, as by [`str::parse`], which brings tables that would be a twentieth of what a page loads.
pub(crate) fn read<N: FromLexical>(text: &str) -> Option<N> {
    lexical_core::parse(text.as_bytes()).ok()
}

#[cfg(test)]
mod tests {
    use rand::RngExt;
    use rand::SeedableRng;
    use rand::rngs::Xoshiro256PlusPlus;

    use super::read;

    /// Both widths, to the last bit.
    fn assert_as_std(text: &str) {
        assert_eq!(read::<f64>(text).map(f64::to_bits), text.parse().ok().map(f64::to_bits), "{text:?}");
        assert_eq!(read::<f32>(text).map(f32::to_bits), text.parse().ok().map(f32::to_bits), "{text:?}");
    }

    #[test]
    fn texts_are_read_as_the_standard_library_reads_them() {
        for text in [
            "",
            "0",
            "-0",
            "+1",
            "1.",
            ".5",
            ".",
            "-",
            "+",
            "e5",
            "1e5",
            "1E-5",
            "1e",
            "1e+",
            " 1",
            "1 ",
            "1_000",
            "1,5",
            "0x10",
            "07",
            "inf",
            "-inf",
            "Infinity",
            "nan",
            "NaN",
            "infinit",
            "1e400",
            "1e-400",
            "4.9e-324",
            "2.2250738585072011e-308",
            "1.7976931348623157e308",
            "0.30000000000000004",
            "9007199254740993",
            "1.00000005960464477539062500000000000000000000000000001",
            "label",
            "½",
            "１",
        ] {
            assert_as_std(text);
        }
    }

    #[test]
    fn numbers_are_rounded_to_the_nearest() {
        let mut random = Xoshiro256PlusPlus::seed_from_u64(1);
        for _ in 0..20_000 {
            let any = f64::from_bits(random.random());
            let digits: u64 = random.random();
            let exponent = random.random_range(-330..330);
            for text in [
                any.to_string(),
                format!("{any:e}"),
                format!("{digits}e{exponent}"),
                f32::from_bits(digits as u32).to_string(),
            ] {
                assert_as_std(&text);
            }
        }
    }
}

//! The functions that shaders call, as WGSL text, and which of them a shader needs.
//!
//! WGSL leaves open what its own functions do at their limits: a compiler may assume that there are no infinities and no NaN, `sin`
//! may be wrong by 5·10⁻⁴, `tanh` by 10⁻⁵ however small its argument, and both may overflow on their way. What matters to training is
//! therefore spelled out here, after the CPU's own functions: infinities and NaN come out as on the CPU, so that a diverging
//! run is seen to diverge. Where WGSL still differs: subnormal numbers may count as 0 (so `ln` of one is `-∞`), and results
//! may differ from the CPU's by some units in the last place, `exp` by `3 + 2|x|`.

/// The variant of a function for one number, or for four at once.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Lanes {
    /// `f32`
    One,
    /// `vec4f`
    Four,
}

impl Lanes {
    /// How many numbers.
    pub(super) fn count(self) -> usize {
        match self {
            Lanes::One => 1,
            Lanes::Four => 4,
        }
    }

    /// What the names of functions end in.
    pub(super) fn suffix(self) -> &'static str {
        match self {
            Lanes::One => "1",
            Lanes::Four => "4",
        }
    }

    /// The type of a value.
    pub(super) fn float(self) -> &'static str {
        match self {
            Lanes::One => "f32",
            Lanes::Four => "vec4f",
        }
    }
}

/// The functions, with `$T` for the type of their numbers, `$U` and `$I` for integers as many, `$B` for truths, in an order in which each comes before those it calls.
const FUNCTIONS: [(&str, &str); 8] = [
    (
        "larger",
        "fn larger@(a: $T, b: $T) -> $T {
    return select(select(a, b, a < b), b, is_nan@(b));
}
",
    ),
    (
        "tanh",
        "fn tanh@(x: $T) -> $T {
    let magnitude = min(abs(x), $T(10.0));
    let z = magnitude * magnitude;
    var p = $T(-5.7049906e-3);
    p = p * z + 2.063909e-2;
    p = p * z - 5.3739715e-2;
    p = p * z + 1.3331442e-1;
    p = p * z - 3.333328e-1;
    let near = p * z * magnitude + magnitude;
    let far = 1.0 - 2.0 / (exp(2.0 * magnitude) + 1.0);
    let y = select(far, near, magnitude < $T(0.625));
    return select(select(y, -y, x < $T(0.0)), x, is_nan@(x));
}
",
    ),
    (
        "sin",
        "fn sin@(x: $T) -> $T {
    let n = floor(x * 0.31830987 + 0.5);
    var r = x - n * 3.140625;
    r = r - n * 9.67502593994140625e-4;
    r = r - n * 1.509957990978376432e-7;
    r = select(r, $T(0.0), abs(r) > $T(2.0));
    let z = r * r;
    var p = $T(2.605751e-6);
    p = p * z - 1.980959e-4;
    p = p * z + 8.3330665e-3;
    p = p * z - 1.666666e-1;
    let y = p * z * r + r;
    return select(y, -y, ($I(n) & $I(1)) != $I(0));
}
",
    ),
    (
        "exp",
        "fn exp@(x: $T) -> $T {
    let y = select(exp(x), $T(infinity()), x > $T(88.72284));
    return select(y, x, is_nan@(x));
}
",
    ),
    (
        "ln",
        "fn ln@(x: $T) -> $T {
    let is_finite = (bitcast<$U>(x) & $U(0x7fffffffu)) < $U(0x7f800000u);
    let y = select(select(x, log(x), is_finite), $T(-infinity()), x == $T(0.0));
    return select(y, $T(bitcast<f32>(run.nan)), x < $T(0.0));
}
",
    ),
    (
        "recip",
        "fn recip@(x: $T) -> $T {
    let limit = bitcast<$T>($U(run.infinity) | (bitcast<$U>(x) & $U(0x80000000u)));
    return select(1.0 / x, limit, x == $T(0.0));
}
",
    ),
    (
        "is_nan",
        "fn is_nan@(x: $T) -> $B {
    return (bitcast<$U>(x) & $U(0x7fffffffu)) > $U(0x7f800000u);
}
",
    ),
    (
        "infinity",
        "fn infinity() -> f32 {
    return bitcast<f32>(run.infinity);
}
",
    ),
];

/// The text of every function of the library that a shader's text calls, directly or not.
pub(super) fn functions(shader: &str) -> String {
    let mut text = String::new();
    for (name, template) in FUNCTIONS {
        for lanes in [Lanes::One, Lanes::Four] {
            let suffix = if name == "infinity" { "" } else { lanes.suffix() };
            let call = format!("{name}{suffix}(");
            let has_been = name == "infinity" && lanes == Lanes::Four;
            if has_been || !calls(shader, &call) && !calls(&text, &call) {
                continue;
            }
            text.push_str(&instance(template, lanes));
        }
    }
    if calls(shader, "uniform1(") || calls(shader, "uniform4(") {
        text.push_str(&random());
    }
    text
}

fn calls(text: &str, call: &str) -> bool {
    text.match_indices(call).any(|(at, _)| !text[..at].ends_with(|c: char| c.is_ascii_alphanumeric() || c == '_'))
}

fn instance(template: &str, lanes: Lanes) -> String {
    let [float, unsigned, signed, truth] = match lanes {
        Lanes::One => ["f32", "u32", "i32", "bool"],
        Lanes::Four => ["vec4f", "vec4u", "vec4i", "vec4<bool>"],
    };
    let text = template.replace('@', lanes.suffix()).replace("$T", float).replace("$U", unsigned);
    text.replace("$I", signed).replace("$B", truth)
}

/// Threefry-2x32-13 and the uniform numbers made of it, as in `daydream_graph::random`.
fn random() -> String {
    const ROTATIONS: [u32; 8] = [13, 15, 26, 6, 17, 29, 16, 24];
    let mut text = String::from(
        "fn threefry(stream: u32, counter: u32) -> vec2u {
    let k0 = run.seed;
    let k1 = run.step;
    let k2 = 0x1bd11bdau ^ k0 ^ k1;
    var x = counter + k0;
    var y = stream + k1;
",
    );
    for round in 0..13 {
        let rotation = ROTATIONS[round % 8];
        text.push_str(&format!("    x += y; y = ((y << {rotation}u) | (y >> {}u)) ^ x;\n", 32 - rotation));
        if round % 4 == 3 {
            let injection = round / 4 + 1;
            text.push_str(&format!("    x += k{}; y += k{} + {injection}u;\n", injection % 3, (injection + 1) % 3));
        }
    }
    text.push_str(
        "    return vec2u(x, y);
}
fn uniform1(stream: u32, element: u32) -> f32 {
    let words = threefry(stream, element / 2u);
    return f32(select(words.x, words.y, (element & 1u) != 0u) >> 8u) * 5.9604644775390625e-8;
}
// Four neighbours, the first of even number.
fn uniform4(stream: u32, element: u32) -> vec4f {
    let words = vec4u(threefry(stream, element / 2u), threefry(stream, element / 2u + 1u));
    return vec4f(words >> vec4u(8u)) * 5.9604644775390625e-8;
}
",
    );
    text
}

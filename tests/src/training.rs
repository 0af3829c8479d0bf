//! The first training steps of every model, on two executors.

use daydream_graph::Executor;
use daydream_models::{KnobKind, ModelSpec, Recipe, Session, zoo};

/// Training steps that are compared.
const STEPS: u64 = 50;
/// How far a metric may be off, as a share of its size.
const TOLERANCE: f64 = 1e-3;
/// Metrics smaller than this count as so large: a loss that crosses 0 has no share to speak of there.
const FLOOR: f64 = 0.01;
/// What knobs are turned to so that a processor that plays a GPU takes the steps in no time. Widths are no multiples of anything that
/// shaders are cut into. At the presets' own widths the Boltzmann machine and the autoencoder stay within the tolerance as well; the
/// Forward-Forward network does so for 30 steps: its first steps are so large that differences of rounding double with every two.
const SMALL: [(&str, &str); 8] = [
    ("hidden", "37"),
    ("width", "37"),
    ("generator-width", "23"),
    ("discriminator-width", "37"),
    ("latent", "5"),
    ("batch", "32"),
    ("units", "11"),
    ("chain-steps", "3"),
];
/// Learning rates at which rounding errors of the Wasserstein loss stay small for 50 steps. It does not change with the critic's last bias,
/// nor with that of a unit that is on for as many real rows as made ones: such gradients are 0 but for rounding, and Adam makes a
/// good part of a whole step out of that. At the presets' rates the CPU's own metrics are 3·10⁻³ from those of the reference
/// evaluator after five steps, and a game that is not yet won amplifies such differences.
const CALM: [(&str, &str); 2] = [("discriminator-learning-rate", "0.00001"), ("learning-rate", "0.00001")];

/// Few chains with short moves, for samplers: whether a chain moves hangs on rounding where its acceptance is all but the number drawn, and
/// each path from the edge of the plane makes rounding larger. One chain that stays where another goes changes the mean energy by more than
/// any rounding.
const STEADY: [(&str, &str); 3] = [("chains", "8"), ("leaps", "3"), ("step-size", "0.02")];

/// Recipes that train every model in every way it has, by name: its presets, and every option of every knob that offers some.
pub fn small_recipes() -> Vec<(String, Recipe)> {
    zoo::catalogue().iter().flat_map(|spec| presets(spec).into_iter().chain(options(spec))).collect()
}

/// One recipe for each model, with few shaders: for where it takes long to compile them.
pub fn smallest_recipes() -> Vec<(String, Recipe)> {
    let smallest = |spec: &&'static ModelSpec| {
        let (name, recipe) = presets(spec).swap_remove(0);
        let has_layers = spec.knobs.iter().any(|knob| knob.id == "layers");
        (name, if has_layers { recipe.with("layers", "1") } else { recipe })
    };
    zoo::catalogue().iter().map(smallest).collect()
}

/// Presets on data that is quickly made.
fn presets(spec: &'static ModelSpec) -> Vec<(String, Recipe)> {
    let quick = spec.presets.iter().filter(|preset| preset.data != "strokes");
    quick.map(|preset| (format!("{}::{}", spec.id, preset.id), calm(small(spec, preset.id)))).collect()
}

/// Options that are not the default.
fn options(spec: &'static ModelSpec) -> Vec<(String, Recipe)> {
    let preset = spec.presets.iter().find(|preset| preset.data == "digits").unwrap_or(&spec.presets[0]);
    let mut recipes = Vec::new();
    for knob in spec.knobs {
        let KnobKind::Choice { options, default } = knob.kind else { continue };
        for (_, option) in options.iter().enumerate().filter(|(number, _)| *number != default) {
            let recipe = small(spec, preset.id).with(knob.id, option.id);
            recipes.push((format!("{}::{}={}", spec.id, knob.id, option.id), calm(recipe)));
        }
    }
    recipes
}

fn small(spec: &'static ModelSpec, preset: &str) -> Recipe {
    // What goes by such a name in another sense accepts no such value.
    let fits =
        |(size, value): &(&str, &str)| spec.knobs.iter().any(|knob| knob.id == *size && knob.parse(value).is_ok());
    let known = SMALL.into_iter().filter(fits);
    let recipe = Recipe::preset(spec, preset, 7).expect("presets are recipes");
    known.fold(recipe, |recipe, (size, value)| recipe.with(size, value))
}

/// The loss of an adversarial network is Wasserstein's unless the recipe names another.
fn calm(recipe: Recipe) -> Recipe {
    if recipe.model == "samplers" {
        return STEADY.into_iter().fold(recipe, |recipe, (knob, value)| recipe.with(knob, value));
    }
    if recipe.model != "gan" || recipe.knobs.contains_key("loss") {
        return recipe;
    }
    CALM.into_iter().fold(recipe, |recipe, (rate, value)| recipe.with(rate, value))
}

/// Trains on both and compares the metrics after every step. Returns the largest difference, as a share of the metric's size.
///
/// # Panics
/// When it is larger than 10⁻³.
pub async fn check_training(recipe: &Recipe, slow: Box<dyn Executor>, fast: Box<dyn Executor>) -> f64 {
    let open = async |device| Session::new(recipe.clone(), None, device).await.expect("the recipe is legal");
    let (mut slow, mut fast) = (open(slow).await, open(fast).await);
    let mut worst = 0.0f64;
    for step in 1..=STEPS {
        let expected = slow.step(1).await.expect("the reference trains");
        let found = fast.step(1).await.expect("the device trains");
        assert_eq!(expected.len(), found.len());
        for ((metric, expected), (_, found)) in expected.iter().zip(&found) {
            let share = (found - expected).abs() / expected.abs().max(FLOOR);
            assert!(share <= TOLERANCE, "{recipe:?}: at step {step}, {metric} is {found}, expected {expected}");
            worst = worst.max(share);
        }
    }
    worst
}

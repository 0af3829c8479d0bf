//! Prints the catalogue of models and data sets as JSON: what the page is built with.

fn main() -> Result<(), serde_json::Error> {
    serde_json::to_writer(std::io::stdout().lock(), &daydream_models::catalogue())
}

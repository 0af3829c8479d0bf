use daydream_models::*;
#[test]
fn look() {
    let recipe = Recipe::new("ff","strokes",1).with("images","600");
    let data = recipe.dataset().unwrap();
    let knobs = recipe.knobs().unwrap();
    let built = (recipe.spec().unwrap().build)(&Setup{data:&data,knobs:&knobs}).unwrap();
    println!("{}", built.module.program("train").unwrap());
}

//! What the machine for ratings shows.

use crate::data::ratings::STARS;
use crate::{Curve, Error, Floats, Group, Knobs, Palette, Part, Picture, Run, Words, said};

use super::PEOPLE;

/// Titles in a list of recommendations.
const LISTED: usize = 10;
/// Test people in the table.
const SHOWN: usize = 24;
/// Bins of the predicted stars.
const BINS: usize = 12;

pub(super) async fn view(run: &mut Run<'_>, id: &str, args: &Knobs) -> Result<Picture, Error> {
    match id {
        "yours" => yours(run, args).await,
        "table" => table(run).await,
        "similar" => similar(run, args).await,
        "calibration" => calibration(run).await,
        _ => unreachable!("the session asks for declared views only, and {id:?} is none of them"),
    }
}

/// What one person would give every title: `[I]`. `row`: `[2 I]`
async fn predict(run: &mut Run<'_>, row: &[f32]) -> Result<Vec<f32>, Error> {
    run.write("people", &row.repeat(PEOPLE));
    let mut stars = run.call_for("predict", 0, "stars").await?;
    stars.truncate(row.len() / 2);
    Ok(stars)
}

/// The visitor's own: the titles not rated that are predicted highest and lowest.
async fn yours(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let titles = run.data().shape.width;
    let row = args.drawn().map_or_else(|| vec![0.0; 2 * titles], <[f32]>::to_vec);
    let stars = predict(run, &row).await?;
    let mut unseen: Vec<usize> = (0..titles).filter(|&title| row[title] == 0.0).collect();
    unseen.sort_by(|&a, &b| stars[b].total_cmp(&stars[a]));
    let count = LISTED.min(unseen.len().div_ceil(2));
    let listed = |some: &[usize]| bars(run, some, some.iter().map(|&title| stars[title]).collect());
    if unseen.is_empty() {
        let all: Vec<usize> = (0..titles).collect();
        return Ok(listed(&all));
    }
    let low: Vec<usize> = unseen[unseen.len() - count..].to_vec();
    Ok(Picture::Group(Group {
        parts: vec![
            Part {
                en: "You would like".to_owned(), ko: "좋아하실 영화".to_owned(), picture: listed(&unseen[..count])
            },
            Part {
                en: "You would not like".to_owned(), ko: "좋아하지 않으실 영화".to_owned(), picture: listed(&low)
            },
        ],
    }))
}

fn bars(run: &Run<'_>, titles: &[usize], values: Vec<f32>) -> Picture {
    let names = titles.iter().map(|&title| name(run, title)).collect();
    Picture::Bars { label: said("expected stars", "예상 별점"), names, values: Floats(values), marked: None }
}

fn name(run: &Run<'_>, title: usize) -> Words {
    let ratings = run.data().ratings.as_ref();
    ratings.and_then(|ratings| ratings.titles.get(title).cloned()).unwrap_or_else(|| title.to_string().into())
}

/// Test people by titles: what is known, what was held back, and what the machine makes of the known.
async fn table(run: &mut Run<'_>) -> Result<Picture, Error> {
    let titles = run.data().shape.width;
    let test = &run.data().test;
    let count = run.write_rows("people", test, 0).min(SHOWN);
    let stars = run.call_for("predict", 0, "stars").await?;
    let rows: Vec<f32> = (0..count).flat_map(|person| test.row(person)).collect();
    let half = |which: usize| -> Vec<f32> {
        rows.chunks_exact(2 * titles).flat_map(|row| row[which * titles..][..titles].to_vec()).collect()
    };
    let known = half(0);
    let completed = known.iter().zip(&stars).map(|(&given, &made)| if given > 0.0 { given } else { made }).collect();
    let part = |en: &str, ko: &str, pixels: Vec<f32>| Part {
        en: en.to_owned(),
        ko: ko.to_owned(),
        picture: Picture::Images {
            columns: 1,
            height: count,
            width: titles,
            channels: 1,
            pixels: Floats(pixels),
            range: [0.0, STARS as f32],
            palette: Palette::Sequential,
            captions: vec![],
        },
    };
    Ok(Picture::Group(Group {
        parts: vec![
            part("Known ratings", "알려진 평점", known),
            part("The rest predicted", "나머지를 예측한 결과", completed),
            part("Held back from the machine", "모델에게 숨긴 평점", half(1)),
        ],
    }))
}

/// The titles whose stars pull at the hidden units most like those of a chosen one: cosines of what each star more means to them.
async fn similar(run: &mut Run<'_>, args: &Knobs) -> Result<Picture, Error> {
    let (titles, hidden) = (run.data().shape.width, run.knobs().whole("hidden"));
    let weights = run.read_param("weights").await?; // [I·K, H]
    let pull = |title: usize| -> Vec<f32> {
        let of = |star: usize| &weights[(title * STARS + star) * hidden..][..hidden];
        let middle = (STARS - 1) as f32 / 2.0;
        (0..hidden).map(|unit| (0..STARS).map(|star| (star as f32 - middle) * of(star)[unit]).sum()).collect()
    };
    let pulls: Vec<Vec<f32>> = (0..titles).map(pull).collect();
    let dot = |a: &[f32], b: &[f32]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f32>();
    let chosen = (args.whole("title") - 1).min(titles - 1);
    let cosine = |title: usize| {
        let sizes = dot(&pulls[title], &pulls[title]) * dot(&pulls[chosen], &pulls[chosen]);
        dot(&pulls[title], &pulls[chosen]) / sizes.sqrt().max(f32::MIN_POSITIVE)
    };
    let mut others: Vec<usize> = (0..titles).filter(|&title| title != chosen).collect();
    others.sort_by(|&a, &b| cosine(b).total_cmp(&cosine(a)));
    others.truncate(LISTED);
    let values = others.iter().map(|&title| cosine(title)).collect();
    let names = others.iter().map(|&title| name(run, title)).collect();
    let Words { en, ko } = name(run, chosen);
    let label = said("likeness, at most 1", "닮은 정도(최대 1)");
    let picture = Picture::Bars { label, names, values: Floats(values), marked: None };
    Ok(Picture::Group(Group { parts: vec![Part { en, ko, picture }] }))
}

/// What was given where so many stars were predicted, on ratings held back.
async fn calibration(run: &mut Run<'_>) -> Result<Picture, Error> {
    let titles = run.data().shape.width;
    let test = &run.data().test;
    let mut bins = vec![(0.0f32, 0.0f32, 0.0f32); BINS];
    for first in (0..test.len()).step_by(PEOPLE) {
        let count = run.write_rows("people", test, first);
        let stars = run.call_for("predict", 0, "stars").await?;
        for (person, predicted) in (first..first + count).zip(stars.chunks_exact(titles)) {
            let row = test.row(person);
            for (&given, &made) in row[titles..].iter().zip(predicted).filter(|(given, _)| **given > 0.0) {
                let share = (made - 1.0) / (STARS - 1) as f32;
                let bin = &mut bins[((share * BINS as f32) as usize).min(BINS - 1)];
                *bin = (bin.0 + made, bin.1 + given, bin.2 + 1.0);
            }
        }
    }
    let filled: Vec<_> = bins.into_iter().filter(|bin| bin.2 > 0.0).collect();
    let ends = [1.0, STARS as f32];
    let mut curves = vec![Curve {
        name: said("predictions that are right", "정확한 예측"),
        x: Floats(ends.to_vec()),
        y: Floats(ends.to_vec()),
        dots: false,
    }];
    if !filled.is_empty() {
        curves.push(Curve {
            name: said("given on average", "실제 평균 평점"),
            x: Floats(filled.iter().map(|bin| bin.0 / bin.2).collect()),
            y: Floats(filled.iter().map(|bin| bin.1 / bin.2).collect()),
            dots: true,
        });
    }
    Ok(Picture::Chart {
        x: said("predicted stars", "예측한 별점"),
        y: said("given stars", "실제 별점"),
        curves,
        mark: None,
    })
}

//! The parts of the algorithm: who is nearest to whom, what a pass over the data adds up, where to start.

use daydream_graph::{Function, Graph, Tensor, Update};

/// Rows drawn for each next centroid of k-means++, of which the best is taken.
const CANDIDATES: usize = 4;
/// Squared distances up to which rows count as the same.
const SAME: f32 = 1e-5;
/// Places that a centroid's path remembers: its first moves, and where it is now.
pub(super) const PATH: usize = 64;

/// `||y - w||²` of every centroid and row, which rounding may take a little below 0: `[B, D], [.., K, D] -> [.. K, B]`. Rows are the last
/// axis, for they are many: an executor works along it.
fn distances<'g>(y: Tensor<'g>, centroids: Tensor<'g>) -> Tensor<'g> {
    let width = y.extent(1);
    let flat = centroids.reshape([centroids.numel() / width, width]);
    flat.square().sum_keep(&[1]) - 2.0 * flat.dot(y.t()) + y.square().sum(&[1])
}

/// `F(y) = min_k ||y - w_k||²`, and the number `k`: `[B, D], [K, D] -> [B], [B]`
pub(in crate::zoo) fn nearest<'g>(y: Tensor<'g>, centroids: Tensor<'g>) -> (Tensor<'g>, Tensor<'g>) {
    let closeness = -distances(y, centroids);
    (-closeness.max(&[0]), closeness.argmax(0))
}

/// What the rows that are nearest to each centroid of R sets add up to.
pub(in crate::zoo) struct Assigned<'g> {
    /// `Σ y` over the rows of each centroid: `[R, K, D]`
    pub(in crate::zoo) sums: Tensor<'g>,
    /// How many they are: `[R, K]`
    pub(in crate::zoo) counts: Tensor<'g>,
    /// `Σ F(y)` over all rows: `[R]`
    pub(in crate::zoo) inertia: Tensor<'g>,
}

impl<'g> Assigned<'g> {
    /// Of the rows where `mask` is 1: `[B, D], [B], [R, K, D]`.
    pub(in crate::zoo) fn of(y: Tensor<'g>, mask: Tensor<'g>, centroids: Tensor<'g>) -> Assigned<'g> {
        let (rows, shape) = (y.extent(0), centroids.shape());
        let (starts, clusters) = (shape[0], shape[1]);
        let all = [starts, clusters, rows];
        let closeness = -distances(y, centroids).reshape(all);
        let nearest = closeness.argmax(1).unsqueeze(1).broadcast_to(all);
        let z = y.graph().iota(1, all).equal(nearest) * mask; // [R, K, B]
        let sums = z.reshape([starts * clusters, rows]).dot(y); // [R K, D]
        Assigned { sums: sums.reshape(shape), counts: z.sum(&[2]), inertia: -(closeness.max(&[1]) * mask).sum(&[1]) }
    }
}

/// R sets of centroids, and what is known of them.
#[derive(Clone, Copy)]
pub(super) struct Sets<'g> {
    /// `[R, K, D]`
    pub(super) centroids: Tensor<'g>,
    /// Rows that are nearest to each, so far in this pass: `[R, K]`
    counts: Tensor<'g>,
    /// The same over the last whole pass: `[R, K]`
    sizes: Tensor<'g>,
    /// `Σ F` of this pass so far: `[R]`
    total: Tensor<'g>,
    /// The mean of `F` over the last whole pass: `[R]`
    pub(super) inertia: Tensor<'g>,
    /// Where each centroid of the plane was first, after the first moves, and is now: `[R, K, PATH, 2]`
    pub(super) path: Option<Tensor<'g>>,
}

/// When what was added up is kept, from 1, to 0 for a new beginning.
#[derive(Clone, Copy)]
pub(super) struct Pass<'g> {
    /// Share of the sums and counts so far that is kept: `[]`
    pub(super) keep: Tensor<'g>,
    /// Share of the total of `F` that is kept: `[]`
    pub(super) keep_total: Tensor<'g>,
    /// Rows in the total after this step: `[]`
    pub(super) seen: Tensor<'g>,
    /// 1 in the last step of a pass, else 0: `[]`
    pub(super) ends: Tensor<'g>,
    /// Moves after this step that a path remembers: `[]`
    pub(super) moves: Tensor<'g>,
}

impl<'g> Sets<'g> {
    pub(super) fn declare(g: &'g Graph, name: &str, shape: [usize; 3], is_plane: bool) -> Sets<'g> {
        let [starts, clusters, _] = shape;
        let zeros = |id: &str, shape: &[usize]| g.param(&format!("{name}.{id}"), g.constant(0.0, shape));
        Sets {
            centroids: zeros("centroids", &shape),
            counts: zeros("counts", &[starts, clusters]),
            // Before a pass is over nobody knows that a cluster is empty.
            sizes: g.param(&format!("{name}.sizes"), g.constant(1.0, [starts, clusters])),
            total: zeros("total", &[starts]),
            inertia: zeros("inertia", &[starts]),
            path: is_plane.then(|| zeros("path", &[starts, clusters, PATH, 2])),
        }
    }

    /// Rows of each centroid in this pass: `[R, K]`
    pub(super) fn counted(&self, pass: &Pass<'g>, found: &Assigned<'g>) -> Tensor<'g> {
        pass.keep * self.counts + found.counts
    }

    /// The mean of `F` over the rows of this pass so far: `[R]`
    pub(super) fn mean_energy(&self, pass: &Pass<'g>, found: &Assigned<'g>) -> Tensor<'g> {
        (pass.keep_total * self.total + found.inertia) / pass.seen
    }

    /// The lowest of these: `[]`
    pub(super) fn lowest(&self, pass: &Pass<'g>, found: &Assigned<'g>) -> Tensor<'g> {
        -(-self.mean_energy(pass, found)).max(&[0])
    }

    /// The centroids move, and what was found is added up.
    pub(super) fn updates(&self, pass: &Pass<'g>, found: &Assigned<'g>, moved: Tensor<'g>) -> Vec<Update<'g>> {
        let (counts, mean) = (self.counted(pass, found), self.mean_energy(pass, found));
        let at_the_end = |now: Tensor<'g>, before: Tensor<'g>| pass.ends.broadcast_to(now.shape()).select(now, before);
        let mut updates = vec![
            (self.centroids, moved),
            (self.counts, counts),
            (self.sizes, at_the_end(counts, self.sizes)),
            (self.total, mean * pass.seen),
            (self.inertia, at_the_end(mean, self.inertia)),
        ];
        if let Some(path) = self.path {
            let last = pass.moves.minimum(path.graph().constant(PATH as f32 - 1.0, []));
            let is_past = path.graph().iota(2, path.shape()).less(last.broadcast_to(path.shape()));
            updates.push((path, is_past.select(path, moved.unsqueeze(2).broadcast_to(path.shape()))));
        }
        updates
    }

    /// Begins at these centroids: `[R, K, D]`.
    pub(super) fn start(&self, centroids: Tensor<'g>) -> Vec<Update<'g>> {
        let path = self.path.map(|path| (path, centroids.unsqueeze(2).broadcast_to(path.shape())));
        [(self.centroids, centroids)].into_iter().chain(path).collect()
    }

    /// The number of the set with the lowest inertia: `[1]`
    pub(super) fn best(&self) -> Tensor<'g> {
        (-self.inertia).argmax(0).reshape([1])
    }

    /// The part of a tensor `[R, ..]` that belongs to set `number`, `[1]`: `[..]`
    pub(super) fn part(of: Tensor<'g>, number: Tensor<'g>) -> Tensor<'g> {
        of.gather(number).reshape(&of.shape()[1..])
    }

    /// Rows of each centroid of set `number`: `[K]`
    pub(super) fn sizes_of(&self, number: Tensor<'g>) -> Tensor<'g> {
        Sets::part(self.sizes, number)
    }

    /// Centroids of the best set that no row was nearest to: `[]`
    pub(super) fn empty(&self) -> Tensor<'g> {
        let sizes = self.sizes_of(self.best());
        sizes.less(sizes.constant_like(0.5)).sum_all()
    }
}

/// The program `{name}.choose` takes one row of the batch `y`, `[B, D]`, for centroid number `{name}.number` of each of R sets, `[R, K, D]`.
///
/// Where `{name}.spread` is 1, by k-means++ (Arthur & Vassilvitskii 2007): with probability in proportion to the squared distance from
/// the centroids so far, and the best of a few such draws, that of the lowest inertia (Celebi et al. 2013, as in scikit-learn). Where
/// it is 0, any row that is not taken yet. Call it for one centroid after another, the first after `init`.
pub(in crate::zoo) fn choosing<'g>(g: &'g Graph, name: &str, y: Tensor<'g>, centroids: Tensor<'g>) -> Function {
    let (rows, shape) = (y.extent(0), centroids.shape());
    let (starts, width) = (shape[0], shape[2]);
    let [number, spread] = ["number", "spread"].map(|id| g.input(&format!("{name}.{id}"), []));
    let closest = g.param(&format!("{name}.closest"), g.constant(1.0, [starts, rows]));

    let is_free = 1.0 - closest.less(closest.constant_like(SAME));
    let weights = spread.broadcast_to(closest.shape()).select(closest, is_free);
    let logits = (weights + 1e-30).log().reshape([starts, 1, rows]).broadcast_to([starts, CANDIDATES, rows]);
    let candidates = y.gather(logits.categorical()); // [R, C, D]
    let away = distances(y, candidates).relu().reshape([starts, CANDIDATES, rows]);
    let closer = away.minimum(closest.unsqueeze(1)); // [R, C, B]
    let first = g.constant(0.0, [starts]);
    let best = spread.broadcast_to([starts]).select((-closer.sum(&[2])).argmax(1), first);
    let hot = best.one_hot(CANDIDATES).unsqueeze(2); // [R, C, 1]
    let chosen = (hot * candidates).sum_keep(&[1]).reshape([starts, 1, width]);
    let is_here = g.iota(1, shape.clone()).equal(number.broadcast_to(shape.clone()));
    Function::new(&format!("{name}.choose"))
        .update(centroids, is_here.select(chosen.broadcast_to(shape), centroids))
        .update(closest, (hot * closer).sum(&[1]))
}

//! The pseudo-likelihood of binary rows: how well each pixel is foretold by all the others (Besag 1975).

use daydream_graph::{Graph, Tensor};

use crate::zoo::rbm::Machine;

/// At most this many pixels of a row are looked at.
const MAX_SITES: usize = 16;

/// `Σ_i log p(v_i | v without i)` of each binary row, in nats: `[B, D] -> [B]`.
///
/// As `p(v_i | ..) = σ(F(v with i flipped) - F(v))`, each term needs one free energy. Where there are more than 16 pixels the row is
/// cut into 16 equal stretches, one pixel is drawn from each, at the same random place in all, and their mean stands for all
/// pixels: an estimate without bias.
pub fn pseudo_likelihood<'g>(g: &'g Graph, machine: &Machine<'g>, v: Tensor<'g>) -> Tensor<'g> {
    let (rows, pixels, hidden) = (v.extent(0), machine.b.extent(0), machine.c.extent(0));
    let sites = pixels.min(MAX_SITES);
    let stretch = pixels as f32 / sites as f32;
    let shape = [rows, sites];
    let place = if sites == pixels { g.constant(0.5, [rows, 1]) } else { g.uniform([rows, 1]) };
    let site = (stretch * (g.iota(1, shape) + place)).floor().minimum(g.constant(pixels as f32 - 1.0, shape)); // [B, S]

    let flat = v.reshape([rows * pixels]);
    let sign = 1.0 - 2.0 * flat.gather(g.iota(0, shape) * pixels as f32 + site); // what a flip adds: [B, S]
    let received = machine.hidden_input(v).reshape([rows, 1, hidden]);
    let change = sign.reshape([rows, sites, 1]) * machine.w.gather(site); // [B, S, H]
    let hidden_part = ((received + change).softplus() - received.softplus()).sum(&[2]);
    let energy_gap = -(sign * machine.b.gather(site)) - hidden_part; // F(flipped) - F(v): [B, S]
    stretch * energy_gap.log_sigmoid().sum(&[1])
}

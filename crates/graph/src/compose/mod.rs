//! Composed functions, each with its formula. They cost nothing that their parts would not: fusion sees only the parts.

mod activation;
mod distribution;
mod reduction;

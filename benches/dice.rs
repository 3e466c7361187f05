//! Chance that falls the same way in every run.

/// A small generator (splitmix64): the same seed, the same numbers, on every machine.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64, n: usize) -> Self {
        Self(seed ^ (n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }

    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// In [0, 1).
    pub fn unit(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// In 0..below.
    pub fn below(&mut self, below: usize) -> usize {
        (self.unit() * below as f64) as usize
    }

    pub fn pick<'a>(&mut self, items: &[&'a str]) -> &'a str {
        items.get(self.below(items.len())).copied().unwrap_or_default()
    }

    /// A count whose logarithm is normal, between 1 and `most`.
    pub fn lognormal(&mut self, mu: f64, sigma: f64, most: usize) -> usize {
        let (one, other) = (1.0 - self.unit(), self.unit());
        let normal = (-2.0 * one.ln()).sqrt() * (std::f64::consts::TAU * other).cos();
        ((mu + sigma * normal).exp().round() as usize).clamp(1, most)
    }
}

/// Ranks of which the first are far more frequent than the last.
pub struct Zipf(Vec<f64>);

impl Zipf {
    pub fn new(count: usize, exponent: f64) -> Self {
        let mut sum = 0.0;
        Self(
            (1..=count)
                .map(|rank| {
                    sum += (rank as f64).powf(-exponent);
                    sum
                })
                .collect(),
        )
    }

    pub fn draw(&self, dice: &mut Dice) -> usize {
        let point = dice.unit() * self.0.last().copied().unwrap_or_default();
        self.0.partition_point(|sum| *sum <= point)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_ranks_are_the_frequent_ones_and_chance_repeats() {
        let zipf = Zipf::new(60, 0.9);
        let draws = |seed| {
            let mut dice = Dice::new(seed, 1);
            (0..1_000).map(|_| zipf.draw(&mut dice)).collect::<Vec<_>>()
        };
        let ranks = draws(7);
        assert!(ranks.iter().all(|rank| *rank < 60));
        assert!(ranks.iter().filter(|rank| **rank == 0).count() > 5 * ranks.iter().filter(|rank| **rank == 40).count());
        assert_eq!(ranks, draws(7));
        assert_ne!(ranks, draws(8));
    }

    #[test]
    fn counts_are_about_their_median() {
        let mut dice = Dice::new(7, 2);
        let mut counts: Vec<usize> = (0..1_001).map(|_| dice.lognormal(40_f64.ln(), 0.8, 400)).collect();
        counts.sort_unstable();
        assert!((34..=46).contains(&counts[500]), "{}", counts[500]);
    }
}

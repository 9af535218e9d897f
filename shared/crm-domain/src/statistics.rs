//! What differences between two groups say: confidence intervals at 95 %.
//!
//! Of proportions, Newcombe's hybrid score interval (R. G. Newcombe, Interval estimation for the difference between
//! independent proportions: comparison of eleven methods, Statistics in Medicine 17, 1998, method 10). Of means, Welch's
//! interval (B. L. Welch, The generalization of "Student's" problem when several different population variances are
//! involved, Biometrika 34, 1947). These are estimates, so they are floating-point numbers; what they are made of is exact.

use std::f64::consts::FRAC_PI_2;

/// The quantile of the normal distribution that leaves 2.5 % above it.
const Z: f64 = 1.959_963_984_540_054;
/// What an interval at 95 % leaves outside.
const OUTSIDE: f64 = 0.05;

/// A difference, and between which bounds it lies with a confidence of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Difference {
    pub value: f64,
    pub low: f64,
    pub high: f64,
}

/// Amounts of which one belongs to each of `count` people: their sum and the sum of their squares, both exact.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Amounts {
    pub count: u64,
    pub sum: i64,
    pub squares: u128,
}

/// How much larger a proportion is than another: each is a number of successes, and of how many. `None` when one of them
/// is of nothing.
#[must_use]
pub fn difference_of_proportions(one: (u64, u64), other: (u64, u64)) -> Option<Difference> {
    if one.1 == 0 || other.1 == 0 {
        return None;
    }
    let share = |(successes, of): (u64, u64)| successes as f64 / of as f64;
    let (p, q) = (share(one), share(other));
    let ((p_low, p_high), (q_low, q_high)) = (wilson(one), wilson(other));
    let value = p - q;
    let low = value - (p - p_low).hypot(q_high - q);
    let high = value + (p_high - p).hypot(q - q_low);
    Some(Difference { value, low, high })
}

/// Wilson's score interval of one proportion (E. B. Wilson, Journal of the American Statistical Association 22, 1927).
fn wilson((successes, of): (u64, u64)) -> (f64, f64) {
    let (n, p) = (of as f64, successes as f64 / of as f64);
    let middle = 2.0f64.mul_add(n * p, Z * Z);
    let reach = Z * Z.mul_add(Z, 4.0 * n * p * (1.0 - p)).sqrt();
    let whole = 2.0 * Z.mul_add(Z, n);
    ((middle - reach) / whole, (middle + reach) / whole)
}

/// How much larger the mean of some amounts is than that of others. `None` when one of them is of fewer than two people, or
/// nobody differs from anybody: nothing is known of the spread then.
#[must_use]
pub fn difference_of_means(one: &Amounts, other: &Amounts) -> Option<Difference> {
    let (first, second) = (one.error()?, other.error()?);
    let error = first + second;
    if error <= 0.0 {
        return None;
    }
    // Degrees of freedom by Welch and Satterthwaite.
    let share = |part: f64, count: u64| part * part / (count - 1) as f64;
    let freedom = error * error / (share(first, one.count) + share(second, other.count));
    let value = one.mean() - other.mean();
    let reach = student(freedom) * error.sqrt();
    Some(Difference { value, low: value - reach, high: value + reach })
}

impl Amounts {
    fn mean(&self) -> f64 {
        self.sum as f64 / self.count as f64
    }

    /// The variance of the mean.
    fn error(&self) -> Option<f64> {
        if self.count < 2 {
            return None;
        }
        let count = u128::from(self.count);
        let sum = u128::from(self.sum.unsigned_abs());
        // Exact as long as it fits, since the two are close to each other where the spread is small.
        let spread = match count.checked_mul(self.squares).zip(sum.checked_mul(sum)) {
            Some((whole, square)) => whole.saturating_sub(square) as f64,
            None => (count as f64).mul_add(self.squares as f64, -(sum as f64) * (sum as f64)).max(0.0),
        };
        let n = self.count as f64;
        Some(spread / (n * (n - 1.0)) / n)
    }
}

/// The quantile of Student's distribution that leaves 2.5 % above it, by G. W. Hill, Algorithm 396: Student's t-quantiles,
/// Communications of the ACM 13, 1970. It is good to five digits and more from three degrees of freedom on.
#[allow(clippy::many_single_char_names, reason = "they are named as in the paper, so that the two can be compared")]
fn student(freedom: f64) -> f64 {
    let n = freedom.max(1.0);
    if n < 1.000_001 {
        return 1.0 / (OUTSIDE * FRAC_PI_2).tan();
    }
    if (n - 2.0).abs() < 1e-9 {
        return (2.0 / (OUTSIDE * (2.0 - OUTSIDE)) - 2.0).sqrt();
    }
    let a = 1.0 / (n - 0.5);
    let b = 48.0 / (a * a);
    let mut c = ((20_700.0 * a / b - 98.0) * a - 16.0) * a + 96.36;
    let d = ((94.5 / (b + c) - 3.0) / b + 1.0) * (a * FRAC_PI_2).sqrt() * n;
    let mut y = (d * OUTSIDE).powf(2.0 / n);
    if y > 0.05 + a {
        let x = -Z;
        y = x * x;
        if n < 5.0 {
            c += 0.3 * (n - 4.5) * (x + 0.6);
        }
        c += (((0.05 * d * x - 5.0) * x - 7.0) * x - 2.0) * x + b;
        y = (((((0.4 * y + 6.3) * y + 36.0) * y + 94.5) / c - y - 3.0) / b + 1.0) * x;
        y = a * y * y;
        y = if y > 0.002 { y.exp_m1() } else { (0.5 * y).mul_add(y, y) };
    } else {
        let tail = ((n + 6.0) / (n * y) - 0.089 * d - 0.822) * (n + 2.0) * 3.0;
        y = ((1.0 / tail + 0.5 / (n + 4.0)) * y - 1.0) * (n + 1.0) / (n + 2.0) + 1.0 / y;
    }
    (n * y).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(seen: f64, expected: f64, within: f64) {
        assert!((seen - expected).abs() <= within, "{seen} is not {expected}");
    }

    /// Newcombe 1998, table II, method 10.
    #[test]
    fn differences_of_proportions_are_those_of_the_paper() {
        for (one, other, low, high) in [
            ((56, 70), (48, 80), 0.0524, 0.3339),
            ((9, 10), (3, 10), 0.1705, 0.8090),
            ((6, 7), (2, 7), 0.0582, 0.8062),
            ((5, 56), (0, 29), -0.0381, 0.1926),
            ((0, 10), (0, 20), -0.1611, 0.2775),
            ((0, 10), (0, 10), -0.2775, 0.2775),
            ((10, 10), (0, 20), 0.6791, 1.0000),
            ((10, 10), (0, 10), 0.6075, 1.0000),
        ] {
            let difference = difference_of_proportions(one, other).unwrap();
            close(difference.low, low, 0.000_05);
            close(difference.high, high, 0.000_05);
        }
        assert_eq!(difference_of_proportions((0, 0), (1, 2)), None);
        assert_eq!(difference_of_proportions((1, 2), (0, 0)), None);
    }

    #[test]
    fn quantiles_are_those_of_the_tables() {
        for (freedom, quantile) in [
            (1.0, 12.706_2),
            (2.0, 4.302_65),
            (3.0, 3.182_45),
            (4.0, 2.776_45),
            (5.0, 2.570_58),
            (10.0, 2.228_14),
            (30.0, 2.042_27),
            (120.0, 1.979_93),
            (1e9, 1.959_964),
        ] {
            close(student(freedom), quantile, 0.000_06);
        }
    }

    fn amounts(tenths: &[i64]) -> Amounts {
        Amounts {
            count: tenths.len() as u64,
            sum: tenths.iter().sum(),
            squares: tenths.iter().map(|amount| u128::from(amount.unsigned_abs()).pow(2)).sum(),
        }
    }

    /// Student's data on sleep (Biometrika 6, 1908), in tenths of hours, as R's documentation of `t.test` works it out:
    /// t = -1.8608, df = 17.776, from -3.3654832 to 0.2054832.
    #[test]
    fn differences_of_means_are_those_of_a_worked_example() {
        let first = amounts(&[7, -16, -2, -12, -1, 34, 37, 8, 0, 20]);
        let second = amounts(&[19, 8, 11, 1, -1, 44, 55, 16, 46, 34]);
        let difference = difference_of_means(&first, &second).unwrap();
        close(difference.value, -15.8, 1e-9);
        close(difference.low, -33.654_832, 0.000_1);
        close(difference.high, 2.054_832, 0.000_1);
    }

    #[test]
    fn nothing_is_said_of_too_few_or_of_all_the_same() {
        assert_eq!(difference_of_means(&amounts(&[1]), &amounts(&[1, 2])), None);
        assert_eq!(difference_of_means(&amounts(&[]), &amounts(&[1, 2])), None);
        assert_eq!(difference_of_means(&amounts(&[5, 5]), &amounts(&[3, 3])), None);
        assert!(difference_of_means(&amounts(&[5, 5]), &amounts(&[3, 4])).is_some());
        // Amounts so large that their squares do not fit the exact way.
        let large = Amounts { count: 1_000_000, sum: i64::MAX, squares: u128::MAX / 2 };
        assert!(difference_of_means(&large, &large).is_some_and(|difference| difference.low < 0.0 && difference.high > 0.0));
    }
}

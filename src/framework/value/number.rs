//! Exact decimal numbers of any size.
//!
//! Terraform's numbers are wider than `f64` and `i64`; a detour through either one changes them and leads to plans that
//! never become empty (TPP §6.2, §6.6). A number is kept here in one canonical decimal form, so that equality is
//! numeric equality.

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

/// The largest power of ten that is accepted, in either direction: far beyond what Terraform's own
/// 512-bit arithmetic distinguishes, small enough to print.
const MAX_EXPONENT: i64 = 4_000;

/// The most significant digits that are accepted.
const MAX_DIGITS: usize = 4_000;

/// An exact decimal number: `digits × 10^exponent`, without leading or trailing zeros in `digits`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Number {
    negative: bool,
    digits: String,
    exponent: i64,
}

/// A text is not a decimal number within the accepted range.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a decimal number of a size that can be handled")]
pub struct ParseNumberError;

impl Number {
    /// Returns the number as a signed 64-bit integer, if it is a whole number in that range.
    pub fn to_i64(&self) -> Option<i64> {
        self.to_integer_text()?.parse().ok()
    }

    /// Returns the number as an unsigned 64-bit integer, if it is a whole number in that range.
    pub fn to_u64(&self) -> Option<u64> {
        self.to_integer_text()?.parse().ok()
    }

    /// Converts a floating point number by its shortest decimal text, as Terraform compares them.
    pub fn from_f64(value: f64) -> Option<Self> {
        value
            .is_finite()
            .then(|| format!("{value:e}"))?
            .parse()
            .ok()
    }

    fn to_integer_text(&self) -> Option<String> {
        // 20 digits hold every 64-bit integer; longer texts need not be built.
        (self.exponent >= 0 && self.magnitude() <= 20).then(|| self.to_string())
    }

    fn canonical(negative: bool, digits: &str, exponent: i64) -> Result<Self, ParseNumberError> {
        let significant = digits.trim_start_matches('0');
        let trimmed = significant.trim_end_matches('0');
        if trimmed.is_empty() {
            return Ok(Self {
                negative: false,
                digits: "0".to_owned(),
                exponent: 0,
            });
        }
        let exponent = exponent + count(significant.len() - trimmed.len());
        if trimmed.len() > MAX_DIGITS || exponent.abs() > MAX_EXPONENT {
            return Err(ParseNumberError);
        }
        Ok(Self {
            negative,
            digits: trimmed.to_owned(),
            exponent,
        })
    }

    /// The power of ten of the first digit, which orders numbers of one sign.
    fn magnitude(&self) -> i64 {
        count(self.digits.len()) + self.exponent
    }

    fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    fn compare_absolute(&self, other: &Self) -> Ordering {
        // Without leading zeros and with equal magnitude, digit texts compare like fractions.
        match (self.is_zero(), other.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => self
                .magnitude()
                .cmp(&other.magnitude())
                .then_with(|| self.digits.cmp(&other.digits)),
        }
    }
}

fn count(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

impl FromStr for Number {
    type Err = ParseNumberError;

    /// Reads `-12`, `0.1`, `2.5e-3` and the like; no blanks, no hexadecimal, no infinity.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (negative, unsigned) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => (
                mantissa,
                exponent
                    .parse::<i32>()
                    .map_err(|_not_a_number| ParseNumberError)?,
            ),
            None => (unsigned, 0),
        };
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits = format!("{whole}{fraction}");
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseNumberError);
        }
        Self::canonical(
            negative,
            &digits,
            i64::from(exponent) - count(fraction.len()),
        )
    }
}

impl fmt::Display for Number {
    /// Writes plain decimal digits, without an exponent.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.negative {
            f.write_str("-")?;
        }
        if self.exponent >= 0 {
            let zeros = usize::try_from(self.exponent).unwrap_or_default();
            return write!(f, "{}{:0<zeros$}", self.digits, "");
        }
        let fraction_digits = usize::try_from(-self.exponent).unwrap_or_default();
        match self.digits.len().checked_sub(fraction_digits) {
            Some(split) if split > 0 => {
                let (whole, fraction) = self.digits.split_at(split);
                write!(f, "{whole}.{fraction}")
            }
            _ => write!(f, "0.{:0>fraction_digits$}", self.digits),
        }
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self.negative, other.negative) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_absolute(other),
            (true, true) => other.compare_absolute(self),
        }
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

macro_rules! from_integer {
    ($($integer:ty),*) => {$(
        impl From<$integer> for Number {
            fn from(value: $integer) -> Self {
                let negative = value.to_string().starts_with('-');
                let digits = value.to_string();
                let digits = digits.trim_start_matches('-');
                // An integer of 64 bits is always within the accepted range.
                Self::canonical(negative, digits, 0)
                    .unwrap_or_else(|_out_of_range| Self { negative: false, digits: "0".to_owned(), exponent: 0 })
            }
        }
    )*};
}
from_integer!(i64, u64, i32, u32);

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, printed: &str) {
        assert_eq!(
            text.parse::<Number>().unwrap().to_string(),
            printed,
            "from {text}"
        );
    }

    #[test]
    fn every_spelling_prints_as_plain_digits() {
        check("0", "0");
        check("-0.000", "0");
        check("007", "7");
        check("80", "80");
        check("0.1", "0.1");
        check("2.50", "2.5");
        check("1e3", "1000");
        check("-2.5e-3", "-0.0025");
        check("12345678901234567890123", "12345678901234567890123");
        check("123.456", "123.456");
    }

    #[test]
    fn what_is_not_a_number_is_refused() {
        for text in [
            "", "-", ".", "e5", "1e", "0x10", " 1", "1 ", "inf", "NaN", "1_000", "1e99999", "--1",
        ] {
            assert!(text.parse::<Number>().is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn integers_convert_at_their_limits_only() {
        assert_eq!(Number::from(i64::MIN).to_i64(), Some(i64::MIN));
        assert_eq!(Number::from(u64::MAX).to_u64(), Some(u64::MAX));
        assert_eq!(Number::from(u64::MAX).to_i64(), None);
        assert_eq!("0.5".parse::<Number>().unwrap().to_i64(), None);
        assert_eq!(
            "1e19".parse::<Number>().unwrap().to_u64(),
            Some(10_000_000_000_000_000_000)
        );
        assert_eq!("-1".parse::<Number>().unwrap().to_u64(), None);
    }

    #[test]
    fn order_is_numeric() {
        let sorted = [
            "-100", "-2.5", "-0.1", "0", "0.09", "0.1", "2", "10", "1e2", "100.5",
        ];
        for pair in sorted.windows(2) {
            let (low, high): (Number, Number) =
                (pair[0].parse().unwrap(), pair[1].parse().unwrap());
            assert!(low < high, "{low} < {high}");
        }
    }

    #[test]
    fn floats_become_their_shortest_text() {
        assert_eq!(Number::from_f64(0.1).unwrap().to_string(), "0.1");
        assert_eq!(
            Number::from_f64(-2.5e10).unwrap().to_string(),
            "-25000000000"
        );
        assert!(Number::from_f64(f64::INFINITY).is_none());
    }
}

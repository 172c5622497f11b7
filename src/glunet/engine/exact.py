"""Arithmetic of the slow clock that gives the same bits in every program.

Zero dose is exactly no drug, and a condition at level zero exactly none: two programs with different text have to agree
to the last digit on all that they share. Sums, products, quotients and roots are rounded in one way only, whether a
compiler puts them into vectors or not, as long as it may neither regroup nor fuse them. What would differ is a library's
exponential and logarithm, which have other last digits in vectors; so these two, and powers, are written out in sums and
products here. They are as fast as the library's, and good to 0.7 and 1.5 units of the last digit.
"""

from __future__ import annotations

import re

from glunet.engine.generated import replace

# what changes no bit: nobody reads errno or the processor's exception flags
FLAGS = ("-O3", "-fno-math-errno", "-fno-trapping-math", "-ffp-contract=off")

FUNCTIONS = """
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

namespace exact {

static inline double from_bits(const uint64_t bits) { double x; std::memcpy(&x, &bits, sizeof x); return x; }
static inline uint64_t to_bits(const double x) { uint64_t bits; std::memcpy(&bits, &x, sizeof bits); return bits; }

// log(2) in two parts: the upper one, times any exponent, is a double without rounding
static const double log_2_high = 6.93147180369123816490e-01, log_2_low = 1.90821492927058770002e-10;

// exp(x) = 2^k exp(r), |r| <= log(2)/2, by Taylor's series to the 13th order, which is exact to 4e-18
static inline double exp(const double x)
{
    // beyond this, 2^k is no normal number
    const double lowest = -708.0, highest = 709.0;
    const double above = x < lowest ? lowest : x, within = above > highest ? highest : above;
    // adding 1.5*2^52 leaves the nearest integer in the lowest bits
    const double integer_bits = 6755399441055744.0;
    const double shifted = within*1.4426950408889634 + integer_bits, k = shifted - integer_bits;
    const double r = (within - k*log_2_high) - k*log_2_low;
    double sum = 1.0/6227020800.0;
    sum = sum*r + 1.0/479001600.0;
    sum = sum*r + 1.0/39916800.0;
    sum = sum*r + 1.0/3628800.0;
    sum = sum*r + 1.0/362880.0;
    sum = sum*r + 1.0/40320.0;
    sum = sum*r + 1.0/5040.0;
    sum = sum*r + 1.0/720.0;
    sum = sum*r + 1.0/120.0;
    sum = sum*r + 1.0/24.0;
    sum = sum*r + 1.0/6.0;
    sum = sum*r + 0.5;
    const double found = (1.0 + (r + r*r*sum))*from_bits((to_bits(shifted) + 1023) << 52);
    const double bounded = x > highest ? std::numeric_limits<double>::infinity() : found;
    return x < lowest ? 0.0 : bounded;
}

// log(x) = k log(2) + log(m), m between the roots of 1/2 and 2; log(m) = 2 artanh(s), by its series to s^23
static inline double log(const double x)
{
    const double infinite = std::numeric_limits<double>::infinity(), smallest = std::numeric_limits<double>::min();
    const uint64_t bits = to_bits(x), from_root_of_half = bits - 0x3fe6a09e667f3bcdULL;
    const double m = from_bits(bits - (from_root_of_half & 0xfff0000000000000ULL));
    // k + 2048 in the lowest bits of 2^52
    const double k = from_bits((((from_root_of_half >> 52) + 2048) & 4095) | 0x4330000000000000ULL) - 4503599627372544.0;
    const double s = (m - 1.0)/(m + 1.0), square = s*s;
    double sum = 1.0/23.0;
    sum = sum*square + 1.0/21.0;
    sum = sum*square + 1.0/19.0;
    sum = sum*square + 1.0/17.0;
    sum = sum*square + 1.0/15.0;
    sum = sum*square + 1.0/13.0;
    sum = sum*square + 1.0/11.0;
    sum = sum*square + 1.0/9.0;
    sum = sum*square + 1.0/7.0;
    sum = sum*square + 1.0/5.0;
    sum = sum*square + 1.0/3.0;
    const double found = k*log_2_high + (2.0*s + (2.0*s*(square*sum) + k*log_2_low));
    const double finite = x < smallest ? -infinite : found;
    const double bounded = x == infinite ? x : finite;
    return x < 0.0 || x != x ? std::numeric_limits<double>::quiet_NaN() : bounded;
}

static inline double pow(const double x, const double y) { return exp(y*log(x)); }

static inline double pow(const double x, const int n)
{
    const int factors = n < 0 ? -n : n;
    double power = 1.0;
    for (int i = 0; i < factors; i++) power *= x;
    return n < 0 ? 1.0/power : power;
}

}
"""


def operation(text: str) -> str:
    """One generated operation on cells with the functions above, and its cells in vectors.

    A cell touches what is its own and no other's, which a compiler cannot find out about two hundred arrays.

    Raises
    ------
    GlunetError
        Another brian2 writes it differently.
    """
    text = re.sub(r"(?<![\w:.])(exp|log)\(", r"exact::\1(", text)
    text = replace(r"(#define _brian_pow\(x, y\)) \(pow\(\(x\), \(y\)\)\)", r"\1 (exact::pow((x), (y)))", text, 1)
    return replace(r"^( *)(for\(int _idx=0; _idx<_N; _idx\+\+\))", r"\1#pragma GCC ivdep\n\1\2", text, 1)

/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * Integers for algorithms: there is no floating point in the kernel, and no 128-bit product in BPF.
 *
 * BPF divides unsigned numbers (signed since 6.6, with -mcpu=v4), and a division by zero gives zero instead of a trap.
 */
#ifndef CCDK_MATH_H
#define CCDK_MATH_H

#include "bpf.h"

/* With a type of their own, where the two sides differ in theirs. */
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))

#define clamp(value, low, high) min(max(value, low), high)
#define clamp_t(type, value, low, high) clamp((type)(value), (type)(low), (type)(high))

#define ARRAY_SIZE(array) (sizeof(array) / sizeof((array)[0]))

static __always_inline u64 div64(u64 n, u64 by)
{
	return n / by;
}

/* Rounded up. */
static __always_inline u64 div64_up(u64 n, u64 by)
{
	return by ? (n + by - 1) / by : 0;
}

/* Rounded to the nearest. */
static __always_inline u64 div64_round(u64 n, u64 by)
{
	return (n + by / 2) / by;
}

/* n * num / den where the product may need more than 64 bits: the whole parts of den are multiplied apart. It holds as
 * long as num * den fits into 64 bits and the result does. */
static __always_inline u64 mul_div64(u64 n, u64 num, u64 den)
{
	return n / den * num + n % den * num / den;
}

/* The number of bits that n takes: 0 for 0, 1 for 1, 2 for 2 and 3. (__builtin_clzll crashes clang 14.) */
static __always_inline u32 bit_length(u64 n)
{
	u32 bits = 0;

	if (n >> 32) {
		bits += 32;
		n >>= 32;
	}
	if (n >> 16) {
		bits += 16;
		n >>= 16;
	}
	if (n >> 8) {
		bits += 8;
		n >>= 8;
	}
	if (n >> 4) {
		bits += 4;
		n >>= 4;
	}
	if (n >> 2) {
		bits += 2;
		n >>= 2;
	}
	return bits + (n >> 1 ? 2 : n);
}

/*
 * The cube root, rounded down, by Newton's iteration x <- (2x + n / x^2) / 3.
 *
 * It begins at a power of two that is not below the root and at most four times of it. From above, the iteration falls
 * monotonically until it meets the integer root, and each step then squares the relative error, so the bound of the
 * loop is never reached: it is there for the verifier.
 */
static __noinline __unused u32 cube_root(u64 n)
{
	u64 x, next;
	int i;

	if (!n)
		return 0;
	x = 1ULL << ((bit_length(n) + 2) / 3);
	for (i = 0; i < 12; i++) {
		next = (2 * x + n / (x * x)) / 3;
		if (next >= x)
			break;
		x = next;
	}
	return x;
}

/* The square root, rounded down, in the same way. */
static __noinline __unused u32 square_root(u64 n)
{
	u64 x, next;
	int i;

	if (!n)
		return 0;
	/* Of the largest numbers the root still has 32 bits. */
	x = min(1ULL << ((bit_length(n) + 1) / 2), 0xffffffffULL);
	for (i = 0; i < 12; i++) {
		next = (x + n / x) / 2;
		if (next >= x)
			break;
		x = next;
	}
	return x;
}

#endif

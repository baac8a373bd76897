// Made by scripts/embed-runtime.mjs from the .mochi files beside it; `npm run build` renews it.
// biome-ignore format: generated
export const RUNTIME_SOURCES: Readonly<Record<string, string>> = {
  'bigint.mochi': `// Integers of any size, in cells. An integer of 64 bits is an int (cell.mochi); all others are BIGINT objects, so every integer
// has one representation only. Except in programs that need them (\`big_ints()\`), no cell holds a BIGINT.
//
//     BIGINT   +4 number of limbs, negative for a negative number   +8 the magnitude (magnitude.mochi), its highest limb not 0

let BIG_BYTES = 8
// No integer has more limbs than these (1 GB).
let MOST_LIMBS = 0x10000000

// ---- objects

/// A new BIGINT with room for n limbs, whose count is not set yet. The upper limbs may be 0 until \`big_trim\`.
fun big_new(n: i32): ref {
  if gt_u(n, MOST_LIMBS) { fail("out of memory") }
  return alloc_any(BIG_BYTES + shl(n, 2), KIND_BIGINT)
}

/// The integer in a new BIGINT whose first n limbs are written: an int when 64 bits hold it.
fun big_trim(x: ref, n: i32, negative: bool): cell {
  let k = mag_size(x + BIG_BYTES, n)
  if k <= 2 {
    var u: i64 = 0
    if k > 0 { u = load32u_64(x, 8) }
    if k > 1 { u = or(u, shl(load32u_64(x, 12), 32)) }
    keep(x)
    if u >= 0 { return cell_of_i64(if negative { 0 - u } else { u }) }
    if negative && u == MIN_INT { return cell_of_i64(u) }
  }
  store32(x, 4, if negative { 0 - k } else { k })
  return cell(x)
}

/// inline
fun cell_is_big(c: cell): bool {
  return cell_has_kind(c, KIND_BIGINT)
}

/// inline
fun big_limbs(x: ref): i32 {
  let n = load32(x, 4)
  return if n < 0 { 0 - n } else { n }
}

/// inline
fun big_is_negative(x: ref): bool {
  return load32(x, 4) < 0
}

/// An integer (or bool) as a BIGINT. Small ones are written into static memory: one for each \`place\`, 0 or 1.
fun big_operand(c: cell, place: i32): ref {
  if cell_is_big(c) { return ref(c) }
  let v = cell_whole(c)
  let x = ref(static_area("big operands", 32) + shl(place, 4))
  let u = if v < 0 { 0 - v } else { v }
  let n = i32(u != 0) + i32(shr_u(u, 32) != 0)
  store32(x, 0, KIND_BIGINT)
  store32(x, 4, if v < 0 { 0 - n } else { n })
  store64(x, 8, u)
  return x
}

/// Memory for n limbs, until the next allocation of that kind when they are few.
fun big_scratch(n: i32): ref {
  if n <= 64 { return ref(static_area("big scratch", 264)) }
  let t = alloc_any(8 + shl(n, 2), KIND_RAWS)
  store32(t, 4, shl(n, 2))
  return t
}

// ---- sums

/// a + b for two integers.
/// inline
fun big_add(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) + cell_small_int(b)) }
  return big_sum(a, b, false)
}

/// a - b for two integers.
/// inline
fun big_sub(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) - cell_small_int(b)) }
  return big_sum(a, b, true)
}

/// -a for an integer.
fun big_neg(a: cell): cell {
  return big_sub(cell_of_i64(0), a)
}

/// The absolute value of an integer.
fun big_abs(a: cell): cell {
  return if big_sign(a) < 0 { big_neg(a) } else { a }
}

/// a + b, or a - b.
/// noinline
fun big_sum(a: cell, b: cell, minus: bool): cell {
  if !cell_is_big(a) && !cell_is_big(b) {
    let x = cell_whole(a)
    let y = cell_whole(b)
    let r = if minus { x - y } else { x + y }
    // The signs tell whether 64 bits were enough.
    if and(if minus { xor(x, y) } else { xor(x, r) }, xor(if minus { x } else { y }, r)) >= 0 { return cell_of_i64(r) }
  }
  var x = big_operand(a, 0)
  var y = big_operand(b, 1)
  var m = big_limbs(x)
  var n = big_limbs(y)
  var negative = big_is_negative(x)
  let same = negative == (big_is_negative(y) != minus)
  // x is the one with the larger magnitude.
  let order = if same { m - n } else { mag_compare(x + BIG_BYTES, m, y + BIG_BYTES, n) }
  if order < 0 {
    let z = x
    x = y
    y = z
    let k = m
    m = n
    n = k
    if !same { negative = !negative }
  }
  if !same {
    let r = big_new(m)
    mag_sub(r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n)
    keep(x)
    keep(y)
    return big_trim(r, m, negative)
  }
  let r = big_new(m + 1)
  store32(r + shl(m, 2), BIG_BYTES, mag_add(r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n))
  keep(x)
  keep(y)
  return big_trim(r, m + 1, negative)
}

// ---- products

/// a * b for two integers.
/// inline
fun big_mul(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    let x = cell_small_int(a)
    let y = cell_small_int(b)
    if shr_u(or(x + 2147483648, y + 2147483648), 32) == 0 { return cell_of_i64(x * y) }
  }
  return big_product(a, b)
}

/// noinline
fun big_product(a: cell, b: cell): cell {
  if !cell_is_big(a) && !cell_is_big(b) { return big_product_of_ints(cell_whole(a), cell_whole(b)) }
  var x = big_operand(a, 0)
  var y = if a == b { x } else { big_operand(b, 1) }
  let negative = xor(load32(x, 4), load32(y, 4)) < 0
  var m = big_limbs(x)
  var n = big_limbs(y)
  if m < n {
    let z = x
    x = y
    y = z
    n = m
    m = big_limbs(x)
  }
  if n == 0 { return cell_of_i64(0) }
  let r = big_new(m + n)
  if n == 1 {
    let high = mag_mul_1(r + BIG_BYTES, x + BIG_BYTES, m, load32u_64(y, BIG_BYTES), 0)
    store32(r + shl(m, 2), BIG_BYTES, i32(high))
  } else {
    let t = big_scratch(mag_mul_scratch(n))
    mag_mul(r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n, t + 8)
    keep(t)
  }
  keep(x)
  keep(y)
  return big_trim(r, m + n, negative)
}

fun big_product_of_ints(x: i64, y: i64): cell {
  // Fewer than 64 significant bits together, sign bits apart.
  if clz(xor(x, shr_s(x, 63))) + clz(xor(y, shr_s(y, 63))) >= 66 { return cell_of_i64(x * y) }
  let u = if x < 0 { 0 - x } else { x }
  let v = if y < 0 { 0 - y } else { y }
  let r = big_new(4)
  store64(r, 8, u * v)
  store64(r, 16, mul_high(u, v))
  return big_trim(r, 4, xor(x, y) < 0)
}

/// a to the power of n by repeated squaring (TAOCP, section 4.6.3). A negative exponent gives the quotient 1 / a^-n, rounded
/// toward zero.
fun big_pow(a: cell, n: i64): cell {
  if n == 0 { return cell_of_i64(1) }
  if !cell_is_big(a) {
    let x = cell_whole(a)
    if x == 0 && n < 0 { fail_div() }
    if x == 0 || x == 1 { return a }
    if x == -1 { return cell_of_i64(if and(n, 1) == 0 { 1 } else { -1 }) }
    if n > 0 && popcnt(x) == 1 && x > 0 && n < 0x400000000 { return big_shift_left(cell_of_i64(1), n * ctz(x)) }
  }
  if n < 0 { return cell_of_i64(0) }
  if n >= shl(MOST_LIMBS, 5) { fail("out of memory") }
  var result = a
  var bit = 62 - clz(n)
  while bit >= 0 {
    result = big_mul(result, result)
    if and(shr_u(n, bit), 1) != 0 { result = big_mul(result, a) }
    bit = bit - 1
  }
  return result
}

/// a * 2^n, n >= 0.
fun big_shift_left(a: cell, n: i64): cell {
  let x = big_operand(a, 0)
  let m = big_limbs(x)
  if m == 0 { return a }
  if n >= shl(MOST_LIMBS, 5) { fail("out of memory") }
  let zeros = i32(shr_u(n, 5))
  let r = big_new(m + zeros + 1)
  let p = r + BIG_BYTES
  memory_fill(p, 0, shl(zeros, 2))
  let high = mag_shift_left(p + shl(zeros, 2), x + BIG_BYTES, m, and(n, 31))
  store32(p + shl(m + zeros, 2), 0, high)
  keep(x)
  return big_trim(r, m + zeros + 1, big_is_negative(x))
}

// ---- quotients

/// a / b for two integers, rounded toward zero.
fun big_div(a: cell, b: cell): cell {
  if !cell_is_big(a) && !cell_is_big(b) {
    let y = cell_whole(b)
    if y == -1 { return big_neg(a) }
    return cell_of_i64(int_div(cell_whole(a), y))
  }
  return big_quotient(a, b)
}

/// The remainder of a / b, with the sign of a.
fun big_rem(a: cell, b: cell): cell {
  if !cell_is_big(b) {
    let y = cell_whole(b)
    if !cell_is_big(a) { return cell_of_i64(int_rem(cell_whole(a), y)) }
    if y == 0 { fail_div() }
    let u = if y < 0 { 0 - y } else { y }
    if shr_u(u, 32) == 0 {
      let rest = mag_rem_1(ref(a) + BIG_BYTES, big_limbs(ref(a)), u)
      let negative = big_is_negative(ref(a))
      keep(a)
      return cell_of_i64(if negative { 0 - rest } else { rest })
    }
  }
  return big_remainder(a, b)
}

/// noinline
fun big_quotient(a: cell, b: cell): cell {
  let x = big_operand(a, 0)
  let y = big_operand(b, 1)
  let m = big_limbs(x)
  let n = big_limbs(y)
  if n == 0 { fail_div() }
  if m < n { return cell_of_i64(0) }
  let q = big_new(m - n + 1)
  if n == 1 {
    mag_div_1(q + BIG_BYTES, x + BIG_BYTES, m, load32u_64(y, BIG_BYTES), 0)
  } else {
    let t = big_scratch(mag_div_scratch(m, n) + n)
    let r = t + 8
    mag_div(q + BIG_BYTES, r, x + BIG_BYTES, m, y + BIG_BYTES, n, r + shl(n, 2))
    keep(t)
  }
  keep(x)
  keep(y)
  return big_trim(q, m - n + 1, xor(load32(x, 4), load32(y, 4)) < 0)
}

/// noinline
fun big_remainder(a: cell, b: cell): cell {
  let x = big_operand(a, 0)
  let y = big_operand(b, 1)
  let m = big_limbs(x)
  let n = big_limbs(y)
  if m < n { return a }
  let r = big_new(n)
  let t = big_scratch(mag_div_scratch(m, n) + m - n + 1)
  let q = t + 8
  mag_div(q, r + BIG_BYTES, x + BIG_BYTES, m, y + BIG_BYTES, n, q + shl(m - n + 1, 2))
  keep(t)
  keep(x)
  keep(y)
  return big_trim(r, n, big_is_negative(x))
}

// ---- order

/// -1, 0 or 1: the sign of an integer.
fun big_sign(a: cell): i32 {
  if cell_is_big(a) { return if big_is_negative(ref(a)) { -1 } else { 1 } }
  let v = cell_whole(a)
  return i32(v > 0) - i32(v < 0)
}

/// The order of two integers: -1, 0 or 1.
fun big_compare(a: cell, b: cell): i32 {
  if !cell_is_big(a) {
    if cell_is_big(b) { return if big_is_negative(ref(b)) { 1 } else { -1 } }
    let x = cell_whole(a)
    let y = cell_whole(b)
    return i32(x > y) - i32(x < y)
  }
  let m = load32(ref(a), 4)
  if !cell_is_big(b) { return if m < 0 { -1 } else { 1 } }
  let n = load32(ref(b), 4)
  if xor(m, n) < 0 { return if m < 0 { -1 } else { 1 } }
  let order = mag_compare(ref(a) + BIG_BYTES, big_limbs(ref(a)), ref(b) + BIG_BYTES, big_limbs(ref(b)))
  keep(a)
  keep(b)
  return if m < 0 { 0 - order } else { order }
}

/// The order of two numbers of any types: number_order for programs with integers beyond 64 bits.
/// noinline
fun wide_order(a: cell, b: cell): i32 {
  if cell_is_float(a) {
    let order = wide_float_order(b, cell_raw_float(a))
    return if order == UNORDERED { order } else { 0 - order }
  }
  if cell_is_float(b) { return wide_float_order(a, cell_raw_float(b)) }
  if big_rats() != 0 {
    if cell_is_rat(a) || cell_is_rat(b) { return rat_compare(a, b) }
  }
  return big_compare(a, b)
}

/// The order of a number that is no float, and a float.
fun wide_float_order(a: cell, f: f64): i32 {
  if big_rats() != 0 {
    if cell_is_rat(a) { return rat_float_order(a, f) }
  }
  return if cell_is_big(a) { big_float_order(ref(a), f) } else { int_float_order(cell_whole(a), f) }
}

/// The order of a BIGINT and a float, exactly; UNORDERED for NaN.
fun big_float_order(x: ref, f: f64): i32 {
  if f != f { return UNORDERED }
  let sign = if big_is_negative(x) { -1 } else { 1 }
  let size = abs(f)
  // Of other signs, or with too few bits for a BIGINT.
  if f != copysign(f, f64(sign)) || size < 9223372036854775808.0 { return sign }
  if size - size != 0.0 { return 0 - sign }
  let n = big_limbs(x)
  let bits_more = mag_bits(x + BIG_BYTES, n) - 1 - (shr_u(bits(size), 52) - 1023)
  if bits_more != 0 { return if bits_more < 0 { 0 - sign } else { sign } }
  let high = mag_high(x + BIG_BYTES, n)
  let other = shl(significand(bits(size)), 11)
  if high != other { return if lt_u(high, other) { 0 - sign } else { sign } }
  return if mag_rest(x + BIG_BYTES, n) { sign } else { 0 }
}

/// The hash of a BIGINT.
fun big_hash(x: ref): i32 {
  var h = load32(x, 4)
  for i in 0..big_limbs(x) {
    h = hash_mix(i64_u(h) + shl(load32u_64(x + shl(i, 2), BIG_BYTES), 32))
  }
  return h
}

// ---- floats

/// The highest 64 bits of a magnitude of two limbs at least, from the first one that is set.
fun mag_high(p: i32, n: i32): i64 {
  let zeros = clz(load32(p + shl(n, 2), -4))
  return if n == 2 { shl(load64(p, 0), i64(zeros)) } else { mag_window(p, n, zeros) }
}

/// True if a magnitude has other bits beside these.
fun mag_rest(p: i32, n: i32): bool {
  if n == 2 { return false }
  if shl(load32(p + shl(n, 2), -12), clz(load32(p + shl(n, 2), -4))) != 0 { return true }
  return mag_size(p, n - 3) != 0
}

/// The float next to an integer, of two the even one; infinite beyond the largest one.
fun big_to_float(c: cell): f64 {
  if !cell_is_big(c) { return f64(cell_whole(c)) }
  let x = ref(c)
  let p = x + BIG_BYTES
  let n = big_limbs(x)
  let size = mag_bits(p, n) - 1
  if size > 1023 { return if big_is_negative(x) { -1.0 / 0.0 } else { 1.0 / 0.0 } }
  let f = float_rounded(mag_high(p, n), i32(mag_rest(p, n)), i32(size))
  return if big_is_negative(x) { -f } else { f }
}

/// The integer part of a float; fails when there is none.
fun big_of_float(f: f64): cell {
  if f >= -9223372036854775808.0 && f < 9223372036854775808.0 { return cell_of_i64(trunc_sat(f)) }
  if f - f != 0.0 { fail_cast(cell_of_f64(f), "bigint") }
  let whole = cell_of_i64(significand(bits(abs(f))))
  let size = big_shift_left(whole, shr_u(bits(abs(f)), 52) - 1075)
  return if f < 0.0 { big_neg(size) } else { size }
}

/// The integer a value is cast to by \`as bigint\`: floats are truncated, strings read, nil is 0.
fun cell_as_big(c: cell): cell {
  if cell_is_small_int(c) { return c }
  if cell_is_float(c) { return big_of_float(cell_raw_float(c)) }
  if i64(c) == 0 { return cell_of_i64(0) }
  let kind = cell_kind(c)
  if kind == CELL_INT || kind == CELL_BIG { return c }
  if big_rats() != 0 {
    if kind == CELL_RAT { return big_div(rat_num(c), rat_denom(c)) }
  }
  if kind != KIND_STRING { fail_cast(c, "bigint") }
  return big_of_str(ref(c))
}

// ---- greatest common divisor

// Where \`mag_gcd\` leaves its two numbers.
var gcd_high: i32 = 0
var gcd_low: i32 = 0

/// The greatest common divisor of two integers, not negative.
fun big_gcd(a: cell, b: cell): cell {
  var x = big_abs(a)
  var y = big_abs(b)
  if cell_is_big(x) && cell_is_big(y) {
    if big_compare(x, y) < 0 {
      let z = x
      x = y
      y = z
    }
    let n = big_limbs(ref(x))
    let m = big_limbs(ref(y))
    // Four numbers, a quotient and the scratch space of a division.
    let t = big_scratch(n * 10 + 200)
    let p = t + 8
    let q = p + shl(n, 2)
    memory_copy(p, ref(x) + BIG_BYTES, shl(n, 2))
    memory_copy(q, ref(y) + BIG_BYTES, shl(m, 2))
    memory_fill(q + shl(m, 2), 0, shl(n - m, 2))
    let left = mag_gcd(p, q, n, q + shl(n, 2))
    x = big_of_limbs(gcd_high, left)
    y = big_of_limbs(gcd_low, left)
    keep(t)
  }
  // A few steps, until both are ints.
  while cell_is_big(x) || cell_is_big(y) {
    if big_sign(y) == 0 { return x }
    let rest = big_rem(x, y)
    x = y
    y = rest
  }
  var u = cell_whole(x)
  var v = cell_whole(y)
  while v != 0 {
    let rest = u % v
    u = v
    v = rest
  }
  return cell_of_i64(u)
}

/// The integer of n limbs at p, in an object that the caller keeps alive.
fun big_of_limbs(p: i32, n: i32): cell {
  let r = big_new(n)
  memory_copy(r + BIG_BYTES, p, shl(n, 2))
  return big_trim(r, n, false)
}

/// Takes x and y, x >= y, n limbs each, to two smaller numbers with the same greatest common divisor, at least one of two limbs
/// or fewer, in gcd_high and gcd_low; gives their number of limbs. Euclid's algorithm, many steps at once by the leading bits
/// (D. H. Lehmer; TAOCP, section 4.5.2, algorithm L). t: scratch space of 8 n + 200 limbs.
fun mag_gcd(x: i32, y: i32, n: i32, t: i32): i32 {
  var p = x
  var q = y
  var r = t
  var s = t + shl(n, 2)
  let free = s + shl(n, 2)
  var k = n
  while true {
    k = mag_size(p, k)
    let m = mag_size(q, k)
    if m <= 2 { break }
    // 62 bits of both from the first bit of p on, and how the steps so far make the numbers from p and q:
    // c0 p + c1 q and d0 p + d1 q.
    let zeros = clz(load32(p + shl(k, 2), -4))
    var u = shr_u(mag_window(p, k, zeros), 2)
    var v = shr_u(mag_window(q, k, zeros), 2)
    var c0: i64 = 1
    var c1: i64 = 0
    var d0: i64 = 0
    var d1: i64 = 1
    while v + d0 != 0 && v + d1 != 0 {
      // The quotient is certain when both bounds give it.
      let f = (u + c0) / (v + d0)
      if f != (u + c1) / (v + d1) || f >= 2147483648 { break }
      let e0 = c0 - f * d0
      let e1 = c1 - f * d1
      if shr_u(or(e0 + 2147483648, e1 + 2147483648), 32) != 0 { break }
      c0 = d0
      c1 = d1
      d0 = e0
      d1 = e1
      let w = u - f * v
      u = v
      v = w
    }
    if c1 == 0 {
      // Not even one step is certain: a division.
      mag_div(free, r, p, k, q, m, free + shl(k + 1, 2))
      let z = p
      p = q
      q = r
      r = z
      k = m
    } else {
      mag_combine(r, p, c0, q, c1, k)
      mag_combine(s, p, d0, q, d1, k)
      let z = p
      let w = q
      p = r
      q = s
      r = z
      s = w
    }
  }
  gcd_high = p
  gcd_low = q
  return k
}

/// r = f * a + g * b, which is not negative and has not more limbs than a and b; one of f and g is negative or 0.
fun mag_combine(r: i32, a: i32, f: i64, b: i32, g: i64, n: i32) {
  if g <= 0 {
    mag_mul_1(r, a, n, f, 0)
    mag_sub_mul_1(r, b, n, 0 - g)
  } else {
    mag_mul_1(r, b, n, g, 0)
    mag_sub_mul_1(r, a, n, 0 - f)
  }
}

/// 64 bits of a magnitude of three limbs at least, from bit \`zeros\` below the upper end on.
fun mag_window(p: i32, n: i32, zeros: i32): i64 {
  let top = p + shl(n, 2)
  let s = i64(zeros)
  return or(shl(load64(top, -8), s), shr_u(load32u_64(top, -12), 32 - s))
}
`,
  'bigint_text.mochi': `// Decimal text of integers of any size, both ways by halving (Knuth, "The Art of Computer Programming", volume 2, section 4.4;
// Brent and Zimmermann, "Modern Computer Arithmetic", section 1.7.2): a number is divided by a power 10^(9 * 2^k) near its
// square root, a text cut accordingly. Short ones are converted nine digits at a time.

let NINE_DIGITS: i64 = 1000000000
// From this many limbs, and this many digits, on numbers are halved. Measured.
let SPLIT_LIMBS = 16
let SPLIT_DIGITS = 400

// The powers 10^(9 * 2^k) that have been needed so far: a list of BIGINTs.
var big_tens: ref = 0

/// 10^(9 * 2^k) as a BIGINT (even 10^9 and 10^18).
fun big_ten_power(k: i32): ref {
  if big_tens == 0 {
    big_tens = list_new(ELEM_REF, 8)
    let first = big_new(1)
    store32(first, 4, 1)
    store32(first, BIG_BYTES, i32(NINE_DIGITS))
    list_push(big_tens, first)
  }
  var count = load32(big_tens, 4)
  while count <= k {
    let x = big_ten_power(count - 1)
    let n = big_limbs(x)
    let r = big_new(n + n)
    let t = big_scratch(mag_mul_scratch(n))
    mag_mul(r + BIG_BYTES, x + BIG_BYTES, n, x + BIG_BYTES, n, t + 8)
    keep(t)
    keep(x)
    store32(r, 4, mag_size(r + BIG_BYTES, n + n))
    list_push(big_tens, r)
    count = count + 1
  }
  return loadref(load32(big_tens, 12) + shl(k, 2), 8)
}

// ---- to text

/// The decimal text of an integer.
fun big_str(c: cell): ref {
  if !cell_is_big(c) { return int_str(cell_whole(c)) }
  let x = ref(c)
  let n = big_limbs(x)
  let minus = i32(big_is_negative(x))
  // log10(2) < 0.3010300: at most one digit too many.
  let digits = i32(mag_bits(x + BIG_BYTES, n) * 3010300 / 10000000) + 1
  let s = str_new(minus + digits, minus + digits)
  let t = big_scratch(if n < SPLIT_LIMBS { n } else { n * 8 + 1024 })
  memory_copy(t + 8, x + BIG_BYTES, shl(n, 2))
  store8(s, STRING_BYTES, 45)
  let end = mag_text(t + 8, n, s + STRING_BYTES + minus, 0, t + 8 + shl(n, 2))
  keep(t)
  store32(s, 4, end - s - STRING_BYTES)
  store32(s, 8, end - s - STRING_BYTES)
  return s
}

/// The text of an integer or rational.
fun wide_str(c: cell): ref {
  if big_rats() != 0 {
    if cell_is_rat(c) { return rat_str(c) }
  }
  return big_str(c)
}

/// Writes the digits of the number a (n limbs, which are changed) at \`to\`: \`width\` of them, zeros in front, or with width 0 as
/// many as it has. Gives the address behind them. t: scratch space of 7 n + 1024 limbs, none below SPLIT_LIMBS.
fun mag_text(a: i32, n: i32, to: i32, width: i32, t: i32): i32 {
  if n < SPLIT_LIMBS { return mag_text_base(a, n, to, width) }
  // The largest power whose square has not more limbs; 10^9 has log2(10^9) / 32 < 0.9343.
  var k = 0
  while shl(i64(2), i64(k)) * 9343 < i64(n) * 5000 { k = k + 1 }
  let power = big_ten_power(k)
  let m = big_limbs(power)
  let r = t + shl(n - m + 1, 2)
  let free = r + shl(m, 2)
  mag_div(t, r, a, n, power + BIG_BYTES, m, free)
  keep(power)
  let low = shl(9, k)
  let middle = mag_text(t, mag_size(t, n - m + 1), to, if width == 0 { 0 } else { width - low }, free)
  return mag_text(r, mag_size(r, m), middle, low, free)
}

fun mag_text_base(a: i32, n: i32, to: i32, width: i32): i32 {
  // Nine digits at a time from the right, with width 0 at first into a place that is large enough.
  var count = n
  let end = if width == 0 { static_area("digits", SPLIT_LIMBS * 10) + SPLIT_LIMBS * 10 } else { to + width }
  var p = end
  while count > 0 {
    var nine = i32(mag_div_1(a, a, count, NINE_DIGITS, 0))
    if load32(a + shl(count, 2), -4) == 0 { count = count - 1 }
    for i in 0..4 {
      let rest = nine / 100
      p = p - 2
      put_pair(p, nine - rest * 100)
      nine = rest
    }
    p = p - 1
    store8(p, 0, nine + 48)
  }
  if width != 0 {
    memory_fill(to, 48, p - to)
    return end
  }
  while p != end && load8u(p, 0) == 48 { p = p + 1 }
  memory_copy(to, p, end - p)
  return to + (end - p)
}

// ---- from text

/// The integer that a text is: an optional sign and at least one digit; anything else fails.
fun big_of_str(s: ref): cell {
  if read_int(s, 10) { return cell_of_i64(read_value) }
  let x = big_read(s)
  if i64(x) == 0 { fail_cast(cell(s), "bigint") }
  return x
}

/// The integer that a text is, or nil.
fun big_read(s: ref): cell {
  if s == 0 { return none }
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  let negative = p != end && load8u(p, 0) == 45
  if p != end && (negative || load8u(p, 0) == 43) { p = p + 1 }
  if p == end { return none }
  var q = p
  while q != end {
    if gt_u(load8u(q, 0) - 48, 9) { return none }
    q = q + 1
  }
  let count = end - p
  let r = big_new(digit_limbs(count))
  let t = big_scratch(if count < SPLIT_DIGITS { 0 } else { count + 2048 })
  let n = mag_of_digits(r + BIG_BYTES, p, count, t + 8)
  keep(t)
  keep(s)
  return big_trim(r, n, negative)
}

/// Room for a number of so many digits, in limbs: log2(10) / 32 < 0.103811.
fun digit_limbs(count: i32): i32 {
  return i32(i64_u(count) * 103811 / 1000000) + 4
}

/// The number that \`count\` digits at p are, into r (digit_limbs(count) limbs); gives its size. t: count + 2048 limbs of scratch
/// space, none below SPLIT_DIGITS.
fun mag_of_digits(r: i32, p: i32, count: i32, t: i32): i32 {
  if count < SPLIT_DIGITS { return mag_of_digits_base(r, p, count) }
  // Below 9 * 2^k digits are cut off.
  let k = 31 - clz((count - 1) / 9)
  let low = shl(9, k)
  let y = t + shl(digit_limbs(count - low), 2)
  let free = y + shl(digit_limbs(low), 2)
  let power = big_ten_power(k)
  let m = big_limbs(power)
  let hn = mag_of_digits(t, p, count - low, free)
  let ln = mag_of_digits(y, p + (count - low), low, free)
  if hn == 0 {
    memory_copy(r, y, shl(ln, 2))
    return ln
  }
  mag_mul(r, power + BIG_BYTES, m, t, hn, free)
  keep(power)
  mag_add(r, r, m + hn, y, ln)
  return mag_size(r, m + hn)
}

fun mag_of_digits_base(r: i32, p: i32, count: i32): i32 {
  var n = 0
  var q = p
  let end = p + count
  var group = count % 9
  if group == 0 { group = 9 }
  while q < end {
    var nine: i64 = 0
    for i in 0..group {
      nine = nine * 10 + i64(load8u(q, 0) - 48)
      q = q + 1
    }
    group = 9
    let high = mag_mul_1(r, r, n, NINE_DIGITS, nine)
    if high != 0 {
      store32(r + shl(n, 2), 0, i32(high))
      n = n + 1
    }
  }
  return n
}
`,
  'bigrat.mochi': `// Rational numbers: a numerator and a positive denominator without a common divisor, both integers of any size. Only programs
// that use them (\`big_rats()\`) have them.
//
//     BIGRAT   +8 numerator (cell)   +16 denominator (cell)

/// A new BIGRAT of what is already in lowest terms.
fun rat_object(n: cell, d: cell): cell {
  let r = alloc(24, KIND_BIGRAT)
  store32(r, 4, 0)
  storecell(r, 8, n)
  storecell(r, 16, d)
  return cell(r)
}

/// inline
fun cell_is_rat(c: cell): bool {
  return cell_has_kind(c, KIND_BIGRAT)
}

/// The rational n / d for two integers; d = 0 fails with "division by zero".
fun rat_new(n: cell, d: cell): cell {
  let sign = big_sign(d)
  if sign == 0 { fail_div() }
  let g = big_gcd(n, d)
  let divisor = if sign < 0 { big_neg(g) } else { g }
  return rat_object(rat_part(n, divisor), rat_part(d, divisor))
}

/// n / d for a divisor d of n.
fun rat_part(n: cell, d: cell): cell {
  return if d == cell_of_i64(1) { n } else { big_div(n, d) }
}

/// The numerator of a rational or integer.
fun rat_num(c: cell): cell {
  if cell_is_rat(c) { return loadcell(ref(c), 8) }
  return rat_integer(c)
}

/// The denominator of a rational or integer: positive.
fun rat_denom(c: cell): cell {
  if cell_is_rat(c) { return loadcell(ref(c), 16) }
  rat_integer(c)
  return cell_of_i64(1)
}

/// An integer, or a bool as one.
fun rat_integer(c: cell): cell {
  if cell_is_small_int(c) || cell_is_big(c) { return c }
  return cell_of_i64(cell_whole(c))
}

// ---- arithmetic (Knuth, "The Art of Computer Programming", volume 2, section 4.5.1); the operands are rationals or integers

fun rat_add(a: cell, b: cell): cell {
  return rat_sum(a, rat_num(b), rat_denom(b))
}

fun rat_sub(a: cell, b: cell): cell {
  return rat_sum(a, big_neg(rat_num(b)), rat_denom(b))
}

/// a + n / d.
fun rat_sum(a: cell, n: cell, d: cell): cell {
  let e = rat_denom(a)
  let g = big_gcd(d, e)
  let rest = rat_part(d, g)
  let sum = big_add(big_mul(rat_num(a), rest), big_mul(n, rat_part(e, g)))
  // The sum has no divisor in common with what the denominators do not share.
  let common = big_gcd(sum, g)
  return rat_object(rat_part(sum, common), big_mul(rat_part(e, common), rest))
}

fun rat_mul(a: cell, b: cell): cell {
  return rat_product(rat_num(a), rat_denom(a), rat_num(b), rat_denom(b))
}

fun rat_div(a: cell, b: cell): cell {
  let sign = big_sign(rat_num(b))
  if sign == 0 { fail_div() }
  let n = if sign < 0 { big_neg(rat_num(a)) } else { rat_num(a) }
  return rat_product(n, rat_denom(a), rat_denom(b), big_abs(rat_num(b)))
}

/// (n / d) * (p / q), each in lowest terms.
fun rat_product(n: cell, d: cell, p: cell, q: cell): cell {
  let g = big_gcd(n, q)
  let h = big_gcd(p, d)
  return rat_object(big_mul(rat_part(n, g), rat_part(p, h)), big_mul(rat_part(d, h), rat_part(q, g)))
}

fun rat_neg(a: cell): cell {
  return rat_object(big_neg(rat_num(a)), rat_denom(a))
}

/// The order of two rationals or integers: -1, 0 or 1.
fun rat_compare(a: cell, b: cell): i32 {
  return big_compare(big_mul(rat_num(a), rat_denom(b)), big_mul(rat_num(b), rat_denom(a)))
}

/// The order of a rational and a float, exactly; UNORDERED for NaN.
fun rat_float_order(a: cell, x: f64): i32 {
  if x != x { return UNORDERED }
  if x - x != 0.0 { return if x > 0.0 { -1 } else { 1 } }
  return rat_compare(a, rat_of_float(x))
}

fun rat_hash(r: ref): i32 {
  return cell_hash(loadcell(r, 8)) * 31 + cell_hash(loadcell(r, 16))
}

// ---- conversions

/// Always as a/b, also 3/1.
fun rat_str(c: cell): ref {
  return str_concat(str_concat(big_str(rat_num(c)), "/"), big_str(rat_denom(c)))
}

/// The exact value of a float; fails for what is no number.
fun rat_of_float(x: f64): cell {
  let m = big_of_float(x)
  if big_to_float(m) == x { return rat_object(m, cell_of_i64(1)) }
  // x = f * 2^-e with odd f.
  let size = bits(abs(x))
  let f = significand(size)
  let zeros = ctz(f)
  let n = cell_of_i64(if x < 0.0 { 0 - shr_s(f, zeros) } else { shr_s(f, zeros) })
  return rat_object(n, big_shift_left(cell_of_i64(1), 1075 - scale_of(size) - zeros))
}

/// The float next to a rational, of two the even one.
fun rat_to_float(c: cell): f64 {
  let n = big_abs(rat_num(c))
  let d = rat_denom(c)
  if big_sign(n) == 0 { return 0.0 }
  // A quotient of 66 bits or 67 bits, and whether there is a remainder.
  let shift = 66 - (big_bits(n) - big_bits(d))
  let above = if shift > 0 { big_shift_left(n, shift) } else { n }
  let below = if shift < 0 { big_shift_left(d, 0 - shift) } else { d }
  let q = big_div(above, below)
  let rest = big_sign(big_sub(above, big_mul(q, below))) != 0
  let p = ref(q) + BIG_BYTES
  let k = big_limbs(ref(q))
  let f = float_rounded(mag_high(p, k), i32(mag_rest(p, k) || rest), float_exponent_of(mag_bits(p, k) - 1 - shift))
  keep(q)
  return if big_sign(rat_num(c)) < 0 { -f } else { f }
}

/// An exponent cut to what \`float_rounded\` needs to tell zero and infinity.
fun float_exponent_of(e: i64): i32 {
  return i32(if e > 2000 { 2000 } else if e < -2000 { -2000 } else { e })
}

/// The number of bits of an integer's magnitude.
fun big_bits(a: cell): i64 {
  let x = big_operand(a, 0)
  let n = big_limbs(x)
  return if n == 0 { 0 } else { mag_bits(x + BIG_BYTES, n) }
}

/// The rational a value is cast to by \`as bigrat\`: ints, floats (exactly), strings (\`12\`, \`-1/3\`, \`0.25\`); nil is 0.
fun cell_as_rat(c: cell): cell {
  if i64(c) == 0 { return rat_object(cell_of_i64(0), cell_of_i64(1)) }
  if cell_is_float(c) {
    if cell_raw_float(c) - cell_raw_float(c) != 0.0 { fail_cast(c, "bigrat") }
    return rat_of_float(cell_raw_float(c))
  }
  let kind = cell_kind(c)
  if kind == CELL_RAT { return c }
  if kind == CELL_INT || kind == CELL_BIG { return rat_object(c, cell_of_i64(1)) }
  if kind != KIND_STRING { fail_cast(c, "bigrat") }
  return rat_of_str(ref(c))
}

/// The rational that a text is: an integer, two of them with \`/\` between, or digits with a point among them.
fun rat_of_str(s: ref): cell {
  let slash = str_index_of(s, "/")
  if slash >= 0 {
    let n = big_read(str_slice(s, 0, slash))
    let d = big_read(str_slice(s, slash + 1, str_len(s)))
    if i64(n) == 0 || i64(d) == 0 || big_sign(d) == 0 { fail_cast(cell(s), "bigrat") }
    return rat_new(n, d)
  }
  let point = str_index_of(s, ".")
  var digits = s
  if point >= 0 { digits = str_concat(str_slice(s, 0, point), str_slice(s, point + 1, str_len(s))) }
  let n = big_read(digits)
  if i64(n) == 0 { fail_cast(cell(s), "bigrat") }
  return rat_new(n, big_pow(cell_of_i64(10), if point < 0 { 0 } else { str_len(s) - point - 1 }))
}
`,
  'cell.mochi': `// Cells: values of any type in 64 bits (NaN boxing: David Gudeman, "Representing type information in dynamically typed
// languages", University of Arizona TR 93-27, 1993).
//
//     0                                  nil
//     0x0000_0000_rrrr_rrrr              a reference; ints that do not fit 50 bits are INT64 objects
//     0x0001_0000_0000_000b              false, true
//     0x0002_0000_0000_0000 + the bits   a float (NaN is always 0x7FF8_0000_0000_0000)
//     0xFFFC_0000_0000_0000 + 50 bits    an int
//
// Every value has one representation only, so equal bits are equal values, NaN aside.

let BOOL_TAG: i64 = 0x0001000000000000
let FLOAT_TAG: i64 = 0x0002000000000000
let NAN_CELL: i64 = 0x7ffa000000000000
// 0xFFFC_0000_0000_0000
let INT_TAG: i64 = -0x0004000000000000

// What \`cell_kind\` gives: the KIND_* of a reference, 0 for nil, or one of these.
let CELL_BOOL = 32
let CELL_INT = 33
let CELL_FLOAT = 34
// An integer beyond 64 bits, a rational: in programs that have them.
let CELL_BIG = 35
let CELL_RAT = 36

// ---- making cells

/// inline
fun cell_of_i64(v: i64): cell {
  return if shr_s(shl(v, 14), 14) == v { cell(or(v, INT_TAG)) } else { int64_box(v) }
}

/// A new INT64 object.
/// noinline
fun int64_box(v: i64): cell {
  let box = alloc(16, KIND_INT64)
  store64(box, 8, v)
  return cell(box)
}

/// inline
fun cell_of_f64(x: f64): cell {
  return cell(select(x == x, bits(x) + FLOAT_TAG, NAN_CELL))
}

/// inline
fun cell_of_bool(b: bool): cell {
  return cell(or(i64(b), BOOL_TAG))
}

// ---- telling them apart

/// inline
fun cell_is_small_int(c: cell): bool {
  return ge_u(i64(c), INT_TAG)
}

/// inline
fun cell_small_int(c: cell): i64 {
  return shr_s(shl(i64(c), 14), 14)
}

/// inline
fun cell_is_float(c: cell): bool {
  return lt_u(i64(c) - FLOAT_TAG, INT_TAG - FLOAT_TAG)
}

/// inline
fun cell_raw_float(c: cell): f64 {
  return from_bits(i64(c) - FLOAT_TAG)
}

/// inline
fun cell_is_bool(c: cell): bool {
  return shr_u(i64(c), 48) == 1
}

/// inline
fun cell_is_ref(c: cell): bool {
  return shr_u(i64(c), 32) == 0
}

fun cell_is_int(c: cell): bool {
  return cell_kind(c) == CELL_INT
}

/// True for integers of any size.
fun cell_is_integer(c: cell): bool {
  let kind = cell_kind(c)
  return kind == CELL_INT || kind == CELL_BIG
}

/// True for numbers but floats.
fun cell_is_exact(c: cell): bool {
  let kind = cell_kind(c)
  return kind == CELL_INT || kind >= CELL_BIG
}

fun cell_is_str(c: cell): bool {
  return cell_has_kind(c, KIND_STRING)
}

/// True if the cell is a reference to an object of a kind.
/// inline
fun cell_has_kind(c: cell, kind: i32): bool {
  return cell_is_ref(c) && load8u(ref(c), 0) == kind
}

/// What a cell holds: KIND_*, CELL_* or 0.
/// noinline
fun cell_kind(c: cell): i32 {
  let high = i32(shr_u(i64(c), 32))
  if high == 0 {
    // The object at 0, nil, has the kind 0.
    let kind = load8u(ref(c), 0)
    if big_ints() != 0 {
      if kind == KIND_BIGINT { return CELL_BIG }
    }
    if big_rats() != 0 {
      if kind == KIND_BIGRAT { return CELL_RAT }
    }
    return select(kind == KIND_INT64, CELL_INT, kind)
  }
  if ge_u(high, 0xfffc0000) { return CELL_INT }
  return if high == 0x10000 { CELL_BOOL } else { CELL_FLOAT }
}

/// The name of a value's type for messages; of a struct its own name.
fun cell_type_name(c: cell): ref {
  let kind = cell_kind(c)
  if kind == 0 { return "nil" }
  if kind == CELL_INT { return "int" }
  if kind == CELL_FLOAT { return "float" }
  if kind == CELL_BOOL { return "bool" }
  if kind == KIND_STRUCT && !struct_is_record(ref(c)) { return loadref(descriptor_of(ref(c)), 4) }
  if big_ints() != 0 {
    if kind == CELL_BIG { return "bigint" }
    if kind == CELL_RAT { return "bigrat" }
  }
  return kind_name(kind)
}

/// The name of a kind of objects.
fun kind_name(kind: i32): ref {
  if kind == KIND_STRING { return "string" }
  if kind == KIND_LIST { return "list" }
  if kind == KIND_MAP || kind == KIND_STRUCT { return "map" }
  return "function"
}

/// The descriptor of a struct's or closure's type.
/// inline
fun descriptor_of(object: ref): i32 {
  return load32(type_table() + shl(load16u(object, 2), 2), 0)
}

// ---- typed values out of cells: fail when the value is of another type

/// An int.
/// inline
fun cell_int(c: cell): i64 {
  return if cell_is_small_int(c) { cell_small_int(c) } else { cell_int_slow(c) }
}

/// noinline
fun cell_int_slow(c: cell): i64 {
  if !cell_has_kind(c, KIND_INT64) {
    if big_ints() != 0 {
      if cell_is_big(c) { fail_overflow() }
    }
    fail_needed(c, "an int")
  }
  return load64(ref(c), 8)
}

/// A float; a number of another type becomes one.
/// inline
fun cell_float(c: cell): f64 {
  return if cell_is_float(c) { cell_raw_float(c) } else { cell_float_slow(c) }
}

/// noinline
fun cell_float_slow(c: cell): f64 {
  if !cell_is_exact(c) { fail_needed(c, "a float") }
  return cell_number(c)
}

/// inline
fun cell_bool(c: cell): bool {
  if !cell_is_bool(c) { fail_needed(c, "a bool") }
  return i32(i64(c))
}

/// The object of a kind; nil is 0.
/// inline
fun cell_ref(c: cell, kind: i32): ref {
  if i64(c) != 0 {
    if !cell_has_kind(c, kind) { fail_kind(c, kind) }
  }
  return ref(c)
}

/// An object of any kind (but an int), or nil.
fun cell_object(c: cell): ref {
  if !cell_is_ref(c) || cell_kind(c) >= CELL_BOOL { fail_needed(c, "an object") }
  return ref(c)
}

/// noinline
fun fail_kind(c: cell, kind: i32) {
  needed_begin(c)
  out_str("a ")
  out_str(kind_name(kind))
  fail_needed_end()
}

/// Fails: c is not \`what\`. Failing allocates nothing.
/// noinline
fun fail_needed(c: cell, what: ref) {
  needed_begin(c)
  out_str(what)
  fail_needed_end()
}

fun needed_begin(c: cell) {
  error_begin()
  out_str(cell_type_name(c))
  out_str(" where ")
}

fun fail_needed_end() {
  out_str(" is needed")
  error_end()
}

// ---- casts

/// \`x as int\` and int(x): nil is 0, floats are truncated, strings are read.
fun cell_as_int(c: cell): i64 {
  if cell_is_small_int(c) { return cell_small_int(c) }
  if cell_is_float(c) { return float_to_int(cell_raw_float(c)) }
  if i64(c) == 0 { return 0 }
  let kind = cell_kind(c)
  if kind == CELL_INT { return cell_int(c) }
  if big_ints() != 0 {
    if kind >= CELL_BIG { return cell_int(cell_as_big(c)) }
  }
  if kind != KIND_STRING { fail_cast(c, "int") }
  return str_int(ref(c))
}

/// \`x as float\` and float(x): nil is 0, ints are converted, strings are read.
fun cell_as_float(c: cell): f64 {
  if cell_is_float(c) { return cell_raw_float(c) }
  if i64(c) == 0 { return 0.0 }
  if cell_is_exact(c) { return cell_number(c) }
  if !cell_is_str(c) { fail_cast(c, "float") }
  return str_float(ref(c))
}

/// \`x as string\`: strings only; nil stays nil.
fun cell_as_str(c: cell): ref {
  if i64(c) != 0 {
    if !cell_has_kind(c, KIND_STRING) { fail_cast(c, "string") }
  }
  return ref(c)
}

/// \`x as bool\`: bools only.
fun cell_as_bool(c: cell): bool {
  if !cell_is_bool(c) { fail_cast(c, "bool") }
  return i32(i64(c))
}

/// What counts as true: not false, 0, 0.0, nil, or an empty string, list or map.
/// inline
fun cell_truthy(c: cell): bool {
  return if cell_is_bool(c) { i32(i64(c)) } else { i32(cell_truthy_slow(c)) }
}

/// noinline
fun cell_truthy_slow(c: cell): bool {
  let kind = cell_kind(c)
  if kind == CELL_FLOAT { return cell_raw_float(c) != 0.0 }
  // The small int 0 has no bits but its tag, and 0 is never an INT64 object.
  if kind == CELL_INT { return i64(c) != INT_TAG }
  // Strings, lists and maps begin with their length.
  if kind == KIND_STRING || kind == KIND_LIST || kind == KIND_MAP { return load32(ref(c), 4) != 0 }
  if big_rats() != 0 {
    if kind == CELL_RAT { return i64(rat_num(c)) != INT_TAG }
  }
  return kind != 0
}

// ---- values in memory

/// The value of an element kind at an address.
fun cell_load(p: i32, kind: i32): cell {
  if kind == ELEM_I64 { return cell_of_i64(load64(p, 0)) }
  if kind == ELEM_F64 { return cell_of_f64(loadf64(p, 0)) }
  if kind == ELEM_REF { return cell(loadref(p, 0)) }
  if kind == ELEM_CELL { return loadcell(p, 0) }
  return cell_of_bool(load8u(p, 0))
}

/// Stores a value at an address that holds one of an element kind; ints become floats, anything else of another type
/// fails. An object may replace another one of its kind only, because typed code relies on that.
fun cell_store(p: i32, kind: i32, v: cell) {
  if kind == ELEM_CELL {
    storecell(p, 0, v)
  } else if kind == ELEM_I64 {
    store64(p, 0, cell_int(v))
  } else if kind == ELEM_F64 {
    storef64(p, 0, cell_float(v))
  } else if kind == ELEM_BOOL {
    store8(p, 0, i32(cell_bool(v)))
  } else {
    let object = cell_object(v)
    let old = load8u(loadref(p, 0), 0)
    if old != 0 && object != 0 && load8u(object, 0) != old { fail_kind(v, old) }
    storeref(p, 0, object)
  }
}

// ---- boxes of captured variables

/// A new BOX.
/// inline
fun box_new<T>(v: T): ref {
  let box = alloc(16, or(KIND_BOX, shl(kindof(T), 8)))
  store(box, 8, v)
  return box
}

/// inline
fun box_get<T>(box: ref): T {
  return load(box, 8)
}

/// inline
fun box_set<T>(box: ref, v: T) {
  store(box, 8, v)
}
`,
  'cell_access.mochi': `// Indexes, fields, slices, membership and the built-ins over lists, for values whose type is known at run time only.

// ---- indexes and fields

/// c[i]: an element of a list, a character of a string, the value of a map's key or a struct's field; nil when there is no
/// such key, and of nil.
/// noinline
fun cell_index(c: cell, i: cell): cell {
  let kind = cell_kind(c)
  let object = ref(c)
  if kind == KIND_LIST { return list_get_cell(object, cell_position(i, "list")) }
  if kind == KIND_MAP {
    let p = map_find_cell(object, i)
    if p == 0 { return none }
    return map_value_cell(object, p)
  }
  if kind == KIND_STRING { return cell(str_index(object, cell_position(i, "string"))) }
  if kind == KIND_STRUCT && cell_is_str(i) { return struct_get(object, ref(i)) }
  if kind != 0 { fail_operation("index ", c) }
  return none
}

/// An index, which must be an int.
fun cell_position(i: cell, what: ref): i64 {
  if cell_is_small_int(i) { return cell_small_int(i) }
  if !cell_is_int(i) {
    error_begin()
    out_str(what)
    out_str(" index must be int, not ")
    out_str(cell_type_name(i))
    error_end()
  }
  return cell_int(i)
}

/// Element i of a list of any kind; negative indexes count from the end.
fun list_get_cell(xs: ref, i: i64): cell {
  let length = list_len(xs)
  let k = if i < 0 { i + length } else { i }
  if ge_u(k, length) { fail_index(i, length) }
  return list_cell_at(xs, i32(k))
}

/// Fails: \`what\` cannot be done with c.
/// noinline
fun fail_operation(what: ref, c: cell) {
  error_begin()
  out_str("cannot ")
  out_str(what)
  out_str(cell_type_name(c))
  error_end()
}

/// c[i] = v. Writing to nil fails.
/// noinline
fun cell_index_set(c: cell, i: cell, v: cell) {
  let kind = cell_kind(c)
  if kind == KIND_LIST {
    list_set_cell(ref(c), cell_position(i, "list"), v)
  } else if kind == KIND_MAP {
    let m = ref(c)
    let p = map_find_cell(m, i)
    cell_store(if p == 0 { map_put_cell(m, i) } else { p }, map_value_kind(m), v)
  } else if kind == KIND_STRUCT && cell_is_str(i) {
    struct_set(ref(c), ref(i), v)
  } else {
    fail_operation("assign to an element of ", c)
  }
}

/// xs[i] = v for a list of any kind: as list_set.
fun list_set_cell(xs: ref, i: i64, v: cell) {
  let kind = list_kind(xs)
  if ge_u(i, list_len(xs)) {
    let k = list_extend(xs, i)
    cell_store(list_at(xs, k, elem_size(kind)) + 8, kind, v)
  } else {
    cell_store(list_at(xs, i32(i), elem_size(kind)) + 8, kind, v)
  }
}

/// inline
fun map_value_kind(m: ref): i32 {
  return and(load8u(m, 1), 15)
}

/// inline
fun map_has_int_keys(m: ref): bool {
  return and(load8u(m, 1), 0x10) != 0
}

/// The address of the value of a key, or 0. Keys are the same when their texts are: 1 and "1".
fun map_find_cell(m: ref, key: cell): i32 {
  if map_has_int_keys(m) {
    if big_ints() != 0 {
      if cell_is_big(key) { return 0 }
    }
    if cell_is_str(key) {
      if !read_int(ref(key), 10) { return 0 }
      let value = read_value
      if !str_eq(int_str(value), ref(key)) { return 0 }
      return map_find_i64(m, value)
    }
    return map_find_i64(m, cell_key(key))
  }
  return map_find_str(m, key_text(key))
}

/// The text that a key is in a map with string keys.
fun key_text(key: cell): ref {
  if cell_is_str(key) { return ref(key) }
  if big_ints() != 0 {
    if cell_is_big(key) { return big_str(key) }
  }
  return int_str(cell_key(key))
}

/// The address of the value of a key that is not in the map yet.
fun map_put_cell(m: ref, key: cell): i32 {
  if map_has_int_keys(m) { return map_put_i64(m, if cell_is_str(key) { str_int(ref(key)) } else { cell_key(key) }) }
  return map_put_str(m, key_text(key))
}

fun cell_key(key: cell): i64 {
  if !cell_is_integer(key) { fail_needed(key, "a map key (string or int)") }
  return cell_int(key)
}

/// c.name: the value of a map's key or a struct's field; nil when there is none, and of nil.
/// noinline
fun cell_field(c: cell, name: ref): cell {
  let kind = cell_kind(c)
  if kind == KIND_STRUCT { return struct_get(ref(c), name) }
  if kind == KIND_MAP { return cell_index(c, cell(name)) }
  if kind != 0 { fail_field(c, name) }
  return none
}

/// c.name = v.
/// noinline
fun cell_field_set(c: cell, name: ref, v: cell) {
  let kind = cell_kind(c)
  if kind == KIND_STRUCT {
    struct_set(ref(c), name, v)
  } else if kind == KIND_MAP {
    cell_index_set(c, cell(name), v)
  } else {
    fail_field(c, name)
  }
}

/// noinline
fun fail_field(c: cell, name: ref) {
  error_begin()
  out_str(cell_type_name(c))
  out_str(" has no field ")
  out_str(name)
  error_end()
}

/// The descriptor's entry of a struct's field, or 0.
fun struct_find(s: ref, name: ref): i32 {
  let d = descriptor_of(s)
  for i in 0..load32(d, 8) {
    let field = d + 16 + i * 12
    if str_eq(loadref(field, 0), name) { return field }
  }
  return 0
}

fun struct_get(s: ref, name: ref): cell {
  let field = struct_find(s, name)
  if field != 0 { return cell_load(s + load32(field, 4), load32(field, 8)) }
  if struct_has_name(s, name) { return cell(loadref(descriptor_of(s), 4)) }
  return none
}

/// True for the key \`__name\` of a struct that has a name.
fun struct_has_name(s: ref, key: ref): bool {
  return !struct_is_record(s) && str_eq(key, "__name")
}

fun struct_set(s: ref, name: ref, v: cell) {
  let field = struct_find(s, name)
  if field == 0 { fail_field(cell(s), name) }
  cell_store(s + load32(field, 4), load32(field, 8), v)
}

// ---- slices, length, membership

/// c[a:b] of a list or string; nil of nil.
/// noinline
fun cell_slice(c: cell, a: i64, b: i64): cell {
  let kind = cell_kind(c)
  if kind == KIND_LIST { return cell(list_slice(ref(c), a, b)) }
  if kind == KIND_STRING { return cell(str_slice(ref(c), a, b)) }
  if kind != 0 { fail_operation("slice ", c) }
  return none
}

/// len(c): code points, elements, entries; 0 of nil.
/// noinline
fun cell_len(c: cell): i64 {
  let kind = cell_kind(c)
  if kind == KIND_STRING { return str_len(ref(c)) }
  if kind == KIND_LIST || kind == KIND_MAP { return load32u_64(ref(c), 4) }
  if kind == KIND_STRUCT { return load32u_64(descriptor_of(ref(c)), 8) + i64(!struct_is_record(ref(c))) }
  if kind != 0 { fail_operation("take the length of ", c) }
  return 0
}

/// \`x in c\`: an element of a list, a key of a map, a field of a struct, a part of a string; false for nil.
/// noinline
fun cell_in(x: cell, c: cell): bool {
  let kind = cell_kind(c)
  if kind == KIND_LIST { return list_contains(ref(c), x) }
  if kind == KIND_MAP { return (cell_is_str(x) || cell_is_integer(x)) && map_find_cell(ref(c), x) != 0 }
  if kind == KIND_STRING { return cell_is_str(x) && str_contains(ref(c), ref(x)) }
  if kind == KIND_STRUCT {
    return cell_is_str(x) && (struct_find(ref(c), ref(x)) != 0 || struct_has_name(ref(c), ref(x)))
  }
  if kind != 0 { fail_operation("look for an element in ", c) }
  return false
}

/// append(c, v): a new list, of cells when v is not of the list's kind; nil counts as an empty list.
/// noinline
fun cell_append(c: cell, v: cell): cell {
  if i64(c) == 0 { return cell(list_append(ref(c), v)) }
  let list = cell_ref(c, KIND_LIST)
  let kind = list_kind(list)
  let of = cell_kind(v)
  if kind == ELEM_I64 && of == CELL_INT { return cell(list_append(list, cell_int(v))) }
  if kind == ELEM_F64 && of == CELL_FLOAT { return cell(list_append(list, cell_raw_float(v))) }
  if kind == ELEM_BOOL && of == CELL_BOOL { return cell(list_append(list, cell_bool(v))) }
  if kind == ELEM_REF && cell_is_ref(v) && objects_alike(list, v) { return cell(list_append(list, ref(v))) }
  return cell(list_append(list_convert(list, ELEM_CELL), v))
}

/// True if the list of references \`list\` may hold \`v\`: typed code relies on the kind of the elements.
fun objects_alike(list: ref, v: cell): bool {
  for i in 0..load32(list, 4) {
    let old = loadref(list_at(list, i, 4), 8)
    // Without the bits "shared" and "large".
    if old != 0 && i64(v) != 0 { return and(xor(load32(old, 0), load32(ref(v), 0)), 0xffff3fff) == 0 }
  }
  return i64(v) == 0
}

/// What \`for x in c\` walks: a list itself, the sorted keys of a map or struct, the characters of a string; nothing for nil.
/// noinline
fun cell_keys(c: cell): ref {
  let kind = cell_kind(c)
  let object = ref(c)
  if kind == KIND_LIST { return object }
  if kind == KIND_MAP { return map_keys(object) }
  if kind == KIND_STRING { return str_chars(object) }
  if kind == KIND_STRUCT {
    let keys = list_new(ELEM_REF, load32(descriptor_of(object), 8) + 1)
    var at = record_next(object, 0)
    while at != 0 {
      list_push(keys, record_key(object, at))
      at = record_next(object, at)
    }
    return keys
  }
  if kind != 0 { fail_operation("iterate over ", c) }
  return list_new(ELEM_CELL, 0)
}

// ---- sum, avg, min, max

/// The list that the built-ins over lists take: a list, or the items of a group; 0 for nil.
fun cell_items(c: cell): ref {
  let kind = cell_kind(c)
  if kind == KIND_MAP || kind == KIND_STRUCT {
    let items = cell_field(c, "items")
    if cell_has_kind(items, KIND_LIST) { return ref(items) }
  }
  return cell_ref(c, KIND_LIST)
}

/// The sum of the numbers: exact, or a float if there is a float; nil and empty lists have the sum 0. Texts count as the
/// numbers they are.
/// noinline
fun cell_sum(c: cell): cell {
  let list = cell_items(c)
  var sum = cell_of_i64(0)
  for i in 0..load32(list, 4) {
    let x = list_cell_at(list, i)
    if i64(x) != 0 { sum = cell_add(sum, if cell_is_str(x) { text_number(ref(x)) } else { x }) }
  }
  return sum
}

/// The number that a text is, or 0.
fun text_number(s: ref): cell {
  if read_int(s, 10) { return cell_of_i64(read_value) }
  if big_ints() != 0 {
    let x = big_read(s)
    if i64(x) != 0 { return x }
  }
  if read_float(s) { return cell_of_f64(read_float_value) }
  return cell_of_i64(0)
}

/// The mean of the numbers; nil elements do not count. 0 when there are none.
/// noinline
fun cell_avg(c: cell): f64 {
  let list = cell_items(c)
  var sum = 0.0
  var count = 0
  for i in 0..load32(list, 4) {
    let x = list_cell_at(list, i)
    if i64(x) != 0 {
      sum = sum + cell_number(if cell_is_str(x) { text_number(ref(x)) } else { x })
      count = count + 1
    }
  }
  return if count == 0 { 0.0 } else { sum / f64(count) }
}

/// noinline
fun cell_min(c: cell): cell {
  return cell_extreme(c, -1)
}

/// noinline
fun cell_max(c: cell): cell {
  return cell_extreme(c, 1)
}

/// The least (side -1) or greatest (1) element but nil; the first one of equal ones. Among floats an int becomes a float.
/// 0 for a list without elements.
fun cell_extreme(c: cell, side: i32): cell {
  let list = cell_items(c)
  var best: cell = none
  var floats = 0
  for i in 0..load32(list, 4) {
    let x = list_cell_at(list, i)
    if i64(x) != 0 {
      if cell_is_float(x) { floats = 1 }
      if i64(best) == 0 || cell_compare(x, best) == side { best = x }
    }
  }
  if i64(best) == 0 { return cell_of_i64(0) }
  if floats != 0 && cell_is_exact(best) { return cell_of_f64(cell_number(best)) }
  return best
}
`,
  'cell_ops.mochi': `// Operators on cells: arithmetic, equality, order.

// ---- arithmetic

/// inline
fun cell_add(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) + cell_small_int(b)) }
  return cell_add_slow(a, b)
}

/// inline
fun cell_sub(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return cell_of_i64(cell_small_int(a) - cell_small_int(b)) }
  return cell_sub_slow(a, b)
}

fun cell_mul(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    let x = cell_small_int(a)
    let y = cell_small_int(b)
    if shr_u(or(x + 2147483648, y + 2147483648), 32) == 0 { return cell_of_i64(x * y) }
  }
  if cell_is_float(a) && cell_is_float(b) { return cell_of_f64(cell_raw_float(a) * cell_raw_float(b)) }
  let how = arithmetic(a, b, "*")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_mul(a, b) }
    return cell_of_i64(int_mul(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_mul(a, b) }
  }
  return cell_of_f64(cell_number(a) * cell_number(b))
}

fun cell_div(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    if cell_small_int(b) > 0 { return cell_of_i64(cell_small_int(a) / cell_small_int(b)) }
  }
  let how = arithmetic(a, b, "/")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_div(a, b) }
    return cell_of_i64(int_div(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_div(a, b) }
  }
  return cell_of_f64(float_div(cell_number(a), cell_number(b)))
}

fun cell_rem(a: cell, b: cell): cell {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) {
    if cell_small_int(b) > 0 { return cell_of_i64(cell_small_int(a) % cell_small_int(b)) }
  }
  let how = arithmetic(a, b, "%")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_rem(a, b) }
    return cell_of_i64(int_rem(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { fail_operator(a, b, "%") }
  }
  return cell_of_f64(float_rem(cell_number(a), cell_number(b)))
}

fun cell_neg(a: cell): cell {
  let how = arithmetic(a, a, "-")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_neg(a) }
    return cell_of_i64(int_neg(cell_whole(a)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_neg(a) }
  }
  return cell_of_f64(-cell_number(a))
}

/// noinline
fun cell_add_slow(a: cell, b: cell): cell {
  if cell_is_float(a) && cell_is_float(b) { return cell_of_f64(cell_raw_float(a) + cell_raw_float(b)) }
  let kind = cell_kind(a)
  if kind == KIND_STRING && cell_kind(b) == KIND_STRING { return cell(str_concat(ref(a), ref(b))) }
  if kind == KIND_LIST && cell_kind(b) == KIND_LIST { return cell(lists_concat(ref(a), ref(b))) }
  let how = arithmetic(a, b, "+")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_sum(a, b, false) }
    return cell_of_i64(int_add(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_add(a, b) }
  }
  return cell_of_f64(cell_number(a) + cell_number(b))
}

/// noinline
fun cell_sub_slow(a: cell, b: cell): cell {
  if cell_is_float(a) && cell_is_float(b) { return cell_of_f64(cell_raw_float(a) - cell_raw_float(b)) }
  let how = arithmetic(a, b, "-")
  if how == ARITHMETIC_NIL { return none }
  if how == ARITHMETIC_INT {
    if big_ints() != 0 { return big_sum(a, b, true) }
    return cell_of_i64(int_sub(cell_whole(a), cell_whole(b)))
  }
  if big_rats() != 0 {
    if how == ARITHMETIC_RAT { return rat_sub(a, b) }
  }
  return cell_of_f64(cell_number(a) - cell_number(b))
}

let ARITHMETIC_NIL = 0
let ARITHMETIC_INT = 1
let ARITHMETIC_FLOAT = 2
let ARITHMETIC_RAT = 3

/// How to calculate with two values: nil makes nil, a float makes floats, a rational else rationals, bools are 0 and 1. Fails
/// for what is no number.
/// noinline
fun arithmetic(a: cell, b: cell, operator: ref): i32 {
  let x = cell_kind(a)
  let y = cell_kind(b)
  if x == 0 || y == 0 { return ARITHMETIC_NIL }
  if x < CELL_BOOL || y < CELL_BOOL { fail_operator(a, b, operator) }
  if x == CELL_FLOAT || y == CELL_FLOAT { return ARITHMETIC_FLOAT }
  if big_rats() != 0 {
    if x == CELL_RAT || y == CELL_RAT { return ARITHMETIC_RAT }
  }
  return ARITHMETIC_INT
}

/// noinline
fun fail_operator(a: cell, b: cell, operator: ref) {
  error_begin()
  out_str("operator ")
  out_str(operator)
  out_str(" cannot take ")
  out_str(cell_type_name(a))
  out_str(" and ")
  out_str(cell_type_name(b))
  error_end()
}

/// The value of an int or bool.
fun cell_whole(c: cell): i64 {
  return if cell_is_bool(c) { and(i64(c), 1) } else { cell_int(c) }
}

/// The value of any number or bool as a float.
fun cell_number(c: cell): f64 {
  if big_rats() != 0 {
    if cell_is_rat(c) { return rat_to_float(c) }
  }
  if big_ints() != 0 {
    if cell_is_big(c) { return big_to_float(c) }
  }
  return if cell_is_float(c) { cell_raw_float(c) } else { f64(cell_whole(c)) }
}

/// The elements of two lists of any kinds in a new list.
fun lists_concat(a: ref, b: ref): ref {
  if list_kind(a) == list_kind(b) { return list_concat(a, b) }
  return list_concat(list_convert(a, ELEM_CELL), list_convert(b, ELEM_CELL))
}

// ---- equality

/// \`a == b\`: deep; numbers are compared by value.
/// inline
fun cell_eq(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return a == b }
  return cells_equal(a, b, 0)
}

/// As \`==\`, but 1 and 1.0 differ, at any depth: for \`in\`, distinct and union.
/// inline
fun cell_same(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return a == b }
  return cells_equal(a, b, 1)
}

/// noinline
fun cells_equal(a: cell, b: cell, strict: i32): bool {
  if a == b { return i64(a) != NAN_CELL }
  let x = cell_kind(a)
  let y = cell_kind(b)
  if x >= CELL_FLOAT || y >= CELL_FLOAT {
    if x < CELL_INT || y < CELL_INT { return false }
    if x != y && strict != 0 { return false }
    return number_order(a, b) == 0
  }
  if x < CELL_BOOL && y < CELL_BOOL { return refs_equal(ref(a), ref(b), strict) }
  return x == CELL_INT && y == CELL_INT && cell_int(a) == cell_int(b)
}

/// Deep equality of two objects.
fun ref_eq(a: ref, b: ref): bool {
  return refs_equal(a, b, 0)
}

/// noinline
fun refs_equal(a: ref, b: ref, strict: i32): bool {
  if a == b { return true }
  let kind = load8u(a, 0)
  if kind != load8u(b, 0) { return mixed_equal(a, b, strict) }
  if kind == KIND_STRING { return str_eq(a, b) }
  if kind == KIND_INT64 { return load64(a, 8) == load64(b, 8) }
  if kind == KIND_STRUCT { return structs_equal(a, b, strict) }
  if kind != KIND_LIST && kind != KIND_MAP { return false }
  let count = load32(a, 4)
  if count != load32(b, 4) { return false }
  if kind == KIND_MAP {
    for i in 0..count {
      let p = map_find_cell(b, map_key_at(a, i))
      if p == 0 { return false }
      if !cells_equal(map_value_at(a, i), map_value_cell(b, p), strict) { return false }
    }
    return true
  }
  if list_kind(a) == ELEM_I64 && list_kind(b) == ELEM_I64 {
    return bytes_equal(load32(a, 12) + 8, load32(b, 12) + 8, shl(count, 3))
  }
  for i in 0..count {
    if !cells_equal(list_cell_at(a, i), list_cell_at(b, i), strict) { return false }
  }
  return true
}

/// A record (unnamed struct) equals a map with the same entries.
/// noinline
fun mixed_equal(a: ref, b: ref, strict: i32): bool {
  let map = if load8u(a, 0) == KIND_MAP { a } else { b }
  let other = if map == a { b } else { a }
  if load8u(map, 0) != KIND_MAP || load8u(other, 0) != KIND_STRUCT { return false }
  if !struct_is_record(other) { return false }
  let d = descriptor_of(other)
  let count = load32(d, 8)
  if count != load32(map, 4) { return false }
  for i in 0..count {
    let field = d + 16 + i * 12
    let p = map_find_cell(map, cell(loadref(field, 0)))
    if p == 0 { return false }
    let x = cell_load(other + load32(field, 4), load32(field, 8))
    if !cells_equal(x, map_value_cell(map, p), strict) { return false }
  }
  return true
}

/// Whether a struct is an unnamed record: it has no \`__name\`.
fun struct_is_record(r: ref): bool {
  return and(load32(descriptor_of(r), 12), 4) != 0
}

fun structs_equal(a: ref, b: ref, strict: i32): bool {
  let d = descriptor_of(a)
  let same = load16u(a, 2) == load16u(b, 2)
  if !same {
    // Records are equal when they have the same fields, in any order.
    if !struct_is_record(a) || !struct_is_record(b) { return false }
    if load32(d, 8) != load32(descriptor_of(b), 8) { return false }
  }
  for i in 0..load32(d, 8) {
    let field = d + 16 + i * 12
    let other = if same { field } else { struct_find(b, loadref(field, 0)) }
    if other == 0 { return false }
    let x = cell_load(a + load32(field, 4), load32(field, 8))
    if !cells_equal(x, cell_load(b + load32(other, 4), load32(other, 8)), strict) { return false }
  }
  return true
}

// ---- order

let UNORDERED = 2

/// -1, 0 or 1 for two numbers (of any types, compared exactly), or UNORDERED if one of them is NaN.
fun number_order(a: cell, b: cell): i32 {
  if big_ints() != 0 {
    if cell_is_ref(a) || cell_is_ref(b) { return wide_order(a, b) }
  }
  if cell_is_float(a) {
    if cell_is_float(b) {
      let x = cell_raw_float(a)
      let y = cell_raw_float(b)
      if x != x || y != y { return UNORDERED }
      return i32(x > y) - i32(x < y)
    }
    let order = int_float_order(cell_int(b), cell_raw_float(a))
    return if order == UNORDERED { order } else { 0 - order }
  }
  if cell_is_float(b) { return int_float_order(cell_int(a), cell_raw_float(b)) }
  let x = cell_int(a)
  let y = cell_int(b)
  return i32(x > y) - i32(x < y)
}

fun int_float_order(i: i64, x: f64): i32 {
  if x != x { return UNORDERED }
  if x >= 9223372036854775808.0 { return -1 }
  if x < -9223372036854775808.0 { return 1 }
  let whole = trunc_sat(x)
  if i != whole { return if i < whole { -1 } else { 1 } }
  let rest = x - trunc(x)
  return i32(rest < 0.0) - i32(rest > 0.0)
}

/// inline
fun cell_lt(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return shl(i64(a), 14) < shl(i64(b), 14) }
  return cells_order(a, b) == -1
}

/// inline
fun cell_le(a: cell, b: cell): bool {
  if cell_is_small_int(cell(and(i64(a), i64(b)))) { return shl(i64(a), 14) <= shl(i64(b), 14) }
  return cells_order(a, b) <= 0
}

/// inline
fun cell_gt(a: cell, b: cell): bool {
  return cell_lt(b, a)
}

/// inline
fun cell_ge(a: cell, b: cell): bool {
  return cell_le(b, a)
}

/// The order of two values for \`<\` and the like: UNORDERED when one is nil or NaN, or when their types differ.
/// noinline
fun cells_order(a: cell, b: cell): i32 {
  if cell_is_float(a) && cell_is_float(b) { return number_order(a, b) }
  let x = cell_kind(a)
  let y = cell_kind(b)
  if x >= CELL_BOOL && y >= CELL_BOOL {
    // A bool compares as 0 or 1.
    let p = if x == CELL_BOOL { cell_of_i64(cell_whole(a)) } else { a }
    return number_order(p, if y == CELL_BOOL { cell_of_i64(cell_whole(b)) } else { b })
  }
  if x != y || x == 0 { return UNORDERED }
  return cell_compare(a, b)
}

/// The order of any two values for sorting: -1, 0 or 1. Bools, numbers (NaN last), strings, lists, maps and structs,
/// functions, nil; lists by their elements, maps by sorted key, then value.
/// noinline
fun cell_compare(a: cell, b: cell): i32 {
  let x = cell_kind(a)
  let y = cell_kind(b)
  let rank = kind_rank(a, x) - kind_rank(b, y)
  if rank != 0 { return if rank < 0 { -1 } else { 1 } }
  if x >= CELL_INT {
    let order = number_order(a, b)
    if order != UNORDERED { return order }
    return i32(i64(a) == NAN_CELL) - i32(i64(b) == NAN_CELL)
  }
  if x == CELL_BOOL { return i32(i64(a)) - i32(i64(b)) }
  if x == KIND_STRING { return str_compare(ref(a), ref(b)) }
  if x == KIND_LIST { return lists_compare(ref(a), ref(b)) }
  if x == KIND_MAP || x == KIND_STRUCT { return records_compare(ref(a), ref(b)) }
  return 0
}

fun kind_rank(c: cell, kind: i32): i32 {
  if kind == CELL_BOOL { return 0 }
  if kind >= CELL_INT { return 1 }
  if kind == 0 { return 20 }
  // A record is a map.
  if kind == KIND_STRUCT && struct_is_record(ref(c)) { return KIND_MAP + 1 }
  return kind + 1
}

fun lists_compare(a: ref, b: ref): i32 {
  let m = load32(a, 4)
  let n = load32(b, 4)
  for i in 0..(if m < n { m } else { n }) {
    let order = cell_compare(list_cell_at(a, i), list_cell_at(b, i))
    if order != 0 { return order }
  }
  return i32(m > n) - i32(m < n)
}

/// Maps and structs: entry by entry in the order of the keys.
fun records_compare(a: ref, b: ref): i32 {
  var x = record_next(a, 0)
  var y = record_next(b, 0)
  while x != 0 && y != 0 {
    let keys = str_compare(record_key(a, x), record_key(b, y))
    if keys != 0 { return keys }
    let order = cell_compare(record_value(a, x), record_value(b, y))
    if order != 0 { return order }
    x = record_next(a, x)
    y = record_next(b, y)
  }
  return i32(x != 0) - i32(y != 0)
}

// ---- the entries of a map or struct in the order of their keys
//
// A cursor is 0 before the first entry and behind the last one; in a map it is the number of the entry in that order,
// from 1 on, in a struct the address of the field in the descriptor, or of the descriptor itself for \`__name\`.

/// The cursor of the next entry.
fun record_next(r: ref, cursor: i32): i32 {
  if load8u(r, 0) == KIND_MAP { return if cursor < load32(r, 4) { cursor + 1 } else { 0 } }
  let d = descriptor_of(r)
  var after: ref = none
  if cursor != 0 { after = record_key(r, cursor) }
  var best = 0
  var best_name: ref = none
  if !struct_is_record(r) && (after == 0 || str_compare("__name", after) > 0) {
    best = d
    best_name = "__name"
  }
  for i in 0..load32(d, 8) {
    let field = d + 16 + i * 12
    let name = loadref(field, 0)
    if (after == 0 || str_compare(name, after) > 0) && (best_name == 0 || str_compare(name, best_name) < 0) {
      best = field
      best_name = name
    }
  }
  return best
}

fun record_key(r: ref, cursor: i32): ref {
  if load8u(r, 0) == KIND_MAP {
    let key = list_cell_at(map_keys(r), cursor - 1)
    return if cell_is_str(key) { ref(key) } else { int_str(cell_int(key)) }
  }
  return if cursor == descriptor_of(r) { "__name" } else { loadref(cursor, 0) }
}

fun record_value(r: ref, cursor: i32): cell {
  if load8u(r, 0) == KIND_MAP { return map_value_cell(r, map_find_cell(r, list_cell_at(map_keys(r), cursor - 1))) }
  if cursor == descriptor_of(r) { return cell(loadref(cursor, 4)) }
  return cell_load(r + load32(cursor, 4), load32(cursor, 8))
}
`,
  'csv.mochi': `// Comma-separated values (RFC 4180): a reader that hands over one record at a time, in place in the buffer of the file, and a
// writer. A quote within an unquoted cell stands for itself.

// The cells of the record: RAWS of pairs, offset from \`file_mark\` and length in bytes.
var csv_cells: ref = 0
// The line behind the record.
var csv_line: i32 = 0

/// load with format csv or tsv: the rows as a list of the shape.
/// noinline
fun load_csv(path: ref, shape: i32, header: bool, delimiter: i32): ref {
  file_begin(path)
  csv_line = 1
  csv_cells = alloc_any(8 + 64 * 8, KIND_RAWS)
  store32(csv_cells, 4, 64 * 8)
  let kind = load32(shape, 8)
  let row = row_shape(shape)
  let typed = load32(row, 0) == SHAPE_STRUCT
  let rows = list_new(kind, 0)
  let width = csv_record(delimiter)
  if width >= 0 {
    let names = csv_names(width, header)
    var columns: ref = none
    if typed { columns = csv_columns(row, names) }
    var cells = width
    if header {
      cells = csv_record(delimiter)
    }
    while cells >= 0 {
      if cells != width { fail_width(cells, width) }
      if typed {
        input_push(rows, kind, cell(csv_struct(row, columns)))
      } else {
        input_push(rows, kind, csv_map(row, names))
      }
      cells = csv_record(delimiter)
    }
  }
  csv_cells = none
  file_close()
  return rows
}

/// noreturn
fun fail_width(cells: i32, width: i32) {
  error_begin()
  out_str("a record of ")
  out_i64(i64(cells))
  out_str(" cells where the first one has ")
  out_i64(i64(width))
  out_place()
  error_end()
}

/// The names of the columns: the cells of the record, or c0, c1, ...
fun csv_names(width: i32, header: bool): ref {
  let names = list_new(ELEM_REF, width)
  for i in 0..width {
    if header {
      list_push<ref>(names, text_string(cell_start(i), cell_bytes(i)))
    } else {
      list_push<ref>(names, str_concat("c", int_str(i64(i))))
    }
  }
  return names
}

/// inline
fun cell_start(i: i32): i32 {
  return file_mark + load32(csv_cells + i * 8, 8)
}

/// inline
fun cell_bytes(i: i32): i32 {
  return load32(csv_cells + i * 8, 12)
}

/// For each field of a struct the number of its column (the last one of its name), -1 where it is missing and may be nil.
fun csv_columns(shape: i32, names: ref): ref {
  let count = load32(shape, 20)
  let columns = alloc_any(8 + and(count * 4 + 7, -8), KIND_RAWS)
  for i in 0..count {
    let field = shape_field(shape, i)
    var column = -1
    for k in 0..load32(names, 4) {
      if str_eq(loadref(list_at(names, k, 4), 8), loadref(field, 0)) { column = k }
    }
    if column < 0 && load32(load32(field, 12), 4) == 0 { fail_missing(shape, field) }
    store32(columns + i * 4, 8, column)
  }
  return columns
}

/// The record as a struct.
fun csv_struct(shape: i32, columns: ref): ref {
  let row = alloc_zero(load32(shape, 12), load32(shape, 8))
  for i in 0..load32(shape, 20) {
    let column = load32(columns + i * 4, 8)
    if column >= 0 {
      let field = shape_field(shape, i)
      input_field = loadref(field, 0)
      text_store(row + load32(field, 4), load32(field, 8), load32(field, 12), cell_start(column), cell_bytes(column))
    }
  }
  return row
}

/// The record as a map.
fun csv_map(shape: i32, names: ref): cell {
  let row = record_begin(shape)
  let kind = map_value_kind(row)
  let items = item_shape(shape)
  for i in 0..load32(names, 4) {
    let name = loadref(list_at(names, i, 4), 8)
    input_field = name
    let value = text_cell(items, cell_start(i), cell_bytes(i))
    cell_store_new(map_put_text(row, name), kind, value)
  }
  return cell(row)
}

/// As cell_store, for a place whose old value does not matter.
fun cell_store_new(p: i32, kind: i32, v: cell) {
  if kind == ELEM_REF {
    storeref(p, 0, cell_object(v))
  } else {
    cell_store(p, kind, v)
  }
}

/// Reads the next record that is not an empty line; gives the number of its cells, -1 at the end.
fun csv_record(delimiter: i32): i32 {
  file_mark = 0
  file_line = csv_line
  while true {
    if file_at == file_end && !file_fill() { return -1 }
    let c = load8u(file_at, 0)
    if c == 10 {
      file_line = file_line + 1
    } else if c != 13 || !csv_line_ends() {
      break
    }
    file_at = file_at + 1
  }
  file_mark = file_at
  let line = file_line
  var cells = 0
  var more = true
  while more {
    if file_at == file_end && !file_fill() {
      csv_add(cells, file_at - file_mark, 0)
      more = false
    } else if load8u(file_at, 0) == 34 {
      more = csv_quoted(cells, delimiter)
    } else {
      more = csv_plain(cells, delimiter)
    }
    cells = cells + 1
  }
  // Messages about the record name the line where it begins.
  csv_line = file_line
  file_line = line
  return cells
}

/// True if a line feed or the end follows the carriage return at \`file_at\`.
fun csv_line_ends(): bool {
  if file_end - file_at < 2 && !file_fill() { return true }
  return load8u(file_at, 1) == 10
}

/// Notes cell number i.
fun csv_add(i: i32, offset: i32, bytes: i32) {
  let room = load32(csv_cells, 4)
  if i * 8 == room {
    let bigger = alloc_any(8 + room + room, KIND_RAWS)
    store32(bigger, 4, room + room)
    memory_copy(bigger + 8, csv_cells + 8, room)
    csv_cells = bigger
  }
  store32(csv_cells + i * 8, 8, offset)
  store32(csv_cells + i * 8, 12, bytes)
}

/// Reads a cell without quotes; false if it is the last one of the record.
fun csv_plain(i: i32, delimiter: i32): bool {
  let offset = file_at - file_mark
  var p = file_at
  var end = file_end
  while true {
    while p != end && load8u(p, 0) != delimiter && load8u(p, 0) != 10 { p = p + 1 }
    if p != end { break }
    file_at = p
    if !file_fill() {
      csv_add(i, offset, csv_without_return(offset))
      return false
    }
    p = file_at
    end = file_end
  }
  file_at = p
  let last = load8u(p, 0) == 10 && delimiter != 10
  if last {
    csv_add(i, offset, csv_without_return(offset))
    file_line = file_line + 1
  } else {
    csv_add(i, offset, p - file_mark - offset)
  }
  file_at = p + 1
  return !last
}

/// The bytes from an offset to \`file_at\`, without a carriage return at their end.
fun csv_without_return(offset: i32): i32 {
  let n = file_at - file_mark - offset
  return if n > 0 && load8u(file_at, -1) == 13 { n - 1 } else { n }
}

/// Reads a cell in quotes, which it takes away where it lies; false if it is the last one of the record.
fun csv_quoted(i: i32, delimiter: i32): bool {
  let first = file_line
  file_at = file_at + 1
  let offset = file_at - file_mark
  var to = offset
  while true {
    if file_at == file_end && !file_fill() {
      file_line = first
      fail_input("a quoted cell does not end")
    }
    let c = load8u(file_at, 0)
    file_at = file_at + 1
    if c == 34 {
      if file_at == file_end && !file_fill() {
        csv_add(i, offset, to - offset)
        return false
      }
      let d = load8u(file_at, 0)
      if d != 34 {
        csv_add(i, offset, to - offset)
        if d == 13 && csv_line_ends() {
          file_at = file_at + 1
          if file_at == file_end { return false }
        } else if d == delimiter {
          file_at = file_at + 1
          return true
        }
        if load8u(file_at, 0) != 10 { fail_input("a quoted cell goes on behind its closing quote") }
        file_at = file_at + 1
        file_line = file_line + 1
        return false
      }
      file_at = file_at + 1
    } else if c == 10 {
      file_line = file_line + 1
      if to > offset && load8u(file_mark + to, -1) == 13 { to = to - 1 }
    }
    store8(file_mark + to, 0, c)
    to = to + 1
  }
  return false
}

// ---- writing

/// save with format csv or tsv: the columns are the sorted keys of the first row.
/// noinline
fun save_csv(rows: cell, path: ref, header: bool, delimiter: i32) {
  let list = save_rows(rows)
  save_begin(path)
  let count = load32(list, 4)
  if count != 0 {
    let names = cell_keys(list_cell_at(list, 0))
    let width = load32(names, 4)
    if header {
      for k in 0..width {
        csv_write_cell(list_cell_at(names, k), k, width, delimiter)
      }
      out_newline()
    }
    for i in 0..count {
      let row = list_cell_at(list, i)
      for k in 0..width {
        let key = list_cell_at(names, k)
        var value: cell = none
        if cell_in(key, row) { value = cell_index(row, key) }
        csv_write_cell(value, k, width, delimiter)
      }
      out_newline()
    }
  }
  save_end()
}

/// The rows to save, maps or structs: the elements of a list, or one row.
fun save_rows(c: cell): ref {
  let kind = cell_kind(c)
  var list: ref = none
  if kind == KIND_LIST {
    list = ref(c)
  } else {
    list = list_new(ELEM_CELL, 1)
    if kind != 0 { list_push<cell>(list, c) }
  }
  for i in 0..load32(list, 4) {
    let row = list_cell_at(list, i)
    let of = cell_kind(row)
    if of != KIND_MAP && of != KIND_STRUCT { fail_needed(row, "a row to save (a map or a struct)") }
  }
  return list
}

/// Writes cell number k of a record of \`width\` cells.
fun csv_write_cell(c: cell, k: i32, width: i32, delimiter: i32) {
  if k != 0 { out_byte(delimiter) }
  let kind = cell_kind(c)
  if kind == CELL_INT {
    out_i64(cell_int(c))
  } else {
    csv_write_text(csv_text(c, kind), width, delimiter)
  }
}

fun csv_text(c: cell, kind: i32): ref {
  if kind == KIND_STRING { return ref(c) }
  if kind == 0 { return "" }
  if kind == CELL_FLOAT { return plain_float(cell_raw_float(c)) }
  if kind == KIND_LIST || kind == KIND_MAP || kind == KIND_STRUCT { return json_line_text(c) }
  return value_str(c)
}

/// A float without an exponent, and without a point where it is whole.
fun plain_float(x: f64): ref {
  let s = float_str_inner(x)
  let n = load32(s, 4)
  let end = load32(s, 12) + n
  if n > 2 && load8u(end, -1) == 48 && load8u(end, -2) == 46 { return str_slice(s, 0, i64(n - 2)) }
  return s
}

/// Text, quoted where it must be.
fun csv_write_text(s: ref, width: i32, delimiter: i32) {
  var p = load32(s, 12)
  let n = load32(s, 4)
  let end = p + n
  // An empty line would be no record.
  var quotes = n == 0 && width == 1
  if n != 0 { quotes = is_space(p, end) || bytes_are(p, n, "\\\\.") }
  var q = p
  while q != end {
    let c = load8u(q, 0)
    if c == delimiter || c == 34 || c == 10 || c == 13 { quotes = true }
    q = q + 1
  }
  if quotes {
    out_byte(34)
    while p != end {
      let c = load8u(p, 0)
      if c == 34 { out_byte(34) }
      out_byte(c)
      p = p + 1
    }
    out_byte(34)
  } else {
    out_bytes(p, n)
  }
  keep(s)
}

// ---- options that are known at run time only

/// The byte that a delimiter is.
fun delimiter_byte(s: ref): i32 {
  if s == 0 || load32(s, 4) != 1 { fail("the delimiter must be one ASCII character") }
  let c = load8u(load32(s, 12), 0)
  if c >= 128 || c == 34 || c == 10 || c == 13 { fail("the delimiter must be one ASCII character, and no quote") }
  return c
}

/// load with a format that is not constant. \`delimiter\` is null for the one that belongs to the format.
/// noinline
fun load_format(path: ref, shape: i32, format: ref, header: bool, delimiter: ref): ref {
  if str_eq(format, "json") { return load_json(path, shape) }
  if str_eq(format, "jsonl") { return load_jsonl(path, shape) }
  if str_eq(format, "yaml") { return load_yaml(path, shape) }
  return load_csv(path, shape, header, format_delimiter(format, delimiter))
}

/// noinline
fun save_format(rows: cell, path: ref, format: ref, header: bool, delimiter: ref) {
  if str_eq(format, "json") {
    save_json(rows, path)
  } else if str_eq(format, "jsonl") {
    save_jsonl(rows, path)
  } else if str_eq(format, "yaml") {
    save_yaml(rows, path)
  } else {
    save_csv(rows, path, header, format_delimiter(format, delimiter))
  }
}

fun format_delimiter(format: ref, delimiter: ref): i32 {
  let tabs = str_eq(format, "tsv")
  if !tabs && format != 0 && !str_eq(format, "csv") {
    fail(str_concat(str_concat("unknown format \\"", format), "\\": there are csv, tsv, json, jsonl and yaml"))
  }
  if delimiter != 0 { return delimiter_byte(delimiter) }
  return if tabs { 9 } else { 44 }
}

/// An option of a map or struct of options; nil when it is missing.
fun option_cell(options: cell, name: ref): cell {
  if i64(options) == 0 { return none }
  if !cell_in(cell(name), options) { return none }
  return cell_field(options, name)
}

/// An option that is a text; null when it is missing.
fun option_text(options: cell, name: ref): ref {
  return cell_ref(option_cell(options, name), KIND_STRING)
}

/// An option that is true or false.
fun option_flag(options: cell, name: ref, otherwise: bool): bool {
  let c = option_cell(options, name)
  if i64(c) == 0 { return otherwise }
  return cell_truthy(c)
}
`,
  'decode.mochi': `// From text and tokens of data files to typed values. The compiler describes each type that data is read as by a shape, a
// static table:
//
//     +0 SHAPE_*   +4 not 0: nil is allowed
//     list    +8 element kind   +12 shape of the elements
//     map     +8 value kind, key kind in bits 8 and up   +12 shape of the values
//     struct  +8 header   +12 size   +16 name   +20 number of fields
//             from +24 16 bytes a field: +0 name   +4 offset   +8 element kind   +12 shape
//
// 0 in place of a shape: the value is skipped.

let SHAPE_ANY = 0
let SHAPE_INT = 1
let SHAPE_FLOAT = 2
let SHAPE_BOOL = 3
let SHAPE_STRING = 4
let SHAPE_BIGINT = 5
let SHAPE_BIGRAT = 6
let SHAPE_LIST = 7
let SHAPE_MAP = 8
let SHAPE_STRUCT = 9

let FIELD_BYTES = 16

/// inline
fun shape_field(shape: i32, i: i32): i32 {
  return shape + 24 + i * FIELD_BYTES
}

// The field being read, for messages.
var input_field: ref = 0

// What text_int reads.
var text_value: i64 = 0

// Texts seen lately, by hash: REFS of 1024 strings.
var text_cache: ref = 0
let CACHED_BYTES = 32

// ---- text

/// A STRING object for the bytes at \`p\`, for calls that do not keep it; the same one every time.
fun text_probe(p: i32, n: i32): ref {
  let s = ref(static_area("probe", 24))
  store32(s, 0, KIND_STRING)
  store32(s, 4, n)
  store32(s, 12, p)
  store32(s, 20, 0)
  return s
}

/// A string of the bytes at \`p\`, which do not move meanwhile. Short texts that came up lately are not made again.
fun text_string(p: i32, n: i32): ref {
  if n <= 1 {
    if n == 0 { return "" }
    if load8u(p, 0) < 128 { return str_char(load8u(p, 0)) }
  }
  if n > CACHED_BYTES { return str_of_bytes(p, n) }
  if text_cache == 0 { text_cache = elems_new(ELEM_REF, 1024) }
  let hash = str_hash(text_probe(p, n))
  let slot = text_cache + 8 + and(shr_u(hash, 1), 1023) * 4
  let known = loadref(slot, 0)
  if load32(known, 20) == hash && load32(known, 4) == n {
    if bytes_equal(load32(known, 12), p, n) { return known }
  }
  let s = str_of_bytes(p, n)
  store32(s, 20, hash)
  storeref(slot, 0, s)
  return s
}

/// True if the bytes at p are the text.
fun bytes_are(p: i32, n: i32, text: ref): bool {
  return load32(text, 4) == n && bytes_equal(load32(text, 12), p, n)
}

/// Reads an int: an optional sign and digits; false for anything else. Else \`text_value\` has it.
fun text_int(p: i32, n: i32): bool {
  if n == 0 { return false }
  if n > 18 {
    if !read_int(text_probe(p, n), 10) { return false }
    text_value = read_value
    return true
  }
  let c = load8u(p, 0)
  let signed = c == 45 || c == 43
  let end = p + n
  var q = p + i32(signed)
  if q == end { return false }
  var v: i64 = 0
  while q != end {
    let d = load8u(q, 0) - 48
    if gt_u(d, 9) { return false }
    v = v * 10 + i64(d)
    q = q + 1
  }
  text_value = if c == 45 { 0 - v } else { v }
  return true
}

/// Reads a float; false if the text is none. Else \`read_float_value\` has it.
fun text_float(p: i32, n: i32): bool {
  return n != 0 && read_float(text_probe(p, n))
}

/// True if the text can only be a number: it begins as one.
fun text_like_number(p: i32, n: i32): bool {
  if n == 0 { return false }
  let c = load8u(p, 0)
  return lt_u(c - 48, 10) || c == 45 || c == 43 || c == 46
}

/// The value of a cell of a table without a type: an int, else a float, else a string.
fun text_any(p: i32, n: i32): cell {
  if text_like_number(p, n) {
    if text_int(p, n) { return cell_of_i64(text_value) }
    if text_float(p, n) { return cell_of_f64(read_float_value) }
  }
  return cell(text_string(p, n))
}

/// Text as a value of a shape.
fun text_cell(shape: i32, p: i32, n: i32): cell {
  let kind = load32(shape, 0)
  if kind == SHAPE_STRING { return cell(text_string(p, n)) }
  if kind == SHAPE_ANY { return text_any(p, n) }
  if n == 0 && load32(shape, 4) != 0 { return none }
  if kind == SHAPE_INT {
    if text_int(p, n) { return cell_of_i64(text_value) }
    if text_float(p, n) { return cell_of_i64(input_trunc(read_float_value)) }
    fail_text(p, n, "int")
  }
  if kind == SHAPE_FLOAT {
    if text_float(p, n) { return cell_of_f64(read_float_value) }
    fail_text(p, n, "float")
  }
  if kind == SHAPE_BOOL {
    if n == 4 && or(load32(p, 0), 0x20202020) == 0x65757274 { return cell_of_bool(true) }
    if n == 5 && or(load32(p, 0), 0x20202020) == 0x736c6166 && or(load8u(p, 4), 32) == 101 { return cell_of_bool(false) }
    fail_text(p, n, "bool")
  }
  if kind == SHAPE_BIGINT || kind == SHAPE_BIGRAT { return text_exact(kind, p, n) }
  fail_text(p, n, shape_name(shape))
  return none
}

/// An exact number of a program that has them.
fun text_exact(kind: i32, p: i32, n: i32): cell {
  if big_ints() != 0 {
    let s = str_of_bytes(p, n)
    if kind == SHAPE_BIGINT {
      let x = big_read(s)
      if i64(x) != 0 { return x }
      fail_text(p, n, "bigint")
    } else if big_rats() != 0 {
      return cell_as_rat(cell(s))
    }
  }
  return none
}

/// A float that is to be an int, without its fraction.
fun input_trunc(x: f64): i64 {
  if !(x >= -9223372036854775808.0 && x < 9223372036854775808.0) { fail_large() }
  return trunc_sat(x)
}

/// Stores text at an address that holds a value of an element kind.
fun text_store(address: i32, kind: i32, shape: i32, p: i32, n: i32) {
  let want = load32(shape, 0)
  if want == SHAPE_STRING {
    if kind == ELEM_REF {
      storeref(address, 0, text_string(p, n))
      return
    }
  } else if want == SHAPE_INT {
    if kind == ELEM_I64 && text_int(p, n) {
      store64(address, 0, text_value)
      return
    }
  } else if want == SHAPE_FLOAT {
    if kind == ELEM_F64 && text_float(p, n) {
      storef64(address, 0, read_float_value)
      return
    }
  }
  cell_store(address, kind, text_cell(shape, p, n))
}

// ---- values

/// What a value of a shape is called.
fun shape_name(shape: i32): ref {
  let kind = load32(shape, 0)
  if kind == SHAPE_STRUCT { return loadref(shape, 16) }
  if kind == SHAPE_INT { return "int" }
  if kind == SHAPE_FLOAT { return "float" }
  if kind == SHAPE_BOOL { return "bool" }
  if kind == SHAPE_STRING { return "string" }
  if kind == SHAPE_LIST { return "list" }
  if kind == SHAPE_MAP { return "map" }
  return if kind == SHAPE_BIGINT { "bigint" } else { "bigrat" }
}

/// Nil as a value of a shape: 0 for numbers, as in casts.
fun nil_cell(shape: i32): cell {
  let kind = load32(shape, 0)
  if kind == SHAPE_ANY || load32(shape, 4) != 0 { return none }
  if kind == SHAPE_INT { return cell_of_i64(0) }
  if kind == SHAPE_FLOAT { return cell_of_f64(0.0) }
  fail_value("nil", shape)
  return none
}

fun bool_cell(shape: i32, value: bool): cell {
  let kind = load32(shape, 0)
  if kind != SHAPE_ANY && kind != SHAPE_BOOL { fail_value("bool", shape) }
  return cell_of_bool(value)
}

/// A string that is the bytes at \`p\`, where a value of a shape is wanted: numbers are read, as in casts.
fun string_cell(shape: i32, p: i32, n: i32): cell {
  let kind = load32(shape, 0)
  if kind == SHAPE_ANY || kind == SHAPE_STRING { return cell(text_string(p, n)) }
  if kind >= SHAPE_LIST || kind == SHAPE_BOOL || n == 0 { fail_text(p, n, shape_name(shape)) }
  return text_cell(shape, p, n)
}

/// The digits at \`p\` as a number of a shape; with \`point\` the text has a fraction or an exponent, so that it is no int.
/// \`ints\`: an int stays one where nothing else is wanted.
fun number_cell(shape: i32, p: i32, n: i32, point: bool, ints: bool): cell {
  let kind = load32(shape, 0)
  if !point && (kind == SHAPE_INT || (ints && kind == SHAPE_ANY)) {
    if text_int(p, n) { return cell_of_i64(text_value) }
  }
  if !point && kind == SHAPE_BIGINT { return text_exact(kind, p, n) }
  if kind == SHAPE_BIGRAT { return text_exact(kind, p, n) }
  if !text_float(p, n) { fail_input("a number is too large") }
  if kind == SHAPE_ANY || kind == SHAPE_FLOAT { return cell_of_f64(read_float_value) }
  if kind == SHAPE_INT { return cell_of_i64(input_trunc(read_float_value)) }
  if kind == SHAPE_BIGINT {
    if big_ints() != 0 { return cell_as_big(cell_of_f64(read_float_value)) }
  }
  fail_value(if ints && !point { "int" } else { "float" }, shape)
  return none
}

/// noinline
/// noreturn
fun fail_text(p: i32, n: i32, wanted: ref) {
  let text = str_of_bytes(p, n)
  error_begin()
  out_str("cannot cast \\"")
  out_str(text)
  out_str("\\" to ")
  out_str(wanted)
  fail_field_end()
}

/// \`what\` is the type of the value that is there.
/// noinline
/// noreturn
fun fail_value(what: ref, shape: i32) {
  error_begin()
  out_str("cannot cast ")
  out_str(what)
  out_str(" to ")
  out_str(shape_name(shape))
  fail_field_end()
}

/// noreturn
fun fail_field_end() {
  if input_field != 0 {
    out_str(", field ")
    out_str(input_field)
  }
  out_place()
  error_end()
}

/// noinline
/// noreturn
fun fail_large() {
  error_begin()
  out_str("a number is too large for int")
  fail_field_end()
}

/// noinline
/// noreturn
fun fail_missing(shape: i32, field: i32) {
  error_begin()
  out_str("missing field ")
  out_str(loadref(field, 0))
  out_str(" for ")
  out_str(loadref(shape, 16))
  out_place()
  error_end()
}

// ---- containers

/// Appends a value to a list of a kind.
fun input_push(list: ref, kind: i32, c: cell) {
  if kind == ELEM_REF {
    list_push<ref>(list, cell_object(c))
  } else if kind == ELEM_CELL {
    list_push<cell>(list, c)
  } else if kind == ELEM_I64 {
    list_push<i64>(list, cell_int(c))
  } else if kind == ELEM_F64 {
    list_push<f64>(list, cell_float(c))
  } else {
    list_push<bool>(list, cell_bool(c))
  }
}

/// The element kind of lists of a shape; any other shape stands for a list of cells.
fun list_shape_kind(shape: i32): i32 {
  return if load32(shape, 0) == SHAPE_LIST { load32(shape, 8) } else { ELEM_CELL }
}

/// The shape of what a container of a shape holds; what is of any shape, or skipped, holds what is like it.
fun item_shape(shape: i32): i32 {
  let kind = load32(shape, 0)
  return if shape != 0 && (kind == SHAPE_LIST || kind == SHAPE_MAP) { load32(shape, 12) } else { shape }
}

/// A new list to be filled by \`input_push\`; null when it is skipped.
fun list_begin(shape: i32): ref {
  if shape == 0 { return none }
  let kind = load32(shape, 0)
  if kind != SHAPE_ANY && kind != SHAPE_LIST { fail_value("list", shape) }
  return list_new(list_shape_kind(shape), 0)
}

/// A new map or struct to be filled by \`record_put\`; null when it is skipped. Fields are null, keys absent.
fun record_begin(shape: i32): ref {
  if shape == 0 { return none }
  let kind = load32(shape, 0)
  if kind == SHAPE_STRUCT { return alloc_zero(load32(shape, 12), load32(shape, 8)) }
  if kind == SHAPE_ANY { return map_new(0, ELEM_CELL) }
  if kind != SHAPE_MAP { fail_value("map", shape) }
  return map_new(shr_u(load32(shape, 8), 8), and(load32(shape, 8), 255))
}

/// The entry of a struct's shape for the field that the bytes at \`p\` name, 0 if there is none: the search begins behind
/// \`last\`, the field before (0: none), because fields often come in the same order.
fun find_field(shape: i32, last: i32, p: i32, n: i32): i32 {
  let first = shape_field(shape, 0)
  let end = shape_field(shape, load32(shape, 20))
  if first == end { return 0 }
  var f = if last == 0 || last + FIELD_BYTES == end { first } else { last + FIELD_BYTES }
  let start = f
  while true {
    let name = load32(f, 0)
    if load32(name, 4) == n {
      if bytes_equal(load32(name, 12), p, n) { return f }
    }
    f = f + FIELD_BYTES
    if f == end { f = first }
    if f == start { break }
  }
  return 0
}

/// Fails if the program cannot use a map's key: one that should be an int.
fun map_put_text(m: ref, key: ref): i32 {
  if !map_has_int_keys(m) { return map_put_str(m, key) }
  if !read_int(key, 10) { fail_text(load32(key, 12), load32(key, 4), "int") }
  return map_put_i64(m, read_value)
}

// Which fields of the struct being read have been seen: one bit for each of the first 64 ones, bytes for all when there are
// more of them.

/// Null, or room to note the fields that were seen.
fun seen_new(shape: i32): ref {
  let count = load32(shape, 20)
  if count <= 64 { return none }
  return alloc_zero(8 + and(count + 7, -8), KIND_RAWS)
}

/// Fails unless each field has been seen that cannot be nil.
fun check_seen(shape: i32, bits: i64, seen: ref) {
  for i in 0..load32(shape, 20) {
    var has = 0
    if seen == 0 {
      has = i32(and(shr_u(bits, i64(i)), 1))
    } else {
      has = load8u(seen + i, 8)
    }
    let field = shape_field(shape, i)
    if has == 0 && load32(load32(field, 12), 4) == 0 { fail_missing(shape, field) }
  }
}

/// What a row is read as.
fun row_shape(shape: i32): i32 {
  return load32(shape, 12)
}
`,
  'dynamic.mochi': `// What the compiler needs of values whose kind it does not know, beside the operators of cell_ops.mochi.

/// A number becomes a float; everything else stays as it is.
fun cell_int_to_float(c: cell): cell {
  if cell_is_exact(c) { return cell_of_f64(cell_number(c)) }
  return c
}

/// Marks a list as held by more than one place.
/// inline
fun share_cell(c: cell): cell {
  if cell_is_ref(c) { share(ref(c)) }
  return c
}

/// The object of a cell that refers to a struct, else null.
fun cell_struct(c: cell): ref {
  if cell_has_kind(c, KIND_STRUCT) { return ref(c) }
  return ref(0)
}

/// Any list, as it is; the characters of a string; nil is an empty list.
fun cell_list(c: cell): ref {
  return cell_keys(c)
}

/// The field of a map that is being made a struct: it must be there.
fun cell_need_field(c: cell, name: ref, struct: ref): cell {
  if !cell_has_kind(c, KIND_MAP) && !cell_has_kind(c, KIND_STRUCT) { fail_cast(c, struct) }
  if !cell_in(cell(name), c) {
    fail(str_concat(str_concat(str_concat("missing field ", name), " for "), struct))
  }
  return cell_field(c, name)
}

/// \`c[a:b:step]\`.
fun cell_slice_step(c: cell, a: i64, b: i64, step: i64): cell {
  if cell_is_str(c) {
    return cell(str_join(list_step(str_chars(ref(c)), a, b, step), ""))
  }
  return cell(list_step(cell_ref(c, KIND_LIST), a, b, step))
}

/// An \`expect\` of a comparison that does not hold.
/// noinline
/// noreturn
fun fail_expect(source: ref, left: cell, right: cell) {
  let values = str_concat(str_concat(str_concat(" (left: ", value_str(left)), ", right: "), value_str(right))
  fail(str_concat(str_concat(str_concat("expect failed: ", source), values), ")"))
}

/// Nanoseconds of the real clock.
fun clock(): i64 {
  return clock_now()
}

/// What a \`bench\` block prints: its name and how long it ran.
fun bench_report(name: ref, began: i64) {
  let micros = (clock_now() - began) / 1000
  out_str("{\\n  \\"duration_us\\": ")
  out_i64(micros)
  out_str(",\\n  \\"memory_bytes\\": 0,\\n  \\"name\\": ")
  out_str(json_str(cell(name)))
  out_str("\\n}\\n")
}

// ---- built-ins on values of unknown kind

/// The values of a map in the order of its sorted keys; of a list, its elements.
fun cell_values(c: cell): ref {
  if cell_has_kind(c, KIND_MAP) { return map_values(ref(c)) }
  let out = list_new(ELEM_CELL, 4)
  let names = cell_keys(c)
  let count = list_len(names)
  for i in 0..count {
    list_push<cell>(out, share_cell(cell_index(c, list_get_cell(names, i))))
  }
  return out
}

fun cell_first(c: cell): cell {
  if cell_len(c) == 0 { return cell(0) }
  return cell_index(c, cell_of_i64(0))
}

fun cell_reverse(c: cell): cell {
  if cell_is_str(c) { return cell(str_reverse(ref(c))) }
  if i64(c) == 0 { return c }
  return cell(list_reverse(cell_ref(c, KIND_LIST)))
}

/// The position of a substring or of an element, or -1.
fun cell_index_of(c: cell, item: cell): i64 {
  if cell_is_str(c) { return str_index_of(ref(c), cell_ref(item, KIND_STRING)) }
  let xs = cell_ref(c, KIND_LIST)
  let count = list_len(xs)
  for i in 0..count {
    if cell_same(list_get_cell(xs, i), item) { return i }
  }
  return -1
}

fun cell_pow(a: cell, b: cell): cell {
  if cell_is_integer(a) && cell_is_int(b) {
    if big_ints() != 0 { return big_pow(a, cell_whole(b)) }
    return cell_of_i64(int_pow(cell_whole(a), cell_whole(b)))
  }
  return cell_of_f64(float_pow(cell_float(a), cell_float(b)))
}

fun cell_round(c: cell, digits: i64): cell {
  if cell_is_integer(c) && digits == 0 { return c }
  return cell_of_f64(round_digits(cell_float(c), digits))
}

fun cell_abs(c: cell): cell {
  if i64(c) == 0 { return c }
  if big_ints() != 0 {
    if cell_is_exact(c) { return if cell_lt(c, cell_of_i64(0)) { cell_neg(c) } else { c } }
  }
  if cell_is_int(c) { return cell_of_i64(int_abs(cell_whole(c))) }
  return cell_of_f64(abs(cell_float(c)))
}

fun cell_min2(a: cell, b: cell): cell {
  return if cell_compare(b, a) < 0 { b } else { a }
}

fun cell_max2(a: cell, b: cell): cell {
  return if cell_compare(b, a) > 0 { b } else { a }
}

/// Whether a map, record or struct has a key; nil has none.
fun cell_has_key(c: cell, name: ref): bool {
  return i64(c) != 0 && cell_in(cell(name), c)
}

/// exists(c): whether a container or string has anything in it; false for what is neither.
fun cell_exists(c: cell): bool {
  let kind = cell_kind(c)
  if kind != KIND_LIST && kind != KIND_MAP && kind != KIND_STRING && kind != KIND_STRUCT { return false }
  return cell_len(c) != 0
}
`,
  'errors.mochi': `// Run-time errors: \`error: MESSAGE\` on standard error after everything printed so far, then a trap, from which the host makes
// the stack trace.

/// Writes out what has been printed and turns output to standard error.
/// noinline
fun error_begin() {
  flush()
  out_quiet = 0
  out_marked = 0
  out_fd = 2
  out_str("error: ")
}

/// Ends the message and the program.
/// noinline
/// noreturn
fun error_end() {
  out_newline()
  flush()
  unreachable()
}

/// noinline
fun fail(msg: ref) {
  error_begin()
  out_str(msg)
  error_end()
}

/// The built-in \`panic\`.
/// noinline
fun panic(msg: ref) {
  fail(msg)
}

/// noinline
fun fail_index(i: i64, len: i64) {
  fail_range("list", i, len)
}

/// noinline
fun fail_str_index(i: i64, len: i64) {
  fail_range("string", i, len)
}

fun fail_range(what: ref, i: i64, len: i64) {
  error_begin()
  out_str(what)
  out_str(" index out of range: ")
  out_i64(i)
  out_str(" (length ")
  out_i64(len)
  out_byte(41)
  error_end()
}

/// noinline
fun fail_div() {
  fail("division by zero")
}

/// noinline
fun fail_overflow() {
  fail("integer overflow (declare the variable as bigint)")
}

/// \`what\` names the thing that is missing, e.g. "list".
/// noinline
fun fail_null(what: ref) {
  error_begin()
  out_str("nil where a ")
  out_str(what)
  out_str(" is needed")
  error_end()
}

/// noinline
fun fail_cast(v: cell, typeName: ref) {
  error_begin()
  out_str("cannot cast ")
  let raw = i64(v)
  if raw != 0 && shr_u(raw, 32) == 0 && load8u(i32(raw), 0) == KIND_STRING {
    out_byte(34)
    out_str(ref(i32(raw)))
    out_byte(34)
  } else {
    out_str(cell_type_name(v))
  }
  out_str(" to ")
  out_str(typeName)
  error_end()
}
`,
  'file.mochi': `// Files through WASI preview 1: which of the folders that the program may open holds a path, a buffered reader over one file
// or standard input at a time, and standard output turned to a file while \`save\` writes it.

extern fun fd_prestat_get(fd: i32, info: i32): i32
extern fun fd_prestat_dir_name(fd: i32, name: i32, length: i32): i32
extern fun path_open(fd: i32, lookup: i32, path: i32, length: i32, create: i32, rights: i64, inherited: i64, flags: i32, opened: i32): i32
extern fun fd_close(fd: i32): i32

let FILE_BYTES = 65536

// WASI error numbers.
let ERRNO_ACCES = 2
let ERRNO_ISDIR = 31
let ERRNO_NOENT = 44
let ERRNO_NOSPC = 51
let ERRNO_NOTDIR = 54
let ERRNO_PERM = 63
let ERRNO_ROFS = 69
let ERRNO_NOTCAPABLE = 76

// What path_open is asked for: FD_READ, FD_SEEK, FD_FILESTAT_GET; FD_WRITE with CREAT and TRUNC.
let OPEN_READ: i64 = 0x200006
let OPEN_WRITE: i64 = 0x40
let CREATE_TRUNCATE = 9

// The file being read. Bytes from \`file_at\` to \`file_end\` are still to come; those from \`file_mark\` on (if not 0) stay in the
// buffer. All three are addresses, which change when the buffer is filled.
var file_fd: i32 = 0
var file_buffer: ref = 0
var file_at: i32 = 0
var file_end: i32 = 0
var file_mark: i32 = 0
var file_ended: i32 = 0
// Its name and the line that has been reached, for messages.
var file_name: ref = 0
var file_line: i32 = 0

// The first error that tells more than that no folder holds the path.
var open_errno: i32 = 0

// ---- paths

/// A path without empty and "." parts, and with ".." taken as the way back where there is one; "" is the current folder.
fun path_clean(path: ref): ref {
  let from = load32(path, 12)
  let end = from + load32(path, 4)
  let out = str_new(load32(path, 4) + 1, 0)
  let base = out + STRING_BYTES
  var to = base
  let absolute = from != end && load8u(from, 0) == 47
  if absolute {
    store8(to, 0, 47)
    to = to + 1
  }
  let root = to
  var p = from
  while p < end {
    var q = p
    while q != end && load8u(q, 0) != 47 { q = q + 1 }
    let n = q - p
    if n == 2 && load8u(p, 0) == 46 && load8u(p, 1) == 46 && !(to == root && !absolute) && !path_goes_up(root, to) {
      // Back to the folder before the last part; the root is its own parent.
      while to != root && load8u(to, -1) != 47 { to = to - 1 }
      if to != root { to = to - 1 }
    } else if n != 0 && !(n == 1 && load8u(p, 0) == 46) {
      if to != root {
        store8(to, 0, 47)
        to = to + 1
      }
      memory_copy(to, p, n)
      to = to + n
    }
    p = q + 1
  }
  keep(path)
  return str_of_bytes(base, to - base)
}

/// True if the last part of the cleaned bytes [root, to) is "..".
fun path_goes_up(root: i32, to: i32): bool {
  if to - root < 2 || load8u(to, -1) != 46 || load8u(to, -2) != 46 { return false }
  return to - root == 2 || load8u(to, -3) == 47
}

fun path_is_absolute(path: ref): bool {
  return load32(path, 4) != 0 && load8u(load32(path, 12), 0) == 47
}

/// Where in the cleaned path the part below the cleaned folder begins; -1 if the folder does not hold it.
fun path_below(path: ref, folder: ref): i32 {
  let n = load32(folder, 4)
  if n == 0 {
    let goes_up = str_eq(path, "..") || str_starts_with(path, "../")
    return if path_is_absolute(path) || goes_up { -1 } else { 0 }
  }
  if !str_starts_with(path, folder) { return -1 }
  if load32(path, 4) == n { return n }
  if n == 1 && path_is_absolute(folder) { return 1 }
  return if load8u(load32(path, 12) + n, 0) == 47 { n + 1 } else { -1 }
}

/// The name of a folder that the program may open (descriptors from 3 on); null behind the last one.
fun folder_name(fd: i32): ref {
  let io = io_area()
  if fd_prestat_get(fd, io) != 0 { return none }
  if load8u(io, 0) != 0 { return "" }
  let bytes = load32(io, 4)
  let name = str_new(bytes, bytes)
  if fd_prestat_dir_name(fd, name + STRING_BYTES, bytes) != 0 { return "" }
  // Some hosts count a final NUL.
  var n = bytes
  while n > 0 && load8u(name + STRING_BYTES + n, -1) == 0 { n = n - 1 }
  store32(name, 4, n)
  store32(name, 8, n)
  return path_clean(name)
}

/// Opens a cleaned path in the folder with the longest name that holds it, else in the next one; -1 if none does.
fun open_in_folders(path: ref, rights: i64, create: i32): i32 {
  var longest = 0x7fffffff
  while true {
    var best = -1
    var best_length = -1
    var rest = 0
    var fd = 3
    while true {
      let name = folder_name(fd)
      if name == 0 { break }
      let below = path_below(path, name)
      let length = load32(name, 4)
      if below >= 0 && length > best_length && length < longest {
        best = fd
        best_length = length
        rest = below
      }
      fd = fd + 1
    }
    if best < 0 { return -1 }
    let part = str_slice_bytes(path, rest)
    let io = io_area()
    let errno = path_open(best, 1, load32(part, 12), load32(part, 4), create, rights, 0, 0, io)
    keep(part)
    if errno == 0 { return load32(io, 0) }
    if open_errno == 0 || open_errno == ERRNO_NOTCAPABLE || open_errno == ERRNO_PERM { open_errno = errno }
    longest = best_length
  }
  return -1
}

/// The bytes of a path from \`from\` on; "." when there are none.
fun str_slice_bytes(path: ref, from: i32): ref {
  let bytes = load32(path, 4) - from
  if bytes <= 0 { return "." }
  let part = str_of_bytes(load32(path, 12) + from, bytes)
  keep(path)
  return part
}

/// Opens a path: as it is, relative to $PWD where no folder is called as the current one, and below $MOCHI_ROOT without the
/// ".." that it begins with. Fails when there is no such file.
/// noinline
fun file_open(path: ref, rights: i64, create: i32): i32 {
  open_errno = 0
  let clean = path_clean(path)
  var fd = open_in_folders(clean, rights, create)
  if fd >= 0 { return fd }
  let pwd = env_find("PWD=")
  if pwd != 0 {
    let here = path_clean(pwd)
    if !path_is_absolute(clean) {
      fd = open_in_folders(path_clean(path_join(here, clean)), rights, create)
    } else {
      let below = path_below(clean, here)
      if below >= 0 { fd = open_in_folders(str_slice_bytes(clean, below), rights, create) }
    }
    if fd >= 0 { return fd }
  }
  let root = env_find("MOCHI_ROOT=")
  if root != 0 && !path_is_absolute(clean) {
    var part = clean
    while str_starts_with(part, "../") { part = str_slice_bytes(part, 3) }
    fd = open_in_folders(path_clean(path_join(root, part)), rights, create)
    if fd >= 0 { return fd }
  }
  fail_open(path, if create == 0 { "open" } else { "write" })
  return -1
}

fun path_join(folder: ref, path: ref): ref {
  return str_concat(str_concat(folder, "/"), path)
}

/// noinline
fun fail_open(path: ref, what: ref) {
  let errno = open_errno
  error_begin()
  out_str("cannot ")
  out_str(what)
  out_str(" \\"")
  out_str(path)
  out_str("\\": ")
  if errno == 0 || errno == ERRNO_NOTCAPABLE || errno == ERRNO_PERM {
    out_str("it is outside of the folders that this program may open")
  } else if errno == ERRNO_NOENT && str_eq(what, "write") {
    out_str("no such folder")
  } else {
    out_errno(errno)
  }
  error_end()
}

/// What an error number of WASI means.
fun out_errno(errno: i32) {
  if errno == ERRNO_NOENT || errno == ERRNO_NOTDIR {
    out_str("no such file")
  } else if errno == ERRNO_ACCES {
    out_str("permission denied")
  } else if errno == ERRNO_ISDIR || errno == ERRNO_BADF {
    out_str("it is a folder")
  } else if errno == ERRNO_NOSPC {
    out_str("no space left")
  } else if errno == ERRNO_ROFS {
    out_str("the folder is read-only")
  } else {
    out_str("error ")
    out_i64(i64(errno))
    out_str(" of the system")
  }
}

/// The value of an environment variable; \`name\` ends in "=". Null if it is not set or empty.
/// noinline
fun env_find(name: ref): ref {
  let io = io_area()
  if environ_sizes_get(io, io + 4) != 0 { return none }
  let count = load32(io, 0)
  let table = alloc_any(8 + count * 4 + load32(io, 4), KIND_RAWS)
  let first = i32(table) + 8
  var value: ref = none
  if environ_get(first, first + count * 4) == 0 {
    let bytes = load32(name, 4)
    for i in 0..count {
      let p = load32(first + i * 4, 0)
      var n = 0
      while n < bytes && load8u(p + n, 0) == load8u(load32(name, 12) + n, 0) { n = n + 1 }
      if n == bytes && load8u(p + n, 0) != 0 {
        while load8u(p + n, 0) != 0 { n = n + 1 }
        value = str_of_bytes(p + bytes, n - bytes)
        break
      }
    }
  }
  keep(table)
  return value
}

// ---- reading

/// Begins to read a file; null and "-" are standard input, of which \`input\` may have taken a part.
/// noinline
fun file_begin(path: ref) {
  file_line = 1
  file_mark = 0
  file_ended = 0
  let stdin = path == 0 || str_eq(path, "-")
  file_name = if stdin { "standard input" } else { path }
  file_fd = if stdin { 0 } else { file_open(path, OPEN_READ, 0) }
  file_buffer = alloc_any(FILE_BYTES, KIND_RAWS)
  store32(file_buffer, 4, FILE_BYTES - 8)
  file_at = i32(file_buffer) + 8
  file_end = file_at
  if stdin {
    flush()
    if in_next != in_end {
      let kept = in_end - in_next
      memory_copy(file_at, in_next, kept)
      file_end = file_at + kept
      in_next = in_end
    }
    if in_closed != 0 { file_ended = 1 }
  }
  // A byte order mark is no text.
  while file_end - file_at < 3 && file_fill() {}
  if file_end - file_at >= 3 && and(load32(file_at, 0), 0xffffff) == 0xbfbbef { file_at = file_at + 3 }
}

/// Ends reading.
fun file_close() {
  if file_fd == 0 {
    in_closed = 1
  } else {
    fd_close(file_fd)
  }
  file_buffer = none
  file_name = none
}

/// Reads more; false at the end of the file. What lies before \`file_at\`, or before \`file_mark\` if that is not 0, is dropped.
/// noinline
fun file_fill(): bool {
  if file_ended != 0 { return false }
  let from = if file_mark != 0 { file_mark } else { file_at }
  let kept = file_end - from
  let old = file_buffer
  let room = load32(old, 4)
  if kept > shr_u(room, 1) {
    if room > 0x3fffffff { fail("out of memory") }
    let bigger = alloc_any(room + room + 8, KIND_RAWS)
    store32(bigger, 4, room + room)
    memory_copy(i32(bigger) + 8, from, kept)
    file_buffer = bigger
  } else {
    memory_copy(i32(old) + 8, from, kept)
  }
  keep(old)
  let base = i32(file_buffer) + 8
  file_at = file_at - from + base
  if file_mark != 0 { file_mark = base }
  file_end = base + kept
  let io = io_area()
  while true {
    store32(io, 0, file_end)
    store32(io, 4, load32(file_buffer, 4) - kept)
    store32(io, 8, 0)
    let errno = fd_read(file_fd, io, 1, io + 8)
    if errno == 0 { break }
    if errno != ERRNO_INTR && errno != ERRNO_AGAIN { fail_read(errno) }
  }
  let count = load32(io, 8)
  if count == 0 { file_ended = 1 }
  file_end = file_end + count
  return count != 0
}

/// noinline
fun fail_read(errno: i32) {
  error_begin()
  out_str("cannot read \\"")
  out_str(file_name)
  out_str("\\": ")
  out_errno(errno)
  error_end()
}

/// Reads the rest of the file: then it lies from \`file_at\` to \`file_end\`.
fun file_read_all() {
  file_mark = file_at
  while file_fill() {}
}

/// Ends the program: what has been read is not as it should be.
/// noinline
/// noreturn
fun fail_input(what: ref) {
  error_begin()
  out_str(what)
  out_place()
  error_end()
}

/// Where in the input something is wrong: \` ("people.csv", line 3)\`.
fun out_place() {
  out_str(" (\\"")
  out_str(file_name)
  out_str("\\", line ")
  out_i64(i64(file_line))
  out_byte(41)
}

// ---- writing

// Not 0 while output goes to a file.
var save_name: ref = 0
var save_quiet: i32 = 0

/// Turns output to a file until \`save_end\`; null and "-" are standard output.
/// noinline
fun save_begin(path: ref) {
  if path == 0 || str_eq(path, "-") { return }
  flush()
  let fd = file_open(path, OPEN_WRITE, CREATE_TRUNCATE)
  save_name = path
  save_quiet = out_quiet
  out_quiet = 0
  out_fd = fd
}

/// noinline
fun save_end() {
  if save_name == 0 { return }
  flush()
  let errno = fd_close(out_fd)
  out_fd = 1
  out_quiet = save_quiet
  if errno != 0 { fail_save(errno) }
  save_name = none
}

/// Called when what has been saved cannot be written.
/// noinline
/// noreturn
fun fail_save(errno: i32) {
  out_fd = 2
  out_used = 0
  out_str("error: cannot write \\"")
  out_str(save_name)
  out_str("\\": ")
  out_errno(errno)
  save_name = none
  error_end()
}
`,
  'float.mochi': `// Floats to text: the shortest decimal digits that read back as the same number.
//
// Raffaele Giulietti, "The Schubfach way to render doubles" (2020), with powers of ten that are computed: every 27th is
// in a table with 128 bits, rounded up, and the others are products of it and a power of five. Schubfach needs an
// approximation of 10^k that is too large by at most one unit in its 126th bit; the products, cut off and two units
// added, are too large by more than 0 and at most four units in their 128th bit.

// The decimal exponent that belongs to the result of \`float_digits\`.
var float_exponent: i32 = 0
// The result of \`power_of_ten\`.
var power_high: i64 = 0
var power_low: i64 = 0

/// The upper 64 bits of the product of two unsigned numbers.
fun mul_high(a: i64, b: i64): i64 {
  let a0 = and(a, 0xffffffff)
  let a1 = shr_u(a, 32)
  let b0 = and(b, 0xffffffff)
  let b1 = shr_u(b, 32)
  let middle = a1 * b0 + shr_u(a0 * b0, 32)
  let cross = a0 * b1 + and(middle, 0xffffffff)
  return a1 * b1 + shr_u(middle, 32) + shr_u(cross, 32)
}

/// floor(log2(10^k)) for |k| <= 1233.
/// inline
fun log2_of_power(k: i32): i32 {
  return shr_s(k * 1741647, 19)
}

/// 10^k / 2^(floor(log2(10^k)) - 127), slightly too large; -292 <= k <= 324.
fun power_of_ten(k: i32) {
  let row = (k + 292) / 27
  let step = k + 292 - row * 27
  let entry = load32(power_table(), 12) + shl(row, 4)
  let high = load64(entry, 8)
  let low = load64(entry, 0)
  var h = high
  var l = low
  if step > 0 {
    var five: i64 = 1
    for i in 0..step {
      five = five * 5
    }
    let down = i64(log2_of_power(k) - log2_of_power(k - step) - step)
    let lowest = low * five
    let middle = high * five + mul_high(low, five)
    let highest = mul_high(high, five) + i64(lt_u(middle, high * five))
    h = or(shl(highest, 64 - down), shr_u(middle, down))
    l = or(shl(middle, 64 - down), shr_u(lowest, down))
  }
  power_low = l + 2
  power_high = h + i64(lt_u(l + 2, 2))
}

/// floor(power of ten * c / 2^128), with the lowest bit set when the product is not whole.
fun round_to_odd(c: i64): i64 {
  let x = mul_high(power_low, c)
  let y = power_high * c
  let low = x + y
  let high = mul_high(power_high, c) + i64(lt_u(low, y))
  return or(high, i64(gt_u(low, 1)))
}

/// The digits of a finite positive float as a whole number without trailing zeros; \`float_exponent\` is the power of ten
/// to multiply it by.
fun float_digits(x: f64): i64 {
  let exponent = i32(shr_u(bits(x), 52))
  let fraction = and(bits(x), 4503599627370495)
  let c = if exponent == 0 { fraction } else { or(fraction, 4503599627370496) }
  let q = if exponent == 0 { -1074 } else { exponent - 1075 }
  if q <= 0 && q > -53 {
    let down = i64(0 - q)
    if shl(shr_u(c, down), down) == c {
      float_exponent = 0
      return strip_zeros(shr_u(c, down))
    }
  }
  // A power of two is nearer to the float below it.
  let narrow = fraction == 0 && exponent > 1
  let k = shr_s(q * 1262611 - (if narrow { 524031 } else { 0 }), 22)
  let shift = i64(q + log2_of_power(0 - k) + 1)
  power_of_ten(0 - k)
  let odd = and(c, 1)
  let lower = round_to_odd(shl(4 * c - 2 + i64(narrow), shift)) + odd
  let value = round_to_odd(shl(4 * c, shift))
  let upper = round_to_odd(shl(4 * c + 2, shift)) - odd
  let s = shr_u(value, 2)
  if s >= 10 {
    let ten = div_u(s, 10) * 10
    let below = le_u(lower, 4 * ten)
    let above = le_u(4 * ten + 40, upper)
    if below != above {
      float_exponent = k
      return strip_zeros(ten + (if above { 10 } else { 0 }))
    }
  }
  let below = le_u(lower, 4 * s)
  let above = le_u(4 * s + 4, upper)
  float_exponent = k
  if below != above { return strip_zeros(s + i64(above)) }
  // Both neighbours (or none) read back as x: the nearer one, the even one of two equally near.
  let middle = 4 * s + 2
  let up = gt_u(value, middle) || (value == middle && and(s, 1) != 0)
  return strip_zeros(s + i64(up))
}

/// Moves trailing zeros of the digits into \`float_exponent\`.
fun strip_zeros(digits: i64): i64 {
  var d = digits
  while d != 0 {
    let q = div_u(d, 10)
    if q * 10 != d { return d }
    d = q
    float_exponent = float_exponent + 1
  }
  return d
}

let FLOAT_TOP = 0
let FLOAT_INNER = 1
let FLOAT_JSON = 2

/// Top level and str(): the exponent form below 1e-4 and from 1e6 on; no ".0".
fun float_str(x: f64): ref {
  return float_text(x, FLOAT_TOP)
}

/// Inside a container: never an exponent, always a point.
fun float_str_inner(x: f64): ref {
  return float_text(x, FLOAT_INNER)
}

/// JSON: the exponent form below 1e-6 and from 1e21 on; null for what JSON has no number for.
fun float_str_json(x: f64): ref {
  return float_text(x, FLOAT_JSON)
}

fun float_text(x: f64, form: i32): ref {
  let length = float_put(x, form)
  return str_copy(number_text(), length, length)
}

/// Where the text of a number is put together. The longest one has 17 digits behind 324 zeros.
/// inline
fun number_text(): i32 {
  return static_area("number text", 352)
}

/// Writes the text of a float at \`number_text()\`; gives its length.
/// noinline
fun float_put(x: f64, form: i32): i32 {
  if x - x != 0.0 {
    let word = if form == FLOAT_JSON { "null" } else if x != x { "NaN" } else if x > 0.0 { "+Inf" } else { "-Inf" }
    memory_copy(number_text(), load32(word, 12), 4)
    return load32(word, 4)
  }
  var p = number_text()
  if bits(x) < 0 {
    store8(p, 0, 45)
    p = p + 1
  }
  float_exponent = 0
  var digits: i64 = 0
  if x != 0.0 { digits = float_digits(abs(x)) }
  let n = digit_count(digits)
  // Digits in front of the point (0 or less: zeros follow it first), and the exponent of the first digit.
  let point = n + float_exponent
  let e = point - 1
  var exponential = false
  if digits != 0 {
    if form == FLOAT_TOP { exponential = e < -4 || e >= 6 }
    if form == FLOAT_JSON { exponential = e < -6 || e >= 21 }
  }
  if exponential {
    p = put_exponential(p, digits, n, e, form)
  } else if point <= 0 {
    memory_fill(p, 48, 2 - point)
    store8(p, 1, 46)
    p = p + 2 - point + n
    put_digits(p, digits)
  } else if point < n {
    put_digits(p + n + 1, digits)
    memory_copy(p, p + 1, point)
    store8(p + point, 0, 46)
    p = p + n + 1
  } else {
    memory_fill(p, 48, point + 2)
    put_digits(p + n, digits)
    p = p + point
    if form == FLOAT_INNER {
      store8(p, 0, 46)
      p = p + 2
    }
  }
  return p - number_text()
}

/// Writes d.ddde+XX at \`to\`, with two digits of the exponent at least, in JSON as many as it has; gives the address behind
/// it.
fun put_exponential(to: i32, digits: i64, n: i32, e: i32, form: i32): i32 {
  var p = to + n
  if n > 1 {
    p = p + 1
    put_digits(p, digits)
    store8(to, 0, load8u(to, 1))
    store8(to, 1, 46)
  } else {
    put_digits(p, digits)
  }
  let size = i64(if e < 0 { 0 - e } else { e })
  var width = digit_count(size)
  if form == FLOAT_TOP && width < 2 { width = 2 }
  store8(p, 0, 101)
  store8(p, 1, if e < 0 { 45 } else { 43 })
  store8(p, 2, 48)
  p = p + 2 + width
  put_digits(p, size)
  return p
}

/// ceil(10^k / 2^(floor(log2(10^k)) - 127)) for k = -292, -265, ... 302.
fun power_table(): ref {
  return "\\x7b\\x0f\\xbb\\x13\\x9c\\xe8\\xe8\\x25\\x4f\\xdc\\xbc\\xbe\\xfc\\xb1\\x77\\xff\\x90\\x12\\xc8\\x2d\\x21\\x3d\\x0a\\xfb\\xe3\\x98\\x2d\\x40\\xff\\x73\\x5d\\xce\\x1f\\x48\\xea\\xc0\\x48\\xaa\\x2f\\xf4\\x6f\\xc0\\xdf\\xc9\\xd8\\x4a\\xb3\\xa6\\x98\\x31\\x03\\x02\\x9c\\xff\\x5d\\xae\\xbc\\x64\\x71\\xf7\\x9e\\xd3\\xa8\\x86\\x58\\x09\\x9b\\xdd\\x24\\xd6\\xad\\x3b\\x76\\x8c\\x06\\x19\\xee\\xda\\x8d\\xd9\\xfb\\x98\\x08\\xf9\\x9e\\x92\\xd1\\xe5\\xcf\\xea\\x4e\\x64\\x50\\x23\\xbd\\xaf\\xc2\\x63\\xf4\\x1e\\xfa\\x3f\\x8d\\xca\\x8f\\x9c\\x97\\xc5\\xab\\xef\\xf5\\x8d\\x16\\x05\\x1d\\x10\\x6a\\x0a\\x42\\xcc\\xbd\\xaa\\xdc\\x9d\\x87\\x90\\x59\\xe5\\x6a\\x3e\\x5b\\x8d\\x0e\\xe4\\x08\\xf8\\xce\\x9b\\xa8\\x8f\\x93\\x70\\x44\\xb9\\xa9\\x4a\\xa4\\x79\\x13\\x00\\xe7\\xdd\\xad\\x9a\\x98\\x27\\x76\\x63\\xa8\\x95\\x39\\x63\\xdd\\x12\\x8b\\xc6\\x24\\x53\\xb1\\x2c\\xf7\\xba\\x80\\x00\\xc9\\xf1\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x50\\xc3\\x00\\x00\\x00\\x00\\x00\\x00\\x20\\xf0\\x9d\\xb5\\x70\\x2b\\xa8\\xad\\xc5\\x9d\\xb5\\xd5\\x53\\x47\\xd0\\x36\\xf2\\x02\\x08\\x6a\\xc3\\x25\\x70\\x0b\\xe5\\xfe\\x87\\x6f\\x5e\\xb5\\x26\\x02\\x4c\\xed\\x26\\xcf\\xab\\x09\\x5e\\xfd\\xe6\\xcd\\x1d\\x15\\x86\\xb7\\x46\\x83\\xdb\\x84\\x45\\xff\\x6b\\xbf\\x30\\x99\\x53\\xa6\\xb3\\xa9\\x45\\xba\\x92\\x23\\x8a\\x0b\\xc2\\xc5\\x9b\\x5b\\x92\\x86\\x5b\\x86\\x05\\xda\\x94\\x80\\x51\\xa1\\x2b\\x1b\\xa4\\x9d\\x06\\x28\\xff\\xf7\\x10\\xd9\\xb3\\x27\\x00\\x97\\xd1\\xc8\\x7a\\x38\\xbb\\xba\\xa6\\x54\\x66\\x41\\x58\\xaf\\xd3\\xe5\\x89\\xd2\\xfe\\xec\\xea\\x5c\\x24\\x7e\\x73\\xde\\xa9\\x71\\xa4\\x8d\\x4b\\x33\\xa5\\xea\\x3f\\xaf\\xab\\x0f\\x15\\x05\\xa4\\x92\\x23\\xe8\\xd5\\xe4\\x44\\x62\\x93\\x3b\\x1f\\x75\\x6a\\x3d\\x17\\x0a\\xb0\\xe7\\x62\\x16\\xda\\xb8\\xc9\\xeb\\x43\\x0c\\x1e\\x80\\x37\\x0f\\xcb\\x0c\\xdf\\x02\\x52\\x7a\\x52\\x95"
}
`,
  'float_math.mochi': `// Floats: division, remainder, powers, rounding.

let HIDDEN_BIT: i64 = 4503599627370496

/// inline
fun float_div(a: f64, b: f64): f64 {
  if b == 0.0 { fail_div() }
  return a / b
}

/// C's fmod: the exact remainder, with the sign of \`a\`. Eleven bits of the quotient at a step.
fun float_rem(a: f64, b: f64): f64 {
  if b == 0.0 { fail_div() }
  // NaN for infinite or NaN a, or NaN b.
  if a - a != 0.0 || b != b { return a - a + b }
  if abs(a) < abs(b) { return a }
  let x = bits(abs(a))
  let y = bits(abs(b))
  let divisor = significand(y)
  var rest = rem_u(significand(x), divisor)
  var more = scale_of(x) - scale_of(y)
  while more > 0 && rest != 0 {
    let step = if more < 11 { more } else { 11 }
    rest = rem_u(shl(rest, step), divisor)
    more = more - step
  }
  return copysign(float_scale(f64(rest), i32(scale_of(y)) - 1075), a)
}

/// The significand of a float's bits (no sign), as a whole number.
fun significand(x: i64): i64 {
  let fraction = and(x, HIDDEN_BIT - 1)
  return if fraction == x { fraction } else { or(fraction, HIDDEN_BIT) }
}

/// The power of two that the significand is to be multiplied by, plus 1075.
fun scale_of(x: i64): i64 {
  return shr_u(x, 52) + i64(lt_u(x, HIDDEN_BIT))
}

/// x * 2^n for |n| < 3000.
fun float_scale(x: f64, n: i32): f64 {
  var y = x
  var k = n
  while k > 1000 {
    y = y * power_of_two(1000)
    k = k - 1000
  }
  while k < -900 {
    y = y * power_of_two(-900)
    k = k + 900
  }
  return y * power_of_two(k)
}

/// 2^n for a normal result.
fun power_of_two(n: i32): f64 {
  return from_bits(shl(i64(n + 1023), 52))
}

/// The truncated value. Fails when 64 bits do not hold it.
fun float_to_int(x: f64): i64 {
  if x >= -9223372036854775808.0 && x < 9223372036854775808.0 { return trunc_sat(x) }
  fail_overflow()
}

/// x rounded to a whole number, halves away from zero.
fun float_round(x: f64): f64 {
  let t = trunc(x)
  return if abs(x - t) >= 0.5 { t + copysign(1.0, x) } else { t }
}

/// x rounded to a number of decimal digits behind the point (in front of it when negative), halves away from zero.
fun round_digits(x: f64, digits: i64): f64 {
  var power = 1.0
  for i in 0..(if digits < 0 { 0 - digits } else { digits }) {
    power = power * 10.0
    if power >= 1.0e300 { break }
  }
  if digits < 0 { return float_round(x / power) * power }
  let scaled = x * power
  // What has no digits behind the point, or cannot be scaled, stays.
  if !(abs(scaled) < 4503599627370496.0) { return x }
  return float_round(scaled) / power
}

/// x^y with C's special cases. Whole powers by squaring, with the exponent apart so that nothing overflows on the way.
fun float_pow(x: f64, y: f64): f64 {
  if y == 0.0 || x == 1.0 { return 1.0 }
  if x != x || y != y { return x + y }
  var whole = trunc(abs(y))
  var part = abs(y) - whole
  let odd = whole < 9007199254740992.0 && part == 0.0 && and(trunc_sat(whole), 1) != 0
  if x == 0.0 || x - x != 0.0 {
    // Zeros and infinities: the result is the other one for negative powers.
    let size = if y < 0.0 { 1.0 / abs(x) } else { abs(x) }
    return if odd { copysign(size, x) } else { size }
  }
  if whole >= 9223372036854775808.0 {
    if x == -1.0 { return 1.0 }
    return if (abs(x) < 1.0) == (y > 0.0) { 0.0 } else { 1.0 / 0.0 }
  }
  if part != 0.0 && x < 0.0 { return 0.0 / 0.0 }
  if y == 0.5 { return sqrt(x) }
  var result = 1.0
  var scale = 0
  if part != 0.0 {
    if part > 0.5 {
      part = part - 1.0
      whole = whole + 1.0
    }
    result = float_exp(part * float_log(x))
  }
  var base = float_fraction(x)
  var base_scale = float_binary_exponent(x)
  var n = trunc_sat(whole)
  while n != 0 {
    if base_scale > 4096 || base_scale < -4096 {
      // Out of range for certain.
      scale = scale + base_scale
      break
    }
    if and(n, 1) != 0 {
      result = result * base
      scale = scale + base_scale
    }
    base = base * base
    base_scale = base_scale + base_scale
    if abs(base) < 0.5 {
      base = base + base
      base_scale = base_scale - 1
    }
    n = shr_u(n, 1)
  }
  if y < 0.0 {
    result = 1.0 / result
    scale = 0 - scale
  }
  if scale > 2500 { scale = 2500 }
  if scale < -2500 { scale = -2500 }
  return float_scale(result, scale)
}

/// The binary exponent of a finite x other than 0 when its fraction is in [0.5, 1).
fun float_binary_exponent(x: f64): i32 {
  let size = bits(abs(x))
  if lt_u(size, HIDDEN_BIT) { return i32(i64(-1010) - clz(size)) }
  return i32(shr_u(size, 52)) - 1022
}

/// The fraction of x: with absolute value in [0.5, 1), x = fraction * 2^exponent.
fun float_fraction(x: f64): f64 {
  return float_scale(x, 0 - float_binary_exponent(x))
}

/// The natural logarithm of a positive number (FreeBSD's e_log.c: an error of less than one unit in the last place).
fun float_log(x: f64): f64 {
  var f = float_fraction(x)
  var k = f64(float_binary_exponent(x))
  if f < 0.7071067811865476 {
    f = f + f
    k = k - 1.0
  }
  f = f - 1.0
  let s = f / (2.0 + f)
  let s2 = s * s
  let s4 = s2 * s2
  let odd = s2 * (6.666666666666735130e-01 + s4 * (2.857142874366239149e-01 + s4 * (1.818357216161805012e-01 + s4 * 1.479819860511658591e-01)))
  let even = s4 * (3.999999999940941908e-01 + s4 * (2.222219843214978396e-01 + s4 * 1.531383769920937332e-01))
  let half = 0.5 * f * f
  return k * 6.93147180369123816490e-01 - ((half - (s * (half + odd + even) + k * 1.90821492927058770002e-10)) - f)
}

/// e^x for |x| < 700 (FreeBSD's e_exp.c).
fun float_exp(x: f64): f64 {
  let k = nearest(x * 1.44269504088896338700)
  let high = x - k * 6.93147180369123816490e-01
  let low = k * 1.90821492927058770002e-10
  let r = high - low
  let t = r * r
  let c = r - t * (1.66666666666666657415e-01 + t * (-2.77777777770155933842e-03 + t * (6.61375632143793436117e-05 + t * (-1.65339022054652515390e-06 + t * 4.13813679705723846039e-08))))
  let y = 1.0 - ((low - (r * c) / (2.0 - c)) - high)
  return float_scale(y, i32(trunc_sat(k)))
}
`,
  'float_parse.mochi': `// Text to floats, correctly rounded. Numbers of up to 15 digits and small powers of ten are exact with one operation
// (William Clinger, "How to read floating point numbers accurately", PLDI 1990); all others are calculated exactly with big
// numbers of 32-bit limbs: digits * 2^s / 10^n, rounded half to even.

// Where \`read_float\` puts its result.
var read_float_value: f64 = 0

// Digits beyond these only tell whether something follows: no float needs more to be told from a neighbour.
let MOST_DIGITS = 800
let LIMB_BYTES = 1024

/// The number that a text is: sign, digits with a point among them, exponent; anything else fails.
fun str_float(s: ref): f64 {
  if !read_float(s) { fail_cast(cell(s), "float") }
  return read_float_value
}

/// Reads a number; false if the text is none or too large. Else \`read_float_value\` has it.
/// noinline
fun read_float(s: ref): bool {
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  let minus = p < end && load8u(p, 0) == 45
  if p < end && (minus || load8u(p, 0) == 43) { p = p + 1 }
  let start = p
  // The digits as a number while they are at most 18; how many there are from the first one that is not 0.
  var value: i64 = 0
  var digits = 0
  var seen = 0
  var point = -1
  while p < end {
    let d = load8u(p, 0) - 48
    if lt_u(d, 10) {
      seen = seen + 1
      if digits > 0 || d > 0 {
        digits = digits + 1
        if digits <= 18 { value = value * 10 + i64(d) }
      }
    } else if d == -2 && point < 0 {
      point = seen
    } else {
      break
    }
    p = p + 1
  }
  if seen == 0 { return false }
  let stop = p
  var exponent = if point < 0 { 0 } else { point - seen }
  if p < end {
    if or(load8u(p, 0), 32) != 101 { return false }
    p = p + 1
    let down = p < end && load8u(p, 0) == 45
    if p < end && (down || load8u(p, 0) == 43) { p = p + 1 }
    if p == end { return false }
    var e = 0
    while p < end {
      let d = load8u(p, 0) - 48
      if gt_u(d, 9) { return false }
      if e < 100000000 { e = e * 10 + d }
      p = p + 1
    }
    exponent = if down { exponent - e } else { exponent + e }
  }
  var x = 0.0
  if digits <= 15 && exponent >= -22 && exponent <= 22 {
    var power = 1.0
    for i in 0..(if exponent < 0 { 0 - exponent } else { exponent }) {
      power = power * 10.0
    }
    x = if exponent < 0 { f64(value) / power } else { f64(value) * power }
  } else if digits > 0 && digits + exponent >= -330 {
    if digits + exponent > 310 { return false }
    x = exact_float(start, stop, digits, exponent)
    if x - x != 0.0 { return false }
  }
  read_float_value = if minus { -x } else { x }
  keep(s)
  return true
}

// The big number: limbs at \`limbs()\`, the least significant one first.
var limb_count: i32 = 0

/// inline
fun limbs(): i32 {
  return static_area("limbs", LIMB_BYTES)
}

/// The big number = itself * factor + term.
fun big_multiply(factor: i32, term: i32) {
  var carry = i64_u(term)
  for i in 0..limb_count {
    let p = limbs() + shl(i, 2)
    carry = carry + load32u_64(p, 0) * i64_u(factor)
    store32(p, 0, i32(carry))
    carry = shr_u(carry, 32)
  }
  if carry != 0 {
    store32(limbs() + shl(limb_count, 2), 0, i32(carry))
    limb_count = limb_count + 1
  }
}

/// The big number = itself / divisor; gives the remainder.
fun big_divide(divisor: i32): i32 {
  var rest: i64 = 0
  var p = limbs() + shl(limb_count, 2)
  while p != limbs() {
    p = p - 4
    let value = or(shl(rest, 32), load32u_64(p, 0))
    let q = div_u(value, i64_u(divisor))
    store32(p, 0, i32(q))
    rest = value - q * i64_u(divisor)
  }
  while limb_count > 0 && load32(limbs() + shl(limb_count, 2), -4) == 0 {
    limb_count = limb_count - 1
  }
  return i32(rest)
}

/// The float next to the number that the digits between two addresses (with a point among them) make, times 10^exponent.
/// \`digits\` is their count without leading zeros; -330 <= digits + exponent <= 310.
fun exact_float(start: i32, stop: i32, digits: i32, exponent: i32): f64 {
  var e = exponent
  var rest = 0
  var left = digits
  var p = start
  limb_count = 0
  // All digits, or the first MOST_DIGITS.
  while p < stop {
    let d = load8u(p, 0) - 48
    if lt_u(d, 10) {
      if digits - left < MOST_DIGITS {
        big_multiply(10, d)
      } else {
        rest = or(rest, d)
        e = e + 1
      }
      if limb_count > 0 || d > 0 { left = left - 1 }
    }
    p = p + 1
  }
  // Divides by 10^-e, after making room for at least 64 bits of the quotient.
  var room = 0
  if e < 0 {
    room = (0 - e) / 9 + 4
    memory_copy(limbs() + shl(room, 2), limbs(), shl(limb_count, 2))
    memory_fill(limbs(), 0, shl(room, 2))
    limb_count = limb_count + room
  }
  while e != 0 {
    if e >= 9 {
      big_multiply(1000000000, 0)
      e = e - 9
    } else if e > 0 {
      big_multiply(10, 0)
      e = e - 1
    } else if e <= -9 {
      rest = or(rest, big_divide(1000000000))
      e = e + 9
    } else {
      rest = or(rest, big_divide(10))
      e = e + 1
    }
  }
  // The upper 64 bits, from the highest one that is set.
  let top = limbs() + shl(limb_count, 2)
  let zeros = clz(load32(top, -4))
  var high = shl(i64_u(load32(top, -4)), i64(zeros + 32))
  if limb_count > 1 { high = or(high, shl(load32u_64(top, -8), i64(zeros))) }
  if limb_count > 2 {
    high = or(high, shr_u(load32u_64(top, -12), i64(32 - zeros)))
    rest = or(rest, shl(load32(top, -12), zeros))
    for i in 0..limb_count - 3 {
      rest = or(rest, load32(limbs() + shl(i, 2), 0))
    }
  }
  // The binary exponent of the highest bit.
  let b = shl(limb_count - room, 5) - zeros - 1
  return float_rounded(high, rest, b)
}

/// The float next to a number, of two the even one; infinite beyond the largest one. \`high\` are the highest 64 bits of the
/// number, from the first one that is set; \`rest\` is not 0 if there are other ones; the first one is worth 2^b.
fun float_rounded(high: i64, rest: i32, b: i32): f64 {
  if b > 1023 { return 1.0 / 0.0 }
  // Below 2^-1022 there are fewer bits.
  let drop = if b >= -1022 { 11 } else { -1011 - b }
  if drop > 64 { return 0.0 }
  var kept = if drop == 64 { i64(0) } else { shr_u(high, i64(drop)) }
  let cut = shl(high, i64(64 - drop))
  if cut < 0 {
    // Half of the last place or more.
    if shl(cut, 1) != 0 || rest != 0 || and(kept, 1) != 0 { kept = kept + 1 }
  }
  return from_bits(kept + (if b >= -1022 { shl(i64(b + 1022), 52) } else { i64(0) }))
}
`,
  'format.mochi': `// Text of values of any type: what print shows, what str() gives, and JSON (json.mochi).
//
// A writer takes the text: 0 is standard output, else a BOX that holds the BUFFER being filled.

let WRITER_BYTES = 112

// ---- writers

fun writer_new(): ref {
  let buffer = text_buffer(WRITER_BYTES)
  return box_new(buffer)
}

/// Writes \`count\` bytes from address \`p\`, in an object that the caller keeps alive.
fun write_bytes(w: ref, p: i32, count: i32) {
  if w == 0 {
    out_bytes(p, count)
    return
  }
  let buffer = writer_room(w, count)
  let used = load32(buffer, 8)
  memory_copy(buffer + BUFFER_BYTES + used, p, count)
  store32(buffer, 8, used + count)
}

/// The writer's buffer, with room for \`count\` more bytes.
fun writer_room(w: ref, count: i32): ref {
  let buffer: ref = box_get(w)
  let used = load32(buffer, 8)
  if count <= load32(buffer, 4) - used { return buffer }
  if used + count < 0 { fail("out of memory") }
  let larger = text_buffer(used + used + count)
  store32(larger, 8, used)
  memory_copy(larger + BUFFER_BYTES, buffer + BUFFER_BYTES, used)
  box_set(w, larger)
  return larger
}

fun write_str(w: ref, s: ref) {
  write_bytes(w, load32(s, 12), load32(s, 4))
  keep(s)
}

fun write_byte(w: ref, byte: i32) {
  if w == 0 {
    out_byte(byte)
    return
  }
  let buffer = writer_room(w, 1)
  let used = load32(buffer, 8)
  store8(buffer + used, BUFFER_BYTES, byte)
  store32(buffer, 8, used + 1)
}

fun write_int(w: ref, v: i64) {
  write_bytes(w, number_text(), put_int(number_text(), v) - number_text())
}

/// A float in one of the forms FLOAT_*.
fun write_float(w: ref, x: f64, form: i32) {
  write_bytes(w, number_text(), float_put(x, form))
}

/// What has been written; the writer is not used any more.
fun writer_text(w: ref): ref {
  let buffer: ref = box_get(w)
  return buffer_string(buffer, buffer + BUFFER_BYTES + load32(buffer, 8))
}

// ---- print and str

/// str(c), Go's %v: lists as [1 a], maps as map[k:v], nil as <nil>.
/// noinline
fun value_str(c: cell): ref {
  if cell_is_str(c) && i64(c) != 0 { return ref(c) }
  let w = writer_new()
  write_value(w, c, FORM_STR, 0, none)
  return writer_text(w)
}

/// What print shows for a value inside a list: strings quoted, floats with a point.
/// noinline
fun value_show(c: cell): ref {
  let w = writer_new()
  write_value(w, c, FORM_PRINT, 1, none)
  return writer_text(w)
}

/// Prints a value at top level.
/// noinline
fun out_cell(c: cell) {
  write_value(none, c, FORM_PRINT, 0, none)
}

let FORM_PRINT = 0
let FORM_STR = 1

/// \`depth\` is the number of containers around the value. \`anchor\` is the container around it whose depth is the greatest
/// power of two: a container that contains itself meets itself as the anchor (Richard Brent, "An improved Monte Carlo
/// factorization algorithm", BIT 20, 1980).
fun write_value(w: ref, c: cell, form: i32, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_STRING {
    if form == FORM_STR || depth == 0 {
      write_str(w, ref(c))
    } else {
      write_quoted(w, ref(c))
    }
  } else if kind == CELL_INT {
    write_int(w, cell_int(c))
  } else if big_ints() != 0 && kind >= CELL_BIG {
    write_str(w, wide_str(c))
  } else if kind == CELL_FLOAT {
    write_float(w, cell_raw_float(c), if form == FORM_STR || depth == 0 { FLOAT_TOP } else { FLOAT_INNER })
  } else if kind == CELL_BOOL {
    write_str(w, if and(i64(c), 1) != 0 { "true" } else { "false" })
  } else if kind == 0 {
    write_str(w, if form == FORM_STR { "<nil>" } else { "nil" })
  } else if kind == KIND_LIST {
    write_list(w, ref(c), form, depth, next_anchor(ref(c), depth, anchor))
  } else if kind == KIND_MAP || kind == KIND_STRUCT {
    write_record(w, ref(c), form, depth, next_anchor(ref(c), depth, anchor))
  } else {
    write_str(w, if form == FORM_PRINT && depth != 0 { "nil" } else { "<function>" })
  }
}

/// The anchor for the elements of a container at a depth. Fails when the container is in itself.
fun next_anchor(container: ref, depth: i32, anchor: ref): ref {
  if container == anchor { fail("cannot show a value that contains itself") }
  return if popcnt(depth + 1) == 1 { container } else { anchor }
}

fun write_list(w: ref, list: ref, form: i32, depth: i32, anchor: ref) {
  write_byte(w, 91)
  for i in 0..load32(list, 4) {
    if i > 0 { write_separator(w, form) }
    write_value(w, list_cell_at(list, i), form, depth + 1, anchor)
  }
  write_byte(w, 93)
}

/// Space, in print after a comma.
fun write_separator(w: ref, form: i32) {
  if form == FORM_PRINT { write_byte(w, 44) }
  write_byte(w, 32)
}

/// Maps and structs, in the order of the keys.
fun write_record(w: ref, r: ref, form: i32, depth: i32, anchor: ref) {
  write_str(w, if form == FORM_PRINT { "{" } else { "map[" })
  var first = true
  var at = record_next(r, 0)
  while at != 0 {
    if !first { write_separator(w, form) }
    first = false
    let key = record_key(r, at)
    if form == FORM_PRINT {
      write_quoted(w, key)
      write_str(w, ": ")
    } else {
      write_str(w, key)
      write_byte(w, 58)
    }
    write_value(w, record_value(r, at), form, depth + 1, anchor)
    at = record_next(r, at)
  }
  write_byte(w, if form == FORM_PRINT { 125 } else { 93 })
}

/// A string in double quotes with Go's escapes: \\a \\b \\f \\n \\r \\t \\v \\\\ \\", other characters that do not print as \\x01,
/// \\u00a0 or \\U0001f000, and bytes that are no text as \\xff.
fun write_quoted(w: ref, s: ref) {
  write_byte(w, 34)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  // What is between \`from\` and \`p\` needs no escapes.
  var from = p
  while p != end {
    let c = load8u(p, 0)
    if c >= 32 && c < 127 && c != 34 && c != 92 {
      p = p + 1
    } else {
      let width = if c < 128 { 1 } else { utf8_width(p, end) }
      let cp = utf8_decode(p, width)
      if width > 1 && !is_hidden(cp) {
        p = p + width
      } else {
        write_bytes(w, from, p - from)
        write_escape(w, if width == 1 { c } else { cp }, width)
        p = p + width
        from = p
      }
    }
  }
  write_bytes(w, from, p - from)
  write_byte(w, 34)
  keep(s)
}

/// A backslash and what stands for a character (or, with width 1, a byte) behind it.
fun write_escape(w: ref, c: i32, width: i32) {
  write_byte(w, 92)
  if c == 34 || c == 92 {
    write_byte(w, c)
  } else if c >= 7 && c <= 13 {
    write_byte(w, load8u(load32("abtnvfr", 12) + c - 7, 0))
  } else if width == 1 {
    write_byte(w, 120)
    write_hex(w, c, 4)
  } else {
    let wide = c >= 0x10000
    write_byte(w, if wide { 85 } else { 117 })
    write_hex(w, c, if wide { 28 } else { 12 })
  }
}

/// Hexadecimal digits of \`n\`, the first one at bit \`shift\`.
fun write_hex(w: ref, n: i32, shift: i32) {
  var at = shift
  while at >= 0 {
    let digit = and(shr_u(n, at), 15)
    write_byte(w, digit + (if digit < 10 { 48 } else { 87 }))
    at = at - 4
  }
}

/// The texts of the elements of any list, as str() gives them, with \`sep\` between them.
/// noinline
fun values_join(list: ref, sep: ref): ref {
  let w = writer_new()
  for i in 0..load32(list, 4) {
    if i > 0 { write_str(w, sep) }
    write_value(w, list_cell_at(list, i), FORM_STR, 1, none)
  }
  return writer_text(w)
}
`,
  'io.mochi': `// Input and output through WASI preview 1. Standard output is buffered and written
// when the buffer is full, before input is read and at the end of the program, so that printing allocates nothing.

extern fun fd_write(fd: i32, vectors: i32, count: i32, written: i32): i32
extern fun fd_read(fd: i32, vectors: i32, count: i32, read: i32): i32
extern fun proc_exit(status: i32)
extern fun clock_time_get(clock: i32, precision: i64, time: i32): i32
extern fun environ_sizes_get(count: i32, bytes: i32): i32
extern fun environ_get(table: i32, bytes: i32): i32
extern fun args_sizes_get(count: i32, bytes: i32): i32
extern fun args_get(table: i32, bytes: i32): i32

let OUT_BYTES = 32768
let IN_BYTES = 16384

// WASI error numbers.
let ERRNO_AGAIN = 6
let ERRNO_BADF = 8
let ERRNO_INTR = 27
let ERRNO_PIPE = 64

// Bytes in the output buffer, and the file they are for: 1, or 2 while an error is reported.
var out_used: i32 = 0
var out_fd: i32 = 1
var out_quiet: i32 = 0
// The line that \`out_trim\` will trim: 0 none, 1 it begins at \`out_line\`, 2 as 1, but its beginning has been written.
var out_marked: i32 = 0
var out_line: i32 = 0

var in_next: i32 = 0
var in_end: i32 = 0
var in_closed: i32 = 0

var now_mode: i32 = 0
var now_state: i64 = 0

/// inline
fun out_area(): i32 {
  return static_area("output", OUT_BYTES)
}

/// inline
fun in_area(): i32 {
  return static_area("input", IN_BYTES)
}

/// Where WASI functions find their vectors and leave their results.
/// inline
fun io_area(): i32 {
  return static_area("io", 16)
}

// ---- output

/// Address of the next free byte of the output buffer.
/// inline
fun out_end(): i32 {
  return out_area() + out_used
}

/// Prints a string; a null string as \`nil\`.
fun out_str(s: ref) {
  if s == 0 {
    out_str("nil")
  } else {
    out_bytes(load32(s, 12), load32(s, 4))
  }
}

/// Prints \`count\` bytes at \`address\`.
/// noinline
fun out_bytes(address: i32, count: i32) {
  var from = address
  var left = count
  while gt_u(left, OUT_BYTES - out_used) {
    let room = OUT_BYTES - out_used
    memory_copy(out_end(), from, room)
    out_used = OUT_BYTES
    from = from + room
    left = left - room
    out_full()
  }
  memory_copy(out_end(), from, left)
  out_used = out_used + left
}

fun out_byte(b: i32) {
  if out_used == OUT_BYTES { out_full() }
  store8(out_end(), 0, b)
  out_used = out_used + 1
}

fun out_space() {
  out_byte(32)
}

fun out_newline() {
  out_byte(10)
}

fun out_bool(b: bool) {
  if b {
    out_str("true")
  } else {
    out_str("false")
  }
}

fun out_f64(x: f64) {
  out_bytes(number_text(), float_put(x, FLOAT_TOP))
}

/// Prints an int in decimal.
/// noinline
fun out_i64(v: i64) {
  // The longest, -9223372036854775808, has 20 characters.
  if out_used > OUT_BYTES - 20 { out_full() }
  out_used = put_int(out_end(), v) - out_area()
}

/// Makes room in the buffer: at least half of it.
/// noinline
fun out_full() {
  if out_marked != 0 {
    out_spill()
  } else {
    flush()
  }
}

/// Writes the buffer out. When the reader of a pipe has gone or the output is closed, the program ends quietly with status 1.
/// noinline
fun flush() {
  let io = io_area()
  var p = out_area()
  var left = out_used
  out_used = 0
  if out_quiet != 0 { return }
  while left != 0 {
    store32(io, 0, p)
    store32(io, 4, left)
    store32(io, 8, 0)
    let errno = fd_write(out_fd, io, 1, io + 8)
    if errno == 0 {
      let n = load32(io, 8)
      p = p + n
      left = left - n
    } else if errno != ERRNO_INTR && errno != ERRNO_AGAIN {
      if save_name != 0 { fail_save(errno) }
      if errno != ERRNO_PIPE && errno != ERRNO_BADF && out_fd == 1 {
        out_fd = 2
        out_str("error: cannot write to standard output\\n")
        flush()
      }
      proc_exit(1)
      unreachable()
    }
  }
}

/// Notes that a line begins here which \`out_trim\` will trim.
fun out_mark() {
  out_marked = 1
  out_line = out_used
}

/// Removes leading and trailing white space (Unicode's) of what has been printed since \`out_mark\`.
fun out_trim() {
  out_trim_start()
  out_used = out_trimmed_end()
  out_marked = 0
}

/// Removes white space at the beginning of the marked line, if that is still in the buffer.
fun out_trim_start() {
  if out_marked == 1 {
    let start = out_area() + out_line
    let end = out_end()
    var p = start
    while p != end && is_space(p, end) { p = p + utf8_width(p, end) }
    memory_copy(start, p, end - p)
    out_used = out_used - (p - start)
  }
}

/// Bytes of the buffer up to the trailing white space of the marked line.
fun out_trimmed_end(): i32 {
  let start = out_area() + out_line
  var end = out_end()
  while end != start {
    var p = end - 1
    while p != start && and(load8u(p, 0), 0xC0) == 0x80 { p = p - 1 }
    if p + utf8_width(p, end) != end || !is_space(p, end) { break }
    end = p
  }
  return end - out_area()
}

/// Makes room while a line is marked: writes what cannot be trimmed any more.
/// noinline
fun out_spill() {
  let base = out_area()
  out_trim_start()
  if out_used == out_line {
    // Nothing but white space so far: the line still begins here.
    flush()
    out_line = 0
    return
  }
  let keep_from = out_trimmed_end()
  let kept = out_used - keep_from
  if keep_from == 0 || kept > OUT_BYTES / 2 {
    // So much white space that it is not worth keeping.
    flush()
    out_line = 0
  } else {
    out_used = keep_from
    flush()
    memory_copy(base, base + keep_from, kept)
    out_used = kept
    out_line = 0
  }
  out_marked = 2
}

// ---- the program's beginning and end

/// Called once before anything else.
/// inline
fun start() {
  return
}

/// Called last: writes what has been printed and ends the process if the status is not 0.
fun finish(status: i32) {
  flush()
  if status != 0 { proc_exit(status) }
}

/// Discards what is printed from now on, or stops discarding it (test runs re-execute top-level statements in silence).
fun quiet(silent: bool) {
  flush()
  out_quiet = i32(silent)
}

// ---- input

/// Fills the input buffer; false at the end of the input. An input that cannot be read counts as ended.
/// noinline
fun in_fill(): bool {
  if in_closed != 0 { return false }
  let io = io_area()
  while true {
    store32(io, 0, in_area())
    store32(io, 4, IN_BYTES)
    store32(io, 8, 0)
    let errno = fd_read(0, io, 1, io + 8)
    if errno != ERRNO_INTR && errno != ERRNO_AGAIN {
      if errno != 0 || load32(io, 8) == 0 {
        in_closed = 1
        return false
      }
      break
    }
  }
  in_next = in_area()
  in_end = in_next + load32(io, 8)
  return true
}

/// One line of standard input without its line end (LF, CR LF); at the end of the input the empty string, forever.
/// noinline
fun input(): ref {
  flush()
  if in_next == in_end {
    if !in_fill() { return "" }
  }
  // A line within the buffer becomes a string at once; one that crosses its end is gathered in \`held\`.
  var held: ref = ref(0)
  var held_bytes = 0
  while true {
    var p = in_next
    while p != in_end && load8u(p, 0) != 10 { p = p + 1 }
    let from = in_next
    let count = p - from
    let found = p != in_end
    in_next = if found { p + 1 } else { p }
    if found && held_bytes == 0 { return line_of(from, count) }
    let total = held_bytes + count
    if held == 0 || total > load32(held, 4) {
      let bigger = alloc_any(total + total + 8, KIND_RAWS)
      store32(bigger, 4, total + total)
      if held_bytes != 0 { memory_copy(i32(bigger) + 8, i32(held) + 8, held_bytes) }
      held = bigger
    }
    memory_copy(i32(held) + 8 + held_bytes, from, count)
    held_bytes = total
    if found || !in_fill() { break }
  }
  let line = line_of(i32(held) + 8, held_bytes)
  keep(held)
  return line
}

/// A string of the bytes of a line, without CRs at its end.
fun line_of(address: i32, count: i32): ref {
  var n = count
  while n > 0 && load8u(address + n - 1, 0) == 13 { n = n - 1 }
  return str_of_bytes(address, n)
}

// ---- clock, environment, arguments

/// Nanoseconds since 1970. With MOCHI_NOW_SEED=n in the environment: the next value of a linear congruential generator
/// that starts from n (LANGUAGE 4.11).
/// noinline
fun now(): i64 {
  if now_mode == 0 { now_init() }
  if now_mode == 2 {
    now_state = rem_u(now_state * 1664525 + 1013904223, 2147483647)
    return now_state
  }
  return clock_now()
}

/// Nanoseconds since 1970, whatever the environment says.
fun clock_now(): i64 {
  let io = io_area()
  store64(io, 0, 0)
  clock_time_get(0, 1000, io)
  return load64(io, 0)
}

/// noinline
fun now_init() {
  now_mode = 1
  let io = io_area()
  if environ_sizes_get(io, io + 4) != 0 { return }
  let count = load32(io, 0)
  let table = alloc_any(8 + count * 4 + load32(io, 4), KIND_RAWS)
  let first = i32(table) + 8
  if environ_get(first, first + count * 4) == 0 {
    let name = load32("MOCHI_NOW_SEED=", 12)
    for i in 0..count {
      let p = load32(first + i * 4, 0)
      var n = 0
      while n < 15 && load8u(p + n, 0) == load8u(name + n, 0) { n = n + 1 }
      if n == 15 && load8u(p, 15) != 0 {
        now_mode = 2
        now_state = rem_u(parse_decimal(p + 15), 2147483647)
      }
    }
  }
  keep(table)
}

/// The number that the decimal digits at p (after a sign) make, up to the first other byte; wraps beyond 64 bits.
fun parse_decimal(p: i32): i64 {
  let minus = load8u(p, 0) == 45
  var q = if minus { p + 1 } else { p }
  var n: i64 = 0
  while true {
    let digit = load8u(q, 0) - 48
    if digit < 0 || digit > 9 { break }
    n = n * 10 + i64(digit)
    q = q + 1
  }
  return if minus { 0 - n } else { n }
}

/// The program's argument number n (0 is its name) as an int; 0 if there is none.
/// noinline
fun arg_i64(n: i32): i64 {
  let io = io_area()
  if args_sizes_get(io, io + 4) != 0 { return 0 }
  let count = load32(io, 0)
  if n >= count { return 0 }
  let table = alloc_any(8 + count * 4 + load32(io, 4), KIND_RAWS)
  let first = i32(table) + 8
  var value: i64 = 0
  if args_get(first, first + count * 4) == 0 { value = parse_decimal(load32(first + n * 4, 0)) }
  keep(table)
  return value
}
`,
  'json.mochi': `// JSON, as Go's encoding/json writes it: two spaces of indentation, sorted keys, HTML's characters escaped.

/// json(c): prints it, with a line end.
/// noinline
fun json_out(c: cell) {
  write_json(none, c, 0, none)
  out_newline()
}

/// The JSON text of a value.
/// noinline
fun json_str(c: cell): ref {
  let w = writer_new()
  write_json(w, c, 0, none)
  return writer_text(w)
}

/// \`depth\` and \`anchor\` as for write_value.
fun write_json(w: ref, c: cell, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_STRING {
    write_json_text(w, ref(c))
  } else if kind == CELL_INT {
    write_int(w, cell_int(c))
  } else if big_ints() != 0 && kind == CELL_BIG {
    write_str(w, big_str(c))
  } else if big_rats() != 0 && kind == CELL_RAT {
    // As a string: JSON has no fractions.
    write_json_text(w, rat_str(c))
  } else if kind == CELL_FLOAT {
    write_float(w, cell_raw_float(c), FLOAT_JSON)
  } else if kind == CELL_BOOL {
    write_str(w, if and(i64(c), 1) != 0 { "true" } else { "false" })
  } else if kind == KIND_LIST {
    write_json_list(w, ref(c), depth, next_anchor(ref(c), depth, anchor))
  } else if kind == KIND_MAP || kind == KIND_STRUCT {
    write_json_record(w, ref(c), depth, next_anchor(ref(c), depth, anchor))
  } else {
    write_str(w, "null")
  }
}

fun write_json_list(w: ref, list: ref, depth: i32, anchor: ref) {
  write_byte(w, 91)
  let count = load32(list, 4)
  for i in 0..count {
    write_json_line(w, i > 0, depth + 1)
    write_json(w, list_cell_at(list, i), depth + 1, anchor)
  }
  if count != 0 { write_json_line(w, false, depth) }
  write_byte(w, 93)
}

fun write_json_record(w: ref, r: ref, depth: i32, anchor: ref) {
  write_byte(w, 123)
  var at = record_next(r, 0)
  let some = at != 0
  var more = false
  while at != 0 {
    write_json_line(w, more, depth + 1)
    more = true
    write_json_text(w, record_key(r, at))
    write_str(w, ": ")
    write_json(w, record_value(r, at), depth + 1, anchor)
    at = record_next(r, at)
  }
  if some { write_json_line(w, false, depth) }
  write_byte(w, 125)
}

/// A new line, after a comma when \`more\`.
fun write_json_line(w: ref, more: bool, depth: i32) {
  if more { write_byte(w, 44) }
  write_byte(w, 10)
  for i in 0..depth {
    write_str(w, "  ")
  }
}

/// A JSON string. Bytes that are no text become U+FFFD.
fun write_json_text(w: ref, s: ref) {
  write_byte(w, 34)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  var from = p
  while p != end {
    let c = load8u(p, 0)
    let width = if c < 128 { 1 } else { utf8_width(p, end) }
    if json_plain(c) || (width > 1 && and(utf8_decode(p, width), -2) != 0x2028) {
      p = p + width
    } else {
      write_bytes(w, from, p - from)
      write_json_escape(w, utf8_decode(p, width))
      p = p + width
      from = p
    }
  }
  write_bytes(w, from, p - from)
  write_byte(w, 34)
  keep(s)
}

/// True for ASCII characters that stand for themselves: not controls, \`"\`, \`&\`, \`<\`, \`>\` and the backslash.
fun json_plain(c: i32): bool {
  return c >= 32 && c < 128 && c != 34 && c != 38 && c != 60 && c != 62 && c != 92
}

fun write_json_escape(w: ref, c: i32) {
  write_byte(w, 92)
  if c == 34 || c == 92 {
    write_byte(w, c)
  } else if c >= 8 && c <= 13 && c != 11 {
    write_byte(w, load8u(load32("btn fr", 12) + c - 8, 0))
  } else {
    write_byte(w, 117)
    write_hex(w, c, 12)
  }
}
`,
  'json_read.mochi': `// JSON (RFC 8259): a reader that makes typed values as it goes, one pass over the buffer of the file, and a compact writer.

let JSON_DEPTH = 2000

// The string or number token that was read last: it lies in the buffer of the file until that is filled again.
var token_at: i32 = 0
var token_bytes: i32 = 0
var json_depth: i32 = 0

// ---- load, fetch

/// load with format json: a list of rows, or one row.
/// noinline
fun load_json(path: ref, shape: i32): ref {
  file_begin(path)
  json_depth = 0
  let row = row_shape(shape)
  var rows: ref = none
  if json_next() == 91 {
    rows = ref(json_value(shape))
  } else {
    rows = list_new(load32(shape, 8), 1)
    input_push(rows, load32(shape, 8), json_value(row))
  }
  json_finish()
  return rows
}

/// load with format jsonl: a row on each line.
/// noinline
fun load_jsonl(path: ref, shape: i32): ref {
  file_begin(path)
  json_depth = 0
  let kind = load32(shape, 8)
  let row = row_shape(shape)
  let rows = list_new(kind, 0)
  while json_next() >= 0 {
    input_push(rows, kind, json_value(row))
  }
  file_close()
  return rows
}

/// fetch: the value of a local file.
/// noinline
fun fetch_json(url: ref, shape: i32): cell {
  file_begin(fetch_path(url))
  json_depth = 0
  let value = json_value(shape)
  json_finish()
  return value
}

/// The path that a URL names. Fails for other URLs than those of files.
fun fetch_path(url: ref): ref {
  if url == 0 { fail_null("URL") }
  if str_starts_with(url, "file:") {
    let path = str_slice(url, 5, str_len(url))
    if str_starts_with(path, "//localhost/") { return str_slice(path, 11, str_len(path)) }
    return if str_starts_with(path, "//") { str_slice(path, 2, str_len(path)) } else { path }
  }
  if str_contains(url, "://") {
    fail(str_concat(str_concat("cannot fetch \\"", url), "\\": WebAssembly programs (WASI preview 1) have no network access, they can fetch files only (E130)"))
  }
  return url
}

fun json_finish() {
  if json_next() >= 0 { fail_input("there is more text behind the JSON value") }
  file_close()
}

// ---- reading

/// The next byte that is no white space, which stays to be read; -1 at the end.
fun json_next(): i32 {
  while true {
    while file_at != file_end {
      let c = load8u(file_at, 0)
      if c > 32 { return c }
      if c == 10 {
        file_line = file_line + 1
      } else if c != 32 && c != 13 && c != 9 {
        return c
      }
      file_at = file_at + 1
    }
    if !file_fill() { return -1 }
  }
  return -1
}

/// A value of a shape; 0 skips it.
fun json_value(shape: i32): cell {
  let c = json_next()
  if c == 34 {
    json_string()
    return if shape == 0 { none } else { string_cell(shape, token_at, token_bytes) }
  }
  if c == 123 { return cell(json_object(shape)) }
  if c == 91 { return cell(json_list(shape)) }
  if c == 45 || lt_u(c - 48, 10) {
    let point = json_number()
    return if shape == 0 { none } else { number_cell(shape, token_at, token_bytes, point, false) }
  }
  if c == 110 {
    json_word("null")
    return if shape == 0 { none } else { nil_cell(shape) }
  }
  if c != 116 && c != 102 { fail_json(c) }
  json_word(if c == 116 { "true" } else { "false" })
  return if shape == 0 { none } else { bool_cell(shape, c == 116) }
}

/// noreturn
fun fail_json(c: i32) {
  if c < 0 { fail_input("the JSON text ends too early") }
  fail_input("this is not JSON")
}

fun json_word(word: ref) {
  let n = load32(word, 4)
  while file_end - file_at < n {
    if !file_fill() { fail_json(-1) }
  }
  if !bytes_equal(file_at, load32(word, 12), n) { fail_json(0) }
  file_at = file_at + n
}

fun json_deeper() {
  json_depth = json_depth + 1
  if json_depth > JSON_DEPTH { fail_input("the data is nested too deeply") }
}

/// Reads the comma between items, or the closing byte; true if an item follows.
fun json_more(close: i32, first: bool): bool {
  let c = json_next()
  if c == close {
    file_at = file_at + 1
    return false
  }
  if !first {
    if c != 44 { fail_json(c) }
    file_at = file_at + 1
    if json_next() == close { fail_json(0) }
  }
  return true
}

fun json_list(shape: i32): ref {
  json_deeper()
  let list = list_begin(shape)
  let items = item_shape(shape)
  let kind = list_shape_kind(shape)
  file_at = file_at + 1
  var first = true
  while json_more(93, first) {
    first = false
    let item = json_value(items)
    if shape != 0 { input_push(list, kind, item) }
  }
  json_depth = json_depth - 1
  return list
}

fun json_object(shape: i32): ref {
  json_deeper()
  let object = record_begin(shape)
  file_at = file_at + 1
  if shape != 0 && load32(shape, 0) == SHAPE_STRUCT {
    json_struct(shape, object)
  } else {
    json_map(shape, object)
  }
  json_depth = json_depth - 1
  return object
}

/// Reads a key into the token.
fun json_key() {
  let c = json_next()
  if c != 34 { fail_json(c) }
  json_string()
}

fun json_colon() {
  let c = json_next()
  if c != 58 { fail_json(c) }
  file_at = file_at + 1
}

fun json_map(shape: i32, map: ref) {
  let items = item_shape(shape)
  var first = true
  while json_more(125, first) {
    first = false
    json_key()
    if shape == 0 {
      json_colon()
      json_value(0)
    } else {
      let key = text_string(token_at, token_bytes)
      input_field = key
      json_colon()
      let value = json_value(items)
      cell_store_new(map_put_text(map, key), map_value_kind(map), value)
    }
  }
}

fun json_struct(shape: i32, object: ref) {
  let seen = seen_new(shape)
  var bits: i64 = 0
  var last = 0
  var first = true
  while json_more(125, first) {
    first = false
    json_key()
    let field = find_field(shape, last, token_at, token_bytes)
    json_colon()
    if field == 0 {
      json_value(0)
    } else {
      last = field
      let i = (field - shape_field(shape, 0)) / FIELD_BYTES
      if seen == 0 {
        bits = or(bits, shl(1, i64(i)))
      } else {
        store8(seen + i, 8, 1)
      }
      input_field = loadref(field, 0)
      let value = json_value(load32(field, 12))
      cell_store_new(object + load32(field, 4), load32(field, 8), value)
    }
  }
  check_seen(shape, bits, seen)
}

/// Reads a number into the token; true if it has a point or an exponent.
fun json_number(): bool {
  file_mark = file_at
  var p = file_at
  while true {
    while p != file_end && json_in_number(load8u(p, 0)) { p = p + 1 }
    if p != file_end { break }
    file_at = p
    if !file_fill() { break }
    p = file_at
  }
  file_at = p
  token_at = file_mark
  token_bytes = p - file_mark
  file_mark = 0
  return json_check_number(token_at, p)
}

fun json_in_number(c: i32): bool {
  return lt_u(c - 48, 10) || c == 45 || c == 43 || c == 46 || or(c, 32) == 101
}

/// Fails unless the bytes [start, end) are a number of JSON's; true if it has a point or an exponent.
fun json_check_number(start: i32, end: i32): bool {
  var p = start
  if load8u(p, 0) == 45 { p = p + 1 }
  let digits = json_digits(p, end)
  if digits > p + 1 && load8u(p, 0) == 48 { fail_json(0) }
  p = digits
  if p == end { return false }
  if load8u(p, 0) == 46 { p = json_digits(p + 1, end) }
  if p == end { return true }
  if or(load8u(p, 0), 32) != 101 { fail_json(0) }
  p = p + 1
  if p != end && (load8u(p, 0) == 45 || load8u(p, 0) == 43) { p = p + 1 }
  if json_digits(p, end) != end { fail_json(0) }
  return true
}

/// Where the digits that begin at p end; there must be one.
fun json_digits(p: i32, end: i32): i32 {
  var q = p
  while q != end && lt_u(load8u(q, 0) - 48, 10) { q = q + 1 }
  if q == p { fail_json(0) }
  return q
}

/// Reads a string into the token, without its escapes.
fun json_string() {
  file_at = file_at + 1
  file_mark = file_at
  var p = file_at
  var end = file_end
  while true {
    while p != end && json_plain_byte(load8u(p, 0)) { p = p + 1 }
    if p != end { break }
    file_at = p
    if !file_fill() { fail_json(-1) }
    p = file_at
    end = file_end
  }
  file_at = p
  var to = p - file_mark
  if load8u(p, 0) != 34 { to = json_escapes(to) }
  token_at = file_mark
  token_bytes = to
  file_at = file_at + 1
  file_mark = 0
}

/// inline
fun json_plain_byte(c: i32): bool {
  return c != 34 && c != 92 && c >= 32
}

/// The next byte of a string.
fun json_byte(): i32 {
  if file_at == file_end && !file_fill() { fail_json(-1) }
  return load8u(file_at, 0)
}

/// Reads a string on from its first escape to its closing quote; what it stands for goes to offset \`from\` behind \`file_mark\`.
/// Gives the offset of its end.
fun json_escapes(from: i32): i32 {
  var to = from
  while true {
    var c = json_byte()
    if c == 34 { return to }
    if c < 32 { fail_input("a control character in a string") }
    file_at = file_at + 1
    if c == 92 {
      c = json_byte()
      file_at = file_at + 1
      if c == 117 {
        // Reading it may move what has been read.
        let cp = json_code_point()
        to = utf8_encode(file_mark + to, cp) - file_mark
      } else {
        store8(file_mark + to, 0, json_escaped(c))
        to = to + 1
      }
    } else {
      store8(file_mark + to, 0, c)
      to = to + 1
    }
  }
  return to
}

/// What stands behind a backslash, as it is meant.
fun json_escaped(c: i32): i32 {
  if c == 34 || c == 92 || c == 47 { return c }
  if c == 110 { return 10 }
  if c == 116 { return 9 }
  if c == 114 { return 13 }
  if c == 98 { return 8 }
  if c != 102 { fail_input("an escape that JSON does not have") }
  return 12
}

/// The code point of an escape whose \`\\u\` has been read; two surrogates make one, a single one makes U+FFFD.
fun json_code_point(): i32 {
  let high = json_hex()
  if and(high, 0xf800) != 0xd800 { return high }
  if high >= 0xdc00 { return 0xfffd }
  while file_end - file_at < 6 && file_fill() {}
  if file_end - file_at < 6 || load8u(file_at, 0) != 92 || load8u(file_at, 1) != 117 { return 0xfffd }
  let before = file_at - file_mark
  file_at = file_at + 2
  let low = json_hex()
  if and(low, 0xfc00) != 0xdc00 {
    // The second escape stands for itself.
    file_at = file_mark + before
    return 0xfffd
  }
  return 0x10000 + shl(high - 0xd800, 10) + low - 0xdc00
}

fun json_hex(): i32 {
  var n = 0
  for i in 0..4 {
    let c = json_byte()
    file_at = file_at + 1
    var digit = c - 48
    if gt_u(digit, 9) {
      digit = or(c, 32) - 87
      if digit < 10 || digit > 15 { fail_input("an escape that JSON does not have") }
    }
    n = or(shl(n, 4), digit)
  }
  return n
}

// ---- writing

/// save with format json: the list of the rows, or the row if there is one only.
/// noinline
fun save_json(rows: cell, path: ref) {
  let list = save_rows(rows)
  save_begin(path)
  if load32(list, 4) == 1 {
    write_json_line_value(none, list_cell_at(list, 0), 0, none)
  } else {
    write_json_line_value(none, cell(list), 0, none)
  }
  out_newline()
  save_end()
}

/// save with format jsonl: a row on each line.
/// noinline
fun save_jsonl(rows: cell, path: ref) {
  let list = save_rows(rows)
  save_begin(path)
  for i in 0..load32(list, 4) {
    write_json_line_value(none, list_cell_at(list, i), 0, none)
    out_newline()
  }
  save_end()
}

/// The JSON text of a value on one line.
fun json_line_text(c: cell): ref {
  let w = writer_new()
  write_json_line_value(w, c, 0, none)
  return writer_text(w)
}

/// Writes a value without white space; \`depth\` and \`anchor\` as for write_value.
fun write_json_line_value(w: ref, c: cell, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_LIST {
    let list = ref(c)
    let inner = next_anchor(list, depth, anchor)
    write_byte(w, 91)
    for i in 0..load32(list, 4) {
      if i != 0 { write_byte(w, 44) }
      write_json_line_value(w, list_cell_at(list, i), depth + 1, inner)
    }
    write_byte(w, 93)
  } else if kind == KIND_MAP || kind == KIND_STRUCT {
    let r = ref(c)
    let inner = next_anchor(r, depth, anchor)
    write_byte(w, 123)
    var first = true
    var at = record_next(r, 0)
    while at != 0 {
      if !first { write_byte(w, 44) }
      first = false
      write_json_text(w, record_key(r, at))
      write_byte(w, 58)
      write_json_line_value(w, record_value(r, at), depth + 1, inner)
      at = record_next(r, at)
    }
    write_byte(w, 125)
  } else {
    if kind == CELL_FLOAT {
      let x = cell_raw_float(c)
      if x - x != 0.0 { fail("JSON has no NaN and no infinity") }
    }
    write_json(w, c, depth, anchor)
  }
}
`,
  'list.mochi': `// Lists: LIST objects (+4 length, +8 capacity, both in elements, +12 element buffer; element kind in header bits 8-11)
// and their element buffers (elements from +8: 1 byte a bool, 4 a ref, else 8). Buffers of refs and cells are zero behind
// the length, because the collector traces them whole. A null list reads as an empty one.

let SHARED_BIT = 0x8000

/// The element kind of a list.
/// inline
fun list_kind(xs: ref): i32 {
  return and(load8u(xs, 1), 15)
}

/// Bytes of an element of a kind.
/// inline
fun elem_size(kind: i32): i32 {
  // 1, 8, 8, 4, 8
  return and(shr_u(0x84881, kind * 4), 15)
}

/// inline
fun list_header(kind: i32): i32 {
  return or(KIND_LIST, shl(kind, 8))
}

/// A new element buffer for \`cap\` elements of a kind; its capacity in bytes (at +4) is all that its memory holds. Elements
/// are not initialised, except refs and cells: null.
/// noinline
fun elems_new(kind: i32, cap: i32): ref {
  let size = elem_size(kind)
  if gt_u(cap, div_u(0x7FFEFFF0, size)) { fail("out of memory") }
  let bytes = usable_size(cap * size + 8)
  var buffer: ref = ref(0)
  if kind == ELEM_REF {
    buffer = alloc_zero(bytes, KIND_REFS)
  } else if kind == ELEM_CELL {
    buffer = alloc_zero(bytes, KIND_CELLS)
  } else {
    buffer = alloc_any(bytes, KIND_RAWS)
  }
  store32(buffer, 4, bytes - 8)
  return buffer
}

/// A new empty list of a kind with room for \`cap\` elements.
/// noinline
fun list_new(kind: i32, cap: i32): ref {
  var buffer: ref = ref(0)
  var room = 0
  if cap != 0 {
    buffer = elems_new(kind, cap)
    room = div_u(load32(buffer, 4), elem_size(kind))
  }
  let xs = alloc(16, list_header(kind))
  store32(xs, 4, 0)
  store32(xs, 8, room)
  storeref(xs, 12, buffer)
  return xs
}

/// inline
fun list_len(xs: ref): i64 {
  return load32u_64(xs, 4)
}

/// The address of element \`i\` (which must exist), less 8.
/// inline
fun list_at(xs: ref, i: i32, size: i32): i32 {
  return load32(xs, 12) + i * size
}

/// xs[i]: negative indexes count from the end; fails when out of range. The way for negative indexes joins the common one
/// and makes no call, so that nothing in a loop over a list has to survive one.
/// inline
fun list_get<T>(xs: ref, i: i64): T {
  let len = load32u_64(xs, 4)
  var at = i
  if ge_u(at, len) {
    at = i + len
    if ge_u(at, len) { fail_index(i, len) }
  }
  return load(list_at(xs, i32(at), sizeof(T)), 8)
}

/// xs[i] = v: negative indexes count from the end, an index at or behind the end grows the list (see list_extend).
/// inline
fun list_set<T>(xs: ref, i: i64, v: T) {
  if lt_u(i, load32u_64(xs, 4)) {
    store(list_at(xs, i32(i), sizeof(T)), 8, v)
  } else {
    list_set_slow(xs, i, v)
  }
}

/// noinline
fun list_set_slow<T>(xs: ref, i: i64, v: T) {
  let at = list_extend(xs, i)
  store(list_at(xs, at, sizeof(T)), 8, v)
}

/// Makes index \`i\`, which is not in the list, exist; gives it as one that is not negative. The elements between the old end and
/// \`i\` become null, so only lists of references and cells can grow by more than one.
/// noinline
fun list_extend(xs: ref, i: i64): i32 {
  if xs == 0 { fail_null("list") }
  let len = load32u_64(xs, 4)
  if i < 0 {
    if i + len < 0 { fail_index(i, len) }
    return i32(i + len)
  }
  let kind = list_kind(xs)
  if i > len {
    if kind < ELEM_REF {
      error_begin()
      out_str("assignment beyond the end of the list: index ")
      out_i64(i)
      out_str(" (length ")
      out_i64(len)
      out_byte(41)
      error_end()
    }
    if i >= 0x7FFFFFFF { fail("out of memory") }
  }
  let count = i32(i) + 1
  if gt_u(count, load32(xs, 8)) { list_grow(xs, count) }
  store32(xs, 4, count)
  return i32(i)
}

/// Gives the list room for at least \`need\` elements; the capacity doubles, or grows by half beyond 2 KB.
/// noinline
fun list_grow(xs: ref, need: i32) {
  let kind = list_kind(xs)
  let size = elem_size(kind)
  let cap = load32(xs, 8)
  var want = cap + shr_u(cap, 1)
  if lt_u(cap * size, 2048) { want = cap + cap }
  if lt_u(want, need) { want = need }
  if lt_u(want, div_u(24, size)) { want = div_u(24, size) }
  let used = load32(xs, 4) * size
  let old = loadref(xs, 12)
  if gt_u(want, div_u(0x7FFEFFF0, size)) { fail("out of memory") }
  let bytes = usable_size(want * size + 8)
  var buffer = old
  if cap == 0 || !extend_in_place(old, bytes) {
    buffer = buffer_new(bytes, if kind == ELEM_REF { KIND_REFS } else if kind == ELEM_CELL { KIND_CELLS } else { KIND_RAWS })
    copy_words(i32(buffer) + 8, i32(old) + 8, used)
    storeref(xs, 12, buffer)
    // Only a list's own header refers to its buffer.
    if cap != 0 { release(old) }
  }
  if kind >= ELEM_REF { zero(i32(buffer) + 8 + used, bytes - 8 - used) }
  store32(buffer, 4, bytes - 8)
  store32(xs, 8, div_u(bytes - 8, size))
}

/// Copies at least \`n\` bytes, in words of 8, between places that do not overlap and have room for whole words.
fun copy_words(to: i32, from: i32, n: i32) {
  if lt_u(n, 256) {
    var i = 0
    while i < n {
      store64(to + i, 0, load64(from + i, 0))
      i = i + 8
    }
  } else {
    memory_copy(to, from, n)
  }
}

/// Appends in place.
/// inline
fun list_push<T>(xs: ref, v: T) {
  let len = load32(xs, 4)
  if len == load32(xs, 8) { list_grow(xs, len + 1) }
  store(list_at(xs, len, sizeof(T)), 8, v)
  store32(xs, 4, len + 1)
}

/// A copy of xs with v appended; xs may be null.
/// noinline
fun list_append<T>(xs: ref, v: T): ref {
  let out = list_copy_room(xs, kindof(T), 1)
  list_push(out, v)
  return out
}

/// xs with v appended: xs itself when no second reference to it can exist, else a copy with room to grow.
/// inline
fun list_append_owned<T>(xs: ref, v: T): ref {
  let len = load32(xs, 4)
  // A null list has no room, as length and capacity of the null object are equal.
  if len != load32(xs, 8) && load8u(xs, 1) < 128 {
    store(list_at(xs, len, sizeof(T)), 8, v)
    store32(xs, 4, len + 1)
    return xs
  }
  return list_append_slow<T>(xs, v)
}

/// noinline
fun list_append_slow<T>(xs: ref, v: T): ref {
  var out = xs
  if xs == 0 || load8u(xs, 1) >= 128 { out = list_copy_room(xs, kindof(T), shr_u(load32(xs, 4), 1) + 1) }
  list_push(out, v)
  return out
}

/// A copy of xs (null: an empty list of the kind) with room for \`extra\` more elements.
fun list_copy_room(xs: ref, kind: i32, extra: i32): ref {
  let len = load32(xs, 4)
  let out = list_new(if xs == 0 { kind } else { list_kind(xs) }, len + extra)
  list_copy_range(out, 0, xs, 0, len)
  return out
}

/// Copies \`count\` elements from \`from\` in xs to \`to\` in out, a list of the same kind with enough capacity; sets out's length to
/// their end. Elements that are lists are in two lists then.
fun list_copy_range(out: ref, to: i32, xs: ref, from: i32, count: i32) {
  store32(out, 4, to + count)
  if count != 0 {
    let kind = list_kind(out)
    let size = elem_size(kind)
    let p = load32(out, 12) + 8 + to * size
    memory_copy(p, load32(xs, 12) + 8 + from * size, count * size)
    if kind >= ELEM_REF { share_elems(p, count, kind) }
  }
}

/// Marks a list as one that may have several references; gives back x, which may be anything.
/// inline
fun share(x: ref): ref {
  if load8u(x, 0) == KIND_LIST { store8(x, 1, or(load8u(x, 1), 128)) }
  return x
}

/// Marks those of \`count\` elements at p that are lists, which a copy has put into a second place.
/// noinline
fun share_elems(p: i32, count: i32, kind: i32) {
  for i in 0..count {
    if kind == ELEM_REF {
      let x = loadref(p + i * 4, 0)
      // Objects of one list of references are all alike.
      if x != 0 && load8u(x, 0) != KIND_LIST { return }
      share(x)
    } else {
      let c = loadcell(p + i * 8, 0)
      if cell_is_ref(c) { share(ref(c)) }
    }
  }
}

/// A slice bound as an index from 0 to len.
fun clamp_index(i: i64, len: i64): i64 {
  var at = i
  if i < 0 { at = i + len }
  if at < 0 { return 0 }
  if at > len { return len }
  return at
}

/// xs[a:b]: a copy; bounds are clamped, negative ones count from the end. Null stays null.
/// noinline
fun list_slice(xs: ref, a: i64, b: i64): ref {
  if xs == 0 { return xs }
  let len = list_len(xs)
  let from = i32(clamp_index(a, len))
  var count = i32(clamp_index(b, len)) - from
  if count < 0 { count = 0 }
  let out = list_new(list_kind(xs), count)
  list_copy_range(out, 0, xs, from, count)
  return out
}

/// Every step-th element of xs[a:b]; from its last one backwards when the step is negative.
/// noinline
fun list_step(xs: ref, a: i64, b: i64, step: i64): ref {
  if step == 0 { fail("slice step must not be 0") }
  let slice = list_slice(xs, a, b)
  if step == 1 || slice == 0 { return slice }
  let len = load32(slice, 4)
  let out = list_new(list_kind(slice), 0)
  if len == 0 { return out }
  let size = elem_size(list_kind(slice))
  // A step beyond the list takes one element.
  var stride = if step < 0 { 0 - step } else { step }
  if ge_u(stride, i64_u(len)) { stride = i64_u(len) }
  let count = div_u(len - 1, i32(stride)) + 1
  list_grow(out, count)
  store32(out, 4, count)
  var from = load32(slice, 12) + 8
  var move = i32(stride) * size
  if step < 0 {
    from = from + (len - 1) * size
    move = 0 - move
  }
  var to = load32(out, 12) + 8
  for i in 0..count {
    copy_elem(to, from, size)
    to = to + size
    from = from + move
  }
  return out
}

/// inline
fun copy_elem(to: i32, from: i32, size: i32) {
  if size == 8 {
    store64(to, 0, load64(from, 0))
  } else if size == 4 {
    store32(to, 0, load32(from, 0))
  } else {
    store8(to, 0, load8u(from, 0))
  }
}

/// a + b: a new list. Both must be of one kind; null is empty (null + null is null).
/// noinline
fun list_concat(a: ref, b: ref): ref {
  if a == 0 && b == 0 { return a }
  let la = load32(a, 4)
  let lb = load32(b, 4)
  let out = list_new(list_kind(if a == 0 { b } else { a }), la + lb)
  list_copy_range(out, 0, a, 0, la)
  list_copy_range(out, la, b, 0, lb)
  return out
}

/// noinline
fun list_reverse(xs: ref): ref {
  return list_step(xs, 0, list_len(xs), -1)
}

/// The ints from a up to (or, with a negative step, down to) b, without b.
/// noinline
fun list_range(a: i64, b: i64, step: i64): ref {
  if step == 0 { fail("range step must not be 0") }
  var count: i64 = 0
  if step > 0 {
    if b > a { count = div_u(b - a - 1, step) + 1 }
  } else if a > b {
    count = div_u(a - b - 1, 0 - step) + 1
  }
  if gt_u(count, 0x0FFF0000) { fail("out of memory") }
  let out = list_new(ELEM_I64, i32(count))
  store32(out, 4, i32(count))
  var p = load32(out, 12)
  var v = a
  for i in 0..i32(count) {
    store64(p, 8, v)
    p = p + 8
    v = v + step
  }
  return out
}

/// Element i (which must exist) of a list of any kind.
fun list_cell_at(xs: ref, i: i32): cell {
  let kind = list_kind(xs)
  if kind == ELEM_I64 { return cell_of_i64(load64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_F64 { return cell_of_f64(loadf64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_REF { return cell(loadref(list_at(xs, i, 4), 8)) }
  if kind == ELEM_CELL { return loadcell(list_at(xs, i, 8), 8) }
  return cell_of_bool(load8u(list_at(xs, i, 1), 8))
}

/// A copy of xs with elements of another kind: ints become floats, anything becomes a cell; cells become what they hold, or
/// the program fails. Null stays null.
/// noinline
fun list_convert(xs: ref, kind: i32): ref {
  if xs == 0 { return xs }
  let len = load32(xs, 4)
  if list_kind(xs) == kind { return list_copy_room(xs, kind, 0) }
  let out = list_new(kind, len)
  for i in 0..len {
    let c = list_cell_at(xs, i)
    if kind == ELEM_CELL {
      if cell_is_ref(c) { share(ref(c)) }
      storecell(list_at(out, i, 8), 8, c)
    } else if kind == ELEM_F64 {
      storef64(list_at(out, i, 8), 8, cell_float(c))
    } else if kind == ELEM_I64 {
      store64(list_at(out, i, 8), 8, cell_int(c))
    } else if kind == ELEM_BOOL {
      store8(list_at(out, i, 1), 8, i32(cell_bool(c)))
    } else {
      if shr_u(i64(c), 32) != 0 { fail_cast(c, "an element of the list") }
      storeref(list_at(out, i, 4), 8, share(ref(c)))
    }
    store32(out, 4, i + 1)
  }
  return out
}

/// \`v in xs\`, by type and value: 1 and 1.0 differ. The list may be of another kind than v.
/// noinline
fun list_contains<T>(xs: ref, v: T): bool {
  if xs == 0 { return false }
  let len = load32(xs, 4)
  if list_kind(xs) == kindof(T) {
    if kindof(T) != ELEM_CELL && kindof(T) != ELEM_REF {
      for i in 0..len {
        let x: T = load(list_at(xs, i, sizeof(T)), 8)
        if x == v { return true }
      }
      return false
    }
  }
  let c = elem_cell(v)
  for i in 0..len {
    if cell_same(list_cell_at(xs, i), c) { return true }
  }
  return false
}

/// inline
fun elem_cell<T>(v: T): cell {
  if kindof(T) == ELEM_I64 {
    return cell_of_i64(v)
  } else if kindof(T) == ELEM_F64 {
    return cell_of_f64(v)
  } else if kindof(T) == ELEM_BOOL {
    return cell_of_bool(v)
  } else {
    return cell(v)
  }
}
`,
  'magnitude.mochi': `// Magnitudes: natural numbers of any size, as arrays of 32-bit limbs in memory, the least significant limb first.
//
// A magnitude is given by its address and its number of limbs. Nothing here allocates; results and scratch space are the
// caller's. The algorithms are those of Donald Knuth, "The Art of Computer Programming", volume 2, 3rd edition, section
// 4.3.1 (called TAOCP below), and of Richard Brent and Paul Zimmermann, "Modern Computer Arithmetic", Cambridge 2010 (MCA).

let LIMB_MASK: i64 = 0xffffffff

// From this many limbs on, products are split in three smaller ones, squares too, and quotients in two. Measured.
let KARATSUBA_LIMBS = 40
let KARATSUBA_SQUARE_LIMBS = 52
let RECURSIVE_DIVISION_LIMBS = 40

// ---- size and order

/// The number of limbs without zeros at the upper end.
fun mag_size(p: i32, n: i32): i32 {
  var k = n
  while k > 0 && load32(p + shl(k, 2), -4) == 0 { k = k - 1 }
  return k
}

/// The number of bits of a magnitude whose upper limb is not 0.
/// inline
fun mag_bits(p: i32, n: i32): i64 {
  return shl(i64(n), 5) - i64(clz(load32(p + shl(n, 2), -4)))
}

/// The order of two magnitudes without zeros at their upper ends: -1, 0 or 1.
fun mag_compare(a: i32, an: i32, b: i32, bn: i32): i32 {
  if an != bn { return if an < bn { -1 } else { 1 } }
  var i = shl(an, 2)
  while i != 0 {
    i = i - 4
    let x = load32(a + i, 0)
    let y = load32(b + i, 0)
    if x != y { return if lt_u(x, y) { -1 } else { 1 } }
  }
  return 0
}

// ---- addition and subtraction (TAOCP, algorithms A and S), two limbs at a time; the result may be where an operand is

/// r = a + b, with the limbs of a, the longer one; gives the carry.
fun mag_add(r: i32, a: i32, an: i32, b: i32, bn: i32): i32 {
  var carry = 0
  var i = 0
  let even = shl(and(bn, -2), 2)
  while i != even {
    let x = load64(a + i, 0)
    let s = x + load64(b + i, 0)
    store64(r + i, 0, s + i64_u(carry))
    // A carry arises here, or goes through.
    carry = or(i32(lt_u(s, x)), and(i32(s == -1), carry))
    i = i + 8
  }
  if and(bn, 1) != 0 {
    let t = load32u_64(a + i, 0) + load32u_64(b + i, 0) + i64_u(carry)
    store32(r + i, 0, i32(t))
    carry = i32(shr_u(t, 32))
    i = i + 4
  }
  let end = shl(an, 2)
  while carry != 0 && i != end {
    let t = load32(a + i, 0) + 1
    store32(r + i, 0, t)
    carry = i32(t == 0)
    i = i + 4
  }
  if r != a && i != end { memory_copy(r + i, a + i, end - i) }
  return carry
}

/// r = a - b, with the limbs of a, which has at least as many as b; gives the borrow.
fun mag_sub(r: i32, a: i32, an: i32, b: i32, bn: i32): i32 {
  var borrow = 0
  var i = 0
  let even = shl(and(bn, -2), 2)
  while i != even {
    let x = load64(a + i, 0)
    let y = load64(b + i, 0)
    store64(r + i, 0, x - y - i64_u(borrow))
    borrow = or(i32(lt_u(x, y)), and(i32(x == y), borrow))
    i = i + 8
  }
  if and(bn, 1) != 0 {
    let t = load32u_64(a + i, 0) - load32u_64(b + i, 0) - i64_u(borrow)
    store32(r + i, 0, i32(t))
    borrow = i32(shr_u(t, 63))
    i = i + 4
  }
  let end = shl(an, 2)
  while borrow != 0 && i != end {
    let x = load32(a + i, 0)
    store32(r + i, 0, x - 1)
    borrow = i32(x == 0)
    i = i + 4
  }
  if r != a && i != end { memory_copy(r + i, a + i, end - i) }
  return borrow
}

/// r = |a - b|, n limbs each; gives 1 if a < b.
fun mag_distance(r: i32, a: i32, an: i32, b: i32, bn: i32): i32 {
  let k = mag_size(a, an)
  let m = mag_size(b, bn)
  if mag_compare(a, k, b, m) < 0 {
    mag_sub(r, b, bn, a, k)
    if bn < an { memory_fill(r + shl(bn, 2), 0, shl(an - bn, 2)) }
    return 1
  }
  mag_sub(r, a, an, b, m)
  return 0
}

// ---- shifts by less than a limb

/// r = a * 2^s, 0 <= s < 32; gives the limb shifted out. r may be a.
fun mag_shift_left(r: i32, a: i32, n: i32, s: i64): i32 {
  var carry: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = or(shl(load32u_64(a + i, 0), s), carry)
    store32(r + i, 0, i32(t))
    carry = shr_u(t, 32)
    i = i + 4
  }
  return i32(carry)
}

/// r = a / 2^s, rounded down, 0 <= s < 32. r may be a or lie below it.
fun mag_shift_right(r: i32, a: i32, n: i32, s: i64) {
  var i = 0
  let end = shl(n - 1, 2)
  while i < end {
    store32(r + i, 0, i32(shr_u(load64(a + i, 0), s)))
    i = i + 4
  }
  if n > 0 { store32(r + i, 0, shr_u(load32(a + i, 0), i32(s))) }
}

// ---- products with one limb

/// r = a * w + carry; gives the limb beyond. r may be a.
fun mag_mul_1(r: i32, a: i32, n: i32, w: i64, carry: i64): i64 {
  var c = carry
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = load32u_64(a + i, 0) * w + c
    store32(r + i, 0, i32(t))
    c = shr_u(t, 32)
    i = i + 4
  }
  return c
}

/// r = r + a * w; gives the limb beyond.
fun mag_add_mul_1(r: i32, a: i32, n: i32, w: i64): i64 {
  var c: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = load32u_64(a + i, 0) * w + load32u_64(r + i, 0) + c
    store32(r + i, 0, i32(t))
    c = shr_u(t, 32)
    i = i + 4
  }
  return c
}

/// r = r - a * w; gives the limb to be subtracted beyond.
fun mag_sub_mul_1(r: i32, a: i32, n: i32, w: i64): i64 {
  var c: i64 = 0
  var borrow: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let t = load32u_64(a + i, 0) * w + c
    let d = load32u_64(r + i, 0) - and(t, LIMB_MASK) - borrow
    store32(r + i, 0, i32(d))
    c = shr_u(t, 32)
    borrow = shr_u(d, 63)
    i = i + 4
  }
  return c + borrow
}

/// r = r + a * (v + 2^32 * w), where r has n limbs before and n + 2 behind.
fun mag_add_mul_2(r: i32, a: i32, n: i32, v: i64, w: i64) {
  var c: i64 = 0
  var d: i64 = 0
  var before: i64 = 0
  var i = 0
  let end = shl(n, 2)
  while i != end {
    let x = load32u_64(a + i, 0)
    let t = x * v + load32u_64(r + i, 0) + c
    let u = before * w + and(t, LIMB_MASK) + d
    store32(r + i, 0, i32(u))
    c = shr_u(t, 32)
    d = shr_u(u, 32)
    before = x
    i = i + 4
  }
  store64(r + i, 0, before * w + c + d)
}

// ---- products

/// r = a * b, an + bn limbs, an >= bn >= 1, as on paper (TAOCP, algorithm M), two limbs of b at a time. r lies apart.
fun mag_mul_base(r: i32, a: i32, an: i32, b: i32, bn: i32) {
  var j = 0
  let end = shl(bn, 2)
  let top = shl(an, 2)
  if and(bn, 1) != 0 {
    store32(r + top, 0, i32(mag_mul_1(r, a, an, load32u_64(b, 0), 0)))
    j = 4
  } else {
    memory_fill(r, 0, top)
  }
  while j != end {
    mag_add_mul_2(r + j, a, an, load32u_64(b + j, 0), load32u_64(b + j, 4))
    j = j + 8
  }
}

/// r = a * a, 2 n limbs: the products of different limbs once, doubled, and the squares of limbs
/// (MCA, section 1.3.6).
fun mag_square_base(r: i32, a: i32, n: i32) {
  let end = shl(n, 2)
  // The products of different limbs: limbs 1 to 2 n - 2.
  store32(r, 0, 0)
  store32(r + end, 0, i32(mag_mul_1(r + 4, a + 4, n - 1, load32u_64(a, 0), 0)))
  var i = 4
  while i != end {
    let c = mag_add_mul_1(r + shl(i, 1) + 4, a + i + 4, n - 1 - shr_u(i, 2), load32u_64(a + i, 0))
    store32(r + end + i, 0, i32(c))
    i = i + 4
  }
  var c: i64 = 0
  var high: i64 = 0
  i = 0
  while i != end {
    let x = load32u_64(a + i, 0)
    let p = load64(r + shl(i, 1), 0)
    let s = x * x
    // 2 * p + the bit shifted out of the last one, + s + carry.
    let t = or(shl(p, 1), high)
    high = shr_u(p, 63)
    let u = t + s
    let v = u + c
    c = i64(or(lt_u(u, t), lt_u(v, u)))
    store64(r + shl(i, 1), 0, v)
    i = i + 4
  }
}

/// Limbs of scratch space for the product of two magnitudes, the shorter one of n limbs.
/// inline
fun mag_mul_scratch(n: i32): i32 {
  return if n < KARATSUBA_LIMBS { 0 } else { n * 10 + 128 }
}

/// r = a * b, an + bn limbs, an >= bn >= 1; r and the scratch space t (mag_mul_scratch(bn) limbs) lie apart.
/// noinline
fun mag_mul(r: i32, a: i32, an: i32, b: i32, bn: i32, t: i32) {
  if bn < KARATSUBA_LIMBS {
    if a == b && an == bn && an > 2 {
      mag_square_base(r, a, an)
    } else {
      mag_mul_base(r, a, an, b, bn)
    }
    return
  }
  let part = shl(bn, 2)
  if a == b && an == bn {
    mag_square(r, a, an, t)
    return
  }
  mag_mul_karatsuba(r, a, b, bn, t)
  // The further limbs of a in parts of bn limbs.
  var at = bn
  while at < an {
    let m = if an - at < bn { an - at } else { bn }
    let to = r + shl(at, 2)
    if m == bn {
      mag_mul_karatsuba(t, a + shl(at, 2), b, bn, t + part + part)
    } else {
      mag_mul(t, b, bn, a + shl(at, 2), m, t + part + part)
    }
    // So far r has at + bn limbs.
    mag_add(to, t, bn + m, to, bn)
    at = at + m
  }
}

/// r = a * b for two magnitudes of n >= 4 limbs: with B = 2^(32 k), a = a1 B + a0 and b = b1 B + b0,
/// a b = a1 b1 B^2 + (a0 b0 + a1 b1 - (a0 - a1) (b0 - b1)) B + a0 b0
/// (Anatoly Karatsuba, Yuri Ofman, 1962; MCA, section 1.3.2). t: 2 n + 64 limbs.
fun mag_mul_karatsuba(r: i32, a: i32, b: i32, n: i32, t: i32) {
  if n < KARATSUBA_LIMBS {
    mag_mul_base(r, a, n, b, n)
    return
  }
  let k = shr_u(n + 1, 1)
  let part = shl(k, 2)
  let sign = xor(mag_distance(r, a, k, a + part, n - k), mag_distance(r + part, b, k, b + part, n - k))
  mag_mul_karatsuba(t, r, r + part, k, t + part + part)
  mag_mul_karatsuba(r, a, b, k, t + part + part)
  mag_mul_karatsuba(r + part + part, a + part, b + part, n - k, t + part + part)
  mag_karatsuba_join(r, n, k, t, sign)
}

/// r = a * a, as mag_mul_karatsuba.
fun mag_square(r: i32, a: i32, n: i32, t: i32) {
  if n < KARATSUBA_SQUARE_LIMBS {
    mag_square_base(r, a, n)
    return
  }
  let k = shr_u(n + 1, 1)
  let part = shl(k, 2)
  mag_distance(r, a, k, a + part, n - k)
  mag_square(t, r, k, t + part + part)
  mag_square(r, a, k, t + part + part)
  mag_square(r + part + part, a + part, n - k, t + part + part)
  mag_karatsuba_join(r, n, k, t, 0)
}

/// The last step of Karatsuba's products: r holds a0 b0 and a1 b1, t |a0 - a1| |b0 - b1|, which is to be added if \`sign\`.
fun mag_karatsuba_join(r: i32, n: i32, k: i32, t: i32, sign: i32) {
  let middle = k + k
  let high = r + shl(middle, 2)
  var c = if sign != 0 { mag_add(t, t, middle, r, middle) } else { 0 - mag_sub(t, r, middle, t, middle) }
  c = c + mag_add(t, t, middle, high, n + n - middle)
  let to = r + shl(k, 2)
  mag_add(to, to, n + n - k, t, middle)
  var p = to + shl(middle, 2)
  while c != 0 {
    let x = load32(p, 0) + c
    store32(p, 0, x)
    c = i32(lt_u(x, c))
    p = p + 4
  }
}

// ---- quotients

/// q = a / w for a limb w, given the remainder of what stands above a (less than w); gives the remainder. q may be a.
fun mag_div_1(q: i32, a: i32, n: i32, w: i64, above: i64): i64 {
  var rest = above
  var i = shl(n, 2)
  while i != 0 {
    i = i - 4
    let x = or(shl(rest, 32), load32u_64(a + i, 0))
    let d = div_u(x, w)
    store32(q + i, 0, i32(d))
    rest = x - d * w
  }
  return rest
}

/// The remainder of a / w for a limb w.
fun mag_rem_1(a: i32, n: i32, w: i64): i64 {
  var rest: i64 = 0
  var i = shl(n, 2)
  while i != 0 {
    i = i - 4
    rest = rem_u(or(shl(rest, 32), load32u_64(a + i, 0)), w)
  }
  return rest
}

/// Divides a, n + m limbs, by b, n >= 2 limbs with the highest bit set: the quotient's m limbs go to q, the remainder to the
/// lower n limbs of a, the others become 0 (TAOCP, algorithm D). Gives the quotient's limb m, 0 or 1.
fun mag_div_base(q: i32, a: i32, b: i32, n: i32, m: i32): i32 {
  let wide = shl(n, 2)
  var p = a + shl(m, 2)
  var high = 0
  if mag_compare(p, n, b, n) >= 0 {
    mag_sub(p, p, n, b, n)
    high = 1
  }
  let v1 = load32u_64(b + wide, -4)
  let v0 = load32u_64(b + wide, -8)
  var to = q + shl(m, 2)
  while p != a {
    p = p - 4
    to = to - 4
    let top = p + wide
    let u = load64(top, -4)
    var d = LIMB_MASK
    if shr_u(u, 32) != v1 { d = div_u(u, v1) }
    var rest = u - d * v1
    while shr_u(rest, 32) == 0 && gt_u(d * v0, or(shl(rest, 32), load32u_64(top, -8))) {
      d = d - 1
      rest = rest + v1
    }
    let borrow = mag_sub_mul_1(p, b, n, d)
    if lt_u(load32u_64(top, 0), borrow) {
      d = d - 1
      mag_add(p, p, n, b, n)
    }
    store32(top, 0, 0)
    store32(to, 0, i32(d))
  }
  return high
}

/// As mag_div_base for m <= n, by two quotients of half the size, each corrected by at most a few subtractions (Christoph
/// Burnikel and Joachim Ziegler, "Fast recursive division", MPI-I-98-1-022; MCA, section 1.4.3).
/// t: m + mag_mul_scratch(m / 2 + 1) limbs.
fun mag_div_recursive(q: i32, a: i32, b: i32, n: i32, m: i32, t: i32): i32 {
  if m < RECURSIVE_DIVISION_LIMBS { return mag_div_base(q, a, b, n, m) }
  let k = shr_u(m, 1)
  let part = shl(k, 2)
  // The upper half of the quotient, by the upper limbs of b; then what it takes from the lower ones.
  let high = mag_div_recursive(q + part, a + part + part, b + part, n - k, m - k, t)
  let more = mag_div_correct(q + part, m - k, a + part, b, n, k, high, t)
  mag_div_correct(q, k, a, b, n, k, mag_div_recursive(q, a + part, b + part, n - k, k, t), t)
  return more
}

/// Subtracts q * b0 from a, n limbs, where b0 is the lower k limbs of b and q has m limbs and the limb \`high\` above; while the
/// result is negative, adds b and decreases q. Gives the quotient's high limb. t: m + k limbs and scratch space.
fun mag_div_correct(q: i32, m: i32, a: i32, b: i32, n: i32, k: i32, high: i32, t: i32): i32 {
  if m >= k {
    mag_mul(t, q, m, b, k, t + shl(m + k, 2))
  } else {
    mag_mul(t, b, k, q, m, t + shl(m + k, 2))
  }
  var borrow = mag_sub(a, a, n, t, m + k)
  var top = high
  if top != 0 {
    let p = a + shl(m, 2)
    borrow = borrow + mag_sub(p, p, n - m, b, k)
  }
  while borrow != 0 {
    var p = q
    let end = q + shl(m, 2)
    while p != end {
      let x = load32(p, 0)
      store32(p, 0, x - 1)
      if x != 0 { break }
      p = p + 4
    }
    if p == end { top = top - 1 }
    borrow = borrow - mag_add(a, a, n, b, n)
  }
  return top
}

/// Limbs of scratch space for mag_div.
/// inline
fun mag_div_scratch(an: i32, bn: i32): i32 {
  let m = if an - bn < bn { an - bn + 1 } else { bn }
  return if m < RECURSIVE_DIVISION_LIMBS { an + bn + 1 } else { an + bn + 1 + m + m * 5 + 160 }
}

/// Divides a by b, 2 <= bn <= an, the highest limb of b not 0: q gets the quotient's an - bn + 1 limbs, r the remainder's bn
/// limbs. q, r and t (mag_div_scratch limbs) lie apart from each other and the operands.
/// noinline
fun mag_div(q: i32, r: i32, a: i32, an: i32, b: i32, bn: i32, t: i32) {
  let s = i64(clz(load32(b + shl(bn, 2), -4)))
  let v = t + shl(an + 1, 2)
  let scratch = v + shl(bn, 2)
  store32(t + shl(an, 2), 0, mag_shift_left(t, a, an, s))
  mag_shift_left(v, b, bn, s)
  // From the top in pieces of bn limbs, the first one shorter (MCA, section 1.4.3). The highest bn limbs are less than b.
  var m = an - bn + 1
  if m < RECURSIVE_DIVISION_LIMBS || bn < RECURSIVE_DIVISION_LIMBS {
    mag_div_base(q, t, v, bn, m)
  } else {
    while m > 0 {
      let piece = if rem_u(m, bn) == 0 { bn } else { rem_u(m, bn) }
      m = m - piece
      mag_div_recursive(q + shl(m, 2), t + shl(m, 2), v, bn, piece, scratch)
    }
  }
  mag_shift_right(r, t, bn, s)
}
`,
  'map.mochi': `// Maps: hash tables that keep the order of insertion in an array of entries, with an index table of entry numbers beside it
// (Raymond Hettinger, "More compact dictionaries with faster iteration", python-dev, December 2012). The language has no way to
// delete a key, so there are no tombstones. The index table is searched by linear probing and is at most half full; maps of
// up to 8 entries have none and are searched from the first entry on.
//
// MAP object, 32 bytes: +4 entries in use   +8 index table (RAWS of i32: 0 free, else entry number + 1; 0 if none)
//   +12 entries (RAWS or ENTRIES, from +8)  +16 64 less the base-2 logarithm of the index table's length
//   +20 entries there is room for  +24 list of the keys in sorted order (0 if not known)  +28 unused
// An entry has 16 bytes: string keys +0 key, +4 its hash; int keys +0 key; both +8 the value.

let SMALL_MAP = 8
let ENTRY_BYTES = 16
// 2^64 divided by the golden ratio: multiplicative hashing (Knuth, "The Art of Computer Programming", volume 3, section 6.4).
let GOLDEN: i64 = -7046029254386353131

/// A new empty map. Key kinds: 0 string, 1 int.
/// noinline
fun map_new(keyKind: i32, valueKind: i32): ref {
  let m = alloc(32, or(KIND_MAP, or(shl(valueKind, 8), shl(keyKind, 12))))
  store32(m, 4, 0)
  store64(m, 8, 0)
  store64(m, 16, 0)
  store64(m, 24, 0)
  return m
}

/// inline
fun map_len(m: ref): i64 {
  return load32u_64(m, 4)
}

/// inline
fun map_slot_i64(k: i64, shift: i32): i32 {
  return i32(shr_u(k * GOLDEN, i64_u(shift)))
}

/// inline
fun map_slot_hash(h: i32, shift: i32): i32 {
  return i32(shr_u(i64_u(h) * GOLDEN, i64_u(shift)))
}

/// The address of the value of an int key; 0 if the map (which may be null) has no such key.
/// noinline
fun map_find_i64(m: ref, k: i64): i32 {
  let count = load32(m, 4)
  if count == 0 { return 0 }
  let entries = load32(m, 12) + 8
  let table = load32(m, 8)
  if table == 0 {
    var e = entries
    let end = entries + count * ENTRY_BYTES
    while e != end {
      if load64(e, 0) == k { return e + 8 }
      e = e + ENTRY_BYTES
    }
    return 0
  }
  let mask = load32(table, 4) - 4
  var at = map_slot_i64(k, load32(m, 16)) * 4
  while true {
    let number = load32(table + at, 8)
    if number == 0 { return 0 }
    let e = entries + (number - 1) * ENTRY_BYTES
    if load64(e, 0) == k { return e + 8 }
    at = and(at + 4, mask)
  }
  return 0
}

/// The address of the value of a string key; 0 if the map (which may be null) has no such key. No map has the key null.
/// noinline
fun map_find_str(m: ref, k: ref): i32 {
  let count = load32(m, 4)
  if count == 0 || k == 0 { return 0 }
  let entries = load32(m, 12) + 8
  let table = load32(m, 8)
  let hash = map_hash(k)
  if table == 0 {
    var e = entries
    let end = entries + count * ENTRY_BYTES
    while e != end {
      if load32(e, 4) == hash {
        if map_key_is(e, k) { return e + 8 }
      }
      e = e + ENTRY_BYTES
    }
    return 0
  }
  let mask = load32(table, 4) - 4
  var at = map_slot_hash(hash, load32(m, 16)) * 4
  while true {
    let number = load32(table + at, 8)
    if number == 0 { return 0 }
    let e = entries + (number - 1) * ENTRY_BYTES
    if load32(e, 4) == hash {
      if map_key_is(e, k) { return e + 8 }
    }
    at = and(at + 4, mask)
  }
  return 0
}

/// The hash of a key, cached in the string.
/// inline
fun map_hash(k: ref): i32 {
  let h = load32(k, 20)
  if h != 0 { return h }
  return str_hash(k)
}

/// inline
fun map_key_is(e: i32, k: ref): bool {
  return load32(e, 0) == i32(k) || str_eq(loadref(e, 0), k)
}

/// The address of the value of an int key, which is inserted with the value 0 (null, false) if the map does not have it.
/// The address is good until the next allocation.
/// noinline
fun map_put_i64(m: ref, k: i64): i32 {
  let found = map_find_i64(m, k)
  if found != 0 { return found }
  let e = map_insert(m)
  store64(e, 0, k)
  let table = load32(m, 8)
  if table != 0 { map_link(table, map_slot_i64(k, load32(m, 16)), load32(m, 4)) }
  return e + 8
}

/// As map_put_i64, for a string key.
/// noinline
fun map_put_str(m: ref, k: ref): i32 {
  if k == 0 { fail_null("map key") }
  let found = map_find_str(m, k)
  if found != 0 { return found }
  let hash = map_hash(k)
  let e = map_insert(m)
  storeref(e, 0, k)
  store32(e, 4, hash)
  let table = load32(m, 8)
  if table != 0 { map_link(table, map_slot_hash(hash, load32(m, 16)), load32(m, 4)) }
  return e + 8
}

/// A new entry with a zero value, not in the index table yet.
fun map_insert(m: ref): i32 {
  if m == 0 { fail_null("map") }
  let count = load32(m, 4)
  if count == load32(m, 20) { map_grow(m) }
  store32(m, 4, count + 1)
  store32(m, 24, 0)
  let e = load32(m, 12) + 8 + count * ENTRY_BYTES
  store64(e, 8, 0)
  return e
}

/// Puts entry number - 1 into the first free place of the index table from \`slot\` on.
fun map_link(table: i32, slot: i32, number: i32) {
  let mask = load32(table, 4) - 4
  var at = slot * 4
  while load32(table + at, 8) != 0 { at = and(at + 4, mask) }
  store32(table + at, 8, number)
}

/// Doubles the room for entries and makes an index table of twice that length, if it is needed.
/// noinline
fun map_grow(m: ref) {
  let count = load32(m, 4)
  let room = if count == 0 { 4 } else { count + count }
  if room > 0x4000000 { fail("out of memory") }
  var kind = KIND_ENTRIES
  if load8u(m, 1) == or(0x10, ELEM_I64) || load8u(m, 1) == or(0x10, ELEM_F64) || load8u(m, 1) == or(0x10, ELEM_BOOL) {
    kind = KIND_RAWS
  }
  // Element and key kind tell the collector which parts of an entry are references.
  let header = or(shl(load8u(m, 1), 8), kind)
  let bytes = room * ENTRY_BYTES
  let used = count * ENTRY_BYTES
  let old = loadref(m, 12)
  var entries = old
  if count == 0 || !extend_in_place(old, bytes + 8) {
    entries = buffer_new(usable_size(bytes + 8), header)
    copy_words(i32(entries) + 8, i32(old) + 8, used)
    storeref(m, 12, entries)
    // Only the map refers to its entries and its index table.
    if count != 0 { release(old) }
  }
  store32(entries, 4, bytes)
  zero(i32(entries) + 8 + used, bytes - used)
  store32(m, 20, room)
  if room > SMALL_MAP {
    let table = alloc_zero(room * 8 + 8, KIND_RAWS)
    store32(table, 4, room * 8)
    // Not through \`entries\`: the allocation above may have been a collection, the entries are the map's.
    store32(m, 16, 63 - ctz(room))
    let before = loadref(m, 8)
    storeref(m, 8, table)
    if before != 0 { release(before) }
    map_link_all(m, i32(table), count)
  }
}

fun map_link_all(m: ref, table: i32, count: i32) {
  let shift = load32(m, 16)
  var e = load32(m, 12) + 8
  if and(load8u(m, 1), 0x10) != 0 {
    for i in 0..count {
      map_link(table, map_slot_i64(load64(e, 0), shift), i + 1)
      e = e + ENTRY_BYTES
    }
  } else {
    for i in 0..count {
      map_link(table, map_slot_hash(load32(e, 4), shift), i + 1)
      e = e + ENTRY_BYTES
    }
  }
}

/// The keys in textual order as a list of strings or ints, which the caller does not modify: it is kept until a key is added.
/// noinline
fun map_keys(m: ref): ref {
  if m == 0 { return list_new(ELEM_REF, 0) }
  let known = loadref(m, 24)
  if known != 0 { return known }
  let keys = map_sorted_keys(m)
  storeref(m, 24, keys)
  return share(keys)
}

fun map_sorted_keys(m: ref): ref {
  let count = load32(m, 4)
  let int_keys = and(load8u(m, 1), 0x10) != 0
  let keys = list_new(if int_keys { ELEM_I64 } else { ELEM_REF }, count)
  store32(keys, 4, count)
  if count == 0 { return keys }
  var to = load32(keys, 12) + 8
  var e = load32(m, 12) + 8
  let size = if int_keys { 8 } else { 4 }
  for i in 0..count {
    copy_elem(to, e, size)
    to = to + size
    e = e + ENTRY_BYTES
  }
  if int_keys { return list_sort_with<i64>(keys, keys, SORT_INT_TEXT) }
  return list_sort_with<ref>(keys, keys, SORT_STRING)
}

/// The values in the order of the sorted keys: a new list of the map's value kind.
/// noinline
fun map_values(m: ref): ref {
  if m == 0 { return list_new(ELEM_CELL, 0) }
  let keys = map_keys(m)
  let count = load32(keys, 4)
  let kind = and(load8u(m, 1), 15)
  let out = list_new(kind, count)
  let size = elem_size(kind)
  let int_keys = and(load8u(m, 1), 0x10) != 0
  for i in 0..count {
    var value = 0
    if int_keys {
      value = map_find_i64(m, load64(list_at(keys, i, 8), 8))
    } else {
      value = map_find_str(m, loadref(list_at(keys, i, 4), 8))
    }
    copy_elem(list_at(out, i, size) + 8, value, size)
  }
  store32(out, 4, count)
  if kind >= ELEM_REF { share_elems(load32(out, 12) + 8, count, kind) }
  return out
}

/// Key number i in the order of insertion (0 <= i < map_len) as a cell.
fun map_key_at(m: ref, i: i32): cell {
  let e = load32(m, 12) + 8 + i * ENTRY_BYTES
  if and(load8u(m, 1), 0x10) != 0 { return cell_of_i64(load64(e, 0)) }
  return cell(loadref(e, 0))
}

/// Value number i in the order of insertion as a cell.
fun map_value_at(m: ref, i: i32): cell {
  return map_value_cell(m, load32(m, 12) + 16 + i * ENTRY_BYTES)
}

/// The value at an address that map_find_* or map_put_* gave (not 0), as a cell.
fun map_value_cell(m: ref, address: i32): cell {
  let kind = and(load8u(m, 1), 15)
  if kind == ELEM_I64 { return cell_of_i64(load64(address, 0)) }
  if kind == ELEM_F64 { return cell_of_f64(loadf64(address, 0)) }
  if kind == ELEM_REF { return cell(loadref(address, 0)) }
  if kind == ELEM_CELL { return loadcell(address, 0) }
  return cell_of_bool(load8u(address, 0))
}
`,
  'memory.mochi': `// Memory: the allocator and the precise, non-moving mark-sweep collector.
//
// Small objects (up to 8 KB) live in 64 KB blocks of one size class each; large ones in chunks of their own. Size
// classes are eight steps of 8 bytes and then four to a doubling (the mapping of TLSF: Masmano, Ripoll, Crespo, Real,
// "TLSF: a new dynamic memory allocator for real-time systems", ECRTS 2004). A block is allocated by bumping a pointer
// through runs of free objects, which a lazy sweep finds in the block's mark bitmap (Jones, Hosking, Moss, "The Garbage
// Collection Handbook", 2nd edition, sections 2.5 and 7.4). Everything between \`heap_low\` and \`heap_top\` is a sequence of
// chunks that begin with their size, so one linear walk after marking rebuilds the free lists and joins neighbours.
//
// Chunk header:  +0 size in bytes   +4 state
//   large object:  +8 mark   +16 the object
//   free:          +8 next in its bin
//   block:         +8 object size  +12 class  +16 objects  +20 next to sweep  +32 mark bitmap (1 KB)  +1056 objects

let KIND_STRING = 1
let KIND_BUFFER = 2
let KIND_REFS = 3
let KIND_CELLS = 4
let KIND_LIST = 5
let KIND_MAP = 6
let KIND_STRUCT = 7
let KIND_CLOSURE = 8
let KIND_BOX = 9
let KIND_BIGINT = 10
let KIND_INT64 = 11
let KIND_RAWS = 12
// The entries of a map when keys or values are references: +4 capacity in bytes, entries of 16 bytes from +8.
let KIND_ENTRIES = 13
let KIND_BIGRAT = 14

let ELEM_BOOL = 0
let ELEM_I64 = 1
let ELEM_F64 = 2
let ELEM_REF = 3
let ELEM_CELL = 4

// Header bit 14: the object is a chunk of its own.
let LARGE_BIT = 0x4000
let MAX_SMALL = 8192
let BLOCK_BYTES = 65536
let BLOCK_MARKS = 32
let BLOCK_FIRST = 1056
// The sizes of large chunks are multiples of it, and 64 bytes: see class_stride.
let GRANULE = 512
let STAGGER_FROM = 2048
// The smallest free chunk that any request can use.
let MIN_CHUNK = 8256

let CLASSES = 36
let BINS = 84
let FIRST_MARKS = 4096

let STATE_BLOCK = 1
let STATE_LARGE = 2
let STATE_FREE = 3
// Memory of the run-time library itself: kept as it is by every collection.
let STATE_SYSTEM = 4

// The least number of bytes allocated between two collections.
let MIN_LIMIT = 0x400000
// A buffer is traced in pieces of this many bytes, which bounds the mark stack.
let TRACE_PIECE = 1024

var heap_low: i32 = 0
var heap_top: i32 = 0
var memory_end: i32 = 0
// Bytes handed to the allocator since the last collection, and the number of them that starts the next one.
var since: i32 = 0
var limit: i32 = 0x400000
var gc_count: i32 = 0
var gc_live: i32 = 0
// What the last collection had to look at: objects, at 64 bytes each, and twice the bytes of traced buffers.
var gc_effort: i64 = 0

var mark_base: i32 = 0
var mark_top: i32 = 0
var mark_end: i32 = 0
var mark_overflow: i32 = 0
// The mark stack does not grow beyond this many bytes (tests set it low to exercise the overflow).
var mark_max: i32 = 0x40000000

// ---- tables in static memory

/// For each class the next free address and the end of its current run.
/// inline
fun class_runs(): i32 {
  return static_area("class runs", CLASSES * 8)
}

/// For each class the block that is being filled, the scan offset in it, and the first and last of the blocks to sweep.
/// inline
fun class_queues(): i32 {
  return static_area("class queues", CLASSES * 16)
}

/// The first free chunk of each bin.
/// inline
fun free_bins(): i32 {
  return static_area("free bins", BINS * 4)
}

/// For each class the first of the spare buffers, which are linked through their second word: see \`release\`.
/// inline
fun spare_buffers(): i32 {
  return static_area("spare buffers", CLASSES * 4)
}

/// The mark stack while it is small.
/// inline
fun first_marks(): i32 {
  return static_area("mark stack", FIRST_MARKS)
}

// ---- size classes

/// inline
fun class_of(size: i32): i32 {
  let t = size - 1
  let k = 31 - clz(or(t, 32))
  return (k - 5) * 4 + shr_u(t, k - 2)
}

/// The size of the largest request of a class.
/// inline
fun class_size(c: i32): i32 {
  if c < 8 { return (c + 1) * 8 }
  return shl(and(c, 3) + 5, shr_u(c, 2) + 2)
}

/// The distance of the objects of a class: its size, and from 2 KB on 64 bytes more. Sizes are multiples of high powers of two
/// there; at such a distance the same column of many rows competes for few sets of the caches.
/// inline
fun class_stride(size: i32): i32 {
  return if size < STAGGER_FROM { size } else { size + 64 }
}

// ---- allocation

/// A new object with its header; the rest of it is not initialised: the caller stores every field before it allocates again.
/// Meant for constant sizes: the class then folds to a constant. Other sizes: \`alloc_any\`.
/// inline
fun alloc(size: i32, header: i32): ref {
  if size > MAX_SMALL {
    return alloc_large(size, header)
  } else {
    let t = size - 1
    let k = 31 - clz(or(t, 32))
    let slot = class_runs() + ((k - 5) * 4 + shr_u(t, k - 2)) * 8
    let p = load32(slot, 0)
    let q = p + class_stride(or(t, shl(1, k - 2) - 1) + 1)
    if le_u(q, load32(slot, 4)) {
      store32(slot, 0, q)
      store32(p, 0, header)
      return ref(p)
    }
    return alloc_slow(size, header)
  }
}

/// \`alloc\` for a size that is not constant. Fails with "out of memory" for negative sizes (2 GB and more).
/// noinline
fun alloc_any(size: i32, header: i32): ref {
  if gt_u(size, MAX_SMALL) { return alloc_large(size, header) }
  return alloc(size, header)
}

/// A new object whose bytes after the header are zero.
/// noinline
fun alloc_zero(size: i32, header: i32): ref {
  let p = alloc_any(size, header)
  zero(p + 4, size - 4)
  return p
}

/// Zeroes \`bytes\` bytes (a multiple of 4) at \`address\`.
fun zero(address: i32, bytes: i32) {
  if gt_u(bytes, 128) {
    memory_fill(address, 0, bytes)
  } else {
    var p = address
    let end = address + bytes
    while p != end {
      store32(p, 0, 0)
      p = p + 4
    }
  }
}

/// noinline
fun alloc_slow(size: i32, header: i32): ref {
  let c = class_of(size)
  let slot = class_runs() + c * 8
  collect_if_due()
  if !refill(c) {
    collect()
    if !refill(c) { fail("out of memory") }
  }
  let p = load32(slot, 0)
  let q = p + class_stride(class_size(c))
  store32(slot, 0, q)
  if gc_stress() != 0 { store32(slot, 4, q) }
  store32(p, 0, header)
  return ref(p)
}

/// noinline
fun alloc_large(size: i32, header: i32): ref {
  if gt_u(size, 0x7FFF0000) { fail("out of memory") }
  let need = large_chunk_size(size)
  collect_if_due()
  var a = take_chunk(need)
  if a == 0 {
    collect()
    a = take_chunk(need)
    if a == 0 { fail("out of memory") }
  }
  since = since + need
  store32(a, 4, STATE_LARGE)
  store32(a, 8, 0)
  store32(a, 16, or(header, LARGE_BIT))
  return ref(a + 16)
}

/// inline
fun large_chunk_size(size: i32): i32 {
  return and(size + 16 - 64 + GRANULE - 1, -GRANULE) + 64
}

/// inline
fun collect_if_due() {
  if gc_stress() != 0 {
    collect()
  } else if gt_u(since, limit) {
    collect()
  }
}

/// Makes the object at \`o\` \`size\` bytes long without moving it, when it is large and the last thing in the heap.
/// Its new bytes are not initialised.
fun extend_in_place(o: ref, size: i32): bool {
  if and(load32(o, 0), LARGE_BIT) == 0 { return false }
  if gt_u(size, 0x7FFF0000) { return false }
  let a = o - 16
  let old = load32(a, 0)
  let need = large_chunk_size(size)
  if le_u(need, old) { return true }
  if a + old != heap_top { return false }
  if !wilderness(a, need) { return false }
  store32(a, 0, need)
  heap_top = a + need
  since = since + (need - old)
  return true
}

/// A buffer of \`bytes\` bytes (from \`usable_size\`) with a header: a spare one, or a new one. It is not initialised.
fun buffer_new(bytes: i32, header: i32): ref {
  if le_u(bytes, MAX_SMALL) {
    let place = spare_buffers() + class_of(bytes) * 4
    let spare = loadref(place, 0)
    if spare != 0 {
      store32(place, 0, load32(spare, 4))
      store32(spare, 0, header)
      return spare
    }
  }
  return alloc_any(bytes, header)
}

/// Gives back a buffer that the collector need not find any more: the caller has just replaced it in the only object that
/// refers to it, and nobody holds its address. Small ones go to the next \`buffer_new\` of their class, until a collection. In a
/// program that collects at every allocation the buffer is overwritten and left to the collector, so that tests notice
/// whoever still reads it.
fun release(o: ref) {
  let large = and(load32(o, 0), LARGE_BIT) != 0
  if gc_stress() != 0 {
    memory_fill(o + 8, 0xdd, load32(o, 4))
    store8(o, 0, KIND_RAWS)
  } else if large {
    let a = o - 16
    let size = load32(a, 0)
    since = if gt_u(since, size) { since - size } else { 0 }
    if a + size == heap_top {
      heap_top = a
    } else {
      free_chunk(a, size)
    }
  } else {
    let place = spare_buffers() + load32(and(i32(o), -65536), 12) * 4
    // The collector sees nothing to trace in it, should it come across it.
    store32(o, 0, KIND_RAWS)
    store32(o, 4, load32(place, 0))
    storeref(place, 0, o)
  }
}

/// The number of bytes that a request of \`size\` bytes really gets.
fun usable_size(size: i32): i32 {
  if gt_u(size, MAX_SMALL) { return large_chunk_size(size) - 16 }
  return class_size(class_of(size))
}

// ---- chunks

/// Sets the current run of class \`c\` to the next run of free objects; false when memory is exhausted.
fun refill(c: i32): bool {
  let slot = class_runs() + c * 8
  let queue = class_queues() + c * 16
  while true {
    let b = load32(queue, 0)
    if b != 0 {
      if next_run(b, queue, slot) { return true }
    }
    let next = load32(queue, 8)
    if next == 0 {
      store32(queue, 0, 0)
      break
    }
    store32(queue, 8, load32(next, 20))
    store32(queue, 0, next)
    store32(queue, 4, BLOCK_FIRST)
  }
  let a = take_block()
  if a == 0 { return false }
  let size = class_stride(class_size(c))
  let count = div_u(BLOCK_BYTES - BLOCK_FIRST, size)
  store32(a, 4, STATE_BLOCK)
  store32(a, 8, size)
  store32(a, 12, c)
  store32(a, 16, count)
  store32(a, 20, 0)
  memory_fill(a + BLOCK_MARKS, 0, BLOCK_FIRST - BLOCK_MARKS)
  let bytes = count * size
  store32(slot, 0, a + BLOCK_FIRST)
  store32(slot, 4, a + BLOCK_FIRST + bytes)
  since = since + bytes
  return true
}

/// The address of the word of the mark bitmap that holds the bit of the small object \`o\`, less BLOCK_MARKS.
/// inline
fun mark_word(o: i32): i32 {
  return and(o, -65536) + and(shr_u(o, 6), 0x3FC)
}

/// inline
fun is_marked(o: i32): bool {
  return and(shr_u(load32(mark_word(o), 32), shr_u(o, 3)), 1) != 0
}

fun next_run(b: i32, queue: i32, slot: i32): bool {
  let size = load32(b, 8)
  let end = b + BLOCK_FIRST + load32(b, 16) * size
  var o = b + load32(queue, 4)
  while o != end && is_marked(o) { o = o + size }
  if o == end { return false }
  let start = o
  while o != end && !is_marked(o) { o = o + size }
  store32(slot, 0, start)
  store32(slot, 4, o)
  store32(queue, 4, o - b)
  since = since + (o - start)
  return true
}

/// Writes the header of a free chunk and puts it into its bin.
fun free_chunk(a: i32, size: i32) {
  store32(a, 0, size)
  store32(a, 4, STATE_FREE)
  if ge_u(size, MIN_CHUNK) {
    let bin = free_bins() + class_of(shr_u(size, 7)) * 4
    store32(a, 8, load32(bin, 0))
    store32(bin, 0, a)
  }
}

/// A chunk of exactly \`need\` bytes (a multiple of 64) whose state the caller sets; 0 when memory is exhausted.
/// Bins hold sizes up to their class's size, so that any chunk of a later bin is large enough.
fun take_chunk(need: i32): i32 {
  var bin = free_bins() + class_of(shr_u(need, 7)) * 4
  let end = free_bins() + BINS * 4
  while bin != end {
    var prev = bin - 8
    var tries = 16
    while tries != 0 {
      let a = load32(prev, 8)
      if a == 0 { break }
      let size = load32(a, 0)
      if ge_u(size, need) {
        store32(prev, 8, load32(a, 8))
        if size != need {
          free_chunk(a + need, size - need)
          store32(a, 0, need)
        }
        return a
      }
      prev = a
      tries = tries - 1
    }
    bin = bin + 4
  }
  heap_start()
  let a = heap_top
  if !wilderness(a, need) { return 0 }
  heap_top = a + need
  store32(a, 0, need)
  return a
}

/// A chunk of 64 KB at a multiple of 64 KB; 0 when memory is exhausted.
fun take_block(): i32 {
  var bin = free_bins() + class_of(512) * 4
  let end = free_bins() + BINS * 4
  while bin != end {
    var prev = bin - 8
    var tries = 16
    while tries != 0 {
      let a = load32(prev, 8)
      if a == 0 { break }
      let size = load32(a, 0)
      let front = and(0 - a, 65535)
      if ge_u(size, front + BLOCK_BYTES) {
        store32(prev, 8, load32(a, 8))
        let b = a + front
        if front != 0 { free_chunk(a, front) }
        let back = size - front - BLOCK_BYTES
        if back != 0 { free_chunk(b + BLOCK_BYTES, back) }
        store32(b, 0, BLOCK_BYTES)
        return b
      }
      prev = a
      tries = tries - 1
    }
    bin = bin + 4
  }
  heap_start()
  let a = heap_top
  let front = and(0 - a, 65535)
  if !wilderness(a, front + BLOCK_BYTES) { return 0 }
  if front != 0 { free_chunk(a, front) }
  let b = a + front
  heap_top = b + BLOCK_BYTES
  store32(b, 0, BLOCK_BYTES)
  return b
}

/// inline
fun heap_start() {
  if heap_top == 0 {
    heap_low = and(heap_base() + 65535, -65536)
    heap_top = heap_low
    memory_end = shl(memory_size(), 16)
  }
}

/// Grows the memory, if it must, to hold \`bytes\` bytes from \`a\` on. It grows by an eighth, at least 1 MB, at a time.
fun wilderness(a: i32, bytes: i32): bool {
  let end = a + bytes
  if lt_u(end, a) { return false }
  if le_u(end, memory_end) { return true }
  let pages = shr_u(end - memory_end + 65535, 16)
  var step = shr_u(memory_end, 19)
  if step < 16 { step = 16 }
  if step < pages { step = pages }
  // The last page stays unused: no address in the heap is near 2^32.
  if memory_size() + pages > 65535 { return false }
  if memory_size() + step > 65535 { step = pages }
  if memory_grow(step) == -1 {
    step = pages
    if memory_grow(step) == -1 { return false }
  }
  memory_end = memory_end + shl(step, 16)
  return true
}

/// Memory for the run-time library's own use: never collected, never freed, not initialised; 0 when there is none.
fun system_alloc(bytes: i32): i32 {
  let a = take_chunk(large_chunk_size(bytes))
  if a == 0 { return 0 }
  store32(a, 4, STATE_SYSTEM)
  return a + 16
}

// ---- marking

/// The compiler replaces this by a function that calls \`mark_ref\` or \`mark_cell\` for each global variable that holds one.
/// noinline
fun mark_globals() {
  return
}

/// Marks an object; its parts are marked now when there is only one, else put on the mark stack. 0 and static objects are ignored.
fun mark_ref(x: ref) {
  var o = i32(x)
  while ge_u(o, heap_base()) {
    let h = load32(o, 0)
    if and(h, LARGE_BIT) != 0 {
      if load32(o - 8, 0) != 0 { return }
      store32(o - 8, 0, 1)
    } else {
      let w = mark_word(o)
      let m = load32(w, 32)
      let bit = shl(1, shr_u(o, 3))
      if and(m, bit) != 0 { return }
      store32(w, 32, or(m, bit))
    }
    let kind = and(h, 255)
    if kind == KIND_STRING {
      o = load32(o, 16)
    } else if kind == KIND_LIST {
      o = load32(o, 12)
    } else {
      // Untraced: BUFFER (2), BIGINT (10), INT64 (11), RAWS (12).
      if and(shr_u(0x1C04, kind), 1) == 0 { mark_push(o) }
      return
    }
  }
}

fun mark_cell(c: cell) {
  let v = i64(c)
  if shr_u(v, 32) == 0 { mark_ref(ref(i32(v))) }
}

/// inline
fun mark_push(o: i32) {
  if mark_top != mark_end || mark_room() {
    store32(mark_top, 0, o)
    mark_top = mark_top + 4
  }
}

/// Doubles the mark stack. When that is impossible, notes the overflow: marked objects then have parts that are not.
/// noinline
fun mark_room(): bool {
  let bytes = mark_top - mark_base
  if ge_u(bytes + bytes, mark_max) {
    mark_overflow = 1
    return false
  }
  let a = system_alloc(bytes + bytes)
  if a == 0 {
    mark_overflow = 1
    return false
  }
  memory_copy(a, mark_base, bytes)
  mark_release()
  mark_base = a
  mark_top = a + bytes
  mark_end = a + bytes + bytes
  return true
}

/// Gives back the mark stack's memory, unless it is the first one, in the static area.
fun mark_release() {
  if mark_base != first_marks() { store32(mark_base - 16, 4, STATE_FREE) }
}

/// Traces what is on the mark stack until it is empty.
fun drain() {
  while mark_top != mark_base {
    mark_top = mark_top - 4
    let v = load32(mark_top, 0)
    gc_effort = gc_effort + 64
    if and(v, 1) != 0 {
      mark_top = mark_top - 4
      trace_buffer(v - 1, load32(mark_top, 0))
    } else {
      trace(v)
    }
  }
}

/// Marks the parts of an object.
fun trace(o: i32) {
  let h = load32(o, 0)
  let kind = and(h, 255)
  if kind == KIND_STRUCT || kind == KIND_CLOSURE {
    let d = load32(type_table() + shl(shr_u(h, 16), 2), 0)
    var f = d
    let end = d + load32(d, 8) * 12
    while f != end {
      let elem = load32(f, 24)
      if elem == ELEM_REF {
        mark_ref(loadref(o + load32(f, 20), 0))
      } else if elem == ELEM_CELL {
        mark_cell(loadcell(o + load32(f, 20), 0))
      }
      f = f + 12
    }
  } else if kind == KIND_REFS || kind == KIND_CELLS || kind == KIND_ENTRIES {
    trace_buffer(o, 8)
  } else if kind == KIND_MAP {
    mark_ref(loadref(o, 8))
    mark_ref(loadref(o, 12))
    mark_ref(loadref(o, 24))
  } else if kind == KIND_BOX {
    let elem = and(shr_u(h, 8), 15)
    if elem == ELEM_REF {
      mark_ref(loadref(o, 8))
    } else if elem == ELEM_CELL {
      mark_cell(loadcell(o, 8))
    }
  } else if big_rats() != 0 && kind == KIND_BIGRAT {
    mark_cell(loadcell(o, 8))
    mark_cell(loadcell(o, 16))
  } else if kind == KIND_STRING {
    mark_ref(loadref(o, 16))
  } else if kind == KIND_LIST {
    mark_ref(loadref(o, 12))
  }
}

/// Marks the elements of a buffer from offset \`start\` on: some now, the rest after what they refer to.
fun trace_buffer(o: i32, start: i32) {
  let h = load32(o, 0)
  var p = o + start
  var end = o + 8 + load32(o, 4)
  if gt_u(end - p, TRACE_PIECE) {
    if mark_top == mark_end {
      if !mark_room() { return }
    }
    if mark_top + 4 == mark_end {
      if !mark_room() { return }
    }
    end = p + TRACE_PIECE
    store32(mark_top, 0, end - o)
    store32(mark_top, 4, o + 1)
    mark_top = mark_top + 8
  }
  gc_effort = gc_effort + i64_u(end - p) * 2
  let kind = and(h, 255)
  if kind == KIND_REFS {
    while p != end {
      let x = load32(p, 0)
      if ge_u(x, heap_base()) { mark_ref(ref(x)) }
      p = p + 4
    }
  } else if kind == KIND_CELLS {
    while p != end {
      mark_cell(loadcell(p, 0))
      p = p + 8
    }
  } else {
    let elem = and(shr_u(h, 8), 15)
    let int_keys = and(shr_u(h, 12), 3)
    while p != end {
      if int_keys == 0 { mark_ref(loadref(p, 0)) }
      if elem == ELEM_REF {
        mark_ref(loadref(p, 8))
      } else if elem == ELEM_CELL {
        mark_cell(loadcell(p, 8))
      }
      p = p + 16
    }
  }
}

/// After an overflow: traces every marked object once more.
fun retrace() {
  var a = heap_low
  while a != heap_top {
    let state = load32(a, 4)
    if state == STATE_LARGE {
      if load32(a, 8) != 0 {
        trace(a + 16)
        drain()
      }
    } else if state == STATE_BLOCK {
      let size = load32(a, 8)
      var o = a + BLOCK_FIRST
      let end = o + load32(a, 16) * size
      while o != end {
        if is_marked(o) {
          trace(o)
          drain()
        }
        o = o + size
      }
    }
    a = a + load32(a, 0)
  }
}

// ---- collection

/// Frees every object that the shadow stack, the globals and what they refer to do not reach.
/// noinline
fun collect() {
  gc_count = gc_count + 1
  heap_start()
  clear_marks()
  // Ends all runs; forgets what was still to be swept.
  memory_fill(class_runs(), 0, CLASSES * 8)
  memory_fill(class_queues(), 0, CLASSES * 16)
  memory_fill(spare_buffers(), 0, CLASSES * 4)
  gc_effort = 0
  mark_base = first_marks()
  mark_top = mark_base
  mark_end = mark_base + FIRST_MARKS
  mark_overflow = 0
  var p = stack_pointer()
  while p != stack_base() {
    let v = load64(p, 0)
    if shr_u(v, 32) == 0 {
      mark_ref(ref(i32(v)))
      if mark_top != mark_base { drain() }
    }
    p = p + 8
  }
  drain()
  while mark_overflow != 0 {
    mark_overflow = 0
    retrace()
  }
  mark_release()
  sweep()
}

fun clear_marks() {
  var a = heap_low
  while a != heap_top {
    let state = load32(a, 4)
    if state == STATE_BLOCK {
      memory_fill(a + BLOCK_MARKS, 0, BLOCK_FIRST - BLOCK_MARKS)
    } else if state == STATE_LARGE {
      store32(a, 8, 0)
    }
    a = a + load32(a, 0)
  }
}

/// Number of marked objects in a block.
fun count_marks(a: i32): i32 {
  var n: i64 = 0
  var p = a
  let end = a + BLOCK_FIRST - BLOCK_MARKS
  while p != end {
    let w = load64(p, 32)
    if w != 0 { n = n + popcnt(w) }
    p = p + 8
  }
  return i32(n)
}

/// Walks the heap: queues blocks with room for the lazy sweep, joins free neighbours, fills the bins, lowers the heap's top.
fun sweep() {
  memory_fill(free_bins(), 0, BINS * 4)
  var live = 0
  var small = 0
  var free = 0
  var a = heap_low
  while a != heap_top {
    let size = load32(a, 0)
    let state = load32(a, 4)
    var dead = state == STATE_FREE
    if state == STATE_BLOCK {
      let n = count_marks(a)
      if n == 0 {
        dead = true
      } else {
        live = live + n * load32(a, 8)
        small = small + n
        if n != load32(a, 16) { queue_block(a) }
      }
    } else if state == STATE_LARGE {
      if load32(a, 8) == 0 {
        dead = true
      } else {
        live = live + size
      }
    }
    if dead {
      if free == 0 { free = a }
    } else if free != 0 {
      free_chunk(free, a - free)
      free = 0
    }
    a = a + size
  }
  if free != 0 { heap_top = free }
  gc_live = live
  since = 0
  limit = next_limit(live, gc_effort + i64_u(small) * 16)
}

/// How many bytes may be allocated until the next collection: as many as are alive, but fewer (down to an eighth) when what is
/// alive took little effort to mark, as long texts and buffers of numbers do.
fun next_limit(live: i32, effort: i64): i32 {
  var bytes = shr_u(live, 3)
  if gt_u(effort, i64_u(bytes)) { bytes = if gt_u(effort, i64_u(live)) { live } else { i32(effort) } }
  return if gt_u(bytes, MIN_LIMIT) { bytes } else { MIN_LIMIT }
}

/// Puts a block at the end of its class's queue, so that the lowest addresses are filled first.
fun queue_block(a: i32) {
  let queue = class_queues() + load32(a, 12) * 16
  store32(a, 20, 0)
  let last = load32(queue, 12)
  if last == 0 {
    store32(queue, 8, a)
  } else {
    store32(last, 20, a)
  }
  store32(queue, 12, a)
}
`,
  'mulrem.mochi': `// Products that are reduced at once: exact in 128 bits, without big integers.

/// (a * b) % m.
/// inline
fun int_mul_rem(a: i64, b: i64, m: i64): i64 {
  if shr_u(or(a + 2147483648, b + 2147483648), 32) == 0 && m != 0 { return a * b % m }
  return int_mul_add_rem_slow(a, b, 0, m)
}

/// (a * b + c) % m. A product of two numbers of 32 bits has 63 bits, and a summand of 63 bits leaves it in 64.
/// inline
fun int_mul_add_rem(a: i64, b: i64, c: i64, m: i64): i64 {
  if or(shr_u(or(a + 2147483648, b + 2147483648), 32), shr_u(c + 4611686018427387904, 63)) == 0 && m != 0 {
    return (a * b + c) % m
  }
  return int_mul_add_rem_slow(a, b, c, m)
}

/// The product and sum as 128 bits in two's complement, then the remainder of its size; it has the sign of the sum.
/// noinline
fun int_mul_add_rem_slow(a: i64, b: i64, c: i64, m: i64): i64 {
  if m == 0 { fail_div() }
  let low_mask: i64 = 4294967295
  let al = and(a, low_mask)
  let ah = shr_s(a, 32)
  let bl = and(b, low_mask)
  let bh = shr_s(b, 32)
  // Hacker's Delight, 8-2: the high half of a signed product.
  let p0 = al * bl
  let t = ah * bl + shr_u(p0, 32)
  let w1 = and(t, low_mask) + al * bh
  var high = ah * bh + shr_s(t, 32) + shr_s(w1, 32)
  var low = a * b
  let sum = low + c
  high = high + shr_s(c, 63) + i64(lt_u(sum, low))
  low = sum
  let negative = high < 0
  if negative {
    high = not(high) + i64(low == 0)
    low = 0 - low
  }
  let d = if m < 0 { 0 - m } else { m }
  let rest = if high == 0 { rem_u(low, d) } else { wide_rem(rem_u(high, d), low, d) }
  return if negative { 0 - rest } else { rest }
}

/// The remainder of high * 2^64 + low by d, all unsigned, high < d. Hacker's Delight, 9-4: two steps of Knuth's algorithm D
/// in base 2^32, of which only the remainder is kept.
fun wide_rem(high: i64, low: i64, d: i64): i64 {
  let shift = clz(d)
  let v = shl(d, shift)
  var first = high
  if shift != 0 { first = or(shl(high, shift), shr_u(low, 64 - shift)) }
  let rest = shl(low, shift)
  let second = wide_step(first, shr_u(rest, 32), v)
  return shr_u(wide_step(second, and(rest, 4294967295), v), shift)
}

/// The remainder of high * 2^32 + digit by v, where v has its top bit set, high < v and digit < 2^32.
fun wide_step(high: i64, digit: i64, v: i64): i64 {
  let top = shr_u(v, 32)
  let bottom = and(v, 4294967295)
  var q = div_u(high, top)
  var rest = high - q * top
  while shr_u(q, 32) != 0 || gt_u(q * bottom, or(shl(rest, 32), digit)) {
    q = q - 1
    rest = rest + top
    if shr_u(rest, 32) != 0 { break }
  }
  return shl(high, 32) + digit - q * v
}
`,
  'number.mochi': `// Integers: checked arithmetic, decimal text.

let MIN_INT: i64 = shl(1, 63)
let MAX_INT: i64 = 9223372036854775807

// ---- checked arithmetic

/// inline
fun int_add(a: i64, b: i64): i64 {
  let r = a + b
  if and(xor(a, r), xor(b, r)) < 0 { fail_overflow() }
  return r
}

/// inline
fun int_sub(a: i64, b: i64): i64 {
  let r = a - b
  if and(xor(a, b), xor(a, r)) < 0 { fail_overflow() }
  return r
}

/// Two numbers from -2^31 to 2^31 - 1 have a product of 64 bits; only others need the slow check.
/// inline
fun int_mul(a: i64, b: i64): i64 {
  return if shr_u(or(a + 2147483648, b + 2147483648), 32) == 0 { a * b } else { int_mul_slow(a, b) }
}

/// noinline
fun int_mul_slow(a: i64, b: i64): i64 {
  let r = a * b
  // Fewer than 64 significant bits together, sign bits apart: the product cannot overflow.
  if clz(xor(a, shr_s(a, 63))) + clz(xor(b, shr_s(b, 63))) >= 66 { return r }
  if a == -1 { return int_neg(b) }
  if a != 0 {
    if r / a != b { fail_overflow() }
  }
  return r
}

/// inline
fun int_neg(a: i64): i64 {
  if a == MIN_INT { fail_overflow() }
  return 0 - a
}

/// Quotient rounded toward zero. Only the divisors 0 and -1 need care.
/// inline
fun int_div(a: i64, b: i64): i64 {
  return if le_u(b + 1, 1) { int_div_slow(a, b) } else { a / b }
}

/// noinline
fun int_div_slow(a: i64, b: i64): i64 {
  if b == 0 { fail_div() }
  return int_neg(a)
}

/// Remainder with the sign of the dividend.
/// inline
fun int_rem(a: i64, b: i64): i64 {
  if b == 0 { fail_div() }
  return a % b
}

fun int_abs(a: i64): i64 {
  return if a < 0 { int_neg(a) } else { a }
}

/// inline
fun int_min(a: i64, b: i64): i64 {
  return select(a < b, a, b)
}

/// inline
fun int_max(a: i64, b: i64): i64 {
  return select(a > b, a, b)
}

/// a to the power of b by squaring; checked. A negative exponent gives the quotient 1 / a^-b, rounded toward zero.
fun int_pow(a: i64, b: i64): i64 {
  if b < 0 {
    if a == 0 { fail_div() }
    if a == 1 { return 1 }
    if a == -1 { return if and(b, 1) == 0 { 1 } else { -1 } }
    return 0
  }
  var result: i64 = 1
  var base = a
  var e = b
  while true {
    if and(e, 1) != 0 { result = int_mul(result, base) }
    e = shr_u(e, 1)
    if e == 0 { return result }
    base = int_mul(base, base)
  }
  return result
}

// ---- text

/// How many decimal digits an unsigned number below 10^19 has.
fun digit_count(u: i64): i32 {
  var n = 1
  var limit: i64 = 10
  while n < 19 && ge_u(u, limit) {
    n = n + 1
    limit = limit * 10
  }
  return n
}

/// Writes the decimal digits of an unsigned number so that they end at address \`end\`; gives where they begin.
fun put_digits(end: i32, u: i64): i32 {
  var p = end
  var high = u
  while ge_u(high, 100000000) {
    let q = div_u(high, 100000000)
    var eight = i32(high - q * 100000000)
    high = q
    for i in 0..4 {
      let rest = div_u(eight, 100)
      p = p - 2
      put_pair(p, eight - rest * 100)
      eight = rest
    }
  }
  var low = i32(high)
  while low >= 100 {
    let rest = div_u(low, 100)
    p = p - 2
    put_pair(p, low - rest * 100)
    low = rest
  }
  if low >= 10 {
    put_pair(p - 2, low)
    return p - 2
  }
  store8(p - 1, 0, low + 48)
  return p - 1
}

/// Writes a number below 100 as two digits.
/// inline
fun put_pair(p: i32, n: i32) {
  let tens = shr_u(n * 205, 11)
  store16(p, 0, 0x3030 + tens + shl(n - tens * 10, 8))
}

/// Writes a number in decimal at \`p\` (room for 20 bytes); gives the address behind it.
fun put_int(p: i32, v: i64): i32 {
  var u = v
  var at = p
  if v < 0 {
    u = 0 - v
    store8(p, 0, 45)
    at = p + 1
  }
  let end = at + digit_count(u)
  put_digits(end, u)
  return end
}

/// The decimal text of a number.
fun int_str(v: i64): ref {
  let u = if v < 0 { 0 - v } else { v }
  let bytes = digit_count(u) + i32(v < 0)
  let s = str_new(bytes, bytes)
  store8(s, STRING_BYTES, 45)
  put_digits(s + STRING_BYTES + bytes, u)
  return s
}

// Where \`read_int\` puts its result.
var read_value: i64 = 0

/// Reads a number in a base from 2 to 36: an optional sign and at least one digit. False for anything else and for
/// what 64 bits do not hold; else \`read_value\` has it.
fun read_int(s: ref, base: i64): bool {
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  if p == end { return false }
  let sign = load8u(p, 0)
  if sign == 45 || sign == 43 { p = p + 1 }
  if p == end { return false }
  let most: i64 = if sign == 45 { MIN_INT } else { MAX_INT }
  // The digits that may still be appended to v: v <= most / base.
  let bound = div_u(most, base)
  var v: i64 = 0
  while p < end {
    let c = load8u(p, 0)
    var digit = c - 48
    if gt_u(digit, 9) {
      digit = or(c, 32) - 87
      if digit < 10 { return false }
    }
    if i64(digit) >= base { return false }
    if gt_u(v, bound) { return false }
    v = v * base + i64(digit)
    if gt_u(v, most) { return false }
    p = p + 1
  }
  read_value = if sign == 45 { 0 - v } else { v }
  return true
}

/// The number that a text is, in decimal; anything else fails.
fun str_int(s: ref): i64 {
  return parse_int_base(s, 10)
}

/// The number that a text is in a base from 2 to 36; anything else fails.
fun parse_int_base(s: ref, base: i64): i64 {
  if base < 2 || base > 36 { fail("the base of a number must be between 2 and 36") }
  if !read_int(s, base) { fail_cast(cell(s), "int") }
  return read_value
}
`,
  'sets.mochi': `// Sorting and set operations on lists.
//
// A sort makes an array of pairs {rank, element number}, where the unsigned order of ranks is the order of the elements as far as
// 64 bits can tell (the number itself, the first 8 bytes of a string), so that most comparisons touch nothing else; equal ranks
// are settled by comparing the elements. The functions are generic in what they compare then: T is ref for strings, cell for
// values of any type, i64 for all else, so that a program which sorts strings needs nothing that compares values of any type.
// The pairs are merge-sorted, bottom up, from blocks sorted by insertion (Knuth, "The Art
// of Computer Programming", volume 3, sections 5.2.1 and 5.2.4), with their first place as the last resort, so it is stable.
// Set operations use a hash set of element numbers.

let SORT_I64 = 1
let SORT_F64 = 2
let SORT_STRING = 3
let SORT_CELL = 4
let SORT_BOOL = 5
// Ints in the order of their decimal text.
let SORT_INT_TEXT = 6

let SORT_BLOCK = 8
let SIGN_BIT: i64 = shl(1, 63)

/// How a list is sorted: one of SORT_*.
fun sort_mode(xs: ref): i32 {
  let kind = list_kind(xs)
  if kind == ELEM_I64 { return SORT_I64 }
  if kind == ELEM_F64 { return SORT_F64 }
  if kind == ELEM_BOOL { return SORT_BOOL }
  if kind == ELEM_REF {
    for i in 0..load32(xs, 4) {
      if load8u(loadref(list_at(xs, i, 4), 8), 0) != KIND_STRING { return SORT_CELL }
    }
    return SORT_STRING
  }
  return SORT_CELL
}

/// A copy of the list in ascending order (of cell_compare); equal elements keep their order. Null stays null.
/// noinline
fun list_sort(xs: ref): ref {
  if xs == 0 { return xs }
  return list_sort_by(xs, xs)
}

/// A copy of \`rows\` in the ascending order of \`keys\`, a list of the same length: row i goes where key i goes.
/// noinline
fun list_sort_by(rows: ref, keys: ref): ref {
  if rows == 0 { return rows }
  let mode = sort_mode(keys)
  if mode == SORT_STRING { return list_sort_with<ref>(rows, keys, mode) }
  if mode == SORT_CELL { return list_sort_with<cell>(rows, keys, mode) }
  return list_sort_with<i64>(rows, keys, mode)
}

/// noinline
fun list_sort_with<T>(rows: ref, keys: ref, mode: i32): ref {
  let count = load32(keys, 4)
  if gt_u(count, 0x3FF0000) { fail("out of memory") }
  let out = list_new(list_kind(rows), count)
  // Twice the room: the second half is where merges go.
  let pairs = alloc_any(count * 32 + 8, KIND_RAWS)
  store32(pairs, 4, count * 32)
  let first = i32(pairs) + 8
  var p = first
  for i in 0..count {
    store64(p, 0, sort_rank<T>(keys, i, mode))
    store64(p, 8, i64(i))
    p = p + 16
  }
  p = pairs_sort<T>(first, first + count * 16, count, keys, mode)
  let size = elem_size(list_kind(rows))
  let from = load32(rows, 12) + 8
  var to = load32(out, 12) + 8
  for i in 0..count {
    copy_elem(to, from + load32(p, 8) * size, size)
    to = to + size
    p = p + 16
  }
  store32(out, 4, count)
  if list_kind(rows) >= ELEM_REF { share_elems(from, count, list_kind(rows)) }
  keep(pairs)
  keep(rows)
  return out
}

/// The rank of element i.
fun sort_rank<T>(xs: ref, i: i32, mode: i32): i64 {
  if kindof(T) == ELEM_REF {
    return str_prefix(loadref(list_at(xs, i, 4), 8))
  } else if kindof(T) == ELEM_CELL {
    return 0
  } else {
    if mode == SORT_BOOL { return i64(load8u(list_at(xs, i, 1), 8)) }
    let k = load64(list_at(xs, i, 8), 8)
    if mode == SORT_I64 { return xor(k, SIGN_BIT) }
    if mode == SORT_F64 {
      // Adding 0 makes 0 of -0.
      let b = bits(from_bits(k) + 0.0)
      return if b < 0 { not(b) } else { xor(b, SIGN_BIT) }
    }
    // By text: negative ones first, as '-' is less than any digit.
    let rank = shr_u(text_rank(k), 1)
    return if k < 0 { rank } else { or(rank, SIGN_BIT) }
  }
}

/// An int's decimal digits as a number of 19 digits, zeros behind them (unsigned).
fun text_rank(k: i64): i64 {
  var u = if k < 0 { 0 - k } else { k }
  if u == 0 { return u }
  while lt_u(u, 1000000000000000000) { u = u * 10 }
  return u
}

/// The first 8 bytes of a string, the first one highest, zeros behind its end.
fun str_prefix(s: ref): i64 {
  let n = load32(s, 4)
  let p = load32(s, 12)
  if n >= 8 {
    let x = load64(p, 0)
    let y = or(shl(and(x, 0x00FF00FF00FF00FF), 8), and(shr_u(x, 8), 0x00FF00FF00FF00FF))
    return rotl(or(shl(and(y, 0x0000FFFF0000FFFF), 16), and(shr_u(y, 16), 0x0000FFFF0000FFFF)), 32)
  }
  var rank: i64 = 0
  for i in 0..n { rank = or(shl(rank, 8), i64(load8u(p + i, 0))) }
  return shl(rank, i64((8 - n) * 8))
}

/// True if the pair at a must come after the pair at b, which stands behind it.
/// inline
fun pair_after<T>(a: i32, b: i32, xs: ref, mode: i32): bool {
  let ra = load64(a, 0)
  let rb = load64(b, 0)
  if ra != rb { return gt_u(ra, rb) }
  if kindof(T) == ELEM_I64 {
    if mode != SORT_INT_TEXT { return false }
  }
  return pair_after_slow<T>(load32(a, 8), load32(b, 8), xs)
}

/// noinline
fun pair_after_slow<T>(i: i32, j: i32, xs: ref): bool {
  if kindof(T) == ELEM_REF {
    return str_compare(loadref(list_at(xs, i, 4), 8), loadref(list_at(xs, j, 4), 8)) > 0
  } else if kindof(T) == ELEM_CELL {
    return cell_compare(list_cell_at(xs, i), list_cell_at(xs, j)) > 0
  } else {
    let a = load64(list_at(xs, i, 8), 8)
    let b = load64(list_at(xs, j, 8), 8)
    let ra = text_rank(a)
    let rb = text_rank(b)
    if ra != rb { return gt_u(ra, rb) }
    return gt_u(if a < 0 { 0 - a } else { a }, if b < 0 { 0 - b } else { b })
  }
}

/// Sorts \`count\` pairs at \`p\` with \`spare\` for as many; gives the one of the two where the result is.
fun pairs_sort<T>(p: i32, spare: i32, count: i32, xs: ref, mode: i32): i32 {
  let end = p + count * 16
  var at = p + 16
  while lt_u(at, end) && !pair_after<T>(at - 16, at, xs, mode) { at = at + 16 }
  if ge_u(at, end) { return p }
  // Blocks by insertion.
  at = p
  while lt_u(at, end) {
    var stop = at + SORT_BLOCK * 16
    if gt_u(stop, end) { stop = end }
    var next = at + 16
    while next != stop {
      // The pair that is inserted waits in the spare memory.
      store64(spare, 0, load64(next, 0))
      store64(spare, 8, load64(next, 8))
      var hole = next
      while hole != at && pair_after<T>(hole - 16, spare, xs, mode) {
        store64(hole, 0, load64(hole - 16, 0))
        store64(hole, 8, load64(hole - 16, 8))
        hole = hole - 16
      }
      store64(hole, 0, load64(spare, 0))
      store64(hole, 8, load64(spare, 8))
      next = next + 16
    }
    at = stop
  }
  var from = p
  var to = spare
  let bytes = count * 16
  var width = SORT_BLOCK * 16
  while lt_u(width, bytes) {
    var done = 0
    while lt_u(done, bytes) {
      pairs_merge<T>(from + done, to + done, width, bytes - done, xs, mode)
      done = done + width + width
    }
    let other = from
    from = to
    to = other
    width = width + width
  }
  return from
}

/// Merges two sorted neighbours of \`width\` bytes (of which \`left\` bytes exist) into \`to\`.
fun pairs_merge<T>(p: i32, to: i32, width: i32, left: i32, xs: ref, mode: i32) {
  if le_u(left, width) {
    memory_copy(to, p, left)
    return
  }
  var a = p
  let a_end = p + width
  var b = a_end
  let b_end = if lt_u(left, width + width) { p + left } else { p + width + width }
  if !pair_after<T>(a_end - 16, b, xs, mode) {
    memory_copy(to, p, b_end - p)
    return
  }
  var q = to
  while true {
    if pair_after<T>(a, b, xs, mode) {
      store64(q, 0, load64(b, 0))
      store64(q, 8, load64(b, 8))
      q = q + 16
      b = b + 16
      if b == b_end {
        memory_copy(q, a, a_end - a)
        return
      }
    } else {
      store64(q, 0, load64(a, 0))
      store64(q, 8, load64(a, 8))
      q = q + 16
      a = a + 16
      if a == a_end {
        memory_copy(q, b, b_end - b)
        return
      }
    }
  }
}

// ---- hashing of values: equal values (cell_same) have equal hashes

/// Spreads the bits of a number: the finaliser of SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number
/// generators", OOPSLA 2014). Not linear, so that sums of hashes tell apart what sums of values do not.
fun hash_mix(x: i64): i32 {
  var h = xor(x, shr_u(x, 30)) * -4658895280553007687
  h = xor(h, shr_u(h, 27)) * -7723592293110705685
  return i32(xor(h, shr_u(h, 31)))
}

fun hash_f64(x: f64): i32 {
  // Adding 0 makes 0 of -0.
  return hash_mix(bits(x + 0.0) + 1)
}

/// The hash of a value.
fun cell_hash(c: cell): i32 {
  let v = i64(c)
  let high = i32(shr_u(v, 32))
  if high == 0 { return ref_hash(ref(c)) }
  // Floats begin at 0x0002 in the top 16 bits, ints at 0xFFFC.
  if lt_u(high, 0x20000) { return hash_mix(v) }
  if ge_u(high, 0xFFFC0000) { return hash_mix(shr_s(shl(v, 14), 14)) }
  return hash_f64(from_bits(v - 0x0002000000000000))
}

/// The hash of an object. Of maps only the values count, as int and string keys may be the same key.
fun ref_hash(r: ref): i32 {
  if r == 0 { return 1 }
  let header = load32(r, 0)
  let kind = and(header, 255)
  if kind == KIND_STRING { return str_hash(r) }
  if kind == KIND_INT64 { return hash_mix(load64(r, 8)) }
  if big_ints() != 0 {
    if kind == KIND_BIGINT { return big_hash(r) }
  }
  if big_rats() != 0 {
    if kind == KIND_BIGRAT { return rat_hash(r) }
  }
  var h = kind
  if kind == KIND_LIST {
    for i in 0..load32(r, 4) { h = h * 31 + elem_hash(r, i) }
  } else if kind == KIND_MAP {
    for i in 0..load32(r, 4) { h = h + cell_hash(map_value_at(r, i)) }
  } else if kind == KIND_STRUCT && struct_is_record(r) {
    // Equal to a map with the same entries.
    h = KIND_MAP
    let d = descriptor_of(r)
    for i in 0..load32(d, 8) {
      let field = d + 16 + i * 12
      h = h + cell_hash(cell_load(r + load32(field, 4), load32(field, 8)))
    }
  } else if kind == KIND_STRUCT {
    h = shr_u(header, 16)
    var f = load32(type_table() + h * 4, 0)
    for i in 0..load32(f, 8) {
      let at = i32(r) + load32(f, 20)
      let elem = load32(f, 24)
      var part = 0
      if elem == ELEM_I64 {
        part = hash_mix(load64(at, 0))
      } else if elem == ELEM_F64 {
        part = hash_f64(loadf64(at, 0))
      } else if elem == ELEM_REF {
        part = ref_hash(loadref(at, 0))
      } else if elem == ELEM_CELL {
        part = cell_hash(loadcell(at, 0))
      } else {
        part = load8u(at, 0)
      }
      h = h * 31 + part
      f = f + 12
    }
  }
  return h
}

/// The hash of element i (which must exist).
fun elem_hash(xs: ref, i: i32): i32 {
  let kind = list_kind(xs)
  if kind == ELEM_I64 { return hash_mix(load64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_F64 { return hash_f64(loadf64(list_at(xs, i, 8), 8)) }
  if kind == ELEM_REF { return ref_hash(loadref(list_at(xs, i, 4), 8)) }
  return cell_hash(list_cell_at(xs, i))
}

/// True if element i of a is the same as element j of b, a list of the same kind: by type and value.
fun elem_same(a: ref, i: i32, b: ref, j: i32): bool {
  let kind = list_kind(a)
  if kind == ELEM_I64 { return load64(list_at(a, i, 8), 8) == load64(list_at(b, j, 8), 8) }
  if kind == ELEM_F64 { return loadf64(list_at(a, i, 8), 8) == loadf64(list_at(b, j, 8), 8) }
  if kind == ELEM_BOOL { return load8u(list_at(a, i, 1), 8) == load8u(list_at(b, j, 1), 8) }
  return cell_same(list_cell_at(a, i), list_cell_at(b, j))
}

// ---- hash sets of the elements of one list: RAWS of {i32 element number + 1 (0: free), i32 hash}, at most half full

/// A set for up to \`count\` elements.
fun set_new(count: i32): ref {
  if gt_u(count, 0x4000000) { fail("out of memory") }
  let slots = shl(2, 32 - clz(or(count, 3)))
  let set = alloc_zero(slots * 8 + 8, KIND_RAWS)
  store32(set, 4, slots * 8)
  return set
}

/// The address (less 8) of the set's slot for element i of xs, whose hash is given: the one that holds the same element
/// of \`of\`, or a free one.
fun set_slot(set: ref, of: ref, xs: ref, i: i32, hash: i32): i32 {
  let mask = load32(set, 4) - 8
  var at = and(shr_u(hash * 0x9E3779B1, 3), mask)
  while true {
    let p = i32(set) + at
    let number = load32(p, 8)
    if number == 0 { return p }
    if load32(p, 12) == hash {
      if elem_same(of, number - 1, xs, i) { return p }
    }
    at = and(at + 8, mask)
  }
  return 0
}

/// True if the set has no element like element i of xs. If so, and if \`of\` is xs, adds it.
fun set_add(set: ref, xs: ref, i: i32): bool {
  let hash = elem_hash(xs, i)
  let p = set_slot(set, xs, xs, i, hash)
  if load32(p, 8) != 0 { return false }
  store32(p, 8, i + 1)
  store32(p, 12, hash)
  keep(set)
  return true
}

/// True if the set, whose elements are those of \`of\`, has element i of xs.
fun set_has(set: ref, of: ref, xs: ref, i: i32): bool {
  return load32(set_slot(set, of, xs, i, elem_hash(xs, i)), 8) != 0
}

/// A set of all elements of xs.
fun set_of(xs: ref): ref {
  let count = load32(xs, 4)
  let set = set_new(count)
  for i in 0..count { set_add(set, xs, i) }
  return set
}

/// xs as a list of the kind that it and \`other\` have in common: itself if they are of one kind or one is null, else of cells.
fun same_kind(xs: ref, other: ref): ref {
  if xs == 0 || other == 0 { return xs }
  if list_kind(xs) == list_kind(other) { return xs }
  return list_convert(xs, ELEM_CELL)
}

/// Appends element i of xs, a list of the same kind, to out.
fun list_push_from(out: ref, xs: ref, i: i32) {
  let size = elem_size(list_kind(xs))
  let len = load32(out, 4)
  if len == load32(out, 8) { list_grow(out, len + 1) }
  copy_elem(list_at(out, len, size) + 8, list_at(xs, i, size) + 8, size)
  if list_kind(xs) >= ELEM_REF { share_elems(list_at(xs, i, size) + 8, 1, list_kind(xs)) }
  store32(out, 4, len + 1)
}

/// The elements of xs without later duplicates. Null stays null.
/// noinline
fun list_distinct(xs: ref): ref {
  if xs == 0 { return xs }
  let count = load32(xs, 4)
  let set = set_new(count)
  let out = list_new(list_kind(xs), 0)
  for i in 0..count {
    if set_add(set, xs, i) { list_push_from(out, xs, i) }
  }
  return out
}

/// The elements of a and then those of b, without later duplicates.
/// noinline
fun list_union(a: ref, b: ref): ref {
  return list_distinct(list_union_all(a, b))
}

/// The elements of a and then those of b.
/// noinline
fun list_union_all(a: ref, b: ref): ref {
  return list_concat(same_kind(a, b), same_kind(b, a))
}

/// The elements of a that are not in b.
/// noinline
fun list_except(a: ref, b: ref): ref {
  if a == 0 { return a }
  let left = same_kind(a, b)
  let right = same_kind(b, a)
  let set = set_of(right)
  let out = list_new(list_kind(left), 0)
  for i in 0..load32(left, 4) {
    if !set_has(set, right, left, i) { list_push_from(out, left, i) }
  }
  return out
}

/// The elements of b that are in a, without later duplicates.
/// noinline
fun list_intersect(a: ref, b: ref): ref {
  if a == 0 { return if b == 0 { b } else { list_new(list_kind(b), 0) } }
  let left = same_kind(a, b)
  let right = same_kind(b, a)
  let set = set_of(left)
  let seen = set_new(load32(right, 4))
  let out = list_new(list_kind(left), 0)
  for i in 0..load32(right, 4) {
    if set_has(set, left, right, i) {
      if set_add(seen, right, i) { list_push_from(out, right, i) }
    }
  }
  return out
}
`,
  'sha256.mochi': `// SHA-256 (FIPS 180-4).

/// The 64 round constants, the first 32 bits of the fractional parts of the cube roots of the first 64 primes.
fun sha_constants(): ref {
  return "\\x98\\x2f\\x8a\\x42\\x91\\x44\\x37\\x71\\xcf\\xfb\\xc0\\xb5\\xa5\\xdb\\xb5\\xe9\\x5b\\xc2\\x56\\x39\\xf1\\x11\\xf1\\x59\\xa4\\x82\\x3f\\x92\\xd5\\x5e\\x1c\\xab\\x98\\xaa\\x07\\xd8\\x01\\x5b\\x83\\x12\\xbe\\x85\\x31\\x24\\xc3\\x7d\\x0c\\x55\\x74\\x5d\\xbe\\x72\\xfe\\xb1\\xde\\x80\\xa7\\x06\\xdc\\x9b\\x74\\xf1\\x9b\\xc1\\xc1\\x69\\x9b\\xe4\\x86\\x47\\xbe\\xef\\xc6\\x9d\\xc1\\x0f\\xcc\\xa1\\x0c\\x24\\x6f\\x2c\\xe9\\x2d\\xaa\\x84\\x74\\x4a\\xdc\\xa9\\xb0\\x5c\\xda\\x88\\xf9\\x76\\x52\\x51\\x3e\\x98\\x6d\\xc6\\x31\\xa8\\xc8\\x27\\x03\\xb0\\xc7\\x7f\\x59\\xbf\\xf3\\x0b\\xe0\\xc6\\x47\\x91\\xa7\\xd5\\x51\\x63\\xca\\x06\\x67\\x29\\x29\\x14\\x85\\x0a\\xb7\\x27\\x38\\x21\\x1b\\x2e\\xfc\\x6d\\x2c\\x4d\\x13\\x0d\\x38\\x53\\x54\\x73\\x0a\\x65\\xbb\\x0a\\x6a\\x76\\x2e\\xc9\\xc2\\x81\\x85\\x2c\\x72\\x92\\xa1\\xe8\\xbf\\xa2\\x4b\\x66\\x1a\\xa8\\x70\\x8b\\x4b\\xc2\\xa3\\x51\\x6c\\xc7\\x19\\xe8\\x92\\xd1\\x24\\x06\\x99\\xd6\\x85\\x35\\x0e\\xf4\\x70\\xa0\\x6a\\x10\\x16\\xc1\\xa4\\x19\\x08\\x6c\\x37\\x1e\\x4c\\x77\\x48\\x27\\xb5\\xbc\\xb0\\x34\\xb3\\x0c\\x1c\\x39\\x4a\\xaa\\xd8\\x4e\\x4f\\xca\\x9c\\x5b\\xf3\\x6f\\x2e\\x68\\xee\\x82\\x8f\\x74\\x6f\\x63\\xa5\\x78\\x14\\x78\\xc8\\x84\\x08\\x02\\xc7\\x8c\\xfa\\xff\\xbe\\x90\\xeb\\x6c\\x50\\xa4\\xf7\\xa3\\xf9\\xbe\\xf2\\x78\\x71\\xc6"
}

/// sha256(x): the digest of a string's bytes or of a list of bytes, as a list of 32 ints.
/// noinline
fun sha256(c: cell): ref {
  let w = writer_new()
  if cell_is_str(c) {
    write_str(w, ref(c))
  } else {
    let list = cell_ref(c, KIND_LIST)
    for i in 0..load32(list, 4) {
      let b = cell_int(list_cell_at(list, i))
      if ge_u(b, 256) { fail("sha256 needs bytes: ints from 0 to 255") }
      write_byte(w, i32(b))
    }
  }
  let text = writer_text(w)
  let bytes = load32(text, 4)
  let p = load32(text, 12)
  let state = static_area("sha state", 32)
  let initial = load32(sha_initial(), 12)
  memory_copy(state, initial, 32)
  let whole = and(bytes, -64)
  var at = 0
  while at != whole {
    sha_block(state, p + at)
    at = at + 64
  }
  // The rest, a 1 bit, zeros and the length in bits fill one block or two.
  let tail = static_area("sha tail", 128)
  memory_fill(tail, 0, 128)
  memory_copy(tail, p + whole, bytes - whole)
  store8(tail + (bytes - whole), 0, 0x80)
  let size = if bytes - whole < 56 { 64 } else { 128 }
  store64(tail + size - 8, 0, swap_bytes(i64_u(bytes) * 8))
  sha_block(state, tail)
  if size == 128 { sha_block(state, tail + 64) }
  keep(text)
  let digest = list_new(ELEM_I64, 32)
  for i in 0..32 {
    // Big-endian words.
    list_push<i64>(digest, i64(load8u(state + xor(i, 3), 0)))
  }
  return digest
}

/// The bytes of a number in opposite order.
fun swap_bytes(v: i64): i64 {
  var x = v
  var out: i64 = 0
  for i in 0..8 {
    out = or(shl(out, 8), and(x, 255))
    x = shr_u(x, 8)
  }
  return out
}

/// Adds a block of 64 bytes at \`p\` to the state.
fun sha_block(state: i32, p: i32) {
  let words = static_area("sha words", 256)
  for i in 0..16 {
    store32(words + i * 4, 0, i32(shr_u(swap_bytes(load32u_64(p + i * 4, 0)), 32)))
  }
  for i in 16..64 {
    let at = words + i * 4
    let x = load32(at, -60)
    let y = load32(at, -8)
    let s0 = xor(xor(rotr(x, 7), rotr(x, 18)), shr_u(x, 3))
    let s1 = xor(xor(rotr(y, 17), rotr(y, 19)), shr_u(y, 10))
    store32(at, 0, load32(at, -64) + s0 + load32(at, -28) + s1)
  }
  let constants = load32(sha_constants(), 12)
  var a = load32(state, 0)
  var b = load32(state, 4)
  var c = load32(state, 8)
  var d = load32(state, 12)
  var e = load32(state, 16)
  var f = load32(state, 20)
  var g = load32(state, 24)
  var h = load32(state, 28)
  for i in 0..64 {
    let s1 = xor(xor(rotr(e, 6), rotr(e, 11)), rotr(e, 25))
    let choice = xor(and(e, f), and(not(e), g))
    let t1 = h + s1 + choice + load32(constants + i * 4, 0) + load32(words + i * 4, 0)
    let s0 = xor(xor(rotr(a, 2), rotr(a, 13)), rotr(a, 22))
    let majority = xor(xor(and(a, b), and(a, c)), and(b, c))
    h = g
    g = f
    f = e
    e = d + t1
    d = c
    c = b
    b = a
    a = t1 + s0 + majority
  }
  store32(state, 0, load32(state, 0) + a)
  store32(state, 4, load32(state, 4) + b)
  store32(state, 8, load32(state, 8) + c)
  store32(state, 12, load32(state, 12) + d)
  store32(state, 16, load32(state, 16) + e)
  store32(state, 20, load32(state, 20) + f)
  store32(state, 24, load32(state, 24) + g)
  store32(state, 28, load32(state, 28) + h)
}

/// The first state: the fractional parts of the square roots of the first 8 primes.
fun sha_initial(): ref {
  return "\\x67\\xe6\\x09\\x6a\\x85\\xae\\x67\\xbb\\x72\\xf3\\x6e\\x3c\\x3a\\xf5\\x4f\\xa5\\x7f\\x52\\x0e\\x51\\x8c\\x68\\x05\\x9b\\xab\\xd9\\x83\\x1f\\x19\\xcd\\xe0\\x5b"
}
`,
  'string.mochi': `// Strings: immutable UTF-8 text. A STRING object holds its byte length, its number of code points (as utf8.mochi counts
// them), the address of its bytes, the object that owns them, and its hash once somebody asked for it. When the two
// counts are equal, every code point is one byte, so indexing takes constant time.
//
//     +4 bytes   +8 code points   +12 address   +16 owner   +20 hash   +24 the bytes, when the string owns them itself

// A slice keeps its owner alive: it shares the bytes only when it is long and at least a quarter of the owner.
let SHARE_BYTES = 128
// Concatenations shorter than this hold their bytes themselves.
let INLINE_BYTES = 96
let STRING_BYTES = 24
let BUFFER_BYTES = 16

// Where the last scan of a text that is not ASCII stopped, so that a loop over its indexes is linear.
var scan_text: ref = 0
var scan_index: i32 = 0
var scan_address: i32 = 0

// ---- making strings

/// A new string with room for \`bytes\` bytes at +24, which the caller writes before it allocates again.
fun str_new(bytes: i32, points: i32): ref {
  let s = alloc_any(STRING_BYTES + bytes, KIND_STRING)
  store32(s, 4, bytes)
  store32(s, 8, points)
  store32(s, 12, s + STRING_BYTES)
  store64(s, 16, 0)
  return s
}

/// A new string of the bytes at \`p\`, which belong to \`owner\` (0: static).
fun str_view(p: i32, bytes: i32, points: i32, owner: ref): ref {
  let s = alloc(STRING_BYTES, KIND_STRING)
  store32(s, 4, bytes)
  store32(s, 8, points)
  store32(s, 12, p)
  storeref(s, 16, owner)
  store32(s, 20, 0)
  return s
}

/// A new string that is a copy of the bytes at \`p\`, which lie in an object that the caller keeps alive or outside the heap.
fun str_copy(p: i32, bytes: i32, points: i32): ref {
  let s = str_new(bytes, points)
  copy_bytes(s + STRING_BYTES, p, bytes)
  return s
}

/// A new string that is a copy of the bytes at \`p\`; counts the code points.
fun str_of_bytes(p: i32, bytes: i32): ref {
  return str_copy(p, bytes, utf8_count(p, p + bytes))
}

/// Copies \`n\` bytes between places that do not overlap; a call of the engine's own copying is worth it for long ones only.
fun copy_bytes(to: i32, from: i32, n: i32) {
  if lt_u(n, 17) {
    if n >= 8 {
      // The two halves overlap in the middle.
      store64(to, 0, load64(from, 0))
      store64(to + n, -8, load64(from + n, -8))
    } else if n >= 4 {
      store32(to, 0, load32(from, 0))
      store32(to + n, -4, load32(from + n, -4))
    } else if n != 0 {
      store8(to, 0, load8u(from, 0))
      if n != 1 { store16(to + n, -2, load16u(from + n, -2)) }
    }
  } else {
    memory_copy(to, from, n)
  }
}

/// Where the string of a one-byte character is, if it has been made: 256 objects, of which those of ASCII are used.
/// inline
fun char_place(c: i32): ref {
  return ref(static_area("characters", 8192) + shl(c, 5))
}

/// The string of one ASCII character: static objects, filled in when they are needed first.
fun str_char(c: i32): ref {
  let s = char_place(c)
  if load32(s, 4) == 0 {
    store32(s, 0, KIND_STRING)
    store32(s, 4, 1)
    store32(s, 8, 1)
    store32(s, 12, s + STRING_BYTES)
    store8(s, STRING_BYTES, c)
  }
  return s
}

/// The part of \`s\` that begins at address \`p\`.
fun str_part(s: ref, p: i32, bytes: i32, points: i32): ref {
  if bytes == load32(s, 4) { return s }
  if bytes <= 1 {
    if bytes == 0 { return "" }
    if load8u(p, 0) < 128 { return str_char(load8u(p, 0)) }
  }
  var owner = loadref(s, 16)
  if owner == 0 {
    if lt_u(i32(s), heap_base()) { return str_view(p, bytes, points, owner) }
    owner = s
  }
  if bytes >= SHARE_BYTES && bytes >= shr_u(load32(owner, 4), 2) { return str_view(p, bytes, points, owner) }
  let part = str_copy(p, bytes, points)
  keep(s)
  return part
}

// ---- concatenation

/// a + b; nil when one of them is nil. When \`a\` ends where its buffer's used part ends, the buffer takes \`b\` in place.
fun str_concat(a: ref, b: ref): ref {
  if a == 0 || b == 0 { return none }
  let la = load32(a, 4)
  let lb = load32(b, 4)
  if lb == 0 { return a }
  if la == 0 { return b }
  let bytes = la + lb
  if bytes < 0 { fail("out of memory") }
  var points = load32(a, 8) + load32(b, 8)
  let pb = load32(b, 12)
  // A stray continuation byte may complete what \`a\` ends with.
  let joint = and(load8u(pb, 0), 0xc0) == 0x80
  var result: ref
  let owner = loadref(a, 16)
  if owner != 0 && str_extends(owner, load32(a, 12) + la, lb) {
    copy_bytes(load32(a, 12) + la, pb, lb)
    store32(owner, 8, load32(owner, 8) + lb)
    result = str_view(load32(a, 12), bytes, points, owner)
  } else if bytes < INLINE_BYTES || la < lb {
    result = str_new(bytes, points)
    copy_bytes(result + STRING_BYTES, load32(a, 12), la)
    copy_bytes(result + STRING_BYTES + la, pb, lb)
  } else {
    let buffer = text_buffer(bytes + bytes)
    store32(buffer, 8, bytes)
    memory_copy(buffer + BUFFER_BYTES, load32(a, 12), la)
    memory_copy(buffer + BUFFER_BYTES + la, pb, lb)
    result = str_view(buffer + BUFFER_BYTES, bytes, points, buffer)
  }
  keep(a)
  keep(b)
  if joint {
    let p = load32(result, 12)
    store32(result, 8, utf8_count(p, p + bytes))
  }
  return result
}

/// True if \`end\` is where the used part of the buffer \`owner\` ends and \`more\` bytes fit behind it.
/// inline
fun str_extends(owner: ref, end: i32, more: i32): bool {
  if and(load32(owner, 0), 255) != KIND_BUFFER { return false }
  let used = load32(owner, 8)
  return owner + BUFFER_BYTES + used == end && more <= load32(owner, 4) - used
}

/// A buffer with room for at least \`bytes\` bytes.
fun text_buffer(bytes: i32): ref {
  let room = usable_size(if bytes < 0 { 0x7ffe0000 } else { BUFFER_BYTES + bytes })
  let buffer = alloc_any(room, KIND_BUFFER)
  store32(buffer, 4, room - BUFFER_BYTES)
  store32(buffer, 8, 0)
  return buffer
}

// ---- comparing

/// True if the \`n\` bytes at \`p\` and at \`q\` are the same.
fun bytes_equal(p: i32, q: i32, n: i32): bool {
  if n >= 8 {
    var i = 0
    let last = n - 8
    while i < last {
      if load64(p + i, 0) != load64(q + i, 0) { return false }
      i = i + 8
    }
    // The last eight, some of them for the second time.
    return load64(p + last, 0) == load64(q + last, 0)
  }
  if n >= 4 { return load32(p, 0) == load32(q, 0) && load32(p + n, -4) == load32(q + n, -4) }
  if n == 0 { return true }
  return load8u(p, 0) == load8u(q, 0) && (n == 1 || load16u(p + n, -2) == load16u(q + n, -2))
}

/// Same text; nil equals nil only.
fun str_eq(a: ref, b: ref): bool {
  if a == b { return true }
  if a == 0 || b == 0 { return false }
  let n = load32(a, 4)
  if n != load32(b, 4) { return false }
  return bytes_equal(load32(a, 12), load32(b, 12), n)
}

/// Order of the bytes, which is the order of the code points: -1, 0 or 1. Nil comes last.
fun str_compare(a: ref, b: ref): i32 {
  if a == b { return 0 }
  if a == 0 { return 1 }
  if b == 0 { return -1 }
  let p = load32(a, 12)
  let q = load32(b, 12)
  let la = load32(a, 4)
  let lb = load32(b, 4)
  let n = select(la < lb, la, lb)
  var i = 0
  while n - i >= 8 && load64(p + i, 0) == load64(q + i, 0) {
    i = i + 8
  }
  while i < n {
    let d = load8u(p + i, 0) - load8u(q + i, 0)
    if d != 0 { return if d < 0 { -1 } else { 1 } }
    i = i + 1
  }
  return i32(la > lb) - i32(la < lb)
}

/// A hash of the text, never 0; kept in the string. Words are mixed by rotation and multiplication (the hash of the
/// Firefox browser's HashGeneric, with a 64-bit state) and the result is folded to 32 bits.
fun str_hash(s: ref): i32 {
  let known = load32(s, 20)
  if known != 0 { return known }
  var p = load32(s, 12)
  var n = load32(s, 4)
  var h = i64(n)
  while n >= 8 {
    h = (xor(rotl(h, 5), load64(p, 0))) * 5871781006564002453
    p = p + 8
    n = n - 8
  }
  // The rest of up to seven bytes as one word; that some bytes may be in it twice does no harm, as the length is in the hash.
  if n != 0 {
    var rest: i64 = 0
    if n >= 4 {
      rest = or(load32u_64(p, 0), shl(load32u_64(p + n, -4), 32))
    } else {
      rest = i64(or(load8u(p, 0), shl(or(load8u(p + shr_u(n, 1), 0), shl(load8u(p + n, -1), 8)), 8)))
    }
    h = xor(rotl(h, 5), rest) * 5871781006564002453
  }
  h = xor(h, shr_u(h, 32)) * -7046029254386353131
  let folded = or(i32(shr_u(h, 32)), 1)
  store32(s, 20, folded)
  return folded
}

// ---- length, index, slice

/// The number of code points; 0 for nil.
/// inline
fun str_len(s: ref): i64 {
  return i64_u(load32(s, 8))
}

/// The address of code point \`i\` (0 <= i <= length).
fun str_address(s: ref, i: i32): i32 {
  let p = load32(s, 12)
  let bytes = load32(s, 4)
  if bytes == load32(s, 8) { return p + i }
  var from = p
  var skip = i
  if s == scan_text && i >= scan_index {
    from = scan_address
    skip = i - scan_index
  }
  let at = utf8_skip(from, p + bytes, skip)
  scan_text = s
  scan_index = i
  scan_address = at
  return at
}

/// The one-character string at index \`i\`; a negative one counts from the end.
/// inline
fun str_index(s: ref, i: i64): ref {
  let n = load32(s, 4)
  if n == load32(s, 8) && lt_u(i, i64_u(n)) {
    let c = char_place(load8u(load32(s, 12) + i32(i), 0))
    if load32(c, 4) != 0 { return c }
  }
  return str_index_slow(s, i)
}

/// noinline
fun str_index_slow(s: ref, i: i64): ref {
  let points = load32(s, 8)
  var k = i
  if k < 0 { k = k + i64_u(points) }
  if ge_u(k, i64_u(points)) { fail_str_index(i, i64_u(points)) }
  let p = str_address(s, i32(k))
  let c = load8u(p, 0)
  if c < 128 { return str_char(c) }
  return str_part(s, p, utf8_width(p, load32(s, 12) + load32(s, 4)), 1)
}

// ---- one ASCII character, without making strings

/// Whether a string is the one ASCII character \`code\`.
/// inline
fun str_is_char(s: ref, code: i32): bool {
  return load32(s, 4) == 1 && load8u(load32(s, 12), 0) == code
}

/// The order of a string and the one ASCII character \`code\`: below 0, 0 or above 0. Nil comes last.
/// inline
fun str_order_char(s: ref, code: i32): i32 {
  let n = load32(s, 4)
  if n == 0 { return if s == 0 { 1 } else { -1 } }
  let d = load8u(load32(s, 12), 0) - code
  return if d != 0 { d } else { n - 1 }
}

/// \`s[i]\` as the code of an ASCII character, or 128 for any other character.
/// inline
fun str_code_at(s: ref, i: i64): i32 {
  let n = load32(s, 4)
  if n == load32(s, 8) && lt_u(i, i64_u(n)) { return load8u(load32(s, 12) + i32(i), 0) }
  return str_code_of(str_index(s, i))
}

/// \`s[i:i + 1]\` as the code of an ASCII character, 128 for any other character, -1 when it is empty, 256 when nil.
/// inline
fun str_code_slice(s: ref, i: i64): i32 {
  let n = load32(s, 4)
  if n == load32(s, 8) && lt_u(i, i64_u(n)) { return load8u(load32(s, 12) + i32(i), 0) }
  return str_code_of(str_slice(s, i, i + 1))
}

/// noinline
fun str_code_of(s: ref): i32 {
  if s == 0 { return 256 }
  if load32(s, 4) == 0 { return -1 }
  let c = load8u(load32(s, 12), 0)
  return if c < 128 { c } else { 128 }
}

/// A bound of a slice: a negative one counts from the end; then it is clamped to [0, length].
fun slice_bound(i: i64, length: i64): i64 {
  let k = if i < 0 { i + length } else { i }
  if k < 0 { return 0 }
  return if k < length { k } else { length }
}

/// Code points [a, b) of \`s\`; nil of nil.
fun str_slice(s: ref, a: i64, b: i64): ref {
  if s == 0 { return s }
  let points = i64_u(load32(s, 8))
  let from = i32(slice_bound(a, points))
  let to = i32(slice_bound(b, points))
  if from >= to { return "" }
  let p = str_address(s, from)
  let q = if load32(s, 4) == load32(s, 8) { p + (to - from) } else { str_address(s, to) }
  return str_part(s, p, q - p, to - from)
}

// ---- searching

/// The address of the first occurrence of \`t\` in the text from \`p\` to \`end\`, or 0.
fun bytes_find(p: i32, end: i32, t: ref): i32 {
  let n = load32(t, 4)
  let q = load32(t, 12)
  if n == 0 { return p }
  let first = load8u(q, 0)
  let last = end - n
  var at = p
  while at <= last {
    if load8u(at, 0) == first {
      if bytes_equal(at, q, n) { return at }
    }
    at = at + 1
  }
  return 0
}

/// True if \`t\` occurs in \`s\`.
fun str_contains(s: ref, t: ref): bool {
  if s == 0 || t == 0 { return false }
  let p = load32(s, 12)
  return bytes_find(p, p + load32(s, 4), t) != 0
}

/// Index (in code points) of the first occurrence of \`t\` in \`s\`, or -1.
fun str_index_of(s: ref, t: ref): i64 {
  if s == 0 || t == 0 { return -1 }
  let p = load32(s, 12)
  let at = bytes_find(p, p + load32(s, 4), t)
  if at == 0 { return -1 }
  return i64(if load32(s, 4) == load32(s, 8) { at - p } else { utf8_count(p, at) })
}

fun str_starts_with(s: ref, t: ref): bool {
  if s == 0 || t == 0 { return false }
  let n = load32(t, 4)
  if n > load32(s, 4) { return false }
  return bytes_equal(load32(s, 12), load32(t, 12), n)
}

// ---- taking apart and putting together

/// The characters, a list<string>; of nil an empty one.
fun str_chars(s: ref): ref {
  let points = load32(s, 8)
  let list = list_new(ELEM_REF, points)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  while p != end {
    let c = load8u(p, 0)
    if c < 128 {
      list_push(list, str_char(c))
      p = p + 1
    } else {
      let width = utf8_width(p, end)
      list_push(list, str_part(s, p, width, 1))
      p = p + width
    }
  }
  keep(s)
  return list
}

/// The parts between the occurrences of \`sep\`, a list<string>; the characters when \`sep\` is empty.
fun str_split(s: ref, sep: ref): ref {
  if s == 0 || load32(sep, 4) == 0 { return str_chars(s) }
  let list = list_new(ELEM_REF, 4)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  while p <= end {
    var q = bytes_find(p, end, sep)
    if q == 0 { q = end + 1 }
    let stop = select(q > end, end, q)
    list_push(list, str_section(s, p, stop))
    p = if q > end { q } else { q + load32(sep, 4) }
  }
  return list
}

/// The part of \`s\` between two addresses; counts its code points.
fun str_section(s: ref, p: i32, q: i32): ref {
  let points = if load32(s, 4) == load32(s, 8) { q - p } else { utf8_count(p, q) }
  return str_part(s, p, q - p, points)
}

/// The elements of a list of strings with \`sep\` between them; nil elements count as empty. Fails for other elements: see
/// values_join.
fun str_join(xs: ref, sep: ref): ref {
  let n = load32(xs, 4)
  if n == 0 { return "" }
  let list = if list_kind(xs) == ELEM_REF { xs } else { list_convert(xs, ELEM_REF) }
  let between = load32(sep, 4)
  var bytes = i64(between) * i64(n - 1)
  var points = load32(sep, 8) * (n - 1)
  let items = load32(list, 12) + 8
  for i in 0..n {
    let item = loadref(items + shl(i, 2), 0)
    if item != 0 && load8u(item, 0) != KIND_STRING { fail_needed(cell(item), "a string") }
    bytes = bytes + i64_u(load32(item, 4))
    points = points + load32(item, 8)
  }
  if bytes > 0x7fff0000 { fail("out of memory") }
  let result = str_new(i32(bytes), points)
  var to = result + STRING_BYTES
  var joint = 0
  for i in 0..n {
    if i > 0 { to = bytes_append(to, sep) }
    let item = loadref(items + shl(i, 2), 0)
    if and(load8u(load32(item, 12), 0), 0xc0) == 0x80 { joint = 1 }
    to = bytes_append(to, item)
  }
  keep(list)
  keep(sep)
  if joint != 0 || and(load8u(load32(sep, 12), 0), 0xc0) == 0x80 {
    store32(result, 8, utf8_count(result + STRING_BYTES, to))
  }
  return result
}

/// Copies the bytes of \`s\` to \`to\`; gives the address behind them.
fun bytes_append(to: i32, s: ref): i32 {
  let n = load32(s, 4)
  copy_bytes(to, load32(s, 12), n)
  return to + n
}

/// \`s\` without white space at its ends.
fun str_trim(s: ref): ref {
  if s == 0 { return s }
  var p = load32(s, 12)
  var end = p + load32(s, 4)
  while p < end && is_space(p, end) {
    p = p + utf8_width(p, end)
  }
  while end > p {
    var q = end - 1
    while q > p && and(load8u(q, 0), 0xc0) == 0x80 {
      q = q - 1
    }
    if q + utf8_width(q, end) != end || !is_space(q, end) { break }
    end = q
  }
  return str_section(s, p, end)
}

/// True if the code point at \`p\` is white space (Unicode's White_Space).
fun is_space(p: i32, end: i32): bool {
  let c = utf8_decode(p, utf8_width(p, end))
  if c < 0x100 { return c == 32 || lt_u(c - 9, 5) || c == 0x85 || c == 0xa0 }
  return c == 0x1680 || lt_u(c - 0x2000, 11) || c == 0x2028 || c == 0x2029 || c == 0x202f || c == 0x205f || c == 0x3000
}

/// \`s\` repeated \`n\` times; empty when n <= 0.
fun str_repeat(s: ref, n: i64): ref {
  let one = load32(s, 4)
  if n <= 0 || one == 0 { return "" }
  if n > i64(div_u(0x7fff0000, one)) { fail("out of memory") }
  let bytes = one * i32(n)
  let result = str_new(bytes, load32(s, 8) * i32(n))
  let to = result + STRING_BYTES
  memory_copy(to, load32(s, 12), one)
  keep(s)
  // Copies what is there already: doubling.
  var done = one
  while done < bytes {
    let more = select(done < bytes - done, done, bytes - done)
    memory_copy(to + done, to, more)
    done = done + more
  }
  if and(load8u(to, 0), 0xc0) == 0x80 { store32(result, 8, utf8_count(to, to + bytes)) }
  return result
}

/// \`s\` with repetitions of \`pad\` (a space when it is empty) in front, to a length of \`n\` code points.
fun str_pad_start(s: ref, n: i64, pad: ref): ref {
  let missing = n - i64_u(load32(s, 8))
  if missing <= 0 { return s }
  let p = if load32(pad, 4) == 0 { " " } else { pad }
  let width = i64_u(load32(p, 8))
  return str_concat(str_slice(str_repeat(p, (missing + width - 1) / width), 0, missing), s)
}

/// The code points of \`s\` in opposite order.
fun str_reverse(s: ref): ref {
  let bytes = load32(s, 4)
  if bytes <= 1 { return s }
  let result = str_new(bytes, load32(s, 8))
  var p = load32(s, 12)
  let end = p + bytes
  var to = result + STRING_BYTES + bytes
  var joint = 0
  while p != end {
    let c = load8u(p, 0)
    let width = if c < 128 { 1 } else { utf8_width(p, end) }
    to = to - width
    if width == 1 {
      store8(to, 0, c)
      joint = or(joint, c)
    } else {
      memory_copy(to, p, width)
    }
    p = p + width
  }
  keep(s)
  // Stray bytes may have come together.
  if joint >= 128 { store32(result, 8, utf8_count(to, to + bytes)) }
  return result
}

/// The first code point; 0 of an empty string.
fun str_code(s: ref): i64 {
  let p = load32(s, 12)
  if load32(s, 4) == 0 { return 0 }
  return i64(utf8_decode(p, utf8_width(p, p + load32(s, 4))))
}

/// The string of one code point; U+FFFD for numbers that are none.
fun str_from_code(code: i64): ref {
  if lt_u(code, 128) { return str_char(i32(code)) }
  let valid = lt_u(code, 0x110000) && shr_u(code, 11) != 27
  let c = if valid { i32(code) } else { 0xfffd }
  let s = str_new(utf8_size(c), 1)
  utf8_encode(s + STRING_BYTES, c)
  return s
}
`,
  'string_case.mochi': `// Upper and lower case: Unicode's simple mappings, code point by code point (as Go's strings.ToUpper).

/// \`s\` in upper case.
fun str_upper(s: ref): ref {
  if s == 0 { return s }
  return case_map(s, 97, upper_table())
}

/// \`s\` in lower case.
fun str_lower(s: ref): ref {
  if s == 0 { return s }
  return case_map(s, 65, lower_table())
}

/// Maps the 26 ASCII letters from \`first\` on to the other case, and everything else by \`table\`.
fun case_map(s: ref, first: i32, table: ref): ref {
  let bytes = load32(s, 4)
  var p = load32(s, 12)
  let end = p + bytes
  if bytes == load32(s, 8) {
    let result = str_new(bytes, bytes)
    var to = result + STRING_BYTES
    while p != end {
      let c = load8u(p, 0)
      store8(to, 0, xor(c, shl(i32(lt_u(c - first, 26)), 5)))
      p = p + 1
      to = to + 1
    }
    keep(s)
    return result
  }
  // A mapping makes two bytes three at most.
  let buffer = text_buffer(bytes + shr_u(bytes, 1))
  var to = buffer + BUFFER_BYTES
  while p != end {
    let c = load8u(p, 0)
    let width = if c < 128 { 1 } else { utf8_width(p, end) }
    if width == 1 {
      store8(to, 0, xor(c, shl(i32(lt_u(c - first, 26)), 5)))
      to = to + 1
    } else {
      // A text has few different characters: their mappings are remembered.
      let c = utf8_decode(p, width)
      let known = static_area("case mappings", 2048) + shl(and(c, 255), 3)
      if load32(known, 0) != shl(c, 8) + first {
        store32(known, 0, shl(c, 8) + first)
        store32(known, 4, case_find(table, c))
      }
      to = utf8_encode(to, load32(known, 4))
    }
    p = p + width
  }
  keep(s)
  return buffer_string(buffer, to)
}

/// The string of a buffer's bytes up to \`end\`; a short one is a copy.
fun buffer_string(buffer: ref, end: i32): ref {
  let p = buffer + BUFFER_BYTES
  store32(buffer, 8, end - p)
  let points = utf8_count(p, end)
  let s = if end - p < INLINE_BYTES { str_copy(p, end - p, points) } else { str_view(p, end - p, points, buffer) }
  keep(buffer)
  return s
}

/// The number that begins at \`table_at\` in a table (see scripts/unicode-tables.mjs); moves \`table_at\` behind it.
fun table_number(): i32 {
  var n = 0
  var shift = 0
  while load8u(table_at, 0) >= 64 {
    n = or(n, shl(load8u(table_at, 0) - 64, shift))
    shift = shift + 6
    table_at = table_at + 1
  }
  n = or(n, shl(load8u(table_at, 0), shift))
  table_at = table_at + 1
  return n
}

var table_at: i32 = 0

/// What the table maps code point \`c\` to.
fun case_find(table: ref, c: i32): i32 {
  table_at = load32(table, 12)
  let end = table_at + load32(table, 4)
  var from = 0
  while table_at < end {
    from = from + table_number()
    if from > c { return c }
    let run = table_number()
    let zigzag = table_number()
    let d = c - from
    if d <= shl(shr_u(run, 1), and(run, 1)) && and(d, and(run, 1)) == 0 {
      return c + xor(shr_u(zigzag, 1), -and(zigzag, 1))
    }
  }
  return c
}

/// True if a quoted string shows code point \`c\` (above U+007F) by its number.
fun is_hidden(c: i32): bool {
  let table = hidden_table()
  table_at = load32(table, 12)
  let end = table_at + load32(table, 4)
  var at = 0x80
  while table_at < end {
    at = at + table_number()
    if at > c { return false }
    at = at + table_number()
    if at > c { return true }
  }
  return false
}
`,
  'unicode.mochi': `// Unicode tables. Made by scripts/unicode-tables.mjs (Unicode 17.0); the format of the numbers is told there.

/// Simple upper case of what is not ASCII.
fun upper_table(): ref {
  return "u\\x02\\x00N\\x17+,?\\x18\\x0c?\\x07\\x00r\\x03\\x02/\\x010\\x00O\\x07\\x02\\x05\\x01\\x07\\x0f\\x01\\x11-\\x01/\\x05\\x01\\x05\\x00W\\x09\\x01\\x00F\\x06\\x03\\x03\\x01\\x05\\x00\\x01\\x04\\x00\\x01\\x06\\x00\\x01\\x03\\x00B\\x03\\x04\\x00\\x01\\x01\\x00F\\x05\\x01\\x00Br\\x14\\x03\\x00D\\x04\\x03\\x05\\x01\\x07\\x00\\x01\\x05\\x00\\x01\\x03\\x00\\x01\\x04\\x03\\x01\\x05\\x00\\x01\\x04\\x00\\x01\\x02\\x00p\\x01\\x06\\x00\\x01\\x01\\x00\\x03\\x02\\x00\\x01\\x01\\x00\\x03\\x02\\x00\\x01\\x01\\x00\\x03\\x02\\x0f\\x01\\x0f\\x00]\\x02\\x02\\x11\\x01\\x13\\x00\\x01\\x01\\x00\\x03\\x02\\x00\\x01\\x04'\\x01*\\x11\\x01\\x19\\x00\\x01\\x03\\x02~Q\\x05\\x03\\x00\\x01\\x05\\x09\\x01\\x09\\x00~P\\x05\\x01\\x00xP\\x05\\x01\\x00|P\\x05\\x01\\x00c\\x06\\x01\\x00[\\x06\\x02\\x02Y\\x06\\x03\\x00S\\x06\\x02\\x00U\\x06\\x01\\x00^j\\x14\\x04\\x00Y\\x06\\x01\\x00Vj\\x14\\x02\\x00]\\x06\\x01\\x00Nk\\x14\\x01\\x00Pi\\x14\\x01\\x00Hj\\x14\\x02\\x00a\\x06\\x01\\x00e\\x06\\x01\\x00Hj\\x14\\x01\\x00nO\\x05\\x01\\x00Bj\\x14\\x03\\x00e\\x06\\x02\\x00zO\\x05\\x01\\x00i\\x06\\x03\\x00k\\x06\\x08\\x00NO\\x05\\x03\\x00s\\x06\\x02\\x00Fj\\x14\\x01\\x00s\\x06\\x04\\x00Ti\\x14\\x01\\x00s\\x06\\x01\\x00I\\x02\\x01\\x02q\\x06\\x02\\x00M\\x02\\x06\\x00u\\x06\\x0b\\x00jh\\x14\\x01\\x00dh\\x14g\\x02\\x00h\\x02,\\x03\\x01\\x06\\x00\\x01\\x04\\x04D\\x041\\x00K\\x01\\x01\\x04I\\x01\\x04 ?\\x11\\x00=\\x01\\x10?\\x09\\x00\\x7f\\x01\\x01\\x02}\\x01\\x03\\x00{\\x01\\x01\\x00q\\x01\\x04\\x00]\\x01\\x01\\x00k\\x01\\x01\\x00\\x0f\\x02\\x17\\x01\\x17\\x00k\\x02\\x01\\x00_\\x02\\x01\\x00\\x0e\\x01\\x00g\\x03\\x02\\x00\\x7f\\x02\\x03\\x00\\x01\\x03\\x00\\x015>? \\x1e_\\x02\\x11!\\x01*5\\x017\\x0d\\x01\\x0d\\x00\\x1d\\x02_\\x01\\x01P\\x02J\\x01_\\x01o-T\\x01@^\\x01-\\x04@^\\x01{\\x0b\\x0a\\x0fH\\"\\x00[C\\x03\\x01\\x00YC\\x03\\x01\\x00GC\\x03\\x01\\x02CC\\x03\\x02\\x00EC\\x03\\x01\\x00wB\\x03\\x01\\x00IA\\x03\\x01\\x00DN\\x11\\x02\\x00\\x01o\\x03\\x00HP\\x11\\x04\\x00Lw\\x01\\x11\\x00pQ\\x11s\\x01U\\x02\\x01Z\\x02\\x00u\\x01\\x06_\\x01\\x01_\\x01\\x0e\\x10\\x10\\x0a\\x10\\x10\\x0e\\x10\\x10\\x0e\\x10\\x10\\x0a\\x10\\x11\\x07\\x10\\x0f\\x0e\\x10\\x10\\x02T\\x02\\x02\\x06l\\x02\\x04\\x02H\\x03\\x02\\x02@\\x04\\x02\\x02\`\\x03\\x02\\x02|\\x03\\x04\\x0e\\x10\\x10\\x0e\\x10\\x10\\x0e\\x10\\x10\\x02\\x10\\x03\\x00\\x12\\x0b\\x00Ia\\x03\\x05\\x00\\x12\\x0d\\x02\\x10\\x10\\x02\\x10\\x05\\x00\\x0e\\x0e\\x00\\x12[\\x05\\x007\\"\\x1e\\x1f\\x14\\x00\\x01L\\x0d23\`\\x1d^\\x01_\\x011\\x00\\x01\\x04\\x00UQ\\x05\\x01\\x00OQ\\x05\\x02\\x05\\x01\\x0b\\x00\\x01\\x03\\x00\\x01\\x0bc\\x01\\x01k\\x01\\x03\\x01\\x07\\x00\\x01\\x0dJ\\x01\\x7fb\\x03'\\x00\\x7fb\\x03\\x06\\x00\\x7fb\\x03Td\\x07-\\x01@\\x01\\x1b\\x01b\\x02\\x0d\\x01\\x10=\\x01G\\x01\\x03\\x01\\x05\\x09\\x01\\x0d\\x00\\x01\\x05\\x03\\x01\\x03\\x00\`\\x01\\x03\\x13\\x01\\x1e\\x0f\\x01\\x13\\x03\\x01\\x05\\x0f\\x01)\\x00\\x01]\\x0d\\x00\\x7f\\x1c\\x1d^\\x02_~\\x12QO\\x052?g\\x13N\\x01O\\x01p\\x02F\\x01O\\x01\\x7f\\x02%M\\x01\\x01\\x09M\\x01\\x0c\\x0dM\\x01\\x10\\x05M\\x01\\x08\\x00M\\x01D\\x1cd\\x01\\x7f\\x01p\\x02*?P->?\`V\\x05>?[\\x0105gi\\x07B\\x01C\\x01"
}

/// Simple lower case of what is not ASCII.
fun lower_table(): ref {
  return "@\\x03,@\\x01\\x18\\x0c@\\x01(/\\x020\\x00M\\x06\\x02\\x05\\x02\\x07\\x0f\\x02\\x11-\\x02.\\x00q\\x03\\x01\\x05\\x02\\x08\\x00d\\x06\\x01\\x03\\x02\\x04\\x00\\\\\\x06\\x01\\x00\\x02\\x02\\x02Z\\x06\\x02\\x00\\x02\\x03\\x00^\\x02\\x01\\x00T\\x06\\x01\\x00V\\x06\\x01\\x00\\x02\\x02\\x00Z\\x06\\x01\\x00^\\x06\\x02\\x00f\\x06\\x01\\x00b\\x06\\x01\\x00\\x02\\x04\\x00f\\x06\\x01\\x00j\\x06\\x02\\x00l\\x06\\x01\\x05\\x02\\x06\\x00t\\x06\\x01\\x00\\x02\\x02\\x00t\\x06\\x03\\x00\\x02\\x02\\x00t\\x06\\x01\\x00\\x02\\x02\\x02r\\x06\\x02\\x03\\x02\\x04\\x00v\\x06\\x01\\x00\\x02\\x04\\x00\\x02\\x08\\x00\\x04\\x01\\x00\\x02\\x02\\x00\\x04\\x01\\x00\\x02\\x02\\x00\\x04\\x01\\x11\\x02\\x13\\x11\\x02\\x13\\x00\\x04\\x01\\x03\\x02\\x04\\x00A\\x03\\x01\\x00o\\x01\\x01'\\x02(\\x00C\\x04\\x02\\x11\\x02\\x18\\x00VQ\\x05\\x01\\x00\\x02\\x02\\x00E\\x05\\x01\\x00PQ\\x05\\x03\\x00\\x02\\x02\\x00E\\x06\\x01\\x00J\\x02\\x01\\x00N\\x02\\x01\\x09\\x02j\\x04\\x03\\x02\\x06\\x00\\x02\\x09\\x00h\\x03\\x07\\x00L\\x01\\x02\\x04J\\x01\\x04\\x00@\\x02\\x02\\x02~\\x01\\x03 @\\x01\\x12\\x10@\\x01,\\x00\\x10\\x09\\x17\\x02\\x1c\\x00w\\x01\\x03\\x00\\x02\\x02\\x00\\x0d\\x01\\x00\\x02\\x03\\x04C\\x04\\x03\\x1e\`\\x02\\x10>@\\x01P\\x01!\\x02*5\\x026\\x00\\x1e\\x01\\x0d\\x02\\x0f_\\x01\\x02a\\x01J\\x01\`\\x01o-J\\x01@c\\x03'\\x00@c\\x03\\x06\\x00@c\\x03S\\x0b^\\x02\`~\\x12P\\x01\\x0a\\x10Y\\"\\x00\\x02\\x07T\\x01\\x7f]\\x01-\\x04\\x7f]\\x01C\\x05U\\x02\\x02^\\x02\\x00}m\\x03\\x02_\\x01\\x02h\\x01\\x0e\\x0f\\x10\\x0a\\x0f\\x10\\x0e\\x0f\\x10\\x0e\\x0f\\x10\\x0a\\x0f\\x11\\x07\\x0f\\x0f\\x0e\\x0f \\x0e\\x0f\\x10\\x0e\\x0f\\x10\\x0e\\x0f\\x10\\x02\\x0f\\x02\\x02S\\x02\\x02\\x00\\x11\\x0c\\x06k\\x02\\x04\\x00\\x11\\x0c\\x02\\x0f\\x02\\x02G\\x03\\x0e\\x02\\x0f\\x02\\x02_\\x03\\x02\\x00\\x0d\\x0c\\x02\\x7f\\x03\\x02\\x02{\\x03\\x02\\x00\\x11j\\x04\\x00yj\\x03\\x04\\x00}E\\x04\\x01\\x00KB\\x04\\x07\\x008.\\x1e #\\x00\\x02s\\x0c24J\\x1d^\\x01\`\\x01\`\\x01\\x00\\x02\\x02\\x00mO\\x05\\x01\\x00Kw\\x01\\x01\\x00MO\\x05\\x03\\x05\\x02\\x06\\x00wP\\x05\\x01\\x00yO\\x05\\x01\\x00}P\\x05\\x01\\x00{P\\x05\\x02\\x00\\x02\\x03\\x00\\x02\\x09\\x02}Q\\x05\\x02c\\x01\\x02k\\x01\\x03\\x02\\x07\\x00\\x02Ne\\x07-\\x02@\\x01\\x1b\\x02b\\x02\\x0d\\x02\\x10=\\x02G\\x01\\x03\\x02\\x04\\x00GP\\x11\\x01\\x09\\x02\\x0d\\x00\\x02\\x02\\x00Oi\\x14\\x03\\x03\\x02\\x06\\x13\\x02\\x14\\x00Gj\\x14\\x01\\x00]j\\x14\\x01\\x00Uj\\x14\\x01\\x00Aj\\x14\\x01\\x00Gj\\x14\\x02\\x00ch\\x14\\x01\\x00Si\\x14\\x01\\x00ih\\x14\\x01\\x00@\\x1d\\x01\\x0f\\x02\\x10\\x00_\\x01\\x01\\x00Ej\\x14\\x01\\x00oQ\\x11\\x01\\x03\\x02\\x04\\x00Mk\\x14\\x01\\x0f\\x02\\x10\\x00Ar\\x14\\x19\\x00\\x02l\\\\\\x052@\\x01_\\x13N\\x01P\\x01p\\x02F\\x01P\\x01@\\x03%N\\x01\\x01\\x09N\\x01\\x0c\\x0dN\\x01\\x10\\x05N\\x01\\x08\\x00N\\x01k\\x1bd\\x01@\\x02P\\x03*@\\x01P->@\\x01\`V\\x05>@\\x01\`\\x0106\`i\\x07B\\x01D\\x01"
}

/// Code points that a quoted string shows by number.
fun hidden_table(): ref {
  return "\\x00!\\x0c\\x01R\\x15\\x06\\x16\\x01@\\x03\\x011\\x01@\\x06\\x02P\\x01\\x01]6\\x01M\\x06\\x01q\\x1f\\x10\\x18\\x08/\\x06\\x01\\x0aP>\\x01\\x7f_\\x0a@D\\x02\\x7f\\x17\\x01y\\x03\\x03AC\\x01\\x01\\x0f\\x01bM\\x02\\x10\`a\\x08\\x04OS\\x01\\x08FzB\\x03\\x01\\x1e\`\\x01@~\\x0f~\\x7f\\x0f\\x02~\\x7f\\x0f"
}
`,
  'utf8.mochi': `// UTF-8 (RFC 3629). A code point is one decoding step: a well-formed sequence, or one byte that starts none.
// So text with stray bytes (from \\x escapes) has counts and indexes too, and a string whose byte and code-point
// counts are equal consists of one-byte steps only.

/// How many bytes the decoding step at p takes; end is the end of the text (p < end).
fun utf8_width(p: i32, end: i32): i32 {
  let b = load8u(p, 0)
  if b < 0xc2 { return 1 }
  if b < 0xe0 { return utf8_tail(p, end, 2, 0x80, 0xbf) }
  if b < 0xf0 {
    return utf8_tail(p, end, 3, if b == 0xe0 { 0xa0 } else { 0x80 }, if b == 0xed { 0x9f } else { 0xbf })
  }
  if b < 0xf5 {
    return utf8_tail(p, end, 4, if b == 0xf0 { 0x90 } else { 0x80 }, if b == 0xf4 { 0x8f } else { 0xbf })
  }
  return 1
}

/// \`width\` if \`width - 1\` continuation bytes follow at p + 1, the first of them from \`low\` to \`high\`; else 1.
/// noinline
fun utf8_tail(p: i32, end: i32, width: i32, low: i32, high: i32): i32 {
  if width > end - p { return 1 }
  let second = load8u(p, 1)
  if second < low || second > high { return 1 }
  for i in 2..width {
    if and(load8u(p + i, 0), 0xc0) != 0x80 { return 1 }
  }
  return width
}

/// The code point of the decoding step at p, whose width is given; U+FFFD for a stray byte.
fun utf8_decode(p: i32, width: i32): i32 {
  let b = load8u(p, 0)
  if width == 1 { return if b < 0x80 { b } else { 0xfffd } }
  var cp = and(b, shr_u(0x7f, width))
  for i in 1..width {
    cp = or(shl(cp, 6), and(load8u(p + i, 0), 0x3f))
  }
  return cp
}

/// Writes a code point at p (room for 4 bytes) and gives the address behind it.
fun utf8_encode(p: i32, cp: i32): i32 {
  if cp < 0x80 {
    store8(p, 0, cp)
    return p + 1
  }
  let width = utf8_size(cp)
  var rest = cp
  var q = p + width - 1
  while q > p {
    store8(q, 0, or(0x80, and(rest, 0x3f)))
    rest = shr_u(rest, 6)
    q = q - 1
  }
  store8(p, 0, or(rest, xor(0xff, shr_u(0xff, width))))
  return p + width
}

/// How many bytes a code point takes.
fun utf8_size(cp: i32): i32 {
  return 1 + i32(cp >= 0x80) + i32(cp >= 0x800) + i32(cp >= 0x10000)
}

/// How many code points (decoding steps) the bytes [p, end) hold.
fun utf8_count(p: i32, end: i32): i32 {
  var n = 0
  var at = p
  while at < end {
    // Eight ASCII bytes at a step.
    while end - at >= 8 && and(load64(at, 0), -9187201950435737472) == 0 {
      at = at + 8
      n = n + 8
    }
    if at < end {
      at = at + (if load8u(at, 0) < 0x80 { 1 } else { utf8_width(at, end) })
      n = n + 1
    }
  }
  return n
}

/// The address \`n\` code points after p, at most end.
fun utf8_skip(p: i32, end: i32, n: i32): i32 {
  var at = p
  var left = n
  while left > 0 && at < end {
    at = at + (if load8u(at, 0) < 0x80 { 1 } else { utf8_width(at, end) })
    left = left - 1
  }
  return at
}
`,
  'yaml.mochi': `// YAML 1.2 as data files use it: block and flow collections, plain, quoted and block scalars, comments; plain scalars mean what
// they mean to Go's yaml.v3. Anchors, aliases, tags, explicit keys and further documents are not read. The text is in the
// buffer of the file as a whole; scalars of several lines are put together where they lie.

// Where the line of \`file_at\` begins.
var yaml_line: i32 = 0

// ---- load

/// load with format yaml: a list of rows, or one row.
/// noinline
fun load_yaml(path: ref, shape: i32): ref {
  file_begin(path)
  file_read_all()
  yaml_line = file_at
  json_depth = 0
  var rows: ref = none
  if yaml_begin() && (load8u(file_at, 0) == 91 || yaml_at_dash()) {
    rows = ref(yaml_block(-1, shape, false))
  } else {
    rows = list_new(load32(shape, 8), 1)
    if file_at != file_end { input_push(rows, load32(shape, 8), yaml_block(-1, row_shape(shape), false)) }
  }
  if yaml_next() >= 0 { fail_behind() }
  file_close()
  return rows
}

/// Goes to the first content, over directives and the mark of a document; false if there is none.
fun yaml_begin(): bool {
  while true {
    if yaml_marker(45) { file_at = file_at + 3 }
    if yaml_next() < 0 { return false }
    if load8u(file_at, 0) != 37 || file_at != yaml_line { return true }
    while file_at != file_end && load8u(file_at, 0) != 10 { file_at = file_at + 1 }
    if file_at == file_end { return false }
    yaml_new_line()
  }
  return false
}

/// True at three of a character at the beginning of a line, which mark a document.
fun yaml_marker(c: i32): bool {
  if file_at != yaml_line || file_end - file_at < 3 { return false }
  if load8u(file_at, 0) != c || load8u(file_at, 1) != c || load8u(file_at, 2) != c { return false }
  return yaml_blank_at(file_at + 3)
}

/// True if white space is at p, or the end.
fun yaml_blank_at(p: i32): bool {
  if p == file_end { return true }
  let c = load8u(p, 0)
  return c == 32 || c == 10 || c == 13 || c == 9
}

/// Takes the line feed at \`file_at\`.
fun yaml_new_line() {
  file_at = file_at + 1
  yaml_line = file_at
  file_line = file_line + 1
}

/// Goes to the next content, over white space and comments; gives its column, -1 at the end of the document.
fun yaml_next(): i32 {
  while file_at != file_end {
    let c = load8u(file_at, 0)
    if c == 10 {
      yaml_new_line()
      if yaml_marker(45) || yaml_marker(46) { file_at = file_end }
    } else if c == 35 && (file_at == yaml_line || yaml_blank_at(file_at - 1)) {
      while file_at != file_end && load8u(file_at, 0) != 10 { file_at = file_at + 1 }
    } else if c == 9 && yaml_only_spaces() {
      fail_input("tabs cannot indent YAML")
    } else if c == 32 || c == 13 || c == 9 {
      file_at = file_at + 1
    } else {
      return file_at - yaml_line
    }
  }
  return -1
}

/// True if there is content behind the white space at \`file_at\`, and nothing but spaces before it.
fun yaml_only_spaces(): bool {
  var p = yaml_line
  while p != file_at {
    if load8u(p, 0) != 32 { return false }
    p = p + 1
  }
  while p != file_end && (load8u(p, 0) == 32 || load8u(p, 0) == 9) { p = p + 1 }
  return !yaml_blank_at(p) && load8u(p, 0) != 35
}

/// True at the dash of a list's item.
fun yaml_at_dash(): bool {
  return load8u(file_at, 0) == 45 && yaml_blank_at(file_at + 1)
}

/// True if what is at \`file_at\` is a key: a scalar on one line with a colon behind it.
fun yaml_at_key(): bool {
  var p = file_at
  let c = load8u(p, 0)
  if c == 91 || c == 123 { return false }
  if c == 34 || c == 39 {
    p = p + 1
    while p != file_end && load8u(p, 0) != 10 {
      let d = load8u(p, 0)
      let doubled = p + 1 != file_end && d == 39 && load8u(p, 1) == 39
      if d == c && !(c == 39 && doubled) { break }
      if p + 1 != file_end && ((c == 34 && d == 92) || (c == 39 && doubled)) { p = p + 1 }
      p = p + 1
    }
    if p == file_end || load8u(p, 0) != c { return false }
    p = p + 1
    while p != file_end && load8u(p, 0) == 32 { p = p + 1 }
    return p != file_end && load8u(p, 0) == 58 && yaml_blank_at(p + 1)
  }
  while p != file_end && load8u(p, 0) != 10 {
    if load8u(p, 0) == 58 && yaml_blank_at(p + 1) { return true }
    if load8u(p, 0) == 35 && yaml_blank_at(p - 1) { return false }
    p = p + 1
  }
  return false
}

/// The value behind an indicator, in a collection at column \`parent\`. \`after_key\`: behind a key, where no other key can
/// stand on the same line, and where the dashes of a list may be at the column of the keys.
fun yaml_block(parent: i32, shape: i32, after_key: bool): cell {
  let line = file_line
  let col = yaml_next()
  let same = file_line == line && parent >= 0
  if col < 0 { return yaml_nil(shape) }
  if !same && col <= parent && !(after_key && col == parent && yaml_at_dash()) { return yaml_nil(shape) }
  let c = load8u(file_at, 0)
  if yaml_at_dash() {
    if same && after_key { fail_input("the items of a list begin on a line of their own") }
    return cell(yaml_sequence(col, shape))
  }
  if !(same && after_key) && yaml_at_key() { return cell(yaml_mapping(col, shape)) }
  if c == 91 || c == 123 { return yaml_flow(shape) }
  if (c == 124 || c == 62) && parent >= 0 {
    yaml_literal(parent)
    return yaml_scalar(shape, false)
  }
  if c == 34 || c == 39 {
    yaml_quoted()
    return yaml_scalar(shape, false)
  }
  if c == 38 || c == 42 || c == 33 || (c == 63 && yaml_blank_at(file_at + 1)) {
    fail_input("anchors, aliases, tags and explicit keys of YAML are not read")
  }
  if c == 37 || c == 64 || c == 96 { fail_input("no YAML scalar can begin like this") }
  yaml_plain(parent, false)
  return yaml_scalar(shape, true)
}

fun yaml_nil(shape: i32): cell {
  return if shape == 0 { none } else { nil_cell(shape) }
}

/// The list whose first dash is at \`file_at\`, at column \`col\`.
fun yaml_sequence(col: i32, shape: i32): ref {
  json_deeper()
  let list = list_begin(shape)
  let items = item_shape(shape)
  let kind = list_shape_kind(shape)
  while true {
    file_at = file_at + 1
    let item = yaml_block(col, items, false)
    if shape != 0 { input_push(list, kind, item) }
    let next = yaml_follow(col)
    if next != col || !yaml_at_dash() { break }
  }
  json_depth = json_depth - 1
  return list
}

/// Goes to what follows an item of a collection at column \`col\`; gives its column, which is not further in.
fun yaml_follow(col: i32): i32 {
  let line = file_line
  let next = yaml_next()
  if next > col {
    if file_line == line { fail_behind() }
    fail_input("this line is indented more than what it follows")
  }
  return next
}

/// noreturn
fun fail_behind() {
  fail_input("this does not belong to the YAML value before it")
}

/// The map or struct whose first key is at \`file_at\`, at column \`col\`.
fun yaml_mapping(col: i32, shape: i32): ref {
  json_deeper()
  let object = record_begin(shape)
  let is_struct = shape != 0 && load32(shape, 0) == SHAPE_STRUCT
  var seen: ref = none
  if is_struct { seen = seen_new(shape) }
  var bits: i64 = 0
  var last = 0
  while true {
    if !yaml_at_key() { fail_input("here should be a key and a colon") }
    yaml_key(false)
    file_at = file_at + 1
    if is_struct {
      let field = find_field(shape, last, token_at, token_bytes)
      if field == 0 {
        yaml_block(col, 0, true)
      } else {
        last = field
        bits = yaml_seen(shape, field, bits, seen)
        let value = yaml_block(col, load32(field, 12), true)
        cell_store_new(object + load32(field, 4), load32(field, 8), value)
      }
    } else {
      var key: ref = none
      if shape != 0 { key = text_string(token_at, token_bytes) }
      input_field = key
      let value = yaml_block(col, item_shape(shape), true)
      if shape != 0 { cell_store_new(map_put_text(object, key), map_value_kind(object), value) }
    }
    let next = yaml_follow(col)
    if next != col { break }
  }
  if is_struct { check_seen(shape, bits, seen) }
  json_depth = json_depth - 1
  return object
}

/// Notes a field as seen.
fun yaml_seen(shape: i32, field: i32, bits: i64, seen: ref): i64 {
  input_field = loadref(field, 0)
  let i = (field - shape_field(shape, 0)) / FIELD_BYTES
  if seen != 0 {
    store8(seen + i, 8, 1)
    return bits
  }
  return or(bits, shl(1, i64(i)))
}

/// Reads a key into the token; \`file_at\` is at the colon then.
fun yaml_key(flow: bool) {
  let c = load8u(file_at, 0)
  if c == 34 || c == 39 {
    yaml_quoted()
    while file_at != file_end && load8u(file_at, 0) == 32 { file_at = file_at + 1 }
  } else {
    if c == 38 || c == 42 || c == 33 { fail_input("anchors, aliases, tags and explicit keys of YAML are not read") }
    yaml_plain(0x7fffffff, flow)
  }
}

/// A value in a flow collection, or such a collection.
fun yaml_flow(shape: i32): cell {
  if yaml_next() < 0 { fail_flow() }
  let c = load8u(file_at, 0)
  if c == 34 || c == 39 {
    yaml_quoted()
    return yaml_scalar(shape, false)
  }
  if c == 91 {
    json_deeper()
    let list = list_begin(shape)
    file_at = file_at + 1
    while yaml_flow_more(93) {
      let item = yaml_flow(item_shape(shape))
      if shape != 0 { input_push(list, list_shape_kind(shape), item) }
      yaml_flow_comma(93)
    }
    json_depth = json_depth - 1
    return cell(list)
  }
  if c == 123 { return cell(yaml_flow_mapping(shape)) }
  if c == 38 || c == 42 || c == 33 { fail_input("anchors, aliases, tags and explicit keys of YAML are not read") }
  yaml_plain(-1, true)
  return yaml_scalar(shape, true)
}

/// noreturn
fun fail_flow() {
  fail_input("a YAML list or map in brackets is not right")
}

/// True unless the closing bracket comes next, which is taken.
fun yaml_flow_more(close: i32): bool {
  if yaml_next() < 0 { fail_flow() }
  if load8u(file_at, 0) != close { return true }
  file_at = file_at + 1
  return false
}

/// Takes a comma, unless the closing bracket comes next.
fun yaml_flow_comma(close: i32) {
  if yaml_next() < 0 { fail_flow() }
  let c = load8u(file_at, 0)
  if c == 44 {
    file_at = file_at + 1
  } else if c != close {
    fail_flow()
  }
}

fun yaml_flow_mapping(shape: i32): ref {
  json_deeper()
  let object = record_begin(shape)
  let is_struct = shape != 0 && load32(shape, 0) == SHAPE_STRUCT
  var seen: ref = none
  if is_struct { seen = seen_new(shape) }
  var bits: i64 = 0
  var last = 0
  file_at = file_at + 1
  while yaml_flow_more(125) {
    yaml_key(true)
    var field = 0
    var items = item_shape(shape)
    var key: ref = none
    if is_struct {
      field = find_field(shape, last, token_at, token_bytes)
      items = 0
      if field != 0 {
        last = field
        items = load32(field, 12)
        bits = yaml_seen(shape, field, bits, seen)
      }
    } else if shape != 0 {
      key = text_string(token_at, token_bytes)
      input_field = key
    }
    var value: cell = none
    if yaml_next() < 0 { fail_flow() }
    if load8u(file_at, 0) == 58 {
      file_at = file_at + 1
      if yaml_next() < 0 { fail_flow() }
      let c = load8u(file_at, 0)
      value = if c == 44 || c == 125 { yaml_nil(items) } else { yaml_flow(items) }
    } else {
      value = yaml_nil(items)
    }
    if field != 0 {
      cell_store_new(object + load32(field, 4), load32(field, 8), value)
    } else if key != 0 {
      cell_store_new(map_put_text(object, key), map_value_kind(object), value)
    }
    yaml_flow_comma(125)
  }
  if is_struct { check_seen(shape, bits, seen) }
  json_depth = json_depth - 1
  return object
}

// ---- scalars

/// The token as a value of a shape.
fun yaml_scalar(shape: i32, plain: bool): cell {
  let p = token_at
  let n = token_bytes
  if shape == 0 { return none }
  if !plain { return string_cell(shape, p, n) }
  if yaml_is_nil(p, n) { return nil_cell(shape) }
  let kind = load32(shape, 0)
  if kind == SHAPE_STRING { return cell(text_string(p, n)) }
  let truth = yaml_bool(p, n)
  if truth >= 0 { return bool_cell(shape, truth) }
  if yaml_radix(p, n) {
    if kind == SHAPE_FLOAT { return cell_of_f64(f64(read_value)) }
    if kind != SHAPE_ANY && kind != SHAPE_INT { fail_value("int", shape) }
    return cell_of_i64(read_value)
  }
  if text_like_number(p, n) {
    if text_int(p, n) { return number_cell(shape, p, n, false, true) }
    if text_float(p, n) { return number_cell(shape, p, n, true, true) }
    let special = yaml_special(p, n)
    if i64(special) != 0 && (kind == SHAPE_ANY || kind == SHAPE_FLOAT) { return special }
  }
  return string_cell(shape, p, n)
}

/// True for a word in small letters, in capitals, or with a capital first; \`text\` is in small letters.
fun yaml_word(p: i32, n: i32, text: ref): bool {
  if load32(text, 4) != n { return false }
  let q = load32(text, 12)
  for i in 0..n {
    if or(load8u(p + i, 0), 32) != load8u(q + i, 0) { return false }
  }
  if bytes_equal(p, q, n) { return true }
  if and(load8u(p, 0), 32) != 0 { return false }
  // The rest: all capitals, or none.
  if bytes_equal(p + 1, q + 1, n - 1) { return true }
  for i in 1..n {
    if and(load8u(p + i, 0), 32) != 0 { return false }
  }
  return true
}

fun yaml_is_nil(p: i32, n: i32): bool {
  return n == 0 || bytes_are(p, n, "~") || yaml_word(p, n, "null")
}

/// 1 for true, 0 for false, -1 for other words.
fun yaml_bool(p: i32, n: i32): i32 {
  if yaml_word(p, n, "true") { return 1 }
  return if yaml_word(p, n, "false") { 0 } else { -1 }
}

/// Reads 0x1f, 0o17, 0b11 and 017 into \`read_value\`.
fun yaml_radix(p: i32, n: i32): bool {
  if n < 2 || load8u(p, 0) != 48 { return false }
  let c = load8u(p, 1)
  if c == 120 { return n > 2 && load8u(p, 2) != 45 && load8u(p, 2) != 43 && read_int(text_probe(p + 2, n - 2), 16) }
  if c == 111 { return n > 2 && lt_u(load8u(p, 2) - 48, 8) && read_int(text_probe(p + 2, n - 2), 8) }
  if c == 98 { return n > 2 && lt_u(load8u(p, 2) - 48, 2) && read_int(text_probe(p + 2, n - 2), 2) }
  return lt_u(c - 48, 10) && read_int(text_probe(p + 1, n - 1), 8)
}

/// The infinities and NaN; nil for anything else.
fun yaml_special(p: i32, n: i32): cell {
  let signed = load8u(p, 0) != 46
  let q = p + i32(signed)
  let m = n - i32(signed)
  if m != 4 || load8u(q, 0) != 46 { return none }
  if yaml_word(q + 1, 3, "inf") { return cell_of_f64(if load8u(p, 0) == 45 { -1.0 / 0.0 } else { 1.0 / 0.0 }) }
  if !signed && (bytes_are(q + 1, 3, "nan") || bytes_are(q + 1, 3, "NaN") || bytes_are(q + 1, 3, "NAN")) {
    return cell_of_f64(0.0 / 0.0)
  }
  return none
}

/// Reads a plain scalar into the token: up to a comment, a colon before white space or, in a flow collection, one of its
/// indicators; on the next lines too when they are indented more than \`parent\`.
fun yaml_plain(parent: i32, flow: bool) {
  let start = file_at
  var to = file_at
  while true {
    let from = file_at
    var p = from
    while p != file_end {
      let c = load8u(p, 0)
      if c == 10 { break }
      if c == 35 && p != from && yaml_blank_at(p - 1) { break }
      if c == 58 && (yaml_blank_at(p + 1) || (flow && yaml_flow_byte(load8u(p, 1)))) { break }
      if flow && yaml_flow_byte(c) { break }
      p = p + 1
    }
    var q = p
    while q != from && yaml_blank_at(q - 1) { q = q - 1 }
    memory_copy(to, from, q - from)
    to = to + (q - from)
    file_at = p
    if p == file_end || load8u(p, 0) != 10 { break }
    let line = yaml_line
    let number = file_line
    let col = yaml_next()
    if col <= parent || (flow && yaml_flow_byte(load8u(file_at, 0))) || (!flow && yaml_at_key()) {
      file_at = p
      yaml_line = line
      file_line = number
      break
    }
    to = yaml_fold(to, file_line - number)
  }
  token_at = start
  token_bytes = to - start
}

/// The indicators of flow collections: , [ ] { }
fun yaml_flow_byte(c: i32): bool {
  return c == 44 || c == 91 || c == 93 || c == 123 || c == 125
}

/// Writes what a number of line ends in a scalar stand for: a space, or line ends but one.
fun yaml_fold(to: i32, lines: i32): i32 {
  if lines == 1 {
    store8(to, 0, 32)
    return to + 1
  }
  memory_fill(to, 10, lines - 1)
  return to + lines - 1
}

/// Reads a quoted scalar into the token.
fun yaml_quoted() {
  let quote = load8u(file_at, 0)
  let first = file_line
  file_at = file_at + 1
  let start = file_at
  var to = start
  // What escapes have made stays when the white space before a line end goes.
  var solid = start
  while true {
    if file_at == file_end {
      file_line = first
      fail_input("a quoted YAML string does not end")
    }
    let c = load8u(file_at, 0)
    if c == quote {
      file_at = file_at + 1
      if quote == 34 || file_at == file_end { break }
      if load8u(file_at, 0) != 39 { break }
      store8(to, 0, 39)
      to = to + 1
      file_at = file_at + 1
    } else if c == 92 && quote == 34 {
      to = yaml_escape(to)
      solid = to
    } else if c == 10 {
      while to != solid && yaml_blank_at(to - 1) { to = to - 1 }
      let number = file_line
      yaml_skip_lines()
      to = yaml_fold(to, file_line - number)
    } else {
      store8(to, 0, c)
      to = to + 1
      file_at = file_at + 1
    }
  }
  token_at = start
  token_bytes = to - start
}

/// Takes line ends and the white space before and behind them.
fun yaml_skip_lines() {
  while file_at != file_end && yaml_blank_at(file_at) {
    if load8u(file_at, 0) == 10 {
      yaml_new_line()
    } else {
      file_at = file_at + 1
    }
  }
}

/// Reads an escape; writes at \`to\` what it stands for and gives the address behind it.
fun yaml_escape(to: i32): i32 {
  if file_end - file_at < 2 { fail_escape() }
  let c = load8u(file_at, 1)
  file_at = file_at + 2
  if c == 10 || c == 13 {
    file_at = file_at - 1
    let line = file_line
    while file_at != file_end && yaml_blank_at(file_at) && file_line == line {
      if load8u(file_at, 0) == 10 { yaml_new_line() } else { file_at = file_at + 1 }
    }
    while file_at != file_end && (load8u(file_at, 0) == 32 || load8u(file_at, 0) == 9) { file_at = file_at + 1 }
    return to
  }
  if c == 120 { return utf8_encode(to, yaml_hex(2)) }
  if c == 117 {
    let high = yaml_hex(4)
    if and(high, 0xfc00) == 0xd800 && file_end - file_at > 1 {
      if load8u(file_at, 0) == 92 && load8u(file_at, 1) == 117 {
        file_at = file_at + 2
        let low = yaml_hex(4)
        if and(low, 0xfc00) == 0xdc00 { return utf8_encode(to, 0x10000 + shl(high - 0xd800, 10) + low - 0xdc00) }
        fail_escape()
      }
    }
    if and(high, 0xf800) == 0xd800 { fail_escape() }
    return utf8_encode(to, high)
  }
  if c == 85 {
    let cp = yaml_hex(8)
    if gt_u(cp, 0x10ffff) || and(cp, -2048) == 0xd800 { fail_escape() }
    return utf8_encode(to, cp)
  }
  if c == 78 { return utf8_encode(to, 0x85) }
  if c == 95 { return utf8_encode(to, 0xa0) }
  let names = load32("0abt\\tnvfre \\"/\\\\", 12)
  let values = load32("\\x00\\x07\\x08\\t\\t\\n\\x0b\\x0c\\r\\x1b \\"/\\\\", 12)
  for i in 0..14 {
    if load8u(names + i, 0) == c {
      store8(to, 0, load8u(values + i, 0))
      return to + 1
    }
  }
  fail_escape()
  return to
}

/// noreturn
fun fail_escape() {
  fail_input("an escape that YAML does not have")
}

fun yaml_hex(count: i32): i32 {
  var n = 0
  for i in 0..count {
    if file_at == file_end { fail_escape() }
    let c = load8u(file_at, 0)
    var digit = c - 48
    if gt_u(digit, 9) {
      digit = or(c, 32) - 87
      if digit < 10 || digit > 15 { fail_escape() }
    }
    n = or(shl(n, 4), digit)
    file_at = file_at + 1
  }
  return n
}

/// Reads a block scalar (| or >) in a collection at column \`parent\` into the token.
fun yaml_literal(parent: i32) {
  let folded = load8u(file_at, 0) == 62
  file_at = file_at + 1
  var chomp = 0
  var indent = 0
  while !yaml_blank_at(file_at) {
    let c = load8u(file_at, 0)
    if c == 43 || c == 45 {
      chomp = c
    } else if lt_u(c - 49, 9) {
      indent = parent + c - 48
    } else {
      fail_input("a block scalar of YAML begins with | or >, then - or + and a digit")
    }
    file_at = file_at + 1
  }
  while file_at != file_end && load8u(file_at, 0) != 10 { file_at = file_at + 1 }
  let start = file_at
  var to = start
  // Line ends that are not written yet.
  var ends = 0
  var some = false
  var deeper = false
  while file_at != file_end {
    let line = file_at + 1
    var p = line
    while p != file_end && load8u(p, 0) == 32 { p = p + 1 }
    var end = p
    while end != file_end && load8u(end, 0) != 10 { end = end + 1 }
    var last = end
    if last != p && load8u(last, -1) == 13 { last = last - 1 }
    if last == p && (indent == 0 || p - line <= indent) {
      if end == file_end {
        file_at = end
        break
      }
      ends = ends + 1
    } else {
      if indent == 0 { indent = p - line }
      if p - line < indent || indent <= parent { break }
      let space = p - line > indent || load8u(p, 0) == 9
      if folded && some && !space && !deeper {
        if ends == 1 {
          to = yaml_fold(to, 1)
        } else {
          to = yaml_fold(to, ends)
        }
      } else {
        memory_fill(to, 10, ends)
        to = to + ends
      }
      memory_copy(to, line + indent, last - line - indent)
      to = to + (last - line - indent)
      some = true
      deeper = space
      ends = i32(end != file_end)
    }
    yaml_new_line()
    file_at = end
  }
  if some && chomp != 45 {
    if chomp == 0 && ends > 1 { ends = 1 }
    memory_fill(to, 10, ends)
    to = to + ends
  }
  token_at = start
  token_bytes = to - start
}

// ---- save

/// save with format yaml: a list of rows, or the row if there is one only.
/// noinline
fun save_yaml(rows: cell, path: ref) {
  let list = save_rows(rows)
  save_begin(path)
  if load32(list, 4) == 1 {
    write_yaml(list_cell_at(list, 0), 0, 0, none)
  } else {
    write_yaml(cell(list), 0, 0, none)
  }
  save_end()
}

/// Writes a value and a line end. A collection goes to column \`indent\`, its first line to where the output is.
/// \`depth\` and \`anchor\` as for write_value.
fun write_yaml(c: cell, indent: i32, depth: i32, anchor: ref) {
  let kind = cell_kind(c)
  if kind == KIND_LIST && load32(ref(c), 4) != 0 {
    let list = ref(c)
    let inner = next_anchor(list, depth, anchor)
    for i in 0..load32(list, 4) {
      if i != 0 { write_indent(indent) }
      out_str("- ")
      let item = list_cell_at(list, i)
      // Behind a dash a collection begins on the same line; a scalar's further lines are two columns further in.
      write_yaml(item, indent + 2, depth + 1, inner)
    }
  } else if kind == KIND_STRUCT || (kind == KIND_MAP && load32(ref(c), 4) != 0) {
    let inner = next_anchor(ref(c), depth, anchor)
    let keys = yaml_keys(c)
    for i in 0..load32(keys, 4) {
      let key = loadref(list_at(keys, i, 4), 8)
      if i != 0 { write_indent(indent) }
      write_yaml_text(key, true, 0)
      let value = cell_field(c, key)
      out_byte(58)
      // The next column that is a multiple of four.
      let further = and(indent + 4, -4)
      if yaml_is_block(value) {
        out_newline()
        write_indent(further)
      } else {
        out_byte(32)
      }
      write_yaml(value, further, depth + 1, inner)
    }
  } else {
    write_yaml_scalar(c, kind, indent)
    if kind != KIND_STRING || !yaml_ends_line(ref(c)) { out_newline() }
  }
}

/// True for lists and maps that are not empty.
fun yaml_is_block(c: cell): bool {
  let kind = cell_kind(c)
  return kind == KIND_STRUCT || ((kind == KIND_LIST || kind == KIND_MAP) && load32(ref(c), 4) != 0)
}

/// True for text that has been written as a block scalar up to its last line end.
fun yaml_ends_line(s: ref): bool {
  return yaml_style(s, false) == STYLE_LITERAL
}

fun write_indent(columns: i32) {
  for i in 0..columns {
    out_byte(32)
  }
}

/// The keys of a map or struct as strings: letters in order, numbers within them by their value.
fun yaml_keys(c: cell): ref {
  let sorted = cell_keys(c)
  let count = load32(sorted, 4)
  let keys = list_new(ELEM_REF, count)
  for i in 0..count {
    let key = key_text(list_cell_at(sorted, i))
    list_push<ref>(keys, key)
    // Insertion: keys are few, and nearly in order.
    var at = i
    while at > 0 && yaml_key_less(key, loadref(list_at(keys, at - 1, 4), 8)) {
      storeref(list_at(keys, at, 4), 8, loadref(list_at(keys, at - 1, 4), 8))
      at = at - 1
    }
    storeref(list_at(keys, at, 4), 8, key)
  }
  return keys
}

fun is_digit(c: i32): bool {
  return lt_u(c - 48, 10)
}

fun is_letter(c: i32): bool {
  return lt_u(or(c, 32) - 97, 26) || c >= 128
}

fun yaml_key_less(a: ref, b: ref): bool {
  let p = load32(a, 12)
  let q = load32(b, 12)
  let n = load32(a, 4)
  let m = load32(b, 4)
  var digits = false
  var i = 0
  while i < n && i < m {
    let x = load8u(p + i, 0)
    let y = load8u(q + i, 0)
    if x == y {
      digits = is_digit(x)
    } else {
      if is_letter(x) && is_letter(y) { return x < y }
      if is_letter(x) || is_letter(y) { return if digits { is_letter(x) } else { is_letter(y) } }
      // Zeros count as digits of the number that goes on, unless nothing but zeros is before them.
      var v: i64 = 0
      if x == 48 || y == 48 {
        var j = i - 1
        while j >= 0 && is_digit(load8u(p + j, 0)) {
          if load8u(p + j, 0) != 48 {
            v = 1
            break
          }
          j = j - 1
        }
      }
      var w = v
      var s = i
      while s < n && is_digit(load8u(p + s, 0)) {
        v = v * 10 + i64(load8u(p + s, 0) - 48)
        s = s + 1
      }
      var t = i
      while t < m && is_digit(load8u(q + t, 0)) {
        w = w * 10 + i64(load8u(q + t, 0) - 48)
        t = t + 1
      }
      if v != w { return v < w }
      if s != t { return s < t }
      return x < y
    }
    i = i + 1
  }
  return n < m
}

fun write_yaml_scalar(c: cell, kind: i32, indent: i32) {
  if kind == 0 {
    out_str("null")
  } else if kind == KIND_STRING {
    write_yaml_text(ref(c), false, indent)
  } else if kind == KIND_LIST {
    out_str("[]")
  } else if kind == KIND_MAP {
    out_str("{}")
  } else if kind == CELL_FLOAT {
    let x = cell_raw_float(c)
    if x != x {
      out_str(".nan")
    } else if x - x != 0.0 {
      out_str(if x > 0.0 { ".inf" } else { "-.inf" })
    } else {
      out_f64(x)
    }
  } else {
    out_str(value_str(c))
  }
}

let STYLE_PLAIN = 0
let STYLE_SINGLE = 1
let STYLE_DOUBLE = 2
let STYLE_LITERAL = 3

/// How yaml.v3 writes a text: plain where it can be read back as it is; on several lines when it has line ends; in single
/// quotes when characters in it mean something else, in double quotes when it would be read as another type or needs escapes.
fun yaml_style(s: ref, key: bool): i32 {
  let p = load32(s, 12)
  let n = load32(s, 4)
  let end = p + n
  var lines = false
  var tabs = false
  var special = false
  var indicators = false
  // A space before a line end, or at the end of the text: no block scalar shows it.
  var space_before_end = false
  var q = p
  while q != end {
    let c = load8u(q, 0)
    let width = if c < 128 { 1 } else { utf8_width(q, end) }
    let blank_after = q + width == end || load8u(q + width, 0) == 32 || load8u(q + width, 0) == 10 || load8u(q + width, 0) == 9
    if c == 10 {
      lines = true
      if q != p && load8u(q, -1) == 32 { space_before_end = true }
    } else if c == 9 {
      tabs = true
    } else if !yaml_printable(q, width) {
      special = true
    } else if c == 35 {
      if q == p || yaml_white(load8u(q, -1)) { indicators = true }
    } else if c == 58 {
      if blank_after { indicators = true }
    } else if q == p {
      if (c == 45 || c == 63) && blank_after { indicators = true }
      if yaml_indicator(c) { indicators = true }
    }
    q = q + width
  }
  if n == 0 { return STYLE_DOUBLE }
  if n >= 3 && (load32(p, 0) * 256 == 0x2d2d2d00 || load32(p, 0) * 256 == 0x2e2e2e00) { indicators = true }
  let outer_space = load8u(p, 0) == 32 || load8u(end, -1) == 32
  if lines {
    // The lines of a block scalar show neither spaces at its beginning nor at the end of a line.
    if key || special || space_before_end || load8u(end, -1) == 32 || load8u(p, 0) == 32 || load8u(p, 0) == 10 { return STYLE_DOUBLE }
    return STYLE_LITERAL
  }
  if special || tabs || yaml_other_type(p, n) || (key && bytes_are(p, n, "<<")) { return STYLE_DOUBLE }
  return if indicators || outer_space { STYLE_SINGLE } else { STYLE_PLAIN }
}

fun yaml_white(c: i32): bool {
  return c == 32 || c == 9 || c == 10 || c == 13
}

/// , [ ] { } # & * ! | > ' " % @ \`
fun yaml_indicator(c: i32): bool {
  return yaml_flow_byte(c) || c == 35 || c == 38 || c == 42 || c == 33 || c == 124 || c == 62 || c == 39 || c == 34 || c == 37 || c == 64 || c == 96
}

/// True for characters that need no escape.
fun yaml_printable(p: i32, width: i32): bool {
  let c = load8u(p, 0)
  if width == 1 { return c >= 32 && c < 127 }
  if width == 4 { return false }
  let cp = utf8_decode(p, width)
  return cp >= 0xa0 && cp != 0xfeff && cp != 0x2028 && cp != 0x2029 && cp < 0xfffe
}

/// True for text that would be read as something else when it stood plain.
fun yaml_other_type(p: i32, n: i32): bool {
  if yaml_is_nil(p, n) || yaml_bool(p, n) >= 0 { return true }
  if n <= 3 {
    if yaml_word(p, n, "y") || yaml_word(p, n, "n") || yaml_word(p, n, "yes") || yaml_word(p, n, "no") { return true }
    if yaml_word(p, n, "on") || yaml_word(p, n, "off") { return true }
  }
  if !text_like_number(p, n) { return false }
  if yaml_radix(p, n) || i64(yaml_special(p, n)) != 0 { return true }
  // Numbers with underscores, base 60, dates: nothing but these characters.
  let probe = text_probe(p, n)
  if read_float(probe) || read_int(probe, 10) { return true }
  var marks = false
  var q = p
  while q != p + n {
    let c = load8u(q, 0)
    if c == 58 || c == 95 {
      marks = true
    } else if !is_digit(c) && c != 46 && !(q == p && (c == 45 || c == 43)) {
      return yaml_date(p, n)
    }
    q = q + 1
  }
  return marks
}

/// True for text that begins as 2024-12-31, followed by nothing or a time.
fun yaml_date(p: i32, n: i32): bool {
  if n < 8 || !is_digit(load8u(p, 0)) || !is_digit(load8u(p, 1)) || !is_digit(load8u(p, 2)) || !is_digit(load8u(p, 3)) { return false }
  if load8u(p, 4) != 45 || !is_digit(load8u(p, 5)) { return false }
  var i = if is_digit(load8u(p, 6)) { 7 } else { 6 }
  if i + 1 >= n || load8u(p + i, 0) != 45 || !is_digit(load8u(p + i, 1)) { return false }
  i = i + 2
  if i < n && is_digit(load8u(p + i, 0)) { i = i + 1 }
  return i == n || or(load8u(p + i, 0), 32) == 116 || load8u(p + i, 0) == 32
}

/// Writes a text in its style; the lines of a block scalar go to column \`indent\`.
fun write_yaml_text(s: ref, key: bool, indent: i32) {
  let style = yaml_style(s, key)
  var p = load32(s, 12)
  let end = p + load32(s, 4)
  if style == STYLE_PLAIN {
    out_bytes(p, end - p)
  } else if style == STYLE_SINGLE {
    out_byte(39)
    while p != end {
      if load8u(p, 0) == 39 { out_byte(39) }
      out_byte(load8u(p, 0))
      p = p + 1
    }
    out_byte(39)
  } else if style == STYLE_DOUBLE {
    out_byte(34)
    while p != end {
      let c = load8u(p, 0)
      let width = if c < 128 { 1 } else { utf8_width(p, end) }
      if c == 34 || c == 92 {
        out_byte(92)
        out_byte(c)
      } else if yaml_printable(p, width) {
        out_bytes(p, width)
      } else {
        write_yaml_escape(utf8_decode(p, width))
      }
      p = p + width
    }
    out_byte(34)
  } else {
    write_yaml_lines(p, end, indent)
  }
  keep(s)
}

/// A block scalar with its last line end.
fun write_yaml_lines(start: i32, end: i32, indent: i32) {
  out_byte(124)
  if load8u(end, -1) != 10 {
    out_byte(45)
  } else if load8u(end, -2) == 10 {
    out_byte(43)
  }
  out_newline()
  var p = start
  while p != end {
    if load8u(p, 0) != 10 { write_indent(indent) }
    while p != end && load8u(p, 0) != 10 {
      out_byte(load8u(p, 0))
      p = p + 1
    }
    out_newline()
    if p != end { p = p + 1 }
  }
}

fun write_yaml_escape(cp: i32) {
  out_byte(92)
  let values = load32("\\x00\\x07\\x08\\t\\n\\x0b\\x0c\\r\\x1b", 12)
  let names = load32("0abtnvfre", 12)
  for i in 0..9 {
    if load8u(values + i, 0) == cp {
      out_byte(load8u(names + i, 0))
      return
    }
  }
  if cp == 0x85 || cp == 0xa0 {
    out_byte(if cp == 0x85 { 78 } else { 95 })
  } else {
    var shift = 4
    var mark = 120
    if cp > 0xffff {
      shift = 28
      mark = 85
    } else if cp > 0xff {
      shift = 12
      mark = 117
    }
    out_byte(mark)
    while shift >= 0 {
      let digit = and(shr_u(cp, shift), 15)
      out_byte(digit + (if digit < 10 { 48 } else { 55 }))
      shift = shift - 4
    }
  }
}
`,
};

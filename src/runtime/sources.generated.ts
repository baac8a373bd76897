// Made by scripts/embed-runtime.mjs from the .mochi files beside it; `npm run build` renews it.
// biome-ignore format: generated
export const RUNTIME_SOURCES: Readonly<Record<string, string>> = {
  'memory.mochi': `// Memory: the allocator and the precise, non-moving mark-sweep collector.
//
// Small objects (up to 8 KB) live in 64 KB blocks of one size class each; large ones in chunks of whole kilobytes. Size
// classes are eight steps of 8 bytes and then four to a doubling (the mapping of TLSF: Masmano, Ripoll, Crespo, Real,
// "TLSF: a new dynamic memory allocator for real-time systems", ECRTS 2004). A block is allocated by bumping a pointer
// through runs of free objects, which a lazy sweep finds in the block's mark bitmap (Jones, Hosking, Moss, "The Garbage
// Collection Handbook", 2nd edition, sections 2.5 and 7.4). Everything between \`heap_low\` and \`heap_top\` is a sequence of
// chunks that begin with their size, so one linear walk after marking rebuilds the free lists and joins neighbours.
//
// Static area, from heap_base() on (the module's first memory pages must reach 0xD800 bytes beyond heap_base()):
//       0  36 classes × {next free address, end of the run}
//     288  36 classes × {block being filled, scan offset in it, first and last block to sweep}
//     864  84 bins of free chunks
//    1200  scratch memory of io.mochi (64 bytes)
//    2048  the mark stack's first 1,024 entries
//    6144  output buffer (32 KB)
//   38912  input buffer (16 KB), up to 0xD800
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
let GRANULE = 1024
// The smallest free chunk that any request can use.
let MIN_CHUNK = 9216

let CLASSES = 36
let AREA_QUEUES = 288
let AREA_BINS = 864
let BINS = 84
let AREA_MARKS = 2048
let AREA_OUT = 6144
let AREA_IN = 38912
let AREA_BYTES = 0xD800

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

var mark_base: i32 = 0
var mark_top: i32 = 0
var mark_end: i32 = 0
var mark_overflow: i32 = 0
// The mark stack does not grow beyond this many bytes (tests set it low to exercise the overflow).
var mark_max: i32 = 0x40000000

// ---- size classes

/// inline
fun class_of(size: i32): i32 {
  let t = size - 1
  let k = 31 - clz(or(t, 32))
  return (k - 5) * 4 + shr_u(t, k - 2)
}

/// inline
fun class_size(c: i32): i32 {
  if c < 8 { return (c + 1) * 8 }
  return shl(and(c, 3) + 5, shr_u(c, 2) + 2)
}

// ---- allocation

// A new object with its header; the rest of it is not initialised: the caller stores every field before it allocates again.
// Meant for constant sizes: the class then folds to a constant. Other sizes: \`alloc_any\`.
/// inline
fun alloc(size: i32, header: i32): ref {
  if size > MAX_SMALL {
    return alloc_large(size, header)
  } else {
    let t = size - 1
    let k = 31 - clz(or(t, 32))
    let slot = heap_base() + ((k - 5) * 4 + shr_u(t, k - 2)) * 8
    let p = load32(slot, 0)
    let q = p + (or(t, shl(1, k - 2) - 1) + 1)
    if le_u(q, load32(slot, 4)) {
      store32(slot, 0, q)
      store32(p, 0, header)
      return ref(p)
    }
    return alloc_slow(size, header)
  }
}

// \`alloc\` for a size that is not constant. Fails with "out of memory" for negative sizes (2 GB and more).
/// noinline
fun alloc_any(size: i32, header: i32): ref {
  if gt_u(size, MAX_SMALL) { return alloc_large(size, header) }
  return alloc(size, header)
}

// A new object whose bytes after the header are zero.
/// noinline
fun alloc_zero(size: i32, header: i32): ref {
  let p = alloc_any(size, header)
  zero(p + 4, size - 4)
  return p
}

// Zeroes \`bytes\` bytes (a multiple of 4) at \`address\`.
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
  let slot = heap_base() + c * 8
  collect_if_due()
  if !refill(c) {
    collect()
    if !refill(c) { fail("out of memory") }
  }
  let p = load32(slot, 0)
  let q = p + class_size(c)
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
  return and(size + 16 + GRANULE - 1, -GRANULE)
}

/// inline
fun collect_if_due() {
  if gc_stress() != 0 {
    collect()
  } else if gt_u(since, limit) {
    collect()
  }
}

// Makes the object at \`o\` \`size\` bytes long without moving it, when it is large and the last thing in the heap.
// Its new bytes are not initialised.
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

// The number of bytes that a request of \`size\` bytes really gets.
fun usable_size(size: i32): i32 {
  if gt_u(size, MAX_SMALL) { return large_chunk_size(size) - 16 }
  return class_size(class_of(size))
}

// ---- chunks

// Sets the current run of class \`c\` to the next run of free objects; false when memory is exhausted.
fun refill(c: i32): bool {
  let slot = heap_base() + c * 8
  let queue = heap_base() + AREA_QUEUES + c * 16
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
  let size = class_size(c)
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

// The address of the word of the mark bitmap that holds the bit of the small object \`o\`, less BLOCK_MARKS.
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

// Writes the header of a free chunk and puts it into its bin.
fun free_chunk(a: i32, size: i32) {
  store32(a, 0, size)
  store32(a, 4, STATE_FREE)
  if ge_u(size, MIN_CHUNK) {
    let bin = heap_base() + class_of(shr_u(size, 7)) * 4
    store32(a, 8, load32(bin, AREA_BINS))
    store32(bin, AREA_BINS, a)
  }
}

// A chunk of exactly \`need\` bytes (a multiple of GRANULE) whose state the caller sets; 0 when memory is exhausted.
// Bins hold sizes up to their class's size, so that any chunk of a later bin is large enough.
fun take_chunk(need: i32): i32 {
  var bin = heap_base() + AREA_BINS + class_of(shr_u(need, 7)) * 4
  let end = heap_base() + AREA_BINS + BINS * 4
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

// A chunk of 64 KB at a multiple of 64 KB; 0 when memory is exhausted.
fun take_block(): i32 {
  var bin = heap_base() + AREA_BINS + class_of(512) * 4
  let end = heap_base() + AREA_BINS + BINS * 4
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
    heap_low = and(heap_base() + AREA_BYTES + 65535, -65536)
    heap_top = heap_low
    memory_end = shl(memory_size(), 16)
  }
}

// Grows the memory, if it must, to hold \`bytes\` bytes from \`a\` on. It grows by an eighth, at least 1 MB, at a time.
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

// Memory for the run-time library's own use: never collected, never freed, not initialised; 0 when there is none.
fun system_alloc(bytes: i32): i32 {
  let a = take_chunk(large_chunk_size(bytes))
  if a == 0 { return 0 }
  store32(a, 4, STATE_SYSTEM)
  return a + 16
}

// ---- marking

// The compiler replaces this by a function that calls \`mark_ref\` or \`mark_cell\` for each global variable that holds one.
/// noinline
fun mark_globals() {
  return
}

// Marks an object; its parts are marked now when there is only one, else put on the mark stack. 0 and static objects are ignored.
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

// Doubles the mark stack. When that is impossible, notes the overflow: marked objects then have parts that are not.
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

// Gives back the mark stack's memory, unless it is the first one, in the static area.
fun mark_release() {
  if mark_base != heap_base() + AREA_MARKS { store32(mark_base - 16, 4, STATE_FREE) }
}

// Traces what is on the mark stack until it is empty.
fun drain() {
  while mark_top != mark_base {
    mark_top = mark_top - 4
    let v = load32(mark_top, 0)
    if and(v, 1) != 0 {
      mark_top = mark_top - 4
      trace_buffer(v - 1, load32(mark_top, 0))
    } else {
      trace(v)
    }
  }
}

// Marks the parts of an object.
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
  } else if kind == KIND_STRING {
    mark_ref(loadref(o, 16))
  } else if kind == KIND_LIST {
    mark_ref(loadref(o, 12))
  }
}

// Marks the elements of a buffer from offset \`start\` on: some now, the rest after what they refer to.
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

// After an overflow: traces every marked object once more.
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

// Frees every object that the shadow stack, the globals and what they refer to do not reach.
/// noinline
fun collect() {
  gc_count = gc_count + 1
  heap_start()
  clear_marks()
  // Ends all runs; forgets what was still to be swept.
  memory_fill(heap_base(), 0, AREA_BINS)
  mark_base = heap_base() + AREA_MARKS
  mark_top = mark_base
  mark_end = mark_base + 4096
  mark_overflow = 0
  mark_globals()
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

// Number of marked objects in a block.
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

// Walks the heap: queues blocks with room for the lazy sweep, joins free neighbours, fills the bins, lowers the heap's top.
fun sweep() {
  memory_fill(heap_base() + AREA_BINS, 0, BINS * 4)
  var live = 0
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
  limit = MIN_LIMIT
  if gt_u(live, MIN_LIMIT) { limit = live }
}

// Puts a block at the end of its class's queue, so that the lowest addresses are filled first.
fun queue_block(a: i32) {
  let queue = heap_base() + AREA_QUEUES + load32(a, 12) * 16
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
};

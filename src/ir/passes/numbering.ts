/** Numbers for computations, by which equal ones are found (value numbering). */

import type { Expr, Type } from '../ir.ts';
import * as Op from '../op.ts';
import { mayTrap } from '../ops.ts';

/** A computation from operands that have numbers. */
interface Computation {
  readonly code: string;
  readonly left: number;
  /** The right operand, the offset of a load, or 0. */
  readonly right: number;
  /** What a load gives. */
  readonly type: Type | undefined;
  readonly number: number;
  /** The next one of the same hash. */
  readonly next: Computation | undefined;
}

/** How many instructions within each other count as one computation. */
const DEPTH = 3;

/** Stands for the floating-point zero with a sign, which is no key of its own in a map. */
const NEGATIVE_ZERO = '-0';

/** Gives numbers to computations from locals and constants; those of locals are odd. */
export class Numbering {
  private count = 0;
  private readonly computations = new Map<number, Computation>();
  private readonly constants = new Map<Type, Map<number | bigint | string, number>>();

  /** The number that equal computations share, whatever type they are taken for; 0 for anything else. */
  of(e: Expr, depth = DEPTH): number {
    switch (e.op) {
      case Op.get:
        return e.local * 2 + 1;
      case Op.const:
        return this.constant(e.type, e.value);
      case Op.num: {
        if (depth === 0 || mayTrap(e.code)) return 0;
        const x = e.args[0]!;
        const y = e.args[1];
        const left = x.op === Op.get ? x.local * 2 + 1 : this.of(x, depth - 1);
        if (left === 0) return 0;
        if (y === undefined) return this.computation(e.code, left, 0, undefined);
        const right = this.of(y, depth - 1);
        return right === 0 ? 0 : this.computation(e.code, left, right, undefined);
      }
      case Op.load: {
        const address = this.of(e.addr);
        return address === 0 ? 0 : this.computation(e.code, address, e.offset, e.type);
      }
      case Op.as:
        return this.of(e.value, depth);
      case Op.seq:
        for (const s of e.body) if (s.op !== Op.keep || this.of(s.value) === 0) return 0;
        return this.of(e.value, depth);
      default:
        return 0;
    }
  }

  private computation(code: string, left: number, right: number, type: Type | undefined): number {
    const hash = (left * 4099 + right) & 0x3fffffff;
    const first = this.computations.get(hash);
    for (let c = first; c; c = c.next) {
      if (c.code === code && c.left === left && c.right === right && c.type === type) return c.number;
    }
    const number = this.fresh();
    this.computations.set(hash, { code, left, right, type, number, next: first });
    return number;
  }

  private constant(type: Type, value: number | bigint): number {
    let values = this.constants.get(type);
    if (!values) {
      values = new Map();
      this.constants.set(type, values);
    }
    const key = Object.is(value, -0) ? NEGATIVE_ZERO : value;
    let number = values.get(key);
    if (number === undefined) {
      number = this.fresh();
      values.set(key, number);
    }
    return number;
  }

  private fresh(): number {
    this.count += 2;
    return this.count;
  }
}

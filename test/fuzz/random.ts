/** Randomness that can be had again: every case is a function of (seed, number of the case). */
export interface Random {
  /** 0 to `below` − 1. */
  int(below: number): number;
  chance(probability: number): boolean;
  pick<Item>(items: readonly Item[]): Item;
}

/** A generator for one case; neighbouring cases and seeds are unrelated (splitmix-hashed mulberry32). */
export function randomFor(seed: number, index = 0): Random {
  let state = mix(mix(seed) ^ Math.imul(index + 1, 0x9e3779b9));
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    return mix(state) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  return { int, chance: (probability) => next() < probability, pick: (items) => items[int(items.length)]! };
}

function mix(value: number): number {
  let bits = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

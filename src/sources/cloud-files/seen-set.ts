/**
 * A set of file identities that stays small and loads fast: each is kept as a 128-bit hash and the second of its
 * modification, 20 bytes. With a million members two different files meet in one hash once in 10^26 sets.
 */
export class SeenSet {
  /** Five words a slot: four of the hash and the second; a slot whose second is 0 is free. */
  #slots: Uint32Array
  #mask: number
  #size = 0

  constructor(capacity = 1024) {
    const slots = 2 ** Math.ceil(Math.log2(Math.max(capacity * 2, 16)))
    this.#slots = new Uint32Array(slots * WORDS)
    this.#mask = slots - 1
  }

  get size(): number {
    return this.#size
  }

  has(identity: string): boolean {
    hash(identity)
    return this.#slots[this.#find(H) + 4] !== 0
  }

  /** `modifiedMs` only serves `forgetBefore`. */
  add(identity: string, modifiedMs: number): void {
    hash(identity)
    this.#put(H, Math.max(1, Math.floor(modifiedMs / 1000)))
  }

  /** Forgets files modified before a time, in milliseconds since the epoch (`maxFileAge`). */
  forgetBefore(timeMs: number): void {
    const kept = new SeenSet(this.#size)
    const word = new Uint32Array(4)
    this.#each((at) => {
      if (this.#slots[at + 4]! * 1000 < timeMs) return
      word.set(this.#slots.subarray(at, at + 4))
      kept.#put(word, this.#slots[at + 4]!)
    })
    this.#slots = kept.#slots
    this.#mask = kept.#mask
    this.#size = kept.#size
  }

  /** The members, 20 bytes each. */
  toBytes(): Uint8Array {
    const words = new Uint32Array(this.#size * WORDS)
    let at = 0
    this.#each((slot) => {
      words.set(this.#slots.subarray(slot, slot + WORDS), at)
      at += WORDS
    })
    return new Uint8Array(words.buffer)
  }

  static fromBytes(bytes: Uint8Array): SeenSet {
    const words = new Uint32Array(new Uint8Array(bytes).buffer)
    const count = words.length / WORDS
    const set = new SeenSet(count)
    for (let at = 0; at < words.length; at += WORDS) set.#put(words.subarray(at, at + 4), words[at + 4]!)
    return set
  }

  #put(key: Uint32Array, second: number): void {
    if ((this.#size + 1) * 2 > this.#mask + 1) this.#grow()
    const at = this.#find(key)
    if (this.#slots[at + 4] === 0) this.#size++
    this.#slots[at] = key[0]!
    this.#slots[at + 1] = key[1]!
    this.#slots[at + 2] = key[2]!
    this.#slots[at + 3] = key[3]!
    this.#slots[at + 4] = second
  }

  /** The slot of a key, or the free slot where it belongs. */
  #find(key: Uint32Array): number {
    const slots = this.#slots
    for (let slot = key[0]! & this.#mask; ; slot = (slot + 1) & this.#mask) {
      const at = slot * WORDS
      if (slots[at + 4] === 0) return at
      if (
        slots[at] === key[0] &&
        slots[at + 1] === key[1] &&
        slots[at + 2] === key[2] &&
        slots[at + 3] === key[3]
      ) {
        return at
      }
    }
  }

  #grow(): void {
    const larger = new SeenSet(this.#mask + 1)
    this.#each((at) => larger.#put(this.#slots.subarray(at, at + 4), this.#slots[at + 4]!))
    this.#slots = larger.#slots
    this.#mask = larger.#mask
  }

  #each(visit: (at: number) => void): void {
    for (let at = 0; at < this.#slots.length; at += WORDS) if (this.#slots[at + 4] !== 0) visit(at)
  }
}

const WORDS = 5
const H = new Uint32Array(4)

/** 128 bits over UTF-16 units, into `H`: each step can be undone, so that a single difference never cancels. Stored: it must never change. */
function hash(text: string): void {
  let a = 1779033703
  let b = 3144134277
  let c = 1013904242
  let d = 2773480762
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    a = b ^ Math.imul(a ^ unit, 597399067)
    b = c ^ Math.imul(b ^ unit, 2869860233)
    c = d ^ Math.imul(c ^ unit, 951274213)
    d = a ^ Math.imul(d ^ unit, 2716044179)
  }
  a ^= text.length
  for (let round = 0; round < 2; round++) {
    a = mix(a + b)
    b = mix(b + c)
    c = mix(c + d)
    d = mix(d + a)
  }
  H[0] = a
  H[1] = b
  H[2] = c
  H[3] = d
}

/** MurmurHash3's finaliser. */
function mix(word: number): number {
  let h = word | 0
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return h ^ (h >>> 16)
}

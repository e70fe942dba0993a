const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ.-:+=^!/*?&<>()[]{}@%$#'
const DIGITS = new Map([...ALPHABET].map((character, digit) => [character, digit]))

/**
 * The first `length` bytes of a Z85 text (ZeroMQ RFC 32): five characters stand for four bytes, big-endian. Texts of the Rust
 * z85 crate may end in a shorter block of its own form: as many leading `#` as bytes are missing.
 */
export function decodeZ85(text: string, length: number): Uint8Array {
  const bytes = new Uint8Array(Math.ceil(text.length / 5) * 4)
  const view = new DataView(bytes.buffer)
  for (let block = 0; block * 5 < text.length; block++) {
    const characters = text.slice(block * 5, block * 5 + 5)
    const digits = characters.replace(/^#+/, '')
    let value = 0
    for (const character of digits) value = value * 85 + (DIGITS.get(character) ?? 0)
    view.setUint32(block * 4, value * 256 ** (characters.length - digits.length))
  }
  return bytes.subarray(0, length)
}

/** Bytes as Z85, with zeros behind them up to the next multiple of four: a private tail would be lost on other readers. */
export function encodeZ85(bytes: Uint8Array): string {
  const padded = Buffer.alloc(Math.ceil(bytes.length / 4) * 4)
  padded.set(bytes)
  let text = ''
  for (let at = 0; at < padded.length; at += 4) {
    let value = padded.readUInt32BE(at)
    let block = ''
    for (let digit = 0; digit < 5; digit++) {
      block = ALPHABET[value % 85]! + block
      value = Math.floor(value / 85)
    }
    text += block
  }
  return text
}

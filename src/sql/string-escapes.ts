const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  b: '\b',
  n: '\n',
  r: '\r',
  t: '\t',
  Z: '\x1a',
  // LIKE reads these escapes itself.
  '%': '\\%',
  _: '\\_',
}

/** An escape, or a doubled quote, from left to right: the second half of an escape must not begin another. */
const parts = (quote: string) =>
  new RegExp(`\\\\(?:u([0-9A-Fa-f]{4})|U([0-9A-Fa-f]{8})|([01][0-7]{2})|([\\s\\S]))|${quote}${quote}`, 'g')
const partsByQuote: Readonly<Record<string, RegExp>> = { "'": parts("'"), '"': parts('"') }

/**
 * What the inside of a string literal means, by Spark's rules (`unescapeSQLString`): `\n`, `\u0041`, `\101`, a doubled
 * quote; `\%` and `\_` keep their backslash, any other escaped character stands for itself.
 */
export function unescapeString(inner: string, quote: string): string {
  return inner.replace(partsByQuote[quote]!, (whole, hex4, hex8, octal, other: string | undefined) => {
    if (other !== undefined) return escapes[other] ?? other
    if (octal !== undefined) return String.fromCharCode(Number.parseInt(octal, 8))
    if (hex4 === undefined && hex8 === undefined) return whole[0]!
    return codePoint(Number.parseInt(hex4 ?? hex8, 16))
  })
}

/** A code point beyond Unicode's last is the replacement character. */
function codePoint(code: number): string {
  return code > 0x10ffff ? '\ufffd' : String.fromCodePoint(code)
}

/** The string literal that reads back as `text`. */
export function quoteString(text: string): string {
  return `'${[...text].map((character) => written[character] ?? character).join('')}'`
}

const written: Readonly<Record<string, string>> = {
  '\\': '\\\\',
  "'": "\\'",
  '\0': '\\0',
  '\b': '\\b',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\x1a': '\\Z',
}

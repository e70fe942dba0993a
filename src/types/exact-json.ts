/**
 * JSON in which 64-bit integers survive. `JSON.parse` turns 9007199254740993 into ...992; Delta logs, statistics and
 * schemas hold such numbers (RFC 8259 sets no limit), so they are read as bigint and written digit by digit.
 */

/** ECMAScript's "JSON.parse source text access" (Node 21 and later), which TypeScript's libraries do not declare yet. */
interface ExactJson {
  parse(text: string, reviver: (key: string, value: unknown, context: { source: string }) => unknown): unknown
  rawJSON(text: string): object
}
const exact = JSON as unknown as ExactJson

/** A number outside a string that may not fit a double: 16 digits or more where a value begins. */
const LONG_NUMBER = /[:[,\s]-?\d{16}|^-?\d{16}/

/** Parses JSON; integers beyond 2^53 come back as bigint, everything else as JSON.parse gives it. Throws SyntaxError. */
export function parseExact(text: string): unknown {
  if (!hasLongRun(text) || !LONG_NUMBER.test(text)) return JSON.parse(text)
  return exact.parse(text, (_key, value, context) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(context.source)
      ? BigInt(context.source)
      : value,
  )
}

const LONG_RUN = 16

/**
 * Whether 16 digits or points stand in a row. It looks at every 16th character and, where that is one, back from there: of
 * most texts it sees a tenth, where an expression takes as long as JSON.parse itself.
 */
function hasLongRun(text: string): boolean {
  for (let end = LONG_RUN - 1; end < text.length; ) {
    let before = end
    while (before > end - LONG_RUN && isDigitOrPoint(text.charCodeAt(before))) before -= 1
    if (before === end - LONG_RUN) return true
    end = before + LONG_RUN
  }
  return false
}

function isDigitOrPoint(code: number): boolean {
  return (code >= 0x30 && code <= 0x39) || code === 0x2e
}

/** A number of 16 digits or more, of which some may stand behind the point. */
const MANY_DIGITS = /\d[\d.]{15}/

/**
 * Parses JSON in which decimals of up to 38 digits count: what a double cannot hold comes back as bigint when it is whole,
 * else as its text. Throws SyntaxError.
 */
export function parseDigits(text: string): unknown {
  if (!hasLongRun(text) || !MANY_DIGITS.test(text)) return JSON.parse(text)
  return exact.parse(text, (_key, value, { source }) => {
    if (typeof value !== 'number' || source.length < 16) return value
    if (/^-?\d+$/.test(source)) return Number.isSafeInteger(value) ? value : BigInt(source)
    return source
  })
}

/** Prints JSON; bigints as plain digits, `rawNumber` texts as they stand. `indent` in spaces. */
export function stringifyExact(value: unknown, indent?: number): string {
  return JSON.stringify(
    value,
    (_key, each: unknown) => (typeof each === 'bigint' ? exact.rawJSON(each.toString()) : each),
    indent,
  )
}

/** A number to be printed with exactly these digits, such as a decimal of 38 digits. Throws SyntaxError. */
export function rawNumber(digits: string): object {
  return exact.rawJSON(digits)
}

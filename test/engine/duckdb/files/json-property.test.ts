import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RawFiles } from './read-raw.ts'

/**
 * The promise: every value of a file is in its column exactly, or in `_rescued_data`. The generator knows what it wrote,
 * value by value, so that this test needs no reader of its own: it takes each written value and looks for it.
 */

/** The text of a value, what its column must show (JSON as DuckDB prints it), or undefined when it must be rescued. */
interface Written {
  readonly text: string
  readonly column?: unknown
}

const at = (text: string, column: unknown): Written => ({ text, column })
const off = (text: string): Written => ({ text })

const digits = (most: number) => fc.bigInt({ min: -(10n ** BigInt(most)), max: 10n ** BigInt(most) })
const words = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom(
    '',
    'é',
    '😀',
    '\u0000',
    'a\nb',
    'a\\u0041',
    '"',
    '\u2028',
    '{"a":1}',
    '12',
    'null',
    '2024-01-01',
  ),
)
const json = fc.jsonValue({ maxDepth: 2 }).map((value) => JSON.stringify(value))

const longs = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => at(`${n}`, `${n}`)),
  fc.constantFrom(off('1.7'), off('1.0'), off('1e3'), off('"12"'), off('true'), off('[1]'), off('{"a":1}')),
  fc.bigInt({ min: 2n ** 63n, max: 2n ** 70n }).map((n) => off(`${n}`)),
  fc.constant(at('-0', '0')),
)
const doubles = fc
  .oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((n) => {
      const text = JSON.stringify(n)
      return Number.isInteger(n) && !/[.e]/.test(text) && !Number.isSafeInteger(n)
        ? undefined
        : at(text, n === 0 ? 0 : n)
    }),
    fc.integer().map((n) => at(`${n}`, n)),
    fc.constantFrom(
      off('"1.5"'),
      off('9007199254740993'),
      off('12345678901234567890.12345678901234567'),
      off('1e999'),
      off('true'),
      at('"NaN"', 'NaN'),
      at('1.50', 1.5),
      at('1E2', 100),
    ),
  )
  .filter((each) => each !== undefined)
const decimals = fc.oneof(
  digits(20)
    .chain((whole) =>
      fc.bigInt({ min: 0n, max: 10n ** 18n - 1n }).map((fraction) => {
        const text = `${whole}.${String(fraction).padStart(18, '0')}`
        return at(text, text)
      }),
    )
    .filter(({ text }) => text.replace(/[-.]/g, '').length <= 38 && !text.startsWith('-0.0000')),
  fc.constantFrom(off('1.0000000000000000001'), off('123456789012345678901'), off('"x"'), off('{}')),
  fc.constant(at('"12.5"', '12.500000000000000000')),
)
const strings = fc.oneof(
  words.map((word) => at(JSON.stringify(word), word)),
  fc
    .oneof(
      fc.constantFrom(
        '1.50',
        '1e5',
        '0.00001',
        '-0',
        '-0.0',
        '100000000000000000000',
        'true',
        '{ "a" : 1.0 }',
        '[1, 2]',
      ),
      json,
    )
    .map((text) =>
      text === 'null' ? at('null', null) : text.startsWith('"') ? at(text, JSON.parse(text)) : at(text, text),
    ),
  fc.constant(off('"\\ud800"')),
)
const dates = fc.oneof(
  fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }).map((date) => {
    const day = date.toISOString().slice(0, 10)
    return at(`"${day}"`, day)
  }),
  fc.constantFrom(
    off('"2024-02-30"'),
    off('"2024-01-01T10:00:00"'),
    off('20240101'),
    off('"x"'),
    at('"2024-1-5"', '2024-01-05'),
  ),
)
const moments = fc
  .record({
    micros: fc.bigInt({ min: -62135510400n * 1_000_000n, max: 253402214400n * 1_000_000n }),
    digits: fc.nat(6),
    gap: fc.constantFrom('T', ' '),
    zone: fc.constantFrom('', 'Z', '+05:30', '-08:00', '+0100', ' UTC'),
  })
  .map(({ micros, digits: count, gap, zone }) => {
    const unit = 10n ** BigInt(6 - count)
    const utc = micros - (((micros % unit) + unit) % unit)
    const [, sign = '+', hours = '0', minutes = '0'] = /([+-])(\d\d):?(\d\d)/.exec(zone) ?? []
    const offset = BigInt(Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -60_000_000n : 60_000_000n)
    const clock = (time: bigint, fractions: number) => {
      const rest = ((time % 1_000_000n) + 1_000_000n) % 1_000_000n
      const iso = new Date(Number((time - rest) / 1000n)).toISOString()
      const fraction = String(rest).padStart(6, '0').slice(0, fractions)
      return `${iso.slice(0, 10)}${gap}${iso.slice(11, 19)}${fraction === '' ? '' : `.${fraction}`}`
    }
    const whole = clock(utc, 6).replace('T', ' ')
    const column = whole.includes('.') ? whole.replace(/\.?0+$/, '') : whole
    return at(`"${clock(utc + offset, count)}${zone}"`, `${column}+00`)
  })
const flags = fc.constantFrom(at('true', true), at('false', false), off('"true"'), off('1'))
const lists = fc
  .array(fc.integer(), { maxLength: 4 })
  .chain((items) =>
    fc.constantFrom(
      at(JSON.stringify(items), items.map(String)),
      off(JSON.stringify([...items, 'x'])),
      off(JSON.stringify([1.5, ...items])),
    ),
  )
const nulls = fc.constant(at('null', null))

const KINDS = { l: longs, d: doubles, m: decimals, s: strings, t: dates, f: flags, a: lists, p: moments }
const SCHEMA =
  'l BIGINT, d DOUBLE, m DECIMAL(38,18), s STRING, t DATE, f BOOLEAN, a ARRAY<BIGINT>, p TIMESTAMP'

interface Field extends Written {
  readonly name: string
}
const knownField = fc
  .constantFrom(...(Object.keys(KINDS) as (keyof typeof KINDS)[]))
  .chain((name) =>
    fc
      .oneof({ weight: 9, arbitrary: KINDS[name] as fc.Arbitrary<Written> }, nulls)
      .map((value): Field => ({ name, ...value })),
  )
const unknownField = fc
  .tuple(fc.constantFrom('x', 'L', 'new field', 'ü'), json)
  .map(([name, text]): Field => ({ name, text }))
const space = fc.constantFrom('', '', '', ' ', '\t')
const row = fc.tuple(
  fc.array(fc.oneof({ weight: 12, arbitrary: knownField }, unknownField), { maxLength: 8 }),
  space,
)
const lineEnd = fc.constantFrom('\n', '\n', '\n', '\r\n', '\r', '\n\n', '\n \n')

function lineOf([fields, gap]: readonly [readonly Field[], string]): string {
  return `{${gap}${fields.map((each) => `${JSON.stringify(each.name)}${gap}:${gap}${each.text}`).join(`${gap},${gap}`)}}`
}

/** What the row of a line must be. */
function expected(fields: readonly Field[]) {
  const columns: Record<string, unknown> = Object.fromEntries(Object.keys(KINDS).map((name) => [name, null]))
  const rescued: string[] = []
  const last = new Map(fields.map((each, i) => [each.name, i]))
  for (const [i, each] of fields.entries()) {
    const isKnown = each.name in columns
    if (isKnown && last.get(each.name) === i && 'column' in each) columns[each.name] = each.column
    else if (isKnown || each.text !== undefined) {
      if (!(isKnown && last.get(each.name) === i && each.text === 'null'))
        rescued.push(`${JSON.stringify(each.name)}:${each.text}`)
    }
  }
  return { columns, rescued: rescued.sort() }
}

/** The members of a rescued object with their exact texts, `_file_path` aside. */
function membersOf(rescued: unknown): string[] {
  if (rescued === null) return []
  const text = rescued as string
  expect(text.endsWith(',"_file_path":"raw/a.json"}')).toBe(true)
  expect(() => JSON.parse(text)).not.toThrow()
  return splitMembers(text.slice(1, -',"_file_path":"raw/a.json"}'.length)).sort()
}

function splitMembers(text: string): string[] {
  const members: string[] = []
  let depth = 0
  let start = 0
  for (const token of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}[\],]/g)) {
    if (token[0] === '{' || token[0] === '[') depth++
    else if (token[0] === '}' || token[0] === ']') depth--
    else if (token[0] === ',' && depth === 0) {
      members.push(text.slice(start, token.index))
      start = token.index + 1
    }
  }
  if (text !== '') members.push(text.slice(start))
  return members
}

test('every value of a JSON file is in its column exactly or in the rescued data', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(row, lineEnd), { minLength: 1, maxLength: 12 }), async (lines) => {
      await using raw = await RawFiles.of({
        'a.json': lines.map(([each, end]) => lineOf(each) + end).join(''),
      })
      const rows = await raw.read(['a.json'], { schema: SCHEMA })
      const seen = rows.map(({ _rescued_data, ...columns }) => ({
        columns,
        rescued: membersOf(_rescued_data),
      }))
      expect(seen).toEqual(lines.map(([[fields]]) => expected(fields)))
    }),
    { numRuns: 100 },
  )
})

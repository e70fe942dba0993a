import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { unknownFieldsOf } from '../../../../src/formats/unknown-fields.ts'
import { printSchema } from '../../../../src/types/ddl.ts'
import { RawFiles, type ReadRequest, readOne, rescuedOf } from './read-raw.ts'

const header = { header: 'true' }

function csv(text: string | Uint8Array, request: Omit<ReadRequest, 'format'>) {
  return readOne(text, { ...request, format: 'csv' }, 'a.csv')
}

/** The two columns of a file, as arrays. */
async function values(text: string, options: Record<string, string> = {}) {
  const rows = await csv(`v,n\n${text}`, {
    schema: 'v STRING, n STRING',
    options: { ...header, ...options },
    rescued: null,
  })
  return rows.map(({ v, n }) => [v, n])
}

describe('values are cut as Spark cuts them', () => {
  test.each([
    ['a b, c', ['a b', ' c']],
    ['"a,b",1', ['a,b', '1']],
    ['"",1', [null, '1']],
    [',1', [null, '1']],
    [String.raw`"a\"b",1`, ['a"b', '1']],
    [String.raw`"a\\b",1`, ['a\\b', '1']],
    [String.raw`"e\x",1`, [String.raw`e\x`, '1']],
    [String.raw`a\"b,1`, [String.raw`a\"b`, '1']],
    ['a"b"c,1', ['a"b"c', '1']],
    ['"x"y,1', ['"x"y', '1']],
    ['"a,b"c,1', ['"a,b"c', '1']],
    ['"x"",1', ['x"', '1']],
    ['"t"\t,1', ['t', '1']],
    [' "q",1', [' "q"', '1']],
  ])('%s', async (text, expected) => {
    expect(await values(text)).toEqual([expected])
  })

  test('with a quote as its own escape', async () => {
    const text = '"a""b",1\n"""",2\n"""a""",3\n"x" y,4'
    expect(await values(text, { escape: '"' })).toEqual([
      ['a"b', '1'],
      ['"', '2'],
      ['"a"', '3'],
      ['"x" y', '4'],
    ])
  })

  test('with other separators, white space, comments and null values', async () => {
    const options = {
      sep: '||',
      comment: '#',
      nullValue: 'NA',
      ignoreLeadingWhiteSpace: 'true',
      ignoreTrailingWhiteSpace: 'true',
    }
    const text = 'v||n\n# skipped\n 1 || NA\nNA||""\n'
    expect(
      await csv(text, { schema: 'v STRING, n STRING', options: { ...header, ...options }, rescued: null }),
    ).toEqual([
      { v: '1', n: null },
      { v: null, n: '' },
    ])
  })

  test('over several lines with multiLine', async () => {
    const text = 'v,n\n"a\nb",1\r\n"c\r\nd",2\nplain,3'
    const rows = await csv(text, { schema: 'v STRING, n INT', options: { ...header, multiLine: 'true' } })
    expect(rows.map(({ v, n }) => [v, n])).toEqual([
      ['a\nb', 1],
      ['c\r\nd', 2],
      ['plain', 3],
    ])
  })
})

describe('columns', () => {
  test('are matched by the header’s names, in whatever order a file has them', async () => {
    await using raw = await RawFiles.of({ 'a.csv': 'a,b\n1,2\n', 'b.csv': 'b,a\n3,4\n' })
    const rows = await raw.read(['a.csv', 'b.csv'], {
      format: 'csv',
      schema: 'a INT, b INT',
      options: header,
    })
    expect(rows).toMatchObject([
      { a: 1, b: 2 },
      { a: 4, b: 3 },
    ])
  })

  test('are matched by position without a header, or with enforceSchema', async () => {
    expect(await csv('1,2\n', { schema: 'a INT, b INT' })).toMatchObject([{ a: 1, b: 2 }])
    const options = { ...header, enforceSchema: 'true' }
    expect(await csv('b,a\n1,2\n', { schema: 'a INT, b INT', options })).toMatchObject([{ a: 1, b: 2 }])
  })

  test('take values that fit their type exactly; others are rescued', async () => {
    const schema = 'i INT, d DOUBLE, m DECIMAL(5,2), b BOOLEAN, t TIMESTAMP, dt DATE'
    const text =
      'i,d,m,b,t,dt\n+1, 2.5,1e2,TRUE,2024-01-05 10:00,2024-01-05\n1.0,NaN,1.005,1,noon,2024-13-01\n'
    const rows = await csv(text, { schema, options: header })
    expect(rows[0]).toMatchObject({
      i: 1,
      d: 2.5,
      m: '100.00',
      b: true,
      t: '2024-01-05 10:00:00+00',
      dt: '2024-01-05',
    })
    expect(rows[1]).toMatchObject({ i: null, d: 'NaN', m: null, b: null, t: null, dt: null })
    expect(rescuedOf(rows[1]!)).toEqual({
      i: '1.0',
      m: '1.005',
      b: '1',
      t: 'noon',
      dt: '2024-13-01',
      _file_path: 'raw/a.csv',
    })
  })

  test('that the schema lacks are rescued, or new', async () => {
    const request = { schema: 'a INT', options: header }
    const [row] = await csv('a,extra\n1,x,y\n', request)
    expect(rescuedOf(row!)).toEqual({ extra: 'x', _c2: 'y', _file_path: 'raw/a.csv' })
    const error = await csv('a,extra,none\n1,5,\n', { ...request, onUnknownField: 'fail' }).catch(
      (each: unknown) => each,
    )
    expect(printSchema(unknownFieldsOf(error)!)).toBe('extra INT, none VOID')
  })

  test('that come twice in a header are numbered, those without a name get one', async () => {
    const schema = 'a0 INT, a1 INT, A2 INT, _c3 INT, b INT'
    const [row] = await csv('a,a,A,,b\n1,2,3,4,5\n', { schema, options: header })
    expect(row).toEqual({ a0: 1, a1: 2, A2: 3, _c3: 4, b: 5, _rescued_data: null })
  })
})

describe('malformed records', () => {
  test('that end within quotes are rescued with their text', async () => {
    const rows = await csv('a,b\n1,"open\n2,ok\n', { schema: 'a INT, b STRING', options: header })
    const torn = rows.find((each) => each._rescued_data !== null)
    expect(rescuedOf(torn!)).toEqual({ _corrupt_record: '1,"open', _file_path: 'raw/a.csv' })
    expect(rows.filter((each) => each !== torn)).toMatchObject([{ a: 2, b: 'ok' }])
  })

  test('without rescued data are those with a value too many, too few or of another type', async () => {
    const schema = 'a INT, b STRING, _corrupt_record STRING'
    const text = 'a,b\n1,x\n2\n3,x,y\nz,x\n'
    const rows = await csv(text, { schema, options: header, rescued: null })
    expect(rows.map((each) => each._corrupt_record)).toEqual([null, '2', '3,x,y', 'z,x'])
    const dropped = await csv(text, {
      schema: 'a INT, b STRING',
      options: { ...header, mode: 'DROPMALFORMED' },
      rescued: null,
    })
    expect(dropped).toEqual([{ a: 1, b: 'x' }])
  })

  test('with bytes that are no UTF-8 are kept in base64', async () => {
    const bytes = Buffer.concat([Buffer.from('a\n1\n'), Buffer.from([0xff]), Buffer.from('\n2\n')])
    const rows = await csv(bytes, { schema: 'a INT', options: header })
    expect(rows.map((each) => each.a)).toEqual([1, null, 2])
    expect(rescuedOf(rows[1]!)).toMatchObject({ _corrupt_record_base64: '/w==' })
  })
})

test('whatever text is written as CSV is read back', async () => {
  const word = fc.oneof(
    fc.string({ maxLength: 8 }),
    fc.constantFrom('a,b', '"', '""', 'a"b', 'é😀', 'x\\', ' '),
  )
  const cell = word.filter((text) => !/[\n\r]/.test(text) && text !== '')
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 10 }), async (rows) => {
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
      const text = `v,n\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`
      const read = await csv(text, { schema: 'v STRING, n STRING', options: { ...header, escape: '"' } })
      const pairs = (each: readonly unknown[][]) => each.map((pair) => JSON.stringify(pair)).sort()
      expect(pairs(read.map(({ v, n }) => [v, n]))).toEqual(pairs(rows))
    }),
    { numRuns: 60 },
  )
})

interface Cell {
  readonly text: string
  /** What its column must show, or undefined when it must be rescued. */
  readonly column?: unknown
}
const at = (text: string, column: unknown): Cell => ({ text, column })
const off = (text: string): Cell => ({ text })
const CELLS: Readonly<Record<string, fc.Arbitrary<Cell>>> = {
  i: fc.oneof(
    fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => at(`${n}`, `${n}`)),
    fc.constantFrom(
      at('+7', '7'),
      off('1.0'),
      off('1e3'),
      off(' 1'),
      off('9223372036854775808'),
      at('007', '7'),
    ),
  ),
  d: fc.oneof(
    fc.integer().map((n) => at(`${n}`, n)),
    fc
      .double({ min: -1e6, max: 1e6, noNaN: true })
      .filter((n) => n !== 0)
      .map((n) => at(String(n), n)),
    fc.constantFrom(at('1.50', 1.5), at('NaN', 'NaN'), off('9007199254740993'), off('1d'), at(' 2', 2)),
  ),
  m: fc.constantFrom(
    at('1.5', '1.50'),
    at('-0.07', '-0.07'),
    off('1.005'),
    off('123456789.1'),
    at('1e2', '100.00'),
  ),
  b: fc.constantFrom(at('true', true), at('False', false), off('1'), off('yes')),
  t: fc.constantFrom(
    at('2024-02-29', '2024-02-29'),
    off('2023-02-29'),
    off('2024-01-01 10:00:00'),
    at('2024-1-5', '2024-01-05'),
  ),
  s: fc
    .oneof(
      fc.constantFrom('plain', ' x ', 'null', 'é😀', 'a\tb', '#c'),
      fc.stringMatching(/^[a-z ,;.]{1,8}$/),
    )
    .map((text) => at(text, text)),
}

test('every value of a CSV file is in its column exactly or in the rescued data', async () => {
  const names = Object.keys(CELLS)
  const nothing = fc.constant(at('', null))
  const cells = names.map((name) => fc.oneof({ weight: 8, arbitrary: CELLS[name]! }, nothing))
  const line = fc.tuple(fc.tuple(...cells), fc.boolean(), fc.constantFrom('\n', '\n', '\n', '\r\n', '\r'))
  const written = ({ text }: Cell, quotes: boolean) =>
    text !== '' && (quotes || text.includes(',')) ? `"${text}"` : text
  await fc.assert(
    fc.asyncProperty(fc.array(line, { minLength: 1, maxLength: 12 }), async (lines) => {
      const filled = lines.filter(([row]) => row.some((cell) => cell.text !== ''))
      const body = filled.map(
        ([row, quotes, end]) => row.map((cell) => written(cell, quotes)).join(',') + end,
      )
      const schema = 'i BIGINT, d DOUBLE, m DECIMAL(10,2), b BOOLEAN, t DATE, s STRING'
      const read = await csv(`${names.join(',')}\n${body.join('')}`, { schema, options: header })
      const seen = read.map(({ _rescued_data, ...columns }) => {
        const { _file_path, ...rescued } = (rescuedOf({ _rescued_data }) ?? {}) as Record<string, unknown>
        return JSON.stringify([columns, rescued])
      })
      const wanted = filled.map(([row]) => {
        const columns = names.map((name, k) => [name, 'column' in row[k]! ? row[k].column : null])
        const rescued = names.flatMap((name, k) => ('column' in row[k]! ? [] : [[name, row[k]!.text]]))
        return JSON.stringify([Object.fromEntries(columns), Object.fromEntries(rescued)])
      })
      expect(seen.sort()).toEqual(wanted.sort())
    }),
    { numRuns: 100 },
  )
})

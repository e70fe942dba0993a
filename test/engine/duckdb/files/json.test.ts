import { appendFileSync, chmodSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync, zstdCompressSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import { isCondition } from '../../../../src/errors/index.ts'
import { unknownFieldsOf } from '../../../../src/formats/unknown-fields.ts'
import { printSchema } from '../../../../src/types/ddl.ts'
import { RawFiles, readOne, rescuedOf } from './read-raw.ts'

const ORDERS = 'order_id BIGINT, amount DOUBLE, status STRING'
const line = (id: number) => `{"order_id":${id},"amount":1.5,"status":"ok"}`
const order = (id: number) => ({ order_id: String(id), amount: 1.5, status: 'ok', _rescued_data: null })

describe('lines', () => {
  test('end at \\n, \\r\\n and \\r; blank ones are no rows', async () => {
    const text = `${line(1)}\n\n${line(2)}\r\n  \t\n${line(3)}\r${line(4)}\r\n\r\n${line(5)}`
    expect(await readOne(text, { schema: ORDERS })).toEqual([1, 2, 3, 4, 5].map(order))
  })

  test('a byte order mark is no part of the first line', async () => {
    expect(await readOne(`\uFEFF${line(1)}\n${line(2)}\n`, { schema: ORDERS })).toEqual([1, 2].map(order))
  })

  test('an array is a row for each of its objects', async () => {
    expect(await readOne(`[${line(1)}, ${line(2)}]\n[]\n${line(3)}`, { schema: ORDERS })).toEqual(
      [1, 2, 3].map(order),
    )
  })

  test('a line of 20 MB among short ones is read', async () => {
    const long = 'x'.repeat(20 << 20)
    const rows = await readOne(`${line(1)}\n{"status":"${long}"}\n${line(2)}\n`, { schema: ORDERS })
    expect(rows.map((each) => (each.status as string).length)).toEqual([2, long.length, 2])
  })

  test('a dirty line of 20 MB is rescued whole', async () => {
    const long = 'x'.repeat(20 << 20)
    const [row] = await readOne(`{"order_id":"${long}"}\n`, { schema: ORDERS })
    expect(row?.order_id).toBeNull()
    expect(rescuedOf(row!)).toEqual({ order_id: long, _file_path: 'raw/a.json' })
  })

  test('compressed files are read by their ending', async () => {
    const text = `${line(1)}\n${line(2)}\n`
    await using raw = await RawFiles.of({ 'a.json.gz': gzipSync(text), 'b.json.zst': zstdCompressSync(text) })
    const rows = await raw.read(['a.json.gz', 'b.json.zst'], { schema: ORDERS })
    expect(rows).toEqual([1, 2, 1, 2].map(order))
  })

  test('a compressed file with one dirty line is repaired', async () => {
    const rows = await readOne(gzipSync(`${line(1)}\n{"order_id":1.7}\n`), { schema: ORDERS }, 'a.json.gz')
    expect(rows[0]).toEqual(order(1))
    expect(rescuedOf(rows[1]!)).toEqual({ order_id: 1.7, _file_path: 'raw/a.json.gz' })
  })

  test('an empty file, one of blank lines and one whose name is a glob', async () => {
    await using raw = await RawFiles.of({ 'empty.json': '', 'blank.json': '\n \n', 'a[1]*?.json': line(1) })
    expect(await raw.read(['empty.json', 'blank.json', 'a[1]*?.json'], { schema: ORDERS })).toEqual([
      order(1),
    ])
    expect(await raw.read(['empty.json'], { schema: ORDERS })).toEqual([])
    expect(await raw.read([], { schema: ORDERS })).toEqual([])
  })
})

describe('malformed records', () => {
  const torn = '{"order_id":2,"amou'
  const text = `${line(1)}\n${torn}\n${line(3)}\n`

  test('are rescued with their text', async () => {
    const rows = await readOne(text, { schema: ORDERS })
    expect(rows[0]).toEqual(order(1))
    expect(rows[1]).toMatchObject({ order_id: null, amount: null, status: null })
    expect(rescuedOf(rows[1]!)).toEqual({ _corrupt_record: torn, _file_path: 'raw/a.json' })
    expect(rows[2]).toEqual(order(3))
  })

  test.each(['null', '123', '"x"', '{"order_id":1} {"order_id":2}', '{"order_id":1,}', '[1]'])(
    '%s is one',
    async (record) => {
      const [row] = await readOne(record, { schema: ORDERS })
      expect(rescuedOf(row!)).toMatchObject({ _corrupt_record: record.replace(/^\[|\]$/g, '') })
    },
  )

  test('go to the corrupt-record column where the schema has it', async () => {
    const rows = await readOne(text, { schema: `${ORDERS}, _corrupt_record STRING` })
    expect(rows.map((each) => each._corrupt_record)).toEqual([null, torn, null])
    expect(rows.map((each) => each._rescued_data)).toEqual([null, null, null])
  })

  test('with bytes that are no UTF-8 are kept in base64', async () => {
    const bad = Buffer.concat([Buffer.from('{"status":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')])
    const rows = await readOne(
      Buffer.concat([Buffer.from(`${line(1)}\n`), bad, Buffer.from(`\n${line(3)}\n`)]),
      {
        schema: ORDERS,
      },
    )
    expect(rows[0]).toEqual(order(1))
    expect(rescuedOf(rows[1]!)).toEqual({
      _corrupt_record: '{"status":"\uFFFD\uFFFD"}',
      _corrupt_record_base64: bad.toString('base64'),
      _file_path: 'raw/a.json',
    })
    expect(rows[2]).toEqual(order(3))
  })

  test('are dropped in mode DROPMALFORMED and fail in mode FAILFAST', async () => {
    const dropped = await readOne(text, { schema: ORDERS, options: { mode: 'DROPMALFORMED' } })
    expect(dropped).toEqual([order(1), order(3)])
    await expect(readOne(text, { schema: ORDERS, options: { mode: 'FAILFAST' } })).rejects.toMatchObject({
      condition: 'MALFORMED_RECORD_IN_PARSING.WITHOUT_SUGGESTION',
      parameters: { badRecord: torn, path: 'raw/a.json' },
    })
  })

  test('without a rescued-data column a misfit is one, and its other columns are kept as in Spark', async () => {
    const request = { schema: `${ORDERS}, _corrupt_record STRING`, rescued: null }
    const misfit = '{"order_id":1.7,"status":"ok"}'
    expect(await readOne(misfit, request)).toEqual([
      { order_id: null, amount: null, status: 'ok', _corrupt_record: misfit },
    ])
  })
})

describe('columns', () => {
  test('match by exact name; another case is rescued, unless the reader ignores case', async () => {
    const [row] = await readOne('{"Status":"ok"}', { schema: ORDERS })
    expect(rescuedOf(row!)).toEqual({ Status: 'ok', _file_path: 'raw/a.json' })
    const [folded] = await readOne('{"Status":"ok"}', {
      schema: ORDERS,
      options: { readerCaseSensitive: 'false' },
    })
    expect(folded).toMatchObject({ status: 'ok', _rescued_data: null })
  })

  test('nested fields are rescued in their own shape', async () => {
    const [row] = await readOne(
      '{"a":{"x":1,"y":"no","z":3},"l":[{"x":1},{"x":"no","w":2}],"m":{"k":1,"k":2},"n":[1,"x"]}',
      {
        schema:
          'a STRUCT<x: BIGINT, y: BIGINT>, l ARRAY<STRUCT<x: BIGINT>>, m MAP<STRING, BIGINT>, n ARRAY<BIGINT>',
      },
    )
    expect(row).toMatchObject({
      a: { x: '1', y: null },
      l: [{ x: '1' }, { x: null }],
      m: [{ key: 'k', value: '2' }],
      n: null,
    })
    expect(rescuedOf(row!)).toEqual({
      a: { y: 'no', z: 3 },
      l: [null, { x: 'no', w: 2 }],
      m: { k: 1 },
      n: [1, 'x'],
      _file_path: 'raw/a.json',
    })
  })

  test('of type STRING keep the text of anything', async () => {
    const text = '{"a":{"k":1.50, "z": [1, 2]},"b":1.0,"c":true,"d":12345678901234567890123}'
    const [row] = await readOne(text, { schema: 'a STRING, b STRING, c STRING, d STRING' })
    expect(row).toEqual({
      a: '{"k":1.50, "z": [1, 2]}',
      b: '1.0',
      c: 'true',
      d: '12345678901234567890123',
      _rescued_data: null,
    })
  })

  test('of dates and timestamps take ISO texts and Spark’s short forms, in UTC', async () => {
    const schema = 'd DATE, t TIMESTAMP, n TIMESTAMP_NTZ'
    const rows = await readOne(
      [
        '{"d":"2024-02-29","t":"2024-02-29T10:00:00.5Z","n":"2024-02-29 10:00:00"}',
        '{"d":"2024-2-9","t":"2024-02-29 10:00+05:30","n":"2024-02-29T10:00"}',
        '{"t":1709200800}',
        '{"t":"2024-07-01T12:00:00 Europe/Berlin","n":"2024-02-29T10:00:00Z"}',
      ].join('\n'),
      { schema },
    )
    expect(rows.map(({ d, t, n }) => [d, t, n])).toEqual([
      ['2024-02-29', '2024-02-29 10:00:00.5+00', '2024-02-29 10:00:00'],
      ['2024-02-09', '2024-02-29 04:30:00+00', '2024-02-29 10:00:00'],
      [null, '2024-02-29 10:00:00+00', null],
      [null, '2024-07-01 10:00:00+00', null],
    ])
    expect(rescuedOf(rows[3]!)).toMatchObject({ n: '2024-02-29T10:00:00Z' })
  })

  test('of dates and timestamps follow the given patterns', async () => {
    const options = { dateFormat: 'dd.MM.yyyy', timestampFormat: "yyyy-MM-dd'T'HH:mm[:ss]XXX" }
    const rows = await readOne(
      '{"d":"29.02.2024","t":"2024-02-29T10:00+01:00"}\n{"d":"2024-02-29","t":"2024-02-29T10:00:05Z"}',
      { schema: 'd DATE, t TIMESTAMP', options },
    )
    expect(rows.map(({ d, t }) => [d, t])).toEqual([
      ['2024-02-29', '2024-02-29 09:00:00+00'],
      [null, '2024-02-29 10:00:05+00'],
    ])
    expect(rescuedOf(rows[1]!)).toMatchObject({ d: '2024-02-29' })
  })

  test('of bytes are in base64', async () => {
    const [row] = await readOne('{"b":"AP8="}', { schema: 'b BINARY' })
    expect(row?.b).toBe('\\x00\\xFF')
  })
})

describe('fields that the schema lacks', () => {
  const text = `${line(1)}\n{"order_id":2,"tags":["a"],"at":{"zip":7}}\n{"order_id":3,"tags":null,"at":{"city":"B"}}\n`

  test('fail with their inferred types, all of the batch at once', async () => {
    const error = await readOne(text, { schema: ORDERS, onUnknownField: 'fail' }).catch(
      (each: unknown) => each,
    )
    expect(isCondition(error, 'UNKNOWN_FIELD_EXCEPTION.NEW_FIELDS_IN_FILE')).toBe(true)
    expect(printSchema(unknownFieldsOf(error)!)).toBe(
      'tags ARRAY<STRING>, at STRUCT<zip: BIGINT, city: STRING>',
    )
  })

  test('within a struct fail in their place', async () => {
    const request = { schema: 'at STRUCT<zip: BIGINT>', onUnknownField: 'fail' } as const
    const error = await readOne('{"at":{"zip":1,"city":"B"}}', request).catch((each: unknown) => each)
    expect(printSchema(unknownFieldsOf(error)!)).toBe('at STRUCT<city: STRING>')
  })

  test('that differ only by case are rescued, never new', async () => {
    const [row] = await readOne('{"STATUS":"ok"}', { schema: ORDERS, onUnknownField: 'fail' })
    expect(rescuedOf(row!)).toMatchObject({ STATUS: 'ok' })
  })

  test('are passed over when nothing asks for them', async () => {
    const rows = await readOne(text, { schema: 'order_id BIGINT', onUnknownField: 'ignore', rescued: null })
    expect(rows).toEqual([{ order_id: '1' }, { order_id: '2' }, { order_id: '3' }])
  })
})

describe('options', () => {
  test('multiLine reads a document over several lines, an array or objects one after the other', async () => {
    await using raw = await RawFiles.of({
      'array.json': '[\n {"order_id": 1},\n {"order_id": 2}\n]\n',
      'objects.json': '{\n "order_id": 3\n}\n{"order_id": 4}',
    })
    const rows = await raw.read(['array.json', 'objects.json'], {
      schema: ORDERS,
      options: { multiLine: 'true' },
    })
    expect(rows.map((each) => each.order_id)).toEqual(['1', '2', '3', '4'])
  })

  test('encoding and lineSep', async () => {
    const utf16 = Buffer.from(`${line(1)}|${line(2)}`, 'utf16le')
    const rows = await readOne(utf16, { schema: ORDERS, options: { encoding: 'UTF-16LE', lineSep: '|' } })
    expect(rows).toEqual([1, 2].map(order))
  })

  test('lenient syntax where Spark allows it', async () => {
    const text = "{'status':'it''s'}\n{\"status\":'x'}\n{\"amount\":NaN}\n"
    const rows = await readOne(text.replace("''", ''), { schema: ORDERS })
    expect(rows.map((each) => each.status)).toEqual(['its', 'x', null])
    expect(rows[2]?.amount).toBe('NaN')
    const [row] = await readOne('{status:01, /* c */ "a":"\\q"}', {
      schema: 'status BIGINT, a STRING',
      options: {
        allowUnquotedFieldNames: 'true',
        allowNumericLeadingZeros: 'true',
        allowComments: 'true',
        allowBackslashEscapingAnyCharacter: 'true',
      },
    })
    expect(row).toEqual({ status: '1', a: 'q', _rescued_data: null })
  })
})

describe('files', () => {
  test('give _metadata', async () => {
    await using raw = await RawFiles.of({ 'a.json': line(1), 'b.json': `${line(2)}\n` })
    const rows = await raw.read(['a.json', 'b.json'], { schema: ORDERS, withMetadata: true })
    expect(rows.map((each) => each._metadata)).toMatchObject([
      {
        file_path: 'raw/a.json',
        file_name: 'a.json',
        file_size: String(line(1).length),
        file_block_start: '0',
      },
      { file_path: 'raw/b.json', file_name: 'b.json', file_block_length: String(line(2).length + 1) },
    ])
  })

  test.each(['a.json', 'a.csv'])(
    'that are still being written are read as they were checked (%s)',
    async (name) => {
      const isCsv = name.endsWith('csv')
      await using raw = await RawFiles.of({})
      const path = join(raw.folder, name)
      writeFileSync(path, isCsv ? 'order_id\n1\n' : '{"order_id":1}\n')
      const rows = await raw.read([name], {
        format: isCsv ? 'csv' : 'json',
        schema: 'order_id BIGINT',
        options: { header: 'true' },
        beforeReading: () => appendFileSync(path, isCsv ? '1.7\n' : '{"order_id":1.7}\n'),
      })
      expect(rows).toEqual([{ order_id: '1', _rescued_data: null }])
    },
  )

  test.each(['json', 'csv', 'parquet'] as const)(
    'may have a column file_index of their own (%s)',
    async (format) => {
      await using raw = await RawFiles.of({})
      for (const [name, id] of Object.entries({ a: 7, b: 8 })) {
        if (format === 'parquet') await raw.parquet(`${name}.parquet`, `SELECT ${id}::BIGINT AS file_index`)
        else
          raw.write(`${name}.${format}`, format === 'csv' ? `file_index\n${id}\n` : `{"file_index":${id}}\n`)
      }
      const names = [`a.${format}`, `b.${format}`]
      const request = { format, schema: 'file_index BIGINT', options: { header: 'true' }, withMetadata: true }
      expect(await raw.read(names, request)).toMatchObject([
        { file_index: '7', _metadata: { file_name: names[0] } },
        { file_index: '8', _metadata: { file_name: names[1] } },
      ])
    },
  )

  test('that vanished fail by name, or are ignored on request', async () => {
    await using raw = await RawFiles.of({ 'a.json': line(1), 'b.json': line(2) })
    rmSync(join(raw.folder, 'a.json'))
    await expect(raw.read(['a.json', 'b.json'], { schema: ORDERS })).rejects.toMatchObject({
      condition: 'FAILED_READ_FILE.FILE_NOT_EXIST',
      parameters: { path: 'raw/a.json' },
    })
    const rows = await raw.read(['a.json', 'b.json'], {
      schema: ORDERS,
      options: { ignoreMissingFiles: 'true' },
    })
    expect(rows).toEqual([order(2)])
  })

  test.skipIf(process.getuid?.() === 0)('that may not be read fail by name', async () => {
    await using raw = await RawFiles.of({ 'a.json': line(1) })
    chmodSync(join(raw.folder, 'a.json'), 0)
    await expect(raw.read(['a.json'], { schema: ORDERS })).rejects.toMatchObject({
      condition: 'FAILED_READ_FILE.NO_HINT',
      parameters: { path: 'raw/a.json' },
    })
  })

  test('that end within their compression fail by name, or are ignored on request', async () => {
    await using raw = await RawFiles.of({ 'a.json.gz': gzipSync(line(1)).subarray(0, 20), 'b.json': line(2) })
    await expect(raw.read(['a.json.gz', 'b.json'], { schema: ORDERS })).rejects.toMatchObject({
      condition: 'FAILED_READ_FILE.NO_HINT',
      parameters: { path: 'raw/a.json.gz', reason: 'unexpected end of file' },
    })
    const rows = await raw.read(['a.json.gz', 'b.json'], {
      schema: ORDERS,
      options: { ignoreCorruptFiles: 'true' },
    })
    expect(rows).toEqual([order(2)])
  })
})

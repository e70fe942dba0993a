import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { isCondition } from '../../../../src/errors/index.ts'
import type { RepairJob } from '../../../../src/formats/repair-file.ts'
import { repairFiles } from '../../../../src/formats/repair-files.ts'
import { parseSchema, printSchema } from '../../../../src/types/ddl.ts'
import { RawFiles } from './read-raw.ts'

/** So much that files are checked in threads. */
const MUCH = 1 << 30

function jobs(raw: RawFiles, names: readonly string[]): RepairJob[] {
  return names.map((name, i) => ({
    format: 'json',
    file: { path: join(raw.folder, name), displayPath: name },
    target: {
      schema: parseSchema('id BIGINT'),
      rescuedColumn: '_rescued_data',
      onUnknownField: 'fail',
      reservedNames: [],
      options: {},
    },
    copyBase: join(raw.folder, 'copies', String(i)),
  }))
}

const fail = (error: unknown) => {
  throw error
}

test('threads give what the calling thread gives: clean files as they are, copies of dirty ones, new fields', async () => {
  await using raw = await RawFiles.of({
    'a.json': '{"id":1}\n',
    'b.json': '{"id":2}\n{"id":"x"}\n',
    'c.json': '{"id":3,"more":true}\n',
  })
  const [a, b, c] = await repairFiles(jobs(raw, ['a.json', 'b.json', 'c.json']), MUCH, fail)
  expect(a?.lines?.path).toBe(join(raw.folder, 'a.json'))
  expect(readFileSync(b!.lines!.path, 'utf8')).toBe(
    '{"id":2}\n{"_rescued_data":"{\\"id\\":\\"x\\",\\"_file_path\\":\\"b.json\\"}"}\n',
  )
  expect(printSchema(c!.unknown!)).toBe('more BOOLEAN')
})

test('a condition comes out of a thread as itself, and may be passed over', async () => {
  await using raw = await RawFiles.of({ 'a.json': '{"id":1}\n' })
  const both = jobs(raw, ['missing.json', 'a.json'])
  await expect(repairFiles(both, MUCH, fail)).rejects.toMatchObject({
    condition: 'FAILED_READ_FILE.FILE_NOT_EXIST',
    parameters: { path: 'missing.json' },
  })
  const results = await repairFiles(both, MUCH, (error) => {
    expect(isCondition(error, 'FAILED_READ_FILE.FILE_NOT_EXIST')).toBe(true)
  })
  expect(results.map((each) => each?.lines?.path)).toEqual([undefined, join(raw.folder, 'a.json')])
})

import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { watchFile } from '../../src/formats/file-rest.ts'
import { type RepairJob, repairFile } from '../../src/formats/repair-file.ts'
import { LONG, STRING, struct } from '../../src/types/data-type.ts'

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-repair-'))
})

afterEach(() => rmSync(folder, { recursive: true, force: true }))

/** A file of which no line fits as it stands. */
function job(format: 'json' | 'csv', text: string): RepairJob {
  const path = join(folder, `in.${format}`)
  writeFileSync(path, text)
  const schema = struct([
    { name: 'id', dataType: LONG, nullable: true, metadata: {} },
    { name: 'rescued', dataType: STRING, nullable: true, metadata: {} },
  ])
  const options = { header: 'true' }
  const target = {
    schema,
    rescuedColumn: 'rescued',
    onUnknownField: 'rescue',
    reservedNames: [],
    options,
  } as const
  return { format, file: { path, displayPath: path }, target, copyBase: join(folder, 'copy') }
}

describe('copies of files that need repair', () => {
  test.skipIf(!existsSync('/dev/full')).each(['json', 'csv'] as const)(
    'of %s fail by name where the disk is full',
    async (format) => {
      symlinkSync('/dev/full', join(folder, 'copy.json'))
      const work = job(format, format === 'json' ? '{"id": "x"}\n' : 'id\nx\n')
      await expect(repairFile(work)).rejects.toMatchObject({
        condition: 'STORAGE_FULL',
        parameters: { path: join(folder, 'copy'), code: 'ENOSPC' },
      })
    },
  )

  test.skipIf(process.platform === 'win32')(
    'are whole, or an error, where only a part of them is taken',
    () => {
      const work = job('json', '{"id": "x"}\n'.repeat(100))
      const script = `
      const { repairFile } = await import(${JSON.stringify(join(import.meta.dirname, '../../src/formats/repair-file.ts'))})
      await repairFile(${JSON.stringify(work)}).then(() => console.log('done'), (error) => console.log(error.condition))`
      const node = [process.execPath, '--input-type=module', '-e', script]
      const output = execFileSync('bash', ['-c', 'ulimit -f 1; exec "$@"', '-', ...node], {
        encoding: 'utf8',
      })
      expect(output).toBe('STORAGE_ERROR\n')
    },
  )
})

test('a file that may not be looked at is not at rest: who reads it says why', () => {
  const path = join(folder, 'loop')
  symlinkSync(path, path)
  expect(watchFile(path).isAtRest()).toBe(false)
})

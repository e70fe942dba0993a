import { closeSync, mkdirSync, openSync, renameSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'

/** Characters held before they go to disk. */
const BUFFERED_CHARACTERS = 1 << 20

/**
 * Writes one JSON object a line. The file appears under its name when it is whole: until then it is a hidden file, which
 * no reader of the folder takes. Memory stays bounded. Returns the size in bytes.
 */
export function writeJsonLines(file: string, rows: Iterable<object>): number {
  mkdirSync(dirname(file), { recursive: true })
  const hidden = join(dirname(file), `.${basename(file)}.part`)
  const descriptor = openSync(hidden, 'w')
  try {
    let buffer = ''
    for (const row of rows) {
      buffer += `${JSON.stringify(row)}\n`
      if (buffer.length >= BUFFERED_CHARACTERS) {
        writeFileSync(descriptor, buffer)
        buffer = ''
      }
    }
    writeFileSync(descriptor, buffer)
  } finally {
    closeSync(descriptor)
  }
  renameSync(hidden, file)
  return statSync(file).size
}

import { createHash } from 'node:crypto'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { PipelineProject } from './project.ts'

const FILE = 'pipeline-id'

/**
 * The id of a pipeline whose spec gives none. It is derived from the name alone, so that every clone of a
 * project, wherever it lies, owns the same tables; once the first update has kept it in the storage, it stays even when the
 * pipeline gets another name. The form is that of a version 8 UUID (RFC 9562: a custom hash).
 */
export function pipelineId(name: string, storage: string): string {
  return keptId(storage) ?? derivedId(name)
}

/** Keeps the id in the pipeline's storage, where it is not yet. */
export function keepPipelineId({ spec }: PipelineProject): void {
  if (keptId(spec.storage) === spec.id) return
  mkdirSync(spec.storage, { recursive: true })
  writeFileSync(join(spec.storage, FILE), `${spec.id}\n`)
}

function keptId(storage: string): string | undefined {
  try {
    return readFileSync(join(storage, FILE), 'utf8').trim() || undefined
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

function derivedId(name: string): string {
  const bytes = createHash('sha256').update(`millrace pipeline\n${name}`).digest().subarray(0, 16)
  bytes[6] = (bytes[6]! & 0x0f) | 0x80
  bytes[8] = (bytes[8]! & 0x3f) | 0x80
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5')
}

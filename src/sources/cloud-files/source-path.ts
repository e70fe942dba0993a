import { resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { PipelineError } from '../../errors/index.ts'
import { isGlob } from './glob.ts'

/** A path of a source: the folder (or file) from which on to look, and the pattern below it where there is one. */
export interface SourcePath {
  /** Local absolute path without glob characters. */
  readonly root: string
  /** Whole pattern, absolute; undefined for a plain path. */
  readonly pattern?: string
  /** As the user wrote it. */
  readonly written: string
}

/**
 * A path as written, relative to `baseFolder`, or a `file:` URI. Throws CF_UNSUPPORTED_PATH_SCHEME for any other scheme:
 * remote stores are read through their own storage, which is not there yet.
 */
export function sourcePath(written: string, baseFolder: string): SourcePath {
  const local = localPath(written, baseFolder)
  if (!isGlob(local)) return { root: local, written }
  const parts = local.split('/')
  const first = parts.findIndex(isGlob)
  return { root: parts.slice(0, first).join('/') || '/', pattern: local, written }
}

function localPath(written: string, baseFolder: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(written)?.[1]?.toLowerCase()
  if (scheme === 'file') return trimmed(fileURLToPath(written.replace(/^file:\/*/i, 'file:///')))
  if (scheme !== undefined) throw new PipelineError('CF_UNSUPPORTED_PATH_SCHEME', { path: written, scheme })
  return resolve(baseFolder, written)
}

function trimmed(path: string): string {
  return path.length > 1 ? path.replace(/\/+$/, '') : path
}

/** A local path as Spark shows it in `_metadata.file_path`: a `file:` URI with the unsafe characters encoded. */
export function displayPath(local: string): string {
  return pathToFileURL(local).href
}

import { basename } from 'node:path'
import { PipelineError } from '../../errors/index.ts'
import type { DataSource } from '../../plan/relation.ts'
import { type FileFormat, type FilesOptions, parseOptions } from './parse-options.ts'
import { type SourcePath, sourcePath } from './source-path.ts'

/** A files leaf of a query, its options and paths checked: what streaming and batch reading share. */
export interface FilesLeaf {
  readonly source: DataSource
  readonly options: FilesOptions
  readonly paths: readonly SourcePath[]
  /** The paths as the user wrote them. */
  readonly name: string
}

/** Throws the conditions of `parseOptions`, CF_SOURCE_DIRECTORY_PATH_REQUIRED and CF_UNSUPPORTED_PATH_SCHEME. */
export function filesLeaf(source: DataSource, baseFolder: string): FilesLeaf {
  const { position } = source
  const options = parseOptions(source.options, {
    format: source.format,
    hasSchema: source.schema !== undefined,
    ...(position === undefined ? {} : { position }),
  })
  try {
    if (source.paths.length === 0) throw new PipelineError('CF_SOURCE_DIRECTORY_PATH_REQUIRED', {})
    const paths = source.paths.map((each) => sourcePath(each, baseFolder))
    return { source, options, paths, name: source.paths.join(',') }
  } catch (error) {
    if (error instanceof PipelineError) throw error.at(position === undefined ? {} : { position })
    throw error
  }
}

const ENDINGS: Readonly<Record<string, FileFormat>> = {
  json: 'json',
  jsonl: 'json',
  ndjson: 'json',
  csv: 'csv',
  tsv: 'csv',
  parquet: 'parquet',
  txt: 'text',
}

/** The format that was given, or that the files' names tell. Throws CF_FILE_FORMAT_REQUIRED when neither does. */
export function formatOf(options: FilesOptions, files: readonly { readonly path: string }[]): FileFormat {
  if (options.format !== undefined) return options.format
  for (const { path } of files) {
    const ending = basename(path)
      .toLowerCase()
      .replace(/\.(gz|zst|deflate|snappy)$/, '')
      .split('.')
      .at(-1)
    const format = ENDINGS[ending ?? '']
    if (format !== undefined) return format
  }
  throw new PipelineError('CF_FILE_FORMAT_REQUIRED', {})
}

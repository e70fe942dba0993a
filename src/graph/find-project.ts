import { existsSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { PipelineError } from '../errors/index.ts'
import type { PipelineProject } from './project.ts'
import { parseSpec } from './spec.ts'

const SPEC_FILES = [
  'pipeline.yml',
  'pipeline.yaml',
  'pipeline.json',
  'spark-pipeline.yml',
  'spark-pipeline.yaml',
]

export interface FindProjectOptions {
  /** The spec file, or the folder that holds it, in place of searching. Relative to the start folder. */
  readonly spec?: string
  /** Configuration values that override those of the spec (`--set key=value`). */
  readonly set?: Readonly<Record<string, string>>
}

/**
 * The pipeline that a folder belongs to: its spec is `pipeline.yml`, `.yaml`, `.json` or Spark's `spark-pipeline.yml`, in that
 * folder or the nearest parent that has one. Throws PIPELINE_SPEC_FILE_NOT_FOUND, PIPELINE_SPEC_NOT_READABLE, MULTIPLE_PIPELINE_SPEC_FILES_FOUND and
 * the conditions of `parseSpec`.
 */
export async function findProject(
  startFolder: string,
  options: FindProjectOptions = {},
): Promise<PipelineProject> {
  const path =
    options.spec === undefined ? searchUpwards(resolve(startFolder)) : resolve(startFolder, options.spec)
  const specPath = isFolder(path) ? specIn(path) : path
  if (specPath === undefined) throw new PipelineError('PIPELINE_SPEC_FILE_NOT_FOUND', { dir_path: path })
  if (!existsSync(specPath)) {
    throw new PipelineError('PIPELINE_SPEC_NOT_READABLE', {
      file: specPath,
      reason: 'there is no such file.',
    })
  }
  const folder = dirname(specPath)
  const specFile = basename(specPath)
  const spec = await parseSpec(readFileSync(specPath, 'utf8'), {
    folder,
    file: specFile,
    set: options.set ?? {},
  })
  return { folder, specFile, spec }
}

function searchUpwards(start: string): string {
  for (let folder = start; ; folder = dirname(folder)) {
    const found = specIn(folder)
    if (found !== undefined) return found
    if (folder === dirname(folder)) {
      throw new PipelineError('PIPELINE_SPEC_FILE_NOT_FOUND', { dir_path: start })
    }
  }
}

function specIn(folder: string): string | undefined {
  const found = SPEC_FILES.filter((name) => existsSync(join(folder, name)))
  if (found.length > 1) {
    const files = found.join(', ')
    throw new PipelineError('MULTIPLE_PIPELINE_SPEC_FILES_FOUND', { dir_path: folder, files })
  }
  return found[0] === undefined ? undefined : join(folder, found[0])
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false
}

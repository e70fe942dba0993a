import { PipelineError } from '../errors/index.ts'

/**
 * A path that stays below the storage's root, unchanged. A log or a manifest made elsewhere must not reach other files.
 * Throws STORAGE_PATH_OUTSIDE_ROOT.
 */
export function checkedPath(root: string, path: string): string {
  if (path.startsWith('/') || path.includes('\0') || /(^|[/\\])\.\.([/\\]|$)/.test(path)) {
    throw new PipelineError('STORAGE_PATH_OUTSIDE_ROOT', { path, root })
  }
  return path
}

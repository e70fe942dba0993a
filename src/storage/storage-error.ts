import { PipelineError } from '../errors/index.ts'

/** The operating system's code of an error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}

/** The condition for a failed call of the file system; conditions pass unchanged. `action` is a verb, as in "cannot {action} {path}". */
export function storageError(action: string, path: string, error: unknown): PipelineError {
  if (error instanceof PipelineError) return error
  const code = errorCode(error)
  const context = { cause: error }
  switch (code) {
    case 'ENOSPC':
    case 'EDQUOT':
      return new PipelineError('STORAGE_FULL', { path, code }, context)
    case 'EEXIST':
      return new PipelineError('STORAGE_OBJECT_EXISTS', { path }, context)
    case 'EPERM':
    case 'ENOSYS':
    case 'ENOTSUP':
    case 'EOPNOTSUPP':
      if (isLink(error)) return new PipelineError('STORAGE_WITHOUT_LINKS', { path, code }, context)
  }
  const detail = error instanceof Error ? error.message : String(error)
  return new PipelineError('STORAGE_ERROR', { action, path, detail }, context)
}

function isLink(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'link'
}

import { type Stats, statSync } from 'node:fs'

/** A file that was written to within so many milliseconds may be written to again at any moment. */
const UNREST_MS = 1000

/**
 * Watches a file while it is checked. `isAtRest` tells afterwards whether what was checked is what the next reader will
 * find: nothing was written meanwhile, nor a moment before.
 */
export function watchFile(path: string): { isAtRest(): boolean } {
  const before = statOf(path)
  return {
    isAtRest() {
      const after = statOf(path)
      if (before === undefined || after === undefined) return false
      return (
        before.size === after.size &&
        before.mtimeMs === after.mtimeMs &&
        before.ino === after.ino &&
        after.mtimeMs + UNREST_MS < Date.now()
      )
    },
  }
}

/** Undefined also where a folder on the way may not be entered: who reads the file says so by its name. */
function statOf(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch {
    return undefined
  }
}

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

let collectGarbage: (() => void) | undefined

/**
 * Frees what results hold that nothing refers to any more. DuckDB frees a result with the object that stands for it; the
 * collector sees an object of some bytes, and leaves those that have grown old for minutes. The process stands still meanwhile.
 */
export function freeResults(): void {
  if (collectGarbage === undefined) {
    setFlagsFromString('--expose-gc')
    collectGarbage = runInNewContext('gc') as () => void
  }
  collectGarbage()
}

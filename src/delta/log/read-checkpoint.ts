import { PipelineError } from '../../errors/index.ts'
import type { Storage } from '../../storage/storage.ts'
import { decodePath, fileKey } from '../files/file-path.ts'
import type { DeltaPort } from '../port.ts'
import { fileProblem } from './action-checks.ts'
import { parseAction, parseLines } from './action-json.ts'
import type { Action, AddFile, Sidecar } from './actions.ts'
import { SIDECAR_FOLDER } from './log-files.ts'

/**
 * The rows of a checkpoint of any kind, then those of the sidecars that it names (PROTOCOL.md, Checkpoints), a chunk at a
 * time. Throws DELTA_INVALID_LOG_FILE, with the file named, for one that is missing or cannot be read. Without `sidecars`
 * only the rows that name them.
 */
export async function* readCheckpoint(
  storage: Storage,
  port: DeltaPort,
  paths: readonly string[],
  options: { readonly sidecars: boolean } = { sidecars: true },
): AsyncIterable<Action[]> {
  const sidecars: Sidecar[] = []
  for await (const actions of fileRows(storage, port, paths)) {
    for (const { sidecar } of actions) if (sidecar) sidecars.push(sidecar)
    yield actions
  }
  if (!options.sidecars) return
  for (const sidecar of sidecars) {
    const path = sidecarPath(sidecar.path)
    const found = (await storage.stat(path))?.sizeBytes
    if (found === undefined) throw invalid(storage, path, 'it is missing')
    if (found !== sidecar.sizeInBytes) {
      throw invalid(storage, path, `it has ${found} bytes where its checkpoint says ${sidecar.sizeInBytes}`)
    }
    yield* fileRows(storage, port, [path])
  }
}

/** Path of a sidecar file: a name in the folder of sidecars, or a path relative to the table. */
export function sidecarPath(path: string): string {
  const decoded = decodePath(path)
  return decoded.includes('/') ? decoded : `${SIDECAR_FOLDER}/${decoded}`
}

async function* fileRows(
  storage: Storage,
  port: DeltaPort,
  paths: readonly string[],
): AsyncIterable<Action[]> {
  const first = paths[0]!
  const name = `${storage.name}/${first}`
  if (first.endsWith('.json')) {
    const bytes = await storage.read(first)
    if (bytes === undefined) throw invalid(storage, first, 'it is missing')
    yield distinct([...parseLines(bytes, name)], name)
    return
  }
  const local = await Promise.all(paths.map((path) => storage.localize(path)))
  const place = paths.length === 1 ? name : `${name} and its ${paths.length - 1} other parts`
  try {
    for await (const { rows = [], adds = [] } of port.readActions(local)) {
      if (rows.length > 0) yield rows.map((row) => parseAction(row, () => place))
      if (adds.length > 0) yield adds.map((add) => checkedAdd(add, place))
    }
  } catch (cause) {
    if (!(cause instanceof PipelineError)) {
      throw invalid(storage, first, cause instanceof Error ? cause.message : String(cause), cause)
    }
    const damaged = paths[local.indexOf(String(cause.parameters.place))]
    throw damaged === undefined ? cause : invalid(storage, damaged, String(cause.parameters.detail), cause)
  }
}

/** Lines of a JSON checkpoint, of which damage may have doubled one: each file and each sidecar stands there once. */
function distinct(actions: Action[], place: string): Action[] {
  const seen = new Set<string>()
  for (const { add, sidecar } of actions) {
    const key = add === undefined ? sidecar?.path : fileKey(add)
    if (key === undefined) continue
    if (seen.has(key))
      throw new PipelineError('DELTA_INVALID_LOG_FILE', { place, detail: `it names ${key} twice` })
    seen.add(key)
  }
  return actions
}

function checkedAdd(add: AddFile, place: string): Action {
  const detail = fileProblem(add, true)
  if (detail === undefined) return { add }
  throw new PipelineError('DELTA_INVALID_LOG_FILE', { place, detail })
}

function invalid(storage: Storage, path: string, detail: string, cause?: unknown): PipelineError {
  return new PipelineError('DELTA_INVALID_LOG_FILE', { place: `${storage.name}/${path}`, detail }, { cause })
}

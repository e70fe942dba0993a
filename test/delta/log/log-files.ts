import type { Storage } from '../../../src/storage/index.ts'

/** Path of a file in the log, of a version; without `rest` that of the commit. */
export const logPath = (version: number, rest = 'json'): string =>
  `_delta_log/${version.toString().padStart(20, '0')}.${rest}`

/** Names in the log folder, sorted. */
export async function logNames(storage: Storage): Promise<string[]> {
  const files = await Array.fromAsync(storage.list('_delta_log', { recursive: true }))
  return files.map(({ path }) => path.slice('_delta_log/'.length)).sort()
}

export async function putText(storage: Storage, path: string, text: string): Promise<void> {
  await storage.put(path, new TextEncoder().encode(text))
}

export async function readJson(storage: Storage, path: string): Promise<Record<string, unknown>> {
  return JSON.parse(new TextDecoder().decode(await storage.read(path))) as Record<string, unknown>
}

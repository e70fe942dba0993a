import { PipelineError } from '../errors/index.ts'

/** Names one kind of durable file of ours and the newest version of it that this code reads and writes. */
export interface DurableFormat {
  /** `millrace.batch-offsets`; stands in each file. */
  readonly name: string
  readonly version: number
}

/** The file as one line of JSON: the format's name and version, then the fields of `body`. */
export function encodeDurable(format: DurableFormat, body: object = {}): Uint8Array {
  return new TextEncoder().encode(
    `${JSON.stringify({ format: format.name, version: format.version, ...body })}\n`,
  )
}

/**
 * The fields of a file that `encodeDurable` wrote, of this format version or an older one.
 * Throws UNSUPPORTED_FORMAT_VERSION for a newer version and DAMAGED_FILE for anything else.
 */
export function decodeDurable(
  bytes: Uint8Array,
  format: DurableFormat,
  place: { readonly storage: string; readonly path: string },
): Readonly<Record<string, unknown>> {
  const damaged = (detail: string, cause?: unknown) =>
    new PipelineError('DAMAGED_FILE', { ...place, format: format.name, detail }, { cause })
  const content = parseObject(new TextDecoder().decode(bytes))
  if (content === undefined) throw damaged('it does not hold a JSON object')
  if (content.format !== format.name) throw damaged(`it says '${String(content.format)}'`)
  if (!Number.isSafeInteger(content.version)) throw damaged(`its version is '${String(content.version)}'`)
  if ((content.version as number) > format.version) {
    throw new PipelineError('UNSUPPORTED_FORMAT_VERSION', {
      path: place.path,
      format: format.name,
      found: String(content.version),
      supported: String(format.version),
    })
  }
  return content
}

function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined
  } catch {
    return undefined
  }
}

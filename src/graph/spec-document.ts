import type { Document, LineCounter, Node, Pair } from 'yaml'
import { PipelineError, type Position } from '../errors/index.ts'

/** A spec file's values, each with the place where it stands. JSON is read as the YAML that it is. */
export interface SpecDocument {
  /** Plain values by field, none of an empty file; numbers and booleans as YAML reads them. */
  readonly value: Readonly<Record<string, unknown>>
  /** Where a field's value stands, by its path from the root; the nearest parent's place if it is absent. */
  position(...path: readonly (string | number)[]): Position
  /** Where a field's name stands. */
  keyPosition(...path: readonly (string | number)[]): Position
  /** A scalar's text as it was written, so that `1.50` stays `1.50`; undefined for lists, maps and nothing. */
  text(...path: readonly (string | number)[]): string | undefined
}

/** Reads YAML or JSON. Throws PIPELINE_SPEC_NOT_READABLE with the place of the mistake. */
export async function readSpecDocument(text: string, file: string): Promise<SpecDocument> {
  const yaml = await import('yaml')
  const lines = new yaml.LineCounter()
  const document = yaml.parseDocument(text, { lineCounter: lines, prettyErrors: false })
  const placeAt = (offset: number | undefined) => positionAt(lines, file, offset)
  const notReadable = (reason: string, offset = 0) =>
    new PipelineError('PIPELINE_SPEC_NOT_READABLE', { file, reason }, { position: placeAt(offset) })
  const mistake = document.errors[0]
  if (mistake !== undefined) throw notReadable(mistake.message, mistake.pos[0])
  const value: unknown = document.toJS() ?? {}
  if (typeof value !== 'object' || Array.isArray(value)) {
    throw notReadable('it must hold fields, such as name: shop, not a list or a text')
  }
  return {
    value: value as Readonly<Record<string, unknown>>,
    position: (...path) => placeAt(nearestNode(document, path)?.range?.[0]),
    keyPosition: (...path) => placeAt(keyOf(document, path, yaml)?.range?.[0]),
    text: (...path) => {
      const node = document.getIn(path, true)
      if (!yaml.isScalar(node) || node.value === null) return undefined
      return typeof node.value === 'string' ? node.value : (node.source ?? String(node.value))
    },
  }
}

function nearestNode(document: Document, path: readonly (string | number)[]): Node | undefined {
  for (let length = path.length; length > 0; length--) {
    const node = document.getIn(path.slice(0, length), true)
    if (node !== undefined && node !== null) return node as Node
  }
  return undefined
}

function keyOf(
  document: Document,
  path: readonly (string | number)[],
  yaml: typeof import('yaml'),
): Node | undefined {
  const parent = path.length === 1 ? document.contents : document.getIn(path.slice(0, -1), true)
  if (!yaml.isMap(parent)) return nearestNode(document, path)
  const isWanted = (pair: Pair) => yaml.isScalar(pair.key) && String(pair.key.value) === String(path.at(-1))
  return parent.items.find(isWanted)?.key as Node | undefined
}

function positionAt(lines: LineCounter, file: string, offset = 0): Position {
  const { line, col } = lines.linePos(offset)
  return { file, line: Math.max(line, 1), column: Math.max(col, 1) }
}

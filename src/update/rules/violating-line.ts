import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { EngineSession } from '../../engine/engine.ts'
import { fileChunks } from '../../formats/file-chunks.ts'
import { alias, call, FALSE, filter, intLiteral, project } from '../../plan/build.ts'
import type { Expression } from '../../plan/expression.ts'
import type { Relation, Rule, Scan } from '../../plan/relation.ts'
import { transform } from '../../plan/rewrite.ts'
import type { FilesScan, RawFile } from '../../plan/scan.ts'
import { errorCode } from '../../storage/storage-error.ts'

/** Larger files are not searched. */
const LARGEST = 64 << 20
const LF = 10

/**
 * The first line, from 1, of a raw file that becomes a row which breaks the rule: the query is run over halves of the file
 * until one line is left. Undefined where lines are not rows (other formats than JSON lines), for large files, and where the
 * halves cannot be written: the search must not hide the violation.
 */
export async function lineOfViolation(
  session: EngineSession,
  query: Relation,
  leaf: Scan,
  file: string,
  rule: Rule,
): Promise<number | undefined> {
  const raw = fileOfLines(leaf, file)
  if (raw === undefined) return undefined
  const lines = await linesOf(raw)
  const folder = temporaryFolder()
  if (folder === undefined) return undefined
  const isIn = (from: number, to: number) => {
    const path = join(folder, `${from}-${to}.json`)
    const bytes = Buffer.concat(lines.slice(from, to))
    writeFileSync(path, bytes)
    return hasViolation(session, over(query, leaf, { ...raw, path, sizeBytes: bytes.length }), rule)
  }
  try {
    let [from, to] = [0, lines.length]
    while (to - from > 1) {
      const middle = (from + to) >> 1
      if (await isIn(from, middle)) to = middle
      else from = middle
    }
    return (await isIn(from, to)) ? from + 1 : undefined
  } catch (error) {
    if (errorCode(error) === undefined) throw error
    return undefined
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function temporaryFolder(): string | undefined {
  try {
    return mkdtempSync(join(tmpdir(), 'millrace-lines-'))
  } catch {
    return undefined
  }
}

/** The rule's condition IS NOT TRUE. */
export function isBroken(rule: Rule): Expression {
  return call('not', call('coalesce', rule.condition, FALSE))
}

function fileOfLines({ input }: Scan, file: string): RawFile | undefined {
  if (input.kind !== 'files' || input.format !== 'json' || input.options.multiLine === 'true')
    return undefined
  return input.files.find((each) => each.displayPath === file && each.sizeBytes <= LARGEST)
}

/** The lines with their ends, decompressed. */
async function linesOf({ path, displayPath }: RawFile): Promise<Buffer[]> {
  const lines: Buffer[] = []
  for await (const { bytes, end } of fileChunks(path, displayPath)) {
    const content = Buffer.from(bytes.subarray(0, end))
    for (let from = 0; from < end; ) {
      const next = content.indexOf(LF, from)
      const to = next === -1 ? end : next + 1
      lines.push(content.subarray(from, to))
      from = to
    }
  }
  return lines
}

function over(query: Relation, leaf: Scan, file: RawFile): Relation {
  const input: FilesScan = { ...(leaf.input as FilesScan), files: [file] }
  return transform(query, (node) => (node === leaf ? { ...leaf, input } : node))
}

async function hasViolation(session: EngineSession, rows: Relation, rule: Rule): Promise<boolean> {
  const found = await session.rows({
    kind: 'Limit',
    input: project(filter(rows, isBroken(rule)), [alias(intLiteral(1), 'found')]),
    limit: intLiteral(1),
  })
  return found.length > 0
}

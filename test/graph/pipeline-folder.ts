import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { onTestFinished } from 'vitest'
import type { PipelineError } from '../../src/errors/index.ts'
import { UnresolvedPipelineError } from '../../src/errors/index.ts'
import {
  findProject,
  loadGraph,
  type PipelineProject,
  type ResolveContext,
  type ResolvedGraph,
  resolveGraph,
} from '../../src/graph/index.ts'

/** Files of a pipeline by path. Without a spec among them it is called `test`. */
export type Files = Readonly<Record<string, string>>

/** What tests of a graph may say of the world outside of it. */
export interface World {
  readonly set?: Readonly<Record<string, string>>
  readonly context?: Partial<ResolveContext>
}

const EMPTY_WORLD: ResolveContext = {
  externalSchema: () => undefined,
  sourceSchema: (source) =>
    source.kind === 'DataSource' && source.schema !== undefined ? { schema: source.schema } : undefined,
}

/** A folder with these files, removed after the test. */
export function folderWith(files: Files): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-graph-')))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  return folder
}

/** The project in a fresh folder with these files. */
export function projectOf(
  files: Files,
  set: Readonly<Record<string, string>> = {},
): Promise<PipelineProject> {
  const spec = 'name: test\nlibraries:\n  - glob: {include: "**"}\n'
  return findProject(folderWith({ 'pipeline.yml': spec, ...files }), { set })
}

/** Loads and resolves the pipeline that these files are. */
export async function graphOf(files: Files, world: World = {}): Promise<ResolvedGraph> {
  const project = await projectOf(files, world.set)
  return resolveGraph(await loadGraph(project), project, { ...EMPTY_WORLD, ...world.context })
}

/** What is wrong with the pipeline that these files are, in the order of the report. */
export async function failuresOf(files: Files, world: World = {}): Promise<readonly PipelineError[]> {
  return (await unresolved(files, world)).failures
}

/** The error that tells all that is wrong with the pipeline that these files are. */
export async function unresolved(files: Files, world: World = {}): Promise<UnresolvedPipelineError> {
  const outcome = await graphOf(files, world).catch((error: unknown) => error)
  if (outcome instanceof UnresolvedPipelineError) return outcome
  throw outcome instanceof Error ? outcome : new Error('the pipeline has no errors')
}

/** An error as tests compare it: condition, place as `file:line:column`, and the parameters asked for. */
export function summaryOf(error: PipelineError, ...parameters: readonly string[]): object {
  const { file, line, column } = error.position ?? { line: 0, column: 0 }
  return {
    condition: error.condition,
    at: `${file}:${line}:${column}`,
    ...Object.fromEntries(parameters.map((name) => [name, error.parameters[name]])),
  }
}

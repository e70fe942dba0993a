import { resolve } from 'node:path'
import type { Catalog } from '../../catalog/index.ts'
import { type DeltaPort, DeltaTable, deltaScanOf, type Snapshot } from '../../delta/index.ts'
import { PipelineError } from '../../errors/index.ts'
import type { PipelineProject } from '../../graph/project.ts'
import type { DataSource, Read, Relation } from '../../plan/relation.ts'
import { type FilesInputContext, resolveFiles } from '../../sources/cloud-files/index.ts'
import { localStorage } from '../../storage/index.ts'
import { isFiles } from '../../update/inputs/input-factory.ts'
import { pointInTime } from '../../update/inputs/time-travel.ts'
import type { LazyEngine } from '../../update/lazy-engine.ts'
import { catalogOf } from '../known-pipeline.ts'

/** A table that a console command named, opened. */
export interface ConsoleTable {
  /** As the user wrote it: the alias of its columns. */
  readonly alias: string | undefined
  /** Absolute path. */
  readonly folder: string
  readonly delta: DeltaTable
  /** The version asked for, by default the newest. */
  readonly snapshot: Snapshot
}

/** Leaves of a query: tables by name or path, files. */
export type TableLeaf = Read | DataSource

/** Tables by name (those of the pipeline in whose folder the console works) and by path. */
export class ConsoleTables {
  readonly #catalog: Catalog | undefined
  readonly #port: DeltaPort
  readonly #files: FilesInputContext

  constructor(project: PipelineProject | undefined, engine: LazyEngine, cwd: string) {
    this.#catalog = project === undefined ? undefined : catalogOf(project)
    this.#port = engine.deltaPort
    this.#files = { baseFolder: cwd, reader: engine.fileSchemaReader }
  }

  /** Throws TABLE_OR_VIEW_NOT_FOUND, DELTA_PATH_DOES_NOT_EXIST, and for a version that is not there the log's conditions. */
  async open(leaf: TableLeaf): Promise<ConsoleTable> {
    const folder =
      leaf.kind === 'Read' ? this.#folderOf(leaf) : resolve(this.#files.baseFolder, leaf.paths[0]!)
    const delta = await DeltaTable.open(localStorage(folder), this.#port)
    const { timeTravel } = leaf
    return {
      alias: leaf.kind === 'Read' ? leaf.name.at(-1) : undefined,
      folder,
      delta,
      snapshot:
        timeTravel === undefined
          ? delta.snapshot
          : await delta.snapshotAt(pointInTime(timeTravel, leaf.position)),
    }
  }

  /** The rows of a table, or of files, as a relation that an engine can read. */
  async scan(leaf: TableLeaf): Promise<Relation> {
    if (isFiles(leaf)) {
      const { input, schema, hidden } = await resolveFiles(leaf, this.#files)
      return { kind: 'Scan', input, schema, hidden }
    }
    const { alias, folder, snapshot } = await this.open(leaf)
    const input = await deltaScanOf(snapshot, localStorage(folder))
    const scan: Relation = { kind: 'Scan', input, schema: snapshot.metadata.schema }
    return alias === undefined ? scan : { kind: 'SubqueryAlias', input: scan, alias, position: leaf.position }
  }

  /** Names of all tables in reach, whole and in short where the pipeline's defaults complete them. */
  names(): string[] {
    return (this.#catalog?.list() ?? []).flatMap(({ name }) => {
      const whole = [name.catalog, name.schema, name.table]
      return [whole, whole.slice(1), whole.slice(2)].map((parts) => parts.join('.'))
    })
  }

  #folderOf({ name, position }: Read): string {
    if (this.#catalog !== undefined) return this.#catalog.find(name, position).folder
    throw new PipelineError(
      'TABLE_OR_VIEW_NOT_FOUND',
      {
        relationName: name.join('.'),
        suggestion:
          'No pipeline is in this folder or above: name the table by its path, as in delta.`path/to/table`.',
      },
      { position },
    )
  }
}

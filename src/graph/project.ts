import type { SecretSource } from './secrets.ts'

/** A pipeline's folder and its settings, as `pipeline.yml` or `pipeline.json` gives them. */
export interface PipelineProject {
  /** Absolute path of the folder that holds the spec. */
  readonly folder: string
  readonly specFile: string
  readonly spec: PipelineSpec
}

/** The settings that mean something here, with their defaults filled in. Fields without meaning are kept in `ignored`. */
export interface PipelineSpec {
  readonly id: string
  readonly name: string
  readonly catalog: string
  readonly schema: string
  /** Absolute path: checkpoints, journals, state, event log. */
  readonly storage: string
  /** Absolute path: the tables. */
  readonly warehouse: string
  readonly configuration: Readonly<Record<string, string>>
  /** Globs of definition files, relative to the folder. */
  readonly libraries: readonly string[]
  /** Tables elsewhere, by qualified name: absolute paths. */
  readonly tables: Readonly<Record<string, string>>
  /** Where the values of secrets are kept, by name; the others are environment variables of their own name. */
  readonly secrets: Readonly<Record<string, SecretSource>>
  readonly continuous: boolean
  readonly development: boolean
  /** Fields of Databricks' spec that are kept and have no effect here. */
  readonly ignored: readonly string[]
}

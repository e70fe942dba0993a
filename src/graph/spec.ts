import { resolve } from 'node:path'
import { nearest, PipelineError } from '../errors/index.ts'
import { isSetting, SETTING_KEYS, setting } from '../settings/settings.ts'
import { pipelineId } from './pipeline-id.ts'
import type { PipelineSpec } from './project.ts'
import type { SecretSource } from './secrets.ts'
import { readSpecDocument, type SpecDocument } from './spec-document.ts'

/** Where a spec stands and what overrides it. */
export interface SpecSource {
  /** Absolute path of its folder. */
  readonly folder: string
  /** Its file name, for positions. */
  readonly file: string
  readonly set: Readonly<Record<string, string>>
}

const FIELDS = [
  'id',
  'name',
  'catalog',
  'schema',
  'storage',
  'warehouse',
  'configuration',
  'libraries',
  'tables',
  'secrets',
  'engine',
  'continuous',
  'development',
]

/** Databricks' and Spark's other names of `schema`. */
const SCHEMA_ALIASES = ['database', 'target']

/** Fields of Databricks' PipelineSpec that have no effect here. */
const IGNORED_FIELDS = [
  'allow_duplicate_names',
  'budget_policy_id',
  'channel',
  'clusters',
  'deployment',
  'dry_run',
  'edition',
  'environment',
  'event_log',
  'filters',
  'gateway_definition',
  'ingestion_definition',
  'notifications',
  'parameters',
  'photon',
  'restart_window',
  'rewind_generation_interval',
  'root_path',
  'run_as',
  'serverless',
  'tags',
  'trigger',
  'usage_policy_id',
]

const DEFAULT_LIBRARIES = ['transformations/**']

/** Libraries of Databricks that are not definitions. */
const IGNORED_LIBRARIES = ['jar', 'maven', 'whl']

/**
 * The settings of a pipeline from the text of its spec, YAML or JSON, with defaults filled in and paths made absolute.
 * Throws the PIPELINE_SPEC_* conditions with the place in the file.
 */
export async function parseSpec(text: string, source: SpecSource): Promise<PipelineSpec> {
  const document = await readSpecDocument(text, source.file)
  const fields = new SpecFields(document)
  fields.checkNames()
  const name = fields.requiredText('name')
  const storage = localFolder(fields, 'storage', './.millrace', source.folder)
  const libraries = fields.libraries()
  fields.checkEngine()
  return {
    id: fields.text('id') ?? pipelineId(name, storage),
    name,
    catalog: fields.text('catalog') ?? 'spark_catalog',
    schema: fields.schema() ?? 'default',
    storage,
    warehouse: localFolder(fields, 'warehouse', './warehouse', source.folder),
    configuration: checkedSettings(overridden(fields.texts('configuration'), source.set), document),
    libraries: libraries.patterns,
    tables: absolutePaths(fields.texts('tables'), source.folder),
    secrets: fields.secrets(),
    continuous: fields.flag('continuous'),
    development: fields.flag('development'),
    ignored: [...fields.ignored(), ...libraries.ignored],
  }
}

/**
 * The configuration with what `--set` overrides. A key may be new, as parameters can have defaults; one that is nearly a key of the
 * spec is a slip of the pen. Throws SQL_CONF_NOT_FOUND.
 */
function overridden(
  configuration: Readonly<Record<string, string>>,
  set: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const known = [...Object.keys(configuration), ...SETTING_KEYS]
  for (const key of Object.keys(set)) {
    // Keys of one to three letters are near everything.
    const near = known.includes(key) || key.length <= 3 ? undefined : nearest(key, known)
    if (near === undefined) continue
    const suggestion = `Did you mean '${near}'? A key of its own stands under \`configuration:\` in the spec.`
    throw new PipelineError('SQL_CONF_NOT_FOUND', { sqlConf: key, suggestion })
  }
  return { ...configuration, ...set }
}

/**
 * Settings are judged before anything runs. Throws PIPELINE_SPEC_INVALID_FIELD and SQL_CONF_NOT_FOUND with the place in the
 * spec.
 */
function checkedSettings(
  configuration: Readonly<Record<string, string>>,
  document: SpecDocument,
): Readonly<Record<string, string>> {
  for (const key of Object.keys(configuration)) {
    try {
      if (isSetting(key)) setting(configuration, key)
      else if (key.startsWith('duckdb.')) throw unknownEngineSetting(key)
    } catch (error) {
      if (error instanceof PipelineError) error.at({ position: document.position('configuration', key) })
      throw error
    }
  }
  return configuration
}

/** The engine's settings are all known; any other key may be a parameter of the pipeline, or mean something to Databricks. */
function unknownEngineSetting(key: string): PipelineError {
  const known = SETTING_KEYS.filter((each) => each.startsWith('duckdb.'))
  const near = nearest(key, known)
  const suggestion =
    near === undefined ? `Those of the engine are ${known.join(', ')}.` : `Did you mean '${near}'?`
  return new PipelineError('SQL_CONF_NOT_FOUND', { sqlConf: key, suggestion })
}

/** Typed access to the fields of a spec, each with its own error. */
class SpecFields {
  readonly #document: SpecDocument
  readonly #root: Readonly<Record<string, unknown>>

  constructor(document: SpecDocument) {
    this.#document = document
    this.#root = document.value
  }

  checkNames(): void {
    const known = [...FIELDS, ...SCHEMA_ALIASES, ...IGNORED_FIELDS]
    for (const field of Object.keys(this.#root)) {
      if (known.includes(field)) continue
      const near = nearest(field, known)
      const suggestion =
        near === undefined ? `Its fields are ${FIELDS.join(', ')}.` : `Did you mean '${near}'?`
      const position = this.#document.keyPosition(field)
      throw new PipelineError(
        'PIPELINE_SPEC_UNEXPECTED_FIELD',
        { field_name: field, suggestion },
        { position },
      )
    }
  }

  ignored(): string[] {
    return IGNORED_FIELDS.filter((field) => Object.hasOwn(this.#root, field))
  }

  checkEngine(): void {
    const engine = this.text('engine') ?? 'duckdb'
    if (engine !== 'duckdb') this.#refuse(['engine'], "'duckdb'", engine)
  }

  text(...path: readonly string[]): string | undefined {
    const value = this.#at(path)
    if (value === undefined || value === null) return undefined
    if (typeof value === 'object') this.#refuse(path, 'a text', value)
    return this.#document.text(...path)
  }

  requiredText(field: string): string {
    const text = this.text(field)
    if (text !== undefined && text !== '') return text
    const position = this.#document.position()
    throw new PipelineError('PIPELINE_SPEC_MISSING_REQUIRED_FIELD', { field_name: field }, { position })
  }

  flag(field: string): boolean {
    const value = this.#root[field] ?? false
    if (typeof value !== 'boolean') this.#refuse([field], 'true or false', value)
    return value as boolean
  }

  /** A map whose values are texts; numbers and booleans are taken as they were written. */
  texts(field: string): Readonly<Record<string, string>> {
    const map = this.#record([field])
    return Object.fromEntries(Object.keys(map).map((key) => [key, this.text(field, key) ?? '']))
  }

  schema(): string | undefined {
    const given = ['schema', ...SCHEMA_ALIASES].filter((field) => this.text(field) !== undefined)
    const [first, ...others] = given
    const other = others.find((field) => this.text(field) !== this.text(first!))
    if (other === undefined) return first === undefined ? undefined : this.text(first)
    const position = this.#document.keyPosition(other)
    throw new PipelineError(
      'PIPELINE_SPEC_CONFLICTING_FIELDS',
      { first: first!, second: other },
      { position },
    )
  }

  secrets(): Readonly<Record<string, SecretSource>> {
    const names = Object.keys(this.#record(['secrets']))
    return Object.fromEntries(names.map((name) => [name, this.#secret(name)]))
  }

  libraries(): { patterns: readonly string[]; ignored: readonly string[] } {
    const libraries = this.#root.libraries ?? []
    if (!Array.isArray(libraries)) this.#refuse(['libraries'], 'a list', libraries)
    const list = libraries as readonly unknown[]
    const patterns = list.map((library, index) => this.#library(library, index))
    const ignored = list.flatMap((library) =>
      IGNORED_LIBRARIES.filter((kind) => isRecord(library) && kind in library),
    )
    return {
      patterns: list.length === 0 ? DEFAULT_LIBRARIES : patterns.filter((each) => each !== undefined),
      ignored: [...new Set(ignored)].map((kind) => `libraries.${kind}`),
    }
  }

  refuseRemote(field: string, value: string): never {
    return this.#refuse([field], 'a local folder', value)
  }

  #library(library: unknown, index: number): string | undefined {
    const expected = '{glob: {include: pattern}} or {file: {path: path}}'
    if (!isRecord(library)) return this.#refuse(['libraries', index], expected, library)
    if (IGNORED_LIBRARIES.some((kind) => kind in library)) return undefined
    const { glob, file, notebook } = library
    const pattern =
      (isRecord(glob) && glob.include) ||
      (isRecord(file) && file.path) ||
      (isRecord(notebook) && notebook.path)
    return typeof pattern === 'string' ? pattern : this.#refuse(['libraries', index], expected, library)
  }

  #secret(name: string): SecretSource {
    const env = this.#at(['secrets', name, 'env'])
    if (typeof env === 'string') return { env }
    const file = this.#at(['secrets', name, 'file'])
    if (typeof file === 'string') return { file }
    return this.#refuse(['secrets', name], '{env: VARIABLE} or {file: path}', 'something else')
  }

  #record(path: readonly string[]): Readonly<Record<string, unknown>> {
    const value = this.#at(path) ?? {}
    if (!isRecord(value)) this.#refuse(path, 'a map', value)
    return value as Readonly<Record<string, unknown>>
  }

  #at(path: readonly string[]): unknown {
    let value: unknown = this.#root
    for (const key of path) {
      if (!isRecord(value) || !Object.hasOwn(value, key)) return undefined
      value = value[key]
    }
    return value
  }

  #refuse(path: readonly (string | number)[], expected: string, actual: unknown): never {
    const parameters = { field_name: path.join('.'), expected, actual: describe(actual) }
    const position = this.#document.position(...path)
    throw new PipelineError('PIPELINE_SPEC_INVALID_FIELD', parameters, { position })
  }
}

function localFolder(fields: SpecFields, field: string, byDefault: string, folder: string): string {
  const path = (fields.text(field) ?? byDefault).replace(/^file:(\/\/)?(?=\/)/, '')
  if (/^[a-z][a-z0-9+.-]+:/i.test(path)) fields.refuseRemote(field, path)
  return resolve(folder, path)
}

function absolutePaths(
  paths: Readonly<Record<string, string>>,
  folder: string,
): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(paths).map(([name, path]) => [name, resolve(folder, path)]))
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function describe(value: unknown): string {
  if (Array.isArray(value)) return 'a list'
  if (value === null || value === undefined) return 'empty'
  return typeof value === 'object' ? 'a map' : `'${String(value)}'`
}

import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { findProject, keepPipelineId, type PipelineSpec } from '../../src/graph/index.ts'
import { folderWith } from './pipeline-folder.ts'

async function specOf(text: string, file = 'pipeline.yml'): Promise<PipelineSpec> {
  return (await findProject(folderWith({ [file]: text }))).spec
}

describe('finding the spec', () => {
  test('it is searched upwards from the working folder', async () => {
    const folder = folderWith({ 'pipeline.yml': 'name: a', 'transformations/deep/x.sql': '' })
    const project = await findProject(join(folder, 'transformations/deep'))
    expect(project).toMatchObject({ folder, specFile: 'pipeline.yml', spec: { name: 'a' } })
  })

  test.each(['pipeline.yaml', 'pipeline.json', 'spark-pipeline.yml', 'spark-pipeline.yaml'])(
    'it may be called %s',
    async (file) => {
      expect(await specOf('{"name": "a"}', file)).toMatchObject({ name: 'a' })
    },
  )

  test('a folder or a file can be named instead', async () => {
    const folder = folderWith({ 'other/pipeline.yml': 'name: a', 'pipeline.prod.yml': 'name: b' })
    expect((await findProject(folder, { spec: 'other' })).spec.name).toBe('a')
    expect((await findProject(folder, { spec: 'pipeline.prod.yml' })).spec.name).toBe('b')
  })

  test('none at all is an error that names the folder', async () => {
    await expect(findProject('/')).rejects.toMatchObject({
      condition: 'PIPELINE_SPEC_FILE_NOT_FOUND',
      parameters: { dir_path: '/' },
    })
  })

  test('a file that is named and not there is an error that names it', async () => {
    await expect(findProject('/', { spec: 'nowhere.yml' })).rejects.toMatchObject({
      condition: 'PIPELINE_SPEC_NOT_READABLE',
      parameters: { file: '/nowhere.yml', reason: 'there is no such file.' },
    })
  })

  test('two in one folder are an error', async () => {
    const folder = folderWith({ 'pipeline.yml': 'name: a', 'pipeline.json': '{"name": "a"}' })
    await expect(findProject(folder)).rejects.toMatchObject({
      condition: 'MULTIPLE_PIPELINE_SPEC_FILES_FOUND',
      parameters: { dir_path: folder, files: 'pipeline.yml, pipeline.json' },
    })
  })
})

describe('the fields', () => {
  test('have defaults, and paths are relative to the spec', async () => {
    const folder = folderWith({ 'pipeline.yml': 'name: shop' })
    const { spec } = await findProject(folder)
    expect(spec).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
      name: 'shop',
      catalog: 'spark_catalog',
      schema: 'default',
      storage: join(folder, '.millrace'),
      warehouse: join(folder, 'warehouse'),
      configuration: {},
      libraries: ['transformations/**'],
      tables: {},
      secrets: {},
      continuous: false,
      development: false,
      ignored: [],
    })
  })

  test('configuration values are texts as they were written', async () => {
    const spec = await specOf('name: a\nconfiguration: {price: 1.50, on: true, path: /data, empty: }')
    expect(spec.configuration).toEqual({ price: '1.50', on: 'true', path: '/data', empty: '' })
  })

  test('--set overrides and adds configuration values', async () => {
    const folder = folderWith({ 'pipeline.yml': 'name: a\nconfiguration: {x: 1, y: 2}' })
    const { spec } = await findProject(folder, { set: { x: '3', z: '4' } })
    expect(spec.configuration).toEqual({ x: '3', y: '2', z: '4' })
  })

  test('--set of nearly a key of the spec is an error that names it', async () => {
    const folder = folderWith({ 'pipeline.yml': 'name: a\nconfiguration: {source_path: data}' })
    await expect(findProject(folder, { set: { sourc_path: 'x' } })).rejects.toMatchObject({
      condition: 'SQL_CONF_NOT_FOUND',
      parameters: {
        sqlConf: 'sourc_path',
        suggestion: "Did you mean 'source_path'? A key of its own stands under `configuration:` in the spec.",
      },
    })
  })

  test.each(['schema', 'database', 'target'])('%s is the default schema', async (field) => {
    expect(await specOf(`name: a\n${field}: sales`)).toMatchObject({ schema: 'sales' })
  })

  test('libraries are globs, files and notebooks; what is no definition is reported', async () => {
    const text = `name: a
libraries:
  - glob: {include: src/**}
  - file: {path: a.sql}
  - notebook: {path: b.ts}
  - jar: x.jar`
    expect(await specOf(text)).toMatchObject({
      libraries: ['src/**', 'a.sql', 'b.ts'],
      ignored: ['libraries.jar'],
    })
  })

  test('tables elsewhere and secrets have their places', async () => {
    const folder = folderWith({
      'pipeline.yml': `name: a
tables: {crm.customers: ../lake/customers}
secrets: {TOKEN: {env: CI_TOKEN}, KEY: {file: /run/key}}`,
    })
    const { spec } = await findProject(folder)
    expect(spec.tables).toEqual({ 'crm.customers': join(folder, '../lake/customers') })
    expect(spec.secrets).toEqual({ TOKEN: { env: 'CI_TOKEN' }, KEY: { file: '/run/key' } })
  })

  test('every field of the Databricks spec is accepted, and those without meaning are reported once', async () => {
    const without =
      `allow_duplicate_names budget_policy_id channel clusters deployment dry_run edition environment
      event_log filters gateway_definition ingestion_definition notifications parameters photon restart_window
      rewind_generation_interval root_path run_as serverless tags trigger usage_policy_id`.split(/\s+/)
    const spec = await specOf(`name: a\n${without.map((field) => `${field}: {}`).join('\n')}`)
    expect(spec.ignored).toEqual(without)
  })
})

describe('mistakes', () => {
  test.each([
    ['name: a\nstorge: x', 'PIPELINE_SPEC_UNEXPECTED_FIELD', { field_name: 'storge' }, 2, 1],
    ['schema: a', 'PIPELINE_SPEC_MISSING_REQUIRED_FIELD', { field_name: 'name' }, 1, 1],
    ['name: a\ncontinuous: 1', 'PIPELINE_SPEC_INVALID_FIELD', { field_name: 'continuous' }, 2, 13],
    ['name: a\nconfiguration: [x]', 'PIPELINE_SPEC_INVALID_FIELD', { field_name: 'configuration' }, 2, 16],
    [
      'name: a\nconfiguration:\n  x: {y: 1}',
      'PIPELINE_SPEC_INVALID_FIELD',
      { field_name: 'configuration.x' },
      3,
      6,
    ],
    [
      'name: a\nconfiguration:\n  duckdb.threads: all',
      'PIPELINE_SPEC_INVALID_FIELD',
      { field_name: 'configuration.duckdb.threads' },
      3,
      19,
    ],
    [
      'name: a\nconfiguration:\n  duckdb.memory_limit: 2 gigs',
      'PIPELINE_SPEC_INVALID_FIELD',
      { expected: "a size such as '2GB' or '512MiB', or a share such as '50%'", actual: "'2 gigs'" },
      3,
      24,
    ],
    [
      'name: a\nconfiguration:\n  spark.sql.session.timeZone: Europe/Berlin',
      'PIPELINE_SPEC_INVALID_FIELD',
      { expected: 'UTC, Etc/UTC, GMT or Z', actual: "'Europe/Berlin'" },
      3,
      31,
    ],
    [
      'name: a\nconfiguration:\n  duckdb.treads: 2',
      'SQL_CONF_NOT_FOUND',
      { sqlConf: 'duckdb.treads', suggestion: "Did you mean 'duckdb.threads'?" },
      3,
      18,
    ],
    ['name: a\nlibraries:\n  - glob: x', 'PIPELINE_SPEC_INVALID_FIELD', { field_name: 'libraries.0' }, 3, 5],
    ['name: a\nstorage: s3://x', 'PIPELINE_SPEC_INVALID_FIELD', { actual: "'s3://x'" }, 2, 10],
    ['name: a\nengine: spark', 'PIPELINE_SPEC_INVALID_FIELD', { expected: "'duckdb'" }, 2, 9],
    ['name: a\nschema: x\ntarget: y', 'PIPELINE_SPEC_CONFLICTING_FIELDS', { second: 'target' }, 3, 1],
    ['name: [', 'PIPELINE_SPEC_NOT_READABLE', { file: 'pipeline.yml' }, 1, 8],
    ['', 'PIPELINE_SPEC_MISSING_REQUIRED_FIELD', { field_name: 'name' }, 1, 1],
    ['# soon', 'PIPELINE_SPEC_MISSING_REQUIRED_FIELD', { field_name: 'name' }, 1, 1],
    [
      '- name',
      'PIPELINE_SPEC_NOT_READABLE',
      { reason: 'it must hold fields, such as name: shop, not a list or a text' },
      1,
      1,
    ],
  ])('%j', async (text, condition, parameters, line, column) => {
    await expect(specOf(text)).rejects.toMatchObject({
      condition,
      parameters,
      position: { file: 'pipeline.yml', line, column },
    })
  })

  test('an unknown field names the nearest one', async () => {
    await expect(specOf('name: a\nstorge: x')).rejects.toMatchObject({ hint: "Did you mean 'storage'?" })
  })
})

describe('the id', () => {
  test('comes from the name, wherever the folder is', async () => {
    const [first, second, other] = await Promise.all(['a', 'a', 'b'].map((name) => specOf(`name: ${name}`)))
    expect(first!.id).toBe(second!.id)
    expect(first!.id).not.toBe(other!.id)
  })

  test('stays when the pipeline gets another name', async () => {
    const before = await findProject(folderWith({ 'pipeline.yml': 'name: a' }))
    keepPipelineId(before)
    const text = `name: b\nstorage: ${before.spec.storage}`
    expect((await specOf(text)).id).toBe(before.spec.id)
    expect((await specOf(`${text}\nid: my-own`)).id).toBe('my-own')
  })
})

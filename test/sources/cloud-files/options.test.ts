import { expect, test } from 'vitest'
import { parseOptions } from '../../../src/sources/cloud-files/parse-options.ts'

const loader = (options: Record<string, string>, hasSchema = false) =>
  parseOptions(options, { format: 'cloudFiles', hasSchema })

test('names ignore case; defaults are Auto Loader’s', () => {
  expect(loader({ 'CLOUDFILES.FORMAT': 'JSON', 'cloudfiles.maxFilesPerTrigger': '10' })).toMatchObject({
    format: 'json',
    inferColumnTypes: false,
    schemaEvolutionMode: 'addNewColumns',
    rescuedDataColumn: '_rescued_data',
    includeExistingFiles: true,
    maxFilesPerTrigger: 10,
    allowOverwrites: false,
    useStrictGlobber: false,
    ignored: [],
  })
})

test('read_files has no prefix and other defaults; spark.read rescues nothing', () => {
  const files = parseOptions(
    { format: 'csv', schemaHints: 'a INT' },
    { format: 'read_files', hasSchema: false },
  )
  expect(files).toMatchObject({
    inferColumnTypes: true,
    useStrictGlobber: true,
    schemaHints: 'a INT',
    read: { header: 'true' },
  })
  const spark = parseOptions({ SEP: ';' }, { format: 'csv', hasSchema: false })
  expect(spark).toMatchObject({ inferColumnTypes: false, schemaEvolutionMode: 'none', read: { sep: ';' } })
  expect(spark.rescuedDataColumn).toBeUndefined()
})

test('an empty name is no column of rescued data', () => {
  const options = loader({ 'cloudFiles.format': 'json', rescuedDataColumn: '' })
  expect(options.rescuedDataColumn).toBeUndefined()
})

test('with a schema data are rescued only where that is asked for', () => {
  const rescuedColumn = (options: Record<string, string>) =>
    parseOptions(options, { format: 'read_files', hasSchema: true }).rescuedDataColumn
  expect(rescuedColumn({ format: 'json' })).toBeUndefined()
  expect(rescuedColumn({ format: 'json', rescuedDataColumn: '_more' })).toBe('_more')
  expect(rescuedColumn({ format: 'json', schemaEvolutionMode: 'rescue' })).toBe('_rescued_data')
})

test('an unknown option names the nearest, in the dialect that was used', () => {
  expect(() =>
    loader({ 'cloudFiles.format': 'json', 'cloudFiles.maxFilePerTrigger': '1', multiline2: 'x' }),
  ).toThrow(
    expect.objectContaining({
      condition: 'CF_UNKNOWN_OPTION_KEYS_ERROR',
      parameters: {
        optionList: 'cloudFiles.maxFilePerTrigger, multiline2',
        suggestion: 'Did you mean cloudFiles.maxFilesPerTrigger, multiLine?',
      },
    }),
  )
  const unchecked = { 'cloudFiles.format': 'json', 'cloudFiles.validateOptions': 'false', foo: 'x' }
  expect(loader(unchecked).ignored).toEqual(['foo'])
})

test('options without meaning here, or for another format, are listed', () => {
  const options = {
    'cloudFiles.format': 'json',
    'cloudFiles.useNotifications': 'true',
    sep: ';',
    badRecordsPath: '/x',
  }
  expect(loader(options).ignored).toEqual(['useNotifications', 'badRecordsPath', 'sep'])
})

test.each([
  [{ 'cloudFiles.inferColumnTypes': 'yes' }, 'inferColumnTypes', 'true or false'],
  [{ 'cloudFiles.maxFilesPerTrigger': '0' }, 'maxFilesPerTrigger', 'a positive whole number'],
  [{ 'cloudFiles.maxBytesPerTrigger': 'many' }, 'maxBytesPerTrigger', 'a size such as 10g, 500mb or 1048576'],
  [{ 'cloudFiles.maxFileAge': 'old' }, 'maxFileAge', 'an interval such as 14 days'],
  [{ modifiedAfter: 'yesterday' }, 'modifiedAfter', 'a timestamp such as 2026-01-31T00:00:00Z'],
])('a bad value of %o is refused', (options, option, expected) => {
  expect(() => loader({ 'cloudFiles.format': 'json', ...options })).toThrow(
    expect.objectContaining({
      condition: 'INVALID_OPTION_VALUE',
      parameters: expect.objectContaining({ option, expected }),
    }),
  )
})

test('sizes, intervals and moments', () => {
  expect(
    loader({
      'cloudFiles.format': 'json',
      'cloudFiles.maxBytesPerTrigger': '10g',
      'cloudFiles.maxFileAge': '14 days',
      modifiedBefore: '2026-01-31 10:00:00+01:00',
    }),
  ).toMatchObject({
    maxBytesPerTrigger: 10 * 2 ** 30,
    maxFileAge: 14 * 86_400_000,
    modifiedBefore: Date.parse('2026-01-31T09:00:00Z'),
  })
})

test.each([
  ['cloudFile', {}, "Did you mean 'cloudFiles'?"],
  ['cloudFiles', { 'cloudFiles.format': 'jsn' }, "Did you mean 'json'?"],
  ['kafka', { subscribe: 'x' }, 'Supported formats: cloudFiles, delta, json, csv, parquet, text.'],
])('a format that is not known names the nearest: %s %o', (format, options, hint) => {
  expect(() => parseOptions(options, { format, hasSchema: false })).toThrow(
    expect.objectContaining({ condition: 'CF_UNSUPPORTED_FORMAT', hint }),
  )
})

test.each([
  [{}, false, 'CF_FILE_FORMAT_REQUIRED'],
  [{ 'cloudFiles.format': 'orc' }, false, 'CF_UNSUPPORTED_FORMAT'],
  [{ 'cloudFiles.format': 'delta' }, false, 'CF_USE_DELTA_FORMAT'],
  [
    { 'cloudFiles.format': 'json', 'cloudFiles.schemaEvolutionMode': 'grow' },
    false,
    'CF_INVALID_SCHEMA_EVOLUTION_MODE',
  ],
  [
    { 'cloudFiles.format': 'json', 'cloudFiles.schemaEvolutionMode': 'addNewColumns' },
    true,
    'CF_ADD_NEW_NOT_SUPPORTED',
  ],
  [{ 'cloudFiles.format': 'json', singleVariantColumn: 'v' }, false, 'CF_OPTION_NOT_SUPPORTED'],
])('%o (schema given: %s) is %s', (options, hasSchema, condition) => {
  expect(() => loader(options, hasSchema)).toThrow(expect.objectContaining({ condition }))
})

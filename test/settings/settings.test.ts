import { describe, expect, test } from 'vitest'
import { type SettingKey, setting } from '../../src/settings/settings.ts'

const THREADS = 'duckdb.threads'
const RETRIES = 'pipelines.maxFlowRetryAttempts'
const TOMBSTONES = 'pipelines.cdc.tombstoneGCThresholdInSeconds'
const RETENTION = 'pipelines.eventLog.retention'
const VERBOSITY = 'pipelines.expectations.verbosity'
const ANSI = 'spark.sql.ansi.enabled'
const POLICY = 'spark.sql.streaming.multipleWatermarkPolicy'

describe('a setting', () => {
  test.each<[key: SettingKey, text: string, value: unknown]>([
    [THREADS, '4', 4],
    [RETRIES, '0', 0],
    [TOMBSTONES, '-1', -1],
    [TOMBSTONES, '0.5', 0.5],
    [RETENTION, '90 days', 7_776_000_000_000n],
    [RETENTION, 'interval 1 hour 30 minutes', 5_400_000_000n],
    [VERBOSITY, 'verbosity_output', 'OUTPUT'],
    [ANSI, ' False ', false],
    [POLICY, 'MAX', 'max'],
    ['duckdb.memory_limit', '2GB', '2GB'],
  ])('%s: %s', (key, text, value) => {
    expect(setting({ [key]: text }, key)).toBe(value)
  })

  test('is undefined where the configuration says nothing', () => {
    expect(setting({ [ANSI]: 'true' }, THREADS)).toBeUndefined()
  })

  test.each<[key: SettingKey, text: string, expected: string]>([
    [THREADS, 'all', 'a whole number from 1 on'],
    [THREADS, '0', 'a whole number from 1 on'],
    [RETRIES, '1.5', 'a whole number from 0 on'],
    [TOMBSTONES, '2 days', 'a number of seconds'],
    [TOMBSTONES, '', 'a number of seconds'],
    [RETENTION, 'a month', "a length of time such as '10 seconds'"],
    [RETENTION, '-1 day', "a length of time such as '10 seconds'"],
    [VERBOSITY, 'NOONE', 'ALL, OUTPUT or NONE'],
    [ANSI, 'flase', 'true or false'],
    [POLICY, 'fastest', 'min or max'],
  ])('%s is never %s', (key, text, expected) => {
    expect(() => setting({ [key]: text }, key)).toThrow(
      expect.objectContaining({
        condition: 'PIPELINE_SPEC_INVALID_FIELD',
        parameters: { field_name: `configuration.${key}`, expected, actual: `'${text}'` },
      }),
    )
  })
})

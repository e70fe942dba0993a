import { describe, expect, test } from 'vitest'
import { forgetBefore } from '../../../src/update/auto-cdc/retention.ts'

const KEY = 'pipelines.cdc.tombstoneGCThresholdInSeconds'
const OLDER_KEY = 'pipelines.applyChanges.tombstoneGCThresholdInSeconds'
const DAY = 86_400_000_000n

const forgottenBefore = (
  tableProperties: Record<string, string>,
  configuration: Record<string, string> = {},
) => forgetBefore({ timestampMicros: 10n * DAY, configuration }, { tableProperties })

describe('hidden events are forgotten', () => {
  test('two days after they arrived', () => {
    expect(forgottenBefore({})).toBe(8n * DAY)
  })

  test('after the time that the table names, or else the pipeline', () => {
    expect(forgottenBefore({}, { [KEY]: '86400' })).toBe(9n * DAY)
    expect(forgottenBefore({ [KEY]: '0' }, { [KEY]: '86400' })).toBe(10n * DAY)
    expect(forgottenBefore({ [OLDER_KEY]: '43200.5' })).toBe(10n * DAY - 43_200_500_000n)
  })

  test('never, for a negative time', () => {
    expect(forgottenBefore({ [KEY]: '-1' })).toBeUndefined()
  })

  test('by a number only', () => {
    expect(() => forgottenBefore({}, { [KEY]: '2 days' })).toThrow(
      expect.objectContaining({
        condition: 'PIPELINE_SPEC_INVALID_FIELD',
        parameters: {
          field_name: `configuration.${KEY}`,
          expected: 'a number of seconds',
          actual: "'2 days'",
        },
      }),
    )
  })
})

import { expect, test } from 'vitest'
import { eventId } from '../../src/event-log/index.ts'

test('the same parts always give the same id, a version 8 UUID', () => {
  expect(eventId('flow_progress', 'flow-1', 7, 'RUNNING')).toBe('a12a9705-60dc-89e7-a117-50c879fb7e09')
  expect(eventId('flow_progress', 'flow-1', 7n, 'RUNNING')).toBe(
    eventId('flow_progress', 'flow-1', 7, 'RUNNING'),
  )
})

test('other parts give another id, also when their texts join to the same', () => {
  expect(eventId('a', 'bc')).not.toBe(eventId('ab', 'c'))
  expect(eventId('a', 1)).not.toBe(eventId('a', 2))
})

test('without parts each id is new', () => {
  expect(eventId()).not.toBe(eventId())
})

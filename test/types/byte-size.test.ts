import { expect, test } from 'vitest'
import { parseByteSize } from '../../src/types/byte-size.ts'

test.each([
  ['1048576', 1_048_576],
  ['1b', 1],
  ['8k', 8192],
  ['100 MB', 104_857_600],
  ['2 GiB', 2_147_483_648],
  ['3 bytes', 3],
  ['1.5m', undefined],
  ['large', undefined],
  ['', undefined],
])('the size %j', (text, bytes) => {
  expect(parseByteSize(text)).toBe(bytes)
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import { revealSecrets } from '../../src/graph/index.ts'
import { secret } from '../../src/graph/secrets.ts'
import { projectOf } from './pipeline-folder.ts'

const SPEC = `name: a
secrets:
  KEY: {file: keys/key}
  OTHER: {env: MILLRACE_TEST_SECRET}`

beforeEach(() => {
  process.env.MILLRACE_TEST_SECRET = 's3cret'
})
afterEach(() => {
  delete process.env.MILLRACE_TEST_SECRET
})

const reveal = async (options: Record<string, string>) =>
  revealSecrets(options, await projectOf({ 'pipeline.yml': SPEC, 'keys/key': 'from file\n' }))

test('a secret comes from where the spec says, else from the environment variable of its name', async () => {
  expect(
    await reveal({
      key: secret('KEY'),
      url: `https://user:${secret('OTHER')}@host`,
      own: secret('MILLRACE_TEST_SECRET'),
      plain: 'x',
    }),
  ).toEqual({ key: 'from file', url: 'https://user:s3cret@host', own: 's3cret', plain: 'x' })
})

test('a secret without a value is an error that names the secret, never a value', async () => {
  await expect(reveal({ a: secret('MILLRACE_NOT_SET') })).rejects.toMatchObject({
    condition: 'SECRET_NOT_FOUND',
    parameters: { name: 'MILLRACE_NOT_SET' },
  })
})

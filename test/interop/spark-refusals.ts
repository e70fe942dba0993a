import { describe, expect, it } from 'vitest'
import { PipelineError } from '../../src/errors/index.ts'
import { PeerError } from './peer.ts'
import type { Systems } from './systems.ts'

interface Refusal {
  readonly name: string
  readonly create: (t: string) => readonly string[]
  readonly refused: (t: string) => string
  /** What both systems say, or each. */
  readonly condition: string | { readonly own: string; readonly spark: string }
}

/** What a table forbids is forbidden by both systems, whoever made it. */
const REFUSALS: readonly Refusal[] = [
  {
    name: 'NULL in a NOT NULL column',
    create: (t) => [`CREATE TABLE ${t} (id BIGINT NOT NULL, x STRING) USING DELTA`],
    refused: (t) => `INSERT INTO ${t} VALUES (NULL, 'a')`,
    condition: 'DELTA_NOT_NULL_CONSTRAINT_VIOLATED',
  },
  {
    name: 'a row that breaks a CHECK',
    create: (t) => [
      `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA`,
      `ALTER TABLE ${t} ADD CONSTRAINT c CHECK (id > 0)`,
    ],
    refused: (t) => `INSERT INTO ${t} VALUES (0, 'a')`,
    condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
  },
  {
    name: 'a CHECK that the rows break',
    create: (t) => [`CREATE TABLE ${t} (id BIGINT) USING DELTA`, `INSERT INTO ${t} VALUES (0)`],
    refused: (t) => `ALTER TABLE ${t} ADD CONSTRAINT c CHECK (id > 0)`,
    condition: 'DELTA_NEW_CHECK_CONSTRAINT_VIOLATION',
  },
  {
    name: 'a generated column with another value',
    create: (t) => [`CREATE TABLE ${t} (id BIGINT, twice BIGINT GENERATED ALWAYS AS (id * 2)) USING DELTA`],
    refused: (t) => `INSERT INTO ${t} VALUES (1, 3)`,
    condition: 'DELTA_VIOLATE_CONSTRAINT_WITH_VALUES',
  },
  {
    name: 'a value for GENERATED ALWAYS AS IDENTITY',
    create: (t) => [`CREATE TABLE ${t} (id BIGINT, n BIGINT GENERATED ALWAYS AS IDENTITY) USING DELTA`],
    refused: (t) => `INSERT INTO ${t} (id, n) VALUES (1, 3)`,
    condition: 'DELTA_IDENTITY_COLUMNS_EXPLICIT_INSERT_NOT_SUPPORTED',
  },
  {
    name: 'a DELETE from an append-only table',
    create: (t) => [
      `CREATE TABLE ${t} (id BIGINT) USING DELTA TBLPROPERTIES ('delta.appendOnly' = 'true')`,
      `INSERT INTO ${t} VALUES (1), (2)`,
    ],
    refused: (t) => `DELETE FROM ${t} WHERE id = 1`,
    condition: 'DELTA_CANNOT_MODIFY_APPEND_ONLY',
  },
  {
    name: 'a MERGE whose source has two rows for one',
    create: (t) => [
      `CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA`,
      `INSERT INTO ${t} VALUES (1, 'a')`,
    ],
    refused: (t) =>
      `MERGE INTO ${t} AS t USING (VALUES (1, 'b'), (1, 'c') AS v(id, x)) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET *`,
    condition: 'DELTA_MULTIPLE_SOURCE_ROW_MATCHING_TARGET_ROW_IN_MERGE',
  },
  {
    name: 'DROP COLUMN without column mapping',
    create: (t) => [`CREATE TABLE ${t} (id BIGINT, x STRING) USING DELTA`],
    refused: (t) => `ALTER TABLE ${t} DROP COLUMN x`,
    condition: 'DELTA_UNSUPPORTED_DROP_COLUMN',
  },
]

export function describeRefusals({ own, spark, path }: Systems): void {
  describe.each(REFUSALS.map((each) => [each.name, each]))(
    '%s is refused',
    (name, { create, refused, condition }) => {
      it.each(['Spark', 'ours'])(
        'in a table of %s',
        async (maker) => {
          const t = `delta.\`${path(`${name} of ${maker}`)}\``
          await (maker === 'Spark' ? spark() : own).run(create(t))
          const conditions = typeof condition === 'string' ? { own: condition, spark: condition } : condition
          const theirs = await spark()
            .run([refused(t)])
            .catch((error: PeerError) => error)
          expect(theirs).toBeInstanceOf(PeerError)
          expect((theirs as PeerError).condition).toBe(conditions.spark)
          const ours = await own.run([refused(t)]).catch((error: PipelineError) => error)
          expect(ours).toBeInstanceOf(PipelineError)
          expect((ours as PipelineError).condition).toBe(conditions.own)
        },
        600_000,
      )
    },
  )
}

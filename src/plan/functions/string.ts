import { INTEGER, STRING } from '../../types/data-type.ts'
import { type FunctionDefinition, native, signature, template } from './signature.ts'

/** String functions. */
export const stringFunctions: readonly FunctionDefinition[] = [
  {
    name: 'lower',
    aliases: ['lcase'],
    kind: 'scalar',
    signatures: [signature([STRING], STRING)],
    duckdb: native('lower'),
  },
  {
    name: 'length',
    aliases: ['char_length', 'character_length', 'len'],
    kind: 'scalar',
    signatures: [signature([STRING], INTEGER)],
    duckdb: native('length', { cast: true }),
  },
  {
    name: 'repeat',
    kind: 'scalar',
    signatures: [signature([STRING, INTEGER], STRING)],
    duckdb: template('repeat({0}, greatest({1}, 0))'),
  },
]

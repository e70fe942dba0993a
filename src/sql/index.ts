export type * from './command.ts'
export {
  parseColumnDefinitions,
  parseExpression,
  parseQuery,
  parseScript,
  parseSelectItem,
  parseStatements,
} from './parse.ts'
export type { Interpolation, ParseOptions } from './source-text.ts'
export type { LeafColumns } from './spark/expand-columns.ts'
export { printSparkExpression } from './spark/expression.ts'
export { printSpark } from './spark/relation.ts'
export type * from './statement.ts'

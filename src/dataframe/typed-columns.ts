import type { Column, LastPart } from '../plan/column.ts'

/**
 * Column names in the types. `Columns` is the union of a DataFrame's column names where they are known, and `string`
 * where they are not: then every name is allowed and nothing is claimed about the result.
 */

/** A column of the input by name, all of them, a qualified name (not checked), or a computed column. */
export type Selectable<Columns extends string> = Columns | '*' | `${string}.${string}` | Column

/** A column of the input by name, or a computed one. */
export type Groupable<Columns extends string> = Columns | `${string}.${string}` | Column

/** The names that a selected item adds to the output; `string` for a computed column without `.as(name)`. */
export type OutputName<Item, Columns extends string> =
  Item extends Column<infer Name>
    ? NameOrAll<Name, Columns>
    : Item extends string
      ? NameOrAll<LastPart<Item>, Columns>
      : string

type NameOrAll<Name extends string, Columns extends string> = Name extends '*' ? Columns : Name

/** The column names of a schema written as DDL text; `string` for a text that the types cannot see through. */
export type ColumnsOfDdl<Ddl extends string> = string extends Ddl
  ? string
  : Ddl extends `${string}<${string}` | `${string}\`${string}` | `${string}'${string}`
    ? string
    : FirstWords<WithoutBrackets<Ddl>>

type WithoutBrackets<Text extends string> = Text extends `${infer Before}(${string})${infer After}`
  ? WithoutBrackets<`${Before}${After}`>
  : Text

type FirstWords<Text extends string> = Text extends `${infer Head},${infer Tail}`
  ? FirstWord<Head> | FirstWords<Tail>
  : FirstWord<Text>

type FirstWord<Text extends string> =
  Trimmed<Text> extends `${infer Word}${Blank}${string}` ? FirstOf<Word> : string

type FirstOf<Text extends string> = Text extends `${infer Word}:` ? Word : Text

type Trimmed<Text extends string> = Text extends `${Blank}${infer Rest}` ? Trimmed<Rest> : Text

type Blank = ' ' | '\n' | '\t' | '\r'

import { isDataset } from '../dataframe/index.ts'
import { nearest, PipelineError } from '../errors/index.ts'

/** What values an option takes. */
export interface Form {
  readonly expected: string
  readonly accepts: (value: unknown) => boolean
}

/** A call of a definition file that is checked. */
export interface OptionsCall {
  /** The function, as the user calls it. */
  readonly element: string
  /** What it defines. */
  readonly name: string
  readonly options: object
}

export const isText = (value: unknown): boolean => typeof value === 'string'
export const isList = (value: unknown): boolean => Array.isArray(value) && value.every(isText)
export const isMapOf = (isValue: (value: unknown) => boolean) => (value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value) && Object.values(value).every(isValue)
const isSetting = (value: unknown): boolean => ['string', 'number', 'boolean'].includes(typeof value)

export const TEXT: Form = { expected: 'a text', accepts: isText }
export const NAME: Form = { expected: 'a name', accepts: (value) => isText(value) && value !== '' }
export const DATASET: Form = {
  expected: 'a dataset or the name of one',
  accepts: (value) => isText(value) || isDataset(value),
}
export const FLAG: Form = { expected: 'true or false', accepts: (value) => typeof value === 'boolean' }
export const SETTINGS: Form = { expected: 'texts, numbers and booleans by key', accepts: isMapOf(isSetting) }
export const ANY: Form = { expected: 'a value', accepts: () => true }

/** Throws MISSING_DATASET_OPTION for the first option without a value of those that `required` says how to give. */
export function checkRequired(
  { element, name, options }: OptionsCall,
  forms: Readonly<Record<string, Form>>,
  required: Readonly<Record<string, string>>,
): void {
  for (const [option, advice] of Object.entries(required)) {
    if ((options as Readonly<Record<string, unknown>>)[option] !== undefined) continue
    const { expected } = forms[option]!
    throw new PipelineError('MISSING_DATASET_OPTION', { element, name, option, expected, advice })
  }
}

/**
 * Types are stripped, not checked, when a definition file runs: what an editor would mark is looked at once more.
 * `foreign` says what to write in place of the spellings of other systems.
 * Throws UNSUPPORTED_DATASET_OPTION and INVALID_DATASET_OPTION.
 */
export function checkOptions(
  { element, name, options }: OptionsCall,
  forms: Readonly<Record<string, Form>>,
  foreign: Readonly<Record<string, string>>,
): void {
  const known = Object.keys(forms)
  for (const [option, value] of Object.entries(options)) {
    const form = forms[option]
    if (form !== undefined) {
      if (value !== undefined && !form.accepts(value)) throw wrongForm(option, name, form, value)
      continue
    }
    const near = nearest(option, known)
    const advice =
      foreign[option] ??
      (near === undefined ? `Its options are ${known.join(', ')}.` : `Did you mean '${near}'?`)
    throw new PipelineError('UNSUPPORTED_DATASET_OPTION', { element, name, option, advice })
  }
}

export function wrongForm(option: string, name: string, { expected }: Form, value: unknown): PipelineError {
  const actual = JSON.stringify(value) ?? typeof value
  return new PipelineError('INVALID_DATASET_OPTION', { option, name, expected, actual })
}

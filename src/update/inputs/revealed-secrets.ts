import type { PipelineProject } from '../../graph/project.ts'
import { revealSecrets } from '../../graph/secrets.ts'
import type { DataSource } from '../../plan/relation.ts'

/** Secrets as an update looks them up: where a source is opened, and nowhere else. Their values must not be written. */
export class RevealedSecrets {
  readonly #project: PipelineProject
  readonly #values = new Set<string>()

  constructor(project: PipelineProject) {
    this.#project = project
  }

  /** All values looked up so far, for what keeps them out of the event log. */
  get values(): readonly string[] {
    return [...this.#values]
  }

  /** A source whose options hold the values of the secrets that they refer to. Throws SECRET_NOT_FOUND. */
  reveal(source: DataSource): DataSource {
    for (const text of Object.values(source.options)) {
      for (const [reference] of text.matchAll(/\$\{secret:[^}]+\}/g)) {
        this.#values.add(revealSecrets({ reference }, this.#project).reference!)
      }
    }
    return { ...source, options: revealSecrets(source.options, this.#project) }
  }
}

/**
 * What watches have told of folders, for sources that would list them whole else: each learns once of what has landed since it
 * asked last.
 */
export class LandedFiles {
  readonly #listeners = new Map<
    string,
    { readonly roots: readonly string[]; told: Set<string> | undefined }
  >()

  /** A source begins, or begins anew, to look at folders: it has to list them first. `key` is its own. */
  listen(key: string, roots: readonly string[]): void {
    this.#listeners.set(key, { roots, told: undefined })
  }

  /** Files came or changed below a root; undefined: something did, or may have. */
  tell(root: string, paths: readonly string[] | undefined): void {
    for (const listener of this.#listeners.values()) {
      if (!listener.roots.includes(root)) continue
      if (paths === undefined) listener.told = undefined
      else for (const path of paths) listener.told?.add(path)
    }
  }

  /** The files that may be new to a source since it asked last; undefined where it has to list its folders. */
  take(key: string): readonly string[] | undefined {
    const listener = this.#listeners.get(key)!
    const told = listener.told && [...listener.told]
    listener.told = new Set()
    return told
  }
}

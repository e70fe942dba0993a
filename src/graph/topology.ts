/** A graph's nodes with each behind those it depends on, and the circles that prevent it. */
export interface Topology<Node> {
  /** Nodes of circles are left out, and so are none else. */
  readonly order: readonly Node[]
  /** Each circle once, as a path in which every node depends on the next, and the last on the first. */
  readonly circles: readonly (readonly Node[])[]
}

/** Sorts nodes so that each follows its dependencies, in the given order where that leaves a choice. */
export function sortTopologically<Node>(
  nodes: readonly Node[],
  dependenciesOf: (node: Node) => readonly Node[],
): Topology<Node> {
  const order: Node[] = []
  const circles: Node[][] = []
  const inCircle = new Set<Node>()
  const done = new Set<Node>()
  const path = new Set<Node>()
  const visit = (node: Node) => {
    if (done.has(node)) return
    if (path.has(node)) {
      const circle = [...path].slice([...path].indexOf(node))
      if (!circle.some((each) => inCircle.has(each))) circles.push(circle)
      for (const each of circle) inCircle.add(each)
      return
    }
    path.add(node)
    for (const dependency of dependenciesOf(node)) visit(dependency)
    path.delete(node)
    done.add(node)
    if (!inCircle.has(node)) order.push(node)
  }
  for (const node of nodes) visit(node)
  return { order, circles }
}

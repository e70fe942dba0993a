import process from 'node:process'
import type { Terminal } from './terminal.ts'

/** Exit code of a process that an interrupt ended: 128 and the number of SIGINT. */
const EXIT_INTERRUPTED = 130

/**
 * The terminal of this process. The first interrupt goes to whoever listens, the second ends the process at once; so does
 * the first when nobody listens. A reader that goes away (`| head`) ends it quietly.
 */
export function processTerminal(): Terminal {
  const { stdout, stderr } = process
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0)
    throw error
  })
  return {
    stdout,
    stderr,
    cwd: process.cwd(),
    environment: process.env,
    onInterrupt: (listener) => listenForInterrupt(listener),
  }
}

function listenForInterrupt(listener: () => void): () => void {
  let wasAsked = false
  const onSignal = () => {
    if (wasAsked) process.exit(EXIT_INTERRUPTED)
    wasAsked = true
    listener()
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return () => {
    process.off('SIGINT', onSignal)
    process.off('SIGTERM', onSignal)
  }
}
